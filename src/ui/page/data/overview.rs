//! What the page knows of a data set: its summary, and the lists behind the summary's numbers.

use std::{
    collections::HashMap,
    path::Path,
    sync::{Arc, Weak},
};

use crate::data::{
    anomalies::Anomalies,
    dataset::Dataset,
    duplicates::{Contradiction, DuplicateGroup, carried, copies},
    open_dataset::OpenDataset,
    sample::{Anomaly, Framing, Sample, SkipReason},
    summary::{Summary, reason_key},
};

/// The lists of one data set.
#[derive(Default)]
pub struct Overview {
    /// Known, but not kept alive.
    of: Weak<Dataset>,
    pub summary: Summary,
    /// Samples that are odd in some way and used all the same.
    pub odd: Anomalies,
    /// The same, with those first that may be wrong.
    pub odd_listed: Vec<u32>,
    /// How many are not square, and the first of them.
    pub not_square: (usize, Option<u32>),
    /// Groups of byte-identical copies, contradictions first.
    pub groups: Vec<DuplicateGroup>,
    /// The group that each copy is in.
    group_of: HashMap<u32, usize>,
    /// Groups that look the same, and what they were made from.
    pub near: Vec<DuplicateGroup>,
    near_of: usize,
    /// Skipped files by what they are, as indices into `skipped`.
    pub lost: Vec<u32>,
    pub foreign: Vec<u32>,
    /// What the user decided about.
    pub edited: Vec<Entry>,
    /// What the pictures show.
    pub framing: Framing,
    /// Whether folders name the parts of some.
    pub given: bool,
}

/// A line of a list: a sample, or a file that is not used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Entry {
    Sample(u32),
    Skipped(u32),
}

/// Where a file's picture is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    Sample(usize),
    Spare(usize),
}

/// From here on keys of entries are those of files without a picture, which last only as long as the data set is as it is.
pub const FILES: u32 = 1 << 31;

impl Entry {
    /// What marks it: its picture's place in the store, which stays while edits move it among the others.
    pub fn key(self, dataset: &Dataset) -> u32 {
        match (self, self.place(dataset)) {
            (_, Some(Place::Sample(index))) if index < dataset.pixels.len() => dataset.pixels.place(index) as u32,
            (_, Some(Place::Spare(index))) if index < dataset.spare.pixels.len() => dataset.spare.pixels.place(index) as u32,
            (Self::Sample(index), _) => index,
            (Self::Skipped(index), _) => FILES + index,
        }
    }

    /// Where its picture is, if it has one.
    pub fn place(self, dataset: &Dataset) -> Option<Place> {
        match self {
            Self::Sample(index) => Some(Place::Sample(index as usize)),
            Self::Skipped(index) => dataset.spare.find(&dataset.skipped[index as usize].file).map(Place::Spare),
        }
    }

    /// Its path below the folder.
    pub fn file(self, dataset: &Dataset) -> &Path {
        match self {
            Self::Sample(index) => &dataset.samples[index as usize].file,
            Self::Skipped(index) => &dataset.skipped[index as usize].file,
        }
    }
}

impl Place {
    /// Where `file` is, which was sample `then` once.
    pub fn of(dataset: &Dataset, file: &Path, then: usize) -> Option<Self> {
        dataset.spare.find(file).map(Self::Spare).or_else(|| dataset.find(file, then).map(Self::Sample))
    }

    /// Its place among those that are used, or those that are not.
    pub const fn index(self) -> usize {
        match self {
            Self::Sample(index) | Self::Spare(index) => index,
        }
    }

    /// What is known of the picture.
    pub fn sample(self, dataset: &Dataset) -> &Sample {
        match self {
            Self::Sample(index) => &dataset.samples[index],
            Self::Spare(index) => &dataset.spare.samples[index],
        }
    }
}

