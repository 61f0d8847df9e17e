//! What is looked at besides the training batches: the L2 penalty of some weights, and a few fixed faces.

use std::time::{Duration, Instant};

use super::event::FollowedFace;
use crate::{
    data::{augment, sample::Part, target_scaler::TargetScaler},
    engine::{Engine, TtaPredictor},
    evaluate::Logits,
    model::{Network, Weights},
    plan::Plan,
    problem::Problem,
    random::{Purpose, Random},
};

/// Faces that are followed through the training.
const FACES: usize = 6;
/// Time between two looks at them within an epoch.
const BETWEEN_LOOKS: Duration = Duration::from_secs(2);

/// The L2 penalty of `weights`: the sum over kernels of `l2 * sum(w^2)`, as Keras adds it to every loss.
pub fn penalty(network: &Network, weights: &Weights) -> f64 {
    let square = |array: &crate::model::Tensor| array.data.iter().map(|&w| f64::from(w).powi(2)).sum::<f64>();
    let kernels = network.parameters().into_iter().filter(|parameter| parameter.l2 > 0.0);
    kernels.filter_map(|parameter| weights.get(&parameter.name).map(|array| parameter.l2 * square(array))).sum()
}

/// A few validation pictures of several classes, the same through the whole run.
#[derive(Debug)]
pub struct TrackedSamples {
    pub validation_pictures: u32,
    scaler: TargetScaler,
    samples: Vec<u32>,
    pixels: Vec<u8>,
    tta: TtaPredictor,
    batch_size: usize,
    looked: Instant,
}

impl TrackedSamples {
    /// Chooses them by the run's seed, as many of each class (of values, of the whole range); of more classes than pictures, of some that the seed chooses.
    ///
    /// # Errors
    /// They can no longer be read.
    pub fn choose(plan: &Plan) -> Result<Self, Problem> {
        let validation = plan.indices(Part::Validation);
        let mut samples: Vec<u32> = match plan.dataset.task.is_regression() {
            true => of_all_ages(plan, &validation),
            false => followed_classes(plan).into_iter().flat_map(|class| some_of(plan, &validation, class)).collect(),
        };
        samples.sort_unstable();
        let side = plan.settings.augment.side();
        let mut pixels = vec![0; samples.len() * side * side * 3];
        for (&sample, out) in samples.iter().zip(pixels.chunks_exact_mut(side * side * 3)) {
            augment::evaluation(&plan.settings.augment, &plan.dataset.pixels.get(sample as usize)?, out);
        }
        let batch_size = plan.settings.train.batch_size as usize;
        let tta = TtaPredictor::new(plan.settings.augment.test_time_flip, side);
        let validation_pictures = validation.len() as u32;
        let scaler = plan.scaler;
        Ok(Self { scaler, validation_pictures, samples, pixels, tta, batch_size, looked: Instant::now() })
    }

    /// Whether it is time to look again.
    pub fn due(&self) -> bool {
        self.looked.elapsed() >= BETWEEN_LOOKS
    }

    /// What the network says of each.
    ///
    /// # Errors
    /// A lost device.
    pub fn evaluate(&mut self, engine: &mut dyn Engine) -> Result<Vec<FollowedFace>, Problem> {
        self.looked = Instant::now();
        let logits = self.tta.all(engine, &self.pixels, self.batch_size)?;
        let output = engine.network().output;
        let faces = self.samples.iter().zip(logits.chunks_exact(output.units()));
        let predicted = |(&sample, row): (&u32, &[f32])| {
            let logits = Logits::of_scaled(output, row, self.scaler);
            let (class, estimate) = (logits.predicted(0.0), logits.value().map(|value| value as f32));
            let probability = logits.probabilities(1.0)[class] as f32;
            FollowedFace { sample, class: class as u8, probability, estimate }
        };
        Ok(faces.map(predicted).collect())
    }
}

/// The classes whose pictures are followed, ascending.
fn followed_classes(plan: &Plan) -> Vec<u8> {
    let mut classes: Vec<u8> = (0..plan.dataset.task.len()).map(|class| class as u8).collect();
    if classes.len() > FACES {
        Random::new(plan.settings.seed.into(), Purpose::Preview, &[]).shuffle(&mut classes);
        classes.truncate(FACES);
        classes.sort_unstable();
    }
    classes
}

/// Pictures from the youngest to the oldest, as far apart in the order of their labels.
fn of_all_ages(plan: &Plan, validation: &[u32]) -> Vec<u32> {
    let mut samples = validation.to_vec();
    Random::new(plan.settings.seed.into(), Purpose::Preview, &[]).shuffle(&mut samples);
    samples.sort_by_key(|sample| plan.dataset.samples[*sample as usize].class);
    let shown = FACES.min(samples.len());
    (0..shown).map(|n| samples[(2 * n + 1) * samples.len() / (2 * shown)]).collect()
}

fn some_of(plan: &Plan, validation: &[u32], class: u8) -> Vec<u32> {
    let dataset = &plan.dataset;
    let mut of_class: Vec<u32> =
        validation.iter().copied().filter(|&sample| dataset.samples[sample as usize].class == class).collect();
    Random::new(plan.settings.seed.into(), Purpose::Preview, &[class.into()]).shuffle(&mut of_class);
    of_class.truncate(FACES / dataset.task.len().min(FACES));
    of_class
}
