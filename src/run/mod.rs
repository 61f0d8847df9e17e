//! A run on disk: a folder with `run.json` (what it is), `settings.json`, `pictures.json` (the split with its labels),
//! `history.jsonl`, `events.json` (what happened meanwhile), `best.safetensors`, `checkpoint/` (to resume), and `report.json`.
//! One that started from another has the weights that it took over in `start.safetensors`, and which pictures they were made of
//! in `start-pictures.json`.
//!
//! In which order they are written, and which of them is believed where a crash came between two, is said in `folder`.

mod changes;
pub mod checkpoint;
pub mod committee;
pub mod date;
pub mod export;
mod folder;
mod id;
mod known_runs;
mod known_weights;
mod naming;
pub mod paired;
pub mod pictures;
mod predictor;
pub mod run_pictures;
mod start;
mod store;
mod trash;

pub use changes::Changes;
pub use known_runs::Looked;
pub use naming::file_name_of;
pub use paired::Paired;
pub use predictor::without_its_report;
pub use run_pictures::RunPictures;
pub use store::RunStore;
pub use trash::{TRASH_DAYS, Trashed};

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use serde::{Deserialize, Serialize};

use checkpoint::Reached;
use committee::Committee;
use pictures::Picture;

use crate::{
    data::{
        face_crop::FaceCrops,
        sample::{Framing, Source},
        task::Task,
    },
    evaluate::{RunScores, WeightsId},
    files::overwrite,
    history::{EpochRecord, EventLog, StopReason},
    model::Network,
    plan::{AUTOMATIC, MemberOf, start::StartedFrom},
    problem::Problem,
    settings::Settings,
    text::{Lang, LocalizedText},
};

/// The version of this program.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// A run's folder with what it is.
#[derive(Clone, Debug, PartialEq)]
pub struct Run {
    pub folder: PathBuf,
    pub info: RunInfo,
}

/// What a run is, in `run.json`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RunInfo {
    /// The folder's name: date and time of the start, `2026-11-22-140211`.
    pub id: String,
    /// The user's name for it; where that is `automatic`, the English one of these.
    pub name: String,
    /// The name that it got at its start, as long as the user has not given another.
    #[serde(default)]
    pub automatic: Option<LocalizedText>,
    pub note: String,
    /// Seconds since 1970, UTC.
    pub created: u64,
    pub status: RunStatus,
    pub source: Source,
    /// What it learns, with the names of the classes.
    #[serde(flatten)]
    pub task: Task,
    /// How the pictures are framed that it learned from.
    #[serde(default)]
    pub framing: Framing,
    /// What was taken of each picture.
    #[serde(default)]
    pub faces: FaceCrops,
    /// The data set's [fingerprint](crate::data::dataset::Dataset::fingerprint) at the start.
    #[serde(default)]
    pub data: Option<u64>,
    /// Pictures in the training, validation and test part.
    pub pictures: [u32; 3],
    pub device: String,
    /// The device and the number of threads that were asked for, to go on with the same before there is a checkpoint.
    #[serde(default)]
    pub asked: RequestedDevice,
    pub epochs_done: u32,
    pub best_epoch: Option<u32>,
    pub stopped: Option<StopReason>,
    /// Seconds of training, without pauses.
    pub seconds: f64,
    /// Which weights it answers with; `None` before there are any, and in runs of before.
    #[serde(default)]
    pub weights: Option<WeightsId>,
    /// The numbers that matter of the test part, once these weights are evaluated.
    pub scores: Option<RunScores>,
    /// How often it was asked to be trained further than it had been.
    #[serde(default)]
    pub extensions: u32,
    /// Of which experiment it is a part.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub member_of: Option<MemberOf>,
    /// What it is made of, if it is several runs that answer together.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub committee: Option<Committee>,
    /// The run that it started from, and what was taken of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started_from: Option<StartedFrom>,
    /// The versions of the program that trained it, in their order, or made it of others; none in runs of before.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub versions: Vec<String>,
    /// Looked up each time the run is opened and never written down: the files are what counts.
    #[serde(skip)]
    pub stored: RunFiles,
}

/// What stands beside a run's `run.json`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RunFiles {
    /// Those that it answers with.
    pub weights: bool,
    /// What it takes to go on as if nothing had happened; exported weights come without.
    pub checkpoint: bool,
    /// Whether the user gave it a star.
    pub starred: bool,
    /// The same number for the same settings; `None` where they were not looked at, or cannot be read.
    pub settings: Option<u64>,
}

/// What a training was asked to compute with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequestedDevice {
    /// As `--device` takes it.
    pub device: String,
    /// Of the processor; `None` takes all cores.
    pub threads: Option<usize>,
}

impl Default for RequestedDevice {
    fn default() -> Self {
        Self { device: AUTOMATIC.to_owned(), threads: None }
    }
}

