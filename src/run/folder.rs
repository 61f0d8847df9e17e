//! One run's folder: which file is what, and how it is read and written.
//!
//! Each file is written under another name, brought to the disk and renamed: it is the old one or the new one. So that also
//! all of them together are of one epoch, whatever happens between two writes, there is one order:
//!
//! 1. `checkpoint/state.safetensors` holds everything: position, history, events, all weights, and with which settings to go
//!    on if the user has just asked for others. It is the truth: once it is written, the epoch has happened.
//! 2. `best.safetensors`, `history.jsonl` and `events.json` say the same for whoever looks for them.
//! 3. `run.json` comes last. It names the weights by their hash ([`WeightsId`]), and so do the scores in it and `report.json`.
//!
//! What is read follows the checkpoint where it is ahead of the files after it: [`Run::open`], [`Run::history`],
//! [`Run::event_log`], [`Run::settings`], and [`Run::weights`], which takes the best weights out of it if those in the file
//! are others. Nothing is mended on the way, for who looks at a run need not be allowed to write; the next epoch's end
//! writes all of them again. A report or scores of other weights are none ([`Run::report`]).
//!
//! A threshold or temperature that is chosen later is one write, too: that of the scores in `run.json`, which say with which
//! ([`Decision`]) they were counted. `report.json` says the same afterwards.
//!
//! The end of a training is the same, with the result in `best.safetensors` and `finished` in `run.json`. Where the disk has
//! room for the result but not for its larger checkpoint, the result stands alone: a finished `run.json` counts more than
//! a checkpoint of an earlier epoch, which is removed then. The run can be trained further from its weights. What a
//! finished run is asked for (`--more`, `--rate`) is one write, a checkpoint with more
//! [`extensions`](super::checkpoint::Position::extensions) than `run.json` knows: from there on it is unfinished.

use std::{
    fs,
    hash::{DefaultHasher, Hash as _, Hasher as _},
    io,
    path::{Path, PathBuf},
};

use super::{
    Run, RunFiles, RunInfo, RunStatus, RunView,
    checkpoint::{Checkpoint, Header, Reached},
    committee::own_network,
    known_weights,
    pictures::Picture,
};
use crate::{
    data::sample::{Framing, Source},
    evaluate::{Decision, Report, WeightsHash, WeightsId},
    files::{
        atomic,
        lock::{self, Lock},
        names, overwrite,
        stamp::Stamp,
    },
    history::{EpochRecord, EventLog},
    model::Weights,
    plan::{Plan, start::PriorPictures},
    problem::{Kind, Problem},
    settings::Settings,
    text::{LocalizedText, say},
};

impl Run {
    /// Opens the run in `folder`.
    ///
    /// # Errors
    /// Not a run, or a damaged one.
    pub fn open(folder: &Path) -> Result<Self, Problem> {
        let path = folder.join(names::RUN);
        if let Err(error) = fs::metadata(&path)
            && error.kind() == io::ErrorKind::PermissionDenied
        {
            return Err(Problem::io(&path, &error));
        }
        if !path.is_file() {
            let name = folder.display();
            return Err(Problem::new(
                Kind::File,
                LocalizedText {
                    en: format!("{name} is not a run: it has no run.json"),
                    fr: format!("{name} n’est pas un essai : il n’y a pas de run.json"),
                },
                say("Choose the folder of a run", "Choisissez le dossier d’un essai"),
            ));
        }
        let mut info: RunInfo = atomic::read_json(&path)?;
        // A folder that was copied or renamed, by hand or in the trash, is found under the name it has.
        if let Some(name) = folder
            .file_name()
            .and_then(|name| name.to_str())
            .filter(|_| folder.parent().is_some_and(|p| p.ends_with("runs") || p.ends_with("trash")))
        {
            info.id = name.to_owned();
        }
        // Drawings are whole pictures, also of runs from before that was written down.
        if info.source == Source::SampleFaces {
            info.framing = Framing::Whole;
        }
        let mut run = Self { folder: folder.to_owned(), info };
        if let Some(committee) = &run.info.committee {
            run.info.stored = RunFiles { starred: run.star_path().is_file(), ..committee.stored(folder) };
            return Ok(run);
        }
        let checkpoint = Reached::read(&run.checkpoint_path()).ok();
        let newest = checkpoint.filter(|reached| run.is_reached_by(reached));
        run.info.stored = RunFiles {
            weights: run.best_path().is_file() || newest.is_some_and(|at| at.best.is_some()),
            checkpoint: newest.is_some() || (checkpoint.is_some() && run.info.status != RunStatus::Finished),
            starred: run.star_path().is_file(),
            settings: None,
        };
        if let Some(at) = &newest {
            run.info.follow(at);
        }
        Ok(run)
    }

