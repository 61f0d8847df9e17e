//! Who is in it, where there are two classes: both, beside ages and race labels, as picture and as table. (More have bars of
//! their own in `classes`, ages in `ages`.)

use egui::{Align2, CornerRadius, CursorIcon, Rect, Response, Role, Sense, Ui, WidgetInfo, pos2, vec2};

use super::{
    State, classes,
    overview::Overview,
    wall::{Narrow, Wall},
};
use crate::{
    data::{dataset::Dataset, task::TaskKind},
    text::{Lang, number, percent, say},
    ui::{
        Cx, icon,
        theme::{self, Theme},
        widget::{
            bar::{self, BarShare},
            card::Card,
            choice, notice,
        },
    },
};

/// How the card shows it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum View {
    #[default]
    Ages,
    Races,
    Table,
}

const VIEWS: [View; 3] = [View::Ages, View::Races, View::Table];

/// Height of the pyramid's rows from which on the card need not be sparing, in points.
const ROOMY: f32 = 15.0;

/// Draws the card, with pyramid rows that are `row` points high; what is clicked narrows the wall.
pub fn show(ui: &mut Ui, cx: &Cx<'_>, dataset: &Dataset, state: &mut State, row: f32) {
    let State { overview, balance: view, wall, .. } = state;
    let tight = row < ROOMY;
    let t = Theme::of(ui);
    let lang = cx.lang;
    let counts: Vec<u64> = overview.summary.classes.iter().map(|class| class.pictures).collect();
    let total: u64 = counts.iter().sum();
    let ages = overview.has_ages();
    let mut chosen = None;
    // Folders may hold anything.
    let title = cx.say(match dataset.task.kind {
        TaskKind::Folders => say("What is in the data", "Ce que contiennent les données"),
        _ => say("Who is in the data", "Qui figure dans les données"),
    });
    Card::titled(title).show_with(
        ui,
        |ui| {
            if ages {
                let names = [
                    say("by age", "par âge"),
                    say("by race label", "par «\u{a0}race\u{a0}» notée"),
                    say("as a table", "en tableau"),
                ];
                let names = names.map(|name| name.get(lang).to_owned());
                let selected = VIEWS.iter().position(|v| v == view).unwrap_or(0);
                chosen = choice::view_menu(ui, selected, &names);
            }
        },
        |ui| {
            let part = |class: usize| BarShare {
                label: format!(
                    "{} {}",
                    dataset.task.name(class, lang),
                    percent(lang, counts[class] as f64 / total.max(1) as f64, 1)
                ),
                value: counts[class] as f64,
                color: t.class(class as u8),
            };
            let bar = bar::shares(ui, title, &[part(0), part(1)], if tight { 22.0 } else { 26.0 });
            classes::mark_small(ui, lang, &counts);
            let edge = counts[0] as f32 / total.max(1) as f32;
            if let Some(class) = side(ui, &bar, edge) {
                wall.narrow(Narrow { class: Some(class), ..Narrow::default() });
            }
            if ages {
                ui.add_space(2.0);
                match view {
                    View::Ages => pyramid(ui, cx, dataset, &rows_of_ages(cx, overview), row, wall),
                    View::Races => pyramid(ui, cx, dataset, &rows_of_races(cx, overview), row * 1.6, wall),
                    View::Table => table(ui, cx, dataset, overview, wall, if tight { 15.0 } else { 17.0 }),
                }
                let even = say(
                    "At every age there are about as many of both classes: age reveals little about the label",
                    "À chaque âge, les deux classes sont à peu près aussi nombreuses\u{a0}: l’âge dit peu de l’étiquette",
                );
                let few = say("Too few pictures per age to tell", "Trop peu d’images par âge pour le dire");
                let known = if overview.summary.tells_of_ages() { even } else { few };
                let text = overview.summary.shortcut.as_ref().map_or(known.get(lang), |sentence| sentence.get(lang));
                // Of age groups the age says all.
                if dataset.task.kind != TaskKind::AgeGroup {
                    notice::note(ui, icon::LIGHTBULB, t.validation, text);
                }
            }
        },
    );
    if let Some(index) = chosen {
        *view = VIEWS[index];
    }
}

/// Which side of a two-part bar, whose parts meet at the share `edge`, was clicked now.
fn side(ui: &Ui, bar: &Response, edge: f32) -> Option<usize> {
    let response = ui.interact(bar.rect, bar.id.with("sides"), Sense::click());
    let x = response.interact_pointer_pos().filter(|_| response.clicked())?.x;
    response.on_hover_cursor(CursorIcon::PointingHand);
    Some(usize::from(x > bar.rect.left() + edge * bar.rect.width()))
}

/// A name, the pictures of each class, and how the wall is narrowed to them.
type Row = (String, [u64; 2], Narrow);

/// The counts of two classes.
fn pair(counts: &[u64]) -> [u64; 2] {
    [0, 1].map(|class| counts.get(class).copied().unwrap_or_default())
}

