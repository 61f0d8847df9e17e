// Activation, batch norm over vectors, dropout: the end of a dense layer whose sums dense_reduce.wgsl has left.
//
// One thread a quad of units; it goes over the pictures three times, a few kilobytes that stay in the cache: mean,
// variance (biased), values. `stats` keeps mean and 1 / sqrt(variance + epsilon), [2][quad], for the way back; the
// running statistics are updated where they should be. In evaluation they are what normalizes.

@group(0) @binding(2) var<storage, read> sums: array<Quad>;
@group(0) @binding(3) var<storage, read_write> weights: array<vec4<f32>>;
@group(0) @binding(4) var<storage, read_write> stats: array<vec4<f32>>;
@group(0) @binding(5) var<storage, read_write> output: array<Quad>;

@compute @workgroup_size(64)
fn main(me: Thread) {
    let quad = index_of(me);
    let quads = layer.out_quads;
    if (quad >= quads) {
        return;
    }
    let pictures = step.pictures;
    var mean = weights[layer.mean + quad];
    var variance = weights[layer.variance + quad];
    if (step.training == 1u) {
        var sum = vec4<f32>(0.0);
        for (var n = 0u; n < pictures; n += 1u) {
            sum += activate(loaded(sums[n * quads + quad]));
        }
        let batch_mean = sum * share_of_picture();
        var squares = vec4<f32>(0.0);
        for (var n = 0u; n < pictures; n += 1u) {
            let off = activate(loaded(sums[n * quads + quad])) - batch_mean;
            squares += off * off;
        }
        let batch_variance = squares * share_of_picture();
        if (step.update_running_stats == 1u) {
            weights[layer.mean + quad] = layer.momentum * mean + (1.0 - layer.momentum) * batch_mean;
            weights[layer.variance + quad] = layer.momentum * variance + (1.0 - layer.momentum) * batch_variance;
        }
        mean = batch_mean;
        variance = batch_variance;
    }
    let inverse = 1.0 / sqrt(variance + layer.epsilon);
    stats[quad] = mean;
    stats[quads + quad] = inverse;
    let gamma = weights[layer.weights + quad];
    let beta = weights[layer.bias + quad];
    for (var n = 0u; n < pictures; n += 1u) {
        let at = n * quads + quad;
        let normal = (activate(loaded(sums[at])) - mean) * inverse;
        output[at] = stored((gamma * normal + beta) * kept(layer.dropout, n * layer.out_channels + 4u * quad, 1u));
    }
}
