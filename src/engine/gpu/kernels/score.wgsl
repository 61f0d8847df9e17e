// The score of a batch from its pictures' losses and hits, as softmax_loss.wgsl left them. One workgroup; each thread takes
// every 256th picture, and the sums are added in a fixed order. Reads 8 bytes a picture, writes 8.

@group(0) @binding(2) var<storage, read> picture_scores: array<vec2<f32>>;
@group(0) @binding(3) var<storage, read_write> score: array<f32>;

var<workgroup> sums: array<vec2<f32>, 256>;

@compute @workgroup_size(256)
fn main(@builtin(local_invocation_index) thread: u32) {
    var sum = vec2<f32>(0.0);
    for (var n = thread; n < step.pictures; n += 256u) {
        sum += picture_scores[n];
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
        score[0] = sums[0].x;
        score[1] = sums[0].y;
    }
}
