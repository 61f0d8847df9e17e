//! A picture's file for looking at it: upright, no larger than a screen shows, with what the file is.

use std::path::Path;

use super::photo::{Photo, read};
use crate::{data::decode, problem::Problem};

/// A picture's file, decoded.
#[derive(Clone, Debug)]
pub struct Original {
    /// For the screen.
    pub shown: Photo,
    /// Of the picture as the file has it, upright.
    pub width: u32,
    pub height: u32,
    /// What its content is: `JPEG`, `PNG`, ….
    pub format: &'static str,
    /// Size of the file.
    pub bytes: u64,
}

impl Original {
    /// Reads a file, and makes its picture at most `longest` pixels on its longer side.
    ///
    /// # Errors
    /// As [`Photo::open`].
    pub fn open(path: &Path, longest: u32) -> Result<Self, Problem> {
        let bytes = read(path)?;
        let photo = Photo::decode_of(path, &bytes)?;
        let (width, height) = (photo.width, photo.height);
        let shown = if width.max(height) > longest { photo.small(longest).0 } else { photo };
        Ok(Self { shown, width, height, format: decode::format_name(&bytes).unwrap_or_default(), bytes: bytes.len() as u64 })
    }
}
