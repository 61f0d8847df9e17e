//! A number for each class: a field behind each name, found by name where there are many.

use std::ops::RangeInclusive;

use egui::{Align, Layout, Role, TextEdit, Ui, WidgetInfo, vec2};

use super::{
    button::link,
    field::{self, Look},
    fitted::fitted,
    scroll,
};
use crate::{
    setting_def::Scale,
    text::{Lang, say},
    ui::theme::{self, Theme, size},
};

/// Classes from which on they can be sought by name.
pub const SOUGHT_FROM: usize = 12;
/// Height of a line, and lines that are seen at once.
const ROW: f32 = 32.0;
const SEEN: usize = 8;

/// The fields of a setting.
pub struct Fields<'a> {
    /// What the setting is called.
    pub name: &'a str,
    /// In the order of the numbers.
    pub classes: &'a [String],
    pub range: RangeInclusive<f64>,
}

impl Fields<'_> {
    /// Draws them. Where every number is 1, there is none.
    pub fn show(&self, ui: &mut Ui, lang: Lang, numbers: &mut Vec<f64>) {
        let t = Theme::of(ui);
        if self.classes.is_empty() {
            let text =
                say("Open a data set: each of its classes has a field here", "Ouvrez des données : chaque classe a un champ ici");
            ui.add(egui::Label::new(theme::caption(text.get(lang)).color(t.text3)).wrap());
            return;
        }
        // Which of them is whose, nobody knows: the plan says so below.
        if !numbers.is_empty() && numbers.len() != self.classes.len() {
            if link(ui, say("Set all to 1", "Tout mettre à 1").get(lang)).clicked() {
                numbers.clear();
            }
            return;
        }
        let wanted = if self.classes.len() >= SOUGHT_FROM { sought(ui, lang) } else { String::new() };
        let shown: Vec<usize> =
            (0..self.classes.len()).filter(|class| self.classes[*class].to_lowercase().contains(&wanted)).collect();
        let mut each = numbers.clone();
        each.resize(self.classes.len(), 1.0);
        ui.allocate_ui(vec2(ui.available_width(), ROW * shown.len().clamp(1, SEEN) as f32), |ui| {
            scroll::list(ui, |ui| {
                ui.spacing_mut().item_spacing.y = 0.0;
                for class in &shown {
                    self.line(ui, lang, &self.classes[*class], &mut each[*class]);
                }
                if shown.is_empty() {
                    let text = say("No class has this name", "Aucune classe ne porte ce nom").get(lang);
                    ui.label(theme::caption(text).color(t.text3));
                }
            });
        });
        if each.iter().all(|number| *number == 1.0) {
            each.clear();
        }
        *numbers = each;
    }

    /// A class and its number.
    fn line(&self, ui: &mut Ui, lang: Lang, class: &str, number: &mut f64) {
        let t = Theme::of(ui);
        let room = vec2((ui.available_width() - 8.0).max(0.0), ROW);
        ui.allocate_ui_with_layout(room, Layout::right_to_left(Align::Center), |ui| {
            let name = format!("{}, {class}", self.name);
            field::number(ui, lang, Look { name: &name, unit: "", width: 76.0 }, number, self.range.clone(), Scale::Log);
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                let galley = fitted(ui, class, theme::regular(size::TABLE), t.text2, ui.available_width() - 8.0);
                let cut = galley.elided;
                let label = ui.label(galley);
                if cut {
                    label.on_hover_text(class);
                }
            });
        });
    }
}

/// A field to seek classes by name; gives what is sought, in small letters.
fn sought(ui: &mut Ui, lang: Lang) -> String {
    let id = ui.make_persistent_id("sought class");
    let mut text: String = ui.data_mut(|data| data.get_temp(id)).unwrap_or_default();
    let name = say("Find a class", "Chercher une classe").get(lang);
    let field = ui.add(TextEdit::singleline(&mut text).hint_text(name).desired_width(f32::INFINITY).margin(vec2(8.0, 5.0)));
    field.widget_info(|| WidgetInfo::labeled(Role::TextInput, true, name));
    if field.changed() {
        ui.data_mut(|data| data.insert_temp(id, text.clone()));
    }
    text.trim().to_lowercase()
}
