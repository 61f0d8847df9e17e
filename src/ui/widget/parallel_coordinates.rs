//! Parallel coordinates (Inselberg 1985): an axis for each option and one for the result, a line through them for each run.

use egui::{Color32, CursorIcon, EventFilter, Key, Painter, Pos2, Rect, Role, Sense, Shape, Stroke, Ui, WidgetInfo, pos2, vec2};

use super::{
    button::{focus_ring, mix},
    fitted::fitted,
};
use crate::{
    text::{Lang, is_number, say},
    ui::theme::{self, RADIUS_FIELD, Theme, size},
};

/// One axis.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Axis {
    pub name: String,
    /// Where values are written: from 0, its lower end, to 1.
    pub marks: Vec<(f32, String)>,
}

/// One run.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RunLine {
    /// What it is called, with its result.
    pub name: String,
    /// Its place on each axis, from 0 to 1.
    pub places: Vec<f32>,
    /// From the worst of all results, 0, to the best, 1.
    pub rank: f32,
    /// The number that a click on it gives.
    pub id: usize,
}

/// What is drawn. The last axis is that of the result.
#[derive(Clone, Copy, Debug)]
pub struct ParallelCoordinates<'a> {
    /// What it shows, for who does not see it.
    pub name: &'a str,
    pub axes: &'a [Axis],
    pub runs: &'a [RunLine],
}

/// Room above the axes for their names, and below them for a line of text.
const ABOVE: f32 = 26.0;
const BELOW: f32 = 30.0;
/// Room beside the outermost axes.
const BESIDE: f32 = 30.0;
/// Points within which a pointer takes hold of a line.
const REACH: f32 = 9.0;
/// The least distance of two marks of one axis.
const MARK: f32 = 17.0;

/// The color of a result: from that of the validation part, for the worst, to the accent. Orange and blue stay apart for all
/// color-blind eyes, and each keeps its contrast on a card.
pub fn color(t: &Theme, rank: f32) -> Color32 {
    mix(t.validation, t.accent, rank.clamp(0.0, 1.0))
}

