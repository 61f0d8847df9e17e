//! A picture that is not square, for the choice of what becomes of it.

use std::path::PathBuf;

/// A picture made a square in each way, in the order of [`ResizeMethod::ALL`](crate::setting_def::Choice::ALL).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResizePreview {
    pub path: PathBuf,
    /// The squares' side, in pixels.
    pub side: usize,
    /// Side x side x 3 bytes each.
    pub pictures: Vec<Vec<u8>>,
}
