//! How good a model is: predictions with their labels, from which every score is computed on demand.
//!
//! All functions are pure and fast (a slider calls them each frame). [`Prediction`]s hold what the network said at
//! temperature 1; a [`Report`] takes thresholds on the scale that is shown, after its temperature. The functions of the
//! submodules know no temperature: they take thresholds on the network's own scale.

pub mod calibration;
mod combination;
pub mod confusion;
pub mod coverage;
pub mod curves;
pub mod distributions;
pub mod groups;
mod interval;
mod metric;
pub mod regression;
pub mod score;
pub mod seen;
pub mod significance;
mod weights_id;
pub mod words;

use std::path::PathBuf;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

use crate::{
    data::{name::OLDEST, sample::Part, target_scaler::TargetScaler, task::Task},
    loss::argmax,
    model::Output,
};

pub use calibration::Bin;
pub use combination::{Combination, log_loss};
pub use confusion::Confusion;
pub use coverage::CoveragePoint;
pub use curves::{Best, Curves, F1Of, ThresholdPoint};
pub use groups::{Group, GroupKey, Grouping};
pub use interval::Interval;
pub use metric::Metric;
pub use regression::{Regression, RegressionGroup};
pub use score::{ClassScore, Decision, FRESH_THRESHOLD, Rate, RunScores, Scores, YearScores};
pub use seen::Seen;
pub use weights_id::{WeightsHash, WeightsId};

/// Answers among which the label may be, where one is too strict; from so many classes on.
pub const TOP_K: usize = 3;
const TOP_K_FROM: usize = 10;

/// Whether it is said of `task` how often the label is among the [`TOP_K`] likeliest answers.
pub fn has_top_k(task: &Task) -> bool {
    task.len() >= TOP_K_FROM && !task.is_regression()
}

/// One evaluated picture.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(from = "StoredPrediction")]
pub struct Prediction {
    /// Path below the dataset's folder.
    pub file: PathBuf,
    /// Index into the data set at the time of the evaluation.
    pub sample: u32,
    /// The recorded class; of years, the age.
    pub label: u8,
    /// The network's output, before any temperature; of years, what it says.
    pub logit: Logits,
    pub age: Option<u16>,
    pub race: Option<u8>,
}

/// What a network puts out for a picture.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Logits {
    /// Of two classes: the log-odds of class 1.
    Binary(f32),
    /// Of more: one logit for each class, before the softmax.
    Each(Box<[f32]>),
    /// No logit but a value in years. In files it looks like [`Logits::Binary`]; a [`Report`] knows which it is.
    Value(f32),
}

/// A prediction as reports have it: those of before kept a probability instead of the logit, and called the label truth.
#[derive(Deserialize)]
struct StoredPrediction {
    file: PathBuf,
    sample: u32,
    #[serde(alias = "truth")]
    label: u8,
    logit: Option<Logits>,
    #[serde(default)]
    probability: f32,
    age: Option<u16>,
    race: Option<u8>,
}

impl From<StoredPrediction> for Prediction {
    fn from(stored: StoredPrediction) -> Self {
        let StoredPrediction { file, sample, label, logit, probability, age, race } = stored;
        let logit = logit.unwrap_or_else(|| Logits::Binary(calibration::logit_of_rounded(probability)));
        Self { file, sample, label, logit, age, race }
    }
}

/// The predictions of one part by one run's best weights. Scores at a threshold are computed from it when they are shown.
///
/// Reading one checks that it is consistent: each label has a class, each picture a logit for each class, each class a share.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(remote = "Self")]
pub struct Report {
    /// What was asked, with the names of the classes as the data set had them.
    #[serde(flatten)]
    pub task: Task,
    /// Test, unless the report is of a folder apart.
    pub part: Option<Part>,
    pub predictions: Vec<Prediction>,
    /// The same for the validation part, on which threshold and temperature may be chosen.
    pub validation: Vec<Prediction>,
    /// Of two classes, pictures are called class 1 from this probability on, after the temperature; of more, the likeliest
    /// class is the answer, and below this probability it is "not sure".
    #[serde(deserialize_with = "probability")]
    pub threshold: f64,
    /// Logits are divided by this before the sigmoid or softmax; 1 unless fitted (Guo et al. 2017).
    #[serde(deserialize_with = "temperature")]
    pub temperature: f64,
    /// Whether each picture was evaluated with its mirror image ([`crate::engine::TtaPredictor`]); the run's answers follow it.
    #[serde(default)]
    pub mirrored: bool,
    /// Each class's share of the training part, for the baseline; of years, each year's.
    #[serde(rename = "train_share", deserialize_with = "shares")]
    pub train_shares: Vec<f64>,
    /// Which of the evaluated pictures the run had before; `None` where nobody looked, as in reports of before.
    #[serde(default)]
    pub seen: Option<Seen>,
    /// Whose predictions these are; `None` in reports of before.
    #[serde(default)]
    pub weights: Option<WeightsId>,
}

