//! What a training ends with, kept in memory until the disk has taken it.

use std::io;

use crate::{
    evaluate::WeightsId,
    files::disk,
    history::{EpochRecord, EventLog, StopReason},
    model::Weights,
    problem::Problem,
    run::{Run, RunStatus, checkpoint::Checkpoint},
};

/// The end of a training.
#[derive(Clone, Debug, PartialEq)]
pub struct PendingResult {
    /// To train more from, until it is stored; none if the one on the disk is the last good one.
    pub checkpoint: Option<Checkpoint>,
    /// The run's result.
    pub weights: Weights,
    pub id: WeightsId,
    pub event_log: EventLog,
    pub history: Vec<EpochRecord>,
    pub reason: StopReason,
    pub best_epoch: Option<u32>,
    /// Seconds of training, without pauses.
    pub seconds: f64,
    /// Whether the disk has all but the checkpoint.
    pub is_stored: bool,
}

impl PendingResult {
    /// Puts it on the disk, the word that the run is finished last: whatever fails before, nothing claims a result that
    /// is not there. To be called again if something fails.
    ///
    /// # Errors
    /// A full disk, no permission. What could be stored is, the result even where the larger checkpoint does not fit.
    pub fn store(&mut self, run: &mut Run) -> Result<(), Problem> {
        let checkpoint = self.store_checkpoint(run);
        self.store_result(run)?;
        checkpoint
    }

    fn store_checkpoint(&mut self, run: &Run) -> Result<(), Problem> {
        let Some(checkpoint) = &self.checkpoint else { return Ok(()) };
        let path = run.checkpoint_path();
        if self.is_stored {
            // What is there to go on from is of an earlier epoch than the result, and takes the room of this one.
            match disk::remove_file(&path) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(Problem::writing(&path, &error)),
                _ => {}
            }
        }
        checkpoint.save(&path)?;
        self.checkpoint = None;
        Ok(())
    }

    fn store_result(&mut self, run: &mut Run) -> Result<(), Problem> {
        if self.is_stored {
            return Ok(());
        }
        self.weights.save(&run.best_path())?;
        run.save_history(&self.history)?;
        run.save_event_log(&self.event_log)?;
        let (reason, best_epoch, seconds, id) = (self.reason, self.best_epoch, self.seconds, self.id);
        let epochs = self.history.len() as u32;
        run.update(|info| {
            (info.epochs_done, info.best_epoch, info.seconds, info.weights) = (epochs, best_epoch, seconds, Some(id));
            (info.status, info.stopped) = (RunStatus::Finished, Some(reason));
        })?;
        self.is_stored = true;
        Ok(())
    }
}
