//! Which evaluated pictures are shown, in which order, and what is remembered of them.

use std::{cmp::Ordering, collections::HashSet};

use super::Shown;
use crate::{
    data::{sample::RACES, task::Task},
    evaluate::{
        Prediction,
        groups::{AGE_BANDS, GroupKey, Grouping, Known, NO_GENDER, band_name},
        regression,
    },
    text::{Lang, Phrase, number, say},
    ui::{
        page::listing::{self, Filtering},
        widget::selection::Selection,
    },
};

/// Which pictures; what is `None` is not asked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Facets {
    /// The recorded class.
    pub label: Option<u8>,
    /// What the model said.
    pub predicted: Option<u8>,
    pub correct: Option<bool>,
    pub age: Option<Known>,
    pub race: Option<Known>,
    /// Of years, the gender that the picture's name records.
    pub gender: Option<u8>,
}

/// In which order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Order {
    #[default]
    SurestFirst,
    UnsureFirst,
    ByFile,
    ByAge,
}

/// Every order, as the menu has them.
pub const ORDERS: [Order; 4] = [Order::SurestFirst, Order::UnsureFirst, Order::ByFile, Order::ByAge];

/// What the gallery remembers.
pub struct Pictures {
    pub facets: Facets,
    pub order: Order,
    /// The validation part instead of the evaluated one.
    pub validation: bool,
    /// Side of a picture in points.
    pub wanted: f32,
    /// What file names must contain.
    pub sought: String,
    /// The places in the report, and for which question they were found.
    pub found: Vec<usize>,
    asked: Option<(Facets, Order, bool, u64, String)>,
    /// Marked beside each other, by their places in the report.
    pub marked: Selection,
    /// Height of the bar for what is marked, as it was last.
    pub bar: f32,
    /// How many each choice of a filter would leave with the others as they are.
    pub counts: Counts,
    /// The same of the search.
    unsought: usize,
}

impl Pictures {
    /// The pictures that `facets` lets through.
    pub fn new(facets: Facets) -> Self {
        Self {
            facets,
            order: Order::default(),
            validation: false,
            wanted: 104.0,
            sought: String::new(),
            found: Vec::new(),
            asked: None,
            marked: Selection::default(),
            bar: 50.0,
            counts: Counts::default(),
            unsought: 0,
        }
    }

    /// Shows all pictures.
    pub fn clear_filters(&mut self) {
        (self.facets, self.sought) = (Facets::default(), String::new());
    }

    /// Whether not all pictures are shown.
    pub fn is_filtered(&self) -> bool {
        self.facets != Facets::default() || !self.sought.trim().is_empty()
    }

    /// The filters that are on, by what they are called, each with how many pictures there would be without it.
    pub(super) fn filters(&self, shown: &Shown, lang: Lang) -> Vec<Filtering> {
        let (task, counts, of_years) = (shown.task(), &self.counts, shown.years.is_some());
        let Facets { label, predicted, correct, age, race, gender } = self.facets;
        let own = |text: Phrase| text.get(lang).to_owned();
        let class = |text: Phrase, class: u8| format!("{} {}", text.get(lang), task.name(class.into(), lang));
        let right = |right: bool| match (of_years, right) {
            (true, false) => own(say("more than 5 years off", "à plus de 5\u{a0}ans")),
            (true, true) => own(say("within 5 years", "à 5\u{a0}ans près")),
            (false, false) => own(say("wrong", "fausses")),
            (false, true) => own(say("right", "justes")),
        };
        let age = age.map(|age| match age {
            Known::Yes(band) => band_name(band.into(), lang),
            Known::No => own(say("age unknown", "âge inconnu")),
        });
        let race = race.map(|race| match race {
            Known::Yes(race) => RACES.get(usize::from(race)).map_or_else(String::new, |race| own(*race)),
            Known::No => own(say("label unknown", "étiquette inconnue")),
        });
        let gender = gender.map(|gender| match gender {
            NO_GENDER => own(say("gender unknown", "genre inconnu")),
            gender => Task::gender().name(gender.into(), lang),
        });
        let named = [
            (label.map(|label| class(say("label", "étiquette"), label)), &counts.label),
            (predicted.map(|predicted| class(say("predicted", "réponse"), predicted)), &counts.predicted),
            (correct.map(right), &counts.correct),
            (age, &counts.age),
            (race, &counts.race),
            (gender, &counts.gender),
        ];
        let without = |counts: &Vec<usize>| counts.first().copied().unwrap_or(0);
        let named = named.into_iter().filter_map(|(name, counts)| Some(Filtering::named(lang, &name?, without(counts))));
        let sought = self.sought.trim();
        let sought = (!sought.is_empty()).then(|| Filtering::sought(lang, sought, self.unsought));
        named.chain(sought).collect()
    }

