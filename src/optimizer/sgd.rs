//! Stochastic gradient descent with momentum (Polyak 1964) and Nesterov's variant, as Keras computes it.
//!
//! ```text
//! momentum = momentum_factor * momentum - learning_rate * g
//! w       += momentum, or with Nesterov: momentum_factor * momentum - learning_rate * g
//! ```
//! PyTorch multiplies by the rate after the sum, which is the same as long as the rate does not change.

use super::OptimizerSettings;
use crate::{
    setting_def::{Scale, SettingDef, UNITLESS, Value},
    text::say,
};

/// The numbers of one update.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sgd {
    pub learning_rate: f32,
    /// 0 is without momentum.
    pub momentum: f32,
    pub nesterov: bool,
}

impl Sgd {
    /// What is kept of each weight: the momentum, if there is one.
    pub fn slots(settings: &OptimizerSettings) -> Vec<&'static str> {
        if settings.momentum > 0.0 { vec!["momentum"] } else { Vec::new() }
    }

    /// An update at `learning_rate`.
    pub fn new(settings: &OptimizerSettings, learning_rate: f64) -> Self {
        Self { learning_rate: learning_rate as f32, momentum: settings.momentum as f32, nesterov: settings.nesterov }
    }

    /// Updates in place; `momentum` is empty where it is not kept.
    pub fn update(&self, weights: &mut [f32], gradients: &[f32], momentum: &mut [f32]) {
        if self.momentum == 0.0 {
            for (w, &g) in weights.iter_mut().zip(gradients) {
                *w -= self.learning_rate * g;
            }
            return;
        }
        for ((w, &g), v) in weights.iter_mut().zip(gradients).zip(momentum) {
            let step = self.learning_rate * g;
            *v = self.momentum * *v - step;
            *w += if self.nesterov { self.momentum * *v - step } else { *v };
        }
    }
}

pub(super) fn momentum(momentum: &mut f64) -> SettingDef<'_> {
    SettingDef::new(
        "momentum",
        say("Momentum", "Inertie"),
        say(
            "How much of the last step is repeated: speeds up and smooths training. 0.9 with SGD; 0 is off, as is usual with RMSprop",
            "Quelle part du dernier pas est répétée\u{a0}: accélère et lisse l’entraînement. 0,9 avec SGD ; 0 la coupe, comme d’ordinaire avec RMSprop",
        ),
        Value::Number { value: momentum, range: 0.0..=0.999, scale: Scale::Linear, unit: UNITLESS },
    )
}

pub(super) fn nesterov(nesterov: &mut bool) -> SettingDef<'_> {
    SettingDef::new(
        "nesterov",
        say("Nesterov", "Nesterov"),
        say(
            "Looks ahead along the momentum before correcting. Often a little faster",
            "Regarde en avant dans le sens de l’inertie avant de corriger. Souvent un peu plus rapide",
        ),
        Value::Switch(nesterov),
    )
    .more()
}
