//! Every phrase in both languages, and numbers and dates as each language writes them.
//!
//! A phrase stands where the thing it names stands, as a [`Phrase`] with both languages side by side, so a missing
//! translation does not compile. A sentence with values in it is a [`LocalizedText`].

mod conventions;
mod english;
pub mod escape;
mod french;

use std::fmt::Display;

use serde::{Deserialize, Serialize};

use self::{conventions::Conventions, english::ENGLISH, french::FRENCH};

/// The languages, each with its conventions, from one list: a variant of [`Lang`] cannot be missing from [`Lang::ALL`].
macro_rules! languages {
    ($($(#[$attribute:meta])* $lang:ident = $conventions:ident),+ $(,)?) => {
        /// A language the program speaks.
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "lowercase")]
        pub enum Lang {
            $($(#[$attribute])* $lang),+
        }

        impl Lang {
            /// Every language, in the order in which the window offers them.
            pub const ALL: [Self; [$($conventions.code),+].len()] = [$(Self::$lang),+];

            const fn conventions(self) -> &'static Conventions {
                match self {
                    $(Self::$lang => &$conventions),+
                }
            }
        }
    };
}

languages! {
    #[default]
    En = ENGLISH,
    Fr = FRENCH,
}

impl Lang {
    /// Its code of ISO 639-1: `en`, `fr`.
    pub const fn code(self) -> &'static str {
        self.conventions().code
    }

    /// The language with this code.
    pub fn of_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|lang| lang.code().eq_ignore_ascii_case(code))
    }

    /// The language that the system is set to: what the environment says, as terminals and Linux do, or else what
    /// Windows and macOS say.
    pub fn of_system() -> Self {
        let said = ["LC_ALL", "LC_MESSAGES", "LANG"].iter().find_map(|name| std::env::var(name).ok().filter(|v| !v.is_empty()));
        let Some(locale) = said.or_else(sys_locale::get_locale) else { return Self::En };
        Self::of_environment(&std::env::var("LANGUAGE").unwrap_or_default(), &locale)
    }

    /// As GNU programs choose it: the first of `languages` (`de:fr`) that is spoken here, unless the locale is that of no
    /// language; then the locale's.
    pub fn of_environment(languages: &str, locale: &str) -> Self {
        let plain = matches!(locale.split('.').next(), Some("C" | "POSIX"));
        let spoken = |name: &&str| Self::of_code(language_of(name)).is_some();
        let wished = languages.split(':').find(spoken).filter(|_| !plain);
        Self::of_locale(wished.unwrap_or(locale))
    }

    /// The language of `fr_FR.UTF-8` or `fr-CA`; English for every other that the program does not speak.
    pub fn of_locale(locale: &str) -> Self {
        Self::of_code(language_of(locale)).unwrap_or(Self::En)
    }

    /// The language's own name for itself.
    pub const fn name(self) -> &'static str {
        self.conventions().name
    }

    /// The offer to speak it, in itself, whatever language is spoken now.
    pub const fn offer(self) -> Phrase {
        let offer = self.conventions().offer;
        say(offer, offer)
    }

    /// Whether a count goes with the singular.
    pub fn is_singular(self, count: u64) -> bool {
        (self.conventions().singular)(count, 0)
    }

    /// Whether `value`, written with `digits` places, goes with the singular. What is printed decides: 1.96 with one place
    /// is 2.0.
    pub fn is_singular_decimal(self, value: f64, digits: usize) -> bool {
        let written = format!("{:.digits$}", value.abs());
        // What is no number goes with the plural.
        let whole = written.split('.').next().and_then(|whole| whole.parse().ok()).unwrap_or(u64::MAX);
        (self.conventions().singular)(whole, digits)
    }

    /// What parts the columns of a table that a spreadsheet in this language opens.
    pub const fn delimiter(self) -> u8 {
        self.conventions().delimiter
    }
}

/// One fixed phrase in both languages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Phrase {
    pub en: &'static str,
    pub fr: &'static str,
}

/// `fr` of `fr_FR.UTF-8`.
fn language_of(locale: &str) -> &str {
    locale.split(['_', '-', '.', '@']).next().unwrap_or_default()
}

/// Shorthand for a [`Phrase`].
pub const fn say(en: &'static str, fr: &'static str) -> Phrase {
    Phrase { en, fr }
}

impl Phrase {
    /// The phrase in `lang`.
    pub const fn get(self, lang: Lang) -> &'static str {
        match lang {
            Lang::En => self.en,
            Lang::Fr => self.fr,
        }
    }
}

/// A sentence with values filled in, in both languages.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LocalizedText {
    pub en: String,
    pub fr: String,
}

impl LocalizedText {
    /// The sentence in `lang`.
    pub fn get(&self, lang: Lang) -> &str {
        match lang {
            Lang::En => &self.en,
            Lang::Fr => &self.fr,
        }
    }

    /// A sentence made by the same function for each language.
    pub fn by(make: impl Fn(Lang) -> String) -> Self {
        Self { en: make(Lang::En), fr: make(Lang::Fr) }
    }
}

