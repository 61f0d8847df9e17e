//! What a search varies: options from a list that can be searched, each with its values.

use egui::{Popup, PopupCloseBehavior, TextEdit, Ui, vec2};

use crate::{
    experiment::{Design, Values, Vary},
    problem::{Kind, Problem},
    setting_def::{Scale, SettingDef, SettingDefs as _, Value},
    settings::Settings,
    text::{Lang, LocalizedText, Phrase, say, with_unit},
    ui::{
        glossary, icon,
        theme::{self, Theme},
        widget::{
            button::{Button, icon_button},
            choice::{chip, menu_line, segmented, switch},
            curves::rate,
            field,
        },
    },
};

/// What a search is asked for.
#[derive(Clone, Debug, PartialEq)]
pub struct SearchForm {
    options: Vec<Varied>,
    /// Whether combinations are drawn at random rather than all taken.
    random: bool,
    /// How many are drawn.
    runs: u32,
    pub seeds: u32,
    /// Whether the worse ones are stopped early, and of how many one goes on then.
    halves: bool,
    eta: u32,
}

/// A varied option.
#[derive(Clone, Debug, PartialEq)]
struct Varied {
    key: String,
    name: Phrase,
    range: Range,
}

/// What it may be.
#[derive(Clone, Debug, PartialEq)]
enum Range {
    Numbers {
        low: f64,
        high: f64,
        /// How many values are taken of them where all combinations are.
        count: u32,
        log: bool,
        whole: bool,
        scale: Scale,
        allowed: [f64; 2],
    },
    /// Alternatives as the command line writes them, what they are called, and whether they are taken.
    Words(Vec<(String, Phrase, bool)>),
}

/// Runs that the window asks for at most; more are asked for on the command line.
const MOST: usize = 500;
/// What is no part of a recipe: the pictures and the seed.
const APART: [&str; 2] = ["seed", "split."];

impl Default for SearchForm {
    fn default() -> Self {
        Self { options: Vec::new(), random: false, runs: 20, seeds: 1, halves: false, eta: 3 }
    }
}

impl SearchForm {
    /// Whether no option was chosen yet.
    pub fn is_empty(&self) -> bool {
        self.options.is_empty()
    }

    /// Of how many combinations one goes on, if the worse ones are stopped early.
    pub fn eta(&self) -> Option<u32> {
        self.halves.then_some(self.eta)
    }

    /// The search of the options that have an effect with the settings `base`.
    ///
    /// # Errors
    /// No option, or one without values to choose from; more runs than a window should ask for.
    pub fn design(&self, base: &Settings) -> Result<Design, Problem> {
        let active = active(base);
        let options = self.options.iter().filter(|option| active.contains(&option.key));
        let vary = options.map(|option| option.vary(self.random)).collect::<Result<Vec<Vary>, Problem>>()?;
        if vary.is_empty() {
            return Err(nothing_varied());
        }
        let count = |vary: &Vary| if let Values::Each(values) = &vary.values { values.len() } else { 1 };
        let combinations = vary.iter().map(count).fold(1usize, usize::saturating_mul);
        let runs = if self.random { self.runs as usize } else { combinations };
        let runs = runs.saturating_mul(self.seeds as usize);
        if runs > MOST {
            return Err(too_many(runs));
        }
        Ok(Design::Search { vary, runs: self.random.then_some(self.runs) })
    }
}

