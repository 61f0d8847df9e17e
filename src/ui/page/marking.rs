//! What can be done with one picture or many at once: a bar for those that are marked, and the menu of the right button.

use egui::{Popup, Ui, vec2};

use super::data::decide;
use crate::{
    data::{edits::Change, task::Task},
    text::{Lang, plural, quoted, say},
    ui::{
        icon,
        theme::{self, Theme},
        widget::{
            button::{Button, icon_button},
            choice::menu_item,
            scroll,
            separator::separator,
        },
    },
};

/// Pictures that something is to be done with.
#[derive(Clone, Copy)]
pub struct Marking<'a> {
    pub lang: Lang,
    pub count: usize,
    pub task: &'a Task,
    /// Whether they are of the open data set, so that the user can decide about them.
    pub decidable: bool,
}

/// What the bar is asked for.
#[derive(Clone, Debug, PartialEq)]
pub enum BarAnswer {
    Change(Change),
    CopyPaths,
    Export,
    Clear,
}

/// What the menu is asked for.
#[derive(Clone, Debug, PartialEq)]
pub enum MenuAnswer {
    Open,
    ShowFolder,
    CopyPaths,
    CopyPicture,
    Similar,
    Change(Change),
}

/// Classes that the menu names, each in a line of its own.
const LINES: usize = 8;

impl Marking<'_> {
    /// Draws the bar.
    pub fn bar(self, ui: &mut Ui) -> Option<BarAnswer> {
        let Self { lang, count, .. } = self;
        let t = Theme::of(ui);
        let mut answer = None;
        separator(ui);
        ui.horizontal_wrapped(|ui| {
            ui.spacing_mut().item_spacing = vec2(8.0, 6.0);
            let text = match lang {
                Lang::En => format!("{} selected", plural(lang, count as u64, say("picture", ""), say("pictures", ""))),
                Lang::Fr => plural(lang, count as u64, say("", "image sélectionnée"), say("", "images sélectionnées")),
            };
            ui.label(theme::strong(text).color(t.text));
            if icon_button(ui, icon::X, say("Clear selection (Esc)", "Tout désélectionner (Échap)").get(lang)).clicked() {
                answer = Some(BarAnswer::Clear);
            }
            let button = |ui: &mut Ui, button: Button, does: BarAnswer, answer: &mut Option<BarAnswer>| {
                if ui.add(button.compact()).clicked() {
                    *answer = Some(does);
                }
            };
            if self.decidable {
                if let Some(class) = self.relabel(ui) {
                    answer = Some(BarAnswer::Change(Change::Relabel(self.task.classes[class].clone())));
                }
                let out = Button::secondary(say("Leave them out", "Les écarter").get(lang)).icon(icon::EYE_OFF);
                button(ui, out, BarAnswer::Change(Change::LeaveOut), &mut answer);
                let correct = say("Labels are correct", "Étiquettes correctes").get(lang);
                button(ui, Button::secondary(correct).icon(icon::CHECK), BarAnswer::Change(Change::Keep), &mut answer);
            }
            let copy = Button::quiet(say("Copy paths", "Copier les chemins").get(lang)).icon(icon::COPY);
            button(ui, copy, BarAnswer::CopyPaths, &mut answer);
            let export = Button::quiet(say("Export list…", "Exporter la liste…").get(lang)).icon(icon::DOWNLOAD);
            button(ui, export, BarAnswer::Export, &mut answer);
        });
        answer
    }

    /// A button whose menu names the classes; of years one that takes a year.
    fn relabel(self, ui: &mut Ui) -> Option<usize> {
        if self.task.is_regression() {
            return decide::another(ui, self.lang, self.task, None);
        }
        let button = ui.add(
            Button::secondary(say("Change labels to…", "Corriger les étiquettes…").get(self.lang)).icon(icon::TAG).compact(),
        );
        let mut chosen = None;
        Popup::menu(&button).show(|ui| {
            ui.set_min_width(150.0);
            scroll::menu(ui, |ui| {
                for class in 0..self.task.len() {
                    if menu_item(ui, None, &self.task.name(class, self.lang)).clicked() {
                        chosen = Some(class);
                    }
                }
            });
        });
        chosen
    }

    /// Draws the lines of the right button's menu; `has_file` is whether the picture has one, `similar` whether pictures that
    /// look the same can be sought.
    pub fn menu(self, ui: &mut Ui, has_file: bool, similar: bool) -> Option<MenuAnswer> {
        let Self { lang, count, task, decidable } = self;
        let mut answer = None;
        ui.set_min_width(210.0);
        ui.set_max_width(300.0);
        let mut line = |ui: &mut Ui, symbol, name: &str, does: MenuAnswer| {
            if menu_item(ui, Some(symbol), name).clicked() {
                answer = Some(does);
            }
        };
        let one = count == 1;
        if one {
            line(ui, icon::MAXIMIZE_2, say("Open the picture", "Ouvrir l’image").get(lang), MenuAnswer::Open);
            if has_file {
                let folder = say("Show it in its folder", "Afficher dans son dossier").get(lang);
                line(ui, icon::FOLDER_OPEN, folder, MenuAnswer::ShowFolder);
            }
        }
        let paths = if one { say("Copy the path", "Copier le chemin") } else { say("Copy the paths", "Copier les chemins") };
        line(ui, icon::COPY, paths.get(lang), MenuAnswer::CopyPaths);
        if one {
            line(ui, icon::IMAGE, say("Copy the picture", "Copier l’image").get(lang), MenuAnswer::CopyPicture);
        }
        if similar && one {
            let find = say("Find look-alikes", "Chercher les semblables").get(lang);
            line(ui, icon::SEARCH, find, MenuAnswer::Similar);
        }
        if decidable {
            separator(ui);
            let named = if task.is_regression() { 0 } else { task.len() };
            for class in (0..named).filter(|_| named <= LINES) {
                let name = quoted(lang, task.name(class, lang));
                let text = match (one, lang) {
                    (true, Lang::En) => format!("Change label to {name}"),
                    (false, Lang::En) => format!("Change labels to {name}"),
                    (_, Lang::Fr) => format!("Corriger en {name}"),
                };
                line(ui, icon::TAG, &text, MenuAnswer::Change(Change::Relabel(task.classes[class].clone())));
            }
            line(ui, icon::EYE_OFF, say("Leave out", "Écarter").get(lang), MenuAnswer::Change(Change::LeaveOut));
            let correct = match one {
                true => say("Label is correct", "L’étiquette est correcte"),
                false => say("Labels are correct", "Les étiquettes sont correctes"),
            };
            line(ui, icon::CHECK, correct.get(lang), MenuAnswer::Change(Change::Keep));
        }
        answer
    }
}
