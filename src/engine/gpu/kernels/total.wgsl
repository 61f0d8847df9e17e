// Adds update.wgsl's squares in a fixed order: to `score` the L2 penalty and the factor that shortens the gradient to
// the wanted norm. One workgroup; reads 8 bytes for each workgroup of update.wgsl, writes 8.

@group(0) @binding(2) var<storage, read> squares: array<vec2<f32>>;
@group(0) @binding(3) var<storage, read_write> score: array<f32>;

var<workgroup> sums: array<vec2<f32>, 256>;

@compute @workgroup_size(256)
fn main(@builtin(local_invocation_index) thread: u32) {
    var sum = vec2<f32>(0.0);
    for (var i = thread; i < layer.splits; i += 256u) {
        sum += squares[i];
    }
    sums[thread] = sum;
    workgroupBarrier();
    for (var half = 128u; half > 0u; half /= 2u) {
        if (thread < half) {
            sums[thread] += sums[thread + half];
        }
        workgroupBarrier();
    }
    if (thread == 0u) {
        let norm = sqrt(sums[0].y);
        score[2] = sums[0].x;
        // As Keras's clip_by_global_norm: a norm that is not finite leaves nothing finite.
        score[3] = select(norm - norm, min(step.update[2].z / norm, 1.0), norm < 3.4e38);
    }
}
