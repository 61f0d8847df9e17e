//! How good a model is: predictions with their truth, from which every score is computed on demand.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::data::sample::Part;

/// One judged picture.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Prediction {
    /// Path below the dataset's folder.
    pub file: PathBuf,
    /// Index into the data set at the time of the evaluation.
    pub sample: u32,
    /// The recorded class, 0 or 1.
    pub truth: u8,
    /// Probability of class 1.
    pub probability: f32,
    pub age: Option<u16>,
    pub race: Option<u8>,
}

/// The predictions of one part by one run's best weights. Scores at a threshold are computed from it when they are shown.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Report {
    pub classes: [String; 2],
    /// Test, unless the report is of a folder that the run never saw.
    pub part: Option<Part>,
    pub predictions: Vec<Prediction>,
    /// The same for the validation part, on which threshold and temperature may be chosen.
    pub validation: Vec<Prediction>,
    /// Pictures are called class 1 from this probability on.
    pub threshold: f64,
    /// Logits are divided by this before the sigmoid; 1 unless fitted (Guo et al. 2017).
    pub temperature: f64,
    /// Class 1's share of the training part, for the baseline.
    pub train_share: f64,
}
