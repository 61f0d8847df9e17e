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

use super::{Draft, ExperimentKind, ExperimentView, MemberState, MemberView};
use crate::{
    history::EpochRecord,
    problem::{Kind, Problem},
    text::{LocalizedText, say},
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
pub enum Place {
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
    pub fn of(draft: &Draft, eta: u32) -> Result<Self, Problem> {
        let epochs = draft.base.train.epochs;
        let differs = |change: &String| change.starts_with("train.epochs=");
        if draft.kind != ExperimentKind::Search {
            return Err(only_searches());
        }
        if draft.variants.iter().any(|variant| variant.changes.iter().any(differs)) {
            return Err(other_epochs());
        }
        let variants = draft.variants.len() as u64;
        let times = u64::from(eta.max(2));
        let fits = |power: &u64| *power <= variants && *power <= u64::from(epochs);
        let powers: Vec<u64> = std::iter::successors(Some(1), |power| Some(power * times)).take_while(fits).collect();
        if powers.len() < 2 {
            return Err(nothing_to_halve(eta));
        }
        Ok(Self { eta, rungs: powers.iter().rev().map(|power| epochs / *power as u32).collect() })
    }

    /// How far each combination goes, given its runs, one for each seed.
    pub fn places(&self, variants: &[Vec<&MemberView>], more_is_better: bool) -> Vec<Place> {
        let first = self.rungs.first().copied().unwrap_or(u32::MAX);
        let mut places = vec![Place::Until(first); variants.len()];
        let mut left: Vec<usize> = (0..variants.len()).collect();
        for (rung, epoch) in (1..).zip(&self.rungs) {
            left.iter().for_each(|variant| places[*variant] = Place::Until(*epoch));
            if rung as usize == self.rungs.len()
                || !left.iter().all(|variant| variants[*variant].iter().all(|run| is_there(run, *epoch)))
            {
                break;
            }
            let mut ranked: Vec<(f64, usize)> =
                left.iter().map(|variant| (mean(&variants[*variant], *epoch, more_is_better), *variant)).collect();
            // Of equal ones the first.
            ranked.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
            let kept = (ranked.len() / self.eta.max(2) as usize).max(1);
            for (_, variant) in ranked.drain(kept..) {
                places[variant] = Place::Dropped { epoch: *epoch, rung };
            }
            left = ranked.into_iter().map(|(_, variant)| variant).collect();
        }
        places
    }
}

/// Whether all is known of a run that this epoch takes.
fn is_there(run: &MemberView, epoch: u32) -> bool {
    run.history.len() >= epoch as usize || run.state.is_over() || matches!(run.state, MemberState::Failed { .. })
}

/// How good a combination is at this epoch, the larger the better: the mean over its seeds of the best validation accuracy
/// so far, of years of the smallest mean error. The loss would not do: with other options it is another one.
fn mean(runs: &[&MemberView], epoch: u32, more_is_better: bool) -> f64 {
    let of = |record: &EpochRecord| match more_is_better {
        true => record.validation_accuracy,
        false => record.mae.map_or(f64::NAN, |mae| -mae.validation),
    };
    let best = |run: &&MemberView| {
        let wanted = !matches!(run.state, MemberState::Failed { .. } | MemberState::Stopped);
        let values = run.history.iter().take(if wanted { epoch as usize } else { 0 }).map(of);
        values.filter(|value| value.is_finite()).fold(f64::NEG_INFINITY, f64::max)
    };
    runs.iter().map(best).sum::<f64>() / runs.len().max(1) as f64
}

impl ExperimentView {
    /// How far each member goes; nothing where all are trained to their end.
    pub fn places(&self) -> Vec<Place> {
        let Some(halving) = &self.experiment.halving else { return Vec::new() };
        let mut variants: Vec<Vec<&MemberView>> = vec![Vec::new(); self.experiment.variants.len()];
        for member in &self.members {
            variants.get_mut(member.variant).into_iter().for_each(|variant| variant.push(member));
        }
        let places = halving.places(&variants, self.more_is_better());
        self.members.iter().filter_map(|member| places.get(member.variant).copied()).collect()
    }

    /// The members that have something left to be trained now, each with the epoch after which it has to wait for others.
    pub fn open(&self) -> Vec<(usize, Option<u32>)> {
        let places = self.places();
        let one = |(at, member): (usize, &MemberView)| match places.get(at) {
            _ if member.state.is_over() => None,
            None => Some((at, None)),
            Some(Place::Dropped { .. }) => None,
            Some(Place::Until(epoch)) => {
                let waits = member.history.len() >= *epoch as usize && *epoch < member.epochs;
                (!waits).then_some((at, Some(*epoch).filter(|epoch| *epoch < member.epochs)))
            }
        };
        self.members.iter().enumerate().filter_map(one).collect()
    }

    /// Says of each member that others have left behind that it was stopped early.
    pub(super) fn drop_the_worse(&mut self) {
        let places = self.places();
        for (member, place) in self.members.iter_mut().zip(places) {
            if let Place::Dropped { epoch, rung } = place
                && matches!(member.state, MemberState::Paused | MemberState::Waiting)
            {
                member.state = MemberState::Dropped { epoch, rung };
            }
        }
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
        say("Vary other options, or leave halving out", "Faites varier d’autres options, ou renoncez à l’élimination"),
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
