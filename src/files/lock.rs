//! What only one process does at a time.

use std::{fs, io, path::Path};

use super::disk;

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
        let file = disk::open_or_create(path)?;
        Ok(match file.try_lock() {
            Err(fs::TryLockError::WouldBlock) => None,
            Ok(()) | Err(fs::TryLockError::Error(_)) => Some(Self { _file: file }),
        })
    }

    /// Whether it is held, by another process or this one.
    pub fn is_held(path: &Path) -> bool {
        disk::open(path).is_ok_and(|file| matches!(file.try_lock(), Err(fs::TryLockError::WouldBlock)))
    }
}
