//! Runs that were looked at before: as long as their files are the same, they are not read again. A list of hundreds, looked at
//! every few seconds, costs a look at the times of its files.

use std::{path::Path, sync::Arc};

use super::{Run, RunInfo};
use crate::{
    files::{names, remembered::Remembered},
    history::EpochRecord,
    problem::Problem,
    settings::Settings,
};

static RUNS: Remembered<Run> = Remembered::new();
static INSIDE: Remembered<Arc<(Option<Settings>, Vec<EpochRecord>)>> = Remembered::new();

/// A run with what an experiment says of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Looked {
    pub info: RunInfo,
    /// `None` if they cannot be read.
    pub settings: Option<Settings>,
    /// The epochs so far.
    pub history: Vec<EpochRecord>,
}

/// As [`Run::open`].
///
/// # Errors
/// As [`Run::open`].
pub(super) fn open(folder: &Path) -> Result<Run, Problem> {
    let files = [names::RUN, names::CHECKPOINT, names::BEST, names::SETTINGS].map(|name| folder.join(name));
    let read = || {
        let mut run = Run::open(folder)?;
        run.info.stored.settings = run.settings_key();
        Ok(run)
    };
    let mut opened = None;
    let known = RUNS.get(folder, &files, || opened.insert(read()).as_ref().ok().cloned());
    // Known, or opened just now.
    known.map_or_else(|| opened.unwrap_or_else(read), Ok)
}

/// What else there is to say of a run.
pub(super) fn look_into(run: Run) -> Looked {
    let names = [names::RUN, names::CHECKPOINT, names::SETTINGS, names::HISTORY];
    let files = names.map(|name| run.folder.join(name));
    let inside = INSIDE.get(&run.folder, &files, || Some(Arc::new(run.settings_and_history())));
    let (settings, history) = inside.map_or_else(Default::default, |inside| inside.as_ref().clone());
    Looked { info: run.info, settings, history }
}
