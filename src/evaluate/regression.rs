//! How good estimates in years are: errors, the share that is near, the range that an answer comes with.
//!
//! An error is the estimate less the label. Groups and pictures are those of any report.

use std::collections::BTreeMap;

use super::{GroupKey, Grouping, Interval, Prediction, Report, groups::SMALL, score::Rate, significance::MeanCi};

/// The scores of some estimates; in years, where nothing else is said.
#[derive(Clone, Debug, PartialEq)]
pub struct Regression {
    pub n: u32,
    /// Mean absolute error (scikit-learn's `mean_absolute_error`).
    pub mae: f64,
    /// Its 95% range by Student's t over the pictures' absolute errors; `None` of fewer than two pictures.
    pub mae_range: Option<Interval>,
    /// Half of the pictures are nearer than this (`median_absolute_error`).
    pub median_error: f64,
    /// Root of the mean squared error (`root_mean_squared_error`).
    pub rmse: f64,
    /// Share of the labels' variance that the estimates explain (`r2_score`); `None` where labels do not vary.
    pub r2: Option<f64>,
    /// Mean error: above 0 where people are taken for older than they are labeled.
    pub bias: f64,
    /// Pictures whose estimate is within five years of the label (the cumulative score CS@5 of the literature).
    pub within_5: Rate,
    /// What always says it: the mean age of the training part.
    pub mean_age: f64,
    /// The mean absolute error of always saying that.
    pub baseline: f64,
    /// The median age of the training part.
    pub median_age: f64,
    /// The mean absolute error of always saying that, the best that one answer for all can do in training.
    pub median_baseline: f64,
}

/// How well ages of a group are told.
#[derive(Clone, Debug, PartialEq)]
pub struct RegressionGroup {
    pub key: GroupKey,
    pub n: u32,
    pub mae: f64,
    /// As [`Regression::mae_range`].
    pub mae_range: Option<Interval>,
    /// Mean error: above 0 where people are taken for older than they are labeled.
    pub bias: f64,
    pub within_5: Rate,
}

/// The share of ages that lie in the range of an answer.
const COVERAGE: f64 = 0.8;
/// Validation pictures that say how far an estimate may be off: those of the nearest estimates.
const NEIGHBORS: usize = 200;
/// Of fewer, no range is said.
const FEWEST_NEIGHBORS: usize = 20;
/// The largest error that counts as near, in years.
pub const NEAR: f64 = 5.0;

impl Prediction {
    /// What is said, in years; the class where classes are learned.
    pub fn estimate(&self) -> f64 {
        self.logit.value().unwrap_or_else(|| self.predicted(0.0) as f64)
    }

    /// The estimate less the label, in years.
    pub fn error(&self) -> f64 {
        self.estimate() - f64::from(self.label)
    }
}

impl RegressionGroup {
    /// Too few pictures to say much.
    pub fn small(&self) -> bool {
        self.n < SMALL
    }
}

impl Report {
    /// The scores of the evaluated part; `None` of a report of classes, or without a picture.
    pub fn regression(&self) -> Option<Regression> {
        if !self.task.is_regression() || self.predictions.is_empty() {
            return None;
        }
        let errors: Vec<f64> = self.predictions.iter().map(Prediction::error).collect();
        let labels = || self.predictions.iter().map(|p| f64::from(p.label));
        let n = errors.len() as f64;
        let mean = |values: &mut dyn Iterator<Item = f64>| values.sum::<f64>() / n;
        let squared = mean(&mut errors.iter().map(|error| error * error));
        let mean_label = mean(&mut labels());
        let variance = mean(&mut labels().map(|label| (label - mean_label).powi(2)));
        let mut distances: Vec<f64> = errors.iter().map(|error| error.abs()).collect();
        distances.sort_unstable_by(f64::total_cmp);
        let (mae, mae_range) = mean_with_range(&distances);
        let (mean_age, median_age) = (self.mean_age(), self.median_age());
        let always = |age: f64| mean(&mut labels().map(|label| (label - age).abs()));
        Some(Regression {
            n: errors.len() as u32,
            mae,
            mae_range,
            median_error: median(&distances),
            rmse: squared.sqrt(),
            r2: (variance > 0.0).then(|| 1.0 - squared / variance),
            bias: mean(&mut errors.iter().copied()),
            within_5: self.within(NEAR),
            mean_age,
            baseline: always(mean_age),
            median_age,
            median_baseline: always(median_age),
        })
    }

    /// Pictures whose estimate is at most `years` from the label.
    pub fn within(&self, years: f64) -> Rate {
        within(&self.predictions.iter().map(Prediction::error).collect::<Vec<_>>(), years)
    }

