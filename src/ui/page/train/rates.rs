//! The learning rate before training: as the schedule has it, or what a test of rising rates says.

use egui::Ui;

use super::words::not_ready;
use crate::{
    control::Stage,
    schedule,
    session::{Phase, RateTest},
    settings::Settings,
    text::{Lang, say},
    train::rate_range::{LOWEST, Point, RateRange},
    ui::{
        Action, Cx, icon,
        theme::Theme,
        widget::{
            bar,
            button::Button,
            card::Card,
            chart::Chart,
            curves::{CurvePlot, Line, rate},
            notice,
        },
    },
};

/// The card's width below which its title line has no room for all, in points.
const NARROW: f32 = 400.0;

/// Draws the card; `test` is whether it shows the test rather than the schedule.
pub fn show(ui: &mut Ui, cx: &mut Cx<'_>, test: &mut bool, height: f32) {
    let session = cx.session;
    match session.rates.as_ref().filter(|_| *test) {
        Some(rates) => tested(ui, cx, rates, test, height),
        None => planned(ui, cx, test, height),
    }
}

/// (epoch, learning rate of its last step) for every epoch.
pub fn of_epochs(settings: &Settings, steps_per_epoch: u32) -> Vec<[f64; 2]> {
    let train = &settings.train;
    let steps = steps_per_epoch.max(1);
    let at = |epoch: u32| {
        let last = u64::from(epoch) * u64::from(steps) - 1;
        schedule::rate(&train.schedule, train.optimizer.learning_rate, last, steps, train.epochs)
    };
    (1..=train.epochs).map(|epoch| [f64::from(epoch), at(epoch)]).collect()
}

/// The same as a curve: of few epochs, within which it changes much, at several steps of each.
fn within_epochs(settings: &Settings, steps_per_epoch: u32) -> Vec<[f64; 2]> {
    /// Epochs whose last steps make a curve, and the points of one of fewer.
    const ENOUGH: u32 = 12;
    const POINTS: u64 = 48;
    let (train, steps) = (&settings.train, steps_per_epoch.max(1));
    if train.epochs >= ENOUGH {
        return of_epochs(settings, steps);
    }
    let all = u64::from(train.epochs) * u64::from(steps);
    let at = |step: u64| {
        let epoch = (step + 1) as f64 / f64::from(steps);
        [epoch, schedule::rate(&train.schedule, train.optimizer.learning_rate, step, steps, train.epochs)]
    };
    let points = POINTS.min(all);
    (0..points).map(|nth| at(nth * (all - 1) / (points - 1).max(1))).collect()
}

/// Where a curve of learning rates begins, how high it rises, and where it ends.
fn about(lang: Lang, points: &[[f64; 2]]) -> String {
    let (first, last) = (points.first().map_or(0.0, |p| p[1]), points.last().map_or(0.0, |p| p[1]));
    let most = points.iter().map(|p| p[1]).fold(0.0, f64::max);
    let same = points.iter().all(|p| (p[1] - first).abs() <= first * 1e-6);
    let rises = most > first.max(last) * (1.0 + 1e-6);
    let [first, most, last] = [first, most, last].map(|value| rate(lang, value));
    match lang {
        Lang::En if same => format!("How large each correction is: {first} throughout"),
        Lang::Fr if same => format!("La taille de chaque correction\u{a0}: {first} du début à la fin"),
        Lang::En if rises => format!("How large each correction is: from {first} up to {most}, and down to {last}"),
        Lang::Fr if rises => format!("La taille de chaque correction\u{a0}: de {first} jusqu’à {most}, puis jusqu’à {last}"),
        Lang::En => format!("How large each correction is: from {first} to {last}"),
        Lang::Fr => format!("La taille de chaque correction\u{a0}: de {first} à {last}"),
    }
}

fn planned(ui: &mut Ui, cx: &mut Cx<'_>, test: &mut bool, height: f32) {
    let (lang, t) = (cx.lang, Theme::of(ui));
    let steps = cx.plan.map_or(100, |plan| plan.steps_per_epoch);
    let points = within_epochs(cx.settings, steps);
    let title = say("Learning rate", "Taux d’apprentissage").get(lang);
    let (first, last) = (points.first().map_or(0.0, |p| p[1]), points.last().map_or(0.0, |p| p[1]));
    let sentence = about(lang, &points);
    let (from, to) = (points.first().map_or(1.0, |p| p[0]), f64::from(cx.settings.train.epochs));
    let plot = CurvePlot {
        name: format!("{title} {} – {}", rate(lang, first), rate(lang, last)),
        across: say("epoch", "époque").get(lang).to_owned(),
        x: (from, if to > from { to } else { from + 1.0 }),
        lines: vec![Line { name: title.to_owned(), color: t.accent, points, dotted: false, labeled: false }],
        bounds: (0.0, f64::INFINITY),
        digits: 6,
        rates: true,
        ..CurvePlot::default()
    };
    let reason = not_ready(cx);
    let mut asked = false;
    let mut tools = |ui: &mut Ui| {
        let find = Button::secondary(say("Find a rate", "Trouver un taux").get(lang)).icon(icon::TRENDING_DOWN).compact();
        let about = say(
            "Raises the rate over 100 batches and watches the loss (Smith 2017); takes some seconds and keeps nothing",
            "Monte le taux sur 100 lots et observe la perte (Smith 2017) ; quelques secondes, rien n’est gardé",
        );
        asked |= ui.add(find.unless(reason)).on_hover_text(about.get(lang)).clicked();
    };
    // Beside the title there is room for fewer buttons in a small window.
    let mut chart = Chart::new(title, height).sentence(sentence).tools(&mut tools);
    if ui.available_width() < NARROW {
        chart = chart.compact();
    }
    plot.in_card(ui, lang, chart);
    if asked {
        cx.act(Action::TestRates);
        *test = true;
    }
}

