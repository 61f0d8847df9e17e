//! What every possible threshold would give: ROC and precision-recall curves, their areas, and the best F1.
//!
//! All as scikit-learn has them (`roc_curve(drop_intermediate=False)`, `precision_recall_curve`, `roc_auc_score`,
//! `average_precision_score`). One class is the positive one, class 1 of two; all others are the negative one.

use super::{Confusion, Prediction, calibration::sigmoid};

/// One threshold's place on both curves.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CurvePoint {
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
    pub points: Vec<CurvePoint>,
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
        let steps = steps(predictions, class, temperature);
        let Some((_, last)) = steps.last() else {
            return Self { points: Vec::new(), auc: None, average_precision: None };
        };
        let (positives, negatives) = (f64::from(last.support(1)), f64::from(last.support(0)));
        let points: Vec<_> = steps.iter().map(|(threshold, confusion)| CurvePoint::new(*threshold, confusion)).collect();
        let pairs = || points.iter().zip(points.iter().skip(1));
        let area = pairs()
            .map(|(a, b)| {
                (b.false_positive_rate - a.false_positive_rate) * f64::midpoint(a.true_positive_rate, b.true_positive_rate)
            })
            .sum();
        let average = pairs().map(|(a, b)| (b.true_positive_rate - a.true_positive_rate) * b.precision).sum();
        Self {
            auc: (positives > 0.0 && negatives > 0.0).then_some(area),
            average_precision: (positives > 0.0).then_some(average),
            points,
        }
    }
}

impl CurvePoint {
    /// The place of one confusion matrix, such as that of a slider's threshold.
    pub fn new(threshold: f64, confusion: &Confusion) -> Self {
        Self {
            threshold,
            true_positive_rate: confusion.share_of_label(1, 1),
            false_positive_rate: confusion.share_of_label(0, 1),
            precision: if confusion.predicted(1) == 0 { 1.0 } else { confusion.share_of_predicted(1, 1) },
        }
    }
}

/// Of two classes: the threshold with the highest F1, among the probabilities that occur; the lowest of equals. `None`
/// without pictures.
///
/// To be chosen on the validation part: chosen on the test part, the score would be a promise that it cannot keep.
pub fn best_f1(predictions: &[Prediction], temperature: f64, of: F1Of) -> Option<Best> {
    let mut best: Option<Best> = None;
    for (threshold, confusion) in steps(predictions, 1, temperature).into_iter().skip(1) {
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

/// The mean over the classes of the area under the ROC curve of each against all others (scikit-learn's
/// `roc_auc_score(multi_class="ovr", average="macro")`). `None` if a class is missing.
pub fn macro_auc(predictions: &[Prediction], classes: usize, temperature: f64) -> Option<f64> {
    let areas = (0..classes).map(|class| Curves::one_vs_rest(predictions, class, temperature).auc);
    areas.sum::<Option<f64>>().map(|sum| sum / classes as f64)
}

/// Probability and confusion matrix (of the class and the rest) at every distinct output, descending, after the one that
/// calls nothing `class`.
fn steps(predictions: &[Prediction], class: usize, temperature: f64) -> Vec<(f64, Confusion)> {
    let scored = predictions.iter().map(|p| (p.logit.log_odds(class, temperature), usize::from(p.label) == class));
    let mut sorted: Vec<(f64, bool)> = scored.collect();
    sorted.sort_unstable_by(|a, b| b.0.total_cmp(&a.0));
    let ones = sorted.iter().filter(|(_, one)| *one).count() as u32;
    let mut counts = [[sorted.len() as u32 - ones, 0], [ones, 0]];
    let mut steps = Vec::with_capacity(sorted.len() + 1);
    if !sorted.is_empty() {
        steps.push((f64::INFINITY, Confusion::from_rows(counts)));
    }
    for group in sorted.chunk_by(|a, b| a.0 == b.0) {
        for &(_, one) in group {
            let row = &mut counts[usize::from(one)];
            row[0] -= 1;
            row[1] += 1;
        }
        steps.push((sigmoid(group[0].0), Confusion::from_rows(counts)));
    }
    steps
}
