// What every kernel sees: the step, the layer, and dropout's masks.
//
// Offsets, sizes and indices count quads, four f32 at once: channels are padded to a multiple of four with zeros, so
// maps are [picture][row][column][quad] and weights of a convolution [tap][input][output quad].

// A dropout layer at this step: as engine/dropout.rs has it. Threshold 0 keeps everything.
struct Dropout {
    key: u32,
    threshold: u32,
    kept: f32,
    spare: u32,
}

struct Step {
    pictures: u32,
    // 1 in training, 0 in evaluation: which statistics batch norm goes by.
    training: u32,
    // 1 if the running statistics are updated.
    update_running_stats: u32,
    // 1 at the first update: the averages start as the weights.
    first: u32,
    // The numbers of the update, see update.wgsl; the last is 1 / pictures.
    update: array<vec4<f32>, 3>,
    // Label smoothing, focal loss's gamma or Huber's delta, focal loss's alpha, 1 if alpha balances two classes.
    loss: vec4<f32>,
    dropouts: array<Dropout, 16>,
}

struct Layer {
    in_height: u32,
    in_width: u32,
    in_quads: u32,
    out_height: u32,
    out_width: u32,
    out_quads: u32,
    // Without padding.
    out_channels: u32,
    pooled_height: u32,
    pooled_width: u32,
    // Side of the kernel, and width of the border of zeros.
    kernel: u32,
    border: u32,
    // Where in the weights: kernel and bias, or batch norm's scale and shift, running mean and variance.
    weights: u32,
    bias: u32,
    mean: u32,
    variance: u32,
    // Where in the splits of gradients: of the kernel or scale, and of the shift.
    partials: u32,
    partials_bias: u32,
    partial_stride: u32,
    // Into how many splits a sum is cut.
    splits: u32,
    // The layer's own dropout in step.dropouts.
    dropout: u32,
    // The layer below, whose activation and dropout a gradient passes on its way down.
    mask_quads: u32,
    mask_channels: u32,
    mask_dropout: u32,
    momentum: f32,
    epsilon: f32,
    // 1 / places of a map, where a mean is taken.
    share: f32,
    // 1 if batch norm goes by its running statistics in training, too.
    fixed: u32,
    spare: u32,
}

// Who a thread is among all of a launch. Workgroups lie in rows, since one row cannot hold as many as there may be.
// (Kernels that return before a barrier name the built-ins one by one, so that it can be seen that a whole group does.)
struct Thread {
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    // Its number within the workgroup.
    @builtin(local_invocation_index) local: u32,
}

fn group_of(me: Thread) -> u32 {
    return me.group.x + me.group.y * me.groups.x;
}

// Its number among all, where workgroups are of 64.
fn index_of(me: Thread) -> u32 {
    return 64u * group_of(me) + me.local;
}

// 1 / pictures.
fn share_of_picture() -> f32 {
    return step.update[2].w;
}

@group(0) @binding(0) var<uniform> step: Step;
@group(0) @binding(1) var<uniform> layer: Layer;

// A finalizer without visible bias (lowbias32, see engine/dropout.rs).
fn mix32(value: u32) -> u32 {
    var x = value;
    x ^= x >> 16u;
    x *= 0x7feb352du;
    x ^= x >> 15u;
    x *= 0x846ca68bu;
    return x ^ (x >> 16u);
}

// The factors of four values whose indices start at `index` and lie `stride` apart.
fn kept(which: u32, index: u32, stride: u32) -> vec4<f32> {
    let dropout = step.dropouts[which];
    var factors = vec4<f32>(dropout.kept);
    if (dropout.threshold != 0u) {
        let golden = 0x9e3779b9u;
        let hash = vec4<u32>(
            mix32(dropout.key ^ (index * golden)),
            mix32(dropout.key ^ ((index + stride) * golden)),
            mix32(dropout.key ^ ((index + 2u * stride) * golden)),
            mix32(dropout.key ^ ((index + 3u * stride) * golden)),
        );
        factors = select(vec4<f32>(0.0), factors, hash >= vec4<u32>(dropout.threshold));
    }
    return factors;
}
