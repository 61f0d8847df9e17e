//! What a training ends with, kept in memory until the disk has taken it.

use super::checkpoint::Checkpoint;
use crate::{
    history::{EpochRecord, StopReason},
    model::Weights,
    problem::Problem,
    run::{Run, RunStatus},
};

/// The end of a training.
#[derive(Clone, Debug, PartialEq)]
pub struct Ending {
    /// To train more from, until it is stored; none if the one on the disk is the last good one.
    pub checkpoint: Option<Checkpoint>,
    /// The run's result.
    pub weights: Weights,
    pub history: Vec<EpochRecord>,
    pub reason: StopReason,
    pub best_epoch: Option<u32>,
    /// Seconds of training, without pauses.
    pub seconds: f64,
    /// Whether the disk has all but the checkpoint.
    pub is_stored: bool,
}

impl Ending {
    /// Puts it on the disk, the word that the run is finished last: whatever fails before, nothing claims a result that
    /// is not there. To be called again if something fails.
    ///
    /// # Errors
    /// A full disk, no permission. What could be stored is, the result even where the larger checkpoint does not fit.
    pub fn store(&mut self, run: &mut Run) -> Result<(), Problem> {
        let result = self.store_result(run);
        if let Some(checkpoint) = &self.checkpoint {
            checkpoint.save(&run.checkpoint_path())?;
            self.checkpoint = None;
        }
        result
    }

    fn store_result(&mut self, run: &mut Run) -> Result<(), Problem> {
        if self.is_stored {
            return Ok(());
        }
        self.weights.save(&run.best_path())?;
        run.save_history(&self.history)?;
        let (reason, best_epoch, seconds) = (self.reason, self.best_epoch, self.seconds);
        let epochs = self.history.len() as u32;
        run.update(|info| {
            (info.epochs_done, info.best_epoch, info.seconds) = (epochs, best_epoch, seconds);
            (info.status, info.stopped) = (RunStatus::Finished, Some(reason));
        })?;
        self.is_stored = true;
        Ok(())
    }
}
