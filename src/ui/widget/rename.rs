//! A name that is changed where it stands.

use egui::{Align, Id, Key, Layout, Rect, Role, TextEdit, Ui, UiBuilder, WidgetInfo, vec2};

/// A name that is being changed.
#[derive(Clone, Debug)]
pub struct Rename {
    /// Whose it is, by id.
    pub of: String,
    before: String,
    text: String,
    /// Whether the field has got the keyboard.
    begun: bool,
}

/// What became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Renamed {
    /// It stays as it was.
    Kept,
    To(String),
}

impl Rename {
    /// Begins to change the name of what has this id.
    pub fn new(of: &str, name: &str) -> Self {
        Self { of: of.to_owned(), before: name.to_owned(), text: name.to_owned(), begun: false }
    }

    /// Draws the field over `rect`. Enter and leaving it take the name, Escape leaves it as it was.
    pub fn show(&mut self, ui: &mut Ui, rect: Rect, label: &str) -> Option<Renamed> {
        let id = Id::unique(("rename", &self.of));
        // A child of its own, since a scope would move the cursor of what it stands in.
        let builder = UiBuilder::new().id_salt(("rename", &self.of)).max_rect(rect).layout(Layout::left_to_right(Align::Center));
        let ui = &mut ui.new_child(builder);
        let edit = TextEdit::singleline(&mut self.text).id(id).margin(vec2(6.0, 3.0)).desired_width(rect.width() - 12.0);
        let field = ui.add(edit);
        field.widget_info(|| WidgetInfo::labeled(Role::TextInput, true, label));
        if !self.begun {
            field.request_focus();
            self.begun = true;
            return None;
        }
        if !field.lost_focus() {
            // Something else has taken the keyboard without the field's knowing.
            return (!field.has_focus()).then_some(Renamed::Kept);
        }
        let name = self.text.trim();
        let kept = name.is_empty() || name == self.before || ui.input(|i| i.key_pressed(Key::Escape));
        Some(if kept { Renamed::Kept } else { Renamed::To(name.to_owned()) })
    }
}
