//! Two runs evaluated on the same pictures: which is better by how much, and whether that is more than luck.

mod words;

use std::{
    collections::{HashMap, HashSet},
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

use super::{RunView, date};
use crate::{
    data::sample::Part,
    evaluate::{
        Interval, Metric, Prediction, Report,
        regression::NEAR,
        significance::{LUCK, accuracy_range, holm, mcnemar, mean_range, paired_t},
    },
    problem::Problem,
    text::LocalizedText,
};

pub use words::{p_value, signed};

/// What two runs say of the same pictures. Differences are the second run's less the first one's.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Paired {
    /// Their ids.
    pub runs: [String; 2],
    /// What they are called; never the same.
    pub names: [LocalizedText; 2],
    /// Whether answers are years: a smaller score is then the better one.
    pub of_years: bool,
    /// The pictures that both evaluated, by whether the first run is right, then by whether the second is: `files[1][0]` are
    /// those that the first alone gets right. Of years, right is within 5 years.
    pub files: [[Vec<PathBuf>; 2]; 2],
    /// Of years: how far each run is off, in years, for each picture.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<[f64; 2]>,
    /// Accuracy of each on these pictures; of years, mean absolute error.
    pub scores: [f64; 2],
    /// The second score less the first.
    pub difference: f64,
    /// Its 95% range by the paired bootstrap; `None` where the runs do not differ on any picture.
    pub range: Option<Interval>,
    /// How likely chance alone makes such a difference: McNemar's exact test, of years the paired t-test. `None` where there
    /// are too few pictures to say.
    pub p: Option<f64>,
    /// Pictures on which each was evaluated, shared or not.
    #[serde(rename = "judged")]
    pub evaluated: [u32; 2],
    /// Pictures of both test parts that do not count, since one of the runs learned from the same content.
    pub learned: u32,
    /// Those that do not count, since their labels differ.
    pub relabeled: u32,
}

/// What can be said of a difference.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Right and wrong on the same pictures; of years, as far off on each.
    Alike,
    /// Other pictures, but as many.
    Even,
    /// So few pictures tell the two apart that no difference could be called one.
    TooFew,
    MayBeLuck,
    HardlyLuck,
}

/// Below so many pictures that tell two runs apart, McNemar's test says luck whatever they are: 2 * 0.5^5 > 0.05.
const FEWEST: usize = 6;

impl Paired {
    /// By what the two are compared.
    pub const fn metric(&self) -> Metric {
        Metric::in_years(self.of_years)
    }

    /// Compares two runs on the pictures of both their test parts, by name and content, where both have the same label and
    /// neither learned from it. Each evaluates as its report does, at the threshold that is kept with it.
    ///
    /// # Errors
    /// A run that was not evaluated, another question, no picture that both were evaluated on: why, and the way on.
    pub fn of(first: &RunView, second: &RunView) -> Result<Self, Problem> {
        if first.info.id == second.info.id {
            return Err(words::itself());
        }
        let names = names(first, second);
        let one = EvaluatedRun::of(first).ok_or_else(|| words::not_evaluated(first, &names[0]))?;
        let other = EvaluatedRun::of(second).ok_or_else(|| words::not_evaluated(second, &names[1]))?;
        if one.report.task != other.report.task {
            return Err(words::other_question());
        }
        let of_years = one.report.task.is_regression();
        let places: HashMap<&Path, usize> =
            other.report.predictions.iter().enumerate().map(|(place, p)| (p.file.as_path(), place)).collect();
        let (mut files, mut errors, mut differences) = (<[[Vec<PathBuf>; 2]; 2]>::default(), Vec::new(), Vec::new());
        let (mut learned, mut relabeled) = (0, 0);
        for (place, p) in one.report.predictions.iter().enumerate() {
            let Some(&there) = places.get(p.file.as_path()) else { continue };
            let q = &other.report.predictions[there];
            if !one.is_same(&p.file, &other) {
                continue;
            }
            if one.learned_from(place, &other) || other.learned_from(there, &one) {
                learned += 1;
                continue;
            }
            if p.label != q.label {
                relabeled += 1;
                continue;
            }
            let right = |run: &EvaluatedRun<'_>, p: &Prediction| {
                if of_years { p.error().abs() <= NEAR } else { p.correct(run.threshold) }
            };
            files[usize::from(right(&one, p))][usize::from(right(&other, q))].push(p.file.clone());
            if of_years {
                errors.push([p.error(), q.error()]);
                differences.push(q.error().abs() - p.error().abs());
            }
        }
        let counts = files.each_ref().map(|row| row.each_ref().map(|files| files.len() as u64));
        let n = counts.as_flattened().iter().sum::<u64>();
        if n == 0 {
            return Err(words::nothing_shared(first, second, learned + relabeled));
        }
        let (only_first, only_second) = (counts[1][0], counts[0][1]);
        let share = |right: u64| right as f64 / n as f64;
        let mean = |run: usize| errors.iter().map(|of: &[f64; 2]| of[run].abs()).sum::<f64>() / n as f64;
        let (scores, difference, range, p) = match of_years {
            true => {
                let difference = differences.iter().sum::<f64>() / n as f64;
                ([mean(0), mean(1)], difference, mean_range(&differences), paired_t(&differences))
            }
            false => (
                [share(only_first + counts[1][1]), share(only_second + counts[1][1])],
                (only_second as f64 - only_first as f64) / n as f64,
                accuracy_range(only_first, only_second, n),
                Some(mcnemar(only_first, only_second)),
            ),
        };
        let evaluated = [&one, &other].map(|run| run.report.predictions.len() as u32);
        let runs = [first, second].map(|view| view.info.id.clone());
        Ok(Self { runs, names, of_years, files, errors, scores, difference, range, p, evaluated, learned, relabeled })
    }

    /// Pictures that both evaluated.
    pub fn pictures(&self) -> usize {
        self.files.as_flattened().iter().map(Vec::len).sum()
    }

    /// What can be said of the difference at a probability, its own or one that was corrected for several comparisons.
    pub fn verdict(&self, p: Option<f64>) -> Verdict {
        let apart = self.files[0][1].len() + self.files[1][0].len();
        let alike = if self.of_years { self.errors.iter().all(|[one, other]| one == other) } else { apart == 0 };
        match p {
            _ if alike => Verdict::Alike,
            _ if self.difference == 0.0 => Verdict::Even,
            _ if !self.of_years && apart < FEWEST => Verdict::TooFew,
            None => Verdict::TooFew,
            Some(p) if p < LUCK => Verdict::HardlyLuck,
            Some(_) => Verdict::MayBeLuck,
        }
    }

    /// Whether the second run is better; `None` where neither is.
    pub fn second_is_better(&self) -> Option<bool> {
        (self.difference != 0.0).then_some((self.difference > 0.0) != self.of_years)
    }
}

