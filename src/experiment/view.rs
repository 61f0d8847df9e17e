//! How far an experiment is, and its table: what pages and the command line show, read from the folders.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::{CurveFit, CurvePoint, Experiment, ExperimentKind, ExperimentStore, Owner};
use crate::{
    evaluate::significance::Spread,
    history::EpochRecord,
    problem::Problem,
    run::{Run, RunInfo, RunStatus},
    text::LocalizedText,
};

/// Where a member stands, by its run's own folder.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum MemberState {
    #[default]
    Waiting,
    /// Some process has it.
    Training,
    /// It can go on.
    Paused,
    /// Trained and judged.
    Finished,
    Failed {
        problem: Problem,
    },
    /// The user wants it no more.
    Stopped,
}

/// A member as it is now.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MemberView {
    pub label: LocalizedText,
    /// Its place among the variants.
    pub variant: usize,
    #[serde(flatten)]
    pub state: MemberState,
    /// Its run, once there is one.
    pub run: Option<RunInfo>,
    /// The run's epochs so far.
    pub history: Vec<EpochRecord>,
    /// How many there are at most.
    pub epochs: u32,
    /// Who trains it.
    pub owner: Option<Owner>,
}

/// An experiment as it is now.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ExperimentView {
    pub experiment: Experiment,
    /// In the order of the experiment's.
    pub members: Vec<MemberView>,
    /// Whether it was called off.
    pub cancelled: bool,
    pub folder: PathBuf,
}

/// A line of the table: one variant.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Row {
    /// Its place among the variants.
    pub variant: usize,
    pub label: LocalizedText,
    /// Members of it, finished or not.
    pub members: usize,
    /// The results of the finished ones.
    pub scores: Vec<f64>,
    pub spread: Option<Spread>,
}

impl MemberView {
    /// Its result on the test part: the accuracy, of years the mean absolute error; `None` before it is judged.
    pub fn score(&self) -> Option<f64> {
        let scores = self.run.as_ref()?.scores.as_ref()?;
        (self.state == MemberState::Finished).then(|| scores.years.map_or(scores.accuracy, |years| years.mae))
    }

    /// From 0 to 1.
    pub fn progress(&self) -> f64 {
        match &self.run {
            _ if self.state == MemberState::Finished => 1.0,
            Some(run) => (f64::from(run.epochs_done) / f64::from(self.epochs.max(1))).min(1.0),
            None => 0.0,
        }
    }
}

impl ExperimentView {
    /// Members for which `is` holds.
    pub fn count(&self, is: impl Fn(&MemberState) -> bool) -> usize {
        self.members.iter().filter(|member| is(&member.state)).count()
    }

    /// Members that are over: finished, failed or no longer wanted.
    pub fn over(&self) -> usize {
        self.count(|state| matches!(state, MemberState::Finished | MemberState::Failed { .. } | MemberState::Stopped))
    }

    /// Whether a larger result is the better one.
    pub fn more_is_better(&self) -> bool {
        !self.experiment.task.is_regression()
    }

    /// The table: a row for each variant, in their order.
    pub fn rows(&self) -> Vec<Row> {
        let row = |(variant, label): (usize, LocalizedText)| {
            let mine = || self.members.iter().filter(|member| member.variant == variant);
            let scores: Vec<f64> = mine().filter_map(MemberView::score).collect();
            Row { variant, label, members: mine().count(), spread: Spread::of(&scores), scores }
        };
        self.experiment.variants.iter().map(|variant| variant.label.clone()).enumerate().map(row).collect()
    }

    /// The row with the best mean; `None` before anything is finished.
    pub fn best(&self) -> Option<Row> {
        let rows = self.rows().into_iter().filter_map(|row| Some((row.spread?.mean, row)));
        let better = |a: f64, b: f64| if self.more_is_better() { a.total_cmp(&b) } else { b.total_cmp(&a) };
        // Of equal ones the first.
        rows.rev().max_by(|a, b| better(a.0, b.0)).map(|(_, row)| row)
    }

    /// The finished runs of a learning curve: training pictures against error.
    pub fn curve_points(&self) -> Vec<CurvePoint> {
        let point = |member: &MemberView| {
            let [pictures, _, judged] = member.run.as_ref()?.pictures;
            let score = member.score()?;
            let error = if self.more_is_better() { 1.0 - score } else { score };
            Some(CurvePoint { pictures, error, judged: self.more_is_better().then_some(judged) })
        };
        match self.experiment.kind {
            ExperimentKind::Curve => self.members.iter().filter_map(point).collect(),
            _ => Vec::new(),
        }
    }

    /// The power law through them; `None` where there are too few.
    pub fn curve_fit(&self) -> Option<CurveFit> {
        CurveFit::of(&self.curve_points())
    }
}

impl ExperimentStore {
    /// An experiment as it is now, read from its folder and those of its runs.
    pub fn view(&self, experiment: Experiment) -> ExperimentView {
        let members = (0..experiment.members.len()).map(|member| self.member(&experiment, member)).collect();
        let (cancelled, folder) = (self.is_cancelled(&experiment), self.folder(&experiment));
        ExperimentView { members, cancelled, folder, experiment }
    }

    /// One member as it is now.
    pub fn member(&self, experiment: &Experiment, member: usize) -> MemberView {
        let record = self.record(experiment, member);
        let run = record.run.as_deref().and_then(|id| self.runs().look(id));
        let held = self.is_held(experiment, member);
        let settings = run.as_ref().and_then(|run| run.settings().ok()).or_else(|| experiment.settings(member).ok());
        let history = run.as_ref().map(Run::history).unwrap_or_default();
        let info = run.map(|run| run.info);
        let state = match (&info, record) {
            _ if held => MemberState::Training,
            (Some(run), _) if run.status == RunStatus::Training => MemberState::Training,
            (Some(run), _) if run.status == RunStatus::Finished && run.scores.is_some() => MemberState::Finished,
            (_, record) if record.stopped => MemberState::Stopped,
            (_, record) if record.problem.is_some() => {
                MemberState::Failed { problem: record.problem.unwrap_or_else(Problem::cancelled) }
            }
            (Some(_), _) => MemberState::Paused,
            (None, _) => MemberState::Waiting,
        };
        MemberView {
            label: experiment.label(member),
            variant: experiment.members.get(member).map_or(0, |member| member.variant),
            owner: self.owner(experiment, member).filter(|_| state == MemberState::Training),
            state,
            run: info,
            history,
            epochs: settings.map_or(0, |settings| settings.train.epochs),
        }
    }
}
