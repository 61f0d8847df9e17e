//! A path that is typed, with completion: where the system has no file dialogs, and for people who know their path.

use std::path::{MAIN_SEPARATOR, Path, PathBuf};

use egui::{
    Key, Modal, Modifiers, TextEdit, Ui,
    text::{CCursor, CCursorRange},
    vec2,
};

use super::{
    icon,
    theme::{self, Theme},
    widget::{
        button::{Button, icon_button},
        choice, notice,
    },
};
use crate::text::{Lang, Phrase, say};

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// A folder that is there.
    Folder,
    /// A folder to write into, which need not be there.
    NewFolder,
    /// A file that is there.
    File,
    /// A file to write.
    NewFile,
    /// A table to write, or to go on with.
    Table,
}

/// A name in a folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    pub name: String,
    pub is_folder: bool,
}

/// What is at a path.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum There {
    #[default]
    Nothing,
    Folder,
    File,
    /// Neither: a pipe, a device.
    Other,
}

/// What a look at the disk found for the text as it was then.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Listing {
    pub text: String,
    /// What the whole text names.
    pub there: There,
    /// Whether the folder above it is there.
    pub above: bool,
    /// What can complete the text's last part, folders first.
    pub entries: Vec<Entry>,
}

/// The field with what is known about its text.
#[derive(Clone, Debug)]
pub struct PathField {
    pub title: Phrase,
    pub wanted: Wanted,
    /// That this takes the place of a dialog that could not open.
    pub instead: bool,
    pub text: String,
    listing: Listing,
    /// The text that was asked about last.
    asked: Option<String>,
    /// The line of the list that Tab and Enter take.
    chosen: Option<usize>,
    /// Whether it was drawn: what is proposed is selected at first, so that typing or pasting replaces it.
    drawn: bool,
    /// Whether Enter was pressed before the disk had answered.
    entered: bool,
}

/// What the user decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PathAnswer {
    Stay,
    Cancel,
    Take(PathBuf),
}

impl PathField {
    /// A field that holds `text`; `instead` says that it stands in for the system's dialog.
    pub fn new(title: Phrase, wanted: Wanted, text: String, instead: bool) -> Self {
        Self {
            title,
            wanted,
            instead,
            text,
            listing: Listing::default(),
            asked: None,
            chosen: None,
            drawn: false,
            entered: false,
        }
    }

    /// The text to look up on the disk, if it is another than the last.
    pub fn asks(&mut self) -> Option<String> {
        (self.asked.as_ref() != Some(&self.text)).then(|| {
            self.asked = Some(self.text.clone());
            self.text.clone()
        })
    }

    /// Takes in what was found; what is about an older text is dropped.
    pub fn found(&mut self, listing: Listing) {
        if listing.text == self.text {
            // The line that was chosen meanwhile stays so where the lines are the same.
            if listing.entries != self.listing.entries {
                self.chosen = None;
            }
            self.listing = listing;
        }
    }

    /// Puts an entry in the place of the text's last part.
    fn complete(&mut self, index: usize) {
        let Some(entry) = self.listing.entries.get(index) else { return };
        let kept = self.text.rfind(is_separator).map_or(0, |at| at + 1);
        self.text.truncate(kept);
        self.text += &entry.name;
        if entry.is_folder {
            self.text.push(MAIN_SEPARATOR);
        }
    }

    /// As far as all entries agree; with a single one, all of it.
    fn complete_common(&mut self) {
        let [first, rest @ ..] = self.listing.entries.as_slice() else { return };
        if rest.is_empty() {
            return self.complete(0);
        }
        let agree = |at: usize, c: char| rest.iter().all(|entry| entry.name.chars().nth(at) == Some(c));
        let common: String = first.name.chars().enumerate().take_while(|(at, c)| agree(*at, *c)).map(|(_, c)| c).collect();
        let kept = self.text.rfind(is_separator).map_or(0, |at| at + 1);
        if common.len() > self.text.len() - kept {
            self.text.truncate(kept);
            self.text += &common;
        }
    }

    /// Chooses the entry below or above the one that is chosen.
    fn step(&mut self, down: bool, up: bool) {
        match (self.chosen, self.listing.entries.len().checked_sub(1)) {
            (None, Some(_)) if down => self.chosen = Some(0),
            (Some(at), Some(last)) if down => self.chosen = Some((at + 1).min(last)),
            (Some(0), _) if up => self.chosen = None,
            (Some(at), _) if up => self.chosen = Some(at - 1),
            _ => {}
        }
    }