impl Serialize for Report {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Self::serialize(self, serializer)
    }
}

impl<'de> Deserialize<'de> for Report {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut report = Self::deserialize(deserializer)?;
        let classes = report.task.len();
        if report.task.is_regression() {
            report.predictions.iter_mut().chain(&mut report.validation).for_each(Prediction::of_a_value);
        }
        let fits = |p: &Prediction| {
            let logits = match &p.logit {
                Logits::Binary(_) => 2,
                Logits::Each(logits) => logits.len(),
                Logits::Value(value) if value.is_finite() => classes,
                Logits::Value(_) => 0,
            };
            usize::from(p.label) < classes && logits == classes
        };
        if report.train_shares.len() != classes || !report.predictions.iter().chain(&report.validation).all(fits) {
            return Err(D::Error::custom("labels, logits or shares that do not fit the classes"));
        }
        Ok(report)
    }
}

/// A number from a file, from 0 to 1.
fn probability<'de, D: Deserializer<'de>>(deserializer: D) -> Result<f64, D::Error> {
    within(deserializer, "a probability from 0 to 1", |value| (0.0..=1.0).contains(&value))
}

/// The classes' shares; reports of before have that of the second of two alone.
fn shares<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<f64>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Stored {
        One(f64),
        Each(Vec<f64>),
    }
    Ok(match Stored::deserialize(deserializer)? {
        Stored::One(one) => vec![1.0 - one, one],
        Stored::Each(shares) => shares,
    })
}

/// A number from a file, finite and above 0.
fn temperature<'de, D: Deserializer<'de>>(deserializer: D) -> Result<f64, D::Error> {
    within(deserializer, "a temperature above 0", |value| value.is_finite() && value > 0.0)
}

fn within<'de, D: Deserializer<'de>>(deserializer: D, what: &str, allowed: fn(f64) -> bool) -> Result<f64, D::Error> {
    let value = f64::deserialize(deserializer)?;
    if allowed(value) { Ok(value) } else { Err(D::Error::custom(format!("{value} is not {what}"))) }
}

impl Logits {
    /// What a network with `output` gave for one picture; of a softmax over two classes the difference says it all.
    pub fn of(output: Output, row: &[f32]) -> Self {
        match (output, row) {
            (Output::Softmax { .. }, [zero, one]) => Self::Binary(one - zero),
            (Output::Softmax { .. }, logits) => Self::Each(logits.into()),
            (Output::Sigmoid, row) => Self::Binary(row[0]),
            (Output::Linear, row) => Self::Value(row[0]),
        }
    }

    /// The same of a network that is being trained, whose value is standardized by `scaler`.
    pub fn of_scaled(output: Output, row: &[f32], scaler: TargetScaler) -> Self {
        match Self::of(output, row) {
            Self::Value(standardized) => Self::Value(scaler.value(standardized)),
            logits => logits,
        }
    }

    /// The value in years, if it is one.
    pub fn value(&self) -> Option<f64> {
        if let Self::Value(value) = self { Some(f64::from(*value)) } else { None }
    }

