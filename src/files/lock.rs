//! What only one process does at a time.

use std::{
    fs, io,
    path::Path,
    thread,
    time::{Duration, Instant},
};

use super::{disk, reads};

/// A check whether a lock is held takes it for an instant, so taking it is tried again for this long before it counts as held.
const LOOK: Duration = Duration::from_millis(50);
/// How long another program's change of a file is waited for, which takes some milliseconds.
pub const PATIENCE: Duration = Duration::from_secs(10);
/// Between two tries.
const PAUSE: Duration = Duration::from_millis(2);

/// Held as long as it lives; the system lets go of it when the process ends, however it ends.
#[derive(Debug)]
pub struct Lock {
    _file: disk::File,
}

impl Lock {
    /// Takes the lock that is the file `path`, made if it is not there and left as it is if it is; `None` if it is held, by
    /// another process or this one. A file system without locks: better to work than to refuse.
    ///
    /// # Errors
    /// A link or a device of this name, a full disk, no permission.
    pub fn take(path: &Path) -> io::Result<Option<Self>> {
        Self::wait(path, LOOK)
    }

    /// As [`Lock::take`], but waits for whoever holds it, for at most so long.
    ///
    /// # Errors
    /// As [`Lock::take`].
    pub fn wait(path: &Path, most: Duration) -> io::Result<Option<Self>> {
        let file = disk::open_or_create(path)?;
        let began = Instant::now();
        loop {
            match file.try_lock() {
                Err(fs::TryLockError::WouldBlock) if began.elapsed() >= most => return Ok(None),
                Err(fs::TryLockError::WouldBlock) => thread::sleep(PAUSE),
                Ok(()) | Err(fs::TryLockError::Error(_)) => return Ok(Some(Self { _file: file })),
            }
        }
    }

    /// Whether it is held, by another process or this one.
    pub fn is_held(path: &Path) -> bool {
        reads::note(path);
        disk::open(path).is_ok_and(|file| matches!(file.try_lock(), Err(fs::TryLockError::WouldBlock)))
    }
}