    /// How well ages are told within each group, in the order of the keys: never by result. For years, [`Grouping::class`]
    /// is the gender that names record.
    pub fn regression_groups(&self, by: Grouping) -> Vec<RegressionGroup> {
        let mut errors: BTreeMap<GroupKey, Vec<f64>> = BTreeMap::new();
        for p in &self.predictions {
            errors.entry(GroupKey::of(p, by)).or_default().push(p.error());
        }
        let group = |(key, errors): (GroupKey, Vec<f64>)| {
            let mut distances: Vec<f64> = errors.iter().map(|error| error.abs()).collect();
            distances.sort_unstable_by(f64::total_cmp);
            let (mae, mae_range) = mean_with_range(&distances);
            let bias = errors.iter().sum::<f64>() / errors.len() as f64;
            RegressionGroup { key, n: errors.len() as u32, mae, mae_range, bias, within_5: within(&errors, NEAR) }
        };
        errors.into_iter().map(group).collect()
    }

    /// Positions of the pictures, the largest error first; of equal ones in their order.
    pub fn largest_errors(&self) -> Vec<usize> {
        let mut positions: Vec<usize> = (0..self.predictions.len()).collect();
        let distance = |position: &usize| self.predictions[*position].error().abs();
        positions.sort_by(|a, b| distance(b).total_cmp(&distance(a)));
        positions
    }

    /// Between which ages four of five people lie of whom the model says `estimate`, from the errors on the validation part;
    /// `None` where that is too small to tell. See [`range_of`].
    pub fn range_of(&self, estimate: f64) -> Option<Interval> {
        range_of(&residuals(&self.validation), estimate)
    }

    /// The mean age of the training part.
    pub fn mean_age(&self) -> f64 {
        self.train_shares.iter().zip(0u32..).map(|(share, age)| share * f64::from(age)).sum()
    }

    /// The median age of the training part (NumPy's `median`).
    pub fn median_age(&self) -> f64 {
        let mut sum = 0.0;
        let mut below = None;
        for (share, age) in self.train_shares.iter().zip(0u32..).filter(|(share, _)| **share > 0.0) {
            if let Some(below) = below {
                // Just half of the pictures are younger: halfway to the next age.
                return f64::midpoint(below, f64::from(age));
            }
            sum += share;
            if (sum - 0.5).abs() < 1e-9 {
                below = Some(f64::from(age));
            } else if sum > 0.5 {
                return f64::from(age);
            }
        }
        below.unwrap_or_default()
    }
}

/// Estimates with the years by which the labels lie above them, by estimate.
pub fn residuals(predictions: &[Prediction]) -> Vec<[f64; 2]> {
    let mut residuals: Vec<[f64; 2]> = predictions.iter().map(|p| [p.estimate(), -p.error()]).collect();
    residuals.sort_by(|a, b| a[0].total_cmp(&b[0]));
    residuals
}

/// Between which ages four of five people lie of whom the model says `estimate`, from the [`residuals`] of pictures
/// that it did not learn from.
///
/// Split-conformal prediction (Lei et al. 2018, "Distribution-free predictive inference for regression") with absolute
/// residuals: of the pictures with the nearest estimates, 200 at most, the absolute residual of rank `(n + 1) * 0.8`, rounded
/// up, is how far the range reaches to either side. It thus holds its estimate, however far a model is off to one side, and
/// its coverage is that of any such score. Nearest ones alone, since children are told to within fewer years than adults. An
/// age is never below 0. `None` of fewer than 20 pictures.
pub fn range_of(residuals: &[[f64; 2]], estimate: f64) -> Option<Interval> {
    if residuals.len() < FEWEST_NEIGHBORS {
        return None;
    }
    // A tenth of them at most, so that those of a small part are near too.
    let wanted = NEIGHBORS.min(residuals.len()).min((residuals.len() / 10).max(FEWEST_NEIGHBORS));
    let mut first = residuals.partition_point(|[of, _]| *of < estimate).saturating_sub(wanted).min(residuals.len() - wanted);
    // The window of that many that lies nearest.
    while first + wanted < residuals.len()
        && (residuals[first + wanted][0] - estimate).abs() < (residuals[first][0] - estimate).abs()
    {
        first += 1;
    }
    let mut near: Vec<f64> = residuals[first..first + wanted].iter().map(|[_, residual]| residual.abs()).collect();
    near.sort_unstable_by(f64::total_cmp);
    let rank = (COVERAGE * (wanted + 1) as f64).ceil().clamp(1.0, wanted as f64) as usize;
    let reach = near[rank - 1];
    Some(Interval { low: (estimate - reach).max(0.0), high: (estimate + reach).max(0.0) })
}

fn within(errors: &[f64], years: f64) -> Rate {
    Rate { hits: errors.iter().filter(|error| error.abs() <= years).count() as u32, n: errors.len() as u32 }
}

/// The median of sorted values.
fn median(sorted: &[f64]) -> f64 {
    let half = sorted.len() / 2;
    if sorted.len().is_multiple_of(2) { f64::midpoint(sorted[half - 1], sorted[half]) } else { sorted[half] }
}

/// The mean of some distances and its 95% range by Student's t.
fn mean_with_range(distances: &[f64]) -> (f64, Option<Interval>) {
    let Some(MeanCi { mean, range, .. }) = MeanCi::of(distances) else { return (0.0, None) };
    // No mean of distances is below zero.
    (mean, range.map(|range| Interval { low: range.low.max(0.0), ..range }))
}
