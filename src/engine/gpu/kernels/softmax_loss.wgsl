// The loss of each picture and its gradient at each logit: categorical cross-entropy or focal loss of the logits, as loss has
// them. One workgroup a picture, one thread a quad of logits, of which there are at most 50.
//
// Reads the logits and a quad of target and weight of each picture, writes the gradients, and to `picture_scores` the picture's part of
// the mean weighted loss and 1 if its answer is right: 4 + 4 bytes a logit, 24 a picture.

override FOCAL: bool = false;

@group(0) @binding(2) var<storage, read> logits: array<vec4<f32>>;
// The class, the class that is mixed in, how much of it, the weight.
@group(0) @binding(3) var<storage, read> targets: array<vec4<f32>>;
@group(0) @binding(4) var<storage, read_write> gradient: array<Quad>;
@group(0) @binding(5) var<storage, read_write> picture_scores: array<vec2<f32>>;

// The largest logit and its class.
var<workgroup> best: array<vec2<f32>, 64>;
var<workgroup> sums: array<vec2<f32>, 64>;

const LEAST: f32 = -3.4e38;

// The larger logit; of two the same that of the first class.
fn larger(a: vec2<f32>, b: vec2<f32>) -> vec2<f32> {
    let second = b.x > a.x || (b.x == a.x && b.y < a.y);
    return select(a, b, second);
}

// The sum over all threads, in a fixed order.
fn sum_of(own: vec2<f32>, thread: u32) -> vec2<f32> {
    workgroupBarrier();
    sums[thread] = own;
    workgroupBarrier();
    for (var half = 32u; half > 0u; half /= 2u) {
        if (thread < half) {
            sums[thread] += sums[thread + half];
        }
        workgroupBarrier();
    }
    return sums[0];
}

@compute @workgroup_size(64)
fn main(
    @builtin(workgroup_id) id: vec3<u32>,
    @builtin(num_workgroups) ids: vec3<u32>,
    @builtin(local_invocation_index) thread: u32,
) {
    let n = id.x + id.y * ids.x;
    if (n >= step.pictures) {
        return;
    }
    let at = n * layer.out_quads + thread;
    let own = thread < layer.out_quads;
    let classes = vec4<u32>(4u * thread) + vec4<u32>(0u, 1u, 2u, 3u);
    let there = classes < vec4<u32>(layer.out_channels);
    var z = vec4<f32>(LEAST);
    if (own) {
        z = select(z, logits[at], there);
    }
    let number = vec4<f32>(classes);
    best[thread] = larger(
        larger(vec2<f32>(z.x, number.x), vec2<f32>(z.y, number.y)),
        larger(vec2<f32>(z.z, number.z), vec2<f32>(z.w, number.w)),
    );
    workgroupBarrier();
    for (var half = 32u; half > 0u; half /= 2u) {
        if (thread < half) {
            best[thread] = larger(best[thread], best[thread + half]);
        }
        workgroupBarrier();
    }
    let most = best[0].x;
    let answer = best[0].y;

    // Without the largest one's own 1, so that what is left beside a certain class is not rounded away.
    let largest = number == vec4<f32>(answer);
    let powers = select(exp(z - most), vec4<f32>(0.0), largest | !there);
    let others = sum_of(vec2<f32>(dot(powers, vec4<f32>(1.0)), 0.0), thread).x;
    let l = z - most - log_1_plus(others);
    let p = select(vec4<f32>(0.0), exp(l), there);

    let truth = targets[n];
    let full = select(vec4<f32>(0.0), vec4<f32>(1.0 - truth.z), number == vec4<f32>(truth.x))
        + select(vec4<f32>(0.0), vec4<f32>(truth.z), number == vec4<f32>(truth.y));
    let smoothing = step.loss.x;
    let y = select(vec4<f32>(0.0), full * (1.0 - smoothing) + smoothing / f32(layer.out_channels), there);
    var value = -l;
    var by_log = vec4<f32>(-1.0);
    if (FOCAL) {
        let gamma = step.loss.y;
        let miss = max(select(1.0 - p, vec4<f32>(others / (1.0 + others)), largest), vec4<f32>(1.2e-38));
        let factor = step.loss.z * exp2(gamma * log2(miss));
        value = -factor * l;
        by_log = gamma * factor * (l * p / miss) - factor;
    }
    let asked = y > vec4<f32>(0.0);
    value = select(vec4<f32>(0.0), y * value, asked);
    by_log = select(vec4<f32>(0.0), y * by_log, asked);
    let sum = sum_of(vec2<f32>(dot(value, vec4<f32>(1.0)), dot(by_log, vec4<f32>(1.0))), thread);
    let weight = truth.w * share_of_picture();
    if (own) {
        gradient[at] = stored((by_log - p * sum.y) * weight * SCALE);
    }
    if (thread == 0u) {
        let label = select(truth.x, truth.y, truth.z > 0.5);
        picture_scores[n] = vec2<f32>(sum.x * weight, select(0.0, 1.0, answer == label));
    }
}
