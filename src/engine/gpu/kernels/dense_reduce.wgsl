// The end of a dense layer: the splits of its sums added in order, bias, activation, dropout.
//
// One thread a quad of a picture. Reads `splits` x 4 bytes a value, writes the sum before the activation and, unless
// batch norm follows (vector_norm.wgsl), the value behind activation and dropout: 8 bytes a value. Of the last layer only
// the logits.

override NORM: bool = false;
// The last layer: its sums are the logits.
override LAST: bool = false;

@group(0) @binding(2) var<storage, read> splits: array<vec4<f32>>;
@group(0) @binding(3) var<storage, read> weights: array<vec4<f32>>;
@group(0) @binding(4) var<storage, read_write> sums: array<Quad>;
@group(0) @binding(5) var<storage, read_write> output: array<Quad>;
@group(0) @binding(6) var<storage, read_write> logits: array<vec4<f32>>;

@compute @workgroup_size(64)
fn main(me: Thread) {
    let at = index_of(me);
    let all = step.pictures * layer.out_quads;
    if (at >= all) {
        return;
    }
    let quad = at % layer.out_quads;
    var z = splits[at];
    for (var split = 1u; split < layer.splits; split += 1u) {
        z += splits[split * all + at];
    }
    z += weights[layer.bias + quad];
    if (LAST) {
        logits[at] = z;
        return;
    }
    sums[at] = stored(z);
    if (!NORM) {
        let index = (at / layer.out_quads) * layer.out_channels + 4u * quad;
        output[at] = stored(activate(z) * kept(layer.dropout, index, 1u));
    }
}
