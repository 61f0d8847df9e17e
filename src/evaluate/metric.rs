//! By which number runs are compared, and how it is written.

use std::cmp::Ordering;

use super::{FRESH_THRESHOLD, Interval, RunScores};
use crate::{
    data::task::Task,
    text::{Lang, decimal, percent, points, years},
};

/// The number by which runs that learn the same are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Metric {
    /// The share that is right.
    Accuracy,
    /// The mean absolute error in years.
    Mae,
}

impl Metric {
    /// That of what was learned.
    pub fn of(task: &Task) -> Self {
        Self::in_years(task.is_regression())
    }

    /// That of results in years, or of classes.
    pub const fn in_years(years: bool) -> Self {
        if years { Self::Mae } else { Self::Accuracy }
    }

    /// What it is called in files.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Accuracy => "accuracy",
            Self::Mae => "mae",
        }
    }

    /// Whether a larger one is the better one.
    pub const fn more_is_better(self) -> bool {
        matches!(self, Self::Accuracy)
    }

    /// `Greater` if `a` is better than `b`.
    pub fn compare(self, a: f64, b: f64) -> Ordering {
        match self {
            Self::Accuracy => a.total_cmp(&b),
            Self::Mae => b.total_cmp(&a),
        }
    }

    /// By how much `a` is better than `b`.
    pub fn gain(self, a: f64, b: f64) -> f64 {
        match self {
            Self::Accuracy => a - b,
            Self::Mae => b - a,
        }
    }

    /// The error of a result: what there is less of, the better it is.
    pub fn error(self, value: f64) -> f64 {
        match self {
            Self::Accuracy => 1.0 - value,
            Self::Mae => value,
        }
    }

    /// The result with this error, where results can be.
    pub fn of_error(self, error: f64) -> f64 {
        match self {
            Self::Accuracy => 1.0 - error.clamp(0.0, 1.0),
            Self::Mae => error.max(0.0),
        }
    }

    /// The part of a range in which results can be: Student's t knows neither the end of shares nor that of errors.
    pub fn within(self, range: Interval) -> Interval {
        let most = if self == Self::Accuracy { 1.0 } else { f64::INFINITY };
        Interval { low: range.low.clamp(0.0, most), high: range.high.clamp(0.0, most) }
    }

    /// Decimals with which it is written.
    pub const fn digits(self) -> usize {
        match self {
            Self::Accuracy => 1,
            Self::Mae => 2,
        }
    }

    /// What it is multiplied by to be written: an accuracy is in per cent.
    pub const fn scale(self) -> f64 {
        match self {
            Self::Accuracy => 100.0,
            Self::Mae => 1.0,
        }
    }

    /// With its unit: `91.8%`, `5.21 years`.
    pub fn text(self, lang: Lang, value: f64) -> String {
        match self {
            Self::Accuracy => percent(lang, value, self.digits()),
            Self::Mae => years(lang, value, self.digits()),
        }
    }

    /// Without its unit: `91.8`, `5.21`.
    pub fn plain(self, lang: Lang, value: f64) -> String {
        decimal(lang, self.scale() * value, self.digits())
    }

    /// A difference of two, or a deviation, with `digits` decimals: `0.6 points`, `0.31 years`.
    pub fn difference(self, lang: Lang, value: f64, digits: usize) -> String {
        match self {
            Self::Accuracy => points(lang, value, digits),
            Self::Mae => years(lang, value, digits),
        }
    }
}

impl RunScores {
    /// By what a run is compared with others.
    pub fn metric(&self) -> Metric {
        Metric::in_years(self.years.is_some())
    }

    /// That number.
    pub fn value(&self) -> f64 {
        self.years.map_or(self.accuracy, |years| years.mae)
    }

    /// That number at the threshold of a fresh evaluation, whichever is kept; `None` where another is kept and it was not
    /// written down.
    pub fn as_evaluated(&self) -> Option<f64> {
        let moved = self.decision.is_some_and(|decision| decision.threshold != FRESH_THRESHOLD);
        let binary = self.years.is_none() && self.f1.len() == 2;
        if binary && moved { self.fresh_accuracy } else { Some(self.value()) }
    }
}
