//! How a long job is steered, stop and pause, which stage of it runs, and what it shows of its work meanwhile.

use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU8, Ordering},
    },
    time::Duration,
};

use serde::{Deserialize, Serialize};

use crate::text::{Phrase, say};

/// What the job should do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signal {
    Go,
    /// Wait, without using the processor, until the wish changes.
    Pause,
    /// End, keep the best, and give the complete result.
    Finish,
    /// End and keep nothing: the run goes into the trash.
    Discard,
    /// The program is closing: save everything needed to go on later, and end.
    Leave,
}

/// A handle on a running job, shared by the window and the worker.
#[derive(Clone, Debug, Default)]
pub struct Control {
    wish: Arc<AtomicU8>,
    /// What is wished there comes first.
    outer: Option<Arc<Self>>,
    patient: bool,
    /// What was shown and nobody has taken yet, if somebody watches.
    shown: Option<Arc<Mutex<Vec<Glimpse>>>>,
}

/// A small picture of what a job is at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Glimpse {
    /// Its place among those that are shown of the whole job, in order.
    pub place: u32,
    /// A square of RGB bytes.
    pub rgb: Vec<u8>,
}

impl Control {
    /// A control behind which a person sits, who can make room on a full disk.
    pub fn patient() -> Self {
        Self { patient: true, ..Self::default() }
    }

    /// A control for a part of the job: while nothing else is wished for the whole, the part has wishes of its own, which the
    /// whole does not hear of.
    pub fn within(&self) -> Self {
        Self { wish: Arc::default(), outer: Some(Arc::new(self.clone())), patient: self.patient, shown: self.shown.clone() }
    }

    /// Whether a job waits for room on the disk; a command ends instead, and says so.
    pub fn is_patient(&self) -> bool {
        self.patient
    }

    /// The same, with somebody who watches what the job shows.
    #[must_use]
    pub fn watched(&self) -> Self {
        Self { shown: Some(Arc::default()), ..self.clone() }
    }

    /// Whether somebody watches.
    pub fn is_watched(&self) -> bool {
        self.shown.is_some()
    }

    /// Shows something of the work to whoever watches.
    pub fn show(&self, glimpse: Glimpse) {
        if let Some(shown) = &self.shown {
            shown.lock().unwrap_or_else(PoisonError::into_inner).push(glimpse);
        }
    }

    /// Takes what was shown since this was last asked.
    pub fn take_shown(&self) -> Vec<Glimpse> {
        let shown = self.shown.as_ref().map(|shown| shown.lock().unwrap_or_else(PoisonError::into_inner));
        shown.map(|mut shown| std::mem::take(&mut *shown)).unwrap_or_default()
    }

    /// What is wished now.
    pub fn wish(&self) -> Signal {
        if let Some(wish) = self.outer.as_ref().map(|outer| outer.wish()).filter(|wish| *wish != Signal::Go) {
            return wish;
        }
        match self.wish.load(Ordering::Acquire) {
            0 => Signal::Go,
            1 => Signal::Pause,
            2 => Signal::Finish,
            3 => Signal::Discard,
            _ => Signal::Leave,
        }
    }

    /// Wishes something else.
    pub fn set(&self, wish: Signal) {
        self.wish.store(code(wish), Ordering::Release);
    }

    /// Has the job go on, if `wish` is what is wished: another that came meanwhile stays.
    pub fn fulfilled(&self, wish: Signal) {
        // That it is another is no failure.
        let _ = self.wish.compare_exchange(code(wish), code(Signal::Go), Ordering::AcqRel, Ordering::Acquire);
    }

    /// Whether a job without a result worth keeping (a scan, an export) should end.
    pub fn cancelled(&self) -> bool {
        matches!(self.wish(), Signal::Finish | Signal::Discard | Signal::Leave)
    }

    /// Whether evaluation should end: "Finish now" ends a training and is what asks for the evaluation.
    pub fn stops_evaluation(&self) -> bool {
        matches!(self.wish(), Signal::Discard | Signal::Leave)
    }

    /// Waits while the wish is [`Signal::Pause`] and gives what came after it.
    pub fn wait_while_paused(&self) -> Signal {
        while self.wish() == Signal::Pause {
            std::thread::sleep(Duration::from_millis(30));
        }
        self.wish()
    }
}

const fn code(wish: Signal) -> u8 {
    match wish {
        Signal::Go => 0,
        Signal::Pause => 1,
        Signal::Finish => 2,
        Signal::Discard => 3,
        Signal::Leave => 4,
    }
}

/// What the worker is at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    Scanning,
    Decoding,
    FindingFaces,
    Drawing,
    Comparing,
    Training,
    Trying,
    TestingDevice,
    TestingRates,
    Evaluating,
    Predicting,
    Copying,
    Exporting,
}

impl Stage {
    /// What it is called where its progress is shown.
    pub const fn name(self) -> Phrase {
        match self {
            Self::Scanning => say("Looking through the folder", "Lecture du dossier"),
            Self::Decoding => say("Decoding pictures", "Décodage des images"),
            Self::FindingFaces => say("Finding faces", "Recherche des visages"),
            Self::Drawing => say("Drawing sample faces", "Dessin des visages d’exemple"),
            Self::Comparing => say("Comparing pictures", "Comparaison des images"),
            Self::Training => say("Training", "Entraînement"),
            Self::Trying => say("Trying a few batches", "Essai de quelques lots"),
            Self::TestingDevice => say("Testing a device", "Test d’un appareil"),
            Self::TestingRates => say("Testing learning rates", "Test des taux d’apprentissage"),
            // Those of the test part and those of the validation part are counted together.
            Self::Evaluating => say("Evaluating pictures", "Évaluation des images"),
            Self::Predicting => say("Predicting", "Prédiction"),
            Self::Copying => say("Copying", "Copie"),
            Self::Exporting => say("Exporting", "Exportation"),
        }
    }
}
