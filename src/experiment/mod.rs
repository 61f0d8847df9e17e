//! Sets of ordinary runs that differ in stated ways, with one question: how much is luck, which recipe is better, would
//! more pictures help.
//!
//! An experiment is a folder `experiments/ID` beside the runs:
//!
//! - `experiment.json` says what it is: the pictures and how they are read, the settings that all runs share, and of each
//!   member what it changes in them. It is written whole or not at all: at the start, and when members are added behind those
//!   that are there, whose numbers stay.
//! - `order.json` names members that are trained before the others; it is there once somebody wished so.
//! - `members/0003.json` is what is known of the fourth member: its run, or why it has none. Each member has a file of its
//!   own, so that many processes, on many machines that share the folder, write none together. `0003.lock` is held by who
//!   trains it, who says so in `0003.owner.json`. `0003.stopped` is there if it is wanted no more.
//! - `cancelled` is there once it was called off: nothing of it is begun any more.
//!
//! How far a member is stands in its run's own folder and nowhere else ([`MemberState`]). A run's `run.json` names its
//! experiment, so that what a crash left between two writes is found again.

mod cost;
mod design;
mod fit;
mod halving;
mod luck;
mod member;
mod more;
mod order;
mod parts;
mod places;
mod ray;
mod search;
mod slurm;
mod state;
mod store;
mod view;
mod watch;
mod words;

use std::str::FromStr;

use serde::{Deserialize, Serialize};

pub use cost::Cost;
pub use design::{Design, Draft, Recipe, SHARES};
pub use fit::{CurveFit, Forecast, LearningCurvePoint};
pub use halving::{Halving, HalvingPlace};
pub use luck::PairedComparison;
pub use member::{MemberLock, MemberRecord, Owner};
pub use more::More;
pub use ray::{RayJob, RayOptions};
pub use search::{Values, Vary};
pub use slurm::{SlurmArray, SlurmJob, SlurmOptions, SlurmTask};
pub use state::{MemberState, finished_words};
pub use store::{ExperimentStore, Version};
pub use view::{ExperimentView, MemberRuns, MemberView, VariantRow};
pub use watch::{BETWEEN_LOOKS, STALE, STALE_IN_FIRST_EPOCH, Watched, WatchedRun};

use crate::{
    data::{reading::Reading, sample::Source, task::Task},
    problem::Problem,
    run::RequestedDevice,
    setting_def::{choice, switched},
    settings::Settings,
    text::{Lang, LocalizedText, say},
};

/// What an experiment is, in `experiment.json`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Experiment {
    /// The folder's name: date and time of the start and the kind, `2026-11-22-140211-seeds`.
    pub id: String,
    pub name: LocalizedText,
    pub kind: ExperimentKind,
    /// Seconds since 1970, UTC.
    pub created: u64,
    pub source: Source,
    /// How the pictures are read, their size and faces among it.
    pub reading: Reading,
    /// What is learned.
    pub task: Task,
    /// The data set's [fingerprint](crate::data::dataset::Dataset::fingerprint) at the start: members trained on other
    /// pictures could not be compared.
    #[serde(default)]
    pub data: Option<u64>,
    /// What all members share but for their changes.
    pub base: Settings,
    /// Device and threads of each run.
    #[serde(default)]
    pub asked: RequestedDevice,
    /// What is compared, each with a line in the table; one where all members are alike but for luck.
    pub variants: Vec<Variant>,
    /// In the order in which they are trained.
    pub members: Vec<Member>,
    /// Of a search: what it takes values from, to draw more.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub vary: Vec<Vary>,
    /// Of a search: after how many epochs only the best go on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub halving: Option<Halving>,
}

/// What an experiment asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ExperimentKind {
    Seeds,
    Folds,
    Compare,
    Curve,
    Ablate,
    Search,
}

