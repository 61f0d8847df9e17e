//! What an experiment says, counted when it or the language changes.

use std::{collections::BTreeSet, sync::Arc};

use egui::Ui;

use super::{coordinates::Coordinates, drawn::shown, scale::possible};
use crate::{
    evaluate::{Metric, significance::MeanCi},
    experiment::{ExperimentKind, ExperimentView, MemberState, MemberView, VariantRow},
    text::{Lang, Phrase, decimal, named, number, percent, plural, say},
    ui::{
        theme::Theme,
        widget::{
            curves::{CurvePlot, Line},
            plot::Table,
            strip_plot::{Dot, Strip},
        },
    },
};

/// What an experiment says, counted when it or the language changes.
pub struct ExperimentReading {
    pub of: Arc<ExperimentView>,
    lang: Lang,
    pub rows: Vec<VariantRow>,
    pub strips: Vec<Strip>,
    pub sentence: String,
    pub curve: Option<LearningCurve>,
    /// The runs of a search over its options.
    pub coordinates: Option<Coordinates>,
    /// The id of the best run of the best variant.
    pub best_run: Option<String>,
    /// Finished runs; members with the same settings share one.
    pub finished_runs: usize,
    /// The members whose curves are drawn, in their order.
    pub curves: Vec<usize>,
}

/// The results of a learning curve over the training pictures, and the power law up to twice as many.
pub struct LearningCurve {
    measured: Vec<[f64; 2]>,
    expected: Vec<[f64; 2]>,
}

impl ExperimentReading {
    /// That of an experiment in a language; what is as it was `before` is not counted again.
    pub fn of(view: &Arc<ExperimentView>, lang: Lang, before: Option<Self>) -> Self {
        let rows = view.rows();
        let (best, several) = (view.best().map(|row| row.variant), rows.len() > 1);
        let strip = |row: &VariantRow| Strip {
            name: if several { row.label.get(lang).to_owned() } else { String::new() },
            dots: dots(lang, view, row.variant),
            mean: row.spread.map(|spread| spread.mean),
            range: row.spread.and_then(|spread| spread.range).map(|range| [range.low, range.high]),
            shown: row.spread.map_or_else(String::new, |spread| spread_text(lang, view, &spread)),
            leads: !several || best == Some(row.variant),
            place: row.variant,
        };
        let strips = rows.iter().filter(|row| !row.scores.is_empty()).map(strip).collect();
        // Of hundreds of runs they take longer than a frame, and change only with the results.
        let same = before.filter(|before| before.lang == lang && Coordinates::are_the_same(&before.of, view));
        let coordinates = same.map_or_else(|| Coordinates::of(view, lang), |before| before.coordinates);
        let curve = LearningCurve::of(view);
        let drawn = coordinates.as_ref().and_then(|coordinates| coordinates.words(lang));
        let said = [sentence(lang, view, &rows)].into_iter().chain(drawn).filter(|text| !text.is_empty());
        let (sentence, best_run) = (said.collect::<Vec<_>>().join(". "), best_run(view));
        let (finished_runs, curves) = (finished_runs(view), shown(view));
        Self { of: view.clone(), lang, rows, strips, sentence, curve, coordinates, best_run, finished_runs, curves }
    }

    /// Whether it is that of `view` in this language.
    pub fn is_of(&self, view: &Arc<ExperimentView>, lang: Lang) -> bool {
        Arc::ptr_eq(&self.of, view) && self.lang == lang
    }
}

impl LearningCurve {
    /// That of an experiment, if a law can be fitted.
    fn of(view: &ExperimentView) -> Option<Self> {
        /// Points of the drawn law.
        const STEPS: u32 = 60;
        let fit = view.curve_fit()?;
        let of_error = |error: f64| view.metric().of_error(error);
        let mut measured: Vec<[f64; 2]> =
            view.curve_points().iter().map(|point| [f64::from(point.pictures), of_error(point.error)]).collect();
        measured.sort_by(|a, b| a[0].total_cmp(&b[0]));
        let (least, most) = (measured.first()?[0], f64::from(fit.twice().pictures));
        let law = (0..=STEPS).map(|step| least * (most / least).powf(f64::from(step) / f64::from(STEPS)));
        let expected = law.map(|pictures| [pictures, of_error(fit.at(pictures))]).collect();
        Some(Self { measured, expected })
    }

