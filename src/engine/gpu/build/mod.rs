//! From the list of layers to the schedule: which kernels run on which buffers.

mod block;
mod crop;
mod dense;
mod norm;
mod product;
mod update;

pub use crop::crop;

use super::{
    kernel::Constants,
    parameters::{Features, Layout, Splits, Stored, padded},
    schedule::{BufferSpec, Dispatch, Fixed, LayerShape, Schedule},
    tile::{Limits, Tile},
    uniform::{NO_DROPOUT, Segment},
};
use crate::{
    engine::EngineConfig,
    model::{Activation, Layer, Op, Output, Shape as Map, layers::Parameter},
    problem::{Kind, Problem},
    text::say,
};

/// Threads of the kernels that go over a list.
const LIST: usize = 64;
/// Quads that a workgroup of the update takes.
const UPDATED: usize = 256;
/// The fewest terms of a sum's share.
const LEAST_TERMS: usize = 128;

/// The schedule of `config`'s network on a card with `limits`.
///
/// # Errors
/// Layers in an order that no settings give.
pub fn build(config: &EngineConfig, limits: Limits) -> Result<Schedule, Problem> {
    let mut builder = Builder::new(config, limits);
    let layers = &config.network.layers[..];
    let map_to_vector = layers
        .iter()
        .position(|layer| matches!(layer.op, Op::Flatten | Op::GlobalAveragePool))
        .ok_or_else(|| unknown("no map_to_vector"))?;
    let mut rest = &layers[..map_to_vector];
    while !rest.is_empty() {
        rest = builder.block(rest)?;
    }
    let mut rest = builder.map_to_vector(&layers[map_to_vector..]);
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
    backward_mask: BackwardMask,
    map: Map,
    /// Quads of one picture.
    quads: usize,
    features: Features,
    /// Whether nothing below learns, so that it needs no gradient.
    frozen: bool,
}

/// What the gradient of a layer's values must pass on its way down.
#[derive(Clone, Copy)]
enum BackwardMask {
    None,
    /// Dropout, then the activation by the pooling's argmax.
    Argmax(Passage),
    /// Dropout, then the activation by the sums before it.
    Sums(Passage),
}

#[derive(Clone, Copy)]
struct Passage {
    buffer: usize,
    channels: usize,
    dropout: u32,
}

/// A matrix product as a tile sees it.
struct Product {
    rows: usize,
    columns: usize,
    terms: usize,
}

struct Builder<'a> {
    config: &'a EngineConfig,
    limits: Limits,
    /// The network's one activation, for the gradients that pass it on their way down.
    activation: Constants,
    buffers: Vec<BufferSpec>,
    forward: Vec<Dispatch>,
    /// Of each layer, in the order of the forward pass.
    backward: Vec<Vec<Dispatch>>,
    arrays: Vec<Stored>,
    weights: usize,
    partials: usize,
    /// The most quads of splits that any layer needs.
    splits: usize,
    dropouts: Vec<(f64, u32)>,
    source: Source,
}

impl<'a> Builder<'a> {
    fn new(config: &'a EngineConfig, limits: Limits) -> Self {
        let map = config.network.input;
        let (backward_mask, features) = (BackwardMask::None, Features::Plain);
        let none = Source { values: None, gradient: 0, backward_mask, map, quads: 0, features, frozen: true };
        let activation = config.network.layers.iter().find_map(|layer| match layer.op {
            Op::Activation(activation) => Some(activation),
            _ => None,
        });
        Self {
            config,
            limits,
            activation: activation.map(activation_constants).unwrap_or_default(),
            buffers: vec![BufferSpec { label: String::new(), bytes: 0 }; Fixed::ALL.len()],
            forward: Vec::new(),
            backward: Vec::new(),
            arrays: Vec::new(),
            weights: 0,
            partials: 0,
            splits: 1,
            dropouts: Vec::new(),
            source: none,
        }
    }

    fn batch(&self) -> usize {
        self.config.batch_size
    }

    /// A buffer of `quads` of maps for each picture of a batch.
    fn maps(&mut self, label: String, quads: usize) -> usize {
        self.buffer(label, self.batch() * quads * self.quad())
    }

    /// Bytes of a quad of maps.
    fn quad(&self) -> usize {
        if self.limits.half { 8 } else { 16 }
    }

    fn buffer(&mut self, label: String, bytes: usize) -> usize {
        self.buffers.push(BufferSpec { label, bytes: bytes as u64 });
        self.buffers.len() - 1
    }

    /// The number of a dropout layer, if that comes next.
    fn dropout(&mut self, layers: &mut &[Layer]) -> u32 {
        match layers.first().map(|layer| layer.op) {
            Some(Op::Dropout { rate, stream }) => {
                *layers = &layers[1..];
                self.dropouts.push((rate, stream));
                self.dropouts.len() as u32 - 1
            }
            _ => NO_DROPOUT,
        }
    }

