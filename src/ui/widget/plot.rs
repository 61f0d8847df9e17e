//! What the plots share: round ticks, a frame that maps values to the screen, labels pushed apart, and the table that
//! stands in for a plot.

use std::{cell::OnceCell, ops::Range};

use egui::{Pos2, Rect, pos2};

/// Round values within `low..=high`, about `wanted` of them: steps are 1, 2 or 5 times a power of ten.
pub fn ticks(low: f64, high: f64, wanted: usize) -> Vec<f64> {
    let step = step(low, high, wanted);
    if step <= 0.0 || !step.is_finite() {
        return vec![low];
    }
    let first = (low / step - 1e-9).ceil();
    let last = (high / step + 1e-9).floor();
    (0..=(last - first).max(0.0) as usize).map(|i| (first + i as f64) * step).collect()
}

/// The distance of the [`ticks`].
fn step(low: f64, high: f64, wanted: usize) -> f64 {
    let rough = (high - low) / wanted.max(1) as f64;
    if rough <= 0.0 || !rough.is_finite() {
        return 0.0;
    }
    let power = 10f64.powf(rough.log10().floor());
    let factor = [1.0, 2.0, 5.0, 10.0].into_iter().find(|f| f * power >= rough * 0.999).unwrap_or(10.0);
    factor * power
}

/// Between which an axis of shares lies.
pub const SHARES: (f64, f64) = (0.0, 1.0);
/// Between which an axis lies whose values are not less than nothing.
pub const AMOUNTS: (f64, f64) = (0.0, f64::INFINITY);
/// For an axis that may go anywhere.
pub const UNBOUNDED: (f64, f64) = (f64::NEG_INFINITY, f64::INFINITY);

/// `low..high` widened to the next ticks, so that a plot begins and ends on a grid line; at least `least` high, and within
/// `bounds`.
pub fn rounded(low: f64, high: f64, wanted: usize, least: f64, bounds: (f64, f64)) -> (f64, f64) {
    let (low, high) = if low.is_finite() && high.is_finite() { (low, high) } else { (0.0, 1.0) };
    let spare = ((least - (high - low)) / 2.0).max(0.0);
    // What has no room at one end goes to the other.
    let below = (bounds.0 - (low - spare)).max(0.0);
    let above = (high + spare - bounds.1).max(0.0);
    let (low, high) = ((low - spare - above).max(bounds.0), (high + spare + below).min(bounds.1));
    let step = step(low, high, wanted);
    if step <= 0.0 {
        return (low - 0.5, high + 0.5);
    }
    let (low, high) = ((low / step + 1e-6).floor() * step, (high / step - 1e-6).ceil() * step);
    (low.max(bounds.0), high.min(bounds.1))
}

/// Decimal places that tell ticks of this distance apart.
pub fn places(ticks: &[f64]) -> usize {
    let distance = ticks.windows(2).map(|w| (w[1] - w[0]).abs()).fold(f64::INFINITY, f64::min);
    if !distance.is_finite() || distance <= 0.0 {
        return 0;
    }
    (0..6).find(|&n| ((distance * 10f64.powi(n)).round() - distance * 10f64.powi(n)).abs() < 1e-6).unwrap_or(6) as usize
}

/// Where values lie on the screen.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Frame {
    /// The plot's inside, without its labels.
    pub rect: Rect,
    pub x: (f64, f64),
    pub y: (f64, f64),
}

impl Frame {
    /// The place of a value.
    pub fn at(&self, x: f64, y: f64) -> Pos2 {
        pos2(self.x_at(x), self.y_at(y))
    }

    /// Where a horizontal value lies, in points.
    pub fn x_at(&self, x: f64) -> f32 {
        self.rect.left() + self.rect.width() * share(self.x, x)
    }

    /// Where a vertical value lies, in points.
    pub fn y_at(&self, y: f64) -> f32 {
        self.rect.bottom() - self.rect.height() * share(self.y, y)
    }

    /// The horizontal value at a place on the screen.
    pub fn x_of(&self, at: f32) -> f64 {
        let share = f64::from((at - self.rect.left()) / self.rect.width().max(1.0));
        self.x.0 + share * (self.x.1 - self.x.0)
    }
}

