//! Matrix products: a convolution or a dense layer forward, and its gradients.

use super::{BackwardMask, Builder, Product};
use crate::{
    engine::gpu::{
        kernel::{Constants, Kernel},
        parameters::padded,
        schedule::{Dispatch, Fixed, LayerShape, Phase, Size, Work},
        tile::Tile,
        uniform::NO_DROPOUT,
    },
    model::Shape as Map,
};

impl Builder<'_> {
    /// The convolution or dense product of the layer called `name`.
    pub(super) fn conv_forward(&self, name: &str, shape: LayerShape, constants: &Constants, to: Destination) -> Dispatch {
        let per_picture = match to {
            Destination::Pooled { .. } => 4 * shape.pooled_height * shape.pooled_width,
            Destination::Activated { .. } | Destination::Map(_) | Destination::Splits => shape.out_height * shape.out_width,
        };
        let shared = matches!(to, Destination::Splits);
        let unwritten = [Fixed::UnwrittenA, Fixed::UnwrittenB, Fixed::UnwrittenC].map(Fixed::at);
        let [output, splits, argmax, picked] = match to {
            Destination::Pooled { values, argmax, picked } => [values, unwritten[2], argmax, picked.unwrap_or(unwritten[1])],
            Destination::Activated { values, picked } => [values, unwritten[2], unwritten[0], picked.unwrap_or(unwritten[1])],
            Destination::Map(map) => [map, unwritten[2], unwritten[0], unwritten[1]],
            Destination::Splits => [unwritten[2], Fixed::Splits.at(), unwritten[0], unwritten[1]],
        };
        let rows = self.batch() * per_picture;
        let tile = Tile::choose(rows, 4 * shape.out_quads, shape.splits > 1, self.limits);
        let mut constants = constants.clone();
        constants.extend(tile_constants(tile));
        constants.extend([
            ("PIXELS", f64::from(u8::from(self.source.values.is_none()))),
            ("POOLED", f64::from(u8::from(matches!(to, Destination::Pooled { .. })))),
            ("SHARED", f64::from(u8::from(shared))),
            ("PICKED", f64::from(u8::from(to.picked().is_some()))),
        ]);
        if matches!(to, Destination::Activated { .. }) {
            constants.push(("ACTIVATED", 1.0));
        }
        let mut dispatch = Dispatch::new(Kernel::ConvForward, name, Phase::Forward, shape, constants);
        let (maps, pixels) = self.inputs();
        let weights = Fixed::Weights.at();
        dispatch.buffers = vec![(2, maps), (3, pixels), (4, weights), (5, output), (8, splits), (6, argmax), (7, picked)];
        let across = (4 * shape.out_quads).div_ceil(tile.columns());
        dispatch.size = Size::Rows { per_picture, rows: tile.rows(), times: across * shape.splits };
        let terms = 4 * shape.kernel * shape.kernel * shape.in_quads;
        let product = Product { rows, columns: 4 * shape.out_quads, terms };
        dispatch.work = Self::product_work(&product, tile, &product, self.useful(name, rows));
        dispatch.work.read =
            self.input_bytes() + (16 * shape.kernel * shape.kernel * 4 * shape.in_quads * shape.out_quads) as u64;
        let (stored, quad) = ((rows * shape.out_quads) as u64, self.quad() as u64);
        dispatch.work.written = match to {
            Destination::Pooled { picked, .. } => stored / 4 * (quad + 4 + if picked.is_some() { quad } else { 0 }),
            Destination::Activated { picked, .. } => stored * quad * if picked.is_some() { 2 } else { 1 },
            Destination::Splits => stored * 16 * shape.splits as u64,
            Destination::Map(_) => stored * quad,
        };
        dispatch
    }

    /// Weight gradient, then the gradient of what came in.
    pub(super) fn product_gradients(
        &self,
        name: &str,
        shape: LayerShape,
        constants: &Constants,
        of: Gradients,
        back: &mut Vec<Dispatch>,
    ) {
        let n = self.batch();
        let Gradients { gradient, pooled, tile, splits } = of;
        let (pooled, argmax) = (pooled.is_some(), pooled.unwrap_or(Fixed::Unread.at()));
        let flag = |on: bool| f64::from(u8::from(on));
        let (maps, pixels) = self.inputs();
        let cells = shape.pooled_height * shape.pooled_width;
        let places = if pooled { 4 * cells } else { shape.out_height * shape.out_width };
        // What is read of the gradient: the pooled one with its argmax, or the whole one.
        let quad = self.quad();
        let gradient_bytes = (n * shape.out_quads * if pooled { cells * (quad + 4) } else { places * quad }) as u64;
        let (rows, columns) = (4 * shape.kernel * shape.kernel * shape.in_quads, 4 * shape.out_quads);

        let mut own = constants.clone();
        own.extend(tile_constants(tile));
        own.extend([("PIXELS", flag(self.source.values.is_none())), ("POOLED", flag(pooled))]);
        let learned = LayerShape { splits, ..shape };
        let mut dispatch = Dispatch::new(Kernel::ConvWeightGradient, name, Phase::Backward, learned, own);
        dispatch.buffers = vec![(2, maps), (3, pixels), (4, gradient), (5, argmax), (6, Fixed::Partials.at())];
        dispatch.size = Size::Fixed(tile.count(rows, columns) * splits);
        let product = Product { rows, columns, terms: n * places };
        dispatch.work = Self::product_work(&product, tile, &product, self.useful(name, n * places));
        dispatch.work.read = self.input_bytes() + gradient_bytes;
        dispatch.work.written = (16 * shape.partial_stride * splits) as u64;
        back.push(dispatch);

        if self.source.frozen {
            return;
        }
        let (below, below_quads) = (self.source.map, shape.in_quads);
        let per_picture = shape.in_height * shape.in_width;
        let (rows, columns) = (n * per_picture, 4 * below_quads);
        let tile = Tile::choose(rows, columns, false, self.limits);
        let mut own = self.activation.clone();
        own.extend(tile_constants(tile));
        own.push(("POOLED", flag(pooled)));
        let mut shape = shape;
        let masks = self.pass_gate(below, &mut own, &mut shape);
        let mut dispatch = Dispatch::new(Kernel::ConvDataGradient, name, Phase::Backward, shape, own);
        dispatch.buffers = vec![(2, gradient), (3, argmax), (4, Fixed::Weights.at()), (7, self.source.gradient)];
        dispatch.buffers.extend(masks.buffers);
        let times = columns.div_ceil(tile.columns());
        dispatch.size = Size::Rows { per_picture, rows: tile.rows(), times };
        let product = Product { rows, columns, terms: 4 * shape.kernel * shape.kernel * shape.out_quads };
        dispatch.work = Self::product_work(&product, tile, &product, self.useful(name, n * places));
        let weights = (16 * shape.kernel * shape.kernel * columns * shape.out_quads) as u64;
        let stored = (rows * below_quads) as u64;
        dispatch.work.read = gradient_bytes + weights + stored * masks.bytes;
        dispatch.work.written = stored * quad as u64;
        back.push(dispatch);
    }

    /// What the gradient that a kernel writes must pass: constants, uniform, buffers.
    pub(super) fn pass_gate(&self, below: Map, constants: &mut Constants, shape: &mut LayerShape) -> MaskBuffers {
        shape.mask_quads = padded(below.channels) / 4;
        let (kind, passage) = match self.source.backward_mask {
            BackwardMask::None => (0.0, None),
            BackwardMask::Argmax(passage) => (1.0, Some(passage)),
            BackwardMask::Sums(passage) => (2.0, Some(passage)),
        };
        constants.push(("BACKWARD_MASK", kind));
        shape.mask_dropout = NO_DROPOUT;
        let Some(passage) = passage else {
            return MaskBuffers { buffers: [(5, Fixed::Unread.at()), (6, Fixed::Unread.at())], bytes: 0 };
        };
        (shape.mask_channels, shape.mask_dropout) = (passage.channels, passage.dropout);
        match self.source.backward_mask {
            BackwardMask::Argmax(_) => MaskBuffers { buffers: [(5, passage.buffer), (6, Fixed::Unread.at())], bytes: 4 },
            _ => MaskBuffers { buffers: [(5, Fixed::Unread.at()), (6, passage.buffer)], bytes: self.quad() as u64 },
        }
    }

    /// Arithmetic of `product` in `tile`s, with the bytes that they ask for.
    pub(super) fn product_work(product: &Product, tile: Tile, asked: &Product, useful: u64) -> Work {
        let (down, across) = (product.rows.div_ceil(tile.rows()), product.columns.div_ceil(tile.columns()));
        let area = (down * tile.rows() * across * tile.columns()) as u64;
        Work {
            flops: useful,
            padded_flops: 2 * area * product.terms.next_multiple_of(16) as u64,
            asked: 4 * (asked.rows * across * product.terms + asked.columns * down * product.terms) as u64,
            ..Work::default()
        }
    }

    /// Products of the layer called `name` for `rows` places of the output, twice.
    pub(super) fn useful(&self, name: &str, rows: usize) -> u64 {
        let layer = self.config.network.layers.iter().find(|layer| layer.name == name);
        layer.map_or(0, |layer| layer.flops() / (layer.output.height * layer.output.width) as u64 * rows as u64)
    }

    /// The buffers of a kernel that reads maps or pixels.
    pub(super) fn inputs(&self) -> (usize, usize) {
        self.source.values.map_or((Fixed::Unread.at(), Fixed::Pixels.at()), |values| (values, Fixed::Unread.at()))
    }

    pub(super) fn input_bytes(&self) -> u64 {
        let n = self.batch() as u64;
        match self.source.values {
            None => n * self.config.network.input.len() as u64,
            Some(_) => n * (self.source.quads * self.quad()) as u64,
        }
    }
}

