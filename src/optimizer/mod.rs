//! Optimizers: their settings and reference arithmetic. Keras's names, defaults and formulas.
//!
//! Each file documents one update and does it over slices; [`UpdateStep`] is the update of one step, whichever it is, and
//! [`Optimizer`] applies it to a whole network. Single numbers are computed in f64 once a step, arrays stay f32.
//! Engines may use the slices' functions or the public numbers of a [`UpdateStep`] in kernels of their own.

pub mod adam;
pub mod adamw;
pub mod average;
pub mod nadam;
mod reference;
pub mod rmsprop;
pub mod sgd;
mod state;

use serde::{Deserialize, Serialize};

pub use average::averaged;
pub use reference::{Optimizer, clip_scale};
pub use state::OptimizerState;

use crate::{
    model::layers::Role,
    setting_def::{Scale, SettingDef, SettingDefs, UNITLESS, Value, choice},
    text::say,
};

/// The optimizer as the user sets it; the parameters of the others are kept while another is chosen.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct OptimizerSettings {
    pub kind: OptimizerKind,
    pub learning_rate: f64,
    /// Adam, AdamW and Nadam: decay of the mean gradient.
    pub beta_1: f64,
    /// Adam, AdamW and Nadam: decay of the mean squared gradient.
    pub beta_2: f64,
    /// Added to the root; 1e-7 as in Keras (PyTorch: 1e-8).
    pub epsilon: f64,
    /// AdamW: decoupled decay of kernels, as a factor of the learning rate (Loshchilov and Hutter 2019).
    pub weight_decay: f64,
    /// SGD and RMSprop.
    pub momentum: f64,
    /// SGD.
    pub nesterov: bool,
    /// RMSprop: decay of the mean squared gradient (PyTorch's alpha).
    pub rho: f64,
    /// RMSprop: subtract the mean gradient (PyTorch's and Keras's `centered`).
    pub centered: bool,
    /// Gradients are scaled down so that their norm over all weights is at most this (Keras's `global_clipnorm`); 0 is off.
    pub global_clipnorm: f64,
    /// Evaluate and keep the moving average of the weights (Keras's `use_ema`).
    pub use_ema: bool,
    /// Keras's `ema_momentum`, for each step.
    pub ema_momentum: f64,
    /// Lower momentum at first; see [`average::momentum`].
    pub ema_warmup: bool,
    /// The factor on the rate of layers that were taken from another run.
    pub old_layers_rate: f64,
}

/// The key of [`OptimizerSettings::old_layers_rate`] among these.
pub const OLD_LAYERS_RATE: &str = "old_layers_rate";

/// Which optimizer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OptimizerKind {
    Adam,
    AdamW,
    RmsProp,
    Sgd,
    Nadam,
}

impl Default for OptimizerSettings {
    fn default() -> Self {
        Self {
            kind: OptimizerKind::Adam,
            learning_rate: 1e-4,
            beta_1: 0.9,
            beta_2: 0.999,
            epsilon: 1e-7,
            weight_decay: 0.004,
            momentum: 0.9,
            nesterov: false,
            rho: 0.9,
            centered: false,
            global_clipnorm: 0.0,
            use_ema: false,
            ema_momentum: 0.999,
            ema_warmup: true,
            old_layers_rate: 1.0,
        }
    }
}

choice!(OptimizerKind {
    Adam = "adam", say("Adam", "Adam"), say("The notebook’s; good without tuning", "Celui du notebook ; bon sans réglage");
    AdamW = "adamw", say("AdamW", "AdamW"), say("Adam with weight decay; best with a schedule", "Adam avec décroissance des poids ; meilleur avec un calendrier");
    RmsProp = "rmsprop", say("RMSprop", "RMSprop"), say("Adam’s forerunner", "Le précurseur d’Adam");
    Sgd = "sgd", say("SGD", "SGD"), say("Plain steps with momentum; needs a rate about 100 times higher", "Pas simples avec inertie ; demande un taux environ 100 fois plus élevé");
    Nadam = "nadam", say("Nadam", "Nadam"), say("Adam that looks ahead", "Adam qui regarde en avant");
});

/// One update, whichever optimizer makes it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct UpdateStep {
    pub formula: Formula,
    /// The share by which kernels shrink first (AdamW); 0 for all others.
    pub decay: f32,
    /// The average's momentum, if one is kept.
    pub average: Option<f32>,
    /// The update's number, counted from 1.
    pub step: u64,
}

/// The formula of an update with its numbers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Formula {
    /// Adam and AdamW.
    Adam(adam::Adam),
    RmsProp(rmsprop::RmsProp),
    Sgd(sgd::Sgd),
    Nadam(nadam::Nadam),
}

