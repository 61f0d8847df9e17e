//! The program's state as plain data, built up from the worker's events. Pages read it and draw.

mod answers;
mod beside;
mod experiments;
mod pairs;
mod photo;
mod resize_preview;
mod run_pictures;
mod run_requests;
mod toast;
mod training;
mod watching;

use std::{
    collections::{BTreeMap, VecDeque},
    path::PathBuf,
    sync::Arc,
};

pub use experiments::{AtWork, Experiments};
pub use pairs::{PairState, Pairs};
pub use photo::{Arrival, Beyond, LookedAt, OcclusionMap, OtherRunAnswer, SharpPhoto, ShownPhoto, SquareQuery, WholePhoto};
pub use resize_preview::ResizePreview;
pub use run_pictures::RunPicturesState;
pub use run_requests::{RunRequest, RunRequests};
pub use toast::{Offer, Toast};
pub use watching::Watching;

use crate::{
    callback::Callbacks,
    control::{Glimpse, Stage},
    data::{
        cache::kept::CacheUsage,
        dataset::Dataset,
        duplicates::DuplicateGroup,
        open_dataset::OpenDataset,
        reading::Reading,
        sample::{Framing, Source},
        task::Task,
    },
    engine::{Device, SelfTest},
    files::table::TableForm,
    history::{BatchRecord, EpochRecord, EventLog, StopReason},
    problem::{Kind, Problem},
    run::{RunInfo, RunView, Trashed},
    settings::Settings,
    text::{LocalizedText, say},
    train::{
        event::{FollowedFace, TrainEvent},
        rate_range::RateRange,
        trial::Trial,
    },
    worker::{Envelope, Event, JobId},
};

/// Everything that the events have told so far.
#[derive(Clone, Debug, Default)]
pub struct Session {
    pub phase: Phase,
    /// Envelopes of any other job are dropped, except those that only inform (lists of runs).
    pub job: Option<JobId>,
    /// How far a job beside the current one is, if it takes long enough to tell.
    pub beside: Option<(JobId, Progress)>,
    /// The data set that is open.
    pub open: Option<OpenDataset>,
    /// What is being opened to take its place.
    pub opening: Option<Source>,
    /// Some of the pictures of the data set that is being opened, as they come.
    pub glimpses: Vec<Arc<Glimpse>>,
    /// Groups of pictures that look the same, once they were looked for, and the data set that they are indices of.
    pub near: Option<(Arc<Dataset>, Arc<[DuplicateGroup]>)>,
    /// What the last training of this session learns from; edits made since are not in it.
    pub trained_on: Option<Arc<Dataset>>,
    /// The folder that is watched now, and the one that was watched last.
    pub watching: Option<Watching>,
    pub watched_last: Option<PathBuf>,
    /// The run that it trains, as it was at its start: it may not be listed yet.
    pub trained: Option<RunInfo>,
    /// The training that runs, or the last one of this session.
    pub training: Option<Training>,
    /// The last trial of the devices.
    pub tried: Option<Tried>,
    /// What the cache of pictures holds, once it was asked.
    pub kept: Option<CacheUsage>,
    /// What self-tests found, by the device's id.
    pub tested: BTreeMap<String, SelfTest>,
    /// The last test of learning rates.
    pub rates: Option<RateTest>,
    /// The run that was trained again on fewer pictures, and the run that came of it (empty until it is evaluated).
    pub repeated: Option<[String; 2]>,
    /// The run that Results and Predict show.
    pub run: Option<Arc<RunView>>,
    /// Where that run's pictures are, once that was asked.
    pub run_pictures: Option<RunPicturesState>,
    /// Saved runs, newest first.
    pub runs: Vec<RunInfo>,
    /// Deleted runs, what was deleted last first; `None` before they were asked for.
    pub trash: Option<Vec<Trashed>>,
    pub experiments: Experiments,
    /// Runs that were looked at, by id, to compare them.
    pub views: BTreeMap<String, Arc<RunView>>,
    /// What two of these say of the same pictures.
    pub pairs: Pairs,
    pub requests: RunRequests,
    /// Cards that stay until they are closed, oldest first.
    pub failures: Vec<Problem>,
    /// Small confirmations, oldest first; the window takes them as it shows them.
    pub toasts: VecDeque<Toast>,
    /// The photo of a data set that was last asked for, by its path, or why it cannot be shown.
    pub photo_of_data: Option<(PathBuf, Arc<Result<WholePhoto, Problem>>)>,
    /// Photos that were shown to a run, oldest first.
    pub photos: Vec<ShownPhoto>,
    /// What was asked last about the picture in the viewer.
    pub looked_at: Option<LookedAt>,
    /// Photos that are being read, while there are any.
    pub arrival: Option<Arrival>,
    /// That more photos were chosen than are shown.
    pub beyond: Option<Beyond>,
    /// The photo that is looked at, once it was asked for as sharp as it is.
    pub sharp: Option<SharpPhoto>,
    /// The run that the user chose to answer about photos, by id, in place of the one that would.
    pub chosen: Option<String>,
    /// How photos are framed, if the user wants it otherwise than the run named here was trained.
    pub framing: Option<(String, Framing)>,
    /// The last folder that was predicted into a table, to go on with it.
    pub table: Option<TableJob>,
    /// The user's own picture for the augmentation preview, as decoded pictures are: a square of RGB.
    pub own_picture: Option<Arc<[u8]>>,
    /// The last picture that is not square which was made a square in each way, to choose from.
    pub resize_preview: Option<ResizePreview>,
    /// Folders that were found in another place, with where they were and are, oldest first; the window takes them.
    pub moved: Vec<(PathBuf, PathBuf)>,
    /// The folder that could not be opened last, and how else it can be read.
    pub readable: Option<(PathBuf, Vec<(Reading, LocalizedText)>)>,
    /// Raised when something ended that the user may be waiting for; the window takes it.
    pub attention: bool,
}

