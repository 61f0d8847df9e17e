//! Logs that other programs read, beside the run's own history.

use std::path::PathBuf;

use super::event::EpochRecord;
use crate::{
    plan::Plan,
    problem::Problem,
    run::{Run, atomic},
};

/// The logs that are switched on.
#[derive(Debug)]
pub struct Logs {
    csv: Option<PathBuf>,
}

impl Logs {
    /// Opens the logs of `run`.
    pub fn open(plan: &Plan, run: &Run) -> Self {
        Self { csv: plan.settings.train.callbacks.csv_log.then(|| run.folder.join("log.csv")) }
    }

    /// Writes what the epoch that ended `history` adds.
    ///
    /// # Errors
    /// A full disk, no permission.
    pub fn epoch(&mut self, history: &[EpochRecord]) -> Result<(), Problem> {
        match &self.csv {
            Some(path) => atomic::write(path, csv(history).as_bytes()),
            None => Ok(()),
        }
    }
}

/// The columns of Keras's `CSVLogger`; its epochs count from 0.
fn csv(history: &[EpochRecord]) -> String {
    let mut text = String::from("epoch,accuracy,learning_rate,loss,val_accuracy,val_loss\n");
    for record in history {
        let EpochRecord { train_accuracy, learning_rate, train_loss, validation_accuracy, validation_loss, .. } = record;
        let epoch = record.epoch - 1;
        text += &format!("{epoch},{train_accuracy},{learning_rate},{train_loss},{validation_accuracy},{validation_loss}\n");
    }
    text
}
