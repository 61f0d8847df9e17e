//! Bars: shares of a whole, progress, and the split that can be dragged.

use egui::{Color32, CornerRadius, CursorIcon, EventFilter, Key, Rect, Role, Sense, Ui, WidgetInfo, pos2, vec2};

use super::button::focus_ring;
use crate::ui::theme::{self, Theme};

/// One part of a stacked bar.
pub struct BarShare {
    pub label: String,
    /// In any unit; the bar shows each value's share of the sum.
    pub value: f64,
    pub color: Color32,
}

/// Side of the square before a label that stands below its bar.
const MARK: f32 = 10.0;

/// A stacked bar with a label in each part that has room for it; those of the others stand below. `name` says the whole to
/// screen readers.
pub fn shares(ui: &mut Ui, name: &str, parts: &[BarShare], height: f32) -> egui::Response {
    let t = Theme::of(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), height), Sense::hover());
    let all: Vec<&str> = parts.iter().map(|p| p.label.as_str()).collect();
    response.widget_info(|| WidgetInfo::labeled(Role::Image, true, format!("{name} {}", all.join(", "))));
    let sum: f64 = parts.iter().map(|p| p.value).sum();
    let mut x = rect.left();
    let last = parts.len().saturating_sub(1);
    let mut outside = Vec::new();
    for (index, part) in parts.iter().enumerate() {
        let width = if sum > 0.0 { (part.value / sum) as f32 * rect.width() } else { 0.0 };
        let piece = Rect::from_min_size(pos2(x, rect.top()), vec2(width, height));
        ui.painter().rect_filled(piece, ends(index == 0, index == last), part.color);
        let galley = ui.painter().layout_no_wrap(part.label.clone(), theme::medium(theme::size::CAPTION), t.on_fill());
        if galley.size().x + 18.0 < width {
            let left = if index == last && index > 0 { piece.right() - galley.size().x - 10.0 } else { piece.left() + 10.0 };
            ui.painter().galley(pos2(left, piece.center().y - galley.size().y / 2.0), galley, t.on_fill());
        } else {
            outside.push(part);
        }
        x += width;
    }
    if !outside.is_empty() {
        ui.horizontal_wrapped(|ui| {
            ui.spacing_mut().interact_size.y = MARK;
            for part in outside {
                let (mark, _) = ui.allocate_exact_size(vec2(MARK, MARK), Sense::hover());
                ui.painter().rect_filled(mark, 2.0, part.color);
                ui.label(theme::caption(part.label.as_str()).color(t.text2));
            }
        });
    }
    response
}

/// A progress bar; without a share, a quiet empty one.
pub fn progress(ui: &mut Ui, name: &str, share: Option<f32>, width: f32) {
    let t = Theme::of(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(width, 4.0), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::ProgressIndicator, true, name));
    ui.painter().rect_filled(rect, CornerRadius::same(2), t.stroke);
    if let Some(share) = share {
        let full = rect.with_max_x(rect.left() + rect.width() * share.clamp(0.0, 1.0));
        ui.painter().rect_filled(full, CornerRadius::same(2), t.accent);
    }
}

/// A bar of three parts whose two edges can be dragged or moved by arrow keys: per cent of the first and second part.
///
/// Each part keeps at least 5 per cent. Gives whether it changed.
pub fn split(ui: &mut Ui, first: &mut u32, second: &mut u32, colors: [Color32; 3], names: [&str; 2]) -> bool {
    const LEAST: i64 = 5;
    let height = 22.0;
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), height), Sense::hover());
    let before = (*first, *second);
    let x_at = |percent: u32| rect.left() + rect.width() * percent as f32 / 100.0;
    let percent_at = |x: f32| ((x - rect.left()) / rect.width() * 100.0).round() as i64;
    let mut edges = [i64::from(*first), i64::from(*first + *second)];
    for index in 0..2 {
        let x = x_at(edges[index] as u32);
        let grip = Rect::from_center_size(pos2(x, rect.center().y), vec2(14.0, height + 8.0));
        let response = ui.interact(grip, ui.make_persistent_id((names[index], "edge")), Sense::click_and_drag());
        let value = edges[index];
        response.widget_info(|| WidgetInfo::slider(ui.is_enabled(), value as f64, names[index]));
        if let Some(pointer) = response.interact_pointer_pos().filter(|_| response.dragged()) {
            edges[index] = percent_at(pointer.x);
        }
        if response.has_focus() {
            let filter = EventFilter { horizontal_arrows: true, ..EventFilter::default() };
            ui.memory_mut(|m| m.set_focus_lock_filter(response.id, filter));
            let (left, right) = ui.input(|i| (i.num_presses(Key::ArrowLeft), i.num_presses(Key::ArrowRight)));
            edges[index] += right as i64 - left as i64;
        }
        edges[0] = edges[0].clamp(LEAST, 100 - 2 * LEAST);
        edges[1] = edges[1].clamp(edges[0] + LEAST, 100 - LEAST);
        focus_ring(ui, &response, grip, 4);
        response.on_hover_and_drag_cursor(CursorIcon::ResizeHorizontal);
    }
    *first = edges[0] as u32;
    *second = (edges[1] - edges[0]) as u32;
    let at = [rect.left(), x_at(edges[0] as u32), x_at(edges[1] as u32), rect.right()];
    for (index, color) in colors.into_iter().enumerate() {
        let gap = 1.5;
        let left = at[index] + if index > 0 { gap } else { 0.0 };
        let right = at[index + 1] - if index < 2 { gap } else { 0.0 };
        let piece = Rect::from_min_max(pos2(left, rect.top()), pos2(right, rect.bottom()));
        ui.painter().rect_filled(piece, ends(index == 0, index == 2), color);
    }
    (*first, *second) != before
}

fn ends(first: bool, last: bool) -> CornerRadius {
    let r = |on: bool| if on { theme::RADIUS_FIELD } else { 0 };
    CornerRadius { nw: r(first), sw: r(first), ne: r(last), se: r(last) }
}
