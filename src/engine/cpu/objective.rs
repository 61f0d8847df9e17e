//! The loss of a batch of logits and its gradient, in f64: a handful of numbers.

use crate::{
    engine::{Batch, Score},
    train::loss::{LossKind, LossSettings},
};

/// Loss and hits of the batch (the penalty is left out); `gradient` receives each logit's.
pub fn score(settings: &LossSettings, logits: impl Iterator<Item = f32>, batch: &Batch<'_>, mut gradient: impl FnMut(usize, f32)) -> Score {
    let n = batch.len() as f64;
    let mut score = Score::default();
    for (i, ((logit, &target), &weight)) in logits.zip(batch.targets).zip(batch.weights).enumerate() {
        let (loss, slope) = loss(settings, f64::from(logit), f64::from(target));
        score.loss += f64::from(weight) * loss / n;
        score.correct += u32::from((logit >= 0.0) == (target >= 0.5));
        gradient(i, (f64::from(weight) * slope / n) as f32);
    }
    score
}

/// One picture's loss at `logit`, and its slope.
fn loss(settings: &LossSettings, logit: f64, target: f64) -> (f64, f64) {
    let t = target * (1.0 - settings.label_smoothing) + settings.label_smoothing / 2.0;
    let p = 1.0 / (1.0 + (-logit).exp());
    let entropy = logit.max(0.0) - logit * t + (-logit.abs()).exp().ln_1p();
    match settings.kind {
        LossKind::BinaryCrossentropy => (entropy, p - t),
        LossKind::BinaryFocalCrossentropy => {
            let alpha = if settings.apply_class_balancing { t * settings.alpha + (1.0 - t) * (1.0 - settings.alpha) } else { 1.0 };
            let miss = 1.0 - (t * p + (1.0 - t) * (1.0 - p));
            let factor = miss.powf(settings.gamma);
            let factor_slope = -settings.gamma * miss.powf(settings.gamma - 1.0) * (2.0 * t - 1.0) * p * (1.0 - p);
            (alpha * factor * entropy, alpha * (factor * (p - t) + factor_slope * entropy))
        }
    }
}
