// The gradient of a convolution's output under batch norm, written over z: with the normalized value h,
// dz = gamma / sqrt(variance + epsilon) (dy - mean(dy) - h mean(dy h)), where dy is the pooled gradient at the maximum
// of its cell and zero elsewhere; without POOLED, where no pooling follows, the gradient of each place.
//
// One thread a quad of a place, the odd last row and column included: they have no dy, but the means. Reads z 4 bytes
// a value, pooled gradient and argmax 5 bytes a value of the pooled map; writes 4 bytes a value.

override POOLED: bool = true;

@group(0) @binding(2) var<storage, read_write> maps: array<Quad>;
@group(0) @binding(3) var<storage, read> gradient: array<Quad>;
@group(0) @binding(4) var<storage, read> argmax: array<u32>;
@group(0) @binding(5) var<storage, read> stats: array<vec4<f32>>;
@group(0) @binding(6) var<storage, read> coefficients: array<vec4<f32>>;

@compute @workgroup_size(64)
fn main(me: Thread) {
    let at = index_of(me);
    let quads = layer.out_quads;
    if (at >= step.pictures * layer.out_height * layer.out_width * quads) {
        return;
    }
    let quad = at % quads;
    let place = at / quads;
    let x = place % layer.out_width;
    let down = place / layer.out_width;
    let y = down % layer.out_height;
    var dy = vec4<f32>(0.0);
    if (!POOLED) {
        dy = loaded(gradient[at]);
    } else if (y / 2u < layer.pooled_height && x / 2u < layer.pooled_width) {
        let row = (down / layer.out_height) * layer.pooled_height + y / 2u;
        let origin = (row * layer.pooled_width + x / 2u) * quads + quad;
        dy = where_maximum(argmax[origin], (y % 2u) * 2u + x % 2u, loaded(gradient[origin]));
    }
    let normal = (loaded(maps[at]) - stats[quad]) * stats[quads + quad];
    maps[at] = stored(coefficients[quad] * dy + coefficients[quads + quad] + coefficients[2u * quads + quad] * normal);
}
