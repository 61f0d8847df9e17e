//! Windows over the page: preferences, help, and the questions before something is lost.

use egui::{Align, Layout, Modal, Ui};

use super::{
    Action, Cx, Dialog, Mode, Motion,
    action::DialogAnswer,
    help, icon, palette,
    theme::{self, Theme},
    widget::{button::Button, card::dialog_title, choice, scroll, separator::separator},
};
use crate::{
    engine::{self, SelfTest},
    text::{Lang, Phrase, number, percent, say},
};

/// Below this width a dialog's controls stand below their names, and its buttons below each other.
const NARROW: f32 = 420.0;
/// Height of the window that a dialog leaves for its own edges.
const BESIDE: f32 = 64.0;

/// How the window looks and moves now.
#[derive(Clone, Copy, Debug)]
pub struct Looks {
    pub mode: Mode,
    pub motion: Motion,
    /// 1 is 100 per cent.
    pub zoom: f32,
}

/// Draws `dialog` over everything.
pub fn show(ui: &mut Ui, cx: &mut Cx<'_>, dialog: Dialog, looks: Looks) -> DialogAnswer {
    let mut answer = DialogAnswer::Stay;
    let t = Theme::of(ui);
    let frame = egui::Frame::new()
        .fill(t.surface)
        .stroke(t.border())
        .corner_radius(theme::RADIUS_CARD)
        .inner_margin(20)
        .shadow(ui.visuals().window_shadow);
    let width = match dialog {
        Dialog::Help | Dialog::Words | Dialog::Machines | Dialog::Keys | Dialog::About => 680.0_f32,
        Dialog::Preferences | Dialog::Palette => 560.0,
        Dialog::Discard | Dialog::Quit => 440.0,
    };
    let room = ui.ctx().content_rect().size();
    // Taken before a field in the dialog would take it to give up the keyboard.
    let escaped = ui.input_mut(|i| i.consume_key(egui::Modifiers::NONE, egui::Key::Escape));
    let modal = Modal::new(egui::Id::unique("dialog")).frame(frame).show(ui.ctx(), |ui| {
        // However small the window is made, egui wants some room.
        ui.set_width(width.min(room.x - 60.0).max(40.0));
        ui.set_max_height((room.y - 80.0).max(40.0));
        answer = match dialog {
            Dialog::Preferences => scroll::within_window(ui, BESIDE, |ui| preferences(ui, cx, looks)),
            Dialog::Help | Dialog::Words | Dialog::Machines | Dialog::Keys | Dialog::About => help::show(ui, cx, dialog),
            Dialog::Palette => palette::show(ui, cx),
            Dialog::Discard => scroll::within_window(ui, BESIDE, |ui| discard(ui, cx)),
            Dialog::Quit => scroll::within_window(ui, BESIDE, |ui| quit(ui, cx)),
        };
    });
    if answer == DialogAnswer::Stay && (escaped || modal.should_close()) {
        answer = DialogAnswer::Close;
    }
    if answer == DialogAnswer::Close {
        palette::forget(ui.ctx());
    }
    answer
}

/// How much may move, with what each means.
const MOTIONS: [(Motion, Phrase, Phrase); 3] = [
    (
        Motion::Full,
        say("Full", "Tous"),
        say(
            "Switches, menus and scrolling move, each within an eighth of a second",
            "Interrupteurs, menus et défilement bougent, chacun en un huitième de seconde",
        ),
    ),
    (
        Motion::Reduced,
        say("Reduced", "Réduits"),
        say("Nothing moves by itself: all is at once where it goes", "Rien ne bouge de soi-même : tout est d’emblée à sa place"),
    ),
    (
        Motion::System,
        say("As the system", "Comme le système"),
        say("As this system is set: less where it asks for less", "Comme ce système est réglé : moins s’il en demande moins"),
    ),
];

fn preferences(ui: &mut Ui, cx: &mut Cx<'_>, looks: Looks) -> DialogAnswer {
    let close = dialog_title(ui, cx.lang, say("Preferences", "Préférences"));
    let name = cx.say(say("Language", "Langue"));
    row(ui, name, &mut |ui| {
        let selected = Lang::ALL.iter().position(|l| *l == cx.lang);
        let options = Lang::ALL.map(|l| (l.name(), ""));
        if let Some(index) = choice::segmented(ui, name, selected, &options) {
            cx.act(Action::Language(Lang::ALL[index]));
        }
    });
    separator(ui);
    look(ui, cx, looks);
    let name =
        cx.say(say("Type paths instead of the system’s file dialogs", "Taper les chemins au lieu des fenêtres de fichiers"));
    row(ui, name, &mut |ui| {
        let mut on = cx.type_paths;
        if choice::switch(ui, &mut on, name).changed() {
            cx.act(Action::TypePaths(on));
        }
    });
    separator(ui);
    let name = cx.say(say("Tell me when a training is done", "Me prévenir quand un entraînement est fini"));
    row(ui, name, &mut |ui| {
        let mut on = cx.notify == Some(true);
        let help = say(
            "A notification of the system, sent while the window is not in front",
            "Une notification du système, envoyée quand la fenêtre n’est pas au premier plan",
        );
        if choice::switch(ui, &mut on, name).on_hover_text(cx.say(help)).changed() {
            cx.act(Action::Notify(on));
        }
    });
    cache(ui, cx);
    if !cx.devices.is_empty() {
        separator(ui);
        devices(ui, cx);
    }
    if close { DialogAnswer::Close } else { DialogAnswer::Stay }
}

