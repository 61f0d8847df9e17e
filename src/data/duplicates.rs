//! Copies: pictures that are the same byte for byte, or look the same.

use std::collections::{BTreeMap, HashMap};

use rayon::prelude::*;

use super::sample::{Dataset, PIXEL_BYTES, SIDE, Sample};

/// Pictures that are copies of each other, as indices into the samples, ascending.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    pub samples: Vec<u32>,
    /// What their labels disagree about.
    pub contradiction: Option<Contradiction>,
}

/// What copies disagree about; the gravest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Contradiction {
    /// The class that is to be learned.
    Class,
    /// Age or race label alone.
    Other,
}

/// Groups of byte-identical pictures: contradictions about the class first, then other ones, then the rest.
pub fn copies(dataset: &Dataset) -> Vec<Group> {
    let mut by_hash: HashMap<u64, Vec<u32>> = HashMap::new();
    for (index, sample) in (0..).zip(&dataset.samples) {
        if sample.hash != 0 {
            by_hash.entry(sample.hash).or_default().push(index);
        }
    }
    groups(&dataset.samples, by_hash.into_values())
}

/// Groups of pictures that look the same, byte-identical ones included: [`looks`] that differ in at most
/// [`NEAR`] of 64 bits, linked through each other.
pub fn near(dataset: &Dataset) -> Vec<Group> {
    let looks: Vec<u64> = (0..dataset.pixels.len()).into_par_iter().map(|i| looks(dataset.pixels.get(i))).collect();
    // With at most 3 bits different, one of four 16-bit quarters is equal: only pictures that share one are compared.
    let mut quarters: HashMap<(u32, u16), Vec<u32>> = HashMap::new();
    let mut groups_of = Links((0..looks.len() as u32).collect());
    for (index, look) in (0u32..).zip(&looks) {
        for quarter in 0..4 {
            let others = quarters.entry((quarter, (look >> (16 * quarter)) as u16)).or_default();
            for &other in others.iter() {
                if (looks[other as usize] ^ look).count_ones() <= NEAR {
                    groups_of.join(index, other);
                }
            }
            others.push(index);
        }
    }
    let mut members: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
    for index in 0..looks.len() as u32 {
        members.entry(groups_of.first(index)).or_default().push(index);
    }
    groups(&dataset.samples, members.into_values())
}

/// Bits of 64 by which near-identical pictures may differ.
pub const NEAR: u32 = 3;

/// The difference hash of a cached picture (Krawetz 2013): gray means of 9 x 8 fields; each bit says whether a field is
/// brighter than the one to its right.
pub fn looks(pixels: &[u8]) -> u64 {
    debug_assert_eq!(pixels.len(), PIXEL_BYTES);
    let mut fields = [[0u64; 9]; 8];
    let mut counts = [[0u64; 9]; 8];
    for (at, pixel) in pixels.as_chunks::<3>().0.iter().enumerate() {
        let (row, column) = (at / SIDE * 8 / SIDE, at % SIDE * 9 / SIDE);
        // ITU-R BT.601 luma, times 1000.
        fields[row][column] += 299 * u64::from(pixel[0]) + 587 * u64::from(pixel[1]) + 114 * u64::from(pixel[2]);
        counts[row][column] += 1;
    }
    let mut bits = 0;
    for row in 0..8 {
        for column in 0..8 {
            let (a, b) = (fields[row][column] / counts[row][column], fields[row][column + 1] / counts[row][column + 1]);
            bits = bits << 1 | u64::from(a > b);
        }
    }
    bits
}

/// Age, race label and class.
type Labels = (Option<u16>, Option<u8>, u8);

/// Sorts groups of two or more by gravity, then by their first picture.
fn groups(samples: &[Sample], found: impl Iterator<Item = Vec<u32>>) -> Vec<Group> {
    let differ = |group: &[u32], what: fn(&Sample) -> Labels| {
        let first = what(&samples[group[0] as usize]);
        group.iter().any(|i| what(&samples[*i as usize]) != first)
    };
    let mut groups: Vec<Group> = found
        .filter(|group| group.len() > 1)
        .map(|group| {
            let contradiction = if differ(&group, |s| (None, None, s.class)) {
                Some(Contradiction::Class)
            } else {
                differ(&group, |s| (s.age, s.race, s.class)).then_some(Contradiction::Other)
            };
            Group { samples: group, contradiction }
        })
        .collect();
    groups.sort_by_key(|group| (group.contradiction.is_none(), group.contradiction, group.samples[0]));
    groups
}

/// Who is linked to whom: each points to an earlier one of its group, or to itself.
struct Links(Vec<u32>);

impl Links {
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
}
