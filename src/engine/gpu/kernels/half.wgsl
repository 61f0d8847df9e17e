// How maps and their gradients lie in memory: as f16, 2 bytes a value, while all arithmetic and all weights stay f32.

enable f16;

alias Quad = vec4<f16>;

// What gradients of maps are multiplied by, so that the small ones do not vanish: f16 ends at 6e-8.
const SCALE: f32 = 1024.0;

fn loaded(quad: Quad) -> vec4<f32> {
    return vec4<f32>(quad);
}

fn stored(values: vec4<f32>) -> Quad {
    return vec4<f16>(clamp(values, vec4<f32>(-65504.0), vec4<f32>(65504.0)));
}
