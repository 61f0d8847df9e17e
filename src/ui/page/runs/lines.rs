//! The lines of the list of runs: filtered, sorted, the runs of an experiment folded under one. Counted when what they are
//! counted from changes, not in every frame.

use std::{
    cmp::Ordering,
    collections::{BTreeMap, BTreeSet},
};

use super::{
    columns::{Column, Columns},
    filter::{Filter, TrainedOn, tags},
};
use crate::{
    evaluate::{Metric, RunScores, significance::MeanCi},
    experiment::{Experiment, MemberRuns},
    run::{RunInfo, RunStatus},
    session::Session,
    text::{Lang, LocalizedText},
};

/// A line of the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Line {
    /// A run, by its place among the session's.
    Run { run: usize, within: bool },
    /// An experiment, by its place among the groups.
    Group(usize),
}

/// An experiment with those of its runs that are shown.
#[derive(Clone, Debug, PartialEq)]
pub struct ExperimentGroup {
    /// The experiment's id.
    pub id: String,
    pub name: LocalizedText,
    /// Places of the shown runs among the session's, sorted; none where it has found them all, which are listed by themselves.
    pub runs: Vec<usize>,
    /// Finished runs, and how many there are to be.
    pub done: usize,
    pub all: usize,
    /// The results of the finished ones; of several variants those of the best.
    pub spread: Option<MeanCi>,
    /// What the best variant is called, where there are several.
    pub best: Option<LocalizedText>,
    /// By what its runs are compared.
    pub metric: Metric,
    /// When the newest began.
    pub begun: u64,
    pub seconds: f64,
    pub unfolded: bool,
}

/// What the lines are counted from besides the runs.
#[derive(Clone, Debug, PartialEq)]
pub struct Wanted {
    pub lang: Lang,
    pub columns: Columns,
    pub filter: Filter,
    /// Ids of experiments whose runs are shown.
    pub unfolded: BTreeSet<String>,
}

/// Of each experiment, by its id, the runs that it has found and not trained, by their places, with those of the members.
type Found<'a> = BTreeMap<&'a str, Vec<(usize, usize)>>;

/// What the lines were counted from.
struct CountedFrom {
    runs: Vec<RunInfo>,
    /// The names of the experiments by their ids.
    names: Vec<(String, LocalizedText)>,
    /// The runs of each.
    members: MemberRuns,
    wanted: Wanted,
}

/// The lines.
#[derive(Default)]
pub struct Lines {
    of: Option<CountedFrom>,
    pub lines: Vec<Line>,
    pub groups: Vec<ExperimentGroup>,
    /// For each run the first one with the same settings, and whether the data were the same, too.
    pub same: Vec<Option<(usize, bool)>>,
    /// Runs that the filter shows, folded ones too.
    pub shown: usize,
    pub starred: usize,
    /// The largest accuracy and the smallest mean error on the test part.
    best: f64,
    nearest: f64,
    /// All tags, with how many runs have them.
    pub tags: Vec<(String, usize)>,
    /// All that runs were trained on.
    pub subjects: Vec<TrainedOn>,
}

/// A value to sort by. Others follow those of the first rank, in whichever direction.
struct Key {
    rank: u8,
    number: f64,
    text: String,
}

impl Lines {
    /// Counts them anew if anything has changed.
    pub fn follow(&mut self, session: &Session, wanted: Wanted) {
        let experiments = &session.experiments.list;
        let names = || experiments.iter().map(|experiment| (&experiment.id, &experiment.name));
        let same = self.of.as_ref().is_some_and(|then| {
            then.wanted == wanted
                && then.runs == session.runs
                && then.members == session.experiments.runs
                && then.names.iter().map(|(id, name)| (id, name)).eq(names())
        });
        if same {
            return;
        }
        let names = names().map(|(id, name)| (id.clone(), name.clone())).collect();
        let members = session.experiments.runs.clone();
        self.count(&session.runs, (experiments, &members), &wanted);
        self.of = Some(CountedFrom { runs: session.runs.clone(), names, members, wanted });
    }

    /// Whether no run has a better result.
    pub fn leads(&self, scores: &RunScores) -> bool {
        scores.years.map_or(scores.accuracy >= self.best, |of| of.mae <= self.nearest)
    }

