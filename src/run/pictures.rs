//! Which picture was in which part with which label, so that a run can go on with exactly what it began with, and be
//! evaluated on others.

use std::collections::{HashMap, HashSet};

use serde::{Deserialize, Serialize};

use crate::{
    data::{
        dataset::Dataset,
        sample::{Part, Sample},
        split::Split,
    },
    plan::{Plan, start::PriorPictures},
    problem::{Kind, Problem},
    text::{LocalizedText, number, say},
};

/// One picture of a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Picture {
    /// Path below the dataset's folder; what is not UTF-8 in it is replaced.
    pub file: String,
    /// Of the file's content, as in [`crate::data::sample::Sample`].
    pub hash: u64,
    pub class: u8,
    pub part: Part,
}

impl Picture {
    /// The pictures of a plan, in the data set's order.
    pub fn all(plan: &Plan) -> Vec<Self> {
        let samples = plan.dataset.samples.iter().zip(&plan.split.parts);
        samples
            .filter_map(|(sample, part)| {
                let file = sample.file.to_string_lossy().into_owned();
                Some(Self { file, hash: sample.hash, class: sample.class, part: (*part)? })
            })
            .collect()
    }

    /// Finds a run's pictures in `dataset`: the split that the run began with, and the data set with the labels of then.
    /// Pictures are sought by name and content, then by content alone: a renamed picture is the same one. Those that have
    /// come since belong to no part.
    ///
    /// # Errors
    /// Pictures that are gone or have changed.
    pub fn find(pictures: &[Self], dataset: &Dataset) -> Result<(Dataset, Split), Problem> {
        let places: HashMap<_, usize> =
            dataset.samples.iter().enumerate().map(|(i, s)| ((s.file.to_string_lossy(), s.hash), i)).collect();
        let mut split = Split { parts: vec![None; dataset.samples.len()], ..Split::default() };
        let mut labels = Vec::with_capacity(pictures.len());
        let mut renamed = Vec::new();
        for picture in pictures {
            match places.get(&(picture.file.as_str().into(), picture.hash)) {
                Some(&place) => {
                    split.parts[place] = Some(picture.part);
                    labels.push((place, picture.class));
                }
                None => renamed.push(picture),
            }
        }
        let mut contents: HashMap<u64, Vec<usize>> = HashMap::new();
        if !renamed.is_empty() {
            let free = dataset.samples.iter().enumerate().rev().filter(|(place, _)| split.parts[*place].is_none());
            free.for_each(|(place, sample)| contents.entry(sample.hash).or_default().push(place));
        }
        for picture in renamed {
            if let Some(place) = contents.get_mut(&picture.hash).and_then(Vec::pop) {
                split.parts[place] = Some(picture.part);
                labels.push((place, picture.class));
            }
        }
        let missing = pictures.len() - labels.len();
        if missing > 0 {
            return Err(Problem::new(
                Kind::Data,
                LocalizedText::by(|lang| {
                    let (count, all) = (number(lang, missing as u64), number(lang, pictures.len() as u64));
                    match labels.is_empty() {
                        true => say(
                            "None of the run’s {all} pictures are in this folder as they were when it began",
                            "Aucune des {all} images de l’essai n’est dans ce dossier telle qu’elle était au début",
                        ),
                        false if missing == 1 => say(
                            "1 of the run’s {all} pictures is gone or has changed since it began",
                            "1 des {all} images de l’essai a disparu ou changé depuis son début",
                        ),
                        false => say(
                            "{missing} of the run’s {all} pictures are gone or have changed since it began",
                            "{missing} des {all} images de l’essai ont disparu ou changé depuis son début",
                        ),
                    }
                    .get(lang)
                    .replace("{missing}", &count)
                    .replace("{all}", &all)
                }),
                say(
                    "Choose the folder as it was, or train again",
                    "Indiquez le dossier tel qu’il était, ou relancez un entraînement",
                ),
            ));
        }
        let mut then = dataset.clone();
        for (place, class) in labels {
            then.samples[place].class = class;
        }
        Ok((then, split))
    }

    /// The parts in which a run's pictures were, for those that `dataset` still has; labels are those of now.
    pub fn split(pictures: &[Self], dataset: &Dataset) -> Split {
        let parts: HashMap<_, Part> = pictures.iter().map(|p| ((p.file.as_str(), p.hash), p.part)).collect();
        let part = |sample: &Sample| parts.get(&(sample.file.to_string_lossy().as_ref(), sample.hash)).copied();
        Split { parts: dataset.samples.iter().map(part).collect(), ..Split::default() }
    }

    /// Indices of the pictures of `dataset` that are in none of the run's parts nor among what its weights were made of
    /// before it began, by content.
    pub fn unseen(pictures: &[Self], prior: &[PriorPictures], dataset: &Dataset) -> Vec<u32> {
        let own: HashSet<u64> = pictures.iter().map(|picture| picture.hash).collect();
        let is_new = |hash| !own.contains(&hash) && prior.iter().all(|prior| prior.part(hash).is_none());
        (0u32..).zip(&dataset.samples).filter(|(_, sample)| is_new(sample.hash)).map(|(i, _)| i).collect()
    }
}
