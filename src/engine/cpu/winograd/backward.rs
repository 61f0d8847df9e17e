//! Backward: `dM = A dy A^T`, then `dx += B (dM UT) B^T` and `dU += V^T dM`.
#![allow(unsafe_op_in_unsafe_fn, reason = "a kernel is one contract, stated at its struct")]

use super::{
    AHEAD, BLOCK, CHUNK, POINTS, Scratch, Tile, ahead, block_of_tiles, forward::Gather, plane, transform, transposed_plane,
    weight_plane,
};
use crate::engine::cpu::{
    block::Span,
    gemm::{Outer, Product},
    geometry::{Geometry, View},
    isa::{Isa, Kernel},
    pooling::Unpool,
    simd::{LANES, Simd},
};

/// The backward pass of some pictures through one layer.
///
/// `input` and `input_gradient` fit `geometry.input()`; `transposed` are UT; `weight_gradient` is `[out/16][9][in][16]`
/// and `bias_gradient` one number a channel, both written for this group of pictures alone; `segments` as in `Forward`,
/// for the panels of inputs and outputs.
pub struct Backward<'a> {
    pub geometry: &'a Geometry,
    pub outputs: Unpool<'a>,
    pub input: *const f32,
    pub input_gradient: *mut f32,
    pub transposed: *const f32,
    pub segments: &'a [usize],
    pub weight_gradient: *mut f32,
    pub bias_gradient: *mut f32,
}

impl Backward<'_> {
    /// Works on pictures `first..first + count`, which are `span` of their group.
    ///
    /// # Safety
    /// As `Forward::run`.
    pub unsafe fn run(&self, isa: Isa, (first, count): (usize, usize), span: Span, scratch: &Scratch) {
        let g = self.geometry;
        let end = count * g.tiles();
        if span.begins {
            std::ptr::write_bytes(self.bias_gradient, 0, g.out_panels * LANES);
        }
        for start in (0..end).step_by(BLOCK) {
            let (tiles, count) = block_of_tiles(g, first, start, end);
            let tiles = &tiles[..count];
            isa.run(Spread { outputs: &self.outputs, tiles, out: scratch.outputs.ptr(), sum: self.bias_gradient });
            self.input_gradients(isa, tiles, scratch);
            isa.run(Gather { geometry: g, tiles, input: self.input, out: scratch.inputs.ptr() });
            self.weight_gradients(isa, count, start > 0 || !span.begins, scratch);
        }
        if span.ends {
            isa.run(FoldGradient { geometry: g, from: scratch.weight_gradients.ptr(), to: self.weight_gradient });
        }
    }

    /// `dV = dM UT`, chunk by chunk, and back onto the map.
    unsafe fn input_gradients(&self, isa: Isa, tiles: &[Tile], scratch: &Scratch) {
        let g = self.geometry;
        let (m_plane, chunk_plane, t_plane) = (plane(g.out_panels, BLOCK), plane(CHUNK, BLOCK), transposed_plane(g));
        let t_panel = g.out_panels * LANES * LANES;
        for panel in (0..g.in_panels).step_by(CHUNK) {
            let panels = CHUNK.min(g.in_panels - panel);
            for p in 0..POINTS {
                let weights = self.transposed.add(p * t_plane + panel * t_panel);
                isa.run(Product {
                    a: scratch.outputs.ptr().add(p * m_plane),
                    a_row: LANES,
                    segments: &self.segments[..g.out_panels],
                    depth: LANES,
                    b: weights,
                    b_segment: LANES * LANES,
                    b_panel: t_panel,
                    c: scratch.input_gradients.ptr().add(p * chunk_plane),
                    c_panel: BLOCK * LANES,
                    rows: tiles.len(),
                    panels,
                    accumulate: false,
                    next: weights.wrapping_add(t_plane),
                });
            }
            let (from, to) = (scratch.input_gradients.ptr(), self.input_gradient);
            isa.run(Scatter { geometry: g, tiles, panel, panels, from, to });
        }
    }

    /// `dU (+)= V^T dM`.
    unsafe fn weight_gradients(&self, isa: Isa, tiles: usize, accumulate: bool, scratch: &Scratch) {
        let g = self.geometry;
        let (v_plane, m_plane, u_plane) = (plane(g.in_panels, BLOCK), plane(g.out_panels, BLOCK), weight_plane(g));
        for p in 0..POINTS {
            isa.run(Outer {
                a: scratch.inputs.ptr().add(p * v_plane),
                a_block: BLOCK * LANES,
                a_segment: 0,
                a_step: LANES,
                b: scratch.outputs.ptr().add(p * m_plane),
                b_panel: BLOCK * LANES,
                b_segment: 0,
                c: scratch.weight_gradients.ptr().add(p * u_plane),
                c_panel: g.in_panels * LANES * LANES,
                c_block: LANES * LANES,
                blocks: g.in_panels,
                rows: LANES,
                panels: g.out_panels,
                segments: 1,
                depth: tiles,
                accumulate,
            });
        }
    }
}

