//! Groups drawn as ranges: a dot for the share, or the error in years, a bar for its 95% range, a dotted line for all.

use egui::{Align2, Rangef, Rect, Role, Sense, Shape, Stroke, Ui, WidgetInfo, pos2, vec2};

use super::{
    button::focus_ring,
    fitted::fitted,
    plot::{AMOUNTS, Frame, SHARES, Table, places, rounded, ticks},
};
use crate::{
    text::{Lang, decimal, number, percent, say, years},
    ui::theme::{self, RADIUS_FIELD, Theme, size},
};

/// What is measured of the groups.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Measure {
    /// The share that is right, of one: the more the better.
    #[default]
    Share,
    /// The mean error in years: the less the better.
    Years,
}

impl Measure {
    fn text(self, lang: Lang, value: f64, digits: usize) -> String {
        match self {
            Self::Share => percent(lang, value, digits),
            Self::Years => decimal(lang, value, digits),
        }
    }
}

/// One group.
#[derive(Clone, Debug, Default)]
pub struct Row {
    pub name: String,
    /// What is measured.
    pub share: f64,
    pub low: f64,
    pub high: f64,
    pub n: u32,
    /// Mean of the classes' F1, where the group holds all of them.
    pub f1: Option<f64>,
    /// Too few pictures to say much: gray.
    pub small: bool,
    /// Its range lies wholly below that of all; of errors, above.
    pub below: bool,
}

/// Height of the axis: its numbers, and below them the word for all.
const AXIS: f32 = 44.0;
/// The same where room is scarce: the word for all stands among the numbers.
const LOW_AXIS: f32 = 24.0;
/// The lowest rows that can be read.
const LEAST: f32 = 22.0;
/// The highest, of a few groups in a tall card.
const HIGHEST: f32 = 56.0;

/// Heights of a row and of the axis, for `rows` rows in `height`.
pub fn pitch(rows: usize, height: f32) -> [f32; 2] {
    let rows = rows.max(1) as f32;
    let axis = if LEAST * rows + AXIS + 4.0 <= height { AXIS } else { LOW_AXIS };
    [((height - axis - 4.0) / rows).clamp(LEAST, HIGHEST), axis]
}

/// Draws the groups over the width there is; gives the one that was activated by pointer, Enter or Space.
/// The heights are those of [`pitch`].
pub fn ranges(
    ui: &mut Ui,
    lang: Lang,
    rows: &[Row],
    (measure, all): (Measure, f64),
    selected: Option<usize>,
    [row_height, axis_height]: [f32; 2],
) -> Option<usize> {
    let t = Theme::of(ui);
    let size = vec2(ui.available_width(), rows.len() as f32 * row_height + axis_height);
    let (outer, _) = ui.allocate_exact_size(size, Sense::hover());
    let names = widest(ui, rows.iter().map(|r| r.name.clone()), size::TABLE).max(40.0).min(outer.width() * 0.42);
    let counts = widest(ui, rows.iter().map(|r| count(lang, r.n)), size::CAPTION);
    // The share, the count, and the gaps beside them.
    let numbers = counts + 58.0;
    let inside = Rect::from_min_max(
        pos2(outer.left() + names + 12.0, outer.top()),
        pos2(outer.right() - numbers, outer.bottom() - axis_height),
    );
    let frame = Frame { rect: inside, x: span(rows, measure, all), y: (0.0, 1.0) };
    let gray = rows.iter().any(|row| row.small).then_some(outer.x_range());
    axis(ui, t, &frame, lang, (measure, all), (axis_height < AXIS, gray));
    let mut chosen = None;
    for (index, row) in rows.iter().enumerate() {
        let top = outer.top() + index as f32 * row_height;
        let rect = Rect::from_min_max(pos2(outer.left() - 6.0, top), pos2(outer.right() + 4.0, top + row_height));
        let id = ui.scope_id().with(("range", index));
        let response = ui.interact(rect, id, Sense::click());
        let on = selected == Some(index);
        response.widget_info(|| WidgetInfo::selected(Role::Button, ui.is_enabled(), on, sentence(lang, measure, row)));
        if on {
            ui.painter().rect_filled(rect, RADIUS_FIELD, t.soft);
        } else if response.hovered() {
            ui.painter().rect_filled(rect, RADIUS_FIELD, t.surface2);
        }
        focus_ring(ui, &response, rect.shrink(2.0), RADIUS_FIELD);
        draw(ui, lang, &frame, rect, (measure, row), [names, counts]);
        if response.on_hover_cursor(egui::CursorIcon::PointingHand).on_hover_text(sentence(lang, measure, row)).clicked() {
            chosen = Some(index);
        }
    }
    chosen
}