/// One of the preferences: its name, and what it is set by at the right, or below where the window is narrow.
fn row(ui: &mut Ui, name: &str, control: &mut dyn FnMut(&mut Ui)) {
    if ui.available_width() < NARROW {
        ui.label(name);
        control(ui);
        ui.add_space(4.0);
        return;
    }
    ui.horizontal(|ui| {
        ui.set_min_height(theme::ROW);
        ui.label(name);
        ui.with_layout(Layout::right_to_left(Align::Center), control);
    });
}

/// How the window looks and moves.
fn look(ui: &mut Ui, cx: &mut Cx<'_>, looks: Looks) {
    let name = cx.say(say("Appearance", "Apparence"));
    row(ui, name, &mut |ui| {
        const MODES: [(Mode, Phrase); 3] =
            [(Mode::Light, say("Light", "Clair")), (Mode::Dark, say("Dark", "Sombre")), (Mode::System, say("System", "Système"))];
        let selected = MODES.iter().position(|(mode, _)| *mode == looks.mode);
        let options = MODES.map(|(_, name)| (cx.say(name), ""));
        if let Some(index) = choice::segmented(ui, name, selected, &options) {
            cx.act(Action::Mode(MODES[index].0));
        }
    });
    separator(ui);
    let name = cx.say(say("Motion", "Mouvements"));
    row(ui, name, &mut |ui| {
        let options = MOTIONS.map(|(_, name, about)| (cx.say(name), cx.say(about)));
        let selected = MOTIONS.iter().position(|(motion, ..)| *motion == looks.motion);
        if let Some(index) = choice::segmented(ui, name, selected, &options) {
            cx.act(Action::Motion(MOTIONS[index].0));
        }
    });
    separator(ui);
    let name = cx.say(say("Interface size", "Taille de l’interface"));
    row(ui, name, &mut |ui| {
        const ZOOMS: [f32; 6] = [0.9, 1.0, 1.25, 1.5, 2.0, 2.5];
        let selected = ZOOMS.iter().position(|z| (z - looks.zoom).abs() < 0.01);
        let names = ZOOMS.map(|zoom| percent(cx.lang, zoom.into(), 0));
        if let Some(index) = choice::segmented(ui, name, selected, &names.each_ref().map(|name| (name.as_str(), ""))) {
            cx.act(Action::Zoom(ZOOMS[index]));
        }
    });
    separator(ui);
}

/// How large the cache is, if there is any, and a way to empty it.
fn cache(ui: &mut Ui, cx: &mut Cx<'_>) {
    let Some(kept) = cx.session.kept.filter(|kept| kept.folders > 0) else { return };
    separator(ui);
    let name =
        format!("{}{} {}", cx.say(say("Picture cache", "Cache d’images")), cx.say(say(":", "\u{a0}:")), kept.sentence(cx.lang));
    row(ui, &name, &mut |ui| {
        let help = say(
            "Removes the cached pictures of all folders but the open one; they are read again when their folder is opened",
            "Supprime du cache les images de tous les dossiers sauf celui qui est ouvert ; elles sont relues à l’ouverture de leur dossier",
        );
        if ui.add(Button::quiet(cx.say(say("Clean up", "Nettoyer"))).compact()).on_hover_text(cx.say(help)).clicked() {
            cx.act(Action::CleanCache);
        }
    });
}

