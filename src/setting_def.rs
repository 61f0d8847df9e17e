//! A setting that describes itself: its name, help, range and default stand in the file that uses it.
//!
//! Screens, range checks, the command line, the README's option table and the tests only walk these descriptions.
//! A settings struct implements [`SettingDefs`] by destructuring itself exhaustively, so a new field does not compile
//! until it is described.

use std::ops::RangeInclusive;

use crate::text::{Lang, LocalizedText, PERCENT, Phrase, exact_percent, joined, numbers, repeated, say, shortest, with_unit};

/// A settings struct that lists its settings.
pub trait SettingDefs {
    /// The settings in the order of the screen. Keys are relative (`rate`); the caller adds its own prefix.
    fn setting_defs(&mut self) -> Vec<SettingDef<'_>>;
}

/// One setting: what it is called, what it does, and the place where its value lives.
pub struct SettingDef<'a> {
    /// Dotted path without spaces, as on the command line: `model.dropout`.
    pub key: String,
    pub name: Phrase,
    /// What it does, when to change it, and a safe range: the text behind the "?".
    pub help: Phrase,
    pub tier: Tier,
    /// Whether it has any effect with the other values as they are; an inactive setting is hidden, but can be set.
    pub active: bool,
    /// The key of the switch or choice that it is an amount of: a screen sets it below that one, indented.
    pub under: Option<String>,
    pub value: Value<'a>,
    /// The state that a switch is in, off and on, where its name is an order: `folders’ parts not kept`.
    pub states: Option<[Phrase; 2]>,
}

/// Where a screen shows a setting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tier {
    /// Among the few that matter.
    Main,
    /// Behind "More settings".
    More,
}

/// The place of a value, with what it may be.
pub enum Value<'a> {
    Switch(&'a mut bool),
    Whole {
        value: &'a mut u32,
        range: RangeInclusive<u32>,
        unit: Unit,
    },
    Number {
        value: &'a mut f64,
        range: RangeInclusive<f64>,
        scale: Scale,
        unit: Unit,
    },
    Choice(&'a mut dyn Select),
    /// A short list of whole numbers, such as the filters of each block.
    List {
        value: &'a mut Vec<u32>,
        length: RangeInclusive<usize>,
        range: RangeInclusive<u32>,
    },
    /// A number for each class, in their order; none is 1 for each.
    OfClasses {
        value: &'a mut Vec<f64>,
        range: RangeInclusive<f64>,
    },
    /// A finished run, by its id or its folder; none if it is empty.
    Run(&'a mut String),
    /// Pairs of (epoch, learning rate), within [`TABLE_EPOCHS`] and [`TABLE_RATES`].
    Table(&'a mut Vec<(u32, f64)>),
}

/// How a slider spreads its range.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scale {
    Linear,
    /// Logarithmic; zero, where the range includes it, is the leftmost position.
    Log,
    /// Shown and typed as per cent of one.
    Percent,
}

/// What a row of a [`Value::Table`] may hold.
pub const TABLE_EPOCHS: RangeInclusive<u32> = 1..=1000;
pub const TABLE_RATES: RangeInclusive<f64> = 0.0..=1.0;

/// The most characters of a [`Value::Run`].
const MOST_OF_A_NAME: usize = 1000;

/// The most numbers that a [`Value::OfClasses`] may hold.
pub const MOST_CLASSES: usize = 200;

/// What stands behind a number: one word for every count, or one for the singular, too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unit {
    one: Phrase,
    many: Phrase,
}

/// No unit.
pub const UNITLESS: Unit = Unit::same("");
/// Hundredths.
pub const IN_PERCENT: Unit = Unit::same(PERCENT);
/// Passes through the training pictures.
pub const EPOCHS: Unit = Unit { one: say("epoch", "époque"), many: say("epochs", "époques") };

impl Unit {
    /// The same in both languages, for every count.
    pub const fn same(word: &'static str) -> Self {
        Self { one: say(word, word), many: say(word, word) }
    }

    /// The word behind `value`.
    pub fn get(self, lang: Lang, value: f64) -> &'static str {
        let digits = value.to_string().split_once('.').map_or(0, |(_, digits)| digits.len());
        if lang.is_singular_decimal(value, digits) { self.one } else { self.many }.get(lang)
    }
}

