//! The one pass over pictures that evaluates them, for validation, evaluation and the trial of a device.

use std::sync::Arc;

use super::{Engine, TtaPredictor};
use crate::{
    data::{
        augment::AugmentSettings,
        batch::{Batch, Batches, Form},
        dataset::Dataset,
    },
    model::Output,
    problem::Problem,
};

/// Batches of pieces that go to a device at once: it is waited for after each such request only.
const BATCHES_AT_ONCE: usize = 4;

/// The form of batches for `engine`: it is offered the pictures of `dataset` where `augment` does no more than crop them.
///
/// # Errors
/// A lost device.
pub fn form(engine: &mut dyn Engine, dataset: &Dataset, augment: &AugmentSettings) -> Result<Form, Problem> {
    let uploaded = augment.only_crops() && engine.upload_images(Arc::new(dataset.pixels.clone()))?;
    Ok(if uploaded { Form::Crops } else { Form::Pixels })
}

/// One pass over some pictures of a data set, in their order. Its engine comes with each step, so that whoever has it can
/// do other things with it between two.
#[derive(Debug)]
pub struct EvaluationPass {
    batches: Batches,
    tta: TtaPredictor,
    batch: Batch,
    logits: Vec<f32>,
}

impl EvaluationPass {
    /// Evaluates `samples` of `dataset`, with their mirror images if `augment` says so. `form` is what [`form`] gave.
    pub fn new(
        form: Form,
        dataset: Arc<Dataset>,
        samples: Vec<u32>,
        augment: &AugmentSettings,
        batch_size: usize,
        output: Output,
    ) -> Self {
        let at_once = if form == Form::Crops { BATCHES_AT_ONCE } else { 1 };
        Self {
            batches: Batches::evaluation(form, dataset, samples, augment, at_once * batch_size, output),
            tta: TtaPredictor::new(augment.test_time_flip, augment.side()),
            batch: Batch::default(),
            logits: Vec::new(),
        }
    }

    /// The next batch with the outputs of each of its pictures, row by row; `None` after the last.
    ///
    /// # Errors
    /// A lost device, pictures that can no longer be read.
    pub fn next(&mut self, engine: &mut dyn Engine) -> Result<Option<(&Batch, &[f32])>, Problem> {
        self.batches.recycle(std::mem::take(&mut self.batch));
        let Some(batch) = self.batches.next().transpose()? else { return Ok(None) };
        self.logits.resize(batch.len() * engine.network().output.units(), 0.0);
        match batch.crops.as_slice() {
            [] => self.tta.logits(engine, &batch.pixels, &mut self.logits)?,
            crops => self.tta.logits_of_crops(engine, crops, &mut self.logits)?,
        }
        self.batch = batch;
        Ok(Some((&self.batch, &self.logits)))
    }
}
