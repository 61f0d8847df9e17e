//! How far an experiment is, and its table: what pages and the command line show, read from the folders.

use std::{
    collections::{BTreeMap, BTreeSet},
    ffi::OsString,
    fs,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

use super::{
    CurveFit, Experiment, ExperimentKind, ExperimentStore, LearningCurvePoint, MemberState, Owner, Variant, member,
    state::{finished_words, waits_for_others},
    store::{MEMBERS, STOPPED},
};
use crate::{
    evaluate::{Metric, significance::MeanCi},
    files::{lock::Lock, reads},
    history::EpochRecord,
    problem::Problem,
    run::{NotCounted, RunInfo, RunStatus},
    text::{Lang, LocalizedText},
};

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
    /// Whether its recipe evaluates with mirror images, once that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mirrored: Option<bool>,
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

/// The runs of experiments, by the ids of these, each with the place of the member that it is.
pub type MemberRuns = BTreeMap<String, Vec<(usize, String)>>;

/// A line of the table: one variant.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct VariantRow {
    /// Its place among the variants.
    pub variant: usize,
    pub label: LocalizedText,
    /// Members of it, finished or not.
    pub members: usize,
    /// The results of the finished ones.
    pub scores: Vec<f64>,
    pub spread: Option<MeanCi>,
}

impl MemberView {
    /// Its result as its recipe makes it ([`RunInfo::counted`]); `None` before it is finished, and of one that is not counted.
    pub fn score(&self) -> Option<f64> {
        self.counted()?.ok()
    }

    fn counted(&self) -> Option<Result<f64, NotCounted>> {
        self.run.as_ref().filter(|_| self.state == MemberState::Finished)?.counted(self.mirrored)
    }