/// An enum of alternatives, each with a key and a name.
pub trait Choice: Copy + PartialEq + 'static {
    const ALL: &'static [Self];
    /// The word on the command line and in files: `sgd`.
    fn key(self) -> &'static str;
    /// What it is called on the screen.
    fn name(self) -> Phrase;
    /// One line about this alternative.
    fn about(self) -> Phrase;

    /// Whether a screen that shows this alternative offers `other` beside it, or hides it because it belongs to another
    /// question. Files and the command line know all.
    fn offers(self, other: Self) -> bool {
        let _ = other;
        true
    }

    /// What it goes with, where not every alternative goes with everything.
    fn goes_with(self) -> Option<Phrase> {
        None
    }

    /// The alternative with this key.
    fn of_key(key: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|choice| choice.key() == key)
    }

    /// Every key, as a sentence lists them.
    fn keys() -> String {
        Self::ALL.iter().map(|choice| choice.key()).collect::<Vec<_>>().join(", ")
    }
}

/// Implements [`Choice`] for an enum, one line a variant: key, name, about; behind them perhaps [`Choice::offers`].
macro_rules! choice {
    ($type:ty { $($variant:ident = $key:literal, $name:expr, $about:expr;)+ } $($offers:tt)*) => {
        impl $crate::setting_def::Choice for $type {
            const ALL: &'static [Self] = &[$(Self::$variant),+];
            fn key(self) -> &'static str { match self { $(Self::$variant => $key),+ } }
            fn name(self) -> $crate::text::Phrase { match self { $(Self::$variant => $name),+ } }
            fn about(self) -> $crate::text::Phrase { match self { $(Self::$variant => $about),+ } }
            $($offers)*
        }
    };
}
pub(crate) use choice;

