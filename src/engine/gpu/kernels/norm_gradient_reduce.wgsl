// Adds norm_sums.wgsl's splits in order: the gradients of scale and shift, and the three numbers of each channel by
// which norm_gradient.wgsl goes, `coefficients` [3][quad]. One thread a quad of channels; a few kilobytes.

@group(0) @binding(3) var<storage, read> stats: array<vec4<f32>>;
@group(0) @binding(4) var<storage, read_write> coefficients: array<vec4<f32>>;
@group(0) @binding(5) var<storage, read_write> partials: array<vec4<f32>>;

@compute @workgroup_size(64)
fn main(me: Thread) {
    let quad = index_of(me);
    let quads = layer.out_quads;
    if (quad >= quads) {
        return;
    }
    let sums = sums_of(quad);
    partials[layer.partials + quad] = sums.second / SCALE;
    partials[layer.partials_bias + quad] = sums.first / SCALE;
    let factor = stats[2u * quads + quad];
    let mean = share_of_picture() * layer.share;
    coefficients[quad] = factor;
    coefficients[quads + quad] = -factor * sums.first * mean;
    coefficients[2u * quads + quad] = -factor * sums.second * mean;
}
