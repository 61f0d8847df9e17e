//! A short trial before a long training: how fast a device goes, and what the whole run would take.

use std::time::Instant;

use serde::{Deserialize, Serialize};

use crate::{
    control::Control,
    data::{batch::Form, sample::Part},
    engine::{self, Device, Engine, Step},
    model::summary,
    plan::Plan,
    problem::Problem,
};

/// Batches that are timed.
const BATCHES: usize = 20;
/// Batches before them, in which buffers and caches fill.
const WARM_UP: usize = 3;

/// How fast a plan goes on a device.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Trial {
    pub device: Device,
    /// Training pictures a second.
    pub pictures_per_second: f64,
    /// Seconds of one epoch, validation included.
    pub epoch: f64,
    /// Seconds of all epochs, if nothing stops it sooner.
    pub run: f64,
    /// Bytes that a training step holds at least: pictures, outputs, weights, gradients and the optimizer's arrays.
    pub memory: u64,
}

/// The ids of those among `devices` that a person would train on.
pub fn worth_trying(devices: &[Device]) -> Vec<String> {
    engine::candidates(devices.to_vec()).into_iter().map(|device| device.id).collect()
}

/// [`Trial::memory`] of `plan`.
pub fn memory(plan: &Plan) -> u64 {
    let train = &plan.settings.train;
    summary::step_memory(&plan.network, train.batch_size as usize, train.optimizer.slots().len())
}

/// Trains a few batches of `plan` on `engine`, whose weights and optimizer are used up by it; `progress` gets the batches
/// done and all of them.
///
/// # Errors
/// A device that fails; cancelled.
pub fn trial(
    plan: &Plan,
    engine: &mut dyn Engine,
    control: &Control,
    mut progress: impl FnMut(u64, u64),
) -> Result<Trial, Problem> {
    engine.set_weights(&plan.first_weights())?;
    let learning_rate = plan.settings.train.optimizer.learning_rate;
    let form = engine::form(engine, &plan.dataset, &plan.settings.augment)?;
    let (mut pictures, mut began) = (0, Instant::now());
    for (index, batch) in plan.training_batches(form, 0).take(WARM_UP + BATCHES).enumerate() {
        if control.cancelled() {
            return Err(Problem::cancelled());
        }
        if index == WARM_UP {
            engine.flush()?;
            (pictures, began) = (0, Instant::now());
        }
        let batch = batch?;
        engine.enqueue_step(&batch.view(), Step { index: index as u32, learning_rate })?;
        pictures += batch.len();
        progress(index as u64 + 1, (WARM_UP + BATCHES) as u64);
    }
    engine.flush()?;
    let per_picture = began.elapsed().as_secs_f64() / pictures.max(1) as f64;
    let per_evaluation = seconds_per_evaluation(plan, form, engine)?;
    let (train, validation) = (plan.indices(Part::Train).len(), plan.indices(Part::Validation).len());
    let epoch = per_picture * plan.settings.train.shown(train) + per_evaluation * validation as f64;
    Ok(Trial {
        device: engine.device().clone(),
        pictures_per_second: per_picture.recip(),
        epoch,
        run: epoch * f64::from(plan.settings.train.epochs),
        memory: memory(plan),
    })
}

/// Seconds to evaluate one picture.
fn seconds_per_evaluation(plan: &Plan, form: Form, engine: &mut dyn Engine) -> Result<f64, Problem> {
    let mut samples = plan.indices(Part::Validation);
    samples.truncate(8 * plan.settings.train.batch_size as usize);
    let pictures = samples.len();
    let mut pass = plan.evaluation(form, samples);
    let began = Instant::now();
    while pass.next(engine)?.is_some() {}
    Ok(began.elapsed().as_secs_f64() / pictures.max(1) as f64)
}
