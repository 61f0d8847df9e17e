//! Any classes, each a folder of pictures.

use crate::text::{Lang, quoted};

pub(super) fn pictures(class: &str, lang: Lang) -> String {
    quoted(lang, class)
}
