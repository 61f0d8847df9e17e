// How maps and their gradients lie in memory: as they are computed, 4 bytes a value.

alias Quad = vec4<f32>;

// What gradients of maps are multiplied by.
const SCALE: f32 = 1.0;

fn loaded(quad: Quad) -> vec4<f32> {
    return quad;
}

fn stored(values: vec4<f32>) -> Quad {
    return values;
}