/// The probabilities of several comparisons at once, corrected for how many there are (Holm). Those that say nothing do not
/// count.
pub fn corrected(pairs: &[&Paired]) -> Vec<Option<f64>> {
    let known: Vec<f64> = pairs.iter().filter_map(|pair| pair.p).collect();
    let mut corrected = holm(&known).into_iter();
    pairs.iter().map(|pair| pair.p.and_then(|_| corrected.next())).collect()
}

/// Which of some runs did best on its own test part, of those that ask what the first evaluated one asks.
pub fn best<'a>(views: impl IntoIterator<Item = &'a RunView>) -> Option<&'a RunView> {
    let evaluated: Vec<_> = views.into_iter().filter_map(|view| Some((view, view.info.scores.as_ref()?))).collect();
    let (first, _) = evaluated.first()?;
    let task = &first.info.task;
    // The first of equal ones.
    evaluated
        .iter()
        .filter(|(view, _)| view.info.task == *task)
        .rev()
        .max_by(|(_, a), (_, b)| Metric::of(task).compare(a.value(), b.value()))
        .map(|(view, _)| *view)
}

/// What two runs are called; where that is the same, with when they began.
fn names(first: &RunView, second: &RunView) -> [LocalizedText; 2] {
    let same = |lang| first.info.name(lang) == second.info.name(lang);
    [first, second].map(|view| {
        LocalizedText::by(|lang| match same(lang) {
            false => view.info.name(lang).to_owned(),
            true if first.info.created / 60 == second.info.created / 60 => format!("{} ({})", view.info.name(lang), view.info.id),
            true => format!("{} ({})", view.info.name(lang), date::day_and_time(lang, view.info.created)),
        })
    })
}

/// One of the two, with what is known of its pictures.
struct EvaluatedRun<'a> {
    view: &'a RunView,
    report: &'a Report,
    /// On the network's own scale.
    threshold: f64,
    /// The content of each file; empty where the run came without its list of pictures.
    contents: HashMap<&'a str, u64>,
    /// The contents of the training part.
    learned: HashSet<u64>,
    /// Places of predictions of which the report says that training had them.
    known: HashSet<u32>,
}

impl<'a> EvaluatedRun<'a> {
    fn of(view: &'a RunView) -> Option<Self> {
        let report = view.report.as_ref().filter(|report| report.part == Some(Part::Test))?;
        let learned = view.pictures.iter().filter(|picture| picture.part == Part::Train).map(|picture| picture.hash);
        Some(Self {
            view,
            report,
            threshold: report.logit_threshold(report.threshold),
            contents: view.pictures.iter().map(|picture| (picture.file.as_str(), picture.hash)).collect(),
            learned: learned.collect(),
            known: report.seen.iter().flat_map(|seen| seen.learned.iter().copied()).collect(),
        })
    }

    fn content(&self, file: &Path) -> Option<u64> {
        self.contents.get(file.to_string_lossy().as_ref()).copied()
    }

    /// Whether a file of this name is the same picture to both: by its content, or where that is not known, by its folder.
    fn is_same(&self, file: &Path, other: &Self) -> bool {
        match (self.content(file), other.content(file)) {
            (Some(ours), Some(theirs)) => ours == theirs,
            _ => self.view.info.source == other.view.info.source,
        }
    }

    /// Whether one of the two learned from the picture at `place` of this one's predictions.
    fn learned_from(&self, place: usize, other: &Self) -> bool {
        let content = self.content(&self.report.predictions[place].file);
        let among = |run: &Self| content.is_some_and(|content| run.learned.contains(&content));
        self.known.contains(&(place as u32)) || among(self) || among(other)
    }
}
