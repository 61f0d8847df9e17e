// The update of all weights in one launch: the splits of each gradient added in order, the L2 term, the optimizer's
// formula (optimizer has them with their sources), the moving average.
//
// A workgroup takes up to 256 quads of one array; `groups` says which: [segment, first quad]. Bytes of device memory a
// weight: 4 for each split, 8 for the weight and 8 for each of the optimizer's slots, each read and written once.
//
// STORE leaves the gradient in the first split's place instead, for clipping and for the gradients themselves; with
// STORED it is taken from there. `squares` gets each workgroup's l2 sum(w^2) and sum(g^2), which total.wgsl adds.

// 0 Adam and AdamW, 1 RMSprop, 2 SGD, 3 Nadam.
override FORMULA: u32 = 0u;
override MOMENTUM: bool = false;
override NESTEROV: bool = false;
override CENTERED: bool = false;
// Whether a moving average is kept, and in which slot.
override AVERAGES: bool = false;
override AVERAGE: u32 = 0u;
override STORE: bool = false;
override STORED: bool = false;

struct Segment {
    // Where in the weights, and how many quads.
    start: u32,
    quads: u32,
    // Where its gradient's splits are, how many, how far apart.
    partials: u32,
    splits: u32,
    stride: u32,
    l2: f32,
    // 1 if it is a kernel, which AdamW's decay shrinks.
    decays: u32,
    // The factor on the learning rate.
    rate: f32,
}

@group(0) @binding(2) var<storage, read> segments: array<Segment>;
@group(0) @binding(3) var<storage, read> groups: array<vec2<u32>>;
@group(0) @binding(4) var<storage, read_write> weights: array<vec4<f32>>;
@group(0) @binding(5) var<storage, read_write> slots: array<vec4<f32>>;
@group(0) @binding(6) var<storage, read_write> partials: array<vec4<f32>>;
@group(0) @binding(7) var<storage, read_write> squares: array<vec2<f32>>;
@group(0) @binding(8) var<storage, read> score: array<f32>;

var<workgroup> sums: array<vec2<f32>, 64>;

// Slots lie one behind the other, each as long as the weights.
fn slot(number: u32, at: u32) -> u32 {
    return number * layer.weights + at;
}

fn apply(at: u32, gradient: vec4<f32>, decay: f32, rate: f32) -> vec4<f32> {
    let r0 = step.update[0];
    let r1 = step.update[1];
    var w = weights[at];
    w -= decay * w;
    if (FORMULA == 0u || FORMULA == 3u) {
        // r0: 1 - beta_1, 1 - beta_2, epsilon, the rate or m's factor; r1: g's factor, 1 / (1 - beta_2^t).
        var m = slots[slot(0u, at)];
        var v = slots[slot(1u, at)];
        m += r0.x * (gradient - m);
        v += r0.y * (gradient * gradient - v);
        slots[slot(0u, at)] = m;
        slots[slot(1u, at)] = v;
        if (FORMULA == 0u) {
            w -= rate * r0.w * m / (sqrt(v) + r0.z);
        } else {
            w -= (rate * r0.w * m + rate * r1.x * gradient) / (sqrt(v * r1.y) + r0.z);
        }
    } else if (FORMULA == 1u) {
        // r0: rate, rho, 1 - rho, epsilon; r1: momentum.
        let velocity = r0.y * slots[slot(0u, at)] + r0.z * gradient * gradient;
        slots[slot(0u, at)] = velocity;
        var under = velocity + r0.w;
        if (CENTERED) {
            let number = select(1u, 2u, MOMENTUM);
            let mean = r0.y * slots[slot(number, at)] + r0.z * gradient;
            slots[slot(number, at)] = mean;
            under = velocity - mean * mean + r0.w;
        }
        var change = rate * r0.x * gradient / sqrt(under);
        if (MOMENTUM) {
            change += r1.x * slots[slot(1u, at)];
            slots[slot(1u, at)] = change;
        }
        w -= change;
    } else {
        // r0: rate; r1: momentum.
        let change = rate * r0.x * gradient;
        if (MOMENTUM) {
            let v = r1.x * slots[slot(0u, at)] - change;
            slots[slot(0u, at)] = v;
            if (NESTEROV) {
                w += r1.x * v - change;
            } else {
                w += v;
            }
        } else {
            w -= change;
        }
    }
    weights[at] = w;
    return w;
}

@compute @workgroup_size(64)
fn main(
    @builtin(workgroup_id) id: vec3<u32>,
    @builtin(num_workgroups) ids: vec3<u32>,
    @builtin(local_invocation_index) thread: u32,
) {
    let number = id.x + id.y * ids.x;
    if (number >= layer.splits) {
        return;
    }
    let group = groups[number];
    let segment = segments[group.x];
    let decay = segment.rate * select(0.0, step.update[2].x, segment.decays == 1u);
    var square = vec2<f32>(0.0);
    for (var i = 0u; i < 4u; i += 1u) {
        let quad = group.y + 64u * i + thread;
        if (quad < segment.quads) {
            let at = segment.start + quad;
            let first = segment.partials + quad;
            var gradient = partials[first];
            if (!STORED) {
                for (var split = 1u; split < segment.splits; split += 1u) {
                    gradient += partials[first + split * segment.stride];
                }
                let w = weights[at];
                gradient += 2.0 * segment.l2 * w;
                square += vec2<f32>(segment.l2 * dot(w, w), dot(gradient, gradient));
            }
            if (STORE) {
                partials[first] = gradient;
            } else {
                if (STORED) {
                    gradient *= score[3];
                }
                let w = apply(at, gradient, decay, segment.rate);
                if (AVERAGES) {
                    let to = slot(AVERAGE, at);
                    let momentum = step.update[2].y;
                    slots[to] = select(momentum * slots[to] + (1.0 - momentum) * w, w, step.first == 1u);
                }
            }
        }
    }
    if (!STORED) {
        sums[thread] = square;
        workgroupBarrier();
        for (var half = 32u; half > 0u; half /= 2u) {
            if (thread < half) {
                sums[thread] += sums[thread + half];
            }
            workgroupBarrier();
        }
        if (thread == 0u) {
            squares[number] = sums[0];
        }
    }
}
