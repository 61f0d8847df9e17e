//! Warm-up: the rate rises in a straight line before the schedule proper begins (Goyal et al. 2017).

use crate::{
    setting_def::{EPOCHS, Scale, SettingDef, Value},
    text::say,
};

/// The factor at `step` of a rise that takes `steps`; the first step is not wasted on a rate of zero.
pub fn factor(step: f64, steps: f64) -> f64 {
    if step >= steps { 1.0 } else { ((step + 1.0) / steps).min(1.0) }
}

pub(super) fn setting_def(warmup_epochs: &mut f64) -> SettingDef<'_> {
    SettingDef::new(
        "warmup_epochs",
        say("Warm-up", "Échauffement"),
        say(
            "Epochs during which the rate rises from almost zero, which spares the first, random weights. 0 is none; 1 to 5 with high rates",
            "Époques pendant lesquelles le taux monte depuis presque zéro, ce qui ménage les premiers poids, tirés au hasard. 0 pour aucun ; de 1 à 5 avec des taux élevés",
        ),
        Value::Number { value: warmup_epochs, range: 0.0..=50.0, scale: Scale::Linear, unit: EPOCHS },
    )
}
