//! AdamW (Loshchilov and Hutter 2019): Adam, before which kernels shrink by `learning_rate * weight_decay`.
//!
//! Keras and PyTorch decay every array unless told otherwise; here biases and batch norm's arrays are left alone, as is
//! the custom.

use super::OptimizerSettings;
use crate::{
    setting_def::{Scale, SettingDef, UNITLESS, Value},
    text::say,
};

/// The share by which kernels shrink in one update.
pub fn decay(settings: &OptimizerSettings, learning_rate: f64) -> f32 {
    (learning_rate * settings.weight_decay) as f32
}

pub(super) fn setting_def(weight_decay: &mut f64) -> SettingDef<'_> {
    SettingDef::new(
        "weight_decay",
        say("Weight decay", "Décroissance des poids"),
        say(
            "How strongly weights are pulled towards zero at each step, against overfitting. 0.004 to 0.1; then L2 may be 0",
            "Avec quelle force les poids sont tirés vers zéro à chaque pas, contre le surapprentissage. De 0,004 à 0,1 ; L2 peut alors être à 0",
        ),
        Value::Number { value: weight_decay, range: 0.0..=1.0, scale: Scale::Log, unit: UNITLESS },
    )
}