/// Where a product goes; the buffers' numbers.
#[derive(Clone, Copy)]
pub(super) enum Destination {
    /// Finished in the same kernel: pooled, with the place of each maximum, and where it is needed what was picked.
    Pooled { values: usize, argmax: usize, picked: Option<usize> },
    /// Finished without pooling, and where they are needed the sums before the activation.
    Activated { values: usize, picked: Option<usize> },
    /// As it is.
    Map(usize),
    /// Cut into splits that the kernel behind adds.
    Splits,
}

impl Destination {
    /// Where the sums before the activation go, if they are kept.
    const fn picked(self) -> Option<usize> {
        match self {
            Self::Pooled { picked, .. } | Self::Activated { picked, .. } => picked,
            Self::Map(_) | Self::Splits => None,
        }
    }
}

/// What the gradients of a product are made of.
#[derive(Clone, Copy)]
pub(super) struct Gradients {
    /// The gradient of the product, or of what was pooled from it.
    pub(super) gradient: usize,
    /// The argmax of the pooling, if it is pooled.
    pub(super) pooled: Option<usize>,
    /// How the weights' gradient is computed, and into how many splits its sums are cut.
    pub(super) tile: Tile,
    pub(super) splits: usize,
}

/// The buffers that a backward mask reads, and how many bytes of them for each quad.
pub(super) struct MaskBuffers {
    pub(super) buffers: [(u32, usize); 2],
    pub(super) bytes: u64,
}

fn tile_constants(tile: Tile) -> [(&'static str, f64); 2] {
    [("TX", tile.tx as f64), ("TY", tile.ty as f64)]
}
