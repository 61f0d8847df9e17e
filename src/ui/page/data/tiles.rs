//! The wall of faces: only the visible ones are drawn; the keyboard moves through it, and many can be marked together.

use std::sync::Arc;

use egui::{
    CornerRadius, EventFilter, Id, Key, PointerButton, Rect, Response, Role, ScrollArea, Sense, Stroke, StrokeKind, Ui, Vec2,
    WidgetInfo, style::ScrollAnimation, vec2,
};

use super::{overview::Entry, wall::Wall};
use crate::{
    data::dataset::Dataset,
    text::{Lang, plural, say},
    ui::{
        Cx,
        shortcut::MARK_ALL,
        theme::{self, Theme},
        widget::{
            button::mix,
            selection::{Cells, scroll_at_edge},
        },
    },
};

/// Space between tiles.
const GAP: f32 = 5.0;

/// Further than any wall is long, in pictures.
const FAR: i64 = 1 << 40;

/// What has the keyboard.
pub fn id() -> Id {
    Id::unique("wall of faces")
}

/// Draws the pictures; gives the response of the wall as a whole, and whether the selected one is to be opened.
pub fn show(ui: &mut Ui, cx: &mut Cx<'_>, dataset: &Arc<Dataset>, wall: &mut Wall) -> (Response, bool) {
    let t = Theme::of(ui);
    let width = ui.available_width() - 8.0;
    let columns = ((width + GAP) / (wall.zoom as f32 + GAP)).floor().max(1.0) as usize;
    // Tiles take all the width there is.
    let side = (width + GAP) / columns as f32 - GAP;
    let height = side + GAP;
    let rows = wall.left.len().div_ceil(columns);
    let (moved, open) = keyboard(ui, dataset, wall, columns);
    let selected = wall.position(dataset);
    let mut area = ScrollArea::vertical().id_salt("wall").auto_shrink([false, false]);
    if let Some(position) = moved {
        let view = ui.available_height();
        let top = (position / columns) as f32 * height;
        let offset = ui.data(|d| d.get_temp::<f32>(id())).unwrap_or(0.0);
        if top < offset {
            area = area.vertical_scroll_offset(top);
        } else if top + height > offset + view {
            area = area.vertical_scroll_offset(top + height - view);
        }
    }
    let view = ui.available_rect_before_wrap();
    ui.spacing_mut().item_spacing.y = 0.0;
    let output = area.show_rows(ui, height, rows, |ui, visible| {
        let first = visible.start;
        let origin = ui.cursor().min;
        let room = vec2(ui.available_width(), visible.len() as f32 * height);
        let (rect, _) = ui.allocate_exact_size(room, Sense::hover());
        let response = ui.interact(rect, id(), Sense::click_and_drag());
        if response.has_focus() {
            // Escape unmarks and unselects before it gives up the keyboard.
            let escape = selected.is_some() || !wall.marked.is_empty();
            let filter = EventFilter { horizontal_arrows: true, vertical_arrows: true, escape, ..EventFilter::default() };
            ui.memory_mut(|m| m.set_focus_lock_filter(id(), filter));
        }
        let count = wall.left.len();
        let faces = plural(cx.lang, count as u64, say("face", "visage"), say("faces", "visages"));
        let name = match cx.lang {
            Lang::En => format!("Wall of {faces}"),
            Lang::Fr => format!("Mur de {faces}"),
        };
        response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &name));
        let pitch = vec2(side + GAP, height);
        let cells = Cells { origin: origin - vec2(0.0, first as f32 * height), columns, pitch, count, starts: &[] };
        let place = |position: usize| {
            let at = vec2((position % columns) as f32, (position / columns - first) as f32) * pitch;
            Rect::from_min_size(origin + at, Vec2::splat(side))
        };
        let key = Wall::key(dataset, &wall.left);
        for position in visible.start * columns..(visible.end * columns).min(count) {
            let rect = place(position);
            cx.thumbs.paint(ui, rect, dataset, wall.left[position] as usize);
            let marked = wall.marked.contains(key(position));
            if marked {
                ui.painter().rect_filled(rect, CornerRadius::same(6), mix(t.accent, t.surface, 0.2).gamma_multiply(0.35));
            }
            if marked || (selected == Some(position) && wall.marked.is_empty()) {
                let radius = CornerRadius::same(theme::RADIUS_BUTTON);
                ui.painter().rect_stroke(rect.expand(2.0), radius, Stroke::new(3.0, t.accent), StrokeKind::Inside);
            }
        }
        let hovered = response.hover_pos().and_then(|pointer| cells.at(pointer));
        if let Some(position) = hovered.filter(|_| !response.dragged()) {
            ui.painter().rect_stroke(place(position), CornerRadius::same(6), Stroke::new(2.0, t.text2), StrokeKind::Inside);
        }
        if wall.marked.band(ui, &response, cells, key) {
            scroll_at_edge(ui, view, &response);
            response.request_focus();
        }
        pressed(ui, dataset, wall, &response, cells);
        response
    });
    if output.inner.gained_focus() {
        // The wall's own area cannot bring itself into sight: the page around it does.
        ui.scroll_to_rect_animation(view, None, ScrollAnimation::none());
    }
    let offset = output.state.clamped_offset().y;
    ui.data_mut(|d| d.insert_temp(id(), offset));
    (output.inner, open)
}

