//! The button that makes a committee of an experiment's finished runs.

use egui::Ui;

use super::reading::Reading;
use crate::{
    run::committee::MEMBERS,
    text::say,
    ui::{
        Action, Cx, icon,
        page::Page,
        widget::button::{Button, icon_button},
    },
};

/// Draws it, where there are enough of them and not too many.
pub fn button(ui: &mut Ui, cx: &mut Cx<'_>, reading: &Reading, narrow: bool) {
    let lang = cx.lang;
    if !MEMBERS.contains(&reading.finished_runs) {
        return;
    }
    let name = say("Make a committee", "Former un comité").get(lang);
    let about = say(
        "Makes a committee (ensemble) of the finished runs: one run that answers by their mean, evaluated only on what they never learned from",
        "Forme un comité (ensemble) des essais terminés : un essai qui répond par leur moyenne, évalué seulement sur ce dont ils n’ont pas appris",
    );
    let button = match narrow {
        true => icon_button(ui, icon::USERS, name),
        false => ui.add(Button::secondary(name).icon(icon::USERS)),
    };
    if button.on_hover_text(about.get(lang)).clicked() {
        cx.act(Action::EvaluateAsCommittee(reading.of.experiment.id.clone()));
        cx.act(Action::Go(Page::Results));
    }
}
