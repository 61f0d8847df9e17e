//! Which pictures of a folder are odd. What most of them share (all are gray, or none is square) is the folder's own way; it is
//! said once, and whoever looks for odd pictures is not shown all of them.

use std::collections::BTreeMap;

use super::sample::{Anomaly, Sample};
use crate::text::{Lang, say};

/// The odd pictures of a folder.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Anomalies {
    /// By their places, in order.
    pub samples: Vec<u32>,
    /// What most pictures share, if they share anything.
    pub usual: Option<Usual>,
}

/// What more than half of a folder's pictures have in common.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Usual {
    kind: Way,
    /// How many have it.
    pub pictures: u32,
    /// Whether all have it.
    pub all: bool,
}

/// How pictures can be, without any of them being damaged or misnamed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Way {
    Converted(String),
    NotSquare,
    Small,
}

impl Way {
    fn of(anomaly: &Anomaly) -> Option<Self> {
        match anomaly {
            Anomaly::Converted { from } => Some(Self::Converted(from.clone())),
            Anomaly::NotSquare { .. } => Some(Self::NotSquare),
            Anomaly::Small { .. } => Some(Self::Small),
            _ => None,
        }
    }
}

impl Anomalies {
    /// Looks for those of `samples`.
    pub fn of(samples: &[Sample]) -> Self {
        let mut counts: BTreeMap<Way, u32> = BTreeMap::new();
        for way in samples.iter().filter_map(|sample| Way::of(sample.anomaly.as_ref()?)) {
            *counts.entry(way).or_default() += 1;
        }
        let most = counts.into_iter().find(|(_, pictures)| *pictures as usize * 2 > samples.len());
        let usual = most.map(|(kind, pictures)| Usual { kind, pictures, all: pictures as usize == samples.len() });
        // Whoever has corrected a picture has looked at it.
        let is_odd = |sample: &Sample| {
            let way = sample.anomaly.as_ref().filter(|anomaly| **anomaly != Anomaly::Repaired).map(Way::of);
            way.is_some_and(|way| way.is_none() || way.as_ref() != usual.as_ref().map(|usual| &usual.kind))
        };
        let samples = (0u32..).zip(samples).filter(|(_, sample)| is_odd(sample)).map(|(index, _)| index).collect();
        Self { samples, usual }
    }

    /// The odd ones of `samples`, in which they were found, and what each is.
    pub fn anomalies<'a>(&'a self, samples: &'a [Sample]) -> impl Iterator<Item = (&'a Sample, &'a Anomaly)> {
        self.samples.iter().filter_map(|index| {
            let sample = &samples[*index as usize];
            Some((sample, sample.anomaly.as_ref()?))
        })
    }

    /// Whether the sample at `index` is odd.
    pub fn contains(&self, index: u32) -> bool {
        self.samples.binary_search(&index).is_ok()
    }
}

impl Usual {
    /// What the pictures are, to go on a line: `all gray, read as color`.
    pub fn sentence(&self, lang: Lang) -> String {
        let share = if self.all { say("all", "toutes") } else { say("most", "la plupart") }.get(lang);
        match (&self.kind, lang) {
            (Way::Converted(from), Lang::En) if from == "gray" => format!("{share} gray, read as color"),
            (Way::Converted(from), Lang::Fr) if from == "gray" => format!("{share} en gris, lues en couleurs"),
            (Way::Converted(from), Lang::En) => format!("{share} converted from {from}"),
            (Way::Converted(from), Lang::Fr) => format!("{share} converties depuis {from}"),
            (Way::NotSquare, Lang::En) => format!("{share} not square"),
            (Way::NotSquare, Lang::Fr) => format!("{share} non carrées"),
            (Way::Small, Lang::En) => format!("{share} enlarged, and blurred by that"),
            (Way::Small, Lang::Fr) => format!("{share} agrandies, donc floues"),
        }
    }
}
