//! 3x3 convolutions by Winograd's F(4x4, 3x3), forward and backward: a quarter of the multiplications.
//!
//! A map is cut into tiles of 4x4 outputs, each from 6x6 inputs. In the transformed domain a convolution is 36
//! independent products, one for each point p: `M[p] = V[p] U[p]` with tiles as rows, input channels as k and output
//! channels as columns. The arrays there stand in panels of 16 channels,
//!
//! ```text
//! V, dV [p][in/16][tile][16]      M, dM [p][out/16][tile][16]
//! U, dU [p][out/16][in][16]       UT    [p][in/16][out][16]
//! ```
//!
//! so the three products need no packing: forward `M = V U`, input gradient `dV = dM UT`, weight gradient
//! `dU += V^T dM`. Planes p are 16 floats longer than their contents: otherwise the 36 streams of a transform would
//! fall into one set of the cache. Work goes in blocks of [`BLOCK`] tiles (across pictures where maps are small), so
//! that what the products read was just written and is still in the second-level cache.
//!
//! The input gradient is the adjoint of the forward pass rather than a convolution by turned-around weights: so it
//! shares `dM` with the weight gradient, and the gradient before pooling never exists in memory.

mod backward;
mod forward;
pub mod transform;
mod weights;

pub use backward::Backward;
pub use forward::{Epilogue, Forward};
pub use weights::TransformWeights;

use super::{
    buffer::{Allocator, Buffer},
    geometry::{Algorithm, Geometry},
    simd::LANES,
};
use crate::problem::Problem;

/// Points of the transformed domain: 6x6.
pub const POINTS: usize = 36;
/// Tiles worked on together.
pub const BLOCK: usize = 32;
/// How many tiles ahead the lines are fetched that a transform will read and write: 36 streams in steps of a plane are
/// more than the processor's own prefetchers follow.
const AHEAD: usize = 2;
/// Panels of output (forward) or input channels (backward) between product and transform.
const CHUNK: usize = 4;

/// Length of a plane of `panels` panels of `rows` rows, with its padding.
pub const fn plane(panels: usize, rows: usize) -> usize {
    panels * rows * LANES + LANES
}

/// Length of a plane of the transformed weights.
pub const fn weight_plane(geometry: &Geometry) -> usize {
    plane(geometry.out_panels, geometry.in_panels * LANES)
}

/// Length of a plane of the transposed transformed weights.
pub const fn transposed_plane(geometry: &Geometry) -> usize {
    plane(geometry.in_panels, geometry.out_panels * LANES)
}

/// One thread's arrays of the transformed domain, large enough for all layers.
pub struct Scratch {
    /// V of a block.
    inputs: Buffer,
    /// M of a block's chunk (forward), dM of a block (backward).
    outputs: Buffer,
    /// dV of a block's chunk.
    input_gradients: Buffer,
    /// dU of a layer.
    weight_gradients: Buffer,
}

impl Scratch {
    /// Arrays for the layers of `blocks` that take this algorithm.
    ///
    /// # Errors
    /// Too little memory.
    pub fn new<'a>(blocks: impl Iterator<Item = &'a Geometry> + Clone, memory: &mut Allocator) -> Result<Self, Problem> {
        let blocks = blocks.filter(|g| g.algorithm == Algorithm::Winograd);
        let most = |len: &dyn Fn(&Geometry) -> usize| POINTS * blocks.clone().map(len).max().unwrap_or(0);
        Ok(Self {
            inputs: memory.zeros(most(&|g| plane(g.in_panels, BLOCK)))?,
            outputs: memory.zeros(most(&|g| plane(g.out_panels.max(CHUNK), BLOCK)))?,
            input_gradients: memory.zeros(most(&|_| plane(CHUNK, BLOCK)))?,
            weight_gradients: memory.zeros(most(&|g| weight_plane(g)))?,
        })
    }
}

/// A tile's place: picture, tile row, tile column.
#[derive(Clone, Copy, Default)]
struct Tile {
    picture: usize,
    row: usize,
    column: usize,
}

/// The tile after the next, whose lines are fetched while tile `t` is transformed; at the end the last again.
#[inline(always)]
fn ahead(tiles: &[Tile], t: usize) -> Tile {
    tiles[(t + AHEAD).min(tiles.len() - 1)]
}

/// The tiles from number `first` on, at most [`BLOCK`] and below `end`, counted over pictures from `picture` on.
fn block_of_tiles(g: &Geometry, picture: usize, first: usize, end: usize) -> ([Tile; BLOCK], usize) {
    let mut tiles = [Tile::default(); BLOCK];
    let count = (end - first).min(BLOCK);
    for (tile, number) in tiles.iter_mut().zip(first..first + count) {
        let within = number % g.tiles();
        *tile = Tile { picture: picture + number / g.tiles(), row: within / g.tile_columns, column: within % g.tile_columns };
    }
    (tiles, count)
}
