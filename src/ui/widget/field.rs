//! Numbers to type or drag, sliders, and the "?" behind a name.

use std::{cell::Cell, ops::RangeInclusive};

use egui::{
    CornerRadius, DragValue, EventFilter, Frame, Id, Key, Modifiers, Popup, Rect, Response, Role, Sense, Stroke, Ui, Vec2,
    WidgetInfo, pos2, vec2,
};

use super::{
    button::{focus_ring, link},
    separator::separator,
};
use crate::{
    setting_def::Scale,
    text::{Lang, PERCENT, decimal, named, say, suffix},
    ui::{
        glossary,
        theme::{self, Theme},
    },
};

/// How a number's field looks and is called.
#[derive(Clone, Copy, Debug)]
pub struct Look<'a> {
    /// Read to screen readers.
    pub name: &'a str,
    /// Drawn behind the number.
    pub unit: &'a str,
    /// In points.
    pub width: f32,
}

/// A field for a whole number. One outside the range is not taken, and the range is shown.
pub fn whole(ui: &mut Ui, lang: Lang, look: Look<'_>, value: &mut u32, range: RangeInclusive<u32>) -> Response {
    let speed = (f64::from(range.end() - range.start()) / 400.0).clamp(0.05, 50.0);
    let typed = Typed::new(f64::from(*range.start())..=f64::from(*range.end()));
    let field = DragValue::new(value)
        .range(range)
        .speed(speed)
        .custom_parser(|text| typed.take(text.split_whitespace().collect::<String>().parse().ok()))
        .suffix(suffix(lang, look.unit));
    let response = sized(ui, look, field);
    typed.say(ui, lang, &response, 1.0);
    response
}

/// A field for a number, as [`whole`]. A share of one is shown in per cent.
pub fn number(ui: &mut Ui, lang: Lang, look: Look<'_>, value: &mut f64, range: RangeInclusive<f64>, scale: Scale) -> Response {
    let factor = if scale == Scale::Percent { 100.0 } else { 1.0 };
    let unit = if scale == Scale::Percent { PERCENT } else { look.unit };
    let speed = match scale {
        Scale::Log => (*value * 0.01).max(range.end() * 1e-6),
        Scale::Linear | Scale::Percent => (range.end() - range.start()) / 400.0,
    };
    let typed = Typed::new(range.clone());
    let field = DragValue::new(value)
        .range(range)
        .speed(speed)
        .custom_formatter(move |v, _| plain(lang, v * factor))
        .custom_parser(|text| {
            let number = text.trim().replace(',', ".").trim_end_matches(['%', ' ', '\u{a0}']).parse::<f64>();
            typed.take(number.ok().map(|v| v / factor))
        })
        .suffix(suffix(lang, unit));
    let response = sized(ui, look, field);
    typed.say(ui, lang, &response, factor);
    response
}

/// What is typed into a field, held to the field's range: nothing is made of it in silence.
struct Typed {
    range: RangeInclusive<f64>,
    /// Whether the last number that was typed in this frame lies outside, if one was.
    outside: Cell<Option<bool>>,
}

impl Typed {
    /// Seconds for which a refusal is shown after the field was left.
    const SHOWN: f64 = 4.0;

    fn new(range: RangeInclusive<f64>) -> Self {
        Self { range, outside: Cell::new(None) }
    }

    /// The number, if the field takes it.
    fn take(&self, number: Option<f64>) -> Option<f64> {
        let number = number?;
        let inside = self.range.contains(&number);
        self.outside.set(Some(!inside));
        inside.then_some(number)
    }

    /// Shows the range, in the field's unit, while somebody types; and that what was typed last is refused, if it lies outside.
    fn say(&self, ui: &Ui, lang: Lang, response: &Response, factor: f64) {
        let id = response.id.with("outside");
        let now = ui.input(|i| i.time);
        match self.outside.get() {
            Some(true) => ui.data_mut(|data| _ = data.insert_temp(id, now)),
            Some(false) => ui.data_mut(|data| data.remove::<f64>(id)),
            None => {}
        }
        let refused = ui.data(|data| data.get_temp::<f64>(id));
        if !response.has_focus() && refused.is_none_or(|since| now - since > Self::SHOWN) {
            ui.data_mut(|data| data.remove::<f64>(id));
            return;
        }
        let [low, high] = [self.range.start(), self.range.end()].map(|end| plain(lang, end * factor));
        let allowed = match lang {
            Lang::En => format!("{low} to {high}"),
            Lang::Fr => format!("de {low} à {high}"),
        };
        let t = Theme::of(ui);
        if refused.is_some() {
            let refusal = named(lang, say("Out of range; allowed", "Hors limites\u{a0}; permis").get(lang), allowed);
            response.show_tooltip_text(theme::cell(refusal).color(t.bad));
            ui.request_repaint_after_secs(Self::SHOWN as f32);
        } else {
            response.show_tooltip_text(theme::cell(allowed).color(t.text2));
        }
    }
}

