//! Who computes: one network with its optimizer on one device.
//!
//! [`Engine`] is everything that training, evaluation and prediction know of arithmetic. A batch arrives as plain
//! pixels, weights are named arrays in one layout (`model/weights.rs`), and every engine owns its buffers. Dropout
//! masks come from `dropout`, a pure function of seed, step and position, so all engines drop the same units and a
//! resumed run repeats them.
//!
//! | module | who | for |
//! | --- | --- | --- |
//! | [`cpu`] | our own kernels for the processor | the device that is always there |
//! | [`gpu`] | our own kernels for graphics cards, through wgpu | any card, with nothing to install |
//! | [`candle`] | candle's words, and with cargo features its CUDA and Metal devices | comparison, toolkits' owners |
//! | [`mod@reference`] | plain loops in f64 | the truth for tests, self-tests and heat maps |

pub mod candle;
pub mod cpu;
mod device;
pub mod dropout;
mod evaluation;
pub mod gpu;
pub mod memory;
pub mod objective;
pub mod reference;
mod selftest;
mod tta;

pub use device::{AUTOMATIC, candidates, check, devices, find, open, prepare};
pub use evaluation::{EvaluationPass, form};
pub use selftest::{BATCH as TESTED_BATCH, SelfTest, selftest};
pub use tta::{TtaPredictor, check_finite, mirror};

use serde::{Deserialize, Serialize};

use crate::{
    data::{
        batch::BatchView,
        image_set::{Crop, ImageSet},
    },
    loss::{Family, LossSettings, Targets},
    model::{Network, Output, Weights},
    optimizer::{OptimizerSettings, OptimizerState},
    problem::{Kind, Problem},
    setting_def::Choice as _,
    text::{Lang, LocalizedText, Phrase, bytes, say},
};

/// One network with its optimizer on one device.
pub trait Engine: Send {
    /// The device that computes.
    fn device(&self) -> &Device;

    /// What it computes.
    fn network(&self) -> &Network;

