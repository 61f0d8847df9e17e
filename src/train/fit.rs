//! The training loop.
//!
//! What Keras's `fit` does, with its order of things: batches with the schedule's rate, the epoch's means, a pass over
//! the validation part, then the callbacks. Between any two batches a training can be paused, ended or left, and what
//! is then on disk is enough to end with the same bits as if nothing had happened.

use std::{collections::VecDeque, time::Instant};

use super::{
    ending::PendingResult,
    event::TrainEvent,
    log::Logs,
    meter::EtaEstimator,
    validation::{self, TrackedSamples},
};
use crate::{
    callback::{terminate_on_nan, time_limit},
    control::{Control, Signal},
    data::{
        batch::{Batches, Form},
        sample::Part,
    },
    engine::{self, Engine, Step, StepMetrics},
    evaluate::{self, Confusion, Logits, TOP_K, WeightsId},
    history::{EpochRecord, EventLog, Mae, Note, NoteKind, StopReason},
    loss::Targets,
    model::{Output, Weights},
    optimizer::average,
    plan::Plan,
    problem::{Kind, Problem},
    run::{
        Run, RunStatus,
        checkpoint::{Checkpoint, Position, Sums},
    },
    schedule,
    text::{LocalizedText, say},
};

/// What the loop tells.
#[derive(Clone, Debug, PartialEq)]
pub enum FitEvent {
    Train(TrainEvent),
    /// Something failed, and training goes on.
    Warned(Problem),
}

/// How a training ended.
#[derive(Clone, Debug, PartialEq)]
pub enum TrainingOutcome {
    /// It is over; these weights are the run's result.
    Done {
        weights: Weights,
        id: WeightsId,
        reason: StopReason,
        best_epoch: Option<u32>,
        /// What of it is not on the disk yet, if the disk would not take it.
        unstored: Option<Box<PendingResult>>,
    },
    /// The program closes; everything needed to go on is on disk.
    Left,
}

/// Trains `plan` on `engine` and keeps `run` up to date, from the start or from a checkpoint.
///
/// # Errors
/// A device that failed, a loss that is not a number before the first epoch's end, [`Kind::Cancelled`] when discarded.
/// A disk that is full is no error: it is told, and training goes on.
pub fn fit(
    plan: &Plan,
    engine: &mut dyn Engine,
    run: &mut Run,
    resume: Option<Checkpoint>,
    control: &Control,
    tell: &mut dyn FnMut(FitEvent),
) -> Result<TrainingOutcome, Problem> {
    let mut plan = plan.clone();
    if let Some(scaler) = resume.as_ref().and_then(|checkpoint| checkpoint.position.scaler) {
        // Its weights give values that are standardized so.
        plan.scaler = scaler;
    }
    let plan = &plan;
    let mut fit = Fit::start(plan, engine, run, resume, control, tell)?;
    let mut batches = plan.training_batches(fit.form, fit.global_step());
    let reason = loop {
        // A run that died after its last epoch, before it could finish.
        if let Some(reason) = fit.at.stopped {
            break reason;
        }
        if fit.at.epoch >= plan.settings.train.epochs {
            break StopReason::AllEpochs;
        }
        if plan.share.until.is_some_and(|until| fit.at.epoch >= until) {
            return fit.leave();
        }
        match fit.epoch(&mut batches) {
            Ok(None) => {}
            Ok(Some(reason)) => break reason,
            Err(End::Left) => return fit.leave(),
            Err(End::Failed(problem)) => {
                // Where the pictures are gone and not the device, what was learned so far is kept to go on from.
                if problem.kind == Kind::Data {
                    fit.settle()?;
                    fit.save(RunStatus::Paused)?;
                }
                return Err(problem);
            }
        }
    };
    fit.finish(reason)
}

/// How the validation part was evaluated.
struct Validation {
    /// Mean over its pictures.
    loss: f64,
    /// Of values: mean distance from the label, in its unit.
    absolute_error: f64,
    /// How often the label is among the [`TOP_K`] likeliest classes.
    top_k: f64,
    confusion: Confusion,
}

/// Why an epoch did not come to its end, other than by a [`StopReason`].
enum End {
    Left,
    Failed(Problem),
}

impl From<Problem> for End {
    fn from(problem: Problem) -> Self {
        Self::Failed(problem)
    }
}

