//! Histograms over each other: what several series have in the same bins, as stepped lines over a light fill.

use egui::{Align2, Color32, Rect, Role, Sense, Shape, Stroke, Ui, WidgetInfo, pos2, vec2};

use super::{
    fitted::{fitted, fitted_ends},
    plot::{AMOUNTS, Frame, Table, rounded, ticks},
};
use crate::{
    text::{Lang, number},
    ui::theme::{self, Theme, size},
};

/// One series.
pub struct Series {
    pub name: String,
    pub color: Color32,
    pub values: Vec<f64>,
}

/// Series counted in the same bins.
pub struct Histograms<'a> {
    /// What a screen reader says.
    pub name: &'a str,
    /// What lies across.
    pub across: &'a str,
    pub series: &'a [Series],
    /// The width of a bin; one is around zero.
    pub bin: f64,
    /// The counts of each series, from the lowest bin on.
    counts: Vec<Vec<u32>>,
    /// The middle of the lowest bin.
    first: f64,
}

/// Bins at most to each side of zero: what lies beyond is in the last.
const SIDE: f64 = 20.0;

impl<'a> Histograms<'a> {
    /// Counts the series.
    pub fn new(name: &'a str, across: &'a str, series: &'a [Series], bin: f64) -> Self {
        let place = |value: f64| (value / bin).round().clamp(-SIDE, SIDE);
        let all = || series.iter().flat_map(|series| &series.values).map(|value| place(*value));
        let (low, high) = (all().fold(0.0, f64::min), all().fold(0.0, f64::max));
        let count = |series: &Series| {
            let mut counts = vec![0; (high - low) as usize + 1];
            series.values.iter().for_each(|value| counts[(place(*value) - low) as usize] += 1);
            counts
        };
        Self { name, across, series, bin, counts: series.iter().map(count).collect(), first: low * bin }
    }

    /// The numbers behind it.
    pub fn table(&self, lang: Lang) -> Table {
        let bins = self.counts.first().map_or(0, Vec::len);
        let row = |bin: usize| {
            let counts = self.counts.iter().map(|counts| number(lang, counts[bin].into()));
            [signed(self.first + self.bin * bin as f64)].into_iter().chain(counts).collect()
        };
        let names = self.series.iter().map(|series| series.name.clone());
        let head: Vec<String> = [self.across.to_owned()].into_iter().chain(names).collect();
        Table::new(head, (0..bins).map(row).collect())
    }

    /// Draws it `height` high over the width there is.
    pub fn show(&self, ui: &mut Ui, lang: Lang, height: f32) {
        let t = Theme::of(ui);
        let (outer, response) = ui.allocate_exact_size(vec2(ui.available_width(), height), Sense::hover());
        response.widget_info(|| WidgetInfo::labeled(Role::Image, true, self.name));
        let most = self.counts.iter().flatten().copied().max().unwrap_or(0);
        let bins = self.counts.first().map_or(1, Vec::len) as f64;
        let from = self.first - self.bin / 2.0;
        let rect = Rect::from_min_max(outer.min + vec2(44.0, 18.0), outer.max - vec2(8.0, 36.0));
        let frame = Frame { rect, x: (from, from + bins * self.bin), y: rounded(0.0, most.into(), 3, 1.0, AMOUNTS) };
        let font = theme::regular(size::CAPTION);
        for y in ticks(frame.y.0, frame.y.1, (rect.height() / 40.0).clamp(2.0, 6.0) as usize) {
            let at = frame.y_at(y);
            ui.painter().hline(rect.x_range(), at, Stroke::new(1.0, t.grid));
            let text = number(lang, y.round() as u64);
            ui.painter().text(pos2(rect.left() - 8.0, at), Align2::RIGHT_CENTER, text, font.clone(), t.text3);
        }
        for x in ticks(frame.x.0, frame.x.1, (rect.width() / 60.0).clamp(2.0, 10.0) as usize) {
            let at = pos2(frame.x_at(x), rect.bottom() + 4.0);
            ui.painter().text(at, Align2::CENTER_TOP, signed(x), font.clone(), t.text3);
        }
        let across = fitted(ui, self.across, font, t.text2, rect.width());
        ui.painter().galley(pos2(rect.center().x - across.size().x / 2.0, rect.bottom() + 19.0), across, t.text2);
        for (series, counts) in self.series.iter().zip(&self.counts) {
            let mut line = vec![frame.at(frame.x.0, 0.0)];
            for (bin, count) in counts.iter().enumerate() {
                let left = frame.x.0 + self.bin * bin as f64;
                let (left, right) = (frame.x_at(left), frame.x_at(left + self.bin));
                let top = frame.y_at((*count).into());
                line.extend([pos2(left, top), pos2(right, top)]);
                let bar = Rect::from_min_max(pos2(left, top), pos2(right, rect.bottom()));
                ui.painter().rect_filled(bar, 0.0, series.color.gamma_multiply(0.14));
            }
            line.push(frame.at(frame.x.1, 0.0));
            ui.painter().add(Shape::line(line, Stroke::new(1.6, series.color)));
        }
        ui.painter().vline(frame.x_at(0.0), rect.y_range(), Stroke::new(1.0, t.text3));
        self.legend(ui, outer);
    }

    /// The names in their colors, above the plot.
    fn legend(&self, ui: &Ui, outer: Rect) {
        let room = (outer.width() - 44.0) / self.series.len().max(1) as f32 - 24.0;
        let mut x = outer.left() + 44.0;
        for series in self.series {
            ui.painter().circle_filled(pos2(x + 4.0, outer.top() + 7.0), 4.0, series.color);
            let name = fitted_ends(ui, &series.name, &theme::medium(size::CAPTION), series.color, room);
            let wide = name.size().x;
            ui.painter().galley(pos2(x + 12.0, outer.top()), name, series.color);
            x += wide + 28.0;
        }
    }
}

/// A whole number with a true minus.
fn signed(value: f64) -> String {
    let rounded = value.round();
    if rounded < 0.0 { format!("−{}", -rounded) } else { format!("{}", rounded.abs()) }
}
