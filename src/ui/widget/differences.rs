//! Differences with their ranges, as bars around zero on one axis.

use egui::{Align2, Color32, CursorIcon, Rect, Role, Sense, Stroke, Ui, WidgetInfo, pos2, vec2};

use super::{
    button::focus_ring,
    fitted::{fitted, fitted_ends},
    plot::{AMOUNTS, Frame, places, rounded, ticks},
};
use crate::{
    evaluate::Interval,
    text::{Lang, decimal},
    ui::theme::{self, RADIUS_FIELD, Theme, size},
};

/// One difference.
#[derive(Clone, Debug)]
pub struct Row {
    pub name: String,
    /// The color that the run has elsewhere on the page.
    pub color: Color32,
    /// On the axis, with its range; `None` where there is nothing to draw.
    pub value: Option<(f64, Option<Interval>)>,
    /// The bar's color.
    pub bar: Color32,
    /// At the right of the name: the numbers and what they mean.
    pub text: String,
    /// What a screen reader says.
    pub sentence: String,
}

/// Height of a row: its words, and its bar below them.
pub const ROW: f32 = 44.0;
/// Height of the axis: its numbers, and below them which side means what.
pub const AXIS: f32 = 38.0;

/// Draws the rows over the width there is; gives the one that was activated. `sides` are the words below both ends of the axis.
/// Where there is but one row, it is no choice.
pub fn show(ui: &mut Ui, lang: Lang, rows: &[Row], selected: usize, sides: [&str; 2]) -> Option<usize> {
    let t = Theme::of(ui);
    let height = ROW * rows.len() as f32 + AXIS;
    let (outer, _) = ui.allocate_exact_size(vec2(ui.available_width(), height), Sense::hover());
    let inside = Rect::from_min_max(outer.min + vec2(10.0, 0.0), outer.max - vec2(10.0, AXIS));
    let frame = Frame { rect: inside, x: span(rows), y: (0.0, 1.0) };
    axis(ui, lang, &frame, sides);
    let mut chosen = None;
    for (index, row) in rows.iter().enumerate() {
        let top = outer.top() + ROW * index as f32;
        let rect = Rect::from_min_max(pos2(outer.left(), top), pos2(outer.right(), top + ROW));
        let id = ui.scope_id().with(("difference", index));
        let choice = rows.len() > 1;
        let response = ui.interact(rect, id, if choice { Sense::click() } else { Sense::hover() });
        let on = choice && selected == index;
        response.widget_info(|| match choice {
            true => WidgetInfo::selected(Role::RadioButton, ui.is_enabled(), on, &row.sentence),
            false => WidgetInfo::labeled(Role::Label, true, &row.sentence),
        });
        let fill = match (on, choice && response.hovered()) {
            (true, _) => t.soft,
            (false, true) => t.surface2,
            (false, false) => t.surface,
        };
        if on || choice && response.hovered() {
            ui.painter().rect_filled(rect.shrink2(vec2(0.0, 1.0)), RADIUS_FIELD, fill);
        }
        focus_ring(ui, &response, rect.shrink(2.0), RADIUS_FIELD);
        draw(ui, &frame, rect, (row, fill));
        let response = response.on_hover_text(&row.sentence);
        if choice && response.on_hover_cursor(CursorIcon::PointingHand).clicked() {
            chosen = Some(index);
        }
    }
    chosen
}

/// From where to where the axis goes: as far to both sides of zero.
fn span(rows: &[Row]) -> (f64, f64) {
    let ends = rows.iter().filter_map(|row| row.value).flat_map(|(value, range)| {
        let range = range.unwrap_or(Interval { low: value, high: value });
        [value, range.low, range.high]
    });
    let most = ends.map(f64::abs).fold(0.0, f64::max);
    let (_, high) = rounded(0.0, if most > 0.0 { most } else { 1.0 }, 2, 0.0, AMOUNTS);
    (-high, high)
}

/// Draws a row; behind its words is `ground`, so that the axis does not run through them.
fn draw(ui: &Ui, frame: &Frame, rect: Rect, (row, ground): (&Row, Color32)) {
    let t = Theme::of(ui);
    let painter = ui.painter_at(rect);
    let line = rect.top() + 13.0;
    painter.circle_filled(pos2(rect.left() + 10.0, line), 4.5, row.color);
    let text = fitted(ui, &row.text, theme::regular(size::CAPTION), t.text2, rect.width() * 0.72);
    let room = rect.width() - text.size().x - 44.0;
    let name = fitted_ends(ui, &row.name, &theme::medium(size::TABLE), t.text, room);
    let places = [(rect.left() + 20.0, name, t.text), (rect.right() - 8.0 - text.size().x, text, t.text2)];
    for (left, galley, color) in places {
        let place = Rect::from_min_size(pos2(left, line - galley.size().y / 2.0), galley.size());
        painter.rect_filled(place.expand2(vec2(3.0, 0.0)), 2.0, ground);
        painter.galley(place.min, galley, color);
    }
    let middle = rect.top() + 31.0;
    let zero = frame.x_at(0.0);
    painter.vline(zero, middle - 8.0..=middle + 8.0, Stroke::new(1.5, t.text2));
    let Some((value, range)) = row.value else { return };
    if let Some(Interval { low, high }) = range {
        let (low, high) = (frame.x_at(low), frame.x_at(high));
        let bar = Rect::from_min_max(pos2(low, middle - 3.5), pos2(high.max(low + 2.0), middle + 3.5));
        painter.rect_filled(bar, 3.0, row.bar.gamma_multiply(0.34));
    }
    painter.circle_filled(pos2(frame.x_at(value), middle), 4.5, row.bar);
}

fn axis(ui: &Ui, lang: Lang, frame: &Frame, [left, right]: [&str; 2]) {
    let t = Theme::of(ui);
    let font = theme::regular(size::CAPTION);
    let marks = ticks(frame.x.0, frame.x.1, (frame.rect.width() / 90.0).clamp(2.0, 6.0) as usize);
    let digits = places(&marks);
    for mark in marks {
        let at = frame.x_at(mark);
        ui.painter().vline(at, frame.rect.y_range(), Stroke::new(1.0, t.grid));
        // The true minus, which is as wide as the digits.
        let minus = if mark < -1e-12 { "−" } else { "" };
        let text = format!("{minus}{}", decimal(lang, mark.abs(), digits));
        ui.painter().text(pos2(at, frame.rect.bottom() + 4.0), Align2::CENTER_TOP, text, font.clone(), t.text3);
    }
    let below = frame.rect.bottom() + 21.0;
    let half = frame.rect.width() / 2.0 - 8.0;
    // They end with what the side means.
    let left = fitted_ends(ui, left, &font, t.text2, half);
    ui.painter().galley(pos2(frame.rect.left() - 8.0, below), left, t.text2);
    let right = fitted_ends(ui, right, &font, t.text2, half);
    ui.painter().galley(pos2(frame.rect.right() + 8.0 - right.size().x, below), right, t.text2);
}
