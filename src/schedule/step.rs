//! Falls by a factor every few epochs (PyTorch's `StepLR`).

use crate::{
    setting_def::{EPOCHS, SettingDef, Value},
    text::say,
};

/// The factor after `epochs` (with fraction) when it falls by `factor` every `every`.
pub fn factor(epochs: f64, every: u32, factor: f64) -> f64 {
    factor.powf((epochs / f64::from(every.max(1))).floor())
}

pub(super) fn setting_def(step_epochs: &mut u32) -> SettingDef<'_> {
    SettingDef::new(
        "step_epochs",
        say("Falls every", "Baisse toutes les"),
        say("Epochs between two falls. 5 to 15", "Époques entre deux baisses. De 5 à 15"),
        Value::Whole { value: step_epochs, range: 1..=500, unit: EPOCHS },
    )
}
