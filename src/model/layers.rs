//! The network as a list of layers with their shapes: what every engine computes, one layer after the other.
//!
//! A block is convolution, batch norm (if on), activation, the three once more where a block has two convolutions (as in VGG,
//! Simonyan and Zisserman 2015), 2x2 max-pooling, dropout (if on). After the blocks come
//! flattening or global average pooling, then for each hidden dense layer: dense, activation, batch norm (if on, after
//! the activation as the notebook's Keras layers have it), dropout (if on), and a dense layer with the units of the
//! [`Output`], whose values are the logits. Sigmoid and softmax belong to the loss.

use serde::{Deserialize, Serialize};

use super::{Activation, ModelSettings, Output, Padding, Pooling};
use crate::{
    problem::{Kind, Problem},
    text::{LocalizedText, say},
};

/// Height, width and channels of one picture's values between two layers. A vector is 1 x 1 x n.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shape {
    pub height: usize,
    pub width: usize,
    pub channels: usize,
}

impl Shape {
    /// How many values there are.
    pub const fn len(self) -> usize {
        self.height * self.width * self.channels
    }

    pub const fn is_empty(self) -> bool {
        self.len() == 0
    }
}

/// One step of the network.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Layer {
    /// Unique: `conv1`, `bn1`, `dense2`, `dense_bn2`, `output`, and `conv_act3`, `pool3`… for those without weights. Those of a
    /// block's second convolution are `conv1b`, `bn1b`, `conv_act1b`.
    pub name: String,
    pub op: Op,
    pub input: Shape,
    pub output: Shape,
    /// The factor on the learning rate of its arrays. At 0 it is frozen: nothing of it changes, its kernel has no L2 penalty
    /// (as in Keras), and batch norm goes by its running statistics in training, too. Only the first blocks may be.
    #[serde(default = "full_rate")]
    pub rate: f64,
}

fn full_rate() -> f64 {
    1.0
}

/// What a layer does.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub enum Op {
    /// Stride 1. Weight `[out, in, kernel, kernel]`; the bias is missing where batch norm follows, which would cancel it.
    Conv {
        kernel: usize,
        padding: Padding,
        bias: bool,
        l2: f64,
    },
    /// Over each channel of a map, or each unit of a vector. In training by the batch's mean and biased variance; the
    /// running mean and (biased) variance follow as `running = momentum * running + (1 - momentum) * batch` (Keras).
    BatchNorm {
        momentum: f64,
        epsilon: f64,
    },
    Activation(Activation),
    /// Maximum of 2x2, stride 2; an odd last row or column is dropped. The first maximum in reading order gets the gradient.
    MaxPool,
    GlobalAveragePool,
    /// To a vector in the order channel, row, column (PyTorch's).
    Flatten,
    /// Weight `[out, in]`.
    Dense {
        bias: bool,
        l2: f64,
    },
    /// Inverted dropout: kept values are divided by `1 - rate`. `stream` numbers the dropout layers; see `engine/dropout.rs`.
    Dropout {
        rate: f64,
        stream: u32,
    },
}

/// A network that can be built.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Network {
    pub input: Shape,
    pub layers: Vec<Layer>,
    /// What the last layer's values are.
    #[serde(default)]
    pub output: Output,
}

/// Batch norm's weight of the past in its running mean and variance. Keras's default is 0.99, which needs some hundred
/// steps to warm up; 0.9 is PyTorch's (it calls it momentum 0.1).
const BATCH_NORM_MOMENTUM: f64 = 0.9;
/// PyTorch's default (Keras: 1e-3).
const BATCH_NORM_EPSILON: f64 = 1e-5;

/// One named array of a network.
#[derive(Clone, Debug, PartialEq)]
pub struct Parameter {
    /// As in PyTorch: `conv1.weight`, `conv1.bias`, `bn1.weight`, `bn1.bias`, `bn1.running_mean`, `bn1.running_var`.
    pub name: String,
    pub shape: Vec<usize>,
    pub role: Role,
    /// Keras's L2 factor: the loss gains `l2 * sum(w^2)`. Zero for all but kernels that learn.
    pub l2: f64,
    /// The factor on the learning rate, 0 if it is frozen.
    pub rate: f64,
}

impl Parameter {
    /// Whether the optimizer changes it.
    pub fn trained(&self) -> bool {
        self.role.trained() && self.rate > 0.0
    }
}

/// What an array is to its layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// A convolution's or dense layer's weight.
    Kernel,
    Bias,
    /// Batch norm's scale, starts at one.
    Gamma,
    /// Batch norm's shift, starts at zero.
    Beta,
    /// Followed, not trained; starts at zero.
    RunningMean,
    /// Followed, not trained; starts at one.
    RunningVariance,
}

