//! The runs of a search as parallel coordinates: an axis for each varied option, and one for the result.

use egui::Ui;

use super::scale::{mark, possible};
use crate::{
    evaluate::Metric,
    experiment::{ExperimentKind, ExperimentView, MemberView},
    setting_def::{Scale, SettingDefs as _, Value},
    settings::Settings,
    text::{Lang, exact_percent, named, number, say},
    ui::widget::{
        curves::rate,
        field::plain,
        parallel_coordinates::{Axis, ParallelCoordinates, RunLine},
        plot::{places, rounded, ticks},
    },
};

/// What is drawn of a search.
pub struct Coordinates {
    name: String,
    axes: Vec<Axis>,
    runs: Vec<RunLine>,
    /// Runs that have a result, drawn or not.
    all: usize,
}

/// Axes at most, that of the result among them: more have no room for their names.
const MOST: usize = 8;

/// So many of the best runs are drawn, and so many evenly of the others: more lines hide each other.
const EACH: usize = 100;

/// An option's value in a run.
#[derive(Clone, Debug, PartialEq)]
enum Place {
    Number(f64),
    /// As it is written, with its place among those that it could be.
    Word(usize, String),
}

impl Coordinates {
    /// Those of an experiment, if it is a search with a result.
    pub fn of(view: &ExperimentView, lang: Lang) -> Option<Self> {
        if view.experiment.kind != ExperimentKind::Search {
            return None;
        }
        let scored = view.members.iter().enumerate().filter_map(|(id, member)| {
            let settings = view.experiment.settings(id).ok()?;
            Some((id, member, settings, member.score()?))
        });
        let scored: Vec<_> = scored.collect();
        if scored.is_empty() {
            return None;
        }
        let settings: Vec<&Settings> = scored.iter().map(|(_, _, settings, _)| settings).collect();
        let (mut axes, mut columns) = (Vec::new(), Vec::new());
        for key in varied(view).iter().take(MOST - 1) {
            if let Some((axis, column)) = axis_of(key, &settings, lang) {
                axes.push(axis);
                columns.push(column);
            }
        }
        let scores: Vec<f64> = scored.iter().map(|(.., score)| *score).collect();
        let (axis, column) = result_axis(view, &scores, lang);
        axes.push(axis);
        columns.push(column);
        let (low, high) = bounds(&scores);
        let rank = |score: f64| {
            let share = if high > low { (score - low) / (high - low) } else { 1.0 };
            if view.metric().more_is_better() || high <= low { share } else { 1.0 - share }
        };
        let run = |(row, (id, member, _, score)): (usize, &(usize, &_, Settings, f64))| {
            let member: &MemberView = member;
            RunLine {
                name: named(lang, member.label.get(lang), view.metric().text(lang, *score)),
                places: columns.iter().map(|column: &Vec<f32>| column[row]).collect(),
                rank: rank(*score) as f32,
                id: *id,
            }
        };
        let mut runs: Vec<RunLine> = scored.iter().enumerate().map(run).collect();
        let all = runs.len();
        if all > 2 * EACH {
            runs.sort_by(|a, b| b.rank.total_cmp(&a.rank));
            let others = all - EACH;
            runs =
                (0..EACH).chain((0..EACH).map(|nth| EACH + nth * (others - 1) / (EACH - 1))).map(|at| runs[at].clone()).collect();
        }
        let through = axes.iter().map(|axis| axis.name.as_str()).collect::<Vec<_>>().join(", ");
        let name = named(lang, say("Each run as a line through", "Chaque essai, une ligne à travers").get(lang), through);
        Some(Self { name, axes, runs, all })
    }

    /// Whether those of two looks at an experiment are the same: no result has come or changed.
    pub fn are_the_same(a: &ExperimentView, b: &ExperimentView) -> bool {
        let drawn = |view: &'_ ExperimentView| -> Vec<Option<f64>> { view.members.iter().map(MemberView::score).collect() };
        a.experiment == b.experiment && drawn(a) == drawn(b)
    }

    /// What is drawn, where that is not all.
    pub fn words(&self, lang: Lang) -> Option<String> {
        let [each, all] = [EACH, self.all].map(|count| number(lang, count as u64));
        (self.runs.len() < self.all).then(|| match lang {
            Lang::En => format!("Of {all} runs the best {each} are drawn, and {each} evenly of the others"),
            Lang::Fr => {
                format!("Sur {all} essais, les {each} meilleurs sont dessinés, et {each} pris régulièrement parmi les autres")
            }
        })
    }

    /// Draws it; gives the member whose line was activated.
    pub fn show(&self, ui: &mut Ui, lang: Lang, height: f32) -> Option<usize> {
        ParallelCoordinates { name: &self.name, axes: &self.axes, runs: &self.runs }.show(ui, lang, height)
    }
}

/// The keys of the options that the variants change, in the order in which they were asked for.
fn varied(view: &ExperimentView) -> Vec<String> {
    let mut keys: Vec<String> = Vec::new();
    for key in view.experiment.variants.iter().flat_map(|variant| &variant.changes).filter_map(|change| change.split_once('=')) {
        if !keys.iter().any(|known| known == key.0) {
            keys.push(key.0.to_owned());
        }
    }
    keys
}

