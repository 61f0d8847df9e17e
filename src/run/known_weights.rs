//! Which weights are in files that were read before: a run that is looked at again is not read and hashed again.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

use crate::{evaluate::WeightsHash, files::stamp::Stamp};

static KNOWN: Mutex<BTreeMap<PathBuf, (Stamp, WeightsHash)>> = Mutex::new(BTreeMap::new());

/// The hash of the weights in the file at `path`, if they were read and it is still the same file.
pub(super) fn hash(path: &Path) -> Option<WeightsHash> {
    let (stamp, hash) = *KNOWN.lock().unwrap_or_else(PoisonError::into_inner).get(path)?;
    (Stamp::of(path) == Some(stamp)).then_some(hash)
}

/// Remembers the hash of the weights that were read from `path` when it had the stamp `before`.
pub(super) fn remember(path: &Path, before: Option<Stamp>, hash: WeightsHash) {
    let unchanged = before.filter(|before| Stamp::of(path) == Some(*before));
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    match unchanged {
        Some(stamp) => known.insert(path.to_owned(), (stamp, hash)),
        None => known.remove(path),
    };
}
