//! The jobs that were asked for and have not ended: who is steered, who is waited for.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use super::{Command, JobId, Lane};
use crate::control::{Control, Signal};

/// One of them.
pub(super) struct UnfinishedJob {
    id: JobId,
    lane: Lane,
    control: Control,
    keeps: bool,
    /// A look for pictures: only the last is of interest.
    looks: bool,
    /// Whether it moves the run that it holds.
    moves: bool,
    /// The run whose folder is to stay where it is until this is done.
    holds: Option<String>,
}

impl UnfinishedJob {
    /// That of `command`.
    pub(super) fn new(command: &Command, control: Control) -> Self {
        let looks = matches!(command, Command::FindPictures { .. });
        let (moves, holds) = (command.moves_a_run(), command.holds().map(str::to_owned));
        Self { id: JobId::default(), lane: command.lane(), control, keeps: command.keeps(), looks, moves, holds }
    }
}

/// All of them.
#[derive(Default)]
pub(super) struct UnfinishedJobs {
    jobs: Mutex<Jobs>,
    /// Rung whenever one has ended.
    ended: Condvar,
}

#[derive(Default)]
struct Jobs {
    last: JobId,
    /// In the order in which they were asked for.
    unfinished: Vec<UnfinishedJob>,
}

impl UnfinishedJobs {
    /// Adds one with a number of its own, and has it sent to its lane before any other is added; gives the number, and whether
    /// it was sent. What moves a run goes to the lane of what still needs it where it is, and so comes after that.
    pub(super) fn begin(&self, mut job: UnfinishedJob, send: impl FnOnce(JobId, Lane) -> bool) -> (JobId, bool) {
        let mut jobs = self.jobs();
        jobs.last.0 += 1;
        let id = jobs.last;
        job.id = id;
        if let Some(before) = jobs.unfinished.iter().rev().find(|before| job.moves && before.holds == job.holds) {
            job.lane = before.lane;
        }
        let sent = send(id, job.lane);
        if sent {
            if job.looks {
                jobs.unfinished.iter().filter(|before| before.looks).for_each(|before| before.control.set(Signal::Discard));
            }
            jobs.unfinished.push(job);
        }
        (id, sent)
    }

    /// Takes one off that has ended.
    pub(super) fn end(&self, id: JobId) {
        self.jobs().unfinished.retain(|job| job.id != id);
        self.ended.notify_all();
    }

    /// Waits until everything is written that the user had decided before `id` was asked for.
    pub(super) fn wait_for_decisions_before(&self, id: JobId) {
        let unwritten = |jobs: &mut Jobs| jobs.unfinished.iter().any(|job| job.keeps && job.id < id);
        // What is waited for was asked for earlier, also in its lane: no two wait for each other.
        drop(self.ended.wait_while(self.jobs(), unwritten).unwrap_or_else(PoisonError::into_inner));
    }

    /// The control of the long job that is at work; without one, one that steers nothing.
    pub(super) fn control(&self) -> Control {
        self.jobs().unfinished.iter().find(|job| job.lane == Lane::Long).map(|job| job.control.clone()).unwrap_or_default()
    }

    /// The control of one job; of one that has ended, one that steers nothing.
    pub(super) fn control_of(&self, id: JobId) -> Control {
        self.jobs().unfinished.iter().find(|job| job.id == id).map(|job| job.control.clone()).unwrap_or_default()
    }

    /// Whether a long job is at work or waiting.
    pub(super) fn is_busy(&self) -> bool {
        self.jobs().unfinished.iter().any(|job| job.lane == Lane::Long)
    }

    /// Whether something that the user has decided is still to be written.
    pub(super) fn is_keeping(&self) -> bool {
        self.jobs().unfinished.iter().any(|job| job.keeps)
    }

    /// Nobody listens any more: a training saves itself, and of the others only what was decided is still done.
    pub(super) fn leave(&self) {
        for job in self.jobs().unfinished.iter().filter(|job| !job.keeps) {
            job.control.set(if job.lane == Lane::Long { Signal::Leave } else { Signal::Discard });
        }
    }

    fn jobs(&self) -> MutexGuard<'_, Jobs> {
        self.jobs.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
