//! One worker thread does all long work, one job at a time; the answerer replies to single photos meanwhile.
//!
//! A window makes a [`Worker`] and an [`Answerer`], gives both a way to wake it, and drains [`Worker::events`] and
//! [`Answerer::answers`] each frame; none of that ever waits. What is not long work has threads of its own ([`Lane`]), so that
//! runs can be looked at while one is trained, and a click does not wait for an export.

mod answerer;
pub mod awake;
mod committee;
mod conclude;
mod evaluate_again;
mod evaluation;
mod experiment;
mod fallback;
mod job;
mod locate;
mod member_processes;
mod member_queue;
mod open;
mod thread;
mod training;
mod unfinished_jobs;

pub use answerer::{Answerer, Crop, PhotoSource, PredictionRequest, PredictionResult, Reply};
pub use committee::Candidates;
pub use experiment::{ExperimentOptions, train_experiment};
pub use job::perform;
pub use member_processes::{Jobs, train_in_processes};
pub use thread::{Delivery, Worker};
pub use training::train_on;

pub(crate) use locate::gone;
pub(crate) use training::{check_resumable, first, train_in};

use std::{path::PathBuf, sync::Arc};

use serde::{Deserialize, Serialize};

use crate::{
    control::{Glimpse, Stage},
    data::{
        cache::kept::CacheUsage,
        dataset::Dataset,
        duplicates::DuplicateGroup,
        edits::Edits,
        open_dataset::OpenDataset,
        reading::Reading,
        sample::{Framing, Source},
    },
    engine::SelfTest,
    experiment::{Cost, Draft, Experiment, ExperimentView, MemberRuns, MemberView, Watched},
    files::table::TableForm,
    plan::{Plan, Share},
    problem::Problem,
    run::{
        Paired, RunInfo, RunPictures, RunView, Trashed,
        export::{ExportOptions, Format, PlotKind},
    },
    text::{Lang, LocalizedText},
    train::{event::TrainEvent, rate_range::RateRange, trial::Trial},
};

/// Numbers jobs; an envelope whose job is not the current one is dropped.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct JobId(pub u64);

/// What the app asks of the worker.
#[derive(Clone, Debug)]
pub enum Command {
    /// Scan a source, decode what is new, and give the data set.
    Open(Source),
    /// The same, with a folder read as the user says; that is remembered for it.
    OpenAs {
        source: Source,
        reading: Reading,
    },
    Train(Box<Plan>),
    /// Go on with a paused or interrupted run, or with a finished one.
    Resume {
        run: String,
        open: OpenDataset,
        how: ResumeOptions,
    },
    /// Train a few batches on each of these devices, to say how long the whole would take.
    Try {
        plan: Box<Plan>,
        devices: Vec<String>,
    },
    /// Train a few batches at rising rates, to propose one.
    TestRates(Box<Plan>),
    /// Train anew as a run was trained, on what is left of its pictures in the same parts.
    TrainAgain {
        run: String,
        open: OpenDataset,
        device: String,
    },
    /// Keep in the side file what has become of the edits `before`, and give the data set with all that are there.
    Edit {
        open: OpenDataset,
        before: Edits,
        edits: Edits,
    },
    /// Look for pictures that look the same.
    FindNear(Arc<Dataset>),
    /// Evaluate a run again, on its own test part (`None`) or on all pictures of another source.
    Evaluate {
        run: String,
        source: Option<Source>,
        open: Option<OpenDataset>,
        /// As `--device` takes it.
        device: String,
        /// With each picture's mirror image or without; `None` as it was evaluated before. Its predictions follow.
        mirrored: Option<bool>,
    },
    /// Compare a device's arithmetic with the plain reference, and measure it.
    TestDevice(String),
    /// Evaluate every picture of a folder into a CSV file.
    PredictFolder {
        run: String,
        folder: PathBuf,
        csv: PathBuf,
        framing: Framing,
        form: TableForm,
        /// Begin the table anew, whatever is there.
        overwrite: bool,
    },
    /// `dataset` is the run's, if it is open, for the pictures that `options` may ask for.
    Export {
        run: String,
        format: Format,
        path: PathBuf,
        options: ExportOptions,
        dataset: Option<Arc<Dataset>>,
        /// The run with a report that is told and not kept, of another folder's pictures, if that is to be exported.
        elsewhere: Option<Arc<RunView>>,
    },
    /// Draw one plot of a run as it is shown, as SVG or PNG by the file's ending.
    SavePlot {
        view: Arc<RunView>,
        plot: PlotKind,
        lang: Lang,
        path: PathBuf,
        /// Replace the file that is there.
        overwrite: bool,
    },
    /// Take a run's folder, or exported weights, from elsewhere among the runs.
    ImportRun(PathBuf),
    /// Copy (or hard-link) the data set into `train|validation|test/class` folders.
    CopyFolders {
        plan: Box<Plan>,
        out: PathBuf,
        link: bool,
    },
    /// Find a run's pictures as they are now; `open` is its own, if that is open.
    FindPictures {
        run: String,
        open: Option<OpenDataset>,
    },
    /// The run's pictures are in this folder now: compared by content with those that it began with, and written down. What
    /// the user said about the folder of before holds for this one.
    LocatePictures {
        run: String,
        folder: PathBuf,
    },
    /// Make an experiment on the pictures and the device of `plan`, and train it.
    StartExperiment {
        draft: Box<Draft>,
        plan: Box<Plan>,
    },
    /// Have runs answer together, as one run among the others, and show it.
    Committee {
        of: Candidates,
        /// What it is called, unless that is left open.
        name: Option<String>,
    },
    /// Say what a draft would take, by the plan of one of its runs.
    CostOfExperiment {
        draft: Box<Draft>,
        plan: Box<Plan>,
    },
    /// Train what is missing of an experiment: all, or `only` the member of this place. `open` is used if it is the
    /// experiment's.
    RunExperiment {
        experiment: String,
        only: Option<usize>,
        open: Option<OpenDataset>,
    },
    /// Give all experiments.
    ListExperiments,
    /// Give one as it is now.
    ViewExperiment(String),
    /// Look at a folder of runs that others train; what did not change since `before` is not read again.
    Watch {
        folder: PathBuf,
        before: Option<Arc<Watched>>,
    },
    ListRuns,
    OpenRun(String),
    /// Give a run's view without showing it on Results and Predict.
    ViewRun(String),
    /// Compare what two runs say of the pictures on which both were evaluated.
    Pair {
        first: Arc<RunView>,
        second: Arc<RunView>,
    },
    /// Name and note.
    RenameRun {
        run: String,
        name: String,
        note: String,
    },
    /// Give a run its star, or take it.
    StarRun {
        run: String,
        on: bool,
    },
    DeleteRun(String),
    RestoreRun(String),
    /// Give the deleted runs.
    ListTrash,
    /// Remove this deleted run for good, or all of them.
    RemoveDeleted(Option<String>),
    /// Take out of the trash what has been there for long, and out of the cache what a crash left.
    EmptyTrash,
    /// Say how much the cache holds.
    MeasureCache,
    /// Remove what the cache holds of other folders than the one that is open.
    CleanCache {
        open: Option<Source>,
    },
    /// Threshold and temperature for the run's predictions, on the scale that is shown.
    KeepThreshold {
        run: String,
        threshold: f64,
        temperature: f64,
    },
}

