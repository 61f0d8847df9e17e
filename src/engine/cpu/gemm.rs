//! The two matrix products that everything rests on, over panels of 16 columns that need no packing.
//!
//! [`Product`] is `C = A B` with A's rows read along k (Winograd forward and input gradient, direct convolution, dense
//! layers); [`Outer`] is `C = A^T B` with k outermost in both (all weight gradients). A tile of C stays in registers
//! over the whole of k: up to 12 x 32 numbers with AVX-512, 6 x 16 with AVX2. Rows are divided evenly among the tiles
//! (32 rows are 11 + 11 + 10), so there are no remainder kernels. The order of the additions of each element is that
//! of k alone, hence the same bits for any tiling and any number of threads.
#![allow(unsafe_op_in_unsafe_fn, reason = "a kernel is one contract, stated at its struct")]

use super::{
    isa::Kernel,
    simd::{LANES, Simd},
};

/// `C[r][j] (+)= sum over segments s and k < depth of A[r][s, k] * B[s, k][j]`.
///
/// Valid pointers needed: `a + r * a_row + segments[s] + k`; `b + s * b_segment + panel * b_panel + 16 k`;
/// `c + panel * c_panel + 16 r`.
#[derive(Clone, Copy)]
pub struct Product<'a> {
    pub a: *const f32,
    pub a_row: usize,
    /// Where each segment of k starts in a row of A.
    pub segments: &'a [usize],
    /// Length of a segment.
    pub depth: usize,
    pub b: *const f32,
    pub b_segment: usize,
    pub b_panel: usize,
    pub c: *mut f32,
    pub c_panel: usize,
    pub rows: usize,
    pub panels: usize,
    /// Add to C instead of replacing it.
    pub accumulate: bool,
    /// Memory that will be wanted next; it is fetched on the way.
    pub next: *const f32,
}

/// `C[block][r][j] (+)= sum over segments s and k < depth of A[block][s, k][r] * B[s, k][j]`.
///
/// Valid pointers needed: `a + block * a_block + s * a_segment + k * a_step + r`;
/// `b + panel * b_panel + s * b_segment + 16 k`; `c + panel * c_panel + block * c_block + 16 r`.
#[derive(Clone, Copy)]
pub struct Outer {
    pub a: *const f32,
    pub a_block: usize,
    pub a_segment: usize,
    pub a_step: usize,
    pub b: *const f32,
    pub b_panel: usize,
    pub b_segment: usize,
    pub c: *mut f32,
    pub c_panel: usize,
    pub c_block: usize,
    pub blocks: usize,
    pub rows: usize,
    pub panels: usize,
    pub segments: usize,
    pub depth: usize,
    pub accumulate: bool,
}

/// Calls `$tile::<S, R, P>` for a number of rows known only at run time.
macro_rules! with_rows {
    ($rows:expr, $tile:ident, $panels:literal, $args:tt) => {
        match $rows {
            1 => $tile::<S, 1, $panels> $args,
            2 => $tile::<S, 2, $panels> $args,
            3 => $tile::<S, 3, $panels> $args,
            4 => $tile::<S, 4, $panels> $args,
            5 => $tile::<S, 5, $panels> $args,
            6 => $tile::<S, 6, $panels> $args,
            7 => $tile::<S, 7, $panels> $args,
            8 => $tile::<S, 8, $panels> $args,
            9 => $tile::<S, 9, $panels> $args,
            10 => $tile::<S, 10, $panels> $args,
            11 => $tile::<S, 11, $panels> $args,
            12 => $tile::<S, 12, $panels> $args,
            13 => $tile::<S, 13, $panels> $args,
            _ => $tile::<S, 14, $panels> $args,
        }
    };
}

