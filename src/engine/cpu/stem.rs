//! The first layer, whose three channels are read from the picture's bytes.
//!
//! Its 3x3 convolution forward is Winograd's F(4, 3) down the columns and direct along the rows. In both directions, as
//! behind the first layer, the transforms would cost what they save, since only three channels share one; in one
//! direction they are next to nothing and still halve the multiplications. Four outputs of a column come from six rows:
//!
//! ```text
//! H[i] = B^T x              six rows, column and channel as one index
//! U[i][k] = G w             k: column of the kernel and channel, nine
//! M[i] = sum over k of H[i][3 column + k] U[i][k]
//! y = A^T M
//! ```
//!
//! with the matrices of `winograd::transform`; M stays in registers. Backward, see [`PictureGradient`].
#![allow(unsafe_op_in_unsafe_fn, reason = "a kernel is one contract, stated at its struct")]

use super::{
    activation::{Act, Relu},
    geometry::Geometry,
    isa::Kernel,
    pooling::{DEAD, Unpool, with_epilogue},
    simd::{LANES, Simd},
    winograd::{Epilogue, transform},
};

/// Points of F(4, 3).
const POINTS: usize = 6;
/// Products for one point: the kernel's columns times the channels.
const DEPTH: usize = 9;

/// Length of U of one panel, `[k][point][16]`.
pub const RAISED_PANEL: usize = DEPTH * POINTS * LANES;

/// Length of a row of H, with room for the columns that a vector reads too many.
const fn raised_row(g: &Geometry) -> usize {
    (g.columns * g.inputs).next_multiple_of(LANES) + LANES
}

/// Length of H.
pub const fn raised_len(g: &Geometry) -> usize {
    POINTS * raised_row(g)
}

/// `U[k][point] = G w` of the weights of one panel, `[9][3][16]`.
pub struct RaiseWeights {
    pub weights: *const f32,
    pub to: *mut f32,
}

impl Kernel for RaiseWeights {
    #[inline(always)]
    unsafe fn run<S: Simd>(self) {
        for k in 0..DEPTH {
            let from = self.weights.add(k * LANES);
            let row = DEPTH * LANES;
            let u = transform::kernel::<S>([S::load(from), S::load(from.add(row)), S::load(from.add(2 * row))]);
            for i in 0..POINTS {
                S::store(self.to.add((k * POINTS + i) * LANES), u[i]);
            }
        }
    }
}

/// The forward pass of picture `n` through a raised layer.
///
/// `image` is the picture as [`Normalize`] leaves it, `weights` are U panel by panel, `rows` is this thread's H.
pub struct Forward<'a> {
    pub geometry: &'a Geometry,
    pub image: *const f32,
    pub n: usize,
    pub weights: *const f32,
    pub rows: *mut f32,
    pub epilogue: Epilogue,
}

impl Kernel for Forward<'_> {
    #[inline(always)]
    unsafe fn run<S: Simd>(self) {
        match self.epilogue {
            Epilogue::Pool(epilogue) | Epilogue::Activate(epilogue) => with_epilogue!(epilogue, self.go),
            Epilogue::Keep(_) => self.go::<S, Relu>(),
        }
    }
}

