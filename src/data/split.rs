//! Which sample goes into which part.

mod folds;
mod setting_defs;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{
    dataset::Dataset,
    duplicates::{by_content, look_alikes, with_faces_together},
    overlap::Overlap,
    sample::{Part, Sample},
};
use crate::{
    problem::{Kind, Problem},
    random::{Purpose, Random},
    setting_def::{SettingDef, SettingDefs},
    text::{LocalizedText, say},
};

/// The split as the user sets it. The default is the notebook's 60/20/20.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct SplitSettings {
    /// Share of the training part, in per cent; test gets what validation leaves.
    pub train: u32,
    pub validation: u32,
    /// Balance age bands too, not gender alone.
    pub stratify_age: bool,
    /// Keep pictures that look the same in one part, not byte-identical ones alone.
    pub look_alikes: bool,
    /// Use the parts that the folders name, where they do.
    pub use_given: bool,
    /// Leave what a later part has too out of training and validation.
    pub drop_shared: bool,
    /// Share of the training part that is used, in per cent; smaller shares lie within larger ones.
    pub used: u32,
    /// Deal by `seed` rather than by the seed of everything else.
    pub own_seed: bool,
    pub seed: u32,
    /// Parts of equal size of which one is the test part: cross-validation. 1 is none.
    pub folds: u32,
    /// Which of them, from 1.
    pub fold: u32,
}

impl Default for SplitSettings {
    fn default() -> Self {
        Self {
            train: 60,
            validation: 20,
            stratify_age: false,
            look_alikes: false,
            use_given: true,
            drop_shared: false,
            used: 100,
            own_seed: false,
            seed: 42,
            folds: 1,
            fold: 1,
        }
    }
}

impl SplitSettings {
    /// Whether the shares leave something for each part, and the fold is one of the folds.
    ///
    /// # Errors
    /// The problem to show beside the share of the validation part, or beside the fold.
    pub fn check(&self) -> Result<(), Problem> {
        self.check_fold()?;
        if self.train + self.validation < 100 {
            return Ok(());
        }
        Err(Problem::new(
            Kind::Settings,
            say("Training and validation leave nothing for the test part", "Entraînement et validation ne laissent rien au test"),
            say(
                "Lower one of them, so that together they stay under 100%",
                "Baissez l’un des deux, pour que leur somme reste sous 100\u{a0}%",
            ),
        )
        .at("split.validation"))
    }

    /// Whether the fold is one of the folds.
    ///
    /// # Errors
    /// The problem to show beside the fold.
    pub fn check_fold(&self) -> Result<(), Problem> {
        let Self { folds, fold, .. } = self;
        if (1..=*folds.max(&1)).contains(fold) {
            return Ok(());
        }
        let what = LocalizedText {
            en: format!("There is no fold {fold}, there are only {folds}"),
            fr: format!("Il n’y a pas de pli {fold}, il n’y en a que {folds}"),
        };
        let remedy = LocalizedText {
            en: format!("Choose a fold from 1 to {folds}, or more folds"),
            fr: format!("Choisissez un pli de 1 à {folds}, ou davantage de plis"),
        };
        Err(Problem::new(Kind::Settings, what, remedy).at("split.fold"))
    }

    /// Whether one of several folds is the test part.
    pub const fn is_folded(&self) -> bool {
        self.folds > 1
    }
}

impl SettingDefs for SplitSettings {
    fn setting_defs(&mut self) -> Vec<SettingDef<'_>> {
        let Self { train, validation, stratify_age, look_alikes, use_given, drop_shared, used, own_seed, seed, folds, fold } =
            self;
        let folded = *folds > 1;
        let mut defs = Vec::from(setting_defs::shares(train, validation));
        defs.extend(setting_defs::mixture(stratify_age, look_alikes));
        defs.extend(setting_defs::given_parts(use_given, drop_shared, folded));
        defs.extend(setting_defs::used_share(used));
        defs.extend(setting_defs::seeds(own_seed, seed));
        defs.extend(setting_defs::fold_choice(folds, fold));
        defs
    }
}

/// The part of each sample; `None` for those left out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Split {
    pub parts: Vec<Option<Part>>,
    /// Groups of copies (of look-alikes, if those are kept together) that a plain random split would have torn apart.
    pub kept_together: usize,
    /// Pictures left out since a later part has them too.
    pub dropped: usize,
}

