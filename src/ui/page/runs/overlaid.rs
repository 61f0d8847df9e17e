//! The validation curves of several runs over each other.

use egui::Ui;

use crate::{
    text::{Lang, say},
    ui::{
        theme::{self, Theme},
        widget::{
            card::Card,
            chart::Chart,
            curves::{CurvePlot, Line},
        },
    },
};

/// Takes what all names begin with off them, in whole parts, so that their ends take no room from the curves: of `Notebook ·
/// seed 42` and `Notebook · seed 43` the seeds are left.
fn shorten(lines: &mut [Line]) {
    const BETWEEN: &str = " · ";
    let Some((first, rest)) = lines.split_first() else { return };
    let ends = first.name.match_indices(BETWEEN).map(|(at, _)| at + BETWEEN.len());
    let common = |end: &usize| !rest.is_empty() && rest.iter().all(|line| line.name.starts_with(&first.name[..*end]));
    if let Some(end) = ends.take_while(common).last() {
        lines.iter_mut().for_each(|line| drop(line.name.drain(..end)));
    }
}

/// What the curves are of.
pub struct CurvesOf {
    /// Names it.
    pub name: String,
    /// Of years they are errors.
    pub years: bool,
    /// Whether their ends are named without their values.
    pub only_names: bool,
}

/// Draws the curves, or says that there are none yet. `sentence` stands below them.
pub fn show(ui: &mut Ui, lang: Lang, mut lines: Vec<Line>, of: CurvesOf, sentence: &str, height: f32) {
    let CurvesOf { name, years: of_years, only_names } = of;
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
    shorten(&mut lines);
    let last = lines.iter().filter_map(|line| line.points.last()).map(|point| point[0]).fold(2.0, f64::max);
    let plot = CurvePlot {
        name: title.to_owned(),
        of: name,
        only_names,
        across: say("epoch", "époque").get(lang).to_owned(),
        lines,
        x: (1.0, last),
        bounds: (0.0, if of_years { f64::INFINITY } else { 1.0 }),
        digits: if of_years { 1 } else { 3 },
        zooms: true,
        ..CurvePlot::default()
    };
    let mut tools = |ui: &mut Ui| plot.zoom_button(ui, lang);
    plot.in_card(ui, lang, Chart::new(title, height).sentence(sentence).tools(&mut tools));
}