fn tested(ui: &mut Ui, cx: &mut Cx<'_>, rates: &RateTest, test: &mut bool, height: f32) {
    let (lang, t) = (cx.lang, Theme::of(ui));
    let title = match ui.available_width() < NARROW {
        true => say("Loss by rate", "Perte / taux"),
        false => say("Loss against learning rate", "Perte selon le taux d’apprentissage"),
    }
    .get(lang);
    let phase = cx.session.phase;
    if let Some(progress) = phase.progress().filter(|p| p.stage == Stage::TestingRates && matches!(phase, Phase::Working(_))) {
        ui.set_max_height(height);
        return testing(ui, lang, title, progress.share());
    }
    if rates.range.points.is_empty() {
        // It was stopped, or it failed.
        *test = false;
        return;
    }
    let proposal = rates.range.proposal;
    let plot = loss_by_rate(lang, t, title, &rates.range);
    let sentence = match (proposal, lang) {
        (Some(p), Lang::En) => format!("A tenth of the rate with the lowest loss is a safe choice: {}", rate(lang, p)),
        (Some(p), Lang::Fr) => format!("Un dixième du taux de plus basse perte est un choix sûr : {}", rate(lang, p)),
        (None, _) => say(
            "At no rate did the loss fall within 100 batches: there is no proposal",
            "À aucun taux la perte n’a baissé en 100 lots : pas de proposition",
        )
        .get(lang)
        .to_owned(),
    };
    let (mut used, mut back) = (None, false);
    let mut tools = |ui: &mut Ui| {
        back |= ui.add(Button::quiet(say("Back", "Retour").get(lang)).compact()).clicked();
        if let Some(p) = proposal {
            let name = match lang {
                Lang::En => format!("Use {}", rate(lang, p)),
                Lang::Fr => format!("Utiliser {}", rate(lang, p)),
            };
            if ui.add(Button::secondary(name).icon(icon::CHECK).compact()).clicked() {
                used = Some(p);
            }
        }
    };
    // Beside the title there is room for fewer buttons in a small window.
    let mut chart = Chart::new(title, height).sentence(sentence).tools(&mut tools);
    if ui.available_width() < NARROW {
        chart = chart.compact();
    }
    plot.in_card(ui, lang, chart);
    if let Some(rate) = used {
        cx.settings.train.optimizer.learning_rate = rate;
    }
    if back || used.is_some() {
        *test = false;
    }
}

/// A test in progress.
fn testing(ui: &mut Ui, lang: Lang, title: &str, share: Option<f32>) {
    Card::titled(title).fill().show(ui, |ui| {
        let sentence = say(
            "The rate rises from batch to batch, until the loss runs away",
            "Le taux monte de lot en lot, jusqu’à ce que la perte s’emballe",
        );
        notice::empty(ui, icon::TRENDING_DOWN, say("Testing", "Test en cours").get(lang), sentence.get(lang), |ui| {
            bar::progress(ui, title, share, 240.0);
        });
    });
}

/// The loss of a test over the logarithm of the rate, each batch's and smoothed.
fn loss_by_rate(lang: Lang, t: &Theme, title: &str, range: &RateRange) -> CurvePlot {
    let points = |value: fn(&Point) -> f64| -> Vec<[f64; 2]> {
        range.points.iter().map(|point| [point.rate.log10(), value(point)]).collect()
    };
    let last = range.points.last().map_or(1.0, |point| point.rate).log10();
    let proposal = range.proposal;
    // The end, where the loss runs away, would flatten all the rest.
    let smooth = points(|point| point.smooth);
    let high = smooth.first().map_or(1.0, |p| p[1]) * 1.3;
    let low = smooth.iter().map(|p| p[1]).fold(f64::INFINITY, f64::min);
    CurvePlot {
        name: title.to_owned(),
        across: say("rate", "taux").get(lang).to_owned(),
        lines: vec![
            Line {
                name: say("each batch", "chaque lot").get(lang).to_owned(),
                color: t.text3.gamma_multiply(0.7),
                points: points(|point| point.loss),
                dotted: false,
                labeled: true,
            },
            Line {
                name: say("mean", "moyenne").get(lang).to_owned(),
                color: t.accent,
                points: smooth,
                dotted: false,
                labeled: true,
            },
        ],
        x: (LOWEST.log10(), last.ceil()),
        y: Some((low - 0.1 * (high - low), high)),
        bounds: (0.0, f64::INFINITY),
        digits: 3,
        marks: proposal
            .map(|p| (p.log10(), format!("{} {}", say("proposed", "proposé").get(lang), rate(lang, p))))
            .into_iter()
            .collect(),
        across_rates: true,
        only_names: true,
        ..CurvePlot::default()
    }
}
