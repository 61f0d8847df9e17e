//! Where a member of an experiment, or a run that others train, stands, and what that is called wherever it is shown.

use serde::{Deserialize, Serialize};

use crate::{
    problem::Problem,
    text::{Lang, Phrase, named, number, plural, say},
};

/// Where a member stands, by its run's own folder.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum MemberState {
    #[default]
    Waiting,
    /// Some process has it.
    Training,
    /// It can go on.
    Paused,
    /// Trained and evaluated.
    Finished,
    Failed {
        problem: Problem,
    },
    /// The user wants it no more.
    Stopped,
    /// Others were better at this epoch, the end of a rung of successive halving, counted from 1.
    Dropped {
        epoch: u32,
        rung: u32,
    },
}

impl MemberState {
    /// Whether nothing of it is left to be trained; what failed may be tried again.
    pub const fn is_over(&self) -> bool {
        matches!(self, Self::Finished | Self::Stopped | Self::Dropped { .. })
    }

    /// What it is called.
    pub const fn name(&self) -> Phrase {
        self.names()[0]
    }

    /// What one is called, and what several are.
    const fn names(&self) -> [Phrase; 2] {
        match self {
            Self::Waiting => [say("waiting", "en attente"), say("waiting", "en attente")],
            Self::Training => [say("training", "en cours"), say("training", "en cours")],
            Self::Paused => [say("paused", "en pause"), say("paused", "en pause")],
            Self::Finished => [say("finished", "terminé"), say("finished", "terminés")],
            Self::Failed { .. } => [say("failed", "échoué"), say("failed", "échoués")],
            Self::Stopped => [say("stopped", "arrêté"), say("stopped", "arrêtés")],
            Self::Dropped { .. } => [say("stopped early", "arrêté tôt"), say("stopped early", "arrêtés tôt")],
        }
    }

    /// `3 finished`: how many are where this one is.
    pub fn counted(&self, count: usize, lang: Lang) -> String {
        let [one, many] = self.names();
        plural(lang, count as u64, one, many)
    }

    /// What it is called with what is known of it: the machine `host` that trains it, why it failed, when it was stopped early.
    pub fn words(&self, host: Option<&str>, lang: Lang) -> String {
        let name = self.name().get(lang);
        match (self, host, lang) {
            (Self::Training, Some(host), Lang::En) => format!("{name} on {host}"),
            (Self::Training, Some(host), Lang::Fr) => format!("{name} sur {host}"),
            (Self::Failed { problem }, ..) => named(lang, name, problem.what.get(lang)),
            (Self::Dropped { epoch, .. }, _, Lang::En) => format!("{name}, at epoch {epoch}: others were better"),
            (Self::Dropped { epoch, .. }, _, Lang::Fr) => {
                format!("{name}, à l’époque {epoch}\u{a0}: d’autres étaient meilleurs")
            }
            _ => name.to_owned(),
        }
    }
}

/// `3 of 5 runs finished`: how many of a set of runs are.
pub fn finished_words(finished: usize, all: usize, lang: Lang) -> String {
    let [done, all] = [finished, all].map(|count| number(lang, count as u64));
    let [one, many] = MemberState::Finished.names().map(|name| name.get(lang));
    match lang {
        Lang::En => format!("{done} of {all} runs {one}"),
        Lang::Fr if lang.is_singular(finished as u64) => format!("{done} essai sur {all} {one}"),
        Lang::Fr => format!("{done} essais sur {all} {many}"),
    }
}

/// What a run is called that says it is trained while nothing of it moves: one, and several.
pub(super) const STALE_NAMES: [Phrase; 2] = [say("stale", "figé"), say("stale", "figés")];

/// What a member is called that has come to the end of a rung of successive halving before the others.
pub(super) fn waits_for_others(epoch: u32, lang: Lang) -> String {
    match lang {
        Lang::En => format!("waiting at epoch {epoch} for the others"),
        Lang::Fr => format!("en attente des autres à l’époque {epoch}"),
    }
}
