//! What Automatic means: the fastest of this machine's devices for a plan, found by a short trial and remembered.

use std::{collections::BTreeMap, path::Path};

use super::trial::Trial;
use crate::{
    data::hash::hash,
    engine::Device,
    files::atomic,
    plan::Plan,
    problem::{Kind, Problem},
};

/// The file, beside the runs, that remembers the answers.
pub const FILE: &str = "devices.json";

/// The id of the fastest of `devices` for `plan`: without a trial if there is only one, or if the file in `home`
/// remembers the answer for this network, batch and machine. A device that fails in its trial is not chosen.
///
/// # Errors
/// The trial was cancelled. That the answer cannot be remembered is no error: the next time tries again.
pub fn fastest(
    plan: &Plan,
    devices: &[Device],
    home: &Path,
    attempt: &mut dyn FnMut(&str) -> Result<Trial, Problem>,
) -> Result<String, Problem> {
    let processor = || "cpu".to_owned();
    if devices.len() < 2 {
        return Ok(devices.first().map_or_else(processor, |device| device.id.clone()));
    }
    let path = home.join(FILE);
    let mut known: BTreeMap<String, String> =
        std::fs::read(&path).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or_default();
    let question = question(plan, devices);
    if let Some(answer) = known.get(&question).filter(|id| devices.iter().any(|device| device.id == **id)) {
        return Ok(answer.clone());
    }
    let mut best: Option<(f64, String)> = None;
    for device in devices {
        match attempt(&device.id) {
            Ok(trial) if best.as_ref().is_none_or(|(speed, _)| trial.pictures_per_second > *speed) => {
                best = Some((trial.pictures_per_second, device.id.clone()));
            }
            Ok(_) => {}
            Err(problem) if problem.kind == Kind::Cancelled => return Err(problem),
            // It is not chosen; the others remain.
            Err(_) => {}
        }
    }
    // Where none came to the end, that is no answer to remember.
    let Some((_, answer)) = best else { return Ok(processor()) };
    known.insert(question, answer.clone());
    if let Ok(text) = serde_json::to_vec_pretty(&known) {
        let _ = atomic::write(&path, &text);
    }
    Ok(answer)
}

/// A name for everything that the answer depends on.
fn question(plan: &Plan, devices: &[Device]) -> String {
    let about = format!("{devices:?} {:?} {} {:?}", plan.network, plan.settings.train.batch_size, plan.threads);
    format!("{:016x}", hash(about.as_bytes()))
}
