//! Windows over the page: preferences, help, and the questions before something is lost.

use egui::{Align, Layout, Modal, Ui};

use super::{
    Action, Cx, Dialog, Mode, icon,
    page::Page,
    theme::{self, Theme},
    widget::{
        button::{Button, icon_button, link},
        card, choice,
    },
};
use crate::{
    engine::SelfTest,
    text::{Lang, Say, bytes, number, say},
};

/// What the user decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    Stay,
    Close,
    /// The question's main verb was chosen.
    Discard,
    PauseAndQuit,
    DiscardAndQuit,
}

/// Draws `dialog` over everything.
pub fn show(ui: &mut Ui, cx: &mut Cx<'_>, dialog: Dialog, mode: Mode, zoom: f32) -> Answer {
    let mut answer = Answer::Stay;
    let t = Theme::of(ui);
    let frame = egui::Frame::new()
        .fill(t.surface)
        .stroke(t.border())
        .corner_radius(theme::RADIUS_CARD)
        .inner_margin(20)
        .shadow(ui.visuals().window_shadow);
    let width = match dialog {
        Dialog::Help | Dialog::About => 620.0_f32,
        Dialog::Preferences => 520.0,
        Dialog::Palette => 480.0,
        Dialog::Discard | Dialog::Quit => 440.0,
    };
    let room = ui.ctx().content_rect().size();
    let modal = Modal::new(egui::Id::unique("dialog")).frame(frame).show(ui.ctx(), |ui| {
        ui.set_width(width.min(room.x - 60.0));
        ui.set_max_height(room.y - 80.0);
        answer = match dialog {
            Dialog::Preferences => preferences(ui, cx, mode, zoom),
            Dialog::Help | Dialog::About => help(ui, cx),
            Dialog::Palette => palette(ui, cx),
            Dialog::Discard => discard(ui, cx),
            Dialog::Quit => quit(ui, cx),
        };
    });
    if answer == Answer::Stay && modal.should_close() { Answer::Close } else { answer }
}

fn heading(ui: &mut Ui, cx: &Cx<'_>, title: Say) -> bool {
    let t = Theme::of(ui);
    let mut close = false;
    ui.horizontal(|ui| {
        ui.label(theme::strong(title.get(cx.lang)).size(18.0).color(t.text));
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            close = icon_button(ui, icon::X, cx.say(say("Close", "Fermer"))).clicked();
        });
    });
    ui.add_space(6.0);
    close
}

fn preferences(ui: &mut Ui, cx: &mut Cx<'_>, mode: Mode, zoom: f32) -> Answer {
    let close = heading(ui, cx, say("Preferences", "Préférences"));
    let row = |ui: &mut Ui, name: &str, control: &mut dyn FnMut(&mut Ui)| {
        ui.horizontal(|ui| {
            ui.set_min_height(theme::ROW);
            ui.label(name);
            ui.with_layout(Layout::right_to_left(Align::Center), control);
        });
    };
    let name = cx.say(say("Language", "Langue"));
    row(ui, name, &mut |ui| {
        let selected = Lang::ALL.iter().position(|l| *l == cx.lang);
        let options = Lang::ALL.map(|l| (l.name(), ""));
        if let Some(index) = choice::segmented(ui, name, selected, &options) {
            cx.act(Action::Language(Lang::ALL[index]));
        }
    });
    card::line(ui);
    let name = cx.say(say("Appearance", "Apparence"));
    row(ui, name, &mut |ui| {
        const MODES: [(Mode, Say); 3] =
            [(Mode::Light, say("Light", "Clair")), (Mode::Dark, say("Dark", "Sombre")), (Mode::System, say("System", "Système"))];
        let selected = MODES.iter().position(|(m, _)| *m == mode);
        let options = MODES.map(|(_, name)| (cx.say(name), ""));
        if let Some(index) = choice::segmented(ui, name, selected, &options) {
            cx.act(Action::Mode(MODES[index].0));
        }
    });
    card::line(ui);
    let name = cx.say(say("Size of everything", "Taille de tout"));
    row(ui, name, &mut |ui| {
        const ZOOMS: [(f32, &str); 5] = [(0.9, "90 %"), (1.0, "100 %"), (1.25, "125 %"), (1.5, "150 %"), (2.0, "200 %")];
        let selected = ZOOMS.iter().position(|(z, _)| (z - zoom).abs() < 0.01);
        if let Some(index) = choice::segmented(ui, name, selected, &ZOOMS.map(|(_, name)| (name, ""))) {
            cx.act(Action::Zoom(ZOOMS[index].0));
        }
    });
    if !cx.devices.is_empty() {
        card::line(ui);
        devices(ui, cx);
    }
    if close { Answer::Close } else { Answer::Stay }
}

