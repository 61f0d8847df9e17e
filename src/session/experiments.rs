//! What the window knows of experiments.

use std::{collections::BTreeMap, sync::Arc};

use super::Session;
use crate::{
    experiment::{Cost, Draft, Experiment, ExperimentView, MemberRuns, MemberState, MemberView},
    worker::JobId,
};

/// The experiments, as far as they were asked for.
#[derive(Clone, Debug, Default)]
pub struct Experiments {
    /// All, the newest first.
    pub list: Vec<Experiment>,
    /// The runs of each, also those that it has found and not trained.
    pub runs: MemberRuns,
    /// Those that were looked at, by id.
    pub views: BTreeMap<String, Arc<ExperimentView>>,
    /// What trains now.
    pub at_work: Option<AtWork>,
    /// The last draft that was asked about, with what its runs take.
    pub cost: Option<(Draft, Cost)>,
}

/// An experiment that is at work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AtWork {
    pub job: JobId,
    /// Its id.
    pub experiment: String,
    /// Which of its members is trained.
    pub member: usize,
}

impl Experiments {
    /// Takes in an experiment as it is now; one that nobody knew stands first in the list.
    pub(super) fn take(&mut self, view: ExperimentView) {
        let experiment = &view.experiment;
        if !self.list.iter().any(|known| known.id == experiment.id) {
            self.list.insert(0, experiment.clone());
        }
        let run = |(place, member): (usize, &MemberView)| Some((place, member.run.as_ref()?.id.clone()));
        self.runs.insert(experiment.id.clone(), view.members.iter().enumerate().filter_map(run).collect());
        // What was counted from one that is as it was is not counted again.
        if self.views.get(&experiment.id).is_none_or(|known| **known != view) {
            self.views.insert(experiment.id.clone(), Arc::new(view));
        }
    }

    /// Takes in one member as it is now.
    pub(super) fn take_member(&mut self, experiment: &str, member: usize, now: MemberView) {
        if let Some(run) = &now.run {
            let runs = self.runs.entry(experiment.to_owned()).or_default();
            runs.retain(|(place, _)| *place != member);
            runs.push((member, run.id.clone()));
        }
        if let Some(view) = self.views.get_mut(experiment)
            && let Some(known) = Arc::make_mut(view).members.get_mut(member)
        {
            *known = now;
        }
    }

    /// Whether this experiment is at work here.
    pub fn works_on(&self, experiment: &str) -> bool {
        self.at_work.as_ref().is_some_and(|at| at.experiment == experiment)
    }
}

impl Session {
    /// Puts the run of a member that has ended among the others, which are read anew only when the experiment is over.
    pub(super) fn list(&mut self, member: &MemberView) {
        let Some(run) = member.run.as_ref().filter(|_| member.state == MemberState::Finished) else { return };
        match self.runs.iter_mut().find(|known| known.id == run.id) {
            Some(known) => known.clone_from(run),
            None => self.runs.insert(0, run.clone()),
        }
    }
}
