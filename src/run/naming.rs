//! A run's first name: the recipe that it is nearest to, and what matters most of what differs from it.

use super::RunInfo;
use crate::{
    preset::{Difference, Preset, differences},
    setting_def::Choice as _,
    settings::Settings,
    text::{Lang, LocalizedText},
};

/// How many differences a name holds.
const SHOWN: usize = 2;

/// What is named before all others.
const FIRST: [&str; 2] = ["train.epochs", "seed"];

/// `Quick look · 3 epochs`, `Recommended · seed 7 · dropout 0.3 · +4`.
pub fn name(settings: &Settings) -> LocalizedText {
    named(settings).0
}

/// The same of a run of an experiment, with its number there if the name does not hold all that may tell it from the others:
/// no other run need be known.
pub fn name_of_member(settings: &Settings, member: usize) -> LocalizedText {
    match named(settings) {
        (name, true) => with_number(&name, member + 1),
        (name, false) => name,
    }
}

/// A name, and whether it leaves something out.
fn named(settings: &Settings) -> (LocalizedText, bool) {
    let preset = Preset::nearest(settings);
    // What has no effect with the other options says nothing of the run.
    let mut differing = differences(&preset.settings_beside(settings), settings);
    differing.retain(Difference::is_of_values);
    differing.sort_by_key(|difference| FIRST.iter().position(|key| *key == difference.key).unwrap_or(FIRST.len()));
    let name = LocalizedText::by(|lang| {
        let mut words = vec![preset.name().get(lang).to_owned()];
        words.extend(differing.iter().take(SHOWN).map(|difference| difference.words(lang)));
        if differing.len() > SHOWN {
            words.push(format!("+{}", differing.len() - SHOWN));
        }
        words.join(" · ")
    });
    (name, differing.len() > SHOWN)
}

/// The same with a number if one of `runs` is called so.
pub fn numbered(name: &LocalizedText, runs: &[RunInfo]) -> LocalizedText {
    let taken = |name: &LocalizedText| runs.iter().any(|run| Lang::ALL.iter().any(|lang| run.name(*lang) == name.get(*lang)));
    let with = |n| if n == 1 { name.clone() } else { with_number(name, n) };
    (1..).map(with).find(|name| !taken(name)).unwrap_or_default()
}

fn with_number(name: &LocalizedText, n: usize) -> LocalizedText {
    LocalizedText::by(|lang| format!("{} ({n})", name.get(lang)))
}
