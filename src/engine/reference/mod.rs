//! The naive reference: plain loops in f64, one file for each kind of layer, obviously right and slow.
//!
//! Tests and self-tests hold the fast engines to it, and heat maps use it, since it remembers every value on the way.

mod activation;
mod arrange;
mod conv;
mod dense;
mod heat;
mod maps;
pub mod network;
mod norm;
mod pool;

pub use heat::{LastBlock, last_block};
pub use maps::Maps;

use self::network::{Mode, Values};
use super::{Device, DeviceKind, Engine, EngineConfig, Step, StepMetrics, check_batch, objective};
use crate::{
    data::batch::BatchView,
    model::{Initialization, Network, Weights, init::init},
    optimizer::{Optimizer, OptimizerState},
    problem::Problem,
};

/// The reference as an engine: weights are f32 as everywhere, arithmetic is f64.
pub struct ReferenceEngine {
    config: EngineConfig,
    device: Device,
    weights: Weights,
    optimizer: Optimizer,
}

impl ReferenceEngine {
    /// The network of `config`, with weights drawn from its seed.
    pub fn new(config: &EngineConfig) -> Self {
        Self {
            weights: init(&config.network, Initialization::GlorotUniform, config.seed),
            optimizer: Optimizer::new(&config.optimizer, &config.network.parameters()),
            config: config.clone(),
            device: device(),
        }
    }

    /// Score and gradients in f64, and what the running statistics become.
    fn pass(&self, batch: &BatchView<'_>, step: Step) -> Result<(StepMetrics, Values, Values), Problem> {
        let network = &self.config.network;
        check_batch(network, batch)?;
        let mode = Mode::Training { seed: self.config.seed, step: step.index };
        let values = network::values(&self.weights);
        let trace = network::forward(network, &values, batch.pixels, mode);
        let (mut score, grads) = objective::score(&self.config.loss, network.output, &trace.logits().data, batch);
        let d_logits = Maps { data: grads, ..*trace.logits() };
        score.penalty = objective::penalty(network, &values);
        let (_, mut gradients) = network::backward(network, &values, &trace, mode, d_logits, 0);
        objective::add_penalty_gradient(network, &values, &mut gradients);
        let running = network::running_statistics(network, &values, &trace);
        Ok((score, gradients, running))
    }
}

/// What an f32 holds, less what a fast algorithm's sums on the way to it may exceed it by.
const MOST: f64 = 1e-4 * f32::MAX as f64;

/// The first layer of `network` whose values for one picture are no numbers or too large for an f32.
pub fn overflowing(network: &Network, weights: &Weights, picture: &[u8]) -> Option<String> {
    let trace = network::forward(network, &network::values(weights), picture, Mode::Evaluation);
    let fits = |value: &f64| value.abs() <= MOST;
    let mut layers = network.layers.iter().zip(&trace.values[1..]);
    layers.find(|(_, values)| !values.data.iter().all(fits)).map(|(layer, _)| layer.name.clone())
}

/// The reference in the list of devices.
pub fn device() -> Device {
    Device {
        kind: DeviceKind::Reference,
        id: "reference".to_owned(),
        name: "Reference".to_owned(),
        memory: None,
        details: "plain loops in f64, one thread".to_owned(),
    }
}

impl Engine for ReferenceEngine {
    fn device(&self) -> &Device {
        &self.device
    }

    fn network(&self) -> &Network {
        &self.config.network
    }

    fn train_batch(&mut self, batch: &BatchView<'_>, step: Step) -> Result<StepMetrics, Problem> {
        let (score, gradients, running) = self.pass(batch, step)?;
        let network = &self.config.network;
        let gradients = network::weights(network, &gradients);
        self.optimizer.update(&mut self.weights, &gradients, step.learning_rate)?;
        self.weights.0.extend(network::weights(network, &running).0);
        Ok(score)
    }

    fn predict(&mut self, pixels: &[u8], logits: &mut [f32]) -> Result<(), Problem> {
        let trace = network::forward(&self.config.network, &network::values(&self.weights), pixels, Mode::Evaluation);
        for (logit, value) in logits.iter_mut().zip(&trace.logits().data) {
            *logit = *value as f32;
        }
        Ok(())
    }

    fn gradients(&mut self, batch: &BatchView<'_>, step: Step) -> Result<(StepMetrics, Weights), Problem> {
        let (score, gradients, _) = self.pass(batch, step)?;
        Ok((score, network::weights(&self.config.network, &gradients)))
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
