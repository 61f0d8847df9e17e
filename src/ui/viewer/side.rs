//! What is known of the picture and what can be decided about it.

use egui::{Align, Key, Layout, Modifiers, Ui, vec2};

use super::{
    map,
    subject::{Decidable, Fact, Said, Subject},
};
use crate::{
    data::{edits::Change, task::Task},
    predict::heatmap::Heat,
    text::{Lang, named, quoted, say},
    ui::{
        Cx, icon,
        page::data::decide,
        shortcut,
        theme::{self, Theme},
        widget::{button::link, choice, notice, originals::Large, separator::separator},
    },
};

/// What the user asked for here.
#[derive(Clone, Debug, PartialEq)]
pub enum SideAnswer {
    Decide(Change),
    /// Another map, or none.
    Heat(Option<Heat>),
    /// The map of another square, or by another run: which of [`Subject::maps`].
    Map(usize),
    /// What the run says of the picture.
    Ask,
}

/// Keys of the viewer itself, which are no class's initial.
pub const CORRECT: Key = Key::C;
pub const MISTAKE: Key = Key::E;
pub const HEAT: Key = Key::G;
/// Classes that are chosen by a digit.
const DIGITS: [Key; 9] = [Key::Num1, Key::Num2, Key::Num3, Key::Num4, Key::Num5, Key::Num6, Key::Num7, Key::Num8, Key::Num9];

/// What is drawn beside the picture.
pub struct Side<'a> {
    pub subject: &'a Subject<'a>,
    /// The title, which the facts do not say again.
    pub title: &'a str,
    /// The file, once it was read.
    pub large: Option<&'a Large>,
    pub heat: Option<Heat>,
    /// What was answered now, in words, where it was asked.
    pub answered: Option<String>,
    /// Whether there are mistakes to go to.
    pub mistakes: bool,
    /// Whether there is a run that can be asked what it says.
    pub asks: bool,
}

