//! A folder that is watched.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use crate::{experiment::Watched, problem::Problem};

/// A folder of others that is looked at again and again.
#[derive(Clone, Debug, Default)]
pub struct Watching {
    pub folder: PathBuf,
    /// What was seen last, also if it is gone now.
    pub seen: Option<Arc<Watched>>,
    /// Why it could not be looked at the last time.
    pub problem: Option<Problem>,
    /// Whether a look is under way: a network that is gone may take its time.
    pub asked: bool,
}

impl Watching {
    /// Nothing is known of it yet.
    pub fn of(folder: PathBuf) -> Self {
        Self { folder, ..Self::default() }
    }

    /// Takes in a look; one at another folder is of no interest any more.
    pub(super) fn take(&mut self, folder: &Path, watched: Result<Watched, Problem>) {
        if self.folder != folder {
            return;
        }
        self.asked = false;
        match watched {
            Ok(watched) => (self.seen, self.problem) = (Some(Arc::new(watched)), None),
            Err(problem) => self.problem = Some(problem),
        }
    }
}
