//! What comes from outside the page: keys, pasted and dropped things, and the wish to close.

use std::path::PathBuf;

use egui::{Align2, Color32, Event, Key, LayerId, Order, Ui, ViewportCommand};

use super::{
    App, interrupted,
    path_kind::PathKind,
    pending::{Awaited, Pending},
    question::TaskResult,
    tab,
};
use crate::{
    settings::Settings,
    text::say,
    ui::{
        Action, Dialog,
        command::{self, CommandGroup, PaletteCommand},
        icon,
        page::Page,
        theme::{self, Theme},
        widget::{
            notice::{self, CardAnswer},
            scroll,
        },
    },
    worker::Worker,
};

/// Whether a file holds settings rather than a picture.
fn is_settings(path: &std::path::Path) -> bool {
    path.extension().is_some_and(|ending| ["json", "txt"].iter().any(|one| ending.eq_ignore_ascii_case(one)))
}

/// Frames within which a paste that a button asked for comes: eframe reads the clipboard at the end of the next one, and tells
/// of it in the one after that.
const PASTED_WITHIN: u64 = 3;

/// What is known of a paste on its way.
#[derive(Default)]
pub(super) struct Paste {
    /// The frame in which a button asked for it.
    pub(super) asked: Option<u64>,
    /// Whether something came since Ctrl V was last let go.
    came: bool,
}

impl App {
    /// The keys that work on every page.
    pub(super) fn keys(&mut self, ui: &Ui) {
        tab::go_on(ui);
        if ui.input(|i| i.events.iter().any(|event| matches!(event, Event::Key { pressed: true, .. }))) {
            self.shortcuts(ui);
        }
        if !ui.text_edit_focused() {
            let came = self.pasted(ui);
            self.tell_of_empty_clipboard(ui, came);
        }
        self.dropped(ui);
    }

    /// The keys of every command; one that cannot be done now says so when it is performed.
    fn shortcuts(&mut self, ui: &Ui) {
        let typing = ui.text_edit_focused();
        let commands = self.commands().into_iter().filter(|command| !(typing && command.group == CommandGroup::Edit));
        let mut bound: Vec<_> =
            commands.flat_map(|command| command.keys.into_iter().map(move |keys| (keys, command.action.clone()))).collect();
        // A shortcut without Shift would take the one with it, too.
        bound.sort_by_key(|(keys, _)| !keys.modifiers.shift);
        self.actions
            .extend(bound.into_iter().filter(|(keys, _)| ui.input_mut(|i| i.consume_shortcut(keys))).map(|(_, action)| action));
    }

    /// Everything that can be done from anywhere, as it is now.
    pub fn commands(&mut self) -> Vec<PaletteCommand> {
        self.lend(|cx, _| command::all(cx))
    }

    /// A pasted picture is predicted; pasted paths are opened; pasted settings become the draft; of anything else it is said
    /// that it is none of these. Gives whether anything was pasted.
    fn pasted(&mut self, ui: &Ui) -> bool {
        let events = ui.input(|i| i.events.clone());
        let came = events.iter().any(|event| matches!(event, Event::Paste(_) | Event::PasteImage(_)));
        for event in events {
            match event {
                Event::PasteImage(_) if self.session.answering().is_none() => self.no_model(),
                Event::PasteImage(image) => {
                    let pixels = image.pixels.iter().flat_map(|p| [p.r(), p.g(), p.b()]).collect();
                    let [width, height] = image.size.map(|side| side as u32);
                    self.show_pasted(width, height, pixels);
                }
                Event::Paste(text) => {
                    let paths: Vec<PathBuf> = text.lines().filter_map(pasted_path).collect();
                    if !paths.is_empty() {
                        self.tasks.look_at(paths, TaskResult::Arrived);
                    } else if Settings::is_text(&text) {
                        self.take_text(&text);
                    } else {
                        let said = say(
                            "The clipboard holds neither a whole path nor settings nor a picture: copy one of them first",
                            "Le presse-papiers ne contient ni chemin complet, ni réglages, ni image : copiez-en d’abord un",
                        );
                        self.session.toast(said, None);
                    }
                }
                _ => {}
            }
        }
        came
    }

    /// Says that the clipboard is empty where a paste was asked for: egui then tells of none. What a button asked for comes
    /// within [`PASTED_WITHIN`] frames; of Ctrl V, only that it is let go is told.
    fn tell_of_empty_clipboard(&mut self, ui: &Ui, came: bool) {
        let frame = ui.ctx().cumulative_frame_nr();
        let asked = self.paste.asked.take_if(|asked| came || *asked + PASTED_WITHIN < frame).is_some();
        if self.paste.asked.is_some() {
            ui.request_repaint();
        }
        self.paste.came |= came && !asked;
        let released = |event: &Event| match event {
            Event::Key { key: Key::V, pressed: false, modifiers, .. } => Some(modifiers.command_only()),
            _ => None,
        };
        let released = ui.input(|i| i.events.iter().find_map(released));
        let missed = released.is_some_and(|with_ctrl| !std::mem::take(&mut self.paste.came) && with_ctrl);
        if missed || asked && !came {
            let said = say(
                "The clipboard is empty: copy a photo, a path or settings first",
                "Le presse-papiers est vide : copiez d’abord une photo, un chemin ou des réglages",
            );
            self.session.toast(said, None);
        }
    }

