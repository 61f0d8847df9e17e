//! Which member of an experiment is trained next: as it is now, for members may be added, put first or stopped meanwhile.

use std::{
    collections::{BTreeSet, VecDeque},
    time::{Duration, Instant},
};

use super::Event;
use crate::{
    experiment::{Experiment, ExperimentStore, Version},
    problem::Problem,
};

/// A member, and the epoch at which it waits for the others.
pub(super) type Task = (usize, Option<u32>);

/// What is left to be done, each once.
pub(super) struct MemberQueue {
    only: Option<usize>,
    began: Instant,
    /// After so long nothing is begun.
    budget: Option<Duration>,
    next: VecDeque<Task>,
    given: BTreeSet<Task>,
    version: Option<Version>,
}

impl MemberQueue {
    /// All members, or `only` one.
    pub(super) fn new(only: Option<usize>, budget: Option<Duration>) -> Self {
        Self { only, began: Instant::now(), budget, next: VecDeque::new(), given: BTreeSet::new(), version: None }
    }

    /// The next one; nothing if all were given, or time is up. An experiment that has changed is read again, and told.
    ///
    /// # Errors
    /// Its folder cannot be read.
    pub(super) fn next(
        &mut self,
        experiments: &ExperimentStore,
        experiment: &mut Experiment,
        emit: &mut dyn FnMut(Event),
    ) -> Result<Option<Task>, Problem> {
        if self.is_late() {
            return Ok(None);
        }
        let now = experiments.version(experiment);
        let changed = self.version.replace(now.clone()).is_some_and(|then| then != now);
        if changed {
            *experiment = experiments.find(&experiment.id)?;
        }
        if changed || self.next.is_empty() {
            self.look(experiments, experiment, changed && !self.given.is_empty(), emit);
        }
        let task = self.next.pop_front();
        self.given.extend(task);
        Ok(task)
    }

    /// Whether time is up.
    pub(super) fn is_late(&self) -> bool {
        self.budget.is_some_and(|budget| self.began.elapsed() >= budget)
    }

    /// Looks what there is to do.
    fn look(&mut self, experiments: &ExperimentStore, experiment: &Experiment, told: bool, emit: &mut dyn FnMut(Event)) {
        let order = match self.only {
            Some(member) => vec![member],
            None => experiments.order(experiment),
        };
        let tasks: Vec<Task> = match &experiment.halving {
            None => order.into_iter().map(|member| (member, None)).collect(),
            // Who goes on is known of all together.
            Some(_) => {
                let view = experiments.view(experiment.clone());
                let open = view.open();
                if !self.given.is_empty() {
                    emit(Event::Experiment(Box::new(view)));
                }
                order.into_iter().filter_map(|member| open.iter().find(|task| task.0 == member).copied()).collect()
            }
        };
        if told && experiment.halving.is_none() {
            emit(Event::Experiment(Box::new(experiments.view(experiment.clone()))));
        }
        self.next = tasks.into_iter().filter(|task| !self.given.contains(task)).collect();
    }
}
