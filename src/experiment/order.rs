//! What is trained first, and what no more.

use std::collections::BTreeSet;

use super::{
    Experiment, ExperimentStore, MemberRecord,
    store::{ORDER, STOPPED, no_member},
};
use crate::{
    files::{atomic, disk},
    problem::Problem,
};

impl ExperimentStore {
    /// All members in the order in which they are trained: first those that were put first, then by their numbers.
    pub fn order(&self, experiment: &Experiment) -> Vec<usize> {
        let first: Vec<usize> = atomic::read_json(&self.folder(experiment).join(ORDER)).unwrap_or_default();
        let mut seen = BTreeSet::new();
        let all = first.into_iter().chain(0..experiment.members.len());
        all.filter(|member| *member < experiment.members.len() && seen.insert(*member)).collect()
    }

    /// Puts these members before all others, in this order. Who is at work takes them next.
    ///
    /// # Errors
    /// No such member, a full disk, no permission.
    pub fn put_first(&self, experiment: &Experiment, members: &[usize]) -> Result<(), Problem> {
        members.iter().try_for_each(|member| known(experiment, *member))?;
        let _lock = self.lock(experiment)?;
        let path = self.folder(experiment).join(ORDER);
        let before: Vec<usize> = atomic::read_json(&path).unwrap_or_default();
        let others = before.into_iter().filter(|member| !members.contains(member));
        let order: Vec<usize> = members.iter().copied().chain(others).collect();
        atomic::write_json(&path, &order)
    }

    /// Says that a member is wanted no more: it is not begun, and who trains it leaves it within seconds, wherever. What it has
    /// learned stays.
    ///
    /// # Errors
    /// No such member, a full disk, no permission.
    pub fn stop(&self, experiment: &Experiment, member: usize) -> Result<(), Problem> {
        known(experiment, member)?;
        let mark = self.member_file(experiment, member, STOPPED);
        disk::create_dir_all(mark.parent().unwrap_or(&mark)).map_err(|error| Problem::writing(&mark, &error))?;
        atomic::write(&mark, &[])
    }

    /// Takes that back, also of one that was discarded while it was trained.
    ///
    /// # Errors
    /// No such member, a full disk, no permission.
    pub fn want_again(&self, experiment: &Experiment, member: usize) -> Result<(), Problem> {
        known(experiment, member)?;
        let mark = self.member_file(experiment, member, STOPPED);
        if self.is_stopped(experiment, member) {
            disk::remove_file(&mark).map_err(|error| Problem::writing(&mark, &error))?;
        }
        let record = self.record(experiment, member);
        if !record.stopped {
            return Ok(());
        }
        // Whoever trains it has taken it back already.
        match self.lock_member(experiment, member)? {
            Some(_lock) => self.save_record(experiment, member, &MemberRecord { stopped: false, ..record }),
            None => Ok(()),
        }
    }

    /// Whether a member was stopped so.
    pub fn is_stopped(&self, experiment: &Experiment, member: usize) -> bool {
        self.member_file(experiment, member, STOPPED).exists()
    }
}

fn known(experiment: &Experiment, member: usize) -> Result<(), Problem> {
    if member < experiment.members.len() { Ok(()) } else { Err(no_member(experiment, member)) }
}