impl Split {
    /// Deals the samples into parts: seeded, each stratum (class, and age band if asked; of ages the band alone) in the asked shares to within
    /// rounding, byte-identical copies and the faces of one photo in one part, on request all that look the same.
    ///
    /// Where the folders name parts and `use_given` holds, those stay, and pictures outside them are dealt as usual. A
    /// part that no folder names comes from the training pictures and those outside, dealt together. What parts of folders share stays in both unless
    /// `drop_shared` holds. Of several folds one is the test part, whatever folders name.
    pub fn new(dataset: &Dataset, settings: &SplitSettings, seed: u64) -> Self {
        let seed = if settings.own_seed { settings.seed.into() } else { seed };
        let samples = &dataset.samples;
        let mut parts = vec![None; samples.len()];
        let shares = shares(settings);
        let copies = copies(dataset, settings);
        let of_values = dataset.task.is_regression();
        let splitter =
            StratifiedSplitter { samples, copies: &copies, by_age: settings.stratify_age || of_values, of_values, seed };
        let mut free: Vec<usize> = (0..samples.len()).collect();
        if settings.is_folded() {
            splitter.hold_out(settings, &mut parts);
            free.retain(|&i| parts[i].is_none());
        } else if settings.use_given && samples.iter().any(|s| s.given_part.is_some()) {
            for (part, sample) in parts.iter_mut().zip(samples) {
                *part = sample.given_part;
            }
            free.retain(|&i| parts[i].is_none());
            let has = |part| samples.iter().any(|s| s.given_part == Some(part));
            let missing: Vec<Part> = Part::ALL.into_iter().filter(|p| !has(*p)).collect();
            if !missing.is_empty() && has(Part::Train) {
                let from_train = |i: &usize| parts[*i].is_none_or(|part| part == Part::Train);
                let from_train: Vec<usize> = (0..samples.len()).filter(from_train).collect();
                free.clear();
                let dealt =
                    [0, 1, 2].map(|part| if part == 0 || missing.contains(&Part::ALL[part]) { shares[part] } else { 0.0 });
                let known: f64 = dealt.iter().sum();
                let shares = dealt.map(|share| share / known);
                splitter.assign(&from_train, shares, &mut parts);
            }
        }
        splitter.assign(&free, shares, &mut parts);
        let held_out = if settings.is_folded() { f64::from(settings.folds).recip() } else { 0.0 };
        let [train, validation, test] = shares.map(|share| share * (1.0 - held_out));
        let kept_together = torn_by_plain_split(&copies, &parts, [train, validation, test + held_out], seed);
        let mut dropped = 0;
        if settings.drop_shared && !settings.is_folded() {
            let groups: Vec<Vec<u32>> = copies.iter().map(|group| group.iter().map(|i| *i as u32).collect()).collect();
            let surplus = Overlap::of(groups.iter().map(Vec::as_slice), &parts).surplus;
            surplus.iter().for_each(|i| parts[*i as usize] = None);
            dropped = surplus.len();
        }
        if settings.used < 100 {
            splitter.thin(settings.used, &mut parts);
        }
        Self { parts, kept_together, dropped }
    }

    /// Indices of the samples of `part`, ascending.
    pub fn indices(&self, part: Part) -> Vec<u32> {
        (0u32..).zip(&self.parts).filter(|(_, p)| **p == Some(part)).map(|(i, _)| i).collect()
    }
}

/// The shares of training, validation and test of what is dealt; they sum to one. With folds the test part is dealt already.
fn shares(settings: &SplitSettings) -> [f64; 3] {
    if settings.is_folded() {
        let [train, validation] = [settings.train, settings.validation].map(|share| f64::from(share.max(1)));
        let share = train / (train + validation);
        return [share, 1.0 - share, 0.0];
    }
    let train = f64::from(settings.train.min(100)) / 100.0;
    let validation = (f64::from(settings.validation) / 100.0).min(1.0 - train);
    [train, validation, (1.0 - train - validation).max(0.0)]
}

/// What is dealt into parts, and by what.
struct StratifiedSplitter<'a> {
    samples: &'a [Sample],
    /// Groups whose members come into one part.
    copies: &'a [Vec<usize>],
    /// Whether age bands are strata beside the classes.
    by_age: bool,
    /// Whether the label is a value, so that it is no stratum itself.
    of_values: bool,
    seed: u64,
}

impl StratifiedSplitter<'_> {
    /// What a sample is dealt among: its class, and its age band if those count.
    fn stratum(&self, i: usize) -> (u8, i32) {
        let Self { samples, by_age, of_values, .. } = *self;
        let age = if of_values { Some(samples[i].class.into()) } else { samples[i].age };
        let decade = if by_age { age.map_or(-1, |a: u16| i32::from(a / 10).min(8)) } else { 0 };
        (if of_values { 0 } else { samples[i].class }, decade)
    }

    /// Deals the samples `free` into parts with these shares.
    ///
    /// Single pictures fill each stratum's quota after the groups of copies have been placed, so the quotas are met to
    /// within rounding unless the copies alone exceed them.
    fn assign(&self, free: &[usize], shares: [f64; 3], parts: &mut [Option<Part>]) {
        let Self { samples, copies, seed, .. } = *self;
        let stratum = |i: usize| self.stratum(i);
        let mut strata: BTreeMap<_, Vec<usize>> = BTreeMap::new();
        for &i in free {
            strata.entry(stratum(i)).or_default().push(i);
        }
        let mut left: BTreeMap<_, [i64; 3]> = quotas(&strata, shares);
        let mut random = Random::new(seed, Purpose::Split, &[]);

        let (mut groups, mut singles) = grouped(copies, free, samples.len());
        random.shuffle(&mut groups);
        for group in groups {
            // The part that lacks most, relative to its share, over the strata that the group touches.
            let lack = |part: usize| group.iter().map(|&i| left[&stratum(i)][part] as f64).sum::<f64>() / shares[part].max(1e-9);
            let fits = |part: &usize| shares[*part] > 0.0;
            let chosen = weighted(&mut random, shares, |part| group.iter().all(|&i| left[&stratum(i)][part] > 0))
                .or_else(|| (0..3).filter(fits).max_by(|a, b| lack(*a).total_cmp(&lack(*b))))
                .unwrap_or(0);
            for &i in &group {
                parts[i] = Some(Part::ALL[chosen]);
                if let Some(left) = left.get_mut(&stratum(i)) {
                    left[chosen] -= 1;
                }
            }
        }
        random.shuffle(&mut singles);
        for i in singles {
            let Some(left) = left.get_mut(&stratum(i)) else { continue };
            let chosen = (0..3).find(|&part| left[part] > 0).unwrap_or(0);
            left[chosen] -= 1;
            parts[i] = Some(Part::ALL[chosen]);
        }
    }
}

