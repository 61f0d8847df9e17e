//! Shapes and places, shared by forward and backward.

use super::simd::LANES;
use crate::model::Padding;

/// Panels of 16 that hold `channels`.
pub const fn panels(channels: usize) -> usize {
    channels.div_ceil(LANES)
}

/// Where the values of a map stand: `[y][x]` of picture `n`, panel `c` starts at
/// `origin + n * picture + c * panel + y * row + x * column` and has 16 channels.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct View {
    pub origin: usize,
    pub picture: usize,
    pub panel: usize,
    pub row: usize,
    pub column: usize,
}

impl View {
    /// A map of its own, `[n][c/16][height][width][16]`, whose values start `border` rows and columns inside.
    pub fn map(panels: usize, height: usize, width: usize, border: usize) -> Self {
        let (column, row) = (LANES, width * LANES);
        let panel = height * row;
        Self { origin: border * (row + column), picture: panels * panel, panel, row, column }
    }

    /// A map as features of a dense layer, `[c/16][y][x][n][16]` for `batch` pictures.
    pub fn features(height: usize, width: usize, batch: usize) -> Self {
        let column = batch * LANES;
        Self { origin: 0, picture: LANES, panel: height * width * column, row: width * column, column }
    }

    pub const fn at(&self, picture: usize, panel: usize, y: usize, x: usize) -> usize {
        self.origin + picture * self.picture + panel * self.panel + y * self.row + x * self.column
    }
}

/// The environment variable that forbids Winograd's algorithm: `direct`.
pub const CONVOLUTION_VARIABLE: &str = "TROMBINE_CONVOLUTION";

/// Which algorithm 3x3 convolutions take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Convolution {
    Winograd,
    /// Slower; to see that Winograd's rounding changes nothing.
    Direct,
}

impl Convolution {
    /// Winograd, unless [`CONVOLUTION_VARIABLE`] forbids it.
    pub fn chosen() -> Self {
        if std::env::var(CONVOLUTION_VARIABLE).is_ok_and(|name| name == "direct") { Self::Direct } else { Self::Winograd }
    }
}

/// How a convolution is computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Algorithm {
    /// 3x3 from 16 channels up: F(4x4, 3x3), see `winograd`.
    Winograd,
    /// 5x5, or if [`Convolution::Direct`] is wanted: products along the rows, see `direct`.
    Direct,
    /// The first layer reads pictures of three channels, see `direct` and `stem`.
    Pictures,
}

/// A convolution of `[height, width, inputs]` to `outputs` channels.
#[derive(Clone, Copy, Debug)]
pub struct ConvShape {
    pub height: usize,
    pub width: usize,
    pub inputs: usize,
    pub outputs: usize,
    /// Side of the kernel.
    pub kernel: usize,
    pub padding: Padding,
    /// Whether 2x2 pooling follows.
    pub pools: bool,
}

/// A convolution, its activation and, if it `pools`, 2x2 pooling. Everything about sides, borders and tiles.
#[derive(Clone, Copy, Debug)]
pub struct Geometry {
    pub algorithm: Algorithm,
    /// Of pictures: F(4, 3) down the columns, see `stem`.
    pub raised: bool,
    /// Whether 2x2 pooling follows. Without it each of the convolution's outputs is a cell of its own.
    pub pools: bool,
    /// Side of the kernel.
    pub kernel: usize,
    /// Zeros around the input.
    pub border: usize,
    /// Input map without border.
    pub height: usize,
    pub width: usize,
    pub inputs: usize,
    pub outputs: usize,
    /// Panels of 16 input channels; for pictures 1.
    pub in_panels: usize,
    pub out_panels: usize,
    /// Rows and columns of the input buffer, border and room for whole tiles included.
    pub rows: usize,
    pub columns: usize,
    /// Convolution's output.
    pub out_height: usize,
    pub out_width: usize,
    /// What leaves the block: after pooling, or the convolution's output.
    pub pooled_height: usize,
    pub pooled_width: usize,
    /// Winograd tiles of 4x4 outputs.
    pub tile_rows: usize,
    pub tile_columns: usize,
}

impl Geometry {
    /// The block of a convolution. `first` if it reads pictures; `whole` if all of the convolution's outputs matter (batch
    /// norm), not only those that are pooled. Without pooling they all do.
    pub fn new(shape: ConvShape, convolution: Convolution, first: bool, whole: bool) -> Self {
        let ConvShape { height, width, inputs, outputs, kernel, padding, pools } = shape;
        let border = if padding == Padding::Same { kernel / 2 } else { 0 };
        let (out_height, out_width) = (height + 2 * border + 1 - kernel, width + 2 * border + 1 - kernel);
        let (pooled_height, pooled_width) = if pools { (out_height / 2, out_width / 2) } else { (out_height, out_width) };
        let algorithm = match (first, kernel, convolution) {
            (true, ..) => Algorithm::Pictures,
            (false, 3, Convolution::Winograd) => Algorithm::Winograd,
            (false, ..) => Algorithm::Direct,
        };
        let raised = first && kernel == 3 && convolution == Convolution::Winograd;
        let tiles = |out: usize| if whole || !pools { out.div_ceil(4) } else { (out / 2 * 2).div_ceil(4) };
        let (tile_rows, tile_columns) = (tiles(out_height), tiles(out_width));
        let room = |side: usize, tiles: usize, in_tiles: bool| match in_tiles {
            true => (side + border).max(4 * tiles + 2),
            false => side + 2 * border,
        };
        let winograd = algorithm == Algorithm::Winograd;
        Self {
            algorithm,
            raised,
            pools,
            kernel,
            border,
            height,
            width,
            inputs,
            outputs,
            in_panels: panels(inputs),
            out_panels: panels(outputs),
            rows: room(height, tile_rows, winograd || raised),
            columns: room(width, tile_columns, winograd),
            out_height,
            out_width,
            pooled_height,
            pooled_width,
            tile_rows,
            tile_columns,
        }
    }

    /// The input buffer's view (not for pictures).
    pub fn input(&self) -> View {
        View::map(self.in_panels, self.rows, self.columns, self.border)
    }

    /// The convolution's outputs, where they are kept (batch norm): no border.
    pub fn output(&self) -> View {
        View::map(self.out_panels, self.out_height, self.out_width, 0)
    }

    /// Codes of the cells, and what else is kept for each: no border.
    pub fn cells(&self) -> View {
        View::map(self.out_panels, self.pooled_height, self.pooled_width, 0)
    }

    /// Rows of a weight matrix for one tap: input channels, padded but for pictures.
    pub fn depth(&self) -> usize {
        if self.algorithm == Algorithm::Pictures { self.inputs } else { self.in_panels * LANES }
    }

    /// Weights of one panel of outputs, `[tap][depth][16]`.
    pub fn weight_panel(&self) -> usize {
        self.kernel * self.kernel * self.depth() * LANES
    }

    /// All weights, `[out/16][tap][depth][16]`.
    pub fn weight_len(&self) -> usize {
        self.out_panels * self.weight_panel()
    }

    /// Where weight `[out][in][ky][kx]` stands.
    pub fn weight_at(&self, out: usize, input: usize, tap: usize) -> usize {
        out / LANES * self.weight_panel() + (tap * self.depth() + input) * LANES + out % LANES
    }

    /// Tiles of one picture.
    pub fn tiles(&self) -> usize {
        self.tile_rows * self.tile_columns
    }
}