    /// Forgets what was found: the report is another one.
    pub fn find_again(&mut self) {
        self.asked = None;
    }
}

impl Facets {
    /// Whether the picture belongs, at a threshold on the network's own scale.
    pub fn contain(&self, p: &Prediction, logit_threshold: f64) -> bool {
        let of_years = p.logit.value().is_some();
        self.group(of_years).contains(p)
            && (!of_years || self.label.is_none_or(|label| p.label == label))
            && self.predicted.is_none_or(|predicted| p.predicted(logit_threshold) == usize::from(predicted))
            && self.correct.is_none_or(|wanted| is_right(p, logit_threshold) == wanted)
    }

    /// The group that they are of.
    fn group(&self, of_years: bool) -> GroupKey {
        GroupKey { age: self.age, race: self.race, class: if of_years { self.gender } else { self.label } }
    }

    /// The pictures as a phrase: `143 labeled female, predicted male`, `12 mistakes`.
    pub(super) fn sentence(&self, shown: &Shown, count: usize, lang: Lang) -> String {
        let n = number(lang, count as u64);
        let task = shown.task();
        let of_years = task.is_regression();
        let group = self.group(of_years);
        match (self.label, self.predicted) {
            (Some(label), Some(predicted)) if self.age.is_none() && self.race.is_none() && self.gender.is_none() => {
                let (label, predicted) = (usize::from(label), usize::from(predicted));
                format!("{n} {}", task.called(label, predicted, count as u32, lang))
            }
            _ => {
                let what = match self.correct {
                    Some(false) if of_years => say("pictures more than 5 years off", "images à plus de 5\u{a0}ans"),
                    Some(true) if of_years => say("pictures within 5 years", "images à 5\u{a0}ans près"),
                    Some(false) => say("mistakes", "erreurs"),
                    Some(true) => say("right answers", "réponses justes"),
                    None => say("pictures", "images"),
                };
                let mut text = format!("{n} {}", what.get(lang));
                if group != GroupKey::default() {
                    text = format!("{text}, {}", group.name(task, lang));
                }
                if let Some(predicted) = self.predicted {
                    text = format!("{text}, {} {}", say("predicted", "réponse").get(lang), task.name(predicted.into(), lang));
                }
                text
            }
        }
    }
}

/// The pictures of the evaluated part, or of the validation part.
pub fn predictions(shown: &Shown, validation: bool) -> &[Prediction] {
    if validation { &shown.report.validation } else { &shown.report.predictions }
}

