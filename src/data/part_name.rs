//! Folder names as people write them: equal names, and names that mean a part of the split.

use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

use super::sample::Part;

/// The name as it is shown: without blanks around it, its accents spelled the usual way (NFC).
pub fn shown(name: &str) -> String {
    name.trim().nfc().collect()
}

/// What two names of the same folder have in common: blanks, capitals and the spelling of accents do not tell them apart.
pub fn key(name: &str) -> String {
    shown(name).to_lowercase().nfc().collect()
}

const TRAIN: [&str; 10] = [
    "train",
    "training",
    "trn",
    "learn",
    "learning", // French, without accents:
    "entrainement",
    "entrainements",
    "entrainer",
    "apprentissage",
    "apprendre",
];
const VALIDATION: [&str; 12] = [
    "val",
    "vali",
    "valid",
    "validation",
    "validating",
    "validate",
    "dev",
    "devel",
    "development",
    "eval",
    "evaluation",
    "tuning",
];
const TEST: [&str; 10] = ["test", "tests", "testing", "tst", "holdout", "heldout", "unseen", "essai", "essais", "tester"];

/// Words beside a part's name that say nothing more.
const DECORATIONS: [&str; 32] = [
    "dataset", "datasets", "data", "sets", "set", "subset", "images", "image", "imgs", "img", "pictures", "pics", "photos",
    "faces", "samples", "split", "folder", "part", "final", "the", // French:
    "donnees", "jeux", "jeu", "ensemble", "partie", "visages", "de", "du", "des", "la", "les", "pour",
];

/// The part that a folder's name means, with any decoration, in English or French: `1_train`, `valset`, `Jeu d’entraînement`.
pub fn part(name: &str) -> Option<Part> {
    let plain: String = name.nfd().filter(|c| !is_combining_mark(*c)).flat_map(char::to_lowercase).collect();
    let words = plain.split(|c: char| !c.is_alphabetic()).filter(|word| word.len() > 1 && !DECORATIONS.contains(word));
    let mut rest = words.collect::<String>();
    loop {
        for (known, part) in [(&TRAIN[..], Part::Train), (&VALIDATION, Part::Validation), (&TEST, Part::Test)] {
            if known.contains(&rest.as_str()) {
                return Some(part);
            }
        }
        // `trainset` and `datatest` are one word.
        let shorter = DECORATIONS[..20].iter().find_map(|word| rest.strip_suffix(word).or_else(|| rest.strip_prefix(word)));
        rest = shorter?.to_owned();
    }
}
