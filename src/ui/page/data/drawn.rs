//! What was drawn of a list.

use egui::Response;

/// The lines or pictures of a list that are in view.
#[derive(Default)]
pub struct Drawn {
    /// Positions in the list, with what the pointer did there.
    pub entries: Vec<(usize, Response)>,
    /// The one that is to be shown, since something in its line asks for it.
    pub asked: Option<usize>,
}