/// Where a run stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RunStatus {
    /// Training now, or interrupted by a crash if no process has it (`RunStore::list` says `Paused` then).
    Training,
    /// It can go on.
    Paused,
    Finished,
}

/// An opened run, as pages need it: no weights.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RunView {
    pub info: RunInfo,
    pub settings: Settings,
    pub history: Vec<EpochRecord>,
    /// What happened in these epochs.
    #[serde(default)]
    pub event_log: EventLog,
    pub report: Option<crate::evaluate::Report>,
    /// Whether there is a report, of earlier weights, which is left out.
    #[serde(default)]
    pub outdated: bool,
    pub folder: PathBuf,
    /// Its pictures with their parts and labels; none where the run came without them.
    #[serde(skip)]
    pub pictures: Arc<[Picture]>,
}

impl RunInfo {
    /// That `path`, where something that is made of the run is to be written, lies neither in the folder of a run, among those
    /// of `home` or elsewhere, nor among the pictures that it learned from.
    ///
    /// # Errors
    /// It does.
    pub fn check_place(&self, home: &Path, path: &Path) -> Result<(), Problem> {
        overwrite::not_within_a_run(home, path)?;
        match &self.source {
            Source::Folder(pictures) => overwrite::not_among_pictures(pictures, path),
            Source::SampleFaces => Ok(()),
        }
    }

    /// The epoch whose weights it answers with: the best one unless the last is to be kept.
    pub fn kept_epoch(&self) -> Option<u32> {
        self.weights.map_or(self.best_epoch, |weights| Some(weights.epoch))
    }

    /// Takes over what the newest checkpoint says, for it is written first.
    fn follow(&mut self, at: &Reached) {
        // What a training ends with is in the description; a checkpoint is ahead of it only once more is asked.
        if self.status != RunStatus::Finished || at.extensions > self.extensions {
            if self.status == RunStatus::Finished {
                (self.status, self.stopped) = (RunStatus::Paused, None);
            }
            (self.epochs_done, self.best_epoch, self.seconds) = (at.epoch, at.best_epoch, at.seconds);
            (self.extensions, self.weights) = (at.extensions, at.best.or(self.weights));
            self.forget_earlier_scores();
        }
    }

    /// Scores of other weights than those it answers with are not its own.
    fn forget_earlier_scores(&mut self) {
        self.scores = self.scores.take().filter(|scores| scores.weights == self.weights);
    }

    /// This version trains it from here on. Of a run of before, nothing is known of what trained it first, and nothing is said.
    pub fn trained_by_this_version(&mut self) {
        if self.versions.last().is_some_and(|last| last != VERSION) {
            self.versions.push(VERSION.to_owned());
        }
    }

    /// Whether nothing was learned yet, so that it may begin anew.
    pub fn is_fresh(&self) -> bool {
        self.status != RunStatus::Finished && self.epochs_done == 0
    }

    /// What must stand under each prediction of the run.
    pub fn caution(&self) -> LocalizedText {
        self.task.caution(&self.source, self.framing)
    }

    /// What it is called.
    pub fn name(&self, lang: Lang) -> &str {
        self.automatic.as_ref().map_or(&self.name, |name| name.get(lang))
    }

    /// Takes the user's name for it; one that it has already stays what it is.
    pub fn rename(&mut self, name: String) {
        if Lang::ALL.iter().all(|lang| self.name(*lang) != name) {
            (self.name, self.automatic) = (name, None);
        }
    }

    /// Which run, on which data, from when: `Run “Quick look” · UTKFace · Nov 22, 2026, 14:02`.
    pub fn line(&self, lang: Lang) -> String {
        self.line_as(self.name(lang), lang)
    }

    /// The same of one that is called `name` by now.
    pub fn line_as(&self, name: &str, lang: Lang) -> String {
        let (source, day) = (self.source.name(), date::day_and_time(lang, self.created));
        match lang {
            Lang::En => format!("Run “{name}” · {} · {day}", source.en),
            Lang::Fr => format!("Essai «\u{a0}{name}\u{a0}» · {} · {day}", source.fr),
        }
    }
}

impl RunView {
    /// The network that it trains.
    ///
    /// # Errors
    /// Settings that cannot be built.
    pub fn network(&self) -> Result<Network, Problem> {
        self.settings.network(&self.info.task)
    }

    /// Whether its report is about pictures of another folder than its own.
    pub fn evaluated_elsewhere(&self) -> bool {
        self.report.as_ref().is_some_and(|report| report.part.is_none())
    }

    /// Whether its answers are the mean over each picture and its mirror image: as it was evaluated last, or will be.
    pub fn mirrored(&self) -> bool {
        self.report.as_ref().map_or(self.settings.augment.test_time_flip, |report| report.mirrored)
    }
}