/// What the worker is at.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Phase {
    #[default]
    Idle,
    /// A data set is being opened.
    Opening(Progress),
    /// A plan was sent; its first batch has not come yet.
    Starting(Progress),
    Training,
    Paused,
    /// Training is over; the test part is being evaluated.
    Evaluating(Progress),
    /// Another long job: predicting a folder, exporting, copying.
    Working(Progress),
}

/// How far a job is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Progress {
    pub stage: Stage,
    pub done: u64,
    /// Zero while it is not known.
    pub total: u64,
}

impl Progress {
    /// The start of `stage`.
    pub const fn at(stage: Stage) -> Self {
        Self { stage, done: 0, total: 0 }
    }

    /// From 0 to 1, if the total is known.
    pub fn share(self) -> Option<f32> {
        (self.total > 0).then(|| (self.done as f64 / self.total as f64).min(1.0) as f32)
    }
}

/// How fast a draft goes here.
#[derive(Clone, Debug, PartialEq)]
pub struct Tried {
    /// What was tried; other settings would take another time.
    pub settings: Settings,
    /// One for each device that is done.
    pub trials: Vec<Trial>,
}

/// Learning rates that were tested.
#[derive(Clone, Debug, PartialEq)]
pub struct RateTest {
    /// What they were tested with.
    pub settings: Settings,
    /// Empty until the test is done.
    pub range: RateRange,
}

