//! Losses of one logit a class, as Keras's `CategoricalCrossentropy(from_logits=True)` and
//! `CategoricalFocalCrossentropy(from_logits=True)` have them, safe at any logits.
//!
//! With `p` the softmax of the logits and `y` the (smoothed) probabilities that are asked for, the loss is the sum over
//! classes of `-y * ln(p)`, for focal loss each term times `alpha * (1 - p)^gamma` (Lin et al. 2017). Keras cuts `p` to 1e-7
//! to 1 - 1e-7 before the logarithm; here the logarithm is taken of no rounded probability, and nothing is cut.

use super::{LossKind, LossSettings, target::ClassTarget};

/// `ln(p)` of each class, without its largest logit: `ln p_k = z_k - largest - ln_sum`.
struct LogSoftmax {
    largest: f64,
    /// `ln(sum of exp(z - largest))`.
    ln_sum: f64,
}

impl LogSoftmax {
    fn of(logits: &[f64]) -> Self {
        let at = argmax(logits);
        let largest = logits[at];
        // Without the largest one's own 1, so that what is left beside a certain class is not rounded away.
        let others = logits.iter().enumerate().filter(|(k, _)| *k != at).map(|(_, z)| (z - largest).exp());
        Self { largest, ln_sum: others.sum::<f64>().ln_1p() }
    }

    fn at(&self, logit: f64) -> f64 {
        logit - self.largest - self.ln_sum
    }
}

/// The class of the largest value; of several the first (NumPy's `argmax`). Nothing is larger than what is not a number.
pub fn argmax<T: Copy + PartialOrd>(values: &[T]) -> usize {
    (1..values.len()).fold(0, |best, at| if values[at] > values[best] { at } else { best })
}

/// The loss at `logits` for `target`; leaves its gradient at each of them in `grads`, which is as long.
pub fn value_and_grad(settings: &LossSettings, logits: &[f64], target: ClassTarget, grads: &mut [f64]) -> f64 {
    let softmax = LogSoftmax::of(logits);
    let focal = settings.kind == LossKind::CategoricalFocalCrossentropy;
    // By the logarithms: `d ln(p_k) / d z_j` is `(j == k) - p_j`, so `grad_j = y_j f'(l_j) - p_j * sum of y_k f'(l_k)`.
    let (mut loss, mut sum) = (0.0, 0.0);
    for ((grad, z), y) in grads.iter_mut().zip(logits).zip(target.probabilities(logits.len(), settings.label_smoothing)) {
        *grad = 0.0;
        if y > 0.0 {
            let l = softmax.at(*z);
            let (value, by_log) = if focal { focal_term(settings, l) } else { (-l, -1.0) };
            loss += y * value;
            sum += y * by_log;
            *grad = y * by_log;
        }
    }
    for (grad, z) in grads.iter_mut().zip(logits) {
        *grad -= softmax.at(*z).exp() * sum;
    }
    loss
}

/// `-alpha * (1 - p)^gamma * l` with `p = exp(l)`, and its gradient at `l`.
fn focal_term(settings: &LossSettings, l: f64) -> (f64, f64) {
    // The floor keeps the quotient finite where the class is certain, and l is 0 there.
    let miss = (-l.exp_m1()).max(f64::MIN_POSITIVE);
    let factor = settings.alpha * miss.powf(settings.gamma);
    (-factor * l, settings.gamma * factor * (l * l.exp() / miss) - factor)
}
