//! Rows that fill the height there is, and scroll where it is too little.

use egui::{Align, Layout, Rect, Ui, UiBuilder, pos2, vec2};

use super::scroll;
use crate::ui::theme;

/// One row of a page.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Row {
    /// Height in points below which the page scrolls instead.
    pub least: f32,
    /// Its part of the height that is left over; 0 keeps it at its least.
    pub grow: f32,
}

/// A row that keeps its height.
pub const fn fixed(height: f32) -> Row {
    Row { least: height, grow: 0.0 }
}

/// A row that takes `grow` parts of the height that is left over.
pub const fn growing(least: f32, grow: f32) -> Row {
    Row { least, grow }
}

/// Draws `rows` one below the other on the gutter; `draw` is given the row's number and height. A row that turns out
/// higher moves those below it.
pub fn stack(ui: &mut Ui, rows: &[Row], mut draw: impl FnMut(usize, &mut Ui, f32)) {
    let heights = heights(rows, ui.available_height());
    let total: f32 = heights.iter().sum::<f32>() + theme::GUTTER * rows.len().saturating_sub(1) as f32;
    let mut all = |ui: &mut Ui| {
        let top = ui.cursor().min;
        let width = ui.available_width();
        let mut y = top.y;
        for (index, &height) in heights.iter().enumerate() {
            let rect = Rect::from_min_size(pos2(top.x, y), vec2(width, height));
            let builder = UiBuilder::new().id_salt(("row", index)).max_rect(rect).layout(Layout::top_down(Align::Min));
            let bottom = ui.scope_builder(builder, |ui| {
                ui.spacing_mut().item_spacing.y = theme::GUTTER;
                draw(index, ui, height);
                ui.min_rect().bottom()
            });
            let bottom = bottom.inner;
            y = (y + height).max(bottom) + theme::GUTTER;
        }
        ui.advance_cursor_after_rect(Rect::from_min_max(top, pos2(top.x + width, y - theme::GUTTER)));
    };
    if total > ui.available_height() + 0.5 && !scroll::is_within(ui) { scroll::area(ui, all) } else { all(ui) }
}

fn heights(rows: &[Row], room: f32) -> Vec<f32> {
    let gaps = theme::GUTTER * rows.len().saturating_sub(1) as f32;
    let least: f32 = rows.iter().map(|r| r.least).sum();
    let parts: f32 = rows.iter().map(|r| r.grow).sum();
    let spare = (room - gaps - least).max(0.0);
    rows.iter().map(|r| r.least + if parts > 0.0 { spare * r.grow / parts } else { 0.0 }).collect()
}
