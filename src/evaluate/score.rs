//! Accuracy, precision, recall and F1, with ranges and the baseline.

use serde::{Deserialize, Serialize};

use super::{Confusion, WeightsId};

/// A share with the number of pictures behind it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rate {
    pub hits: u32,
    pub n: u32,
}

/// Two bounds between 0 and 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ConfidenceInterval {
    pub low: f64,
    pub high: f64,
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

/// The scores at one threshold.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scores {
    pub accuracy: Rate,
    pub classes: [ClassScore; 2],
    /// Unweighted mean of both classes.
    pub macro_average: ClassScore,
}

/// The 97.5 % point of the normal distribution, for 95 % ranges.
const Z: f64 = 1.959_963_984_540_054;

impl Rate {
    /// Hits by n; zero if there is nothing.
    pub fn share(self) -> f64 {
        if self.n == 0 { 0.0 } else { f64::from(self.hits) / f64::from(self.n) }
    }

    /// The 95 % range by Wilson's score interval (1927), which stays within 0 and 1 and holds for small n too;
    /// everything is possible if there is nothing.
    pub fn wilson(self) -> ConfidenceInterval {
        if self.n == 0 {
            return ConfidenceInterval { low: 0.0, high: 1.0 };
        }
        let (n, p) = (f64::from(self.n), self.share());
        let divisor = 1.0 + Z * Z / n;
        let center = (p + Z * Z / (2.0 * n)) / divisor;
        let half = Z / divisor * (p * (1.0 - p) / n + Z * Z / (4.0 * n * n)).sqrt();
        ConfidenceInterval {
            low: if self.hits == 0 { 0.0 } else { (center - half).max(0.0) },
            high: if self.hits == self.n { 1.0 } else { (center + half).min(1.0) },
        }
    }
}

impl ConfidenceInterval {
    /// Whether two ranges have a value in common; then neither may be called better.
    pub fn overlaps(self, other: Self) -> bool {
        self.low <= other.high && other.low <= self.high
    }
}

impl Scores {
    /// The scores of a confusion matrix.
    pub fn new(confusion: &Confusion) -> Self {
        let classes = [confusion.class_score(0), confusion.class_score(1)];
        let mean = |value: fn(&ClassScore) -> f64| f64::midpoint(value(&classes[0]), value(&classes[1]));
        let macro_average = ClassScore {
            precision: mean(|c| c.precision),
            recall: mean(|c| c.recall),
            f1: mean(|c| c.f1),
            support: confusion.total(),
        };
        Self { accuracy: confusion.accuracy(), classes, macro_average }
    }
}

impl Confusion {
    /// Correct pictures of all.
    pub fn accuracy(&self) -> Rate {
        Rate { hits: self.correct(), n: self.total() }
    }

    /// Precision, recall and F1 with `class` as the positive one.
    pub fn class_score(&self, class: usize) -> ClassScore {
        let hits = self.counts[class][class];
        let (predicted, support) = (self.predicted(class), self.support(class));
        ClassScore {
            precision: Rate { hits, n: predicted }.share(),
            recall: Rate { hits, n: support }.share(),
            f1: Rate { hits: 2 * hits, n: predicted + support }.share(),
            support,
        }
    }
}

/// The numbers that matter, of the test part at the run's threshold.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct RunScores {
    pub pictures: u32,
    pub accuracy: f64,
    /// F1 of class 0 and class 1.
    pub f1: [f64; 2],
    pub macro_f1: f64,
    pub baseline: f64,
    /// Whose numbers these are; `None` where that was not yet written down.
    #[serde(default)]
    pub weights: Option<WeightsId>,
}
