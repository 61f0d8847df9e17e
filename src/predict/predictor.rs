//! A run's best weights, ready to answer.

use std::path::PathBuf;

use super::{
    heatmap::{self, Map},
    photo::Photo,
};
use crate::{
    data::{augment, hash::hash, picture_size::PictureShape, square::Square, task::Task},
    engine::{Engine, EngineConfig, TtaPredictor, check_finite},
    evaluate::{Interval, Logits, regression::range_of},
    model::{Network, Weights},
    problem::{Kind, Problem},
    settings::Settings,
    text::{Lang, decimal, percent},
};

/// Odds of three to one from the threshold on, an answer counts as sure: at a threshold of 0.5, below 0.25 and above 0.75.
const SURE_LOG_ODDS: f64 = 1.098_612_288_668_109_8;

/// Pictures that go through the network at once.
const BATCH: usize = 32;

/// A run's best weights on a device, with what belongs to them.
pub struct Predictor {
    /// The run's id; empty for weights in memory.
    pub run: String,
    /// Where the weights were read, if they are of a file.
    pub file: Option<PathBuf>,
    pub task: Task,
    /// Of two classes, class 1 from this probability on.
    pub threshold: f64,
    /// Logits are divided by this.
    pub temperature: f64,
    /// Of years: by how much it was off on pictures that it did not learn from ([`residuals`](crate::evaluate::regression::residuals)), for
    /// the range of an answer; empty where that is not known.
    pub residuals: Vec<[f64; 2]>,
    /// Why threshold and temperature are not those that were chosen, if they are not.
    pub warning: Option<Problem>,
    settings: Settings,
    network: Network,
    weights: Weights,
    engine: Box<dyn Engine>,
    judge: TtaPredictor,
}

/// What the network says of a picture.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// Of each class, after the temperature; of years none.
    pub probabilities: Vec<f64>,
    /// The class that it is called; the nearest year.
    pub class: usize,
    /// What it says in years, where that is what is asked.
    pub estimate: Option<Estimate>,
    /// Of two classes, whether the probability lies outside the band around the threshold; of more, whether that of the
    /// likeliest is not below it.
    pub sure: bool,
    /// Exactly what the network saw: [`Answer::side`] x [`Answer::side`] x 3 bytes.
    pub seen: Vec<u8>,
    pub side: usize,
}

/// An age that is said, in years.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    pub value: f64,
    /// Where four of five ages lie of people of whom this is said; `None` where nothing says it.
    pub range: Option<Interval>,
}

impl Estimate {
    /// `about 34 (24 to 44)`.
    pub fn words(&self, lang: Lang) -> String {
        let value = decimal(lang, self.value.max(0.0), 0);
        let range = self.range.map(|Interval { low, high }| [low, high].map(|bound| decimal(lang, bound, 0)));
        match (lang, range) {
            (Lang::En, Some([low, high])) => format!("about {value} ({low} to {high})"),
            (Lang::En, None) => format!("about {value}"),
            (Lang::Fr, Some([low, high])) => format!("environ {value}\u{a0}ans ({low} à {high})"),
            (Lang::Fr, None) => format!("environ {value}\u{a0}ans"),
        }
    }
}

impl Predictor {
    /// A network with its weights on the engine that `open` opens, at threshold 0.5.
    ///
    /// # Errors
    /// Settings that cannot be built, weights that do not fit them or give no number, or a device that is not there.
    pub fn new(
        settings: Settings,
        task: Task,
        weights: Weights,
        open: impl FnOnce(&EngineConfig) -> Result<Box<dyn Engine>, Problem>,
    ) -> Result<Self, Problem> {
        let network = settings.network(&task)?;
        weights.check(&network)?;
        check_finite(&network, &weights)?;
        let mut engine = open(&config(&settings, &network))?;
        engine.set_weights(&weights)?;
        let judge = TtaPredictor::new(settings.augment.test_time_flip, settings.augment.side());
        let run = String::new();
        let (threshold, temperature, residuals, warning) = (0.5, 1.0, Vec::new(), None);
        Ok(Self { run, file: None, task, threshold, temperature, residuals, warning, settings, network, weights, engine, judge })
    }

    /// A hash of the weights: the same for the same network's same answers.
    pub fn weights_hash(&self) -> u64 {
        self.weights.0.iter().fold(0, |before, (name, array)| {
            let mut bytes = before.to_le_bytes().to_vec();
            bytes.extend(name.as_bytes());
            bytes.extend(array.data.iter().flat_map(|value| value.to_le_bytes()));
            hash(&bytes)
        })
    }

    /// Whether answers are the mean over each picture and its mirror image.
    pub fn mirrored(&self) -> bool {
        self.judge.mirrored()
    }

    /// What the network says of a square of a photo; of the whole photo, made a square, without one.
    ///
    /// # Errors
    /// A lost device.
    pub fn look(&mut self, photo: &Photo, square: Option<Square>) -> Result<Answer, Problem> {
        let mut answers = self.judge(&photo.seen(square, self.pictures()))?;
        Ok(answers.swap_remove(0))
    }

