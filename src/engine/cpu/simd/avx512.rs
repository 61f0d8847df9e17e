//! One 512-bit register holds the 16 lanes; comparisons give mask registers.
#![allow(unsafe_op_in_unsafe_fn, reason = "every line is an intrinsic; the contract is that of `Simd`")]

use std::arch::x86_64::*;

use super::Simd;

/// AVX-512 F, BW, VL, DQ.
#[derive(Clone, Copy)]
pub struct Avx512;

impl Simd for Avx512 {
    type V = __m512;
    type M = __mmask16;
    type C = __m128i;
    type Row = __m512;
    /// Places in a table of two rows of 16.
    type Picks = __m512i;

    const ROWS_1: usize = 14;
    const ROWS_2: usize = 8;

    #[inline(always)]
    unsafe fn splat(x: f32) -> __m512 {
        _mm512_set1_ps(x)
    }
    #[inline(always)]
    unsafe fn load(p: *const f32) -> __m512 {
        _mm512_loadu_ps(p)
    }
    #[inline(always)]
    unsafe fn store(p: *mut f32, v: __m512) {
        _mm512_storeu_ps(p, v);
    }
    #[inline(always)]
    unsafe fn add(a: __m512, b: __m512) -> __m512 {
        _mm512_add_ps(a, b)
    }
    #[inline(always)]
    unsafe fn sub(a: __m512, b: __m512) -> __m512 {
        _mm512_sub_ps(a, b)
    }
    #[inline(always)]
    unsafe fn mul(a: __m512, b: __m512) -> __m512 {
        _mm512_mul_ps(a, b)
    }
    #[inline(always)]
    unsafe fn div(a: __m512, b: __m512) -> __m512 {
        _mm512_div_ps(a, b)
    }
    #[inline(always)]
    unsafe fn sqrt(a: __m512) -> __m512 {
        _mm512_sqrt_ps(a)
    }
    #[inline(always)]
    unsafe fn fma(a: __m512, b: __m512, c: __m512) -> __m512 {
        _mm512_fmadd_ps(a, b, c)
    }
    #[inline(always)]
    unsafe fn fnma(a: __m512, b: __m512, c: __m512) -> __m512 {
        _mm512_fnmadd_ps(a, b, c)
    }
    #[inline(always)]
    unsafe fn max(a: __m512, b: __m512) -> __m512 {
        _mm512_max_ps(a, b)
    }
    #[inline(always)]
    unsafe fn gt(a: __m512, b: __m512) -> __mmask16 {
        _mm512_cmp_ps_mask::<_CMP_NLE_UQ>(a, b)
    }
    #[inline(always)]
    unsafe fn select(m: __mmask16, a: __m512, b: __m512) -> __m512 {
        _mm512_mask_blend_ps(m, b, a)
    }
    #[inline(always)]
    unsafe fn splat_argmax(code: u8) -> __m128i {
        _mm_set1_epi8(code as i8)
    }
    #[inline(always)]
    unsafe fn load_argmax(p: *const u8) -> __m128i {
        _mm_loadu_si128(p.cast())
    }
    #[inline(always)]
    unsafe fn store_argmax(p: *mut u8, c: __m128i) {
        _mm_storeu_si128(p.cast(), c);
    }
    #[inline(always)]
    unsafe fn recode(m: __mmask16, code: u8, old: __m128i) -> __m128i {
        _mm_mask_blend_epi8(m, old, _mm_set1_epi8(code as i8))
    }
    #[inline(always)]
    unsafe fn is(c: __m128i, code: u8) -> __mmask16 {
        _mm_cmpeq_epi8_mask(c, _mm_set1_epi8(code as i8))
    }
    #[inline(always)]
    unsafe fn row(p: *const f32) -> __m512 {
        _mm512_loadu_ps(p)
    }
    #[inline(always)]
    unsafe fn picks(c: __m128i) -> __m512i {
        let code = _mm512_cvtepu8_epi32(c);
        let (low, high) = (_mm512_and_si512(code, _mm512_set1_epi32(1)), _mm512_srli_epi32::<1>(code));
        let column = _mm512_add_epi32(low, _mm512_slli_epi32::<1>(low));
        _mm512_add_epi32(column, _mm512_slli_epi32::<4>(high))
    }
    #[inline(always)]
    unsafe fn pick(top: __m512, bottom: __m512, offset: usize, picks: __m512i) -> __m512 {
        _mm512_permutex2var_ps(top, _mm512_add_epi32(picks, _mm512_set1_epi32(offset as i32)), bottom)
    }
    #[inline(always)]
    unsafe fn prefetch(p: *const f32) {
        _mm_prefetch::<_MM_HINT_T1>(p.cast());
    }
    #[inline(always)]
    unsafe fn expect_store(p: *const f32) {
        _mm_prefetch::<_MM_HINT_ET0>(p.cast());
    }
    #[inline(always)]
    unsafe fn keep(m: __mmask16, v: __m512) -> __m512 {
        _mm512_maskz_mov_ps(m, v)
    }
}