/// `dM[p][c][t] = A dy A^T` of each tile; adds the gradients up in `sum`, one number a channel.
struct Spread<'a> {
    outputs: &'a Unpool<'a>,
    tiles: &'a [Tile],
    out: *mut f32,
    sum: *mut f32,
}

impl Kernel for Spread<'_> {
    #[inline(always)]
    unsafe fn run<S: Simd>(self) {
        let g = self.outputs.geometry;
        let plane = plane(g.out_panels, BLOCK);
        for c in 0..g.out_panels {
            let mut sum = S::load(self.sum.add(c * LANES));
            for (t, tile) in self.tiles.iter().enumerate() {
                let dy = self.outputs.tile::<S>((tile.picture, c), (tile.row, tile.column), &mut sum);
                let m = transform::output_adjoint_2d::<S>(dy);
                let to = self.out.add((c * BLOCK + t) * LANES);
                for i in 0..6 {
                    for j in 0..6 {
                        S::expect_store(to.wrapping_add((6 * i + j) * plane + AHEAD * LANES));
                        S::store(to.add((6 * i + j) * plane), m[i][j]);
                    }
                }
            }
            S::store(self.sum.add(c * LANES), sum);
        }
    }
}

/// `dx += B dV B^T` of each tile. Neighboring tiles overlap by two rows and columns: there the later tile adds to what
/// the earlier one (above or to the left) stored, so the map need not be zeroed first.
struct Scatter<'a> {
    geometry: &'a Geometry,
    tiles: &'a [Tile],
    panel: usize,
    panels: usize,
    from: *const f32,
    to: *mut f32,
}

impl Kernel for Scatter<'_> {
    #[inline(always)]
    unsafe fn run<S: Simd>(self) {
        let view = View { origin: 0, ..self.geometry.input() };
        for c in 0..self.panels {
            for (t, tile) in self.tiles.iter().enumerate() {
                let from = self.from.add((c * BLOCK + t) * LANES);
                let next = ahead(self.tiles, t);
                let next = self.to.add(view.at(next.picture, self.panel + c, 4 * next.row, 4 * next.column));
                for i in 0..6 {
                    for j in 2..6 {
                        S::expect_store(next.add(i * view.row + j * LANES));
                    }
                }
                let to = self.to.add(view.at(tile.picture, self.panel + c, 4 * tile.row, 4 * tile.column));
                // Every second row at a time: all six would not fit the registers.
                for odd in 0..2 {
                    let mut rows = [[S::zero(); 6]; 3];
                    for j in 0..6 {
                        let mut column = [S::zero(); 5];
                        for i in 0..5 {
                            column[i] = S::load(from.add((6 * (odd + i) + j) * plane(CHUNK, BLOCK)));
                        }
                        let done = if odd == 0 {
                            transform::input_adjoint_even::<S>(column)
                        } else {
                            transform::input_adjoint_odd::<S>(column)
                        };
                        for i in 0..3 {
                            rows[i][j] = done[i];
                        }
                    }
                    for i in 0..3 {
                        let d = transform::input_adjoint::<S>(rows[i]);
                        let row = 2 * i + odd;
                        for j in 0..6 {
                            let place = to.add(row * view.row + j * LANES);
                            let shared = (row < 2 && tile.row > 0) || (j < 2 && tile.column > 0);
                            S::store(place, if shared { S::add(S::load(place), d[j]) } else { d[j] });
                        }
                    }
                }
            }
        }
    }
}

/// `dw = G^T dU G`: from 36 planes to `[out/16][9][in][16]`.
struct FoldGradient<'a> {
    geometry: &'a Geometry,
    from: *const f32,
    to: *mut f32,
}

impl Kernel for FoldGradient<'_> {
    #[inline(always)]
    unsafe fn run<S: Simd>(self) {
        let g = self.geometry;
        let depth = g.depth();
        let plane = weight_plane(g);
        for c in 0..g.out_panels {
            for k in 0..depth {
                let from = self.from.add((c * depth + k) * LANES);
                let mut u = [[S::zero(); 6]; 6];
                for i in 0..6 {
                    for j in 0..6 {
                        u[i][j] = S::load(from.add((6 * i + j) * plane));
                    }
                }
                let w = transform::kernel_adjoint_2d::<S>(u);
                let to = self.to.add(c * g.weight_panel() + k * LANES);
                for i in 0..3 {
                    for j in 0..3 {
                        S::store(to.add((3 * i + j) * depth * LANES), w[i][j]);
                    }
                }
            }
        }
    }
}
