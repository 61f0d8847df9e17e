//! The age that UTKFace's names record, as a value in years.
//!
//! Its classes are the years themselves, so that the label of a picture is its age, and whatever counts pictures by label
//! counts them by year.

use super::super::name::OLDEST;
use crate::text::{Lang, Phrase, say};

/// The unit of labels and answers, after a number.
pub const UNIT: Phrase = say("years", "ans");

/// The years that a picture can be labeled with, as files have them.
pub(super) fn years() -> Vec<String> {
    (0..=OLDEST).map(|year| year.to_string()).collect()
}

/// The label of an age.
pub(super) fn class(age: u16) -> Option<u8> {
    (age <= OLDEST).then_some(age as u8)
}

/// `34 years`, `1 year`.
pub(super) fn name(year: usize, lang: Lang) -> String {
    match lang {
        Lang::En if year == 1 => "1 year".to_owned(),
        Lang::En => format!("{year} years"),
        Lang::Fr if year < 2 => format!("{year}\u{a0}an"),
        Lang::Fr => format!("{year}\u{a0}ans"),
    }
}

/// `people aged 34`.
pub(super) fn people(year: usize, lang: Lang) -> String {
    match lang {
        Lang::En => format!("people aged {year}"),
        Lang::Fr => format!("personnes de {}", name(year, lang)),
    }
}
