//! What is looked at besides the training batches: the L2 penalty of some weights, and a few fixed faces.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use crate::{
    data::{augment, dataset::Dataset, sample::Part},
    engine::{Engine, TtaPredictor},
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
    let square = |array: &crate::model::Array| array.data.iter().map(|&w| f64::from(w).powi(2)).sum::<f64>();
    let kernels = network.parameters().into_iter().filter(|parameter| parameter.l2 > 0.0);
    kernels.filter_map(|parameter| weights.get(&parameter.name).map(|array| parameter.l2 * square(array))).sum()
}

/// A few validation pictures of both classes, the same through the whole run.
#[derive(Debug)]
pub struct Faces {
    pub validation_pictures: u32,
    samples: Vec<u32>,
    pixels: Vec<u8>,
    judge: TtaPredictor,
    batch_size: usize,
    looked: Instant,
}

impl Faces {
    /// Chooses them by the run's seed, half of each class.
    ///
    /// # Errors
    /// They can no longer be read.
    pub fn choose(plan: &Plan) -> Result<Self, Problem> {
        let validation = plan.indices(Part::Validation);
        let mut samples: Vec<u32> = (0..2u8).flat_map(|class| some_of(&plan.dataset, &validation, class, plan)).collect();
        samples.sort_unstable();
        let side = plan.settings.augment.side();
        let mut pixels = vec![0; samples.len() * side * side * 3];
        for (&sample, out) in samples.iter().zip(pixels.chunks_exact_mut(side * side * 3)) {
            augment::evaluation(&plan.settings.augment, &plan.dataset.pixels.get(sample as usize)?, out);
        }
        let batch_size = plan.settings.train.batch_size as usize;
        let judge = TtaPredictor::new(plan.settings.augment.test_time_flip, side);
        let validation_pictures = validation.len() as u32;
        Ok(Self { validation_pictures, samples, pixels, judge, batch_size, looked: Instant::now() })
    }

    /// Whether it is time to look again.
    pub fn due(&self) -> bool {
        self.looked.elapsed() >= BETWEEN_LOOKS
    }

    /// (index into the data set, probability of class 1) of each.
    ///
    /// # Errors
    /// A lost device.
    pub fn judge(&mut self, engine: &mut dyn Engine) -> Result<Vec<(u32, f32)>, Problem> {
        self.looked = Instant::now();
        let logits = self.judge.all(engine, &self.pixels, self.batch_size)?;
        Ok(self.samples.iter().copied().zip(logits.iter().map(|logit| 1.0 / (1.0 + (-logit).exp()))).collect())
    }
}

fn some_of(dataset: &Arc<Dataset>, validation: &[u32], class: u8, plan: &Plan) -> Vec<u32> {
    let mut of_class: Vec<u32> =
        validation.iter().copied().filter(|&sample| dataset.samples[sample as usize].class == class).collect();
    Random::new(plan.settings.seed.into(), Purpose::Preview, &[class.into()]).shuffle(&mut of_class);
    of_class.truncate(FACES / 2);
    of_class
}
