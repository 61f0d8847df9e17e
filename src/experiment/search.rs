//! Values of chosen options: all combinations, or some drawn at random (Bergstra and Bengio 2012, "Random search for
//! hyper-parameter optimization").

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::{Variant, words::words};
use crate::{
    preset,
    problem::{Kind, Problem},
    random::{Purpose, Random},
    setting_def::{SettingDefs as _, Value},
    settings::Settings,
    text::{LocalizedText, repeated, say},
};

/// An option and what it may be.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Vary {
    pub key: String,
    pub values: Values,
}

/// What an option may be.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Values {
    /// One of these, as the command line writes them.
    Each(Vec<String>),
    /// Anything between two numbers, on a logarithmic scale if `log`; whole numbers where the option is one.
    Between { low: f64, high: f64, log: bool, whole: bool },
}

/// Draws that give nothing new, before what is left is listed, or of ranges it is believed that there are no others.
const TRIES: usize = 100;

impl Vary {
    /// Reads `model.dropout=0,0.3,0.5`, `train.optimizer.learning_rate=0.0001..0.01:log` or, of an option that is a list,
    /// `model.filters=16,32/32,64`.
    ///
    /// # Errors
    /// An unknown option, a value that it does not take, a range without a beginning.
    pub fn parse(text: &str, base: &Settings) -> Result<Self, Problem> {
        let (key, values) = text.split_once('=').map_or((text, ""), |(key, values)| (key.trim(), values.trim()));
        let mut settings = base.clone();
        // An unknown option has a sentence of its own, with the nearest one.
        let Some(kind) = settings.setting_defs().into_iter().find(|def| def.key == key).map(|def| ValueKind::of(&def.value))
        else {
            settings.set(&format!("{key}={values}"))?;
            return Err(unreadable(text));
        };
        let accepts = |value: &str| base.clone().set(&format!("{key}={value}"));
        if let Some((low, rest)) = values.split_once("..").filter(|_| kind != ValueKind::List) {
            let (high, log) = rest.strip_suffix(":log").map_or((rest, false), |high| (high, true));
            [low, high].iter().try_for_each(|bound| accepts(bound))?;
            let bounds = low.trim().parse::<f64>().ok().zip(high.trim().parse::<f64>().ok());
            let (low, high) = bounds.filter(|(low, high)| low < high && (*low > 0.0 || !log)).ok_or_else(|| unreadable(text))?;
            let whole = kind == ValueKind::Whole;
            return Ok(Self { key: key.to_owned(), values: Values::Between { low, high, log, whole } });
        }
        let separator = if kind == ValueKind::List { '/' } else { ',' };
        let mut seen = BTreeSet::new();
        let values = values.split(separator).map(|value| value.trim().to_owned());
        // What is given twice is trained once.
        let values: Vec<String> = values.filter(|value| seen.insert(value.clone())).collect();
        values.iter().try_for_each(|value| accepts(value))?;
        Ok(Self { key: key.to_owned(), values: Values::Each(values) })
    }

    /// `count` values from `low` to `high`, equally far from each other, on a logarithmic scale if `log`; whole numbers, each
    /// once, if `whole`.
    pub fn spaced(key: &str, [low, high]: [f64; 2], count: u32, log: bool, whole: bool) -> Self {
        let step = |nth: u32| f64::from(nth) / f64::from(count.saturating_sub(1).max(1));
        let value = |nth: u32| match nth {
            0 => low,
            last if last + 1 == count => high,
            _ if log => low * (high / low).powf(step(nth)),
            _ => low + (high - low) * step(nth),
        };
        let mut values: Vec<String> = (0..count).map(|nth| shown(value(nth), whole, [low, high])).collect();
        values.dedup();
        Self { key: key.to_owned(), values: Values::Each(values) }
    }

    /// All of its values, each once; none of a range that is not of whole numbers.
    fn choices(&self) -> Option<Vec<String>> {
        match &self.values {
            Values::Each(values) => {
                let mut seen = BTreeSet::new();
                Some(values.iter().filter(|value| seen.insert(*value)).cloned().collect())
            }
            Values::Between { low, high, whole: true, .. } if high - low < LISTED => {
                Some((low.ceil() as i64..=high.floor() as i64).map(|value| value.to_string()).collect())
            }
            Values::Between { .. } => None,
        }
    }