impl From<Phrase> for LocalizedText {
    fn from(say: Phrase) -> Self {
        Self { en: say.en.to_owned(), fr: say.fr.to_owned() }
    }
}

/// A whole number with its thousands grouped: `20,707`, in French `20 707`.
pub fn number(lang: Lang, value: u64) -> String {
    let digits = value.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(lang.conventions().thousands);
        }
        out.push(digit);
    }
    out
}

/// A decimal number with `digits` places: `0.302`, in French `0,302`.
pub fn decimal(lang: Lang, value: f64, digits: usize) -> String {
    with_decimal_mark(lang, &format!("{value:.digits$}"))
}

/// A decimal number with as many places as it has: `0.05`, in French `0,05`.
pub fn shortest(lang: Lang, value: f64) -> String {
    with_decimal_mark(lang, &value.to_string())
}

/// A number that Rust wrote, with the language's own mark before the fraction.
pub fn with_decimal_mark(lang: Lang, number: &str) -> String {
    number.replace('.', lang.conventions().decimal.encode_utf8(&mut [0; 4]))
}

/// A share of one as per cent with `digits` places: `93%`, in French `93 %`. What is not all is never written as all, and what
/// is not none never as none: `99%`, `<1%`.
pub fn percent(lang: Lang, share: f64, digits: usize) -> String {
    /// What sums of shares are off by; one of four billion pictures is more.
    const ROUNDING: f64 = 1e-12;
    let (value, least) = (share * 100.0, 10f64.powi(-(digits as i32)));
    let write = |value: f64| with_unit(lang, &decimal(lang, value, digits), PERCENT);
    let is_part = share > ROUNDING && share < 1.0 - ROUNDING;
    // What is printed decides: 0.5 is written as 0.
    match format!("{value:.digits$}").parse::<f64>() {
        Ok(written) if is_part && written <= 0.0 => format!("{}{}", lang.conventions().below, write(least)),
        Ok(written) if is_part && written >= 100.0 => write(100.0 - least),
        _ => write(value),
    }
}

/// As [`percent`], of a probability that a model gives, which is never certain however it is rounded.
pub fn chance(lang: Lang, probability: f64, digits: usize) -> String {
    percent(lang, probability.clamp(1e-9, 1.0 - 1e-9), digits)
}

/// A share of one as per cent with as many places as it has: `0.15%`, in French `0,15 %`.
pub fn exact_percent(lang: Lang, share: f64) -> String {
    // Without what the multiplication is off by.
    with_unit(lang, &shortest(lang, (share * 1e12).round() / 1e10), PERCENT)
}

/// A threshold of a probability: `0.50`, with as many places as it takes not to be 0 or 1, up to six.
pub fn threshold(lang: Lang, value: f64) -> String {
    const MOST: usize = 6;
    if value <= 0.0 || value >= 1.0 {
        return decimal(lang, value, 2);
    }
    let least = |digits: usize| 10f64.powi(-(digits as i32));
    let told = |digits: &usize| (0.5 * least(*digits)..1.0 - 0.5 * least(*digits)).contains(&value);
    let digits = (2..MOST).find(told).unwrap_or(MOST);
    decimal(lang, value.clamp(least(digits), 1.0 - least(digits)), digits)
}

/// The sign of per cent as a unit; [`with_unit`] sets it as the language does.
pub const PERCENT: &str = "%";

/// What stands behind a number with this unit, with the space before it: `%` in English, ` %` in French, ` px`, `°`.
pub fn suffix(lang: Lang, unit: &str) -> String {
    match unit {
        "" | "°" => unit.to_owned(),
        PERCENT => lang.conventions().percent.to_owned(),
        unit => format!("\u{a0}{unit}"),
    }
}

/// A number, as the language writes it, with its unit.
pub fn with_unit(lang: Lang, number: &str, unit: &str) -> String {
    format!("{number}{}", suffix(lang, unit))
}

/// So many epochs: `1 epoch`, `12 epochs`.
pub fn epochs(lang: Lang, count: u64) -> String {
    plural(lang, count, say("epoch", "époque"), say("epochs", "époques"))
}

/// A number of years with `digits` places: `5.2 years`, in French `5,2 ans`.
pub fn years(lang: Lang, value: f64, digits: usize) -> String {
    measured(lang, value, digits, [say("year", "an"), say("years", "ans")])
}

/// So many seconds in their two largest units: `48 s`, `9 min`, `1 h 20 min`; no seconds once there are ten minutes.
pub fn duration(_lang: Lang, seconds: f64) -> String {
    // What is no number, or below nothing, is none; nobody reads more than thirty years.
    let seconds = (seconds.round() as u64).min(1_000_000_000);
    let (hours, minutes, rest) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    match (hours, minutes, rest) {
        (0, 0, s) => format!("{s}\u{a0}s"),
        (0, m, s) if m < 10 && s > 0 => format!("{m}\u{a0}min {s}\u{a0}s"),
        (0, m, _) => format!("{m}\u{a0}min"),
        (h, 0, _) => format!("{h}\u{a0}h"),
        (h, m, _) => format!("{h}\u{a0}h {m}\u{a0}min"),
    }
}

