//! From the list of layers to blocks, vectors and arrays.

use super::{
    CpuEngine, ToVectors,
    block::{Block, Maps, Norm, NormArrays, Scratch},
    buffer::Allocator,
    dense, direct,
    dropout::Dropout,
    geometry::{ConvShape, Convolution, Geometry, View, panels},
    head::{self, Dense, Vectors},
    isa::Isa,
    parameters::{Features, Layout, Stored},
    pool::Pool,
    simd::LANES,
    winograd,
};
use crate::{
    engine::{Device, DeviceKind, EngineConfig, MOST_THREADS, objective::BatchLoss},
    model::{Layer, Op, Shape, layers::Parameter},
    optimizer::OptimizerState,
    problem::{Kind, Problem},
    text::say,
};

/// What is being built, layer by layer.
struct Builder<'a> {
    config: &'a EngineConfig,
    convolution: Convolution,
    memory: Allocator,
    arrays: Vec<Stored>,
    blocks: Vec<Block>,
    maps: Vec<Maps>,
    /// The channels' means, if maps become vectors by global pooling.
    pooled: Option<Vectors>,
    head: Vec<head::HeadLayer>,
}

/// Builds the engine; weights and optimizer are all zero.
///
/// # Errors
/// Layers in an order that no settings give, or too little memory.
pub fn build(config: &EngineConfig, isa: Isa, convolution: Convolution) -> Result<CpuEngine, Problem> {
    let mut builder = Builder::new(config, convolution, Allocator::new());
    let vector_layer = builder.layers()?;
    let pool = Pool::new(threads(config));
    let scratch = (0..pool.threads()).map(|_| builder.scratch()).collect::<Result<_, _>>()?;
    let Builder { arrays, blocks, maps, pooled, head, memory, .. } = builder;
    Ok(CpuEngine {
        config: config.clone(),
        isa,
        device: device(isa, pool.threads()),
        bytes: memory.bytes(),
        pool,
        scratch,
        arrays,
        blocks,
        maps,
        to_vectors: to_vectors(vector_layer),
        pooled,
        area: vector_layer.input.height * vector_layer.input.width,
        head,
        state: OptimizerState::default(),
        units: Vec::new(),
        frozen: config.network.frozen_convolutions(),
        loss: BatchLoss::new(config.network.output),
    })
}

/// The bytes of all buffers that [`build`] makes for `config`, without making any.
///
/// # Errors
/// Layers in an order that no settings give.
pub fn bytes(config: &EngineConfig) -> Result<u64, Problem> {
    let mut builder = Builder::new(config, Convolution::chosen(), Allocator::counting());
    builder.layers()?;
    let rest = builder.memory.bytes();
    builder.scratch()?;
    let scratch = builder.memory.bytes() - rest;
    Ok(rest + threads(config) as u64 * scratch)
}

/// Threads that an engine for `config` wants.
fn threads(config: &EngineConfig) -> usize {
    config.threads.unwrap_or_else(|| std::thread::available_parallelism().map_or(1, usize::from)).clamp(1, MOST_THREADS)
}

fn to_vectors(layer: &Layer) -> ToVectors {
    if layer.op == Op::Flatten { ToVectors::Flatten } else { ToVectors::GlobalPool }
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
    let line = info.lines().find_map(|line| line.strip_prefix("model name")?.split_once(':').map(|(_, name)| plain_name(name)));
    line.unwrap_or_else(|| format!("Processor ({})", std::env::consts::ARCH))
}

/// A maker's name without marks and clock: `Intel Core i7-9750H` of `Intel(R) Core(TM) i7-9750H CPU @ 2.60GHz`.
pub fn plain_name(name: &str) -> String {
    let name = name.split(" @ ").next().unwrap_or_default();
    let name = ["(R)", "(TM)", "(r)", "(tm)"].iter().fold(name.to_owned(), |name, mark| name.replace(mark, " "));
    name.split_whitespace().filter(|word| *word != "CPU").collect::<Vec<_>>().join(" ")
}

