//! The numbers above the curves, in a row or, where it is narrow, in several, with the progress bar along the lower edge.

use egui::{CornerRadius, Rect, Role, Sense, StrokeKind, Ui, WidgetInfo, pos2, vec2};

use crate::{
    text::{Lang, percent},
    ui::theme::{self, RADIUS_CARD, Theme, size},
};

/// One number.
#[derive(Clone, Debug, Default)]
pub struct Tile {
    pub name: &'static str,
    pub value: String,
    /// Smaller, behind the value.
    pub unit: String,
    pub note: String,
}

/// Height of a row.
const ROW: f32 = 106.0;
/// What the bar takes below the rows.
const BAR: f32 = 10.0;
/// The least width of a tile.
const LEAST: f32 = 140.0;

/// How many columns and rows `count` tiles take in `width` points.
fn shape(width: f32, count: usize) -> (usize, usize) {
    let most = ((width / LEAST) as usize).clamp(1, count.max(1));
    let rows = count.div_ceil(most).max(1);
    (count.div_ceil(rows).max(1), rows)
}

/// Height of `count` tiles in `width` points.
pub fn height(width: f32, count: usize) -> f32 {
    ROW * shape(width, count).1 as f32 + BAR
}

/// Draws the tiles over the width there is; `share` fills the bar along the lower edge.
pub fn tiles(ui: &mut Ui, lang: Lang, tiles: &[Tile], progress: Option<(&str, f32)>) {
    let t = Theme::of(ui);
    let (columns, rows) = shape(ui.available_width(), tiles.len());
    let size = vec2(ui.available_width(), ROW * rows as f32 + BAR);
    let (rect, response) = ui.allocate_exact_size(size, Sense::hover());
    if let Some((name, share)) = progress {
        let said = format!("{name} {}", percent(lang, share.into(), 0));
        response.widget_info(|| WidgetInfo::labeled(Role::ProgressIndicator, true, &said));
    }
    ui.painter().rect(rect, CornerRadius::same(RADIUS_CARD), t.surface, t.border(), StrokeKind::Inside);
    let width = rect.width() / columns as f32;
    for (index, tile) in tiles.iter().enumerate() {
        let (column, row) = (index % columns, index / columns);
        let (left, top) = (rect.left() + width * column as f32, rect.top() + ROW * row as f32);
        if column > 0 {
            ui.painter().vline(left, egui::Rangef::new(top + 14.0, top + ROW - 8.0), t.border());
        } else if row > 0 {
            ui.painter().hline(rect.x_range().shrink(18.0), top + 3.0, t.border());
        }
        one(ui, t, Rect::from_min_size(pos2(left + 18.0, top + 14.0), vec2(width - 26.0, ROW - 16.0)), tile);
    }
    if let Some((_, share)) = progress {
        let bar = Rect::from_min_max(pos2(rect.left() + 1.0, rect.bottom() - 6.0), rect.max - vec2(1.0, 1.0));
        let low = CornerRadius { nw: 0, ne: 0, sw: RADIUS_CARD, se: RADIUS_CARD };
        ui.painter().rect_filled(bar, low, t.stroke);
        let full = bar.with_max_x(bar.left() + bar.width() * share.clamp(0.0, 1.0));
        let end = CornerRadius { se: if share >= 0.99 { RADIUS_CARD } else { 2 }, ne: if share >= 0.99 { 0 } else { 2 }, ..low };
        ui.painter().rect_filled(full, end, t.accent);
    }
}

fn one(ui: &mut Ui, t: &Theme, rect: Rect, tile: &Tile) {
    let id = ui.scope_id().with(("tile", tile.name));
    let response = ui.interact(rect, id, Sense::hover());
    let said =
        [tile.name, &tile.value, &tile.unit, &tile.note].into_iter().filter(|s| !s.is_empty()).collect::<Vec<_>>().join(" ");
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, &said));
    let painter = ui.painter_at(rect.expand2(vec2(4.0, 6.0)));
    let mut name = egui::text::LayoutJob::simple_singleline(tile.name.to_owned(), theme::regular(size::CAPTION), t.text2);
    name.wrap = egui::text::TextWrapping::truncate_at_width(rect.width());
    painter.galley(rect.min, painter.layout_job(name), t.text2);
    let unit = painter.layout_no_wrap(tile.unit.clone(), theme::medium(size::BODY), t.text2);
    let room = rect.width() - if tile.unit.is_empty() { 0.0 } else { unit.size().x + 5.0 };
    // A long number in a narrow tile is set smaller rather than cut off.
    let mut font = size::FIGURE;
    let mut value = painter.layout_no_wrap(tile.value.clone(), theme::semibold(font), t.text);
    while value.size().x > room && font > 14.0 {
        font -= 1.0;
        value = painter.layout_no_wrap(tile.value.clone(), theme::semibold(font), t.text);
    }
    let base = rect.top() + 17.0 + (size::FIGURE - font) * 0.5;
    let end = rect.left() + value.size().x + 6.0;
    let height = value.size().y;
    painter.galley(pos2(rect.left(), base), value, t.text);
    painter.galley(pos2(end, base + height - unit.size().y - height * 0.08), unit, t.text2);
    let note = painter.layout(tile.note.clone(), theme::regular(size::CAPTION), t.text2, rect.width());
    painter.galley(pos2(rect.left(), rect.top() + 47.0), note, t.text2);
}
