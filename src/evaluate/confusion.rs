//! The confusion matrix: what was really there, against what the model said.

use super::{Prediction, words};
use crate::text::{Lang, Phrase, number, percent, say};

/// Counts of pictures by recorded class and by what the model said, for any number of classes: the row is the label, the
/// column the answer (scikit-learn's `confusion_matrix`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Confusion {
    classes: usize,
    /// Row-major, `classes` x `classes`.
    counts: Vec<u32>,
}

/// What the matrix is called.
pub const TITLE: Phrase = say("Right and wrong", "Juste ou faux");
/// Before a row's class.
pub const ROW: Phrase = say("Really", "En réalité");
/// Before a column's class.
pub const COLUMN: Phrase = say("Model said", "Le modèle dit");

/// How often one class was taken for another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mistake {
    pub label: usize,
    pub predicted: usize,
    pub count: u32,
}

/// One cell as it is to be read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CellText {
    /// The count: `143`.
    pub count: String,
    /// What it counts: `women were called men`.
    pub what: String,
    /// Its share of the row: `7.2 % of the women`.
    pub row_share: String,
    /// Its share of the column: `6.6 % of those called men`.
    pub column_share: String,
    /// Whether it stands on the diagonal.
    pub correct: bool,
}

impl Confusion {
    /// No picture of so many classes.
    pub fn empty(classes: usize) -> Self {
        Self { classes, counts: vec![0; classes * classes] }
    }

    /// From counts by label, then by answer.
    pub fn from_rows<const N: usize>(rows: [[u32; N]; N]) -> Self {
        Self { classes: N, counts: rows.as_flattened().to_vec() }
    }

    /// Counts `predictions` of a network with one output; a picture is called class 1 from the logit `threshold` on.
    pub fn binary(predictions: &[Prediction], threshold: f64) -> Self {
        let mut confusion = Self::empty(2);
        for p in predictions {
            confusion.add(usize::from(p.label == 1), usize::from(p.predicted(threshold)));
        }
        confusion
    }

    /// One picture more.
    pub fn add(&mut self, label: usize, predicted: usize) {
        self.counts[label * self.classes + predicted] += 1;
    }

    /// How many classes there are.
    pub fn classes(&self) -> usize {
        self.classes
    }

    /// Pictures of class `label` that were called `predicted`.
    pub fn count(&self, label: usize, predicted: usize) -> u32 {
        self.counts[label * self.classes + predicted]
    }

    /// The counts by label, each by answer.
    pub fn rows(&self) -> impl ExactSizeIterator<Item = &[u32]> {
        self.counts.chunks_exact(self.classes.max(1))
    }

    /// All pictures.
    pub fn total(&self) -> u32 {
        self.counts.iter().sum()
    }

    /// Pictures that were called what they are: the diagonal.
    pub fn correct(&self) -> u32 {
        (0..self.classes).map(|class| self.count(class, class)).sum()
    }

    /// Pictures that really are of `class`.
    pub fn support(&self, class: usize) -> u32 {
        self.counts[class * self.classes..][..self.classes].iter().sum()
    }

    /// Pictures that the model called `class`.
    pub fn predicted(&self, class: usize) -> u32 {
        (0..self.classes).map(|label| self.count(label, class)).sum()
    }

    /// The mistakes that were made, the most frequent first; of equal ones in the order of the classes.
    pub fn most_confused(&self) -> Vec<Mistake> {
        let all = (0..self.classes).flat_map(|label| (0..self.classes).map(move |predicted| (label, predicted)));
        let mut mistakes: Vec<Mistake> = all
            .filter(|(label, predicted)| label != predicted)
            .map(|(label, predicted)| Mistake { label, predicted, count: self.count(label, predicted) })
            .filter(|mistake| mistake.count > 0)
            .collect();
        mistakes.sort_by_key(|mistake| std::cmp::Reverse(mistake.count));
        mistakes
    }

    /// A cell's share of its row: of those who are `label`, how many were called `predicted`.
    pub fn share_of_label(&self, label: usize, predicted: usize) -> f64 {
        share(self.count(label, predicted), self.support(label))
    }