    /// One step: forward, backward, update.
    ///
    /// # Errors
    /// Out of memory or a lost device; the weights are then those before the step, or must be set again.
    fn train_batch(&mut self, batch: &BatchView<'_>, step: Step) -> Result<StepMetrics, Problem>;

    /// A step whose score may come later, so that a device need not be waited for after each: gives the scores that are
    /// there without waiting, which may be of earlier steps or none; [`Engine::flush`] gives the others.
    ///
    /// # Errors
    /// As [`Engine::train_batch`]; a device may also tell the trouble of an earlier step here.
    fn enqueue_step(&mut self, batch: &BatchView<'_>, step: Step) -> Result<Vec<StepMetrics>, Problem> {
        self.train_batch(batch, step).map(|score| vec![score])
    }

    /// Waits for the steps that [`Engine::enqueue_step`] began, and gives the scores that it did not, in their order.
    ///
    /// # Errors
    /// As [`Engine::train_batch`].
    fn flush(&mut self) -> Result<Vec<StepMetrics>, Problem> {
        Ok(Vec::new())
    }

    /// Offers the pictures that batches will be cut from, to be kept in the device's own memory. If it does, a batch may
    /// name [`Crop`]s instead of carrying pixels, and [`Engine::predict_crops`] works.
    ///
    /// # Errors
    /// A lost device. That there is no room is no error.
    fn upload_images(&mut self, images: std::sync::Arc<dyn ImageSet>) -> Result<bool, Problem> {
        let _ = images;
        Ok(false)
    }

    /// [`Engine::predict`] of pictures that the device keeps; any number of them.
    ///
    /// # Errors
    /// As [`Engine::predict`], and pictures that it does not keep.
    fn predict_crops(&mut self, crops: &[Crop], logits: &mut [f32]) -> Result<(), Problem> {
        let _ = (crops, logits);
        Err(not_kept())
    }

    /// The outputs of n pictures, as in evaluation (running statistics, no dropout): n x [`Output::units`] logits (of a linear
    /// output the values), a row for each picture.
    ///
    /// `pixels` are n x height x width x 3 bytes; any n up to the configured batch, also a short one.
    ///
    /// # Errors
    /// As [`Engine::train_batch`].
    fn predict(&mut self, pixels: &[u8], logits: &mut [f32]) -> Result<(), Problem>;

    /// Score and gradients of the data loss plus L2 penalty, by the names of the trained weights. Nothing is updated,
    /// batch norm's running statistics neither. For tests, gradient plots and self-tests.
    ///
    /// # Errors
    /// As [`Engine::train_batch`].
    fn gradients(&mut self, batch: &BatchView<'_>, step: Step) -> Result<(StepMetrics, Weights), Problem>;

    /// All arrays of the network, running statistics included.
    ///
    /// # Errors
    /// A lost device.
    fn weights(&mut self) -> Result<Weights, Problem>;

    /// Batch norm's running means and variances alone, which are little beside the rest.
    ///
    /// # Errors
    /// A lost device.
    fn running_statistics(&mut self) -> Result<Weights, Problem> {
        let mut weights = self.weights()?;
        weights.0.retain(|name, _| name.ends_with(".running_mean") || name.ends_with(".running_var"));
        Ok(weights)
    }

    /// Replaces all arrays.
    ///
    /// # Errors
    /// A name or shape that the network does not have, or a missing one.
    fn set_weights(&mut self, weights: &Weights) -> Result<(), Problem>;

    /// What the optimizer remembers.
    ///
    /// # Errors
    /// A lost device.
    fn optimizer_state(&mut self) -> Result<OptimizerState, Problem>;

    /// Replaces what the optimizer remembers.
    ///
    /// # Errors
    /// Slots that do not fit the network or the optimizer.
    fn set_optimizer_state(&mut self, state: &OptimizerState) -> Result<(), Problem>;
}

/// Which step it is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Step {
    /// Counted from 0 over the whole run; decides the dropout masks.
    pub index: u32,
    pub learning_rate: f64,
}

/// How a batch went, before the update.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct StepMetrics {
    /// Mean weighted data loss of the batch, without the L2 penalty.
    pub loss: f64,
    /// The L2 penalty: the sum over kernels of `l2 * sum(w^2)`.
    pub penalty: f64,
    /// Pictures on the right side of 0.5, where a logit of 0 or more says class 1; of a softmax those whose class has the
    /// largest logit. Of values none.
    pub correct: u32,
    /// Mean distance of a linear output's values from their targets, unweighted; 0 of classes.
    pub absolute_error: f64,
}

/// What an engine is opened with.
#[derive(Clone, Debug)]
pub struct EngineConfig {
    pub network: Network,
    pub optimizer: OptimizerSettings,
    pub loss: LossSettings,
    /// Seeds the dropout masks.
    pub seed: u64,
    /// The largest batch that will come.
    pub batch_size: usize,
    /// Threads for the processor, [`MOST_THREADS`] at most; `None` takes all cores.
    pub threads: Option<usize>,
}

/// The most threads that share the processor's work: a pass forward through the largest batch (256 pictures) has no more
/// units than pictures, so that further threads would only hold memory.
pub const MOST_THREADS: usize = 256;

/// A device that can train.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Device {
    pub kind: DeviceKind,
    /// The name that `--device` takes: `cpu`, `candle`, `gpu0`…
    pub id: String,
    /// The maker's name for it.
    pub name: String,
    /// Bytes of memory, if known.
    pub memory: Option<u64>,
    /// Driver, instruction set, number of threads: one line for the curious.
    pub details: String,
}

/// What sort of device it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeviceKind {
    /// `engine/cpu`: our own kernels.
    Processor,
    /// `engine/candle`.
    Candle,
    /// `engine/reference`: plain loops, for tests.
    Reference,
    /// A graphics card through wgpu.
    Graphics,
    /// A graphics driver that computes on the processor; never chosen by itself.
    SoftwareGraphics,
}

