//! One experiment: what it says so far, its runs over each other, and how far each of them is.

use egui::{Color32, Ui};

use super::{curves::curves, live::Live, members::members, reading::ExperimentReading, results};
use crate::{
    experiment::{ExperimentView, MemberState},
    session::Phase,
    text::{Lang, Phrase, say},
    ui::{
        Action, Cx, icon,
        theme::{self, size},
        widget::{
            button::{Button, icon_button},
            card::{columns, header},
            stack::{fixed, growing, stack},
        },
    },
};

/// Draws the experiment with this id; whether it is left.
pub fn show(ui: &mut Ui, cx: &mut Cx<'_>, id: &str, reading: &mut Option<ExperimentReading>) -> bool {
    let (lang, narrow) = (cx.lang, ui.available_width() < NARROW);
    let Some(view) = cx.session.experiments.views.get(id).cloned() else {
        let mut back = false;
        header(ui, id, "", |ui| back = back_button(ui, lang, narrow));
        return back;
    };
    let live = Live::of(cx, &view);
    if !reading.as_ref().is_some_and(|known| known.is_of(&view, lang)) {
        *reading = Some(ExperimentReading::of(&view, lang, reading.take()));
    }
    let Some(reading) = reading else { return false };
    let mut back = false;
    let sentence = format!("{} · {}", view.experiment.source.name().get(lang), stands(lang, &view, live.is_some()));
    // A title in two lines costs more than shorter buttons.
    let title =
        ui.painter().layout_no_wrap(view.experiment.name.get(lang).to_owned(), theme::semibold(size::TITLE), Color32::WHITE);
    let narrow = narrow || title.size().x + buttons_width(ui, lang, reading, live.is_some()) > ui.available_width();
    header(ui, view.experiment.name.get(lang), &sentence, |ui| {
        buttons(ui, cx, reading, (live.is_some(), narrow));
        back = back_button(ui, lang, narrow);
    });
    body(ui, cx, reading, live.as_ref());
    back
}

/// Results, curves and runs, so that the plots take the room there is.
fn body(ui: &mut Ui, cx: &mut Cx<'_>, reading: &ExperimentReading, live: Option<&Live<'_>>) {
    let (lang, view) = (cx.lang, &reading.of);
    let height = ui.available_height();
    // Many runs over many options: their plot takes the whole width.
    if reading.coordinates.is_some() {
        stack(ui, &[growing(260.0, 1.2), growing(230.0, 1.0)], |row, ui, height| {
            ui.set_max_height(height);
            if row == 0 {
                return results::show(ui, cx, reading, height);
            }
            columns(ui, &[0.5, 0.5], height, |column, ui| {
                ui.set_max_height(height);
                if column == 0 { members(ui, cx, view, live) } else { curves(ui, lang, reading, live, height) }
            });
        });
        return;
    }
    let width = ui.available_width();
    if width < BESIDE {
        let results = results::low_height(ui, reading, width).map_or(growing(250.0, 1.0), fixed);
        stack(ui, &[results, growing(240.0, 1.0), growing(200.0, 1.0)], |row, ui, height| {
            ui.set_max_height(height);
            match row {
                0 => results::show(ui, cx, reading, height),
                1 => curves(ui, lang, reading, live, height),
                _ => members(ui, cx, view, live),
            }
        });
        return;
    }
    // A few rows are no higher than they are: beside them the curves have the height of the page.
    if let Some(low) = results::low_height(ui, reading, ui.available_width() * LEFT) {
        columns(ui, &[LEFT, 1.0 - LEFT], height, |column, ui| {
            ui.set_max_height(height);
            if column == 1 {
                return curves(ui, lang, reading, live, height);
            }
            stack(ui, &[fixed(low), growing(180.0, 1.0)], |row, ui, height| {
                ui.set_max_height(height);
                if row == 0 { results::show(ui, cx, reading, height) } else { members(ui, cx, view, live) }
            });
        });
        return;
    }
    stack(ui, &[growing(250.0, 1.0), growing(200.0, 1.0)], |row, ui, height| {
        ui.set_max_height(height);
        if row == 1 {
            return members(ui, cx, view, live);
        }
        columns(ui, &[0.5, 0.5], height, |column, ui| {
            ui.set_max_height(height);
            if column == 0 { results::show(ui, cx, reading, height) } else { curves(ui, lang, reading, live, height) }
        });
    });
}

/// From this width of the page on there is room for the curves beside the results, in points: a strip needs some for its dots.
const BESIDE: f32 = 700.0;

/// The share of the width for a few rows of results.
const LEFT: f32 = 0.46;

