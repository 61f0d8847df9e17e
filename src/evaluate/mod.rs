//! How good a model is: predictions with their labels, from which every score is computed on demand.
//!
//! All functions are pure and fast (a slider calls them each frame). [`Prediction`]s hold what the network said at
//! temperature 1; a [`Report`] takes thresholds on the scale that is shown, after its temperature. The functions of the
//! submodules know no temperature: they take thresholds on the network's own scale.

pub mod calibration;
pub mod confusion;
pub mod curves;
pub mod groups;
pub mod score;
pub mod seen;
mod weights_id;
pub mod words;

use std::path::PathBuf;

use serde::{Deserialize, Deserializer, Serialize, de::Error as _};

use crate::data::sample::Part;

pub use calibration::Bin;
pub use confusion::Confusion;
pub use curves::{Best, CurvePoint, Curves, F1Of};
pub use groups::{Group, GroupKey, Grouping};
pub use score::{ClassScore, ConfidenceInterval, Rate, RunScores, Scores};
pub use seen::Seen;
pub use weights_id::{WeightsHash, WeightsId};

/// One judged picture.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(from = "StoredPrediction")]
pub struct Prediction {
    /// Path below the dataset's folder.
    pub file: PathBuf,
    /// Index into the data set at the time of the evaluation.
    pub sample: u32,
    /// The recorded class, 0 or 1.
    pub label: u8,
    /// The network's output, before any temperature: the log-odds of class 1.
    pub logit: f32,
    pub age: Option<u16>,
    pub race: Option<u8>,
}

/// A prediction as reports have it: those of before kept a probability instead of the logit, and called the label truth.
#[derive(Deserialize)]
struct StoredPrediction {
    file: PathBuf,
    sample: u32,
    #[serde(alias = "truth")]
    label: u8,
    logit: Option<f32>,
    #[serde(default)]
    probability: f32,
    age: Option<u16>,
    race: Option<u8>,
}

impl From<StoredPrediction> for Prediction {
    fn from(stored: StoredPrediction) -> Self {
        let StoredPrediction { file, sample, label, logit, probability, age, race } = stored;
        let logit = logit.unwrap_or_else(|| calibration::logit_of_rounded(probability));
        Self { file, sample, label, logit, age, race }
    }
}

/// The predictions of one part by one run's best weights. Scores at a threshold are computed from it when they are shown.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Report {
    pub classes: [String; 2],
    /// Test, unless the report is of a folder apart.
    pub part: Option<Part>,
    pub predictions: Vec<Prediction>,
    /// The same for the validation part, on which threshold and temperature may be chosen.
    pub validation: Vec<Prediction>,
    /// Pictures are called class 1 from this probability on, after the temperature.
    #[serde(deserialize_with = "probability")]
    pub threshold: f64,
    /// Logits are divided by this before the sigmoid; 1 unless fitted (Guo et al. 2017).
    #[serde(deserialize_with = "temperature")]
    pub temperature: f64,
    /// Whether each picture was judged with its mirror image ([`crate::engine::TtaPredictor`]); the run's answers follow it.
    #[serde(default)]
    pub mirrored: bool,
    /// Class 1's share of the training part, for the baseline.
    pub train_share: f64,
    /// Which of the judged pictures the run had before; `None` where nobody looked, as in reports of before.
    #[serde(default)]
    pub seen: Option<Seen>,
    /// Whose predictions these are; `None` in reports of before.
    #[serde(default)]
    pub weights: Option<WeightsId>,
}

/// A number from a file, from 0 to 1.
fn probability<'de, D: Deserializer<'de>>(deserializer: D) -> Result<f64, D::Error> {
    within(deserializer, "a probability from 0 to 1", |value| (0.0..=1.0).contains(&value))
}

/// A number from a file, finite and above 0.
fn temperature<'de, D: Deserializer<'de>>(deserializer: D) -> Result<f64, D::Error> {
    within(deserializer, "a temperature above 0", |value| value.is_finite() && value > 0.0)
}

fn within<'de, D: Deserializer<'de>>(deserializer: D, what: &str, allowed: fn(f64) -> bool) -> Result<f64, D::Error> {
    let value = f64::deserialize(deserializer)?;
    if allowed(value) { Ok(value) } else { Err(D::Error::custom(format!("{value} is not {what}"))) }
}

impl Prediction {
    /// Whether the model says class 1 at a threshold of the logit.
    pub fn predicted(&self, logit_threshold: f64) -> bool {
        f64::from(self.logit) >= logit_threshold
    }

