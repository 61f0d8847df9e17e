//! Files that are either the old ones or the new ones, whatever happens in between.

use std::{fs, io::Write as _, path::Path};

use serde::{Serialize, de::DeserializeOwned};

use super::{reads, unfinished::UnfinishedFile};
use crate::{
    problem::{Kind, Problem},
    text::{LocalizedText, say},
};

/// Writes `bytes` to `path` through a temporary file that is flushed to the disk and then renamed; a link at `path` is
/// replaced, not followed.
///
/// # Errors
/// A full disk, no permission; the file that was there is then still whole.
pub fn write(path: &Path, bytes: &[u8]) -> Result<(), Problem> {
    write_parts(path, &[bytes])
}

/// As [`write()`], from several pieces, so that large contents need not be copied together.
///
/// # Errors
/// As [`write()`].
pub fn write_parts(path: &Path, parts: &[&[u8]]) -> Result<(), Problem> {
    let result = UnfinishedFile::beside(path).and_then(|mut file| {
        parts.iter().try_for_each(|part| file.write_all(part))?;
        file.publish(path)
    });
    result.map_err(|error| Problem::writing(path, &error))
}

/// Writes `value` as indented JSON, as [`write()`].
///
/// # Errors
/// As [`write()`].
pub fn write_json(path: &Path, value: &impl Serialize) -> Result<(), Problem> {
    let text = serde_json::to_vec_pretty(value).map_err(|error| foreign(path, &error))?;
    write(path, &text)
}

/// Reads what [`write_json`] wrote.
///
/// # Errors
/// A missing or unreadable file, or one that says something else than expected.
pub fn read_json<T: DeserializeOwned>(path: &Path) -> Result<T, Problem> {
    reads::note(path);
    let text = fs::read(path).map_err(|error| Problem::io(path, &error))?;
    serde_json::from_slice(&text).map_err(|error| foreign(path, &error))
}

/// The file is not one of ours, or damaged.
pub fn foreign(path: &Path, error: &dyn std::fmt::Display) -> Problem {
    let path = path.display();
    Problem::new(
        Kind::File,
        LocalizedText {
            en: format!("{path} is damaged or was not made by this version of Trombine"),
            fr: format!("{path} est endommagé ou n’a pas été écrit par cette version de Trombine"),
        },
        say(
            "Choose another one, or update Trombine if it comes from a newer version",
            "Choisissez-en un autre, ou mettez Trombine à jour s’il vient d’une version plus récente",
        ),
    )
    .because(error)
}
