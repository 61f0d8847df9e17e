//! Callbacks until `callback` has them.
use serde::{Deserialize, Serialize};

use super::{
    callback::{CallbackSettings, Monitor},
    event::{EpochRecord, Note, StopReason},
};

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Callbacks {
    best: Option<f64>,
    wait: u32,
}
pub struct Verdict {
    pub best: bool,
    pub stop: Option<StopReason>,
    pub notes: Vec<Note>,
}
impl Callbacks {
    pub fn new(_: &CallbackSettings) -> Self {
        Self::default()
    }
    pub fn epoch_end(&mut self, settings: &CallbackSettings, record: &EpochRecord) -> Verdict {
        let value = match settings.monitor {
            Monitor::ValidationLoss => record.validation_loss,
            Monitor::ValidationAccuracy => -record.validation_accuracy,
        };
        let best = self.best.is_none_or(|best| value < best);
        if best {
            (self.best, self.wait) = (Some(value), 0);
        } else {
            self.wait += 1;
        }
        let stop = (settings.early_stopping && self.wait >= settings.patience)
            .then_some(StopReason::EarlyStopping { patience: settings.patience });
        Verdict { best, stop, notes: Vec::new() }
    }
    pub fn train_more(&mut self) {
        self.wait = 0;
    }
    pub fn rate(&self, _: &CallbackSettings, rate: f64) -> f64 {
        rate
    }
}