/// A training as it is watched.
#[derive(Clone, Debug, PartialEq)]
pub struct Training {
    /// The run's id.
    pub run: String,
    /// The job that trains it.
    pub job: Option<JobId>,
    pub device: Device,
    /// What it is trained with.
    pub settings: Settings,
    /// What the callbacks remember of `history`.
    pub callbacks: Callbacks,
    /// At most.
    pub epochs: u32,
    pub steps_per_epoch: u32,
    pub train_pictures: u32,
    pub validation_pictures: u32,
    /// Within the epoch that runs.
    pub now: BatchRecord,
    /// Finished epochs, oldest first.
    pub history: Vec<EpochRecord>,
    /// What happened, in earlier sessions too.
    pub event_log: EventLog,
    /// Everything up to this epoch is on disk.
    pub saved: Option<u32>,
    /// The epoch of the weights on disk, once there are any: they answer about pictures.
    pub stored: Option<u32>,
    /// What it now says of a few validation pictures.
    pub faces: Vec<FollowedFace>,
    pub stopped: Option<StopReason>,
    pub best_epoch: Option<u32>,
    /// The epoch whose weights are the result, once there is one.
    pub kept_epoch: Option<u32>,
    /// Losses of the last batches of the current epoch, for a live line: (epoch as a fraction, mean loss, mean accuracy or,
    /// of years, mean absolute error).
    pub live: Vec<[f64; 3]>,
}

/// A folder that is predicted into a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableJob {
    pub run: String,
    pub folder: PathBuf,
    pub csv: PathBuf,
    pub framing: Framing,
    pub form: TableForm,
}

/// The run that answers about photos.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Answering<'a> {
    pub id: &'a str,
    /// `None` for a training that runs.
    pub info: Option<&'a RunInfo>,
    /// As the run was trained.
    pub framing: Framing,
    /// What it was trained on.
    pub source: &'a Source,
    pub task: &'a Task,
}

impl<'a> Answering<'a> {
    fn of(info: &'a RunInfo) -> Self {
        let RunInfo { id, framing, source, task, .. } = info;
        Self { id, info: Some(info), framing: *framing, source, task }
    }

    /// What must stand under its answers.
    pub fn caution(&self) -> LocalizedText {
        self.task.caution(self.source, self.framing)
    }
}

impl Phase {
    /// Whether a job runs (a paused training is one).
    pub const fn busy(self) -> bool {
        !matches!(self, Self::Idle)
    }

    /// Whether a training would be lost by closing the window.
    pub const fn training(self) -> bool {
        matches!(self, Self::Starting(_) | Self::Training | Self::Paused | Self::Evaluating(_))
    }

    /// How far the job is, where it counts something other than epochs.
    pub const fn progress(self) -> Option<Progress> {
        match self {
            Self::Opening(p) | Self::Starting(p) | Self::Evaluating(p) | Self::Working(p) => Some(p),
            Self::Idle | Self::Training | Self::Paused => None,
        }
    }
}

impl Training {
    /// The best epoch so far as the callbacks see it, unless the end of the training named one.
    pub fn best(&self) -> Option<&EpochRecord> {
        let best = self.best_epoch.or_else(|| self.callbacks.best_epoch(&self.settings.train.callbacks))?;
        self.history.iter().find(|e| e.epoch == best)
    }

    /// The epoch whose weights are the result: of a finished training that is to keep its last weights the last one.
    pub fn kept_record(&self) -> Option<&EpochRecord> {
        self.kept_epoch.and_then(|kept| self.history.iter().find(|e| e.epoch == kept)).or_else(|| self.best())
    }

    /// Whether epochs may still come, after a pause too.
    pub fn goes_on(&self) -> bool {
        self.stopped.is_none() && (self.history.len() as u32) < self.epochs
    }

    /// From 0 to 1 over all epochs; of one that was ended before it was through, as far as it came.
    pub fn share(&self) -> f32 {
        match self.stopped {
            Some(StopReason::AllEpochs | StopReason::EarlyStopping { .. }) => return 1.0,
            Some(_) => return (self.history.len() as f32 / self.epochs.max(1) as f32).min(1.0),
            None => {}
        }
        let within = if self.now.validating || self.now.epoch as usize <= self.history.len() {
            f64::from(u32::from(self.now.validating))
        } else {
            f64::from(self.now.step) / f64::from(self.now.steps_per_epoch.max(1))
        };
        ((self.history.len() as f64 + within) / f64::from(self.epochs.max(1))).min(1.0) as f32
    }
}

