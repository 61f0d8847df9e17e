//! The neighbors of the picture in its list, small: a click goes to one.

use egui::{CornerRadius, Rect, Role, Sense, Stroke, StrokeKind, Ui, Vec2, WidgetInfo, vec2};

use super::subject::{Film, Small};
use crate::{
    text::{Lang, number},
    ui::{
        theme::{self, Theme},
        widget::thumbs::{self, Thumbs},
    },
};

/// Side of a small picture.
pub const SIDE: f32 = 52.0;
const GAP: f32 = 6.0;

/// Draws as many as there is room for, the one at `position` in their middle; gives the one that was clicked.
pub fn show(ui: &mut Ui, lang: Lang, thumbs: &mut Thumbs, film: &Film<'_>, position: usize) -> Option<usize> {
    let t = Theme::of(ui);
    let (room, _) = ui.allocate_exact_size(vec2(ui.available_width(), SIDE), Sense::hover());
    let shown = (((room.width() + GAP) / (SIDE + GAP)).floor().max(1.0) as usize).min(film.count);
    let first = position.saturating_sub(shown / 2).min(film.count - shown);
    let width = shown as f32 * (SIDE + GAP) - GAP;
    let left = room.center().x - width / 2.0;
    let mut chosen = None;
    for place in first..first + shown {
        let corner = egui::pos2(left + (place - first) as f32 * (SIDE + GAP), room.top());
        let rect = Rect::from_min_size(corner, Vec2::splat(SIDE));
        let response = ui.interact(rect, ui.scope_id().with(("neighbor", place)), Sense::click());
        let name = named(lang, film, place);
        response.widget_info(|| WidgetInfo::selected(Role::RadioButton, true, place == position, &name));
        match (film.small)(place) {
            Some(Small::Pixels(pixels, index)) => thumbs.paint_of(ui, rect, pixels, index),
            Some(Small::Texture(texture, [width, height])) => {
                ui.painter().rect_filled(rect, theme::RADIUS_FIELD, t.grid);
                let size = vec2(width, height) * (SIDE / width.max(height).max(1.0));
                thumbs::paint(ui, Rect::from_center_size(rect.center(), size), texture);
            }
            None => _ = ui.painter().rect_filled(rect, theme::RADIUS_FIELD, t.grid),
        }
        let (width, color) = match (place == position, response.hovered() || response.has_focus()) {
            (true, _) => (3.0, t.accent),
            (false, true) => (2.0, t.text2),
            (false, false) => (0.0, t.text2),
        };
        if width > 0.0 {
            ui.painter().rect_stroke(rect.expand(1.0), CornerRadius::same(6), Stroke::new(width, color), StrokeKind::Inside);
        }
        if response.on_hover_text((film.file)(place).display().to_string()).clicked() {
            chosen = Some(place);
        }
    }
    chosen
}

/// `3 of 600`.
pub fn place_of(lang: Lang, film: &Film<'_>, position: usize) -> String {
    let [place, count] = [position + 1, film.count].map(|n| number(lang, n as u64));
    match lang {
        Lang::En => format!("{place} of {count}"),
        Lang::Fr => format!("{place} sur {count}"),
    }
}

fn named(lang: Lang, film: &Film<'_>, position: usize) -> String {
    let file = (film.file)(position);
    let place = place_of(lang, film, position);
    match lang {
        Lang::En => format!("{place}: {}", file.display()),
        Lang::Fr => format!("{place}\u{a0}: {}", file.display()),
    }
}