fn devices(ui: &mut Ui, cx: &mut Cx<'_>) {
    let (lang, t) = (cx.lang, Theme::of(ui));
    ui.add_space(8.0);
    ui.label(cx.say(say("Train on", "Entraîner sur")));
    let automatic = say("Chosen automatically, the fastest", "Choix automatique, le plus rapide");
    if ui.radio(cx.device == "auto", cx.say(automatic)).clicked() {
        cx.act(Action::Device("auto".to_owned()));
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
                if ui.add(button).on_hover_text(help.get(lang)).clicked() {
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
                ui.add_space(24.0);
                let memory = device.memory.map_or_else(String::new, |memory| format!(", {}", bytes(lang, memory)));
                let details = format!("{}{memory}", device.details);
                ui.add(egui::Label::new(theme::caption(details).color(t.text3)).wrap());
            });
            if let Some(test) = cx.session.tested.get(&device.id) {
                ui.horizontal(|ui| {
                    ui.add_space(24.0);
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
        (true, Lang::Fr) => format!("D’accord avec la référence à {off} près ; {speed} images par seconde"),
        (false, Lang::En) => format!("Does not compute what the reference does: off by {off}; do not train on it"),
        (false, Lang::Fr) => format!("Ne calcule pas ce que calcule la référence : écart de {off} ; n’entraînez pas dessus"),
    }
}

/// What the program can and cannot tell: said at the first start and in the help.
pub const HONEST: [Say; 3] = [
    say(
        "Trombine guesses which of two labels the UTKFace collection would give a face picture",
        "Trombine devine laquelle de deux étiquettes la collection UTKFace donnerait à une photo de visage",
    ),
    say(
        "It goes by appearance alone and cannot tell anyone’s gender identity",
        "Il se fie à la seule apparence et ne peut dire l’identité de genre de personne",
    ),
    say(
        "It is made for learning and research, not for decisions about people",
        "Il est fait pour apprendre et chercher, pas pour décider du sort des gens",
    ),
];

const KEYS: [(&str, Say); 10] = [
    ("Ctrl O", say("Open a folder", "Ouvrir un dossier")),
    ("Ctrl S", say("Save the settings", "Enregistrer les réglages")),
    (
        "Ctrl V",
        say(
            "Predict the picture in the clipboard, or take the settings in it",
            "Prédire l’image du presse-papiers, ou reprendre les réglages qu’il contient",
        ),
    ),
    ("Ctrl Z", say("Undo a change", "Annuler un changement")),
    ("Ctrl ⇧ Z", say("Redo it", "Le rétablir")),
    ("Ctrl 1 … 7", say("Go to a page", "Aller à une page")),
    ("Ctrl K", say("Find a command", "Trouver une commande")),
    ("Ctrl ,", say("Preferences", "Préférences")),
    ("Ctrl + − 0", say("Larger, smaller, usual size", "Plus grand, plus petit, taille normale")),
    ("F1", say("This help", "Cette aide")),
];

const WORDS: [(Say, Say); 8] = [
    (say("Epoch", "Époque"), say("one pass through all training pictures", "un passage sur toutes les images d’entraînement")),
    (
        say("Batch", "Lot"),
        say(
            "the pictures looked at together before each small correction",
            "les images regardées ensemble avant chaque petite correction",
        ),
    ),
    (
        say("Loss", "Perte"),
        say(
            "how wrong the model is, counting how sure it was; lower is better",
            "à quel point le modèle se trompe, selon son assurance ; plus bas est mieux",
        ),
    ),
    (
        say("Validation", "Validation"),
        say(
            "pictures set apart that decide when to stop and what to keep",
            "des images mises de côté qui décident quand arrêter et quoi garder",
        ),
    ),
    (
        say("Test", "Test"),
        say(
            "pictures looked at once, at the end: the honest number",
            "des images regardées une seule fois, à la fin : le chiffre honnête",
        ),
    ),
    (
        say("Dropout", "Dropout"),
        say(
            "units switched off at random while training, against learning by heart",
            "des unités éteintes au hasard pendant l’entraînement, contre le par cœur",
        ),
    ),
    (say("Learning rate", "Taux d’apprentissage"), say("how large each correction is", "la taille de chaque correction")),
    (
        say("F1", "F1"),
        say("one number between precision and recall, for one class", "un chiffre entre précision et rappel, pour une classe"),
    ),
];

fn help(ui: &mut Ui, cx: &mut Cx<'_>) -> Answer {
    let t = Theme::of(ui);
    let close = heading(ui, cx, say("About Trombine", "À propos de Trombine"));
    egui::ScrollArea::vertical().max_height(ui.available_height() - 20.0).show(ui, |ui| {
        for sentence in HONEST {
            ui.add(egui::Label::new(egui::RichText::new(cx.say(sentence)).color(t.text)).wrap());
        }
        ui.label(theme::caption(format!("Trombine {}, MIT", env!("CARGO_PKG_VERSION"))).color(t.text3));
        ui.add_space(10.0);
        ui.label(theme::strong(cx.say(say("Words", "Mots"))).color(t.text));
        for (word, meaning) in WORDS {
            ui.horizontal_top(|ui| {
                ui.allocate_ui_with_layout(egui::vec2(150.0, 18.0), Layout::left_to_right(Align::Min), |ui| {
                    ui.set_width(150.0);
                    ui.label(theme::cell(cx.say(word)).color(t.text));
                });
                ui.add(egui::Label::new(theme::cell(cx.say(meaning)).color(t.text2)).wrap());
            });
        }
        ui.add_space(10.0);
        ui.label(theme::strong(cx.say(say("Keys", "Touches"))).color(t.text));
        for (keys, what) in KEYS {
            ui.horizontal(|ui| {
                ui.allocate_ui_with_layout(egui::vec2(150.0, 18.0), Layout::left_to_right(Align::Min), |ui| {
                    ui.set_width(150.0);
                    ui.label(theme::cell(keys).color(t.text));
                });
                ui.label(theme::cell(cx.say(what)).color(t.text2));
            });
        }
        ui.add_space(10.0);
        ui.label(theme::strong(cx.say(say("Bundled", "Embarqué"))).color(t.text));
        ui.label(theme::cell("Inter (SIL OFL 1.1), Lucide (ISC)").color(t.text2));
        if link(ui, cx.say(say("Where to get the UTKFace pictures", "Où trouver les images UTKFace"))).clicked() {
            cx.act(Action::OpenLink(super::welcome::UTKFACE));
        }
    });
    if close { Answer::Close } else { Answer::Stay }
}

fn discard(ui: &mut Ui, cx: &Cx<'_>) -> Answer {
    let mut answer = Answer::Stay;
    heading(ui, cx, say("Discard this training?", "Abandonner cet entraînement ?"));
    let text = say(
        "What it has learned goes to the trash of runs. “Finish now” would keep the best and judge it",
        "Ce qu’il a appris part à la corbeille des exécutions. « Finir maintenant » garderait le meilleur et l’évaluerait",
    );
    ui.add(egui::Label::new(cx.say(text)).wrap());
    ui.add_space(10.0);
    ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
        if ui.add(Button::primary(cx.say(say("Keep training", "Continuer l’entraînement")))).clicked() {
            answer = Answer::Close;
        }
        if ui.add(Button::danger(cx.say(say("Discard", "Abandonner"))).icon(icon::TRASH_2)).clicked() {
            answer = Answer::Discard;
        }
    });
    answer
}

