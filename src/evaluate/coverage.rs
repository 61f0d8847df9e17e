//! How many answers are left, and how right they are, if those of low probability are called "not sure".

use super::{Logits, Prediction};

/// A threshold of the answer's probability, and what it leaves.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CoveragePoint {
    /// Answers from this probability on count.
    pub threshold: f64,
    /// Their share of all.
    pub coverage: f64,
    /// The share of them that is right; 1 of none.
    pub accuracy: f64,
}

/// Every threshold that changes something, ascending: at 0 all answers count (Geifman and El-Yaniv 2017, "Selective
/// Classification for Deep Neural Networks"). Empty without pictures.
pub fn coverage(predictions: &[Prediction], temperature: f64) -> Vec<CoveragePoint> {
    let confidence = |logits: &Logits, class: usize| super::calibration::sigmoid(logits.log_odds(class, temperature));
    let mut answers: Vec<(f64, bool)> = predictions
        .iter()
        .map(|p| {
            let class = p.logit.predicted(0.0);
            (confidence(&p.logit, class), class == usize::from(p.label))
        })
        .collect();
    answers.sort_by(|a, b| b.0.total_cmp(&a.0));
    let (mut points, mut correct) = (Vec::new(), 0_u32);
    for (at, (probability, is_correct)) in answers.iter().enumerate() {
        correct += u32::from(*is_correct);
        // Equal ones are let in together.
        if answers.get(at + 1).is_none_or(|next| next.0 < *probability) {
            let n = (at + 1) as f64;
            points.push(CoveragePoint {
                threshold: *probability,
                coverage: n / answers.len() as f64,
                accuracy: f64::from(correct) / n,
            });
        }
    }
    points.reverse();
    points
}

impl CoveragePoint {
    /// What a threshold leaves, of all that change something.
    pub fn at(points: &[Self], threshold: f64) -> Self {
        let none = Self { threshold, coverage: 0.0, accuracy: 1.0 };
        points.iter().find(|point| point.threshold >= threshold).map_or(none, |point| Self { threshold, ..*point })
    }
}
