// The first half of the way back through batch norm of maps: the pooled gradient through dropout and activation, in
// place, and of each channel the sums of dy and of dy times the normalized value.
//
// Cut as range.wgsl says. Only the maxima have a gradient, so the pooled maps are all it reads: gradient 4, argmax 1 and
// z at the maxima 4 bytes a value; it writes the gradient, 4 bytes a value. Without POOLED, where no pooling follows, every
// place has one, `picked` is z itself, and nothing is read of the argmax.

override POOLED: bool = true;

@group(0) @binding(2) var<storage, read_write> gradient: array<Quad>;
@group(0) @binding(3) var<storage, read> argmax: array<u32>;
@group(0) @binding(4) var<storage, read> picked: array<Quad>;
@group(0) @binding(5) var<storage, read> stats: array<vec4<f32>>;

@compute @workgroup_size(64)
fn main(me: Thread) {
    let quads = layer.out_quads;
    let mine = range(group_of(me), me.local, step.pictures * layer.pooled_height * layer.pooled_width);
    let quad = min(mine.quad, quads - 1u);
    let mean = stats[quad];
    let inverse = stats[quads + quad];
    let factor = stats[2u * quads + quad];
    let shift = stats[3u * quads + quad];
    var sum = vec4<f32>(0.0);
    var product = vec4<f32>(0.0);
    for (var cell = mine.first; cell < mine.end; cell += 64u / LANES) {
        let at = cell * quads + quad;
        let z = loaded(picked[at]);
        var dy = loaded(gradient[at]) * kept(layer.dropout, cell * layer.out_channels + 4u * quad, 1u);
        if (ACTIVATION == 2u || !POOLED) {
            dy *= grad(fma(z, factor, shift));
        } else {
            dy *= grad_by_argmax(argmax[at]);
        }
        gradient[at] = stored(dy);
        sum += dy;
        product += dy * (z - mean) * inverse;
    }
    store_sums(mine, me.local, sum, product);
}
