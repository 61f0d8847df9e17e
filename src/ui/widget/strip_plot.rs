//! A strip plot: of each row all results as dots, with their mean and its range.

use std::collections::BTreeMap;

use egui::{Align2, Color32, CursorIcon, Pos2, Rect, Role, Sense, Stroke, Ui, WidgetInfo, pos2, vec2};

use super::{
    fitted::fitted,
    plot::{Frame, places, rounded, ticks},
};
use crate::{
    text::{Lang, named, plural, say},
    ui::theme::{self, Theme, size},
};

/// One row.
#[derive(Clone, Debug, Default)]
pub struct Strip {
    pub name: String,
    /// Each result with what it is called, and the number that a click on it gives.
    pub dots: Vec<Dot>,
    pub mean: Option<f64>,
    /// In which the mean lies.
    pub range: Option<[f64; 2]>,
    /// The mean as it is written at the row's end.
    pub shown: String,
    /// Written stronger than the others.
    pub leads: bool,
    /// Which of the axis's colors it has.
    pub place: usize,
}

/// One result.
#[derive(Clone, Debug, Default)]
pub struct Dot {
    pub name: String,
    pub value: f64,
    pub id: usize,
}

/// What the values are.
pub struct Axis<'a> {
    /// Between which they lie, and the axis with them.
    pub bounds: (f64, f64),
    /// Writes one with so many decimal places.
    pub text: &'a dyn Fn(f64, usize) -> String,
    /// The color of the row at a place: the same as in other plots.
    pub color: &'a dyn Fn(usize) -> Color32,
}

/// Height of the axis below the rows.
const AXIS: f32 = 24.0;
/// A row is at least and at most so high.
const ROW: [f32; 2] = [22.0, 56.0];
/// Results that are drawn one by one.
const DOTS: usize = 100;
/// A dot's radius, in points.
const RADIUS: f32 = 4.5;

/// The height that `rows` rows take at least.
pub fn least(rows: usize) -> f32 {
    rows as f32 * ROW[0] + AXIS
}

/// Draws the rows over the width there is, at most `height` high unless they need more; gives the dot that was activated.
pub fn strip_plot(ui: &mut Ui, lang: Lang, rows: &[Strip], height: f32, axis: &Axis<'_>) -> Option<usize> {
    let t = Theme::of(ui);
    let row = ((height - AXIS) / rows.len().max(1) as f32).clamp(ROW[0], ROW[1]);
    let room = vec2(ui.available_width(), row * rows.len() as f32 + AXIS);
    let (outer, _) = ui.allocate_exact_size(room, Sense::hover());
    let widest =
        rows.iter().map(|row| ui.painter().layout_no_wrap(row.name.clone(), theme::regular(size::TABLE), t.text).size().x);
    let names = widest.fold(0.0, f32::max).min(outer.width() * 0.4);
    let left = outer.left() + names + 20.0;
    let means =
        rows.iter().map(|row| ui.painter().layout_no_wrap(row.shown.clone(), theme::semibold(size::TABLE), t.text).size().x);
    let right = outer.right() - means.fold(0.0, f32::max).max(8.0) - 24.0;
    let inside = Rect::from_min_max(pos2(left, outer.top()), pos2(right, outer.bottom() - AXIS));
    let values = || rows.iter().flat_map(|row| row.dots.iter().map(|dot| dot.value).chain(row.range.into_iter().flatten()));
    let (low, high) = (values().fold(f64::INFINITY, f64::min), values().fold(f64::NEG_INFINITY, f64::max));
    let frame = Frame { rect: inside, x: rounded(low, high, 4, 0.01, axis.bounds), y: (0.0, 1.0) };
    let marks = ticks(frame.x.0, frame.x.1, (inside.width() / 80.0).clamp(2.0, 6.0) as usize);
    // A share is written in per cent, which has two places fewer.
    let digits = places(&marks);
    for x in marks {
        let at = frame.x_at(x);
        ui.painter().vline(at, inside.y_range(), Stroke::new(1.0, t.grid));
        let below = pos2(at, inside.bottom() + 6.0);
        ui.painter().text(below, Align2::CENTER_TOP, (axis.text)(x, digits), theme::regular(size::CAPTION), t.text3);
    }
    let mut chosen = None;
    for (index, strip) in rows.iter().enumerate() {
        let middle = outer.top() + (index as f32 + 0.5) * row;
        let name = fitted(ui, &strip.name, theme::regular(size::TABLE), t.text, names + 1.0);
        ui.painter().galley(pos2(outer.left() + 4.0, middle - name.size().y / 2.0), name, t.text);
        let color = (axis.color)(strip.place);
        let font = if strip.leads { theme::semibold(size::TABLE) } else { theme::regular(size::TABLE) };
        ui.painter().text(pos2(outer.right() - 2.0, middle), Align2::RIGHT_CENTER, &strip.shown, font, t.text);
        if let Some([low, high]) = strip.range {
            let [low, high] = [low, high].map(|end| frame.x_at(end.clamp(frame.x.0, frame.x.1)));
            let bar = Rect::from_x_y_ranges(low..=high, middle - 3.0..=middle + 3.0);
            ui.painter().rect_filled(bar, 3.0, color.gamma_multiply(0.28));
        }
        let place = Rect::from_x_y_ranges(inside.left() - 8.0..=inside.right() + 8.0, middle - row / 2.0..=middle + row / 2.0);
        // Dots lie over each other: the row takes the pointer, for the dot that is nearest. Keys have the list of runs.
        let response = ui.interact(place, ui.scope_id().with(("strip", index)), Sense::CLICK);
        response.widget_info(|| WidgetInfo::labeled(Role::Label, ui.is_enabled(), said(strip, lang)));
        let dots = stacked(strip, &frame, row);
        if strip.dots.len() > DOTS {
            heap(ui, strip, &frame, (middle, row), color.gamma_multiply(0.62));
        } else {
            dots.iter().for_each(|(_, at)| dot_at(ui, *at + vec2(0.0, middle), RADIUS, color.gamma_multiply(0.62)));
        }
        let pointed = response.hover_pos().and_then(|pointer| {
            let far = |at: Pos2| (at + vec2(0.0, middle)).distance_sq(pointer);
            dots.iter().min_by(|a, b| far(a.1).total_cmp(&far(b.1)))
        });
        if let Some((dot, at)) = pointed {
            dot_at(ui, *at + vec2(0.0, middle), RADIUS + 1.5, color);
            if response.clicked() {
                chosen = Some(dot.id);
            }
            response.on_hover_cursor(CursorIcon::PointingHand).on_hover_text_at_pointer(&dot.name);
        }
        if let Some(mean) = strip.mean {
            let at = frame.x_at(mean);
            ui.painter().vline(at, middle - 9.0..=middle + 9.0, Stroke::new(2.0, color));
        }
    }
    chosen
}