/// Follows a click on the wall.
fn pressed(ui: &Ui, dataset: &Dataset, wall: &mut Wall, response: &Response, cells: Cells<'_>) {
    let pointer = response.interact_pointer_pos();
    let Some((at, position)) = pointer.and_then(|at| Some((at, cells.at(at)?))) else { return };
    if response.secondary_clicked() {
        wall.menu = Some(wall.left[position]);
        response.request_focus();
    }
    let again = ui.input(|i| i.pointer.button_double_clicked(PointerButton::Primary))
        && wall.clicked.is_some_and(|clicked| clicked.distance(at) < SAME);
    // Not by Enter or Space, which open what is selected wherever the pointer is.
    if !response.clicked_by(PointerButton::Primary) || again {
        return;
    }
    let (current, alone) = (wall.position(dataset), wall.marked.is_empty());
    let modifiers = ui.input(|i| i.modifiers);
    let key = Wall::key(dataset, &wall.left);
    if wall.marked.click(position, current, modifiers, key) {
        if current == Some(position) && alone {
            wall.selected = None;
        } else {
            wall.select(dataset, Entry::Sample(wall.left[position]));
        }
        (wall.reveal, wall.clicked) = (true, Some(at));
    }
    response.request_focus();
}

/// Two clicks this near to each other are meant for the same picture, in points.
pub const SAME: f32 = 8.0;

/// Arrow keys move the selection while the wall has the keyboard, with Shift they mark; gives the position to bring into view,
/// and whether the selected picture is to be opened.
fn keyboard(ui: &Ui, dataset: &Dataset, wall: &mut Wall, columns: usize) -> (Option<usize>, bool) {
    let reveal = std::mem::take(&mut wall.reveal);
    let position = wall.position(dataset);
    let focused = ui.memory(egui::Memory::focused);
    let count = wall.left.len();
    let free = focused.is_none_or(|focused| focused == id());
    if free && ui.input_mut(|i| i.consume_shortcut(&MARK_ALL)) {
        let key = Wall::key(dataset, &wall.left);
        wall.marked.all(count, key);
        ui.memory_mut(|m| m.request_focus(id()));
    }
    if focused != Some(id()) {
        return (position.filter(|_| reveal), false);
    }
    let row = columns as i64;
    let steps = [
        (Key::ArrowLeft, -1),
        (Key::ArrowRight, 1),
        (Key::ArrowUp, -row),
        (Key::ArrowDown, row),
        (Key::PageUp, -4 * row),
        (Key::PageDown, 4 * row),
        (Key::Home, -FAR),
        (Key::End, FAR),
    ];
    let step: i64 = ui.input(|i| steps.iter().map(|(key, step)| i.num_presses(*key) as i64 * step).sum());
    if ui.input(|i| i.key_pressed(Key::Escape)) {
        if wall.marked.is_empty() {
            wall.selected = None;
        }
        wall.marked.clear();
    }
    let open = position.is_some() && ui.input(|i| i.key_pressed(Key::Enter) || i.key_pressed(Key::Space));
    if step == 0 || count == 0 {
        return (position.filter(|_| reveal), open);
    }
    let next = position.map_or(0, |now| (now as i64).saturating_add(step).clamp(0, count as i64 - 1) as usize);
    if ui.input(|i| i.modifiers.shift) {
        let key = Wall::key(dataset, &wall.left);
        wall.marked.mark_to(next, position, key);
    } else {
        wall.marked.clear();
    }
    wall.select(dataset, Entry::Sample(wall.left[next]));
    (Some(next), open)
}