fn unknown(details: &str) -> Problem {
    Problem::new(
        Kind::Internal,
        say(
            "The processor’s engine does not know this order of layers",
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
        say("Choose the optimizer of that run, or start again", "Choisissez l’optimiseur de cet entraînement, ou recommencez"),
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

impl<'a> Builder<'a> {
    fn new(config: &'a EngineConfig, convolution: Convolution, memory: Allocator) -> Self {
        let (arrays, blocks, maps, pooled, head) = (Vec::new(), Vec::new(), Vec::new(), None, Vec::new());
        Self { config, convolution, memory, arrays, blocks, maps, pooled, head }
    }

    /// All layers with their buffers; gives the one between maps and vectors.
    fn layers(&mut self) -> Result<&'a Layer, Problem> {
        let layers = &self.config.network.layers[..];
        let to_vectors_at = |layer: &Layer| matches!(layer.op, Op::Flatten | Op::GlobalAveragePool);
        let at = layers.iter().position(to_vectors_at).ok_or_else(|| unknown("no layer from maps to vectors"))?;
        let (convolutions, [vector_layer, rest @ ..]) = layers.split_at(at) else { return Err(unknown("no head")) };
        let to_vectors = to_vectors(vector_layer);
        self.blocks(convolutions, to_vectors)?;
        let (last, batch) = (vector_layer.input, self.config.batch_size);
        let area = last.height * last.width;
        let (width, features) = match to_vectors {
            // Flattened maps keep the room of their last panel of channels.
            ToVectors::Flatten => (panels(last.channels) * area * LANES, Features::Map { area }),
            ToVectors::GlobalPool => {
                self.pooled = Some(Vectors::new(last.channels, batch, &mut self.memory)?);
                (last.channels, Features::Plain)
            }
        };
        self.head(rest, width, features)?;
        Ok(vector_layer)
    }

    /// One thread's arrays.
    fn scratch(&mut self) -> Result<Scratch, Problem> {
        let geometries = self.blocks.iter().map(|block| &block.geometry);
        let outputs = self.head.iter().map(|layer| panels(layer.out.features)).max().unwrap_or(1);
        Ok(Scratch {
            winograd: winograd::Scratch::new(geometries.clone(), &mut self.memory)?,
            direct: direct::Scratch::new(geometries, &mut self.memory)?,
            dense: dense::Scratch::new(self.config.batch_size, outputs, &mut self.memory)?,
        })
    }

    /// Stores an array; gives its number.
    fn store(&mut self, about: Parameter, layout: Layout) -> Result<usize, Problem> {
        let optimizer = &self.config.optimizer;
        // Gradients that are shortened together are kept until the last is there.
        let stored = optimizer.global_clipnorm > 0.0;
        self.arrays.push(Stored::new(about, layout, optimizer.slots().len(), stored, &mut self.memory)?);
        Ok(self.arrays.len() - 1)
    }

    /// Batch norm's four arrays.
    fn norm_arrays(&mut self, layer: &Layer) -> Result<NormArrays, Problem> {
        let first = self.arrays.len();
        for about in layer.parameters() {
            self.store(about, Layout::Vector)?;
        }
        Ok(NormArrays { gamma: first, beta: first + 1, mean: first + 2, variance: first + 3 })
    }

    /// Convolution, batch norm, activation, pooling (but behind the first of two convolutions of a block), dropout, again and
    /// again.
    fn blocks(&mut self, layers: &[Layer], to_vectors: ToVectors) -> Result<(), Problem> {
        let batch = self.config.batch_size;
        let mut geometries = Vec::new();
        let mut rest = layers.iter().peekable();
        while let Some(conv) = rest.next() {
            let Op::Conv { kernel, padding, .. } = conv.op else { return Err(unknown(&conv.name)) };
            let normalized = matches!(rest.peek(), Some(Layer { op: Op::BatchNorm { .. }, .. }));
            let mut own = rest.clone().take_while(|layer| !matches!(layer.op, Op::Conv { .. }));
            let pools = own.any(|layer| layer.op == Op::MaxPool);
            let Shape { height, width, channels } = conv.input;
            let shape = ConvShape { height, width, inputs: channels, outputs: conv.output.channels, kernel, padding, pools };
            let g = Geometry::new(shape, self.convolution, geometries.is_empty(), normalized);
            let mut arrays = conv.parameters().into_iter();
            let weight = arrays.next().ok_or_else(|| unknown(&conv.name))?;
            let weight = self.store(weight, Layout::Conv(g))?;
            let bias = arrays.next().map(|bias| self.store(bias, Layout::Vector)).transpose()?;
            let mut norm = None;
            if let Some(layer) = rest.next_if(|layer| matches!(layer.op, Op::BatchNorm { .. }))
                && let Op::BatchNorm { momentum, epsilon } = layer.op
            {
                let arrays = self.norm_arrays(layer)?;
                norm = Some(Norm::new(&g, batch, arrays, (momentum, epsilon), &mut self.memory)?);
            }
            let Some(Op::Activation(activation)) = rest.next().map(|layer| layer.op) else {
                return Err(unknown(&conv.name));
            };
            if rest.next_if(|layer| layer.op == Op::MaxPool).is_some() != pools {
                return Err(unknown(&conv.name));
            }
            let dropout = match rest.next_if(|layer| matches!(layer.op, Op::Dropout { .. })).map(|layer| layer.op) {
                Some(Op::Dropout { rate, stream }) => Some(Dropout { rate, stream }),
                _ => None,
            };
            let mut block = Block::new(g, activation, norm, (weight, bias), batch, &mut self.memory)?;
            block.dropout = dropout;
            self.blocks.push(block);
            geometries.push(g);
        }
        for (i, g) in geometries.iter().enumerate() {
            let (view, len) = match (geometries.get(i + 1), to_vectors) {
                (Some(next), _) => (next.input(), batch * next.input().picture),
                (None, ToVectors::Flatten) => (View::features(g.pooled_height, g.pooled_width, batch), batch * g.cells().picture),
                (None, ToVectors::GlobalPool) => (g.cells(), batch * g.cells().picture),
            };
            self.maps.push(Maps::new(view, len, &mut self.memory)?);
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
                    let weight = self.store(weight, layout)?;
                    let bias = arrays.next().map(|bias| self.store(bias, Layout::Vector)).transpose()?;
                    features = Features::Plain;
                    width = layer.output.channels;
                    head::HeadOp::Dense(Dense::new(shape, weight, bias, &mut self.memory)?)
                }
                Op::Activation(activation) => head::HeadOp::Activation(activation),
                Op::BatchNorm { momentum, epsilon } => {
                    let arrays = self.norm_arrays(layer)?;
                    let channels = || vec![0.0; width];
                    head::HeadOp::Norm(head::HeadNorm { arrays, momentum, epsilon, mean: channels(), variance: channels() })
                }
                Op::Dropout { rate, stream } => {
                    let map = match features {
                        Features::Map { area } => Some((layer.output.len() / area, area)),
                        Features::Plain => None,
                    };
                    head::HeadOp::Dropout(Dropout { rate, stream }, map)
                }
                _ => return Err(unknown(&layer.name)),
            };
            self.head.push(head::HeadLayer { op, out: Vectors::new(width, batch, &mut self.memory)? });
        }
        Ok(())
    }
}
