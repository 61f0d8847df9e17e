//! All callbacks of a run together.

use serde::{Deserialize, Serialize};

use super::{
    CallbackSettings,
    checkpoint::{self, ModelCheckpoint},
    early_stopping::{EarlyStopping, EpochVerdict},
    plateau::Plateau,
    time_limit,
};
use crate::{
    history::{EpochRecord, Note, NoteKind, StopReason},
    text::{Lang, LocalizedText},
};

/// What the callbacks remember: saved with each checkpoint, so that a resumed run decides the same.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Callbacks {
    pub early_stopping: EarlyStopping,
    pub checkpoint: ModelCheckpoint,
    pub plateau: Plateau,
}

/// What follows from an epoch.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct EpochOutcome {
    /// These are the best weights so far: those that are restored at the end.
    pub best: bool,
    /// Keep these weights in a file of their own, besides best and last.
    pub keep: bool,
    pub stop: Option<StopReason>,
    pub notes: Vec<Note>,
}

impl Callbacks {
    /// Takes an epoch's record; `seconds` is the time of training without pauses, since it began or was extended.
    ///
    /// A loss that is not a number ends training ([`StopReason::Diverged`]) before any callback sees it.
    pub fn epoch(&mut self, settings: &CallbackSettings, record: &EpochRecord, seconds: f64) -> EpochOutcome {
        if !record.train_loss.is_finite() || !record.validation_loss.is_finite() {
            return EpochOutcome { stop: Some(StopReason::Diverged), ..Default::default() };
        }
        let epoch = record.epoch;
        let value = settings.monitor.of(record);
        let mut outcome = EpochOutcome { keep: checkpoint::keeps(settings, epoch), ..Default::default() };
        let note = |kind, text| Note { epoch, kind, text };
        outcome.best = self.checkpoint.epoch(settings, epoch, value);
        if settings.early_stopping {
            let verdict = self.early_stopping.epoch(settings, epoch, value);
            if settings.restore_best_weights {
                // Keras restores early stopping's best, which has to be better by min_delta.
                outcome.best = verdict == EpochVerdict::Best;
            }
            match verdict {
                EpochVerdict::Best => {}
                EpochVerdict::Waiting => outcome.notes.push(note(NoteKind::Waiting, self.early_stopping.waited(settings))),
                EpochVerdict::Stop => {
                    outcome.stop = Some(StopReason::EarlyStopping { patience: settings.patience });
                    outcome.notes.push(note(NoteKind::Stopping, self.early_stopping.reason(settings)));
                }
            }
        }
        if outcome.best {
            outcome.notes.insert(0, note(NoteKind::Best, best(settings, value)));
        }
        if settings.reduce_lr_on_plateau
            && let Some(reduced) = self.plateau.epoch(settings, value, record.learning_rate)
        {
            outcome.notes.push(note(NoteKind::Rate, reduced.sentence(epoch)));
        }
        if outcome.stop.is_none() && time_limit::reached(settings, seconds) {
            outcome.stop = Some(StopReason::TimeLimit);
            outcome.notes.push(note(NoteKind::Stopping, time_limit::reason(settings)));
        }
        outcome
    }

    /// What the callbacks will do after the epoch that runs, one of `epochs`, unless it gets better, given the `rate` it
    /// trains at.
    pub fn coming(&self, settings: &CallbackSettings, epoch: u32, epochs: u32, rate: f64) -> Vec<Note> {
        let mut coming = Vec::new();
        if settings.reduce_lr_on_plateau && self.plateau.is_about_to(settings, rate) {
            coming.push(Note { epoch, kind: NoteKind::Rate, text: self.plateau.condition(settings, epoch) });
        }
        let stops = self.early_stopping.stops_in(settings, epoch, epochs).filter(|_| self.early_stopping.wait > 0);
        if let Some(left) = stops {
            coming.push(Note { epoch, kind: NoteKind::Stopping, text: self.early_stopping.condition(settings, left) });
        }
        coming
    }

    /// The learning rate, given what the schedule says. What was lowered stays at or above the lowest rate, unless the schedule
    /// itself is below it.
    pub fn rate(&self, settings: &CallbackSettings, scheduled: f64) -> f64 {
        (scheduled * self.plateau.scale).max(settings.plateau_min_lr.min(scheduled))
    }

    /// The epoch whose weights are the best so far.
    pub fn best_epoch(&self, settings: &CallbackSettings) -> Option<u32> {
        let stopping = settings.early_stopping && settings.restore_best_weights;
        if stopping { self.early_stopping.best_epoch } else { self.checkpoint.best_epoch }
    }

    /// Before a finished run is trained for more epochs: patience starts anew, the best stays.
    pub fn train_more(&mut self) {
        self.early_stopping.wait = 0;
        self.plateau.wait = 0;
    }

    /// Before a training goes on at a rate that the user gives: it is that one, whatever it was lowered by before.
    pub fn take_rate(&mut self) {
        (self.plateau.scale, self.plateau.cooldown) = (1.0, 0);
    }
}

fn best(settings: &CallbackSettings, value: f64) -> LocalizedText {
    LocalizedText::by(|lang| {
        let (what, value) = (settings.monitor.noun().get(lang), settings.monitor.value_text(lang, value));
        match lang {
            Lang::En => format!("Best so far: {what} {value}"),
            Lang::Fr => format!("Meilleure jusqu’ici : {what} {value}"),
        }
    })
}
