//! The curves of an experiment's runs over each other.

use egui::Ui;

use super::live::Live;
use crate::{
    experiment::ExperimentView,
    history::EpochRecord,
    text::Lang,
    ui::{
        page::runs::{compare::color, overlaid},
        theme::Theme,
        widget::curves::Line,
    },
};

fn variant_label(view: &ExperimentView, variant: usize, lang: Lang) -> String {
    view.experiment.variants.get(variant).map_or_else(String::new, |variant| variant.label.get(lang).to_owned())
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
    let lines: Vec<Line> = (0..view.members.len()).map(line).filter(|line| !line.points.is_empty()).collect();
    let of = (view.experiment.id.clone(), !view.more_is_better());
    overlaid::show(ui, lang, lines, of, "", height);
}
