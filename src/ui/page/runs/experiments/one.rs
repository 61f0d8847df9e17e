//! One experiment: what it says so far, its runs over each other, and how far each of them is.

use egui::Ui;

use super::{curves::curves, live::Live, members::members, reading::Reading, results};
use crate::{
    experiment::{ExperimentView, MemberState},
    session::Phase,
    text::{Lang, say},
    ui::{
        Action, Cx, icon,
        widget::{
            button::{Button, icon_button},
            card::{columns, header},
            stack::{fixed, growing, stack},
        },
    },
};

/// Draws the experiment with this id; whether it is left.
pub fn show(ui: &mut Ui, cx: &mut Cx<'_>, id: &str, reading: &mut Option<Reading>) -> bool {
    let (lang, narrow) = (cx.lang, ui.available_width() < NARROW);
    let Some(view) = cx.session.experiments.views.get(id).cloned() else {
        let mut back = false;
        header(ui, id, "", |ui| back = back_button(ui, lang, narrow));
        return back;
    };
    let live = Live::of(cx, &view);
    if !reading.as_ref().is_some_and(|known| known.is_of(&view, lang)) {
        *reading = Some(Reading::of(&view, lang, reading.take()));
    }
    let Some(reading) = reading else { return false };
    let mut back = false;
    let sentence = format!("{} · {}", view.experiment.source.name().get(lang), stands(lang, &view, live.is_some()));
    header(ui, view.experiment.name.get(lang), &sentence, |ui| {
        buttons(ui, cx, reading, (live.is_some(), narrow));
        back = back_button(ui, lang, narrow);
    });
    body(ui, cx, reading, live.as_ref());
    back
}

/// Results, curves and runs, so that the plots take the room there is.
fn body(ui: &mut Ui, cx: &mut Cx<'_>, reading: &Reading, live: Option<&Live<'_>>) {
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
    let name = say("All runs", "Tous les essais").get(lang);
    match narrow {
        true => icon_button(ui, icon::ARROW_LEFT, name).clicked(),
        false => ui.add(Button::quiet(name).icon(icon::ARROW_LEFT)).clicked(),
    }
}

/// The buttons of what can be done with it now.
fn buttons(ui: &mut Ui, cx: &mut Cx<'_>, reading: &Reading, (live, narrow): (bool, bool)) {
    let (lang, view) = (cx.lang, &reading.of);
    if live {
        let stop = Button::secondary(say("Stop for now", "Arrêter pour l’instant").get(lang)).icon(icon::SQUARE);
        let about = say(
            "Keeps what is done; the run in training resumes later where it was",
            "Garde ce qui est fait ; l’essai en cours reprendra plus tard où il en était",
        );
        if ui.add(stop).on_hover_text(about.get(lang)).clicked() {
            cx.act(Action::StopExperiment);
        }
        let paused = cx.session.phase == Phase::Paused;
        let (name, symbol) = match paused {
            true => (say("Resume", "Reprendre"), icon::PLAY),
            false => (say("Pause", "Pause"), icon::PAUSE),
        };
        if matches!(cx.session.phase, Phase::Training | Phase::Paused)
            && ui.add(Button::secondary(name.get(lang)).icon(symbol)).clicked()
        {
            cx.act(Action::Pause(!paused));
        }
    } else if view.count(|state| !state.is_over()) > 0 {
        let busy = super::busy(cx);
        let name = match view.members.iter().any(|member| member.run.is_some()) {
            true => say("Resume", "Reprendre"),
            false => say("Start", "Lancer"),
        };
        if ui.add(Button::primary(name.get(lang)).icon(icon::PLAY).unless(busy)).clicked() {
            cx.act(Action::RunExperiment(view.experiment.id.clone()));
        }
    }
    if let Some(run) = reading.best_run.clone().filter(|_| !live && view.members.len() > 1) {
        let name = match narrow {
            true => say("Best run’s settings", "Réglages du meilleur"),
            false => say("Use the best run’s settings", "Reprendre les réglages du meilleur"),
        };
        let take = Button::secondary(name.get(lang));
        if ui.add(take.icon(icon::WRENCH)).clicked() {
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
