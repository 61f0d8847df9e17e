//! What a run had before of the pictures on which it was evaluated, so that nothing is called new that was not.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::{Prediction, Rate, Report, words::about};
use crate::{
    data::{
        overlap::{Overlap, also, look_alikes},
        sample::Part,
    },
    text::{Lang, number, plural, say},
};

/// Which of the evaluated pictures the run had before.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Seen {
    /// Places among the predictions of those that training had too, byte for byte.
    pub learned: Vec<u32>,
    /// Of those that validation had too, and training had not.
    pub checked: Vec<u32>,
    /// How many of either are there only because the run that this one started from had them, of those that it learned from and
    /// of those that its best epoch was chosen by.
    pub prior: [u32; 2],
    /// How many look like one of training's without being the same; `None` where they were not compared.
    pub alike: Option<u32>,
    /// Pictures of a folder apart that were not evaluated, since the run has them already.
    pub left_out: u32,
}

impl Seen {
    /// What `overlap` says of the evaluated pictures.
    pub fn new(predictions: &[Prediction], overlap: &Overlap) -> Self {
        let places: HashMap<u32, u32> = predictions.iter().zip(0..).map(|(p, place)| (p.sample, place)).collect();
        let among = |samples: &[u32]| samples.iter().filter_map(|sample| places.get(sample).copied()).collect();
        Self { learned: among(&overlap.learned), checked: among(&overlap.checked), ..Self::default() }
    }

    /// Adds those that the weights had before the run began: for each prediction in which part, if in any.
    pub fn add_prior(&mut self, parts: impl Iterator<Item = Option<Part>>) {
        let mut own: HashMap<u32, Part> = self.checked.iter().map(|place| (*place, Part::Validation)).collect();
        own.extend(self.learned.iter().map(|place| (*place, Part::Train)));
        for (place, part) in (0u32..).zip(parts) {
            match (part, own.get(&place)) {
                (Some(part @ Part::Train), None | Some(Part::Validation)) => {
                    own.insert(place, part);
                    self.prior[0] += 1;
                }
                (Some(part @ Part::Validation), None) => {
                    own.insert(place, part);
                    self.prior[1] += 1;
                }
                _ => {}
            }
        }
        let places = |of: Part| {
            let mut places: Vec<u32> = own.iter().filter(|(_, part)| **part == of).map(|(place, _)| *place).collect();
            places.sort_unstable();
            places
        };
        (self.learned, self.checked) = (places(Part::Train), places(Part::Validation));
    }

    /// Whether none of the evaluated pictures was among the run's others.
    pub fn is_new(&self) -> bool {
        self.learned.is_empty() && self.checked.is_empty()
    }
}

impl Report {
    /// Whether it is known that the run had none of the evaluated pictures before, nor one that looks the same.
    pub fn is_of_new_pictures(&self) -> bool {
        self.seen.as_ref().is_some_and(|seen| seen.is_new() && seen.alike == Some(0))
    }

    /// What keeps the result from saying how good the run is on new pictures, the gravest first.
    pub fn reservations(&self, threshold: f64, lang: Lang) -> Vec<String> {
        let Some(seen) = &self.seen else { return Vec::new() };
        let all = self.predictions.len() as u64;
        let mut said = Vec::new();
        if !seen.learned.is_empty() {
            let what = also(lang, seen.learned.len(), all, Part::Test, Part::Train) + &through_start(lang, seen.prior[0]);
            let others = self.without(&seen.learned, threshold);
            said.push(match (lang, others.n) {
                (Lang::En, _) if self.task.is_regression() => format!("{what}: the mean error says little about new pictures"),
                (Lang::Fr, _) if self.task.is_regression() => {
                    format!("{what}\u{a0}: l’erreur moyenne dit peu de choses sur des images nouvelles")
                }
                (Lang::En, 0) => format!("{what}: the accuracy says little about new pictures"),
                (Lang::Fr, 0) => format!("{what}\u{a0}: l’exactitude dit peu de choses sur des images nouvelles"),
                (_, n) => {
                    let right = about(others.share(), lang);
                    let rest = plural(lang, n.into(), say("other", "autre"), say("others", "autres"));
                    match lang {
                        Lang::En => format!(
                            "{what}: the accuracy says little about new pictures; of the {rest}, {right} are right"
                        ),
                        Lang::Fr => format!(
                            "{what}\u{a0}: l’exactitude dit peu de choses sur des images nouvelles\u{a0}; sur {rest}, {right} sont justes"
                        ),
                    }
                }
            });
        }
        if !seen.checked.is_empty() {
            let what = also(lang, seen.checked.len(), all, Part::Test, Part::Validation) + &through_start(lang, seen.prior[1]);
            said.push(match lang {
                Lang::En => format!("{what}, by which the best epoch was chosen"),
                Lang::Fr => format!("{what}, qui a servi à choisir la meilleure époque"),
            });
        }
        if let Some(alike) = seen.alike.filter(|alike| *alike > 0) {
            said.push(look_alikes(lang, alike.into()));
        }
        said
    }

    /// What was left out of a folder apart, if anything.
    pub fn left_out(&self, lang: Lang) -> Option<String> {
        let left_out = self.seen.as_ref()?.left_out;
        let one = say(
            "picture of the folder was left out: the run has it already",
            "image du dossier a été laissée de côté : l’essai l’a déjà",
        );
        let more = say(
            "pictures of the folder were left out: the run has them already",
            "images du dossier ont été laissées de côté : l’essai les a déjà",
        );
        (left_out > 0).then(|| plural(lang, left_out.into(), one, more))
    }

    /// How often it is right without the predictions at these places.
    fn without(&self, places: &[u32], threshold: f64) -> Rate {
        let raw = self.logit_threshold(threshold);
        let mut kept = vec![true; self.predictions.len()];
        places.iter().for_each(|place| {
            if let Some(kept) = kept.get_mut(*place as usize) {
                *kept = false;
            }
        });
        let others = self.predictions.iter().zip(kept).filter(|(_, kept)| *kept);
        let (hits, n) = others.fold((0, 0), |(hits, n), (p, _)| (hits + u32::from(p.correct(raw)), n + 1));
        Rate { hits, n }
    }
}

/// ` (22 through the run that it started from)`.
fn through_start(lang: Lang, count: u32) -> String {
    let n = number(lang, count.into());
    match (count, lang) {
        (0, _) => String::new(),
        (_, Lang::En) => format!(" ({n} through the run that it started from)"),
        (_, Lang::Fr) => format!(" ({n} par l’essai de départ)"),
    }
}
