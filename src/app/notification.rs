//! What the system tells while the user looks elsewhere: that a training or an experiment is over, or has failed.

use std::{sync::Arc, thread};

use egui::Context;
use tracing::info;

use super::App;
use crate::{
    evaluate::{Metric, RunScores},
    experiment::{ExperimentView, MemberView},
    problem::Problem,
    run::{RunStatus, RunView},
    session::Phase,
    text::{Lang, duration, escape, percent, plural, say, years},
};

/// A notification of the system.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notification {
    /// What happened.
    pub title: String,
    /// To what, and with what result.
    pub body: String,
}

/// What shows a notification; it does not wait.
pub type Notifier = Arc<dyn Fn(Notification) + Send + Sync>;

/// The system, asked on a thread of its own: where nothing shows notifications or answers, the log says so.
pub(super) fn by_the_system() -> Notifier {
    Arc::new(|notification| {
        let show = move || {
            let Notification { title, body } = notification;
            let mut asked = notify_rust::Notification::new();
            // By the freedesktop specification a body may hold markup.
            let markup = cfg!(all(unix, not(target_os = "macos")));
            let body = if markup { escape::xml(&body) } else { body.as_str().into() };
            asked.appname("Trombine").summary(&title).body(&body);
            // A bare program has no name there: it takes that of the terminal, from which it is started as a rule.
            #[cfg(target_os = "macos")]
            let _ = notify_rust::set_application("com.apple.Terminal");
            if let Err(error) = asked.show() {
                info!("no notification was shown: {error}");
            }
        };
        if let Err(error) = thread::Builder::new().name("notification".to_owned()).spawn(show) {
            info!("no notification was shown: {error}");
        }
    })
}

/// What is at work that the user may wait for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Work {
    /// A training and its evaluation.
    Training,
    /// An experiment, by its id.
    Experiment(String),
}

impl App {
    /// The training or the experiment that is at work; none while a run is only evaluated again.
    pub(super) fn work(&self) -> Option<Work> {
        let session = &self.session;
        if let Some(at_work) = &session.experiments.at_work {
            return Some(Work::Experiment(at_work.experiment.clone()));
        }
        let own = session.training.as_ref().is_some_and(|training| training.job == session.job);
        (session.phase.training() && (own || !matches!(session.phase, Phase::Evaluating(_)))).then_some(Work::Training)
    }

    /// Tells of the end of `work`, if it was at work before the events that were taken in last, is over now, and the window is
    /// not in front. There were so many `failures` before.
    pub(super) fn tell_of_the_end(&self, ctx: &Context, work: Option<Work>, failures: usize) {
        let Some(work) = work.filter(|_| !self.session.phase.busy() && self.preferences.notify == Some(true)) else { return };
        let away = ctx.input(|i| !i.raw.focused || i.raw.viewport().minimized == Some(true));
        if !away {
            return;
        }
        let failed = self.session.failures.get(failures..).and_then(<[Problem]>::last);
        let lang = self.preferences.lang;
        let told = match &work {
            Work::Training => self.trained().map(|view| Notification::of_training(lang, view)),
            Work::Experiment(id) => {
                let view = self.session.experiments.views.get(id).filter(|view| view.over() == view.members.len());
                view.map(|view| Notification::of_experiment(lang, view))
            }
        };
        // What the user stopped is told by neither.
        if let Some(notification) = told.or_else(|| failed.map(|problem| Notification::of_failure(lang, &work, problem))) {
            (self.notifier)(notification);
        }
    }

    /// The run of the last training, if it is finished and evaluated.
    fn trained(&self) -> Option<&RunView> {
        let training = self.session.training.as_ref()?;
        let view = self.session.run.as_deref()?;
        (view.info.id == training.run && view.info.status == RunStatus::Finished && view.report.is_some()).then_some(view)
    }
}

