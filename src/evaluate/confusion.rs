//! The confusion matrix: what was really there, against what the model said.

use super::Prediction;
use crate::{
    data::task::Task,
    text::{Lang, Phrase, number, percent, say},
};

/// Counts of pictures by recorded class and by what the model said, for any number of classes: the row is the label, the
/// column the answer (scikit-learn's `confusion_matrix`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Confusion {
    classes: usize,
    /// Row-major, `classes` x `classes`.
    counts: Vec<u32>,
}

/// What the matrix is called.
pub const TITLE: Phrase = say("Confusion matrix", "Matrice de confusion");
/// Before a row's class.
pub const ROW: Phrase = say("Label", "Étiquette");
/// Before a column's class.
pub const COLUMN: Phrase = say("Predicted", "Réponse");

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
    /// What it counts: `labeled female, predicted male`.
    pub what: String,
    /// Its share of the row: `7.2% of those labeled female`.
    pub row_share: String,
    /// Its share of the column: `6.6% of those predicted male`.
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

    /// Counts `predictions`; of two classes, a picture is called class 1 from the logit `threshold` on.
    pub fn new(predictions: &[Prediction], classes: usize, threshold: f64) -> Self {
        let mut confusion = Self::empty(classes);
        for p in predictions {
            confusion.add(p.label.into(), p.predicted(threshold));
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

    /// The classes by how many pictures they have, the largest first.
    pub fn by_size(&self) -> Vec<usize> {
        let mut order: Vec<usize> = (0..self.classes).collect();
        order.sort_by_key(|class| std::cmp::Reverse(self.support(*class)));
        order
    }

    /// The classes in an order in which those that are mixed up stand together: the leaves of average-linkage clustering
    /// (Sokal and Michener 1958) by the share of each pair that is taken for the other.
    pub fn by_likeness(&self) -> Vec<usize> {
        let n = self.classes;
        let likeness = |a: usize, b: usize| self.share_of_label(a, b) + self.share_of_label(b, a);
        let mut groups: Vec<Vec<usize>> = (0..n).map(|class| vec![class]).collect();
        let mut like: Vec<Vec<f64>> = (0..n).map(|a| (0..n).map(|b| likeness(a, b)).collect()).collect();
        while groups.len() > 1 {
            let pairs = (0..groups.len()).flat_map(|a| (a + 1..groups.len()).map(move |b| (a, b)));
            // Of equal ones the first, so that classes that are never mixed up keep their order.
            let best = pairs.fold((0, 1), |best, pair| if like[pair.0][pair.1] > like[best.0][best.1] { pair } else { best });
            let (a, b) = best;
            let (na, nb) = (groups[a].len() as f64, groups[b].len() as f64);
            let joined: Vec<f64> = like[a].iter().zip(&like[b]).map(|(of_a, of_b)| (na * of_a + nb * of_b) / (na + nb)).collect();
            like.iter_mut().zip(&joined).for_each(|(row, mean)| row[a] = *mean);
            like[a] = joined;
            like.remove(b);
            for row in &mut like {
                row.remove(b);
            }
            let members = groups.remove(b);
            groups[a].extend(members);
        }
        groups.pop().unwrap_or_default()
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
    pub fn cell(&self, task: &Task, label: usize, predicted: usize, lang: Lang) -> CellText {
        let count = self.count(label, predicted);
        CellText {
            count: number(lang, count.into()),
            what: task.called(label, predicted, count, lang),
            row_share: self.row_share(task, label, predicted, lang),
            column_share: self.column_share(task, label, predicted, lang),
            correct: label == predicted,
        }
    }

    /// The four cells of two classes in words, laid out as the counts are.
    pub fn cells(&self, task: &Task, lang: Lang) -> [[CellText; 2]; 2] {
        [0, 1].map(|label| [0, 1].map(|predicted| self.cell(task, label, predicted, lang)))
    }

    /// `7.2% of those labeled female`.
    fn row_share(&self, task: &Task, label: usize, predicted: usize, lang: Lang) -> String {
        format!("{} {}", percent(lang, self.share_of_label(label, predicted), 1), task.of_them(label, lang))
    }

    /// `6.6% of those predicted male`.
    fn column_share(&self, task: &Task, label: usize, predicted: usize, lang: Lang) -> String {
        format!("{} {}", percent(lang, self.share_of_predicted(label, predicted), 1), task.of_those_called(predicted, lang))
    }

    /// A cell as a sentence: `48 labeled female, predicted male`.
    pub fn sentence(&self, task: &Task, label: usize, predicted: usize, lang: Lang) -> String {
        let count = self.count(label, predicted);
        format!("{} {}", number(lang, count.into()), task.called(label, predicted, count, lang))
    }
}

fn share(part: u32, whole: u32) -> f64 {
    if whole == 0 { 0.0 } else { f64::from(part) / f64::from(whole) }
}
