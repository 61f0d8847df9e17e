// Reading the bytes that pool.wgsl wrote.

fn bytes(word: u32) -> vec4<u32> {
    return (vec4<u32>(word) >> vec4<u32>(0u, 8u, 16u, 24u)) & vec4<u32>(255u);
}

// `value` where the maximum was `place`, zero elsewhere.
fn where_maximum(word: u32, place: u32, value: vec4<f32>) -> vec4<f32> {
    return select(vec4<f32>(0.0), value, (bytes(word) & vec4<u32>(3u)) == vec4<u32>(place));
}

// The activation's gradient, as far as the sign of the sum tells it (all but GELU).
fn grad_by_argmax(word: u32) -> vec4<f32> {
    let above = (bytes(word) & vec4<u32>(4u)) != vec4<u32>(0u);
    let below = select(0.0, select(LEAK, 1.0, ACTIVATION == 3u), ACTIVATION != 0u);
    return select(vec4<f32>(below), vec4<f32>(1.0), above);
}
