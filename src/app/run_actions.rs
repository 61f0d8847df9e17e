//! What is done with saved runs: exported, deleted, brought back, imported.

use std::{path::PathBuf, sync::Arc};

use super::{
    App, Preferences,
    history::UndoStep,
    pending::{Awaited, Pending},
    prediction_table::NamedRun,
};
use crate::{
    data::task::Task,
    run::{
        RunStatus,
        export::{ExportOptions, Format, PlotKind},
        file_name_of,
    },
    session::Offer,
    setting_def::Choice as _,
    text::say,
    ui::page::Page,
    worker::Command,
};

impl App {
    pub(super) fn save_plot(&mut self, plot: PlotKind, threshold: f64, temperature: f64, path: PathBuf) {
        let Some(run) = &self.session.run else { return };
        // As it is shown: the threshold that is tried need not be kept with the run.
        let mut view = run.as_ref().clone();
        if let Some(report) = &mut view.report {
            (report.threshold, report.temperature) = (threshold, temperature);
        }
        // The dialog has asked before a file is replaced, but not about the one with the ending that it lacks.
        let (path, overwrite) = if path.extension().is_none() { (path.with_extension("png"), false) } else { (path, true) };
        self.send(Command::SavePlot { view: Arc::new(view), plot, lang: self.preferences.lang, path, overwrite }, None);
    }

    pub(super) fn choose_export(&mut self, run: String, format: Format, mistakes: bool) {
        let Preferences { lang, tables, .. } = self.preferences;
        let shown = self.session.run.as_ref().filter(|view| view.info.id == run && format.is_of_a_report());
        let what = match shown.and_then(|view| view.elsewhere.as_ref()) {
            Some(source) => file_name_of(source, format.key(), lang),
            None => format.key().to_owned(),
        };
        let name = self.session.info_of(&run).map_or_else(|| format!("{run}-{what}"), |info| info.file_name(&what, lang));
        let file = match format.extension() {
            "" => name,
            ending => format!("{name}.{ending}"),
        };
        self.tasks.choose_export(run, format, ExportOptions { lang, mistakes, tables, overwrite: false }, file);
    }

    /// A run with what files about it are called by.
    pub(super) fn named_run(&self, id: String) -> NamedRun {
        let stem = self.session.info_of(&id).map_or_else(|| id.clone(), |info| info.file_stem(self.preferences.lang));
        NamedRun { id, stem }
    }

    /// The name that is proposed for a plot of the shown run.
    pub(super) fn plot_file(&self, plot: PlotKind) -> String {
        let shown = self.session.run.as_ref().and_then(|view| self.session.info_of(&view.info.id));
        let name = match shown {
            Some(info) => info.file_name(plot.file(&info.task), self.preferences.lang),
            None => plot.file(&Task::gender()).to_owned(),
        };
        format!("{name}.png")
    }

    pub(super) fn delete_run(&mut self, run: String) {
        self.send(Command::DeleteRun(run.clone()), None);
        // What is being trained, here or elsewhere, stays, and the worker says so.
        if self.is_being_trained(&run) {
            return;
        }
        self.history.push(UndoStep::Run { run: run.clone(), there: true });
        self.session.toast(say("The run is in the trash", "L’essai est à la corbeille"), Some(Offer::RestoreRun(run)));
    }

    /// Whether a run is being trained, here or elsewhere, as far as the list knows.
    pub(super) fn is_being_trained(&self, run: &str) -> bool {
        self.session.info_of(run).is_some_and(|info| info.status == RunStatus::Training)
    }

    pub(super) fn remove_deleted(&mut self, run: Option<String>) {
        // What is gone for good cannot be brought back by Undo.
        match &run {
            Some(run) => self.history.forget_deletion(run),
            None => self.history.forget_deletions(),
        }
        self.send(Command::RemoveDeleted(run), None);
    }

    pub(super) fn restore_run(&mut self, run: String) {
        self.history.forget_deletion(&run);
        self.send(Command::RestoreRun(run), None);
    }

    pub(super) fn import_run(&mut self, folder: PathBuf) {
        self.send(Command::ImportRun(folder), None);
        self.page = Page::Runs;
    }

    /// Shows the run that was shown when the window was closed, if it is still there and no other is shown.
    pub(super) fn show_run_again(&mut self) {
        let Some(Pending::ShowRun(run)) = self.pending.get(Awaited::Run) else { return };
        if self.session.runs.iter().any(|info| info.id == *run) {
            let run = run.clone();
            self.pending.take(Awaited::Run);
            if self.session.run.is_none() {
                self.send(Command::OpenRun(run), None);
            }
        }
    }
}
