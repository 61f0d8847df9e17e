//! Small confirmations.

use std::path::PathBuf;

use crate::text::LocalizedText;

/// A small confirmation.
#[derive(Clone, Debug, PartialEq)]
pub struct Toast {
    pub text: LocalizedText,
    /// The one thing that can be done about it.
    pub offer: Option<Offer>,
}

/// What a toast's button does.
#[derive(Clone, Debug, PartialEq)]
pub enum Offer {
    Undo,
    OpenFolder(PathBuf),
    /// Brings back the run that was deleted.
    RestoreRun(String),
}
