//! What a training leaves behind: one record for each epoch, what happened meanwhile, and why it ended.

mod event_log;

use serde::{Deserialize, Serialize};

pub use event_log::EventLog;

use crate::text::LocalizedText;

/// The state within an epoch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct BatchRecord {
    /// From 1.
    pub epoch: u32,
    /// From 1.
    pub step: u32,
    pub steps_per_epoch: u32,
    /// Whether this is the validation pass that ends the epoch; then `step` counts its batches.
    pub validating: bool,
    /// Mean loss of the epoch so far, with the L2 penalty, as Keras shows it.
    pub loss: f64,
    pub accuracy: f64,
    /// Of years: the mean absolute error so far.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mae: Option<f64>,
    pub pictures_per_second: f64,
    /// Seconds of training so far, without pauses.
    pub elapsed: f64,
    /// Seconds to the last epoch, from the measured speed.
    pub remaining: f64,
    pub learning_rate: f64,
}

/// One epoch of the history.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct EpochRecord {
    /// From 1.
    pub epoch: u32,
    /// Means over the epoch's batches, L2 penalty included, as Keras reports `loss`.
    pub train_loss: f64,
    pub train_accuracy: f64,
    /// L2 penalty included, as Keras reports `val_loss`.
    pub validation_loss: f64,
    pub validation_accuracy: f64,
    /// Of many classes: how often the label is among the three likeliest (Keras's `val_top_k_categorical_accuracy`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub validation_top_3: Option<f64>,
    /// Of years, whose accuracies mean nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mae: Option<Mae>,
    /// The rate of the epoch's last step.
    pub learning_rate: f64,
    /// Seconds that the epoch took, validation included.
    pub seconds: f64,
    pub pictures_per_second: f64,
}

/// Mean absolute errors of an epoch, in years (Keras's `mae` and `val_mae`).
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Mae {
    pub train: f64,
    pub validation: f64,
}

/// What a callback did, or what a training began with.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Note {
    pub epoch: u32,
    pub kind: NoteKind,
    pub text: LocalizedText,
}

/// For the note's icon.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NoteKind {
    /// What was taken over from another run.
    Start,
    /// A new best.
    Best,
    /// An epoch without improvement.
    Waiting,
    /// The learning rate changed.
    Rate,
    Saved,
    Stopping,
    Warning,
}

/// Why training ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "reason", rename_all = "snake_case")]
pub enum StopReason {
    AllEpochs,
    EarlyStopping {
        patience: u32,
    },
    TimeLimit,
    /// The loss is not a number any more.
    Diverged,
    ByUser,
}
