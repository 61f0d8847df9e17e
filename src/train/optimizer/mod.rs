//! Optimizers: their settings and reference arithmetic. Keras's names and defaults.

use serde::{Deserialize, Serialize};

use crate::knob::{Knob, Knobs};

/// The optimizer as the user sets it; the parameters of the others are kept while another is chosen.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct OptimizerSettings {
    pub kind: OptimizerKind,
    pub learning_rate: f64,
    /// Adam, AdamW and Nadam: decay of the mean gradient.
    pub beta_1: f64,
    /// Adam, AdamW and Nadam: decay of the mean squared gradient.
    pub beta_2: f64,
    /// Added to the root; 1e-7 as in Keras (PyTorch: 1e-8).
    pub epsilon: f64,
    /// AdamW: decoupled decay of kernels, as a factor of the learning rate (Loshchilov and Hutter 2019).
    pub weight_decay: f64,
    /// SGD and RMSprop.
    pub momentum: f64,
    /// SGD.
    pub nesterov: bool,
    /// RMSprop: decay of the mean squared gradient (PyTorch's alpha).
    pub rho: f64,
    /// RMSprop: subtract the mean gradient (PyTorch's and Keras's `centered`).
    pub centered: bool,
    /// Gradients are scaled down so that their norm over all weights is at most this (Keras's `global_clipnorm`); 0 is off.
    pub global_clipnorm: f64,
    /// Evaluate and keep the moving average of the weights (Keras's `use_ema`).
    pub use_ema: bool,
    /// Keras's `ema_momentum`, for each step.
    pub ema_momentum: f64,
}

/// Which optimizer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OptimizerKind {
    Adam,
    AdamW,
    RmsProp,
    Sgd,
    Nadam,
}

impl Default for OptimizerSettings {
    fn default() -> Self {
        Self {
            kind: OptimizerKind::Adam,
            learning_rate: 1e-4,
            beta_1: 0.9,
            beta_2: 0.999,
            epsilon: 1e-7,
            weight_decay: 0.004,
            momentum: 0.9,
            nesterov: false,
            rho: 0.9,
            centered: false,
            global_clipnorm: 0.0,
            use_ema: false,
            ema_momentum: 0.999,
        }
    }
}

impl Knobs for OptimizerSettings {
    fn knobs(&mut self) -> Vec<Knob<'_>> {
        Vec::new()
    }
}
