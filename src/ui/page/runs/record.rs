//! How one run was trained: its loss curves and what happened.

use egui::Ui;

use crate::{
    run::RunView,
    session::Training,
    ui::{Cx, page::train::during, widget::card::columns},
};

/// The curves at the left, what the callbacks did at the right.
pub fn show(ui: &mut Ui, cx: &Cx<'_>, view: &RunView, height: f32) {
    let training = Training::kept(view);
    columns(ui, &[0.56, 0.44], height, |column, ui| {
        ui.set_max_height(height);
        if column == 0 { during::loss(ui, cx.lang, &training, "", height) } else { during::notes(ui, cx.lang, &training) }
    });
}