fn share(range: (f64, f64), value: f64) -> f32 {
    let width = range.1 - range.0;
    if width.abs() < f64::EPSILON { 0.5 } else { ((value - range.0) / width) as f32 }
}

/// Moves the centers of labels that are `height` high as little as needed, so that none touch and all lie within
/// `low..high`; their order from top to bottom stays.
pub fn push_apart(centers: &mut [f32], height: f32, low: f32, high: f32) {
    let mut order: Vec<usize> = (0..centers.len()).collect();
    order.sort_by(|&a, &b| centers[a].total_cmp(&centers[b]));
    // Blocks of touching labels, each around the mean of where its labels want to be.
    let mut blocks: Vec<(f32, usize)> = Vec::new();
    for &i in &order {
        let mut block = (centers[i], 1);
        while let Some(&(middle, n)) = blocks.last() {
            let reach = (n + block.1) as f32 * height / 2.0;
            if block.0 - middle >= reach {
                break;
            }
            blocks.pop();
            let total = n + block.1;
            block = ((middle * n as f32 + block.0 * block.1 as f32) / total as f32, total);
        }
        let half = block.1 as f32 * height / 2.0;
        block.0 = block.0.min(high - half).max(low + half);
        blocks.push(block);
    }
    // A block that the lower border pushed up may touch the one above it.
    for i in (1..blocks.len()).rev() {
        let reach = (blocks[i].1 + blocks[i - 1].1) as f32 * height / 2.0;
        blocks[i - 1].0 = blocks[i - 1].0.min(blocks[i].0 - reach);
    }
    let mut order = order.into_iter();
    for (middle, n) in blocks {
        let top = middle - n as f32 * height / 2.0;
        for (k, i) in order.by_ref().take(n).enumerate() {
            centers[i] = top + (k as f32 + 0.5) * height;
        }
    }
}

/// The numbers behind a plot.
#[derive(Clone, Debug, Default)]
pub struct Table {
    head: Vec<String>,
    rows: Vec<Vec<String>>,
    /// The row of each column's longest cell, looked for once: a table is drawn in each frame.
    longest: OnceCell<Vec<usize>>,
}

impl Table {
    /// Rows of as many cells as `head` has.
    pub fn new(head: impl Into<Vec<String>>, rows: Vec<Vec<String>>) -> Self {
        Self { head: head.into(), rows, longest: OnceCell::new() }
    }

    /// The columns' names.
    pub fn head(&self) -> &[String] {
        &self.head
    }

    /// The cells, row by row.
    pub fn rows(&self) -> &[Vec<String>] {
        &self.rows
    }

    /// The same without some columns.
    #[must_use]
    pub fn without(&self, columns: Range<usize>) -> Self {
        let rest = |cells: &Vec<String>| {
            let kept = cells.iter().enumerate().filter(|(column, _)| !columns.contains(column));
            kept.map(|(_, cell)| cell.clone()).collect::<Vec<String>>()
        };
        Self::new(rest(&self.head), self.rows.iter().map(rest).collect())
    }

    /// Cells that tell how wide a column is: of a long table the first ones how wide its words are, and the longest one how wide
    /// its numbers.
    pub fn telling(&self, column: usize) -> impl Iterator<Item = &String> {
        /// So many rows tell what a column's words are like.
        const FIRST: usize = 60;
        let longest = self.longest.get_or_init(|| (0..self.head.len()).map(|column| self.longest_in(column)).collect());
        let longest = longest.get(column).and_then(|row| self.rows.get(*row));
        self.rows.iter().take(FIRST).chain(longest).filter_map(move |row| row.get(column))
    }

    fn longest_in(&self, column: usize) -> usize {
        let length = |row: &Vec<String>| row.get(column).map_or(0, String::len);
        (0..self.rows.len()).max_by_key(|row| length(&self.rows[*row])).unwrap_or(0)
    }

    /// The table as a spreadsheet takes it from the clipboard: tabs and line ends.
    pub fn tabbed(&self) -> String {
        let mut lines = vec![self.head.join("\t")];
        lines.extend(self.rows.iter().map(|row| row.join("\t")));
        lines.join("\n")
    }
}
