//! What an experiment says so far: in words, and every result in a strip.

use egui::{ScrollArea, Ui};

use super::{
    reading::{ExperimentReading, table},
    scale::{mark, possible},
};
use crate::{
    evaluate::Metric,
    experiment::ExperimentView,
    text::say,
    ui::{
        Action, Cx,
        page::runs::compare::color,
        theme::{self, Theme, size},
        widget::{
            card::Card,
            chart::Chart,
            strip_plot::{self, Axis, strip_plot},
        },
    },
};

/// What it says so far: in words, and every result in a strip.
pub fn show(ui: &mut Ui, cx: &mut Cx<'_>, reading: &ExperimentReading, height: f32) {
    let lang = cx.lang;
    let ExperimentReading { of: view, rows, strips, sentence, .. } = reading;
    let title = match view.metric() {
        Metric::Accuracy => say("Test accuracy", "Exactitude de test"),
        Metric::Mae => say("Test error in years", "Erreur de test en années"),
    }
    .get(lang);
    if rows.iter().all(|row| row.scores.is_empty()) {
        Card::titled(title).fill().show(ui, |ui| {
            let text = say(
                "The results are compared here once the first run has been evaluated",
                "Les résultats seront comparés ici dès que le premier essai sera évalué",
            );
            ui.add(egui::Label::new(theme::cell(text.get(lang)).color(Theme::of(ui).text2)).wrap());
        });
        return;
    }
    if let Some(curve) = &reading.curve {
        let plot = curve.plot(ui, lang, view, title);
        let mut tools = |ui: &mut Ui| plot.zoom_button(ui, lang);
        let chart = Chart::new(title, height).sentence(sentence.clone()).tools(&mut tools);
        chart.show(ui, lang, || table(lang, view, rows), |ui, height| drop(plot.show(ui, lang, height)));
        return;
    }
    if let Some(coordinates) = &reading.coordinates {
        let mut open = None;
        let title = say("Settings and results", "Réglages et résultats").get(lang);
        Chart::new(title, height).sentence(sentence.clone()).show(
            ui,
            lang,
            || table(lang, view, rows),
            |ui, height| open = coordinates.show(ui, lang, height).or(open),
        );
        open_run(cx, view, open);
        return;
    }
    let mut open = None;
    Chart::new(title, height).sentence(sentence.clone()).show(
        ui,
        lang,
        || table(lang, view, rows),
        |ui, height| {
            let write = |value: f64, digits: usize| mark(view, lang, value, digits);
            let t = Theme::of(ui);
            let color = |place: usize| color(t, place);
            let axis = Axis { bounds: possible(view), text: &write, color: &color };
            let mut draw = |ui: &mut Ui| {
                if let Some(member) = strip_plot(ui, lang, strips, height, &axis) {
                    open = Some(member);
                }
            };
            match strip_plot::least(strips.len()) > height {
                true => drop(ScrollArea::vertical().max_height(height).show(ui, draw)),
                false => draw(ui),
            }
        },
    );
    open_run(cx, view, open);
}

/// Opens the run of a member.
fn open_run(cx: &mut Cx<'_>, view: &ExperimentView, member: Option<usize>) {
    if let Some(run) = member.and_then(|member| view.members.get(member)?.run.as_ref()) {
        cx.act(Action::OpenRun(run.id.clone()));
    }
}

/// How high the card is, `wide` points wide, where it holds a few rows and no other plot.
pub fn low_height(ui: &Ui, reading: &ExperimentReading, wide: f32) -> Option<f32> {
    /// Rows that are few, and the height of each.
    const FEW: usize = 4;
    const ROW: f32 = 46.0;
    let none = reading.strips.is_empty();
    if reading.curve.is_some() || reading.strips.len() > FEW || none && reading.rows.len() > FEW {
        return None;
    }
    let text = ui.painter().layout(
        reading.sentence.clone(),
        theme::regular(size::CAPTION),
        Theme::of(ui).text2,
        (wide - 2.0 * theme::PADDING - theme::GUTTER).max(100.0),
    );
    let strips = if none { 40.0 } else { strip_plot::least(0) + ROW * reading.strips.len() as f32 };
    // The title line, and the gap above the sentence.
    Some(2.0 * theme::PADDING + 34.0 + strips + 8.0 + text.size().y)
}
