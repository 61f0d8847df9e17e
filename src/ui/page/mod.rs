//! The pages: each is this step's one line, the picture or plot that matters, and the few options that matter.

pub mod augment;
pub mod data;
mod listing;
mod marking;
pub mod model;
pub mod off_by;
mod options;
pub mod predict;
pub mod results;
pub mod runs;
mod start;
mod tables_line;
pub mod train;

use egui::Ui;
use serde::{Deserialize, Serialize};

use super::{
    Cx,
    icon::{self, Icon},
};
use crate::{
    data::sample::Part,
    evaluate::{Report, YearScores},
    session::{Phase, Session},
    settings::Settings,
    text::{Lang, Phrase, number, plural, say, years},
};

/// A page of the rail.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Page {
    #[default]
    Data,
    Augmentation,
    Model,
    Training,
    Results,
    Predict,
    Runs,
}

/// What each page remembers while the window is open.
#[derive(Default)]
pub struct Memory {
    pub data: data::State,
    pub augment: augment::State,
    pub model: model::State,
    pub train: train::State,
    pub results: results::State,
    pub predict: predict::State,
    pub runs: runs::State,
}

impl Page {
    /// Every page, the six steps first.
    pub const ALL: [Self; 7] =
        [Self::Data, Self::Augmentation, Self::Model, Self::Training, Self::Results, Self::Predict, Self::Runs];
    /// The steps in their order.
    pub const STEPS: [Self; 6] = [Self::Data, Self::Augmentation, Self::Model, Self::Training, Self::Results, Self::Predict];

    /// The page's name, in the navigation and above it.
    pub const fn name(self) -> Phrase {
        match self {
            Self::Data => say("Data", "Données"),
            Self::Augmentation => say("Augmentation", "Augmentation"),
            Self::Model => say("Model", "Modèle"),
            Self::Training => say("Training", "Entraînement"),
            Self::Results => say("Results", "Résultats"),
            Self::Predict => say("Predict", "Prédire"),
            Self::Runs => say("Runs", "Essais"),
        }
    }

    /// The icon beside its name.
    pub const fn icon(self) -> Icon {
        match self {
            Self::Data => icon::IMAGES,
            Self::Augmentation => icon::WAND_SPARKLES,
            Self::Model => icon::LAYERS,
            Self::Training => icon::ACTIVITY,
            Self::Results => icon::TARGET,
            Self::Predict => icon::SCAN_FACE,
            Self::Runs => icon::HISTORY,
        }
    }

    /// Why it cannot be opened yet.
    pub fn locked(self, session: &Session) -> Option<Phrase> {
        let data = session.open.is_none().then_some(say("open data first", "d’abord des données"));
        let run = session.run.is_none().then_some(say("train a model first", "d’abord un modèle"));
        match self {
            Self::Data | Self::Runs => None,
            Self::Augmentation | Self::Model => data,
            Self::Training => data.filter(|_| session.training.is_none()),
            Self::Results => run,
            Self::Predict => run.filter(|_| session.answering().is_none()),
        }
    }

    /// What the step holds now, or why it is locked; `ready` is whether nothing has to be mended before a training.
    pub fn state(self, lang: Lang, session: &Session, settings: &Settings, ready: bool) -> String {
        if let Some(reason) = self.locked(session) {
            return reason.get(lang).to_owned();
        }
        match self {
            Self::Data => match (session.dataset(), session.phase) {
                (_, Phase::Opening(_)) => say("opening…", "ouverture…").get(lang).to_owned(),
                (Some(d), _) => plural(lang, d.samples.len() as u64, say("picture", "image"), say("pictures", "images")),
                (None, _) => say("choose a folder", "choisir un dossier").get(lang).to_owned(),
            },
            Self::Augmentation => augment::state_line(lang, settings),
            Self::Model => {
                let m = &settings.model;
                format!(
                    "{} conv, {}",
                    m.filters.len() * m.convs_per_block as usize,
                    plural(lang, m.dense.len() as u64, say("dense", "dense"), say("dense", "denses"))
                )
            }
            Self::Training => training_line(lang, session, ready),
            Self::Results => session.run.as_ref().and_then(|run| Some((run, run.report.as_ref()?))).map_or_else(
                || say("not evaluated yet", "pas encore évalué").get(lang).to_owned(),
                |(run, report)| results_line(lang, report, run.info.scores.as_ref().and_then(|scores| scores.years)),
            ),
            Self::Predict => say("drop a photo", "déposer une photo").get(lang).to_owned(),
            Self::Runs => match session.runs.len() {
                0 => say("none yet", "aucun").get(lang).to_owned(),
                n => plural(lang, n as u64, say("saved", "enregistré"), say("saved", "enregistrés")),
            },
        }
    }

    /// Draws the page.
    pub fn show(self, ui: &mut Ui, cx: &mut Cx<'_>, memory: &mut Memory) {
        match self {
            Self::Data => data::show(ui, cx, &mut memory.data),
            Self::Augmentation => augment::show(ui, cx, &mut memory.augment),
            Self::Model => model::show(ui, cx, &mut memory.model),
            Self::Training => train::show(ui, cx, &mut memory.train),
            Self::Results => results::show(ui, cx, &mut memory.results),
            Self::Predict => predict::show(ui, cx, &mut memory.predict),
            Self::Runs => runs::show(ui, cx, &mut memory.runs),
        }
    }
}

/// What the page's headline says, at the threshold that is kept with the run, and of which pictures.
fn results_line(lang: Lang, report: &Report, of_years: Option<YearScores>) -> String {
    let part = match report.part {
        Some(Part::Test) => say("test", "test"),
        Some(Part::Validation) => say("validation", "validation"),
        Some(Part::Train) => say("training", "entraînement"),
        None => say("other folder", "autre dossier"),
    };
    let score = match of_years {
        Some(YearScores { mae, .. }) => format!("{} {}", say("off by", "erreur de").get(lang), years(lang, mae, 1)),
        None => {
            let share = crate::evaluate::words::about(report.accuracy(report.threshold).share(), lang);
            format!("{share} {}", say("right", "justes").get(lang))
        }
    };
    format!("{score}, {}", part.get(lang))
}

fn training_line(lang: Lang, session: &Session, ready: bool) -> String {
    let of = say("of", "sur").get(lang);
    let epoch = say("epoch", "époque").get(lang);
    match (session.phase, &session.training) {
        (Phase::Starting(_), _) => say("getting ready…", "préparation…").get(lang).to_owned(),
        (Phase::Paused, _) => say("paused", "en pause").get(lang).to_owned(),
        (Phase::Evaluating(_), _) => say("evaluating…", "évaluation…").get(lang).to_owned(),
        (Phase::Training, Some(t)) => {
            format!("{epoch} {} {of} {}", number(lang, t.now.epoch.into()), number(lang, t.epochs.into()))
        }
        (_, Some(t)) => {
            plural(lang, t.history.len() as u64, say("epoch done", "époque faite"), say("epochs done", "époques faites"))
        }
        (_, None) if ready => say("ready", "prêt").get(lang).to_owned(),
        (_, None) => say("not ready", "pas prêt").get(lang).to_owned(),
    }
}
