//! Falls along half a cosine to the last step (Loshchilov and Hutter 2017; Keras's `CosineDecay`).

use crate::{
    setting_def::{Scale, SettingDef, Value},
    text::say,
};

/// The factor at `step` of `steps`, from 1 to `last`.
pub fn factor(step: f64, steps: f64, last: f64) -> f64 {
    let way = if steps > 0.0 { (step / steps).clamp(0.0, 1.0) } else { 1.0 };
    between(1.0, last, way)
}

/// Half a cosine from `from` to `to`, `way` being 0 to 1 of it.
pub(super) fn between(from: f64, to: f64, way: f64) -> f64 {
    to + (from - to) * 0.5 * (1.0 + (std::f64::consts::PI * way).cos())
}

/// The last factor of this schedule and of `one_cycle`.
pub(super) fn setting_def(final_factor: &mut f64) -> SettingDef<'_> {
    SettingDef::new(
        "final_factor",
        say("Last rate", "Dernier taux"),
        say(
            "The rate of the last step, as a share of the optimizer’s. 0 to 10%",
            "Le taux du dernier pas, en part de celui de l’optimiseur. De 0 à 10\u{a0}%",
        ),
        Value::Number { value: final_factor, range: 0.0..=1.0, scale: Scale::Percent, unit: crate::setting_def::UNITLESS },
    )
}