impl Session {
    /// The data set that is open, with the user's edits in it.
    pub fn dataset(&self) -> Option<&Arc<Dataset>> {
        self.open.as_ref().map(|open| &open.dataset)
    }

    /// Takes in one event. Those of a job that is not the current one are dropped.
    pub fn apply(&mut self, envelope: Envelope) {
        let Envelope { job, event } = envelope;
        let Some(event) = self.settle_request(job, event) else { return };
        self.follow_beside(job, &event);
        match event {
            Event::Runs { runs } => {
                self.runs = runs;
                self.rename_views();
                self.forget_gone_views();
                self.renew_requests();
                self.forget_deleted();
            }
            Event::Trash { trash } => self.trash = Some(trash),
            Event::RunOpened(view) => {
                let view = Arc::<RunView>::from(view);
                self.look_at(&view);
                self.show(view);
            }
            Event::DecisionKept(view) => self.keep_decision(Arc::from(view)),
            Event::RunViewed(view) => self.look_at(&Arc::from(view)),
            Event::Paired { runs, paired } => self.pairs.take(&runs, *paired),
            Event::Experiments { experiments, runs } => (self.experiments.list, self.experiments.runs) = (experiments, runs),
            Event::Experiment(view) => self.experiments.take(*view),
            Event::Watched { folder, watched } => {
                if let Some(watching) = &mut self.watching {
                    watching.take(&folder, *watched);
                }
            }
            Event::ExperimentCost { draft, cost } => self.experiments.cost = Some((*draft, cost)),
            Event::Pictures { run, run_pictures } => {
                self.take_pictures(run, run_pictures);
            }
            // Edits are made beside a long job. Those of a data set that was closed meanwhile are only kept.
            Event::Edited { open } => {
                if self.dataset().is_some_and(|dataset| dataset.source == open.dataset.source) {
                    // Where pictures were decoded anew, others may look the same.
                    self.near.take_if(|(then, _)| then.pixels.buffer() != open.dataset.pixels.buffer());
                    self.forget_looked_at(&open.dataset);
                    self.open = Some(open);
                }
            }
            Event::Kept(kept) => self.kept = Some(kept),
            Event::Readable { folder, ways } => self.readable = Some((folder, ways)),
            Event::Located { run, then, folder } => self.move_pictures(&run, then, folder),
            Event::Wrote { path, what } => self.wrote(path, &what),
            // An error never happens in silence, also of a small job beside the current one.
            Event::Failed(problem) if self.job.is_some_and(|current| current != job) => self.fail(problem),
            _ if self.job.is_some_and(|current| current != job) => {}
            // A job beside the long ones has no phase.
            Event::Progress { .. } | Event::Glimpses { .. } if self.job.is_none() => {}
            Event::Progress { stage, done, total } => self.progress(Progress { stage, done, total }),
            Event::Near { dataset, groups } => self.near = Some((dataset, groups.into())),
            Event::Glimpses { glimpses } => {
                if matches!(self.phase, Phase::Opening(_)) {
                    self.glimpses.extend(glimpses.into_iter().map(Arc::new));
                }
            }
            Event::Opened { open } => {
                (self.near, self.readable, self.opening, self.looked_at) = (None, None, None, None);
                self.open = Some(open);
                self.phase = Phase::Idle;
            }
            Event::TrainsOn { run, dataset } => (self.trained, self.trained_on) = (Some(*run), Some(dataset)),
            Event::Member { experiment, member, view } => {
                self.list(&view);
                self.experiments.take_member(&experiment, member, *view);
                self.experiments.at_work = Some(AtWork { job, experiment, member });
            }
            Event::Train(event) => self.train(event),
            Event::Tried(trial) => {
                if let Some(tried) = &mut self.tried {
                    tried.trials.push(trial);
                }
            }
            Event::Tested { device, test } => {
                self.tested.insert(device, test);
            }
            Event::Rates(range) => {
                if let Some(rates) = &mut self.rates {
                    rates.range = range;
                }
            }
            Event::Evaluated(view) => self.take_report(Arc::from(view)),
            Event::Warned(problem) => self.fail(problem),
            Event::Finished => self.end(),
            Event::Failed(problem) => self.end_by(problem),
        }
    }

