//! From the list of layers to the schedule: which kernels run on which buffers.

use super::{
    kernel::{Constants, Kernel},
    parameters::{Features, Layout, Shares, Stored, padded},
    schedule::{Call, NO_DROP, Phase, Room, Schedule, Shape, Size, Work, fixed},
    tile::{BUSY, Grant, Tile},
};
use crate::{
    engine::EngineConfig,
    model::{Activation, Layer, Op, Padding, Shape as Map, layers::Parameter},
    problem::{Kind, Problem},
    text::say,
    train::{
        loss::LossKind,
        optimizer::{OptimizerKind, OptimizerSettings},
    },
};

/// Threads of the kernels that go over a list.
const LIST: usize = 64;
/// Quads that a workgroup of the update takes.
const UPDATED: usize = 256;
/// The fewest terms of a sum's share.
const LEAST_TERMS: usize = 128;
/// The most shares of batch norm's sums, and the fewest places in one.
const NORM_SHARES: usize = 128;
const LEAST_PLACES: usize = 64;

/// The schedule of `config`'s network on a card that grants `grant`.
///
/// # Errors
/// Layers in an order that no settings give.
pub fn build(config: &EngineConfig, grant: Grant) -> Result<Schedule, Problem> {
    let mut builder = Builder::new(config, grant);
    let layers = &config.network.layers[..];
    let bridge = layers
        .iter()
        .position(|layer| matches!(layer.op, Op::Flatten | Op::GlobalAveragePool))
        .ok_or_else(|| unknown("no bridge"))?;
    let mut rest = &layers[..bridge];
    while !rest.is_empty() {
        rest = builder.block(rest)?;
    }
    let mut rest = builder.bridge(&layers[bridge..]);
    while !rest.is_empty() {
        rest = builder.dense(rest)?;
    }
    Ok(builder.finish())
}

/// What comes into a layer.
#[derive(Clone, Copy)]
struct Source {
    /// None for pixels.
    values: Option<usize>,
    gradient: usize,
    gate: Gate,
    map: Map,
    /// Quads of one picture.
    quads: usize,
    features: Features,
}

/// What the gradient of a layer's values must pass on its way down.
#[derive(Clone, Copy)]
enum Gate {
    None,
    /// Dropout, then the activation by the pooling's codes.
    Codes(Passage),
    /// Dropout, then the activation by the sums before it.
    Sums(Passage),
}

#[derive(Clone, Copy)]
struct Passage {
    buffer: usize,
    channels: usize,
    drop: u32,
}

/// A matrix product as a tile sees it.
struct Product {
    rows: usize,
    columns: usize,
    terms: usize,
}

struct Builder<'a> {
    config: &'a EngineConfig,
    grant: Grant,
    /// The network's one activation, for the gradients that pass it on their way down.
    activation: Constants,
    buffers: Vec<Room>,
    forward: Vec<Call>,
    /// Of each layer, in the order of the forward pass.
    backward: Vec<Vec<Call>>,
    arrays: Vec<Stored>,
    weights: usize,
    parts: usize,
    /// The most quads of shares that any layer needs.
    shares: usize,
    drops: Vec<(f64, u32)>,
    source: Source,
    logits: usize,
}

impl<'a> Builder<'a> {
    fn new(config: &'a EngineConfig, grant: Grant) -> Self {
        let map = config.network.input;
        let none = Source { values: None, gradient: 0, gate: Gate::None, map, quads: 0, features: Features::Plain };
        let activation = config.network.layers.iter().find_map(|layer| match layer.op {
            Op::Activation(activation) => Some(activation),
            _ => None,
        });
        Self {
            config,
            grant,
            activation: activation.map(activation_constants).unwrap_or_default(),
            buffers: vec![Room { label: String::new(), bytes: 0 }; fixed::COUNT],
            forward: Vec::new(),
            backward: Vec::new(),
            arrays: Vec::new(),
            weights: 0,
            parts: 0,
            shares: 1,
            drops: Vec::new(),
            source: none,
            logits: 0,
        }
    }

    fn batch(&self) -> usize {
        self.config.batch_size
    }

