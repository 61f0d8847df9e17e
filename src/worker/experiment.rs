//! The executor of experiments on this machine: members are trained one after another, each as any run is.
//!
//! What it leaves when it ends, however it ends, is what the next call goes on from: runs stand in their own folders, and
//! a member's file says which run is its. Several calls may work on one experiment at the same time, on machines that share
//! the folder; a member is trained by who holds its lock.

use std::time::{Duration, Instant};

use super::{Event, ResumeOptions, member_queue::MemberQueue, training};
use crate::{
    control::{Control, Signal, Stage},
    data::{self, edits::Edits, open_dataset::OpenDataset, picture_size::PictureShape},
    experiment::{Experiment, ExperimentStore},
    files::AppDirs,
    plan::{AUTOMATIC, MemberOf, Plan, Share},
    problem::{Kind, Problem},
    run::{RunInfo, RunStatus, RunStore},
    settings::Settings,
    text::say,
    train::event::TrainEvent,
};

/// Between two looks whether the experiment was called off.
const BETWEEN_LOOKS: Duration = Duration::from_secs(1);

/// How an experiment is trained.
#[derive(Clone, Debug, Default)]
pub struct ExperimentOptions {
    /// This member alone.
    pub only: Option<usize>,
    /// Pictures that are used if they are the experiment's.
    pub open: Option<OpenDataset>,
    /// No member is begun after so long.
    pub budget: Option<Duration>,
    /// At most so many cores for a member, where the experiment does not say how many threads.
    pub cores: Option<usize>,
}

/// Trains what is missing of an experiment: all members, or only one of them. What fails is told, and does not stop the
/// others. Members that are added meanwhile are trained, too.
///
/// The wish to finish or to discard is about the member that is being trained, and the next one follows; to leave ends all,
/// with a checkpoint to go on from.
///
/// # Errors
/// No such experiment; pictures that are gone or not those that it began with; one member alone that somebody else trains, or
/// that fails.
pub fn train_experiment(
    name: &str,
    how: ExperimentOptions,
    store: &RunStore,
    control: &Control,
    emit: &mut dyn FnMut(Event),
) -> Result<(), Problem> {
    let ExperimentOptions { only, open, budget, cores } = how;
    let mut executor = Executor::of(name, only, open, store, control)?;
    executor.cores = cores;
    let mut queue = MemberQueue::new(only, budget);
    loop {
        if control.wait_while_paused() == Signal::Leave || executor.experiments.is_cancelled(&executor.experiment) {
            return Ok(());
        }
        let Some((member, until)) = queue.next(&executor.experiments, &mut executor.experiment, emit)? else { return Ok(()) };
        let failed = match executor.member(member, until, only.is_some(), emit) {
            // Without pictures no other member can be trained either.
            Err(Failure::All(problem)) => return Err(problem),
            Err(Failure::One(problem)) if only.is_some() => Err(problem),
            Err(Failure::One(problem)) => {
                emit(Event::Warned(problem));
                Ok(())
            }
            Ok(()) => Ok(()),
        };
        executor.tell(member, emit);
        failed?;
        // What was wished for this member is done; to leave may have been wished since.
        [Signal::Finish, Signal::Discard].into_iter().for_each(|wish| control.fulfilled(wish));
        if only.is_some() {
            return Ok(());
        }
    }
}

/// What keeps a member from being trained.
pub(super) enum Failure {
    One(Problem),
    /// The others too.
    All(Problem),
}

impl Failure {
    /// Why.
    pub(super) fn problem(self) -> Problem {
        match self {
            Self::One(problem) | Self::All(problem) => problem,
        }
    }
}

impl From<Problem> for Failure {
    fn from(problem: Problem) -> Self {
        Self::One(problem)
    }
}

/// An experiment at work.
pub(super) struct Executor<'a> {
    pub(super) experiments: ExperimentStore,
    pub(super) experiment: Experiment,
    known: ReusableRuns,
    store: &'a RunStore,
    control: &'a Control,
    /// The pictures as the last member had them.
    open: Option<OpenDataset>,
    cores: Option<usize>,
}

impl<'a> Executor<'a> {
    /// Takes up the experiment that `name` means.
    pub(super) fn of(
        name: &str,
        only: Option<usize>,
        open: Option<OpenDataset>,
        store: &'a RunStore,
        control: &'a Control,
    ) -> Result<Self, Problem> {
        let experiments = ExperimentStore::new(store);
        let experiment = experiments.find(name)?;
        if let Some(member) = only {
            experiment.settings(member)?;
        } else {
            experiments.take_up(&experiment)?;
        }
        experiments.adopt(&experiment, only)?;
        let known = ReusableRuns::of(&experiment, store);
        Ok(Self { experiments, experiment, known, store, control, open, cores: None })
    }