/// A training at work; what it tells and writes is in `fit_output`.
pub(super) struct Fit<'a> {
    pub(super) plan: &'a Plan,
    pub(super) engine: &'a mut dyn Engine,
    pub(super) run: &'a mut Run,
    pub(super) control: &'a Control,
    pub(super) teller: &'a mut dyn FnMut(FitEvent),
    /// Whether the engine keeps the pictures.
    form: Form,
    pub(super) at: Position,
    pub(super) event_log: EventLog,
    /// Pictures of each step that was begun and whose score is not counted yet.
    pub(super) begun: VecDeque<usize>,
    pub(super) best: Option<Weights>,
    /// Whether the run's folder holds them.
    pub(super) best_is_stored: bool,
    /// Batch norm's averaged running statistics, if weights are averaged.
    pub(super) statistics: Option<Weights>,
    /// The weights that are trained, while the engine has the averaged ones to evaluate them.
    pub(super) set_aside: Option<Weights>,
    pub(super) meter: EtaEstimator,
    pub(super) faces: TrackedSamples,
    pub(super) logs: Logs,
    /// When the last batch event was told.
    pub(super) told: Instant,
    /// The loss that is not a number.
    pub(super) trouble: Option<Problem>,
    /// Whether the last write failed, so that a full disk is told once.
    pub(super) disk_failed: bool,
}

impl<'a> Fit<'a> {
    fn start(
        plan: &'a Plan,
        engine: &'a mut dyn Engine,
        run: &'a mut Run,
        resume: Option<Checkpoint>,
        control: &'a Control,
        teller: &'a mut dyn FnMut(FitEvent),
    ) -> Result<Self, Problem> {
        let event_log = if resume.is_some() { run.event_log() } else { begun(plan) };
        let (at, best, statistics) = match resume {
            Some(checkpoint) => {
                checkpoint.weights.check(&plan.network)?;
                checkpoint.optimizer.check(&plan.network)?;
                engine.set_weights(&checkpoint.weights)?;
                engine.set_optimizer_state(&checkpoint.optimizer)?;
                let mut position = checkpoint.position;
                // Those of before do not name it.
                let epoch = position.best_epoch.unwrap_or(position.epoch);
                let best = checkpoint.best.as_ref();
                position.best = position.best.or_else(|| best.map(|best| WeightsId::of(epoch, best)));
                (position, checkpoint.best, checkpoint.statistics)
            }
            None => {
                engine.set_weights(&plan.first_weights())?;
                let (device, threads) = (plan.device.clone(), plan.threads);
                (Position { device, threads, ..Position::default() }, None, None)
            }
        };
        // A run that was killed may have written more of it than it goes on from.
        let event_log = event_log.until(f64::from(at.epoch) + f64::from(at.step) / f64::from(plan.steps_per_epoch.max(1)));
        let mut at = at;
        at.scaler = plan.dataset.task.is_regression().then_some(plan.scaler);
        let form = engine::form(engine, &plan.dataset, &plan.settings.augment)?;
        let meter = EtaEstimator::start(at.seconds);
        let (faces, logs) = (TrackedSamples::choose(plan)?, Logs::open(plan, run));
        let told = Instant::now();
        let mut fit = Self {
            plan,
            engine,
            run,
            control,
            teller,
            form,
            at,
            event_log,
            begun: VecDeque::new(),
            best,
            best_is_stored: false,
            statistics,
            set_aside: None,
            meter,
            faces,
            logs,
            told,
            trouble: None,
            disk_failed: false,
        };
        fit.started()?;
        Ok(fit)
    }

