//! Callbacks with Keras's semantics, one file each.

use serde::{Deserialize, Serialize};

use crate::knob::{Knob, Knobs};

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
    /// Besides best and last, keep the weights of every n-th epoch; 0 is off.
    pub checkpoint_every: u32,
    pub tensorboard: bool,
    pub csv_log: bool,
    /// Minutes after which training finishes as by "Finish now"; 0 is off.
    pub time_limit: u32,
}

/// What to watch (Keras's `monitor`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Monitor {
    ValidationLoss,
    ValidationAccuracy,
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
            checkpoint_every: 0,
            tensorboard: false,
            csv_log: false,
            time_limit: 0,
        }
    }
}

impl Knobs for CallbackSettings {
    fn knobs(&mut self) -> Vec<Knob<'_>> {
        Vec::new()
    }
}
