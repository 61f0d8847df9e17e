// The way back through vector_norm.wgsl, in place: `gradient` comes in behind the dropout and leaves before the
// activation. One thread a quad of units, two turns over the pictures, a few kilobytes that stay in the cache: sums 4 and
// gradient 4 bytes a value read, gradient 4 written.
//
// With the normalized value h: d_beta = sum dy, d_gamma = sum dy h,
// dx = gamma / sqrt(variance + epsilon) (dy - mean(dy) - h mean(dy h)).

@group(0) @binding(2) var<storage, read> sums: array<Quad>;
@group(0) @binding(3) var<storage, read> weights: array<vec4<f32>>;
@group(0) @binding(4) var<storage, read> stats: array<vec4<f32>>;
@group(0) @binding(5) var<storage, read_write> gradient: array<Quad>;
@group(0) @binding(6) var<storage, read_write> partials: array<vec4<f32>>;

@compute @workgroup_size(64)
fn main(me: Thread) {
    let quad = index_of(me);
    let quads = layer.out_quads;
    if (quad >= quads) {
        return;
    }
    let mean = stats[quad];
    let inverse = stats[quads + quad];
    var plain = vec4<f32>(0.0);
    var product = vec4<f32>(0.0);
    for (var n = 0u; n < step.pictures; n += 1u) {
        let at = n * quads + quad;
        let dy = loaded(gradient[at]) * kept(layer.dropout, n * layer.out_channels + 4u * quad, 1u);
        plain += dy;
        product += dy * (activate(loaded(sums[at])) - mean) * inverse;
    }
    partials[layer.partials + quad] = product / SCALE;
    partials[layer.partials_bias + quad] = plain / SCALE;
    let factor = weights[layer.weights + quad] * inverse;
    let share = share_of_picture();
    for (var n = 0u; n < step.pictures; n += 1u) {
        let at = n * quads + quad;
        let z = loaded(sums[at]);
        let dy = loaded(gradient[at]) * kept(layer.dropout, n * layer.out_channels + 4u * quad, 1u);
        let normal = (activate(z) - mean) * inverse;
        gradient[at] = stored(factor * (dy - (plain + normal * product) * share) * grad(z));
    }
}
