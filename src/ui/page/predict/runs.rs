//! Which run answers, and which one is asked beside it.

use std::borrow::Cow;

use egui::{Popup, PopupCloseBehavior, Role, Ui, WidgetInfo};

use super::{State, words};
use crate::{
    run::{RunInfo, date},
    session::Answering,
    text::{Lang, say},
    ui::{
        Action, Cx, icon,
        widget::{
            button::Button,
            choice::{menu_choice, menu_item, menu_line},
            scroll,
        },
    },
};

/// What the page is for, and who answers.
pub fn who(lang: Lang, run: Answering<'_>) -> String {
    match (lang, run.info.map(|info| shortened(info.name(lang)))) {
        (Lang::En, None) => "Drop, paste or choose a photo; the training’s best weights so far answer".to_owned(),
        (Lang::Fr, None) => {
            "Déposez, collez ou choisissez une photo ; les meilleurs poids de l’entraînement en cours répondent".to_owned()
        }
        (Lang::En, Some(name)) => format!("Drop, paste or choose a photo; “{name}” answers"),
        (Lang::Fr, Some(name)) => format!("Déposez, collez ou choisissez une photo ; « {name} » répond"),
    }
}

/// A run's name as far as it fits into a sentence.
fn shortened(name: &str) -> Cow<'_, str> {
    /// The most letters of it.
    const MOST: usize = 40;
    match name.char_indices().nth(MOST) {
        Some((end, _)) => Cow::Owned(format!("{}…", name[..end].trim_end_matches([' ', ',', '…']))),
        None => Cow::Borrowed(name),
    }
}

/// A run's name for a line about its answer; a training that is not listed yet has none of its own.
pub fn name<'a>(cx: &'a Cx<'_>, run: &str) -> Cow<'a, str> {
    cx.session.info_of(run).map_or(Cow::Borrowed(cx.say(TRAINING)), |info| shortened(info.name(cx.lang)))
}

const TRAINING: crate::text::Phrase = say("the current training", "l’entraînement en cours");

/// A run in a menu: with the time at which it began where another has the same name.
fn line(lang: Lang, run: &RunInfo, all: &[RunInfo]) -> String {
    let name = run.name(lang);
    let twins = all.iter().filter(|other| other.name(lang) == name).count();
    if twins > 1 { format!("{name} · {}", date::day_and_time(lang, run.created)) } else { name.to_owned() }
}

/// The runs that have weights, the newest first.
fn answerers(all: &[RunInfo]) -> impl Iterator<Item = &RunInfo> {
    all.iter().filter(|run| run.stored.weights)
}

/// The menu of runs that can answer; a choice holds for `photo` at once.
pub fn choose(ui: &mut Ui, cx: &mut Cx<'_>, now: Answering<'_>, photo: Option<u64>) {
    let lang = cx.lang;
    let session = cx.session;
    let training = session.training.as_ref().filter(|training| session.phase.training() && !training.history.is_empty());
    if answerers(&session.runs).filter(|run| run.id != now.id).count() == 0 && (training.is_none() || session.chosen.is_none()) {
        return;
    }
    let button = ui.add(
        Button::secondary(say("Choose the run that answers", "Choisir l’essai qui répond").get(lang))
            .trailing(icon::CHEVRON_DOWN),
    );
    Popup::menu(&button).show(|ui| {
        ui.set_min_width(240.0);
        scroll::menu(ui, |ui| {
            let check = |on: bool| on.then_some(icon::CHECK);
            if let Some(training) = training
                && menu_item(ui, check(training.run == now.id), TRAINING.get(lang)).clicked()
            {
                cx.act(Action::AnswerWith { run: None, photo });
            }
            for run in answerers(&session.runs).filter(|run| training.is_none_or(|training| training.run != run.id)) {
                if menu_item(ui, check(run.id == now.id), &line(lang, run, &session.runs)).clicked() {
                    cx.act(Action::AnswerWith { run: Some(run.id.clone()), photo });
                }
            }
        });
    });
}

/// The menu of runs to compare with, of which several are ticked. Each answers the question that it was asked: one that was
/// asked another says so.
pub fn compare(ui: &mut Ui, cx: &Cx<'_>, state: &mut State, shown: Answering<'_>) {
    let lang = cx.lang;
    let others: Vec<_> = answerers(&cx.session.runs).filter(|run| run.id != shown.id).collect();
    if others.is_empty() {
        return;
    }
    let button = ui.add(Button::secondary(say("Compare runs", "Comparer des essais").get(lang)).icon(icon::GIT_COMPARE));
    // Of several runs more than one may be wanted; with one all is said by one click, and the menu leaves the answers' sight.
    let closes = match others.len() {
        1 => PopupCloseBehavior::CloseOnClick,
        _ => PopupCloseBehavior::CloseOnClickOutside,
    };
    let menu = Popup::menu(&button).close_behavior(closes);
    menu.show(|ui| {
        ui.set_min_width(240.0);
        scroll::menu(ui, |ui| {
            let alone = say("No comparison", "Sans comparaison").get(lang);
            if menu_choice(ui, state.others.is_empty(), alone).clicked() {
                state.others.clear();
            }
            for run in others {
                let on = state.others.contains(&run.id);
                let name = line(lang, run, &cx.session.runs);
                let question = if run.task == *shown.task { String::new() } else { words::question(lang, &run.task) };
                let item = menu_line(ui, on.then_some(icon::CHECK), &name, &question, false);
                let said = if question.is_empty() { name.clone() } else { format!("{name}, {question}") };
                item.widget_info(|| WidgetInfo::selected(Role::MenuItem, true, on, &said));
                if item.clicked() {
                    match on {
                        true => state.others.retain(|other| *other != run.id),
                        false => state.others.push(run.id.clone()),
                    }
                }
            }
        });
    });
}