impl OptimizerSettings {
    /// The names of what is kept of each trained array, in the order in which [`UpdateStep::update`] takes them.
    pub fn slots(&self) -> Vec<&'static str> {
        let mut slots = match self.kind {
            OptimizerKind::Adam | OptimizerKind::AdamW => adam::Adam::SLOTS.to_vec(),
            OptimizerKind::RmsProp => rmsprop::RmsProp::slots(self),
            OptimizerKind::Sgd => sgd::Sgd::slots(self),
            OptimizerKind::Nadam => nadam::Nadam::SLOTS.to_vec(),
        };
        if self.use_ema {
            slots.push(average::SLOT);
        }
        slots
    }

    /// The momentum of the weights' average in update `t`, counted from 1.
    pub fn average_momentum(&self, t: u64) -> f64 {
        average::momentum(self.ema_momentum, self.ema_warmup, t)
    }

    /// The next update; `state`'s step and scalars move on to it, its slots are left alone.
    pub fn next(&self, state: &mut OptimizerState, learning_rate: f64) -> UpdateStep {
        state.step += 1;
        let t = state.step;
        let formula = match self.kind {
            OptimizerKind::Adam | OptimizerKind::AdamW => Formula::Adam(adam::Adam::new(self, t, learning_rate)),
            OptimizerKind::RmsProp => Formula::RmsProp(rmsprop::RmsProp::new(self, learning_rate)),
            OptimizerKind::Sgd => Formula::Sgd(sgd::Sgd::new(self, learning_rate)),
            OptimizerKind::Nadam => {
                let product = state.scalars.entry(nadam::Nadam::PRODUCT.to_owned()).or_insert(1.0);
                Formula::Nadam(nadam::Nadam::new(self, t, learning_rate, product))
            }
        };
        let decay = if self.kind == OptimizerKind::AdamW { adamw::decay(self, learning_rate) } else { 0.0 };
        UpdateStep { formula, decay, average: self.use_ema.then(|| self.average_momentum(t) as f32), step: t }
    }
}

impl UpdateStep {
    /// The same update at `rate` times the learning rate, AdamW's decay included, for arrays that learn slower.
    #[must_use]
    pub fn at_rate(self, rate: f64) -> Self {
        let rate = rate as f32;
        let formula = match self.formula {
            Formula::Adam(adam) => Formula::Adam(adam::Adam { alpha: adam.alpha * rate, ..adam }),
            Formula::Nadam(nadam) => Formula::Nadam(nadam::Nadam { of_m: nadam.of_m * rate, of_g: nadam.of_g * rate, ..nadam }),
            Formula::RmsProp(rms) => Formula::RmsProp(rmsprop::RmsProp { learning_rate: rms.learning_rate * rate, ..rms }),
            Formula::Sgd(sgd) => Formula::Sgd(sgd::Sgd { learning_rate: sgd.learning_rate * rate, ..sgd }),
        };
        Self { formula, decay: self.decay * rate, ..self }
    }

    /// Updates one array and its slots, which come in the order of [`OptimizerSettings::slots`] and are as long as it.
    /// `false` if a slot is missing, which is a fault of the engine; nothing is then updated.
    #[must_use]
    pub fn update(&self, role: Role, weights: &mut [f32], gradients: &[f32], slots: &mut [&mut [f32]]) -> bool {
        let (slots, average) = match self.average {
            Some(momentum) => match slots.split_last_mut() {
                Some((average, slots)) => (slots, Some((momentum, average))),
                None => return false,
            },
            None => (slots, None),
        };
        if slots.len() != self.formula.slots() {
            return false;
        }
        if self.decay > 0.0 && role == Role::Kernel {
            for w in &mut *weights {
                *w -= self.decay * *w;
            }
        }
        match (&self.formula, slots) {
            (Formula::Adam(adam), [m, v]) => adam.update(weights, gradients, m, v),
            (Formula::Nadam(nadam), [m, v]) => nadam.update(weights, gradients, m, v),
            (Formula::Sgd(sgd), slots) => {
                let momentum: &mut [f32] = slots.first_mut().map_or(&mut [], |slot| &mut **slot);
                sgd.update(weights, gradients, momentum);
            }
            (Formula::RmsProp(rmsprop), [velocity, others @ ..]) => {
                let (momentum, average): (&mut [f32], &mut [f32]) = match others {
                    [momentum, average] => (&mut **momentum, &mut **average),
                    [momentum] if rmsprop.momentum > 0.0 => (&mut **momentum, &mut []),
                    [average] => (&mut [], &mut **average),
                    _ => (&mut [], &mut []),
                };
                rmsprop.update(weights, gradients, velocity, momentum, average);
            }
            _ => return false,
        }
        if let Some((momentum, slot)) = average {
            average::update(momentum, self.step, weights, slot);
        }
        true
    }
}

