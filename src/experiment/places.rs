//! How far each combination of a search goes, by its runs' epochs.

use super::{Experiment, ExperimentView, Halving, HalvingPlace, MemberState, MemberView};
use crate::history::EpochRecord;

/// A member as far as it decides who goes on.
#[derive(Clone, Copy)]
pub(super) struct Standing<'a> {
    pub state: &'a MemberState,
    pub history: &'a [EpochRecord],
}

impl Halving {
    /// How far each combination goes, given its runs, one for each seed.
    fn places(&self, variants: &[Vec<Standing<'_>>], more_is_better: bool) -> Vec<HalvingPlace> {
        let first = self.rungs.first().copied().unwrap_or(u32::MAX);
        let mut places = vec![HalvingPlace::Until(first); variants.len()];
        let mut left: Vec<usize> = (0..variants.len()).collect();
        for (rung, epoch) in (1..).zip(&self.rungs) {
            left.iter().for_each(|variant| places[*variant] = HalvingPlace::Until(*epoch));
            if rung as usize == self.rungs.len()
                || !left.iter().all(|variant| variants[*variant].iter().all(|run| is_there(run, *epoch)))
            {
                break;
            }
            let mut ranked: Vec<(f64, usize)> =
                left.iter().map(|variant| (mean(&variants[*variant], *epoch, more_is_better), *variant)).collect();
            // Of equal ones the first.
            ranked.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
            let kept = self.kept(ranked.len());
            for (_, variant) in ranked.drain(kept..) {
                places[variant] = HalvingPlace::Dropped { epoch: *epoch, rung };
            }
            left = ranked.into_iter().map(|(_, variant)| variant).collect();
        }
        places
    }
}

/// Whether all is known of a run that this epoch takes.
fn is_there(run: &Standing<'_>, epoch: u32) -> bool {
    run.history.len() >= epoch as usize || run.state.is_over() || matches!(run.state, MemberState::Failed { .. })
}

/// How good a combination is at this epoch, the larger the better: the mean over its seeds of the best validation accuracy
/// so far, of years of the smallest mean error. The loss would not do: with other options it is another one.
fn mean(runs: &[Standing<'_>], epoch: u32, more_is_better: bool) -> f64 {
    let of = |record: &EpochRecord| match more_is_better {
        true => record.validation_accuracy,
        false => record.mae.map_or(f64::NAN, |mae| -mae.validation),
    };
    let best = |run: &Standing<'_>| {
        let wanted = !matches!(run.state, MemberState::Failed { .. } | MemberState::Stopped);
        let values = run.history.iter().take(if wanted { epoch as usize } else { 0 }).map(of);
        values.filter(|value| value.is_finite()).fold(f64::NEG_INFINITY, f64::max)
    };
    runs.iter().map(best).sum::<f64>() / runs.len().max(1) as f64
}

impl Experiment {
    /// How far each member goes, given all of them in their order; nothing where all are trained to their end.
    pub(super) fn places<'a>(&self, members: impl Iterator<Item = Standing<'a>>) -> Vec<HalvingPlace> {
        let Some(halving) = &self.halving else { return Vec::new() };
        let mut variants: Vec<Vec<Standing<'a>>> = vec![Vec::new(); self.variants.len()];
        for (member, standing) in self.members.iter().zip(members) {
            variants.get_mut(member.variant).into_iter().for_each(|variant| variant.push(standing));
        }
        let places = halving.places(&variants, !self.task.is_regression());
        self.members.iter().filter_map(|member| places.get(member.variant).copied()).collect()
    }
}

impl HalvingPlace {
    /// What a member that was in `state` is at this place: stopped early if others have left it behind.
    pub(super) fn state(self, state: MemberState) -> MemberState {
        match self {
            Self::Dropped { epoch, rung } if matches!(state, MemberState::Paused | MemberState::Waiting) => {
                MemberState::Dropped { epoch, rung }
            }
            _ => state,
        }
    }

    /// At which epoch a member of at most `epochs` waits for the others at this place, if it does.
    pub(super) fn waits(self, member: Standing<'_>, epochs: u32) -> Option<u32> {
        match self {
            Self::Until(epoch) if *member.state == MemberState::Paused => {
                (member.history.len() >= epoch as usize && epoch < epochs).then_some(epoch)
            }
            _ => None,
        }
    }
}

impl MemberView {
    fn standing(&self) -> Standing<'_> {
        Standing { state: &self.state, history: &self.history }
    }
}

impl ExperimentView {
    /// How far each member goes; nothing where all are trained to their end.
    pub fn places(&self) -> Vec<HalvingPlace> {
        self.experiment.places(self.members.iter().map(MemberView::standing))
    }

    /// Of each member that has come to the end of a rung before the others, at which epoch it waits for them.
    pub fn waits(&self) -> Vec<Option<u32>> {
        let mut waits = vec![None; self.members.len()];
        for ((place, member), waits) in self.places().into_iter().zip(&self.members).zip(&mut waits) {
            *waits = place.waits(member.standing(), member.epochs);
        }
        waits
    }

    /// The members that have something left to be trained now, each with the epoch after which it has to wait for others.
    pub fn open(&self) -> Vec<(usize, Option<u32>)> {
        let places = self.places();
        let one = |(at, member): (usize, &MemberView)| match places.get(at) {
            _ if member.state.is_over() => None,
            None => Some((at, None)),
            Some(HalvingPlace::Dropped { .. }) => None,
            Some(HalvingPlace::Until(epoch)) => {
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
            member.state = place.state(std::mem::take(&mut member.state));
        }
    }
}
