//! The trash of runs: a deleted run keeps its folder for some days, says what it takes of the disk, and comes back whole.
//! What is removed for good is what the trash holds and nothing that a link in it leads to.

use std::{
    fs,
    path::Path,
    time::{SystemTime, UNIX_EPOCH},
};

use serde::{Deserialize, Serialize};

use super::{
    Run, RunInfo, RunStore,
    store::{cannot_write, folders, is_there, listed, moved, there_again, unknown},
};
use crate::{
    files::{atomic, disk, names, unfinished},
    problem::Problem,
};

/// Says when a run was put into the trash, by the time at which it was written.
const DELETED: &str = "deleted";

/// Days for which a deleted run can be brought back.
pub const TRASH_DAYS: u64 = 30;

/// A deleted run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Trashed {
    pub info: RunInfo,
    /// When it was deleted, in seconds since 1970; `None` where that was not written down.
    pub deleted: Option<u64>,
    /// What its folder takes of the disk.
    pub bytes: u64,
}

impl RunStore {
    /// Deleted runs that can be restored.
    pub fn trashed(&self) -> Vec<RunInfo> {
        listed(&self.trash()).0
    }

    /// The same with when they were deleted and what they take, what was deleted last first.
    pub fn trash_list(&self) -> Vec<Trashed> {
        let of = |info: RunInfo| {
            let folder = self.trash().join(&info.id);
            let deleted = deleted(&folder).and_then(|when| Some(when.duration_since(UNIX_EPOCH).ok()?.as_secs()));
            Trashed { deleted, bytes: size(&folder), info }
        };
        let mut trash: Vec<Trashed> = self.trashed().into_iter().map(of).collect();
        // Of one second the newer run, as they are listed.
        trash.sort_by_key(|trashed| std::cmp::Reverse(trashed.deleted));
        trash
    }

    /// Puts a run into the trash.
    ///
    /// # Errors
    /// No such run, one that is being trained, no permission.
    pub fn delete(&self, id: &str) -> Result<(), Problem> {
        let run = Run::open(&self.folder(id)?)?;
        let lock = run.lock()?;
        drop(lock); // Windows renames no folder with an open file in it.
        let trash = self.trash();
        disk::create_dir_all(&trash).map_err(|error| cannot_write(&trash, &error))?;
        let mark = run.folder.join(DELETED);
        atomic::write(&mark, &[])?;
        let deleted = trash.join(id);
        if is_there(&deleted) {
            // One that was imported again after it had been deleted: the earlier one makes room.
            let other = (2..).map(|n| trash.join(format!("{id}-{n}"))).find(|other| !is_there(other));
            moved(&deleted, &other.unwrap_or_default())?;
        }
        moved(&run.folder, &deleted)
    }

    /// Takes a run out of the trash.
    ///
    /// # Errors
    /// Not in the trash, a run of this id is there again, no permission.
    pub fn restore(&self, id: &str) -> Result<(), Problem> {
        let (folder, deleted) = (self.folder(id)?, self.trash().join(id));
        if !is_there(&deleted) {
            return Err(unknown(id, &self.trashed()));
        }
        if is_there(&folder) {
            return Err(there_again(id));
        }
        disk::create_dir_all(&self.runs()).map_err(|error| cannot_write(&folder, &error))?;
        moved(&deleted, &folder)?;
        // A mark that stays is overwritten by the next deletion.
        let _ = disk::remove_file(&folder.join(DELETED));
        Ok(())
    }

    /// Removes a deleted run for good.
    ///
    /// # Errors
    /// Not in the trash, no permission.
    pub fn remove_deleted(&self, id: &str) -> Result<(), Problem> {
        let folder = self.trash().join(id);
        if self.folder(id).is_err() || !is_run(&folder) {
            return Err(unknown(id, &self.trashed()));
        }
        unfinished::remove(&folder).map_err(|error| cannot_write(&folder, &error))
    }

    /// Removes for good the runs that were deleted more than `days` ago.
    ///
    /// # Errors
    /// The first that cannot be removed; the others are.
    pub fn empty_trash(&self, days: u64) -> Result<(), Problem> {
        self.remove_of_trash(|folder| {
            let age = deleted(folder).and_then(|when| when.elapsed().ok());
            age.is_some_and(|age| age.as_secs() > days * 86_400)
        })
    }

    /// Removes for good every deleted run.
    ///
    /// # Errors
    /// As [`RunStore::empty_trash`].
    pub fn empty_whole_trash(&self) -> Result<(), Problem> {
        self.remove_of_trash(|_| true)
    }

    fn remove_of_trash(&self, which: impl Fn(&Path) -> bool) -> Result<(), Problem> {
        let mut result = Ok(());
        unfinished::remove_left(&self.trash());
        for folder in folders(&self.trash()) {
            // Only what this program put there.
            if which(&folder) && is_run(&folder) {
                let removed = unfinished::remove(&folder).map_err(|error| cannot_write(&folder, &error));
                result = result.and(removed);
            }
        }
        result
    }
}

fn is_run(folder: &Path) -> bool {
    folder.join(names::RUN).is_file()
}

fn deleted(folder: &Path) -> Option<SystemTime> {
    fs::metadata(folder.join(DELETED)).and_then(|mark| mark.modified()).ok()
}

/// What the files in `folder` hold, without what links lead to.
fn size(folder: &Path) -> u64 {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let of = |entry: fs::DirEntry| match entry.metadata() {
        Ok(about) if about.is_dir() => size(&entry.path()),
        Ok(about) if about.is_file() => about.len(),
        _ => 0,
    };
    entries.map(of).sum()
}