    /// One epoch from where it stands: batches, validation, callbacks, checkpoint.
    fn epoch(&mut self, batches: &mut Batches) -> Result<Option<StopReason>, End> {
        while self.at.step < self.plan.steps_per_epoch {
            if let Some(reason) = self.obey()? {
                return Ok(Some(reason));
            }
            if let Some(reason) = self.step(batches)? {
                return Ok(Some(reason));
            }
        }
        let weights = self.learned_weights()?;
        let validation = match self.validate(&weights) {
            // A logit that is no number has no loss either.
            Err(End::Failed(problem)) if problem.kind == Kind::Diverged => {
                self.trouble = terminate_on_nan::check(f64::NAN, self.at.epoch + 1).map(|trouble| trouble.because(problem));
                return Ok(Some(StopReason::Diverged));
            }
            validation => validation?,
        };
        let Some(validation) = validation else { return Ok(Some(StopReason::ByUser)) };
        self.trouble = terminate_on_nan::check(validation.loss, self.at.epoch + 1);
        if self.trouble.is_some() {
            return Ok(Some(StopReason::Diverged));
        }
        let seconds = self.meter.elapsed() - self.at.epoch_began;
        let record = EpochRecord {
            epoch: self.at.epoch + 1,
            train_loss: self.at.sums.mean_loss(),
            train_accuracy: self.at.sums.accuracy(),
            validation_loss: validation.loss,
            validation_accuracy: validation.confusion.accuracy().share(),
            validation_top_3: evaluate::has_top_k(&self.plan.dataset.task).then_some(validation.top_k),
            mae: self.at.scaler.map(|_| Mae { train: self.at.sums.mae(), validation: validation.absolute_error }),
            learning_rate: self.rate(self.global_step().saturating_sub(1)),
            seconds,
            pictures_per_second: self.meter.pictures_per_second(),
        };
        Ok(self.epoch_end(record, &validation.confusion, self.plan.scaler.folded(weights))?)
    }

    /// One batch.
    fn step(&mut self, batches: &mut Batches) -> Result<Option<StopReason>, Problem> {
        let began = Instant::now();
        let index = self.global_step();
        let learning_rate = self.rate(index);
        let batch = batches.next().ok_or_else(no_batches)??;
        let scores = self.engine.enqueue_step(&batch.view(), Step { index: index as u32, learning_rate })?;
        let pictures = batch.len();
        self.begun.push_back(pictures);
        batches.recycle(batch);
        self.count(scores);
        if self.trouble.is_none() && (self.is_due() || self.at.step + 1 == self.plan.steps_per_epoch) {
            self.settle()?;
        }
        if self.trouble.is_some() {
            return Ok(Some(StopReason::Diverged));
        }
        self.at.step += 1;
        self.average_statistics(index)?;
        self.meter.trained(pictures, began.elapsed().as_secs_f64());
        self.progress(learning_rate)?;
        Ok(None)
    }

    /// Adds scores to the epoch's sums, up to the first that is not a number. As Keras's mean over the epoch: a short
    /// batch counts by its pictures.
    fn count(&mut self, scores: Vec<StepMetrics>) {
        for score in scores {
            let pictures = self.begun.pop_front().unwrap_or_default();
            let loss = score.loss + score.penalty;
            self.trouble = terminate_on_nan::check(loss, self.at.epoch + 1);
            if self.trouble.is_some() {
                return;
            }
            let Sums { loss: losses, correct, absolute_error, pictures: shown } = &mut self.at.sums;
            *losses += loss * pictures as f64;
            *correct += u64::from(score.correct);
            *absolute_error += score.absolute_error * f64::from(self.plan.scaler.std) * pictures as f64;
            *shown += pictures as u64;
        }
    }

    /// Waits for the scores of all steps that were begun.
    fn settle(&mut self) -> Result<(), Problem> {
        let scores = self.engine.flush()?;
        self.count(scores);
        Ok(())
    }

    /// Does what is wished before the next batch: `None` goes on.
    fn obey(&mut self) -> Result<Option<StopReason>, End> {
        let mut wish = self.control.wish();
        let late = time_limit::reached(&self.plan.settings.train.callbacks, self.within_limit());
        if wish != Signal::Go || late {
            self.settle()?;
            if self.trouble.is_some() {
                return Ok(Some(StopReason::Diverged));
            }
        }
        if wish == Signal::Pause {
            wish = self.pause()?;
        }
        match wish {
            Signal::Go | Signal::Pause => Ok(late.then_some(StopReason::TimeLimit)),
            Signal::Finish => Ok(Some(StopReason::ByUser)),
            Signal::Discard => Err(End::Failed(Problem::cancelled())),
            Signal::Leave => Err(End::Left),
        }
    }

    /// Saves everything, then waits; the processor is free meanwhile.
    fn pause(&mut self) -> Result<Signal, Problem> {
        self.meter.pause();
        self.save(RunStatus::Paused)?;
        self.tell(TrainEvent::Paused);
        let wish = self.control.wait_while_paused();
        self.meter.go_on();
        if wish == Signal::Go {
            self.set_status(RunStatus::Training);
            self.tell(TrainEvent::Resumed);
        }
        Ok(wish)
    }