/// From where to where the axis goes. It holds every range of shares, since two that began at its edge would look alike. The
/// error's range of a handful of pictures may be many times that of all others, which it would squeeze: it may run out, and
/// its row says so by an arrow.
fn span(rows: &[Row], measure: Measure, all: f64) -> (f64, f64) {
    match measure {
        Measure::Share => rounded(rows.iter().map(|r| r.low).fold(all, f64::min), 1.0, 4, 0.1, SHARES),
        Measure::Years => {
            let large = rows.iter().filter(|r| !r.small).map(|r| r.high);
            rounded(0.0, large.chain(rows.iter().map(|r| r.share)).fold(all, f64::max), 4, 1.0, AMOUNTS)
        }
    }
}

/// The groups as a table.
pub fn table(lang: Lang, rows: &[Row]) -> Table {
    let head = [
        say("group", "groupe"),
        say("right", "justes"),
        say("from", "de"),
        say("to", "à"),
        say("F1", "F1"),
        say("pictures", "images"),
    ];
    let row = |r: &Row| {
        let share = |value| percent(lang, value, 1);
        let f1 = r.f1.map_or_else(|| "–".to_owned(), |f1| decimal(lang, f1, 3));
        vec![r.name.clone(), share(r.share), share(r.low), share(r.high), f1, number(lang, r.n.into())]
    };
    Table::new(head.map(|h| h.get(lang).to_owned()), rows.iter().map(row).collect())
}

fn sentence(lang: Lang, measure: Measure, row: &Row) -> String {
    let digits = usize::from(measure == Measure::Years);
    let (low, high) = (measure.text(lang, row.low, digits), measure.text(lang, row.high, digits));
    let share = if measure == Measure::Years { years(lang, row.share, 1) } else { percent(lang, row.share, 0) };
    let n = number(lang, row.n.into());
    let few = if row.small { say(", too few to say much", ", trop peu pour conclure").get(lang) } else { "" };
    match (lang, measure) {
        (Lang::En, Measure::Years) => format!("{}: off by {share} on {n} pictures, between {low} and {high}{few}", row.name),
        (Lang::Fr, Measure::Years) => {
            format!("{}\u{a0}: erreur moyenne de {share} sur {n} images, entre {low} et {high}{few}", row.name)
        }
        (Lang::En, _) => format!("{}: {share} right of {n} pictures, between {low} and {high}{few}", row.name),
        (Lang::Fr, _) => format!("{}\u{a0}: {share} de bonnes réponses sur {n} images, entre {low} et {high}{few}", row.name),
    }
}

/// Draws a row into `rect`, with columns this wide for names and counts.
fn draw(ui: &Ui, lang: Lang, frame: &Frame, rect: Rect, (measure, row): (Measure, &Row), [names, counts]: [f32; 2]) {
    let t = Theme::of(ui);
    let middle = rect.center().y;
    let quiet = row.small;
    let text = if quiet { t.text3 } else { t.text };
    let galley = fitted(ui, &row.name, theme::regular(size::TABLE), text, names + 1.0);
    ui.painter().galley(pos2(rect.left() + 6.0, middle - galley.size().y / 2.0), galley, text);
    let color = if quiet {
        t.text3
    } else if row.below {
        t.bad
    } else {
        t.accent
    };
    let x = |value: f64| frame.x_at(value.clamp(frame.x.0, frame.x.1));
    let bar = Rect::from_min_max(pos2(x(row.low), middle - 3.0), pos2(x(row.high).max(x(row.low) + 2.0), middle + 3.0));
    ui.painter().rect_filled(bar, 3.0, color.gamma_multiply(0.32));
    ui.painter().circle_filled(pos2(x(row.share), middle), 4.5, color);
    if row.high > frame.x.1 {
        // The range goes on beyond the axis.
        let tip = pos2(frame.rect.right() + 8.0, middle);
        let base = [tip - vec2(7.0, 5.0), tip + vec2(-7.0, 5.0)];
        ui.painter().add(Shape::convex_polygon(vec![tip, base[0], base[1]], color, Stroke::NONE));
    }
    let font = theme::regular(size::CAPTION);
    let right = rect.right() - 4.0;
    ui.painter().text(pos2(right, middle), Align2::RIGHT_CENTER, count(lang, row.n), font.clone(), t.text3);
    let share = measure.text(lang, row.share, usize::from(measure == Measure::Years));
    ui.painter().text(
        pos2(right - counts - 12.0, middle),
        Align2::RIGHT_CENTER,
        share,
        font,
        if quiet { t.text3 } else { t.text2 },
    );
}