    /// Tells of a member as it is now.
    pub(super) fn tell(&self, member: usize, emit: &mut dyn FnMut(Event)) {
        let view = Box::new(self.experiments.member(&self.experiment, member));
        emit(Event::Member { experiment: self.experiment.id.clone(), member, view });
    }

    /// Trains a member, or goes on with it, unless there is nothing left to do; to its end, or to the epoch `until`.
    fn member(&mut self, member: usize, until: Option<u32>, alone: bool, emit: &mut dyn FnMut(Event)) -> Result<(), Failure> {
        let (experiments, experiment) = (&self.experiments, &self.experiment);
        if experiments.member(experiment, member).state.is_over() {
            return Ok(());
        }
        let Some(_lock) = experiments.lock_member(experiment, member)? else {
            let taken = experiments.taken(experiment, member);
            return if alone { Err(taken.into()) } else { Ok(()) };
        };
        // As it is now that nobody else changes it.
        let mut record = experiments.record(experiment, member);
        let settings = experiment.settings(member)?;
        let run = record.run.as_deref().and_then(|id| self.store.look(id)).map(|run| run.info);
        let done = |run: &RunInfo| run.status == RunStatus::Finished && run.scores.is_some();
        if record.stopped || run.as_ref().is_some_and(done) {
            return Ok(());
        }
        self.tell(member, emit);
        if run.is_none()
            && let Some(twin) = self.known.find(&settings)
        {
            record.run = Some(twin);
            record.problem = None;
            return Ok(experiments.save_record(experiment, member, &record)?);
        }
        let shape = settings.augment.shape();
        // A run that was begun has its own pictures with the labels of then.
        let open = if run.is_none() { self.checked_pictures(shape, emit)? } else { self.pictures(shape, emit)? };
        let share = Share { until, cores: self.cores };
        let result = self.train(member, &settings, run, (&open, share), emit);
        let (experiments, experiment) = (&self.experiments, &self.experiment);
        let mut record = experiments.record(experiment, member);
        match result {
            Err(problem) if problem.kind == Kind::Cancelled => {
                record.stopped = self.control.wish() == Signal::Discard;
                Ok(experiments.save_record(experiment, member, &record)?)
            }
            Err(problem) => {
                record.problem = Some(problem.clone());
                experiments.save_record(experiment, member, &record)?;
                Err(problem.of(&experiment.label(member)).into())
            }
            Ok(()) if record.problem.is_some() => {
                record.problem = None;
                Ok(experiments.save_record(experiment, member, &record)?)
            }
            Ok(()) => Ok(()),
        }
    }

    /// Trains a new run, or goes on with `run`.
    fn train(
        &self,
        member: usize,
        settings: &Settings,
        run: Option<RunInfo>,
        (open, share): (&OpenDataset, Share),
        emit: &mut dyn FnMut(Event),
    ) -> Result<(), Problem> {
        // A control of its own, so that stopping this member does not stop the others.
        let own = self.control.within();
        let mut looked = Instant::now();
        let mut unwritten = None;
        let mut tell = |event: Event| {
            if let Event::TrainsOn { run, .. } = &event {
                let mut record = self.experiments.record(&self.experiment, member);
                record.run = Some(run.id.clone());
                unwritten = self.experiments.save_record(&self.experiment, member, &record).err().or(unwritten.take());
            }
            if matches!(event, Event::Train(TrainEvent::Batch(_))) && looked.elapsed() >= BETWEEN_LOOKS {
                looked = Instant::now();
                if self.experiments.is_cancelled(&self.experiment) {
                    self.control.set(Signal::Leave);
                }
                if self.experiments.is_stopped(&self.experiment, member) {
                    own.set(Signal::Leave);
                }
            }
            emit(event);
        };
        let result = match run {
            Some(run) => {
                let how = ResumeOptions { share, ..ResumeOptions::default() };
                training::resume(&run.id, open, &how, self.store, &own, &mut tell)
            }
            None => {
                let plan = Plan::new(settings, open.dataset.clone()).map_err(training::first)?;
                let asked = self.experiment.asked.clone();
                let member_of = MemberOf { experiment: self.experiment.id.clone(), member };
                let plan = Plan { device: asked.device, threads: asked.threads, member_of: Some(member_of), share, ..plan };
                training::train(&plan, self.store, &own, &mut tell)
            }
        };
        result.and(unwritten.map_or(Ok(()), Err))
    }

