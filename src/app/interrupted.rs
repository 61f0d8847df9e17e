//! A training that a crash, a power cut or "Pause and quit" interrupted, as it is offered at the next start.

use egui::Ui;

use super::App;
use crate::{
    run::{RunInfo, RunStatus},
    text::{Lang, say},
    ui::{
        Action,
        page::Page,
        widget::notice::{self, CardAnswer},
    },
};

/// What is known of runs that can go on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) enum Interrupted {
    /// The runs have not been listed yet.
    #[default]
    Unknown,
    /// This one was found at the start, and the user has not said what to do with it.
    Found(String),
    /// There was none, or it is dealt with.
    Settled,
}

impl App {
    /// Looks at the first list of runs for one that was interrupted: the newest run, if it is not finished. What an experiment has
    /// stopped goes on, or does not, with the experiment.
    pub(super) fn look_for_interrupted(&mut self) {
        if self.interrupted != Interrupted::Unknown || self.session.runs.is_empty() {
            return;
        }
        let newest = self.session.runs.first().filter(|run| run.status == RunStatus::Paused && run.member_of.is_none());
        self.interrupted = newest.map_or(Interrupted::Settled, |run| Interrupted::Found(run.id.clone()));
    }

    /// Evaluates the run that is shown, once, if its report is of earlier weights (a crash came before the new one) and its
    /// pictures are open.
    pub(super) fn evaluate_again(&mut self) {
        let (Some(view), Some(open)) = (&self.session.run, self.session.dataset()) else { return };
        let (info, id) = (&view.info, view.info.id.clone());
        let wanted = view.outdated && info.status == RunStatus::Finished && info.source == open.source;
        if wanted && !self.session.phase.busy() && self.evaluated_again.as_ref() != Some(&id) {
            self.evaluated_again = Some(id.clone());
            self.actions.push(Action::Evaluate { run: id, mirrored: None });
        }
    }

    /// The run to ask about: it is still there, can still go on, and nothing else is at work.
    pub(super) fn interrupted(&self) -> Option<&RunInfo> {
        let Interrupted::Found(id) = &self.interrupted else { return None };
        let run = self.session.runs.iter().find(|run| run.id == *id)?;
        (run.status == RunStatus::Paused && !self.session.phase.busy()).then_some(run)
    }
}

/// Draws the card; gives what its buttons ask for.
pub(super) fn card(ui: &mut Ui, lang: Lang, run: &RunInfo) -> Vec<Action> {
    let epoch = run.epochs_done + 1;
    let what = match lang {
        Lang::En => format!("A training can be resumed in epoch {epoch}"),
        Lang::Fr => format!("Un entraînement peut reprendre à l’époque {epoch}"),
    };
    let about = match lang {
        Lang::En => format!("“{}” resumes where it was, with the same result", run.name(lang)),
        Lang::Fr => format!("« {} » reprend là où il en était, avec le même résultat", run.name(lang)),
    };
    let mut ways =
        vec![(say("Resume", "Reprendre"), vec![Action::Resume { run: run.id.clone(), more: 0 }, Action::ForgetInterrupted])];
    if run.stored.weights {
        let evaluate = Action::Evaluate { run: run.id.clone(), mirrored: None };
        let open = vec![evaluate, Action::Go(Page::Results), Action::ForgetInterrupted];
        ways.push((say("View progress", "Voir l’avancement"), open));
    }
    ways.push((say("Discard", "Abandonner"), vec![Action::DeleteRun(run.id.clone()), Action::ForgetInterrupted]));
    let names: Vec<String> = ways.iter().map(|(name, _)| name.get(lang).to_owned()).collect();
    match notice::question(ui, lang, &what, &about, &names) {
        Some(CardAnswer::WayOn(way)) => ways.swap_remove(way).1,
        Some(CardAnswer::Close) => vec![Action::ForgetInterrupted],
        Some(CardAnswer::Copy) | None => Vec::new(),
    }
}
