//! Options: a row for any [`SettingDef`]; and, in [`List`], those of a page in their groups.

mod list;
mod search;

use egui::{Align, Layout, Ui, vec2};

pub use list::List;
pub use search::{Sought, field as search_field};

use super::{
    button, choice,
    field::{self, Look, Unfolded},
    of_classes::Fields,
};
use crate::{
    problem::Problem,
    setting_def::{SettingDef, Value},
    settings::Settings,
    text::{Lang, Phrase, say},
    ui::{
        icon,
        theme::{self, Theme},
    },
};

/// What the rows need to know besides the settings.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    pub lang: Lang,
    /// A dot marks what differs from these.
    pub preset: &'a Settings,
    /// Shown beside the setting that each names.
    pub problems: &'a [Problem],
    /// The names of the classes that are learned; none before a data set is open.
    pub classes: &'a [String],
    /// The runs that can be started from, by id and name.
    pub runs: &'a [(String, String)],
    /// What is looked for; of nothing, all settings are shown.
    pub sought: &'a Sought,
}

/// One option: name, "?", a dot if it differs from `preset`, its field, a slider below, and what is wrong with it.
/// Gives whether it changed.
fn row(ui: &mut Ui, cx: Context<'_>, def: &mut SettingDef<'_>, preset: Option<&str>, problem: Option<&Problem>) -> bool {
    let (lang, t) = (cx.lang, Theme::of(ui));
    let before = def.text();
    let name = def.name.get(lang);
    ui.push_id(def.key.clone(), |ui| {
        ui.spacing_mut().item_spacing.y = 2.0;
        let (mut unfolded, help_id) = (Unfolded::Not, ui.scope_id().with("help"));
        let wide = wants_own_line(&def.value, ui.available_width() - 120.0);
        let height = if has_slider(&def.value) || wide { theme::ROW - 8.0 } else { theme::ROW };
        let room = vec2(ui.available_width(), height);
        ui.allocate_ui_with_layout(room, Layout::right_to_left(Align::Center), |ui| {
            ui.set_min_height(height);
            match &mut def.value {
                // The buttons stay where they are, however many numbers there are.
                Value::List { value, length, range } if wide => list_buttons(ui, lang, name, value, length, range),
                value if !wide => control(ui, cx, name, value),
                _ => {}
            }
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                ui.spacing_mut().item_spacing.x = 6.0;
                let usual = preset.filter(|usual| *usual != before);
                let others = if usual.is_some() { 50.0 } else { 26.0 };
                ui.scope(|ui| {
                    ui.set_max_width((ui.available_width() - others).max(40.0));
                    // A long name takes a second line rather than being cut.
                    let font = theme::regular(theme::size::BODY);
                    let mut job = egui::text::LayoutJob::simple(name.to_owned(), font, t.text, ui.available_width());
                    job.wrap.max_rows = 2;
                    ui.add(egui::Label::new(job).wrap());
                });
                unfolded = field::help_below(ui, lang, name, help_id);
                if let Some(usual) = usual.filter(|usual| dot(ui, lang, name, usual)) {
                    // A preset's own values are in range, so parsing cannot fail.
                    let _ = def.parse(usual);
                }
            });
        });
        if wide {
            ui.horizontal(|ui| match &mut def.value {
                Value::List { value, range, .. } => {
                    ui.spacing_mut().item_spacing.x = 4.0;
                    let each = (ui.available_width() + 4.0) / value.len().max(1) as f32 - 4.0;
                    list_numbers(ui, lang, name, value, range, each.clamp(30.0, NUMBER));
                }
                Value::OfClasses { value, range } => {
                    let fields = Fields { name, classes: cx.classes, range: range.clone() };
                    ui.vertical(|ui| fields.show(ui, lang, value));
                }
                value => control(ui, cx, name, value),
            });
            ui.add_space(6.0);
        }
        slider(ui, name, &mut def.value);
        field::unfolded(ui, lang, name, def.help.get(lang), unfolded);
        if let Some(problem) = problem {
            ui.horizontal_top(|ui| {
                ui.label(icon::TRIANGLE_ALERT.text(14.0).color(t.bad));
                let text = format!("{}. {}", problem.what.get(lang), problem.remedy.get(lang));
                ui.add(egui::Label::new(theme::caption(text).color(t.bad)).wrap());
            });
            ui.add_space(4.0);
        }
    });
    def.text() != before
}

/// Whether a slider stands below.
fn has_slider(value: &Value<'_>) -> bool {
    match value {
        Value::Whole { range, .. } => range.end() - range.start() <= 1000,
        Value::Number { .. } => true,
        _ => false,
    }
}

