//! While it trains, and what it looked like once it is over: numbers, curves, notes and learning rate, and the faces.

use egui::{Align, Layout, ScrollArea, Ui, vec2};

use super::{
    faces::{self, Viewing},
    tiles::{self, Tile},
    words,
};
use crate::{
    data::sample::Part,
    history::{EpochRecord, Note, NoteKind},
    session::{Phase, Training},
    text::{Lang, capital, decimal, duration, number, say},
    ui::{
        Cx, icon,
        theme::{self, Theme},
        widget::{
            card::{Card, columns},
            chart::Chart,
            curves::{CurvePlot, Line, rate},
            scroll,
            stack::{fixed, growing, stack},
        },
    },
};

/// The page's width below which it is narrow, in points.
const NARROW: f32 = 860.0;

/// Everything below the header.
pub fn show(ui: &mut Ui, cx: &mut Cx<'_>, training: &Training, viewing: &mut Option<Viewing>) {
    let planned = super::rates::of_epochs(&training.settings, training.steps_per_epoch);
    let numbers_high = tiles::height(ui.available_width(), shown_tiles(ui).len());
    // In a narrow card the sentence below a plot takes two lines.
    let plots = if ui.available_width() < NARROW { 260.0 } else { 208.0 };
    let rows = [fixed(numbers_high), growing(plots, 1.0), growing(172.0, 0.3)];
    let asked = if of_years(training) { 0 } else { classes(cx) };
    let on_loss = words::about_loss(&training.history, training.goes_on());
    let on_accuracy = words::about_accuracy(&training.history, asked, training.goes_on());
    let (on_loss, on_accuracy) = (on_loss.get(cx.lang), on_accuracy.get(cx.lang));
    stack(ui, &rows, |row, ui, height| match row {
        0 => numbers(ui, cx, training),
        1 => columns(ui, &[0.5, 0.5], height, |column, ui| match column {
            0 => loss(ui, cx.lang, training, on_accuracy, height),
            _ if of_years(training) => error(ui, cx.lang, training, (baseline(cx, training), on_loss), height),
            _ => accuracy(ui, cx.lang, training, (classes(cx), on_loss), height),
        }),
        _ => columns(ui, &[0.34, 0.27, 0.39], height, |column, ui| match column {
            0 => notes(ui, cx.lang, training),
            1 => learning_rate(ui, cx.lang, training, &planned, height),
            _ => faces::card(ui, cx, training, viewing),
        }),
    });
}

/// The places of the tiles that are shown: in a small window the learning rate has its plot alone.
fn shown_tiles(ui: &Ui) -> Vec<usize> {
    const TILES: usize = 6;
    const RATE: usize = 3;
    let narrow = ui.available_width() < NARROW;
    (0..TILES).filter(|place| !(narrow && *place == RATE)).collect()
}

/// What stands for a number that is not known yet.
fn nothing() -> String {
    "–".to_owned()
}

fn numbers(ui: &mut Ui, cx: &Cx<'_>, training: &Training) {
    let lang = cx.lang;
    let over = !cx.session.phase.training();
    let tiles = [
        epoch_tile(lang, training, over),
        accuracy_tile(lang, training, over),
        loss_tile(lang, training, over),
        rate_tile(lang, training, over),
        speed_tile(lang, training, over),
        time_tile(lang, training, over || matches!(cx.session.phase, Phase::Evaluating(_))),
    ];
    let progress = match cx.session.phase {
        Phase::Evaluating(_) => (say("Training and evaluation", "Entraînement et évaluation").get(lang), cx.session.share()),
        phase if phase.training() => (say("Training", "Entraînement").get(lang), cx.session.share()),
        _ => (say("Training", "Entraînement").get(lang), Some(training.share())),
    };
    let progress = (progress.0, progress.1.unwrap_or(0.0));
    let shown = shown_tiles(ui);
    let tiles = tiles.into_iter().enumerate().filter(|(place, _)| shown.contains(place));
    let tiles: Vec<Tile> = tiles.map(|(_, tile)| tile).collect();
    tiles::tiles(ui, lang, &tiles, Some(progress));
}

/// The epoch that is shown: the last one, or once it is over the one whose weights are the result.
fn shown_epoch(training: &Training, over: bool) -> Option<&EpochRecord> {
    if over { training.kept_record() } else { training.history.last() }
}

/// `at epoch 7`: the one whose weights are the result.
fn at_kept(lang: Lang, training: &Training) -> Option<String> {
    training.kept_record().map(|kept| format!("{} {}", say("at epoch", "à l’époque").get(lang), kept.epoch))
}

