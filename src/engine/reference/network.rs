//! The whole network, one layer after the other and back.

use std::collections::BTreeMap;

use super::{
    activation, arrange,
    conv::{self, Geometry},
    dense,
    maps::Maps,
    norm::{self, Statistics},
    pool,
};
use crate::{
    engine::dropout,
    model::{Layer, Network, Op, Tensor, Weights},
};

/// Arrays by name in f64, so that finite differences have digits to spare.
pub type Values = BTreeMap<String, Vec<f64>>;

/// How layers behave that differ between training and evaluation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Batch norm by the batch's statistics, dropout by the masks of this step.
    Training { seed: u64, step: u32 },
    /// Batch norm by the running statistics, no dropout.
    Evaluation,
}

/// A forward pass, remembered.
pub struct Trace {
    /// What came into each layer; the last entry is what left the last one, the logits.
    pub values: Vec<Maps>,
}

impl Trace {
    /// The outputs of each picture.
    pub fn logits(&self) -> &Maps {
        &self.values[self.values.len() - 1]
    }
}

/// The forward pass of `pixels`, n x height x width x 3 bytes.
pub fn forward(network: &Network, weights: &Values, pixels: &[u8], mode: Mode) -> Trace {
    let pictures = pixels.len() / network.input.len();
    let data = pixels.iter().map(|byte| f64::from(*byte) / 255.0).collect();
    let mut values = vec![Maps { pictures, shape: network.input, data }];
    for layer in &network.layers {
        let output = layer_forward(layer, weights, &values[values.len() - 1], mode);
        values.push(output);
    }
    Trace { values }
}

/// The way back from `d_logits` through the layers from `first` on: the gradient of what came into layer `first`, and
/// of every trained array on the way.
pub fn backward(network: &Network, weights: &Values, trace: &Trace, mode: Mode, d_logits: Maps, first: usize) -> (Maps, Values) {
    let mut gradients = Values::new();
    let mut dy = d_logits;
    for (layer, x) in network.layers.iter().zip(&trace.values).skip(first).rev() {
        dy = layer_backward(layer, weights, x, mode, &dy, &mut gradients);
    }
    (dy, gradients)
}

/// What batch norm's running statistics become after a training pass, by their names.
pub fn running_statistics(network: &Network, weights: &Values, trace: &Trace) -> Values {
    let mut running = Values::new();
    for (layer, x) in network.layers.iter().zip(&trace.values) {
        if let (Op::BatchNorm { momentum, .. }, false) = (layer.op, layer.is_frozen()) {
            let Statistics { mean, variance } = Statistics::of(x);
            for (suffix, batch) in [("running_mean", mean), ("running_var", variance)] {
                let name = format!("{}.{suffix}", layer.name);
                let followed =
                    weights[&name].iter().zip(batch).map(|(old, new)| momentum * old + (1.0 - momentum) * new).collect();
                running.insert(name, followed);
            }
        }
    }
    running
}

fn layer_forward(layer: &Layer, weights: &Values, x: &Maps, mode: Mode) -> Maps {
    let mode = if layer.is_frozen() { Mode::Evaluation } else { mode };
    let array = |suffix: &str| weights.get(&format!("{}.{suffix}", layer.name)).map(Vec::as_slice);
    let (weight, bias) = (array("weight").unwrap_or_default(), array("bias"));
    match layer.op {
        Op::Conv { kernel, padding, .. } => conv::forward(Geometry { kernel, padding }, x, weight, bias, layer.output),
        Op::Dense { .. } => dense::forward(x, weight, bias, layer.output),
        Op::BatchNorm { epsilon, .. } => {
            norm::forward(x, &statistics(layer, weights, x, mode), weight, bias.unwrap_or_default(), epsilon)
        }
        Op::Activation(activation) => activation::forward(activation, x),
        Op::MaxPool => pool::max_forward(x, layer.output),
        Op::GlobalAveragePool => pool::average_forward(x, layer.output),
        Op::Flatten => arrange::flatten(x, layer.output),
        Op::Dropout { rate, stream } => match mode {
            Mode::Training { seed, step } => arrange::drop(x, dropout::key(seed, step, stream), rate),
            Mode::Evaluation => x.clone(),
        },
    }
}

fn layer_backward(layer: &Layer, weights: &Values, x: &Maps, mode: Mode, dy: &Maps, gradients: &mut Values) -> Maps {
    let mode = if layer.is_frozen() { Mode::Evaluation } else { mode };
    let weight = weights.get(&format!("{}.weight", layer.name)).map(Vec::as_slice).unwrap_or_default();
    let mut keep = |dx: Maps, dw: Vec<f64>, db: Vec<f64>, bias: bool| {
        if layer.is_frozen() {
            return dx;
        }
        gradients.insert(format!("{}.weight", layer.name), dw);
        if bias {
            gradients.insert(format!("{}.bias", layer.name), db);
        }
        dx
    };
    match layer.op {
        Op::Conv { kernel, padding, bias, .. } => {
            let (dx, dw, db) = conv::backward(Geometry { kernel, padding }, x, weight, dy);
            keep(dx, dw, db, bias)
        }
        Op::Dense { bias, .. } => {
            let (dx, dw, db) = dense::backward(x, weight, dy);
            keep(dx, dw, db, bias)
        }
        Op::BatchNorm { epsilon, .. } => match mode {
            Mode::Training { .. } => {
                let (dx, dw, db) = norm::backward(x, weight, epsilon, dy);
                keep(dx, dw, db, true)
            }
            Mode::Evaluation => norm::backward_fixed(&statistics(layer, weights, x, mode), weight, epsilon, dy),
        },
        Op::Activation(activation) => activation::backward(activation, x, dy),
        Op::MaxPool => pool::max_backward(x, dy),
        Op::GlobalAveragePool => pool::average_backward(x, dy),
        Op::Flatten => arrange::unflatten(dy, layer.input),
        Op::Dropout { rate, stream } => match mode {
            Mode::Training { seed, step } => arrange::drop(dy, dropout::key(seed, step, stream), rate),
            Mode::Evaluation => dy.clone(),
        },
    }
}

/// What batch norm normalizes by.
fn statistics(layer: &Layer, weights: &Values, x: &Maps, mode: Mode) -> Statistics {
    match mode {
        Mode::Training { .. } => Statistics::of(x),
        Mode::Evaluation => {
            let running = |suffix: &str| weights[&format!("{}.{suffix}", layer.name)].clone();
            Statistics { mean: running("running_mean"), variance: running("running_var") }
        }
    }
}

/// `weights` in f64.
pub fn values(weights: &Weights) -> Values {
    let wide = |array: &Tensor| array.data.iter().map(|value| f64::from(*value)).collect();
    weights.iter().map(|(name, array)| (name.to_owned(), wide(array))).collect()
}

/// `values` in f32, with the shapes of `network`'s parameters; those without a value are left out.
pub fn weights(network: &Network, values: &Values) -> Weights {
    let narrow = |values: &Vec<f64>| values.iter().map(|value| *value as f32).collect();
    let parameters = network.parameters().into_iter();
    Weights(
        parameters
            .filter_map(|p| {
                let data = narrow(values.get(&p.name)?);
                Some((p.name, Tensor { shape: p.shape, data }))
            })
            .collect(),
    )
}