    /// Whether a checkpoint is of the epoch that the run has come to, or of a later one.
    fn is_reached_by(&self, reached: &Reached) -> bool {
        (reached.extensions, reached.epoch) >= (self.info.extensions, self.info.epochs_done)
    }

    /// What the checkpoint says, if it is not of an earlier epoch than the run.
    fn newest(&self) -> Option<Header> {
        Header::read(&self.checkpoint_path()).ok().filter(|header| self.is_reached_by(&header.position.reached()))
    }

    /// Everything that pages need.
    ///
    /// # Errors
    /// A damaged file; a report that cannot be read is left out instead, since it can be made again.
    pub fn view(&self) -> Result<RunView, Problem> {
        let (newest, last) = (self.newest(), self.last_report());
        let report = last.clone().filter(|report| self.is_of_its_weights(report));
        let (scores, outdated) = (report.as_ref().map(Report::run_scores), last.is_some() && report.is_none());
        Ok(RunView {
            info: RunInfo { scores: scores.or_else(|| self.info.scores.clone()).filter(|_| !outdated), ..self.info.clone() },
            settings: self.settings_by(newest.as_ref())?,
            history: self.history_by(newest.as_ref()),
            event_log: self.event_log_by(newest),
            report,
            outdated,
            folder: self.folder.clone(),
            pictures: self.pictures().unwrap_or_default().into(),
        })
    }

    /// Its settings, if they can be read, and its epochs so far.
    pub(super) fn settings_and_history(&self) -> (Option<Settings>, Vec<EpochRecord>) {
        let newest = self.newest();
        (self.settings_by(newest.as_ref()).ok(), self.history_by(newest.as_ref()))
    }

    /// What the run was trained with, or goes on with.
    ///
    /// # Errors
    /// A missing or damaged file.
    pub fn settings(&self) -> Result<Settings, Problem> {
        self.settings_by(self.newest().as_ref())
    }

    /// The same number for the same settings, as they were written at the start or when more was asked.
    pub(super) fn settings_key(&self) -> Option<u64> {
        let settings: Settings = atomic::read_json(&self.folder.join(names::SETTINGS)).ok()?;
        let mut hasher = DefaultHasher::new();
        serde_json::to_vec(&settings).ok()?.hash(&mut hasher);
        Some(hasher.finish())
    }

    fn settings_by(&self, newest: Option<&Header>) -> Result<Settings, Problem> {
        match newest.and_then(|header| header.settings.clone()) {
            Some(settings) => Ok(settings),
            None => atomic::read_json(&self.folder.join(names::SETTINGS)),
        }
    }

    /// The epochs so far; lines that cannot be read are left out.
    pub fn history(&self) -> Vec<EpochRecord> {
        self.history_by(self.newest().as_ref())
    }

    fn history_by(&self, newest: Option<&Header>) -> Vec<EpochRecord> {
        if let Some(header) = newest {
            return header.position.history.clone();
        }
        let text = fs::read_to_string(self.folder.join(names::HISTORY)).unwrap_or_default();
        text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect()
    }

    /// What happened in them; runs from before it was kept have none.
    pub fn event_log(&self) -> EventLog {
        self.event_log_by(self.newest())
    }

    fn event_log_by(&self, newest: Option<Header>) -> EventLog {
        newest
            .and_then(|header| header.event_log)
            .unwrap_or_else(|| atomic::read_json(&self.folder.join(names::EVENTS)).unwrap_or_default())
    }

    /// The report, if the weights that the run has now were evaluated.
    pub fn report(&self) -> Option<Report> {
        self.last_report().filter(|report| self.is_of_its_weights(report))
    }

    /// The last report, of earlier weights perhaps, for the threshold and whatever else was chosen on it; none before the run
    /// was evaluated.
    ///
    /// # Errors
    /// A damaged file.
    pub fn read_report(&self) -> Result<Option<Report>, Problem> {
        let path = self.folder.join(names::REPORT);
        if fs::symlink_metadata(&path).is_err_and(|error| error.kind() == io::ErrorKind::NotFound) {
            return Ok(None);
        }
        let report: Report = atomic::read_json(&path)?;
        let decision = self.info.scores.as_ref().filter(|scores| scores.weights == report.weights);
        let decision = decision.and_then(|scores| scores.decision).filter(|chosen| chosen.mirrored == report.mirrored);
        let Decision { threshold, temperature, .. } = decision.unwrap_or(report.decision());
        Ok(Some(Report { threshold, temperature, ..report }))
    }

