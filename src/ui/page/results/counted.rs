//! What is counted of a report of classes, at the threshold and temperature that are tried: once for each, not in every frame.

use std::{
    cell::{OnceCell, RefCell},
    collections::HashMap,
};

use crate::{
    evaluate::{
        Bin, Confusion, Group, Grouping, Rate, Report, Scores, TOP_K, ThresholdPoint,
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
    /// How right it would be always to say the class that most training pictures have.
    pub baseline: Rate,
    /// Of two classes: the points of the curves that were asked for, by the bits of their thresholds.
    points: RefCell<HashMap<u64, ThresholdPoint>>,
    /// Macro F1 on the validation part.
    validation_f1: OnceCell<f64>,
    /// The grouping that was asked for last.
    groups: Option<(Grouping, Vec<Group>)>,
    /// The title and the line below it, in the language in which they were written.
    head: Option<(Lang, [String; 2])>,
    /// What keeps the result from saying how good the run is, likewise.
    reservations: Option<(Lang, Vec<String>)>,
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
            baseline: if of_years { Rate::default() } else { report.baseline() },
            points: RefCell::default(),
            validation_f1: OnceCell::new(),
            confusion,
            groups: None,
            head: None,
            reservations: None,
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

    /// The point of the curves of `report`, which these are the counts of, at any threshold.
    pub fn point(&self, report: &Report, threshold: f64) -> ThresholdPoint {
        *self.points.borrow_mut().entry(threshold.to_bits()).or_insert_with(|| report.point(threshold))
    }

    /// Macro F1 on the validation part of `report`, at this threshold.
    pub fn validation_f1(&self, report: &Report, threshold: f64) -> f64 {
        *self.validation_f1.get_or_init(|| {
            let raw = report.logit_threshold(threshold);
            Scores::new(&Confusion::new(&report.validation, 2, raw)).macro_average.f1
        })
    }

    /// What keeps the result from saying how good the run is on new pictures.
    pub fn reservations(&mut self, report: &Report, threshold: f64, lang: Lang) -> &[String] {
        if self.reservations.as_ref().is_none_or(|(written, _)| *written != lang) {
            let said = report.reservations(threshold, lang).into_iter().chain(report.left_out(lang));
            self.reservations = Some((lang, said.collect()));
        }
        self.reservations.as_ref().map_or(&[], |(_, said)| said)
    }

    /// The title of `report`, and the line below it.
    pub fn head(&mut self, report: &Report, threshold: f64, lang: Lang) -> [String; 2] {
        if self.head.as_ref().is_none_or(|(written, _)| *written != lang) {
            self.head = Some((lang, [report.headline(threshold, lang), report.part_and_way(lang)]));
        }
        self.head.as_ref().map(|(_, head)| head.clone()).unwrap_or_default()
    }
}