    /// Whether the path can be taken, and what will happen or what is in the way.
    fn verdict(&self) -> (bool, Phrase) {
        if self.text.trim().is_empty() || self.listing.text != self.text {
            return (false, say("Type a path; Tab completes it", "Tapez un chemin ; Tab le complète"));
        }
        match (self.wanted, self.listing.there) {
            (Wanted::Folder, There::Folder) => (true, say("This folder exists", "Ce dossier existe")),
            (Wanted::Folder, There::Nothing) => (false, say("There is no such folder", "Ce dossier n’existe pas")),
            (Wanted::Folder | Wanted::NewFolder, There::File) => {
                (false, say("This is a file, not a folder", "C’est un fichier, pas un dossier"))
            }
            (Wanted::NewFolder, There::Folder) => (true, say("Into this folder", "Dans ce dossier")),
            (Wanted::NewFolder, There::Nothing) if self.listing.above => {
                (true, say("A new folder will be created", "Un nouveau dossier sera créé"))
            }
            (Wanted::File, There::File) => (true, say("This file exists", "Ce fichier existe")),
            (Wanted::File, There::Nothing) => (false, say("There is no such file", "Ce fichier n’existe pas")),
            (Wanted::File | Wanted::NewFile | Wanted::Table, There::Folder) => (
                false,
                say("This is a folder: go on with the file’s name", "C’est un dossier : continuez avec le nom du fichier"),
            ),
            (Wanted::NewFile, There::File) => {
                (true, say("This file exists and will be replaced", "Ce fichier existe et sera remplacé"))
            }
            (Wanted::Table, There::File) => (
                true,
                say(
                    "This file exists: if it is this table, it is resumed; anything else is replaced only if you say so",
                    "Ce fichier existe : si c’est ce tableau, il est repris ; tout autre n’est remplacé que si vous le dites",
                ),
            ),
            (Wanted::NewFile | Wanted::Table, There::Nothing) if self.listing.above => {
                (true, say("A new file will be written", "Un nouveau fichier sera écrit"))
            }
            (_, There::Nothing) => (false, say("Its folder does not exist", "Son dossier n’existe pas")),
            (_, There::Other) => (false, say("This is neither a file nor a folder", "Ce n’est ni un fichier, ni un dossier")),
        }
    }

    fn verb(&self) -> Phrase {
        match (self.wanted, self.listing.there) {
            (Wanted::NewFile, There::File) => say("Replace", "Remplacer"),
            (Wanted::Table, There::File) => say("Take this file", "Prendre ce fichier"),
            (Wanted::NewFile | Wanted::NewFolder | Wanted::Table, _) => say("Save here", "Enregistrer ici"),
            (Wanted::Folder | Wanted::File, _) => say("Open", "Ouvrir"),
        }
    }
}

/// A separator of this system; `/` is one everywhere.
pub fn is_separator(c: char) -> bool {
    c == '/' || c == MAIN_SEPARATOR
}

/// The path that a text means: `~` is the home folder, blanks and quotes around it are of whoever copied it.
pub fn path_of(text: &str, home: Option<&Path>) -> PathBuf {
    let text = text.trim().trim_matches(['"', '\'']);
    match (text.strip_prefix('~'), home) {
        (Some(""), Some(home)) => home.to_owned(),
        (Some(rest), Some(home)) if rest.starts_with(is_separator) => home.join(rest.trim_start_matches(is_separator)),
        _ => PathBuf::from(text),
    }
}

/// The text, which always has the keyboard; the first time all of it is selected.
fn text_field(ui: &mut Ui, lang: Lang, field: &mut PathField) -> egui::Response {
    let edit = TextEdit::singleline(&mut field.text)
        .hint_text(say("~/pictures", "~/images").get(lang))
        .font(theme::regular(theme::size::BODY + 1.0))
        .desired_width(f32::INFINITY)
        .margin(vec2(10.0, 9.0))
        .lock_focus(true);
    let edit = ui.add(edit);
    let named = say("Path", "Chemin").get(lang);
    edit.widget_info(|| egui::WidgetInfo::labeled(egui::Role::TextInput, true, named));
    edit.request_focus();
    if !std::mem::replace(&mut field.drawn, true) {
        let mut state = TextEdit::load_state(ui.ctx(), edit.id).unwrap_or_default();
        let end = CCursor::new(field.text.chars().count());
        state.cursor.set_char_range(Some(CCursorRange::two(CCursor::new(0), end)));
        state.store(ui.ctx(), edit.id);
        ui.ctx().request_repaint();
    }
    edit
}

