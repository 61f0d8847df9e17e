//! One run's folder: which file is what, and how it is read and written.

use std::{
    fs::{self, File, TryLockError},
    path::{Path, PathBuf},
};

use super::{Run, RunInfo, RunView, Stored, pictures::Picture};
use crate::{
    data::sample::{Framing, Source},
    evaluate::Report,
    files::atomic,
    history::{EpochRecord, EventLog},
    problem::{Kind, Problem},
    settings::Settings,
    text::{LocalizedText, say},
};

/// Held while a run is trained, by any process; the system lets go of it when the process ends, however it ends.
#[derive(Debug)]
pub struct Lock {
    _file: File,
}

impl Run {
    /// Opens the run in `folder`.
    ///
    /// # Errors
    /// Not a run, or a damaged one.
    pub fn open(folder: &Path) -> Result<Self, Problem> {
        let path = folder.join("run.json");
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
        // A folder that was copied or renamed by hand is found under the name it has.
        if let Some(name) =
            folder.file_name().and_then(|name| name.to_str()).filter(|_| folder.parent().is_some_and(|p| p.ends_with("runs")))
        {
            info.id = name.to_owned();
        }
        // Drawings are whole pictures, also of runs from before that was written down.
        if info.source == Source::SampleFaces {
            info.framing = Framing::Whole;
        }
        let mut run = Self { folder: folder.to_owned(), info };
        run.info.stored = Stored { weights: run.best_path().is_file(), checkpoint: run.checkpoint_path().is_file() };
        Ok(run)
    }

    /// Everything that pages need.
    ///
    /// # Errors
    /// A damaged file; a report that cannot be read is left out instead, since it can be made again.
    pub fn view(&self) -> Result<RunView, Problem> {
        Ok(RunView {
            info: self.info.clone(),
            settings: self.settings()?,
            history: self.history(),
            event_log: self.event_log(),
            report: self.report(),
            folder: self.folder.clone(),
            pictures: self.pictures().unwrap_or_default().into(),
        })
    }

    /// What the run was trained with.
    ///
    /// # Errors
    /// A missing or damaged file.
    pub fn settings(&self) -> Result<Settings, Problem> {
        atomic::read_json(&self.folder.join("settings.json"))
    }

    /// The epochs so far; lines that cannot be read are left out.
    pub fn history(&self) -> Vec<EpochRecord> {
        let text = fs::read_to_string(self.folder.join("history.jsonl")).unwrap_or_default();
        text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect()
    }

    /// What happened in them; runs from before it was kept have none.
    pub fn event_log(&self) -> EventLog {
        atomic::read_json(&self.folder.join("events.json")).unwrap_or_default()
    }

    /// The report, if the run was judged.
    pub fn report(&self) -> Option<Report> {
        atomic::read_json(&self.folder.join("report.json")).ok()
    }

    /// Whether it is known which pictures it had: exported weights may come without.
    pub fn has_pictures(&self) -> bool {
        self.folder.join("pictures.json").is_file()
    }

    /// The pictures with their parts and labels as they were at the start.
    ///
    /// # Errors
    /// A missing or damaged file.
    pub fn pictures(&self) -> Result<Vec<Picture>, Problem> {
        atomic::read_json(&self.folder.join("pictures.json"))
    }

    /// The best weights; those of the last epoch if the best are not to be restored.
    pub fn best_path(&self) -> PathBuf {
        self.folder.join("best.safetensors")
    }

    /// All that is needed to go on.
    pub fn checkpoint_path(&self) -> PathBuf {
        self.folder.join("checkpoint").join("state.safetensors")
    }

    /// The weights of one epoch, where every n-th is kept.
    pub fn epoch_path(&self, epoch: u32) -> PathBuf {
        self.folder.join(format!("epoch-{epoch:04}.safetensors"))
    }

    /// Changes `run.json`, keeping what others (a renaming window, a training worker) wrote there meanwhile.
    ///
    /// # Errors
    /// A full disk, no permission.
    pub fn update(&mut self, change: impl FnOnce(&mut RunInfo)) -> Result<(), Problem> {
        if let Ok(current) = Self::open(&self.folder) {
            self.info = current.info;
        }
        change(&mut self.info);
        self.save()
    }

    /// Writes `run.json`.
    pub(super) fn save(&self) -> Result<(), Problem> {
        atomic::write_json(&self.folder.join("run.json"), &self.info)
    }

    /// Writes `settings.json`.
    ///
    /// # Errors
    /// A full disk, no permission.
    pub fn save_settings(&self, settings: &Settings) -> Result<(), Problem> {
        atomic::write_json(&self.folder.join("settings.json"), settings)
    }

    /// Writes `history.jsonl`: one epoch a line.
    ///
    /// # Errors
    /// A full disk, no permission.
    pub fn save_history(&self, history: &[EpochRecord]) -> Result<(), Problem> {
        let path = self.folder.join("history.jsonl");
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
        let path = self.folder.join("events.json");
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
        let path = self.folder.join("report.json");
        let text = serde_json::to_vec(&report).map_err(|error| atomic::foreign(&path, &error))?;
        atomic::write(&path, &text)
    }

    pub(super) fn save_pictures(&self, pictures: &[Picture]) -> Result<(), Problem> {
        let path = self.folder.join("pictures.json");
        let text = serde_json::to_vec(pictures).map_err(|error| atomic::foreign(&path, &error))?;
        atomic::write(&path, &text)
    }

    /// Whether some process, this one too, is training the run.
    pub fn is_locked(&self) -> bool {
        let held = |file: File| matches!(file.try_lock(), Err(TryLockError::WouldBlock));
        File::open(self.folder.join("lock")).is_ok_and(held)
    }

    /// Claims the run for training.
    ///
    /// # Errors
    /// Another window or command is training it.
    pub fn lock(&self) -> Result<Lock, Problem> {
        let path = self.folder.join("lock");
        let file = File::create(&path).map_err(|error| Problem::writing(&path, &error))?;
        match file.try_lock() {
            Ok(()) => Ok(Lock { _file: file }),
            Err(TryLockError::WouldBlock) => Err(Problem::new(
                Kind::File,
                LocalizedText {
                    en: format!("The run {} is being trained by another window or command", self.info.id),
                    fr: format!("L’essai {} est en cours dans une autre fenêtre ou commande", self.info.id),
                },
                say("Wait until it ends, or stop it there", "Attendez qu’elle finisse, ou arrêtez-la là-bas"),
            )),
            // A file system without locks: better to train than to refuse.
            Err(TryLockError::Error(_)) => Ok(Lock { _file: file }),
        }
    }
}
