//! What training tells while it runs.

use serde::{Deserialize, Serialize};

use crate::{
    callback::Callbacks,
    engine::Device,
    history::{BatchRecord, EpochRecord, EventLog, Note, StopReason},
    settings::Settings,
};

/// What the model says of a picture that is followed through the training.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct FollowedFace {
    /// Index into the data set.
    pub sample: u32,
    /// The class that it is called.
    pub class: u8,
    /// How sure the model is of that.
    pub probability: f32,
    /// Of years: what it says, where `class` is the nearest year.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub estimate: Option<f32>,
}

/// One thing that training tells.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum TrainEvent {
    /// Weights are initialized (or restored) and the first batch is next.
    Started {
        run: String,
        device: Device,
        epochs: u32,
        steps_per_epoch: u32,
        train_pictures: u32,
        validation_pictures: u32,
        /// What the run is trained with, which need not be the draft of whoever watches.
        settings: Box<Settings>,
        /// What the callbacks remember of `history`.
        callbacks: Callbacks,
        history: Vec<EpochRecord>,
        /// What happened in those epochs.
        #[serde(default)]
        event_log: Box<EventLog>,
    },
    /// At most thirty times a second.
    Batch(BatchRecord),
    Epoch(EpochRecord),
    /// A callback did or counted something.
    Note(Note),
    Paused,
    Resumed,
    /// Everything up to this epoch is on disk.
    Saved {
        epoch: u32,
    },
    /// What the model now says of a few validation pictures.
    Faces {
        faces: Vec<FollowedFace>,
    },
    Stopped {
        reason: StopReason,
        /// The epoch with the best monitored metric.
        best_epoch: Option<u32>,
        /// The epoch whose weights are the result.
        kept_epoch: u32,
    },
}
