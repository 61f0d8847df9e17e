//! Direct convolution: 5x5 kernels, and the first layer, whose three channels are read from the picture's bytes.
//!
//! A row of outputs is a product: rows of A are neighboring pixels, k runs over taps and input channels. Maps in
//! panels of 16 channels and pictures in f32 with three differ only in strides:
//!
//! | | A's row | segments of k | length |
//! | --- | --- | --- | --- |
//! | map `[in/16][y][x][16]` | 16 | each tap and panel | 16 |
//! | picture `[y][x][3]` | 3 | each row of taps | 3 x kernel |
//!
//! The backward pass unpools the gradient of one picture's outputs into a buffer with a border of zeros. The weight
//! gradient is an outer product over strips of rows that fit the first-level cache, the input gradient a convolution
//! of that buffer by the turned-around weights. The first layer's usual case, 3x3, has kernels of its own, see [`stem`].
#![allow(unsafe_op_in_unsafe_fn, reason = "a kernel is one contract, stated at its struct")]

use super::{
    activation::Act,
    buffer::{Allocator, Buffer},
    gemm::{Outer, Product},
    geometry::{Algorithm, Geometry, View},
    isa::{Isa, Kernel},
    pooling::{PoolEpilogue, Unpool, with_epilogue},
    simd::{LANES, Simd},
    stem::{self, Normalize, PictureGradient},
    winograd::Epilogue,
};
use crate::problem::Problem;

/// Panels and columns of outputs computed at once, so that two rows of them stay in the first-level cache.
const CHUNK: usize = 2;
const COLUMNS: usize = 32;
/// Outputs of a strip in the weight gradient.
const STRIP: usize = 128;
/// Rows of outputs unpooled at once where only weights have a gradient; whole tiles.
const BAND: usize = 4;

/// One thread's arrays.
pub struct Scratch {
    /// A picture as f32 with its border.
    image: Buffer,
    /// Six of its rows, transformed.
    raised: Buffer,
    /// Two rows of [`COLUMNS`] outputs, [`CHUNK`] panels.
    rows: Buffer,
    /// A picture's unpooled gradient with its border.
    gradient: Buffer,
}

impl Scratch {
    /// Arrays for the layers of `blocks` that take this algorithm.
    ///
    /// # Errors
    /// Too little memory.
    pub fn new<'a>(blocks: impl Iterator<Item = &'a Geometry> + Clone, memory: &mut Allocator) -> Result<Self, Problem> {
        let blocks = blocks.filter(|g| g.algorithm != Algorithm::Winograd);
        let most = |len: &dyn Fn(&Geometry) -> usize| blocks.clone().map(len).max().unwrap_or(0);
        let image = most(&|g| if g.algorithm == Algorithm::Pictures { g.rows * g.columns * g.inputs } else { 0 });
        let raised = most(&|g| if g.raised { stem::raised_len(g) } else { 0 });
        Ok(Self {
            // One row of 16 may be read from the last pixels on.
            image: memory.zeros(image + LANES)?,
            raised: memory.zeros(raised)?,
            rows: memory.zeros(2 * CHUNK * COLUMNS * LANES)?,
            gradient: memory.zeros(most(&|g| gradient_view(g).picture))?,
        })
    }
}

/// Zeros around the unpooled gradient, so that the input gradient meets no edge.
fn gradient_border(g: &Geometry) -> usize {
    if g.algorithm == Algorithm::Pictures { 0 } else { g.kernel - 1 - g.border }
}

fn gradient_view(g: &Geometry) -> View {
    let border = gradient_border(g);
    View::map(g.out_panels, g.out_height + 2 * border, g.out_width + 2 * border, border)
}

/// What a layer reads: the maps before it, or bytes.
#[derive(Clone, Copy)]
pub enum Input {
    /// Fits `geometry.input()`.
    Maps(*const f32),
    /// `[n][height][width][3]`.
    Pixels(*const u8),
}

/// Where each segment of k starts, from the first pixel that an output sees; for [`Product::segments`].
pub fn segments(g: &Geometry) -> Vec<usize> {
    match g.algorithm {
        Algorithm::Pictures => (0..g.kernel).map(|ky| ky * g.columns * g.inputs).collect(),
        _ => taps(g.kernel, g.in_panels, g.input(), |t| t),
    }
}

/// The same for the input gradient, over the unpooled gradient's buffer: taps in opposite order.
pub fn backward_segments(g: &Geometry) -> Vec<usize> {
    match g.algorithm {
        Algorithm::Pictures => Vec::new(),
        _ => taps(g.kernel, g.out_panels, gradient_view(g), |t| g.kernel - 1 - t),
    }
}

