//! The train page.

use egui::Ui;

use crate::ui::Cx;

/// What the page remembers.
#[derive(Default)]
pub struct State {}

/// Draws the page.
pub fn show(_ui: &mut Ui, _cx: &mut Cx<'_>, _state: &mut State) {}
