//! What is counted of a report of classes, at the threshold and temperature that are tried: once for each, not in every frame.

use crate::{
    evaluate::{
        Bin, Confusion, Group, Grouping, Rate, Report, Scores, TOP_K,
        calibration::{BINS, reliability},
        confusion::Mistake,
        has_top_k,
    },
    text::Lang,
};

/// The counts that the page shows.
pub struct Counted {
    /// At which threshold and temperature.
    at: [u64; 2],
    pub confusion: Confusion,
    pub scores: Scores,
    /// The classes, the largest first.
    pub by_size: Vec<usize>,
    /// What is mixed up, the most frequent first.
    pub mixed: Vec<Mistake>,
    /// The wrong pictures, the surest first.
    pub mistakes: Vec<usize>,
    pub bins: [Bin; BINS],
    /// How often the label is among the likeliest answers, where that is told.
    pub top_k: Option<Rate>,
    /// The grouping that was asked for last.
    groups: Option<(Grouping, Vec<Group>)>,
    /// The title and the line below it, in the language in which they were written.
    head: Option<(Lang, [String; 2])>,
}

fn place(threshold: f64, temperature: f64) -> [u64; 2] {
    [threshold, temperature].map(f64::to_bits)
}

impl Counted {
    /// Counts `report` at `threshold`; of years there is nothing to count.
    pub fn of(report: &Report, threshold: f64) -> Self {
        let of_years = report.task.is_regression();
        let confusion = if of_years { Confusion::empty(0) } else { report.confusion(threshold) };
        Self {
            at: place(threshold, report.temperature),
            scores: Scores::new(&confusion),
            by_size: confusion.by_size(),
            mixed: confusion.most_confused(),
            mistakes: if of_years { Vec::new() } else { report.mistakes(threshold) },
            bins: if of_years { reliability(&[], 1.0) } else { report.reliability() },
            top_k: has_top_k(&report.task).then(|| report.top_k(TOP_K)),
            confusion,
            groups: None,
            head: None,
        }
    }

    /// Whether it is what was counted at `threshold`.
    pub fn is_of(&self, report: &Report, threshold: f64) -> bool {
        self.at == place(threshold, report.temperature)
    }

    /// Counts the groups of `report`, which these are the counts of.
    pub fn count_groups(&mut self, report: &Report, threshold: f64, by: Grouping) {
        if self.groups.as_ref().is_none_or(|(of, _)| *of != by) {
            self.groups = Some((by, report.groups(threshold, by)));
        }
    }

    /// The groups that were counted last.
    pub fn groups(&self) -> &[Group] {
        self.groups.as_ref().map_or(&[], |(_, groups)| groups)
    }

    /// The title of `report`, and the line below it.
    pub fn head(&mut self, report: &Report, threshold: f64, lang: Lang) -> [String; 2] {
        if self.head.as_ref().is_none_or(|(written, _)| *written != lang) {
            self.head = Some((lang, [report.headline(threshold, lang), report.part_and_way(lang)]));
        }
        self.head.as_ref().map(|(_, head)| head.clone()).unwrap_or_default()
    }
}
