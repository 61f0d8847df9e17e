//! Callbacks with Keras's semantics, one file each: small state machines that are fed with each epoch's record.
//!
//! [`Callbacks`] is all of them together, as a run holds and saves it.

mod callbacks;
pub mod checkpoint;
pub mod csv_log;
pub mod early_stopping;
pub mod plateau;
pub mod tensorboard;
pub mod terminate_on_nan;
pub mod time_limit;

use serde::{Deserialize, Serialize};

pub use callbacks::{Callbacks, EpochOutcome};

use crate::{
    history::{EpochRecord, StopReason},
    setting_def::{SettingDef, SettingDefs, Value, choice},
    text::{Lang, Phrase, decimal, say},
};

/// The callbacks as the user sets them. The default is the notebook's.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct CallbackSettings {
    /// What early stopping, the checkpoint and the plateau watch.
    pub monitor: Monitor,
    pub early_stopping: bool,
    pub patience: u32,
    pub min_delta: f64,
    pub restore_best_weights: bool,
    pub reduce_lr_on_plateau: bool,
    pub plateau_patience: u32,
    pub plateau_factor: f64,
    pub plateau_cooldown: u32,
    pub plateau_min_lr: f64,
    /// Keras's `min_delta` of the plateau, which is not early stopping's.
    pub plateau_min_delta: f64,
    /// Besides best and last, keep the weights of every n-th epoch; 0 is off.
    pub checkpoint_every: u32,
    pub tensorboard: bool,
    pub csv_log: bool,
    /// Minutes after which training finishes as by "Finish now"; 0 is off.
    pub time_limit: u32,
}

impl CallbackSettings {
    /// Whether a training that ends for `reason` has the weights of its best epoch as its result, not those of its last: where
    /// it was cut short, always, since a rate that is still high leaves the last ones behind.
    pub const fn keeps_best(&self, reason: StopReason) -> bool {
        self.restore_best_weights || !matches!(reason, StopReason::AllEpochs | StopReason::EarlyStopping { .. })
    }
}

/// What to watch (Keras's `monitor`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Monitor {
    // As the option and Keras say it; runs of before say it in words.
    #[serde(rename = "val_loss", alias = "validation_loss")]
    ValidationLoss,
    #[serde(rename = "val_accuracy", alias = "validation_accuracy")]
    ValidationAccuracy,
    /// Of years: the mean absolute error.
    #[serde(rename = "val_mae")]
    ValidationMae,
}

impl Default for CallbackSettings {
    fn default() -> Self {
        Self {
            monitor: Monitor::ValidationLoss,
            early_stopping: true,
            patience: 5,
            min_delta: 0.0,
            restore_best_weights: true,
            reduce_lr_on_plateau: false,
            plateau_patience: 3,
            plateau_factor: 0.5,
            plateau_cooldown: 0,
            plateau_min_lr: 1e-6,
            plateau_min_delta: 1e-4,
            checkpoint_every: 0,
            tensorboard: false,
            csv_log: false,
            time_limit: 0,
        }
    }
}

choice!(Monitor {
    ValidationLoss = "val_loss", say("Validation loss", "Perte de validation"),
        say("The notebook’s; it rises before the accuracy falls", "Celle du notebook\u{a0}; elle monte avant que l’exactitude ne baisse");
    ValidationAccuracy = "val_accuracy", say("Validation accuracy", "Exactitude de validation"),
        say("What counts in the end, but in coarse steps", "Ce qui compte à la fin, mais par pas grossiers");
    ValidationMae = "val_mae", say("Validation error in years", "Erreur de validation en années"),
        say("Of ages, by how many years it is wrong on average", "Pour les âges, de combien d’années il se trompe en moyenne");
}
    // What belongs to another question is hidden.
    fn offers(self, other: Self) -> bool {
        self == other || self == Self::ValidationLoss || other == Self::ValidationLoss
    }
);