    /// A buffer of `quads` for each picture of a batch.
    fn maps(&mut self, label: String, quads: usize) -> usize {
        self.buffer(label, self.batch() * quads * 16)
    }

    fn buffer(&mut self, label: String, bytes: usize) -> usize {
        self.buffers.push(Room { label, bytes: bytes as u64 });
        self.buffers.len() - 1
    }

    /// The number of a dropout layer, if that comes next.
    fn drop(&mut self, layers: &mut &[Layer]) -> u32 {
        match layers.first().map(|layer| layer.op) {
            Some(Op::Dropout { rate, stream }) => {
                *layers = &layers[1..];
                self.drops.push((rate, stream));
                self.drops.len() as u32 - 1
            }
            _ => NO_DROP,
        }
    }

    /// A place for one of a layer's arrays, with `shares` of its gradient (start, number, distance in quads).
    fn array(&mut self, about: &Parameter, layout: Layout, gradient: Option<Shares>) -> usize {
        let (start, quads) = (self.weights, Stored::len(layout, about) / 4);
        self.arrays.push(Stored { about: about.clone(), layout, start, quads, gradient });
        self.weights += quads;
        start
    }

    /// Kernel and bias of a layer whose gradient comes in `count` shares.
    fn product_arrays(&mut self, layer: &Layer, layout: Layout, count: usize, shape: &mut Shape) {
        let parameters = layer.parameters();
        let kernel = Stored::len(layout, &parameters[0]) / 4;
        let stride = kernel + shape.out_quads;
        let shares = Shares { start: self.parts, count, stride };
        shape.weights = self.array(&parameters[0], layout, Some(shares));
        if let Some(bias) = parameters.get(1) {
            shape.bias = self.array(bias, Layout::Vector, Some(Shares { start: shares.start + kernel, ..shares }));
        }
        (shape.parts, shape.part_stride) = (self.parts, stride);
        self.parts += count * stride;
    }

    /// Scale, shift and running statistics of batch norm.
    fn norm_arrays(&mut self, layer: &Layer, shape: &mut Shape) {
        let quads = shape.out_quads;
        let [scale, shift] = [0, 1].map(|i| Shares { start: self.parts + i * quads, count: 1, stride: quads });
        let starts: Vec<usize> = layer
            .parameters()
            .iter()
            .zip([Some(scale), Some(shift), None, None])
            .map(|(about, gradient)| self.array(about, Layout::Vector, gradient))
            .collect();
        (shape.weights, shape.bias, shape.mean, shape.variance) = (starts[0], starts[1], starts[2], starts[3]);
        (shape.parts, shape.parts_bias) = (scale.start, shift.start);
        self.parts += 2 * quads;
    }

    fn call(&self, kernel: Kernel, layer: &str, phase: Phase, shape: Shape, constants: Constants) -> Call {
        Call {
            kernel,
            layer: layer.to_owned(),
            phase,
            constants,
            shape,
            buffers: Vec::new(),
            size: Size::Fixed(1),
            work: Work::default(),
        }
    }

    /// Arithmetic of `product` in `tile`s, with the bytes that they ask for.
    fn product_work(product: &Product, tile: Tile, asked: &Product, useful: u64) -> Work {
        let (down, across) = (product.rows.div_ceil(tile.rows()), product.columns.div_ceil(tile.columns()));
        let area = (down * tile.rows() * across * tile.columns()) as u64;
        Work {
            flops: useful,
            padded_flops: 2 * area * product.terms.next_multiple_of(16) as u64,
            asked: 4 * (asked.rows * across * product.terms + asked.columns * down * product.terms) as u64,
            ..Work::default()
        }
    }

