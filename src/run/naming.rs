//! A run's first name: the recipe that it is nearest to, and what differs from it.

use crate::{
    knob::{Choice as _, Knobs},
    preset::Preset,
    settings::Settings,
};

/// How many differences a name holds.
const SHOWN: usize = 3;

/// `notebook`, `recommended, seed 7`, or of a notebook's variant the first differences alone as `epochs 3, batch size 64, …`;
/// the words are those of the command line, so that a name reads the same in every language.
pub fn name(settings: &Settings) -> String {
    let preset = Preset::nearest(settings);
    let (mut ours, mut recipe) = (settings.clone(), preset.settings());
    let (ours, recipe) = (ours.knobs(), recipe.knobs());
    let mut words: Vec<String> =
        ours.iter().zip(&recipe).filter(|(ours, recipe)| ours.text() != recipe.text()).map(|(ours, _)| word(ours)).collect();
    if words.len() > SHOWN {
        words.truncate(SHOWN);
        words.push("…".to_owned());
    }
    if preset != Preset::Notebook || words.is_empty() {
        words.insert(0, preset.key().to_owned());
    }
    words.join(", ")
}

/// An option with its value: `epochs 3`, `rotation degrees 15`, `no flip`; a switch is called by what it switches.
fn word(knob: &crate::knob::Knob<'_>) -> String {
    let key = knob.key.strip_suffix(".on").unwrap_or(&knob.key);
    // An augmentation's options are called alike: `rotation degrees`, `zoom amount`.
    let name = key.strip_prefix("augment.").unwrap_or_else(|| key.rsplit('.').next().unwrap_or(key)).replace(['_', '.'], " ");
    match knob.text().as_str() {
        "true" => name,
        "false" => format!("no {name}"),
        value => format!("{name} {value}"),
    }
}
