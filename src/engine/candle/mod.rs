//! The network as [candle](https://github.com/huggingface/candle) says it: short and plain, on each of its devices.
//!
//! Gradients are candle's where they are right and those of `ops` where they are not. Loss, L2 penalty and optimizer
//! are the reference arithmetic of `train/`, on the processor. With the cargo features `cuda` and `metal` it runs on
//! candle's devices, for those who have the toolkits: no convolution, pooling or ReLU of candle's own takes part, whose
//! gradients are wrong or slow there (Metal's weight gradient of a convolution, pooling's scale everywhere). `cuda` was
//! built and linked with CUDA 13.0 and refuses as it should where the driver knows no card; neither has run on a card.

mod network;
mod ops;

use std::collections::BTreeMap;

use candle_core::{Tensor, Var};

use self::network::{ForwardOutput, Mode, forward};
use super::{Device, DeviceKind, Engine, EngineConfig, Step, StepMetrics, check_batch, objective};
use crate::{
    data::batch::BatchView,
    model::{Initialization, Network, Op, Weights, init::init, layers::Parameter},
    optimizer::{Optimizer, OptimizerState},
    problem::{Kind, Problem},
    text::say,
};

/// A batch norm layer with the mean and the variance of its batch.
type Statistics = (String, Tensor, Tensor);

/// The network and its optimizer; the weights live here, and go to the device for each pass.
pub struct CandleEngine {
    config: EngineConfig,
    device: Device,
    on: candle_core::Device,
    weights: Weights,
    optimizer: Optimizer,
}

/// candle's devices that this program was built for and this machine has: `candle`, `candle-cuda`, `candle-metal`.
pub fn devices() -> Vec<Device> {
    let device = |id: &str, name: &str, details: &str| Device {
        kind: DeviceKind::Candle,
        id: id.to_owned(),
        name: name.to_owned(),
        memory: None,
        details: details.to_owned(),
    };
    let mut devices = vec![device("candle", "candle", "gemm")];
    if open_device("candle-cuda").is_ok() {
        devices.push(device("candle-cuda", "candle, CUDA", "the first CUDA card, through candle and the CUDA toolkit"));
    }
    if open_device("candle-metal").is_ok() {
        devices.push(device("candle-metal", "candle, Metal", "the first Metal card, through candle"));
    }
    devices
}

/// Why candle's device `id` is not there, in candle's words; none if it is, or is none of candle's.
pub fn lacks(id: &str) -> Option<String> {
    if id.starts_with("candle") { open_device(id).err().map(|error| words(&error)) } else { None }
}

/// candle's device of that id. Creating one panics on some machines without the hardware.
fn open_device(id: &str) -> candle_core::Result<candle_core::Device> {
    let open = || match id {
        "candle-cuda" if cfg!(feature = "cuda") => candle_core::Device::new_cuda(0),
        "candle-metal" if cfg!(feature = "metal") => candle_core::Device::new_metal(0),
        "candle" => Ok(candle_core::Device::Cpu),
        _ => Err(candle_core::Error::Msg(format!("this program was built without {id}"))),
    };
    std::panic::catch_unwind(open).unwrap_or_else(|_| Err(candle_core::Error::Msg(format!("{id} is not there"))))
}

impl CandleEngine {
    /// The network of `config` on candle's device `id` (see [`devices`]), with weights drawn from its seed.
    ///
    /// # Errors
    /// A device that this program was not built for or this machine does not have.
    pub fn new(config: &EngineConfig, id: &str) -> Result<Self, Problem> {
        let on = open_device(id).map_err(problem)?;
        let device = devices().into_iter().find(|device| device.id == id);
        Ok(Self {
            weights: init(&config.network, Initialization::GlorotUniform, config.seed),
            optimizer: Optimizer::new(&config.optimizer, &config.network.parameters()),
            device: device.ok_or_else(|| problem(candle_core::Error::Msg(format!("{id} is not there"))))?,
            config: config.clone(),
            on,
        })
    }

    /// Every array on the device; those called `followed` as variables, whose gradients candle follows.
    fn tensors(&self, followed: &[String]) -> candle_core::Result<BTreeMap<String, Tensor>> {
        let tensor = |(name, array): (&str, &crate::model::Tensor)| {
            let tensor = Tensor::from_slice(&array.data, array.shape.as_slice(), &self.on)?;
            let tensor =
                if followed.iter().any(|followed| followed == name) { Var::from_tensor(&tensor)?.into_inner() } else { tensor };
            Ok((name.to_owned(), tensor))
        };
        self.weights.iter().map(tensor).collect()
    }