impl ParallelCoordinates<'_> {
    /// Where the axes stand in `outer`, each from its lower end to its upper one.
    pub fn axes_in(axes: usize, outer: Rect) -> Vec<[Pos2; 2]> {
        let inside = Rect::from_min_max(outer.min + vec2(BESIDE, ABOVE), outer.max - vec2(BESIDE, BELOW));
        let x = |at: usize| match axes {
            1 => inside.center().x,
            _ => inside.left() + inside.width() * at as f32 / (axes - 1) as f32,
        };
        (0..axes).map(|at| [pos2(x(at), inside.bottom()), pos2(x(at), inside.top())]).collect()
    }

    /// Draws it `height` high over the width there is; gives the run that was activated.
    pub fn show(&self, ui: &mut Ui, lang: Lang, height: f32) -> Option<usize> {
        let (outer, response) = ui.allocate_exact_size(vec2(ui.available_width(), height), Sense::click());
        let axes = Self::axes_in(self.axes.len(), outer);
        // From the best to the worst, for the keys.
        let mut order: Vec<usize> = (0..self.runs.len()).collect();
        order.sort_by(|a, b| self.runs[*b].rank.total_cmp(&self.runs[*a].rank));
        let place = response.id.with("place");
        let mut at: usize = ui.data(|data| data.get_temp(place)).unwrap_or_default();
        if response.has_focus() {
            at = step(ui, at, order.len());
            ui.data_mut(|data| data.insert_temp(place, at));
        }
        let under = |pointer: Pos2| self.under(&axes, &order, pointer);
        let hovered = response.hover_pos().and_then(under);
        let by_keys = order.get(at.min(order.len().saturating_sub(1))).copied().filter(|_| response.has_focus());
        // A pointer that rests somewhere does not hide where the keyboard is.
        let marked = by_keys.or(hovered);
        self.lines(ui, &axes, &order, marked);
        self.scales(ui, &axes, outer);
        self.caption(ui, lang, outer, by_keys);
        focus_ring(ui, &response, outer, RADIUS_FIELD);
        let said = marked.map_or(self.name, |run| &self.runs[run].name);
        response.widget_info(|| WidgetInfo::labeled(Role::Image, true, said));
        let entered = response.has_focus() && ui.input(|input| input.key_pressed(Key::Enter) || input.key_pressed(Key::Space));
        let chosen = match (entered, response.clicked()) {
            (true, _) => by_keys,
            (_, true) => response.interact_pointer_pos().and_then(under),
            _ => None,
        };
        if let Some(run) = hovered {
            response.on_hover_cursor(CursorIcon::PointingHand).on_hover_text_at_pointer(&self.runs[run].name);
        }
        chosen.map(|run| self.runs[run].id)
    }

    /// The points of a run's line.
    fn points(&self, run: usize, axes: &[[Pos2; 2]]) -> Vec<Pos2> {
        axes.iter().zip(&self.runs[run].places).map(|([low, high], place)| low.lerp(*high, *place)).collect()
    }

    /// The nearest line within reach; of those on one place the best.
    fn under(&self, axes: &[[Pos2; 2]], order: &[usize], pointer: Pos2) -> Option<usize> {
        let far = |run: usize| {
            let points = self.points(run, axes);
            let first = points.first().map_or(f32::INFINITY, |point| point.distance(pointer));
            points.windows(2).map(|ends| distance(pointer, ends[0], ends[1])).fold(first, f32::min)
        };
        let nearest = order.iter().map(|run| (*run, far(*run))).min_by(|a, b| a.1.total_cmp(&b.1));
        nearest.filter(|(_, far)| *far <= REACH).map(|(run, _)| run)
    }

    /// The lines, the best over the others, and the marked one over all.
    fn lines(&self, ui: &Ui, axes: &[[Pos2; 2]], order: &[usize], marked: Option<usize>) {
        let t = Theme::of(ui);
        let strength = match (marked, self.runs.len()) {
            (Some(_), _) => 0.3,
            (None, ..=30) => 0.85,
            (None, _) => 0.6,
        };
        for run in order.iter().rev().copied().filter(|run| Some(*run) != marked).chain(marked) {
            let points = self.points(run, axes);
            let color = color(t, self.runs[run].rank);
            let (color, width) = if Some(run) == marked { (color, 3.0) } else { (color.gamma_multiply(strength), 1.6) };
            // On one axis a run is a point.
            for point in points.iter().filter(|_| points.len() == 1 || Some(run) == marked) {
                ui.painter().circle(*point, width + 2.0, color, Stroke::new(1.0, t.surface));
            }
            ui.painter().add(Shape::line(points, Stroke::new(width, color)));
        }
    }

    /// The axes with their names and values; that of the result in the colors of the lines.
    fn scales(&self, ui: &Ui, axes: &[[Pos2; 2]], outer: Rect) {
        let t = Theme::of(ui);
        let painter = ui.painter();
        let apart = axes.get(1).map_or(outer.width(), |second| second[0].x - axes[0][0].x);
        let last = axes.len().saturating_sub(1);
        let free = self.free(ui, axes, outer);
        let wide = |(_, text): &(f32, String)| {
            ui.painter().layout_no_wrap(text.clone(), theme::regular(size::CAPTION), Color32::PLACEHOLDER).size().x + 1.0
        };
        let results = self.axes.last().map_or(0.0, |axis| axis.marks.iter().map(wide).fold(0.0, f32::max)).min(apart * 0.6);
        for (index, ([low, high], axis)) in axes.iter().zip(self.axes).enumerate() {
            painter.line_segment([*low, *high], Stroke::new(1.5, t.text3));
            if index == last {
                result_scale(painter, t, *low, *high);
            }
            let color = if index == last { t.text } else { t.text2 };
            let font = if index == last { theme::semibold(size::CAPTION) } else { theme::medium(size::CAPTION) };
            // Half the distance to each neighbor, unless the neighbors leave more; at the edge there is one, and what is beside
            // the axes.
            let room = match index {
                _ if last == 0 || free[index] => outer.width(),
                at if at == 0 || at == last => (apart / 2.0 + BESIDE - 6.0).min(apart - 10.0),
                _ => apart - 10.0,
            };
            let name = fitted(ui, &axis.name, font, color, room);
            let left = (low.x - name.size().x / 2.0).clamp(outer.left(), (outer.right() - name.size().x).max(outer.left()));
            painter.galley(pos2(left, high.y - 9.0 - name.size().y), name, color);
            for (at, text) in apart_enough(&axis.marks, low.y - high.y) {
                let y = low.y + (high.y - low.y) * at;
                // The last one's values stand at its left, where the window ends, and those beside them have what is left.
                let room = match index {
                    _ if index == last && last > 0 => (apart * 0.4 - 8.0).max(results),
                    _ if index + 1 == last => (apart * 0.6 - 8.0).min(apart - results - 24.0).min(152.0),
                    _ => (apart * 0.6).min(160.0) - 8.0,
                };
                let number = is_number(text);
                let text = fitted(ui, text, theme::regular(size::CAPTION), t.text2, room);
                // Half a number would be another one.
                if number && text.elided {
                    continue;
                }
                let x = if index == last { low.x - 9.0 - text.size().x } else { low.x + 7.0 };
                painter.hline(low.x - 3.0..=low.x + 3.0, y, Stroke::new(1.5, t.text3));
                let place = Rect::from_min_size(pos2(x, y - text.size().y / 2.0), text.size());
                painter.rect_filled(place.expand2(vec2(2.0, 0.0)), 2.0, t.surface.gamma_multiply(0.78));
                painter.galley(place.min, text, t.text2);
            }
        }
    }

    /// Of each axis, whether its whole name has room between those of its neighbors.
    fn free(&self, ui: &Ui, axes: &[[Pos2; 2]], outer: Rect) -> Vec<bool> {
        /// Between two names.
        const GAP: f32 = 8.0;
        let spans: Vec<[f32; 2]> = axes
            .iter()
            .zip(self.axes)
            .map(|([low, _], axis)| {
                let wide = ui.painter().layout_no_wrap(axis.name.clone(), theme::semibold(size::CAPTION), Color32::PLACEHOLDER);
                let left = (low.x - wide.size().x / 2.0).clamp(outer.left(), (outer.right() - wide.size().x).max(outer.left()));
                [left, left + wide.size().x]
            })
            .collect();
        let apart = |at: usize| spans.get(at + 1).is_none_or(|next| spans[at][1] + GAP <= next[0]);
        (0..spans.len()).map(|at| apart(at) && (at == 0 || apart(at - 1))).collect()
    }

    /// Below: the run that the keyboard is at, or what the colors say.
    fn caption(&self, ui: &Ui, lang: Lang, outer: Rect, by_keys: Option<usize>) {
        let t = Theme::of(ui);
        let legend = say(
            "A line is a run, from orange (the worst) to blue (the best)",
            "Une ligne est un essai, de l’orange (le pire) au bleu (le meilleur)",
        );
        let (text, color) = match by_keys {
            Some(run) => (self.runs[run].name.as_str(), t.text),
            None => (legend.get(lang), t.text3),
        };
        let text = fitted(ui, text, theme::regular(size::CAPTION), color, outer.width() - 16.0);
        let at = pos2(outer.center().x - text.size().x / 2.0, outer.bottom() - 2.0 - text.size().y);
        ui.painter().galley(at, text, color);
    }
}