    fn dropped(&mut self, ui: &Ui) {
        let paths: Vec<PathBuf> = ui.input(|i| i.raw.dropped_files.iter().map(|file| file.path().to_owned()).collect());
        if !paths.is_empty() {
            self.tasks.look_at(paths, TaskResult::Arrived);
        }
        self.hold(ui);
    }

    /// A folder is opened; pictures go to the page that can do something with them.
    pub(super) fn use_paths(&mut self, found: Vec<(PathBuf, PathKind)>) {
        let action = match (found.iter().find(|(_, kind)| kind.is_folder()), found.first()) {
            (Some((folder, PathKind::Run)), _) => Action::ImportRun(folder.clone()),
            // On Predict it is a folder of photos; anywhere else it is data.
            (Some(_), _) if self.evaluates_folders() => Action::Predict(found.into_iter().map(|(path, _)| path).collect()),
            (Some((folder, _)), _) => Action::UseFolder(folder.clone()),
            // A folder's path with a slip in it: opening it says that it cannot be found.
            (None, Some((first, PathKind::Nothing))) if first.extension().is_none() => Action::UseFolder(first.clone()),
            (None, Some((first, _))) if is_settings(first) => Action::UseSettings(first.clone()),
            (None, Some((first, _))) if self.page == Page::Augmentation => Action::UseOwnPicture(first.clone()),
            _ if self.session.answering().is_some() => Action::Predict(found.into_iter().map(|(path, _)| path).collect()),
            _ => return self.no_model(),
        };
        self.actions.push(action);
    }

    /// Whether a folder that is dropped or pasted now is one of photos to predict.
    fn evaluates_folders(&self) -> bool {
        self.page == Page::Predict && self.session.answering().is_some()
    }

    fn no_model(&mut self) {
        let text = say(
            "Train a model first, then it can predict photos; to open data, drop a folder",
            "Entraînez d’abord un modèle, il fera des prédictions sur des photos ; pour ouvrir des données, déposez un dossier",
        );
        self.session.toast(text, None);
    }

    /// Takes note of what is held over the window, and has it looked at where that is new.
    fn hold(&mut self, ui: &Ui) {
        let paths: Vec<PathBuf> = ui.input(|i| i.raw.hovered_files.iter().filter_map(|file| file.path.clone()).collect());
        if !self.held.iter().map(|(path, _)| path).eq(&paths) {
            self.held = paths.iter().map(|path| (path.clone(), PathKind::by_name(path))).collect();
            if !paths.is_empty() {
                self.tasks.look_at(paths, TaskResult::Held);
            }
        }
    }

    /// What is held was looked at, unless it is something else by now.
    pub(super) fn recognize_held(&mut self, found: Vec<(PathBuf, PathKind)>) {
        if found.iter().map(|(path, _)| path).eq(self.held.iter().map(|(path, _)| path)) {
            self.held = found;
        }
    }

    /// While something is held over the window, the whole window says what dropping it will do.
    pub(super) fn drop_overlay(&self, ui: &Ui) {
        if ui.input(|i| i.raw.hovered_files.is_empty()) {
            return;
        }
        let folder = self.held.iter().map(|(_, kind)| *kind).find(|kind| kind.is_folder());
        let (text, fits) = match (folder.is_some(), self.page, self.session.answering().is_some()) {
            (true, ..) if folder == Some(PathKind::Run) => {
                (say("Drop the run to add it to your runs", "Déposez l’essai pour l’ajouter à vos essais"), true)
            }
            (true, ..) if self.evaluates_folders() => {
                (say("Drop the folder to predict its photos", "Déposez le dossier pour obtenir une prédiction par photo"), true)
            }
            (true, ..) => (say("Drop the folder to open it", "Déposez le dossier pour l’ouvrir"), true),
            (false, Page::Augmentation, _) => {
                (say("Drop the picture to see it augmented", "Déposez l’image pour la voir augmentée"), true)
            }
            (false, _, true) => (say("Drop the photo to predict it", "Déposez la photo pour obtenir une prédiction"), true),
            (false, _, false) => (
                say(
                    "A photo needs a trained model first; a folder opens as data",
                    "Une photo demande d’abord un modèle ; un dossier s’ouvre comme données",
                ),
                false,
            ),
        };
        let t = Theme::of(ui);
        let painter = ui.ctx().layer_painter(LayerId::new(Order::Tooltip, egui::Id::unique("drop overlay")));
        let rect = ui.ctx().content_rect();
        let shade = if t.dark { Color32::from_black_alpha(170) } else { Color32::from_white_alpha(215) };
        painter.rect_filled(rect, 0.0, shade);
        let color = if fits { t.accent } else { t.bad };
        painter.rect_stroke(rect.shrink(16.0), theme::RADIUS_CARD, egui::Stroke::new(2.0, color), egui::StrokeKind::Inside);
        let symbol = if fits { icon::FOLDER_INPUT } else { icon::TRIANGLE_ALERT };
        let place = egui::Rect::from_center_size(rect.center() - egui::vec2(0.0, 34.0), egui::Vec2::splat(40.0));
        symbol.paint(&painter, place, 36.0, color);
        let mut job = egui::text::LayoutJob::simple(
            text.get(self.preferences.lang).to_owned(),
            theme::semibold(20.0),
            t.text,
            rect.width() - 64.0,
        );
        job.halign = egui::Align::Center;
        painter.galley(rect.center(), painter.layout_job(job), t.text);
    }

