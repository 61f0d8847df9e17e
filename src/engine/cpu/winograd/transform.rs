//! The 1-D transforms of Winograd's F(4,3) with the points 0, ±a, ±b, ∞ where `a = 1/√2`, `b = √2`.
//!
//! Four outputs `y[i] = sum over k < 3 of g[k] d[i + k]` are `y = A^T ((G g) * (B^T d))` with six products instead of
//! twelve (Toom 1963, Cook 1966, Winograd 1980; for convolutional networks Lavin and Gray 2016). With these points
//! `a b = 1`, the matrices are the tamest of those tried: the rounding error is 1.7 times that of a direct
//! convolution, half of that of the textbook's points 0, ±1, ±2. Row for a point p of `A` is `[1 p p² p³]`, of `G`
//! is `[1 p p²] / N(p)` with `N = 1, -3/2, 6`, and of `B^T` the coefficients of the product over the other points:
//!
//! ```text
//!         1   0  -5/2  0    1   0            1    0    0                1   0    0    0
//!         0  -b   -2   a    1   0          -2/3 -2a/3 -1/3              1   a   1/2  a/2
//! B^T =   0   b   -2  -a    1   0     G =  -2/3  2a/3 -1/3        A =   1  -a   1/2 -a/2
//!         0  -a  -1/2  b    1   0           1/6  b/6   1/3              1   b    2   2b
//!         0   a  -1/2 -b    1   0           1/6 -b/6   1/3              1  -b    2  -2b
//!         0   1    0  -5/2  0   1            0    0    1                0   0    0   1
//! ```
//!
//! The gradients are the adjoints: `dd = B (G g * A dy)`, `dg = G^T (B^T d * A dy)`. In two dimensions each transform
//! is applied to the columns, then to the rows.
#![allow(unsafe_op_in_unsafe_fn, reason = "pure arithmetic in registers; the contract is that of `Simd`")]

use std::f32::consts::{FRAC_1_SQRT_2 as A, SQRT_2 as B};

use crate::engine::cpu::simd::Simd;

/// `B^T d`: six inputs to the six points.
#[inline(always)]
pub unsafe fn input<S: Simd>(d: [S::V; 6]) -> [S::V; 6] {
    let (low, high) = (input_low::<S>([d[0], d[1], d[2], d[3], d[4]]), input_high::<S>([d[1], d[2], d[3], d[4], d[5]]));
    [low[0], low[1], low[2], high[0], high[1], high[2]]
}

/// The first three points of [`input`], from its first five inputs.
#[inline(always)]
pub unsafe fn input_low<S: Simd>(d: [S::V; 5]) -> [S::V; 3] {
    let (two, a) = (S::splat(2.0), S::splat(A));
    let even = S::fnma(two, d[2], d[4]);
    let odd = S::fnma(two, d[1], d[3]);
    [S::fnma(S::splat(2.5), d[2], S::add(d[0], d[4])), S::fma(a, odd, even), S::fnma(a, odd, even)]
}

/// The last three points of [`input`], from its last five inputs.
#[inline(always)]
pub unsafe fn input_high<S: Simd>(d: [S::V; 5]) -> [S::V; 3] {
    let (half, b) = (S::splat(0.5), S::splat(B));
    let even = S::fnma(half, d[1], d[3]);
    let odd = S::fnma(half, d[0], d[2]);
    [S::fma(b, odd, even), S::fnma(b, odd, even), S::fnma(S::splat(2.5), d[2], S::add(d[0], d[4]))]
}

/// `B r`, the adjoint of [`input`].
#[inline(always)]
pub unsafe fn input_adjoint<S: Simd>(r: [S::V; 6]) -> [S::V; 6] {
    let (even, odd) =
        (input_adjoint_even::<S>([r[0], r[1], r[2], r[3], r[4]]), input_adjoint_odd::<S>([r[1], r[2], r[3], r[4], r[5]]));
    [even[0], odd[0], even[1], odd[1], even[2], odd[2]]
}

/// Numbers 0, 2, 4 of [`input_adjoint`], from the first five points.
#[inline(always)]
pub unsafe fn input_adjoint_even<S: Simd>(r: [S::V; 5]) -> [S::V; 3] {
    let (two, half, c) = (S::splat(2.0), S::splat(0.5), S::splat(2.5));
    let (sum_a, sum_b) = (S::add(r[1], r[2]), S::add(r[3], r[4]));
    let middle = S::fnma(half, sum_b, S::fnma(two, sum_a, S::fnma(c, r[0], S::zero())));
    [r[0], middle, S::add(r[0], S::add(sum_a, sum_b))]
}

