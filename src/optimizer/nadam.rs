//! Nadam (Dozat 2016), as Keras computes it: Adam with Nesterov's look ahead.
//!
//! ```text
//! u_t = beta_1 * (1 - 0.96^t / 2),   product = u_1 * ... * u_t
//! m += (1 - beta_1) * (g - m)
//! v += (1 - beta_2) * (g^2 - v)
//! m_hat = u_(t+1) * m / (1 - product * u_(t+1)) + (1 - u_t) * g / (1 - product)
//! w -= learning_rate * m_hat / (sqrt(v / (1 - beta_2^t)) + epsilon)
//! ```
//! PyTorch's NAdam lets 0.96 decay 250 times more slowly (`momentum_decay=0.004`).

use super::OptimizerSettings;

/// The numbers of one update.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Nadam {
    /// The rate times the factor of `m` and of `g`.
    pub of_m: f32,
    pub of_g: f32,
    /// 1 - beta_1.
    pub new_1: f32,
    /// 1 - beta_2.
    pub new_2: f32,
    /// 1 / (1 - beta_2^t).
    pub correction: f32,
    pub epsilon: f32,
}

impl Nadam {
    /// What is kept of each weight.
    pub const SLOTS: [&'static str; 2] = ["m", "v"];
    /// The one number that is kept for all of them: the product of all u so far, 1 at first.
    pub const PRODUCT: &'static str = "u_product";

    /// The update number `t`, counted from 1; `product` is brought up to it.
    pub fn new(settings: &OptimizerSettings, t: u64, learning_rate: f64, product: &mut f64) -> Self {
        let u = |t: u64| settings.beta_1 * (1.0 - 0.5 * 0.96f64.powf(t as f64));
        *product *= u(t);
        let of_m = learning_rate * u(t + 1) / (1.0 - *product * u(t + 1));
        let of_g = learning_rate * (1.0 - u(t)) / (1.0 - *product);
        Self {
            of_m: of_m as f32,
            of_g: of_g as f32,
            new_1: (1.0 - settings.beta_1) as f32,
            new_2: (1.0 - settings.beta_2) as f32,
            correction: (1.0 / (1.0 - settings.beta_2.powf(t as f64))) as f32,
            epsilon: settings.epsilon as f32,
        }
    }

    /// Updates `weights`, `m` and `v` in place; all slices are equally long.
    pub fn update(&self, weights: &mut [f32], gradients: &[f32], m: &mut [f32], v: &mut [f32]) {
        for (((w, &g), m), v) in weights.iter_mut().zip(gradients).zip(m).zip(v) {
            *m += self.new_1 * (g - *m);
            *v += self.new_2 * (g * g - *v);
            *w -= (self.of_m * *m + self.of_g * g) / ((*v * self.correction).sqrt() + self.epsilon);
        }
    }
}
