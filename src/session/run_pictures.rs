//! The run that is shown, and where its pictures are.

use std::{path::PathBuf, sync::Arc};

use super::Session;
use crate::{
    data::{dataset::Dataset, sample::Source},
    problem::Problem,
    run::{RunPictures, RunView},
    text::say,
};

/// What is known of the pictures of the run that is shown.
#[derive(Clone, Debug)]
pub enum RunPicturesState {
    /// They are looked for; of which run.
    Asked(String),
    Here(Arc<RunPictures>),
    /// Why they cannot be shown; of which run.
    Gone(String, Problem),
}

impl RunPicturesState {
    /// The run whose pictures they are.
    pub fn run(&self) -> &str {
        match self {
            Self::Asked(run) | Self::Gone(run, _) => run,
            Self::Here(run_pictures) => &run_pictures.run,
        }
    }
}

impl Session {
    /// Shows a run. What is known of its pictures stays as long as they are in the same place.
    pub(super) fn show(&mut self, view: Arc<RunView>) {
        let place = |view: &RunView| (view.info.id.clone(), view.info.source.clone(), view.evaluated_elsewhere());
        if self.run.as_ref().is_none_or(|shown| place(shown) != place(&view)) {
            self.run_pictures = None;
        }
        // The run chosen for predictions is reset when another run is shown, which then answers.
        if self.run.as_ref().is_some_and(|shown| shown.info.id != view.info.id) {
            self.chosen = None;
        }
        self.run = Some(view);
    }

    /// Takes the cards away that say that a run's pictures were not found.
    pub(super) fn settle_pictures(&mut self, run: &str) {
        self.failures.retain(|problem| problem.pictures_of() != Some(run));
    }

    /// Where a run's pictures are, or why they are not there; those of a run that is not shown any more are of no interest.
    pub(super) fn take_pictures(&mut self, run: String, run_pictures: Result<Arc<RunPictures>, Problem>) {
        if run_pictures.is_ok() {
            self.settle_pictures(&run);
        }
        if self.run.as_ref().is_some_and(|shown| shown.info.id == run) {
            let gone = |problem| RunPicturesState::Gone(run, problem);
            self.run_pictures = Some(run_pictures.map_or_else(gone, RunPicturesState::Here));
        }
    }

    /// A run's pictures, which were in `then`, are in `folder`.
    pub(super) fn move_pictures(&mut self, run: &str, then: PathBuf, folder: PathBuf) {
        self.settle_pictures(run);
        self.moved.push((then, folder.clone()));
        let source = Source::Folder(folder);
        self.runs.iter_mut().filter(|info| info.id == run).for_each(|info| info.source = source.clone());
        let shown = self.views.values_mut().chain(&mut self.run).filter(|view| view.info.id == run);
        shown.for_each(|view| Arc::make_mut(view).info.source = source.clone());
        self.toast(say("The run’s pictures are found", "Les images de l’essai sont retrouvées"), None);
    }

    /// Where the pictures of the run that is shown lie: in the open data set if that is the run's own, otherwise in the
    /// folder that was opened for them. Without the user's edits.
    pub fn pictures(&self) -> Option<Arc<Dataset>> {
        if let Some(open) = self.own_dataset() {
            return Some(open.base());
        }
        match &self.run_pictures {
            Some(RunPicturesState::Here(run_pictures)) => Some(run_pictures.dataset.clone()),
            _ => None,
        }
    }

    /// The open data set, if the run that is shown was trained and evaluated on it, and it is asked the same question.
    pub fn own_dataset(&self) -> Option<&Arc<Dataset>> {
        let run = self.run.as_ref().filter(|run| !run.evaluated_elsewhere())?;
        self.dataset.as_ref().filter(|open| open.source == run.info.source && open.task == run.info.task)
    }
}
