//! The strip at the top of a page about a run: which run, on which data, from when.

use egui::Ui;

use crate::{
    data::sample::Source,
    run::RunInfo,
    text::Lang,
    ui::{
        icon,
        theme::{self, Theme},
    },
};

/// Draws the strip of a run.
pub fn show(ui: &mut Ui, lang: Lang, run: &RunInfo) {
    let t = Theme::of(ui);
    let text = run.line(lang);
    let about = match &run.source {
        Source::Folder(folder) => format!("{text}\n{}\n{}", run.id, folder.display()),
        Source::SampleFaces => format!("{text}\n{}", run.id),
    };
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 6.0;
        ui.spacing_mut().interact_size.y = 18.0;
        ui.label(icon::HISTORY.text(14.0).color(t.text3));
        ui.add(egui::Label::new(theme::caption(text).color(t.text2)).truncate()).on_hover_text(about);
    });
    // It belongs to the title below it.
    ui.add_space(-9.0);
}
