//! The confusion matrix of more than two classes as a heat map: a cell's strength is its share of the row.

use super::canvas::{Anchor, Canvas};
use crate::{
    data::task::Task,
    evaluate::{Confusion, confusion},
    text::{Lang, number, shortened},
};

/// Sides of a cell: large enough for its count, and the least at which a class's name stands beside it.
const LARGEST: f64 = 40.0;
const SMALLEST: f64 = 14.0;
/// Room for all cells before they get smaller.
const ROOM: f64 = 400.0;
/// Cells of this side and more have their counts written in them.
const COUNTED: f64 = 24.0;
/// Room for the classes' names beside and above the cells.
const NAMES: f64 = 120.0;
/// Letters of a name.
const LETTERS: f64 = 16.0;
/// Strengths that are told apart; see [`super::canvas::PLOT_STYLE`].
const STRENGTHS: f64 = 5.0;

/// Draws it, the rows by label, the columns by answer.
pub fn heat_map(counts: &Confusion, task: &Task, lang: Lang) -> Canvas {
    let n = counts.classes();
    let cell = (ROOM / n as f64).clamp(SMALLEST, LARGEST);
    let (left, top, side) = (NAMES + 24.0, NAMES + 24.0, cell * n as f64);
    let mut canvas = Canvas::new((left + side + 12.0).max(560.0), top + side + 12.0, confusion::TITLE.get(lang));
    canvas.text("", left + side / 2.0, 12.0, Anchor::Middle, confusion::COLUMN.get(lang));
    canvas.upward_text(12.0, top + side / 2.0, Anchor::Middle, confusion::ROW.get(lang));
    for class in 0..n {
        let (name, middle) = (fitted(&task.name(class, lang), LETTERS), (class as f64 + 0.5) * cell);
        canvas.text("", left - 8.0, top + middle + 4.0, Anchor::End, &name);
        canvas.upward_text(left + middle + 4.0, top - 8.0, Anchor::Start, &name);
        canvas.line("grid", left, top + class as f64 * cell, left + side, top + class as f64 * cell);
        canvas.line("grid", left + class as f64 * cell, top, left + class as f64 * cell, top + side);
    }
    for (label, row) in counts.rows().enumerate() {
        for (predicted, count) in row.iter().enumerate().filter(|(_, count)| **count > 0) {
            let (x, y) = (left + predicted as f64 * cell, top + label as f64 * cell);
            let strength = (counts.share_of_label(label, predicted) * STRENGTHS).ceil().max(1.0);
            let kind = if label == predicted { "goodheat" } else { "badheat" };
            canvas.rect(&format!("{kind} o{strength}"), (x + 0.5, y + 0.5), (cell - 1.0, cell - 1.0), 2.0);
            if cell >= COUNTED {
                canvas.text("strong", x + cell / 2.0, y + cell / 2.0 + 4.0, Anchor::Middle, &number(lang, (*count).into()));
            }
        }
    }
    canvas
}

/// How many letters of usual width a letter is as wide as, about: of Inter an m has 1.5 times the width of an n.
fn width_of(letter: char) -> f64 {
    if matches!(letter, 'm' | 'w' | 'M' | 'W' | '@') { 1.6 } else { 1.0 }
}

/// A name that is no wider than so many `letters`.
pub(super) fn fitted(name: &str, letters: f64) -> String {
    let fits = |name: &String| name.chars().map(width_of).sum::<f64>() <= letters;
    // At least a letter at each end of the dots.
    let most = name.chars().count().clamp(3, letters as usize + 1);
    (3..=most).rev().map(|most| shortened(name, most)).find(fits).unwrap_or_else(|| shortened(name, 3))
}
