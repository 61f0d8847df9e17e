//! The curves of an experiment's runs over each other.

use egui::{Color32, Ui};

use super::live::Live;
use crate::{
    experiment::ExperimentView,
    history::EpochRecord,
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

fn variant_label(view: &ExperimentView, variant: usize, lang: Lang) -> String {
    view.experiment.variants.get(variant).map_or_else(String::new, |variant| variant.label.get(lang).to_owned())
}

/// The color of a variant's curves.
fn color(t: &Theme, variant: usize) -> Color32 {
    [t.accent, t.validation, t.male, t.female, t.bad][variant % 5]
}

/// All runs' curves over each other, the one that is trained now labeled.
pub fn curves(ui: &mut Ui, lang: Lang, view: &ExperimentView, live: Option<&Live<'_>>, height: f32) {
    let t = Theme::of(ui);
    let score = |e: &EpochRecord| e.mae.map_or(e.validation_accuracy, |mae| mae.validation);
    let history = |place: usize| match live.filter(|live| live.member == place).and_then(|live| live.training) {
        Some(training) => &training.history,
        None => &view.members[place].history,
    };
    let several = view.experiment.variants.len() > 1;
    let first_drawn = |variant: usize| {
        (0..view.members.len()).find(|place| view.members[*place].variant == variant && !history(*place).is_empty())
    };
    let line = |place: usize| {
        let member = &view.members[place];
        let now = live.is_some_and(|live| live.member == place);
        let alone = view.members.len() <= 5;
        // Of several recipes the first run of each names its color.
        let first = several && view.experiment.variants.len() <= 5 && !alone && first_drawn(member.variant) == Some(place);
        let full = if several { color(t, member.variant) } else { t.accent };
        Line {
            name: if first { variant_label(view, member.variant, lang) } else { member.label.get(lang).to_owned() },
            color: if now || alone || first { full } else { full.gamma_multiply(0.45) },
            points: history(place).iter().map(|e| [f64::from(e.epoch), score(e)]).collect(),
            labeled: now || alone || first,
            dotted: false,
        }
    };
    let title = match view.more_is_better() {
        true => say("Validation accuracy", "Exactitude de validation"),
        false => say("Validation error in years", "Erreur de validation en années"),
    }
    .get(lang);
    let lines: Vec<Line> = (0..view.members.len()).map(line).filter(|line| !line.points.is_empty()).collect();
    if lines.is_empty() {
        Card::titled(title).fill().show(ui, |ui| {
            let text = say("No run has finished an epoch yet", "Aucun essai n’a encore fini une époque");
            ui.add(egui::Label::new(theme::cell(text.get(lang)).color(t.text2)).wrap());
        });
        return;
    }
    let last = lines.iter().filter_map(|line| line.points.last()).map(|point| point[0]).fold(2.0, f64::max);
    let plot = Curves {
        name: title.to_owned(),
        of: view.experiment.id.clone(),
        across: say("epoch", "époque").get(lang).to_owned(),
        lines,
        x: (1.0, last),
        bounds: (0.0, if view.more_is_better() { 1.0 } else { f64::INFINITY }),
        digits: if view.more_is_better() { 3 } else { 1 },
        zooms: true,
        ..Curves::default()
    };
    let mut tools = |ui: &mut Ui| plot.zoom_button(ui, lang);
    Chart::new(title, height).tools(&mut tools).show(
        ui,
        lang,
        || plot.table(lang),
        |ui, height| drop(plot.show(ui, lang, height)),
    );
}
