//! Whether "90 %" is right nine times of ten, and temperature scaling to make it so.

use super::Prediction;

/// Pictures whose probability of class 1 falls between two bounds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bin {
    pub low: f64,
    pub high: f64,
    pub n: u32,
    /// Mean probability of class 1 that the model gave; 0 if the bin is empty.
    pub predicted: f64,
    /// Share that really is class 1; 0 if the bin is empty.
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
        let p = probability(prediction.logit, temperature);
        // The right bound belongs to the bin, as in scikit-learn; 0 belongs to the first.
        let bin = ((p * BINS as f64).ceil() as usize).clamp(1, BINS) - 1;
        let (n, predicted, ones) = &mut sums[bin];
        *n += 1;
        *predicted += p;
        *ones += u32::from(prediction.label == 1);
    }
    std::array::from_fn(|i| {
        let (n, predicted, ones) = sums[i];
        let by = f64::from(n.max(1));
        let bound = |i: usize| i as f64 / BINS as f64;
        Bin { low: bound(i), high: bound(i + 1), n, predicted: predicted / by, observed: f64::from(ones) / by }
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
/// With b = 1/T the negative log-likelihood `sum log(1 + exp(-s b z))` over logits z and signs s is convex, so
/// Newton's method within a shrinking bracket finds its one minimum. 1 if there are no pictures.
pub fn fit_temperature(validation: &[Prediction]) -> f64 {
    let margins: Vec<f64> = validation.iter().map(margin).collect();
    if margins.is_empty() {
        return 1.0;
    }
    let slopes = |b: f64| {
        margins.iter().fold((0.0, 0.0), |(first, second), m| {
            let wrong = sigmoid(-b * m);
            (first - m * wrong, second + m * m * wrong * (1.0 - wrong))
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

/// Mean negative log-likelihood at a temperature, in nats.
pub fn log_loss(predictions: &[Prediction], temperature: f64) -> f64 {
    let loss = |p: &Prediction| {
        let margin = margin(p) / temperature;
        // log(1 + exp(-m)), without overflow.
        (-margin).max(0.0) + (-margin.abs()).exp().ln_1p()
    };
    let sum: f64 = predictions.iter().map(loss).sum();
    sum / predictions.len().max(1) as f64
}

/// The logit of what is right: negative where the model is wrong at one half.
fn margin(p: &Prediction) -> f64 {
    let logit = f64::from(p.logit);
    if p.label == 1 { logit } else { -logit }
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
