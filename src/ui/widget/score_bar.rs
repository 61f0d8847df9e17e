//! One share on a line from 0 to 100%: a dot, a bar for its 95 % range, and a mark for what the largest class alone would give.

use egui::{Align2, Rect, Role, Sense, Stroke, Ui, WidgetInfo, pos2, vec2};

use crate::{
    text::{Lang, percent},
    ui::theme::{self, Theme, size},
};

/// The height that it takes.
pub const HEIGHT: f32 = 40.0;

/// A share beside what says nothing of the pictures.
#[derive(Clone, Debug)]
pub struct ScoreBar {
    /// From 0 to 1, as the others.
    pub share: f64,
    /// The ends of its 95 % range.
    pub range: (f64, f64),
    pub baseline: f64,
    /// What the baseline is: `always “male” 54%`.
    pub always: String,
}

impl ScoreBar {
    /// Draws it over the width there is.
    pub fn show(&self, ui: &mut Ui, lang: Lang) {
        let t = Theme::of(ui);
        let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), HEIGHT), Sense::hover());
        let line = rect.top() + 10.0;
        let x = |share: f64| rect.left() + rect.width() * share.clamp(0.0, 1.0) as f32;
        let bar = |from: f64, to: f64, high: f32| Rect::from_min_max(pos2(x(from), line - high), pos2(x(to), line + high));
        ui.painter().rect_filled(bar(0.0, 1.0, 3.0), 3.0, t.grid);
        ui.painter().rect_filled(bar(0.0, self.baseline, 3.0), 3.0, t.stroke);
        ui.painter().rect_filled(bar(self.baseline, self.share.max(self.baseline), 3.0), 3.0, t.accent.gamma_multiply(0.55));
        ui.painter().rect_filled(bar(self.range.0, self.range.1, 5.0), 5.0, t.accent.gamma_multiply(0.5));
        ui.painter().circle_filled(pos2(x(self.share), line), 7.0, t.accent);
        ui.painter().vline(x(self.baseline), line - 7.0..=line + 7.0, Stroke::new(2.0, t.text3));

        let [share, low, high] = [self.share, self.range.0, self.range.1].map(|value| percent(lang, value, 1));
        let range = match lang {
            Lang::En => format!("{share} (95%: {low} to {high})"),
            Lang::Fr => format!("{share} (95\u{a0}%\u{a0}: {low} à {high})"),
        };
        let font = theme::regular(size::CAPTION);
        let place = |text: &str, color, at: f32, from: f32, to: f32| {
            let galley = ui.painter().layout_no_wrap(text.to_owned(), font.clone(), color);
            let left = (at - galley.size().x / 2.0).clamp(from, (to - galley.size().x).max(from));
            Rect::from_min_size(pos2(left, line + 12.0), galley.size())
        };
        let told = place(&range, t.text, x(self.share), rect.left(), rect.right());
        let below = place(&self.always, t.text3, x(self.baseline), rect.left(), told.left() - 16.0);
        ui.painter().text(told.min, Align2::LEFT_TOP, &range, font.clone(), t.text);
        if below.right() + 16.0 <= told.left() {
            ui.painter().text(below.min, Align2::LEFT_TOP, &self.always, font, t.text3);
        }
        let said = format!("{range}, {}", self.always);
        response.widget_info(|| WidgetInfo::labeled(Role::Image, true, &said));
        response.on_hover_text(said);
    }
}