    /// The plot of both.
    pub fn plot(&self, ui: &Ui, lang: Lang, view: &ExperimentView, title: &str) -> CurvePlot {
        let t = Theme::of(ui);
        let line = |name: Phrase, color, points: &[[f64; 2]], dotted| Line {
            name: name.get(lang).to_owned(),
            color,
            points: points.to_vec(),
            dotted,
            labeled: true,
        };
        CurvePlot {
            name: title.to_owned(),
            of: view.experiment.id.clone(),
            across: say("training pictures", "images d’entraînement").get(lang).to_owned(),
            lines: vec![
                line(say("measured", "mesuré"), t.accent, &self.measured, false),
                line(say("expected", "attendu"), t.text2, &self.expected, true),
            ],
            x: (0.0, self.expected.last().map_or(1.0, |last| last[0])),
            bounds: possible(view),
            digits: if view.metric() == Metric::Accuracy { 3 } else { 2 },
            zooms: true,
            ..CurvePlot::default()
        }
    }
}

/// `91.8% ± 0.6`.
fn spread_text(lang: Lang, view: &ExperimentView, spread: &MeanCi) -> String {
    let metric = view.metric();
    let mean = written(lang, view, spread.mean, metric.digits());
    match spread.deviation {
        Some(deviation) => format!("{mean} ± {}", metric.plain(lang, deviation)),
        None => mean,
    }
}

/// The best run of the best variant, by id.
fn best_run(view: &ExperimentView) -> Option<String> {
    let best = view.best()?;
    let mine = view.members.iter().filter(|member| member.variant == best.variant);
    let scored = mine.filter_map(|member| Some((member.score()?, member.run.as_ref()?.id.clone())));
    scored.max_by(|a, b| view.metric().compare(a.0, b.0)).map(|(_, id)| id)
}

fn finished_runs(view: &ExperimentView) -> usize {
    let finished = view.members.iter().filter(|member| member.state == MemberState::Finished);
    finished.filter_map(|member| Some(member.run.as_ref()?.id.as_str())).collect::<BTreeSet<_>>().len()
}

/// A result as it is written: a share in per cent, or years.
pub fn written(lang: Lang, view: &ExperimentView, value: f64, digits: usize) -> String {
    match view.metric() {
        Metric::Accuracy => percent(lang, value, digits),
        Metric::Mae => decimal(lang, value, digits),
    }
}

fn dots(lang: Lang, view: &ExperimentView, variant: usize) -> Vec<Dot> {
    let dot = |(id, member): (usize, &MemberView)| {
        let value = member.score().filter(|_| member.variant == variant)?;
        Some(Dot { name: named(lang, member.label.get(lang), view.metric().text(lang, value)), value, id })
    };
    view.members.iter().enumerate().filter_map(dot).collect()
}

