//! How long the training would take: twenty batches on each device, timed.

use egui::{Align, Layout, Ui};

use super::words::not_ready;
use crate::{
    control::Stage,
    engine::DeviceKind,
    session::{Phase, Tried},
    text::{Lang, bytes, number, say},
    train::trial::Trial,
    ui::{
        Action, Cx, icon,
        page::train::words,
        theme::{self, Theme},
        widget::{bar, button::Button, card::Card},
    },
};

/// Height of one device's two lines.
const LINE: f32 = 38.0;

/// The height that the card needs.
pub fn height(cx: &Cx<'_>) -> f32 {
    let lines = cx.session.tried.as_ref().map_or(0, |tried| tried.trials.len() + usize::from(!is_of(tried, cx)));
    76.0 + LINE * lines.max(1) as f32
}

/// Draws the card.
pub fn show(ui: &mut Ui, cx: &mut Cx<'_>, height: f32) {
    let (lang, t) = (cx.lang, Theme::of(ui));
    ui.set_max_height(height);
    let session = cx.session;
    let running = session.phase.progress().filter(|p| p.stage == Stage::Trying && matches!(session.phase, Phase::Working(_)));
    let mut asked = false;
    let tools = |ui: &mut Ui| {
        // As high as the button that stands here otherwise.
        ui.set_min_height(theme::FIELD);
        if let Some(progress) = running {
            bar::progress(ui, Stage::Trying.name().get(lang), progress.share(), 150.0);
            return;
        }
        let again = session.tried.as_ref().is_some_and(|tried| !tried.trials.is_empty());
        let name = if again { say("Try again", "Réessayer") } else { say("Try 20 batches", "Essayer 20 lots") };
        let button = Button::secondary(name.get(lang)).icon(icon::HOURGLASS).compact();
        asked = ui.add(button.unless(not_ready(cx))).clicked();
    };
    let title = say("Expected time", "Durée prévue").get(lang);
    Card::titled(title).fill().show_with(ui, tools, |ui| {
        ui.spacing_mut().item_spacing.y = 0.0;
        match session.tried.as_ref().filter(|tried| !tried.trials.is_empty()) {
            Some(tried) => {
                let least = tried.trials.iter().map(|trial| trial.run).fold(f64::INFINITY, f64::min);
                for trial in &tried.trials {
                    line(ui, lang, trial, trial.run <= least);
                }
                if !is_of(tried, cx) {
                    let text = say("Measured with other settings: try again", "Mesuré avec d’autres réglages : réessayez");
                    ui.label(theme::caption(text.get(lang)).color(t.text3));
                }
            }
            None => {
                let text = match running {
                    Some(_) => say("Each device trains a few batches…", "Chaque appareil s’entraîne sur quelques lots…"),
                    None => say(
                        "Trains 20 batches on each device and estimates the rest; takes a few seconds",
                        "Entraîne 20 lots sur chaque appareil et estime le reste ; quelques secondes",
                    ),
                };
                ui.label(theme::caption(text.get(lang)).color(t.text2));
            }
        }
    });
    if asked {
        cx.act(Action::TryDevices);
    }
}

/// Whether the trial was made with the draft as it is.
fn is_of(tried: &Tried, cx: &Cx<'_>) -> bool {
    tried.trials.is_empty() || tried.settings == *cx.settings
}

fn line(ui: &mut Ui, lang: Lang, trial: &Trial, fastest: bool) {
    let t = Theme::of(ui);
    let time = words::about(lang, trial.run);
    let (speed, memory) = (number(lang, trial.pictures_per_second.round() as u64), bytes(lang, trial.memory));
    let symbol = if trial.device.kind == DeviceKind::Processor { icon::CPU } else { icon::CIRCUIT_BOARD };
    let speed = match lang {
        Lang::En => format!("{speed} pictures/s"),
        Lang::Fr => format!("{speed} images/s"),
    };
    // In a small window the memory stands in the card above alone.
    let details = match ui.available_width() < 420.0 {
        true => speed,
        false => {
            format!("{speed}, {} {memory} {}", say("at least", "au moins").get(lang), say("of memory", "de mémoire").get(lang))
        }
    };
    ui.allocate_ui_with_layout(egui::vec2(ui.available_width(), LINE), Layout::right_to_left(Align::Center), |ui| {
        ui.set_min_height(LINE);
        ui.label(theme::cell(details).color(t.text2));
        ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
            ui.label(symbol.text(15.0).color(t.text2));
            ui.vertical(|ui| {
                ui.spacing_mut().item_spacing.y = 0.0;
                ui.add_space(2.0);
                let time = if fastest { theme::strong(time) } else { egui::RichText::new(time) };
                ui.add(egui::Label::new(time.color(t.text)).truncate());
                ui.add(egui::Label::new(theme::caption(&trial.device.name).color(t.text2)).truncate());
            });
        });
    });
}
