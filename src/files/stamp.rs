//! Whether a file is still the one that was read, by what the system keeps about it.

use std::{
    fs::{self, Metadata},
    path::Path,
    time::{Duration, SystemTime},
};

/// A file that was changed more recently may be changed again without another time of change: clocks of file systems are
/// coarse (two seconds on FAT), and those of servers go wrong.
const SETTLED: Duration = Duration::from_secs(10);

/// What changes when a file is written or replaced: its size, the time of its last change, and on Unix which file it is, and
/// when anything about it was changed last, which nobody can set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stamp {
    len: u64,
    modified: SystemTime,
    identity: [i128; 3],
}

impl Stamp {
    /// The stamp of a file that was last changed long enough ago that each later change gives it another one; of others none.
    pub fn of(path: &Path) -> Option<Self> {
        let meta = fs::metadata(path).ok()?;
        let stamp = Self { len: meta.len(), modified: meta.modified().ok()?, identity: identity(&meta) };
        stamp.modified.checked_add(SETTLED).is_some_and(|settled| settled < SystemTime::now()).then_some(stamp)
    }
}

#[cfg(unix)]
fn identity(meta: &Metadata) -> [i128; 3] {
    use std::os::unix::fs::MetadataExt as _;
    let changed = i128::from(meta.ctime()) * 1_000_000_000 + i128::from(meta.ctime_nsec());
    [meta.dev().into(), meta.ino().into(), changed]
}

#[cfg(not(unix))]
fn identity(_: &Metadata) -> [i128; 3] {
    [0; 3]
}
