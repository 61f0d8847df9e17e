//! Falls smoothly by a factor in each epoch (Keras's `ExponentialDecay`; at the start of each epoch PyTorch's
//! `ExponentialLR`).

use crate::{
    setting_def::{Scale, SettingDef, UNITLESS, Value},
    text::say,
};

/// The factor after `epochs` (with fraction).
pub fn factor(epochs: f64, factor: f64) -> f64 {
    factor.powf(epochs)
}

/// The factor of this schedule and of `step`.
pub(super) fn setting_def(factor: &mut f64) -> SettingDef<'_> {
    SettingDef::new(
        "factor",
        say("Factor", "Facteur"),
        say(
            "What the rate is multiplied by at each fall, or in each epoch if exponential. 0.1 to 0.5 for falls, 0.9 to 0.98 for each epoch",
            "Par combien le taux est multiplié à chaque baisse, ou à chaque époque en exponentiel. De 0,1 à 0,5 par baisse, de 0,9 à 0,98 par époque",
        ),
        Value::Number { value: factor, range: 0.01..=1.0, scale: Scale::Linear, unit: UNITLESS },
    )
}
