//! Two runs against each other: how many pictures both get right, one alone, or none. The cells open their pictures.

use egui::{Color32, CursorIcon, Rect, Role, Sense, Stroke, StrokeKind, Ui, WidgetInfo, pos2, vec2};

use super::fitted::{fitted, fitted_ends};
use crate::ui::theme::{self, RADIUS_BUTTON, Theme, size};

/// What is drawn; of every pair, wrong comes before right.
pub struct Agreement<'a> {
    /// Each run's name with its color: the first one's rows, the second one's columns.
    pub runs: [(&'a str, Color32); 2],
    /// What is said of a row or column: `wrong`, `right`.
    pub words: [&'a str; 2],
    /// By the first run, then by the second.
    pub cells: [[Cell; 2]; 2],
}

/// One cell.
#[derive(Clone, Debug, Default)]
pub struct Cell {
    /// The count as it is written; without pictures it opens none.
    pub count: String,
    pub empty: bool,
    /// Its share of all: `3.0%`.
    pub share: String,
    /// What a screen reader says: `61 right in “notebook” alone`.
    pub sentence: String,
}

impl Agreement<'_> {
    /// Draws it `height` high over the width there is; gives the cell that was activated, by whether the first run is right,
    /// then by whether the second is.
    pub fn show(&self, ui: &mut Ui, height: f32) -> Option<[bool; 2]> {
        const GAP: f32 = 6.0;
        let t = Theme::of(ui);
        let (outer, _) = ui.allocate_exact_size(vec2(ui.available_width(), height), Sense::hover());
        let beside = (outer.width() * 0.34).clamp(70.0, 200.0);
        let above = 36.0;
        let inner = Rect::from_min_max(outer.min + vec2(beside, above), outer.max);
        let cell = vec2((inner.width() - GAP) / 2.0, (inner.height() - GAP) / 2.0);
        let mut chosen = None;
        // Right stands first, as one reads.
        for (place, right) in [true, false].into_iter().enumerate() {
            let at = place as f32;
            let word = self.words[usize::from(right)];
            let middle = inner.left() + cell.x * (at + 0.5) + GAP * at;
            let [row, column] = self.runs;
            let lines = [(column.0, theme::semibold(size::CAPTION), column.1), (word, theme::regular(size::CAPTION), t.text2)];
            for (line, (text, font, color)) in lines.into_iter().enumerate() {
                let galley = fitted_ends(ui, text, &font, color, cell.x);
                ui.painter().galley(pos2(middle - galley.size().x / 2.0, outer.top() + 16.0 * line as f32), galley, color);
            }
            let middle = inner.top() + cell.y * (at + 0.5) + GAP * at;
            let lines = [(row.0, theme::semibold(size::CAPTION), row.1), (word, theme::regular(size::CAPTION), t.text2)];
            for (line, (text, font, color)) in lines.into_iter().enumerate() {
                let galley = fitted_ends(ui, text, &font, color, beside - 10.0);
                ui.painter().galley(pos2(outer.left(), middle - 16.0 + 16.0 * line as f32), galley, color);
            }
            for (column, second) in [true, false].into_iter().enumerate() {
                let corner = inner.min + vec2((cell.x + GAP) * column as f32, (cell.y + GAP) * at);
                if self.cell(ui, Rect::from_min_size(corner, cell), [right, second]) {
                    chosen = Some([right, second]);
                }
            }
        }
        chosen
    }

    fn cell(&self, ui: &mut Ui, rect: Rect, [first, second]: [bool; 2]) -> bool {
        let t = Theme::of(ui);
        let Cell { count, empty, share, sentence } = &self.cells[usize::from(first)][usize::from(second)];
        let (sense, role) = if *empty { (Sense::hover(), Role::Label) } else { (Sense::click(), Role::Button) };
        let response = ui.interact(rect, ui.scope_id().with(("agreement", first, second)), sense);
        response.widget_info(|| WidgetInfo::labeled(role, ui.is_enabled(), sentence));
        let (fill, strong) = match (first, second) {
            (true, true) => (t.good_soft, t.good),
            (false, false) => (t.bad_soft, t.bad),
            // What tells the two apart.
            _ => (t.soft, t.accent),
        };
        let edge = if response.has_focus() {
            Stroke::new(2.0, t.accent)
        } else if response.hovered() && !empty {
            Stroke::new(1.5, strong)
        } else {
            Stroke::NONE
        };
        ui.painter().rect(rect, RADIUS_BUTTON, fill, edge, StrokeKind::Inside);
        let painter = ui.painter_at(rect);
        // The share stands below the count where there is room, otherwise beside it.
        let high = rect.height() > 50.0;
        let count = fitted(ui, count, theme::semibold(size::FIGURE), t.text, rect.width() - 12.0);
        let share = painter.layout_no_wrap(share.clone(), theme::regular(size::CAPTION), t.text2);
        let (middle, [wide, beside]) = (rect.center(), [count.size(), share.size()]);
        if high {
            painter.galley(middle - wide / 2.0 - vec2(0.0, 9.0), count, t.text);
            painter.galley(middle - beside / 2.0 + vec2(0.0, 14.0), share, t.text2);
        } else {
            let both = wide.x + 8.0 + beside.x;
            let fits = both < rect.width() - 8.0;
            let left = middle.x - if fits { both } else { wide.x } / 2.0;
            painter.galley(pos2(left, middle.y - wide.y / 2.0), count, t.text);
            if fits {
                painter.galley(pos2(left + wide.x + 8.0, middle.y - beside.y / 2.0 + 2.0), share, t.text2);
            }
        }
        if *empty {
            response.on_hover_text(sentence);
            return false;
        }
        response.on_hover_cursor(CursorIcon::PointingHand).on_hover_text(sentence).clicked()
    }
}
