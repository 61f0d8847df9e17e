//! What can be done with one picture or many at once: a bar for those that are marked, and the menu of the right button. The
//! same wherever pictures are listed.

use egui::{Label, Popup, Ui, vec2};

use super::data::decide;
use crate::{
    data::{edits::Change, task::Task},
    session::Session,
    text::{Lang, Phrase, capital, plural, quoted, say},
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
    /// Whether at least one of them is a picture that can be seen.
    pub seen: bool,
    /// Whether the one has a file of its own.
    pub has_file: bool,
    /// Whether what looks like the one can be sought.
    pub similar: bool,
    /// Why no run can be asked about them.
    pub unasked: Option<Phrase>,
}

/// What the bar or the menu is asked for.
#[derive(Clone, Debug, PartialEq)]
pub enum Answer {
    Open,
    ShowFolder,
    CopyPaths,
    CopyPicture,
    Similar,
    Change(Change),
    Predict,
    Export,
    Clear,
}

/// Classes that the menu names, each in a line of its own.
const LINES: usize = 8;

/// Why no run answers about pictures yet.
pub fn unasked(session: &Session) -> Option<Phrase> {
    let trained = session.runs.iter().any(|run| run.stored.weights);
    session.answering().is_none().then_some(match trained {
        true => say("open a run first", "ouvrez d’abord un essai"),
        false => say("train a model first", "entraînez d’abord un modèle"),
    })
}

