// The way back through map_to_vector.wgsl, and on through dropout and activation of the last block (backward_mask.wgsl). One thread a
// quad of the maps' gradient, which is written once, 4 bytes a value; reads the vector's gradient, 4 bytes a value of it,
// and of the backward mask what backward_mask.wgsl says.

override AVERAGE: bool = true;

@group(0) @binding(2) var<storage, read> gradient: array<Quad>;
@group(0) @binding(3) var<storage, read_write> output: array<Quad>;

@compute @workgroup_size(64)
fn main(me: Thread) {
    let at = index_of(me);
    let quads = layer.in_quads;
    let area = layer.in_height * layer.in_width;
    if (at >= step.pictures * area * quads) {
        return;
    }
    let quad = at % quads;
    let cell = (at / quads) % area;
    let picture = at / (quads * area);
    var value: vec4<f32>;
    if (AVERAGE) {
        let masked = loaded(gradient[picture * quads + quad]) * kept(layer.dropout, picture * layer.out_channels + 4u * quad, 1u);
        value = masked * layer.share;
    } else {
        let index = (picture * layer.out_channels + 4u * quad) * area + cell;
        value = loaded(gradient[at]) * kept(layer.dropout, index, area);
    }
    output[at] = stored(backward_mask(at, value));
}