/// A slider as wide as there is room. Arrow keys move it while it has the keyboard.
pub fn slider(ui: &mut Ui, name: &str, value: &mut f64, range: RangeInclusive<f64>, scale: Scale) -> Response {
    let t = Theme::of(ui);
    let (rect, mut response) = ui.allocate_exact_size(vec2(ui.available_width(), 18.0), Sense::click_and_drag());
    let rail =
        Rect::from_min_max(pos2(rect.left() + 7.0, rect.center().y - 2.0), pos2(rect.right() - 7.0, rect.center().y + 2.0));
    let mut place = place_of(*value, &range, scale);
    let before = *value;
    if let Some(pointer) = response.interact_pointer_pos() {
        place = ((pointer.x - rail.left()) / rail.width()).clamp(0.0, 1.0);
        *value = value_at(place, &range, scale);
    }
    if response.has_focus() {
        let filter = EventFilter { horizontal_arrows: true, ..EventFilter::default() };
        ui.memory_mut(|m| m.set_focus_lock_filter(response.id, filter));
        let (left, right) = ui.input(|i| (i.num_presses(Key::ArrowLeft), i.num_presses(Key::ArrowRight)));
        if left + right > 0 {
            place = (place + 0.02 * (right as f32 - left as f32)).clamp(0.0, 1.0);
            *value = value_at(place, &range, scale);
        }
    }
    if *value != before {
        response.mark_changed();
    }
    let shown = *value;
    response.widget_info(|| WidgetInfo::slider(ui.is_enabled(), shown, name));
    let x = egui::lerp(rail.left()..=rail.right(), place_of(*value, &range, scale));
    ui.painter().rect_filled(rail, CornerRadius::same(2), if t.dark { t.stroke } else { t.stroke.gamma_multiply(0.9) });
    ui.painter().rect_filled(rail.with_max_x(x), CornerRadius::same(2), t.accent);
    let def = Rect::from_center_size(pos2(x, rect.center().y), Vec2::splat(14.0));
    let radius = if response.hovered() || response.dragged() { 7.5 } else { 6.5 };
    ui.painter().circle(def.center(), radius, t.surface, Stroke::new(2.0, t.accent));
    focus_ring(ui, &response, def, 7);
    response
}

/// Whether a help stands below its row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unfolded {
    Not,
    /// Since this frame: it is brought into sight.
    Now,
    Before,
}

/// A small "?" whose help unfolds below it, within the row or the card, where it covers nothing of what it explains;
/// [`unfolded`] draws it. It folds by another click, by Escape, and once it was not drawn for a frame.
///
/// That it is open is remembered under `id`.
pub fn help_below(ui: &mut Ui, lang: Lang, name: &str, id: Id) -> Unfolded {
    let frame = ui.cumulative_frame_nr();
    let open = ui.data(|data| data.get_temp::<u64>(id)).is_some_and(|last| last + 1 >= frame);
    let response = mark(ui, lang, name, open);
    let escaped = open && escaped(ui);
    if escaped {
        // Escape has taken the keyboard from whatever had it.
        response.request_focus();
    }
    if response.clicked() || escaped {
        ui.request_repaint();
    }
    match (open, response.clicked() || escaped) {
        (false, true) => {
            ui.data_mut(|data| data.insert_temp(id, frame));
            Unfolded::Now
        }
        (true, false) => {
            ui.data_mut(|data| data.insert_temp(id, frame));
            Unfolded::Before
        }
        (true, true) => {
            ui.data_mut(|data| data.remove::<u64>(id));
            Unfolded::Not
        }
        (false, false) => Unfolded::Not,
    }
}

/// Whether Escape was pressed for the helps that are unfolded: all fold at once, and nothing else hears of it.
fn escaped(ui: &Ui) -> bool {
    let (id, frame) = (Id::unique("helps were folded by Escape"), ui.cumulative_frame_nr());
    if ui.data(|data| data.get_temp::<u64>(id)) == Some(frame) {
        return true;
    }
    let elsewhere = ui.memory(egui::Memory::top_modal_layer).is_some() || ui.text_edit_focused() || Popup::is_any_open(ui.ctx());
    let escaped = !elsewhere && ui.input_mut(|input| input.consume_key(Modifiers::NONE, Key::Escape));
    if escaped {
        ui.data_mut(|data| data.insert_temp(id, frame));
    }
    escaped
}

/// The help of a row or a card, with the terms of the trade in it, if it is unfolded.
pub fn unfolded(ui: &mut Ui, lang: Lang, name: &str, help: &str, state: Unfolded) {
    if state == Unfolded::Not {
        return;
    }
    let t = Theme::of(ui);
    let frame = Frame::new().fill(t.surface2).corner_radius(CornerRadius::same(theme::RADIUS_FIELD)).inner_margin(10);
    let shown = frame.show(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.spacing_mut().item_spacing.y = 6.0;
        ui.add(egui::Label::new(theme::cell(help).color(t.text)).wrap());
        words(ui, lang, &format!("{name}. {help}"));
    });
    ui.add_space(8.0);
    if state == Unfolded::Now {
        shown.response.scroll_to_me(None);
    }
}

