//! Curves with direct labels at the line's end instead of a legend box.

use egui::{Align2, Color32, Id, Pos2, Rect, Response, Role, Sense, Shape, Stroke, Ui, WidgetInfo, pos2, vec2};

use super::{
    button::icon_button,
    chart::Chart,
    plot::{Frame, Table, places, push_apart, rounded, ticks},
};
use crate::{
    text::{Lang, decimal, number, plural, say, with_decimal_mark},
    ui::{
        icon,
        theme::{self, Theme, size},
    },
};

/// A plot of one or more curves over epochs.
#[derive(Clone, Debug, Default)]
pub struct CurvePlot {
    /// What a screen reader says: the plot's name and its last numbers.
    pub name: String,
    /// What it is a plot of, if there may be another one of the same name: each is looked at in its own part.
    pub of: String,
    /// The word for the horizontal value, in the table and under the pointer.
    pub across: String,
    pub lines: Vec<Line>,
    /// A thin line behind the others, between their points; no table and no pointer speaks of it.
    pub fine: Line,
    /// The horizontal range; at least this much is shown.
    pub x: (f64, f64),
    /// The vertical range, if it is not to follow the curves.
    pub y: Option<(f64, f64)>,
    /// The lowest and highest vertical values that make sense.
    pub bounds: (f64, f64),
    /// Decimal places of values under the pointer, at the lines' ends and in the table.
    pub digits: usize,
    /// Dotted vertical lines with their captions.
    pub marks: Vec<(f64, String)>,
    /// Values are learning rates: their axis begins at zero, and they are written as they are.
    pub rates: bool,
    /// The horizontal values are decimal logarithms of learning rates, and are written as rates.
    pub across_rates: bool,
    /// Only names stand at the lines' ends: a value of one of many lines would be taken for that of all.
    pub only_names: bool,
    /// Whether a part of it can be looked at: by dragging over it, by Ctrl and the wheel, and by [`CurvePlot::zoom_button`].
    pub zooms: bool,
}

/// Which part of a plot is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
enum View {
    #[default]
    Whole,
    /// The last epochs, as they come.
    Recent,
    Part(f64, f64),
}

/// Lines whose value under the pointer is written at most.
const SAID: usize = 24;
/// Epochs that count as the last ones.
const RECENT: f64 = 10.0;

/// One curve.
#[derive(Clone, Debug, Default)]
pub struct Line {
    pub name: String,
    pub color: Color32,
    pub points: Vec<[f64; 2]>,
    /// Drawn in dots: what is still to come, or another run's training part.
    pub dotted: bool,
    /// Whether its end is labeled with name and value.
    pub labeled: bool,
}

const LABEL: f32 = 15.0;
/// Room above and below the plot's inside, in points.
const ABOVE: f32 = 8.0;
const BELOW: f32 = 24.0;
/// Room for the label above the highest learning rate.
const HEADROOM: f32 = 20.0;
/// Between the last number of the horizontal axis and the word for it.
const BESIDE: f32 = 6.0;

/// How many marks a vertical axis of this height gets, about.
fn marks_wanted(height: f32) -> usize {
    (height / 40.0).clamp(3.0, 7.0) as usize
}

/// Where labels stand, and how far to the right they may reach.
struct Labels {
    taken: Vec<Rect>,
    right: f32,
}