/// How a run goes on; the default is as it was.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ResumeOptions {
    /// Epochs to add to those done.
    pub more: u32,
    /// Another device than the run's, as `--device` takes it.
    pub device: Option<String>,
    /// From the best weights, at this rate and with an optimizer that remembers nothing: after a loss that ran away.
    pub learning_rate: Option<f64>,
    pub share: Share,
}

impl ResumeOptions {
    /// As it was, for `more` epochs.
    pub fn more(more: u32) -> Self {
        Self { more, ..Self::default() }
    }
}

/// Which of the worker's threads does a command. Each does one at a time, in the order in which they were asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lane {
    /// The long work, which has a phase and can be steered.
    Long,
    /// What a click waits for: none of it takes long.
    Shelf,
    /// Decisions about single pictures: where other squares are taken, pictures are decoded.
    Edits,
    /// What makes something of runs beside the long work, which may take minutes.
    Making,
    /// What removes files, of which there may be many.
    Removing,
    /// What looks for a run's pictures, which may take a while and hold nothing else up.
    Pictures,
    /// What looks at a folder on a disk of others, which may not answer for long.
    Watching,
}

impl Command {
    /// Which thread does it.
    pub const fn lane(&self) -> Lane {
        match self {
            Self::ListRuns
            | Self::CostOfExperiment { .. }
            | Self::ListExperiments
            | Self::ViewExperiment(_)
            | Self::OpenRun(_)
            | Self::ViewRun(_)
            | Self::Pair { .. }
            | Self::RenameRun { .. }
            | Self::StarRun { .. }
            | Self::DeleteRun(_)
            | Self::RestoreRun(_)
            | Self::ListTrash
            | Self::MeasureCache
            | Self::KeepThreshold { .. } => Lane::Shelf,
            Self::Edit { .. } => Lane::Edits,
            Self::Committee { .. } | Self::Export { .. } | Self::SavePlot { .. } | Self::ImportRun(_) => Lane::Making,
            Self::RemoveDeleted(_) | Self::EmptyTrash | Self::CleanCache { .. } => Lane::Removing,
            Self::FindPictures { .. } | Self::LocatePictures { .. } => Lane::Pictures,
            Self::Watch { .. } => Lane::Watching,
            Self::Open(_)
            | Self::OpenAs { .. }
            | Self::Train(_)
            | Self::Resume { .. }
            | Self::Try { .. }
            | Self::TestRates(_)
            | Self::TrainAgain { .. }
            | Self::FindNear(_)
            | Self::Evaluate { .. }
            | Self::TestDevice(_)
            | Self::PredictFolder { .. }
            | Self::CopyFolders { .. }
            | Self::StartExperiment { .. }
            | Self::RunExperiment { .. } => Lane::Long,
        }
    }