impl Forward<'_> {
    #[inline(always)]
    unsafe fn go<S: Simd, A: Act>(&self) {
        let g = self.geometry;
        let pairs = match self.epilogue {
            Epilogue::Pool(_) => g.pooled_width,
            Epilogue::Activate(_) | Epilogue::Keep(_) => g.out_width.div_ceil(2),
        };
        for row in 0..g.tile_rows {
            self.raise::<S>(row);
            let mut panel = 0;
            while panel < g.out_panels {
                if S::ROWS_2 > 0 && g.out_panels - panel >= 2 {
                    for pair in 0..pairs {
                        self.pair::<S, A, 2>(row, pair, panel);
                    }
                    panel += 2;
                } else {
                    for pair in 0..pairs {
                        self.pair::<S, A, 1>(row, pair, panel);
                    }
                    panel += 1;
                }
            }
        }
    }

    /// H of the six rows that tile row `row` sees.
    #[inline(always)]
    unsafe fn raise<S: Simd>(&self, row: usize) {
        let g = self.geometry;
        let line = g.columns * g.inputs;
        let image = self.image.add(4 * row * line);
        for x in (0..line).step_by(LANES) {
            let mut d = [S::zero(); POINTS];
            for i in 0..POINTS {
                d[i] = S::load(image.add(i * line + x));
            }
            let h = transform::input::<S>(d);
            for i in 0..POINTS {
                S::store(self.rows.add(i * raised_row(g) + x), h[i]);
            }
        }
    }

    /// Two columns of four outputs of `P` panels: two cells each.
    #[inline(always)]
    unsafe fn pair<S: Simd, A: Act, const P: usize>(&self, row: usize, pair: usize, panel: usize) {
        let g = self.geometry;
        let x = 2 * pair;
        let y = if S::ROWS_2 > 0 {
            self.columns::<S, P, 2>(x, panel)
        } else {
            // Two columns would not fit the registers.
            let (left, right) = (self.columns::<S, P, 1>(x, panel), self.columns::<S, P, 1>(x + 1, panel));
            let mut both = [[[S::zero(); 4]; 2]; P];
            for p in 0..P {
                both[p] = [left[p][0], right[p][0]];
            }
            both
        };
        for p in 0..P {
            let c = panel + p;
            match &self.epilogue {
                Epilogue::Pool(epilogue) => {
                    let place = epilogue.place((self.n, c), (2 * row, pair));
                    for i in 0..2 {
                        if 2 * row + i < g.pooled_height {
                            let four = [y[p][0][2 * i], y[p][1][2 * i], y[p][0][2 * i + 1], y[p][1][2 * i + 1]];
                            epilogue.cell_at::<S, A>(c, epilogue.beside(place, i, 0), four);
                        }
                    }
                }
                Epilogue::Activate(epilogue) => {
                    let affine = epilogue.affine::<S>(c);
                    let place = epilogue.place((self.n, c), (4 * row, x));
                    for t in 0..2 {
                        for i in 0..4 {
                            if 4 * row + i < g.out_height && x + t < g.out_width {
                                epilogue.one_at::<S, A>(affine, epilogue.beside(place, i, t), y[p][t][i]);
                            }
                        }
                    }
                }
                Epilogue::Keep(out) => {
                    let view = g.output();
                    for t in 0..2 {
                        for i in 0..4 {
                            if 4 * row + i < g.out_height && x + t < g.out_width {
                                S::store(out.add(view.at(self.n, c, 4 * row + i, x + t)), y[p][t][i]);
                            }
                        }
                    }
                }
            }
        }
    }

    /// Four outputs each of `T` columns from `x` on, of `P` panels: `[panel][column][row]`.
    #[inline(always)]
    unsafe fn columns<S: Simd, const P: usize, const T: usize>(&self, x: usize, panel: usize) -> [[[S::V; 4]; T]; P] {
        let step = raised_row(self.geometry);
        let (h, u) = (self.rows.add(3 * x), self.weights.add(panel * RAISED_PANEL));
        let mut sum = [[[S::zero(); POINTS]; T]; P];
        for k in 0..DEPTH {
            for i in 0..POINTS {
                let mut right = [S::zero(); P];
                for p in 0..P {
                    right[p] = S::load(u.add(p * RAISED_PANEL + (k * POINTS + i) * LANES));
                }
                for t in 0..T {
                    let left = S::splat(*h.add(i * step + 3 * t + k));
                    for p in 0..P {
                        sum[p][t][i] = S::fma(left, right[p], sum[p][t][i]);
                    }
                }
            }
        }
        let mut y = [[[S::zero(); 4]; T]; P];
        for p in 0..P {
            for t in 0..T {
                y[p][t] = transform::output::<S>(sum[p][t]);
            }
        }
        y
    }
}