fn taps(kernel: usize, panels: usize, view: View, turn: impl Fn(usize) -> usize) -> Vec<usize> {
    let mut all = Vec::new();
    for ky in 0..kernel {
        for kx in 0..kernel {
            all.extend((0..panels).map(|c| turn(ky) * view.row + turn(kx) * view.column + c * view.panel));
        }
    }
    all
}

/// The forward pass of single pictures through one layer. `weights` are `[out/16][tap][in][16]`, for a raised layer what
/// `stem::RaiseWeights` makes of them.
pub struct Forward<'a> {
    pub geometry: &'a Geometry,
    pub input: Input,
    pub weights: *const f32,
    pub segments: &'a [usize],
    pub epilogue: Epilogue,
}

impl Forward<'_> {
    /// Computes picture `n`.
    ///
    /// # Safety
    /// The instruction set is there, the pointers fit (see the type), `scratch` belongs to this thread, and nobody else
    /// touches the outputs of this picture.
    pub unsafe fn run(&self, isa: Isa, n: usize, scratch: &Scratch) {
        let g = self.geometry;
        let (first, a_row, depth, line) = locate(g, self.input, n, isa, scratch);
        if g.raised {
            let (weights, rows, epilogue) = (self.weights, scratch.raised.ptr(), self.epilogue);
            isa.run(stem::Forward { geometry: g, image: first, n, weights, rows, epilogue });
            return;
        }
        let product = |panel: usize, (y, x): (usize, usize), rows: usize, c: *mut f32, c_panel: usize| Product {
            a: first.add(y * line + x * a_row),
            a_row,
            segments: self.segments,
            depth,
            b: self.weights.add(panel * g.weight_panel()),
            b_segment: depth * LANES,
            b_panel: g.weight_panel(),
            c,
            c_panel,
            rows,
            panels: CHUNK.min(g.out_panels - panel),
            accumulate: false,
            next: self.weights,
        };
        for panel in (0..g.out_panels).step_by(CHUNK) {
            match self.epilogue {
                Epilogue::Keep(out) => {
                    let view = g.output();
                    for y in 0..g.out_height {
                        isa.run(product(panel, (y, 0), g.out_width, out.add(view.at(n, panel, y, 0)), view.panel));
                    }
                }
                Epilogue::Activate(epilogue) => {
                    let rows = scratch.rows.ptr();
                    let panels = CHUNK.min(g.out_panels - panel);
                    for y in 0..g.out_height {
                        for x in (0..g.out_width).step_by(COLUMNS) {
                            let columns = COLUMNS.min(g.out_width - x);
                            isa.run(product(panel, (y, x), columns, rows, COLUMNS * LANES));
                            isa.run(ActivateRow(Row { rows, epilogue, n, panel, panels, cell: (y, x), cells: columns }));
                        }
                    }
                }
                Epilogue::Pool(epilogue) => {
                    let (rows, half) = (scratch.rows.ptr(), CHUNK * COLUMNS * LANES);
                    let panels = CHUNK.min(g.out_panels - panel);
                    for y in 0..g.pooled_height {
                        for x in (0..2 * g.pooled_width).step_by(COLUMNS) {
                            let columns = COLUMNS.min(2 * g.pooled_width - x);
                            for i in 0..2 {
                                isa.run(product(panel, (2 * y + i, x), columns, rows.add(i * half), COLUMNS * LANES));
                            }
                            isa.run(PoolRow(Row { rows, epilogue, n, panel, panels, cell: (y, x / 2), cells: columns / 2 }));
                        }
                    }
                }
            }
        }
    }
}

/// Where picture `n` starts (border included), the distance of pixels, length of a segment, distance of lines.
unsafe fn locate(g: &Geometry, input: Input, n: usize, isa: Isa, scratch: &Scratch) -> (*const f32, usize, usize, usize) {
    match input {
        Input::Maps(maps) => {
            let view = g.input();
            (maps.add(n * view.picture), LANES, LANES, view.row)
        }
        Input::Pixels(pixels) => {
            let pixels = pixels.add(n * g.height * g.width * g.inputs);
            isa.run(Normalize { geometry: g, pixels, to: scratch.image.ptr() });
            (scratch.image.ptr().cast_const(), g.inputs, g.kernel * g.inputs, g.columns * g.inputs)
        }
    }
}

/// `cells` cells from `cell` on, whose outputs are `rows`, one or two of `[CHUNK][COLUMNS][16]`.
struct Row {
    rows: *const f32,
    epilogue: PoolEpilogue,
    n: usize,
    panel: usize,
    panels: usize,
    cell: (usize, usize),
    cells: usize,
}

