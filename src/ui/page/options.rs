//! The card of a page's options: presets, the knobs that matter, the rest behind "More options".

use egui::{Popup, Ui};

use crate::{
    knob::Choice as _,
    preset::Preset,
    problem::Problem,
    settings::Settings,
    text::{Lang, say},
    ui::{
        Action, Cx, icon,
        widget::{
            button::icon_button,
            card::Card,
            choice::{self, menu_item},
            knob, scroll,
        },
    },
};

/// Which part of the settings a page is about.
pub struct Part<'a> {
    /// What the keys of its knobs start with: `model.`.
    pub prefix: &'a str,
    /// The presets that differ in this part.
    pub presets: &'a [Preset],
    /// Takes this part from other settings.
    pub take: fn(&mut Settings, Settings),
}

/// Draws the card as high as there is room, and scrolls within it. `preset` is the one that dots compare with;
/// `problems` are shown beside their knobs, besides those of the plan.
pub fn show(ui: &mut Ui, cx: &mut Cx<'_>, part: &Part<'_>, preset: &mut Preset, problems: &[Problem]) {
    let lang = cx.lang;
    let mut problems = problems.to_vec();
    for problem in cx.problems() {
        if !problems.iter().any(|known| known.knob == problem.knob) {
            problems.push(problem.clone());
        }
    }
    let is = |wanted: Preset, settings: &Settings| {
        let mut with = settings.clone();
        (part.take)(&mut with, wanted.settings());
        with == *settings
    };
    let exact = part.presets.iter().position(|p| is(*p, cx.settings));
    if let Some(index) = exact {
        *preset = part.presets[index];
    }
    let title = cx.say(say("Options", "Options"));
    let mut actions = Vec::new();
    let text = cx.settings.text();
    let menu = |ui: &mut Ui| actions = file_menu(ui, lang, &text);
    Card::titled(title).fill().show_with(ui, menu, |ui| {
        let options: Vec<_> = part.presets.iter().map(|p| (p.name().get(lang), p.about().get(lang))).collect();
        let selected = part.presets.iter().position(|p| p == preset);
        if let Some(index) = choice::segmented(ui, cx.say(say("Preset", "Préréglage")), selected, &options) {
            *preset = part.presets[index];
            (part.take)(cx.settings, preset.settings());
        }
        ui.add_space(4.0);
        // The scroll bar stands in the card's margin, so that nothing moves when it comes.
        scroll::list(ui, |ui| {
            ui.set_width((ui.available_width() - 6.0).max(0.0));
            ui.spacing_mut().item_spacing.y = 0.0;
            let base = preset.settings();
            let context = knob::Context { lang, preset: &base, problems: &problems };
            knob::list(ui, context, cx.settings, |key| key.starts_with(part.prefix));
        });
    });
    cx.actions.extend(actions);
}

/// The menu that saves, opens, copies and pastes the whole draft.
fn file_menu(ui: &mut Ui, lang: Lang, text: &str) -> Vec<Action> {
    let mut actions = Vec::new();
    let button = icon_button(
        ui,
        icon::ELLIPSIS,
        say("Save, open or copy all settings", "Enregistrer, ouvrir ou copier tous les réglages").get(lang),
    );
    Popup::menu(&button).show(|ui| {
        ui.set_width(230.0);
        let items = [
            (icon::SAVE, say("Save settings…", "Enregistrer les réglages…"), Action::SaveSettings),
            (icon::FOLDER_OPEN, say("Open settings…", "Ouvrir des réglages…"), Action::ChooseSettings),
            (icon::COPY, say("Copy as text", "Copier en texte"), Action::CopyText(text.to_owned())),
            (icon::CLIPBOARD_PASTE, say("Paste text", "Coller un texte"), Action::Paste),
        ];
        for (symbol, name, action) in items {
            if menu_item(ui, Some(symbol), name.get(lang)).clicked() {
                actions.push(action);
            }
        }
    });
    actions
}