    /// A cell's share of its column: of those called `predicted`, how many are `label`.
    pub fn share_of_predicted(&self, label: usize, predicted: usize) -> f64 {
        share(self.count(label, predicted), self.predicted(predicted))
    }

    /// A cell in words.
    pub fn cell(&self, classes: &[String], label: usize, predicted: usize, lang: Lang) -> CellText {
        let count = self.count(label, predicted);
        CellText {
            count: number(lang, count.into()),
            what: cell(classes, label, predicted, count, lang),
            row_share: self.row_share(classes, label, predicted, lang),
            column_share: self.column_share(classes, label, predicted, lang),
            correct: label == predicted,
        }
    }

    /// The four cells of two classes in words, laid out as the counts are.
    pub fn cells(&self, classes: &[String], lang: Lang) -> [[CellText; 2]; 2] {
        [0, 1].map(|label| [0, 1].map(|predicted| self.cell(classes, label, predicted, lang)))
    }

    /// `7.2 % of the women`.
    fn row_share(&self, classes: &[String], label: usize, predicted: usize, lang: Lang) -> String {
        let share = percent(lang, self.share_of_label(label, predicted), 1);
        let people = words::people(classes, label, lang);
        match (lang, words::is_utkface(classes)) {
            (Lang::En, true) => format!("{share} of the {people}"),
            (Lang::Fr, true) => format!("{share} des {people}"),
            (Lang::En, false) => format!("{share} of {people}"),
            (Lang::Fr, false) => format!("{share} de {people}"),
        }
    }

    /// `6.6 % of those called men`.
    fn column_share(&self, classes: &[String], label: usize, predicted: usize, lang: Lang) -> String {
        let share = percent(lang, self.share_of_predicted(label, predicted), 1);
        match lang {
            Lang::En => format!("{share} of those called {}", words::people(classes, predicted, lang)),
            Lang::Fr => format!("{share} des réponses «\u{a0}{}\u{a0}»", words::class_name(classes, predicted, lang)),
        }
    }

    /// A cell as a sentence: `48 women were called men`.
    pub fn sentence(&self, classes: &[String], label: usize, predicted: usize, lang: Lang) -> String {
        let count = self.count(label, predicted);
        format!("{} {}", number(lang, count.into()), cell(classes, label, predicted, count, lang))
    }
}

/// A cell's caption without its count: `women were called men`.
pub fn cell(classes: &[String], label: usize, predicted: usize, count: u32, lang: Lang) -> String {
    let utkface = words::is_utkface(classes);
    let (actual, called) = (&classes[label], &classes[predicted]);
    match lang {
        Lang::En if utkface => match count {
            1 => format!("{} was called a {}", ["woman", "man"][label], ["woman", "man"][predicted]),
            _ => format!("{} were called {}", ["women", "men"][label], ["women", "men"][predicted]),
        },
        Lang::En => match count {
            1 => format!("picture of “{actual}” was called “{called}”"),
            _ => format!("pictures of “{actual}” were called “{called}”"),
        },
        Lang::Fr if utkface => {
            let s = if count < 2 { "" } else { "s" };
            let (who, e) = [(format!("femme{s}"), "e"), (format!("homme{s}"), "")][label].clone();
            match (label == predicted, count < 2) {
                (true, true) => format!("{who} reconnu{e} comme tel{}", if label == 0 { "le" } else { "" }),
                (true, false) => format!("{who} reconnu{e}s comme tel{}", if label == 0 { "les" } else { "s" }),
                (false, true) => format!("{who} pris{e} pour un{}", ["e femme", " homme"][predicted]),
                (false, false) => {
                    format!("{who} pris{e}{} pour des {}", if label == 0 { "s" } else { "" }, ["femmes", "hommes"][predicted])
                }
            }
        }
        Lang::Fr => {
            let s = if count < 2 { "" } else { "s" };
            let verb = if label == predicted { "reconnue" } else { "prise" };
            let link = if label == predicted { "comme" } else { "pour" };
            format!("image{s} de «\u{a0}{actual}\u{a0}» {verb}{s} {link} «\u{a0}{called}\u{a0}»")
        }
    }
}

fn share(part: u32, whole: u32) -> f64 {
    if whole == 0 { 0.0 } else { f64::from(part) / f64::from(whole) }
}
