//! Results by age band, race label and gender, and by their crossings: each with n and a 95% range.
//!
//! Averages hide groups (Buolamwini and Gebru 2018, "Gender Shades"). But most crossings of a test part hold few
//! pictures, so a group is never put before another unless their ranges lie apart, and groups under [`SMALL`] are marked.

use std::collections::BTreeMap;

use super::{Confusion, Prediction, Scores, score::Rate};
use crate::{
    data::{
        name,
        sample::RACES,
        task::{GENDERS, Task},
    },
    text::{Lang, say},
};

/// Groups of fewer pictures are shown in gray and never compared.
pub const SMALL: u32 = 30;

/// The gender of a picture whose name records none.
pub const NO_GENDER: u8 = u8::MAX;

/// Age bands by their first and last year.
pub const AGE_BANDS: [(u16, u16); 5] = [(0, 9), (10, 19), (20, 39), (40, 59), (60, u16::MAX)];

/// By what pictures are grouped.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Grouping {
    pub age: bool,
    pub race: bool,
    pub class: bool,
}

impl Grouping {
    /// The groupings, named after what they cross.
    pub const AGE: Self = Self { age: true, race: false, class: false };
    pub const RACE: Self = Self { age: false, race: true, class: false };
    pub const CLASS: Self = Self { age: false, race: false, class: true };
    pub const AGE_CLASS: Self = Self { age: true, race: false, class: true };
    pub const RACE_CLASS: Self = Self { age: false, race: true, class: true };
    pub const AGE_RACE: Self = Self { age: true, race: true, class: false };
    pub const CROSSED: Self = Self { age: true, race: true, class: true };

    /// Every grouping, single ones first.
    pub const ALL: [Self; 7] =
        [Self::AGE, Self::RACE, Self::CLASS, Self::AGE_CLASS, Self::RACE_CLASS, Self::AGE_RACE, Self::CROSSED];

    /// `age × gender`; `class` in place of gender for other data sets.
    pub fn name(self, task: &Task, lang: Lang) -> String {
        // A group of one year would hold next to nothing.
        let class = if task.is_regression() { Task::gender().dimension() } else { task.dimension() };
        [
            (self.age, say("age", "âge")),
            (self.race, say("race label", "«\u{a0}race\u{a0}» notée par UTKFace")),
            (self.class, class),
        ]
        .iter()
        .filter(|(on, _)| *on)
        .map(|(_, name)| name.get(lang))
        .collect::<Vec<_>>()
        .join(" × ")
    }
}

/// Which pictures a group holds; what is `None` is not asked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct GroupKey {
    pub age: Option<Known>,
    pub race: Option<Known>,
    /// The recorded class; of years, the gender that the picture's name records ([`NO_GENDER`] where it records none).
    pub class: Option<u8>,
}

/// An index, or that the file's name does not say it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Known {
    /// Into [`AGE_BANDS`] or [`RACES`].
    Yes(u8),
    No,
}

/// How a group did.
#[derive(Clone, Debug, PartialEq)]
pub struct Group {
    pub key: GroupKey,
    pub accuracy: Rate,
    /// F1 of each class; `None` where the group lacks a class.
    pub f1: Option<Vec<f64>>,
    pub confusion: Confusion,
}

/// The groups that hold any picture, in the order of their keys: never by result.
pub fn groups(predictions: &[Prediction], classes: usize, threshold: f64, by: Grouping) -> Vec<Group> {
    let mut counts: BTreeMap<GroupKey, Confusion> = BTreeMap::new();
    for p in predictions {
        let confusion = counts.entry(GroupKey::of(p, by)).or_insert_with(|| Confusion::empty(classes));
        confusion.add(p.label.into(), p.predicted(threshold));
    }
    counts.into_iter().map(|(key, confusion)| Group::new(key, confusion)).collect()
}

/// Whether everything that pictures are grouped by is known of some of them: otherwise the groups tell no more than without it.
pub fn are_recorded(predictions: &[Prediction], by: Grouping) -> bool {
    let known = |of: fn(&GroupKey) -> bool| predictions.iter().any(|p| of(&GroupKey::of(p, by)));
    known(|key| key.age != Some(Known::No))
        && known(|key| key.race != Some(Known::No))
        && known(|key| key.class != Some(NO_GENDER))
}

