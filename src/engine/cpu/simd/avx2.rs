//! Two 256-bit registers hold the 16 lanes. The order of the additions is that of AVX-512, so the bits agree.
#![allow(unsafe_op_in_unsafe_fn, reason = "every line is an intrinsic; the contract is that of `Simd`")]

use std::arch::x86_64::*;

use super::Simd;

/// AVX2 and FMA.
#[derive(Clone, Copy)]
pub struct Avx2;

impl Simd for Avx2 {
    type V = (__m256, __m256);
    type M = (__m256, __m256);
    /// Widened to 32 bits a lane, as masks are.
    type C = (__m256i, __m256i);
    type Row = *const f32;
    /// The argmax codes' bits in the signs: lower, then upper.
    type Picks = [(__m256, __m256); 2];

    const ROWS_1: usize = 6;
    const ROWS_2: usize = 0;

    #[inline(always)]
    unsafe fn splat(x: f32) -> Self::V {
        let v = _mm256_set1_ps(x);
        (v, v)
    }
    #[inline(always)]
    unsafe fn load(p: *const f32) -> Self::V {
        (_mm256_loadu_ps(p), _mm256_loadu_ps(p.add(8)))
    }
    #[inline(always)]
    unsafe fn store(p: *mut f32, v: Self::V) {
        _mm256_storeu_ps(p, v.0);
        _mm256_storeu_ps(p.add(8), v.1);
    }
    #[inline(always)]
    unsafe fn add(a: Self::V, b: Self::V) -> Self::V {
        (_mm256_add_ps(a.0, b.0), _mm256_add_ps(a.1, b.1))
    }
    #[inline(always)]
    unsafe fn sub(a: Self::V, b: Self::V) -> Self::V {
        (_mm256_sub_ps(a.0, b.0), _mm256_sub_ps(a.1, b.1))
    }
    #[inline(always)]
    unsafe fn mul(a: Self::V, b: Self::V) -> Self::V {
        (_mm256_mul_ps(a.0, b.0), _mm256_mul_ps(a.1, b.1))
    }
    #[inline(always)]
    unsafe fn div(a: Self::V, b: Self::V) -> Self::V {
        (_mm256_div_ps(a.0, b.0), _mm256_div_ps(a.1, b.1))
    }
    #[inline(always)]
    unsafe fn sqrt(a: Self::V) -> Self::V {
        (_mm256_sqrt_ps(a.0), _mm256_sqrt_ps(a.1))
    }
    #[inline(always)]
    unsafe fn fma(a: Self::V, b: Self::V, c: Self::V) -> Self::V {
        (_mm256_fmadd_ps(a.0, b.0, c.0), _mm256_fmadd_ps(a.1, b.1, c.1))
    }
    #[inline(always)]
    unsafe fn fnma(a: Self::V, b: Self::V, c: Self::V) -> Self::V {
        (_mm256_fnmadd_ps(a.0, b.0, c.0), _mm256_fnmadd_ps(a.1, b.1, c.1))
    }
    #[inline(always)]
    unsafe fn max(a: Self::V, b: Self::V) -> Self::V {
        (_mm256_max_ps(a.0, b.0), _mm256_max_ps(a.1, b.1))
    }
    #[inline(always)]
    unsafe fn gt(a: Self::V, b: Self::V) -> Self::M {
        (_mm256_cmp_ps::<_CMP_NLE_UQ>(a.0, b.0), _mm256_cmp_ps::<_CMP_NLE_UQ>(a.1, b.1))
    }
    #[inline(always)]
    unsafe fn select(m: Self::M, a: Self::V, b: Self::V) -> Self::V {
        (_mm256_blendv_ps(b.0, a.0, m.0), _mm256_blendv_ps(b.1, a.1, m.1))
    }
    #[inline(always)]
    unsafe fn splat_argmax(code: u8) -> Self::C {
        let v = _mm256_set1_epi32(i32::from(code));
        (v, v)
    }
    #[inline(always)]
    unsafe fn load_argmax(p: *const u8) -> Self::C {
        let bytes = _mm_loadu_si128(p.cast());
        (_mm256_cvtepu8_epi32(bytes), _mm256_cvtepu8_epi32(_mm_srli_si128::<8>(bytes)))
    }
    #[inline(always)]
    unsafe fn store_argmax(p: *mut u8, c: Self::C) {
        // Packing works within halves of 128 bits: the permutation puts 0-3, 4-7, 8-11, 12-15 in order.
        let words = _mm256_packs_epi32(c.0, c.1);
        let words = _mm256_permute4x64_epi64::<0b11_01_10_00>(words);
        let bytes = _mm_packus_epi16(_mm256_castsi256_si128(words), _mm256_extracti128_si256::<1>(words));
        _mm_storeu_si128(p.cast(), bytes);
    }
    #[inline(always)]
    unsafe fn recode(m: Self::M, code: u8, old: Self::C) -> Self::C {
        let new = _mm256_set1_epi32(i32::from(code));
        (_mm256_blendv_epi8(old.0, new, _mm256_castps_si256(m.0)), _mm256_blendv_epi8(old.1, new, _mm256_castps_si256(m.1)))
    }
    #[inline(always)]
    unsafe fn is(c: Self::C, code: u8) -> Self::M {
        let v = _mm256_set1_epi32(i32::from(code));
        (_mm256_castsi256_ps(_mm256_cmpeq_epi32(c.0, v)), _mm256_castsi256_ps(_mm256_cmpeq_epi32(c.1, v)))
    }
    #[inline(always)]
    unsafe fn row(p: *const f32) -> *const f32 {
        p
    }
    #[inline(always)]
    unsafe fn picks(c: Self::C) -> Self::Picks {
        [
            (_mm256_castsi256_ps(_mm256_slli_epi32::<31>(c.0)), _mm256_castsi256_ps(_mm256_slli_epi32::<31>(c.1))),
            (_mm256_castsi256_ps(_mm256_slli_epi32::<30>(c.0)), _mm256_castsi256_ps(_mm256_slli_epi32::<30>(c.1))),
        ]
    }
    #[inline(always)]
    unsafe fn pick(top: *const f32, bottom: *const f32, offset: usize, picks: Self::Picks) -> Self::V {
        let four = [
            _mm256_broadcast_ss(&*top.add(offset)),
            _mm256_broadcast_ss(&*top.add(offset + 3)),
            _mm256_broadcast_ss(&*bottom.add(offset)),
            _mm256_broadcast_ss(&*bottom.add(offset + 3)),
        ];
        let [lower, upper] = picks;
        (
            _mm256_blendv_ps(_mm256_blendv_ps(four[0], four[1], lower.0), _mm256_blendv_ps(four[2], four[3], lower.0), upper.0),
            _mm256_blendv_ps(_mm256_blendv_ps(four[0], four[1], lower.1), _mm256_blendv_ps(four[2], four[3], lower.1), upper.1),
        )
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
    unsafe fn keep(m: Self::M, v: Self::V) -> Self::V {
        (_mm256_and_ps(m.0, v.0), _mm256_and_ps(m.1, v.1))
    }
}
