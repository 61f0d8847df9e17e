//! An engine that is watched at its work: what a test wants is done before each step, and every call is passed on.

use std::sync::Arc;

use trombine::{
    data::{
        batch::BatchView,
        image_set::{Crop, ImageSet},
    },
    engine::{Device, Engine, Step, StepMetrics},
    model::{Network, Weights},
    optimizer::OptimizerState,
    problem::Problem,
};

/// `inner`, with `before` called ahead of each training step; the step fails where `before` does.
pub struct Watched<E, F> {
    inner: E,
    device: Device,
    before: F,
}

impl<E: Engine, F: FnMut(&mut E) -> Result<(), Problem> + Send> Watched<E, F> {
    pub fn new(inner: E, before: F) -> Self {
        let device = inner.device().clone();
        Self { inner, device, before }
    }

    /// The same under another device's name.
    pub fn named(self, device: Device) -> Self {
        Self { device, ..self }
    }
}

impl<E: Engine, F: FnMut(&mut E) -> Result<(), Problem> + Send> Engine for Watched<E, F> {
    fn device(&self) -> &Device {
        &self.device
    }

    fn network(&self) -> &Network {
        self.inner.network()
    }

    fn train_batch(&mut self, batch: &BatchView<'_>, step: Step) -> Result<StepMetrics, Problem> {
        (self.before)(&mut self.inner)?;
        self.inner.train_batch(batch, step)
    }

    fn enqueue_step(&mut self, batch: &BatchView<'_>, step: Step) -> Result<Vec<StepMetrics>, Problem> {
        (self.before)(&mut self.inner)?;
        self.inner.enqueue_step(batch, step)
    }

    fn flush(&mut self) -> Result<Vec<StepMetrics>, Problem> {
        self.inner.flush()
    }

    /// The device says of itself whether it keeps them.
    fn upload_images(&mut self, images: Arc<dyn ImageSet>) -> Result<bool, Problem> {
        let kept = self.inner.upload_images(images)?;
        self.device.details.clone_from(&self.inner.device().details);
        Ok(kept)
    }

    fn predict_crops(&mut self, crops: &[Crop], logits: &mut [f32]) -> Result<(), Problem> {
        self.inner.predict_crops(crops, logits)
    }

    fn predict(&mut self, pixels: &[u8], logits: &mut [f32]) -> Result<(), Problem> {
        self.inner.predict(pixels, logits)
    }

    fn gradients(&mut self, batch: &BatchView<'_>, step: Step) -> Result<(StepMetrics, Weights), Problem> {
        self.inner.gradients(batch, step)
    }

    fn weights(&mut self) -> Result<Weights, Problem> {
        self.inner.weights()
    }

    fn running_statistics(&mut self) -> Result<Weights, Problem> {
        self.inner.running_statistics()
    }

    fn set_weights(&mut self, weights: &Weights) -> Result<(), Problem> {
        self.inner.set_weights(weights)
    }

    fn optimizer_state(&mut self) -> Result<OptimizerState, Problem> {
        self.inner.optimizer_state()
    }

    fn set_optimizer_state(&mut self, state: &OptimizerState) -> Result<(), Problem> {
        self.inner.set_optimizer_state(state)
    }
}
