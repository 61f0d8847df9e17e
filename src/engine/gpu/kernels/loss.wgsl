// The loss of the batch and its gradient at each output, of which there is one for each picture: binary cross-entropy or focal
// loss of a logit, or the error of a value, as loss has them. One workgroup; each thread takes every 256th picture, and the
// sums are added in a fixed order.
//
// Reads output (one quad), target and weight of each picture, writes its gradient (one quad) and to `score` the mean
// weighted loss and the number of right answers, of values the mean absolute error.

// 0 cross-entropy, 1 focal loss, 2 squared, 3 absolute error, 4 Huber.
override LOSS: u32 = 0u;

@group(0) @binding(2) var<storage, read> logits: array<vec4<f32>>;
@group(0) @binding(3) var<storage, read> targets: array<vec2<f32>>;
@group(0) @binding(4) var<storage, read_write> gradient: array<Quad>;
@group(0) @binding(5) var<storage, read_write> score: array<f32>;

var<workgroup> sums: array<vec2<f32>, 256>;

// Loss and gradient of a value.
fn evaluate_value(z: f32, target_value: f32) -> vec2<f32> {
    let error = z - target_value;
    if (LOSS == 2u) {
        return vec2<f32>(error * error, 2.0 * error);
    }
    if (LOSS == 3u) {
        return vec2<f32>(abs(error), sign(error));
    }
    let delta = step.loss.y;
    if (abs(error) <= delta) {
        return vec2<f32>(0.5 * error * error, error);
    }
    return vec2<f32>(delta * abs(error) - 0.5 * delta * delta, delta * sign(error));
}

// Loss and gradient of a logit.
fn evaluate(z: f32, target_value: f32) -> vec2<f32> {
    if (LOSS >= 2u) {
        return evaluate_value(z, target_value);
    }
    let y = target_value * (1.0 - step.loss.x) + 0.5 * step.loss.x;
    let e = exp(-abs(z));
    let entropy = max(z, 0.0) - z * y + log_1_plus(e);
    let large = 1.0 / (1.0 + e);
    let small = e / (1.0 + e);
    let p = select(small, large, z >= 0.0);
    let q = select(large, small, z >= 0.0);
    if (LOSS == 0u) {
        return vec2<f32>(entropy, p - y);
    }
    let gamma = step.loss.y;
    let alpha = step.loss.z;
    // Far out the miss vanishes; the floor keeps the quotient finite.
    let miss = max(y * q + (1.0 - y) * p, 1.2e-38);
    let miss_grad = (1.0 - 2.0 * y) * p * q;
    let balance = select(1.0, y * alpha + (1.0 - y) * (1.0 - alpha), step.loss.w != 0.0);
    let factor = exp2(gamma * log2(miss));
    let factor_grad = gamma * factor * (miss_grad / miss);
    return vec2<f32>(balance * factor * entropy, balance * (factor_grad * entropy + factor * (p - y)));
}

@compute @workgroup_size(256)
fn main(@builtin(local_invocation_index) thread: u32) {
    let pictures = step.pictures;
    var sum = vec2<f32>(0.0);
    for (var n = thread; n < pictures; n += 256u) {
        let z = logits[n].x;
        let truth = targets[n];
        let evaluated = evaluate(z, truth.x) * truth.y * share_of_picture();
        gradient[n] = stored(vec4<f32>(evaluated.y * SCALE, 0.0, 0.0, 0.0));
        let correct = select(0.0, 1.0, (z >= 0.0) == (truth.x >= 0.5));
        sum += vec2<f32>(evaluated.x, select(correct, abs(z - truth.x) * share_of_picture(), LOSS >= 2u));
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
