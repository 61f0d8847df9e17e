//! Whether "90%" is right nine times of ten, and temperature scaling to make it so.

use super::{Logits, Prediction};

/// Pictures whose probability falls between two bounds: of two classes that of class 1, of more that of the answer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bin {
    pub low: f64,
    pub high: f64,
    pub n: u32,
    /// Mean probability that the model gave; 0 if the bin is empty.
    pub predicted: f64,
    /// Share that really is so; 0 if the bin is empty.
    pub observed: f64,
}

/// How many bins there are.
pub const BINS: usize = 10;

/// The range of temperatures that are tried: beyond it the validation part is too easy or too small to tell.
const TEMPERATURES: [f64; 2] = [0.05, 20.0];

/// Bins of equal width (scikit-learn's `calibration_curve(n_bins=10)`, which leaves out the empty ones) of
/// the predictions after division of the logits by `temperature`.
pub fn reliability(predictions: &[Prediction], temperature: f64) -> [Bin; BINS] {
    let mut sums = [(0u32, 0.0, 0u32); BINS];
    for prediction in predictions {
        let class = if matches!(prediction.logit, Logits::Binary(_)) { 1 } else { prediction.predicted(0.0) };
        let p = sigmoid(prediction.logit.log_odds(class, temperature));
        // The right bound belongs to the bin, as in scikit-learn; 0 belongs to the first.
        let bin = ((p * BINS as f64).ceil() as usize).clamp(1, BINS) - 1;
        let (n, predicted, so) = &mut sums[bin];
        *n += 1;
        *predicted += p;
        *so += u32::from(usize::from(prediction.label) == class);
    }
    std::array::from_fn(|i| {
        let (n, predicted, so) = sums[i];
        let by = f64::from(n.max(1));
        let bound = |i: usize| i as f64 / BINS as f64;
        Bin { low: bound(i), high: bound(i + 1), n, predicted: predicted / by, observed: f64::from(so) / by }
    })
}

/// Expected calibration error (Naeini et al. 2015): the mean distance between said and really over all pictures.
pub fn calibration_error(bins: &[Bin]) -> f64 {
    let total: u32 = bins.iter().map(|b| b.n).sum();
    let sum: f64 = bins.iter().map(|b| f64::from(b.n) * (b.predicted - b.observed).abs()).sum();
    sum / f64::from(total.max(1))
}

/// The temperature that makes the validation part likeliest (Guo et al. 2017, "On calibration of modern neural networks").
///
/// With b = 1/T the negative log-likelihood `sum(logsumexp(b z) - b z_y)` over the classes' logits z and the label's logit
/// z_y is convex: its derivatives are the mean of z under the softmax less z_y, and the variance of z. So Newton's method
/// within a shrinking bracket finds its one minimum. 1 if there are no pictures.
pub fn fit_temperature(validation: &[Prediction]) -> f64 {
    if validation.is_empty() {
        return 1.0;
    }
    let slopes = |b: f64| {
        validation.iter().fold((0.0, 0.0), |(first, second), p| {
            let (slope, curvature) = log_loss_slopes(p, b);
            (first + slope, second + curvature)
        })
    };
    let [mut low, mut high] = [1.0 / TEMPERATURES[1], 1.0 / TEMPERATURES[0]];
    let mut b = 1.0;
    for _ in 0..100 {
        let (first, second) = slopes(b);
        if first > 0.0 {
            high = b;
        } else {
            low = b;
        }
        let newton = b - first / second;
        let next = if newton > low && newton < high { newton } else { f64::midpoint(low, high) };
        if (next - b).abs() < 1e-12 {
            break;
        }
        b = next;
    }
    1.0 / b
}

/// First and second derivative by b = 1/T of one picture's negative log-likelihood.
fn log_loss_slopes(p: &Prediction, b: f64) -> (f64, f64) {
    match &p.logit {
        Logits::Binary(_) => {
            let margin = p.logit.log_odds(p.label.into(), 1.0);
            let wrong = sigmoid(-b * margin);
            (-margin * wrong, margin * margin * wrong * (1.0 - wrong))
        }
        Logits::Each(logits) => {
            let probabilities = p.logit.probabilities(1.0 / b);
            let pairs = || probabilities.iter().zip(logits).map(|(p, z)| (*p, f64::from(*z)));
            let mean: f64 = pairs().map(|(p, z)| p * z).sum();
            let variance: f64 = pairs().map(|(p, z)| p * (z - mean).powi(2)).sum();
            (mean - f64::from(logits[usize::from(p.label)]), variance)
        }
        // A value has no temperature.
        Logits::Value(_) => (0.0, 0.0),
    }
}

/// Mean negative log-likelihood at a temperature, in nats.
pub fn log_loss(predictions: &[Prediction], temperature: f64) -> f64 {
    let loss = |p: &Prediction| {
        let odds = p.logit.log_odds(p.label.into(), temperature);
        // log(1 + exp(-m)), without overflow.
        (-odds).max(0.0) + (-odds.abs()).exp().ln_1p()
    };
    let sum: f64 = predictions.iter().map(loss).sum();
    sum / predictions.len().max(1) as f64
}

/// The logit from which on pictures are called class 1 at a threshold of the probability after a temperature.
pub(super) fn logit_threshold(threshold: f64, temperature: f64) -> f64 {
    // Through f32, so that a picture's own probability gives exactly its logit.
    f64::from((logit(threshold.clamp(0.0, 1.0)) * temperature) as f32)
}

/// A threshold of the probability after a temperature that calls the logits from `called` on class 1, and those from `not` down
/// not: `wished` if it does. `None` if no probability is so fine, as beyond log-odds of 36, where one ends as 1.
///
/// With nothing to be called, or nothing not to be, that end is infinite.
pub(super) fn threshold_between(called: f64, not: f64, temperature: f64, wished: f64) -> Option<f64> {
    let between = if called.is_finite() && not.is_finite() { sigmoid(f64::midpoint(called, not) / temperature) } else { wished };
    [wished, between, sigmoid(called / temperature), 1.0_f64.next_down(), f64::MIN_POSITIVE].into_iter().find(|threshold| {
        let raw = logit_threshold(*threshold, temperature);
        *threshold > 0.0 && *threshold < 1.0 && raw <= called && raw > not
    })
}

/// The probability of class 1 of a network's logit after its division by `temperature`.
pub fn probability(logit: f32, temperature: f64) -> f64 {
    sigmoid(f64::from(logit) / temperature)
}

pub(super) fn sigmoid(logit: f64) -> f64 {
    1.0 / (1.0 + (-logit).exp())
}

pub(super) fn logit(p: f64) -> f64 {
    (p / (1.0 - p)).ln()
}

/// The logit of a probability that was rounded to f32: within 2^-24 of an end it cannot say how far beyond it the logit was.
pub fn logit_of_rounded(p: f32) -> f32 {
    const END: f64 = 1.0 / 16_777_216.0;
    logit(f64::from(p).clamp(END, 1.0 - END)) as f32
}
