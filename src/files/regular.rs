//! Files that the user has: only regular ones are opened, since a pipe never answers and a device never ends.

use std::{fs, io, path::Path};

/// Why a file was not read.
#[derive(Debug)]
pub enum Unread {
    /// A folder, a pipe, a socket or a device.
    NotAFile,
    /// More bytes than were asked for.
    TooLarge(u64),
    Failed(io::Error),
}

/// Reads a file of at most `most` bytes. What it is is asked before it is opened; links are followed.
///
/// # Errors
/// See [`Unread`].
pub fn read(path: &Path, most: u64) -> Result<Vec<u8>, Unread> {
    let meta = fs::metadata(path).map_err(Unread::Failed)?;
    match meta.len() {
        _ if !meta.is_file() => Err(Unread::NotAFile),
        bytes if bytes > most => Err(Unread::TooLarge(bytes)),
        _ => fs::read(path).map_err(Unread::Failed),
    }
}
