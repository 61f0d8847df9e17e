// What batch norm of maps normalizes by: norm_moments.wgsl's splits added in order, or the running statistics in
// evaluation and where it is frozen. One thread a quad of channels; a few kilobytes.
//
// `stats` is [4][quad]: mean, 1 / sqrt(variance + epsilon), and with gamma and beta one factor and one summand.

@group(0) @binding(2) var<storage, read> maps: array<Quad>;
@group(0) @binding(4) var<storage, read_write> weights: array<vec4<f32>>;
@group(0) @binding(5) var<storage, read_write> stats: array<vec4<f32>>;

@compute @workgroup_size(64)
fn main(me: Thread) {
    let quad = index_of(me);
    let quads = layer.out_quads;
    if (quad >= quads) {
        return;
    }
    var mean = weights[layer.mean + quad];
    var variance = weights[layer.variance + quad];
    if (step.training == 1u && layer.fixed == 0u) {
        let sums = sums_of(quad);
        let share = share_of_picture() * layer.share;
        let off = sums.first * share;
        let batch_mean = loaded(maps[quad]) + off;
        let batch_variance = max(sums.second * share - off * off, vec4<f32>(0.0));
        if (step.update_running_stats == 1u) {
            weights[layer.mean + quad] = layer.momentum * mean + (1.0 - layer.momentum) * batch_mean;
            weights[layer.variance + quad] = layer.momentum * variance + (1.0 - layer.momentum) * batch_variance;
        }
        mean = batch_mean;
        variance = batch_variance;
    }
    let inverse = 1.0 / sqrt(variance + layer.epsilon);
    let factor = weights[layer.weights + quad] * inverse;
    stats[quad] = mean;
    stats[quads + quad] = inverse;
    stats[2u * quads + quad] = factor;
    stats[3u * quads + quad] = weights[layer.bias + quad] - mean * factor;
}