    /// The current job has failed, or was stopped.
    fn end_by(&mut self, problem: Problem) {
        let stopped = self.phase.training() && problem.kind == Kind::Cancelled;
        self.fail(problem);
        self.end();
        if let Some(run) = self.forget_deleted().filter(|_| stopped) {
            let said = say("The training is in the trash", "L’entraînement est à la corbeille");
            self.toast(said, Some(Offer::RestoreRun(run)));
        }
    }

    /// Notes that a job was sent to the worker.
    pub fn begin(&mut self, job: JobId, phase: Phase) {
        self.job = Some(job);
        self.phase = phase;
    }

    /// Who answers about photos: the run that was chosen for it; otherwise the training that runs, once it has weights, or
    /// the run that is shown.
    pub fn answering(&self) -> Option<Answering<'_>> {
        if let Some(chosen) = self.chosen.as_ref().and_then(|id| self.runs.iter().find(|run| run.id == *id)) {
            return Some(Answering::of(chosen));
        }
        let training = self.training.as_ref().filter(|training| self.phase.training() && !training.history.is_empty());
        if let (Some(training), Some(dataset)) = (training, self.dataset()) {
            // To look at every name again would take its time in each frame.
            let known = self.trained.as_ref().filter(|trained| trained.id == training.run);
            let framing = known.map_or_else(|| dataset.framing(), |trained| trained.framing);
            let (source, task) = (&dataset.source, &dataset.task);
            return Some(Answering { id: &training.run, info: None, framing, source, task });
        }
        // One that has learned nothing yet has no answer; the list is newer than what is shown.
        let shown = &self.run.as_ref()?.info;
        let listed = self.info_of(&shown.id).unwrap_or(shown);
        listed.stored.weights.then(|| Answering::of(shown))
    }

    /// What a run is, by its id: as it is listed, or else as it is shown or was when its training began.
    pub fn info_of(&self, run: &str) -> Option<&RunInfo> {
        let shown = self.run.as_ref().map(|view| &view.info);
        self.runs.iter().chain(shown).chain(&self.trained).find(|info| info.id == run)
    }

    /// How the next photo is framed: as the run that answers was trained, unless the user said otherwise about it.
    pub fn photo_framing(&self) -> Framing {
        let Some(answering) = self.answering() else { return Framing::default() };
        match &self.framing {
            Some((run, framing)) if run == answering.id => *framing,
            _ => answering.framing,
        }
    }

    /// Adds a confirmation.
    pub fn toast(&mut self, text: impl Into<LocalizedText>, offer: Option<Offer>) {
        self.toasts.push_back(Toast { text: text.into(), offer });
    }

    /// Confirms that `what` was written to `path`, with the way to its folder.
    pub fn wrote(&mut self, path: PathBuf, what: &LocalizedText) {
        let file = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
        let text = LocalizedText::by(|lang| format!("{} → {file}", what.get(lang)));
        let folder = if path.extension().is_none() { path } else { path.parent().map(Into::into).unwrap_or(path) };
        self.toast(text, Some(Offer::OpenFolder(folder)));
    }

    /// Adds a card, unless it is shown or the user stopped the job. Of tries to find a run's pictures the last is told.
    pub fn fail(&mut self, problem: Problem) {
        if problem.kind == Kind::Cancelled {
            return;
        }
        if let Some(run) = problem.pictures_of() {
            self.settle_pictures(run);
        }
        if !self.failures.contains(&problem) {
            problem.log();
            self.failures.push(problem);
        }
    }

    fn end(&mut self) {
        if self.phase.training() {
            self.attention = true;
        }
        self.phase = Phase::Idle;
        (self.job, self.opening) = (None, None);
        self.glimpses.clear();
        self.experiments.at_work = None;
    }

    fn progress(&mut self, progress: Progress) {
        self.phase = match (self.phase, progress.stage) {
            // An evaluation that begins anew, on the processor in place of a lost card, does not count back.
            (Phase::Evaluating(old), Stage::Evaluating) if old.stage == progress.stage && old.total == progress.total => {
                Phase::Evaluating(Progress { done: progress.done.max(old.done), ..progress })
            }
            (Phase::Training | Phase::Paused | Phase::Evaluating(_), Stage::Evaluating) => Phase::Evaluating(progress),
            (Phase::Training | Phase::Paused, _) => return,
            (Phase::Evaluating(_), _) => Phase::Evaluating(progress),
            (Phase::Starting(_), _) => Phase::Starting(progress),
            (_, Stage::Scanning | Stage::Decoding | Stage::FindingFaces | Stage::Drawing) => Phase::Opening(progress),
            _ => Phase::Working(progress),
        };
    }

    fn train(&mut self, event: TrainEvent) {
        if let TrainEvent::Started {
            run,
            device,
            epochs,
            steps_per_epoch,
            train_pictures,
            validation_pictures,
            settings,
            callbacks,
            history,
            event_log,
        } = event
        {
            self.phase = Phase::Training;
            // It goes on: that its loss ran away is no longer what to do something about.
            self.failures.retain(|problem| problem.kind != Kind::Diverged || problem.run.as_ref() != Some(&run));
            self.training = Some(Training {
                run,
                job: self.job,
                device,
                epochs,
                steps_per_epoch,
                train_pictures,
                validation_pictures,
                // What goes on was kept.
                saved: history.last().map(|record| record.epoch),
                stored: callbacks.best_epoch(&settings.train.callbacks),
                now: BatchRecord { epoch: history.len() as u32 + 1, steps_per_epoch, ..BatchRecord::default() },
                history,
                event_log: *event_log,
                settings: *settings,
                callbacks,
                faces: Vec::new(),
                stopped: None,
                best_epoch: None,
                kept_epoch: None,
                live: Vec::new(),
            });
            self.list_training();
            return;
        }
        let Some(training) = &mut self.training else { return };
        match event {
            TrainEvent::Started { .. } => {}
            TrainEvent::Batch(record) => {
                if !record.validating {
                    let position =
                        f64::from(record.epoch - 1) + f64::from(record.step) / f64::from(record.steps_per_epoch.max(1));
                    training.live.push([position, record.loss, record.mae.unwrap_or(record.accuracy)]);
                }
                training.event_log.batch(&record);
                training.now = record;
            }
            TrainEvent::Epoch(record) => {
                // The same small machine as the worker's, fed with the same record: it remembers the same.
                training.callbacks.epoch(&training.settings.train.callbacks, &record, 0.0);
                training.history.push(record);
                training.live.clear();
                self.list_training();
            }
            TrainEvent::Note(note) => training.event_log.note(note),
            TrainEvent::Paused => self.phase = Phase::Paused,
            TrainEvent::Resumed => self.phase = Phase::Training,
            TrainEvent::Saved { epoch } => {
                training.saved = Some(epoch);
                training.stored = training.kept_record().map(|record| record.epoch);
            }
            TrainEvent::Faces { faces } => training.faces = faces,
            TrainEvent::Stopped { reason, best_epoch, kept_epoch } => {
                training.stopped = Some(reason);
                (training.best_epoch, training.kept_epoch) = (best_epoch, Some(kept_epoch));
                training.stored = Some(kept_epoch);
                self.phase = Phase::Evaluating(Progress::at(Stage::Evaluating));
            }
        }
    }
}
