//! Augmentation: what training really sees.

use egui::Ui;

use crate::{
    settings::Settings,
    text::{Lang, say},
    ui::Cx,
};

/// What the page remembers.
#[derive(Default)]
pub struct State {}

/// The rail's line: the crop and what is switched on.
pub fn state_line(lang: Lang, settings: &Settings) -> String {
    let crop = format!("{} {}", say("crop", "recadrage").get(lang), settings.augment.crop);
    if settings.augment.flip { format!("{crop}, {}", say("flip", "miroir").get(lang)) } else { crop }
}

/// Draws the page.
pub fn show(_ui: &mut Ui, _cx: &mut Cx<'_>, _state: &mut State) {}