    /// Takes this threshold and this temperature for the answers of `report`, the run's own.
    ///
    /// # Errors
    /// A full disk, no permission.
    pub fn keep_decision(&mut self, report: &Report, threshold: f64, temperature: f64) -> Result<(), Problem> {
        let report = Report { threshold, temperature, ..report.clone() };
        self.update(|info| info.scores = Some(report.run_scores()))?;
        self.save_report(&report)
    }

    /// The last report, if it can be read.
    fn last_report(&self) -> Option<Report> {
        self.read_report().ok().flatten()
    }

    /// Whether `report` is of the weights that the run has now. Of weights that cannot be read, it is what is known.
    pub(super) fn is_of_its_weights(&self, report: &Report) -> bool {
        match report.weights {
            None => self.info.weights.is_none(),
            Some(evaluated) => self.weights_hash().map_or(true, |now| now == evaluated.hash),
        }
    }

    /// The weights that the run answers with, and which they are.
    ///
    /// # Errors
    /// None yet, or a damaged file.
    pub fn weights(&self) -> Result<(Weights, WeightsId), Problem> {
        if self.info.committee.is_some() {
            return Err(own_network());
        }
        let epoch = self.info.best_epoch.unwrap_or(self.info.epochs_done);
        let epoch = self.info.weights.map_or(epoch, |named| named.epoch);
        let unchanged = Stamp::of(&self.best_path());
        let stored = Weights::load(&self.best_path()).map(|weights| {
            let id = WeightsId::of(epoch, &weights);
            known_weights::remember(&self.best_path(), unchanged, id.hash);
            (weights, id)
        });
        if let Some(named) = self.info.weights
            && !stored.as_ref().is_ok_and(|(_, id)| *id == named)
            && self.newest().is_some_and(|header| header.position.best == Some(named))
            && let Ok(Checkpoint { best: Some(best), .. }) = Checkpoint::load(&self.checkpoint_path())
        {
            return Ok((best, named));
        }
        stored
    }

    /// As [`Run::weights`], which of them alone: without reading them where they are known to be those of before.
    fn weights_hash(&self) -> Result<WeightsHash, Problem> {
        if let (Some(_), Some(named)) = (&self.info.committee, self.info.weights) {
            return Ok(named.hash);
        }
        match (known_weights::hash(&self.best_path()), self.info.weights) {
            (Some(known), named) if named.is_none_or(|named| named.hash == known) => Ok(known),
            _ => self.weights().map(|(_, now)| now.hash),
        }
    }

    /// Whether it is known which pictures it had: exported weights may come without.
    pub fn has_pictures(&self) -> bool {
        self.folder.join(names::PICTURES).is_file()
    }

    /// The pictures with their parts and labels as they were at the start.
    ///
    /// # Errors
    /// A missing or damaged file.
    pub fn pictures(&self) -> Result<Vec<Picture>, Problem> {
        atomic::read_json(&self.folder.join(names::PICTURES))
    }

    /// The best weights; those of the last epoch if the best are not to be restored.
    pub fn best_path(&self) -> PathBuf {
        self.folder.join(names::BEST)
    }

    /// The star that the user gave it, an empty file.
    pub(super) fn star_path(&self) -> PathBuf {
        self.folder.join("starred")
    }

    /// The weights that it took over from another run.
    pub(super) fn start_path(&self) -> PathBuf {
        self.folder.join(names::START)
    }

    /// The pictures that those weights were made of ([`PriorPictures`]).
    pub(super) fn prior_path(&self) -> PathBuf {
        self.folder.join(names::START_PICTURES)
    }

    /// All that is needed to go on.
    pub fn checkpoint_path(&self) -> PathBuf {
        self.folder.join(names::CHECKPOINT)
    }

    /// The weights of one epoch, where every n-th is kept.
    pub fn epoch_path(&self, epoch: u32) -> PathBuf {
        self.folder.join(format!("epoch-{epoch:04}.safetensors"))
    }