fn epoch_tile(lang: Lang, training: &Training, over: bool) -> Tile {
    let (now, of) = (&training.now, say("of", "sur").get(lang));
    let note = if over {
        training.best().zip(training.kept_record()).map_or_else(nothing, |(best, kept)| match best.epoch == kept.epoch {
            true => format!("{} {}", say("the best:", "la meilleure :").get(lang), best.epoch),
            false => say("the last is kept", "la dernière est gardée").get(lang).to_owned(),
        })
    } else if now.validating {
        say("checking on validation…", "contrôle sur la validation…").get(lang).to_owned()
    } else {
        let (step, all) = (number(lang, now.step.into()), number(lang, now.steps_per_epoch.into()));
        format!("{} {step} {of} {all}", say("step", "pas").get(lang))
    };
    Tile {
        name: say("epoch", "époque").get(lang),
        value: number(lang, if over { training.history.len() as u64 } else { now.epoch.into() }),
        unit: format!("{of} {}", number(lang, training.epochs.into())),
        note,
    }
}

fn accuracy_tile(lang: Lang, training: &Training, over: bool) -> Tile {
    let note = match training.best() {
        None if training.goes_on() => say("after the first epoch", "après la première époque").get(lang).to_owned(),
        None => nothing(),
        Some(_) if over => at_kept(lang, training).unwrap_or_else(nothing),
        Some(b) => {
            let value = words::score(lang, b);
            format!("{} {value}, {} {}", say("best", "meilleure").get(lang), say("epoch", "époque").get(lang), b.epoch)
        }
    };
    let name = match of_years(training) {
        true => say("validation error", "erreur de validation"),
        false => say("validation accuracy", "exact. de validation"),
    };
    Tile {
        name: name.get(lang),
        value: shown_epoch(training, over).map_or_else(nothing, |e| words::score(lang, e)),
        note,
        ..Tile::default()
    }
}

fn loss_tile(lang: Lang, training: &Training, over: bool) -> Tile {
    let (epoch, epochs) = (training.now.epoch, training.epochs);
    let callbacks = &training.settings.train.callbacks;
    let stopping = &training.callbacks.early_stopping;
    let note = match (over, words::waits_for(lang, callbacks, stopping, epoch, epochs)) {
        (false, Some(waits)) => waits,
        (false, None) if stopping.stops_in(callbacks, epoch, epochs).is_some() => {
            say("early stopping is on", "arrêt anticipé actif").get(lang).to_owned()
        }
        (false, None) => say("runs all epochs", "toutes les époques").get(lang).to_owned(),
        (true, _) => at_kept(lang, training).unwrap_or_else(nothing),
    };
    Tile {
        name: say("validation loss", "perte de validation").get(lang),
        value: shown_epoch(training, over).map_or_else(nothing, |e| decimal(lang, e.validation_loss, 3)),
        note,
        ..Tile::default()
    }
}

fn rate_tile(lang: Lang, training: &Training, over: bool) -> Tile {
    let last = training.history.last().map_or(0.0, |e| e.learning_rate);
    let now = if over { last } else { training.now.learning_rate };
    Tile {
        name: say("learning rate", "taux d’apprentissage").get(lang),
        value: if now > 0.0 { rate(lang, now) } else { nothing() },
        note: words::about_rate(lang, training),
        ..Tile::default()
    }
}

fn speed_tile(lang: Lang, training: &Training, over: bool) -> Tile {
    let last = training.history.last().map_or(0.0, |e| e.pictures_per_second);
    let speed = if over { last } else { training.now.pictures_per_second };
    Tile {
        name: say("speed", "vitesse").get(lang),
        value: if speed > 0.0 { number(lang, speed.round() as u64) } else { nothing() },
        unit: say("pictures/s", "images/s").get(lang).into(),
        note: training.device.name.clone(),
    }
}

/// How long it will take still, or took, once all epochs are `done`.
fn time_tile(lang: Lang, training: &Training, done: bool) -> Tile {
    let now = &training.now;
    let elapsed: f64 = training.history.iter().map(|e| e.seconds).sum::<f64>().max(now.elapsed);
    let elapsed = duration(lang, elapsed);
    if done {
        return Tile {
            name: say("took", "durée").get(lang),
            value: elapsed,
            note: say("pauses not counted", "hors pauses").get(lang).into(),
            ..Tile::default()
        };
    }
    Tile {
        name: say("time left, about", "reste environ").get(lang),
        value: if now.remaining > 0.0 { words::rounded(lang, now.remaining) } else { nothing() },
        note: match lang {
            Lang::En => format!("at most; {elapsed} so far"),
            Lang::Fr => format!("au plus ; déjà {elapsed}"),
        },
        ..Tile::default()
    }
}