impl Kernel for Product<'_> {
    #[inline(always)]
    unsafe fn run<S: Simd>(self) {
        let mut panel = 0;
        while panel < self.panels {
            let wide = S::ROWS_2 > 0 && self.panels - panel >= 2;
            let most = if wide { S::ROWS_2 } else { S::ROWS_1 };
            let mut part = Product { b: self.b.add(panel * self.b_panel), c: self.c.add(panel * self.c_panel), ..self };
            let tiles = self.rows.div_ceil(most);
            let mut row = 0;
            for tile in 0..tiles {
                let rows = (self.rows - row).div_ceil(tiles - tile);
                part.a = self.a.add(row * self.a_row);
                part.c = self.c.add(panel * self.c_panel + row * LANES);
                if wide {
                    with_rows!(rows.min(S::ROWS_2), product_tile, 2, (&part));
                } else {
                    with_rows!(rows.min(S::ROWS_1), product_tile, 1, (&part));
                }
                row += rows;
            }
            panel += if wide { 2 } else { 1 };
        }
    }
}

#[inline(always)]
unsafe fn product_tile<S: Simd, const R: usize, const P: usize>(g: &Product<'_>) {
    if R > S::ROWS_1 {
        return;
    }
    let mut sum = [[S::zero(); P]; R];
    let mut next = g.next;
    for (s, &segment) in g.segments.iter().enumerate() {
        let mut a = g.a.add(segment);
        let mut b = g.b.add(s * g.b_segment);
        for _ in 0..g.depth {
            let mut right = [S::zero(); P];
            for j in 0..P {
                right[j] = S::load(b.add(j * g.b_panel));
            }
            for r in 0..R {
                let left = S::splat(*a.add(r * g.a_row));
                for j in 0..P {
                    sum[r][j] = S::fma(left, right[j], sum[r][j]);
                }
            }
            S::prefetch_far(next);
            next = next.wrapping_add(LANES);
            a = a.add(1);
            b = b.add(LANES);
        }
    }
    for r in 0..R {
        for j in 0..P {
            let c = g.c.add(j * g.c_panel + r * LANES);
            S::store(c, if g.accumulate { S::add(S::load(c), sum[r][j]) } else { sum[r][j] });
        }
    }
}

impl Kernel for Outer {
    #[inline(always)]
    unsafe fn run<S: Simd>(self) {
        let mut panel = 0;
        while panel < self.panels {
            let wide = S::ROWS_2 > 0 && self.panels - panel >= 2;
            let most = if wide { S::ROWS_2 } else { S::ROWS_1 };
            let tiles = self.rows.div_ceil(most);
            for block in 0..self.blocks {
                let mut row = 0;
                for tile in 0..tiles {
                    let rows = (self.rows - row).div_ceil(tiles - tile);
                    let part = Outer {
                        a: self.a.add(block * self.a_block + row),
                        b: self.b.add(panel * self.b_panel),
                        c: self.c.add(panel * self.c_panel + block * self.c_block + row * LANES),
                        ..self
                    };
                    if wide {
                        with_rows!(rows.min(S::ROWS_2), outer_tile, 2, (&part));
                    } else {
                        with_rows!(rows.min(S::ROWS_1), outer_tile, 1, (&part));
                    }
                    row += rows;
                }
            }
            panel += if wide { 2 } else { 1 };
        }
    }
}

#[inline(always)]
unsafe fn outer_tile<S: Simd, const R: usize, const P: usize>(g: &Outer) {
    if R > S::ROWS_1 {
        return;
    }
    let mut sum = [[S::zero(); P]; R];
    if g.accumulate {
        for r in 0..R {
            for j in 0..P {
                sum[r][j] = S::load(g.c.add(j * g.c_panel + r * LANES));
            }
        }
    }
    for s in 0..g.segments {
        let mut a = g.a.add(s * g.a_segment);
        let mut b = g.b.add(s * g.b_segment);
        for _ in 0..g.depth {
            let mut right = [S::zero(); P];
            for j in 0..P {
                right[j] = S::load(b.add(j * g.b_panel));
            }
            for r in 0..R {
                let left = S::splat(*a.add(r));
                for j in 0..P {
                    sum[r][j] = S::fma(left, right[j], sum[r][j]);
                }
            }
            a = a.add(g.a_step);
            b = b.add(LANES);
        }
    }
    for r in 0..R {
        for j in 0..P {
            S::store(g.c.add(j * g.c_panel + r * LANES), sum[r][j]);
        }
    }
}
