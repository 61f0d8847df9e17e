//! Folds of cross-validation, and shares of the training part for learning curves.

use std::collections::BTreeMap;

use super::{SplitSettings, StratifiedSplitter, grouped};
use crate::{
    data::sample::Part,
    random::{Purpose, Random},
};

/// Keys of the streams of [`Purpose::Split`]; that of the plain split has none, that of torn copies is 1.
const THINNED: u64 = 2;
const FOLDED: u64 = 3;

impl StratifiedSplitter<'_> {
    /// Gives one of the folds to the test part and leaves the others to be dealt.
    pub(super) fn hold_out(&self, settings: &SplitSettings, parts: &mut [Option<Part>]) {
        let held = settings.fold.clamp(1, settings.folds) - 1;
        for (part, fold) in parts.iter_mut().zip(self.folds(settings.folds as usize)) {
            *part = (fold == held as usize).then_some(Part::Test);
        }
    }

    /// The fold of each sample, from 0: of equal sizes, and each stratum in each fold as often, to within one, as
    /// scikit-learn's `StratifiedKFold(shuffle=True)` deals them; copies come into one fold, after which the others make up
    /// for what these take, in the spirit of its `StratifiedGroupKFold`. The seed decides, not which fold is asked for.
    fn folds(&self, folds: usize) -> Vec<usize> {
        let mut strata: BTreeMap<_, usize> = BTreeMap::new();
        (0..self.samples.len()).for_each(|i| *strata.entry(self.stratum(i)).or_default() += 1);
        // As if the samples, sorted by stratum, were dealt one by one: `y_sorted[fold::folds]`.
        let mut begin = 0;
        let mut left: BTreeMap<_, Vec<i64>> = BTreeMap::new();
        for (stratum, members) in strata {
            let before = |end: usize, fold: usize| (end + folds - 1 - fold) / folds;
            let quota = |fold| (before(begin + members, fold) - before(begin, fold)) as i64;
            left.insert(stratum, (0..folds).map(quota).collect());
            begin += members;
        }
        let all: Vec<usize> = (0..self.samples.len()).collect();
        let mut random = Random::new(self.seed, Purpose::Split, &[FOLDED]);
        let (mut groups, mut singles) = grouped(self.copies, &all, self.samples.len());
        random.shuffle(&mut groups);
        groups.sort_by_key(|group| std::cmp::Reverse(group.len()));
        random.shuffle(&mut singles);
        let mut dealt = vec![0; self.samples.len()];
        for group in groups.into_iter().chain(singles.into_iter().map(|single| vec![single])) {
            let room = |fold: usize| group.iter().map(|&i| left[&self.stratum(i)][fold]).sum::<i64>();
            // Of equal ones the first.
            let chosen = (0..folds).rev().max_by_key(|fold| room(*fold)).unwrap_or_default();
            for &i in &group {
                dealt[i] = chosen;
                if let Some(left) = left.get_mut(&self.stratum(i)) {
                    left[chosen] -= 1;
                }
            }
        }
        dealt
    }

    /// Leaves out of the training part what is beyond `percent` of each stratum, at least one picture of each staying. The
    /// order in which they go does not depend on the share, so what is used at a share is used at every larger one.
    pub(super) fn thin(&self, percent: u32, parts: &mut [Option<Part>]) {
        let mut training: Vec<usize> = (0..parts.len()).filter(|&i| parts[i] == Some(Part::Train)).collect();
        Random::new(self.seed, Purpose::Split, &[THINNED]).shuffle(&mut training);
        let mut strata: BTreeMap<_, Vec<usize>> = BTreeMap::new();
        for i in training {
            strata.entry(self.stratum(i)).or_default().push(i);
        }
        for members in strata.into_values() {
            let kept = (members.len() as f64 * f64::from(percent) / 100.0).round().max(1.0) as usize;
            members[kept.min(members.len())..].iter().for_each(|&i| parts[i] = None);
        }
    }
}