/// Whether the control is too wide to stand behind the name.
fn wants_own_line(value: &Value<'_>, room: f32) -> bool {
    match value {
        Value::List { value, length, .. } => {
            let steps = if *length.end() > *length.start() { 68.0 } else { 0.0 };
            value.len() as f32 * 52.0 + steps > room
        }
        Value::Table(_) | Value::OfClasses { .. } => true,
        _ => false,
    }
}

/// Marks what differs from the preset; gives whether it was clicked, to go back to `usual`.
fn dot(ui: &mut Ui, lang: Lang, name: &str, usual: &str) -> bool {
    let t = Theme::of(ui);
    let (rect, response) = ui.allocate_exact_size(egui::Vec2::splat(18.0), egui::Sense::click());
    let usual = if usual.is_empty() { say("nothing", "rien").get(lang) } else { usual };
    let (spoken, shown) = match lang {
        Lang::En => (format!("Reset {name}"), format!("Differs from the recipe: click to go back to {usual}")),
        Lang::Fr => (format!("Rétablir {name}"), format!("Diffère de la recette\u{a0}: cliquez pour revenir à {usual}")),
    };
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, ui.is_enabled(), &spoken));
    if response.hovered() || response.has_focus() {
        icon::ROTATE_CCW.paint(ui.painter(), rect, 13.0, t.accent);
    } else {
        ui.painter().circle_filled(rect.center(), 3.0, t.accent);
    }
    button::focus_ring(ui, &response, rect, 9);
    response.on_hover_text(shown).clicked()
}

/// The part that stands at the right end (in a right-to-left layout) or on a line of its own.
fn control(ui: &mut Ui, cx: Context<'_>, name: &str, value: &mut Value<'_>) {
    let lang = cx.lang;
    match value {
        Value::Switch(on) => {
            choice::switch(ui, on, name);
        }
        Value::Whole { value, range, unit } => {
            let width = if *range.end() > 100_000 { 110.0 } else { 76.0 };
            field::whole(ui, lang, Look { name, unit: unit.get(lang, f64::from(**value)), width }, value, range.clone());
        }
        Value::Number { value, range, scale, unit } => {
            let look = Look { name, unit: unit.get(lang, **value), width: 76.0 };
            field::number(ui, lang, look, value, range.clone(), *scale);
        }
        Value::Choice(select) => {
            let options = select.options();
            let mut chosen = select.selected();
            let selected = options.get(chosen).map_or("", |o| o.1.get(lang));
            let combo = egui::ComboBox::from_id_salt(name)
                .selected_text(theme::cell(selected))
                .width(116.0)
                .icon(chevron)
                .show_ui(ui, |ui| {
                    for (index, (_, name, about)) in options.iter().enumerate() {
                        let line = ui.selectable_value(&mut chosen, index, name.get(lang));
                        if line.on_hover_text(about.get(lang)).clicked() {
                            ui.close();
                        }
                    }
                });
            combo.response.accessible_name(name);
            select.select(chosen);
        }
        Value::List { value, length, range } => list_fields(ui, lang, name, value, length, range),
        // It has a line of its own.
        Value::OfClasses { .. } => {}
        Value::Run(run) => run_list(ui, cx, name, run),
        Value::Table(rows) => table_fields(ui, lang, name, rows),
    }
}

/// The mark of a menu, as buttons and chips have it.
fn chevron(ui: &Ui, rect: egui::Rect, _: &egui::style::WidgetVisuals, _: bool) {
    icon::CHEVRON_DOWN.paint(ui.painter(), rect, 14.0, Theme::of(ui).text3);
}

/// The runs to choose from, and nothing.
fn run_list(ui: &mut Ui, cx: Context<'_>, name: &str, run: &mut String) {
    let nothing = say("nothing", "rien").get(cx.lang);
    let known = cx.runs.iter().find(|(id, _)| id == run).map(|(_, name)| name.clone());
    let shown = if run.is_empty() { nothing.to_owned() } else { known.unwrap_or_else(|| run.clone()) };
    let list = egui::ComboBox::from_id_salt(name).selected_text(theme::cell(shown)).width(116.0).truncate().icon(chevron);
    let combo = list.show_ui(ui, |ui| {
        if ui.selectable_label(run.is_empty(), nothing).clicked() {
            run.clear();
        }
        for (id, name) in cx.runs {
            if ui.selectable_label(id == run, name).clicked() {
                run.clone_from(id);
            }
        }
    });
    combo.response.accessible_name(name);
}

/// Width of a number of a list.
const NUMBER: f32 = 48.0;