    /// Whether nothing more is to be begun.
    pub(super) fn ends(&self) -> bool {
        self.control.wish() != Signal::Go || self.experiments.is_cancelled(&self.experiment)
    }

    /// Makes room for what others do with them.
    pub(super) fn forget_pictures(&mut self) {
        self.open = None;
    }

    /// Takes for a member a finished run that is what it would be, if there is one.
    pub(super) fn take_twin(&self, member: usize) -> Result<bool, Problem> {
        let (experiments, experiment) = (&self.experiments, &self.experiment);
        let Some(twin) = self.known.find(&experiment.settings(member)?) else { return Ok(false) };
        let Some(_lock) = experiments.lock_member(experiment, member)? else { return Ok(false) };
        let mut record = experiments.record(experiment, member);
        if record.stopped || record.run.as_deref().is_some_and(|run| self.store.look(run).is_some()) {
            return Ok(false);
        }
        (record.run, record.problem) = (Some(twin), None);
        experiments.save_record(experiment, member, &record).map(|()| true)
    }

    /// The experiment's pictures, if they are those that it began with.
    pub(super) fn checked_pictures(&mut self, shape: PictureShape, emit: &mut dyn FnMut(Event)) -> Result<OpenDataset, Failure> {
        let open = self.pictures(shape, emit)?;
        match self.experiment.data {
            Some(then) if then != open.dataset.fingerprint() => Err(Failure::All(other_pictures())),
            _ => Ok(open),
        }
    }

    /// The experiment's pictures of this shape, those of before if they are the same.
    fn pictures(&mut self, shape: PictureShape, emit: &mut dyn FnMut(Event)) -> Result<OpenDataset, Failure> {
        let reading = self.experiment.reading.with_shape(shape);
        let is_it = |OpenDataset { dataset, .. }: &OpenDataset| {
            dataset.source == self.experiment.source
                && dataset.picture_shape() == shape
                && dataset.understood.reading.with_shape(shape) == reading
        };
        let open = match self.open.take().filter(is_it) {
            Some(open) => open,
            None => {
                let (dirs, source) = (AppDirs::with_runs_in(self.store.home()), self.experiment.source.settled());
                let edits = Edits::load(&dirs, &source).map_err(Failure::All)?;
                let mut progress = |stage: Stage, done, total| emit(Event::Progress { stage, done, total });
                data::open_as(&dirs, &source, reading, &edits, self.control, &mut progress).map_err(Failure::All)?
            }
        };
        self.open = Some(open.clone());
        Ok(open)
    }
}

/// Finished runs that an experiment would make again: same pictures, same settings, and a device that it asks for, so the same
/// bits; whoever leaves the device to the program takes a run of any.
struct ReusableRuns(Vec<(Settings, String)>);

impl ReusableRuns {
    fn of(experiment: &Experiment, store: &RunStore) -> Self {
        let alike = |run: &RunInfo| {
            run.data.is_some()
                && (run.data, &run.source) == (experiment.data, &experiment.source)
                // With any number of threads they are the same.
                && (experiment.asked.device == AUTOMATIC || run.asked.device == experiment.asked.device)
                && run.faces == experiment.reading.faces
                && run.task == experiment.task
                && run.committee.is_none()
                && (run.status, run.extensions) == (RunStatus::Finished, 0)
                && run.scores.is_some()
        };
        let runs = store.list().0.into_iter().filter(alike);
        let as_it_would_be = |run: RunInfo| {
            let settings = store.look_into(&run.id)?.settings?;
            // What was chosen afterwards would be found in the experiment's statistics.
            run.counted(Some(settings.augment.test_time_flip))?.ok().map(|_| (settings, run.id))
        };
        Self(runs.filter_map(as_it_would_be).collect())
    }

    fn find(&self, settings: &Settings) -> Option<String> {
        self.0.iter().find(|(known, _)| known == settings).map(|(_, id)| id.clone())
    }
}

fn other_pictures() -> Problem {
    Problem::new(
        Kind::Data,
        say(
            "The pictures or their labels are others than when this experiment began: its runs could not be compared",
            "Les images ou leurs étiquettes ne sont plus celles du début de cette expérience : ses essais ne seraient pas comparables",
        ),
        say("Undo the changes, or start a new experiment", "Annulez les changements, ou lancez une nouvelle expérience"),
    )
}
