//! The field of the threshold above which an answer holds, and the link that keeps it.

use std::ops::RangeInclusive;

use egui::{Ui, vec2};

use super::Shown;
use crate::{
    setting_def::Scale,
    text::{Lang, Phrase, say},
    ui::{
        Action, Cx,
        theme::{self, Theme},
        widget::{button::link, field},
    },
};

/// A slider and a number field, under these names. What was set otherwise is shown as closely as there is room, and stays as
/// it is until somebody moves or types it; also beyond `range`.
pub fn field(ui: &mut Ui, lang: Lang, [name, typed]: [Phrase; 2], threshold: &mut f64, range: RangeInclusive<f64>) {
    let name = name.get(lang);
    let before = rounded(*threshold);
    let range = range.start().min(before)..=range.end().max(before);
    let mut tried = before;
    ui.horizontal(|ui| {
        ui.label(theme::cell(name).color(Theme::of(ui).text2));
        let width = (ui.available_width() - 74.0).max(40.0);
        ui.allocate_ui(vec2(width, theme::FIELD), |ui| {
            ui.set_max_width(width);
            field::slider(ui, name, &mut tried, range.clone(), Scale::Linear);
        });
        let look = field::Look { name: typed.get(lang), unit: "", width: 62.0 };
        field::number(ui, lang, look, &mut tried, range, Scale::Linear);
    });
    if tried != before {
        *threshold = rounded(tried);
    }
}

/// A threshold as finely as one sets it; more finely where that would be 0 or 1, which it is not.
fn rounded(threshold: f64) -> f64 {
    let to = |steps: f64| (threshold * steps).round() / steps;
    let is_end = |rounded: &f64| (*rounded <= 0.0 || *rounded >= 1.0) && threshold > 0.0 && threshold < 1.0;
    [1e3, 1e6].map(to).into_iter().find(|rounded| !is_end(rounded)).unwrap_or(threshold)
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
