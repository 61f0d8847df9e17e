//! What several networks say of one picture, made one answer: a committee (ensemble).

use serde::{Deserialize, Serialize};

use super::{Logits, Prediction, log_sum_exp};
use crate::text::{Phrase, say};

/// How the answers of a committee's members become one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Combination {
    /// The mean of the probabilities: a linear opinion pool, as in deep ensembles (Lakshminarayanan et al. 2017).
    #[default]
    Probabilities,
    /// The mean of the logits: a logarithmic opinion pool, in which who is very sure weighs more.
    Logits,
    /// Of years, the mean of the estimates.
    Estimates,
}

impl Combination {
    /// Its name for a person.
    pub const fn name(self) -> Phrase {
        match self {
            Self::Probabilities => say("mean of the probabilities", "moyenne des probabilités"),
            Self::Logits => say("mean of the logits", "moyenne des logits"),
            Self::Estimates => say("mean of the estimates", "moyenne des estimations"),
        }
    }

    /// One answer of several about one picture, each with the temperature by which its logits are divided; `None` of none.
    /// Its own temperature is 1.
    pub fn of(self, answers: &[(&Logits, f64)]) -> Option<Logits> {
        let ((first, _), n) = (answers.first()?, answers.len() as f64);
        let classes = match first {
            Logits::Value(_) => {
                let sum: f64 = answers.iter().filter_map(|(logits, _)| logits.value()).sum();
                return Some(Logits::Value((sum / n) as f32));
            }
            Logits::Binary(_) => 2,
            Logits::Each(logits) => logits.len(),
        };
        let each: Vec<Vec<f64>> = answers.iter().map(|(logits, by)| logits.log_probabilities(*by)).collect();
        let of = |class: usize| each.iter().map(move |shares| shares[class]);
        let log_share = |class| match self {
            // Up to one number that all classes share, this is the mean of the logits.
            Self::Logits => of(class).sum::<f64>() / n,
            Self::Probabilities | Self::Estimates => log_sum_exp(of(class)) - n.ln(),
        };
        let log_shares: Vec<f64> = (0..classes).map(log_share).collect();
        Some(match log_shares.as_slice() {
            [zero, one] => Logits::Binary((one - zero) as f32),
            each => Logits::Each(each.iter().map(|share| *share as f32).collect()),
        })
    }
}

/// The mean cross-entropy of predictions (scikit-learn's `log_loss`); `None` of none.
pub fn log_loss(predictions: &[Prediction]) -> Option<f64> {
    let of = |p: &Prediction| -p.logit.log_probabilities(1.0)[usize::from(p.label)];
    (!predictions.is_empty()).then(|| predictions.iter().map(of).sum::<f64>() / predictions.len() as f64)
}