impl Notification {
    /// That a training is done: `“Quick look”: accuracy 89.1% on the test part, after 12 min of training`.
    pub fn of_training(lang: Lang, view: &RunView) -> Self {
        let name = view.info.name(lang);
        let took = duration(lang, view.info.seconds);
        let result = view.info.scores.as_ref().map(|scores| result(lang, scores));
        let body = match (result, lang) {
            (Some(result), Lang::En) => format!("“{name}”: {result}, after {took} of training"),
            (Some(result), Lang::Fr) => format!("«\u{a0}{name}\u{a0}»\u{a0}: {result}, après {took} d’entraînement"),
            (None, Lang::En) => format!("“{name}”, after {took} of training"),
            (None, Lang::Fr) => format!("«\u{a0}{name}\u{a0}», après {took} d’entraînement"),
        };
        Self { title: say("The training is done", "L’entraînement est fini").get(lang).to_owned(), body }
    }

    /// That an experiment is done: `“5 seeds”: 5 runs trained, mean accuracy 89.1%, 1 h 2 min of training`.
    pub fn of_experiment(lang: Lang, view: &ExperimentView) -> Self {
        let name = view.experiment.name.get(lang);
        let scores: Vec<f64> = view.members.iter().filter_map(MemberView::score).collect();
        let mut words = vec![plural(
            lang,
            scores.len() as u64,
            say("run trained", "essai entraîné"),
            say("runs trained", "essais entraînés"),
        )];
        if let Some(best) = view.best().and_then(|row| row.spread) {
            let score = match view.metric() {
                Metric::Accuracy => percent(lang, best.mean, 1),
                Metric::Mae => years(lang, best.mean, 1),
            };
            words.push(match (lang, view.metric(), view.experiment.variants.len() > 1) {
                (Lang::En, Metric::Accuracy, false) => format!("mean accuracy {score}"),
                (Lang::Fr, Metric::Accuracy, false) => format!("exactitude moyenne {score}"),
                (Lang::En, Metric::Accuracy, true) => format!("best accuracy {score}"),
                (Lang::Fr, Metric::Accuracy, true) => format!("meilleure exactitude {score}"),
                (Lang::En, Metric::Mae, false) => format!("mean error {score}"),
                (Lang::Fr, Metric::Mae, false) => format!("erreur moyenne {score}"),
                (Lang::En, Metric::Mae, true) => format!("smallest error {score}"),
                (Lang::Fr, Metric::Mae, true) => format!("plus petite erreur {score}"),
            });
        }
        let seconds: f64 = view.members.iter().filter_map(|member| member.run.as_ref()).map(|run| run.seconds).sum();
        let took = duration(lang, seconds);
        words.push(match lang {
            Lang::En => format!("{took} of training"),
            Lang::Fr => format!("{took} d’entraînement"),
        });
        let words = words.join(", ");
        let body = match lang {
            Lang::En => format!("“{name}”: {words}"),
            Lang::Fr => format!("«\u{a0}{name}\u{a0}»\u{a0}: {words}"),
        };
        Self { title: say("The experiment is done", "L’expérience est finie").get(lang).to_owned(), body }
    }

    /// Why `work` ended without a result.
    pub fn of_failure(lang: Lang, work: &Work, problem: &Problem) -> Self {
        let body = format!("{}. {}", problem.what.get(lang), problem.remedy.get(lang));
        let title = match work {
            Work::Training => say("The training has failed", "L’entraînement a échoué"),
            Work::Experiment(_) => say("The experiment has failed", "L’expérience a échoué"),
        };
        Self { title: title.get(lang).to_owned(), body }
    }
}

/// How a run did on its test part.
fn result(lang: Lang, scores: &RunScores) -> String {
    match (lang, scores.years) {
        (Lang::En, Some(of)) => format!("off by {} on the test part", years(lang, of.mae, 1)),
        (Lang::Fr, Some(of)) => format!("erreur moyenne de {} sur la partie test", years(lang, of.mae, 1)),
        (Lang::En, None) => format!("accuracy {} on the test part", percent(lang, scores.accuracy, 1)),
        (Lang::Fr, None) => format!("exactitude {} sur la partie test", percent(lang, scores.accuracy, 1)),
    }
}
