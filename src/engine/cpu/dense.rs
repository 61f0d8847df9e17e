//! Dense layers over vectors that stand in panels of 16 features, `[f/16][n][16]`, with weights
//! `[in/16][out/16][16 in][16 out]`.
//!
//! Work is cut along the inputs, because the first dense layer has most of the network's weights: one unit reads its
//! share of them once and in order. Forward, each unit adds up its part of all outputs; the parts are added in order.
//! Backward, a unit computes for each panel of inputs the input gradient (`dX^T = W dZ^T`, with pictures in the lanes:
//! the weights are rows of A as they stand), the weight gradient, and the update while both are in the cache: the
//! gradient of the weights never exists as a whole.
#![allow(unsafe_op_in_unsafe_fn, reason = "a kernel is one contract, stated at its struct")]

use super::{
    buffer::{Allocator, Buffer},
    direct::transpose,
    gemm::{Outer, Product},
    geometry::panels,
    isa::{Isa, Kernel},
    simd::{LANES, Simd},
};
use crate::problem::Problem;

/// Numbers of a square of weights.
pub const SQUARE: usize = LANES * LANES;
/// Panels of inputs that stay in the cache while all rows of pictures pass.
pub const CHUNK: usize = 32;
/// Most units of a layer; fixed, so that sums have one order.
const UNITS: usize = 16;

/// A dense layer's shape.
#[derive(Clone, Copy, Debug)]
pub struct Shape {
    /// Panels of inputs and outputs.
    pub inputs: usize,
    pub outputs: usize,
    /// Pictures that the buffers have room for.
    pub batch: usize,
}

impl Shape {
    pub fn weight_len(&self) -> usize {
        self.inputs * self.outputs * SQUARE
    }

    /// Units of work: each takes a range of panels of inputs.
    pub fn units(&self) -> usize {
        (self.inputs * self.outputs).div_ceil(64).clamp(1, UNITS).min(self.inputs)
    }

    /// The panels of unit `unit`.
    pub fn range(&self, unit: usize) -> std::ops::Range<usize> {
        let units = self.units();
        unit * self.inputs / units..(unit + 1) * self.inputs / units
    }

    /// Numbers of one unit's part of the outputs.
    pub fn part_len(&self) -> usize {
        self.outputs * self.batch * LANES
    }
}

/// One unit's part of `Z = X W`: `x` is `[in/16][batch][16]`, `part` `[out/16][batch][16]`.
pub struct Forward<'a> {
    pub shape: Shape,
    pub x: *const f32,
    pub weights: *const f32,
    /// `0, 16 batch, 32 batch…`, [`CHUNK`] of them.
    pub segments: &'a [usize],
    pub part: *mut f32,
}

impl Forward<'_> {
    /// # Safety
    /// The instruction set is there, the pointers fit, and nobody else touches this unit's part.
    pub unsafe fn run(&self, isa: Isa, unit: usize, pictures: usize) {
        let s = self.shape;
        let range = s.range(unit);
        for start in range.clone().step_by(CHUNK) {
            let panels = CHUNK.min(range.end - start);
            for out in (0..s.outputs).step_by(2) {
                isa.run(Product {
                    a: self.x.add(start * s.batch * LANES),
                    a_row: LANES,
                    segments: &self.segments[..panels],
                    depth: LANES,
                    b: self.weights.add((start * s.outputs + out) * SQUARE),
                    b_segment: s.outputs * SQUARE,
                    b_panel: SQUARE,
                    c: self.part.add(out * s.batch * LANES),
                    c_panel: s.batch * LANES,
                    rows: pictures,
                    panels: 2.min(s.outputs - out),
                    accumulate: start > range.start,
                    next: self.weights.wrapping_add(((start + CHUNK) * s.outputs + out) * SQUARE),
                });
            }
        }
    }
}