    fn count(&mut self, runs: &[RunInfo], (experiments, members_of): (&[Experiment], &MemberRuns), wanted: &Wanted) {
        let Wanted { lang, columns, filter, unfolded } = wanted;
        let scores = || runs.iter().filter_map(|run| run.scores.as_ref());
        self.best = scores().filter(|s| s.years.is_none()).map(|s| s.accuracy).fold(0.0, f64::max);
        self.nearest = scores().filter_map(|s| s.years).map(|of| of.mae).fold(f64::INFINITY, f64::min);
        self.starred = runs.iter().filter(|run| run.stored.starred).count();
        self.same = same_settings(runs);
        let mut counted: BTreeMap<String, usize> = BTreeMap::new();
        runs.iter().flat_map(|run| tags(&run.note)).for_each(|tag| *counted.entry(tag).or_default() += 1);
        self.tags = counted.into_iter().collect();
        self.subjects.clear();
        for subject in runs.iter().map(TrainedOn::of) {
            if !self.subjects.contains(&subject) {
                self.subjects.push(subject);
            }
        }
        let known: BTreeMap<&str, &Experiment> = experiments.iter().map(|known| (known.id.as_str(), known)).collect();
        let mut members: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for (place, run) in runs.iter().enumerate() {
            if let Some(of) = &run.member_of {
                members.entry(&of.experiment).or_default().push(place);
            }
        }
        let found = found(runs, members_of);
        // One that has found all its runs has a line, too.
        for (id, of) in &found {
            if !of.is_empty() && known.contains_key(id) {
                members.entry(id).or_default();
            }
        }
        let in_order = |places: &mut Vec<usize>| {
            places.sort_by(|a, b| {
                order(&run_key(&runs[*a], columns.by, *lang), &run_key(&runs[*b], columns.by, *lang), columns.down)
            });
        };
        let shows = |place: &usize| {
            let of = runs[*place].member_of.as_ref().and_then(|of| known.get(of.experiment.as_str()));
            filter.shows(&runs[*place], of.map(|known| &known.name))
        };
        self.groups.clear();
        self.shown = 0;
        let mut units: Vec<(Key, Line)> = Vec::new();
        for (place, _) in runs.iter().enumerate().filter(|(_, run)| run.member_of.is_none()) {
            if shows(&place) {
                units.push((run_key(&runs[place], columns.by, *lang), Line::Run { run: place, within: false }));
                self.shown += 1;
            }
        }
        for (id, all) in members {
            let mut shown: Vec<usize> = all.iter().copied().filter(shows).collect();
            let found = found.get(id).map(Vec::as_slice).unwrap_or_default();
            let name = known.get(id).map(|known| &known.name);
            let has_found = |(place, _): &(usize, usize)| filter.shows(&runs[*place], name);
            if shown.is_empty() && !(all.is_empty() && found.iter().any(has_found)) {
                continue;
            }
            self.shown += shown.len();
            in_order(&mut shown);
            let group = ExperimentGroup::of(id, known.get(id).copied(), (&all, found), runs);
            let group = ExperimentGroup { runs: shown, unfolded: unfolded.contains(id), ..group };
            units.push((group.key(columns.by, *lang, runs), Line::Group(self.groups.len())));
            self.groups.push(group);
        }
        // What is equal stays as the runs are listed: the newest first.
        let begun = |line: &Line| match line {
            Line::Run { run, .. } => runs[*run].created,
            Line::Group(group) => self.groups[*group].begun,
        };
        units.sort_by(|(a, one), (b, other)| order(a, b, columns.down).then(begun(other).cmp(&begun(one))));
        self.lines.clear();
        for (_, line) in units {
            self.lines.push(line);
            if let Line::Group(group) = line
                && self.groups[group].unfolded
            {
                self.lines.extend(self.groups[group].runs.iter().map(|run| Line::Run { run: *run, within: true }));
            }
        }
    }
}

/// The runs that experiments have found, which are their own or another's.
fn found<'a>(runs: &[RunInfo], members: &'a MemberRuns) -> Found<'a> {
    let places: BTreeMap<&str, usize> = runs.iter().enumerate().map(|(place, run)| (run.id.as_str(), place)).collect();
    let of = |(experiment, members): (&'a String, &'a Vec<(usize, String)>)| {
        let is_its_own = |place: usize| runs[place].member_of.as_ref().is_some_and(|of| of.experiment == *experiment);
        let place = |(member, run): &(usize, String)| Some((*places.get(run.as_str())?, *member));
        let found = members.iter().filter_map(place).filter(|(place, _)| !is_its_own(*place)).collect();
        (experiment.as_str(), found)
    };
    members.iter().map(of).collect()
}

