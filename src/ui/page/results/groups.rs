//! For whom it is right: groups with the ranges in which they really lie.

use egui::{Color32, Id, Ui};

use super::{GROUPINGS, Shown, save_button};
use crate::{
    evaluate::{Group, GroupKey, Grouping},
    run::export::PlotKind,
    text::{Lang, say},
    ui::{
        Cx, icon, theme,
        widget::{
            button::icon_button,
            card::Card,
            chart::{show_table, show_table_without},
            choice::{self, segmented, view_menu},
            ranges::{self, Measure, Row},
            scroll,
        },
    },
};

/// The card; gives the group that was activated.
pub fn show(ui: &mut Ui, cx: &mut Cx<'_>, shown: &mut Shown, grouping: &mut usize, height: f32) -> Option<GroupKey> {
    let lang = cx.lang;
    ui.set_max_height(height);
    let offered = offered(shown);
    *grouping = (*grouping).min(offered.len() - 1);
    let by = offered[*grouping];
    let Shown { report, counted, threshold, .. } = shown;
    counted.count_groups(report, *threshold, by);
    let shown = &*shown;
    let (groups, all) = (shown.counted.groups(), shown.counted.scores.accuracy);
    let rows = rows(lang, shown);
    let id = Id::unique("groups as a table");
    let as_table: bool = ui.data(|d| d.get_temp(id)).unwrap_or_default();
    let name = |by: &Grouping| match *by {
        Grouping::CROSSED => say("combined", "combinés").get(lang).to_owned(),
        by => by.name(shown.task(), lang),
    };
    let names: Vec<String> = offered.iter().map(name).collect();
    let title = say("Accuracy by group", "Exactitude par groupe").get(lang);
    /// Width of the card below which its buttons leave the whole title no room, in points.
    const NARROW: f32 = 350.0;
    let shown_title = if ui.available_width() < NARROW { say("By group", "Par groupe").get(lang) } else { title };
    let twin = if as_table {
        (icon::ACTIVITY, say("Show groups as ranges", "Afficher les groupes en intervalles"))
    } else {
        (icon::TABLE, say("Show groups as a table", "Afficher les groupes en tableau"))
    };
    let (mut chosen, mut turned) = (None, false);
    // The drawing says below its rows what gray means.
    let few = rows.iter().any(|r| r.small) && as_table;
    let few = if few { say("n < 30: too few to say much", "n < 30\u{a0}: trop peu pour conclure").get(lang) } else { "" };
    let help = say(
        "The dot is the share that it got right, the bar the 95% range in which the true share lies. Ranges that overlap prove no difference; an orange one lies wholly below that of all",
        "Le point est la part de réponses justes, la barre l’intervalle à 95\u{a0}% où se trouve la vraie part. Des intervalles qui se recouvrent ne prouvent aucune différence ; un intervalle orange est entièrement sous celui de tous",
    );
    Card::titled(shown_title).help(lang, help.get(lang)).caption(few).fill().show_with(
        ui,
        |ui| {
            save_button(ui, cx, shown, PlotKind::Groups(by), title);
            if icon_button(ui, twin.0, twin.1.get(lang)).clicked() {
                turned = true;
            }
            let options: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), "")).collect();
            // The title and its mark stand before them.
            let before = ui.painter().layout_no_wrap(title.to_owned(), theme::semibold(theme::size::BODY), Color32::PLACEHOLDER);
            let chosen = if choice::segmented_width(ui, &options) + before.size().x + 46.0 < ui.available_width() {
                segmented(ui, "grouping", Some(*grouping), &options)
            } else {
                view_menu(ui, *grouping, &names)
            };
            if let Some(index) = chosen {
                *grouping = index;
            }
        },
        |ui| {
            let height = ui.available_height();
            if as_table {
                /// Widths in which all columns have room, and all but the ranges, in points.
                const WIDE: [f32; 2] = [300.0, 230.0];
                let table = ranges::table(lang, &rows);
                // With large letters in a small window the ends of the ranges give way, which the drawing beside shows, then F1.
                match ui.available_width() {
                    width if width < WIDE[1] => show_table_without(ui, lang, &table, 2..5, height),
                    width if width < WIDE[0] => show_table_without(ui, lang, &table, 2..4, height),
                    _ => show_table(ui, lang, &table, height),
                }
                return;
            }
            scroll::list(ui, |ui| {
                chosen = ranges::ranges(ui, lang, &rows, (Measure::Share, all.share()), None, ranges::pitch(rows.len(), height));
            });
        },
    );
    if turned {
        ui.data_mut(|d| d.insert_temp(id, !as_table));
    }
    chosen.map(|index| groups[index].key)
}

/// The groups as rows: a group lies below all if its range does.
fn rows(lang: Lang, shown: &Shown) -> Vec<Row> {
    let whole = shown.counted.scores.accuracy.wilson();
    let row = |group: &Group| {
        let range = group.accuracy.wilson();
        Row {
            name: group.key.name(shown.task(), lang),
            share: group.accuracy.share(),
            low: range.low,
            high: range.high,
            n: group.accuracy.n,
            f1: group.macro_f1(),
            small: group.small(),
            below: !group.small() && range.high < whole.low,
        }
    };
    shown.counted.groups().iter().map(row).collect()
}

/// The groupings to choose from: those by what is known of the pictures. Those of more than two classes are not crossed: their
/// groups would be too many and too small.
pub(super) fn offered(shown: &Shown) -> Vec<Grouping> {
    let of = &shown.report.predictions;
    let (age, race) = (of.iter().any(|p| p.age.is_some()), of.iter().any(|p| p.race.is_some()));
    let known = |by: &Grouping| (age || !by.age) && (race || !by.race) && (shown.report.is_binary() || *by != Grouping::CROSSED);
    GROUPINGS.into_iter().filter(known).collect()
}