fn bounds(values: &[f64]) -> (f64, f64) {
    values.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| (low.min(*value), high.max(*value)))
}

/// An option's axis, and where the runs of these settings lie on it; `None` where all are alike.
fn axis_of(key: &str, settings: &[&Settings], lang: Lang) -> Option<(Axis, Vec<f32>)> {
    let mut name = String::new();
    let mut scale = Scale::Linear;
    let place = |settings: &&Settings| {
        let mut settings = Settings::clone(settings);
        let defs = settings.setting_defs();
        let def = defs.iter().find(|def| def.key == key)?;
        name = def.name.get(lang).to_owned();
        Some(match &def.value {
            Value::Whole { value, .. } => Place::Number(f64::from(**value)),
            Value::Number { value, scale: of, .. } => {
                scale = *of;
                Place::Number(**value)
            }
            Value::Switch(on) => Place::Word(usize::from(**on), def.display(lang)),
            Value::Choice(choice) => Place::Word(choice.selected(), def.display(lang)),
            Value::List { .. } | Value::OfClasses { .. } | Value::Run(_) | Value::Table(_) => Place::Word(0, def.display(lang)),
        })
    };
    let values: Vec<Place> = settings.iter().map(place).collect::<Option<_>>()?;
    if values.iter().all(|value| *value == values[0]) {
        return None;
    }
    let numbers: Option<Vec<f64>> =
        values.iter().map(|value| if let Place::Number(n) = value { Some(*n) } else { None }).collect();
    let (marks, column) = match numbers {
        Some(numbers) => of_numbers(&numbers, scale, lang),
        None => of_words(&values),
    };
    Some((Axis { name, marks }, column))
}

/// Marks and places of numbers: by their logarithms where they span decades.
fn of_numbers(numbers: &[f64], scale: Scale, lang: Lang) -> (Vec<(f32, String)>, Vec<f32>) {
    /// Values that are all written; of more, round ones are.
    const FEW: usize = 6;
    let (low, high) = bounds(numbers);
    let by_logarithm = low > 0.0 && (scale == Scale::Log || high / low >= 20.0);
    let share = |value: f64| match by_logarithm {
        true => (value / low).ln() / (high / low).ln(),
        false => (value - low) / (high - low),
    };
    let mut marks: Vec<f64> = numbers.to_vec();
    marks.sort_by(f64::total_cmp);
    marks.dedup();
    if marks.len() > FEW {
        let between: Vec<f64> = match by_logarithm {
            true => (low.log10().floor() as i32..=high.log10().ceil() as i32).map(|power| 10f64.powi(power)).collect(),
            false => ticks(low, high, 4),
        };
        marks =
            std::iter::once(low).chain(between.into_iter().filter(|mark| *mark > low && *mark < high)).chain([high]).collect();
    }
    let text = |value: f64| match scale {
        Scale::Percent => exact_percent(lang, value),
        Scale::Log => rate(lang, value),
        Scale::Linear => plain(lang, value),
    };
    (marks.iter().map(|mark| (share(*mark) as f32, text(*mark))).collect(), numbers.iter().map(|n| share(*n) as f32).collect())
}

/// Marks and places of words, in the order in which a menu has them.
fn of_words(values: &[Place]) -> (Vec<(f32, String)>, Vec<f32>) {
    let word = |value: &Place| match value {
        Place::Word(at, word) => (*at, word.clone()),
        Place::Number(n) => (0, n.to_string()),
    };
    let mut words: Vec<(usize, String)> = values.iter().map(word).collect();
    words.sort();
    words.dedup();
    let place = |at: usize| at as f32 / words.len().saturating_sub(1).max(1) as f32;
    let column = values.iter().map(|value| place(words.iter().position(|known| *known == word(value)).unwrap_or(0)));
    let column = column.collect();
    (words.iter().enumerate().map(|(at, (_, word))| (place(at), word.clone())).collect(), column)
}

/// The axis of the result, with the better end above.
fn result_axis(view: &ExperimentView, scores: &[f64], lang: Lang) -> (Axis, Vec<f32>) {
    let (name, least) = match view.metric() {
        Metric::Accuracy => (say("test accuracy", "exactitude de test"), 0.01),
        Metric::Mae => (say("test error, years", "erreur de test, années"), 0.1),
    };
    let (low, high) = bounds(scores);
    let (low, high) = rounded(low, high, 4, least, possible(view));
    let share = |value: f64| {
        let share = ((value - low) / (high - low)) as f32;
        if view.metric().more_is_better() { share } else { 1.0 - share }
    };
    let marks = ticks(low, high, 4);
    let digits = places(&marks);
    let marks = marks.iter().map(|value| (share(*value), mark(view, lang, *value, digits))).collect();
    (Axis { name: name.get(lang).to_owned(), marks }, scores.iter().map(|score| share(*score)).collect())
}