    /// One of its values.
    fn draw(&self, random: &mut Random) -> String {
        match &self.values {
            Values::Each(values) => values[random.below(values.len())].clone(),
            Values::Between { low, high, log: true, whole } => {
                shown(random.between(low.ln(), high.ln()).exp().clamp(*low, *high), *whole, [*low, *high])
            }
            // Each whole number is as likely.
            Values::Between { low, high, log: false, whole: true } => {
                shown((random.between(*low, high + 1.0)).floor().min(*high), true, [*low, *high])
            }
            Values::Between { low, high, log: false, whole: false } => shown(random.between(*low, *high), false, [*low, *high]),
        }
    }
}

/// What kind of value an option has, as far as its text goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ValueKind {
    Whole,
    List,
    Other,
}

impl ValueKind {
    const fn of(value: &Value<'_>) -> Self {
        match value {
            Value::Whole { .. } => Self::Whole,
            Value::List { .. } | Value::OfClasses { .. } | Value::Table(_) => Self::List,
            Value::Switch(_) | Value::Number { .. } | Value::Choice(_) | Value::Run(_) => Self::Other,
        }
    }
}

/// How many combinations there are, or how many are drawn: told before any is made, for there may be millions.
pub(super) fn count(vary: &[Vary], drawn: Option<u32>) -> usize {
    let values = |vary: &Vary| if let Values::Each(values) = &vary.values { values.len() } else { 1 };
    drawn.map_or_else(|| vary.iter().map(values).fold(1, usize::saturating_mul), |drawn| drawn as usize)
}

/// The combinations: all, or so many that are drawn, no two alike.
///
/// # Errors
/// A range where all combinations are asked for.
pub(super) fn variants(base: &Settings, vary: &[Vary], drawn: Option<u32>) -> Result<Vec<Variant>, Problem> {
    let mut keys = BTreeSet::new();
    if let Some(twice) = vary.iter().find(|vary| !keys.insert(&vary.key)) {
        return Err(given_twice(&twice.key));
    }
    let combinations = match drawn {
        Some(runs) => draw(base, vary, runs as usize),
        None => all(vary)?,
    };
    combinations.into_iter().map(|changes| variant(base, changes)).collect()
}

/// So many further combinations than `known`, as many as there are.
///
/// # Errors
/// None is left.
pub(super) fn more(base: &Settings, vary: &[Vary], known: &[Variant], more: usize) -> Result<Vec<Variant>, Problem> {
    // The first that are drawn are those of before, unless all were tried in their order.
    let drawn = draw(base, vary, known.len() + more).into_iter();
    let new: Vec<_> = drawn.filter(|one| known.iter().all(|known| known.changes != *one)).take(more).collect();
    if new.is_empty() {
        return Err(exhausted());
    }
    new.into_iter().map(|changes| variant(base, changes)).collect()
}

fn variant(base: &Settings, changes: Vec<String>) -> Result<Variant, Problem> {
    let mut settings = base.clone();
    changes.iter().try_for_each(|change| settings.set(change))?;
    let said = |change: &String, lang| {
        let (key, _) = change.split_once('=').unwrap_or((change, ""));
        preset::state(&settings, key, lang).unwrap_or_else(|| change.clone())
    };
    // Where all is as in the recipe, its values say which it is.
    let label = LocalizedText::by(|lang| match words(base, &settings, lang) {
        same if same.is_empty() => changes.iter().map(|change| said(change, lang)).collect::<Vec<_>>().join(" · "),
        words => words,
    });
    Ok(Variant { label, changes })
}

