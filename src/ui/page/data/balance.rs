//! Who is in it: classes, ages and race labels, as picture and as table.

use egui::{Align2, CornerRadius, Rect, Role, Sense, Ui, WidgetInfo, pos2, vec2};

use super::overview::{BANDS, Overview};
use crate::{
    data::sample::{Dataset, RACES},
    text::{number, percent, say},
    ui::{
        Cx, icon,
        theme::{self, Theme},
        widget::{
            bar::{self, Share},
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

/// Draws the card.
pub fn show(ui: &mut Ui, cx: &Cx<'_>, dataset: &Dataset, overview: &Overview, view: &mut View) {
    let t = Theme::of(ui);
    let lang = cx.lang;
    let counts = dataset.balance();
    let total = counts[0] + counts[1];
    let ages = overview.has_ages();
    let mut chosen = None;
    let title = cx.say(say("Who is in it", "Qui s’y trouve"));
    Card::titled(title).show_with(
        ui,
        |ui| {
            if ages {
                let names =
                    [say("by age", "par âge"), say("by race label", "par origine notée"), say("as a table", "en tableau")];
                let names = names.map(|name| name.get(lang).to_owned());
                let selected = VIEWS.iter().position(|v| v == view).unwrap_or(0);
                chosen = choice::chip_menu(ui, selected, &names);
            }
        },
        |ui| {
            let part = |class: usize| Share {
                label: format!("{} {}", dataset.classes[class], percent(lang, counts[class] as f64 / total.max(1) as f64, 1)),
                value: counts[class] as f64,
                color: t.class(class as u8),
            };
            bar::shares(ui, title, &[part(0), part(1)], 26.0);
            if !ages {
                return;
            }
            ui.add_space(2.0);
            match view {
                View::Ages => pyramid(ui, cx, dataset, &rows_of_ages(cx, overview), 15.0),
                View::Races => pyramid(ui, cx, dataset, &rows_of_races(cx, overview), 24.0),
                View::Table => table(ui, cx, dataset, overview),
            }
            if let Some(text) = overview.accident(lang, dataset) {
                notice::note(ui, icon::LIGHTBULB, t.validation, &text);
            }
        },
    );
    if let Some(index) = chosen {
        *view = VIEWS[index];
    }
}

type Row = (String, [usize; 2]);

fn rows_of_ages(cx: &Cx<'_>, overview: &Overview) -> Vec<Row> {
    let name = |band: usize| match band {
        0 => say("0 to 9", "0 à 9").get(cx.lang).to_owned(),
        b if b + 1 == BANDS => say("80 +", "80 +").get(cx.lang).to_owned(),
        b => match cx.lang {
            crate::text::Lang::En => format!("{}s", b * 10),
            crate::text::Lang::Fr => format!("{} à {}", b * 10, b * 10 + 9),
        },
    };
    (0..BANDS).rev().map(|band| (name(band), overview.ages[band])).collect()
}

fn rows_of_races(cx: &Cx<'_>, overview: &Overview) -> Vec<Row> {
    RACES.iter().zip(overview.races).map(|(name, counts)| (name.get(cx.lang).to_owned(), counts)).collect()
}

/// Bars to the left for class 0 and to the right for class 1, names between them.
fn pyramid(ui: &mut Ui, cx: &Cx<'_>, dataset: &Dataset, rows: &[Row], height: f32) {
    let t = Theme::of(ui);
    let most = rows.iter().flat_map(|(_, counts)| counts).copied().max().unwrap_or(1).max(1) as f32;
    let between = 64.0;
    for (name, counts) in rows {
        let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), height - 1.0), Sense::hover());
        ui.add_space(1.0 - ui.spacing().item_spacing.y);
        let [a, b] = counts.map(|count| number(cx.lang, count as u64));
        let text = format!("{name}: {} {a}, {} {b}", dataset.classes[0], dataset.classes[1]);
        response.widget_info(|| WidgetInfo::labeled(Role::Label, true, &text));
        let half = rect.width() / 2.0 - between / 2.0;
        let bar = |class: usize, from: f32, sign: f32| {
            let length = counts[class] as f32 / most * half;
            let end = from + sign * length;
            let bar = Rect::from_x_y_ranges(from.min(end)..=from.max(end), rect.y_range()).shrink2(vec2(0.0, 2.0));
            ui.painter().rect_filled(bar, CornerRadius::same(2), t.class(class as u8));
        };
        bar(0, rect.center().x - between / 2.0, -1.0);
        bar(1, rect.center().x + between / 2.0, 1.0);
        ui.painter().text(rect.center(), Align2::CENTER_CENTER, name, theme::regular(theme::size::CAPTION), t.text2);
        response.on_hover_text_at_pointer(text);
    }
    ui.add_space(ui.spacing().item_spacing.y);
}

fn table(ui: &mut Ui, cx: &Cx<'_>, dataset: &Dataset, overview: &Overview) {
    let t = Theme::of(ui);
    let line = |ui: &mut Ui, cells: [String; 3], color| {
        let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 17.0), Sense::hover());
        ui.add_space(-ui.spacing().item_spacing.y);
        response.widget_info(|| WidgetInfo::labeled(Role::Label, true, cells.join(", ")));
        for (cell, (share, align)) in
            cells.iter().zip([(0.0, Align2::LEFT_CENTER), (0.7, Align2::RIGHT_CENTER), (1.0, Align2::RIGHT_CENTER)])
        {
            let at = pos2(rect.left() + share * rect.width(), rect.center().y);
            ui.painter().text(at, align, cell, theme::regular(theme::size::CAPTION), color);
        }
    };
    line(ui, [String::new(), dataset.classes[0].clone(), dataset.classes[1].clone()], t.text3);
    for (name, [a, b]) in rows_of_ages(cx, overview).into_iter().chain(rows_of_races(cx, overview)) {
        line(ui, [name, number(cx.lang, a as u64), number(cx.lang, b as u64)], t.text);
    }
    ui.add_space(ui.spacing().item_spacing.y);
}