fn list_fields(
    ui: &mut Ui,
    lang: Lang,
    name: &str,
    value: &mut Vec<u32>,
    length: &std::ops::RangeInclusive<usize>,
    range: &std::ops::RangeInclusive<u32>,
) {
    ui.spacing_mut().item_spacing.x = 4.0;
    if ui.layout().prefer_right_to_left() {
        list_buttons(ui, lang, name, value, length, range);
        list_numbers(ui, lang, name, value, range, NUMBER);
    } else {
        list_numbers(ui, lang, name, value, range, NUMBER);
        list_buttons(ui, lang, name, value, length, range);
    }
}

fn list_numbers(ui: &mut Ui, lang: Lang, name: &str, value: &mut [u32], range: &std::ops::RangeInclusive<u32>, width: f32) {
    let (count, reversed) = (value.len(), ui.layout().prefer_right_to_left());
    for place in 0..count {
        let index = if reversed { count - 1 - place } else { place };
        let look = Look { name: &format!("{name} {}", index + 1), unit: "", width };
        field::whole(ui, lang, look, &mut value[index], range.clone());
    }
}

fn list_buttons(
    ui: &mut Ui,
    lang: Lang,
    name: &str,
    value: &mut Vec<u32>,
    length: &std::ops::RangeInclusive<usize>,
    range: &std::ops::RangeInclusive<u32>,
) {
    ui.spacing_mut().item_spacing.x = 4.0;
    // There may be two such lists.
    let own = |what: Phrase| format!("{name}, {}", what.get(lang));
    let add = |ui: &mut Ui, value: &mut Vec<u32>| {
        ui.add_enabled_ui(value.len() < *length.end(), |ui| {
            if button::icon_button(ui, icon::PLUS, &own(say("add one more", "ajouter une valeur"))).clicked() {
                let last = value.last().copied().unwrap_or(64);
                value.push(last.clamp(*range.start(), *range.end()));
            }
        });
    };
    let remove = |ui: &mut Ui, value: &mut Vec<u32>| {
        ui.add_enabled_ui(value.len() > *length.start(), |ui| {
            if button::icon_button(ui, icon::MINUS, &own(say("remove the last one", "retirer la dernière"))).clicked() {
                value.pop();
            }
        });
    };
    if ui.layout().prefer_right_to_left() {
        add(ui, value);
        remove(ui, value);
    } else {
        remove(ui, value);
        add(ui, value);
    }
}

fn table_fields(ui: &mut Ui, lang: Lang, name: &str, rows: &mut Vec<(u32, f64)>) {
    let t = Theme::of(ui);
    let mut gone = None;
    ui.vertical(|ui| {
        for (index, (epoch, rate)) in rows.iter_mut().enumerate() {
            ui.horizontal(|ui| {
                ui.label(theme::cell(say("from epoch", "dès l’époque").get(lang)).color(t.text2));
                let epoch_name = format!("{name}, {} {}", say("epoch", "époque").get(lang), index + 1);
                let look = Look { name: &epoch_name, unit: "", width: 56.0 };
                field::whole(ui, lang, look, epoch, crate::setting_def::TABLE_EPOCHS);
                let rate_name = format!("{name}, {} {}", say("rate", "taux").get(lang), index + 1);
                let look = Look { name: &rate_name, unit: "", width: 90.0 };
                field::number(ui, lang, look, rate, crate::setting_def::TABLE_RATES, crate::setting_def::Scale::Log);
                if button::icon_button(
                    ui,
                    icon::X,
                    &format!("{} {}", say("Remove line", "Retirer la ligne").get(lang), index + 1),
                )
                .clicked()
                {
                    gone = Some(index);
                }
            });
        }
        if button::link(ui, say("Add a line", "Ajouter une ligne").get(lang)).clicked() {
            let (epoch, rate) = rows.last().copied().unwrap_or((0, 1e-4));
            rows.push((epoch + 1, rate));
        }
    });
    if let Some(index) = gone {
        rows.remove(index);
    }
}

/// The slider below, for numbers in a range that a slider can resolve.
fn slider(ui: &mut Ui, name: &str, value: &mut Value<'_>) {
    if !has_slider(value) {
        return;
    }
    match value {
        Value::Whole { value, range, .. } => {
            let mut wide = f64::from(**value);
            let bounds = f64::from(*range.start())..=f64::from(*range.end());
            if field::slider(ui, name, &mut wide, bounds, crate::setting_def::Scale::Linear).changed() {
                **value = (wide.round() as u32).clamp(*range.start(), *range.end());
            }
        }
        Value::Number { value, range, scale, .. } => {
            field::slider(ui, name, value, range.clone(), *scale);
        }
        _ => return,
    }
    ui.add_space(6.0);
}
