//! The ways on that the card of a failure offers, and what each does.

use std::path::{Path, PathBuf};

use egui::Context;

use super::{App, question::TaskResult};
use crate::{
    data::{reading::Reading, sample::Source},
    files::table::TableForm,
    problem::{Kind, Problem},
    run::export::ExportOptions,
    session::{TableJob, Training},
    text::{Lang, LocalizedText, decimal, say},
    ui::{Action, page::Page, widget::curves},
    worker::ResumeOptions,
};

/// The rate of a training that ran away is divided by this.
const SLOWER: f64 = 10.0;

/// One way on.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum RecoveryAction {
    ChooseData,
    /// Read the folder in another way.
    ReadAs {
        folder: PathBuf,
        reading: Reading,
        words: LocalizedText,
    },
    /// Train the draft in batches of this size.
    SmallerBatches(u32),
    /// Go on with the run from its best weights, at this rate.
    SlowerFromTheBest {
        run: String,
        rate: f64,
    },
    /// Train the draft anew, at this rate.
    SlowerAnew(f64),
    /// Ask for another place for what could not be written.
    OtherPlace,
    /// Replace what is there.
    Replace,
    /// Open the folder that is full.
    ShowPlace(PathBuf),
    ShowSetting(Page),
}

impl RecoveryAction {
    /// The text on its button.
    pub(super) fn text(&self, lang: Lang) -> String {
        let plain = |en, fr| say(en, fr).get(lang).to_owned();
        match self {
            Self::ReadAs { words, .. } => words.get(lang).to_owned(),
            Self::ChooseData => plain("Open another folder…", "Ouvrir un autre dossier…"),
            Self::SmallerBatches(size) => {
                format!("{} {size}", say("Retry with batches of", "Réessayer avec des lots de").get(lang))
            }
            Self::SlowerFromTheBest { rate, .. } => match lang {
                Lang::En => format!("Resume from the best at {}", curves::rate(lang, *rate)),
                Lang::Fr => format!("Reprendre aux meilleurs poids à {}", curves::rate(lang, *rate)),
            },
            Self::SlowerAnew(rate) => match lang {
                Lang::En => format!("Start again at {}", curves::rate(lang, *rate)),
                Lang::Fr => format!("Recommencer à {}", curves::rate(lang, *rate)),
            },
            Self::OtherPlace => plain("Choose another place…", "Choisir un autre endroit…"),
            Self::Replace => plain("Replace it", "Le remplacer"),
            Self::ShowPlace(_) => plain("Open the folder", "Ouvrir le dossier"),
            Self::ShowSetting(_) => plain("Show the setting", "Montrer le réglage"),
        }
    }
}

impl App {
    /// What can be done about `problem`, the best first.
    pub(super) fn ways(&self, problem: &Problem) -> Vec<RecoveryAction> {
        let train = &self.settings.train;
        match problem.kind {
            Kind::Data => self.other_readings(problem).chain([RecoveryAction::ChooseData]).collect(),
            Kind::OutOfMemory => match (problem.batch_size, problem.setting.as_deref()) {
                // The draft's batches are no remedy for a run that has its own.
                (Some(_), _) | (None, None) if problem.run.is_some() => Vec::new(),
                (Some(size), _) => vec![RecoveryAction::SmallerBatches(size.get())],
                // No batch fits.
                (None, Some(key)) => vec![RecoveryAction::ShowSetting(page_of(key))],
                (None, None) if train.batch_size > 1 => vec![RecoveryAction::SmallerBatches(train.batch_size / 2)],
                (None, None) => Vec::new(),
            },
            // Weights that give no number were not necessarily trained here.
            Kind::Diverged if problem.setting.is_none() => Vec::new(),
            Kind::Diverged => {
                // What was trained since is another run, and another matter.
                let is_own = |training: &&Training| problem.run.as_ref() == Some(&training.run) && training.best().is_some();
                let best = self.session.training.as_ref().filter(is_own).map(|training| RecoveryAction::SlowerFromTheBest {
                    run: training.run.clone(),
                    rate: slower(training.settings.train.optimizer.learning_rate),
                });
                best.into_iter().chain([RecoveryAction::SlowerAnew(slower(train.optimizer.learning_rate))]).collect()
            }
            Kind::Disk => {
                let path = problem.path.as_deref();
                let other = path.is_some_and(|path| self.wanted_place().is_some_and(|place| path.starts_with(place)));
                let folder = path.and_then(Path::parent).map(|folder| RecoveryAction::ShowPlace(folder.to_owned()));
                other.then_some(RecoveryAction::OtherPlace).into_iter().chain(folder).collect()
            }
            // Only about what was asked for last: the buttons ask for the same again.
            Kind::Exists | Kind::Taken if self.wanted_place().is_some_and(|place| is_about(problem, place)) => {
                let replace = (problem.kind == Kind::Exists).then_some(RecoveryAction::Replace);
                [RecoveryAction::OtherPlace].into_iter().chain(replace).collect()
            }
            Kind::Settings => {
                problem.setting.as_deref().map(|key| RecoveryAction::ShowSetting(page_of(key))).into_iter().collect()
            }
            _ => Vec::new(),
        }
    }

