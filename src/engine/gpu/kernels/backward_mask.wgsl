// The way of a gradient down through the dropout and the activation of the layer below. Reads 1 byte a value where the
// pooling left a code, 4 where a sum is needed.

// 0: neither, the value as it is; 1: the gradient by the pooling's code; 2: by the sum before the activation.
override BACKWARD_MASK: u32 = 0u;

@group(0) @binding(5) var<storage, read> mask_argmax: array<u32>;
@group(0) @binding(6) var<storage, read> mask_sums: array<Quad>;

fn backward_mask(at: u32, value: vec4<f32>) -> vec4<f32> {
    if (BACKWARD_MASK == 0u) {
        return value;
    }
    let row = at / layer.mask_quads;
    let index = row * layer.mask_channels + 4u * (at % layer.mask_quads);
    let masked = value * kept(layer.mask_dropout, index, 1u);
    if (BACKWARD_MASK == 1u) {
        return masked * grad_by_argmax(mask_argmax[at]);
    }
    return masked * grad(loaded(mask_sums[at]));
}
