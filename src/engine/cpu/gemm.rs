//! The two matrix products that everything rests on, over panels of 16 columns that need no packing.
//!
//! [`Product`] is `C = A B` with A's rows read along k (Winograd forward and input gradient, direct convolution, dense
//! layers); [`Outer`] is `C = A^T B` with k outermost in both (all weight gradients). A tile of C stays in registers
//! over the whole of k: up to 8 x 32 numbers with AVX-512, 6 x 16 with AVX2. Rows are divided evenly among the tiles
//! (with AVX2 32 rows are 6 + 6 + 5 + 5 + 5 + 5), so there are no remainder kernels. The order of the additions of each element is that
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
    /// Distance of A's rows: 16, or 3 for pictures.
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

/// Calls `$tile::<S, R, $rest>` for a number of rows known only at run time.
macro_rules! with_rows {
    ($rows:expr, $tile:ident, [$($rest:tt)*], $args:tt) => {
        match $rows {
            1 => $tile::<S, 1, $($rest)*> $args,
            2 => $tile::<S, 2, $($rest)*> $args,
            3 => $tile::<S, 3, $($rest)*> $args,
            4 => $tile::<S, 4, $($rest)*> $args,
            5 => $tile::<S, 5, $($rest)*> $args,
            6 => $tile::<S, 6, $($rest)*> $args,
            7 => $tile::<S, 7, $($rest)*> $args,
            8 => $tile::<S, 8, $($rest)*> $args,
            9 => $tile::<S, 9, $($rest)*> $args,
            10 => $tile::<S, 10, $($rest)*> $args,
            11 => $tile::<S, 11, $($rest)*> $args,
            12 => $tile::<S, 12, $($rest)*> $args,
            13 => $tile::<S, 13, $($rest)*> $args,
            _ => $tile::<S, 14, $($rest)*> $args,
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
            let mut part = Product { b: self.b.add(panel * self.b_panel), ..self };
            part.next = self.next.wrapping_add(panel * self.b_panel);
            let tiles = self.rows.div_ceil(most);
            let mut row = 0;
            for tile in 0..tiles {
                let rows = (self.rows - row).div_ceil(tiles - tile);
                part.a = self.a.add(row * self.a_row);
                part.c = self.c.add(panel * self.c_panel + row * LANES);
                // The distance of A's rows is a constant where it matters, so that addresses cost nothing.
                match (wide, self.a_row == LANES) {
                    (true, true) => with_rows!(rows, product_tile, [2, LANES], (&part)),
                    (true, false) => with_rows!(rows, product_tile, [2, 3], (&part)),
                    (false, true) => with_rows!(rows, product_tile, [1, LANES], (&part)),
                    (false, false) => with_rows!(rows, product_tile, [1, 3], (&part)),
                }
                row += rows;
            }
            panel += if wide { 2 } else { 1 };
        }
    }
}

#[inline(always)]
unsafe fn product_tile<S: Simd, const R: usize, const P: usize, const ROW: usize>(g: &Product<'_>) {
    if R > if P == 2 { S::ROWS_2 } else { S::ROWS_1 } {
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
                let left = S::splat(*a.add(r * ROW));
                for j in 0..P {
                    sum[r][j] = S::fma(left, right[j], sum[r][j]);
                }
            }
            for j in 0..P {
                S::prefetch(next.wrapping_add(j * g.b_panel));
            }
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
                        with_rows!(rows, outer_tile, [2], (&part));
                    } else {
                        with_rows!(rows, outer_tile, [1], (&part));
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
    if R > if P == 2 { S::ROWS_2 } else { S::ROWS_1 } {
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
