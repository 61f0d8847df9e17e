//! From the list of layers to blocks, vectors and arrays.

use super::{
    CpuEngine, ToVectors,
    block::{Block, Maps, Norm, NormArrays, Scratch},
    dense, direct,
    dropout::Dropout,
    geometry::{Algorithm, Convolution, Geometry, View, panels},
    head::{self, Dense, Vectors},
    isa::Isa,
    parameters::{Features, Layout, Stored},
    pool::Pool,
    simd::LANES,
    winograd,
};
use crate::{
    engine::{Device, DeviceKind, EngineConfig},
    model::{Layer, Op, layers::Parameter},
    optimizer::OptimizerState,
    problem::{Kind, Problem},
    text::say,
};

/// What is being built, layer by layer.
struct Builder<'a> {
    config: &'a EngineConfig,
    convolution: Convolution,
    arrays: Vec<Stored>,
    blocks: Vec<Block>,
    maps: Vec<Maps>,
    head: Vec<head::Layer>,
}

/// Builds the engine; weights and optimizer are all zero.
///
/// # Errors
/// Layers in an order that no settings give.
pub fn build(config: &EngineConfig, isa: Isa, convolution: Convolution) -> Result<CpuEngine, Problem> {
    let mut builder = Builder { config, convolution, arrays: Vec::new(), blocks: Vec::new(), maps: Vec::new(), head: Vec::new() };
    let layers = &config.network.layers[..];
    let vectors_at = layers
        .iter()
        .position(|layer| matches!(layer.op, Op::Flatten | Op::GlobalAveragePool))
        .ok_or_else(|| unknown("no layer from maps to vectors"))?;
    let (convolutions, rest) = layers.split_at(vectors_at);
    let vector_layer = &rest[0];
    let to_vectors = if vector_layer.op == Op::Flatten { ToVectors::Flatten } else { ToVectors::GlobalPool };
    builder.blocks(convolutions, to_vectors)?;
    let batch = config.batch_size;
    let last = vector_layer.input;
    // Flattened maps keep the room of their last panel of channels.
    let (width, features) = match to_vectors {
        ToVectors::Flatten => {
            (panels(last.channels) * last.height * last.width * LANES, Features::Map { area: last.height * last.width })
        }
        ToVectors::GlobalPool => (last.channels, Features::Plain),
    };
    let pooled = match to_vectors {
        ToVectors::Flatten => None,
        ToVectors::GlobalPool => Some(Vectors::new(width, batch)),
    };
    builder.head(&rest[1..], width, features)?;
    let Builder { arrays, blocks, maps, head, .. } = builder;

    let threads = config.threads.unwrap_or_else(|| std::thread::available_parallelism().map_or(1, usize::from)).max(1);
    let pool = Pool::new(threads);
    let winograd = || blocks.iter().map(|b| &b.geometry).filter(|g| g.algorithm == Algorithm::Winograd);
    let outputs = head.iter().map(|layer| panels(layer.out.features)).max().unwrap_or(1);
    let scratch = (0..pool.threads())
        .map(|_| Scratch {
            winograd: winograd::Scratch::new(winograd(), true),
            direct: direct::Scratch::new(blocks.iter().map(|b| &b.geometry), true),
            dense: dense::Scratch::new(batch, outputs),
        })
        .collect();
    let device = device(isa, pool.threads());
    Ok(CpuEngine {
        config: config.clone(),
        isa,
        device,
        pool,
        scratch,
        arrays,
        blocks,
        maps,
        to_vectors,
        pooled,
        area: last.height * last.width,
        head,
        state: OptimizerState::default(),
        units: Vec::new(),
    })
}

/// The processor in the list of devices.
pub fn device(isa: Isa, threads: usize) -> Device {
    Device {
        kind: DeviceKind::Processor,
        id: "cpu".to_owned(),
        name: processor_name(),
        memory: None,
        details: format!("{}, {threads} threads", isa.name()),
    }
}

/// The maker's name for the processor, where the system tells it.
fn processor_name() -> String {
    let info = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let line =
        info.lines().find_map(|line| line.strip_prefix("model name")?.split_once(':').map(|(_, name)| name.trim().to_owned()));
    line.unwrap_or_else(|| format!("Processor ({})", std::env::consts::ARCH))
}

fn unknown(details: &str) -> Problem {
    Problem::new(
        Kind::Internal,
        say(
            "The processor's engine does not know this order of layers",
            "Le moteur du processeur ne connaît pas cet ordre de couches",
        ),
        say("Report this fault, with the details", "Signalez ce défaut, avec les détails"),
    )
    .because(details)
}

/// A remembered slot that is missing, or that the optimizer does not have.
pub fn foreign_state(slot: &str) -> Problem {
    Problem::new(
        Kind::File,
        say("The saved state is of another optimizer", "L’état enregistré est celui d’un autre optimiseur"),
        say("Choose the optimizer of that run, or start anew", "Choisissez l’optimiseur de cet entraînement, ou recommencez"),
    )
    .because(slot)
}

