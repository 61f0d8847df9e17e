//! A run's first name: what differs from the notebook's recipe.

use crate::{knob::Knobs, settings::Settings};

/// How many differences a name holds.
const SHOWN: usize = 3;

/// `notebook`, or the first differences as `epochs 3, batch size 64, …`; the words are those of the command line, so
/// that a name reads the same in every language.
pub fn name(settings: &Settings) -> String {
    let (mut ours, mut recipe) = (settings.clone(), Settings::default());
    let (ours, recipe) = (ours.knobs(), recipe.knobs());
    let differing: Vec<String> = ours
        .iter()
        .zip(&recipe)
        .filter(|(ours, recipe)| ours.text() != recipe.text())
        .map(|(ours, _)| format!("{} {}", ours.key.rsplit('.').next().unwrap_or(&ours.key).replace('_', " "), ours.text()))
        .collect();
    match differing.len() {
        0 => "notebook".to_owned(),
        n if n > SHOWN => format!("{}, …", differing[..SHOWN].join(", ")),
        _ => differing.join(", "),
    }
}
