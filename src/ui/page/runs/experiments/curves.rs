//! The curves of an experiment's runs over each other.

use egui::Ui;

use super::{live::Live, reading::Reading};
use crate::{
    experiment::ExperimentView,
    history::EpochRecord,
    text::{Lang, number},
    ui::{
        page::runs::{compare::color, overlaid},
        theme::Theme,
        widget::curves::Line,
    },
};

/// Curves that can be told apart over each other.
const MOST: usize = 24;

fn variant_label(view: &ExperimentView, variant: usize, lang: Lang) -> String {
    view.experiment.variants.get(variant).map_or_else(String::new, |variant| variant.label.get(lang).to_owned())
}

fn score(epoch: &EpochRecord) -> f64 {
    epoch.mae.map_or(epoch.validation_accuracy, |mae| mae.validation)
}

/// The members whose curves are drawn, in their order: all that have one, or of many those that lie evenly between the lowest
/// and the highest last value, of each recipe where there are a few.
pub fn shown(view: &ExperimentView) -> Vec<usize> {
    let last = |place: usize| Some((view.members[place].variant, score(view.members[place].history.last()?), place));
    let mut drawn: Vec<(usize, f64, usize)> = (0..view.members.len()).filter_map(last).collect();
    if drawn.len() <= MOST {
        return drawn.into_iter().map(|(.., place)| place).collect();
    }
    let by_recipe = view.experiment.variants.len() <= MOST / 4;
    drawn.sort_by(|a, b| (if by_recipe { a.0.cmp(&b.0) } else { a.0.cmp(&a.0) }).then(a.1.total_cmp(&b.1)));
    let recipes: Vec<&[(usize, f64, usize)]> = match by_recipe {
        true => drawn.chunk_by(|a, b| a.0 == b.0).collect(),
        false => vec![&drawn],
    };
    let each = MOST / recipes.len();
    let evenly = |recipe: &&[(usize, f64, usize)]| -> Vec<usize> {
        let (last, each) = (recipe.len() - 1, each.min(recipe.len()));
        (0..each).map(|nth| recipe[(nth * last + (each - 1) / 2) / (each - 1).max(1)].2).collect()
    };
    let mut chosen: Vec<usize> = recipes.iter().flat_map(evenly).collect();
    chosen.sort_unstable();
    chosen
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
pub fn curves(ui: &mut Ui, lang: Lang, reading: &Reading, live: Option<&Live<'_>>, height: f32) {
    let (t, view) = (Theme::of(ui), &reading.of);
    let history = |place: usize| match live.filter(|live| live.member == place).and_then(|live| live.training) {
        Some(training) => &training.history,
        None => &view.members[place].history,
    };
    let mut drawn = reading.curves.clone();
    drawn.extend(live.map(|live| live.member).filter(|member| !drawn.contains(member) && !history(*member).is_empty()));
    drawn.sort_unstable();
    let several = view.experiment.variants.len() > 1;
    let first_drawn = |variant: usize| drawn.iter().copied().find(|place| view.members[*place].variant == variant);
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
    let lines: Vec<Line> = drawn.iter().map(|place| line(*place)).filter(|line| !line.points.is_empty()).collect();
    let all = view.members.iter().filter(|member| !member.history.is_empty()).count();
    let of = (view.experiment.id.clone(), !view.more_is_better());
    overlaid::show(ui, lang, lines, of, &words(reading.curves.len(), all, lang), height);
}