    /// Score, gradients, and the statistics of each batch norm.
    fn pass(&self, batch: &BatchView<'_>, step: Step) -> Result<(StepMetrics, Weights, Vec<Statistics>), Problem> {
        let network = &self.config.network;
        check_batch(network, batch)?;
        let compute = || {
            let trained = || network.parameters().into_iter().filter(Parameter::trained);
            let tensors = self.tensors(&trained().map(|p| p.name).collect::<Vec<_>>())?;
            let mode = Mode::Training { seed: self.config.seed, step: step.index };
            let ForwardOutput { logits, statistics } = forward(network, &tensors, batch.pixels, &self.on, mode)?;
            let values: Vec<f64> = logits.to_vec1::<f32>()?.into_iter().map(f64::from).collect();
            let (score, grads) = objective::score(&self.config.loss, network.output, &values, batch);
            let grads: Vec<f32> = grads.into_iter().map(|grad| grad as f32).collect();
            // The way back from a sum whose gradient at each logit is the loss's.
            let store = (&logits * Tensor::from_vec(grads, logits.shape(), &self.on)?)?.sum_all()?.backward()?;
            let mut gradients = Weights::default();
            for parameter in trained() {
                let gradient = match store.get(&tensors[&parameter.name]) {
                    Some(gradient) => gradient.flatten_all()?.to_vec1::<f32>()?,
                    None => vec![0.0; parameter.shape.iter().product()],
                };
                gradients.0.insert(parameter.name, crate::model::Tensor { shape: parameter.shape, data: gradient });
            }
            Ok((score, gradients, statistics))
        };
        let (mut score, mut gradients, statistics) = compute().map_err(problem)?;
        score.penalty = add_penalty(network, &self.weights, &mut gradients);
        Ok((score, gradients, statistics))
    }

    /// `running = momentum * running + (1 - momentum) * batch`.
    fn update_running_stats(&mut self, statistics: &[(String, Tensor, Tensor)]) -> candle_core::Result<()> {
        for layer in &self.config.network.layers {
            let Op::BatchNorm { momentum, .. } = layer.op else { continue };
            let Some((_, mean, variance)) = statistics.iter().find(|(name, ..)| *name == layer.name) else { continue };
            for (suffix, batch) in [("running_mean", mean), ("running_var", variance)] {
                if let Some(running) = self.weights.0.get_mut(&format!("{}.{suffix}", layer.name)) {
                    for (old, new) in running.data.iter_mut().zip(batch.to_vec1::<f32>()?) {
                        *old = (momentum * f64::from(*old) + (1.0 - momentum) * f64::from(new)) as f32;
                    }
                }
            }
        }
        Ok(())
    }
}

/// The L2 penalty; adds its gradient, `2 * l2 * w`, to `gradients`.
fn add_penalty(network: &Network, weights: &Weights, gradients: &mut Weights) -> f64 {
    let mut penalty = 0.0;
    for parameter in network.parameters().iter().filter(|p| p.l2 > 0.0) {
        if let (Some(w), Some(g)) = (weights.get(&parameter.name), gradients.0.get_mut(&parameter.name)) {
            penalty += parameter.l2 * w.data.iter().map(|w| f64::from(*w).powi(2)).sum::<f64>();
            for (g, w) in g.data.iter_mut().zip(&w.data) {
                *g += (2.0 * parameter.l2) as f32 * w;
            }
        }
    }
    penalty
}

impl Engine for CandleEngine {
    fn device(&self) -> &Device {
        &self.device
    }

    fn network(&self) -> &Network {
        &self.config.network
    }

    fn train_batch(&mut self, batch: &BatchView<'_>, step: Step) -> Result<StepMetrics, Problem> {
        let (score, gradients, statistics) = self.pass(batch, step)?;
        self.optimizer.update(&mut self.weights, &gradients, step.learning_rate)?;
        self.update_running_stats(&statistics).map_err(problem)?;
        Ok(score)
    }

    fn predict(&mut self, pixels: &[u8], logits: &mut [f32]) -> Result<(), Problem> {
        let compute = || {
            let output = forward(&self.config.network, &self.tensors(&[])?, pixels, &self.on, Mode::Evaluation)?;
            output.logits.to_vec1::<f32>()
        };
        logits.copy_from_slice(&compute().map_err(problem)?);
        Ok(())
    }

    fn gradients(&mut self, batch: &BatchView<'_>, step: Step) -> Result<(StepMetrics, Weights), Problem> {
        self.pass(batch, step).map(|(score, gradients, _)| (score, gradients))
    }

    fn weights(&mut self) -> Result<Weights, Problem> {
        Ok(self.weights.clone())
    }

    fn set_weights(&mut self, weights: &Weights) -> Result<(), Problem> {
        weights.check(&self.config.network)?;
        self.weights = weights.clone();
        Ok(())
    }

    fn optimizer_state(&mut self) -> Result<OptimizerState, Problem> {
        Ok(self.optimizer.state())
    }

    fn set_optimizer_state(&mut self, state: &OptimizerState) -> Result<(), Problem> {
        state.check(&self.config.network)?;
        self.optimizer.set_state(state)
    }
}

/// What candle says of an error, without the calls that led there, which it adds where `RUST_BACKTRACE` is set.
fn words(error: &candle_core::Error) -> String {
    match error {
        candle_core::Error::WithBacktrace { inner, .. } => words(inner),
        error => error.to_string(),
    }
}

#[expect(clippy::needless_pass_by_value, reason = "as `map_err` hands it over")]
fn problem(error: candle_core::Error) -> Problem {
    let details = words(&error);
    if details.to_lowercase().contains("out of memory") || details.contains("OUT_OF_MEMORY") {
        return Problem::new(
            Kind::OutOfMemory,
            say("The device has too little memory for this batch", "L’appareil a trop peu de mémoire pour ce lot"),
            say("Use smaller batches, or a smaller network", "Prenez des lots plus petits, ou un réseau plus petit"),
        )
        .because(details);
    }
    Problem::new(
        Kind::Device,
        say("candle could not compute this", "candle n’a pas pu calculer ceci"),
        say("Try again, or choose another device", "Réessayez, ou choisissez un autre appareil"),
    )
    .because(details)
}