impl Overview {
    /// Counts anew if `open` is another data set, or look-alikes have come.
    pub fn follow(&mut self, open: &OpenDataset, near: Option<&(Arc<Dataset>, Arc<[DuplicateGroup]>)>) {
        let dataset = &open.dataset;
        if !std::ptr::eq(self.of.as_ptr(), Arc::as_ptr(dataset)) {
            *self = Self::of(open);
        }
        let found = near.map_or(0, |(_, groups)| groups.as_ptr() as usize);
        if self.near_of != found {
            self.near_of = found;
            self.near = near.map_or_else(Vec::new, |(then, groups)| match Arc::ptr_eq(then, dataset) {
                true => groups.to_vec(),
                false => carried(groups, &then.pixels, &dataset.pixels, &dataset.samples),
            });
        }
    }

    fn of(open: &OpenDataset) -> Self {
        let dataset = &open.dataset;
        let (summary, groups) = match &open.findings {
            Some(findings) => (findings.summary.clone(), findings.copies.clone()),
            None => {
                let groups = copies(&dataset.samples);
                (Summary::with_copies(dataset, &groups, None), groups)
            }
        };
        let indices = |wanted: &dyn Fn(&SkipReason) -> bool| {
            (0u32..).zip(&dataset.skipped).filter(|(_, s)| wanted(&s.reason)).map(|(i, _)| i).collect::<Vec<_>>()
        };
        let odd = Anomalies::of(&dataset.samples);
        let mut odd_listed = odd.samples.clone();
        odd_listed.sort_by_key(|index| dataset.samples[*index as usize].anomaly != Some(Anomaly::DoubtfulFace));
        let is_not_square = |sample: &Sample| matches!(sample.anomaly, Some(Anomaly::NotSquare { .. }));
        let mut not_square = (0u32..).zip(&dataset.samples).filter(|(_, sample)| is_not_square(sample)).map(|(index, _)| index);
        let first = not_square.next();
        let not_square = (not_square.count() + usize::from(first.is_some()), first);
        let group_of = groups.iter().enumerate().flat_map(|(g, group)| group.samples.iter().map(move |i| (*i, g))).collect();
        Self {
            of: Arc::downgrade(dataset),
            lost: indices(&|reason| !matches!(reason, SkipReason::NotAPicture | SkipReason::LeftOut)),
            foreign: indices(&|reason| *reason == SkipReason::NotAPicture),
            edited: edited(open),
            framing: dataset.framing(),
            given: dataset.samples.iter().any(|sample| sample.given_part.is_some()),
            summary,
            odd,
            odd_listed,
            not_square,
            groups,
            group_of,
            ..Self::default()
        }
    }

    /// Groups that disagree about the class.
    pub fn contradictions(&self) -> &[DuplicateGroup] {
        let count = self.groups.iter().take_while(|group| group.contradiction == Some(Contradiction::Class)).count();
        &self.groups[..count]
    }

    /// The byte-identical copies of a sample, itself not among them.
    pub fn twins(&self, index: u32) -> impl Iterator<Item = u32> + '_ {
        let group = self.group_of.get(&index).map_or(&[][..], |group| &self.groups[*group].samples);
        group.iter().copied().filter(move |twin| *twin != index)
    }

    /// Whether the names say ages.
    pub fn has_ages(&self) -> bool {
        !self.summary.ages.is_empty()
    }
}

fn edited(OpenDataset { dataset, edited, .. }: &OpenDataset) -> Vec<Entry> {
    let Some(edited) = edited else { return Vec::new() };
    let left_out = (0u32..).zip(&dataset.skipped).filter(|(_, s)| reason_key(&s.reason) == "left_out");
    let samples = (0u32..).zip(&dataset.samples).filter(|(_, sample)| edited.edits.get(&sample.file).is_some());
    left_out.map(|(i, _)| Entry::Skipped(i)).chain(samples.map(|(i, _)| Entry::Sample(i))).collect()
}
