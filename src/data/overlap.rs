//! Pictures that stand in more than one part: what folders that name the parts bring about, and what makes a test part say
//! less than it seems to.

use super::{dataset::Dataset, duplicates::by_content, sample::Part, summary::OverlapCounts};
use crate::text::{Lang, form, number, plural, say};

/// The pictures that a part shares with an earlier one, as indices into the samples.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Overlap {
    /// Test pictures that training has too.
    pub learned: Vec<u32>,
    /// Test pictures that validation has too, and training has not.
    pub checked: Vec<u32>,
    /// Validation pictures that training has too.
    pub validated: Vec<u32>,
    /// What has to be left out of training and validation so that no two parts share anything.
    pub surplus: Vec<u32>,
    /// Pictures of the validation and the test part.
    pub evaluation_counts: [u32; 2],
    /// Whether training and validation keep pictures of both classes without the surplus; known of copies alone.
    pub removable: bool,
}

impl Overlap {
    /// What the parts share of pictures that are the same byte for byte.
    pub fn new(dataset: &Dataset, parts: &[Option<Part>]) -> Self {
        let groups = by_content(&dataset.samples, 0..dataset.samples.len());
        let overlap = Self::of(groups.iter().map(Vec::as_slice), parts);
        Self { removable: overlap.leaves_both_classes(dataset, parts), ..overlap }
    }

    /// What the parts share, of pictures that count as the same by `groups`.
    pub fn of<'a>(groups: impl Iterator<Item = &'a [u32]>, parts: &[Option<Part>]) -> Self {
        let count = |part| parts.iter().filter(|p| **p == Some(part)).count() as u32;
        let mut overlap = Self { evaluation_counts: [count(Part::Validation), count(Part::Test)], ..Self::default() };
        for group in groups {
            let of = |part| group.iter().copied().filter(move |i| parts.get(*i as usize) == Some(&Some(part)));
            let [train, validation, test] = Part::ALL.map(|part| of(part).next().is_some());
            if train && test {
                overlap.learned.extend(of(Part::Test));
            } else if validation && test {
                overlap.checked.extend(of(Part::Test));
            }
            if train && validation {
                overlap.validated.extend(of(Part::Validation));
            }
            if validation || test {
                overlap.surplus.extend(of(Part::Train));
            }
            if test {
                overlap.surplus.extend(of(Part::Validation));
            }
        }
        for list in [&mut overlap.learned, &mut overlap.checked, &mut overlap.validated, &mut overlap.surplus] {
            list.sort_unstable();
        }
        overlap
    }

    /// How many test pictures look like one of training's without being the same byte for byte, of pictures that look the
    /// same by `near`.
    pub fn alike<'a>(&self, near: impl Iterator<Item = &'a [u32]>, parts: &[Option<Part>]) -> usize {
        Self::of(near, parts).learned.len().saturating_sub(self.learned.len())
    }

    /// Whether no two parts share a picture.
    pub fn is_empty(&self) -> bool {
        self.surplus.is_empty()
    }

    /// How many each of the lists holds.
    pub fn counts(&self) -> OverlapCounts {
        OverlapCounts {
            test_in_training: self.learned.len() as u64,
            test_in_validation: self.checked.len() as u64,
            validation_in_training: self.validated.len() as u64,
        }
    }

    /// See [`Overlap::removable`].
    fn leaves_both_classes(&self, dataset: &Dataset, parts: &[Option<Part>]) -> bool {
        let mut left = [[0u32; 2]; 3];
        for (sample, part) in dataset.samples.iter().zip(parts) {
            if let Some(part) = part {
                left[*part as usize][usize::from(sample.class == 1)] += 1;
            }
        }
        for index in &self.surplus {
            if let (Some(sample), Some(Some(part))) = (dataset.samples.get(*index as usize), parts.get(*index as usize)) {
                left[*part as usize][usize::from(sample.class == 1)] -= 1;
            }
        }
        left.iter().flatten().all(|count| *count > 0)
    }

    /// What is shared and what it means, the gravest first; nothing if no two parts share a picture.
    pub fn sentences(&self, lang: Lang) -> Vec<String> {
        let [validation, test] = self.evaluation_counts.map(u64::from);
        let mut sentences = Vec::new();
        if !self.learned.is_empty() {
            let what = also(lang, self.learned.len(), test, Part::Test, Part::Train);
            sentences.push(match lang {
                Lang::En => format!("{what}: the accuracy will say little about new pictures"),
                Lang::Fr => format!("{what}\u{a0}: l’exactitude dira peu de choses sur des images nouvelles"),
            });
        }
        if !self.checked.is_empty() {
            let what = also(lang, self.checked.len(), test, Part::Test, Part::Validation);
            sentences.push(match lang {
                Lang::En => format!("{what}, by which the best epoch is chosen"),
                Lang::Fr => format!("{what}, qui sert à choisir la meilleure époque"),
            });
        }
        if !self.validated.is_empty() {
            let what = also(lang, self.validated.len(), validation, Part::Validation, Part::Train);
            let one = self.validated.len() == 1;
            sentences.push(match lang {
                Lang::En => format!("{what}: {} cannot show overfitting", if one { "it" } else { "they" }),
                Lang::Fr if one => format!("{what}\u{a0}: elle ne révèle pas le surapprentissage"),
                Lang::Fr => format!("{what}\u{a0}: elles ne révèlent pas le surapprentissage"),
            });
        }
        sentences
    }
}

/// `3 test pictures look like one of training’s`.
pub fn look_alikes(lang: Lang, count: u64) -> String {
    let one = say("test picture looks like one of training’s", "image de test ressemble à une image d’entraînement");
    let more = say("test pictures look like one of training’s", "images de test ressemblent à une image d’entraînement");
    plural(lang, count, one, more)
}

/// `20 of the 40 test pictures are also in training`.
pub fn also(lang: Lang, count: usize, all: u64, of: Part, part: Part) -> String {
    let (n, all) = (number(lang, count as u64), number(lang, all));
    let of = match of {
        Part::Train => [" training", " d’entraînement"],
        Part::Validation => [" validation", " de validation"],
        Part::Test => [" test", " de test"],
    };
    let are = form(lang, count as u64, say("is", "est"), say("are", "sont"));
    match lang {
        Lang::En => {
            format!("{n} of the {all}{} pictures {are} also in {}", of[0], part.name().en)
        }
        Lang::Fr => {
            let place = match part {
                Part::Train => "à l’entraînement",
                Part::Validation => "en validation",
                Part::Test => "au test",
            };
            format!("{n} des {all} images{} {are} aussi {place}", of[1])
        }
    }
}