impl Varied {
    /// The option as it is offered: around its value of now.
    fn of(def: &SettingDef<'_>) -> Option<Self> {
        let numbers = |value: f64, low: f64, high: f64, scale: Scale, whole: bool| {
            let log = scale == Scale::Log;
            let [from, to] = match (log, value > 0.0) {
                (true, true) => [value / 10.0, value * 10.0],
                (false, true) => [value * 0.5, value * 1.5],
                (true, false) => [high * 1e-4, high * 1e-2],
                (false, false) => [0.0, high * 0.2],
            };
            let rounded = |value: f64| if whole { value.round() } else { format!("{value:.1e}").parse().unwrap_or(value) };
            let (from, to) = (rounded(from).clamp(low, high), rounded(to).clamp(low, high));
            let (from, to) = if from < to { (from, to) } else { (low, high) };
            Range::Numbers { low: from, high: to, count: 3, log: log && from > 0.0, whole, scale, allowed: [low, high] }
        };
        let range = match &def.value {
            Value::Whole { value, range, .. } => {
                numbers(f64::from(**value), f64::from(*range.start()), f64::from(*range.end()), Scale::Linear, true)
            }
            Value::Number { value, range, scale, .. } => numbers(**value, *range.start(), *range.end(), *scale, false),
            Value::Switch(_) => {
                Range::Words(vec![("false".to_owned(), say("off", "non"), true), ("true".to_owned(), say("on", "oui"), true)])
            }
            Value::Choice(choice) => {
                Range::Words(choice.options().into_iter().map(|(key, name, _)| (key.to_owned(), name, true)).collect())
            }
            // Of these the command line takes values.
            Value::List { .. } | Value::OfClasses { .. } | Value::Run(_) | Value::Table(_) => return None,
        };
        Some(Self { key: def.key.clone(), name: def.name, range })
    }

    fn vary(&self, random: bool) -> Result<Vary, Problem> {
        match &self.range {
            Range::Numbers { low, high, .. } if low >= high => Err(no_range(self.name)),
            Range::Numbers { low, high, log, whole, .. } if random => {
                let values = Values::Between { low: *low, high: *high, log: *log, whole: *whole };
                Ok(Vary { key: self.key.clone(), values })
            }
            Range::Numbers { low, high, count, log, whole, .. } => {
                Ok(Vary::spaced(&self.key, [*low, *high], *count, *log, *whole))
            }
            Range::Words(words) => {
                let taken: Vec<String> = words.iter().filter(|(.., on)| *on).map(|(key, ..)| key.clone()).collect();
                if taken.len() < 2 {
                    return Err(no_choice(self.name));
                }
                Ok(Vary { key: self.key.clone(), values: Values::Each(taken) })
            }
        }
    }
}

