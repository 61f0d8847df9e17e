// The gradient of a convolution's (or dense layer's) weights and bias: dw[tap, i, o] = sum over places of
// x[place + tap, i] dz[place, o], db[o] = sum over places of dz[place, o].
//
// Product: rows are taps and input channels, columns output channels; the sum runs over all places of all pictures, 16
// at a time. Tiling: tile.wgsl. The places are cut into `splits`, each summed by workgroups of its own into
// [split][row][quad], the bias behind the last row; update.wgsl adds the splits in order. No atomics, so the same bits
// at each run.
//
// With POOLED, four places are one 2x2 cell, whose pooled gradient and code are read once; dz never exists.
//
// Bytes of device memory: maps (or 3 bytes a pixel), pooled gradient 4 and argmax 1 byte a value, once each if the
// second-level cache holds a split's neighborhood; splits x weights x 4 bytes written.

override POOLED: bool = false;

@group(0) @binding(4) var<storage, read> gradient: array<Quad>;
@group(0) @binding(5) var<storage, read> argmax: array<u32>;
@group(0) @binding(6) var<storage, read_write> partials: array<vec4<f32>>;

override ROW_QUADS: u32 = 2u * TY;

// Of each quad of rows: the tap's offset, the quad of channels, and whether it is one.
var<workgroup> taps: array<vec4<i32>, ROW_QUADS>;
// Of 16 places, now and next: the picture's first place, row, column, and where its gradient is (-1 without).
var<workgroup> places: array<vec4<i32>, 32>;

fn quads_of_places() -> u32 {
    if (POOLED) {
        return step.pictures * layer.pooled_height * layer.pooled_width;
    }
    return (step.pictures * layer.out_height * layer.out_width + 3u) / 4u;
}

fn locate(four: u32, one: u32, end: u32) -> vec4<i32> {
    let outside = vec4<i32>(0, -65536, 0, -1);
    if (four >= end) {
        return outside;
    }
    var picture: u32;
    var y: u32;
    var x: u32;
    var at = four;
    if (POOLED) {
        let down = four / layer.pooled_width;
        x = 2u * (four % layer.pooled_width) + one % 2u;
        y = 2u * (down % layer.pooled_height) + one / 2u;
        picture = down / layer.pooled_height;
    } else {
        at = 4u * four + one;
        let down = at / layer.out_width;
        x = at % layer.out_width;
        y = down % layer.out_height;
        picture = down / layer.out_height;
        if (picture >= step.pictures) {
            return outside;
        }
    }
    return vec4<i32>(i32(picture * layer.in_height * layer.in_width), i32(y), i32(x), i32(at));
}

fn gather(place: vec4<i32>, tap: vec4<i32>) -> vec4<f32> {
    if (tap.w == 0) {
        return vec4<f32>(0.0);
    }
    return input(place.x, place.y + tap.x, place.z + tap.y, u32(tap.z));
}

fn store(split: u32, row: u32, quad: u32, value: vec4<f32>) {
    if (quad < layer.out_quads && row < 4u * layer.kernel * layer.kernel * layer.in_quads) {
        partials[layer.partials + split * layer.partial_stride + row * layer.out_quads + quad] = value / SCALE;
    }
}