    /// Where it stands in words; of one that waits at the end of a rung of successive halving, at which epoch it `waits`.
    pub fn state_words(&self, waits: Option<u32>, lang: Lang) -> String {
        match (self.counted(), waits) {
            (Some(Err(why)), _) => why.words().get(lang).to_owned(),
            (_, Some(epoch)) => waits_for_others(epoch, lang),
            (_, None) => self.state.words(self.owner.as_ref().map(|owner| owner.host.as_str()), lang),
        }
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

    /// `3 of 5 runs finished`.
    pub fn finished_words(&self, lang: Lang) -> String {
        finished_words(self.count(|state| *state == MemberState::Finished), self.members.len(), lang)
    }

    /// Members that are over: finished, failed, left behind or no longer wanted.
    pub fn over(&self) -> usize {
        self.count(|state| state.is_over() || matches!(state, MemberState::Failed { .. }))
    }

    /// By what its runs are compared.
    pub fn metric(&self) -> Metric {
        Metric::of(&self.experiment.task)
    }

    /// The table: a row for each variant, in their order.
    pub fn rows(&self) -> Vec<VariantRow> {
        let row = |(variant, of): (usize, &Variant)| {
            let label = of.label.clone();
            VariantRow { variant, label, members: 0, scores: Vec::new(), spread: None }
        };
        let mut rows: Vec<VariantRow> = self.experiment.variants.iter().enumerate().map(row).collect();
        for member in &self.members {
            if let Some(row) = rows.get_mut(member.variant) {
                row.members += 1;
                row.scores.extend(member.score());
            }
        }
        let metric = self.metric();
        for row in &mut rows {
            row.spread =
                MeanCi::of(&row.scores).map(|spread| MeanCi { range: spread.range.map(|range| metric.within(range)), ..spread });
        }
        rows
    }

    /// The row with the best mean; `None` before anything is finished.
    pub fn best(&self) -> Option<VariantRow> {
        let rows = self.rows().into_iter().filter_map(|row| Some((row.spread?.mean, row)));
        // Of equal ones the first.
        rows.rev().max_by(|a, b| self.metric().compare(a.0, b.0)).map(|(_, row)| row)
    }

    /// The finished runs of a learning curve: training pictures against error.
    pub fn curve_points(&self) -> Vec<LearningCurvePoint> {
        let point = |member: &MemberView| {
            let [pictures, _, evaluated] = member.run.as_ref()?.pictures;
            let metric = self.metric();
            let error = metric.error(member.score()?);
            Some(LearningCurvePoint { pictures, error, evaluated: (metric == Metric::Accuracy).then_some(evaluated) })
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
    /// An experiment as it is now, read from its folder and those of its runs, as far as they have changed.
    pub fn view(&self, experiment: Experiment) -> ExperimentView {
        let there = self.member_files(&experiment);
        let members = (0..experiment.members.len()).map(|member| self.member_by(&experiment, member, Some(&there))).collect();
        let (cancelled, folder) = (self.is_cancelled(&experiment), self.folder(&experiment));
        let mut view = ExperimentView { members, cancelled, folder, experiment };
        view.drop_the_worse();
        view
    }

    /// The runs of an experiment, with the places of the members that they are.
    pub fn runs_of(&self, experiment: &Experiment) -> Vec<(usize, String)> {
        let there = self.member_files(experiment);
        let run = |member: usize| {
            let path = self.member_file(experiment, member, member::RECORD);
            let record = is_among(&path, Some(&there)).then(|| member::known_record(&path));
            Some((member, record?.run?))
        };
        (0..experiment.members.len()).filter_map(run).collect()
    }

    /// One member as it is now; where successive halving has left it is known of all together.
    pub fn member(&self, experiment: &Experiment, member: usize) -> MemberView {
        self.member_by(experiment, member, None)
    }

    /// The same, if it is known which of the members' files are `there`.
    fn member_by(&self, experiment: &Experiment, member: usize, there: Option<&BTreeSet<OsString>>) -> MemberView {
        let path = |ending: &str| Some(self.member_file(experiment, member, ending)).filter(|path| is_among(path, there));
        let record = path(member::RECORD).map(|path| member::known_record(&path)).unwrap_or_default();
        let looked = record.run.as_deref().and_then(|id| self.runs().look_into(id));
        let (info, settings, history) =
            looked.map_or((None, None, Vec::new()), |looked| (Some(looked.info), looked.settings, looked.history));
        let is_finished = |run: &RunInfo| run.status == RunStatus::Finished && run.scores.is_some();
        let state = match (&info, record) {
            (Some(run), _) if is_finished(run) => MemberState::Finished,
            _ if path("lock").is_some_and(|path| Lock::is_held(&path)) => MemberState::Training,
            (Some(run), _) if run.status == RunStatus::Training => MemberState::Training,
            (_, record) if record.stopped || path(STOPPED).is_some_and(|path| path.exists()) => MemberState::Stopped,
            (_, record) if record.problem.is_some() => {
                MemberState::Failed { problem: record.problem.unwrap_or_else(Problem::cancelled) }
            }
            (Some(_), _) => MemberState::Paused,
            (None, _) => MemberState::Waiting,
        };
        MemberView {
            label: experiment.label(member),
            variant: experiment.members.get(member).map_or(0, |member| member.variant),
            owner: (state == MemberState::Training).then(|| self.owner(experiment, member)).flatten(),
            state,
            run: info,
            history,
            mirrored: settings.as_ref().map(|settings| settings.augment.test_time_flip),
            epochs: settings.map_or_else(|| experiment.epochs(member), |settings| settings.train.epochs),
        }
    }

    /// The names in the folder of the members' files.
    fn member_files(&self, experiment: &Experiment) -> BTreeSet<OsString> {
        let folder = self.folder(experiment).join(MEMBERS);
        reads::note(&folder);
        fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.file_name()).collect()
    }
}

fn is_among(path: &Path, there: Option<&BTreeSet<OsString>>) -> bool {
    there.is_none_or(|there| path.file_name().is_some_and(|name| there.contains(name)))
}
