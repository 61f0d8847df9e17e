// Sums over a map's places for batch norm: of each channel, sum and sum of squares of z - z[first place], which is
// near enough to the mean that nothing cancels. Cut as range.wgsl says; reads 4 bytes a value once.

@group(0) @binding(2) var<storage, read> maps: array<Quad>;

@compute @workgroup_size(64)
fn main(me: Thread) {
    let places = step.pictures * layer.out_height * layer.out_width;
    let mine = range(group_of(me), me.local, places);
    var sum = vec4<f32>(0.0);
    var square = vec4<f32>(0.0);
    let shift = loaded(maps[min(mine.quad, layer.out_quads - 1u)]);
    for (var at = mine.first; at < mine.end; at += 64u / LANES) {
        let off = loaded(maps[at * layer.out_quads + mine.quad]) - shift;
        sum += off;
        square += off * off;
    }
    store_sums(mine, me.local, sum, square);
}
