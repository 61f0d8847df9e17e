//! Whether a difference is more than luck: of two runs on the same pictures, and over seeds or folds.
//!
//! Differences are always the second less the first.

use serde::{Deserialize, Serialize};

use super::{
    Interval,
    distributions::{binomial_sums, fair_coin_at_most, t_975, t_two_sided},
};
use crate::random::{Purpose, Random};

/// From this probability on, chance alone explains a difference well enough: it may be luck.
pub const LUCK: f64 = 0.05;

/// Samples drawn for a bootstrap range: its ends move by a few hundredths of its width from seed to seed.
const RESAMPLES: usize = 10_000;

/// Some values in short: their mean, how much they vary, and where the true mean lies.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct MeanCi {
    pub n: usize,
    pub mean: f64,
    /// Standard deviation, with `n - 1` (NumPy's `std(ddof=1)`); `None` of one value.
    pub deviation: Option<f64>,
    /// The 95% range of the mean by Student's t; `None` of one value, and of equal ones, which say nothing of how they vary.
    pub range: Option<Interval>,
}

impl MeanCi {
    /// That of some values; `None` if there are none.
    pub fn of(values: &[f64]) -> Option<Self> {
        if values.is_empty() {
            return None;
        }
        let n = values.len() as f64;
        let mean = values.iter().sum::<f64>() / n;
        if values.len() < 2 {
            return Some(Self { n: 1, mean, deviation: None, range: None });
        }
        let variance = values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / (n - 1.0);
        let half = t_975(values.len() - 1) * (variance / n).sqrt();
        let differ = values.iter().any(|value| value.to_bits() != values[0].to_bits());
        let range = differ.then_some(Interval { low: mean - half, high: mean + half });
        Some(Self { n: values.len(), mean, deviation: Some(variance.sqrt()), range })
    }
}

/// McNemar's exact test (1947): of the pictures that one of two runs alone gets right, how likely chance alone divides them as
/// unevenly as this or more (statsmodels' `mcnemar(exact=True)`, two-sided). 1 where there are none.
pub fn mcnemar(only_first: u64, only_second: u64) -> f64 {
    let n = only_first + only_second;
    if only_first == only_second { 1.0 } else { (2.0 * fair_coin_at_most(only_first.min(only_second), n)).min(1.0) }
}

/// The 95% range of a difference in accuracy by the paired bootstrap: `pictures` are drawn anew with replacement, each with
/// what both runs said of it, and the middle 95% of the differences are taken (Efron and Tibshirani 1993, percentiles).
///
/// `None` where no picture tells the two apart: drawing them again would show nothing.
pub fn accuracy_range(only_first: u64, only_second: u64, pictures: u64) -> Option<Interval> {
    let discordant = only_first + only_second;
    if discordant == 0 || discordant > pictures {
        return None;
    }
    // The same as drawing picture by picture: how many of those drawn tell the two apart is binomial, and on whose side each
    // of these is, another throw.
    let sums = binomial_sums(pictures, discordant as f64 / pictures as f64);
    let share = only_second as f64 / discordant as f64;
    let mut random = Random::new(0, Purpose::Bootstrap, &[]);
    let differences = (0..RESAMPLES).map(|_| {
        let unit = random.unit();
        let drawn = sums.partition_point(|sum| *sum <= unit).min(pictures as usize);
        let second = (0..drawn).filter(|_| random.chance(share)).count();
        (2.0 * second as f64 - drawn as f64) / pictures as f64
    });
    Some(middle(differences.collect()))
}

/// The 95% range of the mean of paired differences, as [`accuracy_range`] (SciPy's `bootstrap(method="percentile")`).
///
/// `None` of fewer than two, and where all are the same.
pub fn mean_range(differences: &[f64]) -> Option<Interval> {
    if !vary(differences) {
        return None;
    }
    let n = differences.len();
    let mut random = Random::new(0, Purpose::Bootstrap, &[]);
    let means = (0..RESAMPLES).map(|_| (0..n).map(|_| differences[random.below(n)]).sum::<f64>() / n as f64);
    Some(middle(means.collect()))
}

/// Student's paired t-test: how likely chance alone moves the mean of paired differences as far from zero as this or further
/// (SciPy's `ttest_rel`, two-sided).
///
/// `None` of fewer than two, and where all are the same: nothing says how much they vary by chance.
pub fn paired_t(differences: &[f64]) -> Option<f64> {
    corrected_resampled_t(differences, 0.0).map(|test| test.p)
}

/// What the corrected resampled t-test says.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct CorrectedT {
    /// The mean difference.
    pub mean: f64,
    /// Student's t, with one degree of freedom less than there are differences.
    pub t: f64,
    /// Two-sided.
    pub p: f64,
    /// The 95% range of the mean difference.
    pub range: Interval,
}

/// The corrected resampled t-test (Nadeau and Bengio 2003, "Inference for the generalization error"): whether one recipe is
/// better than another, from the differences of their scores over seeds or folds of the same pictures.
///
/// Trainings that share pictures are alike, so that the plain test takes luck for a difference; this one widens the variance
/// by `test_by_train`, the pictures of a test part by those of its training part (0 gives the plain test):
/// `t = mean / sqrt((1 / k + test_by_train) * variance)`.
///
/// `None` of fewer than two differences, and where all are the same: nothing says how much they vary by chance.
pub fn corrected_resampled_t(differences: &[f64], test_by_train: f64) -> Option<CorrectedT> {
    let MeanCi { n, mean, deviation, .. } = MeanCi::of(differences).filter(|_| vary(differences))?;
    let error = deviation? * (1.0 / n as f64 + test_by_train).sqrt();
    let (t, half) = (mean / error, t_975(n - 1) * error);
    Some(CorrectedT { mean, t, p: t_two_sided(t, n - 1), range: Interval { low: mean - half, high: mean + half } })
}

/// What several tests at once say, each made as much more careful as it takes for one in twenty of all such sets to hold a
/// mere luck that is called a difference (Holm 1979; statsmodels' `multipletests(method="holm")`). In the order of `p`.
pub fn holm(p: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..p.len()).collect();
    order.sort_by(|a, b| p[*a].total_cmp(&p[*b]));
    let mut corrected = vec![1.0; p.len()];
    let mut least: f64 = 0.0;
    for (rank, place) in order.into_iter().enumerate() {
        least = least.max(p[place] * (p.len() - rank) as f64).min(1.0);
        corrected[place] = least;
    }
    corrected
}

/// Whether there are at least two values that are not all the same.
fn vary(values: &[f64]) -> bool {
    values.iter().any(|value| *value != values[0])
}

/// The middle 95% of some values (NumPy's `quantile`, linear).
fn middle(mut values: Vec<f64>) -> Interval {
    values.sort_unstable_by(f64::total_cmp);
    let at = |share: f64| {
        let place = share * (values.len() - 1) as f64;
        let (below, above) = (values[place.floor() as usize], values[place.ceil() as usize]);
        below + (above - below) * place.fract()
    };
    Interval { low: at(0.025), high: at(0.975) }
}