/// A size in bytes in the largest unit that gives at least one: `14.6 MB`, in French `14,6 Mo`.
pub fn bytes(lang: Lang, size: u64) -> String {
    let letter = lang.conventions().byte;
    let mut value = size as f64;
    for prefix in ["", "k", "M", "G"] {
        if value < 1000.0 || prefix == "G" {
            let digits = usize::from(!prefix.is_empty() && value < 100.0);
            return format!("{}\u{a0}{prefix}{letter}", decimal(lang, value, digits));
        }
        value /= 1000.0;
    }
    unreachable!("the last prefix always returns")
}

/// `one` or `many`, whichever goes with the count (in French, zero is singular).
pub fn form(lang: Lang, count: u64, one: Phrase, many: Phrase) -> &'static str {
    if lang.is_singular(count) { one } else { many }.get(lang)
}

/// `one` or `many` with the count before it, as each language counts.
pub fn plural(lang: Lang, count: u64, one: Phrase, many: Phrase) -> String {
    format!("{}\u{a0}{}", number(lang, count), form(lang, count, one, many))
}

/// A difference of two shares in points of per cent: `0.6 points`, in French `0,6 point`.
pub fn points(lang: Lang, share: f64, digits: usize) -> String {
    measured(lang, 100.0 * share, digits, [say("point", "point"), say("points", "points")])
}

/// A decimal number before the form of its unit that goes with it as it is written.
fn measured(lang: Lang, value: f64, digits: usize, [one, many]: [Phrase; 2]) -> String {
    let unit = if lang.is_singular_decimal(value, digits) { one } else { many };
    format!("{}\u{a0}{}", decimal(lang, value, digits), unit.get(lang))
}

/// A day of the calendar: `Nov 22, 2026`, in French `22 nov. 2026`. Months and days count from one.
pub fn day(lang: Lang, year: i16, month: i8, day: i8) -> String {
    let conventions = lang.conventions();
    let month = conventions.months[month.clamp(1, 12) as usize - 1];
    (conventions.day)(year, month, day)
}

/// What stands between the parts of a sentence that have commas of their own.
pub fn semicolon(lang: Lang) -> &'static str {
    lang.conventions().semicolon
}

/// The parts of a sentence that have commas of their own: `a, b; c`.
pub fn joined(lang: Lang, parts: &[impl AsRef<str>]) -> String {
    listed(parts, semicolon(lang))
}

/// Numbers one after the other, which no decimal mark runs into: `0.5, 1`, in French `0,5 ; 1`.
pub fn numbers(lang: Lang, values: &[f64]) -> String {
    let written: Vec<String> = values.iter().map(|value| shortest(lang, *value)).collect();
    listed(&written, lang.conventions().between_numbers)
}

fn listed(parts: &[impl AsRef<str>], separator: &str) -> String {
    parts.iter().map(AsRef::as_ref).collect::<Vec<_>>().join(separator)
}

/// `name: value`, in French with the space before the colon.
pub fn named(lang: Lang, name: impl Display, value: impl Display) -> String {
    format!("{name}{}{value}", lang.conventions().colon)
}

/// Whether a text is a number, with its sign, its unit or its range: half of one says something else. A file's name is none.
pub fn is_number(text: &str) -> bool {
    /// Letters of the longest unit.
    const UNIT: usize = 3;
    let mut words = text.split(|c: char| !c.is_alphabetic());
    let ending = text.rsplit_once('.').is_some_and(|(_, ending)| ending.starts_with(char::is_alphabetic));
    text.contains(|c: char| c.is_ascii_digit())
        && !ending
        && !text.contains('_')
        && !text.starts_with(char::is_alphabetic)
        && words.all(|word| word.chars().count() <= UNIT)
}

/// A name in the language's quotation marks.
pub fn quoted(lang: Lang, name: impl Display) -> String {
    let [open, close] = lang.conventions().quotes;
    format!("{open}{name}{close}")
}

/// Characters of a text from elsewhere that a sentence repeats.
const REPEATED: usize = 60;

/// A text from elsewhere as a sentence repeats it: on one line, and its beginning if it is long.
pub fn repeated(text: &str) -> String {
    let shown: String =
        text.chars().take(REPEATED).map(|letter| if escape::is_control(letter) { '\u{fffd}' } else { letter }).collect();
    if text.chars().nth(REPEATED).is_some() { shown + "…" } else { shown }
}

/// A name of at most so many letters, cut in its middle: names that begin alike are told apart by their ends.
pub fn shortened(name: &str, letters: usize) -> String {
    let all = name.chars().count();
    if all <= letters {
        return name.to_owned();
    }
    let end = letters / 2;
    name.chars().take(letters - 1 - end).chain(['…']).chain(name.chars().skip(all - end)).collect()
}

/// The text with a capital first letter.
pub fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