fn devices(ui: &mut Ui, cx: &mut Cx<'_>) {
    /// From a radio button's left edge to its text.
    const INDENT: f32 = 18.0;
    let (lang, t) = (cx.lang, Theme::of(ui));
    ui.add_space(8.0);
    ui.label(cx.say(say("Train on", "Entraîner sur")));
    let automatic = say("Chosen automatically, the fastest", "Choix automatique, le plus rapide");
    if ui.radio(cx.device == engine::AUTOMATIC, cx.say(automatic)).clicked() {
        cx.act(Action::Device(engine::AUTOMATIC.to_owned()));
    }
    let busy = cx.session.phase.busy().then(|| cx.say(say("Something else is running", "Une autre tâche est en cours")));
    for device in cx.devices {
        ui.horizontal(|ui| {
            if ui.radio(cx.device == device.id, &device.name).clicked() {
                cx.act(Action::Device(device.id.clone()));
            }
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                let button = Button::quiet(cx.say(say("Test", "Tester"))).compact().unless(busy);
                let help = say(
                    "Computes a small network on this device and on the plain reference, compares, and measures the speed",
                    "Calcule un petit réseau sur cet appareil et sur la référence, compare, et mesure la vitesse",
                );
                let name = format!("{}, {}", cx.say(say("Test", "Tester")), device.name);
                if ui.add(button).on_hover_text(help.get(lang)).accessible_name(name).clicked() {
                    cx.act(Action::TestDevice(device.id.clone()));
                }
            });
        });
        // What is said of a device stands close under its name.
        ui.scope(|ui| {
            ui.spacing_mut().interact_size.y = 16.0;
            ui.spacing_mut().item_spacing.y = 2.0;
            ui.add_space(2.0 - theme::GUTTER / 2.0);
            ui.horizontal(|ui| {
                ui.add_space(INDENT);
                ui.add(egui::Label::new(theme::caption(device.about(lang)).color(t.text3)).wrap());
            });
            if let Some(test) = cx.session.tested.get(&device.id) {
                ui.horizontal(|ui| {
                    ui.add_space(INDENT);
                    let symbol = if test.agrees { icon::CHECK } else { icon::TRIANGLE_ALERT };
                    let color = if test.agrees { t.text2 } else { t.bad };
                    ui.label(symbol.text(13.0).color(color));
                    ui.add(egui::Label::new(theme::caption(tested(lang, test)).color(color)).wrap());
                });
            }
        });
    }
}

/// What a self-test found, in one line.
fn tested(lang: Lang, test: &SelfTest) -> String {
    let off = format!("{:.0e}", test.answers_off.max(test.gradients_off));
    let speed = number(lang, test.pictures_per_second.round() as u64);
    match (test.agrees, lang) {
        (true, Lang::En) => format!("Agrees with the reference to {off}; {speed} pictures a second"),
        (true, Lang::Fr) => format!("D’accord avec la référence à {off} près ; {speed} images par seconde"),
        (false, Lang::En) => format!("Does not compute what the reference does: off by {off}; do not train on it"),
        (false, Lang::Fr) => format!("Ne calcule pas ce que calcule la référence : écart de {off} ; n’entraînez pas dessus"),
    }
}

fn discard(ui: &mut Ui, cx: &Cx<'_>) -> DialogAnswer {
    let mut answer = DialogAnswer::Stay;
    if dialog_title(ui, cx.lang, say("Discard this training?", "Abandonner cet entraînement ?")) {
        answer = DialogAnswer::Close;
    }
    let text = say(
        "What it has learned goes to the trash of runs. “Finish now” would keep the best and evaluate it",
        "Ce qu’il a appris part à la corbeille. « Finir maintenant » garderait le meilleur et l’évaluerait",
    );
    ui.add(egui::Label::new(cx.say(text)).wrap());
    ui.add_space(10.0);
    verbs(ui, |ui| {
        if ui.add(Button::primary(cx.say(say("Keep training", "Continuer l’entraînement")))).clicked() {
            answer = DialogAnswer::Close;
        }
        if ui.add(Button::danger(cx.say(say("Discard", "Abandonner"))).icon(icon::TRASH_2)).clicked() {
            answer = DialogAnswer::Discard;
        }
    });
    answer
}

fn quit(ui: &mut Ui, cx: &Cx<'_>) -> DialogAnswer {
    let mut answer = DialogAnswer::Stay;
    if dialog_title(ui, cx.lang, say("A training is running", "Un entraînement est en cours")) {
        answer = DialogAnswer::Close;
    }
    let text = say(
        "Paused, it can be resumed where it was at the next start",
        "En pause, il peut être repris là où il en était au prochain démarrage",
    );
    ui.add(egui::Label::new(cx.say(text)).wrap());
    ui.add_space(10.0);
    verbs(ui, |ui| {
        if ui.add(Button::primary(cx.say(say("Pause and quit", "Mettre en pause et quitter")))).clicked() {
            answer = DialogAnswer::PauseAndQuit;
        }
        if ui.add(Button::secondary(cx.say(say("Keep training", "Continuer")))).clicked() {
            answer = DialogAnswer::Close;
        }
        if ui.add(Button::danger(cx.say(say("Discard", "Abandonner")))).clicked() {
            answer = DialogAnswer::DiscardAndQuit;
        }
    });
    answer
}

/// The buttons of a question, from right to left.
fn verbs(ui: &mut Ui, buttons: impl FnOnce(&mut Ui)) {
    if ui.available_width() < NARROW {
        ui.horizontal_wrapped(buttons);
        return;
    }
    let room = egui::vec2(ui.available_width(), theme::BUTTON);
    ui.allocate_ui_with_layout(room, Layout::right_to_left(Align::Center), buttons);
}