fn dot_at(ui: &Ui, at: Pos2, radius: f32, color: Color32) {
    ui.painter().circle(at, radius, color, Stroke::new(1.0, Theme::of(ui).surface));
}

/// Where each dot lies, from the row's middle: those at one place over each other, as far as the row is high. Of many all are
/// in the middle.
fn stacked<'a>(strip: &'a Strip, frame: &Frame, row: f32) -> Vec<(&'a Dot, Pos2)> {
    /// Points between two dots of one place.
    const APART: f32 = 5.0;
    let most = if strip.dots.len() > DOTS { 1 } else { ((row / 2.0 - RADIUS - 1.0) / APART).max(0.0) as usize * 2 + 1 };
    let mut there: BTreeMap<i32, usize> = BTreeMap::new();
    let place = |dot: &'a Dot| {
        let x = frame.x_at(dot.value);
        let before = there.entry((x / RADIUS).round() as i32).or_default();
        // In the middle, then by turns below and above it, and once there is no room over those.
        let nth = *before % most;
        *before += 1;
        let side = if nth % 2 == 1 { APART } else { -APART };
        (dot, pos2(x, side * nth.div_ceil(2) as f32))
    };
    strip.dots.iter().map(place).collect()
}

/// Many results as bars: how many lie at each place.
fn heap(ui: &Ui, strip: &Strip, frame: &Frame, (middle, row): (f32, f32), color: Color32) {
    /// A bar's width.
    const WIDE: f32 = 5.0;
    let mut bars: BTreeMap<i32, usize> = BTreeMap::new();
    for dot in &strip.dots {
        *bars.entry((frame.x_at(dot.value) / WIDE).floor() as i32).or_default() += 1;
    }
    let (most, room) = (bars.values().copied().max().unwrap_or(1), row / 2.0 - 3.0);
    for (place, count) in bars {
        let high = (room * count as f32 / most as f32).max(1.5);
        let left = place as f32 * WIDE;
        let bar = Rect::from_x_y_ranges(left + 0.5..=left + WIDE - 0.5, middle - high..=middle + high);
        ui.painter().rect_filled(bar, 1.0, color);
    }
}

/// What a row says to a screen reader: each result, or of many the lowest and the highest.
fn said(strip: &Strip, lang: Lang) -> String {
    /// Results that are read out one by one.
    const FEW: usize = 20;
    let all = |dots: &mut dyn Iterator<Item = &Dot>| dots.map(|dot| dot.name.as_str()).collect::<Vec<_>>().join(", ");
    let said = if strip.dots.len() <= FEW {
        all(&mut strip.dots.iter())
    } else {
        let by_value = |a: &&Dot, b: &&Dot| a.value.total_cmp(&b.value);
        let (dots, ends) = (strip.dots.iter(), [strip.dots.iter().min_by(by_value), strip.dots.iter().max_by(by_value)]);
        let results = plural(lang, dots.len() as u64, say("result", "résultat"), say("results", "résultats"));
        named(lang, results, all(&mut ends.into_iter().flatten()))
    };
    format!("{} {said}", strip.name).trim().to_owned()
}