impl Formula {
    /// How many arrays it keeps of each trained array, the moving average not counted.
    const fn slots(&self) -> usize {
        match self {
            Self::Adam(_) | Self::Nadam(_) => 2,
            Self::Sgd(sgd) => (sgd.momentum > 0.0) as usize,
            Self::RmsProp(rmsprop) => 1 + (rmsprop.momentum > 0.0) as usize + rmsprop.centered as usize,
        }
    }
}

impl SettingDefs for OptimizerSettings {
    fn setting_defs(&mut self) -> Vec<SettingDef<'_>> {
        use OptimizerKind::{Adam, AdamW, Nadam, RmsProp, Sgd};
        let Self {
            kind,
            learning_rate,
            beta_1,
            beta_2,
            epsilon,
            weight_decay,
            momentum,
            nesterov,
            rho,
            centered,
            global_clipnorm,
            use_ema,
            ema_momentum,
            ema_warmup,
            old_layers_rate,
        } = self;
        let chosen = *kind;
        let is = |kinds: &[OptimizerKind]| kinds.contains(&chosen);
        let with_momentum = *momentum > 0.0;
        let mut defs = vec![
            SettingDef::new(
                "kind",
                say("Optimizer", "Optimiseur"),
                say(
                    "How each small correction is made from the errors seen. Keep Adam unless you compare",
                    "Comment chaque petite correction est tirée des erreurs vues. Gardez Adam sauf pour comparer",
                ),
                Value::Choice(kind),
            ),
            SettingDef::new(
                "learning_rate",
                say("Learning rate", "Taux d’apprentissage"),
                say(
                    "How large each correction is. If the loss jumps or shows NaN, lower it; if it falls slowly, raise it. 0.0001 to 0.003 with Adam, 0.01 to 0.1 with SGD",
                    "La taille de chaque correction. Si la perte saute ou affiche NaN, baissez-le ; si elle descend lentement, montez-le. De 0,0001 à 0,003 avec Adam, de 0,01 à 0,1 avec SGD",
                ),
                Value::Number { value: learning_rate, range: 1e-7..=1.0, scale: Scale::Log, unit: UNITLESS },
            ),
        ];
        defs.push(adamw::setting_def(weight_decay).when(is(&[AdamW])));
        defs.push(sgd::momentum(momentum).when(is(&[Sgd, RmsProp])));
        defs.push(sgd::nesterov(nesterov).under("momentum", is(&[Sgd]) && with_momentum));
        defs.extend(adam::setting_defs(beta_1, beta_2).map(|def| def.when(is(&[Adam, AdamW, Nadam]))));
        defs.extend(rmsprop::setting_defs(rho, centered).map(|def| def.when(is(&[RmsProp]))));
        defs.push(
            SettingDef::new(
                "epsilon",
                say("Epsilon", "Epsilon"),
                say(
                    "Keeps steps finite where gradients vanish. Keep 1e-7, Keras’s value",
                    "Garde les pas finis là où les gradients s’annulent. Gardez 1e-7, la valeur de Keras",
                ),
                Value::Number { value: epsilon, range: 1e-10..=0.1, scale: Scale::Log, unit: UNITLESS },
            )
            .more()
            .when(!is(&[Sgd])),
        );
        defs.push(
            SettingDef::new(
                "global_clipnorm",
                say("Largest gradient", "Plus grand gradient"),
                say(
                    "Shrinks the gradient of all weights together to this length when it is longer, against sudden jumps. 0 is off; 1 to 5",
                    "Ramène le gradient de tous les poids ensemble à cette longueur quand il la dépasse, contre les sauts. 0 désactive ; de 1 à 5",
                ),
                Value::Number { value: global_clipnorm, range: 0.0..=100.0, scale: Scale::Log, unit: UNITLESS },
            )
            .more(),
        );
        defs.extend(average::setting_defs(use_ema, ema_momentum, ema_warmup));
        defs.push(
            SettingDef::new(
                OLD_LAYERS_RATE,
                say("Rate of taken layers", "Taux des couches reprises"),
                say(
                    "The learning rate of the layers taken from another run, as a factor: below 1 they change less than new ones. 0.1 is usual, 0.02 where that run learned the same question; 1 treats all alike",
                    "Le taux d’apprentissage des couches reprises d’un autre essai, en facteur : sous 1, elles changent moins que les nouvelles. 0,1 d’ordinaire, 0,02 si cet essai a appris la même question ; 1 les traite toutes de la même façon",
                ),
                Value::Number { value: old_layers_rate, range: 0.001..=1.0, scale: Scale::Log, unit: UNITLESS },
            )
            .more(),
        );
        defs
    }
}