/// A [`Choice`] without its type, for screens.
pub trait Select {
    /// Key, name and line of each alternative that is offered beside the chosen one, that one among them.
    fn options(&self) -> Vec<(&'static str, Phrase, Phrase)>;
    /// The place of the chosen one among them.
    fn selected(&self) -> usize;
    /// Chooses the one at that place among them.
    fn select(&mut self, index: usize);
    /// The keys of all alternatives, offered or not, each with what it goes with.
    fn keys(&self) -> Vec<(&'static str, Option<Phrase>)>;
    /// Chooses by key among all; false if there is none.
    fn select_key(&mut self, key: &str) -> bool;
}

impl<C: Choice> Select for C {
    fn options(&self) -> Vec<(&'static str, Phrase, Phrase)> {
        offered(*self).map(|c| (c.key(), c.name(), c.about())).collect()
    }
    fn selected(&self) -> usize {
        offered(*self).position(|c| c == *self).unwrap_or(0)
    }
    fn select(&mut self, index: usize) {
        if let Some(choice) = offered(*self).nth(index) {
            *self = choice;
        }
    }
    fn keys(&self) -> Vec<(&'static str, Option<Phrase>)> {
        C::ALL.iter().map(|choice| (choice.key(), choice.goes_with())).collect()
    }
    fn select_key(&mut self, key: &str) -> bool {
        C::of_key(key).is_some_and(|choice| set(self, choice))
    }
}

/// The alternatives that a screen offers where `chosen` is.
fn offered<C: Choice>(chosen: C) -> impl Iterator<Item = C> {
    C::ALL.iter().copied().filter(move |other| chosen.offers(*other))
}

impl<'a> SettingDef<'a> {
    /// A setting among the few that matter, active.
    pub fn new(key: &str, name: Phrase, help: Phrase, value: Value<'a>) -> Self {
        Self { key: key.to_owned(), name, help, tier: Tier::Main, active: true, under: None, value, states: None }
    }

    /// The same setting behind "More settings".
    #[must_use]
    pub fn more(mut self) -> Self {
        self.tier = Tier::More;
        self
    }

    /// The same switch, whose name is an order, with the words for what is so when it is off and on.
    #[must_use]
    pub fn states(mut self, off: Phrase, on: Phrase) -> Self {
        self.states = Some([off, on]);
        self
    }

    /// The same setting, active only if `condition` holds too.
    #[must_use]
    pub fn when(mut self, condition: bool) -> Self {
        self.active &= condition;
        self
    }

    /// The same setting as an amount of the one with the key `parent`, active only if that one makes use of it: `used`.
    #[must_use]
    pub fn under(mut self, parent: &str, used: bool) -> Self {
        self.under = Some(parent.to_owned());
        self.when(used)
    }

    /// The value as the command line and settings files write it; equal texts mean equal values.
    pub fn text(&self) -> String {
        match &self.value {
            Value::Switch(on) => on.to_string(),
            Value::Whole { value, .. } => value.to_string(),
            Value::Number { value, .. } => value.to_string(),
            Value::Choice(choice) => choice.options()[choice.selected()].0.to_owned(),
            Value::List { value, .. } => value.iter().map(u32::to_string).collect::<Vec<_>>().join(","),
            Value::OfClasses { value, .. } => value.iter().map(f64::to_string).collect::<Vec<_>>().join(","),
            Value::Run(name) => (**name).clone(),
            Value::Table(rows) => rows.iter().map(|(e, r)| format!("{e}:{r}")).collect::<Vec<_>>().join(","),
        }
    }

    /// What the value may be, for help texts and messages.
    pub fn allowed(&self, lang: Lang) -> String {
        let to = say("to", "à").get(lang);
        match &self.value {
            Value::Switch(_) => "true, false".to_owned(),
            Value::Whole { range, .. } => format!("{} {to} {}", range.start(), range.end()),
            Value::Number { range, .. } => format!("{} {to} {}", range.start(), range.end()),
            Value::Choice(choice) => listed(&choice.keys(), lang),
            Value::OfClasses { range, .. } => format!(
                "{} {} {to} {}{}",
                say("a number for each class, each", "un nombre par classe, chacun de").get(lang),
                range.start(),
                range.end(),
                say("; nothing: 1 for each", "\u{a0}; rien\u{a0}: 1 pour chacune").get(lang)
            ),
            Value::List { length, range, .. } => format!(
                "{} {to} {} {} {} {to} {}",
                length.start(),
                length.end(),
                say("numbers, each", "nombres, chacun de").get(lang),
                range.start(),
                range.end()
            ),
            Value::Run(_) => say(
                "the id or the folder of a finished run; nothing: none",
                "l’identifiant ou le dossier d’un essai terminé\u{a0}; rien\u{a0}: aucun",
            )
            .get(lang)
            .to_owned(),
            Value::Table(_) => format!(
                "{} {} {to} {}, {} {} {to} {}",
                say("epoch:rate,epoch:rate,…; each epoch once, from", "époque:taux,époque:taux,… ; chaque époque une fois, de")
                    .get(lang),
                TABLE_EPOCHS.start(),
                TABLE_EPOCHS.end(),
                say("rates from", "taux de").get(lang),
                TABLE_RATES.start(),
                TABLE_RATES.end()
            ),
        }
    }

    /// Sets the value from text.
    ///
    /// # Errors
    /// A sentence that says what is allowed; the value then stays as it was.
    pub fn parse(&mut self, text: &str) -> Result<(), LocalizedText> {
        let text = text.trim();
        let ok = match &mut self.value {
            Value::Switch(on) => switched(text).is_some_and(|to| set(*on, to)),
            Value::Whole { value, range, .. } => text.parse().is_ok_and(|v| range.contains(&v) && set(*value, v)),
            // A zero has no sign.
            Value::Number { value, range, .. } => text.parse().is_ok_and(|v: f64| range.contains(&v) && set(*value, v + 0.0)),
            Value::Choice(choice) => choice.select_key(text),
            Value::List { value, length, range } => {
                let items: Option<Vec<u32>> = items(text).map(|item| item.parse().ok().filter(|v| range.contains(v))).collect();
                items.is_some_and(|items| length.contains(&items.len()) && set(*value, items))
            }
            Value::OfClasses { value, range } => {
                let number = |item: &str| item.parse().ok().filter(|v| range.contains(v)).map(|v: f64| v + 0.0);
                let items: Option<Vec<f64>> = items(text).map(number).collect();
                items.is_some_and(|items| items.len() <= MOST_CLASSES && set(*value, items))
            }
            Value::Run(name) => {
                let is_name = text.chars().count() <= MOST_OF_A_NAME && !text.contains(char::is_control);
                is_name && set(*name, text.to_owned())
            }
            Value::Table(rows) => {
                let items: Option<Vec<(u32, f64)>> = items(text)
                    .map(|item| {
                        let (epoch, rate) = item.split_once(':')?;
                        Some((epoch.trim().parse().ok()?, rate.trim().parse::<f64>().ok()? + 0.0))
                    })
                    .collect();
                items.is_some_and(|items| is_table(&items) && set(*rows, items))
            }
        };
        if ok {
            return Ok(());
        }
        Err(self.refusal(text))
    }

    /// Sets the value from JSON, as a settings file writes it.
    ///
    /// # Errors
    /// As [`SettingDef::parse`]; a value of another kind is none, whatever it could be read as.
    pub fn take(&mut self, json: &serde_json::Value) -> Result<(), LocalizedText> {
        use serde_json::Value as Json;
        let number = |item: &Json| item.is_number().then(|| item.to_string());
        let row = |item: &Json| match item.as_array().map(Vec::as_slice) {
            Some([epoch, rate]) => Some(format!("{}:{}", number(epoch)?, number(rate)?)),
            _ => None,
        };
        let list = |items: &[Json], one: &dyn Fn(&Json) -> Option<String>| {
            items.iter().map(one).collect::<Option<Vec<_>>>().map(|items| items.join(","))
        };
        let text = match (&self.value, json) {
            (Value::Switch(_), Json::Bool(on)) => Some(on.to_string()),
            (Value::Whole { .. } | Value::Number { .. }, Json::Number(_)) => number(json),
            (Value::Choice(_) | Value::Run(_), Json::String(text)) => Some(text.clone()),
            (Value::Choice(_), Json::Number(_)) => number(json),
            (Value::List { .. } | Value::OfClasses { .. }, Json::Array(items)) => list(items, &number),
            (Value::Table(_), Json::Array(items)) => list(items, &row),
            _ => None,
        };
        match text {
            Some(text) => self.parse(&text),
            None => Err(self.refusal(&json.to_string())),
        }
    }

    /// That the value cannot be `text`, and what is allowed.
    pub fn refusal(&self, text: &str) -> LocalizedText {
        let text = repeated(text);
        LocalizedText {
            en: format!("{} cannot be “{text}”; allowed: {}", self.name.en, self.allowed(Lang::En)),
            fr: format!("{} ne peut pas être « {text} » ; permis : {}", self.name.fr, self.allowed(Lang::Fr)),
        }
    }

    /// The value as a person reads it, with its unit.
    pub fn display(&self, lang: Lang) -> String {
        match &self.value {
            Value::Switch(on) => if **on { say("on", "oui") } else { say("off", "non") }.get(lang).to_owned(),
            Value::Whole { value, unit, .. } => with_unit(lang, &value.to_string(), unit.get(lang, f64::from(**value))),
            Value::Number { value, scale: Scale::Percent, .. } => exact_percent(lang, **value),
            Value::Number { value, unit, .. } => with_unit(lang, &shortest(lang, **value), unit.get(lang, **value)),
            Value::Choice(choice) => choice.options()[choice.selected()].1.get(lang).to_owned(),
            Value::OfClasses { value, .. } => few(value, lang),
            Value::Run(name) if name.is_empty() => say("nothing", "rien").get(lang).to_owned(),
            Value::List { .. } | Value::Run(_) | Value::Table(_) => self.text(),
        }
    }
}

/// A switch from text; `None` if it is none.
pub fn switched(text: &str) -> Option<bool> {
    match text {
        "true" | "on" | "yes" | "1" => Some(true),
        "false" | "off" | "no" | "0" => Some(false),
        _ => None,
    }
}

/// Keys with what they go with: `a, b (two classes); c (several classes)`.
fn listed(keys: &[(&str, Option<Phrase>)], lang: Lang) -> String {
    let groups = keys.chunk_by(|(_, one), (_, next)| one == next).map(|group| {
        let keys = group.iter().map(|(key, _)| *key).collect::<Vec<_>>().join(", ");
        match group {
            [(_, Some(with)), ..] => format!("{keys} ({})", with.get(lang)),
            _ => keys,
        }
    });
    joined(lang, &groups.collect::<Vec<_>>())
}

/// The first of some numbers, and of how many.
fn few(values: &[f64], lang: Lang) -> String {
    const SHOWN: usize = 6;
    let shown = numbers(lang, &values[..values.len().min(SHOWN)]);
    match values.len() {
        0 => say("1 each", "1 chacune").get(lang).to_owned(),
        n if n > SHOWN => format!("{shown}… ({n})"),
        _ => shown,
    }
}

/// Whether a [`Value::Table`] may have these rows. Of two rates for one epoch, neither is the one that was meant.
pub fn is_table(rows: &[(u32, f64)]) -> bool {
    let allowed = |(epoch, rate): &(u32, f64)| TABLE_EPOCHS.contains(epoch) && TABLE_RATES.contains(rate);
    let once = |(at, (epoch, _)): (usize, &(u32, f64))| rows[..at].iter().all(|(other, _)| other != epoch);
    rows.iter().all(allowed) && rows.iter().enumerate().all(once)
}

/// The items of a list; nothing at all is none, and nothing between two commas is an item that is none.
fn items(text: &str) -> impl Iterator<Item = &str> {
    text.split(',').map(str::trim).filter(move |_| !text.is_empty())
}

/// Stores `value` and says that it was stored, so that a chain of conditions can end with it.
fn set<T>(place: &mut T, value: T) -> bool {
    *place = value;
    true
}

/// The settings of a part of the settings, with `prefix` before each key.
pub fn within<'a>(prefix: &str, part: &'a mut impl SettingDefs) -> Vec<SettingDef<'a>> {
    let mut defs = part.setting_defs();
    for def in &mut defs {
        def.key = format!("{prefix}.{}", def.key);
        def.under = def.under.take().map(|parent| format!("{prefix}.{parent}"));
    }
    defs
}