/// Finishes cells of one output each.
struct ActivateRow(Row);

impl Kernel for ActivateRow {
    #[inline(always)]
    unsafe fn run<S: Simd>(self) {
        with_epilogue!(self.0.epilogue, self.go);
    }
}

impl ActivateRow {
    #[inline(always)]
    unsafe fn go<S: Simd, A: Act>(&self) {
        let Row { rows, ref epilogue, n, panel, panels, cell: (y, x), cells } = self.0;
        for c in 0..panels {
            let from = rows.add(c * COLUMNS * LANES);
            let affine = epilogue.affine::<S>(panel + c);
            let place = epilogue.place((n, panel + c), (y, x));
            for x in 0..cells {
                epilogue.one_at::<S, A>(affine, epilogue.beside(place, 0, x), S::load(from.add(x * LANES)));
            }
        }
    }
}

/// Finishes cells of 2x2 outputs, from two rows.
struct PoolRow(Row);

impl Kernel for PoolRow {
    #[inline(always)]
    unsafe fn run<S: Simd>(self) {
        with_epilogue!(self.0.epilogue, self.go);
    }
}

impl PoolRow {
    #[inline(always)]
    unsafe fn go<S: Simd, A: Act>(&self) {
        let Row { rows, ref epilogue, n, panel, panels, cell, cells } = self.0;
        for c in 0..panels {
            let top = rows.add(c * COLUMNS * LANES);
            let bottom = top.add(CHUNK * COLUMNS * LANES);
            for x in 0..cells {
                let at = 2 * x * LANES;
                let four = [
                    S::load(top.add(at)),
                    S::load(top.add(at + LANES)),
                    S::load(bottom.add(at)),
                    S::load(bottom.add(at + LANES)),
                ];
                epilogue.cell::<S, A>((n, panel + c), (cell.0, cell.1 + x), four);
            }
        }
    }
}

/// The backward pass of single pictures through one layer.
///
/// `transposed` are `[in/16][tap][out][16]`; `input_gradient` fits `geometry.input()` or is null; `weight_gradient` and
/// `bias_gradient` are this group's alone and are added to.
pub struct Backward<'a> {
    pub geometry: &'a Geometry,
    pub outputs: Unpool<'a>,
    pub input: Input,
    pub input_gradient: *mut f32,
    pub transposed: *const f32,
    pub segments: &'a [usize],
    pub weight_gradient: *mut f32,
    pub bias_gradient: *mut f32,
}