impl CurvePlot {
    /// Draws the curves `height` high over the width there is.
    pub fn show(&self, ui: &mut Ui, lang: Lang, height: f32) -> Response {
        let sense = if self.zooms { Sense::click_and_drag() } else { Sense::hover() };
        let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), height), sense);
        response.widget_info(|| WidgetInfo::labeled(Role::Image, true, &self.name));
        if !ui.is_rect_visible(rect) {
            return response;
        }
        // Without anything to draw, axes would be invented.
        if self.lines.iter().chain([&self.fine]).all(|line| line.points.is_empty()) {
            return response;
        }
        let t = Theme::of(ui);
        let frame = self.frame(ui, rect, lang, self.shown(ui));
        self.axes(ui, t, &frame, rect, lang);
        let clip = frame.rect.expand(4.0);
        let painter = ui.painter_at(clip);
        let fine: Vec<_> = self.fine.points.iter().map(|p| frame.at(p[0], p[1])).collect();
        if fine.len() > 1 {
            painter.add(Shape::line(fine, Stroke::new(1.0, self.fine.color)));
        }
        for line in &self.lines {
            let points: Vec<_> = line.points.iter().map(|p| frame.at(p[0], p[1])).collect();
            if line.dotted {
                painter.extend(Shape::dashed_line(&points, Stroke::new(1.5, line.color), 2.0, 4.0));
            } else if points.len() > 1 {
                painter.add(Shape::line(points, Stroke::new(2.0, line.color)));
            }
        }
        let mut labels = self.ends(ui, t, &frame, rect, lang);
        for mark in &self.marks {
            self.mark(ui, t, &frame, &mut labels, mark);
        }
        self.pointer(ui, t, &frame, &response, lang);
        if self.zooms {
            self.zoom(ui, t, &frame, &response);
        }
        response
    }

    /// Draws them into a card with their numbers as its table.
    pub fn in_card(&self, ui: &mut Ui, lang: Lang, chart: Chart<'_>) {
        chart.show(ui, lang, || self.table(lang), |ui, height| drop(self.show(ui, lang, height)));
    }

    /// A button that switches between all epochs and the last ones, for the plot's title line. None while they are the same.
    pub fn zoom_button(&self, ui: &mut Ui, lang: Lang) {
        let view = self.view(ui);
        let (picture, name, next) = match view {
            View::Whole => (icon::ZOOM_IN, say("Show the last epochs", "Montrer les dernières époques"), View::Recent),
            _ => (icon::ZOOM_OUT, say("Show all epochs", "Montrer toutes les époques"), View::Whole),
        };
        let more = self.last() - self.x.0 > RECENT;
        if (more || view != View::Whole) && icon_button(ui, picture, &format!("{}, {}", name.get(lang), self.name)).clicked() {
            self.set_view(ui, next);
        }
    }

    fn view(&self, ui: &Ui) -> View {
        if !self.zooms {
            return View::Whole;
        }
        ui.data(|d| d.get_temp(self.id())).unwrap_or_default()
    }

    /// Where its view is kept.
    fn id(&self) -> Id {
        Id::unique(("view of a plot", &self.name, &self.of))
    }

    fn set_view(&self, ui: &Ui, view: View) {
        ui.data_mut(|d| d.insert_temp(self.id(), view));
    }

    /// The horizontal end of what there is.
    fn last(&self) -> f64 {
        self.lines.iter().filter_map(|line| line.points.last()).map(|p| p[0]).fold(self.x.0, f64::max)
    }

    /// The horizontal range that is shown.
    fn shown(&self, ui: &Ui) -> (f64, f64) {
        match self.view(ui) {
            View::Whole => self.x,
            View::Recent => {
                let last = self.last();
                ((last - RECENT).floor().max(self.x.0), (last + 1.0).ceil().min(self.x.1.max(last)))
            }
            View::Part(from, to) => (from, to),
        }
    }

    /// Dragging chooses a part, a double click shows all of it again.
    fn zoom(&self, ui: &Ui, t: &Theme, frame: &Frame, response: &Response) {
        let epochs = |from: f64, to: f64| {
            // Whole epochs, two at least.
            let (from, to) = (from.floor().max(self.x.0), to.ceil().min(self.x.1.max(self.last())));
            View::Part(from.min(to - 1.0), to)
        };
        if response.double_clicked() {
            return self.set_view(ui, View::Whole);
        }
        let factor = ui.input(egui::InputState::zoom_delta);
        if let Some(at) = response.hover_pos().filter(|_| (factor - 1.0).abs() > 1e-3) {
            let (x, (from, to)) = (frame.x_of(at.x), frame.x);
            let factor = f64::from(factor);
            let part = epochs(x - (x - from) / factor, x + (to - x) / factor);
            let whole = part == epochs(self.x.0, self.x.1);
            self.set_view(ui, if whole { View::Whole } else { part });
        }
        let id = response.id.with("dragged from");
        // Where the button went down: a drag is only known as one some points later.
        if let Some(from) = ui.input(|i| i.pointer.press_origin()).filter(|_| response.drag_started()) {
            ui.data_mut(|d| d.insert_temp(id, from.x));
        }
        let Some((from, to)) = ui.data(|d| d.get_temp::<f32>(id)).zip(response.interact_pointer_pos()) else { return };
        let (left, right) = (from.min(to.x).max(frame.rect.left()), from.max(to.x).min(frame.rect.right()));
        if right - left < 8.0 {
            return;
        }
        if response.dragged() {
            let band = Rect::from_min_max(pos2(left, frame.rect.top()), pos2(right, frame.rect.bottom()));
            ui.painter().rect_filled(band, 0.0, t.accent.gamma_multiply(0.12));
        }
        if response.drag_stopped() {
            self.set_view(ui, epochs(frame.x_of(left), frame.x_of(right)));
        }
    }

    /// A horizontal value as it is written.
    fn across_text(&self, lang: Lang, x: f64) -> String {
        if self.across_rates {
            return rate(lang, 10f64.powf(x));
        }
        // As many digits as tell the steps of an epoch apart.
        let digits = [1.0, 10.0].iter().filter(|scale| (x * *scale - (x * *scale).round()).abs() > 1e-9).count();
        if digits == 0 && x >= 0.0 { number(lang, x.round() as u64) } else { decimal(lang, x, digits) }
    }

    /// Every value, one row for each place on the horizontal axis.
    pub fn table(&self, lang: Lang) -> Table {
        let mut head = vec![self.across.clone()];
        head.extend(self.lines.iter().map(|l| l.name.clone()));
        let across = |mut points: Vec<[f64; 2]>| {
            points.sort_by(|a, b| a[0].total_cmp(&b[0]));
            points.dedup_by(|a, b| (a[0] - b[0]).abs() < 1e-9);
            points
        };
        let places = across(self.lines.iter().flat_map(|line| line.points.clone()).collect());
        let mut left: Vec<_> = self.lines.iter().map(|line| across(line.points.clone()).into_iter().peekable()).collect();
        let row =
            |[x, _]: &[f64; 2]| {
                let mut row = vec![self.across_text(lang, *x)];
                row.extend(left.iter_mut().map(|points| {
                    points.next_if(|p| (p[0] - x).abs() < 1e-9).map_or_else(String::new, |p| self.value(lang, p[1]))
                }));
                row
            };
        Table::new(head, places.iter().map(row).collect())
    }

    fn value(&self, lang: Lang, value: f64) -> String {
        if self.rates { rate(lang, value) } else { decimal(lang, value, self.digits) }
    }

    /// The plot's inside: room is left for the labels at the left, below, and at the lines' ends.
    fn frame(&self, ui: &Ui, rect: Rect, lang: Lang, x: (f64, f64)) -> Frame {
        let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
        let shown = |p: &&[f64; 2]| p[1].is_finite() && p[0] >= x.0 - 1e-9 && p[0] <= x.1 + 1e-9;
        for p in self.lines.iter().flat_map(|l| &l.points).filter(shown) {
            low = low.min(p[1]);
            high = high.max(p[1]);
        }
        // The fine line has its own room too, but for a spike or two.
        let mut fine: Vec<f64> = self.fine.points.iter().filter(shown).map(|p| p[1]).collect();
        fine.sort_by(f64::total_cmp);
        if let (Some(least), Some(most)) = (fine.get(fine.len() / 20), fine.get(fine.len() * 19 / 20)) {
            (low, high) = (low.min(*least), high.max(*most));
        }
        let (low, high) = self.y.unwrap_or((low, high));
        let inside = rect.height() - ABOVE - BELOW;
        // The label above the line needs room there.
        let headroom = f64::from((HEADROOM / inside.max(1.0)).clamp(0.13, 0.5));
        let y = match self.rates {
            true => (0.0, (high / (1.0 - headroom)).max(1e-9)),
            false => rounded(low, high, marks_wanted(inside), 0.02, self.bounds),
        };
        let right = self
            .lines
            .iter()
            .filter(|l| l.labeled)
            .filter_map(|l| Some((l.points.last()?, l)))
            .map(|(end, l)| {
                let width = text_width(ui, &self.end_label(lang, l, end[1]));
                let free = (x.1 - end[0]) / (x.1 - x.0).max(1e-9);
                (width + 18.0) - free.max(0.0) as f32 * (rect.width() - 130.0).max(0.0)
            })
            .fold(12.0f32, f32::max)
            .min(rect.width() * 0.4);
        let left = match (self.rates, rect.width() < 260.0) {
            (true, false) => 60.0,
            (true, true) => 50.0,
            (false, _) => 44.0,
        };
        // The label of a rate stands above its line, which needs no room behind its end.
        let right = if self.rates { 12.0 } else { right };
        let inside =
            Rect::from_min_max(pos2(rect.left() + left, rect.top() + ABOVE), pos2(rect.right() - right, rect.bottom() - BELOW));
        Frame { rect: inside, x, y }
    }

    fn axes(&self, ui: &Ui, t: &Theme, frame: &Frame, outer: Rect, lang: Lang) {
        let font = theme::regular(size::CAPTION);
        let painter = ui.painter();
        let marks = match self.rates {
            true => ticks(frame.y.0, frame.y.1, (frame.rect.height() / 40.0).clamp(1.0, 7.0) as usize),
            false => marks_to_the_ends(frame),
        };
        let digits = places(&marks);
        for y in marks {
            let at = frame.y_at(y);
            painter.hline(frame.rect.x_range(), at, Stroke::new(1.0, t.grid));
            let text = if self.rates { rate(lang, y) } else { decimal(lang, y, digits) };
            painter.text(pos2(frame.rect.left() - 8.0, at), Align2::RIGHT_CENTER, text, font.clone(), t.text3);
        }
        let wanted = (frame.rect.width() / 70.0).clamp(1.0, 10.0) as usize;
        let mut marks: Vec<f64> = ticks(frame.x.0, frame.x.1, wanted).into_iter().filter(|x| x.fract().abs() < 1e-9).collect();
        // The first epoch is 1, not 0: it gets its own mark, and its neighbours make room.
        let gap = (frame.x.1 - frame.x.0) / wanted.max(1) as f64 * 0.45;
        marks.retain(|x| *x - frame.x.0 > gap && frame.x.1 - *x > gap);
        marks.push(frame.x.0);
        if frame.x.1 > frame.x.0 {
            marks.push(frame.x.1);
        }
        let mut taken: Vec<Rect> = Vec::new();
        for x in marks {
            let at = pos2(frame.x_at(x), frame.rect.bottom() + 8.0);
            taken.push(painter.text(at, Align2::CENTER_TOP, self.across_text(lang, x), font.clone(), t.text3));
        }
        // What is counted there stands behind the last number, or else before it.
        let Some(last) = taken.last().copied() else { return };
        let name = painter.layout_no_wrap(self.across.clone(), font, t.text3);
        let places = [last.right() + BESIDE, last.left() - BESIDE - name.size().x].map(|x| pos2(x, last.top()));
        let free = |place: &Pos2| {
            let rect = Rect::from_min_size(*place, name.size());
            let inside = rect.left() >= outer.left() && rect.right() <= outer.right();
            inside && !taken.iter().any(|other| other.expand2(vec2(BESIDE - 1.0, 0.0)).intersects(rect))
        };
        if let Some(place) = places.into_iter().find(free) {
            painter.galley(place, name, t.text3);
        }
    }

    fn end_label(&self, lang: Lang, line: &Line, value: f64) -> String {
        match line.name.is_empty() {
            true => self.value(lang, value),
            false if self.only_names => line.name.clone(),
            false => format!("{} {}", line.name, self.value(lang, value)),
        }
    }

    /// Dots and labels at the lines' ends.
    fn ends(&self, ui: &Ui, t: &Theme, frame: &Frame, rect: Rect, lang: Lang) -> Labels {
        let mut taken = Vec::new();
        // Where a line leaves a plot of a given height, its name stands where it is last seen.
        let seen = |p: &&[f64; 2]| self.y.is_none_or(|_| frame.rect.expand(2.0).contains(frame.at(p[0], p[1])));
        let last = |l: &Line| l.points.iter().rev().find(seen).copied();
        let ends: Vec<_> = self.lines.iter().filter(|l| l.labeled).filter_map(|l| Some((l, last(l)?))).collect();
        let mut heights: Vec<f32> = ends.iter().map(|(_, p)| frame.y_at(p[1])).collect();
        if self.rates {
            // Above the line, which goes on as planned.
            heights.iter_mut().for_each(|y| *y -= LABEL * 0.95);
        }
        push_apart(&mut heights, LABEL, frame.rect.top() - 6.0, frame.rect.bottom() + 4.0);
        for ((line, end), y) in ends.iter().zip(heights) {
            let dot = frame.at(end[0], end[1]);
            if !frame.rect.expand(2.0).contains(dot) {
                continue;
            }
            ui.painter().circle_filled(dot, 3.5, line.color);
            let text = self.end_label(lang, line, end[1]);
            let galley = ui.painter().layout_no_wrap(text, theme::medium(size::CAPTION), line.color);
            let size = galley.size();
            let at = pos2((dot.x + 10.0).min(rect.right() - size.x), y - size.y / 2.0);
            // A label would wipe out a line that goes on from here: below it, or before its end, there may be room.
            let left = dot.x - 10.0 - size.x;
            let places = [at, at + vec2(0.0, LABEL), pos2(left, at.y + LABEL), pos2(left, at.y - LABEL), at - vec2(0.0, LABEL)];
            let back = |at: &Pos2| Rect::from_min_size(*at, size).expand2(vec2(2.0, 0.0));
            let free = |at: &Pos2| {
                let on_plot = back(at).bottom() <= frame.rect.bottom() + LABEL / 2.0 && at.x >= frame.rect.left();
                let inside = rect.expand(4.0).contains_rect(back(at)) && on_plot;
                inside
                    && !self.crosses(frame, back(at))
                    && !taken.iter().any(|other: &Rect| other.intersects(back(at).shrink(1.5)))
            };
            // Of several labels each keeps the height that the others left it.
            let moves = !self.rates && ends.len() <= 2 && self.crosses(frame, back(&at));
            let at = places.into_iter().find(free).filter(|_| moves).unwrap_or(at);
            ui.painter().rect_filled(back(&at), 2.0, t.surface.gamma_multiply(0.8));
            ui.painter().galley(at, galley, line.color);
            taken.push(back(&at));
        }
        Labels { taken, right: rect.right() }
    }

    /// A dotted vertical line with its caption where it covers nothing.
    fn mark(&self, ui: &Ui, t: &Theme, frame: &Frame, labels: &mut Labels, (x, caption): &(f64, String)) {
        let x = *x;
        if x < frame.x.0 || x > frame.x.1 {
            return;
        }
        let at = frame.x_at(x);
        let line = [pos2(at, frame.rect.top()), pos2(at, frame.rect.bottom())];
        ui.painter().extend(Shape::dotted_line(&line, t.text3, 5.0, 0.9));
        let galley = ui.painter().layout_no_wrap(caption.clone(), theme::regular(size::CAPTION), t.text2);
        let (left, right) = (at - 6.0 - galley.size().x, at + 6.0);
        let (low, high) = (frame.rect.bottom() - 4.0 - galley.size().y, frame.rect.top() + 2.0);
        // Where neither side has room in the plot, behind its end, and else over the line.
        let within =
            left.clamp(frame.rect.left() + 3.0, (frame.rect.right() - galley.size().x - 1.0).max(frame.rect.left() + 3.0));
        let sides = [pos2(left, low), pos2(right, low), pos2(left, high), pos2(right, high)];
        let places = sides.into_iter().chain([pos2(within, low), pos2(within, high)]);
        let rects: Vec<Rect> = places.map(|place| Rect::from_min_size(place, galley.size())).collect();
        let free = |r: &Rect, right: f32| {
            let inside = r.left() > frame.rect.left() + 2.0 && r.right() < right;
            inside && !labels.taken.iter().any(|other| other.intersects(*r))
        };
        let clear = |r: &Rect, right: f32| free(r, right) && !self.crosses(frame, r.expand(3.0));
        let end = frame.rect.right();
        let beside = rects[..4].iter().find(|r| clear(r, end)).or_else(|| rects[..4].iter().find(|r| clear(r, labels.right)));
        let over = || rects.iter().find(|r| clear(r, end)).or_else(|| rects.iter().find(|r| free(r, end)));
        // Over a curve it can be read, over another text it cannot: where that is all there is, the line says enough.
        let Some(rect) = beside.or_else(over) else { return };
        ui.painter().rect_filled(*rect, 2.0, t.surface.gamma_multiply(0.8));
        ui.painter().galley(rect.min, galley, t.text2);
        labels.taken.push(*rect);
    }

    /// Whether a curve goes through `rect`.
    fn crosses(&self, frame: &Frame, rect: Rect) -> bool {
        self.lines.iter().any(|line| {
            line.points.windows(2).any(|w| {
                let (a, b) = (frame.at(w[0][0], w[0][1]), frame.at(w[1][0], w[1][1]));
                (0..=8).any(|i| rect.contains(a.lerp(b, i as f32 / 8.0)))
            })
        })
    }

    /// The values under the pointer.
    fn pointer(&self, ui: &Ui, t: &Theme, frame: &Frame, response: &Response, lang: Lang) {
        let Some(pointer) = response.hover_pos().filter(|p| frame.rect.expand(6.0).contains(*p)) else { return };
        let x = frame.x_of(pointer.x);
        let all = self.lines.iter().flat_map(|l| l.points.iter().map(|p| p[0]));
        let Some(nearest) = all.min_by(|a, b| (a - x).abs().total_cmp(&(b - x).abs())) else { return };
        let values: Vec<(&Line, f64)> = self
            .lines
            .iter()
            .filter_map(|l| l.points.iter().find(|p| (p[0] - nearest).abs() < 1e-9).map(|p| (l, p[1])))
            .collect();
        ui.painter().vline(frame.x_at(nearest), frame.rect.y_range(), Stroke::new(1.0, t.stroke));
        for (line, value) in &values {
            ui.painter().circle(frame.at(nearest, *value), 4.0, t.surface, Stroke::new(2.0, line.color));
        }
        response.clone().on_hover_ui_at_pointer(|ui| {
            ui.style_mut().wrap_mode = Some(egui::TextWrapMode::Extend);
            ui.label(theme::caption(format!("{} {}", self.across, self.across_text(lang, nearest))).color(t.text2));
            // More have no room in the window; those that are named at their ends come first.
            let (mut first, others): (Vec<_>, Vec<_>) = values.iter().partition(|(line, _)| line.labeled);
            first.extend(others);
            for (line, value) in first.iter().take(SAID) {
                ui.label(theme::cell(format!("{} {}", line.name, self.value(lang, *value))).color(line.color));
            }
            if let more @ 1.. = first.len().saturating_sub(SAID) {
                let more = plural(lang, more as u64, say("more", "autre"), say("more", "autres"));
                ui.label(theme::caption(more).color(t.text2));
            }
        });
    }
}