impl Marking<'_> {
    /// Draws the bar.
    pub fn bar(self, ui: &mut Ui) -> Option<Answer> {
        let lang = self.lang;
        let mut answer = None;
        separator(ui);
        ui.horizontal_wrapped(|ui| {
            ui.spacing_mut().item_spacing = vec2(8.0, 6.0);
            ui.label(theme::strong(self.selected()).color(Theme::of(ui).text));
            answer = self.clear(ui);
            let button = |ui: &mut Ui, button: Button, does: Answer, answer: &mut Option<Answer>| {
                if ui.add(button.compact()).clicked() {
                    *answer = Some(does);
                }
            };
            if self.decidable {
                if let Some(class) = self.relabel(ui) {
                    answer = Some(Answer::Change(Change::Relabel(self.task.classes[class].clone())));
                }
                let out = Button::secondary(say("Leave them out", "Les écarter").get(lang)).icon(icon::EYE_OFF);
                button(ui, out, Answer::Change(Change::LeaveOut), &mut answer);
                let correct = say("Labels are correct", "Étiquettes correctes").get(lang);
                button(ui, Button::secondary(correct).icon(icon::CHECK), Answer::Change(Change::Keep), &mut answer);
            }
            if self.seen {
                // In a word, since the bar is long.
                let predict = Button::quiet(say("Predict", "Prédire").get(lang)).icon(icon::SCAN_FACE).compact();
                let why = self.unasked.map(|why| capital(why.get(lang)));
                let name = self.predict().get(lang);
                let predict = ui.add(predict.unless(why.clone())).accessible_name(name);
                if predict.clicked() {
                    answer = Some(Answer::Predict);
                }
                if why.is_none() {
                    predict.on_hover_text(name);
                }
            }
            let copy = Button::quiet(say("Copy paths", "Copier les chemins").get(lang)).icon(icon::COPY);
            button(ui, copy, Answer::CopyPaths, &mut answer);
            let export = Button::quiet(say("Export list…", "Exporter la liste…").get(lang)).icon(icon::DOWNLOAD);
            button(ui, export, Answer::Export, &mut answer);
        });
        answer
    }

    /// The bar where there is room for a few words alone, from right to left: what can be done is a menu.
    pub fn brief(self, ui: &mut Ui) -> Option<Answer> {
        let mut answer = self.clear(ui);
        let button = Button::secondary(say("Actions", "Actions").get(self.lang)).trailing(icon::CHEVRON_DOWN).compact();
        let button = ui.add(button);
        let chosen = Popup::menu(&button).show(|ui| scroll::menu(ui, |ui| self.menu(ui))).and_then(|shown| shown.inner);
        answer = chosen.or(answer);
        ui.add(Label::new(theme::strong(self.selected()).color(Theme::of(ui).text)).truncate());
        answer
    }

    /// How many they are.
    fn selected(self) -> String {
        let count = self.count as u64;
        match self.lang {
            Lang::En => format!("{} selected", plural(self.lang, count, say("picture", ""), say("pictures", ""))),
            Lang::Fr => plural(self.lang, count, say("", "image sélectionnée"), say("", "images sélectionnées")),
        }
    }

    fn clear(self, ui: &mut Ui) -> Option<Answer> {
        let name = say("Clear selection (Esc)", "Tout désélectionner (Échap)").get(self.lang);
        icon_button(ui, icon::X, name).clicked().then_some(Answer::Clear)
    }

    const fn predict(self) -> Phrase {
        match self.count {
            1 => say("Predict this picture", "Prédire cette image"),
            _ => say("Predict these pictures", "Prédire ces images"),
        }
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

    /// Draws the lines of the right button's menu.
    pub fn menu(self, ui: &mut Ui) -> Option<Answer> {
        let Self { lang, count, task, .. } = self;
        let mut answer = None;
        ui.set_min_width(210.0);
        // Why something cannot be done is not cut.
        ui.set_max_width(if self.unasked.is_some() { 400.0 } else { 300.0 });
        let mut line = |ui: &mut Ui, symbol, name: &str, does: Answer| {
            if menu_item(ui, Some(symbol), name).clicked() {
                answer = Some(does);
            }
        };
        let one = count == 1;
        if one && self.seen {
            line(ui, icon::MAXIMIZE_2, say("Open the picture", "Ouvrir l’image").get(lang), Answer::Open);
        }
        if one && self.has_file {
            let folder = say("Show it in its folder", "Afficher dans son dossier").get(lang);
            line(ui, icon::FOLDER_OPEN, folder, Answer::ShowFolder);
        }
        if self.seen {
            let (name, why) = (self.predict().get(lang), self.unasked.map(|why| why.get(lang)));
            let text = why.map_or_else(|| name.to_owned(), |why| format!("{name} ({why})"));
            ui.add_enabled_ui(why.is_none(), |ui| line(ui, icon::SCAN_FACE, &text, Answer::Predict));
        }
        let paths = if one { say("Copy the path", "Copier le chemin") } else { say("Copy the paths", "Copier les chemins") };
        line(ui, icon::COPY, paths.get(lang), Answer::CopyPaths);
        if one && self.seen {
            line(ui, icon::IMAGE, say("Copy the picture", "Copier l’image").get(lang), Answer::CopyPicture);
        }
        if !one {
            line(ui, icon::DOWNLOAD, say("Export list…", "Exporter la liste…").get(lang), Answer::Export);
        }
        if self.similar && one {
            let find = say("Find look-alikes", "Chercher les semblables").get(lang);
            line(ui, icon::SEARCH, find, Answer::Similar);
        }
        if self.decidable {
            separator(ui);
            let named = if task.is_regression() { 0 } else { task.len() };
            for class in (0..named).filter(|_| named <= LINES) {
                let name = quoted(lang, task.name(class, lang));
                let text = match (one, lang) {
                    (true, Lang::En) => format!("Change label to {name}"),
                    (false, Lang::En) => format!("Change labels to {name}"),
                    (_, Lang::Fr) => format!("Corriger en {name}"),
                };
                line(ui, icon::TAG, &text, Answer::Change(Change::Relabel(task.classes[class].clone())));
            }
            line(ui, icon::EYE_OFF, say("Leave out", "Écarter").get(lang), Answer::Change(Change::LeaveOut));
            let correct = match one {
                true => say("Label is correct", "L’étiquette est correcte"),
                false => say("Labels are correct", "Les étiquettes sont correctes"),
            };
            line(ui, icon::CHECK, correct.get(lang), Answer::Change(Change::Keep));
        }
        answer
    }
}
