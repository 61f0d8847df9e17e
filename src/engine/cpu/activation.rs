//! The non-linearities and their gradients.
#![allow(unsafe_op_in_unsafe_fn, reason = "pure arithmetic in registers; the contract is that of `Simd`")]

use std::f32::consts::FRAC_1_SQRT_2;

use super::simd::Simd;
use crate::model::{Activation, LEAKY_SLOPE};

/// A non-linearity on 16 lanes.
pub trait Act {
    /// Whether a cell keeps what the backward pass needs.
    const LEARNS: bool = true;
    /// Whether the gradient at the maximum must be kept for the backward pass; ReLU's is told by the cell's code.
    const KEEPS_GRAD: bool;
    /// Whether it never falls, so that the largest input has the largest value.
    const KEEPS_ORDER: bool;
    unsafe fn value<S: Simd>(z: S::V) -> S::V;
    unsafe fn grad<S: Simd>(z: S::V) -> S::V;
}

/// `max(0, z)`.
pub struct Relu;
/// `z` above zero, else `0.01 z`.
pub struct Leaky;
/// `z Φ(z)`.
pub struct Gelu;

/// An activation where no backward pass follows.
pub struct Inference<A>(std::marker::PhantomData<A>);

/// [`Act::KEEPS_ORDER`] of `activation`.
pub const fn keeps_order(activation: Activation) -> bool {
    match activation {
        Activation::Relu => Relu::KEEPS_ORDER,
        Activation::LeakyRelu => Leaky::KEEPS_ORDER,
        Activation::Gelu => Gelu::KEEPS_ORDER,
    }
}

impl Act for Relu {
    const KEEPS_GRAD: bool = false;
    const KEEPS_ORDER: bool = true;
    #[inline(always)]
    unsafe fn value<S: Simd>(z: S::V) -> S::V {
        S::max(S::zero(), z)
    }
    #[inline(always)]
    unsafe fn grad<S: Simd>(z: S::V) -> S::V {
        S::keep(S::gt(z, S::zero()), S::splat(1.0))
    }
}

impl Act for Leaky {
    const KEEPS_GRAD: bool = true;
    const KEEPS_ORDER: bool = true;
    #[inline(always)]
    unsafe fn value<S: Simd>(z: S::V) -> S::V {
        S::mul(z, Self::grad::<S>(z))
    }
    #[inline(always)]
    unsafe fn grad<S: Simd>(z: S::V) -> S::V {
        S::select(S::gt(z, S::zero()), S::splat(1.0), S::splat(LEAKY_SLOPE))
    }
}

impl Act for Gelu {
    const KEEPS_GRAD: bool = true;
    const KEEPS_ORDER: bool = false;
    #[inline(always)]
    unsafe fn value<S: Simd>(z: S::V) -> S::V {
        S::mul(z, normal_cdf::<S>(z))
    }
    #[inline(always)]
    unsafe fn grad<S: Simd>(z: S::V) -> S::V {
        // d/dz z Φ(z) = Φ(z) + z φ(z).
        let mut density = S::to_array(z);
        for x in &mut density {
            *x = normal_pdf(*x);
        }
        S::fma(z, S::from_array(density), normal_cdf::<S>(z))
    }
}

impl<A: Act> Act for Inference<A> {
    const LEARNS: bool = false;
    const KEEPS_GRAD: bool = false;
    const KEEPS_ORDER: bool = A::KEEPS_ORDER;
    #[inline(always)]
    unsafe fn value<S: Simd>(z: S::V) -> S::V {
        A::value::<S>(z)
    }
    #[inline(always)]
    unsafe fn grad<S: Simd>(z: S::V) -> S::V {
        A::grad::<S>(z)
    }
}

/// `Φ(z) = (1 + erf(z / √2)) / 2`; erf as a quotient of polynomials on [-4, 4], as in Eigen's
/// `generic_fast_erf` (error below 3e-7).
#[inline(always)]
#[allow(clippy::excessive_precision, reason = "the coefficients as their source gives them")]
unsafe fn normal_cdf<S: Simd>(z: S::V) -> S::V {
    const NUMERATOR: [f32; 7] =
        [-2.726_142_3e-10, 2.770_681_4e-8, -2.101_024e-6, -5.692_506_4e-5, -7.349_906e-4, -2.954_599_8e-3, -1.609_603_3e-2];
    const DENOMINATOR: [f32; 5] = [-1.456_607_2e-5, -2.133_740_5e-4, -1.682_827e-3, -7.373_329e-3, -1.426_473_9e-2];
    let limit = S::splat(4.0);
    let x = S::mul(z, S::splat(FRAC_1_SQRT_2));
    let x = S::select(S::gt(x, limit), limit, x);
    let x = S::max(S::splat(-4.0), x);
    let square = S::mul(x, x);
    let mut top = S::splat(NUMERATOR[0]);
    for &c in &NUMERATOR[1..] {
        top = S::fma(top, square, S::splat(c));
    }
    let mut bottom = S::splat(DENOMINATOR[0]);
    for &c in &DENOMINATOR[1..] {
        bottom = S::fma(bottom, square, S::splat(c));
    }
    let erf = S::div(S::mul(top, x), bottom);
    S::fma(S::splat(0.5), erf, S::splat(0.5))
}

/// `exp(-x² / 2) / √(2π)`, without a branch so that the compiler can do many at once; error below 1e-7.
#[inline(always)]
fn normal_pdf(x: f32) -> f32 {
    const FRAC_1_SQRT_2PI: f32 = 0.398_942_3;
    let y = -0.5 * x * x;
    let y = if y > -80.0 { y } else { -80.0 };
    // exp(y) = 2^n exp(r) with n = round(y / ln 2): adding 1.5 * 2^23 rounds to a whole number.
    let shifted = y * std::f32::consts::LOG2_E + 12_582_912.0;
    let n = shifted - 12_582_912.0;
    let r = (y - n * 0.693_145_75) - n * 1.428_606_8e-6;
    let series = 1.0 + r * (1.0 + r * (0.5 + r * (1.0 / 6.0 + r * (1.0 / 24.0 + r * (1.0 / 120.0 + r / 720.0)))));
    let power = f32::from_bits((shifted.to_bits() << 23).wrapping_add(0x3f80_0000));
    FRAC_1_SQRT_2PI * power * series
}
