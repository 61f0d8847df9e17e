//! RMSprop (Hinton 2012), as Keras computes it.
//!
//! ```text
//! velocity = rho * velocity + (1 - rho) * g^2
//! average  = rho * average + (1 - rho) * g                  (centered)
//! step     = learning_rate * g / sqrt(velocity - average^2 + epsilon)
//! momentum = momentum_factor * momentum + step              (with momentum)
//! w       -= momentum, or step
//! ```
//! Epsilon stands under the root; PyTorch adds it to the root.

use super::OptimizerSettings;
use crate::{
    setting_def::{Scale, SettingDef, UNITLESS, Value},
    text::say,
};

/// The numbers of one update.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RmsProp {
    pub learning_rate: f32,
    pub rho: f32,
    /// 1 - rho.
    pub new: f32,
    pub epsilon: f32,
    /// 0 is without momentum.
    pub momentum: f32,
    pub centered: bool,
}

impl RmsProp {
    /// What is kept of each weight: the momentum only if there is one, the average gradient only if centered.
    pub fn slots(settings: &OptimizerSettings) -> Vec<&'static str> {
        let mut slots = vec!["velocity"];
        if settings.momentum > 0.0 {
            slots.push("momentum");
        }
        if settings.centered {
            slots.push("average_gradient");
        }
        slots
    }

    /// An update at `learning_rate`.
    pub fn new(settings: &OptimizerSettings, learning_rate: f64) -> Self {
        Self {
            learning_rate: learning_rate as f32,
            rho: settings.rho as f32,
            new: (1.0 - settings.rho) as f32,
            epsilon: settings.epsilon as f32,
            momentum: settings.momentum as f32,
            centered: settings.centered,
        }
    }

    /// Updates in place; `momentum` and `average` are empty where they are not kept.
    pub fn update(
        &self,
        weights: &mut [f32],
        gradients: &[f32],
        velocity: &mut [f32],
        momentum: &mut [f32],
        average: &mut [f32],
    ) {
        for (i, (w, &g)) in weights.iter_mut().zip(gradients).enumerate() {
            velocity[i] = self.rho * velocity[i] + self.new * g * g;
            let mut denominator = velocity[i] + self.epsilon;
            if self.centered {
                average[i] = self.rho * average[i] + self.new * g;
                denominator = velocity[i] - average[i] * average[i] + self.epsilon;
            }
            let mut step = self.learning_rate * g / denominator.sqrt();
            if self.momentum > 0.0 {
                momentum[i] = self.momentum * momentum[i] + step;
                step = momentum[i];
            }
            *w -= step;
        }
    }
}

pub(super) fn setting_defs<'a>(rho: &'a mut f64, centered: &'a mut bool) -> [SettingDef<'a>; 2] {
    [
        SettingDef::new(
            "rho",
            say("Memory of the size (rho)", "Mémoire de la taille (rho)"),
            say(
                "How long each weight’s usual gradient is remembered, by which its steps are measured. 0.9 to 0.99",
                "Combien de temps on retient le gradient habituel de chaque poids, auquel ses pas sont mesurés. De 0,9 à 0,99",
            ),
            Value::Number { value: rho, range: 0.5..=0.9999, scale: Scale::Linear, unit: UNITLESS },
        )
        .more(),
        SettingDef::new(
            "centered",
            say("Centered", "Centré"),
            say(
                "Measures steps by how much gradients vary rather than by their size. Sometimes steadier, a little slower",
                "Mesure les pas à la variation des gradients plutôt qu’à leur taille. Parfois plus stable, un peu plus lent",
            ),
            Value::Switch(centered),
        )
        .more(),
    ]
}