impl Side<'_> {
    /// Draws all of it.
    pub fn show(&self, ui: &mut Ui, cx: &Cx<'_>) -> Option<SideAnswer> {
        let (lang, t) = (cx.lang, Theme::of(ui));
        let Self { subject, .. } = self;
        let mut answer = None;
        ui.spacing_mut().item_spacing.y = 6.0;
        if let Some(heading) = subject.heading {
            ui.label(theme::caption(heading.get(lang)).color(t.text3));
            ui.add_space(-4.0);
        }
        let color = subject.class.map_or(t.text, |class| t.class(class));
        ui.add(egui::Label::new(theme::strong(&subject.label).size(20.0).color(color)).wrap());
        self.said(ui, lang, &mut answer);
        if let Some(note) = subject.note.as_ref().filter(|note| !note.is_empty()) {
            notice::note(ui, icon::WRENCH, t.validation, note);
        }
        if let Some(Decidable { task, class, edit }) = &subject.decidable {
            let decided = ui
                .horizontal_wrapped(|ui| {
                    ui.spacing_mut().item_spacing = vec2(8.0, 6.0);
                    decide::buttons(ui, lang, task, *class, *edit)
                })
                .inner;
            answer = decided.map(SideAnswer::Decide).or(answer);
        }
        if subject.map.is_there() {
            separator(ui);
            ui.horizontal(|ui| {
                ui.label(theme::cell(say("Heat map", "Carte de chaleur").get(lang)).color(t.text2));
                let now = self.heat.map_or(0, |heat| 1 + Heat::ALL.iter().position(|other| *other == heat).unwrap_or(0));
                if let Some(chosen) = choice::view_menu(ui, now, &map::names(lang)) {
                    answer = Some(SideAnswer::Heat(chosen.checked_sub(1).map(|index| Heat::ALL[index])));
                }
            });
            if self.heat.is_some() {
                answer = self.which_map(ui, lang).or(answer);
            }
        }
        separator(ui);
        self.facts(ui, lang);
        separator(ui);
        if let Some(caution) = &subject.caution {
            ui.add(egui::Label::new(theme::caption(caution).color(t.text2)).wrap());
            separator(ui);
        }
        ui.add(egui::Label::new(theme::caption(self.keys(lang)).color(t.text3)).wrap());
        answer
    }

    /// Of what the map is, where there is a choice, and by what it was made, where that goes without saying nowhere else.
    fn which_map(&self, ui: &mut Ui, lang: Lang) -> Option<SideAnswer> {
        let (t, subject) = (Theme::of(ui), self.subject);
        let mut answer = None;
        if subject.maps.len() > 1 {
            ui.horizontal_wrapped(|ui| {
                ui.label(theme::cell(say("Map of", "Carte de").get(lang)).color(t.text2));
                answer = choice::view_menu(ui, subject.shown_map, &subject.maps).map(SideAnswer::Map);
            });
        }
        if let Some(note) = &subject.map_note {
            let note = match &self.answered {
                Some(answered) => named(lang, note, answered),
                None => note.clone(),
            };
            ui.add(egui::Label::new(theme::caption(note).color(t.text2)).wrap());
        }
        answer
    }

    fn said(&self, ui: &mut Ui, lang: Lang, answer: &mut Option<SideAnswer>) {
        let t = Theme::of(ui);
        let says = |by: Option<&String>| match (by, lang) {
            (None, _) => say("the model says", "le modèle dit").get(lang).to_owned(),
            (Some(by), Lang::En) => format!("{} says", quoted(lang, by)),
            (Some(by), Lang::Fr) => format!("{} dit", quoted(lang, by)),
        };
        for Said { by, text, right } in &self.subject.said {
            let (symbol, color) = if *right { (icon::CHECK, t.good) } else { (icon::X, t.bad) };
            notice::note(ui, symbol, color, &format!("{} {text}", says(by.as_ref())));
        }
        if !self.subject.said.is_empty() {
            return;
        }
        if let Some(text) = &self.answered {
            notice::note(ui, icon::SCAN_FACE, t.text2, &format!("{} {text}", says(None)));
        } else if self.asks && link(ui, say("Ask the model", "Demander au modèle").get(lang)).clicked() {
            *answer = Some(SideAnswer::Ask);
        }
    }

    fn facts(&self, ui: &mut Ui, lang: Lang) {
        let t = Theme::of(ui);
        let of_file = self.large.map(|large| {
            let value = format!("{} × {} · {}", large.width, large.height, large.format);
            Fact { name: say("Picture", "Image").get(lang).into(), value }
        });
        for Fact { name, value } in self.subject.facts.iter().filter(|fact| fact.value != self.title).chain(&of_file) {
            ui.horizontal_top(|ui| {
                let width = (ui.available_width() * 0.34).min(110.0);
                ui.allocate_ui_with_layout(vec2(width, 18.0), Layout::top_down(Align::Min), |ui| {
                    ui.set_width(width);
                    ui.add(egui::Label::new(theme::cell(name.as_ref()).color(t.text2)).wrap());
                });
                ui.add(egui::Label::new(theme::cell(value).color(t.text)).wrap());
            });
        }
    }

    /// The viewer's keys in a line.
    fn keys(&self, lang: Lang) -> String {
        // A line does not end between a key and what it does.
        let pair = |key: &str, what: &str| format!("{key} {what}").replace(' ', "\u{a0}");
        let mut keys = vec![pair("← →", say("other pictures", "autres images").get(lang))];
        if let Some(Decidable { task, .. }) = &self.subject.decidable {
            let classes = class_keys(task, lang).into_iter().map(|(digit, initial, class)| {
                let key = initial.map_or_else(|| digit.name().to_owned(), |key| key.name().to_owned());
                pair(&key, &task.name(class, lang))
            });
            keys.extend(classes);
            let own = [
                (Key::Delete.name(), say("leave out", "écarter")),
                (CORRECT.name(), say("label is correct", "étiquette correcte")),
                ("Ctrl Z", say("undo", "annuler")),
            ];
            keys.extend(own.map(|(key, what)| pair(&shortcut::keys(key, lang), what.get(lang))));
        }
        if self.mistakes {
            keys.push(pair(MISTAKE.name(), say("next mistake", "erreur suivante").get(lang)));
        }
        if self.subject.map.is_there() {
            keys.push(pair(HEAT.name(), say("heat map", "carte de chaleur").get(lang)));
        }
        keys.push(pair("+ −", "zoom"));
        keys.push(pair(&shortcut::keys("Esc", lang), say("close", "fermer").get(lang)));
        keys.join(" · ")
    }
}

/// The first classes with the digit of each, and its initial where no other class and no other key has it.
pub fn class_keys(task: &Task, lang: Lang) -> Vec<(Key, Option<Key>, usize)> {
    if task.is_regression() {
        return Vec::new();
    }
    let initial = |class: usize| {
        let first = task.name(class, lang).chars().next()?.to_uppercase().to_string();
        Key::from_name(&first).filter(|key| ![CORRECT, MISTAKE, HEAT].contains(key))
    };
    let initials: Vec<Option<Key>> = (0..task.len()).map(initial).collect();
    let own = |class: usize| initials[class].filter(|key| initials.iter().flatten().filter(|other| *other == key).count() == 1);
    DIGITS.into_iter().zip(0..task.len()).map(|(digit, class)| (digit, own(class), class)).collect()
}

/// What was decided by a key.
pub fn decided(ui: &Ui, lang: Lang, decidable: &Decidable<'_>) -> Option<Change> {
    let mut pressed = |key: Key| ui.input_mut(|input| input.consume_key(Modifiers::NONE, key));
    let Decidable { task, class, .. } = decidable;
    for (digit, initial, other) in class_keys(task, lang) {
        if pressed(digit) | initial.is_some_and(&mut pressed) {
            return (Some(other) != class.map(usize::from)).then(|| Change::Relabel(task.classes[other].clone()));
        }
    }
    if pressed(Key::Delete) | pressed(Key::Backspace) {
        return Some(Change::LeaveOut);
    }
    (class.is_some() && pressed(CORRECT)).then_some(Change::Keep)
}