/// A batch of a size that the engine was not opened for.
pub fn misfit(size: usize) -> Problem {
    Problem::new(
        Kind::Internal,
        say("A batch does not fit the network", "Un lot ne va pas avec le réseau"),
        say("Report this fault, with the details", "Signalez ce défaut, avec les détails"),
    )
    .because(size)
}

impl Builder<'_> {
    /// Stores an array; gives its number.
    fn store(&mut self, about: Parameter, layout: Layout) -> usize {
        let slots = self.config.optimizer.slots().len();
        self.arrays.push(Stored::new(about, layout, slots));
        self.arrays.len() - 1
    }

    /// Batch norm's four arrays.
    fn norm_arrays(&mut self, layer: &Layer) -> NormArrays {
        let first = self.arrays.len();
        for about in layer.parameters() {
            self.store(about, Layout::Vector);
        }
        NormArrays { gamma: first, beta: first + 1, mean: first + 2, variance: first + 3 }
    }

    /// Convolution, batch norm, activation, pooling, dropout, again and again.
    fn blocks(&mut self, layers: &[Layer], to_vectors: ToVectors) -> Result<(), Problem> {
        let batch = self.config.batch_size;
        let mut geometries = Vec::new();
        let mut rest = layers.iter().peekable();
        while let Some(conv) = rest.next() {
            let Op::Conv { kernel, padding, .. } = conv.op else { return Err(unknown(&conv.name)) };
            let normalized = matches!(rest.peek(), Some(Layer { op: Op::BatchNorm { .. }, .. }));
            let input = (conv.input.height, conv.input.width, conv.input.channels);
            let g =
                Geometry::new(input, conv.output.channels, kernel, padding, self.convolution, geometries.is_empty(), normalized);
            let mut arrays = conv.parameters().into_iter();
            let weight = arrays.next().ok_or_else(|| unknown(&conv.name))?;
            let weight = self.store(weight, Layout::Conv(g));
            let bias = arrays.next().map(|bias| self.store(bias, Layout::Vector));
            let mut norm = None;
            if let Some(layer) = rest.next_if(|layer| matches!(layer.op, Op::BatchNorm { .. }))
                && let Op::BatchNorm { momentum, epsilon } = layer.op
            {
                norm = Some(Norm::new(&g, batch, self.norm_arrays(layer), momentum, epsilon));
            }
            let Some(Op::Activation(activation)) = rest.next().map(|layer| layer.op) else {
                return Err(unknown(&conv.name));
            };
            if !matches!(rest.next().map(|layer| layer.op), Some(Op::MaxPool)) {
                return Err(unknown(&conv.name));
            }
            let dropout = match rest.next_if(|layer| matches!(layer.op, Op::Dropout { .. })).map(|layer| layer.op) {
                Some(Op::Dropout { rate, stream }) => Some(Dropout { rate, stream }),
                _ => None,
            };
            self.blocks.push(Block::new(g, activation, norm, dropout, (weight, bias), batch));
            geometries.push(g);
        }
        for (i, g) in geometries.iter().enumerate() {
            let (view, len) = match (geometries.get(i + 1), to_vectors) {
                (Some(next), _) => (next.input(), batch * next.input().picture),
                (None, ToVectors::Flatten) => (View::features(g.pooled_height, g.pooled_width, batch), batch * g.cells().picture),
                (None, ToVectors::GlobalPool) => (g.cells(), batch * g.cells().picture),
            };
            self.maps.push(Maps { view, values: super::buffer::Buffer::new(len), gradient: super::buffer::Buffer::new(len) });
        }
        Ok(())
    }

    /// The layers over vectors of `width` numbers.
    fn head(&mut self, layers: &[Layer], mut width: usize, mut features: Features) -> Result<(), Problem> {
        let batch = self.config.batch_size;
        for layer in layers {
            let op = match layer.op {
                Op::Dense { .. } => {
                    let shape = dense::Shape { inputs: panels(width), outputs: panels(layer.output.channels), batch };
                    let mut arrays = layer.parameters().into_iter();
                    let weight = arrays.next().ok_or_else(|| unknown(&layer.name))?;
                    let layout = Layout::Dense { shape, inputs: layer.input.channels, features };
                    let weight = self.store(weight, layout);
                    let bias = arrays.next().map(|bias| self.store(bias, Layout::Vector));
                    features = Features::Plain;
                    width = layer.output.channels;
                    head::Op::Dense(Dense::new(shape, weight, bias))
                }
                Op::Activation(activation) => head::Op::Activation(activation),
                Op::BatchNorm { momentum, epsilon } => {
                    let arrays = self.norm_arrays(layer);
                    let channels = || vec![0.0; width];
                    head::Op::Norm(head::Norm { arrays, momentum, epsilon, mean: channels(), variance: channels() })
                }
                Op::Dropout { rate, stream } => {
                    let map = match features {
                        Features::Map { area } => Some((layer.output.len() / area, area)),
                        Features::Plain => None,
                    };
                    head::Op::Dropout(Dropout { rate, stream }, map)
                }
                _ => return Err(unknown(&layer.name)),
            };
            self.head.push(head::Layer { op, out: Vectors::new(width, batch) });
        }
        Ok(())
    }
}