    /// Whether it writes down what the user has decided, which would be lost if the program ended before.
    pub const fn keeps(&self) -> bool {
        matches!(
            self,
            Self::Edit { .. }
                | Self::RenameRun { .. }
                | Self::StarRun { .. }
                | Self::KeepThreshold { .. }
                | Self::DeleteRun(_)
                | Self::RestoreRun(_)
                | Self::RemoveDeleted(_)
                | Self::LocatePictures { .. }
        )
    }

    /// Whether it moves a run between the runs and the trash.
    const fn moves_a_run(&self) -> bool {
        matches!(self, Self::DeleteRun(_) | Self::RestoreRun(_))
    }

    /// The run whose folder is to stay where it is until this is done.
    fn holds(&self) -> Option<&str> {
        match self {
            Self::Export { run, .. } | Self::DeleteRun(run) | Self::RestoreRun(run) => Some(run),
            _ => None,
        }
    }
}

/// What the worker tells, with the job it belongs to.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Envelope {
    pub job: JobId,
    pub event: Event,
}

/// What the worker tells.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    Progress {
        stage: Stage,
        done: u64,
        total: u64,
    },
    /// Some of the pictures that are being decoded, on the way to a data set.
    Glimpses {
        #[serde(skip)]
        glimpses: Vec<Glimpse>,
    },
    /// The data set is usable.
    Opened {
        #[serde(with = "found", rename = "dataset")]
        open: OpenDataset,
    },
    /// The data set with other edits.
    Edited {
        #[serde(with = "found", rename = "dataset")]
        open: OpenDataset,
    },
    /// Groups of pictures that look the same in `dataset`.
    Near {
        #[serde(skip)]
        dataset: Arc<Dataset>,
        groups: Vec<DuplicateGroup>,
    },
    Train(TrainEvent),
    /// A run that is about to be trained, and the pictures that it learns from, of which [`TrainEvent::Faces`] are some.
    TrainsOn {
        run: Box<RunInfo>,
        #[serde(skip)]
        dataset: Arc<Dataset>,
    },
    /// A run's pictures as they are now, or why they are not there.
    Pictures {
        run: String,
        #[serde(skip, default = "nothing")]
        run_pictures: Result<Arc<RunPictures>, Problem>,
    },
    /// How fast a plan goes on one device.
    Tried(Trial),
    /// What a device's self-test has found.
    Tested {
        device: String,
        test: SelfTest,
    },
    /// What a test of learning rates has found.
    Rates(RateRange),
    /// A run was evaluated; the view has its report.
    Evaluated(Box<RunView>),
    Runs {
        runs: Vec<RunInfo>,
    },
    /// The deleted runs, what was deleted last first.
    Trash {
        trash: Vec<Trashed>,
    },
    RunOpened(Box<RunView>),
    /// The threshold and the temperature of a run were kept; this is the run with them.
    DecisionKept(Box<RunView>),
    RunViewed(Box<RunView>),
    /// What two runs say of the same pictures, by their ids, or why that cannot be compared.
    Paired {
        runs: [String; 2],
        paired: Box<Result<Paired, Problem>>,
    },
    /// All experiments, the newest first.
    Experiments {
        experiments: Vec<Experiment>,
        runs: MemberRuns,
    },
    /// What the runs of a draft take.
    ExperimentCost {
        draft: Box<Draft>,
        cost: Cost,
    },
    /// An experiment as it is now.
    Experiment(Box<ExperimentView>),
    /// A watched folder as it is now, or why it cannot be looked at.
    Watched {
        folder: PathBuf,
        watched: Box<Result<Watched, Problem>>,
    },
    /// A member of an experiment is about to be trained, or has ended; between these, what is told of a training is about it.
    Member {
        experiment: String,
        /// Its place among the members.
        member: usize,
        view: Box<MemberView>,
    },
    /// A run's pictures are in another place than before, which is written down.
    Located {
        run: String,
        /// Where they were.
        then: PathBuf,
        folder: PathBuf,
    },
    /// A folder that could not be opened can be read in these ways, each with the words for it.
    Readable {
        folder: PathBuf,
        ways: Vec<(Reading, LocalizedText)>,
    },
    /// What the cache holds.
    Kept(CacheUsage),
    /// Files were written here.
    Wrote {
        path: PathBuf,
        what: LocalizedText,
    },
    /// Something failed, but the job goes on.
    Warned(Problem),
    Finished,
    Failed(Problem),
}

/// Pictures cannot be written down.
fn nothing() -> Result<Arc<RunPictures>, Problem> {
    Err(Problem::cancelled())
}

/// An open data set is written as what was found.
mod found {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use crate::data::{dataset::Dataset, open_dataset::OpenDataset};

    /// The data set itself.
    pub fn serialize<S: Serializer>(open: &OpenDataset, serializer: S) -> Result<S::Ok, S::Error> {
        open.dataset.as_ref().serialize(serializer)
    }

    /// A data set without edits.
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<OpenDataset, D::Error> {
        Dataset::deserialize(deserializer).map(OpenDataset::from)
    }
}
