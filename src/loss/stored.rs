//! The loss's settings as runs of before kept them.

use serde::Deserialize;

use super::{ClassWeights, LossKind, LossSettings};

/// What a run may have: today's settings, and those of before. (Settings that a person hands over are read more strictly,
/// see `settings`.)
#[derive(Deserialize)]
#[serde(default)]
pub struct StoredLoss {
    kind: LossKind,
    label_smoothing: f64,
    gamma: f64,
    alpha: f64,
    apply_class_balancing: bool,
    class_weights: ClassWeights,
    weights: Vec<f64>,
    /// Weights by hand were those of two classes.
    weight_0: f64,
    weight_1: f64,
    delta: f64,
}

impl Default for StoredLoss {
    fn default() -> Self {
        let LossSettings { kind, label_smoothing, gamma, alpha, apply_class_balancing, class_weights, weights, delta } =
            LossSettings::default();
        let (weight_0, weight_1) = (1.0, 1.0);
        Self { kind, label_smoothing, gamma, alpha, apply_class_balancing, class_weights, weights, weight_0, weight_1, delta }
    }
}

impl From<StoredLoss> for LossSettings {
    fn from(stored: StoredLoss) -> Self {
        let StoredLoss { kind, label_smoothing, gamma, alpha, apply_class_balancing, class_weights, weights, delta, .. } = stored;
        let two = [stored.weight_0, stored.weight_1];
        let weights = if weights.is_empty() && two != [1.0; 2] { two.to_vec() } else { weights };
        let settings = Self { kind, label_smoothing, gamma, alpha, apply_class_balancing, class_weights, weights, delta };
        // Runs of years kept their recipe's smoothing, which had no effect.
        if kind.is_of_values() { settings.without_classes() } else { settings }
    }
}
