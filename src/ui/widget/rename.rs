//! A name or a note that is changed where it stands.

use egui::{
    Align, Area, Frame, Id, Key, KeyboardShortcut, Layout, Modifiers, Order, Rect, Response, Role, TextEdit, Ui, UiBuilder,
    WidgetInfo, vec2,
};

use crate::ui::theme::{RADIUS_FIELD, Theme};

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
        let renamed = self.followed(ui, &field)?;
        Some(if renamed == Renamed::To(String::new()) { Renamed::Kept } else { renamed })
    }

    /// The same of a note, which may have several lines and then reaches over what is below it, or none: Shift+Enter begins another.
    pub fn show_note(&mut self, ui: &Ui, rect: Rect, label: &str, hint: &str) -> Option<Renamed> {
        /// Beyond these it scrolls with the cursor.
        const LINES: usize = 6;
        let (t, id) = (Theme::of(ui), Id::unique(("note", &self.of)));
        let another = KeyboardShortcut::new(Modifiers::SHIFT, Key::Enter);
        let area = Area::new(id.with("over what is below")).order(Order::Foreground).fixed_pos(rect.min).constrain(true);
        let shown = area.show(ui.ctx(), |ui| {
            Frame::new().fill(t.surface).corner_radius(RADIUS_FIELD).show(ui, |ui| {
                let rows = self.text.lines().count().clamp(1, LINES);
                let edit = TextEdit::multiline(&mut self.text).id(id).desired_rows(rows).return_key(another);
                let field = ui.add(edit.hint_text(hint).margin(vec2(6.0, 3.0)).desired_width(rect.width() - 12.0));
                field.widget_info(|| WidgetInfo::labeled(Role::MultilineTextInput, true, label));
                if field.has_focus() && ui.input(|i| i.key_pressed(Key::Enter) && !i.modifiers.any()) {
                    return Some(self.changed());
                }
                self.followed(ui, &field)
            })
        });
        shown.inner.inner
    }

    /// Gives the field the keyboard first, then what became of it once that is gone.
    fn followed(&mut self, ui: &Ui, field: &Response) -> Option<Renamed> {
        if !self.begun {
            field.request_focus();
            self.begun = true;
            return None;
        }
        if !field.lost_focus() {
            // Something else has taken the keyboard without the field's knowing.
            return (!field.has_focus()).then_some(Renamed::Kept);
        }
        Some(if ui.input(|i| i.key_pressed(Key::Escape)) { Renamed::Kept } else { self.changed() })
    }

    fn changed(&self) -> Renamed {
        let text = self.text.trim();
        if text == self.before.trim() { Renamed::Kept } else { Renamed::To(text.to_owned()) }
    }
}
