//! A table of epochs and rates (the notebook's `LearningRateScheduler`).

use crate::{
    setting_def::{SettingDef, Value},
    text::say,
};

/// The rate of `epoch` (counted from 1): that of the last row that has begun, in whatever order the rows stand; `base`
/// before the first.
pub fn rate(table: &[(u32, f64)], epoch: u32, base: f64) -> f64 {
    let begun = table.iter().filter(|(from, _)| *from <= epoch);
    begun.max_by_key(|(from, _)| *from).map_or(base, |(_, rate)| *rate)
}

pub(super) fn setting_def(table: &mut Vec<(u32, f64)>) -> SettingDef<'_> {
    SettingDef::new(
        "table",
        say("Rates by epoch", "Taux par époque"),
        say(
            "From which epoch which learning rate holds. Before the first row, the optimizer’s rate",
            "À partir de quelle époque quel taux d’apprentissage vaut. Avant la première ligne, celui de l’optimiseur",
        ),
        Value::Table(table),
    )
}
