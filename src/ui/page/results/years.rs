//! How good estimates in years are.

use egui::{Align, Layout, Ui, vec2};

use crate::{
    evaluate::Regression,
    text::{Lang, decimal, percent, say, years},
    ui::{
        theme::{self, Theme},
        widget::card::Card,
    },
};

/// Draws the scores.
pub fn show(ui: &mut Ui, lang: Lang, regression: &Regression) {
    let t = Theme::of(ui);
    let mut lines = vec![
        (say("Mean error", "Écart moyen"), years(lang, regression.mae, 2)),
        (say("Always the mean age", "Toujours l’âge moyen"), years(lang, regression.baseline, 2)),
        (say("Always the median age", "Toujours l’âge médian"), years(lang, regression.median_baseline, 2)),
        (say("Within 5 years", "À 5\u{a0}ans près"), percent(lang, regression.within_5.share(), 1)),
        (say("RMSE", "RMSE"), years(lang, regression.rmse, 2)),
    ];
    if let Some(r2) = regression.r2 {
        lines.push((say("R²", "R²"), decimal(lang, r2, 3)));
    }
    Card::titled(say("Errors in years", "Écarts en années").get(lang)).show(ui, |ui| {
        for (name, value) in lines {
            let room = vec2(ui.available_width().min(360.0), 20.0);
            ui.allocate_ui_with_layout(room, Layout::left_to_right(Align::Center), |ui| {
                ui.label(theme::cell(name.get(lang)).color(t.text2));
                ui.with_layout(Layout::right_to_left(Align::Center), |ui| ui.label(theme::cell(value).color(t.text)));
            });
        }
    });
}
