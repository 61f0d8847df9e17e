//! A folder of pictures as a whole: its samples and their pixels.

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::{
    face_crop::FaceCrops,
    hash::hash,
    picture_size::PictureShape,
    pixels::Pixels,
    reading::Understood,
    sample::{Framing, Sample, Skipped, Source},
    task::Task,
};

use crate::{
    setting_def::Choice as _,
    text::{Lang, years},
};

/// A folder of pictures, read and checked. It does not change; an edit makes a new one (see `data/edited.rs`), and what is
/// derived of it stands beside it, in an [`OpenDataset`](super::open_dataset::OpenDataset).
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Dataset {
    pub source: Source,
    /// What is to be learned, with the names of the classes.
    #[serde(flatten)]
    pub task: Task,
    pub samples: Vec<Sample>,
    pub skipped: Vec<Skipped>,
    /// How its names and folders were read.
    #[serde(default)]
    pub understood: Understood,
    /// The decoded pictures, in the order of `samples`.
    #[serde(skip)]
    pub pixels: Pixels,
    /// Pictures that are not used but can be seen; each is among `skipped` too.
    #[serde(skip)]
    pub spare: UnusedSamples,
}

/// Decoded pictures that are not used: left out by the user, or nobody knows what they show.
#[derive(Clone, Debug, Default)]
pub struct UnusedSamples {
    /// In the order of their paths. The class of a picture whose name says none means nothing.
    pub samples: Vec<Sample>,
    /// In the order of `samples`.
    pub pixels: Pixels,
}

impl UnusedSamples {
    /// Which one it is, if the file is among them.
    pub fn find(&self, file: &Path) -> Option<usize> {
        self.samples.binary_search_by(|sample| sample.file.as_path().cmp(file)).ok()
    }
}

/// The ages of a data set's pictures, in years.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AgeSpan {
    pub youngest: u8,
    pub oldest: u8,
    pub mean: f64,
}

impl AgeSpan {
    /// `ages 1 to 90, mean 33.2 years`.
    pub fn words(self, lang: Lang) -> String {
        let (youngest, oldest, mean) = (self.youngest, self.oldest, years(lang, self.mean, 1));
        match lang {
            Lang::En => format!("ages {youngest} to {oldest}, mean {mean}"),
            Lang::Fr => format!("âges de {youngest} à {oldest}, moyenne {mean}"),
        }
    }
}

/// How far a picture is sought from where it was.
const FAR: usize = 1000;

impl Dataset {
    /// Samples of each class.
    pub fn balance(&self) -> Vec<usize> {
        let mut counts = vec![0; self.task.len()];
        self.samples.iter().for_each(|sample| counts[usize::from(sample.class)] += 1);
        counts
    }

    /// Those of each class among `samples`.
    pub fn balance_of(&self, samples: &[u32]) -> Vec<usize> {
        let mut counts = vec![0; self.task.len()];
        samples.iter().for_each(|index| counts[usize::from(self.samples[*index as usize].class)] += 1);
        counts
    }

    /// The ages of its samples, where ages are the labels.
    pub fn age_span(&self) -> Option<AgeSpan> {
        let ages = || self.samples.iter().map(|sample| sample.class);
        let (youngest, oldest) = (ages().min()?, ages().max()?);
        let mean = ages().map(f64::from).sum::<f64>() / self.samples.len() as f64;
        self.task.is_regression().then_some(AgeSpan { youngest, oldest, mean })
    }

    /// What every picture of it became as it was decoded.
    pub fn picture_shape(&self) -> PictureShape {
        PictureShape { side: self.pixels.side(), resize: self.understood.reading.resize }
    }

    /// How its pictures are framed: as UTKFace's are if they were cut so, or most of them have its names.
    pub fn framing(&self) -> Framing {
        let named = self.samples.iter().filter(|sample| sample.age.is_some()).count();
        match self.source {
            Source::Folder(_) if self.understood.reading.faces != FaceCrops::Off => Framing::FaceCrop,
            Source::Folder(_) if named * 2 > self.samples.len() => Framing::FaceCrop,
            _ => Framing::Whole,
        }
    }

    /// A number that changes with any picture that comes, goes, or gets another label or content.
    pub fn fingerprint(&self) -> u64 {
        let mut bytes = Vec::with_capacity(self.samples.len() * 48);
        for sample in &self.samples {
            bytes.extend_from_slice(sample.file.as_os_str().as_encoded_bytes());
            bytes.push(sample.class);
            bytes.extend_from_slice(&sample.hash.to_le_bytes());
        }
        if self.understood.reading.faces != FaceCrops::Off {
            bytes.push(self.understood.reading.faces as u8);
        }
        if !self.understood.reading.resize.is_default() {
            bytes.extend_from_slice(self.understood.reading.resize.key().as_bytes());
        }
        hash(&bytes)
    }

    /// Where a file's picture is among the samples. It is sought first where it was in the data set of which it was the
    /// one at `then`: pictures that were left out since have moved those after it down, those brought back have moved them
    /// up, by 1,000 places at most.
    pub fn find(&self, file: &Path, then: usize) -> Option<usize> {
        let is = |index: &usize| self.samples.get(*index).is_some_and(|s| s.file == file);
        let last = self.samples.len().saturating_sub(1);
        let near = (0..=FAR).flat_map(|d| [then.saturating_sub(d), (then + d).min(last)]).find(is);
        // A picture whose name was repaired stands behind the others.
        near.or_else(|| (last.saturating_sub(FAR)..=last).find(is))
    }
}
