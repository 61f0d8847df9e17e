//! Gender as labelled: the notebook's question.

use crate::{
    data::part_name,
    text::{Lang, Phrase, say},
};

/// The classes, as Keras sorts their folders.
pub const GENDERS: [&str; 2] = ["female", "male"];

pub(super) const fn name(class: usize) -> Phrase {
    if class == 0 { say("female", "femme") } else { say("male", "homme") }
}

pub(super) const fn people(class: usize) -> Phrase {
    if class == 0 { say("women", "femmes") } else { say("men", "hommes") }
}

/// `women were called men`; in French the participles agree.
pub(super) fn called(label: usize, predicted: usize, count: u32, lang: Lang) -> String {
    match lang {
        Lang::En => match count {
            1 => format!("{} was called a {}", ["woman", "man"][label], ["woman", "man"][predicted]),
            _ => format!("{} were called {}", ["women", "men"][label], ["women", "men"][predicted]),
        },
        Lang::Fr => {
            let s = if count < 2 { "" } else { "s" };
            let (who, e) = [(format!("femme{s}"), "e"), (format!("homme{s}"), "")][label].clone();
            match (label == predicted, count < 2) {
                (true, true) => format!("{who} reconnu{e} comme tel{}", if label == 0 { "le" } else { "" }),
                (true, false) => format!("{who} reconnu{e}s comme tel{}", if label == 0 { "les" } else { "s" }),
                (false, true) => format!("{who} pris{e} pour un{}", ["e femme", " homme"][predicted]),
                (false, false) => {
                    format!("{who} pris{e}{} pour des {}", if label == 0 { "s" } else { "" }, ["femmes", "hommes"][predicted])
                }
            }
        }
    }
}

/// The class that a folder's name means.
pub fn of_folder(folder: &str) -> Option<u8> {
    const FEMALE: [&str; 12] =
        ["female", "females", "woman", "women", "girl", "girls", "f", "femme", "femmes", "fille", "filles", "w"];
    const MALE: [&str; 11] = ["male", "males", "man", "men", "boy", "boys", "m", "homme", "hommes", "garçon", "garçons"];
    let key = part_name::key(folder);
    match () {
        () if FEMALE.contains(&key.as_str()) => Some(0),
        () if MALE.contains(&key.as_str()) => Some(1),
        () => None,
    }
}
