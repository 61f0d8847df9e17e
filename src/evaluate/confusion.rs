//! The confusion matrix: what was really there, against what the model said.

use super::{Prediction, words};
use crate::text::{Lang, number};

/// Counts of pictures by recorded class and by what the model said: `counts[truth][said]` (scikit-learn's layout).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Confusion {
    pub counts: [[u32; 2]; 2],
}

impl Confusion {
    /// Counts `predictions`; a picture is called class 1 from the probability `threshold` on.
    pub fn new(predictions: &[Prediction], threshold: f64) -> Self {
        let mut counts = [[0; 2]; 2];
        for p in predictions {
            counts[usize::from(p.truth == 1)][usize::from(p.said(threshold))] += 1;
        }
        Self { counts }
    }

    pub fn total(&self) -> u32 {
        self.counts.as_flattened().iter().sum()
    }

    pub fn correct(&self) -> u32 {
        self.counts[0][0] + self.counts[1][1]
    }

    /// Pictures that really are of `class`.
    pub fn really(&self, class: usize) -> u32 {
        self.counts[class].iter().sum()
    }

    /// Pictures that the model called `class`.
    pub fn said(&self, class: usize) -> u32 {
        self.counts[0][class] + self.counts[1][class]
    }

    /// A cell's share of its row: of those who really are `truth`, how many were called `said`.
    pub fn share_of_really(&self, truth: usize, said: usize) -> f64 {
        share(self.counts[truth][said], self.really(truth))
    }

    /// A cell's share of its column: of those called `said`, how many really are `truth`.
    pub fn share_of_said(&self, truth: usize, said: usize) -> f64 {
        share(self.counts[truth][said], self.said(said))
    }

    /// A cell as a sentence: `48 women were called men`.
    pub fn sentence(&self, classes: &[String; 2], truth: usize, said: usize, lang: Lang) -> String {
        let count = self.counts[truth][said];
        format!("{} {}", number(lang, count.into()), cell(classes, truth, said, count, lang))
    }
}

/// A cell's caption without its count: `women were called men`.
pub fn cell(classes: &[String; 2], truth: usize, said: usize, count: u32, lang: Lang) -> String {
    let utkface = words::is_utkface(classes);
    let (really, called) = (&classes[truth], &classes[said]);
    match lang {
        Lang::En if utkface => match count {
            1 => format!("{} was called a {}", ["woman", "man"][truth], ["woman", "man"][said]),
            _ => format!("{} were called {}", ["women", "men"][truth], ["women", "men"][said]),
        },
        Lang::En => match count {
            1 => format!("picture of “{really}” was called “{called}”"),
            _ => format!("pictures of “{really}” were called “{called}”"),
        },
        Lang::Fr if utkface => {
            let s = if count < 2 { "" } else { "s" };
            let (who, e) = [(format!("femme{s}"), "e"), (format!("homme{s}"), "")][truth].clone();
            match (truth == said, count < 2) {
                (true, true) => format!("{who} reconnu{e} comme tel{}", if truth == 0 { "le" } else { "" }),
                (true, false) => format!("{who} reconnu{e}s comme tel{}", if truth == 0 { "les" } else { "s" }),
                (false, true) => format!("{who} pris{e} pour un{}", ["e femme", " homme"][said]),
                (false, false) => {
                    format!("{who} pris{e}{} pour des {}", if truth == 0 { "s" } else { "" }, ["femmes", "hommes"][said])
                }
            }
        }
        Lang::Fr => {
            let s = if count < 2 { "" } else { "s" };
            let verb = if truth == said { "reconnue" } else { "prise" };
            let link = if truth == said { "comme" } else { "pour" };
            format!("image{s} de «\u{a0}{really}\u{a0}» {verb}{s} {link} «\u{a0}{called}\u{a0}»")
        }
    }
}

fn share(part: u32, whole: u32) -> f64 {
    if whole == 0 { 0.0 } else { f64::from(part) / f64::from(whole) }
}
