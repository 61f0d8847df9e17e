//! Whether "90%" is right nine times of ten.

use egui::Ui;

use super::Shown;
use crate::{
    evaluate::calibration::calibration_error,
    run::export::PlotKind,
    text::{Lang, Phrase, decimal, number, percent, say},
    ui::{
        Cx,
        theme::{self, Theme},
        widget::{chart::Chart, choice::switch, plot::Table, share_plot::SharePlot},
    },
};

/// What the temperature corrects: answers that are surer than they are right, or less sure.
const TOO_SURE: Phrase = say("Correct overconfidence", "Corriger l’excès de confiance");
const UNSURE: Phrase = say("Correct underconfidence", "Corriger le manque de confiance");

/// The calibration card.
pub fn show(ui: &mut Ui, cx: &mut Cx<'_>, shown: &mut Shown, height: f32) {
    let (lang, t) = (cx.lang, Theme::of(ui));
    let bins = shown.counted.bins;
    let error = calibration_error(&bins);
    let total: u32 = bins.iter().map(|b| b.n).sum();
    let used: Vec<_> = bins.iter().filter(|b| b.n > 0).collect();
    let error_text = percent(lang, error, 1);
    let title = say("Is its confidence right?", "Sa confiance est-elle juste\u{a0}?").get(lang);
    let plot = SharePlot {
        name: format!("{} {error_text}", say("Calibration error", "Erreur de calibration").get(lang)),
        across: say("predicted probability", "probabilité prédite").get(lang).to_owned(),
        up: say("observed share", "part observée").get(lang).to_owned(),
        points: used.iter().map(|b| [b.predicted, b.observed]).collect(),
        color: t.validation,
        diagonal: true,
        note: caption(lang, &error_text),
        dots: used.iter().map(|b| f64::from(b.n) / f64::from(total.max(1))).collect(),
        ..SharePlot::default()
    };
    let table = || {
        let head = [say("predicted", "prédite"), say("observed", "observée"), say("pictures", "images")];
        let rows =
            used.iter().map(|b| vec![percent(lang, b.predicted, 0), percent(lang, b.observed, 0), number(lang, b.n.into())]);
        Table::new(head.map(|s| s.get(lang).to_owned()), rows.collect())
    };
    let mut temperature = shown.report.temperature;
    let fitted = shown.fitted;
    let mut save = false;
    let mut tools = |ui: &mut Ui| save = super::asks_to_save(ui, lang, title);
    let help = say(
        "On the dashed line the probabilities are right: of the answers at 80%, eight in ten are right. Larger dots hold more pictures; the calibration error is the mean distance from the line",
        "Sur la ligne tiretée, les probabilités sont justes\u{a0}: parmi les réponses à 80\u{a0}%, huit sur dix sont justes. Les grands points portent plus d’images ; l’erreur de calibration est l’écart moyen à la ligne",
    );
    // Beside the title there is room for fewer buttons in a small window.
    let mut chart = Chart::new(title, height).help(help.get(lang)).tools(&mut tools);
    if ui.available_width() < 330.0 {
        chart = chart.compact();
    }
    chart.show(ui, lang, table, |ui, height| {
        // A temperature below 1 makes answers surer.
        let (what, value) = (if fitted < 1.0 { UNSURE } else { TOO_SURE }.get(lang), decimal(lang, fitted, 2));
        let mut on = temperature != 1.0;
        let other = if on { 1.0 } else { fitted };
        let refused = refused(shown, other);
        let text = match (lang, refused) {
            (_, Some(reason)) => reason.get(lang).to_owned(),
            (Lang::En, None) => format!("{what} (temperature scaling, {value})"),
            (Lang::Fr, None) => format!("{what} (température {value})"),
        };
        let font = theme::regular(theme::size::CAPTION);
        let label = ui.painter().layout(text.clone(), font, t.text2, (ui.available_width() - 48.0).max(60.0));
        plot.show(ui, lang, (height - 21.0 - label.size().y).max(60.0));
        ui.horizontal(|ui| {
            ui.spacing_mut().interact_size.y = 20.0;
            let name = format!("{what} ({})", say("temperature scaling", "température").get(lang));
            let about = match shown.report.is_binary() {
                true => say(
                    "Divides the logits by one number, the temperature, fitted on the validation part; no answer changes",
                    "Divise les logits par un seul nombre, la température, ajustée sur la partie validation\u{a0}; aucune réponse ne change",
                ),
                false => say(
                    "Divides the logits by one number, the temperature, fitted on the validation part; no answer changes, but more or fewer are “not sure”",
                    "Divise les logits par un seul nombre, la température, ajustée sur la partie validation\u{a0}; aucune réponse ne change, mais plus ou moins sont «\u{a0}pas sûres\u{a0}»",
                ),
            };
            let changed = ui.add_enabled_ui(refused.is_none(), |ui| {
                switch(ui, &mut on, &name).on_hover_text(about.get(lang)).changed()
            });
            if changed.inner {
                temperature = other;
            }
            ui.add(egui::Label::new(theme::caption(&text).color(t.text2)).wrap());
        });
    });
    if save {
        cx.act(super::save(shown, PlotKind::Calibration));
    }
    if temperature != shown.report.temperature {
        shown.set_temperature(temperature);
    }
}

/// Why the temperature `other` cannot be tried in place of the one that is.
fn refused(shown: &Shown, other: f64) -> Option<Phrase> {
    if shown.report.validation.is_empty() && other == shown.report.temperature {
        return Some(say(
            "There are no validation pictures here to correct its confidence by",
            "Il n’y a pas ici d’images de validation pour corriger sa confiance",
        ));
    }
    shown.report.threshold_after(other, shown.threshold).is_none().then_some(say(
        "At this threshold its confidence cannot be corrected without changing answers",
        "À ce seuil, sa confiance ne peut pas être corrigée sans changer des réponses",
    ))
}

fn caption(lang: Lang, error: &str) -> String {
    match lang {
        Lang::En => format!("off by {error}"),
        Lang::Fr => format!("écart {error}"),
    }
}