    /// How the validation part is evaluated (L2 penalty included, as Keras's `val_loss`); `None` if the user ends it.
    fn validate(&mut self, weights: &Weights) -> Result<Option<Validation>, End> {
        if self.plan.settings.train.optimizer.use_ema {
            self.set_aside = Some(self.engine.weights()?);
            self.engine.set_weights(weights)?;
        }
        let result = self.validation_pass();
        if let Some(raw) = self.set_aside.take() {
            self.engine.set_weights(&raw)?;
        }
        let penalty = validation::penalty(&self.plan.network, weights);
        Ok(result?.map(|pass| Validation { loss: pass.loss + penalty, ..pass }))
    }

    fn validation_pass(&mut self) -> Result<Option<Validation>, End> {
        let (mut loss, mut confusion, mut step) = (0.0, Confusion::empty(self.plan.dataset.task.len()), 0);
        let (mut absolute_error, mut among, mut standardized) = (0.0, 0u32, Vec::new());
        let scaler = self.plan.scaler;
        let output = self.plan.network.output;
        let batch_size = self.plan.settings.train.batch_size as usize;
        let mut pass = self.plan.evaluation(self.form, self.plan.indices(Part::Validation));
        let total = self.plan.batches(Part::Validation) as u32;
        loop {
            match self.control.wish() {
                Signal::Go => {}
                // The pass is repeated as a whole after a crash, but not the epoch's steps, of which nothing is saved yet.
                Signal::Pause => {
                    self.pause()?;
                    continue;
                }
                Signal::Finish => return Ok(None),
                Signal::Discard => return Err(End::Failed(Problem::cancelled())),
                Signal::Leave => return Err(End::Left),
            }
            let began = Instant::now();
            let Some((batch, logits)) = pass.next(self.engine)? else { break };
            let targets = match (output, batch.view().targets) {
                (Output::Linear, Targets::Values(values)) => {
                    standardized.clear();
                    standardized.extend(values.iter().map(|value| scaler.standardized(*value)));
                    Targets::Values(&standardized)
                }
                (_, targets) => targets,
            };
            loss += self.plan.settings.train.loss.mean_loss_and_correct(logits, targets).0 * batch.len() as f64;
            for (row, sample) in logits.chunks_exact(output.units()).zip(&batch.samples) {
                let label = self.plan.dataset.samples[*sample as usize].class;
                let logits = Logits::of_scaled(output, row, scaler);
                absolute_error += logits.value().map_or(0.0, |value| (value - f64::from(label)).abs());
                among += u32::from(logits.is_among(label.into(), TOP_K));
                confusion.add(label.into(), logits.predicted(0.0));
            }
            step += batch.len().div_ceil(batch_size.max(1)) as u32;
            self.meter.validated(batch.len(), began.elapsed().as_secs_f64());
            self.validation_progress(step, total);
        }
        let pictures = f64::from(confusion.total().max(1));
        let top_k = f64::from(among) / pictures;
        Ok(Some(Validation { loss: loss / pictures, absolute_error: absolute_error / pictures, top_k, confusion }))
    }

    /// Callbacks, log, checkpoint; gives the reason if one of the callbacks ends the training.
    fn epoch_end(&mut self, record: EpochRecord, confusion: &Confusion, weights: Weights) -> Result<Option<StopReason>, Problem> {
        let verdict = self.at.callbacks.epoch(&self.plan.settings.train.callbacks, &record, self.within_limit());
        self.at.history.push(record);
        self.at.epoch = record.epoch;
        (self.at.step, self.at.sums, self.at.epoch_began) = (0, Sums::default(), self.meter.elapsed());
        self.tell(TrainEvent::Epoch(record));
        for note in verdict.notes {
            self.event_log.note(note.clone());
            self.tell(TrainEvent::Note(note));
        }
        if verdict.keep {
            let path = self.run.epoch_path(record.epoch);
            let written = weights.save(&path);
            self.written(written);
        }
        self.tell_faces()?;
        if verdict.best {
            (self.at.best_epoch, self.at.best) = (Some(record.epoch), Some(WeightsId::of(record.epoch, &weights)));
            (self.best, self.best_is_stored) = (Some(weights), false);
        }
        if let Some(damage) = self.plan.dataset.pixels.take_damage() {
            (self.teller)(FitEvent::Warned(damage));
        }
        let logged = self.logs.epoch(&self.at.history, confusion);
        self.written(logged);
        self.at.stopped = verdict.stop;
        self.save(RunStatus::Training)?;
        Ok(verdict.stop)
    }

