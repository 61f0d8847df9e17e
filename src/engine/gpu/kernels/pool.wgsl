// Activation and 2x2 maximum of four places, with what the way back needs: one byte a channel, of which bits 0 and 1
// say which place was the first maximum in reading order, and bit 2 whether its sum was above zero.

struct Cell {
    value: vec4<f32>,
    // The sum of the chosen place, before the activation.
    picked: vec4<f32>,
    code: u32,
}

fn pool(z0: vec4<f32>, z1: vec4<f32>, z2: vec4<f32>, z3: vec4<f32>) -> Cell {
    var value = activate(z0);
    var picked = z0;
    var place = vec4<u32>(0u);
    let y1 = activate(z1);
    var more = y1 > value;
    value = select(value, y1, more);
    picked = select(picked, z1, more);
    place = select(place, vec4<u32>(1u), more);
    let y2 = activate(z2);
    more = y2 > value;
    value = select(value, y2, more);
    picked = select(picked, z2, more);
    place = select(place, vec4<u32>(2u), more);
    let y3 = activate(z3);
    more = y3 > value;
    value = select(value, y3, more);
    picked = select(picked, z3, more);
    place = select(place, vec4<u32>(3u), more);
    let bytes = place | select(vec4<u32>(0u), vec4<u32>(4u), picked > vec4<f32>(0.0));
    return Cell(value, picked, bytes.x | (bytes.y << 8u) | (bytes.z << 16u) | (bytes.w << 24u));
}
