//! Counts a data set: its [`Summary`], and in it what a model could learn by accident.

use std::{collections::BTreeMap, path::Path};

use super::{
    anomalies::Anomalies,
    dataset::Dataset,
    duplicates::{Contradiction, DuplicateGroup, copies},
    face_file,
    overlap::Overlap,
    sample::{Part, RACES, Sample},
    split::Split,
    summary::{AgeBand, Class, CopyCounts, PartCount, Race, Summary, anomaly_key, reason_key},
    task::TaskKind,
};
use crate::text::{Lang, LocalizedText, decimal};

impl Summary {
    /// Counts a data set, and the parts of a split of it.
    pub fn new(dataset: &Dataset, split: Option<&Split>) -> Self {
        Self::with_copies(dataset, &copies(&dataset.samples), split)
    }

    /// As [`Summary::new`], with the groups of copies found already.
    pub fn with_copies(dataset: &Dataset, groups: &[DuplicateGroup], split: Option<&Split>) -> Self {
        let samples = &dataset.samples;
        let classes = dataset.task.len();
        let balance: Vec<u64> = dataset.balance().iter().map(|n| *n as u64).collect();
        let about = |class_only: bool| {
            groups.iter().filter(|g| g.contradiction.is_some_and(|c| !class_only || c == Contradiction::Class)).count() as u64
        };
        let ages = ages(samples, classes);
        let races: Vec<Race> = (0u8..)
            .zip(RACES)
            .map(|(label, name)| Race { label, name: name.into(), pictures: count(samples, classes, |s| s.race == Some(label)) })
            .collect();
        let known_races = races.iter().any(|r| r.pictures.iter().any(|n| *n > 0));
        let part = |split: &Split, part| {
            let pictures = dataset.balance_of(&split.indices(part)).iter().map(|n| *n as u64).collect();
            PartCount { part, pictures }
        };
        Self {
            found: samples.iter().map(|s| &s.file).chain(dataset.skipped.iter().map(|s| &s.file)).filter(|f| is_file(f)).count()
                as u64,
            usable: samples.len() as u64,
            odd: tally(Anomalies::of(samples).anomalies(samples).map(|(_, anomaly)| anomaly_key(anomaly))),
            skipped: tally(dataset.skipped.iter().map(|s| reason_key(&s.reason))),
            copies: CopyCounts {
                groups: groups.len() as u64,
                pictures: groups.iter().map(|g| g.samples.len() as u64).sum(),
                contradicting_class: about(true),
                contradicting: about(false),
            },
            baseline: balance.iter().copied().max().unwrap_or_default() as f64 / samples.len().max(1) as f64,
            classes: dataset
                .task
                .classes
                .iter()
                .zip(balance)
                .map(|(name, pictures)| Class { name: name.clone(), pictures })
                .collect(),
            unknown_age: samples.iter().filter(|s| s.age.is_none()).count() as u64,
            unknown_race: samples.iter().filter(|s| s.race.is_none()).count() as u64,
            shortcut: shortcut(&ages, dataset),
            ages,
            races: if known_races { races } else { Vec::new() },
            parts: split.map(|split| Part::ALL.map(|p| part(split, p))),
            kept_together: split.map(|split| split.kept_together as u64),
            overlap: split.map(|split| Overlap::of(groups.iter().map(|group| group.samples.as_slice()), &split.parts).counts()),
        }
    }

    /// Whether nine tenths of the pictures whose age is known lie in stretches that hold enough of them to compare the
    /// classes. Without that, that there is no [`Summary::shortcut`] does not say that the classes are even.
    pub fn tells_of_ages(&self) -> bool {
        let count = |bands: &[AgeBand]| bands.iter().flat_map(|band| &band.pictures).sum::<u64>();
        let total = count(&self.ages);
        let told = |at: usize| {
            let ends = [(at, at + 1), (at, at + 2), (at.saturating_sub(1), at + 1)];
            ends.into_iter().filter_map(|(from, to)| self.ages.get(from..to)).any(|stretch| is_enough(count(stretch), total))
        };
        let known: u64 = (0..self.ages.len()).filter(|at| told(*at)).map(|at| count(&self.ages[at..=at])).sum();
        total > 0 && known * 10 >= total * 9
    }
}

/// Whether a stretch of `here` of `total` pictures says something about its ages.
const fn is_enough(here: u64, total: u64) -> bool {
    here * 20 >= total && here >= 50 && here < total
}

/// Whether a picture of this name is a file, and not another face in one.
fn is_file(name: &Path) -> bool {
    face_file::number(name) == 1
}

fn tally(keys: impl Iterator<Item = &'static str>) -> BTreeMap<String, u64> {
    let mut counts = BTreeMap::new();
    keys.for_each(|key| *counts.entry(key.to_owned()).or_default() += 1);
    counts
}