fn all(vary: &[Vary]) -> Result<Vec<Vec<String>>, Problem> {
    let mut combinations = vec![Vec::new()];
    for Vary { key, values } in vary {
        let Values::Each(values) = values else { return Err(endless(key)) };
        let longer = |before: &Vec<String>| {
            let one = |value: &String| before.iter().cloned().chain(Some(format!("{key}={value}"))).collect::<Vec<_>>();
            values.iter().map(one).collect::<Vec<_>>()
        };
        combinations = combinations.iter().flat_map(longer).collect();
    }
    Ok(combinations)
}

fn draw(base: &Settings, vary: &[Vary], runs: usize) -> Vec<Vec<String>> {
    let mut random = Random::new(base.seed.into(), Purpose::Search, &[]);
    let mut combinations: Vec<Vec<String>> = Vec::new();
    let mut tries = 0;
    while combinations.len() < runs && tries < TRIES {
        let one: Vec<String> = vary.iter().map(|vary| format!("{}={}", vary.key, vary.draw(&mut random))).collect();
        tries += 1;
        if !combinations.contains(&one) {
            combinations.push(one);
            tries = 0;
        }
    }
    if combinations.len() < runs {
        let mut left = left(vary, &combinations);
        random.shuffle(&mut left);
        combinations.extend(left.into_iter().take(runs - combinations.len()));
    }
    combinations
}

/// All combinations but the `drawn`, where they can be listed: so many draws that gave nothing new leave few others.
fn left(vary: &[Vary], drawn: &[Vec<String>]) -> Vec<Vec<String>> {
    let choices: Option<Vec<Vec<String>>> = vary.iter().map(Vary::choices).collect();
    let Some(choices) = choices else { return Vec::new() };
    if choices.iter().map(|values| values.len() as f64).product::<f64>() > LISTED {
        return Vec::new();
    }
    let lists = vary.iter().zip(choices).map(|(vary, values)| Vary { key: vary.key.clone(), values: Values::Each(values) });
    let mut all = all(&lists.collect::<Vec<Vary>>()).unwrap_or_default();
    let drawn: BTreeSet<&Vec<String>> = drawn.iter().collect();
    all.retain(|one| !drawn.contains(one));
    all
}

/// More values, or combinations, are not listed.
const LISTED: f64 = 1e5;

/// A number of three digits that matter, if it then is still within its bounds: what is drawn is meant to be read and passed on.
fn shown(value: f64, whole: bool, [low, high]: [f64; 2]) -> String {
    let rounded = match whole {
        true => value.round(),
        false => format!("{value:.2e}").parse::<f64>().unwrap_or(value),
    };
    if (low..=high).contains(&rounded) { rounded.to_string() } else { value.to_string() }
}

fn unreadable(text: &str) -> Problem {
    let text = repeated(text);
    Problem::new(
        Kind::Settings,
        LocalizedText {
            en: format!("“{text}” names no setting with its values"),
            fr: format!("« {text} » ne nomme pas un réglage avec ses valeurs"),
        },
        say(
            "For example model.dropout=0,0.3,0.5 or train.optimizer.learning_rate=0.0001..0.01:log",
            "Par exemple model.dropout=0,0.3,0.5 ou train.optimizer.learning_rate=0.0001..0.01:log",
        ),
    )
}

fn given_twice(key: &str) -> Problem {
    Problem::new(
        Kind::Settings,
        LocalizedText { en: format!("{key} is varied twice"), fr: format!("{key} varie deux fois") },
        say("Give all its values at once", "Donnez toutes ses valeurs d’un coup"),
    )
}

fn endless(key: &str) -> Problem {
    Problem::new(
        Kind::Settings,
        LocalizedText {
            en: format!("{key} is given as a range, which has infinitely many values"),
            fr: format!("{key} est donné comme un intervalle, qui a une infinité de valeurs"),
        },
        say("Give its values, or say --runs N to draw some", "Donnez ses valeurs, ou dites --runs N pour en tirer"),
    )
}

fn exhausted() -> Problem {
    Problem::new(
        Kind::Settings,
        say("All combinations of this search are there already", "Toutes les combinaisons de cette recherche sont déjà là"),
        say("Begin a new search with other values", "Commencez une nouvelle recherche avec d’autres valeurs"),
    )
}
