// The first half of the way back through batch norm of maps: the pooled gradient through dropout and activation, in
// place, and of each channel the sums of dy and of dy times the normalized value.
//
// Cut as norm_moments.wgsl is. Only the maxima have a gradient, so the pooled maps are all it reads: gradient 4, codes
// 1 and z at the maxima 4 bytes a value; it writes the gradient, 4 bytes a value, and `shares` x 8 bytes a channel.

override LANES: u32 = 16u;

@group(0) @binding(2) var<storage, read_write> gradient: array<vec4<f32>>;
@group(0) @binding(3) var<storage, read> codes: array<u32>;
@group(0) @binding(4) var<storage, read> picked: array<vec4<f32>>;
@group(0) @binding(5) var<storage, read> stats: array<vec4<f32>>;
@group(0) @binding(6) var<storage, read_write> shares: array<vec4<f32>>;

var<workgroup> sums: array<vec4<f32>, 64>;
var<workgroup> products: array<vec4<f32>, 64>;

@compute @workgroup_size(64)
fn main(
    @builtin(workgroup_id) id: vec3<u32>,
    @builtin(num_workgroups) ids: vec3<u32>,
    @builtin(local_invocation_index) thread: u32,
) {
    let group = id.x + id.y * ids.x;
    let quads = layer.out_quads;
    let columns = (quads + LANES - 1u) / LANES;
    let quad = (group % columns) * LANES + thread % LANES;
    let share = group / columns;
    let cells = step.pictures * layer.pooled_height * layer.pooled_width;
    let per_share = (cells + layer.shares - 1u) / layer.shares;
    let end = min((share + 1u) * per_share, cells);
    var sum = vec4<f32>(0.0);
    var product = vec4<f32>(0.0);
    if (quad < quads) {
        let mean = stats[quad];
        let inverse = stats[quads + quad];
        let factor = stats[2u * quads + quad];
        let shift = stats[3u * quads + quad];
        for (var cell = share * per_share + thread / LANES; cell < end; cell += 64u / LANES) {
            let at = cell * quads + quad;
            let z = picked[at];
            var dy = gradient[at] * kept(layer.drop, cell * layer.out_channels + 4u * quad, 1u);
            if (ACTIVATION == 2u) {
                dy *= slope(fma(z, factor, shift));
            } else {
                dy *= slope_by_code(codes[at]);
            }
            gradient[at] = dy;
            sum += dy;
            product += dy * (z - mean) * inverse;
        }
    }
    sums[thread] = sum;
    products[thread] = product;
    workgroupBarrier();
    if (thread < LANES && quad < quads && share < layer.shares) {
        for (var other = thread + LANES; other < 64u; other += LANES) {
            sum += sums[other];
            product += products[other];
        }
        let to = 2u * (share * quads + quad);
        shares[to] = sum;
        shares[to + 1u] = product;
    }
}