impl Role {
    /// Whether the optimizer changes it, if it is not frozen.
    pub const fn trained(self) -> bool {
        !matches!(self, Self::RunningMean | Self::RunningVariance)
    }
}

impl Network {
    /// The network of `settings` for square inputs of `side` pixels that tells two classes apart by one logit.
    ///
    /// # Errors
    /// A problem beside the field that causes it, when a map would shrink to nothing.
    pub fn new(settings: &ModelSettings, side: usize) -> Result<Self, Problem> {
        Self::with_output(settings, side, Output::default())
    }

    /// The same with an output of the caller's choice.
    ///
    /// # Errors
    /// As [`Network::new`], and as [`Output::check`].
    pub fn with_output(settings: &ModelSettings, side: usize, output: Output) -> Result<Self, Problem> {
        output.check()?;
        let input = Shape { height: side, width: side, channels: 3 };
        let mut builder = Builder { layers: Vec::new(), shape: input, streams: 0 };
        for (i, &filters) in settings.filters.iter().enumerate() {
            let (n, before) = (i + 1, builder.shape);
            builder.block(settings, n, filters as usize).ok_or_else(|| too_deep(n, before))?;
        }
        builder.flatten_or_pool(settings.pooling);
        for (i, &units) in settings.dense.iter().enumerate() {
            builder.dense(settings, i + 1, units as usize, i + 1 < settings.dense.len());
        }
        if settings.dropout > 0.0 {
            builder.dropout("dropout".to_owned(), settings.dropout);
        }
        let units = Shape { height: 1, width: 1, channels: output.units() };
        builder.push("output".to_owned(), Op::Dense { bias: true, l2: 0.0 }, units);
        Ok(Self { input, layers: builder.layers, output })
    }

    /// Every array, in the order of the layers.
    pub fn parameters(&self) -> Vec<Parameter> {
        self.layers.iter().flat_map(Layer::parameters).collect()
    }

    /// How many numbers are learned.
    pub fn trained_values(&self) -> usize {
        self.parameters().iter().filter(|p| p.trained()).map(|p| p.shape.iter().product::<usize>()).sum()
    }

    /// How many of the first convolutions are frozen: those of whole blocks.
    pub fn frozen_convolutions(&self) -> usize {
        let convolutions = self.layers.iter().filter(|layer| matches!(layer.op, Op::Conv { .. }));
        convolutions.take_while(|layer| layer.is_frozen()).count()
    }

    /// Gives the layers called `slow` this factor on the learning rate, and freezes the first `frozen` blocks.
    pub fn set_rates(&mut self, slow: &[String], rate: f64, frozen: usize) {
        // A block ends with its pooling.
        let mut block = 1;
        let maps = self.layers.iter().take_while(|layer| !matches!(layer.op, Op::Flatten | Op::GlobalAveragePool)).count();
        for (i, layer) in self.layers.iter_mut().enumerate() {
            block += usize::from(layer.op == Op::MaxPool);
            let has_arrays = matches!(layer.op, Op::Conv { .. } | Op::BatchNorm { .. } | Op::Dense { .. });
            layer.rate = match (has_arrays && i < maps && block <= frozen, slow.contains(&layer.name)) {
                (true, _) => 0.0,
                (false, true) => rate,
                (false, false) => full_rate(),
            };
        }
    }

    /// Multiplications and additions of one picture's forward pass.
    pub fn flops(&self) -> u64 {
        self.layers.iter().map(Layer::flops).sum()
    }
}

impl Layer {
    /// Whether nothing of it changes.
    pub fn is_frozen(&self) -> bool {
        self.rate <= 0.0
    }

    /// The layer's arrays.
    pub fn parameters(&self) -> Vec<Parameter> {
        let (inputs, outputs) = (self.input, self.output);
        let array = |suffix: &str, shape: Vec<usize>, role, l2: f64| {
            let l2 = if self.is_frozen() { 0.0 } else { l2 };
            Parameter { name: format!("{}.{suffix}", self.name), shape, role, l2, rate: self.rate }
        };
        let (shape, bias, l2) = match self.op {
            Op::Conv { kernel, bias, l2, .. } => (vec![outputs.channels, inputs.channels, kernel, kernel], bias, l2),
            Op::Dense { bias, l2 } => (vec![outputs.channels, inputs.len()], bias, l2),
            Op::BatchNorm { .. } => {
                let channels = || vec![inputs.channels];
                return vec![
                    array("weight", channels(), Role::Gamma, 0.0),
                    array("bias", channels(), Role::Beta, 0.0),
                    array("running_mean", channels(), Role::RunningMean, 0.0),
                    array("running_var", channels(), Role::RunningVariance, 0.0),
                ];
            }
            _ => return Vec::new(),
        };
        let mut arrays = vec![array("weight", shape, Role::Kernel, l2)];
        if bias {
            arrays.push(array("bias", vec![outputs.channels], Role::Bias, 0.0));
        }
        arrays
    }