impl Monitor {
    /// The watched value of an epoch.
    pub fn of(self, record: &EpochRecord) -> f64 {
        match self {
            Self::ValidationLoss => record.validation_loss,
            Self::ValidationAccuracy => record.validation_accuracy,
            Self::ValidationMae => record.mae.map_or(record.validation_loss, |mae| mae.validation),
        }
    }

    /// The same of values in years, where it is one of classes alone.
    #[must_use]
    pub const fn of_values(self) -> Self {
        if matches!(self, Self::ValidationAccuracy) { Self::ValidationMae } else { self }
    }

    /// The same of classes, where it is one of values alone.
    #[must_use]
    pub const fn of_classes(self) -> Self {
        if matches!(self, Self::ValidationMae) { Self::ValidationAccuracy } else { self }
    }

    /// Whether less is better.
    pub const fn falls(self) -> bool {
        !matches!(self, Self::ValidationAccuracy)
    }

    /// Whether `value` beats `best` by more than `min_delta`; anything beats nothing.
    pub fn improves(self, value: f64, best: Option<f64>, min_delta: f64) -> bool {
        best.is_none_or(|best| if self.falls() { value + min_delta < best } else { value - min_delta > best })
    }

    /// The value that the next best must beat.
    fn beyond(self, best: f64, min_delta: f64) -> f64 {
        if self.falls() { best - min_delta } else { best + min_delta }
    }

    /// The name within a sentence.
    const fn noun(self) -> Phrase {
        match self {
            Self::ValidationLoss => say("validation loss", "perte de validation"),
            Self::ValidationAccuracy => say("validation accuracy", "exactitude de validation"),
            Self::ValidationMae => say("validation error", "erreur de validation"),
        }
    }

    /// The same with its article, in French alone: `la perte de validation`.
    const fn noun_with_article(self) -> Phrase {
        match self {
            Self::ValidationLoss => say("validation loss", "la perte de validation"),
            Self::ValidationAccuracy => say("validation accuracy", "l’exactitude de validation"),
            Self::ValidationMae => say("validation error", "l’erreur de validation"),
        }
    }

    /// A value of it as one reads it: `0.298`, `93.1%`, `5.2 years`.
    pub fn value_text(self, lang: Lang, value: f64) -> String {
        match self {
            Self::ValidationLoss => decimal(lang, value, 3),
            Self::ValidationAccuracy => crate::text::percent(lang, value, 1),
            Self::ValidationMae => crate::text::years(lang, value, 2),
        }
    }
}

impl SettingDefs for CallbackSettings {
    fn setting_defs(&mut self) -> Vec<SettingDef<'_>> {
        let Self {
            monitor,
            early_stopping,
            patience,
            min_delta,
            restore_best_weights,
            reduce_lr_on_plateau,
            plateau_patience,
            plateau_factor,
            plateau_cooldown,
            plateau_min_lr,
            plateau_min_delta,
            checkpoint_every,
            tensorboard,
            csv_log,
            time_limit,
        } = self;
        let mut defs = Vec::from(early_stopping::setting_defs(early_stopping, patience, min_delta, restore_best_weights));
        defs.extend(plateau::setting_defs(plateau::Places {
            on: reduce_lr_on_plateau,
            patience: plateau_patience,
            factor: plateau_factor,
            cooldown: plateau_cooldown,
            min_lr: plateau_min_lr,
            min_delta: plateau_min_delta,
        }));
        defs.push(
            SettingDef::new(
                "monitor",
                say("Monitored metric", "Mesure surveillée"),
                say(
                    "The number that decides which epoch is best, when to stop early and when to lower the rate",
                    "Le nombre qui décide de la meilleure époque, de l’arrêt anticipé et de la baisse du taux",
                ),
                Value::Choice(monitor),
            )
            .more(),
        );
        defs.push(checkpoint::setting_def(checkpoint_every));
        defs.push(time_limit::setting_def(time_limit));
        defs.push(csv_log::setting_def(csv_log));
        defs.push(tensorboard::setting_def(tensorboard));
        defs
    }
}
