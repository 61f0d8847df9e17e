//! Rises from 1/25 of the rate to the rate, then falls, both along half a cosine (Smith and Topin 2019; PyTorch's
//! `OneCycleLR` with `div_factor=25`).

use super::cosine::between;
use crate::{
    setting_def::{Scale, SettingDef, UNITLESS, Value},
    text::say,
};

/// The first factor: one over PyTorch's `div_factor`.
const FIRST: f64 = 1.0 / 25.0;

/// The factor at `step` of `steps`, of which the share `rise` rises; the last is `last`.
pub fn factor(step: f64, steps: f64, rise: f64, last: f64) -> f64 {
    let top = rise * steps - 1.0;
    if step <= top {
        return between(FIRST, 1.0, if top > 0.0 { step / top } else { 1.0 });
    }
    let way = (step - top.max(0.0)) / (steps - 1.0 - top.max(0.0));
    between(1.0, last, if way.is_finite() { way.clamp(0.0, 1.0) } else { 1.0 })
}

pub(super) fn setting_def(rise: &mut f64) -> SettingDef<'_> {
    SettingDef::new(
        "rise",
        say("Rising part", "Part de montée"),
        say("The share of all steps in which the rate rises. 20 to 40%", "La part des pas où le taux monte. De 20 à 40\u{a0}%"),
        Value::Number { value: rise, range: 0.05..=0.95, scale: Scale::Percent, unit: UNITLESS },
    )
}
