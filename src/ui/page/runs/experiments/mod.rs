//! Experiments: sets of runs with one question. The list of all, a form for a new one, and one of them.

mod coordinates;
mod curves;
mod drawn;
mod form;
mod live;
mod members;
mod one;
mod reading;
mod results;
mod scale;
mod together;
mod vary;

use egui::{Popup, Ui};

use crate::{
    experiment::BETWEEN_LOOKS,
    text::{plural, say},
    ui::{
        Action, Cx, icon,
        widget::{button::Button, choice::menu_line, scroll},
    },
};

/// What the page remembers of them.
#[derive(Default)]
pub struct State {
    shown: Option<Shown>,
    form: form::Form,
    reading: Option<reading::ExperimentReading>,
    /// When that was looked up last, in seconds of the window's clock; `None` asks anew.
    looked: Option<f64>,
}

/// What is shown in place of the runs.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Shown {
    New,
    /// One, by its id.
    One(String),
}

impl State {
    /// Whether something of experiments is shown in place of the runs.
    pub fn is_shown(&self) -> bool {
        self.shown.is_some()
    }

    /// Shows the form for a new one.
    pub fn begin(&mut self) {
        self.shown = Some(Shown::New);
    }

    /// Shows the runs again.
    pub fn leave(&mut self) {
        self.shown = None;
    }

    /// Shows one of them.
    pub fn show(&mut self, experiment: String) {
        self.shown = Some(Shown::One(experiment));
        self.looked = None;
    }
}

/// The buttons above the runs: those that there are, and a new one.
pub fn tools(ui: &mut Ui, cx: &mut Cx<'_>, state: &mut State) {
    let lang = cx.lang;
    let new = Button::secondary(say("New experiment…", "Nouvelle expérience…").get(lang)).icon(icon::PLUS);
    let about = say(
        "Several runs with one question: how much is luck, which recipe is better, would more pictures help",
        "Plusieurs essais pour répondre à une question : quelle part de hasard, quelle recette est meilleure, plus d’images aideraient-elles",
    );
    if ui.add(new).on_hover_text(about.get(lang)).clicked() {
        state.begin();
    }
    let experiments = &cx.session.experiments;
    if experiments.list.is_empty() {
        return;
    }
    let all = ui.add(Button::quiet(say("Experiments", "Expériences").get(lang)).trailing(icon::CHEVRON_DOWN));
    Popup::menu(&all).show(|ui| {
        ui.set_min_width(320.0);
        scroll::menu(ui, |ui| {
            for experiment in &experiments.list {
                let runs = plural(lang, experiment.members.len() as u64, say("run", "essai"), say("runs", "essais"));
                let symbol = experiments.works_on(&experiment.id).then_some(icon::HOURGLASS);
                if menu_line(ui, symbol, experiment.name.get(lang), &runs, false).clicked() {
                    state.show(experiment.id.clone());
                    ui.close();
                }
            }
        });
    });
}

/// Why nothing can be begun now, if something is at work.
fn busy(cx: &Cx<'_>) -> Option<&'static str> {
    let text = say("Wait for the current job, or stop it", "Attendez la fin du travail en cours, ou arrêtez-le");
    cx.session.phase.busy().then(|| text.get(cx.lang))
}

fn looks_again(looked: Option<f64>, now: f64, elsewhere: bool) -> bool {
    looked.is_none_or(|then| elsewhere && now - then >= BETWEEN_LOOKS.as_secs_f64())
}

/// Draws what is shown in place of the runs.
pub fn show(ui: &mut Ui, cx: &mut Cx<'_>, state: &mut State) {
    // What was begun from the form is shown as soon as it is there.
    if state.shown == Some(Shown::New)
        && let Some(experiment) = state.form.begun(&cx.session.experiments)
    {
        state.show(experiment);
        state.form = form::Form::default();
    }
    let back = match &state.shown {
        None => return,
        Some(Shown::New) => state.form.show(ui, cx),
        Some(Shown::One(id)) => {
            let now = ui.input(|input| input.time);
            let elsewhere = cx.session.experiments.views.get(id).is_some_and(|view| one::works_elsewhere(cx, view));
            if elsewhere {
                ui.request_repaint_after(BETWEEN_LOOKS);
            }
            if looks_again(state.looked, now, elsewhere) {
                cx.actions.push(Action::ViewExperiment(id.clone()));
                state.looked = Some(now);
            }
            one::show(ui, cx, id, &mut state.reading)
        }
    };
    if back {
        state.leave();
    }
}
