//! The numbers of a data set: what is in it, what is odd, and what a model could learn from it by accident.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{
    duplicates::DuplicateGroup,
    sample::{Anomaly, Part, SkipReason},
};
use crate::text::LocalizedText;

/// A data set in numbers; the Data page shows it and `trombine check --json` writes it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Summary {
    /// Files that were met.
    pub found: u64,
    pub usable: u64,
    /// Usable pictures with something odd that is not the folder's own way ([`Anomalies`](super::anomalies::Anomalies)), by kind: `no_race`, `misspelled`, `converted`, `not_square`, `small`, `suspect`, `wrong_extension`, `several_faces`, `doubtful_face`.
    pub odd: BTreeMap<String, u64>,
    /// Files that are not used, by kind: `not_a_picture`, `name`, `damaged`, `unreadable`, `too_large`,
    /// `unknown_content`, `foreign_format`, `no_face`, `not_a_file`, `not_unicode`, `no_line`, `left_out`.
    pub skipped: BTreeMap<String, u64>,
    pub copies: CopyCounts,
    /// In the order of the task.
    pub classes: Vec<Class>,
    /// The share that always naming the larger class gets right.
    pub baseline: f64,
    /// Ten years each, from 0; the last, 80, is open. Empty if no age is known.
    pub ages: Vec<AgeBand>,
    pub unknown_age: u64,
    /// By UTKFace's label; empty if none is known.
    pub races: Vec<Race>,
    pub unknown_race: u64,
    /// What a model could learn by accident, in one sentence, if anything stands out.
    pub shortcut: Option<LocalizedText>,
    /// Pictures of each class in the training, validation and test part, if a split was given.
    pub parts: Option<[PartCount; 3]>,
    /// Groups of copies that a plain random split would have torn apart.
    pub kept_together: Option<u64>,
    /// What the parts share, byte for byte, if a split was given.
    pub overlap: Option<OverlapCounts>,
}

/// Byte-identical pictures.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CopyCounts {
    pub groups: u64,
    pub pictures: u64,
    /// Groups that disagree about the class.
    pub contradicting_class: u64,
    /// Groups that disagree about anything, the class included.
    pub contradicting: u64,
}

/// The pictures of one class.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Class {
    pub name: String,
    pub pictures: u64,
}

/// The pictures of ten years of age.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AgeBand {
    /// Years; the band reaches nine further, the last one to the end.
    pub from: u16,
    /// Of each class.
    pub pictures: Vec<u64>,
}

/// The pictures with one of UTKFace's race labels.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Race {
    pub label: u8,
    pub name: LocalizedText,
    /// Of each class.
    pub pictures: Vec<u64>,
}

/// The pictures of one part of the split.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartCount {
    pub part: Part,
    /// Of each class.
    pub pictures: Vec<u64>,
}

/// A summary with the groups of copies behind it, as a data set carries it: counted where it was opened, not where it is shown.
#[derive(Clone, Debug)]
pub struct Findings {
    pub summary: Summary,
    pub copies: Vec<DuplicateGroup>,
}

/// What the parts share, byte for byte, in numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OverlapCounts {
    /// Test pictures that training has too.
    pub test_in_training: u64,
    /// Test pictures that validation has too, and training has not.
    pub test_in_validation: u64,
    /// Validation pictures that training has too.
    pub validation_in_training: u64,
}

/// The key under which a kind of anomaly is counted.
pub fn anomaly_key(anomaly: &Anomaly) -> &'static str {
    match anomaly {
        Anomaly::NoRace => "no_race",
        Anomaly::Misspelled { .. } => "misspelled",
        Anomaly::Repaired => "repaired",
        Anomaly::Converted { .. } => "converted",
        Anomaly::NotSquare { .. } => "not_square",
        Anomaly::Small { .. } => "small",
        Anomaly::Suspect { .. } => "suspect",
        Anomaly::WrongExtension { .. } => "wrong_extension",
        Anomaly::SeveralFaces { .. } => "several_faces",
        Anomaly::DoubtfulFace => "doubtful_face",
    }
}

/// The key under which a reason is counted.
pub fn reason_key(reason: &SkipReason) -> &'static str {
    match reason {
        SkipReason::NotAPicture => "not_a_picture",
        SkipReason::Name => "name",
        SkipReason::Damaged { .. } => "damaged",
        SkipReason::Unreadable { .. } => "unreadable",
        SkipReason::TooLarge { .. } => "too_large",
        SkipReason::Unknown => "unknown_content",
        SkipReason::Unsupported { .. } => "unsupported_kind",
        SkipReason::Foreign { .. } => "foreign_format",
        SkipReason::NoFace => "no_face",
        SkipReason::SeveralFaces { .. } => "several_faces",
        SkipReason::NotAFile => "not_a_file",
        SkipReason::NotUnicode => "not_unicode",
        SkipReason::NoLine => "no_line",
        SkipReason::LeftOut => "left_out",
    }
}