fn quit(ui: &mut Ui, cx: &Cx<'_>) -> Answer {
    let mut answer = Answer::Stay;
    heading(ui, cx, say("A training is running", "Un entraînement est en cours"));
    let text = say(
        "Paused, it goes on from the same step at the next start; nothing is lost",
        "En pause, il reprend au même pas au prochain démarrage ; rien n’est perdu",
    );
    ui.add(egui::Label::new(cx.say(text)).wrap());
    ui.add_space(10.0);
    ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
        if ui.add(Button::primary(cx.say(say("Pause and quit", "Mettre en pause et quitter")))).clicked() {
            answer = Answer::PauseAndQuit;
        }
        if ui.add(Button::secondary(cx.say(say("Keep training", "Continuer")))).clicked() {
            answer = Answer::Close;
        }
        if ui.add(Button::danger(cx.say(say("Discard", "Abandonner")))).clicked() {
            answer = Answer::DiscardAndQuit;
        }
    });
    answer
}

fn palette(ui: &mut Ui, cx: &mut Cx<'_>) -> Answer {
    let id = egui::Id::unique("palette text");
    let mut text: String = ui.data_mut(|d| d.get_temp(id)).unwrap_or_default();
    let hint = cx.say(say("What would you like to do?", "Que voulez-vous faire ?"));
    let field =
        ui.add(egui::TextEdit::singleline(&mut text).hint_text(hint).desired_width(f32::INFINITY).margin(egui::vec2(8.0, 8.0)));
    field.request_focus();
    let enter = ui.input(|i| i.key_pressed(egui::Key::Enter));
    let mut answer = Answer::Stay;
    let wanted = text.to_lowercase();
    let found: Vec<_> = commands(cx).into_iter().filter(|(name, ..)| name.to_lowercase().contains(&wanted)).take(9).collect();
    for (index, (name, symbol, action)) in found.into_iter().enumerate() {
        if choice::menu_item(ui, Some(symbol), &name).clicked() || (enter && index == 0) {
            cx.act(action);
            answer = Answer::Close;
        }
    }
    if answer == Answer::Close {
        text.clear();
    }
    ui.data_mut(|d| d.insert_temp(id, text));
    answer
}

