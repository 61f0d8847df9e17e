//! Matrix products: a convolution or a dense layer forward, and its gradients.

use super::{Builder, Gate, Product};
use crate::{
    engine::gpu::{
        kernel::{Constants, Kernel},
        parameters::padded,
        schedule::{Call, NO_DROP, Phase, Shape, Size, Work, fixed},
        tile::Tile,
    },
    model::Shape as Map,
};

impl Builder<'_> {
    /// The convolution or dense product; `pooled` are the buffers of a block that is finished in the same kernel.
    pub(super) fn conv_forward(
        &self,
        name: &str,
        shape: Shape,
        constants: &Constants,
        pooled: Option<(usize, usize, Option<usize>)>,
        output: usize,
    ) -> Call {
        let per_picture = match pooled {
            Some(_) => 4 * shape.pooled_height * shape.pooled_width,
            None => shape.out_height * shape.out_width,
        };
        let rows = self.batch() * per_picture;
        let tile = Tile::choose(rows, 4 * shape.out_quads, shape.shares > 1, self.grant);
        let mut constants = constants.clone();
        constants.extend(tile_constants(tile));
        constants.extend([
            ("PIXELS", f64::from(u8::from(self.source.values.is_none()))),
            ("POOLED", f64::from(u8::from(pooled.is_some()))),
            ("SHARED", f64::from(u8::from(output == fixed::SHARES))),
            ("PICKED", f64::from(u8::from(pooled.is_some_and(|(.., picked)| picked.is_some())))),
        ]);
        let mut call = self.call(Kernel::ConvForward, name, Phase::Forward, shape, constants);
        let (maps, pixels) = self.inputs();
        let (codes, picked) = pooled.map_or((None, None), |(_, codes, picked)| (Some(codes), picked));
        call.buffers = vec![
            (2, maps),
            (3, pixels),
            (4, fixed::WEIGHTS),
            (5, if output == fixed::SHARES { fixed::UNWRITTEN[2] } else { output }),
            (8, if output == fixed::SHARES { output } else { fixed::UNWRITTEN[2] }),
            (6, codes.unwrap_or(fixed::UNWRITTEN[0])),
            (7, picked.unwrap_or(fixed::UNWRITTEN[1])),
        ];
        let across = (4 * shape.out_quads).div_ceil(tile.columns());
        call.size = Size::Rows { per_picture, rows: tile.rows(), times: across * shape.shares };
        let terms = 4 * shape.kernel * shape.kernel * shape.in_quads;
        let product = Product { rows, columns: 4 * shape.out_quads, terms };
        call.work = Self::product_work(&product, tile, &product, self.useful(name, rows));
        call.work.read = self.input_bytes() + (16 * shape.kernel * shape.kernel * 4 * shape.in_quads * shape.out_quads) as u64;
        let (stored, quad) = ((rows * shape.out_quads) as u64, self.quad() as u64);
        call.work.written = match pooled {
            Some((.., picked)) => stored / 4 * (quad + 4 + if picked.is_some() { quad } else { 0 }),
            None if output == fixed::SHARES => stored * 16 * shape.shares as u64,
            None => stored * quad,
        };
        call
    }

    /// Weight gradient, then the gradient of what came in. `sums` holds the gradient of a layer that is not pooled.
    #[expect(clippy::too_many_arguments, reason = "what both gradients need, each under its name")]
    pub(super) fn product_gradients(
        &self,
        name: &str,
        shape: Shape,
        constants: &Constants,
        sums: Option<usize>,
        (gradient, codes): (usize, usize),
        (tile, shares): (Tile, usize),
        back: &mut Vec<Call>,
    ) {
        let n = self.batch();
        let pooled = sums.is_none();
        let (gradient, codes) = sums.map_or((gradient, codes), |sums| (sums, fixed::UNREAD));
        let flag = |on: bool| f64::from(u8::from(on));
        let (maps, pixels) = self.inputs();
        let cells = shape.pooled_height * shape.pooled_width;
        let places = if pooled { 4 * cells } else { shape.out_height * shape.out_width };
        // What is read of the gradient: the pooled one with its codes, or the whole one.
        let quad = self.quad();
        let gradient_bytes = (n * shape.out_quads * if pooled { cells * (quad + 4) } else { places * quad }) as u64;
        let (rows, columns) = (4 * shape.kernel * shape.kernel * shape.in_quads, 4 * shape.out_quads);

        let mut own = constants.clone();
        own.extend(tile_constants(tile));
        own.extend([("PIXELS", flag(self.source.values.is_none())), ("POOLED", flag(pooled))]);
        let learned = Shape { shares, ..shape };
        let mut call = self.call(Kernel::ConvWeightGradient, name, Phase::Backward, learned, own);
        call.buffers = vec![(2, maps), (3, pixels), (4, gradient), (5, codes), (6, fixed::PARTS)];
        call.size = Size::Fixed(tile.count(rows, columns) * shares);
        let product = Product { rows, columns, terms: n * places };
        call.work = Self::product_work(&product, tile, &product, self.useful(name, n * places));
        call.work.read = self.input_bytes() + gradient_bytes;
        call.work.written = (16 * shape.part_stride * shares) as u64;
        back.push(call);

        if self.source.values.is_none() {
            return;
        }
        let (below, below_quads) = (self.source.map, shape.in_quads);
        let per_picture = shape.in_height * shape.in_width;
        let (rows, columns) = (n * per_picture, 4 * below_quads);
        let tile = Tile::choose(rows, columns, false, self.grant);
        let mut own = self.activation.clone();
        own.extend(tile_constants(tile));
        own.push(("POOLED", flag(pooled)));
        let mut shape = shape;
        let gates = self.pass_gate(below, &mut own, &mut shape);
        let mut call = self.call(Kernel::ConvDataGradient, name, Phase::Backward, shape, own);
        call.buffers = vec![(2, gradient), (3, codes), (4, fixed::WEIGHTS), (7, self.source.gradient)];
        call.buffers.extend(gates.buffers);
        let times = columns.div_ceil(tile.columns());
        call.size = Size::Rows { per_picture, rows: tile.rows(), times };
        let product = Product { rows, columns, terms: 4 * shape.kernel * shape.kernel * shape.out_quads };
        call.work = Self::product_work(&product, tile, &product, self.useful(name, n * places));
        let weights = (16 * shape.kernel * shape.kernel * columns * shape.out_quads) as u64;
        let stored = (rows * below_quads) as u64;
        call.work.read = gradient_bytes + weights + stored * gates.bytes;
        call.work.written = stored * quad as u64;
        back.push(call);
    }

    /// What the gradient that a kernel writes must pass: constants, uniform, buffers.
    pub(super) fn pass_gate(&self, below: Map, constants: &mut Constants, shape: &mut Shape) -> Gates {
        shape.gate_quads = padded(below.channels) / 4;
        let (kind, passage) = match self.source.gate {
            Gate::None => (0.0, None),
            Gate::Codes(passage) => (1.0, Some(passage)),
            Gate::Sums(passage) => (2.0, Some(passage)),
        };
        constants.push(("GATE", kind));
        shape.gate_drop = NO_DROP;
        let Some(passage) = passage else { return Gates { buffers: [(5, fixed::UNREAD), (6, fixed::UNREAD)], bytes: 0 } };
        (shape.gate_channels, shape.gate_drop) = (passage.channels, passage.drop);
        match self.source.gate {
            Gate::Codes(_) => Gates { buffers: [(5, passage.buffer), (6, fixed::UNREAD)], bytes: 4 },
            _ => Gates { buffers: [(5, fixed::UNREAD), (6, passage.buffer)], bytes: self.quad() as u64 },
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
        self.source.values.map_or((fixed::UNREAD, fixed::PIXELS), |values| (values, fixed::UNREAD))
    }

    pub(super) fn input_bytes(&self) -> u64 {
        let n = self.batch() as u64;
        match self.source.values {
            None => n * self.config.network.input.len() as u64,
            Some(_) => n * (self.source.quads * self.quad()) as u64,
        }
    }
}

/// The buffers that a gate reads, and how many bytes of them for each quad.
pub(super) struct Gates {
    pub(super) buffers: [(u32, usize); 2],
    pub(super) bytes: u64,
}

fn tile_constants(tile: Tile) -> [(&'static str, f64); 2] {
    [("TX", tile.tx as f64), ("TY", tile.ty as f64)]
}