    /// Whether the model agrees with the label at a threshold of the logit.
    pub fn correct(&self, logit_threshold: f64) -> bool {
        self.predicted(logit_threshold) == (self.label == 1)
    }
}

impl Report {
    /// The probability of class 1 as it is shown: after the temperature.
    pub fn probability(&self, prediction: &Prediction) -> f64 {
        calibration::probability(prediction.logit, self.temperature)
    }

    /// The logit from which on pictures are called class 1 at a threshold of the probability.
    pub fn logit_threshold(&self, threshold: f64) -> f64 {
        // Through f32, so that a picture's own probability gives exactly its logit.
        f64::from((calibration::logit(threshold.clamp(0.0, 1.0)) * self.temperature) as f32)
    }

    /// What was called what at a threshold of the probability.
    pub fn confusion(&self, threshold: f64) -> Confusion {
        Confusion::new(&self.predictions, self.logit_threshold(threshold))
    }

    /// The scores at a threshold of the probability.
    pub fn scores(&self, threshold: f64) -> Scores {
        Scores::new(&self.confusion(threshold))
    }

    /// The class that most training pictures have.
    pub fn majority(&self) -> usize {
        usize::from(self.train_share >= 0.5)
    }

    /// How right it would be to always say the majority class of the training part.
    pub fn baseline(&self) -> Rate {
        let hits = self.predictions.iter().filter(|p| usize::from(p.label == 1) == self.majority()).count();
        Rate { hits: hits as u32, n: self.predictions.len() as u32 }
    }

    /// The curves. Sorts: to be kept, not made anew each frame.
    pub fn curves(&self) -> Curves {
        Curves::new(&self.predictions, self.temperature)
    }

    /// Where a threshold lies on both curves.
    pub fn point(&self, threshold: f64) -> CurvePoint {
        CurvePoint::new(threshold, &self.confusion(threshold))
    }

    /// The threshold with the best F1 on the validation part.
    pub fn best_f1(&self, of: F1Of) -> Option<Best> {
        curves::best_f1(&self.validation, self.temperature, of)
    }

    /// How right it is within each group, at a threshold of the probability.
    pub fn groups(&self, threshold: f64, by: Grouping) -> Vec<Group> {
        groups::groups(&self.predictions, self.logit_threshold(threshold), by)
    }

    /// The reliability bins after the temperature.
    pub fn reliability(&self) -> [Bin; calibration::BINS] {
        calibration::reliability(&self.predictions, self.temperature)
    }

    /// The temperature that fits the validation part best.
    pub fn fitted_temperature(&self) -> f64 {
        calibration::fit_temperature(&self.validation)
    }

    /// How sure the model is of what it says, from 0.5 (at a threshold of one half) to 1.
    pub fn confidence(&self, prediction: &Prediction, threshold: f64) -> f64 {
        let p = self.probability(prediction);
        if prediction.predicted(self.logit_threshold(threshold)) { p } else { 1.0 - p }
    }

    /// Indices of the pictures in a cell of the confusion matrix.
    pub fn cell(&self, threshold: f64, label: usize, predicted: usize) -> Vec<usize> {
        let threshold = self.logit_threshold(threshold);
        self.positions(|p| usize::from(p.label == 1) == label && usize::from(p.predicted(threshold)) == predicted)
    }

    /// Indices of the pictures of a group.
    pub fn members(&self, key: GroupKey) -> Vec<usize> {
        self.positions(|p| key.contains(p))
    }

    /// Indices of the pictures that the model got wrong, the surest first.
    pub fn mistakes(&self, threshold: f64) -> Vec<usize> {
        let raw = self.logit_threshold(threshold);
        let mut wrong = self.positions(|p| !p.correct(raw));
        let confidence = |i: &usize| self.confidence(&self.predictions[*i], threshold);
        wrong.sort_by(|a, b| confidence(b).total_cmp(&confidence(a)));
        wrong
    }

    /// The numbers that a list of runs shows, at the report's own threshold.
    pub fn run_scores(&self) -> RunScores {
        let scores = self.scores(self.threshold);
        RunScores {
            pictures: scores.accuracy.n,
            accuracy: scores.accuracy.share(),
            f1: scores.classes.map(|c| c.f1),
            macro_f1: scores.macro_average.f1,
            baseline: self.baseline().share(),
            weights: self.weights,
        }
    }

    fn positions(&self, keep: impl Fn(&Prediction) -> bool) -> Vec<usize> {
        self.predictions.iter().enumerate().filter(|(_, p)| keep(p)).map(|(i, _)| i).collect()
    }
}
