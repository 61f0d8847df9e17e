// From the last maps to the first vector, where it is more than reading them as they lie: the mean of each channel
// (AVERAGE), or a dropout that numbers the values as a flattened map has them, channel by channel.
//
// One thread a quad of the result. Reads the maps once, 4 bytes a value, and writes the result.

override AVERAGE: bool = true;

@group(0) @binding(2) var<storage, read> maps: array<Quad>;
@group(0) @binding(3) var<storage, read_write> output: array<Quad>;

@compute @workgroup_size(64)
fn main(me: Thread) {
    let at = index_of(me);
    let quads = layer.in_quads;
    let area = layer.in_height * layer.in_width;
    if (AVERAGE) {
        if (at >= step.pictures * quads) {
            return;
        }
        let picture = at / quads;
        let quad = at % quads;
        var sum = vec4<f32>(0.0);
        for (var cell = 0u; cell < area; cell += 1u) {
            sum += loaded(maps[(picture * area + cell) * quads + quad]);
        }
        output[at] = stored(sum * layer.share * kept(layer.dropout, picture * layer.out_channels + 4u * quad, 1u));
    } else {
        if (at >= step.pictures * area * quads) {
            return;
        }
        let cell = (at / quads) % area;
        let picture = at / (quads * area);
        let channel = 4u * (at % quads);
        let index = (picture * layer.out_channels + channel) * area + cell;
        output[at] = stored(loaded(maps[at]) * kept(layer.dropout, index, area));
    }
}
