//! Several runs: their curves over each other, and what differed between their settings.

use std::sync::Arc;

use egui::{Color32, Ui};

use crate::{
    knob::Knobs as _,
    run::RunView,
    text::{Lang, say},
    ui::{
        Cx,
        theme::{self, Theme},
        widget::{
            card::{Card, columns},
            chart::{Chart, show_table},
            curves::{Curves, Line},
            plot::Table,
        },
    },
};

/// The color of the run that was chosen at `place`.
pub fn color(t: &Theme, place: usize) -> Color32 {
    [t.accent, t.validation, t.male, t.female, t.bad][place % 5]
}

/// The curves at the left, what differed at the right.
pub fn show(ui: &mut Ui, cx: &mut Cx<'_>, chosen: &[String], height: f32) {
    let lang = cx.lang;
    let views: Vec<(usize, Arc<RunView>)> =
        chosen.iter().enumerate().filter_map(|(i, id)| cx.session.views.get(id).map(|view| (i, Arc::clone(view)))).collect();
    columns(ui, &[0.5, 0.5], height, |column, ui| {
        ui.set_max_height(height);
        if column == 0 { curves(ui, lang, &views, height) } else { differences(ui, lang, &views) }
    });
}

fn curves(ui: &mut Ui, lang: Lang, views: &[(usize, Arc<RunView>)], height: f32) {
    let t = Theme::of(ui);
    // Names at the curves' ends leave the curves room.
    let letters = if ui.available_width() < 420.0 { 10 } else { 18 };
    let line = |(place, view): &(usize, Arc<RunView>)| Line {
        name: short(&view.info.name, letters),
        color: color(t, *place),
        points: view.history.iter().map(|e| [f64::from(e.epoch), e.validation_accuracy]).collect(),
        labeled: true,
        dotted: false,
    };
    let last = views.iter().filter_map(|(_, v)| v.history.last()).map(|e| e.epoch).max().unwrap_or(2);
    let title = say("Validation accuracy", "Exactitude de validation").get(lang);
    let plot = Curves {
        name: title.to_owned(),
        across: say("epoch", "époque").get(lang).to_owned(),
        lines: views.iter().map(line).collect(),
        x: (1.0, f64::from(last).max(2.0)),
        bounds: (0.0, 1.0),
        digits: 3,
        zooms: true,
        ..Curves::default()
    };
    let mut tools = |ui: &mut Ui| plot.zoom_button(ui, lang);
    Chart::new(title, height).tools(&mut tools).show(
        ui,
        lang,
        || plot.table(lang),
        |ui, height| {
            plot.show(ui, lang, height);
        },
    );
}

/// A name of at most so many letters.
fn short(name: &str, letters: usize) -> String {
    if name.chars().count() <= letters { name.to_owned() } else { name.chars().take(letters - 1).chain(['…']).collect() }
}

fn differences(ui: &mut Ui, lang: Lang, views: &[(usize, Arc<RunView>)]) {
    let t = Theme::of(ui);
    Card::titled(say("What differed", "Ce qui différait").get(lang)).fill().show(ui, |ui| {
        let table = differing(lang, views);
        if table.rows.is_empty() {
            let text = say(
                "The same settings: what differs between the curves is chance, or the data",
                "Les mêmes réglages : ce qui diffère entre les courbes est le hasard, ou les données",
            );
            ui.add(egui::Label::new(theme::cell(text.get(lang)).color(t.text2)).wrap());
            return;
        }
        let height = ui.available_height();
        show_table(ui, lang, &table, height);
    });
}

/// One row for each knob whose value is not the same in all runs.
fn differing(lang: Lang, views: &[(usize, Arc<RunView>)]) -> Table {
    let values: Vec<Vec<(String, String, String)>> = views
        .iter()
        .map(|(_, view)| {
            let mut settings = view.settings.clone();
            settings.knobs().iter().map(|k| (k.name.get(lang).to_owned(), k.text(), k.display(lang))).collect()
        })
        .collect();
    let mut head = vec![say("option", "réglage").get(lang).to_owned()];
    head.extend(views.iter().map(|(_, view)| view.info.name.clone()));
    let knobs = values.iter().map(Vec::len).min().unwrap_or(0);
    let rows = (0..knobs)
        .filter(|&i| values.iter().any(|run| run[i].1 != values[0][i].1))
        .map(|i| {
            let mut row = vec![values[0][i].0.clone()];
            row.extend(values.iter().map(|run| run[i].2.clone()));
            row
        })
        .collect();
    Table { head, rows }
}
