//! In plain f64, what training makes small: the batch's mean weighted loss plus the L2 penalty, with both gradients.

use std::collections::BTreeMap;

use super::StepMetrics;
use crate::{
    data::batch::BatchView,
    loss::{Family, LossSettings, Targets, argmax, is_right},
    model::{Network, Output},
};

/// Loss and gradients of a batch, over rows that are used again: nothing is allocated for a batch.
#[derive(Clone, Debug)]
pub struct BatchLoss {
    /// One picture's outputs, and the loss's gradient at each.
    outputs: Vec<f64>,
    grads: Vec<f64>,
}

impl BatchLoss {
    /// For networks with such an output.
    pub fn new(output: Output) -> Self {
        Self { outputs: vec![0.0; output.units()], grads: vec![0.0; output.units()] }
    }

    /// Loss and hits of the outputs that `read` gives by picture and unit; `write` gets the gradient of the mean loss at each.
    pub fn score(
        &mut self,
        settings: &LossSettings,
        batch: &BatchView<'_>,
        read: impl Fn(usize, usize) -> f64,
        mut write: impl FnMut(usize, usize, f64),
    ) -> StepMetrics {
        let n = batch.len() as f64;
        let mut score = StepMetrics::default();
        match batch.targets {
            Targets::Values(targets) => {
                let of_classes = settings.kind.family() != Family::Regression;
                for (i, (target, weight)) in targets.iter().zip(batch.weights).enumerate() {
                    let output = read(i, 0);
                    let (loss, grad) = settings.value_and_grad(output, f64::from(*target));
                    score.loss += f64::from(*weight) * loss / n;
                    if of_classes {
                        score.correct += u32::from(is_right(output as f32, *target));
                    } else {
                        score.absolute_error += (output - f64::from(*target)).abs() / n;
                    }
                    write(i, 0, f64::from(*weight) * grad / n);
                }
            }
            Targets::Classes(targets) => {
                for (i, (target, weight)) in targets.iter().zip(batch.weights).enumerate() {
                    self.outputs.iter_mut().enumerate().for_each(|(k, output)| *output = read(i, k));
                    let loss = settings.classes_value_and_grad(&self.outputs, *target, &mut self.grads);
                    score.loss += f64::from(*weight) * loss / n;
                    score.correct += u32::from(argmax(&self.outputs) == usize::from(target.label()));
                    self.grads.iter().enumerate().for_each(|(k, grad)| write(i, k, f64::from(*weight) * grad / n));
                }
            }
        }
        score
    }
}

/// Loss and hits of `outputs`, a row for each picture, and the gradient of the mean loss at each of them. The penalty is
/// [`penalty`]'s.
pub fn score(settings: &LossSettings, output: Output, outputs: &[f64], batch: &BatchView<'_>) -> (StepMetrics, Vec<f64>) {
    let units = output.units();
    let mut grads = vec![0.0; outputs.len()];
    let read = |picture: usize, unit: usize| outputs[picture * units + unit];
    let write = |picture: usize, unit: usize, grad: f64| grads[picture * units + unit] = grad;
    let score = BatchLoss::new(output).score(settings, batch, read, write);
    (score, grads)
}

/// The sum over kernels of `l2 * sum(w^2)`.
pub fn penalty(network: &Network, weights: &BTreeMap<String, Vec<f64>>) -> f64 {
    let squares = |name: &str| weights[name].iter().map(|w| w * w).sum::<f64>();
    network.parameters().iter().filter(|p| p.l2 > 0.0).map(|p| p.l2 * squares(&p.name)).sum()
}

/// Adds the penalty's gradient, `2 * l2 * w`.
pub fn add_penalty_gradient(network: &Network, weights: &BTreeMap<String, Vec<f64>>, gradients: &mut BTreeMap<String, Vec<f64>>) {
    for parameter in network.parameters().iter().filter(|p| p.l2 > 0.0) {
        if let Some(gradient) = gradients.get_mut(&parameter.name) {
            for (g, w) in gradient.iter_mut().zip(&weights[&parameter.name]) {
                *g += 2.0 * parameter.l2 * w;
            }
        }
    }
}