    /// Changes `run.json`, keeping what others (a renaming window, a training worker) wrote there meanwhile.
    ///
    /// # Errors
    /// A full disk, no permission, another program that does not end its own change.
    pub fn update(&mut self, change: impl FnOnce(&mut RunInfo)) -> Result<(), Problem> {
        let lock = self.folder.join("run.json.lock");
        let held = Lock::wait(&lock, lock::PATIENCE).map_err(|error| Problem::writing(&lock, &error))?;
        let _held = held.ok_or_else(|| overwrite::busy(&self.folder))?;
        if let Ok(current) = Self::open(&self.folder) {
            self.info = current.info;
        }
        change(&mut self.info);
        self.info.forget_earlier_scores();
        self.save()
    }

    /// Writes `run.json`.
    pub(super) fn save(&self) -> Result<(), Problem> {
        atomic::write_json(&self.folder.join(names::RUN), &self.info)
    }

    /// Writes `settings.json`.
    ///
    /// # Errors
    /// A full disk, no permission.
    pub fn save_settings(&self, settings: &Settings) -> Result<(), Problem> {
        atomic::write_json(&self.folder.join(names::SETTINGS), settings)
    }

    /// Writes `history.jsonl`: one epoch a line.
    ///
    /// # Errors
    /// A full disk, no permission.
    pub fn save_history(&self, history: &[EpochRecord]) -> Result<(), Problem> {
        let path = self.folder.join(names::HISTORY);
        let mut text = Vec::new();
        for record in history {
            serde_json::to_writer(&mut text, record).map_err(|error| atomic::foreign(&path, &error))?;
            text.push(b'\n');
        }
        atomic::write(&path, &text)
    }

    /// Writes `events.json`.
    ///
    /// # Errors
    /// A full disk, no permission.
    pub fn save_event_log(&self, event_log: &EventLog) -> Result<(), Problem> {
        let path = self.folder.join(names::EVENTS);
        let text = serde_json::to_vec(event_log).map_err(|error| atomic::foreign(&path, &error))?;
        atomic::write(&path, &text)
    }

    /// Writes `report.json`. Names that are not UTF-8 are written as closely as JSON can.
    ///
    /// # Errors
    /// A full disk, no permission.
    pub fn save_report(&self, report: &Report) -> Result<(), Problem> {
        let mut report = report.clone();
        for prediction in report.predictions.iter_mut().chain(&mut report.validation) {
            if prediction.file.to_str().is_none() {
                prediction.file = prediction.file.to_string_lossy().into_owned().into();
            }
        }
        let path = self.folder.join(names::REPORT);
        let text = serde_json::to_vec(&report).map_err(|error| atomic::foreign(&path, &error))?;
        atomic::write(&path, &text)
    }

    /// Keeps the weights that `plan` takes over, if it does, and what they were made of.
    pub(super) fn save_start(&self, plan: &Plan) -> Result<(), Problem> {
        let Some(start) = &plan.start else { return Ok(()) };
        start.weights.save(&self.start_path())?;
        start.prior.as_ref().map_or(Ok(()), |prior| self.save_prior(prior))
    }

    pub(super) fn save_prior(&self, prior: &PriorPictures) -> Result<(), Problem> {
        let path = self.prior_path();
        let text = serde_json::to_vec(prior).map_err(|error| atomic::foreign(&path, &error))?;
        atomic::write(&path, &text)
    }

    pub(super) fn save_pictures(&self, pictures: &[Picture]) -> Result<(), Problem> {
        let path = self.folder.join(names::PICTURES);
        let text = serde_json::to_vec(pictures).map_err(|error| atomic::foreign(&path, &error))?;
        atomic::write(&path, &text)
    }

    /// Whether some process, this one too, is training the run.
    pub fn is_locked(&self) -> bool {
        Lock::is_held(&self.folder.join("lock"))
    }

    /// Claims the run for training.
    ///
    /// # Errors
    /// Another window or command is training it.
    pub fn lock(&self) -> Result<Lock, Problem> {
        let path = self.folder.join("lock");
        Lock::take(&path).map_err(|error| Problem::writing(&path, &error))?.ok_or_else(|| {
            Problem::new(
                Kind::File,
                LocalizedText {
                    en: format!("The run {} is being trained by another window or command", self.info.id),
                    fr: format!("L’essai {} est en cours dans une autre fenêtre ou commande", self.info.id),
                },
                say("Wait until it ends, or stop it there", "Attendez qu’il finisse, ou arrêtez-le là-bas"),
            )
        })
    }
}
