//! What Grad-CAM needs (Selvaraju et al. 2017): the last block's activation and how an output depends on it.

use super::{
    maps::Maps,
    network::{self, Mode, backward, forward},
};
use crate::model::{Network, Op, Shape, Weights};

/// The last convolution block's values for one picture, before pooling.
#[derive(Clone, Debug, PartialEq)]
pub struct LastBlock {
    /// Of both maps, channels last.
    pub shape: Shape,
    /// After the activation function.
    pub activation: Vec<f64>,
    /// The output's gradient with respect to `activation`.
    pub gradient: Vec<f64>,
    /// The output itself, mostly a logit.
    pub output: f64,
}

/// The last block's activation and the gradient there of the output numbered `unit` (a class; 0 where there is but one), for
/// one picture of height x width x 3 bytes, as in evaluation. `weights` must be those of `network`; of a unit that it does
/// not have the gradient is 0.
pub fn last_block(network: &Network, weights: &Weights, pixels: &[u8], unit: usize) -> LastBlock {
    let weights = network::values(weights);
    let trace = forward(network, &weights, pixels, Mode::Evaluation);
    // Every network has a block, and every block pools what its activation gives.
    let pool = network.layers.iter().rposition(|layer| layer.op == Op::MaxPool).unwrap_or(0);
    let outputs = trace.logits();
    let one = Maps { data: (0..outputs.data.len()).map(|at| f64::from(u8::from(at == unit))).collect(), ..*outputs };
    let (gradient, _) = backward(network, &weights, &trace, Mode::Evaluation, one, pool);
    let (activation, output) = (trace.values[pool].clone(), outputs.data.get(unit).copied().unwrap_or_default());
    LastBlock { shape: activation.shape, activation: activation.data, gradient: gradient.data, output }
}