    /// The log-odds of `class` against all others, after division of the logits by `temperature`. A value says nothing of how
    /// sure it is: its year is certain, and no other is.
    pub fn log_odds(&self, class: usize, temperature: f64) -> f64 {
        match self {
            Self::Binary(logit) if class == 0 => -f64::from(*logit) / temperature,
            Self::Binary(logit) => f64::from(*logit) / temperature,
            Self::Each(logits) => {
                let others = logits.iter().enumerate().filter(|(other, _)| *other != class);
                let others = others.map(|(_, logit)| f64::from(*logit) / temperature);
                f64::from(logits[class]) / temperature - log_sum_exp(others)
            }
            Self::Value(_) if self.predicted(0.0) == class => f64::INFINITY,
            Self::Value(_) => f64::NEG_INFINITY,
        }
    }

    /// The probability of each class, after division of the logits by `temperature`.
    pub fn probabilities(&self, temperature: f64) -> Vec<f64> {
        match self {
            Self::Binary(logit) => {
                let one = calibration::probability(*logit, temperature);
                vec![1.0 - one, one]
            }
            Self::Each(logits) => {
                let scaled = logits.iter().map(|logit| f64::from(*logit) / temperature);
                let all = log_sum_exp(scaled.clone());
                scaled.map(|logit| (logit - all).exp()).collect()
            }
            Self::Value(_) => (0..=OLDEST).map(|year| f64::from(u8::from(self.predicted(0.0) == usize::from(year)))).collect(),
        }
    }

    /// The logarithm of each class's probability, after division by `temperature`. Logits that differ by one number alone, or
    /// in their order, give the same to the bit: equal scores stay equal.
    pub fn log_probabilities(&self, temperature: f64) -> Vec<f64> {
        if let Self::Value(_) = self {
            return self.probabilities(temperature).iter().map(|share| share.ln()).collect();
        }
        let Self::Each(logits) = self else {
            return [0, 1].map(|class| -(-self.log_odds(class, temperature)).exp().ln_1p()).into();
        };
        let most = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        let below: Vec<f64> = logits.iter().map(|logit| (f64::from(*logit) - f64::from(most)) / temperature).collect();
        let mut sorted = below.clone();
        sorted.sort_unstable_by(f64::total_cmp);
        // Without the largest, whose exponential is 1.
        let rest: f64 = sorted[..sorted.len().saturating_sub(1)].iter().map(|logit| logit.exp()).sum();
        below.iter().map(|logit| logit - rest.ln_1p()).collect()
    }

    /// The class that is said: of a value the nearest year; of two, the second from the logit `threshold` on; of more, the one of the largest logit, the
    /// first of equal ones (NumPy's `argmax`).
    pub fn predicted(&self, threshold: f64) -> usize {
        match self {
            Self::Binary(logit) => usize::from(f64::from(*logit) >= threshold),
            Self::Each(logits) => argmax(logits),
            // What is no number is year 0: a cast of it saturates.
            Self::Value(value) => value.round().clamp(0.0, OLDEST.into()) as usize,
        }
    }

    /// Whether `class` is among the `k` of the largest logits; of equal ones the first comes first, as for the answer, so that
    /// the first `k` are never right less often than the first alone. (scikit-learn's `top_k_accuracy_score` takes the last of
    /// equal ones, Keras's metric all of them.)
    pub fn is_among(&self, class: usize, k: usize) -> bool {
        let Self::Each(logits) = self else {
            return (k > 1 && matches!(self, Self::Binary(_))) || self.predicted(0.0) == class;
        };
        let of = logits[class];
        let before = logits.iter().enumerate().filter(|(other, logit)| **logit > of || (**logit == of && *other < class));
        before.count() < k
    }
}

/// `ln(sum(exp(x)))` without overflow; minus infinity of nothing.
fn log_sum_exp(values: impl Iterator<Item = f64> + Clone) -> f64 {
    let most = values.clone().fold(f64::NEG_INFINITY, f64::max);
    if most == f64::NEG_INFINITY {
        return most;
    }
    most + values.map(|value| (value - most).exp()).sum::<f64>().ln()
}

impl Prediction {
    /// Takes what was read for what it is in a report of years.
    fn of_a_value(&mut self) {
        if let Logits::Binary(value) = self.logit {
            self.logit = Logits::Value(value);
        }
    }

    /// The class that the model says, at a threshold of the logit where there are two.
    pub fn predicted(&self, logit_threshold: f64) -> usize {
        self.logit.predicted(logit_threshold)
    }