/// How many samples of each stratum belong into each part. Rounding is carried from stratum to stratum, so the parts'
/// totals are right to within one as well.
fn quotas<K: Ord + Copy>(strata: &BTreeMap<K, Vec<usize>>, shares: [f64; 3]) -> BTreeMap<K, [i64; 3]> {
    let (mut seen, mut given) = (0, [0i64; 2]);
    let mut quotas = BTreeMap::new();
    for (key, members) in strata {
        let n = members.len() as i64;
        seen += n;
        let mut quota = [0; 3];
        for part in 0..2 {
            let wanted = (seen as f64 * shares[part]).round() as i64 - given[part];
            // Never more than one away from this stratum's own share.
            let own = n as f64 * shares[part];
            quota[part] = wanted.clamp(own.floor() as i64, own.ceil() as i64).min(n - quota[0]);
            given[part] += quota[part];
        }
        quota[2] = n - quota[0] - quota[1];
        if shares[2] <= 0.0 {
            quota[0] += std::mem::take(&mut quota[2]);
        }
        quotas.insert(*key, quota);
    }
    quotas
}

/// Groups of copies, or of look-alikes if those stay together, and of the faces of one photo, in the order of the samples.
fn copies(dataset: &Dataset, settings: &SplitSettings) -> Vec<Vec<usize>> {
    // Copies look the same, unless the pictures were never decoded.
    let found = match settings.look_alikes && dataset.pixels.len() == dataset.samples.len() {
        true => look_alikes(&dataset.pixels).ok(),
        false => None,
    };
    // What cannot be read any more cannot be trained on either.
    let found = found.unwrap_or_else(|| by_content(&dataset.samples, 0..dataset.samples.len()));
    let found = with_faces_together(found, &dataset.samples);
    let mut groups: Vec<Vec<usize>> = found.into_iter().map(|g| g.into_iter().map(|i| i as usize).collect()).collect();
    groups.sort_unstable();
    groups
}

/// What the groups have `among` the samples, and the rest of these.
fn grouped(copies: &[Vec<usize>], among: &[usize], samples: usize) -> (Vec<Vec<usize>>, Vec<usize>) {
    let mut wanted = vec![false; samples];
    among.iter().for_each(|&i| wanted[i] = true);
    let members = copies.iter().map(|group| group.iter().copied().filter(|&i| wanted[i]).collect::<Vec<_>>());
    let mut groups: Vec<_> = members.filter(|group| group.len() > 1).collect();
    groups.sort_unstable();
    groups.iter().flatten().for_each(|&i| wanted[i] = false);
    (groups, among.iter().copied().filter(|&i| wanted[i]).collect())
}

/// Draws a part by its share among those that `fit`.
fn weighted(random: &mut Random, shares: [f64; 3], fit: impl Fn(usize) -> bool) -> Option<usize> {
    let weights = [0, 1, 2].map(|part| if fit(part) { shares[part] } else { 0.0 });
    let sum: f64 = weights.iter().sum();
    let mut at = random.unit() * sum;
    let drawn = (0..3).find(|&part| {
        at -= weights[part];
        weights[part] > 0.0 && at < 0.0
    });
    drawn.or_else(|| (0..3).rev().find(|&part| weights[part] > 0.0))
}

/// How many of the groups that lie whole in one part a split without regard to copies would have torn apart.
fn torn_by_plain_split(copies: &[Vec<usize>], parts: &[Option<Part>], shares: [f64; 3], seed: u64) -> usize {
    let mut random = Random::new(seed, Purpose::Split, &[1]);
    let whole = copies.iter().filter(|group| group.iter().all(|&i| parts[i] == parts[group[0]]));
    let torn = |group: &&Vec<usize>| {
        let mut dealt = group.iter().map(|_| weighted(&mut random, shares, |_| true));
        let first = dealt.next();
        // Every member is drawn, so that one group's fate does not shift the next group's.
        dealt.fold(false, |torn, part| torn | (Some(part) != first))
    };
    whole.filter(torn).count()
}