    /// Multiplications and additions of one picture's forward pass; only those of matrix products count.
    pub fn flops(&self) -> u64 {
        let per_output = match self.op {
            Op::Conv { kernel, .. } => 2 * kernel * kernel * self.input.channels,
            Op::Dense { .. } => 2 * self.input.len(),
            _ => 0,
        };
        (per_output * self.output.len()) as u64
    }
}

struct Builder {
    layers: Vec<Layer>,
    shape: Shape,
    streams: u32,
}

impl Builder {
    fn push(&mut self, name: String, op: Op, output: Shape) {
        self.layers.push(Layer { name, op, input: self.shape, output, rate: full_rate() });
        self.shape = output;
    }

    /// Adds block `n`; `None` if the map is too small for it.
    fn block(&mut self, settings: &ModelSettings, n: usize, filters: usize) -> Option<()> {
        for convolution in 0..settings.convs_per_block {
            // The first keeps the name that it has alone, so that networks of one convolution a block are called as ever.
            let suffix = if convolution == 0 { "" } else { "b" };
            self.convolution(settings, &format!("{n}{suffix}"), filters)?;
        }
        let (height, width) = (self.shape.height / 2, self.shape.width / 2);
        if height == 0 || width == 0 {
            return None;
        }
        self.push(format!("pool{n}"), Op::MaxPool, Shape { height, width, channels: filters });
        if settings.dropout_conv > 0.0 {
            self.dropout(format!("conv_dropout{n}"), settings.dropout_conv);
        }
        Some(())
    }

    /// Adds a convolution with its batch norm and activation; `None` if nothing of the map would be left.
    fn convolution(&mut self, settings: &ModelSettings, number: &str, filters: usize) -> Option<()> {
        let kernel = settings.kernel.side();
        let lost = match settings.padding {
            Padding::Same => 0,
            Padding::Valid => kernel - 1,
        };
        let left = |side: usize| side.checked_sub(lost).filter(|side| *side > 0);
        let map = Shape { height: left(self.shape.height)?, width: left(self.shape.width)?, channels: filters };
        let bias = !settings.batch_norm_conv;
        let op = Op::Conv { kernel, padding: settings.padding, bias, l2: settings.l2_conv };
        self.push(format!("conv{number}"), op, map);
        if settings.batch_norm_conv {
            self.batch_norm(format!("bn{number}"));
        }
        self.push(format!("conv_act{number}"), Op::Activation(settings.activation), map);
        Some(())
    }

    fn flatten_or_pool(&mut self, pooling: Pooling) {
        match pooling {
            Pooling::Flatten => {
                let vector = Shape { height: 1, width: 1, channels: self.shape.len() };
                self.push("flatten".to_owned(), Op::Flatten, vector);
            }
            Pooling::GlobalAverage => {
                let vector = Shape { height: 1, width: 1, channels: self.shape.channels };
                self.push("average".to_owned(), Op::GlobalAveragePool, vector);
            }
        }
    }

    fn dense(&mut self, settings: &ModelSettings, n: usize, units: usize, more_follow: bool) {
        let vector = Shape { height: 1, width: 1, channels: units };
        self.push(format!("dense{n}"), Op::Dense { bias: true, l2: settings.l2_dense }, vector);
        self.push(format!("dense_act{n}"), Op::Activation(settings.activation), vector);
        if settings.batch_norm_dense {
            self.batch_norm(format!("dense_bn{n}"));
        }
        if more_follow && settings.dropout_dense > 0.0 {
            self.dropout(format!("dense_dropout{n}"), settings.dropout_dense);
        }
    }

    fn batch_norm(&mut self, name: String) {
        self.push(name, Op::BatchNorm { momentum: BATCH_NORM_MOMENTUM, epsilon: BATCH_NORM_EPSILON }, self.shape);
    }

    fn dropout(&mut self, name: String, rate: f64) {
        self.push(name, Op::Dropout { rate, stream: self.streams }, self.shape);
        self.streams += 1;
    }
}

fn too_deep(block: usize, shape: Shape) -> Problem {
    let (h, w) = (shape.height, shape.width);
    Problem::new(
        Kind::Settings,
        LocalizedText {
            en: format!("Block {block} would get a map of {h} × {w} pixels, too small to halve"),
            fr: format!("Le bloc {block} recevrait une carte de {h} × {w} pixels, trop petite pour être divisée"),
        },
        say(
            "Use fewer blocks, a larger crop, or the border “same”",
            "Prenez moins de blocs, un recadrage plus grand, ou le bord « same »",
        ),
    )
    .at("model.filters")
}