/// Draws the field over everything. `home` is what `~` means.
pub fn show(ui: &mut Ui, lang: Lang, field: &mut PathField, home: Option<&Path>) -> PathAnswer {
    let t = Theme::of(ui);
    let frame = egui::Frame::new()
        .fill(t.surface)
        .stroke(t.border())
        .corner_radius(theme::RADIUS_CARD)
        .inner_margin(20)
        .shadow(ui.visuals().window_shadow);
    let room = ui.ctx().content_rect().size();
    // Before the field, which would take them: Esc to give up the keyboard, the arrows to move its cursor.
    let pressed = |key| ui.input_mut(|i| i.consume_key(Modifiers::NONE, key));
    let [escape, tab, down, up] = [Key::Escape, Key::Tab, Key::ArrowDown, Key::ArrowUp].map(pressed);
    let enter = ui.input(|i| i.key_pressed(Key::Enter));
    let mut answer = if escape { PathAnswer::Cancel } else { PathAnswer::Stay };
    let modal = Modal::new(egui::Id::unique("path dialog")).frame(frame).show(ui.ctx(), |ui| {
        ui.set_width(640.0_f32.min(room.x - 60.0).max(40.0));
        ui.horizontal(|ui| {
            ui.label(theme::strong(field.title.get(lang)).size(18.0).color(t.text));
            ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                if icon_button(ui, icon::X, say("Close", "Fermer").get(lang)).clicked() {
                    answer = PathAnswer::Cancel;
                }
            });
        });
        if field.instead {
            let text = say(
                "This system offers no file dialogs (no desktop portal, no zenity), so the path is typed here",
                "Ce système n’offre pas de fenêtre de fichiers (ni portail de bureau, ni zenity) : le chemin se tape ici",
            );
            notice::note(ui, icon::INFO, t.text2, text.get(lang));
        }
        ui.add_space(4.0);
        let edit = text_field(ui, lang, field);
        if edit.changed() {
            field.entered = false;
        }
        let known = field.listing.text == field.text;
        field.entered |= enter && !known && field.chosen.is_none();
        let before = field.text.clone();
        field.step(down, up);
        if tab {
            match field.chosen {
                Some(at) => field.complete(at),
                None => field.complete_common(),
            }
        }
        if let Some(at) = list(ui, field, down || up) {
            field.complete(at);
        }
        let (fits, words) = field.verdict();
        ui.add_space(6.0);
        ui.horizontal(|ui| {
            ui.label(theme::cell(words.get(lang)).color(if fits || !known { t.text2 } else { t.validation }));
            ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                let take = ui.add(Button::primary(field.verb().get(lang)).enabled(fits));
                let entered = known && std::mem::take(&mut field.entered);
                if take.clicked() || ((enter || entered) && fits && field.chosen.is_none()) {
                    answer = PathAnswer::Take(path_of(&field.text, home));
                }
                if ui.add(Button::quiet(say("Cancel", "Annuler").get(lang))).clicked() {
                    answer = PathAnswer::Cancel;
                }
            });
        });
        if enter && let Some(at) = field.chosen.take() {
            field.complete(at);
        }
        if field.text != before {
            // What was completed is typed on at its end.
            let end = CCursorRange::one(CCursor::new(field.text.chars().count()));
            if let Some(mut state) = TextEdit::load_state(ui.ctx(), edit.id) {
                state.cursor.set_char_range(Some(end));
                state.store(ui.ctx(), edit.id);
            }
            ui.ctx().request_repaint();
        }
    });
    if answer == PathAnswer::Stay && modal.should_close() { PathAnswer::Cancel } else { answer }
}

/// What can complete the text; gives the line that was clicked.
fn list(ui: &mut Ui, field: &PathField, moved: bool) -> Option<usize> {
    let height = (ui.ctx().content_rect().height() - 330.0).clamp(60.0, 260.0);
    let mut clicked = None;
    ui.add_space(6.0);
    egui::ScrollArea::vertical().min_scrolled_height(height).max_height(height).show(ui, |ui| {
        ui.set_min_size(vec2(ui.available_width(), height));
        ui.spacing_mut().item_spacing.y = 0.0;
        for (index, entry) in field.listing.entries.iter().enumerate() {
            let symbol = if entry.is_folder { icon::FOLDER_OPEN } else { icon::FILE_TEXT };
            let on = field.chosen == Some(index);
            let line = choice::menu_line(ui, Some(symbol), &entry.name, "", on);
            if on && moved {
                line.scroll_to_me(None);
            }
            if line.clicked() {
                clicked = Some(index);
            }
        }
    });
    clicked
}
