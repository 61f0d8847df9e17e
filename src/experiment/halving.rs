//! Successive halving: all combinations of a search are trained for a few epochs, the best of them go on for more, and so on to
//! the full number (Jamieson and Talwalkar 2016, "Non-stochastic best arm identification and hyperparameter optimization").
//! The numbers are those of a bracket of Hyperband (Li et al. 2018, "Hyperband: a novel bandit-based approach to hyperparameter
//! optimization"): of `n` combinations `n / eta`, rounded down, go on to `eta` times the epochs. Rungs are synchronous: who goes
//! on is decided once all of a rung are there.
//!
//! Nothing of it is written down but the rungs. Who goes on follows from the runs' epochs, so that every process, on whatever
//! machine and after whatever crash, comes to the same answer. A run that goes on does so from its checkpoint, with the
//! schedule of the full length from the start: it ends with the same bits as if nothing had been halved.

use serde::{Deserialize, Serialize};

use super::{ExperimentKind, Variant};
use crate::{
    problem::{Kind, Problem},
    settings::Settings,
    text::{Lang, LocalizedText, named, number, plural, say},
};

/// After how many epochs how many go on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Halving {
    /// One of so many goes on.
    pub eta: u32,
    /// Up to which epoch each rung trains; the last is the full number.
    pub rungs: Vec<u32>,
}

/// How far a combination goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HalvingPlace {
    /// It is trained up to this epoch, as far as it is known now.
    Until(u32),
    /// Others were better at this epoch, the end of this rung, counted from 1.
    Dropped { epoch: u32, rung: u32 },
}

impl Halving {
    /// The rungs of a search: as many as its combinations and its epochs allow.
    ///
    /// # Errors
    /// Not a search, epochs that differ, too few combinations or epochs.
    pub fn of(kind: ExperimentKind, base: &Settings, variants: &[Variant], eta: u32) -> Result<Self, Problem> {
        let epochs = base.train.epochs;
        let differs = |change: &String| change.starts_with("train.epochs=");
        if kind != ExperimentKind::Search {
            return Err(only_searches());
        }
        if variants.iter().any(|variant| variant.changes.iter().any(differs)) {
            return Err(other_epochs());
        }
        let variants = variants.len() as u64;
        let times = u64::from(eta.max(2));
        let fits = |power: &u64| *power <= variants && *power <= u64::from(epochs);
        let powers: Vec<u64> = std::iter::successors(Some(1), |power| Some(power * times)).take_while(fits).collect();
        if powers.len() < 2 {
            return Err(nothing_to_halve(eta));
        }
        Ok(Self { eta, rungs: powers.iter().rev().map(|power| epochs / *power as u32).collect() })
    }

    /// How many of so many combinations go on after a rung.
    pub(super) fn kept(&self, combinations: usize) -> usize {
        (combinations / self.eta.max(2) as usize).max(1)
    }

    /// What is done with so many combinations: `Successive halving: 9 combinations up to epoch 2, 3 up to epoch 6, 1 up to
    /// epoch 18`.
    pub fn words(&self, combinations: usize, lang: Lang) -> String {
        let mut left = combinations;
        let mut rungs = Vec::new();
        for (rung, epoch) in self.rungs.iter().enumerate() {
            let count = match rung {
                0 => plural(lang, left as u64, say("combination", "combinaison"), say("combinations", "combinaisons")),
                _ => number(lang, left as u64),
            };
            rungs.push(match lang {
                Lang::En => format!("{count} up to epoch {epoch}"),
                Lang::Fr => format!("{count} jusqu’à l’époque {epoch}"),
            });
            left = self.kept(left);
        }
        named(lang, say("Successive halving", "Élimination successive").get(lang), rungs.join(", "))
    }

    /// Of all epochs of so many combinations, the share that is trained.
    pub(super) fn share(&self, combinations: usize) -> f64 {
        let (mut left, mut before, mut trained) = (combinations, 0, 0);
        for epoch in &self.rungs {
            trained += left * (epoch - before) as usize;
            (left, before) = (self.kept(left), *epoch);
        }
        trained as f64 / (combinations * before as usize).max(1) as f64
    }
}

fn only_searches() -> Problem {
    Problem::new(
        Kind::Settings,
        say("Only the combinations of a search can be halved", "Seules les combinaisons d’une recherche peuvent être éliminées"),
        say("Ask for a search", "Demandez une recherche"),
    )
}

fn other_epochs() -> Problem {
    Problem::new(
        Kind::Settings,
        say(
            "With halving all combinations have the same number of epochs, which therefore cannot vary",
            "Avec élimination, toutes les combinaisons ont le même nombre d’époques, qui ne peut donc pas varier",
        ),
        say("Vary other settings, or leave halving out", "Faites varier d’autres réglages, ou renoncez à l’élimination"),
    )
    .at("train.epochs")
}

fn nothing_to_halve(eta: u32) -> Problem {
    Problem::new(
        Kind::Settings,
        LocalizedText {
            en: format!("Keeping one of {eta} takes at least {eta} combinations and {eta} epochs"),
            fr: format!("Garder une combinaison sur {eta} demande au moins {eta} combinaisons et {eta} époques"),
        },
        say("Draw more, train longer, or keep more of them", "Tirez-en plus, entraînez plus longtemps, ou gardez-en davantage"),
    )
}
