//! The confusion matrix, whose cells read as sentences and open their pictures.

use std::sync::Arc;

use egui::{Align2, Color32, Galley, Rect, Role, Sense, Stroke, StrokeKind, Ui, WidgetInfo, pos2, vec2};

use super::fitted::fitted;
use crate::{
    evaluate::confusion::CellText,
    ui::theme::{self, RADIUS_BUTTON, Theme, size},
};

/// The words around the cells: `Label` + class, `Predicted` + class.
#[derive(Clone, Debug, Default)]
pub struct Words {
    pub label: String,
    pub predicted: String,
    pub classes: [String; 2],
}

/// Draws the matrix `height` high over the width there is and gives the cell (label, predicted) that was activated by
/// pointer, Enter or Space.
///
/// `cells[label][predicted]`; `selected` is drawn as chosen.
pub fn matrix(
    ui: &mut Ui,
    words: &Words,
    cells: &[[CellText; 2]; 2],
    selected: Option<(u8, u8)>,
    height: f32,
) -> Option<(u8, u8)> {
    let t = Theme::of(ui);
    let (outer, _) = ui.allocate_exact_size(vec2(ui.available_width(), height), Sense::hover());
    let least = 78.0;
    // Long names have more room, as far as the cells can spare it.
    let name = |name: &String| ui.painter().layout_no_wrap(name.clone(), theme::semibold(size::TABLE), t.text).size().x + 10.0;
    let rows = words.classes.iter().map(name).fold(least, f32::max).min((outer.width() * 0.22).max(least));
    let gap = 6.0;
    // Where word and name have no room beside each other, the name stands below the word.
    let column = (outer.width() - rows - gap) / 2.0;
    let both = |class: &String| {
        let word = ui.painter().layout_no_wrap(format!("{} ", words.predicted), theme::regular(size::TABLE), t.text2).size().x;
        word + name(class)
    };
    let stacked = words.classes.iter().any(|class| both(class) > column);
    let head = if stacked { 44.0 } else { 26.0 };
    let inner = Rect::from_min_max(outer.min + vec2(rows, head), outer.max);
    let cell_size = vec2((inner.width() - gap) / 2.0, (inner.height() - gap) / 2.0);
    for class in 0..2u8 {
        let i = usize::from(class);
        let middle = inner.left() + cell_size.x * (f32::from(class) + 0.5) + gap * f32::from(class);
        let room = vec2(cell_size.x, head - 6.0);
        let place = Rect::from_center_size(pos2(middle, outer.top() + room.y / 2.0), room);
        two(ui, place, [&words.predicted, &words.classes[i]], t.class(class), stacked);
        let top = inner.top() + cell_size.y * (f32::from(class) + 0.5) + gap * f32::from(class);
        let font = theme::regular(size::TABLE);
        ui.painter().text(pos2(outer.left(), top - 1.0), Align2::LEFT_BOTTOM, &words.label, font, t.text2);
        let name = fitted(ui, &words.classes[i], theme::semibold(size::TABLE), t.class(class), rows - 8.0);
        let place = Rect::from_min_size(pos2(outer.left(), top + 1.0), name.size());
        told_in_full(ui, place, &name, &words.classes[i], "row");
        ui.painter().galley(place.min, name, t.class(class));
    }
    // Row and column say the same as a cell's words: where one of them has no room, all go without.
    let room = cell_size.x - 2.0 * side(cell_size.x);
    let what = |cell: &CellText| ui.painter().layout_no_wrap(cell.what.clone(), theme::regular(size::TABLE), t.text).size().x;
    let wide = cells.iter().flatten().all(|cell| what(cell) <= room);
    let mut chosen = None;
    for label in 0..2u8 {
        for predicted in 0..2u8 {
            let corner = inner.min + vec2((cell_size.x + gap) * f32::from(predicted), (cell_size.y + gap) * f32::from(label));
            let rect = Rect::from_min_size(corner, cell_size);
            let cell = &cells[usize::from(label)][usize::from(predicted)];
            if draw(ui, t, rect, (cell, wide), (label, predicted), selected == Some((label, predicted))) {
                chosen = Some((label, predicted));
            }
        }
    }
    chosen
}

/// The margin beside a cell's words, in a cell of this width.
fn side(width: f32) -> f32 {
    if width > 200.0 { 16.0 } else { 10.0 }
}