    /// What a picture becomes for it.
    pub fn pictures(&self) -> PictureShape {
        self.settings.augment.shape()
    }

    /// What the network says of decoded pictures: n x side x side x 3 bytes of [`Predictor::pictures`].
    ///
    /// # Errors
    /// A lost device.
    pub fn judge(&mut self, pixels: &[u8]) -> Result<Vec<Answer>, Problem> {
        let side = self.settings.augment.side();
        let (bytes, one) = (side * side * 3, self.pictures().side.bytes());
        let mut answers = Vec::with_capacity(pixels.len() / one);
        // So many at a time, since what the network saw of each is kept.
        for batch in pixels.chunks(BATCH * one) {
            let mut seen = vec![0; batch.len() / one * bytes];
            for (picture, out) in batch.chunks_exact(one).zip(seen.chunks_exact_mut(bytes)) {
                augment::evaluation(&self.settings.augment, picture, out);
            }
            let logits = self.judge.all(self.engine.as_mut(), &seen, BATCH).map_err(|problem| match &self.file {
                Some(file) if problem.kind == Kind::Diverged => problem.in_file(file),
                _ => problem,
            })?;
            let output = self.network.output;
            answers.extend(logits.chunks_exact(output.units()).zip(seen.chunks_exact(bytes)).map(|(row, seen)| {
                let logits = Logits::of(output, row);
                let estimate = logits.value().map(|value| Estimate { value, range: range_of(&self.residuals, value) });
                let probabilities = if estimate.is_some() { Vec::new() } else { logits.probabilities(self.temperature) };
                let (class, sure) = match estimate {
                    Some(_) => (logits.predicted(0.0), true),
                    None => verdict(&probabilities, self.threshold),
                };
                Answer { probabilities, class, estimate, sure, seen: seen.to_vec(), side }
            }));
        }
        Ok(answers)
    }

    /// Where the network looked, by Grad-CAM.
    pub fn grad_cam(&self, answer: &Answer) -> Map {
        heatmap::grad_cam(&self.network, &self.weights, &answer.seen, self.judge.mirrored(), answer.class)
    }

    /// Where the network looked, by covering one place after the other: slow and honest.
    ///
    /// # Errors
    /// A lost device.
    pub fn occlusion(&mut self, answer: &Answer) -> Result<Map, Problem> {
        heatmap::occlusion(self.engine.as_mut(), &mut self.judge, &answer.seen, answer.class, BATCH)
    }
}

impl Answer {
    /// How sure the network is of the class it says, 0..=1; of years it does not say.
    pub fn confidence(&self) -> f64 {
        self.probabilities.get(self.class).copied().unwrap_or(1.0)
    }

    /// The answer in words: `male, 87% sure`, or `not sure: rather male, 58%`; of years `about 34 (24 to 44)`.
    pub fn sentence(&self, task: &Task, lang: Lang) -> String {
        if let Some(estimate) = &self.estimate {
            return estimate.words(lang);
        }
        let class = task.name(self.class, lang);
        // A network is never quite certain: 100% would promise too much.
        let share = percent(lang, self.confidence().min(0.99), 0);
        match (lang, self.sure) {
            (Lang::En, true) => format!("{class}, {share}"),
            (Lang::En, false) => format!("not sure, rather {class}, {share}"),
            (Lang::Fr, true) => format!("{class}, {share}"),
            (Lang::Fr, false) => format!("pas sûr, plutôt {class}, {share}"),
        }
    }
}

/// The class that these probabilities say, and whether that counts as sure: of two classes by the threshold and the band
/// around it; of more the likeliest, sure from the threshold on.
pub fn verdict(probabilities: &[f64], threshold: f64) -> (usize, bool) {
    match probabilities {
        [_, one] => (usize::from(*one >= threshold), !not_sure(threshold).contains(one)),
        _ => {
            let class = likeliest(probabilities).next().unwrap_or_default();
            (class, probabilities.get(class).is_some_and(|share| *share >= threshold))
        }
    }
}

/// The classes by their probabilities, the likeliest first; of equal ones the first.
pub fn likeliest(probabilities: &[f64]) -> impl Iterator<Item = usize> {
    let mut classes: Vec<usize> = (0..probabilities.len()).collect();
    classes.sort_by(|a, b| probabilities[*b].total_cmp(&probabilities[*a]));
    classes.into_iter()
}

/// The band around `threshold` within which an answer is "not sure": odds of less than three to one.
pub fn not_sure(threshold: f64) -> std::ops::Range<f64> {
    let middle = (threshold / (1.0 - threshold)).ln();
    let back = |log_odds: f64| 1.0 / (1.0 + (-log_odds).exp());
    back(middle - SURE_LOG_ODDS)..back(middle + SURE_LOG_ODDS)
}

fn config(settings: &Settings, network: &Network) -> EngineConfig {
    EngineConfig {
        network: network.clone(),
        optimizer: settings.train.optimizer.clone(),
        loss: settings.train.loss.clone(),
        seed: settings.seed.into(),
        batch_size: BATCH,
        threads: None,
    }
}