/// Bytes to f32 between 0 and 1, with a border of zeros that is there already.
pub struct Normalize<'a> {
    pub geometry: &'a Geometry,
    pub pixels: *const u8,
    pub to: *mut f32,
}

impl Kernel for Normalize<'_> {
    #[inline(always)]
    unsafe fn run<S: Simd>(self) {
        let g = self.geometry;
        let line = g.width * g.inputs;
        for y in 0..g.height {
            let from = std::slice::from_raw_parts(self.pixels.add(y * line), line);
            let to = self.to.add(((y + g.border) * g.columns + g.border) * g.inputs);
            for (to, &byte) in std::slice::from_raw_parts_mut(to, line).iter_mut().zip(from) {
                *to = f32::from(byte) / 255.0;
            }
        }
    }
}

/// The first layer's weight gradient from the gradients of the cells: of a cell's four outputs only the maximum's is
/// not zero, and which that is differs from channel to channel. So for each tap every lane picks its own pixel among
/// four, a quarter of the products of the outer product over all outputs. Adds to `to` and, the gradients, to `sum`. Only
/// where the layer pools.
pub struct PictureGradient<'a> {
    pub outputs: &'a Unpool<'a>,
    pub image: *const f32,
    pub n: usize,
    pub to: *mut f32,
    pub sum: *mut f32,
}

impl Kernel for PictureGradient<'_> {
    #[inline(always)]
    unsafe fn run<S: Simd>(self) {
        let g = self.outputs.geometry;
        for y in 0..g.pooled_height {
            for c in 0..g.out_panels {
                self.bias_row::<S>(c, y);
                for ky in 0..3 {
                    // Nine sums of two registers each would not fit AVX2.
                    if S::ROWS_2 > 0 {
                        self.row::<S, 9>(c, y, ky, 0);
                    } else {
                        for first in (0..9).step_by(3) {
                            self.row::<S, 3>(c, y, ky, first);
                        }
                    }
                }
            }
        }
    }
}

impl PictureGradient<'_> {
    /// Taps `first..first + T` (of nine: column, channel) of row `ky`, over one row of cells.
    #[inline(always)]
    unsafe fn row<S: Simd, const T: usize>(&self, c: usize, y: usize, ky: usize, first: usize) {
        let (g, o) = (self.outputs.geometry, self.outputs);
        let line = g.columns * 3;
        let to = self.to.add(c * g.weight_panel() + (ky * 9 + first) * LANES);
        let mut sum = [S::zero(); T];
        for t in 0..T {
            sum[t] = S::load(to.add(t * LANES));
        }
        let pixels = self.image.add((2 * y + ky) * line);
        for x in 0..g.pooled_width {
            let code = S::load_argmax(o.argmax.add(o.cells.at(self.n, c, y, x)));
            let gradient = S::load(o.gradient.add(o.view.at(self.n, c, y, x)));
            let gradient = S::select(S::is(code, DEAD), S::zero(), gradient);
            let picks = S::picks(code);
            let (top, bottom) = (S::row(pixels.add(6 * x)), S::row(pixels.add(line + 6 * x)));
            for t in 0..T {
                sum[t] = S::fma(gradient, S::pick(top, bottom, first + t, picks), sum[t]);
            }
        }
        for t in 0..T {
            S::store(to.add(t * LANES), sum[t]);
        }
    }

    #[inline(always)]
    unsafe fn bias_row<S: Simd>(&self, c: usize, y: usize) {
        let o = self.outputs;
        let mut sum = S::load(self.sum.add(c * LANES));
        for x in 0..o.geometry.pooled_width {
            let code = S::load_argmax(o.argmax.add(o.cells.at(self.n, c, y, x)));
            let gradient = S::load(o.gradient.add(o.view.at(self.n, c, y, x)));
            sum = S::add(sum, S::select(S::is(code, DEAD), S::zero(), gradient));
        }
        S::store(self.sum.add(c * LANES), sum);
    }
}
