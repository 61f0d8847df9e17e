//! The field of the threshold above which an answer holds, and the link that keeps it.

use std::ops::RangeInclusive;

use egui::{Ui, vec2};

use super::{Shown, rounded};
use crate::{
    setting_def::Scale,
    text::{Lang, Phrase, say},
    ui::{
        Action, Cx,
        theme::{self, Theme},
        widget::{button::link, field},
    },
};

/// A slider and a number field, under these names.
pub fn field(ui: &mut Ui, lang: Lang, [name, typed]: [Phrase; 2], threshold: &mut f64, range: RangeInclusive<f64>) {
    let name = name.get(lang);
    ui.horizontal(|ui| {
        ui.label(theme::cell(name).color(Theme::of(ui).text2));
        let width = (ui.available_width() - 74.0).max(40.0);
        ui.allocate_ui(vec2(width, theme::FIELD), |ui| {
            ui.set_max_width(width);
            field::slider(ui, name, threshold, range.clone(), Scale::Linear);
        });
        let look = field::Look { name: typed.get(lang), unit: "", width: 62.0 };
        field::number(ui, lang, look, threshold, range, Scale::Linear);
    });
    *threshold = rounded(*threshold);
}

/// The link that keeps it with the run, unless it is.
pub fn keep(ui: &mut Ui, cx: &mut Cx<'_>, shown: &Shown) {
    if !shown.kept() && link(ui, say("Use for predictions", "Utiliser pour prédire").get(cx.lang)).clicked() {
        cx.act(Action::KeepThreshold {
            run: shown.view.info.id.clone(),
            threshold: shown.threshold,
            temperature: shown.report.temperature,
        });
    }
}
