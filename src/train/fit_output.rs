//! What the loop tells and writes between two batches.

use std::time::{Duration, Instant};

use super::{
    event::TrainEvent,
    fit::{Fit, FitEvent},
    meter::Work,
};
use crate::{
    data::sample::Part,
    history::BatchRecord,
    model::Op,
    problem::{Kind, Problem},
    run::{RunStatus, checkpoint::Checkpoint},
};

/// Batch events are at least this far apart. Each draws the window, which takes from the cores that train; two a second
/// look alive.
const BETWEEN_EVENTS: Duration = Duration::from_millis(500);
/// Steps between two looks at batch norm's running statistics while weights are averaged.
const STATISTICS_EVERY: u64 = 16;

impl Fit<'_> {
    pub(super) fn tell(&mut self, event: TrainEvent) {
        (self.teller)(FitEvent::Train(event));
    }

    pub(super) fn started(&mut self) -> Result<(), Problem> {
        let event = TrainEvent::Started {
            run: self.run.info.id.clone(),
            device: self.engine.device().clone(),
            epochs: self.plan.settings.train.epochs,
            steps_per_epoch: self.plan.steps_per_epoch,
            train_pictures: self.plan.indices(Part::Train).len() as u32,
            validation_pictures: self.faces.validation_pictures,
            settings: Box::new(self.plan.settings.clone()),
            callbacks: self.at.callbacks,
            history: self.at.history.clone(),
            event_log: Box::new(self.event_log.clone()),
        };
        let device = self.engine.device().name.clone();
        let written = self.run.update(|info| {
            (info.status, info.device, info.stopped) = (RunStatus::Training, device, None);
            info.trained_by_this_version();
        });
        self.written(written);
        self.tell(event);
        self.tell_faces()
    }

    /// Whether it is time to say where the epoch stands.
    pub(super) fn is_due(&self) -> bool {
        self.told.elapsed() >= BETWEEN_EVENTS
    }

    /// Where the epoch stands, if all its steps so far are counted and it is time to say so.
    pub(super) fn progress(&mut self, learning_rate: f64) -> Result<(), Problem> {
        let last = self.at.step == self.plan.steps_per_epoch;
        if !self.begun.is_empty() || (!self.is_due() && !last) {
            return Ok(());
        }
        let record = self.batch_record(self.at.step, learning_rate, 0);
        self.told = Instant::now();
        self.event_log.batch(&record);
        self.tell(TrainEvent::Batch(record));
        if self.faces.due() { self.tell_faces() } else { Ok(()) }
    }

    /// Where the validation pass stands, if it is time to say so.
    pub(super) fn validation_progress(&mut self, step: u32, total: u32) {
        if !self.is_due() {
            return;
        }
        let record = self.batch_record(step, self.rate(self.global_step().saturating_sub(1)), step);
        self.told = Instant::now();
        self.tell(TrainEvent::Batch(BatchRecord { steps_per_epoch: total, validating: true, ..record }));
    }

    /// `validated` batches of the epoch's validation are done.
    fn batch_record(&mut self, step: u32, learning_rate: f64, validated: u32) -> BatchRecord {
        let epochs_left = u64::from(self.plan.settings.train.epochs.saturating_sub(self.at.epoch));
        let steps_left = (epochs_left * u64::from(self.plan.steps_per_epoch)).saturating_sub(u64::from(self.at.step));
        let batch = u64::from(self.plan.settings.train.batch_size);
        let work = Work {
            training: steps_left * batch,
            validation: (epochs_left * u64::from(self.faces.validation_pictures)).saturating_sub(u64::from(validated) * batch),
        };
        BatchRecord {
            epoch: self.at.epoch + 1,
            step,
            steps_per_epoch: self.plan.steps_per_epoch,
            validating: false,
            loss: self.at.sums.mean_loss(),
            accuracy: self.at.sums.accuracy(),
            mae: self.at.scaler.map(|_| self.at.sums.mae()),
            pictures_per_second: self.meter.pictures_per_second(),
            elapsed: self.meter.elapsed(),
            remaining: self.meter.remaining(work),
            learning_rate,
        }
    }

    /// What the network, as it is in the engine, says of the fixed faces.
    pub(super) fn tell_faces(&mut self) -> Result<(), Problem> {
        match self.faces.evaluate(self.engine) {
            Ok(faces) => self.tell(TrainEvent::Faces { faces }),
            // The loss of the next batch says it, or that of the validation.
            Err(problem) if problem.kind == Kind::Diverged => {}
            Err(problem) => return Err(problem),
        }
        Ok(())
    }

    /// Puts everything on the disk; a failure is told, and training goes on.
    ///
    /// # Errors
    /// A lost device.
    pub(super) fn save(&mut self, status: RunStatus) -> Result<(), Problem> {
        let checkpoint = self.checkpoint()?;
        let stored = self.store(&checkpoint, status);
        if self.written(stored) {
            self.tell(TrainEvent::Saved { epoch: self.at.epoch });
        }
        Ok(())
    }

    /// Everything that is needed to go on from here.
    pub(super) fn checkpoint(&mut self) -> Result<Checkpoint, Problem> {
        self.at.seconds = self.meter.elapsed();
        Ok(Checkpoint {
            position: self.at.clone(),
            weights: self.set_aside.clone().map_or_else(|| self.engine.weights(), Ok)?,
            optimizer: self.engine.optimizer_state()?,
            best: self.best.clone(),
            statistics: self.statistics.clone(),
            event_log: Some(self.event_log.clone()),
            settings: None,
        })
    }

    /// In the order that `run::folder` tells of: what the other files say is never ahead of the checkpoint.
    fn store(&mut self, checkpoint: &Checkpoint, status: RunStatus) -> Result<(), Problem> {
        checkpoint.save(&self.run.checkpoint_path())?;
        if let Some(best) = self.best.as_ref().filter(|_| !self.best_is_stored) {
            best.save(&self.run.best_path())?;
            self.best_is_stored = true;
        }
        self.run.save_history(&self.at.history)?;
        self.run.save_event_log(&self.event_log)?;
        // The rest of it follows the checkpoint.
        self.run.update(|info| info.status = status)
    }

    pub(super) fn set_status(&mut self, status: RunStatus) {
        let written = self.run.update(|info| info.status = status);
        self.written(written);
    }

    /// Tells the first of a row of failed writes; gives whether this one succeeded.
    pub(super) fn written(&mut self, result: Result<(), Problem>) -> bool {
        match result {
            Ok(()) => self.disk_failed = false,
            Err(problem) if !self.disk_failed => {
                self.disk_failed = true;
                (self.teller)(FitEvent::Warned(problem));
            }
            Err(_) => {}
        }
        !self.disk_failed
    }

    /// With averaged weights, batch norm's running mean and variance are averaged too, over the same past: those of the
    /// raw weights would not fit. (Keras leaves them raw; timm's `ModelEma` averages them, as here.)
    pub(super) fn average_statistics(&mut self, step: u64) -> Result<(), Problem> {
        let optimizer = &self.plan.settings.train.optimizer;
        let has_norm = || self.plan.network.layers.iter().any(|layer| matches!(layer.op, Op::BatchNorm { .. }));
        if !optimizer.use_ema || !step.is_multiple_of(STATISTICS_EVERY) || !has_norm() {
            return Ok(());
        }
        let momentum = optimizer.average_momentum(step).powi(STATISTICS_EVERY as i32) as f32;
        let current = self.engine.running_statistics()?;
        match &mut self.statistics {
            None => self.statistics = Some(current),
            Some(average) => {
                for (array, now) in average.0.values_mut().zip(current.0.values()) {
                    for (average, &now) in array.data.iter_mut().zip(&now.data) {
                        *average = momentum * *average + (1.0 - momentum) * now;
                    }
                }
            }
        }
        Ok(())
    }
}
