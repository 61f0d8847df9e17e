//! What lies at a path. To look waits for a disk, or for a network that is gone: [`Tasks`](super::tasks::Tasks) look, the
//! window never does.

use std::path::{Path, PathBuf};

use crate::files::names;

/// What lies at a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PathKind {
    /// A folder with a run in it.
    Run,
    Folder,
    File,
    Nothing,
}

impl PathKind {
    /// Looks at `path`.
    pub fn of(path: &Path) -> Self {
        match std::fs::metadata(path) {
            Ok(meta) if !meta.is_dir() => Self::File,
            Ok(_) if path.join(names::RUN).is_file() => Self::Run,
            Ok(_) => Self::Folder,
            Err(_) => Self::Nothing,
        }
    }

    /// What a path that nobody has looked at yet is most likely: file names have an ending.
    pub fn by_name(path: &Path) -> Self {
        if path.extension().is_some() { Self::File } else { Self::Folder }
    }

    /// Whether it is a folder, of whatever.
    pub fn is_folder(self) -> bool {
        matches!(self, Self::Run | Self::Folder)
    }
}

/// The folder around one that was moved, or around that, as far as it is still there.
pub fn nearest(then: &Path) -> Option<PathBuf> {
    then.ancestors().skip(1).find(|above| above.is_dir()).map(Path::to_owned)
}