fn rows_of_ages(cx: &Cx<'_>, overview: &Overview) -> Vec<Row> {
    let rows = overview.summary.ages.iter().enumerate();
    let narrow = |decade| Narrow { decade: Some(decade), ..Narrow::default() };
    rows.map(|(decade, band)| (short_decade(decade, cx.lang), pair(&band.pictures), narrow(decade))).rev().collect()
}

fn short_decade(decade: usize, lang: Lang) -> String {
    match (decade, lang) {
        (0, Lang::En) => "0 to 9".to_owned(),
        (8, _) => "80+".to_owned(),
        (_, Lang::En) => format!("{}s", decade * 10),
        (_, Lang::Fr) => format!("{} à {}", decade * 10, decade * 10 + 9),
    }
}

fn rows_of_races(cx: &Cx<'_>, overview: &Overview) -> Vec<Row> {
    let narrow = |race| Narrow { race: Some(race), ..Narrow::default() };
    let races = overview.summary.races.iter();
    races.map(|race| (race.name.get(cx.lang).to_owned(), pair(&race.pictures), narrow(race.label.into()))).collect()
}

/// Height of a row from which on its numbers stand at its bars, in points.
const NUMBERED: f32 = 19.0;

/// Bars to the left for class 0 and to the right for class 1, names between them.
fn pyramid(ui: &mut Ui, cx: &Cx<'_>, dataset: &Dataset, rows: &[Row], height: f32, wall: &mut Wall) {
    let t = Theme::of(ui);
    let most = rows.iter().flat_map(|(_, counts, _)| counts).copied().max().unwrap_or(1).max(1) as f32;
    let between = 64.0;
    let names = [0, 1].map(|class| dataset.task.name(class, cx.lang));
    for (name, counts, narrow) in rows {
        let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), height - 1.0), Sense::hover());
        ui.add_space(1.0 - ui.spacing().item_spacing.y);
        let [a, b] = counts.map(|count| number(cx.lang, count));
        let text = format!("{name}: {} {a}, {} {b}", names[0], names[1]);
        response.widget_info(|| WidgetInfo::labeled(Role::Label, true, &text));
        let half = rect.width() / 2.0 - between / 2.0;
        let bar = |class: usize, count: &str, from: f32, sign: f32| {
            let length = counts[class] as f32 / most * half;
            let end = from + sign * length;
            let bar = Rect::from_x_y_ranges(from.min(end)..=from.max(end), rect.y_range()).shrink2(vec2(0.0, 2.0));
            ui.painter().rect_filled(bar, CornerRadius::same(2), t.class(class as u8));
            if height >= NUMBERED {
                // Within a long bar, before a short one.
                let within = length > 0.5 * half;
                let (gap, color) = if within { (-6.0, t.on) } else { (6.0, t.text2) };
                let align = if within == (sign > 0.0) { Align2::RIGHT_CENTER } else { Align2::LEFT_CENTER };
                let at = pos2(end + sign * gap, rect.center().y);
                ui.painter().text(at, align, count, theme::regular(theme::size::CAPTION), color);
            }
        };
        bar(0, &a, rect.center().x - between / 2.0, -1.0);
        bar(1, &b, rect.center().x + between / 2.0, 1.0);
        let font = theme::regular(theme::size::CAPTION.min(height - 1.5));
        ui.painter().text(rect.center(), Align2::CENTER_CENTER, name, font, t.text2);
        if let Some(class) = side(ui, &response, 0.5) {
            wall.narrow(Narrow { class: Some(class), ..*narrow });
        }
        response.on_hover_text_at_pointer(text);
    }
    ui.add_space(ui.spacing().item_spacing.y);
}

fn table(ui: &mut Ui, cx: &Cx<'_>, dataset: &Dataset, overview: &Overview, wall: &mut Wall, height: f32) {
    let t = Theme::of(ui);
    let mut line = |ui: &mut Ui, cells: [String; 3], color, narrow: Option<Narrow>| {
        let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), height), Sense::hover());
        ui.add_space(-ui.spacing().item_spacing.y);
        response.widget_info(|| WidgetInfo::labeled(Role::Label, true, cells.join(", ")));
        for (cell, (share, align)) in
            cells.iter().zip([(0.0, Align2::LEFT_CENTER), (0.7, Align2::RIGHT_CENTER), (1.0, Align2::RIGHT_CENTER)])
        {
            let at = pos2(rect.left() + share * rect.width(), rect.center().y);
            ui.painter().text(at, align, cell, theme::regular(theme::size::CAPTION), color);
        }
        if let Some(narrow) = narrow
            && let Some(class) = side(ui, &response, 0.75)
        {
            wall.narrow(Narrow { class: Some(class), ..narrow });
        }
    };
    let [a, b] = [0, 1].map(|class| dataset.task.name(class, cx.lang));
    line(ui, [String::new(), a, b], t.text3, None);
    for (name, [a, b], narrow) in rows_of_ages(cx, overview).into_iter().chain(rows_of_races(cx, overview)) {
        line(ui, [name, number(cx.lang, a), number(cx.lang, b)], t.text, Some(narrow));
    }
    ui.add_space(ui.spacing().item_spacing.y);
}
