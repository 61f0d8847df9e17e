//! The validation curves of several runs over each other.

use egui::Ui;

use crate::{
    text::{Lang, say},
    ui::{
        theme::{self, Theme},
        widget::{
            card::Card,
            chart::Chart,
            curves::{Curves, Line},
        },
    },
};

/// Draws the curves of what `of` names, or says that there are none yet; of years they are errors. `sentence` stands below them.
pub fn show(ui: &mut Ui, lang: Lang, lines: Vec<Line>, (of, of_years): (String, bool), sentence: &str, height: f32) {
    let title = match of_years {
        false => say("Validation accuracy", "Exactitude de validation"),
        true => say("Validation error in years", "Erreur de validation en années"),
    }
    .get(lang);
    if lines.is_empty() {
        Card::titled(title).fill().show(ui, |ui| {
            let text = say("No run has finished an epoch yet", "Aucun essai n’a encore fini une époque");
            ui.add(egui::Label::new(theme::cell(text.get(lang)).color(Theme::of(ui).text2)).wrap());
        });
        return;
    }
    let last = lines.iter().filter_map(|line| line.points.last()).map(|point| point[0]).fold(2.0, f64::max);
    let plot = Curves {
        name: title.to_owned(),
        of,
        across: say("epoch", "époque").get(lang).to_owned(),
        lines,
        x: (1.0, last),
        bounds: (0.0, if of_years { f64::INFINITY } else { 1.0 }),
        digits: if of_years { 1 } else { 3 },
        zooms: true,
        ..Curves::default()
    };
    let mut tools = |ui: &mut Ui| plot.zoom_button(ui, lang);
    Chart::new(title, height).sentence(sentence).tools(&mut tools).show(
        ui,
        lang,
        || plot.table(lang),
        |ui, height| drop(plot.show(ui, lang, height)),
    );
}
