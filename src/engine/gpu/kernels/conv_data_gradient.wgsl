// The gradient of a convolution's (or dense layer's) input: dx[place, i] = sum over taps and outputs of
// w[tap, i, o] dz[place - tap, o], and on the way out through the layer below.
//
// Product: rows are places of the input, columns its channels; the sum runs over taps and output channels. Tiling:
// tile.wgsl; weights are turned in blocks of 4 x 4 on the way into workgroup memory, so there is no second copy.
//
// With POOLED, dz never exists: `gradient` is that of the pooled map, a quarter of the size, and each place takes it
// where the code says that it was the maximum. The result passes the dropout and activation of the layer below
// (backward_mask.wgsl), so no kernel need touch it again.
//
// Bytes of device memory: pooled gradient 4 and argmax 1 byte a value, weights, argmax of the layer below 1 byte a value
// of the result; the result 4 bytes a value, written once.

override POOLED: bool = false;

@group(0) @binding(2) var<storage, read> gradient: array<Quad>;
@group(0) @binding(3) var<storage, read> argmax: array<u32>;
@group(0) @binding(4) var<storage, read> weights: array<vec4<f32>>;
@group(0) @binding(7) var<storage, read_write> output: array<Quad>;

override ROWS: u32 = 8u * TY;

// Of each row of the tile: its picture, and row and column plus border.
var<workgroup> rows: array<vec4<i32>, ROWS>;

fn rows_in_all() -> u32 {
    return step.pictures * layer.in_height * layer.in_width;
}

fn locate(row: u32) -> vec4<i32> {
    if (row >= rows_in_all()) {
        return vec4<i32>(0, -65536, 0, 0);
    }
    let down = row / layer.in_width;
    let x = row % layer.in_width;
    let y = down % layer.in_height;
    let border = i32(layer.border);
    return vec4<i32>(i32(down / layer.in_height), i32(y) + border, i32(x) + border, 0);
}

fn gather(row: vec4<i32>, u: i32, v: i32, quad: u32) -> vec4<f32> {
    let y = row.y - u;
    let x = row.z - v;
    if (y < 0 || x < 0) {
        return vec4<f32>(0.0);
    }
    if (POOLED) {
        let down = u32(y) / 2u;
        let right = u32(x) / 2u;
        if (down >= layer.pooled_height || right >= layer.pooled_width) {
            return vec4<f32>(0.0);
        }
        let cell = (u32(row.x) * layer.pooled_height + down) * layer.pooled_width + right;
        let at = cell * layer.out_quads + quad;
        return where_maximum(argmax[at], (u32(y) % 2u) * 2u + u32(x) % 2u, loaded(gradient[at]));
    }
    if (y >= i32(layer.out_height) || x >= i32(layer.out_width)) {
        return vec4<f32>(0.0);
    }
    let place = (u32(row.x) * layer.out_height + u32(y)) * layer.out_width + u32(x);
    return loaded(gradient[place * layer.out_quads + quad]);
}

fn store(split: u32, row: u32, quad: u32, value: vec4<f32>) {
    if (quad < layer.in_quads && row < rows_in_all()) {
        let at = row * layer.in_quads + quad;
        output[at] = stored(backward_mask(at, value));
    }
}

@compute @workgroup_size(THREADS)
fn main(
    @builtin(workgroup_id) id: vec3<u32>,
    @builtin(num_workgroups) ids: vec3<u32>,
    @builtin(local_invocation_index) thread: u32,
) {
    let group = id.x + id.y * ids.x;
    let column_tiles = (layer.in_quads + 2u * TX - 1u) / (2u * TX);
    let column = (group % column_tiles) * 2u * TX;
    let row = (group / column_tiles) * ROWS;
    if (row >= rows_in_all()) {
        return;
    }
    for (var i = thread; i < ROWS; i += THREADS) {
        rows[i] = locate(row + i);
    }
    workgroupBarrier();

    let terms = layer.kernel * layer.kernel * layer.out_quads;
    let inputs = 4u * layer.in_quads;
    let lane = thread % 4u;
    var quad = lane % layer.out_quads;
    var tap = lane / layer.out_quads;
    var u = i32(tap / layer.kernel);
    var v = i32(tap % layer.kernel);
    let tx = thread % TX;
    let ty = thread / TX;
    for (var k = 0u; k < terms; k += 4u) {
        let there = k + lane < terms;
        for (var i = thread; i < 8u * TY; i += THREADS) {
            let four = i / 4u;
            var x0 = vec4<f32>(0.0);
            var x1 = vec4<f32>(0.0);
            var x2 = vec4<f32>(0.0);
            var x3 = vec4<f32>(0.0);
            if (there) {
                x0 = gather(rows[4u * four], u, v, quad);
                x1 = gather(rows[4u * four + 1u], u, v, quad);
                x2 = gather(rows[4u * four + 2u], u, v, quad);
                x3 = gather(rows[4u * four + 3u], u, v, quad);
            }
            turn_into_a(lane * 8u * TY + four, x0, x1, x2, x3);
        }
        for (var i = thread; i < 8u * TX; i += THREADS) {
            let four = i / 4u;
            let inside = column + four;
            var w0 = vec4<f32>(0.0);
            var w1 = vec4<f32>(0.0);
            var w2 = vec4<f32>(0.0);
            var w3 = vec4<f32>(0.0);
            if (there && inside < layer.in_quads) {
                let origin = layer.weights + (tap * inputs + 4u * inside) * layer.out_quads + quad;
                w0 = weights[origin];
                w1 = weights[origin + layer.out_quads];
                w2 = weights[origin + 2u * layer.out_quads];
                w3 = weights[origin + 3u * layer.out_quads];
            }
            let at = lane * 8u * TX + four;
            b[at] = vec4<f32>(w0.x, w1.x, w2.x, w3.x);
            b[at + 2u * TX] = vec4<f32>(w0.y, w1.y, w2.y, w3.y);
            b[at + 4u * TX] = vec4<f32>(w0.z, w1.z, w2.z, w3.z);
            b[at + 6u * TX] = vec4<f32>(w0.w, w1.w, w2.w, w3.w);
        }
        quad += 4u;
        while (quad >= layer.out_quads) {
            quad -= layer.out_quads;
            tap += 1u;
            v += 1;
            if (v == i32(layer.kernel)) {
                v = 0;
                u += 1;
            }
        }
        workgroupBarrier();
        turns(tx, ty);
        workgroupBarrier();
    }

    store_tile(0u, row, column, tx, ty);
}