/// Everything that can be done now, by name.
fn commands(cx: &Cx<'_>) -> Vec<(String, icon::Icon, Action)> {
    let mut all: Vec<(String, icon::Icon, Action)> = Page::ALL
        .into_iter()
        .filter(|page| page.locked(cx.session).is_none())
        .map(|page| (cx.say(page.name()).to_owned(), page.icon(), Action::Go(page)))
        .collect();
    let mut add = |name: Say, symbol, action| all.push((name.get(cx.lang).to_owned(), symbol, action));
    add(say("Open a folder…", "Ouvrir un dossier…"), icon::FOLDER_OPEN, Action::ChooseFolder);
    add(say("Open the sample faces", "Ouvrir les visages d’exemple"), icon::SMILE, Action::UseSampleFaces);
    if cx.plan.is_ok() && !cx.session.phase.busy() {
        add(say("Train", "Entraîner"), icon::PLAY, Action::Train);
    }
    match cx.session.phase {
        crate::session::Phase::Training => {
            add(say("Pause", "Mettre en pause"), icon::PAUSE, Action::Pause(true));
            add(say("Finish now", "Finir maintenant"), icon::FLAG, Action::FinishNow);
        }
        crate::session::Phase::Paused => add(say("Go on", "Reprendre"), icon::PLAY, Action::Pause(false)),
        _ => {}
    }
    if cx.session.run.is_some() {
        add(say("Predict photos…", "Prédire des photos…"), icon::IMAGE, Action::ChoosePhotos);
    }
    add(say("Save settings…", "Enregistrer les réglages…"), icon::SAVE, Action::SaveSettings);
    add(say("Open settings…", "Ouvrir des réglages…"), icon::FOLDER_OPEN, Action::ChooseSettings);
    add(say("Undo", "Annuler"), icon::UNDO_2, Action::Undo);
    add(say("Redo", "Rétablir"), icon::REDO_2, Action::Redo);
    add(say("Light", "Clair"), icon::SUN, Action::Mode(Mode::Light));
    add(say("Dark", "Sombre"), icon::MOON, Action::Mode(Mode::Dark));
    add(say("English", "English"), icon::LANGUAGES, Action::Language(Lang::En));
    add(say("Français", "Français"), icon::LANGUAGES, Action::Language(Lang::Fr));
    add(say("Preferences", "Préférences"), icon::SETTINGS, Action::Show(Dialog::Preferences));
    add(say("Help", "Aide"), icon::CIRCLE_QUESTION_MARK, Action::Show(Dialog::Help));
    add(say("Quit", "Quitter"), icon::X, Action::Quit);
    all
}
