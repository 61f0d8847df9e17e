//! What a run is called at its start: the recipe that it is nearest to, and what matters most of what differs from it; and
//! what files about it are called.

use super::RunInfo;
use crate::{
    data::sample::Source,
    preset::{Preset, differences},
    settings::{Settings, images::ImageOption},
    text::{Lang, LocalizedText, say},
};

/// How many differences a name holds at most.
const SHOWN: usize = 2;

/// Letters beyond which a name gets no further difference.
const LONG: usize = 42;

/// What is named before all others.
const FIRST: [&str; 4] = ["train.epochs", "images.side", NO_AUGMENTATION, "seed"];

/// Stands for all augmentations of a recipe that are switched off.
const NO_AUGMENTATION: &str = "augment";

/// `Quick · 3 epochs`, `Recommended · 160 px`, `Notebook · no augmentation · +2`.
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
    let beside = preset.settings_beside(settings);
    // What has no effect with the other options says nothing of the run. Recipes are for pictures of any size, so that another
    // than the usual one differs from none of them.
    let mut differing: Vec<(String, LocalizedText)> = differences(&beside, settings)
        .iter()
        .filter(|difference| difference.is_of_values())
        .map(|difference| (difference.key.clone(), LocalizedText::by(|lang| difference.words(lang))))
        .collect();
    let shape = settings.augment.shape();
    let images = ImageOption::ALL.into_iter().filter(|option| !option.is_default(shape));
    differing.extend(images.map(|option| (option.key().to_owned(), LocalizedText::by(|lang| option.shown(shape, lang)))));
    if augments(&beside) && !augments(settings) {
        differing.retain(|(key, _)| !key.starts_with("augment."));
        differing.push((NO_AUGMENTATION.to_owned(), say("no augmentation", "sans augmentation").into()));
    }
    differing.sort_by_key(|(key, _)| FIRST.iter().position(|first| first == key).unwrap_or(FIRST.len()));
    let written = |lang| {
        let mut name = preset.short().get(lang).to_owned();
        let mut named = 0;
        for (_, words) in differing.iter().take(SHOWN) {
            let longer = format!("{name} · {}", words.get(lang));
            if named > 0 && longer.chars().count() > LONG {
                break;
            }
            (name, named) = (longer, named + 1);
        }
        if differing.len() > named {
            name += &format!(" · +{}", differing.len() - named);
        }
        (name, named)
    };
    (LocalizedText::by(|lang| written(lang).0), Lang::ALL.iter().any(|lang| written(*lang).1 < differing.len()))
}

/// Whether pictures are changed at random.
fn augments(settings: &Settings) -> bool {
    settings.augment.flip || settings.augment.on_count() > 0
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

impl RunInfo {
    /// A name for a file or folder about it, without an ending, by its name and its data: `quick-3-epochs-utkface-report`.
    pub fn file_name(&self, what: &str, lang: Lang) -> String {
        format!("{}-{what}", self.file_stem(lang))
    }

    /// What such names begin with: `quick-3-epochs-utkface`.
    pub fn file_stem(&self, lang: Lang) -> String {
        let stem = joined(&[self.name(lang), self.source.name().get(lang)]);
        if stem.is_empty() { self.id.clone() } else { stem }
    }
}

/// The same about pictures of no run: `utkface-pictures`.
pub fn file_name_of(source: &Source, what: &str, lang: Lang) -> String {
    let stem = joined(&[source.name().get(lang)]);
    if stem.is_empty() { what.to_owned() } else { format!("{stem}-{what}") }
}

/// Some words as the beginning of a file's name.
fn joined(words: &[&str]) -> String {
    /// Letters of each part; file systems end at 255 bytes.
    const LONGEST: usize = 48;
    let parts = words.iter().map(|words| plain(words));
    let parts = parts.map(|part| part.chars().take(LONGEST).collect::<String>().trim_end_matches('-').to_owned());
    parts.filter(|part| !part.is_empty()).collect::<Vec<_>>().join("-")
}

/// `text` in small letters and digits with hyphens between, which any system takes as a file's name.
fn plain(text: &str) -> String {
    let mut plain = String::new();
    for letter in text.to_lowercase().chars() {
        match letter {
            'à' | 'â' | 'ä' => plain.push('a'),
            'ç' => plain.push('c'),
            'è' | 'é' | 'ê' | 'ë' => plain.push('e'),
            'î' | 'ï' => plain.push('i'),
            'ô' | 'ö' => plain.push('o'),
            'ù' | 'û' | 'ü' => plain.push('u'),
            'æ' => plain.push_str("ae"),
            'œ' => plain.push_str("oe"),
            letter if letter.is_alphanumeric() => plain.push(letter),
            _ if !plain.is_empty() && !plain.ends_with('-') => plain.push('-'),
            _ => {}
        }
    }
    plain.trim_end_matches('-').to_owned()
}