    /// Convolution, batch norm, activation, pooling, dropout; gives the layers behind them.
    fn block<'l>(&mut self, layers: &'l [Layer]) -> Result<&'l [Layer], Problem> {
        let [conv, rest @ ..] = layers else { return Err(unknown("no block")) };
        let Op::Conv { kernel, padding, .. } = conv.op else { return Err(unknown(&conv.name)) };
        let (norm, rest) = match rest {
            [norm, rest @ ..] if matches!(norm.op, Op::BatchNorm { .. }) => (Some(norm), rest),
            rest => (None, rest),
        };
        let [activation, pool, rest @ ..] = rest else { return Err(unknown(&conv.name)) };
        let (Op::Activation(activation), Op::MaxPool) = (activation.op, pool.op) else { return Err(unknown(&conv.name)) };
        let mut rest = rest;
        let drop = self.drop(&mut rest);

        let (input, output, pooled) = (conv.input, conv.output, pool.output);
        let mut shape = Shape {
            in_height: input.height,
            in_width: input.width,
            in_quads: padded(input.channels) / 4,
            out_height: output.height,
            out_width: output.width,
            out_quads: padded(output.channels) / 4,
            out_channels: output.channels,
            pooled_height: pooled.height,
            pooled_width: pooled.width,
            kernel,
            border: if padding == Padding::Same { (kernel - 1) / 2 } else { 0 },
            shares: 1,
            drop,
            ..Shape::default()
        };
        let (n, quads, cells) = (self.batch(), shape.out_quads, pooled.height * pooled.width);
        let terms = kernel * kernel * padded(input.channels);
        let values = self.maps(format!("{} values", pool.name), cells * quads);
        let gradient = self.maps(format!("{} gradient", pool.name), cells * quads);
        let codes = self.buffer(format!("{} codes", pool.name), n * cells * quads * 4);
        let keeps = norm.is_some() || activation == Activation::Gelu;
        let picked = if keeps { Some(self.maps(format!("{} picked", pool.name), cells * quads)) } else { None };

        // The weight gradient: rows are taps and inputs; every place of the output is a term.
        let places = n * if norm.is_some() { output.height * output.width } else { 4 * cells };
        let learned = Tile::choose(terms, 4 * quads, true, self.grant);
        let shares = shares(learned.count(terms, 4 * quads), BUSY, places, 2 * LEAST_TERMS);
        let layout = Layout::Conv { inputs: input.channels, taps: kernel * kernel, outputs: output.channels };
        self.product_arrays(conv, layout, shares, &mut shape);

        let constants = activation_constants(activation);
        let mut back = Vec::new();
        let sums = match norm {
            None => {
                let forward = self.conv_forward(&conv.name, shape, &constants, Some((values, codes, picked)), values);
                self.forward.push(forward);
                None
            }
            Some(norm) => {
                let sums = self.maps(format!("{} sums", conv.name), output.height * output.width * quads);
                let forward = self.conv_forward(&conv.name, shape, &constants, None, sums);
                self.forward.push(forward);
                self.map_norm(
                    norm,
                    shape,
                    &constants,
                    [sums, values, gradient, codes, picked.unwrap_or(fixed::UNREAD)],
                    &mut back,
                );
                Some(sums)
            }
        };
        self.product_gradients(&conv.name, shape, &constants, sums, (gradient, codes), (learned, shares), &mut back);
        self.backward.push(back);

        let passage = |buffer: usize| Passage { buffer, channels: output.channels, drop };
        let gate = match (norm, activation, picked) {
            (Some(_), ..) => Gate::None,
            (None, Activation::Gelu, Some(picked)) => Gate::Sums(passage(picked)),
            _ => Gate::Codes(passage(codes)),
        };
        let features = Features::Map { area: cells, channels: output.channels };
        self.source = Source { values: Some(values), gradient, gate, map: pooled, quads: cells * quads, features };
        Ok(rest)
    }

    /// The convolution or dense product; `pooled` are the buffers of a block that is finished in the same kernel.
    fn conv_forward(
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
            ("PICKED", f64::from(u8::from(pooled.is_some_and(|(.., picked)| picked.is_some())))),
        ]);
        let mut call = self.call(Kernel::ConvForward, name, Phase::Forward, shape, constants);
        let (maps, pixels) = self.inputs();
        let (codes, picked) = pooled.map_or((None, None), |(_, codes, picked)| (Some(codes), picked));
        call.buffers = vec![
            (2, maps),
            (3, pixels),
            (4, fixed::WEIGHTS),
            (5, output),
            (6, codes.unwrap_or(fixed::UNWRITTEN[0])),
            (7, picked.unwrap_or(fixed::UNWRITTEN[1])),
        ];
        let across = (4 * shape.out_quads).div_ceil(tile.columns());
        call.size = Size::Rows { per_picture, rows: tile.rows(), times: across * shape.shares };
        let terms = 4 * shape.kernel * shape.kernel * shape.in_quads;
        let product = Product { rows, columns: 4 * shape.out_quads, terms };
        call.work = Self::product_work(&product, tile, &product, self.useful(name, rows));
        call.work.read = self.input_bytes() + (16 * shape.kernel * shape.kernel * 4 * shape.in_quads * shape.out_quads) as u64;
        let stored = (rows * shape.out_quads) as u64;
        call.work.written = match pooled {
            Some((.., picked)) => stored / 4 * (16 + 4 + if picked.is_some() { 16 } else { 0 }),
            None => stored * 16 * shape.shares as u64,
        };
        call
    }

    /// Products of the layer called `name` for `rows` places of the output, twice.
    fn useful(&self, name: &str, rows: usize) -> u64 {
        let layer = self.config.network.layers.iter().find(|layer| layer.name == name);
        layer.map_or(0, |layer| layer.flops() / (layer.output.height * layer.output.width) as u64 * rows as u64)
    }

    /// The buffers of a kernel that reads maps or pixels.
    fn inputs(&self) -> (usize, usize) {
        self.source.values.map_or((fixed::UNREAD, fixed::PIXELS), |values| (values, fixed::UNREAD))
    }

    fn input_bytes(&self) -> u64 {
        let n = self.batch() as u64;
        match self.source.values {
            None => n * self.config.network.input.len() as u64,
            Some(_) => n * self.source.quads as u64 * 16,
        }
    }

    /// Weight gradient, then the gradient of what came in. `sums` holds the gradient of a layer that is not pooled.
    #[expect(clippy::too_many_arguments, reason = "what both gradients need, each under its name")]
    fn product_gradients(
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
        let gradient_bytes = (n * shape.out_quads * if pooled { cells * 20 } else { places * 16 }) as u64;
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
        call.work.written = stored * 16;
        back.push(call);
    }

    /// What the gradient that a kernel writes must pass: constants, uniform, buffers.
    fn pass_gate(&self, below: Map, constants: &mut Constants, shape: &mut Shape) -> Gates {
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
            _ => Gates { buffers: [(5, fixed::UNREAD), (6, passage.buffer)], bytes: 16 },
        }
    }

    /// Batch norm of maps, forward, and in `back` the way back to the gradient of its input, which takes the place of
    /// the sums.
    fn map_norm(
        &mut self,
        norm: &Layer,
        shape: Shape,
        constants: &Constants,
        [sums, values, gradient, codes, picked]: [usize; 5],
        back: &mut Vec<Call>,
    ) {
        let Op::BatchNorm { momentum, epsilon } = norm.op else { return };
        let (n, quads) = (self.batch(), shape.out_quads);
        let (area, cells) = (shape.out_height * shape.out_width, shape.pooled_height * shape.pooled_width);
        let mut shape = Shape { momentum: momentum as f32, epsilon: epsilon as f32, ..shape };
        self.norm_arrays(norm, &mut shape);
        let stats = self.buffer(format!("{} statistics", norm.name), 4 * quads * 16);
        let coefficients = self.buffer(format!("{} coefficients", norm.name), 3 * quads * 16);
        let lanes = quads.next_power_of_two().min(16);
        let columns = quads.div_ceil(lanes);
        let share = |places: usize| places.div_ceil(LEAST_PLACES).clamp(1, NORM_SHARES);
        let (of_map, of_cells) = (share(n * area), share(n * cells));
        self.shares = self.shares.max(2 * quads * of_map.max(of_cells));
        let all = |places: usize| Size::Rows { per_picture: places * quads, rows: LIST, times: 1 };
        let mapped = (n * area * quads * 16) as u64;
        let pooled = (n * cells * quads) as u64;
        let name = &norm.name[..];
        let call = |kernel, phase, shares: usize, constants: Constants, buffers: Vec<(u32, usize)>, size, read, written| Call {
            buffers,
            size,
            work: Work { read, written, ..Work::default() },
            ..self.call(kernel, name, phase, Shape { shares, ..shape }, constants)
        };
        let lanes = vec![("LANES", lanes as f64)];
        let few = Size::Fixed(quads.div_ceil(LIST));
        let shared = |shares: usize| (shares * quads * 32) as u64;
        let forward = [
            call(
                Kernel::NormMoments,
                Phase::Moments,
                of_map,
                lanes.clone(),
                vec![(2, sums), (3, fixed::SHARES)],
                Size::Fixed(columns * of_map),
                mapped,
                shared(of_map),
            ),
            call(
                Kernel::NormFinish,
                Phase::Forward,
                of_map,
                Vec::new(),
                vec![(2, sums), (3, fixed::SHARES), (4, fixed::WEIGHTS), (5, stats)],
                few,
                shared(of_map),
                0,
            ),
            call(
                Kernel::NormPool,
                Phase::Forward,
                1,
                constants.clone(),
                vec![(2, sums), (3, stats), (4, values), (5, codes), (6, picked)],
                all(cells),
                mapped,
                pooled * 36,
            ),
        ];
        let mut lanes = lanes;
        lanes.extend(constants.iter().copied());
        back.extend([
            call(
                Kernel::NormSums,
                Phase::Backward,
                of_cells,
                lanes,
                vec![(2, gradient), (3, codes), (4, picked), (5, stats), (6, fixed::SHARES)],
                Size::Fixed(columns * of_cells),
                pooled * 36,
                pooled * 16 + shared(of_cells),
            ),
            call(
                Kernel::NormGradientFinish,
                Phase::Backward,
                of_cells,
                Vec::new(),
                vec![(2, fixed::SHARES), (3, stats), (4, coefficients), (5, fixed::PARTS)],
                few,
                shared(of_cells),
                0,
            ),
            call(
                Kernel::NormGradient,
                Phase::Backward,
                1,
                constants.clone(),
                vec![(2, sums), (3, gradient), (4, codes), (5, stats), (6, coefficients)],
                all(area),
                mapped + pooled * 20,
                mapped,
            ),
        ]);
        self.forward.extend(forward);
    }

    /// From maps to a vector; gives the layers behind it.
    fn bridge<'l>(&mut self, layers: &'l [Layer]) -> &'l [Layer] {
        let (bridge, mut rest) = (&layers[0], &layers[1..]);
        let average = bridge.op == Op::GlobalAveragePool;
        let drop = self.drop(&mut rest);
        if !average && drop == NO_DROP {
            return rest;
        }
        let below = self.source;
        let (map, quads) = (below.map, padded(below.map.channels) / 4);
        let out = if average { quads } else { below.quads };
        let values = self.maps(format!("{} values", bridge.name), out);
        let gradient = self.maps(format!("{} gradient", bridge.name), out);
        let mut shape = Shape {
            in_height: map.height,
            in_width: map.width,
            in_quads: quads,
            out_channels: map.channels,
            drop,
            ..Shape::default()
        };
        let constants = vec![("AVERAGE", f64::from(u8::from(average)))];
        let all = |quads: usize| Size::Rows { per_picture: quads, rows: LIST, times: 1 };
        let (large, small) = ((self.batch() * below.quads * 16) as u64, (self.batch() * out * 16) as u64);
        let mut call = self.call(Kernel::Bridge, &bridge.name, Phase::Forward, shape, constants.clone());
        call.buffers = vec![(2, below.values.unwrap_or(fixed::UNREAD)), (3, values)];
        call.size = all(out);
        call.work = Work { read: large, written: small, ..Work::default() };
        self.forward.push(call);
        let mut constants = constants;
        constants.extend(self.activation.iter().copied());
        let gates = self.pass_gate(map, &mut constants, &mut shape);
        let mut call = self.call(Kernel::BridgeGradient, &bridge.name, Phase::Backward, shape, constants);
        call.buffers = vec![(2, gradient), (3, below.gradient)];
        call.buffers.extend(gates.buffers);
        call.size = all(below.quads);
        call.work = Work { read: small + large / 16 * gates.bytes, written: large, ..Work::default() };
        self.backward.push(vec![call]);
        let features = if average { Features::Plain } else { below.features };
        let map = if average { Map { height: 1, width: 1, channels: map.channels } } else { map };
        self.source = Source { values: Some(values), gradient, gate: Gate::None, map, quads: out, features };
        rest
    }

    /// A dense layer with what follows it; gives the layers behind.
    fn dense<'l>(&mut self, layers: &'l [Layer]) -> Result<&'l [Layer], Problem> {
        let [dense, rest @ ..] = layers else { return Err(unknown("no dense layer")) };
        let Op::Dense { bias: true, .. } = dense.op else { return Err(unknown(&dense.name)) };
        let last = rest.is_empty();
        let (activation, rest) = match rest {
            [layer, rest @ ..] => match layer.op {
                Op::Activation(activation) => (Some(activation), rest),
                _ => return Err(unknown(&layer.name)),
            },
            [] => (None, rest),
        };
        let (norm, mut rest) = match rest {
            [norm, rest @ ..] if matches!(norm.op, Op::BatchNorm { .. }) => (Some(norm), rest),
            rest => (None, rest),
        };
        let drop = self.drop(&mut rest);
        let (n, below) = (self.batch(), self.source);
        let (units, quads) = (dense.output.channels, padded(dense.output.channels) / 4);
        let mut shape = Shape {
            in_height: 1,
            in_width: 1,
            in_quads: below.quads,
            out_height: 1,
            out_width: 1,
            out_quads: quads,
            out_channels: units,
            kernel: 1,
            drop,
            ..Shape::default()
        };
        let constants = activation.map_or(vec![("ACTIVATION", 3.0)], activation_constants);
        let sums = self.maps(format!("{} sums", dense.name), quads);
        let gradient = self.maps(format!("{} gradient", dense.name), quads);
        let values = if last { None } else { Some(self.maps(format!("{} values", dense.name), quads)) };

        let terms = 4 * below.quads;
        let learned = Tile::choose(terms, 4 * quads, true, self.grant);
        let learned_shares = shares(learned.count(terms, 4 * quads), BUSY, n, LEAST_TERMS);
        let layout = Layout::Dense { inputs: dense.input.len(), features: below.features, outputs: units };
        self.product_arrays(dense, layout, learned_shares, &mut shape);

        let tile = Tile::choose(n, 4 * quads, true, self.grant);
        shape.shares = shares(tile.count(n, 4 * quads), BUSY / 2, terms, LEAST_TERMS);
        self.shares = self.shares.max(shape.shares * n * quads);
        let product = self.conv_forward(&dense.name, shape, &constants, None, fixed::SHARES);
        self.forward.push(product);
        let simple = norm.is_none() && !last;
        let mut own = constants.clone();
        own.push(("NORM", f64::from(u8::from(!simple))));
        let output = if simple { values } else { None };
        let mut finish = self.call(Kernel::DenseFinish, &dense.name, Phase::Forward, shape, own);
        finish.buffers = vec![(2, fixed::SHARES), (3, fixed::WEIGHTS), (4, sums), (5, output.unwrap_or(fixed::UNWRITTEN[0]))];
        finish.size = Size::Rows { per_picture: quads, rows: LIST, times: 1 };
        let one = (n * quads * 16) as u64;
        finish.work = Work { read: one * shape.shares as u64, written: if simple { 2 * one } else { one }, ..Work::default() };
        self.forward.push(finish);

        let mut back = Vec::new();
        if let (Some(norm), Some(values)) = (norm, values) {
            self.vector_norm(norm, shape, &constants, [sums, values, gradient], &mut back);
        }
        self.product_gradients(
            &dense.name,
            shape,
            &constants,
            Some(gradient),
            (gradient, fixed::UNREAD),
            (learned, learned_shares),
            &mut back,
        );
        if last {
            let mut loss = self.loss(sums, gradient);
            loss.append(&mut back);
            back = loss;
            self.logits = sums;
        }
        self.backward.push(back);
        let gate = match norm {
            Some(_) => Gate::None,
            None => Gate::Sums(Passage { buffer: sums, channels: units, drop }),
        };
        let map = dense.output;
        self.source = Source { values, gradient, gate, map, quads, features: Features::Plain };
        Ok(rest)
    }

    /// Batch norm of vectors, forward, and in `back` the way back, in place.
    fn vector_norm(
        &mut self,
        norm: &Layer,
        shape: Shape,
        constants: &Constants,
        [sums, values, gradient]: [usize; 3],
        back: &mut Vec<Call>,
    ) {
        let Op::BatchNorm { momentum, epsilon } = norm.op else { return };
        let quads = shape.out_quads;
        let mut shape = Shape { momentum: momentum as f32, epsilon: epsilon as f32, ..shape };
        self.norm_arrays(norm, &mut shape);
        let stats = self.buffer(format!("{} statistics", norm.name), 2 * quads * 16);
        let one = (self.batch() * quads * 16) as u64;
        let size = Size::Fixed(quads.div_ceil(LIST));
        let mut call = self.call(Kernel::VectorNorm, &norm.name, Phase::Forward, shape, constants.clone());
        call.buffers = vec![(2, sums), (3, fixed::WEIGHTS), (4, stats), (5, values)];
        (call.size, call.work) = (size, Work { read: one, written: one, ..Work::default() });
        self.forward.push(call);
        let mut call = self.call(Kernel::VectorNormGradient, &norm.name, Phase::Backward, shape, constants.clone());
        call.buffers = vec![(2, sums), (3, fixed::WEIGHTS), (4, stats), (5, gradient), (6, fixed::PARTS)];
        (call.size, call.work) = (size, Work { read: 2 * one, written: one, ..Work::default() });
        back.push(call);
    }

    fn loss(&self, logits: usize, gradient: usize) -> Vec<Call> {
        let focal = self.config.loss.kind == LossKind::BinaryFocalCrossentropy;
        let constants = vec![("FOCAL", f64::from(u8::from(focal)))];
        let mut call = self.call(Kernel::Loss, "loss", Phase::Backward, Shape::default(), constants);
        call.buffers = vec![(2, logits), (3, fixed::TARGETS), (4, gradient), (5, fixed::SCORE)];
        let n = self.batch() as u64;
        call.work = Work { read: 24 * n, written: 16 * n, ..Work::default() };
        vec![call]
    }

    fn finish(mut self) -> Schedule {
        let mut calls = std::mem::take(&mut self.forward);
        calls.extend(self.backward.drain(..).rev().flatten());
        let trained: Vec<_> = self.arrays.iter().filter_map(|array| Some((array, array.gradient?))).collect();
        let segments: Vec<[u32; 8]> = trained.iter().map(|(array, shares)| array.segment(*shares)).collect();
        let groups: Vec<[u32; 2]> = (0..)
            .zip(&trained)
            .flat_map(|(number, (array, _))| (0..array.quads).step_by(UPDATED).map(move |quad| [number, quad as u32]))
            .collect();
        let quads: usize = trained.iter().map(|(array, _)| array.quads).sum();
        let shares: usize = trained.iter().map(|(array, shares)| array.quads * shares.count).sum();
        let slots = self.config.optimizer.slots().len();
        calls.extend(self.updates(groups.len(), (quads * 16) as u64, (shares * 16) as u64, slots as u64));

        let n = self.batch();
        let sizes: [(&str, usize); fixed::COUNT] = [
            ("weights", 16 * self.weights),
            ("optimizer", 16 * self.weights * slots),
            ("gradients", 16 * self.parts),
            ("squares", 8 * groups.len()),
            ("segments", 32 * segments.len()),
            ("groups", 8 * groups.len()),
            // A word behind the last pixel, so that a pixel is read as two words wherever it lies.
            ("pixels", (n * self.config.network.input.len()).next_multiple_of(4) + 4),
            ("targets", 8 * n),
            ("score", 16),
            ("shares", 16 * self.shares),
            ("unread", 16),
            ("unwritten", 16),
            ("unwritten", 16),
        ];
        for (room, (label, bytes)) in self.buffers.iter_mut().zip(sizes) {
            *room = Room { label: label.to_owned(), bytes: bytes.max(32) as u64 };
        }
        Schedule {
            buffers: self.buffers,
            calls,
            arrays: self.arrays,
            weights: self.weights,
            drops: self.drops,
            logits: self.logits,
            segments,
            groups,
        }
    }

    /// The update in its variants, and the totals.
    fn updates(&self, groups: usize, weights: u64, shares: u64, slots: u64) -> Vec<Call> {
        let shape = Shape { weights: self.weights, shares: groups, ..Shape::default() };
        let formula = update_constants(&self.config.optimizer);
        let buffers = vec![
            (2, fixed::SEGMENTS),
            (3, fixed::GROUPS),
            (4, fixed::WEIGHTS),
            (5, fixed::SLOTS),
            (6, fixed::PARTS),
            (7, fixed::SQUARES),
            (8, fixed::SCORE),
        ];
        let learned = weights + slots * weights;
        let update = |phase, extra: &[(&'static str, f64)], read, written| {
            let constants = formula.iter().chain(extra).copied().collect();
            let call = self.call(Kernel::Update, "update", phase, shape, constants);
            let work = Work { read, written, ..Work::default() };
            Call { buffers: buffers.clone(), size: Size::Fixed(groups), work, ..call }
        };
        let total = Call {
            buffers: vec![(2, fixed::SQUARES), (3, fixed::SCORE)],
            ..self.call(Kernel::Total, "update", Phase::Total, shape, Vec::new())
        };
        vec![
            update(Phase::Update, &[], shares + learned, learned),
            update(Phase::StoreGradient, &[("STORE", 1.0)], shares + weights, weights),
            total,
            update(Phase::UpdateStored, &[("STORED", 1.0)], weights + learned, learned),
        ]
    }
}

