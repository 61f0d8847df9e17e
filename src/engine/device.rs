//! The devices of this machine, and opening an engine on one of them.

use std::{path::Path, sync::Once};

use tracing::info;

use super::{
    Device, DeviceKind, Engine, EngineConfig, candle, candle::CandleEngine, check_loss, cpu::CpuEngine, gpu, gpu::GpuEngine,
    memory, reference, reference::ReferenceEngine,
};
use crate::{
    problem::{Kind, Problem},
    text::{LocalizedText, say},
};

/// Every device that can train here: the processor first, then the graphics cards, software among them last, then
/// candle's. The first call looks for graphics drivers, which takes a while: a window asks from another thread.
pub fn devices() -> Vec<Device> {
    let mut devices = vec![CpuEngine::list()];
    devices.extend(gpu::devices());
    devices.extend(candle::devices());
    static NOTED: Once = Once::new();
    NOTED.call_once(|| devices.iter().for_each(|device| info!("device {}: {} ({})", device.id, device.name, device.details)));
    devices
}

/// The device that leaves the choice to the program; a run says what that came to.
pub const AUTOMATIC: &str = "auto";

/// An engine for `config` on `device`: what [`find`] takes. [`AUTOMATIC`] is the processor here; the fastest device is found
/// by `train/choice.rs`, which tries them.
///
/// # Errors
/// A loss that is none of the network's output, and a device that this machine does not have, each beside its setting; too
/// little memory, known beforehand as far as the system tells how much there is; or what opening it gives.
pub fn open(device: &str, config: &EngineConfig) -> Result<Box<dyn Engine>, Problem> {
    let id = match device {
        // Without looking for graphics drivers.
        AUTOMATIC | "cpu" => "cpu".to_owned(),
        "reference" => device.to_owned(),
        other => find(other)?.id,
    };
    check_loss(config.network.output, &config.loss)?;
    memory::check(&id, config)?;
    match id.as_str() {
        "cpu" => Ok(Box::new(CpuEngine::new(config)?)),
        "reference" => Ok(Box::new(ReferenceEngine::new(config))),
        id if id.starts_with("gpu") => Ok(Box::new(GpuEngine::new(config, id)?)),
        id => Ok(Box::new(CandleEngine::new(config, id)?)),
    }
}

/// What a device wants to know once before it is opened for work that takes time: a graphics card which tiles it is
/// quickest with, measured in a moment and kept in `home`. That it cannot be measured is no error: opening it tells.
pub fn prepare(device: &str, home: &Path) {
    // Without looking for graphics drivers.
    if matches!(device, AUTOMATIC | "cpu" | "reference") {
        return;
    }
    if let Some(card) = find(device).ok().filter(|device| device.id.starts_with("gpu")) {
        let _ = gpu::tune(&card.id, home);
    }
}

/// Whether `device` can be opened here, which is asked before long work that leads up to it.
///
/// # Errors
/// A device that this machine does not have, as [`open`].
pub fn check(device: &str) -> Result<(), Problem> {
    match device {
        AUTOMATIC | "cpu" | "reference" => Ok(()),
        other => find(other).map(drop),
    }
}

/// The device that `wanted` means: an id, `gpu` for the best graphics card, or a part of one device's name in any case;
/// behind a graphics card `:f16` keeps its maps in half precision.
///
/// # Errors
/// None is meant, or several, beside the setting `device`.
pub fn find(wanted: &str) -> Result<Device, Problem> {
    if let ("gpu", Some(device)) = (wanted, gpu::first()) {
        return Ok(device);
    }
    if let Some(plain) = wanted.strip_suffix(gpu::HALF) {
        return gpu::in_half(find(plain)?).ok_or_else(|| missing(wanted));
    }
    let mut devices = devices();
    if let Some(at) = devices.iter().position(|device| device.id == wanted) {
        return Ok(devices.swap_remove(at));
    }
    let part = wanted.to_lowercase();
    devices.retain(|device| !part.is_empty() && device.name.to_lowercase().contains(&part));
    if devices.len() == 1 { Ok(devices.swap_remove(0)) } else { Err(missing(wanted)) }
}

fn missing(device: &str) -> Problem {
    let mut ids: Vec<String> = devices().into_iter().map(|device| device.id).collect();
    ids.insert(0, AUTOMATIC.to_owned());
    ids.push(reference::device().id);
    let ids = ids.join(", ");
    let what = LocalizedText {
        en: format!("There is no device “{device}” here; there are {ids}"),
        fr: format!("Il n’y a pas d’appareil « {device} » ici ; il y a {ids}"),
    };
    let problem = Problem::new(Kind::Device, what, say("Choose one of these", "Choisissez l’un de ceux-ci")).at("device");
    match candle::lacks(device) {
        Some(why) => problem.because(why),
        None => problem,
    }
}

/// The devices among which Automatic chooses: the processor and the real graphics cards that can train. Software that
/// stands in for a card is slower than the processor's own engine, and candle is there for comparison.
pub fn candidates(devices: Vec<Device>) -> Vec<Device> {
    let fits = |device: &Device| match device.kind {
        DeviceKind::Processor => true,
        DeviceKind::Graphics => gpu::lacks(&device.id).is_none(),
        _ => false,
    };
    devices.into_iter().filter(fits).collect()
}