choice! { ExperimentKind {
    Seeds = "seeds", say("Several seeds", "Plusieurs graines"),
        say("The same recipe several times: how much of a result is luck", "La même recette plusieurs fois : quelle part du résultat tient au hasard");
    Folds = "folds", say("Cross-validation", "Validation croisée"),
        say("Each picture is a test picture once: a result on all of them", "Chaque image sert une fois de test : un résultat sur toutes");
    Compare = "compare", say("Recipes compared", "Recettes comparées"),
        say("Two or more recipes on the same parts", "Deux recettes ou plus sur les mêmes parties");
    Curve = "curve", say("Learning curve", "Courbe d’apprentissage"),
        say("Growing shares of the training pictures: would more pictures help", "Des parts croissantes des images d’entraînement : plus d’images aideraient-elles");
    Ablate = "ablate", say("What matters", "Ce qui compte"),
        say("Each part of a recipe switched off once", "Chaque partie d’une recette désactivée une fois");
    Search = "search", say("Search", "Recherche"),
        say("Values of chosen settings, all or drawn at random", "Des valeurs de réglages choisis, toutes ou tirées au hasard");
} }

/// One of the things that are compared.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Variant {
    pub label: LocalizedText,
    /// What it changes in the settings that all share, as `key=value`.
    pub changes: Vec<String>,
}

/// One run to be made.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Member {
    /// The place of what it is an instance of among the variants.
    pub variant: usize,
    /// What it changes besides, as `key=value`: seed, fold.
    pub changes: Vec<String>,
}

impl Member {
    /// `base` with what one of the `variants` changes, and then this member.
    fn settings(&self, base: &Settings, variants: &[Variant]) -> Result<Settings, Problem> {
        let mut settings = base.clone();
        let variant = variants.get(self.variant).into_iter().flat_map(|variant| &variant.changes);
        variant.chain(&self.changes).try_for_each(|change| settings.set(change))?;
        Ok(settings)
    }
}

impl Experiment {
    /// The settings of a member.
    ///
    /// # Errors
    /// No such member; a change that this version does not know.
    pub fn settings(&self, member: usize) -> Result<Settings, Problem> {
        let one = self.members.get(member).ok_or_else(|| store::no_member(self, member))?;
        one.settings(&self.base, &self.variants)
    }

    /// How many epochs a member is trained at most.
    fn epochs(&self, member: usize) -> u32 {
        self.said(member, "train.epochs=").unwrap_or(self.base.train.epochs)
    }

    /// Whether a member's recipe evaluates with mirror images.
    pub fn mirrored(&self, member: usize) -> bool {
        let said: Option<String> = self.said(member, "augment.test_time_flip=");
        said.and_then(|said| switched(&said)).unwrap_or(self.base.augment.test_time_flip)
    }

    /// What a member changes of one setting, without putting all together.
    fn said<T: FromStr>(&self, member: usize, key: &str) -> Option<T> {
        let one = self.members.get(member);
        let variant = one.and_then(|one| self.variants.get(one.variant)).into_iter().flat_map(|variant| &variant.changes);
        let changes = variant.chain(one.into_iter().flat_map(|one| &one.changes));
        changes.filter_map(|change| change.strip_prefix(key)?.trim().parse().ok()).next_back()
    }

    /// What tells a member from the others: `Quick look · seed 43`, `fold 2 of 5`.
    pub fn label(&self, member: usize) -> LocalizedText {
        let Some(one) = self.members.get(member) else { return LocalizedText::default() };
        let variant = self.variants.get(one.variant).filter(|_| self.variants.len() > 1);
        let alone = self.members.iter().filter(|other| other.variant == one.variant).count() == 1;
        let fold = one.changes.iter().any(|change| change.starts_with("split.fold="));
        // Settings take a while to be put together, and there may be thousands of members.
        let folds =
            fold.then(|| self.settings(member).ok()).flatten().map_or(self.base.split.folds, |settings| settings.split.folds);
        LocalizedText::by(|lang| {
            let mut words: Vec<String> = variant.map(|variant| variant.label.get(lang).to_owned()).into_iter().collect();
            if !alone || variant.is_none() {
                words.extend(one.changes.iter().filter_map(|change| repeat_words(change, folds, lang)));
            }
            words.join(" · ")
        })
    }
}

/// What a member's own change says of it; none of what only goes with another.
fn repeat_words(change: &str, folds: u32, lang: Lang) -> Option<String> {
    let (key, value) = change.split_once('=')?;
    match (key, lang) {
        ("seed", _) => Some(format!("{} {value}", say("seed", "graine").get(lang))),
        ("split.fold", Lang::En) => Some(format!("fold {value} of {folds}")),
        ("split.fold", Lang::Fr) => Some(format!("pli {value} sur {folds}")),
        _ => None,
    }
}
