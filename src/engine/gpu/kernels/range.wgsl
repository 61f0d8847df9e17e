// Two sums over the places of maps for each quad of channels, cut the same way for each pass that needs such.
//
// A workgroup takes LANES quads of channels and one of `layer.splits` ranges of places; 64 / LANES threads walk a
// quad's range side by side, and their sums are added in order. Written are `splits` x 8 bytes a channel,
// [split][quad][2], which splits.wgsl adds in order.

override LANES: u32 = 16u;

@group(0) @binding(6) var<storage, read_write> splits: array<vec4<f32>>;

var<workgroup> first_sums: array<vec4<f32>, 64>;
var<workgroup> second_sums: array<vec4<f32>, 64>;

// What a thread goes over: a quad, and the places from `first` in steps of 64 / LANES.
struct Range {
    quad: u32,
    split: u32,
    first: u32,
    // No place at all for a thread without a quad.
    end: u32,
}

fn range(group: u32, thread: u32, places: u32) -> Range {
    let columns = (layer.out_quads + LANES - 1u) / LANES;
    let quad = (group % columns) * LANES + thread % LANES;
    let split = group / columns;
    let per_split = (places + layer.splits - 1u) / layer.splits;
    let end = select(0u, min((split + 1u) * per_split, places), quad < layer.out_quads);
    return Range(quad, split, split * per_split + thread / LANES, end);
}

// Adds the threads' sums, and writes them.
fn store_sums(mine: Range, thread: u32, first: vec4<f32>, second: vec4<f32>) {
    first_sums[thread] = first;
    second_sums[thread] = second;
    workgroupBarrier();
    if (thread < LANES && mine.quad < layer.out_quads && mine.split < layer.splits) {
        var a = first;
        var b = second;
        for (var other = thread + LANES; other < 64u; other += LANES) {
            a += first_sums[other];
            b += second_sums[other];
        }
        let to = 2u * (mine.split * layer.out_quads + mine.quad);
        splits[to] = a;
        splits[to + 1u] = b;
    }
}
