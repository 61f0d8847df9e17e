//! What was read of files, kept as long as they are the same.

use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

use super::stamp::Stamp;

/// What was read, by the file or folder that it is named after.
#[derive(Debug)]
pub struct Remembered<T>(Mutex<BTreeMap<PathBuf, (Stamps, T)>>);

/// Of files that belong together: one that is not there has none.
type Stamps = Vec<Option<Stamp>>;

impl<T> Remembered<T> {
    /// Nothing yet.
    pub const fn new() -> Self {
        Self(Mutex::new(BTreeMap::new()))
    }
}

impl<T: Clone> Remembered<T> {
    /// What `read` gives of `name`, read again only if one of `files` has changed since, or too lately to tell.
    pub fn get(&self, name: &Path, files: &[PathBuf], read: impl FnOnce() -> Option<T>) -> Option<T> {
        let stamps = files.iter().map(|file| stamp(file)).collect::<Option<Stamps>>();
        let Some(stamps) = stamps else {
            self.map(|known| drop(known.remove(name)));
            return read();
        };
        let known = self.map(|known| known.get(name).filter(|(then, _)| *then == stamps).map(|(_, known)| known.clone()));
        if known.is_some() {
            return known;
        }
        let found = read()?;
        // Unless it was changed while it was read.
        if files.iter().map(|file| stamp(file)).collect::<Option<Stamps>>() == Some(stamps.clone()) {
            self.map(|known| drop(known.insert(name.to_owned(), (stamps, found.clone()))));
        }
        Some(found)
    }

    fn map<U>(&self, with: impl FnOnce(&mut BTreeMap<PathBuf, (Stamps, T)>) -> U) -> U {
        with(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl<T> Default for Remembered<T> {
    fn default() -> Self {
        Self::new()
    }
}

/// The stamp of a file, none of one that is not there; `None` of one that changed too lately.
fn stamp(file: &Path) -> Option<Option<Stamp>> {
    match fs::metadata(file) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Some(None),
        _ => Stamp::of(file).map(Some),
    }
}
