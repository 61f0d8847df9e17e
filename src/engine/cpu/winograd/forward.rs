//! Forward: `V = B^T x B`, `M = V U`, `y = A^T M A`, then the block's epilogue.
#![allow(unsafe_op_in_unsafe_fn, reason = "a kernel is one contract, stated at its struct")]

use super::{AHEAD, BLOCK, CHUNK, POINTS, Scratch, Tile, ahead, block_of_tiles, plane, transform, weight_plane};
use crate::engine::cpu::{
    activation::Act,
    gemm::Product,
    geometry::{Geometry, View},
    isa::{Isa, Kernel},
    pooling::{PoolEpilogue, with_epilogue},
    simd::{LANES, Simd},
};

/// What becomes of a convolution's outputs.
#[derive(Clone, Copy)]
pub enum Epilogue {
    /// Activation and pooling at once.
    Pool(PoolEpilogue),
    /// Activation alone: each output is a cell.
    Activate(PoolEpilogue),
    /// Kept as they are, as `geometry.output()`.
    Keep(*mut f32),
}

/// The forward pass of some pictures through one layer.
///
/// `input` fits `geometry.input()`, `weights` are U, `segments` are `0, 16 BLOCK, 32 BLOCK…`, one for each input panel
/// (at least).
pub struct Forward<'a> {
    pub geometry: &'a Geometry,
    pub input: *const f32,
    pub weights: *const f32,
    pub segments: &'a [usize],
    pub epilogue: Epilogue,
}

impl Forward<'_> {
    /// Computes pictures `first..first + count`.
    ///
    /// # Safety
    /// The instruction set is there, the pointers fit (see the type), `scratch` belongs to this thread, and nobody else
    /// touches the outputs of these pictures.
    pub unsafe fn run(&self, isa: Isa, first: usize, count: usize, scratch: &Scratch) {
        let g = self.geometry;
        let end = count * g.tiles();
        let (in_plane, chunk_plane, u_plane) = (plane(g.in_panels, BLOCK), plane(CHUNK, BLOCK), weight_plane(g));
        let u_panel = g.in_panels * LANES * LANES;
        for start in (0..end).step_by(BLOCK) {
            let (tiles, count) = block_of_tiles(g, first, start, end);
            let tiles = &tiles[..count];
            isa.run(Gather { geometry: g, tiles, input: self.input, out: scratch.inputs.ptr() });
            for panel in (0..g.out_panels).step_by(CHUNK) {
                let panels = CHUNK.min(g.out_panels - panel);
                for p in 0..POINTS {
                    let weights = self.weights.add(p * u_plane + panel * u_panel);
                    isa.run(Product {
                        a: scratch.inputs.ptr().add(p * in_plane),
                        a_row: LANES,
                        segments: &self.segments[..g.in_panels],
                        depth: LANES,
                        b: weights,
                        b_segment: LANES * LANES,
                        b_panel: u_panel,
                        c: scratch.outputs.ptr().add(p * chunk_plane),
                        c_panel: BLOCK * LANES,
                        rows: count,
                        panels,
                        accumulate: false,
                        next: weights.wrapping_add(u_plane),
                    });
                }
                let products = scratch.outputs.ptr();
                isa.run(Emit { geometry: g, tiles, panel, panels, products, epilogue: self.epilogue });
            }
        }
    }
}

/// `V[p][c][t] = B^T x B` of each tile. `input` fits `geometry.input()`, `out` holds 36 planes of the input's panels.
pub(super) struct Gather<'a> {
    pub geometry: &'a Geometry,
    pub tiles: &'a [Tile],
    pub input: *const f32,
    pub out: *mut f32,
}

impl Kernel for Gather<'_> {
    #[inline(always)]
    unsafe fn run<S: Simd>(self) {
        let g = self.geometry;
        // The tile's first input row is `border` above its first output row: the buffer's own row, border included.
        let view = View { origin: 0, ..g.input() };
        let plane = plane(g.in_panels, BLOCK);
        for c in 0..g.in_panels {
            for (t, tile) in self.tiles.iter().enumerate() {
                let from = self.input.add(view.at(tile.picture, c, 4 * tile.row, 4 * tile.column));
                let next = ahead(self.tiles, t);
                let next = self.input.add(view.at(next.picture, c, 4 * next.row, 4 * next.column));
                for i in 0..6 {
                    for j in 2..6 {
                        S::prefetch(next.add(i * view.row + j * LANES));
                    }
                }
                let to = self.out.add((c * BLOCK + t) * LANES);
                // Three rows of points at a time: all six would not fit the registers.
                for half in 0..2 {
                    let mut rows = [[S::zero(); 6]; 3];
                    for j in 0..6 {
                        let mut column = [S::zero(); 5];
                        for i in 0..5 {
                            column[i] = S::load(from.add((half + i) * view.row + j * LANES));
                        }
                        let done = if half == 0 { transform::input_low::<S>(column) } else { transform::input_high::<S>(column) };
                        for i in 0..3 {
                            rows[i][j] = done[i];
                        }
                    }
                    for i in 0..3 {
                        let v = transform::input::<S>(rows[i]);
                        for j in 0..6 {
                            let to = to.wrapping_add((6 * (3 * half + i) + j) * plane);
                            S::expect_store(to.wrapping_add(AHEAD * LANES));
                            S::store(to, v[j]);
                        }
                    }
                }
            }
        }
    }
}

