// Sums over a map's places for batch norm: of each channel, sum and sum of squares of z - z[first place], which is
// near enough to the mean that nothing cancels.
//
// A workgroup takes LANES quads of channels and one of `shares` ranges of places; 64 / LANES threads walk a quad's
// range side by side, and their sums are added in order. Reads 4 bytes a value once; writes `shares` x 8 bytes a
// channel, [share][quad][2], which norm_finish.wgsl adds in order.

override LANES: u32 = 16u;

@group(0) @binding(2) var<storage, read> maps: array<vec4<f32>>;
@group(0) @binding(3) var<storage, read_write> shares: array<vec4<f32>>;

var<workgroup> sums: array<vec4<f32>, 64>;
var<workgroup> squares: array<vec4<f32>, 64>;

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
    let places = step.pictures * layer.out_height * layer.out_width;
    let per_share = (places + layer.shares - 1u) / layer.shares;
    let end = min((share + 1u) * per_share, places);
    var sum = vec4<f32>(0.0);
    var square = vec4<f32>(0.0);
    if (quad < quads) {
        let shift = maps[quad];
        for (var at = share * per_share + thread / LANES; at < end; at += 64u / LANES) {
            let off = maps[at * quads + quad] - shift;
            sum += off;
            square += off * off;
        }
    }
    sums[thread] = sum;
    squares[thread] = square;
    workgroupBarrier();
    if (thread < LANES && quad < quads && share < layer.shares) {
        for (var other = thread + LANES; other < 64u; other += LANES) {
            sum += sums[other];
            square += squares[other];
        }
        let to = 2u * (share * quads + quad);
        shares[to] = sum;
        shares[to + 1u] = square;
    }
}
