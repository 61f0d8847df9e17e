//! Training: ready or not, as it goes, and what came out.

mod before;
pub mod during;
mod faces;
pub mod next;
mod rates;
mod tiles;
mod trial;
pub mod words;

use egui::{Popup, Ui};

use crate::{
    session::{Phase, Training},
    text::{Lang, plural, say},
    ui::{
        Action, Cx, Dialog, icon,
        page::{Page, data::shared},
        theme::{self, Theme},
        widget::{
            bar,
            button::{Button, link},
            card::{Card, header},
            choice::menu_item,
            notice, strip,
        },
    },
};

/// What the page remembers.
#[derive(Default)]
pub struct State {
    /// Show the options although a finished training is there.
    setup: bool,
    /// Show the test of learning rates in place of the schedule.
    rates: bool,
    /// What is known of look-alikes.
    alike: shared::Alike,
    /// The face that is seen large.
    viewing: Option<faces::Viewing>,
    /// The height that the card of what is ready or missing takes.
    ready: f32,
}

/// Draws the page.
pub fn show(ui: &mut Ui, cx: &mut Cx<'_>, state: &mut State) {
    let session = cx.session;
    if session.phase.training() {
        state.setup = false;
    }
    if let Some(training) = session.training.as_ref().filter(|_| !state.setup)
        && faces::viewer(ui, cx, training, &mut state.viewing)
    {
        return;
    }
    match (&session.training, session.phase) {
        (_, Phase::Starting(_)) => starting(ui, cx),
        (Some(training), phase) if phase.training() => {
            which(ui, cx, training);
            running_header(ui, cx, training);
            during::show(ui, cx, training, &mut state.viewing);
        }
        (Some(training), _) if !state.setup => {
            which(ui, cx, training);
            over_header(ui, cx, state, training);
            state.setup |= next::show(ui, cx, training, during::classes(cx));
            during::show(ui, cx, training, &mut state.viewing);
        }
        _ => {
            if before::show(ui, cx, state) {
                state.setup = false;
            }
        }
    }
}

/// The strip that names the run, as on every page about one.
fn which(ui: &mut Ui, cx: &Cx<'_>, training: &Training) {
    if let Some(run) = cx.session.info_of(&training.run) {
        strip::show(ui, cx, run);
    }
}

/// Between "Start training" and the first batch.
fn starting(ui: &mut Ui, cx: &mut Cx<'_>) {
    let lang = cx.lang;
    let sentence = say(
        "The network is being set up; the first numbers come in a moment",
        "Le réseau se prépare ; les premiers chiffres arrivent dans un instant",
    );
    header(ui, Page::Training.name().get(lang), sentence.get(lang), |ui| {
        if ui.add(Button::secondary(say("Cancel", "Annuler").get(lang))).clicked() {
            cx.act(Action::Cancel);
        }
    });
    let progress = cx.session.phase.progress();
    Card::new().fill().show(ui, |ui| {
        let title = say("Getting ready", "Préparation").get(lang);
        notice::empty(ui, icon::ACTIVITY, title, sentence.get(lang), |ui| {
            bar::progress(ui, title, progress.and_then(crate::session::Progress::share), 240.0);
        });
    });
}

fn running_header(ui: &mut Ui, cx: &mut Cx<'_>, training: &Training) {
    let lang = cx.lang;
    let phase = cx.session.phase;
    let paused = phase == Phase::Paused;
    let sentence = match (phase, lang) {
        (Phase::Evaluating(_), _) => say(
            "Training is over; the test and validation pictures are being evaluated",
            "L’entraînement est fini ; les images de test et de validation sont en cours d’évaluation",
        )
        .get(lang)
        .to_owned(),
        (Phase::Paused, Lang::En) => {
            format!("Paused in epoch {}: the processor is free", training.now.epoch)
        }
        (Phase::Paused, Lang::Fr) => {
            format!("En pause à l’époque {} : le processeur est libre", training.now.epoch)
        }
        (_, Lang::En) => format!("Learning from {} on {}", pictures(lang, training), training.device.name),
        (_, Lang::Fr) => format!("Apprend à partir de {} sur {}", pictures(lang, training), training.device.name),
    };
    header(ui, Page::Training.name().get(lang), &sentence, |ui| {
        if matches!(phase, Phase::Evaluating(_)) {
            return;
        }
        let (name, symbol) = if paused { (say("Resume", "Reprendre"), icon::PLAY) } else { (say("Pause", "Pause"), icon::PAUSE) };
        if ui.add(Button::primary(name.get(lang)).icon(symbol)).clicked() {
            cx.act(Action::Pause(!paused));
        }
        let finish = Button::secondary(say("Finish now", "Finir maintenant").get(lang)).icon(icon::FLAG);
        let about = say(
            "Ends here, keeps the best epoch and gives the complete result",
            "S’arrête ici, garde la meilleure époque et donne le résultat complet",
        );
        if ui.add(finish).on_hover_text(about.get(lang)).clicked() {
            cx.act(Action::FinishNow);
        }
        if ui.add(Button::quiet(say("Discard…", "Abandonner…").get(lang))).clicked() {
            cx.act(Action::Show(Dialog::Discard));
        }
    });
    if cx.notify.is_none() {
        offer_to_tell(ui, cx);
    }
}