/// What the results say, in words.
fn sentence(lang: Lang, view: &ExperimentView, rows: &[VariantRow]) -> String {
    let metric = view.metric();
    let text = |value: f64| metric.text(lang, value);
    if view.experiment.kind == ExperimentKind::Curve {
        return forecast(lang, view).unwrap_or_default();
    }
    let [row] = rows else {
        let Some(best) = view.best() else { return String::new() };
        let (Some(spread), label) = (best.spread, best.label.get(lang)) else { return String::new() };
        let (mean, runs) = (text(spread.mean), plural_runs(lang, spread.n));
        let best = match (lang, spread.n) {
            (Lang::En, 1) => format!("Best so far: {label}, {mean}"),
            (Lang::Fr, 1) => format!("Le meilleur jusqu’ici\u{a0}: {label}, {mean}"),
            (Lang::En, _) => format!("Best so far: {label}, {mean} on average of {runs}"),
            (Lang::Fr, _) => format!("Le meilleur jusqu’ici\u{a0}: {label}, {mean} en moyenne de {runs}"),
        };
        let nearest = view.leads().first().map(|lead| view.lead_words(lead, false, lang));
        return Some(best).into_iter().chain(nearest).collect::<Vec<_>>().join(". ");
    };
    let Some(spread) = row.spread else { return String::new() };
    let (mean, runs) = (text(spread.mean), plural_runs(lang, spread.n));
    let (Some(sd), Some(range)) = (spread.deviation, spread.range) else {
        return match (lang, spread.n) {
            (Lang::En, 1) => format!("{mean} so far, of one run"),
            (Lang::Fr, 1) => format!("{mean} jusqu’ici, pour un essai"),
            // Of runs that came out alike no range can be told.
            (Lang::En, _) => format!("{mean} for each of {runs}"),
            (Lang::Fr, _) => format!("{mean} pour chacun de {runs}"),
        };
    };
    let (low, high) = (text(range.low), text(range.high));
    let off = metric.difference(lang, sd, metric.digits());
    let folded = view.experiment.kind == ExperimentKind::Folds;
    let said = match lang {
        Lang::En => format!(
            "{mean} on average of {runs}; a single run typically deviates by {off} (standard deviation). The mean lies between {low} and {high} (95%, Student’s t)"
        ),
        Lang::Fr => format!(
            "{mean} en moyenne de {runs}\u{a0}; un essai s’en écarte d’ordinaire de {off} (écart type). La moyenne se situe entre {low} et {high} (95\u{a0}%, loi de Student)"
        ),
    };
    // Their training parts overlap (Bengio and Grandvalet 2004).
    let narrow = say("; of folds that range is too narrow", "\u{a0}; pour des plis, cet intervalle est trop étroit").get(lang);
    if folded { said + narrow } else { said }
}

fn plural_runs(lang: Lang, n: usize) -> String {
    plural(lang, n as u64, say("run", "essai"), say("runs", "essais"))
}

/// What a learning curve says of twice the pictures.
fn forecast(lang: Lang, view: &ExperimentView) -> Option<String> {
    let then = view.curve_fit()?.twice();
    let metric = view.metric();
    let text = |error: f64| metric.text(lang, metric.of_error(error));
    let (twice, middle) = (number(lang, then.pictures.into()), text(then.error));
    let [a, b] = [text(then.range.low), text(then.range.high)];
    let [low, high] = if metric.more_is_better() { [b, a] } else { [a, b] };
    Some(match lang {
        Lang::En => format!("With twice the pictures ({twice}) about {middle} can be expected ({low} to {high})"),
        Lang::Fr => format!("Avec le double d’images ({twice}), on peut attendre environ {middle} ({low} à {high})"),
    })
}

/// The numbers behind the results.
pub fn table(lang: Lang, view: &ExperimentView, rows: &[VariantRow]) -> Table {
    let head = [
        say("runs of", "essais de"),
        say("finished", "terminés"),
        say("mean", "moyenne"),
        say("standard deviation", "écart type"),
        say("95% from", "95\u{a0}% de"),
        say("to", "à"),
    ];
    let text = |value: Option<f64>, digits| value.map_or_else(|| "–".to_owned(), |value| written(lang, view, value, digits));
    let line = |row: &VariantRow| {
        let range = row.spread.and_then(|spread| spread.range);
        vec![
            row.label.get(lang).to_owned(),
            format!("{} / {}", row.scores.len(), row.members),
            text(row.spread.map(|spread| spread.mean), 2),
            text(row.spread.and_then(|spread| spread.deviation), 2),
            text(range.map(|range| range.low), 2),
            text(range.map(|range| range.high), 2),
        ]
    };
    Table::new(head.map(|name| name.get(lang).to_owned()), rows.iter().map(line).collect())
}