/// A learning rate as people write it: `0.0001`, `0.00005`, and below that `3e-6`.
pub fn rate(lang: Lang, value: f64) -> String {
    if value == 0.0 || value >= 0.000_009_995 {
        let digits = (0..8).find(|&n| {
            let scaled = value * 10f64.powi(n);
            (scaled - scaled.round()).abs() <= scaled.abs() * 0.005
        });
        decimal(lang, value, digits.unwrap_or(6) as usize)
    } else {
        with_decimal_mark(lang, &format!("{value:.1e}").replace(".0e", "e"))
    }
}

/// Vertical marks of which the first and the last are the axis's ends, where a step or two less or more gives that.
fn marks_to_the_ends(frame: &Frame) -> Vec<f64> {
    let (low, high) = frame.y;
    let wanted = marks_wanted(frame.rect.height());
    let near = |mark: Option<&f64>, end: f64| mark.is_some_and(|mark| (mark - end).abs() < 1e-6 * (high - low));
    let all = (wanted..=wanted + 2).map(|wanted| ticks(low, high, wanted));
    let whole = all.into_iter().find(|marks| near(marks.first(), low) && near(marks.last(), high));
    whole.unwrap_or_else(|| ticks(low, high, wanted))
}

fn text_width(ui: &Ui, text: &str) -> f32 {
    ui.painter().layout_no_wrap(text.to_owned(), theme::medium(size::CAPTION), Color32::WHITE).size().x
}
