//! The button that makes a committee of an experiment's finished runs.

use egui::Ui;

use super::reading::ExperimentReading;
use crate::{
    run::committee::MEMBERS,
    text::{Lang, Phrase, say},
    ui::{
        Action, Cx, icon,
        page::Page,
        widget::button::{Button, icon_button},
    },
};

const NAME: Phrase = say("Make a committee", "Former un comité");

/// Its long form, where it is drawn.
pub fn long(lang: Lang, reading: &ExperimentReading) -> Option<Button> {
    MEMBERS.contains(&reading.finished_runs).then(|| Button::secondary(NAME.get(lang)).icon(icon::USERS))
}

/// Draws it, where there are enough of them and not too many.
pub fn button(ui: &mut Ui, cx: &mut Cx<'_>, reading: &ExperimentReading, narrow: bool) {
    let lang = cx.lang;
    let Some(long) = long(lang, reading) else { return };
    let about = say(
        "Makes a committee (ensemble) of the finished runs: one run that answers by their mean, evaluated only on what they never learned from",
        "Forme un comité (ensemble) des essais terminés : un essai qui répond par leur moyenne, évalué seulement sur ce dont ils n’ont pas appris",
    );
    let button = match narrow {
        true => icon_button(ui, icon::USERS, NAME.get(lang)),
        false => ui.add(long),
    };
    if button.on_hover_text(about.get(lang)).clicked() {
        cx.act(Action::EvaluateAsCommittee(reading.of.experiment.id.clone()));
        cx.act(Action::Go(Page::Results));
    }
}
