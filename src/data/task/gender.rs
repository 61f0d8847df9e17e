//! Gender as labelled: the notebook's question.

use crate::{
    data::part_name,
    text::{Phrase, say},
};

/// The classes, as Keras sorts their folders.
pub const GENDERS: [&str; 2] = ["female", "male"];

pub(super) const fn name(class: usize) -> Phrase {
    if class == 0 { say("female", "femme") } else { say("male", "homme") }
}

pub(super) const fn people(class: usize) -> Phrase {
    if class == 0 { say("women", "femmes") } else { say("men", "hommes") }
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