/// The place after the arrow keys: down and right to the next worse, up and left to the next better.
fn step(ui: &Ui, at: usize, runs: usize) -> usize {
    ui.memory_mut(|memory| {
        let filter = EventFilter { horizontal_arrows: true, vertical_arrows: true, ..EventFilter::default() };
        if let Some(focused) = memory.focused() {
            memory.set_focus_lock_filter(focused, filter);
        }
    });
    let presses = |key| ui.input(|input| input.num_presses(key));
    let (on, back) = (presses(Key::ArrowDown) + presses(Key::ArrowRight), presses(Key::ArrowUp) + presses(Key::ArrowLeft));
    (at + on).saturating_sub(back).min(runs.saturating_sub(1))
}

/// A bar in the colors of the results.
fn result_scale(painter: &Painter, t: &Theme, low: Pos2, high: Pos2) {
    const STEPS: u8 = 24;
    for step in 0..STEPS {
        let [from, to] = [step, step + 1].map(|step| low.lerp(high, f32::from(step) / f32::from(STEPS)));
        let bar = Rect::from_two_pos(pos2(from.x - 2.5, from.y), pos2(to.x + 2.5, to.y));
        painter.rect_filled(bar, 0.0, color(t, (f32::from(step) + 0.5) / f32::from(STEPS)));
    }
}

/// The marks that have room on an axis of this height: the outermost first.
fn apart_enough(marks: &[(f32, String)], height: f32) -> Vec<(f32, &str)> {
    let ends = marks.first().into_iter().chain(marks.last().filter(|_| marks.len() > 1));
    let inner = marks.iter().skip(1).take(marks.len().saturating_sub(2));
    let mut shown: Vec<(f32, &str)> = Vec::new();
    for (at, text) in ends.chain(inner) {
        if shown.iter().all(|(other, _)| (at - other).abs() * height >= MARK) {
            shown.push((*at, text));
        }
    }
    shown
}

/// How far a point is from a line between two others.
fn distance(point: Pos2, from: Pos2, to: Pos2) -> f32 {
    let along = to - from;
    let share = ((point - from).dot(along) / along.length_sq().max(1e-6)).clamp(0.0, 1.0);
    (from + along * share).distance(point)
}