/// A cell; `wide` where its words have room beside the count and the shares.
fn draw(ui: &mut Ui, t: &Theme, rect: Rect, (cell, wide): (&CellText, bool), place: (u8, u8), selected: bool) -> bool {
    let id = ui.scope_id().with(("matrix", place));
    let response = ui.interact(rect, id, Sense::click());
    let sentence = format!("{} {}, {}, {}", cell.count, cell.what, cell.row_share, cell.column_share);
    response.widget_info(|| WidgetInfo::selected(Role::Button, ui.is_enabled(), selected, &sentence));
    let fill = if cell.correct { t.good_soft } else { t.bad_soft };
    let strong = if cell.correct { t.good } else { t.bad };
    let edge = if selected || response.has_focus() {
        Stroke::new(2.0, t.accent)
    } else if response.hovered() {
        Stroke::new(1.5, strong)
    } else {
        Stroke::NONE
    };
    ui.painter().rect(rect, RADIUS_BUTTON, fill, edge, StrokeKind::Inside);
    let painter = ui.painter_at(rect.shrink(2.0));
    let side = side(rect.width());
    let room = rect.width() - 2.0 * side;
    let what = (&cell.what, theme::regular(size::TABLE), t.text);
    let mut lines = vec![(&cell.count, theme::semibold(size::FIGURE), t.text)];
    lines.extend(Some(what).filter(|_| wide));
    let share = lines.len();
    lines.push((&cell.row_share, theme::regular(size::CAPTION), t.text2));
    lines.push((&cell.column_share, theme::regular(size::CAPTION), t.text2));
    let below = |laid: &[Arc<Galley>], last: usize| laid[..=last].iter().map(|line| line.size().y + 1.0).sum::<f32>();
    let high = |last: usize| rect.height() - if last > share { 12.0 } else { 0.0 };
    // The share must be seen: where names are so long that they push it out, each line is cut instead.
    let wrapped = lines.iter().cloned().map(|(text, font, color)| painter.layout(text.clone(), font, color, room));
    let wrapped: Vec<Arc<Galley>> = wrapped.collect();
    let laid = match below(&wrapped, share) <= high(share) {
        true => wrapped,
        false => lines.into_iter().map(|(text, font, color)| fitted(ui, text, font, color, room)).collect(),
    };
    // As many of them as there is room for, the important ones first.
    let last = (1..laid.len()).rev().find(|last| below(&laid, *last) <= high(*last)).unwrap_or(0);
    let mut y = rect.center().y - below(&laid, last) / 2.0;
    let cut = laid.iter().any(|line| line.elided);
    for line in laid.into_iter().take(last + 1) {
        let height = line.size().y + 1.0;
        painter.galley(pos2(rect.left() + side, y), line, t.text);
        y += height;
    }
    let about = if cut { &sentence } else { &cell.column_share };
    response.on_hover_cursor(egui::CursorIcon::PointingHand).on_hover_text(about).clicked()
}

/// A quiet word and a colored one, centered together, beside each other or `stacked`.
fn two(ui: &Ui, place: Rect, [quiet, name]: [&str; 2], color: Color32, stacked: bool) {
    let (painter, t) = (ui.painter(), Theme::of(ui));
    let loud = fitted(ui, name, theme::semibold(size::TABLE), color, place.width());
    let quiet = if stacked { quiet.to_owned() } else { format!("{quiet} ") };
    let quiet = fitted(ui, &quiet, theme::regular(size::TABLE), t.text2, place.width());
    told_in_full(ui, place, &loud, name, "column");
    let ([one, other], middle) = ([quiet.size(), loud.size()], place.center());
    let [at, below] = match stacked {
        true => [pos2(middle.x - one.x / 2.0, place.top()), pos2(middle.x - other.x / 2.0, place.bottom() - other.y)],
        false => {
            let (left, top) = (middle.x - (one.x + other.x) / 2.0, middle.y - one.y / 2.0);
            [pos2(left, top), pos2(left + one.x, top)]
        }
    };
    painter.galley(at, quiet, t.text2);
    painter.galley(below, loud, color);
}

/// Under the pointer, all of a name that was cut.
fn told_in_full(ui: &Ui, place: Rect, name: &Galley, text: &str, which: &str) {
    if name.elided {
        ui.interact(place, ui.scope_id().with((which, text)), Sense::hover()).on_hover_text(text);
    }
}