    /// The end of the training: the result is the best weights, or the last if those are wanted ([`CallbackSettings::keeps_best`])
    /// or none is best yet.
    ///
    /// [`CallbackSettings::keeps_best`]: crate::callback::CallbackSettings::keeps_best
    fn finish(mut self, reason: StopReason) -> Result<TrainingOutcome, Problem> {
        let trouble = self.trouble.take().map(|trouble| trouble.in_run(&self.run.info.id));
        let keep_best = self.plan.settings.train.callbacks.keeps_best(reason) || trouble.is_some();
        let (weights, epoch) = match (self.best.clone().filter(|_| keep_best), &trouble) {
            (Some(best), _) => (best, self.at.best_epoch.unwrap_or(self.at.epoch)),
            (None, Some(problem)) => return Err(problem.clone()),
            (None, None) => (self.evaluated_weights()?, self.at.epoch),
        };
        let id = WeightsId::of(epoch, &weights);
        let checkpoint = if let Some(problem) = trouble {
            // What is on disk is the end of the last epoch, before the numbers went astray.
            (self.teller)(FitEvent::Warned(problem));
            None
        } else {
            self.at.stopped = Some(reason);
            Some(self.checkpoint()?)
        };
        let (best_epoch, seconds) = (self.at.best_epoch, self.meter.elapsed());
        let history = std::mem::take(&mut self.at.history);
        let event_log = std::mem::take(&mut self.event_log);
        let mut ending = PendingResult {
            checkpoint,
            weights: weights.clone(),
            id,
            event_log,
            history,
            reason,
            best_epoch,
            seconds,
            is_stored: false,
        };
        let stored = ending.store(self.run);
        let unstored = if self.written(stored) {
            self.tell(TrainEvent::Saved { epoch: self.at.epoch });
            None
        } else {
            Some(Box::new(ending))
        };
        self.tell(TrainEvent::Stopped { reason, best_epoch, kept_epoch: epoch });
        Ok(TrainingOutcome::Done { weights, id, reason, best_epoch, unstored })
    }

    /// The program closes.
    fn leave(mut self) -> Result<TrainingOutcome, Problem> {
        self.save(RunStatus::Paused)?;
        Ok(TrainingOutcome::Left)
    }

    /// Seconds that count for the time limit: since the run was last asked to be trained further.
    fn within_limit(&self) -> f64 {
        self.meter.elapsed() - self.at.extended_at
    }

    /// Steps done in the whole run.
    pub(super) fn global_step(&self) -> u64 {
        u64::from(self.at.epoch) * u64::from(self.plan.steps_per_epoch) + u64::from(self.at.step)
    }

    /// The rate of step `index`, after what the plateau callback made of it.
    pub(super) fn rate(&self, index: u64) -> f64 {
        let train = &self.plan.settings.train;
        let base = train.optimizer.learning_rate;
        let scheduled = schedule::rate(&train.schedule, base, index, self.plan.steps_per_epoch, train.epochs);
        self.at.callbacks.rate(&train.callbacks, scheduled)
    }

    /// The weights that are kept: those that are evaluated, giving values in their own unit.
    fn evaluated_weights(&mut self) -> Result<Weights, Problem> {
        Ok(self.plan.scaler.folded(self.learned_weights()?))
    }

    /// The weights that are evaluated: with `use_ema` the averages, else as they are.
    fn learned_weights(&mut self) -> Result<Weights, Problem> {
        let weights = self.engine.weights()?;
        if !self.plan.settings.train.optimizer.use_ema {
            return Ok(weights);
        }
        let mut weights = average::averaged(&weights, &self.engine.optimizer_state()?);
        if let Some(statistics) = &self.statistics {
            weights.0.extend(statistics.0.clone());
        }
        Ok(weights)
    }
}

/// What has happened before the first step.
fn begun(plan: &Plan) -> EventLog {
    let mut event_log = EventLog::default();
    if let Some(start) = &plan.start {
        let text = LocalizedText::by(|lang| start.from.words(lang));
        event_log.note(Note { epoch: 0, kind: NoteKind::Start, text });
    }
    event_log
}

fn no_batches() -> Problem {
    Problem::new(
        Kind::Internal,
        say("No batch came from the pictures", "Aucun lot n’est venu des images"),
        say("Open the data again and start over", "Rouvrez les données et relancez"),
    )
}