/// How many epochs the curves show: room for what comes, but not fifty empty epochs after two.
fn horizon(training: &Training) -> f64 {
    let done = training.history.len() as f64;
    let steps = [6.0, 8.0, 12.0, 16.0, 24.0, 36.0, 50.0, 75.0, 100.0, 150.0, 250.0, 500.0, 1000.0];
    let wanted = if training.stopped.is_some() { done } else { done * 1.2 + 1.0 };
    let all = f64::from(training.epochs);
    if training.stopped.is_some() {
        return done.max(2.0);
    }
    steps.into_iter().find(|s| *s >= wanted).unwrap_or(all).min(all).max(2.0)
}

fn curves(
    ui: &Ui,
    lang: Lang,
    training: &Training,
    name: &str,
    live: usize,
    value: impl Fn(&EpochRecord) -> (f64, f64),
) -> CurvePlot {
    let t = Theme::of(ui);
    let points = |pick: fn((f64, f64)) -> f64| -> Vec<[f64; 2]> {
        training.history.iter().map(|e| [f64::from(e.epoch), pick(value(e))]).collect()
    };
    let mut train = points(|v| v.0);
    let validation = points(|v| v.1);
    let first = training.history.is_empty();
    // The epoch that runs: its mean so far; in the very first one, all of it.
    if first {
        train = training.live.iter().map(|l| [l[0], l[live]]).collect();
    } else if let Some(now) = training.live.last().filter(|_| training.stopped.is_none()) {
        train.push([now[0], now[live]]);
    }
    // With one point an epoch it would say what the curve itself says.
    let fine: Vec<[f64; 2]> = match first || training.event_log.fine.len() <= training.history.len() {
        true => Vec::new(),
        false => training.event_log.fine.iter().map(|p| [f64::from(p[0]), f64::from(p[live])]).collect(),
    };
    let from = if first || !fine.is_empty() { 0.0 } else { 1.0 };
    let best = training
        .best()
        .map(|b| (f64::from(b.epoch), format!("{} {}", say("best, epoch", "meilleure, époque").get(lang), b.epoch)));
    CurvePlot {
        name: name.to_owned(),
        of: training.run.clone(),
        across: say("epoch", "époque").get(lang).to_owned(),
        lines: vec![
            Line {
                name: say("training", "entraînement").get(lang).to_owned(),
                color: t.accent,
                points: train,
                labeled: true,
                ..Line::default()
            },
            Line {
                name: say("validation", "validation").get(lang).to_owned(),
                color: t.validation,
                points: validation,
                labeled: true,
                ..Line::default()
            },
        ],
        fine: Line { color: t.accent.gamma_multiply(0.4), points: fine, ..Line::default() },
        x: (from, horizon(training)),
        y: None,
        bounds: (0.0, f64::INFINITY),
        digits: 3,
        marks: best.into_iter().collect(),
        zooms: true,
        ..CurvePlot::default()
    }
}

/// The loss of a training, with its fine curve; `beside` is the sentence of the chart beside it.
pub fn loss(ui: &mut Ui, lang: Lang, training: &Training, beside: &str, height: f32) {
    let title = say("Loss", "Perte").get(lang);
    let plot = curves(ui, lang, training, title, 1, |e| (e.train_loss, e.validation_loss));
    let sentence = words::about_loss(&training.history, training.goes_on());
    let help = say(
        "How wrong the model is, counting how sure it was. While both curves fall it learns; when that of validation rises and that of training goes on falling, it overfits (learns by heart)",
        "À quel point le modèle se trompe, compte tenu de sa confiance. Tant que les deux courbes descendent, il apprend ; quand celle de validation monte et que celle d’entraînement descend encore, il surapprend (par cœur)",
    );
    chart(ui, lang, [title, sentence.get(lang), help.get(lang), beside], &plot, height);
}

/// Whether it is years that are learned.
fn of_years(training: &Training) -> bool {
    training.settings.train.loss.kind.is_of_values()
}