/// Whether another process trains some of it.
pub fn works_elsewhere(cx: &Cx<'_>, view: &ExperimentView) -> bool {
    !cx.session.experiments.works_on(&view.experiment.id) && view.count(|state| *state == MemberState::Training) > 0
}

/// The width of the page below which its buttons are short, in points.
const NARROW: f32 = 860.0;

fn back_button(ui: &mut Ui, lang: Lang, narrow: bool) -> bool {
    match narrow {
        true => icon_button(ui, icon::ARROW_LEFT, BACK.get(lang)).clicked(),
        false => ui.add(back_long(lang)).clicked(),
    }
}

/// How wide the buttons are when none is short, with the gaps between them.
fn buttons_width(ui: &Ui, lang: Lang, reading: &ExperimentReading, live: bool) -> f32 {
    let view = &reading.of;
    let over = view.count(|state| !state.is_over()) == 0;
    let takes = !live && reading.best_run.is_some() && view.members.len() > 1;
    let all = [
        Some(back_long(lang)),
        live.then(|| stop(lang)),
        live.then(|| Button::secondary(PAUSE.get(lang)).icon(icon::PAUSE)),
        (!live && !over).then(|| Button::primary(RESUME.get(lang)).icon(icon::PLAY)),
        takes.then(|| take(lang, false)),
        takes.then(|| super::together::long(lang, reading)).flatten(),
    ];
    all.into_iter().flatten().map(|button| button.width(ui) + ui.spacing().item_spacing.x).sum::<f32>() + theme::GUTTER
}

const PAUSE: Phrase = say("Pause", "Pause");
const RESUME: Phrase = say("Resume", "Reprendre");
const BACK: Phrase = say("All runs", "Tous les essais");

fn back_long(lang: Lang) -> Button {
    Button::quiet(BACK.get(lang)).icon(icon::ARROW_LEFT)
}

fn stop(lang: Lang) -> Button {
    Button::secondary(say("Stop for now", "Arrêter pour l’instant").get(lang)).icon(icon::SQUARE)
}

fn take(lang: Lang, narrow: bool) -> Button {
    let name = match narrow {
        true => say("Best run’s settings", "Réglages du meilleur"),
        false => say("Use the best run’s settings", "Reprendre les réglages du meilleur"),
    };
    Button::secondary(name.get(lang)).icon(icon::WRENCH)
}

/// The buttons of what can be done with it now.
fn buttons(ui: &mut Ui, cx: &mut Cx<'_>, reading: &ExperimentReading, (live, narrow): (bool, bool)) {
    let (lang, view) = (cx.lang, &reading.of);
    if live {
        let about = say(
            "Keeps what is done; the run in training resumes later where it was",
            "Garde ce qui est fait ; l’essai en cours reprendra plus tard où il en était",
        );
        if ui.add(stop(lang)).on_hover_text(about.get(lang)).clicked() {
            cx.act(Action::StopExperiment);
        }
        let paused = cx.session.phase == Phase::Paused;
        let (name, symbol) = match paused {
            true => (say("Resume", "Reprendre"), icon::PLAY),
            false => (PAUSE, icon::PAUSE),
        };
        if matches!(cx.session.phase, Phase::Training | Phase::Paused)
            && ui.add(Button::secondary(name.get(lang)).icon(symbol)).clicked()
        {
            cx.act(Action::Pause(!paused));
        }
    } else if view.count(|state| !state.is_over()) > 0 {
        let busy = super::busy(cx);
        let name = match view.members.iter().any(|member| member.run.is_some()) {
            true => RESUME,
            false => say("Start", "Lancer"),
        };
        if ui.add(Button::primary(name.get(lang)).icon(icon::PLAY).unless(busy)).clicked() {
            cx.act(Action::RunExperiment(view.experiment.id.clone()));
        }
    }
    if let Some(run) = reading.best_run.clone().filter(|_| !live && view.members.len() > 1) {
        if ui.add(take(lang, narrow)).clicked() {
            cx.act(Action::TakeSettings(run));
        }
        super::together::button(ui, cx, reading, narrow);
    }
}

/// How far it is.
fn stands(lang: Lang, view: &ExperimentView, live: bool) -> String {
    let mut words = vec![view.finished_words(lang)];
    let counted = |is: fn(&MemberState) -> bool| {
        let state = view.members.iter().map(|member| &member.state).find(|state| is(state))?;
        Some(state.counted(view.count(is), lang))
    };
    words.extend(counted(|state| matches!(state, MemberState::Failed { .. })));
    words.extend(counted(|state| matches!(state, MemberState::Dropped { .. })));
    let elsewhere = view.count(|state| *state == MemberState::Training) > 0;
    if !live && elsewhere {
        words.push(say("training elsewhere", "en cours ailleurs").get(lang).to_owned());
    }
    words.join(" · ")
}