/// The numbers below the rows, what a `gray` row is, and the line for all; in a `low` axis its caption takes the place of the
/// numbers near it. `gray` is where its words have room.
fn axis(ui: &Ui, t: &Theme, frame: &Frame, lang: Lang, (measure, all): (Measure, f64), (low, gray): (bool, Option<Rangef>)) {
    let marks = ticks(frame.x.0, frame.x.1, (frame.rect.width() / 70.0).clamp(1.0, 5.0) as usize);
    let factor = if measure == Measure::Share { 100.0 } else { 1.0 };
    let digits = places(&marks.iter().map(|m| m * factor).collect::<Vec<_>>());
    let value = if measure == Measure::Years { years(lang, all, 1) } else { percent(lang, all, 1) };
    let caption = format!("{} {value}", say("all", "tous").get(lang));
    let font = theme::regular(size::CAPTION);
    let at = frame.x_at(all);
    let galley = ui.painter().layout_no_wrap(caption, theme::medium(size::CAPTION), t.text2);
    let left = (at - galley.size().x / 2.0).min(frame.rect.right() + 60.0 - galley.size().x);
    let below = if low { 6.0 } else { 24.0 };
    let caption = Rect::from_min_size(pos2(left, frame.rect.bottom() + below), galley.size());
    let line = [pos2(at, frame.rect.top()), pos2(at, caption.top() - 2.0)];
    let gray = gray.map(|room| {
        let text = say("gray: n < 30", "en gris\u{a0}: n < 30").get(lang).to_owned();
        let galley = ui.painter().layout_no_wrap(text, font.clone(), t.text3);
        let (size, right) = (galley.size(), room.max - galley.size().x);
        let corners = [(room.min, below), (right, below), (room.min, 6.0), (right, 6.0)];
        let places = corners.map(|(left, below)| Rect::from_min_size(pos2(left, frame.rect.bottom() + below), size));
        let free = |place: &&Rect| {
            let place = place.expand2(vec2(4.0, 0.0));
            !place.intersects(caption) && !place.intersects(Rect::from_points(&line))
        };
        (places.iter().find(free).unwrap_or(&places[0]).min, galley)
    });
    let words = gray.as_ref().map(|(at, galley)| Rect::from_min_size(*at, galley.size()));
    // A number below its mark, where the line for all, which leads to its caption through them, and the words leave it room.
    let number = |x: f64| {
        let text = ui.painter().layout_no_wrap(measure.text(lang, x, digits), font.clone(), t.text3);
        let place = Rect::from_min_size(pos2(frame.x_at(x) - text.size().x / 2.0, frame.rect.bottom() + 6.0), text.size());
        let room = place.expand2(vec2(4.0, 0.0));
        let taken = [Some(caption), Some(Rect::from_points(&line)), words].into_iter().flatten();
        taken.into_iter().all(|taken| !taken.intersects(room)).then_some((place.min, text))
    };
    // One number alone gives no scale.
    let marks = if marks.iter().filter_map(|x| number(*x)).count() < 2 { vec![frame.x.0, frame.x.1] } else { marks };
    for x in marks {
        ui.painter().vline(frame.x_at(x), frame.rect.y_range(), Stroke::new(1.0, t.grid));
        if let Some((at, text)) = number(x) {
            ui.painter().galley(at, text, t.text3);
        }
    }
    ui.painter().extend(Shape::dotted_line(&line, t.text2, 5.0, 0.9));
    ui.painter().galley(caption.min, galley, t.text2);
    if let Some((at, galley)) = gray {
        ui.painter().galley(at, galley, t.text3);
    }
}

/// `n 2,070`.
fn count(lang: Lang, n: u32) -> String {
    let n = number(lang, n.into());
    match lang {
        Lang::En => format!("n\u{a0}{n}"),
        Lang::Fr => format!("n\u{a0}=\u{a0}{n}"),
    }
}

/// The width of the widest of `texts`.
fn widest(ui: &Ui, texts: impl Iterator<Item = String>, size: f32) -> f32 {
    let width = |text| ui.painter().layout_no_wrap(text, theme::regular(size), egui::Color32::PLACEHOLDER).size().x;
    texts.map(width).fold(0.0, f32::max)
}
