//! How much is read of the program's own files: a test counts it, to hold what is looked at often to what has changed.

use std::{
    path::{Path, PathBuf},
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
};

/// How many [`Reads`] there are: none outside of a test, so that a read then asks no lock.
static COUNT: AtomicUsize = AtomicUsize::new(0);
static FOLDERS: Mutex<Vec<(PathBuf, u64)>> = Mutex::new(Vec::new());

/// Counts the files that are opened, and the folders that are listed, within a folder, as long as it lives.
#[derive(Debug)]
pub struct Reads {
    folder: PathBuf,
}

impl Reads {
    /// Counts from now on.
    pub fn within(folder: &Path) -> Self {
        FOLDERS.lock().unwrap_or_else(PoisonError::into_inner).push((folder.to_owned(), 0));
        COUNT.fetch_add(1, Ordering::Relaxed);
        Self { folder: folder.to_owned() }
    }

    /// How many there were since it was asked last.
    pub fn since_last(&self) -> u64 {
        let mut folders = FOLDERS.lock().unwrap_or_else(PoisonError::into_inner);
        folders.iter_mut().find(|(folder, _)| *folder == self.folder).map_or(0, |(_, reads)| std::mem::take(reads))
    }
}

impl Drop for Reads {
    fn drop(&mut self) {
        FOLDERS.lock().unwrap_or_else(PoisonError::into_inner).retain(|(folder, _)| *folder != self.folder);
        COUNT.fetch_sub(1, Ordering::Relaxed);
    }
}

/// A file is opened, or a folder listed.
pub(crate) fn note(path: &Path) {
    if COUNT.load(Ordering::Relaxed) == 0 {
        return;
    }
    let mut folders = FOLDERS.lock().unwrap_or_else(PoisonError::into_inner);
    folders.iter_mut().filter(|(folder, _)| path.starts_with(folder)).for_each(|(_, reads)| *reads += 1);
}