/// The mean error in years, in place of the accuracy, with that of always saying the mean age where it is known.
fn error(ui: &mut Ui, lang: Lang, training: &Training, (baseline, beside): (Option<f64>, &str), height: f32) {
    let title = say("Mean error in years", "Erreur moyenne en années").get(lang);
    let both = |e: &EpochRecord| e.mae.map_or((0.0, 0.0), |mae| (mae.train, mae.validation));
    let mut plot = curves(ui, lang, training, title, 2, both);
    plot.digits = 1;
    if let Some(baseline) = baseline {
        let (from, to) = plot.x;
        plot.lines.push(Line {
            name: say("always the mean age", "toujours l’âge moyen").get(lang).to_owned(),
            color: Theme::of(ui).text3,
            points: vec![[from, baseline], [to, baseline]],
            dotted: true,
            labeled: true,
        });
    }
    let sentence = words::about_accuracy(&training.history, 0, training.goes_on());
    let help = say(
        "By how many years it is wrong on average. That of validation counts: it is of pictures that it does not learn from",
        "De combien d’années il se trompe en moyenne. Celle de validation compte : elle porte sur des images dont il n’apprend pas",
    );
    chart(ui, lang, [title, sentence.get(lang), help.get(lang), beside], &plot, height);
}

/// By how much it would be off on validation pictures to say the mean age of the training ones of everybody; `None` where the
/// parts are not known any more.
fn baseline(cx: &Cx<'_>, training: &Training) -> Option<f64> {
    let plan = cx.plan.ok().filter(|plan| of_years(training) && plan.settings.split == training.settings.split)?;
    let of = cx.session.trained_on.as_ref().or(cx.dataset())?;
    if !std::sync::Arc::ptr_eq(of, &plan.dataset) {
        return None;
    }
    let ages = |part: Part| {
        let both = plan.dataset.samples.iter().zip(&plan.split.parts);
        both.filter(move |(_, of)| **of == Some(part)).map(|(sample, _)| f64::from(sample.class))
    };
    let mean = |values: &mut dyn Iterator<Item = f64>| {
        let (sum, n) = values.fold((0.0, 0u32), |(sum, n), value| (sum + value, n + 1));
        (n > 0).then(|| sum / f64::from(n))
    };
    let always = mean(&mut ages(Part::Train))?;
    mean(&mut ages(Part::Validation).map(|age| (age - always).abs()))
}

/// How many classes are learned; two where the data are not known any more.
pub(super) fn classes(cx: &Cx<'_>) -> usize {
    cx.session.trained_on.as_ref().or(cx.dataset()).map_or(2, |dataset| dataset.task.len())
}

/// The accuracy of a training of so many classes, of many with their top-3.
fn accuracy(ui: &mut Ui, lang: Lang, training: &Training, (classes, beside): (usize, &str), height: f32) {
    let title = say("Accuracy", "Exactitude").get(lang);
    let mut plot = curves(ui, lang, training, title, 2, |e| (e.train_accuracy, e.validation_accuracy));
    plot.bounds = (0.0, 1.0);
    let top_3 = |e: &EpochRecord| Some([f64::from(e.epoch), e.validation_top_3?]);
    let top_3: Vec<[f64; 2]> = training.history.iter().filter_map(top_3).collect();
    if !top_3.is_empty() {
        plot.lines.push(Line {
            name: say("validation, top-3", "validation, top-3").get(lang).to_owned(),
            color: Theme::of(ui).validation,
            points: top_3,
            dotted: true,
            labeled: true,
        });
    }
    let sentence = words::about_accuracy(&training.history, classes, training.goes_on());
    let help = say(
        "The share of pictures that it gets right. That of validation counts: it is of pictures that it does not learn from. Top-3, from ten classes on, is the share whose label is among the three likeliest answers",
        "La part d’images bien classées. Celle de validation compte : elle porte sur des images dont il n’apprend pas. Top-3, à partir de dix classes, est la part dont l’étiquette figure parmi les trois réponses les plus probables",
    );
    chart(ui, lang, [title, sentence.get(lang), help.get(lang), beside], &plot, height);
}

fn chart(ui: &mut Ui, lang: Lang, [title, sentence, help, beside]: [&str; 4], plot: &CurvePlot, height: f32) {
    let mut tools = |ui: &mut Ui| plot.zoom_button(ui, lang);
    plot.in_card(ui, lang, Chart::new(title, height).help(help).sentence(sentence).level_with(beside).tools(&mut tools));
}

