//! Copies: pictures that are the same byte for byte, or look the same.

use std::{
    collections::{BTreeMap, HashMap},
    path::Path,
};

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::{face_file, perceptual_hash::PerceptualHash, pixels::Pixels, sample::Sample};
use crate::{
    control::{Control, Stage},
    problem::Problem,
};

/// Pictures that are copies of each other, as indices into the samples, ascending.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DuplicateGroup {
    pub samples: Vec<u32>,
    /// What their labels disagree about.
    pub contradiction: Option<Contradiction>,
}

/// What copies disagree about; the gravest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Contradiction {
    /// The class that is to be learned.
    Class,
    /// Age or race label alone.
    Other,
}

/// Groups of byte-identical pictures: contradictions about the class first, then other ones, then the rest.
pub fn copies(samples: &[Sample]) -> Vec<DuplicateGroup> {
    by_severity(samples, by_content(samples, 0..samples.len()).into_iter())
}

/// Groups of two or more of `among` with the same content, each ascending, in no order.
pub fn by_content(samples: &[Sample], among: impl Iterator<Item = usize>) -> Vec<Vec<u32>> {
    // Zero is the hash of a file that was not read.
    let mut order: Vec<(u64, u32)> = among.map(|i| (samples[i].hash, i as u32)).filter(|(hash, _)| *hash != 0).collect();
    order.par_sort_unstable();
    let runs = order.chunk_by(|a, b| a.0 == b.0).filter(|run| run.len() > 1);
    runs.map(|run| run.iter().map(|(_, index)| *index).collect()).collect()
}

/// Groups of pictures that look the same, byte-identical ones included: [`PerceptualHash`]s that are [near](PerceptualHash::near), linked
/// through each other.
///
/// # Errors
/// A picture that can no longer be read.
pub fn near(samples: &[Sample], pixels: &Pixels) -> Result<Vec<DuplicateGroup>, Problem> {
    Ok(by_severity(samples, look_alikes(pixels)?.into_iter()))
}

/// The members of [`near`]'s groups, each ascending, in no order.
///
/// # Errors
/// A picture that can no longer be read.
pub fn look_alikes(pixels: &Pixels) -> Result<Vec<Vec<u32>>, Problem> {
    let looks = (0..pixels.len()).into_par_iter().map(|i| pixels.look(i)).collect::<Result<Vec<_>, _>>()?;
    Ok(linked(&looks, PerceptualHash::near))
}

/// As [`near`], with progress.
///
/// # Errors
/// Cancelled, a picture that can no longer be read.
pub fn find_near(
    samples: &[Sample],
    pixels: &Pixels,
    control: &Control,
    progress: &mut dyn FnMut(Stage, u64, u64),
) -> Result<Vec<DuplicateGroup>, Problem> {
    let total = pixels.len();
    let mut all = Vec::with_capacity(total);
    for start in (0..total).step_by(CHUNK) {
        if control.cancelled() {
            return Err(Problem::cancelled());
        }
        progress(Stage::Comparing, start as u64, total as u64);
        let some = (start..(start + CHUNK).min(total)).into_par_iter().map(|i| pixels.look(i));
        all.extend(some.collect::<Result<Vec<_>, _>>()?);
    }
    Ok(by_severity(samples, linked(&all, PerceptualHash::near).into_iter()))
}

/// Pictures looked at between two reports.
const CHUNK: usize = 2048;

/// Pictures with the same quarter of bits that one is compared with at most, the last ones. Where far more share one, as blank pages do, the comparisons grow with their number and not with its square.
pub const MOST_COMPARED: usize = 4096;

/// Links pictures whose looks are `near`: groups of two or more, each ascending. Equal looks are always linked.
pub fn linked(looks: &[&PerceptualHash], mut near: impl FnMut(&PerceptualHash, &PerceptualHash) -> bool) -> Vec<Vec<u32>> {
    // With at most 3 bits different, one of four 16-bit quarters is equal: only pictures that share one are compared.
    let mut quarters: HashMap<(u32, u16), Vec<u32>> = HashMap::new();
    let mut groups_of = UnionFind((0..looks.len() as u32).collect());
    let mut firsts: HashMap<&PerceptualHash, u32> = HashMap::with_capacity(looks.len());
    for (index, look) in (0u32..).zip(looks) {
        // What is near one of two that are equal is near the other.
        let first = *firsts.entry(look).or_insert(index);
        if first != index {
            groups_of.join(index, first);
            continue;
        }
        for quarter in 0..4 {
            let others = quarters.entry((quarter, (look.bits >> (16 * quarter)) as u16)).or_default();
            for &other in others.iter().rev().take(MOST_COMPARED) {
                // Those that share an earlier quarter too were compared there.
                let differ = look.bits ^ looks[other as usize].bits;
                let again = (0..quarter).any(|earlier| (differ >> (16 * earlier)) as u16 == 0);
                if !again && near(look, looks[other as usize]) {
                    groups_of.join(index, other);
                }
            }
            others.push(index);
        }
    }
    groups_of.groups()
}

