//! What tells settings from others, in a label.

use crate::{
    preset::{Difference, differences},
    settings::Settings,
    text::Lang,
};

/// What is so in `settings` and not in `base`: `dropout 0.3 · without flip`.
pub(super) fn words(base: &Settings, settings: &Settings, lang: Lang) -> String {
    let mut differing = differences(base, settings);
    // What only comes or goes with another option says nothing of its own.
    if differing.iter().any(Difference::is_of_values) {
        differing.retain(Difference::is_of_values);
    }
    differing.iter().map(|one| one.words(lang)).collect::<Vec<_>>().join(" · ")
}