impl ExperimentGroup {
    /// An experiment of these runs of its own and those that it has `found`, which it knows as its members if it is known itself.
    fn of(id: &str, experiment: Option<&Experiment>, (own, found): (&[usize], &[(usize, usize)]), runs: &[RunInfo]) -> Self {
        let mine = || own.iter().map(|place| &runs[*place]);
        let member = |run: &RunInfo| run.member_of.as_ref().map(|of| of.member);
        let all = || mine().map(|run| (member(run), run)).chain(found.iter().map(|(place, of)| (Some(*of), &runs[*place])));
        let finished = || all().filter(|(_, run)| run.status == RunStatus::Finished);
        let metric = Metric::in_years(all().all(|(_, run)| run.task.is_regression()));
        let variant = |member: Option<usize>| Some(experiment?.members.get(member?)?.variant);
        let mirrored = |member: Option<usize>| Some(experiment?.mirrored(member?));
        let mut results: BTreeMap<Option<usize>, Vec<f64>> = BTreeMap::new();
        for (member, run) in finished() {
            results.entry(variant(member)).or_default().extend(run.counted(mirrored(member)).and_then(Result::ok));
        }
        let spreads = results.iter().filter_map(|(variant, scores)| Some((*variant, MeanCi::of(scores)?)));
        // Of equal ones the first.
        let best = spreads.rev().max_by(|a, b| metric.compare(a.1.mean, b.1.mean));
        let several = experiment.is_some_and(|experiment| experiment.variants.len() > 1);
        let label = best.and_then(|(variant, _)| Some(experiment?.variants.get(variant?)?.label.clone()));
        Self {
            id: id.to_owned(),
            name: experiment.map_or_else(|| LocalizedText::by(|_| id.to_owned()), |known| known.name.clone()),
            runs: Vec::new(),
            done: finished().count(),
            all: experiment.map_or(0, |known| known.members.len()).max(own.len() + found.len()),
            spread: best.map(|(_, spread)| spread),
            best: label.filter(|_| several),
            metric,
            begun: mine().map(|run| run.created).max().or(experiment.map(|known| known.created)).unwrap_or_default(),
            seconds: mine().map(|run| run.seconds).sum(),
            unfolded: false,
        }
    }

    fn key(&self, by: Column, lang: Lang, runs: &[RunInfo]) -> Key {
        let first = self.runs.first().map(|run| run_key(&runs[*run], by, lang));
        match by {
            Column::Name => Key::text(self.name.get(lang)),
            Column::Begun => Key::number(self.begun as f64),
            Column::Time => Key::number(self.seconds),
            Column::Test => self.spread.map_or_else(Key::none, |spread| Key::result(self.metric, spread.mean)),
            Column::Epochs | Column::F1 | Column::Device => first.unwrap_or_else(Key::none),
        }
    }
}

impl Key {
    fn number(number: f64) -> Self {
        Self { rank: 0, number, text: String::new() }
    }

    fn text(text: &str) -> Self {
        Self { rank: 0, number: 0.0, text: text.to_lowercase() }
    }

    /// Years follow shares, with which they cannot be compared.
    fn result(metric: Metric, number: f64) -> Self {
        Self { rank: u8::from(metric == Metric::Mae), number, text: String::new() }
    }

    fn none() -> Self {
        Self { rank: 2, number: 0.0, text: String::new() }
    }
}

fn run_key(run: &RunInfo, by: Column, lang: Lang) -> Key {
    let scores = run.scores.as_ref();
    match by {
        Column::Name => Key::text(run.name(lang)),
        Column::Begun => Key::number(run.created as f64),
        Column::Epochs => Key::number(run.epochs_done.into()),
        Column::Test => scores.map_or_else(Key::none, |scores| Key::result(scores.metric(), scores.value())),
        Column::F1 => scores.filter(|s| s.years.is_none()).map_or_else(Key::none, |s| Key::number(s.macro_f1)),
        Column::Time => Key::number(run.seconds),
        Column::Device => Key::text(&run.device),
    }
}

fn order(a: &Key, b: &Key, down: bool) -> Ordering {
    let values = a.number.total_cmp(&b.number).then_with(|| a.text.cmp(&b.text));
    a.rank.cmp(&b.rank).then(if down { values.reverse() } else { values })
}

/// For each run the oldest other that asked the same question with the same settings, and whether on the same data.
fn same_settings(runs: &[RunInfo]) -> Vec<Option<(usize, bool)>> {
    let mut first: BTreeMap<u64, Vec<usize>> = BTreeMap::new();
    let mut same = vec![None; runs.len()];
    for (place, run) in runs.iter().enumerate().rev() {
        let Some(settings) = run.stored.settings else { continue };
        let known = first.entry(settings).or_default();
        match known.iter().find(|other| runs[**other].task == run.task) {
            Some(&other) => same[place] = Some((other, runs[other].data == run.data)),
            None => known.push(place),
        }
    }
    same
}