/// These groups, with the faces of each photo together: they share the place, the light and often the people. Groups that have
/// a sample in common are one.
pub fn with_faces_together(groups: Vec<Vec<u32>>, samples: &[Sample]) -> Vec<Vec<u32>> {
    if samples.iter().all(|sample| face_file::number(&sample.file) == 1) {
        return groups;
    }
    let mut photos: HashMap<&Path, Vec<u32>> = HashMap::with_capacity(samples.len());
    for (index, sample) in (0u32..).zip(samples) {
        photos.entry(face_file::photo(&sample.file)).or_default().push(index);
    }
    let mut groups_of = UnionFind((0..samples.len() as u32).collect());
    for group in groups.iter().chain(photos.values()) {
        group.iter().for_each(|index| groups_of.join(group[0], *index));
    }
    groups_of.groups()
}

/// Age, race label and class.
type Labels = (Option<u16>, Option<u8>, u8);

/// Groups of two or more with what they disagree about, by gravity, then by their first picture.
pub fn by_severity(samples: &[Sample], found: impl Iterator<Item = Vec<u32>>) -> Vec<DuplicateGroup> {
    let differ = |group: &[u32], what: fn(&Sample) -> Labels| {
        let first = what(&samples[group[0] as usize]);
        group.iter().any(|i| what(&samples[*i as usize]) != first)
    };
    let mut groups: Vec<DuplicateGroup> = found
        .filter(|group| group.len() > 1)
        .map(|group| {
            let contradiction = if differ(&group, |s| (None, None, s.class)) {
                Some(Contradiction::Class)
            } else {
                differ(&group, |s| (s.age, s.race, s.class)).then_some(Contradiction::Other)
            };
            DuplicateGroup { samples: group, contradiction }
        })
        .collect();
    groups.sort_by_key(|group| (group.contradiction.is_none(), group.contradiction, group.samples[0]));
    groups
}

/// Groups of pictures of `then` as such of `now`, whose `samples` have other edits. A picture is known by its place in the
/// buffer, which is the same in both.
pub fn carried(groups: &[DuplicateGroup], then: &Pixels, now: &Pixels, samples: &[Sample]) -> Vec<DuplicateGroup> {
    // Of each place, the sample that is there now: a lookup for each of 200,000 pictures would take a frame.
    let mut there: Vec<Option<u32>> = Vec::new();
    for index in 0..now.len() {
        let place = now.place(index);
        if there.len() <= place {
            there.resize(place + 1, None);
        }
        there[place] = Some(index as u32);
    }
    let place = |i: &u32| there.get(then.place(*i as usize)).copied().flatten();
    let members = groups.iter().map(|g| g.samples.iter().filter_map(place).collect::<Vec<u32>>());
    by_severity(samples, members)
}

/// Who is linked to whom: each points to an earlier one of its group, or to itself.
struct UnionFind(Vec<u32>);

impl UnionFind {
    fn first(&mut self, mut index: u32) -> u32 {
        while self.0[index as usize] != index {
            let next = self.0[index as usize];
            self.0[index as usize] = self.0[next as usize];
            index = next;
        }
        index
    }

    fn join(&mut self, a: u32, b: u32) {
        let (a, b) = (self.first(a), self.first(b));
        self.0[a.max(b) as usize] = a.min(b);
    }

    /// Groups of two or more, each ascending.
    fn groups(mut self) -> Vec<Vec<u32>> {
        let mut members: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
        for index in 0..self.0.len() as u32 {
            members.entry(self.first(index)).or_default().push(index);
        }
        members.into_values().filter(|group| group.len() > 1).collect()
    }
}
