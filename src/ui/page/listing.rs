//! What lists of pictures have in common: a search by file name, what is said where filters leave none, and paths for the
//! clipboard.

use std::path::{Path, PathBuf};

use egui::{Margin, Rect, Role, TextEdit, Ui, Vec2, WidgetInfo, vec2};

use crate::{
    data::face_file,
    text::{Lang, capital, plural, quoted, say},
    ui::{icon, theme::Theme},
};

/// Whether a file's path contains a text, which is in small letters.
pub fn contains(file: &Path, wanted: &str) -> bool {
    if wanted.is_empty() {
        return true;
    }
    match file.to_str() {
        // Asked of every picture of a data set: without a copy as a rule.
        Some(path) if wanted.is_ascii() => {
            path.as_bytes().windows(wanted.len()).any(|part| part.eq_ignore_ascii_case(wanted.as_bytes()))
        }
        _ => file.to_string_lossy().to_lowercase().contains(wanted),
    }
}

/// A field that seeks by file name.
pub fn search(ui: &mut Ui, lang: Lang, sought: &mut String, width: f32) {
    let name = say("Search by file name", "Chercher par nom de fichier").get(lang);
    let field = TextEdit::singleline(sought).hint_text(say("File name", "Nom de fichier").get(lang)).desired_width(width - 34.0);
    let field = ui.add(field.margin(Margin { left: 26, right: 8, top: 4, bottom: 4 }));
    let place = Rect::from_center_size(field.rect.left_center() + vec2(14.0, 0.0), Vec2::splat(14.0));
    icon::SEARCH.paint(ui.painter(), place, 13.0, Theme::of(ui).text3);
    field.widget_info(|| WidgetInfo::labeled(Role::TextInput, true, name));
    field.on_hover_text(name);
}

/// A filter that is on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filtering {
    /// What it is called in a sentence.
    name: String,
    /// How many pictures there would be without it.
    without: usize,
}

impl Filtering {
    /// One that is called so where it is chosen.
    pub fn named(lang: Lang, name: &str, without: usize) -> Self {
        Self { name: quoted(lang, name), without }
    }

    /// The search by file name.
    pub fn sought(lang: Lang, sought: &str, without: usize) -> Self {
        Self { name: format!("{} {}", say("the search", "la recherche").get(lang), quoted(lang, sought)), without }
    }
}

/// Which of the filters hide everything: each without which there would be some, or else all of them together. Nothing if none
/// is on.
pub fn hidden_by(lang: Lang, filters: &[Filtering]) -> String {
    let alone = filters.iter().filter(|filter| filter.without > 0).map(|Filtering { name, without }| {
        let pictures = plural(lang, *without as u64, say("picture", "image"), say("pictures", "images"));
        match lang {
            Lang::En => format!("without {name}: {pictures}"),
            Lang::Fr => format!("sans {name}\u{a0}: {pictures}"),
        }
    });
    let alone = alone.collect::<Vec<_>>().join(" · ");
    match (alone.is_empty(), filters) {
        (false, _) => capital(&alone),
        (true, []) => String::new(),
        (true, filters) => {
            let names = filters.iter().map(|filter| filter.name.as_str()).collect::<Vec<_>>().join(", ");
            match lang {
                Lang::En => format!("Hidden by these filters together: {names}"),
                Lang::Fr => format!("Masquées par ces filtres ensemble\u{a0}: {names}"),
            }
        }
    }
}

/// Paths as lines, absolute where the pictures are in a folder.
pub fn paths(folder: Option<&Path>, files: &[PathBuf]) -> String {
    let whole = |file: &PathBuf| folder.map_or_else(|| file.clone(), |folder| folder.join(face_file::photo(file)));
    files.iter().map(|file| whole(file).display().to_string()).collect::<Vec<_>>().join("\n")
}