/// Numbers 1, 3, 5 of [`input_adjoint`], from the last five points.
#[inline(always)]
pub unsafe fn input_adjoint_odd<S: Simd>(r: [S::V; 5]) -> [S::V; 3] {
    let (a, b, c) = (S::splat(A), S::splat(B), S::splat(2.5));
    let (difference_a, difference_b) = (S::sub(r[0], r[1]), S::sub(r[2], r[3]));
    [
        S::fnma(a, difference_b, S::fnma(b, difference_a, r[4])),
        S::fma(b, difference_b, S::fma(a, difference_a, S::fnma(c, r[4], S::zero()))),
        r[4],
    ]
}

/// `A^T m`: six points to four outputs.
#[inline(always)]
pub unsafe fn output<S: Simd>(m: [S::V; 6]) -> [S::V; 4] {
    let (sum_a, difference_a) = (S::add(m[1], m[2]), S::sub(m[1], m[2]));
    let (sum_b, difference_b) = (S::add(m[3], m[4]), S::sub(m[3], m[4]));
    [
        S::add(m[0], S::add(sum_a, sum_b)),
        S::fma(S::splat(B), difference_b, S::mul(S::splat(A), difference_a)),
        S::fma(S::splat(2.0), sum_b, S::mul(S::splat(0.5), sum_a)),
        S::fma(S::splat(2.0 * B), difference_b, S::fma(S::splat(0.5 * A), difference_a, m[5])),
    ]
}

/// `A y`, the adjoint of [`output`].
#[inline(always)]
pub unsafe fn output_adjoint<S: Simd>(y: [S::V; 4]) -> [S::V; 6] {
    let (two, half, a, b) = (S::splat(2.0), S::splat(0.5), S::splat(A), S::splat(B));
    let even_a = S::fma(half, y[2], y[0]);
    let odd_a = S::fma(half, y[3], y[1]);
    let even_b = S::fma(two, y[2], y[0]);
    let odd_b = S::fma(two, y[3], y[1]);
    [y[0], S::fma(a, odd_a, even_a), S::fnma(a, odd_a, even_a), S::fma(b, odd_b, even_b), S::fnma(b, odd_b, even_b), y[3]]
}

/// `G g`: three weights to the six points.
#[inline(always)]
pub unsafe fn kernel<S: Simd>(g: [S::V; 3]) -> [S::V; 6] {
    let third = S::splat(1.0 / 3.0);
    let even_a = S::fma(S::splat(-2.0 / 3.0), g[0], S::fnma(third, g[2], S::zero()));
    let odd_a = S::mul(S::splat(-2.0 / 3.0 * A), g[1]);
    let even_b = S::fma(S::splat(1.0 / 6.0), g[0], S::mul(third, g[2]));
    let odd_b = S::mul(S::splat(B / 6.0), g[1]);
    [g[0], S::add(even_a, odd_a), S::sub(even_a, odd_a), S::add(even_b, odd_b), S::sub(even_b, odd_b), g[2]]
}

/// `G^T u`, the adjoint of [`kernel`].
#[inline(always)]
pub unsafe fn kernel_adjoint<S: Simd>(u: [S::V; 6]) -> [S::V; 3] {
    let third = S::splat(1.0 / 3.0);
    let (sum_a, difference_a) = (S::add(u[1], u[2]), S::sub(u[1], u[2]));
    let (sum_b, difference_b) = (S::add(u[3], u[4]), S::sub(u[3], u[4]));
    [
        S::fma(S::splat(1.0 / 6.0), sum_b, S::fma(S::splat(-2.0 / 3.0), sum_a, u[0])),
        S::fma(S::splat(B / 6.0), difference_b, S::mul(S::splat(-2.0 / 3.0 * A), difference_a)),
        S::fma(third, sum_b, S::fnma(third, sum_a, u[5])),
    ]
}

/// Applies a 1-D transform from `$from` to `$to` points along both directions of a square held as rows of vectors.
macro_rules! both_ways {
    ($name:ident, $step:ident, $from:literal, $to:literal) => {
        #[doc = concat!("[`", stringify!($step), "`] of the columns, then of the rows.")]
        #[inline(always)]
        pub unsafe fn $name<S: Simd>(x: [[S::V; $from]; $from]) -> [[S::V; $to]; $to] {
            let mut half = [[S::zero(); $from]; $to];
            for j in 0..$from {
                let mut column = [S::zero(); $from];
                for i in 0..$from {
                    column[i] = x[i][j];
                }
                let done = $step::<S>(column);
                for i in 0..$to {
                    half[i][j] = done[i];
                }
            }
            let mut out = [[S::zero(); $to]; $to];
            for i in 0..$to {
                out[i] = $step::<S>(half[i]);
            }
            out
        }
    };
}

both_ways!(output_2d, output, 6, 4);
both_ways!(output_adjoint_2d, output_adjoint, 4, 6);
both_ways!(kernel_2d, kernel, 3, 6);
both_ways!(kernel_adjoint_2d, kernel_adjoint, 6, 3);
