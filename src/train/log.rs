//! Logs that other programs read, beside the run's own history.

use std::path::PathBuf;

use super::{callback::csv_log, event::EpochRecord};
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
            Some(path) => atomic::write(path, csv_log::text(history).as_bytes()),
            None => Ok(()),
        }
    }
}
