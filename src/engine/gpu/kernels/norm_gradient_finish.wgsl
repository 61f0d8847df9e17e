// Adds norm_sums.wgsl's shares in order: the gradients of scale and shift, and the three numbers of each channel by
// which norm_gradient.wgsl goes, `coefficients` [3][quad]. One thread a quad of channels.

@group(0) @binding(2) var<storage, read> shares: array<vec4<f32>>;
@group(0) @binding(3) var<storage, read> stats: array<vec4<f32>>;
@group(0) @binding(4) var<storage, read_write> coefficients: array<vec4<f32>>;
@group(0) @binding(5) var<storage, read_write> parts: array<vec4<f32>>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) id: vec3<u32>, @builtin(local_invocation_index) thread: u32) {
    let quad = id.x * 64u + thread;
    let quads = layer.out_quads;
    if (quad >= quads) {
        return;
    }
    var sum = vec4<f32>(0.0);
    var product = vec4<f32>(0.0);
    for (var share = 0u; share < layer.shares; share += 1u) {
        sum += shares[2u * (share * quads + quad)];
        product += shares[2u * (share * quads + quad) + 1u];
    }
    parts[layer.parts + quad] = product;
    parts[layer.parts_bias + quad] = sum;
    let factor = stats[2u * quads + quad];
    let mean = share_of_picture() * layer.share;
    coefficients[quad] = factor;
    coefficients[quads + quad] = -factor * sum * mean;
    coefficients[2u * quads + quad] = -factor * product * mean;
}
