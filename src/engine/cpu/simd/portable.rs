//! Plain Rust over arrays, for any processor: the compiler makes SSE2 of it on x86-64 and NEON on AArch64, where fused
//! multiply-add belongs to the base set.
#![allow(unsafe_op_in_unsafe_fn, reason = "only loads and stores are unsafe; the contract is that of `Simd`")]

use std::array::from_fn;

use super::{LANES, Simd};

/// No instruction set beyond the target's own.
#[derive(Clone, Copy)]
pub struct Portable;

type Lanes = [f32; LANES];

#[inline(always)]
fn fused(a: f32, b: f32, c: f32) -> f32 {
    // Without the instruction, `mul_add` would be a slow call into the C library.
    if cfg!(any(target_arch = "aarch64", target_feature = "fma")) { a.mul_add(b, c) } else { a * b + c }
}

impl Simd for Portable {
    type V = Lanes;
    type M = [bool; LANES];
    type C = [u8; LANES];
    type Row = *const f32;
    type Picks = [u8; LANES];

    const ROWS_1: usize = if cfg!(target_arch = "aarch64") { 6 } else { 2 };
    const ROWS_2: usize = 0;

    #[inline(always)]
    unsafe fn splat(x: f32) -> Lanes {
        [x; LANES]
    }
    #[inline(always)]
    unsafe fn load(p: *const f32) -> Lanes {
        p.cast::<Lanes>().read_unaligned()
    }
    #[inline(always)]
    unsafe fn store(p: *mut f32, v: Lanes) {
        p.cast::<Lanes>().write_unaligned(v);
    }
    #[inline(always)]
    unsafe fn add(a: Lanes, b: Lanes) -> Lanes {
        from_fn(|i| a[i] + b[i])
    }
    #[inline(always)]
    unsafe fn sub(a: Lanes, b: Lanes) -> Lanes {
        from_fn(|i| a[i] - b[i])
    }
    #[inline(always)]
    unsafe fn mul(a: Lanes, b: Lanes) -> Lanes {
        from_fn(|i| a[i] * b[i])
    }
    #[inline(always)]
    unsafe fn div(a: Lanes, b: Lanes) -> Lanes {
        from_fn(|i| a[i] / b[i])
    }
    #[inline(always)]
    unsafe fn sqrt(a: Lanes) -> Lanes {
        a.map(f32::sqrt)
    }
    #[inline(always)]
    unsafe fn fma(a: Lanes, b: Lanes, c: Lanes) -> Lanes {
        from_fn(|i| fused(a[i], b[i], c[i]))
    }
    #[inline(always)]
    unsafe fn fnma(a: Lanes, b: Lanes, c: Lanes) -> Lanes {
        from_fn(|i| fused(-a[i], b[i], c[i]))
    }
    #[inline(always)]
    unsafe fn max(a: Lanes, b: Lanes) -> Lanes {
        from_fn(|i| if a[i] > b[i] { a[i] } else { b[i] })
    }
    #[inline(always)]
    unsafe fn gt(a: Lanes, b: Lanes) -> Self::M {
        #[expect(clippy::neg_cmp_op_on_partial_ord, reason = "true for NaN")]
        from_fn(|i| !(a[i] <= b[i]))
    }
    #[inline(always)]
    unsafe fn select(m: Self::M, a: Lanes, b: Lanes) -> Lanes {
        from_fn(|i| if m[i] { a[i] } else { b[i] })
    }
    #[inline(always)]
    unsafe fn splat_argmax(code: u8) -> Self::C {
        [code; LANES]
    }
    #[inline(always)]
    unsafe fn load_argmax(p: *const u8) -> Self::C {
        p.cast::<Self::C>().read()
    }
    #[inline(always)]
    unsafe fn store_argmax(p: *mut u8, c: Self::C) {
        p.cast::<Self::C>().write(c);
    }
    #[inline(always)]
    unsafe fn recode(m: Self::M, code: u8, old: Self::C) -> Self::C {
        from_fn(|i| if m[i] { code } else { old[i] })
    }
    #[inline(always)]
    unsafe fn is(c: Self::C, code: u8) -> Self::M {
        from_fn(|i| c[i] == code)
    }
    #[inline(always)]
    unsafe fn row(p: *const f32) -> *const f32 {
        p
    }
    #[inline(always)]
    unsafe fn picks(c: Self::C) -> Self::Picks {
        c
    }
    #[inline(always)]
    unsafe fn pick(top: *const f32, bottom: *const f32, offset: usize, picks: Self::Picks) -> Lanes {
        let four = [*top.add(offset), *top.add(offset + 3), *bottom.add(offset), *bottom.add(offset + 3)];
        from_fn(|i| four[usize::from(picks[i] & 3)])
    }
    #[inline(always)]
    unsafe fn prefetch(_: *const f32) {}
    #[inline(always)]
    unsafe fn expect_store(_: *const f32) {}
}