    /// The ways to read the folder that `problem` is about, where it can be read in another.
    fn other_readings(&self, problem: &Problem) -> impl Iterator<Item = RecoveryAction> {
        let about = |(folder, _): &&(PathBuf, _)| problem.path.as_ref() == Some(folder);
        self.session.readable.iter().filter(about).flat_map(|(folder, ways)| {
            ways.iter().map(|(reading, words)| RecoveryAction::ReadAs {
                folder: folder.clone(),
                reading: *reading,
                words: words.clone(),
            })
        })
    }

    /// Where the user last asked to have something written.
    fn wanted_place(&self) -> Option<&Path> {
        match self.written.as_ref()? {
            TaskResult::ExportTo { path, .. } | TaskResult::PlotTo { path, .. } | TaskResult::SettingsTo(path) => Some(path),
            TaskResult::ListTo { path, .. } => Some(path),
            TaskResult::CopyTo { out, .. } => Some(out),
            TaskResult::PredictFolder { csv, .. } => Some(csv),
            _ => None,
        }
    }

    /// Does what the button `way` of the failure `card` says.
    pub(super) fn recover(&mut self, ctx: &Context, card: usize, way: usize) {
        let Some(way) = self.session.failures.get(card).and_then(|problem| self.ways(problem).into_iter().nth(way)) else {
            return;
        };
        let works = matches!(
            way,
            RecoveryAction::ReadAs { .. }
                | RecoveryAction::SmallerBatches(_)
                | RecoveryAction::SlowerFromTheBest { .. }
                | RecoveryAction::SlowerAnew(_)
        );
        if works && self.session.phase.busy() {
            self.one_at_a_time();
            return;
        }
        self.session.failures.remove(card);
        match way {
            RecoveryAction::ReadAs { folder, reading, .. } => self.read_as(Source::Folder(folder), reading),
            RecoveryAction::ChooseData => self.perform(ctx, Action::ChooseFolder),
            RecoveryAction::SmallerBatches(size) => {
                self.settings.train.batch_size = size;
                self.train();
            }
            RecoveryAction::SlowerFromTheBest { run, rate } => {
                self.resume(run, ResumeOptions { learning_rate: Some(rate), ..ResumeOptions::default() });
            }
            RecoveryAction::SlowerAnew(rate) => {
                self.settings.train.optimizer.learning_rate = rate;
                self.train();
            }
            RecoveryAction::OtherPlace => self.ask_again(),
            RecoveryAction::Replace => self.replace(),
            RecoveryAction::ShowPlace(folder) => self.perform(ctx, Action::OpenPath(folder)),
            RecoveryAction::ShowSetting(page) => self.page = page,
        }
    }

    /// Does once more what something was in the way of, and lets it replace that.
    fn replace(&mut self) {
        match self.written.clone() {
            Some(TaskResult::ExportTo { run, format, options, path }) => {
                let options = ExportOptions { overwrite: true, ..options };
                self.take(TaskResult::ExportTo { run, format, options, path });
            }
            Some(TaskResult::PlotTo { plot, threshold, temperature, path }) => {
                // With its ending, the path is the user's own choice.
                self.take(TaskResult::PlotTo { plot, threshold, temperature, path: path.with_extension("png") });
            }
            Some(TaskResult::PredictFolder { run, folder, csv, framing }) => {
                let form = TableForm::new(self.preferences.tables, self.preferences.lang);
                self.predict_folder(TableJob { run, folder, csv, framing, form }, true);
            }
            _ => {}
        }
    }

    /// Asks once more where to put what could not be written.
    fn ask_again(&mut self) {
        let lang = self.preferences.lang;
        match self.written.take() {
            Some(TaskResult::ExportTo { run, format, options, path }) => {
                let file = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
                self.tasks.choose_export(run, format, options, file);
            }
            Some(TaskResult::SettingsTo(_)) => self.tasks.choose_settings_target(lang),
            Some(TaskResult::ListTo { path, table }) => {
                let file = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
                self.tasks.choose_list(lang, table, file);
            }
            Some(TaskResult::CopyTo { link, .. }) => self.tasks.choose_copy_target(lang, link),
            Some(TaskResult::PlotTo { plot, threshold, temperature, path }) => {
                let file = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
                self.tasks.choose_plot(lang, (plot, threshold, temperature), file);
            }
            Some(TaskResult::PredictFolder { run, framing, .. }) => {
                self.tasks.choose_prediction_folder(lang, self.named_run(run), framing);
            }
            _ => {}
        }
    }
}

/// Whether `problem` is about what was to be written to `place`, which may lack the ending that it was given.
fn is_about(problem: &Problem, place: &Path) -> bool {
    problem.path.as_deref().is_some_and(|path| path == place || path.with_extension("") == place)
}

/// A tenth of `rate`, without the noise of binary fractions, within what the setting allows.
fn slower(rate: f64) -> f64 {
    decimal(Lang::En, rate / SLOWER, 9).parse().unwrap_or(rate / SLOWER).max(1e-7)
}

/// The page on which a setting is found.
fn page_of(def: &str) -> Page {
    match def.split('.').next().unwrap_or_default() {
        "split" | "images" => Page::Data,
        "augment" => Page::Augmentation,
        "model" => Page::Model,
        _ => Page::Training,
    }
}
