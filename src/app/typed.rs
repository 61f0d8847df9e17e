//! A path that is typed in the window.

use egui::Ui;

use super::{App, question::FileDialogRequest};
use crate::ui::path_dialog::{self, Listing, PathAnswer, PathField};

/// A question with the field that is to answer it.
pub(super) struct Typed {
    question: FileDialogRequest,
    field: PathField,
}

impl App {
    /// Asks by a field of our own, since the system's dialog did not come.
    pub(super) fn type_instead(&mut self, question: FileDialogRequest) {
        self.begin_typing(question, true);
    }

    /// Takes in what a typed path names.
    pub(super) fn found(&mut self, listing: Listing) {
        if let Some(typed) = &mut self.typed {
            typed.field.found(listing);
        }
    }

    /// Draws the field over the page, if a path is asked for, and goes on with what was typed.
    pub(super) fn ask_path(&mut self, ui: &mut Ui) {
        self.tasks.typing = self.preferences.type_paths;
        if let Some((question, instead)) = self.tasks.question() {
            self.begin_typing(question, instead);
        }
        let Some(typed) = &mut self.typed else { return };
        if let Some(text) = typed.field.asks() {
            self.tasks.look_up(text, typed.field.wanted);
        }
        match path_dialog::show(ui, self.preferences.lang, &mut typed.field, dirs::home_dir().as_deref()) {
            PathAnswer::Stay => {}
            PathAnswer::Cancel => self.typed = None,
            PathAnswer::Take(path) => {
                if let Some(Typed { question, field }) = self.typed.take()
                    && let Some(fetched) = self.tasks.typed(&question, vec![path], field.instead)
                {
                    self.take(fetched);
                }
                ui.request_repaint();
            }
        }
    }

    fn begin_typing(&mut self, question: FileDialogRequest, instead: bool) {
        // Said once: who has read it knows.
        let instead = instead && !std::mem::replace(&mut self.told_of_typing, true);
        let field = PathField::new(question.title, question.wanted, question.text(), instead);
        self.typed = Some(Typed { question, field });
    }
}
