// Batch norm of maps, activation, 2x2 maximum and dropout in one pass: one thread a quad of a pooled cell.
//
// Reads z, 4 bytes a value once; writes the pooled map 4 bytes, the argmax 1 byte and z at the maxima 4 bytes a value
// of the pooled map, so that the sums of the way back need not gather from z. Without POOLED, where no pooling follows, every
// place is its own cell and dropout's no more: reads z and writes its activation, 4 bytes a value each.

override POOLED: bool = true;

@group(0) @binding(2) var<storage, read> maps: array<Quad>;
@group(0) @binding(3) var<storage, read> stats: array<vec4<f32>>;
@group(0) @binding(4) var<storage, read_write> output: array<Quad>;
@group(0) @binding(5) var<storage, read_write> argmax: array<u32>;
@group(0) @binding(6) var<storage, read_write> picked: array<Quad>;

@compute @workgroup_size(64)
fn main(me: Thread) {
    let at = index_of(me);
    let quads = layer.out_quads;
    if (at >= step.pictures * layer.pooled_height * layer.pooled_width * quads) {
        return;
    }
    let quad = at % quads;
    let cell = at / quads;
    let factor = stats[2u * quads + quad];
    let shift = stats[3u * quads + quad];
    if (!POOLED) {
        output[at] = stored(activate(fma(loaded(maps[at]), factor, shift)));
        return;
    }
    let down = cell / layer.pooled_width;
    let x = 2u * (cell % layer.pooled_width);
    let y = 2u * (down % layer.pooled_height);
    let first = (((down / layer.pooled_height) * layer.out_height + y) * layer.out_width + x) * quads + quad;
    let below = first + layer.out_width * quads;
    let z0 = loaded(maps[first]);
    let z1 = loaded(maps[first + quads]);
    let z2 = loaded(maps[below]);
    let z3 = loaded(maps[below + quads]);
    let result = pool(fma(z0, factor, shift), fma(z1, factor, shift), fma(z2, factor, shift), fma(z3, factor, shift));
    output[at] = stored(result.value * kept(layer.dropout, cell * layer.out_channels + 4u * quad, 1u));
    argmax[at] = result.code;
    var z = z0;
    let place = bytes(result.code) & vec4<u32>(3u);
    z = select(z, z1, place == vec4<u32>(1u));
    z = select(z, z2, place == vec4<u32>(2u));
    z = select(z, z3, place == vec4<u32>(3u));
    picked[at] = stored(z);
}