/// `y = A^T M A` of each tile and panel, and on to the epilogue. `products` hold 36 planes of [`CHUNK`] panels, of which
/// the first is the layer's panel `panel`.
struct Emit<'a> {
    geometry: &'a Geometry,
    tiles: &'a [Tile],
    panel: usize,
    panels: usize,
    products: *const f32,
    epilogue: Epilogue,
}

impl Kernel for Emit<'_> {
    #[inline(always)]
    unsafe fn run<S: Simd>(self) {
        match self.epilogue {
            Epilogue::Pool(epilogue) => with_epilogue!(epilogue, self.pool),
            Epilogue::Activate(epilogue) => with_epilogue!(epilogue, self.activate),
            Epilogue::Keep(out) => self.keep::<S>(out),
        }
    }
}

impl Emit<'_> {
    #[inline(always)]
    unsafe fn outputs<S: Simd>(&self, c: usize, t: usize) -> [[S::V; 4]; 4] {
        let from = self.products.add((c * BLOCK + t) * LANES);
        let mut m = [[S::zero(); 6]; 6];
        for i in 0..6 {
            for j in 0..6 {
                m[i][j] = S::load(from.add((6 * i + j) * plane(CHUNK, BLOCK)));
            }
        }
        transform::output_2d::<S>(m)
    }

    #[inline(always)]
    unsafe fn pool<S: Simd, A: Act>(&self) {
        let Epilogue::Pool(epilogue) = &self.epilogue else { return };
        let g = self.geometry;
        for c in 0..self.panels {
            for (t, tile) in self.tiles.iter().enumerate() {
                let y = self.outputs::<S>(c, t);
                let place = epilogue.place((tile.picture, self.panel + c), (2 * tile.row, 2 * tile.column));
                for i in 0..2 {
                    for j in 0..2 {
                        if 2 * tile.row + i < g.pooled_height && 2 * tile.column + j < g.pooled_width {
                            let four = [y[2 * i][2 * j], y[2 * i][2 * j + 1], y[2 * i + 1][2 * j], y[2 * i + 1][2 * j + 1]];
                            epilogue.cell_at::<S, A>(self.panel + c, epilogue.beside(place, i, j), four);
                        }
                    }
                }
            }
        }
    }

    #[inline(always)]
    unsafe fn activate<S: Simd, A: Act>(&self) {
        let Epilogue::Activate(epilogue) = &self.epilogue else { return };
        let g = self.geometry;
        for c in 0..self.panels {
            let affine = epilogue.affine::<S>(self.panel + c);
            for (t, tile) in self.tiles.iter().enumerate() {
                let y = self.outputs::<S>(c, t);
                let place = epilogue.place((tile.picture, self.panel + c), (4 * tile.row, 4 * tile.column));
                for i in 0..4 {
                    for j in 0..4 {
                        if 4 * tile.row + i < g.out_height && 4 * tile.column + j < g.out_width {
                            epilogue.one_at::<S, A>(affine, epilogue.beside(place, i, j), y[i][j]);
                        }
                    }
                }
            }
        }
    }

    #[inline(always)]
    unsafe fn keep<S: Simd>(&self, out: *mut f32) {
        let g = self.geometry;
        let view = g.output();
        for c in 0..self.panels {
            for (t, tile) in self.tiles.iter().enumerate() {
                let y = self.outputs::<S>(c, t);
                for i in 0..4 {
                    for j in 0..4 {
                        let (row, column) = (4 * tile.row + i, 4 * tile.column + j);
                        if row < g.out_height && column < g.out_width {
                            S::store(out.add(view.at(tile.picture, self.panel + c, row, column)), y[i][j]);
                        }
                    }
                }
            }
        }
    }
}