/// The options that can be varied, as they are with `base`: those with an effect.
fn offered(base: &Settings, each: impl FnMut(&SettingDef<'_>)) {
    let mut base = base.clone();
    let is_part = |def: &SettingDef<'_>| def.active && !APART.iter().any(|apart| def.key.starts_with(apart));
    base.setting_defs().iter().filter(|def| is_part(def)).for_each(each);
}

fn active(base: &Settings) -> Vec<String> {
    let mut keys = Vec::new();
    offered(base, |def| keys.push(def.key.clone()));
    keys
}

/// The options of a search; `typed` is what is being looked for.
pub fn show(ui: &mut Ui, lang: Lang, form: &mut SearchForm, base: &Settings, typed: &mut String) {
    let active = active(base);
    let random = form.random;
    let mut gone = None;
    for (index, option) in form.options.iter_mut().enumerate() {
        if one(ui, lang, option, random, active.contains(&option.key)) {
            gone = Some(index);
        }
    }
    if let Some(index) = gone {
        form.options.remove(index);
    }
    add(ui, lang, form, base, typed);
    if form.is_empty() {
        return;
    }
    ui.horizontal_wrapped(|ui| {
        let names = [
            (say("All combinations", "Toutes les combinaisons").get(lang), ""),
            (say("Drawn at random", "Tirées au hasard").get(lang), ""),
        ];
        let group = say("Which combinations", "Quelles combinaisons").get(lang);
        if let Some(chosen) = segmented(ui, group, Some(usize::from(form.random)), &names) {
            form.random = chosen == 1;
        }
    });
    let line = |ui: &mut Ui, name: Phrase, value: &mut u32, range: std::ops::RangeInclusive<u32>| {
        ui.horizontal(|ui| {
            let name = name.get(lang);
            ui.label(theme::cell(name).color(Theme::of(ui).text));
            field::whole(ui, lang, field::Look { name, unit: "", width: 72.0 }, value, range);
        });
    };
    if form.random {
        line(ui, say("Combinations", "Combinaisons"), &mut form.runs, 2..=MOST as u32);
    }
    line(ui, say("Seeds of each", "Graines de chacune"), &mut form.seeds, 1..=50);
    ui.horizontal(|ui| {
        let name = say("Stop the worse ones early", "Arrêter tôt les moins bonnes").get(lang);
        switch(ui, &mut form.halves, name);
        ui.label(theme::cell(name).color(Theme::of(ui).text));
    });
    let text = say(
        "Successive halving: all train for a few epochs, then only the best go on for more, up to the full number",
        "Élimination successive\u{a0}: toutes s’entraînent quelques époques, puis seules les meilleures continuent, jusqu’au nombre complet d’époques",
    );
    ui.add(egui::Label::new(theme::caption(text.get(lang)).color(Theme::of(ui).text2)).wrap());
    if form.halves {
        line(ui, say("Keep one in", "En garder une sur"), &mut form.eta, 2..=10);
    }
}

/// A varied option with its values; whether it is taken away.
fn one(ui: &mut Ui, lang: Lang, option: &mut Varied, random: bool, active: bool) -> bool {
    let t = Theme::of(ui);
    let name = option.name.get(lang);
    let mut gone = false;
    ui.horizontal(|ui| {
        ui.label(theme::strong(name).color(t.text));
        let remove = say("Stop varying:", "Ne plus faire varier\u{a0}:").get(lang);
        gone = icon_button(ui, icon::X, &format!("{remove} {name}")).clicked();
    });
    if !active {
        let text = say("Without effect with the current settings", "Sans effet avec les réglages actuels");
        ui.label(theme::caption(text.get(lang)).color(t.text2));
        return gone;
    }
    match &mut option.range {
        Range::Words(words) => {
            ui.horizontal_wrapped(|ui| {
                for (_, word, on) in words {
                    let check = on.then_some((icon::CHECK, t.accent));
                    if chip(ui, check, word.get(lang), *on, false).clicked() {
                        *on = !*on;
                    }
                }
            });
        }
        Range::Numbers { low, high, count, log, whole, scale, allowed } => {
            let [from, to] = [say("from", "de").get(lang), say("to", "à").get(lang)];
            ui.horizontal(|ui| {
                let number = |ui: &mut Ui, word: &str, value: &mut f64| {
                    ui.label(theme::cell(word).color(t.text2));
                    let name = format!("{name}, {word}");
                    let look = field::Look { name: &name, unit: "", width: 84.0 };
                    let step = if *log { Scale::Log } else { *scale };
                    let mut shown = *value;
                    field::number(ui, lang, look, &mut shown, allowed[0]..=allowed[1], step);
                    *value = if *whole { shown.round() } else { shown };
                };
                number(ui, from, low);
                number(ui, to, high);
            });
            ui.horizontal(|ui| {
                if !random {
                    let word = say("values", "valeurs").get(lang);
                    let look = field::Look { name: &format!("{name}, {word}"), unit: word, width: 92.0 };
                    field::whole(ui, lang, look, count, 2..=20);
                }
                if *low > 0.0 {
                    let names = [(say("Linear", "Linéaire").get(lang), ""), (say("Log", "Log").get(lang), "")];
                    let group = format!("{} {name}", say("Scale of", "Échelle\u{a0}:").get(lang));
                    if let Some(chosen) = segmented(ui, &group, Some(usize::from(*log)), &names) {
                        *log = chosen == 1;
                    }
                } else {
                    // Zero has no logarithm.
                    *log = false;
                }
            });
            if !random && *low < *high {
                let spaced = Vary::spaced("", [*low, *high], *count, *log, *whole);
                ui.label(theme::caption(listed(lang, &spaced, *scale)).color(t.text2));
            }
        }
    }
    gone
}

/// `0.0001 · 0.001 · 0.01`.
fn listed(lang: Lang, vary: &Vary, scale: Scale) -> String {
    let Values::Each(values) = &vary.values else { return String::new() };
    let text = |value: &String| match (value.parse::<f64>(), scale) {
        (Ok(value), Scale::Percent) => with_unit(lang, &field::plain(lang, value * 100.0), "%"),
        (Ok(value), Scale::Log) => rate(lang, value),
        (Ok(value), Scale::Linear) => field::plain(lang, value),
        (Err(_), _) => value.clone(),
    };
    values.iter().map(text).collect::<Vec<_>>().join(" · ")
}

/// The button to a list of all options, which is searched by typing.
fn add(ui: &mut Ui, lang: Lang, form: &mut SearchForm, base: &Settings, typed: &mut String) {
    let name = say("Add a setting…", "Ajouter un réglage…").get(lang);
    let button = ui.add(Button::secondary(name).icon(icon::PLUS));
    Popup::menu(&button).close_behavior(PopupCloseBehavior::CloseOnClickOutside).show(|ui| {
        ui.set_width(340.0);
        let hint = say("Search: dropout, learning rate…", "Chercher\u{a0}: dropout, taux…").get(lang);
        let search = TextEdit::singleline(typed).hint_text(hint).desired_width(f32::INFINITY).margin(vec2(10.0, 7.0));
        let search = ui.add(search);
        if button.clicked() {
            search.request_focus();
        }
        let wanted = glossary::folded(typed);
        let mut chosen = None;
        let height = (ui.ctx().content_rect().height() - 140.0).clamp(120.0, 300.0);
        egui::ScrollArea::vertical().max_height(height).min_scrolled_height(height).show(ui, |ui| {
            let mut found = 0;
            offered(base, |def| {
                let name = def.name.get(lang);
                let taken = form.options.iter().any(|option| option.key == def.key);
                let fits = wanted.is_empty() || glossary::folded(name).contains(&wanted) || def.key.contains(&wanted);
                if taken || !fits {
                    return;
                }
                let Some(option) = Varied::of(def) else { return };
                found += 1;
                if menu_line(ui, None, name, &def.display(lang), false).clicked() {
                    chosen = Some(option);
                }
            });
            if found == 0 {
                let none = say("No such setting", "Aucun réglage de ce nom").get(lang);
                ui.label(theme::cell(none).color(Theme::of(ui).text2));
            }
        });
        if let Some(option) = chosen {
            form.options.push(option);
            typed.clear();
            ui.close();
        }
    });
}

fn nothing_varied() -> Problem {
    Problem::new(
        Kind::Settings,
        say("No setting is varied yet", "Aucun réglage ne varie encore"),
        say(
            "Add one from the list; of lists such as the filters the command line takes values",
            "Ajoutez-en un de la liste ; pour les listes comme les filtres, la ligne de commande prend des valeurs",
        ),
    )
}

fn no_range(name: Phrase) -> Problem {
    Problem::new(
        Kind::Settings,
        LocalizedText {
            en: format!("{}: the first number is not below the second", name.en),
            fr: format!("{} : le premier nombre n’est pas inférieur au second", name.fr),
        },
        say("Change one of them", "Changez l’un des deux"),
    )
}

fn no_choice(name: Phrase) -> Problem {
    Problem::new(
        Kind::Settings,
        LocalizedText {
            en: format!("{}: there is nothing to choose between", name.en),
            fr: format!("{} : il n’y a pas de quoi choisir", name.fr),
        },
        say("Tick two values or more", "Cochez au moins deux valeurs"),
    )
}

fn too_many(runs: usize) -> Problem {
    Problem::new(
        Kind::Settings,
        LocalizedText {
            en: format!("This would be {runs} runs; a search in the window has {MOST} at most"),
            fr: format!("Cela ferait {runs} essais ; une recherche dans la fenêtre en a {MOST} au plus"),
        },
        say("Take fewer values, or draw some at random", "Prenez moins de valeurs, ou tirez-en au hasard"),
    )
}
