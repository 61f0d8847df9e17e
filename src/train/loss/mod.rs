//! Losses: their settings and reference arithmetic. Keras's names.

use serde::{Deserialize, Serialize};

use crate::knob::{Knob, Knobs};

/// The loss as the user sets it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct LossSettings {
    pub kind: LossKind,
    /// Targets become `t * (1 - s) + s / 2` (Keras's `label_smoothing`).
    pub label_smoothing: f64,
    /// Focal loss: how much easy pictures are played down (Lin et al. 2017).
    pub gamma: f64,
    /// Focal loss: balance factor of class 1 if `apply_class_balancing`.
    pub alpha: f64,
    /// Focal loss: whether alpha is applied.
    pub apply_class_balancing: bool,
    pub class_weights: ClassWeights,
    /// By hand: the factor of class 0.
    pub weight_0: f64,
    /// By hand: the factor of class 1.
    pub weight_1: f64,
}

/// Which loss.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LossKind {
    BinaryCrossentropy,
    /// Keras's `BinaryFocalCrossentropy`.
    BinaryFocalCrossentropy,
}

/// Factors of each class's loss.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClassWeights {
    None,
    /// `n / (2 * n_class)` of the training part (scikit-learn's "balanced").
    Balanced,
    ByHand,
}

impl Default for LossSettings {
    fn default() -> Self {
        Self {
            kind: LossKind::BinaryCrossentropy,
            label_smoothing: 0.0,
            gamma: 2.0,
            alpha: 0.25,
            apply_class_balancing: false,
            class_weights: ClassWeights::None,
            weight_0: 1.0,
            weight_1: 1.0,
        }
    }
}

impl Knobs for LossSettings {
    fn knobs(&mut self) -> Vec<Knob<'_>> {
        Vec::new()
    }
}