@compute @workgroup_size(THREADS)
fn main(
    @builtin(workgroup_id) id: vec3<u32>,
    @builtin(num_workgroups) ids: vec3<u32>,
    @builtin(local_invocation_index) thread: u32,
) {
    let group = id.x + id.y * ids.x;
    let row_quads = layer.kernel * layer.kernel * layer.in_quads;
    let column_tiles = (layer.out_quads + 2u * TX - 1u) / (2u * TX);
    let row_tiles = (row_quads + ROW_QUADS - 1u) / ROW_QUADS;
    let column = (group % column_tiles) * 2u * TX;
    let row = ((group / column_tiles) % row_tiles) * ROW_QUADS;
    let split = group / (column_tiles * row_tiles);
    if (split >= layer.splits) {
        return;
    }
    let all = quads_of_places();
    let per_split = ((all + layer.splits - 1u) / layer.splits + 3u) / 4u * 4u;
    let first = split * per_split;
    let end = min(first + per_split, all);
    for (var i = thread; i < ROW_QUADS; i += THREADS) {
        let term = row + i;
        let tap = term / layer.in_quads;
        let u = i32(tap / layer.kernel) - i32(layer.border);
        let v = i32(tap % layer.kernel) - i32(layer.border);
        taps[i] = vec4<i32>(u, v, i32(term % layer.in_quads), select(0, 1, term < row_quads));
    }
    for (var i = thread; i < 16u; i += THREADS) {
        places[i] = locate(first + i / 4u, i % 4u, end);
    }
    workgroupBarrier();

    let tx = thread % TX;
    let ty = thread / TX;
    var bias_left = vec4<f32>(0.0);
    var bias_right = vec4<f32>(0.0);
    var now = 0u;
    for (var k = first; k < end; k += 4u) {
        for (var i = thread; i < 8u * TY; i += THREADS) {
            let tap = taps[i % ROW_QUADS];
            let four = 4u * (i / ROW_QUADS);
            let at = four * ROW_QUADS + i % ROW_QUADS;
            a[at] = gather(places[now + four], tap);
            a[at + ROW_QUADS] = gather(places[now + four + 1u], tap);
            a[at + 2u * ROW_QUADS] = gather(places[now + four + 2u], tap);
            a[at + 3u * ROW_QUADS] = gather(places[now + four + 3u], tap);
        }
        for (var i = thread; i < 8u * TX; i += THREADS) {
            let quad = column + i % (2u * TX);
            let four = 4u * (i / (2u * TX));
            let at = four * 2u * TX + i % (2u * TX);
            var d0 = vec4<f32>(0.0);
            var d1 = vec4<f32>(0.0);
            var d2 = vec4<f32>(0.0);
            var d3 = vec4<f32>(0.0);
            if (quad < layer.out_quads) {
                if (POOLED) {
                    let cell = places[now + four].w;
                    if (cell >= 0) {
                        let origin = u32(cell) * layer.out_quads + quad;
                        let value = loaded(gradient[origin]);
                        let word = argmax[origin];
                        d0 = where_maximum(word, 0u, value);
                        d1 = where_maximum(word, 1u, value);
                        d2 = where_maximum(word, 2u, value);
                        d3 = where_maximum(word, 3u, value);
                    }
                } else {
                    let p0 = places[now + four].w;
                    let p1 = places[now + four + 1u].w;
                    let p2 = places[now + four + 2u].w;
                    let p3 = places[now + four + 3u].w;
                    if (p0 >= 0) { d0 = loaded(gradient[u32(p0) * layer.out_quads + quad]); }
                    if (p1 >= 0) { d1 = loaded(gradient[u32(p1) * layer.out_quads + quad]); }
                    if (p2 >= 0) { d2 = loaded(gradient[u32(p2) * layer.out_quads + quad]); }
                    if (p3 >= 0) { d3 = loaded(gradient[u32(p3) * layer.out_quads + quad]); }
                }
            }
            b[at] = d0;
            b[at + 2u * TX] = d1;
            b[at + 4u * TX] = d2;
            b[at + 6u * TX] = d3;
        }
        // The next places, while the others still load.
        for (var i = thread; i < 16u; i += THREADS) {
            places[16u - now + i] = locate(k + 4u + i / 4u, i % 4u, end);
        }
        now = 16u - now;
        workgroupBarrier();
        turns(tx, ty);
        if (row == 0u) {
            for (var i = 0u; i < 16u; i += 1u) {
                bias_left += b[i * 2u * TX + tx];
                bias_right += b[i * 2u * TX + TX + tx];
            }
        }
        workgroupBarrier();
    }

    store_tile(split, 4u * row, column, tx, ty);
    if (row == 0u && ty == 0u) {
        let behind = layer.partials + split * layer.partial_stride + 4u * row_quads * layer.out_quads;
        let left = column + tx;
        let right = left + TX;
        if (left < layer.out_quads) {
            partials[behind + left] = bias_left / SCALE;
        }
        if (right < layer.out_quads) {
            partials[behind + right] = bias_right / SCALE;
        }
    }
}