    /// Closing the window asks first while a training would be interrupted, and waits until what the user has decided last is
    /// written; who closes it once more does not wait for that.
    pub(super) fn guard_close(&mut self, ui: &Ui) {
        let asked = ui.input(|i| i.viewport().close_requested());
        let closing = self.pending.get(Awaited::Rest).is_some();
        let (training, keeping) = (self.session.phase.training(), self.is_keeping() && !closing);
        if !asked || !training && !keeping {
            return;
        }
        ui.send_viewport_cmd(ViewportCommand::CancelClose);
        match training {
            true if !closing => self.dialog = Some(Dialog::Quit),
            true => {}
            false => {
                let later = say(
                    "Closes once what you decided is written; close again not to wait",
                    "Se fermera une fois vos décisions écrites\u{a0}; refermez pour ne pas attendre",
                );
                self.session.toast(later, None);
                self.pending.set(Pending::Close);
            }
        }
    }

    /// Whether something that the user has decided is still to be written.
    pub(super) fn is_keeping(&self) -> bool {
        self.worker.as_ref().is_some_and(Worker::is_keeping)
    }

    /// The cards of failures, and of a training that was interrupted, above the page's lower right corner.
    pub(super) fn cards(&mut self, ui: &Ui) {
        let lang = self.preferences.lang;
        let interrupted = self.interrupted().cloned();
        if self.session.failures.is_empty() && interrupted.is_none() {
            return;
        }
        let mut actions = Vec::new();
        egui::Area::new(egui::Id::unique("failures")).order(Order::Foreground).anchor(Align2::RIGHT_BOTTOM, [-20.0, -56.0]).show(
            ui.ctx(),
            |ui| {
                ui.set_max_width((ui.content_rect().width() - 40.0).clamp(80.0, 440.0));
                scroll::within_window(ui, 96.0, |ui| {
                    for (card, problem) in self.session.failures.iter().enumerate().rev().take(3) {
                        let ways: Vec<String> = self.ways(problem).iter().map(|way| way.text(lang)).collect();
                        match notice::failure(ui, lang, problem, &ways) {
                            Some(CardAnswer::Close) => actions.push(Action::CloseFailure(card)),
                            Some(CardAnswer::WayOn(way)) => actions.push(Action::Recover { card, way }),
                            Some(CardAnswer::Copy) => {
                                let version = env!("CARGO_PKG_VERSION");
                                actions.push(Action::CopyText(format!("Trombine {version}\n{problem}")));
                            }
                            None => {}
                        }
                    }
                    if let Some(run) = &interrupted {
                        actions.extend(interrupted::card(ui, lang, run));
                    }
                });
            },
        );
        self.actions.extend(actions);
    }
}

/// The absolute path that a line of the clipboard holds, as file managers put it there: bare, quoted, or as a link.
fn pasted_path(line: &str) -> Option<PathBuf> {
    let line = line.trim().trim_matches('"');
    let path = match line.strip_prefix("file://") {
        // Windows writes `file:///C:/…`.
        Some(link) => PathBuf::from(unescaped(link.strip_prefix('/').filter(|_| cfg!(windows)).unwrap_or(link))?),
        None => PathBuf::from(line),
    };
    path.is_absolute().then_some(path)
}

/// A link's text with `%20` and the like decoded (RFC 3986).
fn unescaped(link: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(link.len());
    let mut rest = link.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'%' => {
                let digits = [rest.next()?, rest.next()?];
                u8::from_str_radix(std::str::from_utf8(&digits).ok()?, 16).ok()?
            }
            byte => byte,
        });
    }
    String::from_utf8(bytes).ok()
}
