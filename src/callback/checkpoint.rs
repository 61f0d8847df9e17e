//! Which epochs' weights are kept (Keras's `ModelCheckpoint`): the best, the last, and every n-th.

use serde::{Deserialize, Serialize};

use super::CallbackSettings;
use crate::{
    setting_def::{EPOCHS, SettingDef, Value},
    text::say,
};

/// What it remembers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ModelCheckpoint {
    pub best: Option<f64>,
    pub best_epoch: Option<u32>,
}

impl ModelCheckpoint {
    /// Takes the watched value of an epoch: whether it is the best so far (Keras's `save_best_only`, which knows no
    /// `min_delta`).
    pub fn epoch(&mut self, settings: &CallbackSettings, epoch: u32, value: f64) -> bool {
        let better = settings.monitor.improves(value, self.best, 0.0);
        if better {
            *self = Self { best: Some(value), best_epoch: Some(epoch) };
        }
        better
    }
}

/// Whether the weights of `epoch` are kept besides best and last.
pub fn keeps(settings: &CallbackSettings, epoch: u32) -> bool {
    settings.checkpoint_every > 0 && epoch.is_multiple_of(settings.checkpoint_every)
}

pub(super) fn setting_def(checkpoint_every: &mut u32) -> SettingDef<'_> {
    SettingDef::new(
        "checkpoint_every",
        say("Also keep every", "Garder aussi toutes les"),
        say(
            "The best and the last weights are always kept; this keeps those of every n-th epoch too. 0 keeps no others",
            "Les meilleurs et les derniers poids sont toujours gardés ; ceci garde aussi ceux de chaque n-ième époque. 0 n’en garde pas d’autres",
        ),
        Value::Whole { value: checkpoint_every, range: 0..=1000, unit: EPOCHS },
    )
    .more()
}