/// What the callbacks did, and, of a training that runs, what they will do next.
pub fn notes(ui: &mut Ui, lang: Lang, training: &Training) {
    let t = Theme::of(ui);
    Card::titled(say("What happened", "Ce qui s’est passé").get(lang)).fill().show(ui, |ui| {
        let told = training.event_log.notes.iter().filter(|n| n.kind != NoteKind::Saved);
        let running = training.goes_on();
        let (epoch, rate) = (training.now.epoch, training.now.learning_rate);
        let coming = training.callbacks.coming(&training.settings.train.callbacks, epoch, training.epochs, rate);
        let coming = coming.iter().filter(|_| running);
        let next = say("next", "suite").get(lang);
        let lines: Vec<(String, &Note)> =
            told.map(|n| (n.epoch.to_string(), n)).chain(coming.map(|n| (next.to_owned(), n))).collect();
        if lines.is_empty() {
            let text = match (running, training.stopped) {
                (true, _) => say(
                    "Best epochs and learning-rate changes appear here",
                    "Les meilleures époques et les changements du taux d’apprentissage s’affichent ici",
                )
                .get(lang)
                .to_owned(),
                // Runs of earlier versions have kept no more than how they ended.
                (false, Some(reason)) => capital(&words::why_stopped(lang, reason)),
                (false, None) => say("Nothing to report", "Rien à signaler").get(lang).to_owned(),
            };
            ui.add(egui::Label::new(theme::caption(text).color(t.text3)).wrap());
            return;
        }
        let all = |ui: &mut Ui| {
            ui.spacing_mut().item_spacing.y = 7.0;
            for (when, note) in lines {
                let (symbol, color) = match note.kind {
                    NoteKind::Start => (icon::LAYERS, t.text3),
                    NoteKind::Best => (icon::SPARKLES, t.good),
                    NoteKind::Waiting => (icon::HOURGLASS, t.text3),
                    NoteKind::Rate => (icon::TRENDING_DOWN, t.validation),
                    NoteKind::Saved => (icon::SAVE, t.text3),
                    NoteKind::Stopping => (icon::FLAG, t.text2),
                    NoteKind::Warning => (icon::TRIANGLE_ALERT, t.bad),
                };
                ui.horizontal_top(|ui| {
                    ui.spacing_mut().item_spacing.x = 8.0;
                    ui.label(symbol.text(15.0).color(color));
                    ui.allocate_ui_with_layout(vec2(34.0, 16.0), Layout::left_to_right(Align::Min), |ui| {
                        ui.set_width(34.0);
                        ui.label(theme::cell(when).color(t.text3));
                    });
                    ui.add(egui::Label::new(theme::cell(note.text.get(lang)).color(t.text)).wrap());
                });
            }
        };
        match scroll::is_long(ui) {
            true => all(ui),
            false => {
                ScrollArea::vertical().auto_shrink([false, false]).stick_to_bottom(true).show(ui, all);
            }
        }
    });
}

fn learning_rate(ui: &mut Ui, lang: Lang, training: &Training, planned: &[[f64; 2]], height: f32) {
    let t = Theme::of(ui);
    let done: Vec<[f64; 2]> = training.history.iter().map(|e| [f64::from(e.epoch), e.learning_rate]).collect();
    let now = &training.now;
    let title = say("Learning rate", "Taux d’apprentissage").get(lang);
    let mut past = done;
    // As far as it is now: the number at the curve's end is that of the tile.
    let at = f64::from(now.epoch.saturating_sub(1)) + f64::from(now.step) / f64::from(now.steps_per_epoch.max(1));
    if now.learning_rate > 0.0 && training.goes_on() && past.last().is_none_or(|last| last[0] < at) {
        past.push([at.max(1.0), now.learning_rate]);
    }
    let from = past.last().map_or(0.0, |p| p[0]);
    let mut coming: Vec<[f64; 2]> = past.last().copied().into_iter().collect();
    if training.stopped.is_none() {
        coming.extend(planned.iter().filter(|p| p[0] > from));
    }
    let end = if training.stopped.is_some() { from.max(2.0) } else { f64::from(training.epochs).max(2.0) };
    let planned_name = say("planned", "prévu").get(lang);
    let plot = CurvePlot {
        name: format!("{title} {}", past.last().map_or_else(String::new, |p| rate(lang, p[1]))),
        across: say("epoch", "époque").get(lang).to_owned(),
        lines: vec![
            Line { name: planned_name.to_owned(), color: t.text3, points: coming, dotted: true, labeled: false },
            Line { name: String::new(), color: t.accent, points: past, dotted: false, labeled: true },
        ],
        x: (1.0, end),
        y: None,
        bounds: (0.0, f64::INFINITY),
        digits: 6,
        rates: true,
        ..CurvePlot::default()
    };
    plot.in_card(ui, lang, Chart::new(title, height).compact());
}
