//! A short proof that a device computes what it should, and how fast.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use serde::{Deserialize, Serialize};

use super::{Engine, EngineConfig, Step, StepMetrics, gpu, open, reference::ReferenceEngine};
use crate::{
    data::{batch::BatchView, image_set::Crop, picture_size::PIXEL_BYTES, pixels::Pixels},
    loss::{LossSettings, Targets},
    model::{Initialization, ModelSettings, Network, Weights, init::init},
    optimizer::OptimizerSettings,
    problem::Problem,
    random::{Purpose, Random},
};

/// What a self-test found.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct SelfTest {
    /// The largest difference of a logit from the reference's.
    pub answers_off: f64,
    /// The largest relative difference of an array's gradient, as norms.
    pub gradients_off: f64,
    /// Both are within what rounding explains: 1e-4 and 1e-3, with maps as f16 1e-2 and 1e-1.
    pub agrees: bool,
    /// Training steps of the notebook's network, in pictures.
    pub pictures_per_second: f64,
}

/// How long the speed is measured at least, after one step to warm up.
const MEASURE: Duration = Duration::from_millis(1200);

/// The batch at which a device is measured.
pub const BATCH: usize = 32;

/// Compares `device` with the naive reference on a small network, then measures it on the notebook's, at batches of
/// `batch`: about two seconds on a quick device.
///
/// # Errors
/// What opening the device or computing on it gives.
pub fn selftest(device: &str, batch: usize) -> Result<SelfTest, Problem> {
    let (answers_off, gradients_off) = compare(device)?;
    let (answers_bound, gradients_bound) = if device.ends_with(gpu::HALF) { HALF_BOUNDS } else { BOUNDS };
    let agrees = answers_off < answers_bound && gradients_off < gradients_bound;
    Ok(SelfTest { answers_off, gradients_off, agrees, pictures_per_second: speed(device, batch)? })
}

/// What rounding explains, of logits and of gradients: in f32, and with maps as f16.
const BOUNDS: (f64, f64) = (1e-4, 1e-3);
const HALF_BOUNDS: (f64, f64) = (1e-2, 1e-1);

/// Largest differences of logits and of gradients on small networks of the notebook's kind, with one and with two
/// convolutions a block.
fn compare(device: &str) -> Result<(f64, f64), Problem> {
    let (one, two) = (compare_with(device, 1)?, compare_with(device, 2)?);
    Ok((worse(one.0, two.0), worse(one.1, two.1)))
}

/// The same on one network.
fn compare_with(device: &str, convs_per_block: u32) -> Result<(f64, f64), Problem> {
    let (filters, dense) = (vec![8, 16], vec![16, 8]);
    let settings = ModelSettings { filters, convs_per_block, dense, batch_norm_conv: true, ..Default::default() };
    let config = config(Network::new(&settings, 24)?, 8);
    let weights = init(&config.network, Initialization::HeNormal, 1);
    let pictures = Noise::new(&config.network, 8);
    let run = |engine: &mut dyn Engine| -> Result<(Vec<f32>, StepMetrics, Weights), Problem> {
        engine.set_weights(&weights)?;
        let mut logits = vec![0.0; 8];
        engine.predict(&pictures.pixels, &mut logits)?;
        let (score, gradients) = engine.gradients(&pictures.batch(), STEP)?;
        Ok((logits, score, gradients))
    };
    let (logits, score, gradients) = run(&mut *open(device, &config)?)?;
    let (true_logits, true_score, true_gradients) = run(&mut ReferenceEngine::new(&config))?;
    let answers = logits.iter().zip(&true_logits).map(|(a, b)| f64::from((a - b).abs()));
    let answers_off = answers.chain([(score.loss - true_score.loss).abs()]).fold(0.0, worse);
    let norm = |values: &mut dyn Iterator<Item = f32>| values.map(|v| f64::from(v).powi(2)).sum::<f64>().sqrt();
    let gradients_off = true_gradients.iter().map(|(name, label)| {
        let own = gradients.get(name).map_or(&[][..], |array| &array.data);
        if own.len() != label.data.len() {
            return f64::INFINITY;
        }
        norm(&mut own.iter().zip(&label.data).map(|(a, b)| a - b)) / norm(&mut label.data.iter().copied()).max(1e-6)
    });
    Ok((answers_off, gradients_off.fold(0.0, worse)))
}

/// The larger one, where what is not a number is the worst of all.
fn worse(a: f64, b: f64) -> f64 {
    if b.is_nan() { f64::INFINITY } else { a.max(b) }
}

/// Pictures a second of the notebook's network, as in a training: from the device's own memory where it keeps them.
fn speed(device: &str, batch: usize) -> Result<f64, Problem> {
    let config = config(Network::new(&ModelSettings::default(), 112)?, batch);
    let mut engine = open(device, &config)?;
    let pictures = Noise::new(&config.network, batch);
    let album = (0..batch * PIXEL_BYTES).map(|i| pictures.pixels[i % pictures.pixels.len()]).collect::<Vec<u8>>();
    let kept = engine.upload_images(Arc::new(Pixels::new(album)))?;
    let crops: Vec<Crop> = (0..batch as u32).map(|picture| Crop { picture, left: 8, top: 8, flip: picture % 2 == 0 }).collect();
    let whole = pictures.batch();
    let batch = if kept { BatchView { pixels: &[], crops: &crops, ..whole } } else { whole };
    engine.train_batch(&batch, STEP)?;
    let (start, mut steps) = (Instant::now(), 0);
    while steps == 0 || start.elapsed() < MEASURE {
        engine.enqueue_step(&batch, STEP)?;
        steps += 1;
    }
    engine.flush()?;
    Ok(f64::from(steps) * batch.len() as f64 / start.elapsed().as_secs_f64())
}

const STEP: Step = Step { index: 0, learning_rate: 1e-4 };

fn config(network: Network, batch_size: usize) -> EngineConfig {
    EngineConfig {
        network,
        optimizer: OptimizerSettings::default(),
        loss: LossSettings::default(),
        seed: 1,
        batch_size,
        threads: None,
    }
}

/// Pictures of noise, half of them of each class.
struct Noise {
    pixels: Vec<u8>,
    targets: Vec<f32>,
    weights: Vec<f32>,
}

impl Noise {
    fn new(network: &Network, n: usize) -> Self {
        let mut random = Random::new(1, Purpose::Preview, &[]);
        Self {
            pixels: (0..n * network.input.len()).map(|_| random.bits() as u8).collect(),
            targets: (0..n).map(|i| if i % 2 == 0 { 0.0 } else { 1.0 }).collect(),
            weights: vec![1.0; n],
        }
    }

    fn batch(&self) -> BatchView<'_> {
        BatchView { pixels: &self.pixels, crops: &[], targets: Targets::Values(&self.targets), weights: &self.weights }
    }
}
