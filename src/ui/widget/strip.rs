//! The strip at the top of a page about a run: which run, on which data, from when.

use egui::{CornerRadius, Role, Sense, Ui, Vec2, WidgetInfo};

use crate::{
    data::sample::Source,
    run::RunInfo,
    text::say,
    ui::{
        Action, Cx, icon,
        theme::{self, Theme},
        widget::{
            button::focus_ring,
            rename::{Rename, Renamed},
        },
    },
};

/// Draws the strip of a run.
pub fn show(ui: &mut Ui, cx: &Cx<'_>, run: &RunInfo) {
    draw(ui, cx, run, false);
}

/// The same where the run can be given another name.
pub fn show_and_rename(ui: &mut Ui, cx: &mut Cx<'_>, run: &RunInfo, state: &mut Option<Rename>) {
    if let Some(rename) = state.as_mut().filter(|rename| rename.of == run.id) {
        let label = say("New name", "Nouveau nom").get(cx.lang);
        let (rect, _) = ui.allocate_exact_size(Vec2::new(ui.available_width().min(420.0), 24.0), Sense::hover());
        // It belongs to the title below it.
        ui.add_space(-9.0);
        if let Some(renamed) = rename.show(ui, rect, label) {
            if let Renamed::To(name) = renamed {
                // The note is written with the name: as it is listed, which is newer than what is shown.
                let note = cx.session.info_of(&run.id).unwrap_or(run).note.clone();
                cx.act(Action::RenameRun { run: run.id.clone(), name, note });
            }
            *state = None;
        }
        return;
    }
    if draw(ui, cx, run, true) {
        *state = Some(Rename::new(&run.id, name(cx, run)));
    }
}

/// What it is called now: the list is newer than what is shown of it.
fn name<'a>(cx: &'a Cx<'_>, run: &'a RunInfo) -> &'a str {
    cx.session.info_of(&run.id).unwrap_or(run).name(cx.lang)
}

/// Draws the strip, with a pencil if it can be renamed; whether that is clicked.
fn draw(ui: &mut Ui, cx: &Cx<'_>, run: &RunInfo, renames: bool) -> bool {
    let t = Theme::of(ui);
    let mut clicked = false;
    let text = run.line_as(name(cx, run), cx.lang);
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
        let beside = beside + if renames { PENCIL + 6.0 } else { 0.0 };
        ui.scope(|ui| {
            ui.set_max_width((ui.available_width() - beside).max(80.0));
            ui.add(egui::Label::new(theme::caption(text).color(t.text2)).truncate()).on_hover_text(about);
        });
        if renames {
            clicked = pencil(ui, cx);
        }
        if let Some(elsewhere) = elsewhere {
            ui.add(egui::Label::new(theme::caption(elsewhere).color(t.text3)).truncate());
        }
    });
    // It belongs to the title below it.
    ui.add_space(-9.0);
    clicked
}

/// The pencil's side: no higher than the strip.
const PENCIL: f32 = 18.0;

fn pencil(ui: &mut Ui, cx: &Cx<'_>) -> bool {
    let t = Theme::of(ui);
    let name = say("Rename this run", "Renommer cet essai").get(cx.lang);
    let (rect, response) = ui.allocate_exact_size(Vec2::splat(PENCIL), Sense::click());
    response.widget_info(|| WidgetInfo::labeled(Role::Button, ui.is_enabled(), name));
    if response.hovered() {
        ui.painter().rect_filled(rect, CornerRadius::same(theme::RADIUS_FIELD), t.grid);
    }
    focus_ring(ui, &response, rect, theme::RADIUS_FIELD);
    icon::PENCIL.paint(ui.painter(), rect, 12.0, if response.hovered() { t.text } else { t.text3 });
    response.on_hover_text(name).clicked()
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
