//! The curves of an experiment's runs over each other.

use egui::Ui;

use super::{drawn::score, live::Live, reading::ExperimentReading};
use crate::{
    experiment::{ExperimentKind, ExperimentView, MemberView},
    text::{Lang, number},
    ui::{
        page::runs::{compare::color, overlaid},
        theme::Theme,
        widget::curves::Line,
    },
};

fn variant_label(view: &ExperimentView, variant: usize, lang: Lang) -> String {
    view.experiment.variants.get(variant).map_or_else(String::new, |variant| variant.label.get(lang).to_owned())
}

/// What is drawn, where that is not all.
fn words(drawn: usize, all: usize, lang: Lang) -> String {
    if drawn >= all {
        return String::new();
    }
    let [drawn, all] = [drawn, all].map(|count| number(lang, count as u64));
    match lang {
        Lang::En => format!("{drawn} of {all} curves: the lowest, the highest, and others evenly between them"),
        Lang::Fr => format!("{drawn} courbes sur {all}\u{a0}: la plus basse, la plus haute et d’autres, réparties entre elles"),
    }
}

/// The runs' curves over each other, the one that is trained now labeled.
pub fn curves(ui: &mut Ui, lang: Lang, reading: &ExperimentReading, live: Option<&Live<'_>>, height: f32) {
    let (t, view) = (Theme::of(ui), &reading.of);
    let history = |place: usize| match live.filter(|live| live.member == place).and_then(|live| live.training) {
        Some(training) => &training.history,
        None => &view.members[place].history,
    };
    let mut drawn = reading.curves.clone();
    drawn.extend(live.map(|live| live.member).filter(|member| !drawn.contains(member) && !history(*member).is_empty()));
    drawn.sort_unstable();
    let several = view.experiment.variants.len() > 1;
    // The first run of a recipe is not its result, so its value says nothing there.
    let only_names = several && view.experiment.variants.len() <= 5 && view.members.len() > 5;
    let first_drawn = |variant: usize| drawn.iter().copied().find(|place| view.members[*place].variant == variant);
    let name = |member: &MemberView, first: bool| match first {
        // "of the pictures" is said elsewhere, and takes room from the curves.
        _ if view.experiment.kind == ExperimentKind::Curve => {
            member.label.get(lang).split(' ').next().unwrap_or_default().to_owned()
        }
        true => variant_label(view, member.variant, lang),
        false => member.label.get(lang).to_owned(),
    };
    let line = |place: usize| {
        let member = &view.members[place];
        let now = live.is_some_and(|live| live.member == place);
        let alone = view.members.len() <= 5;
        // Of several recipes the first run of each names its color.
        let first = only_names && first_drawn(member.variant) == Some(place);
        let full = if several { color(t, member.variant) } else { t.accent };
        Line {
            name: name(member, first),
            color: if now || alone || first { full } else { full.gamma_multiply(0.45) },
            points: history(place).iter().map(|e| [f64::from(e.epoch), score(e)]).collect(),
            labeled: now || alone || first,
            dotted: false,
        }
    };
    let lines: Vec<Line> = drawn.iter().map(|place| line(*place)).filter(|line| !line.points.is_empty()).collect();
    let all = view.members.iter().filter(|member| !member.history.is_empty()).count();
    let of = overlaid::CurvesOf { name: view.experiment.id.clone(), years: !view.metric().more_is_better(), only_names };
    overlaid::show(ui, lang, lines, of, &words(reading.curves.len(), all, lang), height);
}
