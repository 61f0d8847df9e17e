//! A thin line between rows.

use egui::{Ui, vec2};

use crate::ui::theme::Theme;

/// A thin line between rows.
pub fn separator(ui: &mut Ui) {
    let t = Theme::of(ui);
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), 1.0), egui::Sense::hover());
    ui.painter().rect_filled(rect, 0.0, t.grid);
}
