//! Any classes, each a folder of pictures.

use crate::text::{Lang, quoted};

pub(super) fn pictures(class: &str, lang: Lang) -> String {
    quoted(lang, class)
}

/// `pictures of “cats” were called “dogs”`.
pub(super) fn called(classes: &[String], label: usize, predicted: usize, count: u32, lang: Lang) -> String {
    let (actual, called) = (&classes[label], &classes[predicted]);
    match lang {
        Lang::En => match count {
            1 => format!("picture of “{actual}” was called “{called}”"),
            _ => format!("pictures of “{actual}” were called “{called}”"),
        },
        Lang::Fr => {
            let s = if count < 2 { "" } else { "s" };
            let verb = if label == predicted { "reconnue" } else { "prise" };
            let link = if label == predicted { "comme" } else { "pour" };
            format!("image{s} de «\u{a0}{actual}\u{a0}» {verb}{s} {link} «\u{a0}{called}\u{a0}»")
        }
    }
}