impl Backward<'_> {
    /// Computes picture `n`.
    ///
    /// # Safety
    /// As [`Forward::run`].
    pub unsafe fn run(&self, isa: Isa, n: usize, scratch: &Scratch) {
        let g = self.geometry;
        let view = gradient_view(g);
        if g.algorithm == Algorithm::Pictures && g.kernel == 3 && g.pools && self.outputs.normalized.is_none() {
            let (image, ..) = locate(g, self.input, n, isa, scratch);
            let (to, sum) = (self.weight_gradient, self.bias_gradient);
            isa.run(PictureGradient { outputs: &self.outputs, image, n, to, sum });
            return;
        }
        let input = locate(g, self.input, n, isa, scratch);
        let (outputs, sum, gradient) = (&self.outputs, self.bias_gradient, scratch.gradient.ptr());
        if self.input_gradient.is_null() {
            // Some rows at a time, always in the same place, so that they are still in the cache when they are read.
            for y in (0..g.out_height).step_by(BAND) {
                let rows = (y, g.out_height.min(y + BAND));
                let to = gradient.wrapping_sub(y * view.row);
                isa.run(Unpooled { outputs, n, rows, to, view, sum });
                self.weight_gradients(isa, input, rows, (to, view));
            }
            return;
        }
        if view.origin > 0 {
            // Another layer may have left numbers where this one has its border.
            std::ptr::write_bytes(gradient, 0, view.picture);
        }
        let rows = (0, g.out_height);
        isa.run(Unpooled { outputs, n, rows, to: gradient, view, sum });
        self.weight_gradients(isa, input, rows, (gradient, view));
        self.input_gradients(isa, n, view, scratch);
    }

    /// What output rows `from..to` add; `input` as [`locate`] gives it, the unpooled gradient as its view says.
    unsafe fn weight_gradients(
        &self,
        isa: Isa,
        (first, step, depth, line): (*const f32, usize, usize, usize),
        (from, to): (usize, usize),
        (gradient, view): (*const f32, View),
    ) {
        let g = self.geometry;
        let strip = (STRIP / g.out_width).max(1);
        // For pictures a block is one row of taps; for maps a panel of inputs, and each tap has an outer product.
        let pictures = g.algorithm == Algorithm::Pictures;
        let (taps, blocks, a_block) = match pictures {
            true => (1, g.kernel, line),
            false => (g.kernel * g.kernel, g.in_panels, g.input().panel),
        };
        for y in (from..to).step_by(strip) {
            for tap in 0..taps {
                let corner = (y + tap / g.kernel) * line + tap % g.kernel * step;
                isa.run(Outer {
                    a: first.add(corner),
                    a_block,
                    a_segment: line,
                    a_step: step,
                    b: gradient.wrapping_add(view.at(0, 0, y, 0)),
                    b_panel: view.panel,
                    b_segment: view.row,
                    c: self.weight_gradient.add(tap * g.depth() * LANES),
                    c_panel: g.weight_panel(),
                    c_block: depth * LANES,
                    blocks,
                    rows: depth,
                    panels: g.out_panels,
                    segments: strip.min(to - y),
                    depth: g.out_width,
                    accumulate: true,
                });
            }
        }
    }

    unsafe fn input_gradients(&self, isa: Isa, n: usize, view: View, scratch: &Scratch) {
        let g = self.geometry;
        let input = g.input();
        let t_panel = g.kernel * g.kernel * g.out_panels * LANES * LANES;
        for panel in (0..g.in_panels).step_by(CHUNK) {
            for y in 0..g.height {
                isa.run(Product {
                    a: scratch.gradient.ptr().add(y * view.row),
                    a_row: LANES,
                    segments: self.segments,
                    depth: LANES,
                    b: self.transposed.add(panel * t_panel),
                    b_segment: LANES * LANES,
                    b_panel: t_panel,
                    c: self.input_gradient.add(input.at(n, panel, y, 0)),
                    c_panel: input.panel,
                    rows: g.width,
                    panels: CHUNK.min(g.in_panels - panel),
                    accumulate: false,
                    next: self.transposed,
                });
            }
        }
    }
}

/// The gradient of one picture's output rows `rows.0..rows.1` (from a tile's first row on) into a buffer of its own; adds the
/// gradients up in `sum`.
struct Unpooled<'a> {
    outputs: &'a Unpool<'a>,
    n: usize,
    rows: (usize, usize),
    to: *mut f32,
    view: View,
    sum: *mut f32,
}

impl Kernel for Unpooled<'_> {
    #[inline(always)]
    unsafe fn run<S: Simd>(self) {
        let g = self.outputs.geometry;
        for c in 0..g.out_panels {
            let mut sum = S::load(self.sum.add(c * LANES));
            for ty in self.rows.0 / 4..self.rows.1.div_ceil(4) {
                for tx in 0..g.out_width.div_ceil(4) {
                    let d = self.outputs.tile::<S>((self.n, c), (ty, tx), &mut sum);
                    for i in 0..4 {
                        for j in 0..4 {
                            let (y, x) = (4 * ty + i, 4 * tx + j);
                            if y < g.out_height && x < g.out_width {
                                S::store(self.to.wrapping_add(self.view.at(0, c, y, x)), d[i][j]);
                            }
                        }
                    }
                }
            }
            S::store(self.sum.add(c * LANES), sum);
        }
    }
}

/// Weights `[out/16][tap][in][16]` of one panel of outputs to `[in/16][tap][out][16]`, after each update.
pub struct TransposeWeights<'a> {
    pub geometry: &'a Geometry,
    pub panel: usize,
    pub weights: *const f32,
    pub to: *mut f32,
}

impl Kernel for TransposeWeights<'_> {
    #[inline(always)]
    unsafe fn run<S: Simd>(self) {
        let g = self.geometry;
        let (taps, rows) = (g.kernel * g.kernel, g.out_panels * LANES);
        let from = self.weights.add(self.panel * g.weight_panel());
        for c in 0..g.in_panels {
            for tap in 0..taps {
                let from = from.add((tap * g.depth() + c * LANES) * LANES);
                let to = self.to.add(((c * taps + tap) * rows + self.panel * LANES) * LANES);
                transpose(from, to);
            }
        }
    }
}

/// A square of 16 x 16, both contiguous.
#[inline(always)]
pub unsafe fn transpose(from: *const f32, to: *mut f32) {
    for i in 0..LANES {
        for j in 0..LANES {
            *to.add(i * LANES + j) = *from.add(j * LANES + i);
        }
    }
}
