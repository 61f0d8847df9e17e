// Convolution, or a dense layer (1 x 1 map, kernel 1): z = b + sum over taps and inputs of w x.
//
// Product: rows are places of the output, pictures x rows x columns; columns its channels; the sum runs over taps and
// input channels. The matrix of windows is never written: each tile's share is gathered on the way into workgroup
// memory. Tiling: tile.wgsl; 16 terms (four quads of channels) at a time.
//
// With POOLED, four neighboring rows are the places of one 2x2 cell, so a thread holds whole cells and finishes them in
// registers: bias, activation, maximum, dropout. A last odd row or column is not computed. With ACTIVATED, where no pooling
// follows, every place gets bias and activation. Without both, the sums are stored as they are, before bias: those of a
// dense layer in `splits` splits of the terms, [split][row][quad].
//
// Bytes of device memory: maps (or 3 bytes a pixel) and weights once each, if the second-level cache holds a tile's
// neighborhood; pooled map 4 bytes a value, argmax 1 byte a value, `picked` 4 where GELU wants it. No z.

override POOLED: bool = false;
override ACTIVATED: bool = false;
// Whether the sums behind the maxima, or behind all that is activated, are kept.
override PICKED: bool = false;
// Whether the sums are cut into splits, as a dense layer's are.
override SHARED: bool = false;

@group(0) @binding(4) var<storage, read> weights: array<vec4<f32>>;
@group(0) @binding(5) var<storage, read_write> output: array<Quad>;
@group(0) @binding(6) var<storage, read_write> argmax: array<u32>;
@group(0) @binding(7) var<storage, read_write> picked: array<Quad>;
@group(0) @binding(8) var<storage, read_write> sum_shares: array<vec4<f32>>;

override ROWS: u32 = 8u * TY;

// Of each row of the tile: the picture's first place, and row and column of its window's corner.
var<workgroup> rows: array<vec4<i32>, ROWS>;

fn rows_in_all() -> u32 {
    if (POOLED) {
        return step.pictures * layer.pooled_height * layer.pooled_width * 4u;
    }
    return step.pictures * layer.out_height * layer.out_width;
}

fn locate(row: u32) -> vec4<i32> {
    if (row >= rows_in_all()) {
        // So far outside that every tap misses the picture.
        return vec4<i32>(0, -65536, 0, 0);
    }
    var picture: u32;
    var y: u32;
    var x: u32;
    if (POOLED) {
        let cell = row / 4u;
        let down = cell / layer.pooled_width;
        x = 2u * (cell % layer.pooled_width) + row % 2u;
        y = 2u * (down % layer.pooled_height) + (row / 2u) % 2u;
        picture = down / layer.pooled_height;
    } else {
        let down = row / layer.out_width;
        x = row % layer.out_width;
        y = down % layer.out_height;
        picture = down / layer.out_height;
    }
    let first = i32(picture * layer.in_height * layer.in_width);
    let border = i32(layer.border);
    return vec4<i32>(first, i32(y) - border, i32(x) - border, 0);
}

fn at_tap(row: vec4<i32>, u: i32, v: i32, quad: u32) -> vec4<f32> {
    return input(row.x, row.y + u, row.z + v, quad);
}

fn epilogue(cell_row: u32, quad: u32, z0: vec4<f32>, z1: vec4<f32>, z2: vec4<f32>, z3: vec4<f32>) {
    if (quad >= layer.out_quads || cell_row >= rows_in_all()) {
        return;
    }
    let bias = weights[layer.bias + quad];
    let cell = pool(z0 + bias, z1 + bias, z2 + bias, z3 + bias);
    let place = cell_row / 4u;
    let at = place * layer.out_quads + quad;
    output[at] = stored(cell.value * kept(layer.dropout, place * layer.out_channels + 4u * quad, 1u));
    argmax[at] = cell.code;
    if (PICKED) {
        picked[at] = stored(cell.picked);
    }
}

fn store(split: u32, row: u32, quad: u32, z: vec4<f32>) {
    if (quad < layer.out_quads && row < rows_in_all()) {
        let at = (split * rows_in_all() + row) * layer.out_quads + quad;
        if (SHARED) {
            sum_shares[at] = z;
        } else if (ACTIVATED) {
            let sum = z + weights[layer.bias + quad];
            output[at] = stored(activate(sum));
            if (PICKED) {
                picked[at] = stored(sum);
            }
        } else {
            output[at] = stored(z);
        }
    }
}

@compute @workgroup_size(THREADS)
fn main(
    @builtin(workgroup_id) id: vec3<u32>,
    @builtin(num_workgroups) ids: vec3<u32>,
    @builtin(local_invocation_index) thread: u32,
) {
    let group = id.x + id.y * ids.x;
    let column_tiles = (layer.out_quads + 2u * TX - 1u) / (2u * TX);
    let row_tiles = (rows_in_all() + ROWS - 1u) / ROWS;
    let column = (group % column_tiles) * 2u * TX;
    let row = ((group / column_tiles) % row_tiles) * ROWS;
    let split = group / (column_tiles * row_tiles);
    if (split >= layer.splits) {
        return;
    }
    for (var i = thread; i < ROWS; i += THREADS) {
        rows[i] = locate(row + i);
    }
    workgroupBarrier();

    let terms = layer.kernel * layer.kernel * layer.in_quads;
    let per_split = ((terms + layer.splits - 1u) / layer.splits + 3u) / 4u * 4u;
    let first = split * per_split;
    let end = min(first + per_split, terms);
    let lane = thread % 4u;
    // The tap and the quad of channels of this thread's term.
    var quad = (first + lane) % layer.in_quads;
    let tap = (first + lane) / layer.in_quads;
    var u = i32(tap / layer.kernel);
    var v = i32(tap % layer.kernel);
    let tx = thread % TX;
    let ty = thread / TX;
    for (var k = first; k < end; k += 4u) {
        for (var i = thread; i < 8u * TY; i += THREADS) {
            let four = i / 4u;
            var x0 = vec4<f32>(0.0);
            var x1 = vec4<f32>(0.0);
            var x2 = vec4<f32>(0.0);
            var x3 = vec4<f32>(0.0);
            if (k + lane < end) {
                x0 = at_tap(rows[4u * four], u, v, quad);
                x1 = at_tap(rows[4u * four + 1u], u, v, quad);
                x2 = at_tap(rows[4u * four + 2u], u, v, quad);
                x3 = at_tap(rows[4u * four + 3u], u, v, quad);
            }
            turn_into_a(lane * 8u * TY + four, x0, x1, x2, x3);
        }
        for (var i = thread; i < B_QUADS; i += THREADS) {
            let term = 4u * k + i / (2u * TX);
            let out = column + i % (2u * TX);
            var w = vec4<f32>(0.0);
            if (term < 4u * end && out < layer.out_quads) {
                w = weights[layer.weights + term * layer.out_quads + out];
            }
            b[i] = w;
        }
        quad += 4u;
        while (quad >= layer.in_quads) {
            quad -= layer.in_quads;
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

    if (POOLED) {
        let low = row + 4u * ty;
        let high = low + 4u * TY;
        let left = column + tx;
        epilogue(low, left, s0, s1, s2, s3);
        epilogue(low, left + TX, t0, t1, t2, t3);
        epilogue(high, left, s4, s5, s6, s7);
        epilogue(high, left + TX, t4, t5, t6, t7);
    } else {
        store_tile(split, row, column, tx, ty);
    }
}