    /// A place for one of a layer's arrays, with `splits` of its gradient (start, number, distance in quads) if it learns.
    fn array(&mut self, about: &Parameter, layout: Layout, gradient: Option<Splits>) -> usize {
        let (start, quads) = (self.weights, Stored::len(layout, about) / 4);
        let gradient = gradient.filter(|_| about.trained());
        self.arrays.push(Stored { about: about.clone(), layout, start, quads, gradient });
        self.weights += quads;
        start
    }

    /// Kernel and bias of a layer whose gradient comes in `count` splits.
    fn product_arrays(&mut self, layer: &Layer, layout: Layout, count: usize, shape: &mut LayerShape) {
        let parameters = layer.parameters();
        let kernel = Stored::len(layout, &parameters[0]) / 4;
        let stride = kernel + shape.out_quads;
        let splits = Splits { start: self.partials, count, stride };
        shape.weights = self.array(&parameters[0], layout, Some(splits));
        if let Some(bias) = parameters.get(1) {
            shape.bias = self.array(bias, Layout::Vector, Some(Splits { start: splits.start + kernel, ..splits }));
        }
        (shape.partials, shape.partial_stride) = (self.partials, stride);
        self.partials += count * stride;
    }

    fn finish(mut self) -> Schedule {
        let mut dispatches = std::mem::take(&mut self.forward);
        dispatches.extend(self.backward.drain(..).rev().flatten());
        let trained: Vec<_> = self.arrays.iter().filter_map(|array| Some((array, array.gradient?))).collect();
        let segments: Vec<Segment> = trained.iter().map(|(array, splits)| array.segment(*splits)).collect();
        let groups: Vec<[u32; 2]> = (0..)
            .zip(&trained)
            .flat_map(|(number, (array, _))| (0..array.quads).step_by(UPDATED).map(move |quad| [number, quad as u32]))
            .collect();
        let quads: usize = trained.iter().map(|(array, _)| array.quads).sum();
        let splits: usize = trained.iter().map(|(array, splits)| array.quads * splits.count).sum();
        let slots = self.config.optimizer.slots().len();
        dispatches.extend(self.updates(groups.len(), (quads * 16) as u64, (splits * 16) as u64, slots as u64));

        let (n, output) = (self.batch(), self.config.network.output);
        for fixed in Fixed::ALL {
            let (label, bytes) = match fixed {
                Fixed::Weights => ("weights", 16 * self.weights),
                Fixed::Slots => ("optimizer", 16 * self.weights * slots),
                Fixed::Partials => ("gradients", 16 * self.partials),
                Fixed::Squares => ("squares", 8 * groups.len()),
                Fixed::Segments => ("segments", size_of::<Segment>() * segments.len()),
                Fixed::Groups => ("groups", 8 * groups.len()),
                // A word behind the last pixel, so that a pixel is read as two words wherever it lies.
                Fixed::Pixels => ("pixels", (n * self.config.network.input.len()).next_multiple_of(4) + 4),
                Fixed::Targets => ("targets", 4 * target_len(output) * n),
                Fixed::Score => ("score", 16),
                Fixed::Splits => ("splits", 16 * self.splits),
                Fixed::Logits => ("logits", 4 * padded(output.units()) * n),
                Fixed::Unread => ("unread", 16),
                Fixed::UnwrittenA | Fixed::UnwrittenB | Fixed::UnwrittenC => ("unwritten", 16),
            };
            self.buffers[fixed.at()] = BufferSpec { label: label.to_owned(), bytes: bytes.max(32) as u64 };
        }
        Schedule {
            buffers: self.buffers,
            dispatches,
            arrays: self.arrays,
            weights: self.weights,
            dropouts: self.dropouts,
            segments,
            groups,
        }
    }
}

/// Numbers of one picture's target and weight; see `kernels/loss.wgsl` and `kernels/softmax_loss.wgsl`.
pub const fn target_len(output: Output) -> usize {
    match output {
        Output::Sigmoid | Output::Linear => 2,
        Output::Softmax { .. } => 4,
    }
}

/// Into how many splits to cut the sums of `terms` of a product of `rows` x `columns` so that there are about `wanted`
/// workgroups. By shapes alone, not by the tiles that this card is quickest with: so the order of additions, and with it
/// the bits, do not depend on a measurement.
fn splits(rows: usize, columns: usize, wanted: usize, terms: usize, least: usize) -> usize {
    let tiles = Tile::choose(rows, columns, true, Limits::LEAST).count(rows, columns);
    (wanted / tiles.max(1)).clamp(1, (terms / least).max(1))
}

fn activation_constants(activation: Activation) -> Constants {
    let number = match activation {
        Activation::Relu => 0.0,
        Activation::LeakyRelu => 1.0,
        Activation::Gelu => 2.0,
    };
    vec![("ACTIVATION", number)]
}

pub fn unknown(layer: &str) -> Problem {
    Problem::new(
        Kind::Internal,
        say("The graphics engine does not know this order of layers", "Le moteur graphique ne connaît pas cet ordre de couches"),
        say("Report this fault, with the details", "Signalez ce défaut, avec les détails"),
    )
    .because(layer)
}