/// Asks, during the first training, whether the system shall tell when it is over.
fn offer_to_tell(ui: &mut Ui, cx: &mut Cx<'_>) {
    let t = Theme::of(ui);
    ui.horizontal_wrapped(|ui| {
        let text = say(
            "Tell me when a training is done while the window is not in front",
            "Me prévenir quand un entraînement est fini et que la fenêtre n’est pas au premier plan",
        );
        ui.label(icon::INFO.text(15.0).color(t.text3));
        ui.label(theme::caption(cx.say(text)).color(t.text2));
        for (name, on) in [(say("Notify me", "Me prévenir"), true), (say("Do not notify", "Ne pas prévenir"), false)] {
            if link(ui, cx.say(name)).clicked() {
                cx.act(Action::Notify(on));
            }
        }
    });
}

fn over_header(ui: &mut Ui, cx: &mut Cx<'_>, state: &mut State, training: &Training) {
    let lang = cx.lang;
    let evaluated = cx.session.run.as_ref().is_some_and(|run| run.info.id == training.run && run.report.is_some());
    let sentence = match (training.stopped, training.kept_record()) {
        (Some(reason), Some(kept)) => {
            let listed = cx.session.info_of(&training.run).and_then(|run| run.scores.as_ref());
            let shown = cx.session.run.as_ref().filter(|run| run.info.id == training.run);
            let scores = shown.and_then(|run| run.info.scores.as_ref()).or(listed);
            let tested = scores.map(|scores| words::tested(lang, scores)).unwrap_or_default();
            let why = words::why_stopped(lang, reason);
            // With the result there the line is full; the tiles name the best epoch.
            let which = match training.best().is_some_and(|best| best.epoch == kept.epoch) {
                true => say("the best epoch is kept", "la meilleure époque est gardée"),
                false => say("the last epoch is kept", "la dernière époque est gardée"),
            }
            .get(lang);
            match (lang, tested.is_empty()) {
                (Lang::En, true) => format!("Finished: {why}; {which}"),
                (Lang::Fr, true) => format!("Terminé\u{a0}: {why}\u{a0}; {which}"),
                (Lang::En, false) => format!("Finished: {tested}{why}"),
                (Lang::Fr, false) => format!("Terminé\u{a0}: {tested}{why}"),
            }
        }
        (Some(reason), None) => match lang {
            Lang::En => format!("Finished before the first epoch was done: {}", words::why_stopped(lang, reason)),
            Lang::Fr => format!("Terminé avant la fin de la première époque : {}", words::why_stopped(lang, reason)),
        },
        (None, _) => match training.saved.unwrap_or(0) {
            0 => say("It stopped before an epoch was saved", "Arrêté avant qu’une époque soit enregistrée").get(lang).to_owned(),
            saved => match lang {
                Lang::En => format!("It stopped before the end; everything up to epoch {saved} is saved"),
                Lang::Fr => format!("Arrêté avant la fin ; tout est enregistré jusqu’à l’époque {saved}"),
            },
        },
    };
    header(ui, Page::Training.name().get(lang), &sentence, |ui| {
        let free = !cx.session.phase.busy();
        // Once other pictures are open, it is they that are to be learned.
        let elsewhere = cx.session.info_of(&training.run).is_some_and(|run| strip::elsewhere(cx, &run.source).is_some());
        if elsewhere && free {
            let new = Button::primary(say("New training", "Nouvel entraînement").get(lang)).icon(icon::PLAY);
            state.setup |= ui.add(new).clicked();
        }
        let main = if elsewhere && free { Button::secondary } else { Button::primary };
        if training.stopped.is_none() {
            if ui.add(main(say("Resume", "Reprendre").get(lang)).icon(icon::PLAY).enabled(free)).clicked() {
                cx.act(Action::Resume { run: training.run.clone(), more: 0 });
            }
        } else {
            let see = main(say("See results", "Voir les résultats").get(lang)).trailing(icon::ARROW_RIGHT);
            let reason = (!evaluated).then(|| say("It has not been evaluated", "Il n’a pas été évalué").get(lang));
            if ui.add(see.unless(reason)).clicked() {
                cx.act(Action::Go(Page::Results));
            }
            let more =
                ui.add(Button::secondary(say("Train further", "Prolonger").get(lang)).trailing(icon::CHEVRON_DOWN).enabled(free));
            Popup::menu(&more).show(|ui| {
                ui.set_width(170.0);
                for epochs in [5u32, 10, 20, 50] {
                    let name =
                        plural(lang, epochs.into(), say("more epoch", "époque de plus"), say("more epochs", "époques de plus"));
                    if menu_item(ui, None, &name).clicked() {
                        cx.act(Action::Resume { run: training.run.clone(), more: epochs });
                    }
                }
            });
        }
        if !(elsewhere && free)
            && ui.add(Button::quiet(say("Train again", "Recommencer").get(lang)).icon(icon::ROTATE_CCW)).clicked()
        {
            state.setup = true;
        }
    });
    if !evaluated && training.stopped.is_some() && !cx.session.phase.busy() {
        let t = Theme::of(ui);
        ui.horizontal(|ui| {
            let text = say("The test pictures have not been evaluated", "Les images de test n’ont pas été évaluées").get(lang);
            notice::note(ui, icon::TRIANGLE_ALERT, t.validation, text);
            if ui.add(Button::secondary(say("Evaluate now", "Évaluer maintenant").get(lang)).compact()).clicked() {
                cx.act(Action::Evaluate { run: training.run.clone(), mirrored: None });
            }
        });
    }
}

fn pictures(lang: Lang, training: &Training) -> String {
    plural(lang, training.train_pictures.into(), say("picture", "image"), say("pictures", "images"))
}
