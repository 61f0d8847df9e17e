//! Adam (Kingma and Ba 2015), as Keras computes it.
//!
//! ```text
//! m += (1 - beta_1) * (g - m)
//! v += (1 - beta_2) * (g^2 - v)
//! w -= learning_rate * sqrt(1 - beta_2^t) / (1 - beta_1^t) * m / (sqrt(v) + epsilon)
//! ```
//! Here epsilon is added to the uncorrected root (the paper's "epsilon hat"); PyTorch adds it to the corrected one.

use super::OptimizerSettings;
use crate::{
    setting_def::{Scale, SettingDef, UNITLESS, Value},
    text::say,
};

/// The numbers of one update.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Adam {
    /// The rate with both bias corrections.
    pub alpha: f32,
    /// 1 - beta_1.
    pub new_1: f32,
    /// 1 - beta_2.
    pub new_2: f32,
    pub epsilon: f32,
}

impl Adam {
    /// What is kept of each weight.
    pub const SLOTS: [&'static str; 2] = ["m", "v"];

    /// The update number `t`, counted from 1.
    pub fn new(settings: &OptimizerSettings, t: u64, learning_rate: f64) -> Self {
        let (b1, b2) = (settings.beta_1, settings.beta_2);
        let alpha = learning_rate * (1.0 - b2.powf(t as f64)).sqrt() / (1.0 - b1.powf(t as f64));
        Self { alpha: alpha as f32, new_1: (1.0 - b1) as f32, new_2: (1.0 - b2) as f32, epsilon: settings.epsilon as f32 }
    }

    /// Updates `weights`, `m` and `v` in place; all slices are equally long.
    pub fn update(&self, weights: &mut [f32], gradients: &[f32], m: &mut [f32], v: &mut [f32]) {
        for (((w, &g), m), v) in weights.iter_mut().zip(gradients).zip(m).zip(v) {
            *m += self.new_1 * (g - *m);
            *v += self.new_2 * (g * g - *v);
            *w -= self.alpha * *m / (v.sqrt() + self.epsilon);
        }
    }
}

pub(super) fn setting_defs<'a>(beta_1: &'a mut f64, beta_2: &'a mut f64) -> [SettingDef<'a>; 2] {
    [
        SettingDef::new(
            "beta_1",
            say("Memory of the direction (beta 1)", "Mémoire de la direction (bêta 1)"),
            say(
                "How much of the past direction each step keeps. Keep 0.9",
                "Quelle part de la direction passée chaque pas garde. Gardez 0,9",
            ),
            Value::Number { value: beta_1, range: 0.0..=0.999, scale: Scale::Linear, unit: UNITLESS },
        )
        .more(),
        SettingDef::new(
            "beta_2",
            say("Memory of the size (beta 2)", "Mémoire de la taille (bêta 2)"),
            say(
                "How long each weight’s usual gradient is remembered, by which its steps are measured. Keep 0.999",
                "Combien de temps on retient le gradient habituel de chaque poids, auquel ses pas sont mesurés. Gardez 0,999",
            ),
            Value::Number { value: beta_2, range: 0.5..=0.99999, scale: Scale::Linear, unit: UNITLESS },
        )
        .more(),
    ]
}
