//! Where Trombine keeps what it makes of a data set: pixels that can be made again, and edits that cannot.

use std::path::PathBuf;

use super::{hash::hash, sample::Source};
use crate::problem::Problem;
use crate::run::RunStore;

/// The two folders; neither need exist yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Places {
    /// For decoded pictures; may be emptied at any time.
    pub cache: PathBuf,
    /// For edits.
    pub home: PathBuf,
}

impl Places {
    /// The user's own cache and data folders; both below the environment's `TROMBINE_HOME` if that is set.
    ///
    /// # Errors
    /// A user without a home.
    pub fn of_user() -> Result<Self, Problem> {
        let home = RunStore::of_user()?.home().to_owned();
        if std::env::var_os("TROMBINE_HOME").is_some_and(|home| !home.is_empty()) {
            return Ok(Self::at(home));
        }
        let cache = dirs::cache_dir().map_or_else(|| home.join("cache"), |cache| cache.join("trombine"));
        Ok(Self { cache, home })
    }

    /// Where the data of the runs in `store` lie: the user's own places, or all below a store's other home.
    pub fn beside(store: &RunStore) -> Self {
        Self::of_user().ok().filter(|places| places.home == store.home()).unwrap_or_else(|| Self::at(store.home()))
    }

    /// Both below `home`.
    pub fn at(home: impl Into<PathBuf>) -> Self {
        let home = home.into();
        Self { cache: home.join("cache"), home }
    }
}

/// A file name for what belongs to a source: readable, and unlike that of any other source.
pub(super) fn key(source: &Source) -> String {
    let Source::Folder(folder) = source else {
        return "sample-faces".to_owned();
    };
    let whole = std::path::absolute(folder).unwrap_or_else(|_| folder.clone());
    let name: String = whole.file_name().unwrap_or_default().to_string_lossy().chars().take(40).collect();
    let name: String = name.chars().map(|c| if c.is_alphanumeric() || c == '-' || c == '_' { c } else { '-' }).collect();
    format!("{name}-{:016x}", hash(whole.to_string_lossy().as_bytes()))
}
