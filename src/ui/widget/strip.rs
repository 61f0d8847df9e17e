//! The strip at the top of a page about a run: which run, on which data, from when.

use egui::Ui;

use crate::{
    data::sample::Source,
    run::RunInfo,
    text::say,
    ui::{
        Cx, icon,
        theme::{self, Theme},
    },
};

/// Draws the strip of a run.
pub fn show(ui: &mut Ui, cx: &Cx<'_>, run: &RunInfo) {
    let t = Theme::of(ui);
    let text = run.line(cx.lang);
    let about = match &run.source {
        Source::Folder(folder) => format!("{text}\n{}\n{}", run.id, folder.display()),
        Source::SampleFaces => format!("{text}\n{}", run.id),
    };
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 6.0;
        ui.spacing_mut().interact_size.y = 18.0;
        ui.label(icon::HISTORY.text(14.0).color(t.text3));
        let elsewhere = elsewhere(cx, &run.source).map(|text| format!("· {text}"));
        // The run's own words give way, not the few about what is open.
        let beside = elsewhere.as_ref().map_or(0.0, |text| {
            ui.painter().layout_no_wrap(text.clone(), theme::regular(theme::size::CAPTION), t.text3).size().x + 6.0
        });
        ui.scope(|ui| {
            ui.set_max_width((ui.available_width() - beside).max(80.0));
            ui.add(egui::Label::new(theme::caption(text).color(t.text2)).truncate()).on_hover_text(about);
        });
        if let Some(elsewhere) = elsewhere {
            ui.add(egui::Label::new(theme::caption(elsewhere).color(t.text3)).truncate());
        }
    });
    // It belongs to the title below it.
    ui.add_space(-9.0);
}

/// That other data than a run's is open: what the Data page shows is then not what the run learned from.
pub fn elsewhere(cx: &Cx<'_>, source: &Source) -> Option<&'static str> {
    let open = cx.dataset().filter(|open| open.source != *source)?;
    let text = match &open.source {
        Source::Folder(_) => say("another folder is open", "un autre dossier est ouvert"),
        Source::SampleFaces => say("the sample faces are open", "les visages d’exemple sont ouverts"),
    };
    Some(text.get(cx.lang))
}
