//! What Grad-CAM needs (Selvaraju et al. 2017): the last block's activation and how the logit depends on it.

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
    /// The logit's gradient with respect to `activation`.
    pub gradient: Vec<f64>,
    pub logit: f64,
}

/// The last block's activation and the logit's gradient there, for one picture of height x width x 3 bytes, as in
/// evaluation. `weights` must be those of `network`.
pub fn last_block(network: &Network, weights: &Weights, pixels: &[u8]) -> LastBlock {
    let weights = network::values(weights);
    let trace = forward(network, &weights, pixels, Mode::Evaluation);
    // Every network has a block, and every block pools what its activation gives.
    let pool = network.layers.iter().rposition(|layer| layer.op == Op::MaxPool).unwrap_or(0);
    let logit = trace.logits();
    let one = Maps { data: vec![1.0], ..*logit };
    let (gradient, _) = backward(network, &weights, &trace, Mode::Evaluation, one, pool);
    let activation = trace.values[pool].clone();
    LastBlock { shape: activation.shape, activation: activation.data, gradient: gradient.data, logit: logit.data[0] }
}
