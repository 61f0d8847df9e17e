//! The network in candle's own words: its tensors, its ops, its gradients where they are right.

use std::collections::BTreeMap;

use candle_core::{DType, Device, Module as _, Result, Tensor};
use candle_nn::Linear;

use super::ops;
use crate::{
    engine::dropout,
    model::{Activation, LEAKY_SLOPE, Layer, Network, Op, Shape},
};

/// How layers behave that differ between training and evaluation.
#[derive(Clone, Copy)]
pub enum Mode {
    /// Batch norm by the batch, dropout by the masks of this step.
    Training {
        seed: u64,
        step: u32,
    },
    Evaluation,
}

/// What a forward pass gives.
pub struct ForwardOutput {
    /// `[pictures x units]`, a row for each picture.
    pub logits: Tensor,
    /// Of each batch norm in a training pass: the layer, the batch's mean and its biased variance.
    pub statistics: Vec<(String, Tensor, Tensor)>,
}

/// The forward pass of `pixels`, n x height x width x 3 bytes, by the arrays of `weights`.
pub fn forward(
    network: &Network,
    weights: &BTreeMap<String, Tensor>,
    pixels: &[u8],
    device: &Device,
    mode: Mode,
) -> Result<ForwardOutput> {
    let Shape { height, width, channels } = network.input;
    let pictures = pixels.len() / network.input.len();
    let bytes = Tensor::from_slice(pixels, (pictures, height, width, channels), device)?;
    let mut pass = Pass { weights, mode, statistics: Vec::new() };
    let mut x = (bytes.to_dtype(DType::F32)? / 255.0)?;
    for (i, layer) in network.layers.iter().enumerate() {
        x = pass.layer(layer, &x, i == 0)?;
    }
    Ok(ForwardOutput { logits: x.flatten_all()?, statistics: pass.statistics })
}

struct Pass<'a> {
    weights: &'a BTreeMap<String, Tensor>,
    mode: Mode,
    statistics: Vec<(String, Tensor, Tensor)>,
}

impl Pass<'_> {
    /// Maps are `[pictures, height, width, channels]`, vectors `[pictures, channels]`.
    fn layer(&mut self, layer: &Layer, x: &Tensor, first: bool) -> Result<Tensor> {
        match layer.op {
            Op::Conv { padding, .. } => {
                let y = ops::conv(x, self.array(layer, "weight")?, padding, first)?;
                self.bias(layer).map_or(Ok(y.clone()), |bias| &y + ops::spread(&bias, y.dims())?)
            }
            Op::Dense { .. } => Linear::new(self.array(layer, "weight")?.clone(), self.bias(layer)).forward(x),
            Op::BatchNorm { epsilon, .. } => self.batch_norm(layer, x, epsilon),
            Op::Activation(activation) => activate(activation, x),
            Op::MaxPool => ops::max_pool(x),
            Op::GlobalAveragePool => x.mean((1, 2)),
            Op::Flatten => x.permute((0, 3, 1, 2))?.contiguous()?.flatten_from(1),
            Op::Dropout { rate, stream } => match self.mode {
                Mode::Training { seed, step } => x * mask(x, dropout::key(seed, step, stream), rate)?,
                Mode::Evaluation => Ok(x.clone()),
            },
        }
    }

    fn array(&self, layer: &Layer, suffix: &str) -> Result<&Tensor> {
        let name = format!("{}.{suffix}", layer.name);
        self.weights.get(&name).ok_or_else(|| candle_core::Error::Msg(format!("{name} is missing")))
    }

    fn bias(&self, layer: &Layer) -> Option<Tensor> {
        self.weights.get(&format!("{}.bias", layer.name)).cloned()
    }

    fn batch_norm(&mut self, layer: &Layer, x: &Tensor, epsilon: f64) -> Result<Tensor> {
        let normalized = match self.mode {
            Mode::Training { .. } if !layer.is_frozen() => {
                let ops::Normalized { values, mean, variance } = ops::normalize(x, epsilon)?;
                self.statistics.push((layer.name.clone(), mean, variance));
                values
            }
            _ => {
                let (mean, variance) = (self.array(layer, "running_mean")?, self.array(layer, "running_var")?);
                x.broadcast_sub(mean)?.broadcast_div(&(variance + epsilon)?.sqrt()?)?
            }
        };
        let (gamma, beta) = (self.array(layer, "weight")?, self.array(layer, "bias")?);
        (normalized * ops::spread(gamma, x.dims())?)? + ops::spread(beta, x.dims())?
    }
}

/// By a factor that has no gradient, so that ReLU's derivative at 0 is 0 (candle's own has 1).
fn activate(activation: Activation, x: &Tensor) -> Result<Tensor> {
    let above_zero = || x.detach().gt(0f32)?.to_dtype(DType::F32);
    match activation {
        Activation::Relu => x * above_zero()?,
        Activation::LeakyRelu => {
            let slope = f64::from(LEAKY_SLOPE);
            x * above_zero()?.affine(1.0 - slope, slope)?
        }
        Activation::Gelu => x.gelu_erf(),
    }
}

/// `1 / (1 - rate)` where a value is kept, 0 elsewhere.
fn mask(x: &Tensor, key: u32, rate: f64) -> Result<Tensor> {
    let (threshold, kept) = (dropout::threshold(rate), (1.0 / (1.0 - rate)) as f32);
    let factors = (0..x.elem_count() as u32).map(|i| if dropout::keep(key, i, threshold) { kept } else { 0.0 });
    Tensor::from_iter(factors, x.device())?.reshape(x.shape())
}
