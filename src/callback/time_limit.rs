//! Finishes training after a given time, as "Finish now" does.

use super::CallbackSettings;
use crate::{
    setting_def::{SettingDef, Unit, Value},
    text::{Lang, LocalizedText, say},
};

/// Whether `seconds` of training (pauses not counted) are enough, since it began or was last extended: who asks for more epochs
/// of a training that came to its limit wants them trained. Meant to be asked after each batch.
pub fn reached(settings: &CallbackSettings, seconds: f64) -> bool {
    settings.time_limit > 0 && seconds >= f64::from(settings.time_limit) * 60.0
}

/// Why it stopped.
pub fn reason(settings: &CallbackSettings) -> LocalizedText {
    let minutes = settings.time_limit;
    LocalizedText::by(|lang| match lang {
        Lang::En => format!("Stopped at the time limit of {minutes}\u{a0}min"),
        Lang::Fr => format!("Arrêté à la limite de {minutes}\u{a0}min"),
    })
}

pub(super) fn setting_def(time_limit: &mut u32) -> SettingDef<'_> {
    SettingDef::new(
        "time_limit",
        say("Time limit", "Limite de temps"),
        say(
            "Finishes after so many minutes, with the complete result. Trained further, a run has as many again. 0 is no limit",
            "Termine après ce nombre de minutes, avec le résultat complet. Prolongé, un essai en a autant de nouveau. 0 pour aucune limite",
        ),
        Value::Whole { value: time_limit, range: 0..=10_080, unit: Unit::same("min") },
    )
    .more()
}
