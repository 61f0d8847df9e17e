//! The devices of this machine, and opening an engine on one of them.

use super::{Device, Engine, EngineConfig, candle, candle::CandleEngine, cpu::CpuEngine, reference, reference::ReferenceEngine};
use crate::{
    problem::{Kind, Problem},
    text::{Sentence, say},
};

/// Every device that can train here: the processor first, then candle's.
pub fn devices() -> Vec<Device> {
    let mut devices = vec![CpuEngine::list()];
    devices.extend(candle::devices());
    devices
}

/// An engine for `config` on `device`: `auto` (the processor), or the id of one of [`devices`]; `reference` is the naive
/// one of the tests.
///
/// # Errors
/// A device that this machine does not have, beside the setting `device`; or what opening it gives.
pub fn open(device: &str, config: &EngineConfig) -> Result<Box<dyn Engine>, Problem> {
    match device {
        "auto" | "cpu" => Ok(Box::new(CpuEngine::new(config)?)),
        "reference" => Ok(Box::new(ReferenceEngine::new(config))),
        id if candle::devices().iter().any(|device| device.id == id) => Ok(Box::new(CandleEngine::new(config, id)?)),
        unknown => Err(missing(unknown)),
    }
}

/// Whether `device` can be opened here, which is asked before long work that leads up to it.
///
/// # Errors
/// A device that this machine does not have, as [`open`].
pub fn check(device: &str) -> Result<(), Problem> {
    let known = matches!(device, "auto" | "reference") || devices().iter().any(|known| known.id == device);
    if known { Ok(()) } else { Err(missing(device)) }
}

fn missing(device: &str) -> Problem {
    let mut ids: Vec<String> = devices().into_iter().map(|device| device.id).collect();
    ids.insert(0, "auto".to_owned());
    ids.push(reference::device().id);
    let ids = ids.join(", ");
    let what = Sentence {
        en: format!("There is no device “{device}” here; there are {ids}"),
        fr: format!("Il n’y a pas de périphérique « {device} » ici ; il y a {ids}"),
    };
    Problem::new(Kind::Device, what, say("Choose one of these", "Choisissez l’un de ceux-ci")).at("device")
}
