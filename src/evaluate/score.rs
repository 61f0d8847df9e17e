//! Accuracy, precision, recall and F1, with ranges and the baseline.

use serde::{Deserialize, Serialize};

use super::{Confusion, Interval, WeightsId};

/// A share with the number of pictures behind it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rate {
    pub hits: u32,
    pub n: u32,
}

/// Precision, recall and F1 of a class; zero where nothing can be divided (scikit-learn's `zero_division=0`).
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct ClassScore {
    /// Of those called so, the share that is so.
    pub precision: f64,
    /// Of those who are so, the share that was called so.
    pub recall: f64,
    /// Harmonic mean of precision and recall.
    pub f1: f64,
    /// Pictures that really are of the class.
    pub support: u32,
}

/// The scores of a confusion matrix (scikit-learn's `classification_report(zero_division=0)`).
#[derive(Clone, Debug, PartialEq)]
pub struct Scores {
    pub accuracy: Rate,
    /// In the order of the classes.
    pub classes: Vec<ClassScore>,
    /// Unweighted mean over the classes; its recall is the balanced accuracy.
    pub macro_average: ClassScore,
    /// Mean over the classes, each weighted by its support.
    pub weighted_average: ClassScore,
}

/// The 97.5% point of the normal distribution, for 95% ranges.
const Z: f64 = 1.959_963_984_540_054;

impl Rate {
    /// Hits by n; zero if there is nothing.
    pub fn share(self) -> f64 {
        if self.n == 0 { 0.0 } else { f64::from(self.hits) / f64::from(self.n) }
    }

    /// The 95% range by Wilson's score interval (1927), which stays within 0 and 1 and holds for small n too;
    /// everything is possible if there is nothing.
    pub fn wilson(self) -> Interval {
        if self.n == 0 {
            return Interval { low: 0.0, high: 1.0 };
        }
        let (n, p) = (f64::from(self.n), self.share());
        let divisor = 1.0 + Z * Z / n;
        let center = (p + Z * Z / (2.0 * n)) / divisor;
        let half = Z / divisor * (p * (1.0 - p) / n + Z * Z / (4.0 * n * n)).sqrt();
        Interval {
            low: if self.hits == 0 { 0.0 } else { (center - half).max(0.0) },
            high: if self.hits == self.n { 1.0 } else { (center + half).min(1.0) },
        }
    }
}

impl Scores {
    /// The scores of a confusion matrix.
    pub fn new(confusion: &Confusion) -> Self {
        let classes: Vec<ClassScore> = (0..confusion.classes()).map(|class| confusion.class_score(class)).collect();
        let mean = |weight: fn(&ClassScore) -> f64| {
            let sum: f64 = classes.iter().map(weight).sum();
            let of = |value: fn(&ClassScore) -> f64| {
                let total: f64 = classes.iter().map(|class| weight(class) * value(class)).sum();
                if sum == 0.0 { 0.0 } else { total / sum }
            };
            ClassScore { precision: of(|c| c.precision), recall: of(|c| c.recall), f1: of(|c| c.f1), support: confusion.total() }
        };
        let (macro_average, weighted_average) = (mean(|_| 1.0), mean(|class| f64::from(class.support)));
        Self { accuracy: confusion.accuracy(), classes, macro_average, weighted_average }
    }
}

impl Confusion {
    /// Correct pictures of all.
    pub fn accuracy(&self) -> Rate {
        Rate { hits: self.correct(), n: self.total() }
    }

    /// Precision, recall and F1 with `class` as the positive one.
    pub fn class_score(&self, class: usize) -> ClassScore {
        let hits = self.count(class, class);
        let (predicted, support) = (self.predicted(class), self.support(class));
        ClassScore {
            precision: Rate { hits, n: predicted }.share(),
            recall: Rate { hits, n: support }.share(),
            f1: Rate { hits: 2 * hits, n: predicted + support }.share(),
            support,
        }
    }
}

/// The threshold that a report has before another is chosen.
pub const FRESH_THRESHOLD: f64 = 0.5;

/// The numbers that matter, of the test part at the run's threshold.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RunScores {
    pub pictures: u32,
    pub accuracy: f64,
    /// F1 of each class, in their order.
    pub f1: Vec<f64>,
    pub macro_f1: f64,
    pub baseline: f64,
    /// The accuracy at the threshold of a fresh evaluation, [`FRESH_THRESHOLD`], where another is kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fresh_accuracy: Option<f64>,
    /// Of years, where accuracy, F1 and baseline mean nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub years: Option<YearScores>,
    /// Whose numbers these are; `None` where that was not yet written down.
    #[serde(default)]
    pub weights: Option<WeightsId>,
    /// With which answers; `None` where that was not yet written down.
    #[serde(default)]
    pub decision: Option<Decision>,
}

/// What turns a network's outputs into answers, chosen after the training; see the fields of [`Report`](super::Report).
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Decision {
    #[serde(deserialize_with = "super::probability")]
    pub threshold: f64,
    #[serde(deserialize_with = "super::temperature")]
    pub temperature: f64,
    /// Of which outputs.
    pub mirrored: bool,
}

/// The numbers that matter of years.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct YearScores {
    /// Mean absolute error in years: lower is better.
    pub mae: f64,
    /// That of always saying the mean age of the training part.
    pub baseline: f64,
    /// Share of pictures whose age is told to within five years.
    pub within_5: f64,
}