/// Finds the pictures anew, if anything has changed.
pub fn find(shown: &Shown, open: &mut Pictures) {
    let raw = shown.report.logit_threshold(shown.threshold);
    let sought = open.sought.trim().to_lowercase();
    let asked = Some((open.facets, open.order, open.validation, raw.to_bits(), sought.clone()));
    if asked == open.asked {
        return;
    }
    // Places of another part are those of other pictures.
    if open.asked.as_ref().is_some_and(|before| before.2 != open.validation) {
        open.marked.clear();
    }
    open.asked = asked;
    let all = predictions(shown, open.validation);
    let named: Vec<usize> = (0..all.len()).filter(|i| listing::contains(&all[*i].file, &sought)).collect();
    open.counts = Counts::of(&open.facets, named.iter().map(|i| &all[*i]), (shown.task().len(), raw));
    open.unsought = all.iter().filter(|p| open.facets.contain(p, raw)).count();
    let mut found: Vec<usize> = named.into_iter().filter(|i| open.facets.contain(&all[*i], raw)).collect();
    // Of years, in place of how sure it is, how far it is off.
    let sure = |i: usize| match shown.years.is_some() {
        true => all[i].error().abs(),
        false => shown.report.confidence(&all[i], shown.threshold),
    };
    let by = |a: usize, b: usize| match open.order {
        Order::SurestFirst => sure(b).total_cmp(&sure(a)),
        Order::UnsureFirst => sure(a).total_cmp(&sure(b)),
        Order::ByFile => Ordering::Equal,
        Order::ByAge if shown.years.is_some() => all[a].label.cmp(&all[b].label),
        Order::ByAge => all[a].age.cmp(&all[b].age),
    };
    found.sort_by(|&a, &b| by(a, b).then_with(|| all[a].file.cmp(&all[b].file)));
    if !open.marked.is_empty() {
        let there: HashSet<u32> = found.iter().map(|at| *at as u32).collect();
        open.marked.retain(|at| there.contains(&at));
        open.marked.reordered();
    }
    open.found = found;
}

/// How many pictures each choice of each filter leaves with the others as they are; the first of each is "any".
#[derive(Default)]
pub struct Counts {
    pub label: Vec<usize>,
    pub predicted: Vec<usize>,
    /// Wrong, then right.
    pub correct: Vec<usize>,
    /// The last are those of which it is not known.
    pub age: Vec<usize>,
    pub race: Vec<usize>,
    pub gender: Vec<usize>,
}

impl Counts {
    fn of<'a>(facets: &Facets, pictures: impl Iterator<Item = &'a Prediction>, (classes, raw): (usize, f64)) -> Self {
        let none = |choices: usize| vec![0; choices + 1];
        let mut counts = Self {
            label: none(classes),
            predicted: none(classes),
            correct: none(2),
            age: none(AGE_BANDS.len() + 1),
            race: none(RACES.len() + 1),
            gender: none(3),
        };
        let known = |known: Option<Known>, unknown: usize| match known {
            Some(Known::Yes(index)) => usize::from(index),
            _ => unknown,
        };
        let opened = [
            Facets { label: None, ..*facets },
            Facets { predicted: None, ..*facets },
            Facets { correct: None, ..*facets },
            Facets { age: None, ..*facets },
            Facets { race: None, ..*facets },
            Facets { gender: None, ..*facets },
        ];
        for p in pictures {
            let of_years = p.logit.value().is_some();
            let key = |by: Grouping| GroupKey::of(p, by);
            let count = |which: usize, counts: &mut Vec<usize>, choice: &dyn Fn() -> usize| {
                if opened[which].contain(p, raw) {
                    counts[0] += 1;
                    if let Some(count) = counts.get_mut(choice() + 1) {
                        *count += 1;
                    }
                }
            };
            if of_years {
                count(5, &mut counts.gender, &|| match key(Grouping::CLASS).class {
                    Some(NO_GENDER) | None => 2,
                    Some(gender) => gender.into(),
                });
            } else {
                count(0, &mut counts.label, &|| p.label.into());
                count(1, &mut counts.predicted, &|| p.predicted(raw));
            }
            count(2, &mut counts.correct, &|| usize::from(is_right(p, raw)));
            count(3, &mut counts.age, &|| known(key(Grouping::AGE).age, AGE_BANDS.len()));
            count(4, &mut counts.race, &|| known(key(Grouping::RACE).race, RACES.len()));
        }
        counts
    }
}

/// Whether what was said is right: the class, or an age that is near.
fn is_right(p: &Prediction, logit_threshold: f64) -> bool {
    if p.logit.value().is_some() { p.error().abs() <= regression::NEAR } else { p.correct(logit_threshold) }
}
