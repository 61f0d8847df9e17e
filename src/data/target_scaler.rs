//! How a value is standardized while it is learned, so that it has the size that learning rates are made for.

use serde::{Deserialize, Serialize};

use super::dataset::Dataset;
use crate::model::Weights;

/// The last layer's arrays.
const KERNEL: &str = "output.weight";
const BIAS: &str = "output.bias";

/// Mean and standard deviation of the training part's labels (scikit-learn's `StandardScaler`): what is learned is
/// `(value - mean) / std`. By default, and of classes, nothing is changed.
///
/// A run's weights give the value itself: mean and deviation are [folded](TargetScaler::folded) into their last layer, so that
/// nobody who uses them need know of it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct TargetScaler {
    /// In the label's unit.
    pub mean: f32,
    /// In the label's unit, above 0.
    pub std: f32,
}

impl Default for TargetScaler {
    fn default() -> Self {
        Self { mean: 0.0, std: 1.0 }
    }
}

impl TargetScaler {
    /// That of the labels of `samples`, where they are values.
    pub fn of(dataset: &Dataset, samples: &[u32]) -> Self {
        if !dataset.task.is_regression() || samples.is_empty() {
            return Self::default();
        }
        let values = || samples.iter().map(|index| f64::from(dataset.samples[*index as usize].class));
        let n = samples.len() as f64;
        let mean = values().sum::<f64>() / n;
        let std = (values().map(|value| (value - mean).powi(2)).sum::<f64>() / n).sqrt();
        // As in scikit-learn, what does not vary is only centered.
        Self { mean: mean as f32, std: if std > 0.0 { std as f32 } else { 1.0 } }
    }

    /// What is learned in place of `value`.
    pub fn standardized(self, value: f32) -> f32 {
        (value - self.mean) / self.std
    }

    /// The value of what was learned.
    pub fn value(self, standardized: f32) -> f32 {
        standardized * self.std + self.mean
    }

    /// Weights of a network that gives standardized values, as those of one that gives the values.
    #[must_use]
    pub fn folded(self, mut weights: Weights) -> Weights {
        if self != Self::default() {
            change(&mut weights, KERNEL, |weight| weight * self.std);
            change(&mut weights, BIAS, |bias| self.value(bias));
        }
        weights
    }

    /// The way back, to within rounding.
    #[must_use]
    pub fn unfolded(self, mut weights: Weights) -> Weights {
        if self != Self::default() {
            change(&mut weights, KERNEL, |weight| weight / self.std);
            change(&mut weights, BIAS, |bias| self.standardized(bias));
        }
        weights
    }
}

fn change(weights: &mut Weights, name: &str, to: impl Fn(f32) -> f32) {
    let array = weights.0.get_mut(name).into_iter();
    array.flat_map(|array| &mut array.data).for_each(|value| *value = to(*value));
}
