// The sums that range.wgsl left in splits, added in order: `splits` x 8 bytes a channel read.

@group(0) @binding(6) var<storage, read> splits: array<vec4<f32>>;

struct Sums {
    first: vec4<f32>,
    second: vec4<f32>,
}

fn sums_of(quad: u32) -> Sums {
    var sums = Sums(vec4<f32>(0.0), vec4<f32>(0.0));
    for (var split = 0u; split < layer.splits; split += 1u) {
        let origin = 2u * (split * layer.out_quads + quad);
        sums.first += splits[origin];
        sums.second += splits[origin + 1u];
    }
    return sums;
}
