// What a convolution reads: maps, or in the first layer pixels, 3 bytes each, divided by 255.

override PIXELS: bool = false;

@group(0) @binding(2) var<storage, read> maps: array<Quad>;
@group(0) @binding(3) var<storage, read> pixels: array<u32>;

// A quad of the place at row `y` and column `x` of the picture whose first place is `first`; zero in the border.
fn input(first: i32, y: i32, x: i32, quad: u32) -> vec4<f32> {
    if (y < 0 || x < 0 || y >= i32(layer.in_height) || x >= i32(layer.in_width)) {
        return vec4<f32>(0.0);
    }
    let at = u32(first + y * i32(layer.in_width) + x);
    if (PIXELS) {
        let byte = 3u * at;
        let shift = 8u * (byte % 4u);
        var rgb = pixels[byte / 4u] >> shift;
        if (shift > 8u) {
            rgb |= pixels[byte / 4u + 1u] << (32u - shift);
        }
        return unpack4x8unorm(rgb & 0xffffffu);
    }
    return loaded(maps[at * layer.in_quads + quad]);
}
