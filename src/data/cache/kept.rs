//! What the cache holds of which folders, and how it is tidied.

use std::{
    collections::HashSet,
    fs::{self, File},
    io::Read as _,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

use super::{HEADER, MAGIC, SEAL};
use crate::{
    data::sample::Source,
    files::{disk, unfinished},
    problem::Problem,
    text::{Lang, bytes, plural, say},
};

/// Where in the header the folder's path begins, after its length.
const NAME: usize = SEAL + 8 + 8;

/// What the cache holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CacheUsage {
    pub folders: u64,
    pub bytes: u64,
    /// Of these, what is of folders that are not there any more, or of nobody knows which.
    pub gone: u64,
    pub gone_bytes: u64,
}

impl CacheUsage {
    /// What is in `cache`.
    pub fn of(cache: &Path) -> Self {
        let (mut kept, mut seen) = (Self::default(), HashSet::new());
        for (path, size) in files(cache, "pixels") {
            // A folder may have several: its faces, its pictures at another size.
            let first = u64::from(seen.insert(key(&path).map(str::to_owned)));
            kept.folders += first;
            kept.bytes += size;
            if !folder(&path).is_some_and(|folder| folder.is_dir()) {
                kept.gone += first;
                kept.gone_bytes += size;
            }
        }
        kept
    }

    /// In words, without a capital: `1.2 GB in 4 folders`.
    pub fn sentence(&self, lang: Lang) -> String {
        let count = plural(lang, self.folders, say("folder", "dossier"), say("folders", "dossiers"));
        let size = bytes(lang, self.bytes);
        let all = match lang {
            Lang::En => format!("{size} in {count}"),
            Lang::Fr => format!("{size} dans {count}"),
        };
        if self.gone == 0 {
            return all;
        }
        let gone = bytes(lang, self.gone_bytes);
        match (lang, self.gone) {
            (Lang::En, 1) => format!("{all}, {gone} of them for one that is no longer there"),
            (Lang::En, n) => format!("{all}, {gone} of them for {n} that are no longer there"),
            (Lang::Fr, 1) => format!("{all}, dont {gone} pour un qui n’est plus là"),
            (Lang::Fr, n) => format!("{all}, dont {gone} pour {n} qui ne sont plus là"),
        }
    }
}

/// Removes the pictures kept of every folder but `open`. They are read again when their folder is opened. A window that
/// has them open keeps what it has; where the system does not allow that, the file stays.
///
/// # Errors
/// The first file that could not be removed; the others are.
pub fn clean(cache: &Path, open: Option<&Source>) -> Result<(), Problem> {
    unfinished::remove_left(cache);
    let open = open.map(Source::key);
    let is_open = |path: &Path| open.is_some() && key(path) == open.as_deref();
    let mut result = Ok(());
    // Versions before called what they had not finished `.new`.
    for (path, _) in files(cache, "pixels").into_iter().chain(files(cache, "new")) {
        if path.extension().is_none_or(|ending| ending != "pixels") || !is_open(&path) {
            let removed = disk::remove_file(&path).map_err(|error| Problem::writing(&path, &error));
            result = result.and(removed);
        }
    }
    result
}

/// The key of the folder whose pictures a cache file holds.
fn key(path: &Path) -> Option<&str> {
    path.file_name()?.to_str()?.split('.').next()
}

/// The files of the cache with this ending, and their sizes.
fn files(cache: &Path, ending: &str) -> Vec<(PathBuf, u64)> {
    let entries = fs::read_dir(cache).into_iter().flatten().flatten();
    let files = entries.filter_map(|entry| {
        let size = entry.metadata().ok().filter(fs::Metadata::is_file)?.len();
        Some((entry.path(), size))
    });
    files.filter(|(path, _)| path.extension().is_some_and(|e| e == ending)).collect()
}

/// Writes the folder's path behind the words of a header; one that does not fit stays out.
pub(super) fn name(header: &mut Vec<u8>, root: &Path) {
    let path = root.as_os_str().as_encoded_bytes();
    if NAME + path.len() <= HEADER {
        header.extend((path.len() as u64).to_le_bytes());
        header.extend_from_slice(path);
    }
}

/// Whose pictures a cache file holds; versions before did not write it down.
fn folder(path: &Path) -> Option<PathBuf> {
    let mut header = vec![0; HEADER];
    File::open(path).and_then(|mut file| file.read_exact(&mut header)).ok()?;
    let length = u64::from_le_bytes(*header.get(NAME - 8..NAME)?.as_array()?) as usize;
    let name = header.get(NAME..NAME.checked_add(length)?).filter(|name| !name.is_empty() && header.starts_with(MAGIC))?;
    std::str::from_utf8(name).ok().map(PathBuf::from)
}
