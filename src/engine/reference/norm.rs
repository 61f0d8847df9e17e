//! Batch normalization over each channel (Ioffe and Szegedy 2015): `y = gamma * (x - mean) / sqrt(variance + epsilon) + beta`.

use super::maps::Maps;

/// Mean and biased variance of each channel.
#[derive(Clone, Debug, PartialEq)]
pub struct Statistics {
    pub mean: Vec<f64>,
    pub variance: Vec<f64>,
}

impl Statistics {
    /// Those of the batch, over pictures, rows and columns.
    pub fn of(x: &Maps) -> Self {
        let mean = channel_means(x, |value, _| value);
        let variance = channel_means(x, |value, c| (value - mean[c]).powi(2));
        Self { mean, variance }
    }
}

/// `x` normalized by `by`, scaled and shifted.
pub fn forward(x: &Maps, by: &Statistics, gamma: &[f64], beta: &[f64], epsilon: f64) -> Maps {
    channelwise(x, |value, c| gamma[c] * (value - by.mean[c]) / (by.variance[c] + epsilon).sqrt() + beta[c])
}

/// The gradients of `x`, gamma and beta when `x` was normalized by its own statistics. Mean and variance depend on
/// every `x`: with the normalized value h, `dx = gamma / sqrt(variance + epsilon) * (dy - mean(dy) - h * mean(dy * h))`.
pub fn backward(x: &Maps, gamma: &[f64], epsilon: f64, dy: &Maps) -> (Maps, Vec<f64>, Vec<f64>) {
    let by = Statistics::of(x);
    let channels = x.shape.channels;
    let h = forward(x, &by, &vec![1.0; channels], &vec![0.0; channels], epsilon);
    let dy_h = dy.zip(&h, |dy, h| dy * h);
    let (mean_dy, mean_dy_h) = (channel_means(dy, |v, _| v), channel_means(&dy_h, |v, _| v));
    let centered = channelwise(dy, |dy, c| dy - mean_dy[c]);
    let projection = channelwise(&h, |h, c| h * mean_dy_h[c]);
    let dx = channelwise(&centered.zip(&projection, |a, b| a - b), |v, c| v * gamma[c] / (by.variance[c] + epsilon).sqrt());
    let count = places(x);
    let sum = |means: Vec<f64>| means.into_iter().map(|mean| mean * count).collect();
    (dx, sum(mean_dy_h), sum(mean_dy))
}

/// The gradient of `x` when it was normalized by fixed statistics, as in evaluation.
pub fn backward_fixed(by: &Statistics, gamma: &[f64], epsilon: f64, dy: &Maps) -> Maps {
    channelwise(dy, |dy, c| dy * gamma[c] / (by.variance[c] + epsilon).sqrt())
}

fn channelwise(x: &Maps, f: impl Fn(f64, usize) -> f64) -> Maps {
    let channels = x.shape.channels;
    Maps { data: x.data.iter().enumerate().map(|(i, value)| f(*value, i % channels)).collect(), ..*x }
}

fn channel_means(x: &Maps, f: impl Fn(f64, usize) -> f64) -> Vec<f64> {
    let channels = x.shape.channels;
    let mut means = vec![0.0; channels];
    for (i, value) in x.data.iter().enumerate() {
        means[i % channels] += f(*value, i % channels);
    }
    means.iter().map(|sum| sum / places(x)).collect()
}

/// How many values each channel has.
fn places(x: &Maps) -> f64 {
    (x.pictures * x.shape.height * x.shape.width) as f64
}
