//! What every possible threshold would give: ROC and precision-recall curves, their areas, and the best F1.
//!
//! All as scikit-learn has them (`roc_curve(drop_intermediate=False)`, `precision_recall_curve`, `roc_auc_score`,
//! `average_precision_score`). One class is the positive one, class 1 of two; all others are the negative one.

use super::{
    Confusion, Prediction, Rate,
    calibration::{sigmoid, threshold_between},
};

/// One threshold's place on both curves.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ThresholdPoint {
    /// Pictures are called class 1 from this probability on.
    pub threshold: f64,
    /// Of those who really are class 1, the share called so (recall, sensitivity).
    pub true_positive_rate: f64,
    /// Of those who really are class 0, the share called class 1.
    pub false_positive_rate: f64,
    /// Of those called class 1, the share that is; 1 where nobody is called so.
    pub precision: f64,
}

/// Both curves with their areas.
#[derive(Clone, Debug, PartialEq)]
pub struct Curves {
    /// From the threshold that calls nobody class 1 (infinite) down to the one that calls everybody so: one point for
    /// each distinct probability.
    pub points: Vec<ThresholdPoint>,
    /// Area under the ROC curve: how often a random picture of class 1 gets a higher probability than one of class 0.
    /// `None` if a class is missing.
    pub auc: Option<f64>,
    /// Average precision: the mean of precision over the steps of recall. `None` without class 1.
    pub average_precision: Option<f64>,
}

/// Whose F1 a threshold should serve.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum F1Of {
    Class(usize),
    Macro,
}

/// A threshold with the F1 that it gives.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Best {
    pub threshold: f64,
    pub f1: f64,
}

impl Curves {
    /// The curves of `class` against all others, of `predictions` whose logits are divided by `temperature`.
    pub fn one_vs_rest(predictions: &[Prediction], class: usize, temperature: f64) -> Self {
        Self::of(&steps(scored(predictions, class, temperature)))
    }

    /// Those of each of `classes` against all others; the logits are looked at once for all.
    pub fn each_vs_rest(predictions: &[Prediction], classes: usize, temperature: f64) -> Vec<Self> {
        let all: Vec<Vec<f64>> = predictions.iter().map(|p| p.logit.log_probabilities(temperature)).collect();
        let of = |class: usize| {
            let scored = predictions.iter().zip(&all).map(|(p, log)| (log[class], usize::from(p.label) == class));
            Self::of(&steps(Scored { all: scored.collect(), probability: f64::exp }))
        };
        (0..classes).map(of).collect()
    }

    fn of(steps: &[(f64, Counts)]) -> Self {
        let Some((_, last)) = steps.last() else {
            return Self { points: Vec::new(), auc: None, average_precision: None };
        };
        let [negatives, positives] = last.map(|row| row.iter().sum::<u32>());
        let points: Vec<_> = steps.iter().map(|(threshold, counts)| ThresholdPoint::of(*threshold, *counts)).collect();
        let pairs = || points.iter().zip(points.iter().skip(1));
        let area = pairs()
            .map(|(a, b)| {
                (b.false_positive_rate - a.false_positive_rate) * f64::midpoint(a.true_positive_rate, b.true_positive_rate)
            })
            .sum();
        let average = pairs().map(|(a, b)| (b.true_positive_rate - a.true_positive_rate) * b.precision).sum();
        Self {
            auc: (positives > 0 && negatives > 0).then_some(area),
            average_precision: (positives > 0).then_some(average),
            points,
        }
    }
}

impl ThresholdPoint {
    /// The place of the confusion matrix of two classes, such as that of a slider's threshold.
    pub fn new(threshold: f64, confusion: &Confusion) -> Self {
        Self::of(threshold, [0, 1].map(|label| [0, 1].map(|predicted| confusion.count(label, predicted))))
    }