impl Group {
    fn new(key: GroupKey, confusion: Confusion) -> Self {
        let scores = Scores::new(&confusion);
        let all = scores.classes.iter().all(|class| class.support > 0);
        Self { key, accuracy: scores.accuracy, f1: all.then(|| scores.classes.iter().map(|class| class.f1).collect()), confusion }
    }

    /// Mean of the classes' F1, where the group holds all of them.
    pub fn macro_f1(&self) -> Option<f64> {
        self.f1.as_ref().map(|f1| f1.iter().sum::<f64>() / f1.len() as f64)
    }

    /// Too few pictures to say much.
    pub fn small(&self) -> bool {
        self.accuracy.n < SMALL
    }

    /// Whether this group does worse than `other` beyond what chance explains: both large enough, ranges apart.
    pub fn clearly_below(&self, other: &Self) -> bool {
        let (ours, theirs) = (self.accuracy.wilson(), other.accuracy.wilson());
        !self.small() && !other.small() && !ours.overlaps(theirs) && ours.high < theirs.low
    }
}

impl GroupKey {
    /// The group of a picture.
    pub fn of(p: &Prediction, by: Grouping) -> Self {
        // Of years the label is the age, also where the user has corrected that of the name.
        let of_years = p.logit.value().is_some();
        let age = if of_years { Some(p.label.into()) } else { p.age };
        Self {
            age: by.age.then(|| age.map_or(Known::No, |age| Known::Yes(band(age)))),
            race: by.race.then(|| p.race.filter(|r| usize::from(*r) < RACES.len()).map_or(Known::No, Known::Yes)),
            class: by.class.then(|| if of_years { gender(p) } else { p.label }),
        }
    }

    /// Whether the picture belongs to the group.
    pub fn contains(&self, p: &Prediction) -> bool {
        let by = Grouping { age: self.age.is_some(), race: self.race.is_some(), class: self.class.is_some() };
        Self::of(p, by) == *self
    }

    /// `20 to 39, Asian, female`.
    pub fn name(&self, task: &Task, lang: Lang) -> String {
        let age = self.age.map(|age| match age {
            Known::Yes(band) => band_name(band.into(), lang),
            Known::No => say("age unknown", "âge inconnu").get(lang).to_owned(),
        });
        let race = self.race.map(|race| match race {
            Known::Yes(race) => RACES[usize::from(race)].get(lang).to_owned(),
            Known::No => say("label unknown", "étiquette inconnue").get(lang).to_owned(),
        });
        let class = self.class.map(|class| match task.is_regression() {
            false => task.name(class.into(), lang),
            true if usize::from(class) < GENDERS.len() => Task::gender().name(class.into(), lang),
            true => say("gender unknown", "genre inconnu").get(lang).to_owned(),
        });
        let parts: Vec<String> = [age, race, class].into_iter().flatten().collect();
        if parts.is_empty() { say("all", "tous").get(lang).to_owned() } else { parts.join(", ") }
    }
}

/// An age band's name: `20 to 39`, `60 and over`.
pub fn band_name(band: usize, lang: Lang) -> String {
    let (first, last) = AGE_BANDS[band];
    match (lang, last) {
        (Lang::En, u16::MAX) => format!("{first} and over"),
        (Lang::Fr, u16::MAX) => format!("{first} et plus"),
        (Lang::En, _) => format!("{first} to {last}"),
        (Lang::Fr, _) => format!("{first} à {last}"),
    }
}

/// The gender that a picture's name records.
fn gender(p: &Prediction) -> u8 {
    let name = p.file.file_name().and_then(|name| name::read(&name.to_string_lossy()));
    name.map_or(NO_GENDER, |name| name.class)
}

fn band(age: u16) -> u8 {
    AGE_BANDS.iter().position(|(first, last)| (*first..=*last).contains(&age)).unwrap_or(0) as u8
}