/// The "?" itself; `open` tells whether what it unfolds is there.
fn mark(ui: &mut Ui, lang: Lang, name: &str, open: bool) -> Response {
    let t = Theme::of(ui);
    let (rect, response) = ui.allocate_exact_size(Vec2::splat(18.0), Sense::click());
    let about = match lang {
        Lang::En => format!("What is “{name}”?"),
        Lang::Fr => format!("Qu’est-ce que « {name} » ?"),
    };
    response.widget_info(|| WidgetInfo::selected(Role::Button, ui.is_enabled(), open, &about));
    let lit = response.hovered() || open;
    let (color, ring) = if lit { (t.accent, t.accent) } else { (t.text3, t.stroke) };
    ui.painter().circle_stroke(rect.center(), 7.5, Stroke::new(1.0, ring));
    ui.painter().text(rect.center(), egui::Align2::CENTER_CENTER, "?", theme::medium(10.5), color);
    focus_ring(ui, &response, rect, 9);
    response
}

/// The terms of the trade in `text`, in plain words, and the way to all others.
fn words(ui: &mut Ui, lang: Lang, text: &str) {
    let t = Theme::of(ui);
    let terms = glossary::occurring(lang, text, 3);
    ui.add_space(2.0);
    separator(ui);
    for term in &terms {
        ui.label(theme::caption(term.name.get(lang)).font(theme::medium(theme::size::CAPTION)).color(t.text));
        ui.add_space(-6.0);
        ui.label(theme::caption(term.meaning.get(lang)).color(t.text2));
    }
    if link(ui, say("Full glossary…", "Tout le glossaire…").get(lang)).clicked() {
        glossary::ask(ui.ctx(), terms.first().map_or("", |term| term.name.get(lang)));
    }
}

/// `value` without needless zeros, as `lang` writes it: `0.0001`, `0,5`, `12`.
pub fn plain(lang: Lang, value: f64) -> String {
    let rounded = (value * 1e9).round() / 1e9;
    let text = rounded.to_string();
    let digits = text.split_once('.').map_or(0, |(_, rest)| rest.len());
    decimal(lang, rounded, digits)
}

fn sized(ui: &mut Ui, Look { name, width, .. }: Look<'_>, field: DragValue<'_>) -> Response {
    ui.scope(|ui| {
        ui.spacing_mut().button_padding = vec2(8.0, 4.0);
        ui.spacing_mut().interact_size = vec2(width, theme::FIELD);
        ui.style_mut().text_styles.insert(egui::TextStyle::Button, theme::regular(theme::size::TABLE));
        ui.add_sized(vec2(width, theme::FIELD), field)
    })
    .inner
    .accessible_name(name)
}

/// The least value above zero that a logarithmic slider reaches.
fn floor(range: &RangeInclusive<f64>) -> f64 {
    if *range.start() > 0.0 { *range.start() } else { range.end() * 1e-5 }
}

/// Where zero ends and the logarithm begins.
const ZERO: f32 = 0.03;

fn place_of(value: f64, range: &RangeInclusive<f64>, scale: Scale) -> f32 {
    let (low, high) = (*range.start(), *range.end());
    if scale == Scale::Log {
        if value <= 0.0 {
            return 0.0;
        }
        let floor = floor(range);
        let share = ((value / floor).ln() / (high / floor).ln()).clamp(0.0, 1.0) as f32;
        let start = if low > 0.0 { 0.0 } else { ZERO };
        return start + share * (1.0 - start);
    }
    if high > low { ((value - low) / (high - low)).clamp(0.0, 1.0) as f32 } else { 0.0 }
}

fn value_at(place: f32, range: &RangeInclusive<f64>, scale: Scale) -> f64 {
    let (low, high) = (*range.start(), *range.end());
    if scale == Scale::Log {
        let start = if low > 0.0 { 0.0 } else { ZERO };
        if low <= 0.0 && place < ZERO / 2.0 {
            return 0.0;
        }
        let share = f64::from(((place - start) / (1.0 - start)).max(0.0));
        let value = floor(range) * (high / floor(range)).powf(share);
        // Two significant digits are as fine as anyone sets a rate by hand.
        let unit = 10f64.powf(value.log10().floor() - 1.0);
        return round_to(value, unit).clamp(low, high);
    }
    let step = 10f64.powf(((high - low) / 50.0).log10().floor());
    round_to(low + f64::from(place) * (high - low), step).clamp(low, high)
}

/// `value` rounded to whole `unit`s, without the noise of binary fractions.
fn round_to(value: f64, unit: f64) -> f64 {
    let rounded = (value / unit).round() * unit;
    format!("{rounded:.9}").parse().unwrap_or(rounded)
}