    /// Whether the model agrees with the label.
    pub fn correct(&self, logit_threshold: f64) -> bool {
        self.predicted(logit_threshold) == usize::from(self.label)
    }
}

impl Report {
    /// Whether there are two classes, so that a threshold decides between them.
    pub fn is_binary(&self) -> bool {
        self.task.len() == 2
    }

    /// The probability of `class` as it is shown: after the temperature.
    pub fn probability(&self, prediction: &Prediction, class: usize) -> f64 {
        calibration::sigmoid(prediction.logit.log_odds(class, self.temperature))
    }

    /// The logit from which on pictures are called class 1 at a threshold of the probability.
    pub fn logit_threshold(&self, threshold: f64) -> f64 {
        calibration::logit_threshold(threshold, self.temperature)
    }

    /// The threshold at which, after another temperature, every picture is called what it is at `threshold` now; of more than
    /// two classes, whose answers no temperature changes, the same. `None` if no probability is fine enough for it.
    pub fn threshold_after(&self, temperature: f64, threshold: f64) -> Option<f64> {
        if !self.is_binary() {
            return Some(threshold);
        }
        let raw = self.logit_threshold(threshold);
        let (mut called, mut not) = (f64::INFINITY, f64::NEG_INFINITY);
        for prediction in self.predictions.iter().chain(&self.validation) {
            let logit = prediction.logit.log_odds(1, 1.0);
            if logit >= raw { called = called.min(logit) } else { not = not.max(logit) }
        }
        // Not through f32, so that back again it is the same.
        let wished = calibration::sigmoid(calibration::logit(threshold) * self.temperature / temperature);
        calibration::threshold_between(called, not, temperature, wished)
    }

    /// What was called what at a threshold of the probability.
    pub fn confusion(&self, threshold: f64) -> Confusion {
        Confusion::new(&self.predictions, self.task.len(), self.logit_threshold(threshold))
    }

    /// How often it is right at a threshold of the probability.
    pub fn accuracy(&self, threshold: f64) -> Rate {
        let raw = self.logit_threshold(threshold);
        let hits = self.predictions.iter().filter(|p| p.correct(raw)).count();
        Rate { hits: hits as u32, n: self.predictions.len() as u32 }
    }

    /// The scores at a threshold of the probability.
    pub fn scores(&self, threshold: f64) -> Scores {
        Scores::new(&self.confusion(threshold))
    }

    /// The class that most training pictures have; of equal ones the last.
    pub fn majority(&self) -> usize {
        (0..self.train_shares.len()).max_by(|a, b| self.train_shares[*a].total_cmp(&self.train_shares[*b])).unwrap_or(0)
    }

    /// How right it would be to always say the majority class of the training part.
    pub fn baseline(&self) -> Rate {
        let majority = self.majority();
        let hits = self.predictions.iter().filter(|p| usize::from(p.label) == majority).count();
        Rate { hits: hits as u32, n: self.predictions.len() as u32 }
    }

    /// How often the label is among the `k` likeliest classes (Keras's `top_k_categorical_accuracy`, scikit-learn's
    /// `top_k_accuracy_score`).
    pub fn top_k(&self, k: usize) -> Rate {
        let hits = self.predictions.iter().filter(|p| p.logit.is_among(p.label.into(), k)).count();
        Rate { hits: hits as u32, n: self.predictions.len() as u32 }
    }

    /// The curves of `class` against the rest. Sorts: to be kept, not made anew each frame.
    pub fn curves(&self, class: usize) -> Curves {
        Curves::one_vs_rest(&self.predictions, class, self.temperature)
    }

    /// The curves that are shown: of two classes those of class 1, of more those of each against the rest. Sorts, too.
    pub fn one_vs_rest(&self) -> Vec<Curves> {
        match self.is_binary() {
            true => vec![self.curves(1)],
            false => Curves::each_vs_rest(&self.predictions, self.task.len(), self.temperature),
        }
    }

    /// The area under the ROC curve; of more than two classes, the mean of each against the rest (scikit-learn's
    /// `roc_auc_score(multi_class="ovr", average="macro")`). `None` if a class is missing.
    pub fn auc(&self) -> Option<f64> {
        curves::mean(&self.one_vs_rest(), |curves| curves.auc)
    }

