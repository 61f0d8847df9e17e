//! How the hair of the sample faces lies: a question of more than two classes that needs no pictures of anybody.

use crate::text::{Lang, Phrase, quoted, say};

/// The classes, as files have them.
pub const HAIRSTYLES: [&str; 4] = ["close-cut", "curls", "parted", "shaved"];

const NAMES: [Phrase; 4] = [say("close-cut", "ras"), say("curls", "boucles"), say("parted", "raie"), say("shaved", "rasé")];

/// A class's name; one that is not among those of now is as it is.
pub(super) fn name(class: &str, lang: Lang) -> String {
    HAIRSTYLES.iter().position(|other| *other == class).map_or_else(|| class.to_owned(), |at| NAMES[at].get(lang).to_owned())
}

/// `drawings with “curls”`.
pub(super) fn drawings(class: &str, lang: Lang) -> String {
    let name = quoted(lang, name(class, lang));
    match lang {
        Lang::En => format!("drawings with {name}"),
        Lang::Fr => format!("dessins {name}"),
    }
}
