//! Sixteen lanes of f32 on any processor, so that every kernel is written once.
//!
//! A kernel is generic over [`Simd`]; `isa.rs` compiles it once for each instruction set. All methods are
//! `#[inline(always)]` and hold no state, so that after inlining only the intrinsics remain in a function that has
//! the right `target_feature`. (A call that is not inlined would pass vectors through memory: 2.6 times slower.)

#[cfg(target_arch = "x86_64")]
pub mod avx2;
#[cfg(target_arch = "x86_64")]
pub mod avx512;
pub mod portable;

/// Lanes of a vector, channels of a panel, f32 of a cache line.
pub const LANES: usize = 16;

/// Arithmetic on 16 lanes.
///
/// # Safety
/// The methods may only be called where the instruction set is there (`Isa::run` sees to that); pointers must be
/// valid for 16 lanes.
pub trait Simd: Copy {
    /// 16 numbers.
    type V: Copy;
    /// 16 truth values.
    type M: Copy;
    /// 16 argmax codes that are one byte each in memory.
    type C: Copy;
    /// A row of up to 16 numbers to pick from.
    type Row: Copy;
    /// For each lane, which of four numbers to pick.
    type Picks: Copy;

    /// Rows of a matrix tile that is one panel wide: as many as the registers hold.
    const ROWS_1: usize;
    /// Rows of a matrix tile that is two panels wide; 0 if one panel fills the registers.
    const ROWS_2: usize;

    unsafe fn splat(x: f32) -> Self::V;
    unsafe fn load(p: *const f32) -> Self::V;
    unsafe fn store(p: *mut f32, v: Self::V);
    unsafe fn add(a: Self::V, b: Self::V) -> Self::V;
    unsafe fn sub(a: Self::V, b: Self::V) -> Self::V;
    unsafe fn mul(a: Self::V, b: Self::V) -> Self::V;
    unsafe fn div(a: Self::V, b: Self::V) -> Self::V;
    unsafe fn sqrt(a: Self::V) -> Self::V;
    /// `a * b + c`, in one rounding where the processor can.
    unsafe fn fma(a: Self::V, b: Self::V, c: Self::V) -> Self::V;
    /// `c - a * b`.
    unsafe fn fnma(a: Self::V, b: Self::V, c: Self::V) -> Self::V;
    /// `a` where `a > b`, else `b`; so `max(0, x)` keeps a NaN visible.
    unsafe fn max(a: Self::V, b: Self::V) -> Self::V;
    /// Where `a > b` or one of them is NaN, so that a NaN is not lost in a maximum.
    unsafe fn gt(a: Self::V, b: Self::V) -> Self::M;
    /// `a` where `m`, else `b`.
    unsafe fn select(m: Self::M, a: Self::V, b: Self::V) -> Self::V;

    unsafe fn splat_argmax(code: u8) -> Self::C;
    unsafe fn load_argmax(p: *const u8) -> Self::C;
    unsafe fn store_argmax(p: *mut u8, c: Self::C);
    /// `code` where `m`, else `old`.
    unsafe fn recode(m: Self::M, code: u8, old: Self::C) -> Self::C;
    unsafe fn is(c: Self::C, code: u8) -> Self::M;

    unsafe fn row(p: *const f32) -> Self::Row;
    /// Picks by argmax codes 0 to 3: their upper bit chooses the row, their lower the number three further on.
    unsafe fn picks(c: Self::C) -> Self::Picks;
    /// For each lane the number at `offset` of one of two rows, as [`Simd::picks`] says; `offset` is at most 12.
    unsafe fn pick(top: Self::Row, bottom: Self::Row, offset: usize, picks: Self::Picks) -> Self::V;

    /// Brings the line at `p` into the second-level cache; any address is allowed.
    unsafe fn prefetch(p: *const f32);
    /// Brings the line at `p` into the first-level cache to be written; any address is allowed.
    unsafe fn expect_store(p: *const f32);

    #[inline(always)]
    unsafe fn zero() -> Self::V {
        // SAFETY: the caller's promise, that the instruction set is there, is all that this asks for.
        unsafe { Self::splat(0.0) }
    }
    /// `v` where `m`, else 0.
    #[inline(always)]
    unsafe fn keep(m: Self::M, v: Self::V) -> Self::V {
        // SAFETY: as `zero`.
        unsafe { Self::select(m, v, Self::zero()) }
    }
    #[inline(always)]
    unsafe fn to_array(v: Self::V) -> [f32; LANES] {
        let mut out = [0.0; LANES];
        // SAFETY: `out` has room for a vector, and the instruction set is there, as the caller promised.
        unsafe { Self::store(out.as_mut_ptr(), v) };
        out
    }
    #[inline(always)]
    unsafe fn from_array(a: [f32; LANES]) -> Self::V {
        // SAFETY: `a` holds a vector, and the instruction set is there, as the caller promised.
        unsafe { Self::load(a.as_ptr()) }
    }
}