    fn of(threshold: f64, [[rejected, false_alarms], [missed, hits]]: Counts) -> Self {
        let share = |hits: u32, n: u32| Rate { hits, n }.share();
        Self {
            threshold,
            true_positive_rate: share(hits, hits + missed),
            false_positive_rate: share(false_alarms, rejected + false_alarms),
            precision: if hits + false_alarms == 0 { 1.0 } else { share(hits, hits + false_alarms) },
        }
    }
}

/// Of two classes: the threshold with the highest F1, among those that tell two pictures apart: the probability of the lower of
/// those that are called class 1 where that does it; the lowest of equals. What is said of it is reached with it: where
/// probabilities are too close to one another, or to 0 or 1, no threshold lies between them. `None` without pictures.
///
/// To be chosen on the validation part: chosen on the test part, the score would be a promise that it cannot keep.
pub fn best_f1(predictions: &[Prediction], temperature: f64, of: F1Of) -> Option<Best> {
    let mut best: Option<Best> = None;
    let steps = odds_and_counts(&mut scored(predictions, 1, temperature).all);
    for (at, (odds, counts)) in steps.iter().enumerate().skip(1) {
        // The logits themselves, which are of f32.
        let logit = |odds: f64| f64::from((odds * temperature) as f32);
        let below = steps.get(at + 1).map_or(f64::NEG_INFINITY, |(below, _)| logit(*below));
        let Some(threshold) = threshold_between(logit(*odds), below, temperature, sigmoid(*odds)) else { continue };
        let confusion = Confusion::from_rows(*counts);
        let f1 = match of {
            F1Of::Class(class) => confusion.class_score(class).f1,
            F1Of::Macro => f64::midpoint(confusion.class_score(0).f1, confusion.class_score(1).f1),
        };
        if best.is_none_or(|b| f1 >= b.f1) {
            best = Some(Best { threshold, f1 });
        }
    }
    best
}

/// The mean of the curves' areas; `None` if one has none.
pub fn mean(curves: &[Curves], area: impl Fn(&Curves) -> Option<f64>) -> Option<f64> {
    let sum: Option<f64> = curves.iter().map(area).sum();
    sum.filter(|_| !curves.is_empty()).map(|sum| sum / curves.len() as f64)
}

/// Pictures of the rest and of the class, each by whether they were called the class.
type Counts = [[u32; 2]; 2];

/// Pictures with a number that grows with the probability of a class, and whether they are of it.
struct Scored {
    all: Vec<(f64, bool)>,
    /// The probability that such a number stands for.
    probability: fn(f64) -> f64,
}

fn scored(predictions: &[Prediction], class: usize, temperature: f64) -> Scored {
    let scored = predictions.iter().map(|p| (p.logit.log_odds(class, temperature), usize::from(p.label) == class));
    Scored { all: scored.collect(), probability: sigmoid }
}

/// Probability and counts at every distinct number, descending, after the one that calls nothing so.
fn steps(Scored { mut all, probability }: Scored) -> Vec<(f64, Counts)> {
    let mut steps = odds_and_counts(&mut all);
    steps.iter_mut().skip(1).for_each(|(number, _)| *number = probability(*number));
    steps
}

/// The same with the number itself, infinite of the one that calls nothing so.
fn odds_and_counts(all: &mut [(f64, bool)]) -> Vec<(f64, Counts)> {
    all.sort_unstable_by(|a, b| b.0.total_cmp(&a.0));
    let ones = all.iter().filter(|(_, one)| *one).count() as u32;
    let mut counts = [[all.len() as u32 - ones, 0], [ones, 0]];
    let mut steps = Vec::with_capacity(all.len() + 1);
    if !all.is_empty() {
        steps.push((f64::INFINITY, counts));
    }
    for group in all.chunk_by(|a, b| a.0 == b.0) {
        for &(_, one) in group {
            let row = &mut counts[usize::from(one)];
            row[0] -= 1;
            row[1] += 1;
        }
        steps.push((group[0].0, counts));
    }
    steps
}