/// One thread's arrays of the backward pass.
pub struct Scratch {
    /// `dX^T` of a panel, `[n/16][16 in][16 n]`.
    turned: Buffer,
    /// The weight gradient of a panel of inputs, `[out/16][16 in][16 out]`.
    pub tile: Buffer,
}

impl Scratch {
    /// Arrays for layers of up to `outputs` panels of outputs.
    ///
    /// # Errors
    /// Too little memory.
    pub fn new(batch: usize, outputs: usize, memory: &mut Allocator) -> Result<Self, Problem> {
        Ok(Self { turned: memory.zeros(panels(batch) * SQUARE)?, tile: memory.zeros(outputs * SQUARE)? })
    }
}

/// Backward for single panels of inputs: `dz` is `[out/16][batch][16]`, `turned` its transpose `[n/16][out][16]` with
/// zeros for missing pictures, `dx` (may be null) as `x`.
pub struct Backward<'a> {
    pub shape: Shape,
    pub x: *const f32,
    pub dx: *mut f32,
    pub weights: *const f32,
    pub dz: *const f32,
    pub turned: *const f32,
    /// `0, 256, 512…` for the panels of outputs.
    pub squares: &'a [usize],
}

impl Backward<'_> {
    /// Input gradient of panel `panel`, and the gradient of its weights in `scratch.tile`.
    ///
    /// # Safety
    /// As [`Forward::run`]; `scratch` belongs to this thread.
    pub unsafe fn run(&self, isa: Isa, panel: usize, pictures: usize, scratch: &Scratch) {
        let s = self.shape;
        let column = s.batch * LANES;
        let groups = panels(pictures);
        if !self.dx.is_null() {
            isa.run(Product {
                a: self.weights.add(panel * s.outputs * SQUARE),
                a_row: LANES,
                segments: &self.squares[..s.outputs],
                depth: LANES,
                b: self.turned,
                b_segment: SQUARE,
                b_panel: s.outputs * SQUARE,
                c: scratch.turned.ptr(),
                c_panel: SQUARE,
                rows: LANES,
                panels: groups,
                accumulate: false,
                next: self.weights.wrapping_add((panel + 1) * s.outputs * SQUARE),
            });
            isa.run(TurnBack { from: scratch.turned.ptr(), to: self.dx.add(panel * column), pictures });
        }
        isa.run(Outer {
            a: self.x.add(panel * column),
            a_block: 0,
            a_segment: 0,
            a_step: LANES,
            b: self.dz,
            b_panel: column,
            b_segment: 0,
            c: scratch.tile.ptr(),
            c_panel: SQUARE,
            c_block: 0,
            blocks: 1,
            rows: LANES,
            panels: s.outputs,
            segments: 1,
            depth: pictures,
            accumulate: false,
        });
    }
}

/// `[n/16][16 f][16 n]` to `[n][16 f]`.
struct TurnBack {
    from: *const f32,
    to: *mut f32,
    pictures: usize,
}

impl Kernel for TurnBack {
    #[inline(always)]
    unsafe fn run<S: Simd>(self) {
        let mut square = [0.0f32; SQUARE];
        for group in 0..panels(self.pictures) {
            transpose(self.from.add(group * SQUARE), square.as_mut_ptr());
            let count = LANES.min(self.pictures - group * LANES);
            std::ptr::copy_nonoverlapping(square.as_ptr(), self.to.add(group * SQUARE), count * LANES);
        }
    }
}

/// `[out/16][batch][16]` to `[n/16][out][16]`, with zeros for missing pictures.
pub fn turn(dz: &[f32], shape: Shape, pictures: usize, turned: &mut [f32]) {
    let rows = shape.outputs * LANES;
    for group in 0..panels(pictures) {
        for row in 0..rows {
            for lane in 0..LANES {
                let n = group * LANES + lane;
                let from = (row / LANES * shape.batch + n) * LANES + row % LANES;
                turned[(group * rows + row) * LANES + lane] = if n < pictures { dz[from] } else { 0.0 };
            }
        }
    }
}
