//! Where the pictures of the shown run are, if they cannot be seen or are not as they were.

use egui::Ui;

use super::Shown;
use crate::{
    session::RunPicturesState,
    text::say,
    ui::{
        Action, Cx, icon,
        theme::{self, Theme},
        widget::{button::link, notice},
    },
};

/// What was said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PicturesNote {
    /// The pictures can be seen, or will be.
    Here,
    /// They are not there.
    Gone,
}

/// A line about the run's pictures, if there is anything to say: that they are opened, that some have changed, or where they
/// were, with the ways on.
pub fn note(ui: &mut Ui, cx: &mut Cx<'_>, shown: &Shown) -> PicturesNote {
    let (lang, t) = (cx.lang, Theme::of(ui));
    let here = cx.session.pictures().is_some();
    match cx.session.run_pictures.clone().filter(|run_pictures| run_pictures.run() == shown.view.info.id) {
        Some(RunPicturesState::Asked(_)) if !here => {
            notice::note(
                ui,
                icon::HOURGLASS,
                t.text3,
                say("Opening the run’s pictures…", "Ouverture des images de l’essai…").get(lang),
            );
        }
        Some(RunPicturesState::Here(run_pictures)) => {
            if let Some(text) = run_pictures.sentence(lang) {
                notice::note(ui, icon::TRIANGLE_ALERT, t.validation, &text);
            }
        }
        Some(RunPicturesState::Gone(run, problem)) if !here => {
            ui.horizontal_wrapped(|ui| {
                ui.spacing_mut().interact_size.y = 18.0;
                ui.label(icon::FOLDER_SEARCH.text(15.0).color(t.validation));
                ui.add(egui::Label::new(theme::caption(problem.what.get(lang)).color(t.text)).wrap());
                if link(ui, say("Say where they are…", "Indiquer où elles sont…").get(lang)).clicked() {
                    cx.act(Action::LocatePictures(run));
                }
                if link(ui, say("Look again", "Chercher à nouveau").get(lang)).clicked() {
                    cx.act(Action::FindPictures);
                }
            });
            ui.add(egui::Label::new(theme::caption(problem.remedy.get(lang)).color(t.text2)).wrap());
            return PicturesNote::Gone;
        }
        _ => {}
    }
    PicturesNote::Here
}