    /// Where a threshold lies on both curves.
    pub fn point(&self, threshold: f64) -> ThresholdPoint {
        ThresholdPoint::new(threshold, &self.confusion(threshold))
    }

    /// The average precision; of more than two classes, the mean of each against the rest (scikit-learn's
    /// `average_precision_score(average="macro")`).
    pub fn average_precision(&self) -> Option<f64> {
        curves::mean(&self.one_vs_rest(), |curves| curves.average_precision)
    }

    /// Of two classes, the threshold with the best F1 on the validation part.
    pub fn best_f1(&self, of: F1Of) -> Option<Best> {
        curves::best_f1(&self.validation, self.temperature, of)
    }

    /// How right it is within each group, at a threshold of the probability.
    pub fn groups(&self, threshold: f64, by: Grouping) -> Vec<Group> {
        groups::groups(&self.predictions, self.task.len(), self.logit_threshold(threshold), by)
    }

    /// Whether all that `by` names is known of some of the judged pictures.
    pub fn records(&self, by: Grouping) -> bool {
        groups::are_recorded(&self.predictions, by)
    }

    /// The reliability bins after the temperature.
    pub fn reliability(&self) -> [Bin; calibration::BINS] {
        calibration::reliability(&self.predictions, self.temperature)
    }

    /// How many answers are left, and how right they are, for each threshold below which an answer is "not sure". Sorts: to
    /// be kept.
    pub fn coverage(&self) -> Vec<CoveragePoint> {
        coverage::coverage(&self.predictions, self.temperature)
    }

    /// Takes over what the user has chosen on the report of before. A temperature is fitted to answers: where those are others
    /// (other weights, mirror images, other members of a committee), it is fitted anew.
    pub fn choose_as(&mut self, before: &Self) {
        (self.threshold, self.temperature) = (before.threshold, before.temperature);
        if before.temperature != 1.0 && before.validation != self.validation {
            self.temperature = self.fitted_temperature();
        }
    }

    /// The temperature that fits the validation part best.
    pub fn fitted_temperature(&self) -> f64 {
        calibration::fit_temperature(&self.validation)
    }

    /// The probability of the class that it says: of two, from 0.5 (at a threshold of one half) to 1.
    pub fn confidence(&self, prediction: &Prediction, threshold: f64) -> f64 {
        self.probability(prediction, prediction.predicted(self.logit_threshold(threshold)))
    }

    /// Indices of the pictures in a cell of the confusion matrix.
    pub fn cell(&self, threshold: f64, label: usize, predicted: usize) -> Vec<usize> {
        let threshold = self.logit_threshold(threshold);
        self.positions(|p| usize::from(p.label) == label && p.predicted(threshold) == predicted)
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
        if let Some(regression) = self.regression() {
            return RunScores {
                pictures: regression.n,
                accuracy: 0.0,
                f1: Vec::new(),
                macro_f1: 0.0,
                baseline: 0.0,
                fresh_accuracy: None,
                years: Some(YearScores {
                    mae: regression.mae,
                    baseline: regression.baseline,
                    within_5: regression.within_5.share(),
                }),
                weights: self.weights,
                decision: Some(self.decision()),
            };
        }
        let scores = self.scores(self.threshold);
        RunScores {
            pictures: scores.accuracy.n,
            accuracy: scores.accuracy.share(),
            f1: scores.classes.iter().map(|class| class.f1).collect(),
            macro_f1: scores.macro_average.f1,
            baseline: self.baseline().share(),
            // Of more than two classes no threshold changes the answer.
            fresh_accuracy: (self.is_binary() && self.threshold != FRESH_THRESHOLD)
                .then(|| self.accuracy(FRESH_THRESHOLD).share()),
            years: None,
            weights: self.weights,
            decision: Some(self.decision()),
        }
    }

    /// How its answers come about.
    pub fn decision(&self) -> Decision {
        Decision { threshold: self.threshold, temperature: self.temperature, mirrored: self.mirrored }
    }

    fn positions(&self, keep: impl Fn(&Prediction) -> bool) -> Vec<usize> {
        self.predictions.iter().enumerate().filter(|(_, p)| keep(p)).map(|(i, _)| i).collect()
    }
}
