//! In plain f64, what training makes small: the batch's mean weighted loss plus the L2 penalty, with both gradients.

use std::collections::BTreeMap;

use super::Score;
use crate::{
    data::batch::BatchView,
    loss::{LossSettings, is_right},
    model::Network,
};

/// Loss and hits of `logits`, and the gradient of the mean loss at each logit. The penalty is [`penalty`]'s.
pub fn score(settings: &LossSettings, logits: &[f64], batch: &BatchView<'_>) -> (Score, Vec<f64>) {
    let n = batch.len() as f64;
    let mut score = Score::default();
    let mut slopes = Vec::with_capacity(batch.len());
    for ((logit, target), weight) in logits.iter().zip(batch.targets).zip(batch.weights) {
        let (loss, slope) = settings.value_and_grad(*logit, f64::from(*target));
        score.loss += f64::from(*weight) * loss / n;
        score.correct += u32::from(is_right(*logit as f32, *target));
        slopes.push(f64::from(*weight) * slope / n);
    }
    (score, slopes)
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
