// A tile of a matrix product: 8 TY rows by 8 TX columns, by TX x TY threads, each with 8 x 8 sums in registers.
//
// `a` holds 16 x 2 TY quads of rows, `b` 16 x 2 TX quads of columns. A thread works on row quads `ty` and `TY + ty`
// and on column quads `tx` and `TX + tx`, so that neighbors read neighboring quads. For each of the 16 it reads four
// quads of workgroup memory and makes 64 multiplications with additions. A kernel's turn is: all threads fill `a` and
// `b` in blocks of 4 x 4, barrier, `turns`, barrier; at the end `store_tile` hands every quad of sums to the kernel's own
// `store(split, row, quad, sums)`. For each block of 16 terms a tile asks for 16 (8 TX + 8 TY) x 4 bytes.

override TX: u32 = 8u;
override TY: u32 = 8u;
override THREADS: u32 = TX * TY;
override A_QUADS: u32 = 32u * TY;
override B_QUADS: u32 = 32u * TX;

var<workgroup> a: array<vec4<f32>, A_QUADS>;
var<workgroup> b: array<vec4<f32>, B_QUADS>;

// Rows 0 to 3 belong to row quad `ty`, 4 to 7 to `TY + ty`; s to column quad `tx`, t to `TX + tx`.
var<private> s0: vec4<f32>;
var<private> s1: vec4<f32>;
var<private> s2: vec4<f32>;
var<private> s3: vec4<f32>;
var<private> s4: vec4<f32>;
var<private> s5: vec4<f32>;
var<private> s6: vec4<f32>;
var<private> s7: vec4<f32>;
var<private> t0: vec4<f32>;
var<private> t1: vec4<f32>;
var<private> t2: vec4<f32>;
var<private> t3: vec4<f32>;
var<private> t4: vec4<f32>;
var<private> t5: vec4<f32>;
var<private> t6: vec4<f32>;
var<private> t7: vec4<f32>;

fn turn(k: u32, tx: u32, ty: u32) {
    let a0 = a[k * 2u * TY + ty];
    let a1 = a[k * 2u * TY + TY + ty];
    let b0 = b[k * 2u * TX + tx];
    let b1 = b[k * 2u * TX + TX + tx];
    s0 = fma(vec4<f32>(a0.x), b0, s0);
    t0 = fma(vec4<f32>(a0.x), b1, t0);
    s1 = fma(vec4<f32>(a0.y), b0, s1);
    t1 = fma(vec4<f32>(a0.y), b1, t1);
    s2 = fma(vec4<f32>(a0.z), b0, s2);
    t2 = fma(vec4<f32>(a0.z), b1, t2);
    s3 = fma(vec4<f32>(a0.w), b0, s3);
    t3 = fma(vec4<f32>(a0.w), b1, t3);
    s4 = fma(vec4<f32>(a1.x), b0, s4);
    t4 = fma(vec4<f32>(a1.x), b1, t4);
    s5 = fma(vec4<f32>(a1.y), b0, s5);
    t5 = fma(vec4<f32>(a1.y), b1, t5);
    s6 = fma(vec4<f32>(a1.z), b0, s6);
    t6 = fma(vec4<f32>(a1.z), b1, t6);
    s7 = fma(vec4<f32>(a1.w), b0, s7);
    t7 = fma(vec4<f32>(a1.w), b1, t7);
}

fn turns(tx: u32, ty: u32) {
    for (var k = 0u; k < 16u; k += 4u) {
        turn(k, tx, ty);
        turn(k + 1u, tx, ty);
        turn(k + 2u, tx, ty);
        turn(k + 3u, tx, ty);
    }
}

// Writes a block of 4 x 4 turned about its diagonal: quads of terms in, quads of rows out.
fn turn_into_a(at: u32, x0: vec4<f32>, x1: vec4<f32>, x2: vec4<f32>, x3: vec4<f32>) {
    a[at] = vec4<f32>(x0.x, x1.x, x2.x, x3.x);
    a[at + 2u * TY] = vec4<f32>(x0.y, x1.y, x2.y, x3.y);
    a[at + 4u * TY] = vec4<f32>(x0.z, x1.z, x2.z, x3.z);
    a[at + 6u * TY] = vec4<f32>(x0.w, x1.w, x2.w, x3.w);
}

// The sums of the thread at `tx`, `ty` of the tile whose first row and first quad of columns these are.
fn store_tile(split: u32, row: u32, column: u32, tx: u32, ty: u32) {
    let low = row + 4u * ty;
    let high = low + 4u * TY;
    let left = column + tx;
    let right = left + TX;
    store(split, low, left, s0);
    store(split, low + 1u, left, s1);
    store(split, low + 2u, left, s2);
    store(split, low + 3u, left, s3);
    store(split, high, left, s4);
    store(split, high + 1u, left, s5);
    store(split, high + 2u, left, s6);
    store(split, high + 3u, left, s7);
    store(split, low, right, t0);
    store(split, low + 1u, right, t1);
    store(split, low + 2u, right, t2);
    store(split, low + 3u, right, t3);
    store(split, high, right, t4);
    store(split, high + 1u, right, t5);
    store(split, high + 2u, right, t6);
    store(split, high + 3u, right, t7);
}