impl Device {
    /// What it is in one line: its kind, details, memory.
    pub fn about(&self, lang: Lang) -> String {
        let memory = self.memory.map(|memory| bytes(lang, memory));
        let parts = [Some(self.kind.name().get(lang).to_owned()), Some(self.details.clone()), memory];
        parts.into_iter().flatten().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ")
    }
}

impl DeviceKind {
    /// Its name for a person.
    pub const fn name(self) -> Phrase {
        match self {
            Self::Processor => say("processor", "processeur"),
            Self::Candle => say("for comparison", "pour comparer"),
            Self::Reference => say("plain loops, for tests", "boucles simples, pour les tests"),
            Self::Graphics => say("graphics processor", "processeur graphique"),
            Self::SoftwareGraphics => say("software, computes on the processor", "logiciel, calcule sur le processeur"),
        }
    }
}

/// The losses that go with `output`.
pub const fn losses_of(output: Output) -> Family {
    match output {
        Output::Sigmoid => Family::Binary,
        Output::Softmax { .. } => Family::Categorical,
        Output::Linear => Family::Regression,
    }
}

/// Whether `loss` is one of what a network with `output` gives.
///
/// # Errors
/// It is not, beside its setting.
pub fn check_loss(output: Output, loss: &LossSettings) -> Result<(), Problem> {
    let wanted = losses_of(output);
    if loss.kind.family() == wanted {
        return Ok(());
    }
    let what = say(
        "The loss “{loss}” is one of {family}, and this network ends in {output}",
        "La perte « {loss} » est celle pour {family}, et ce réseau finit par {output}",
    );
    let said = |lang: Lang| {
        let text = what.get(lang).replace("{loss}", loss.kind.name().get(lang));
        let text = text.replace("{family}", loss.kind.family().name().get(lang));
        text.replace("{output}", output.name().get(lang))
    };
    let remedy =
        LocalizedText { en: format!("Choose {}", wanted.usual().key()), fr: format!("Choisissez {}", wanted.usual().key()) };
    Err(Problem::new(Kind::Settings, LocalizedText::by(said), remedy).at("train.loss.kind"))
}

/// Whether the parts of `batch` belong together and fit `network`; one that names crops is for a device that keeps them.
///
/// # Errors
/// They do not: a fault of the caller.
pub fn check_batch(network: &Network, batch: &BatchView<'_>) -> Result<(), Problem> {
    let n = batch.len();
    let whole = batch.crops.is_empty() && batch.pixels.len() == n * network.input.len() && batch.weights.len() == n;
    if n > 0 && whole && targets_fit(network.output, batch.targets) {
        return Ok(());
    }
    Err(Problem::new(
        Kind::Internal,
        say("A batch does not fit the network", "Un lot ne va pas avec le réseau"),
        say("Report this fault, with the details", "Signalez ce défaut, avec les détails"),
    )
    .because(format!(
        "{} bytes, {} crops, {n} targets, {} weights",
        batch.pixels.len(),
        batch.crops.len(),
        batch.weights.len()
    )))
}

/// Whether a network with `output` can be asked for `targets`.
fn targets_fit(output: Output, targets: Targets<'_>) -> bool {
    match (output, targets) {
        (Output::Sigmoid | Output::Linear, Targets::Values(_)) => true,
        (Output::Softmax { classes }, Targets::Classes(targets)) => {
            targets.iter().all(|target| usize::from(target.class.max(target.other)) < classes)
        }
        _ => false,
    }
}

fn not_kept() -> Problem {
    Problem::new(
        Kind::Internal,
        say("The device does not keep these pictures", "L’appareil ne garde pas ces images"),
        say("Report this fault, with the details", "Signalez ce défaut, avec les détails"),
    )
}