/// The buffers that a gate reads, and how many bytes of them for each quad.
struct Gates {
    buffers: [(u32, usize); 2],
    bytes: u64,
}

/// Into how many shares to cut sums of `terms` so that `tiles` of them make `wanted` workgroups.
fn shares(tiles: usize, wanted: usize, terms: usize, least: usize) -> usize {
    (wanted / tiles.max(1)).clamp(1, (terms / least).max(1))
}

fn tile_constants(tile: Tile) -> [(&'static str, f64); 2] {
    [("TX", tile.tx as f64), ("TY", tile.ty as f64)]
}

fn activation_constants(activation: Activation) -> Constants {
    let number = match activation {
        Activation::Relu => 0.0,
        Activation::LeakyRelu => 1.0,
        Activation::Gelu => 2.0,
    };
    vec![("ACTIVATION", number)]
}

fn update_constants(optimizer: &OptimizerSettings) -> Constants {
    let slots = optimizer.slots();
    let flag = |on: bool| f64::from(u8::from(on));
    let formula = match optimizer.kind {
        OptimizerKind::Adam | OptimizerKind::AdamW => 0.0,
        OptimizerKind::RmsProp => 1.0,
        OptimizerKind::Sgd => 2.0,
        OptimizerKind::Nadam => 3.0,
    };
    let momentum = matches!(optimizer.kind, OptimizerKind::RmsProp | OptimizerKind::Sgd) && optimizer.momentum > 0.0;
    vec![
        ("FORMULA", formula),
        ("MOMENTUM", flag(momentum)),
        ("NESTEROV", flag(optimizer.nesterov)),
        ("CENTERED", flag(optimizer.centered)),
        ("AVERAGE", if optimizer.use_ema { slots.len() as f64 - 1.0 } else { 99.0 }),
    ]
}

pub(super) fn unknown(layer: &str) -> Problem {
    Problem::new(
        Kind::Internal,
        say("The graphics engine does not know this order of layers", "Le moteur graphique ne connaît pas cet ordre de couches"),
        say("Report this fault, with the details", "Signalez ce défaut, avec les détails"),
    )
    .because(layer)
}