fn count(samples: &[Sample], classes: usize, chosen: impl Fn(&Sample) -> bool) -> Vec<u64> {
    let mut counts = vec![0; classes];
    samples.iter().filter(|s| chosen(s)).for_each(|s| counts[usize::from(s.class)] += 1);
    counts
}

fn ages(samples: &[Sample], classes: usize) -> Vec<AgeBand> {
    if samples.iter().all(|s| s.age.is_none()) {
        return Vec::new();
    }
    let mut bands = [0u16, 10, 20, 30, 40, 50, 60, 70, 80].map(|from| AgeBand { from, pictures: vec![0; classes] });
    for sample in samples {
        if let Some(age) = sample.age {
            bands[usize::from(age / 10).min(8)].pictures[usize::from(sample.class)] += 1;
        }
    }
    bands.to_vec()
}

/// The stretch of ages in which two classes differ most from the rest, said in words.
///
/// Of all stretches of one or two decades that hold at least 5% of the pictures (and 50), the one whose share of class 1
/// is most surely another than that of the rest (two-proportion z). Nothing is said below 1.5 to 1.
fn shortcut(ages: &[AgeBand], dataset: &Dataset) -> Option<LocalizedText> {
    if !dataset.task.is_binary() || dataset.task.kind == TaskKind::AgeGroup {
        return None;
    }
    let sum = |bands: &[AgeBand]| bands.iter().fold([0, 0], |s, b| [s[0] + b.pictures[0], s[1] + b.pictures[1]]);
    let all = sum(ages);
    let total = all[0] + all[1];
    let surprise = |[a, b]: [u64; 2]| {
        let (n, rest) = ((a + b) as f64, (total - a - b) as f64);
        let (here, there) = (b as f64 / n, (all[1] - b) as f64 / rest.max(1.0));
        let pooled = all[1] as f64 / total as f64;
        (here - there).abs() / (pooled * (1.0 - pooled) * (1.0 / n + 1.0 / rest.max(1.0))).sqrt().max(1e-9)
    };
    let stretches = (1..=2).flat_map(|length| ages.windows(length));
    let (stretch, [zeros, ones]) = stretches
        .map(|stretch| (stretch, sum(stretch)))
        .filter(|(_, [a, b])| is_enough(a + b, total))
        .filter(|(_, [a, b])| a.max(b) * 2 >= a.min(b) * 3)
        .max_by(|(_, a), (_, b)| surprise(*a).total_cmp(&surprise(*b)))?;
    let (from, last) = (stretch.first()?.from, stretch.last()?.from);
    let more = usize::from(ones > zeros);
    let times = zeros.max(ones) as f64 / zeros.min(ones).max(1) as f64;
    let older = from >= 40;
    Some(LocalizedText::by(|lang| {
        let ratio = decimal(lang, times, 1);
        let (many, one, class) = words(dataset, more, lang);
        match lang {
            Lang::En => {
                let range = if last == 80 { format!("From {from} on") } else { format!("Between {from} and {}", last + 9) };
                let rule = if older { "older means" } else { "this age means" };
                format!("{range} there are {ratio} {many} for each {one}: a model can learn “{rule} {class}”")
            }
            Lang::Fr => {
                let range =
                    if last == 80 { format!("À partir de {from} ans") } else { format!("Entre {from} et {} ans", last + 9) };
                let rule = if older { "plus âgé, donc" } else { "cet âge, donc" };
                format!("{range}, il y a {ratio} {many} pour {one} : un modèle peut apprendre « {rule} {class} »")
            }
        }
    }))
}

/// Words for many of class `more`, one of the other class, and the class itself.
fn words(dataset: &Dataset, more: usize, lang: Lang) -> (String, String, String) {
    let fixed = match (dataset.task.is_gender(), more, lang) {
        (true, 1, Lang::En) => ("men", "woman", "male"),
        (true, _, Lang::En) => ("women", "man", "female"),
        (true, 1, Lang::Fr) => ("hommes", "une femme", "homme"),
        (true, _, Lang::Fr) => ("femmes", "un homme", "femme"),
        (false, _, Lang::En) => {
            let [a, b] = [more, 1 - more].map(|c| format!("“{}”", dataset.task.classes[c]));
            return (a, b, dataset.task.classes[more].clone());
        }
        (false, _, Lang::Fr) => {
            let [a, b] = [more, 1 - more].map(|c| format!("« {} »", dataset.task.classes[c]));
            return (a, format!("un {b}"), dataset.task.classes[more].clone());
        }
    };
    (fixed.0.to_owned(), fixed.1.to_owned(), fixed.2.to_owned())
}
