//! What the worker was asked about runs: each thing once, and what has failed only after the list of runs was read again.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::Session;
use crate::{
    run::RunInfo,
    worker::{Event, JobId},
};

/// Something that a page needs to know of runs, by their ids.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum RunRequest {
    View(String),
    Pair([String; 2]),
}

/// What was asked, and what became of it.
#[derive(Clone, Debug, Default)]
pub struct RunRequests {
    open: BTreeMap<JobId, RunRequest>,
    failed: BTreeSet<RunRequest>,
    /// Runs that are other now than when they were looked at.
    stale: BTreeSet<String>,
    /// Runs that were read and are kept, the last one last.
    pub(super) read: VecDeque<String>,
}

impl RunRequests {
    /// Notes which job was sent to answer.
    pub fn begin(&mut self, job: JobId, request: RunRequest) {
        if let RunRequest::View(run) = &request {
            self.stale.remove(run);
        }
        self.open.insert(job, request);
    }
}

impl Session {
    /// Whether a run that a page shows is to be read: it is not known as it is now, nobody reads it, and the last try has not
    /// failed. A page asks in each frame, and a queue that filled with that would have no room for anything else.
    pub fn wants_view(&self, run: &str) -> bool {
        let RunRequests { failed, stale, .. } = &self.requests;
        let known = self.views.contains_key(run) && !stale.contains(run);
        !known && !failed.contains(&RunRequest::View(run.to_owned())) && !self.awaits_view(run)
    }

    /// Whether a run is being read.
    pub fn awaits_view(&self, run: &str) -> bool {
        self.requests.open.values().any(|request| matches!(request, RunRequest::View(asked) if asked == run))
    }

    /// Takes in the end of what was asked about runs; gives any other event back.
    pub(super) fn settle_request(&mut self, job: JobId, event: Event) -> Option<Event> {
        if !matches!(event, Event::Finished | Event::Failed(_)) {
            return Some(event);
        }
        let Some(request) = self.requests.open.remove(&job) else { return Some(event) };
        if let Event::Failed(problem) = event {
            match &request {
                RunRequest::View(_) => self.fail(problem),
                // It stands where the comparison would.
                RunRequest::Pair(runs) => {
                    problem.log();
                    self.pairs.take(runs, Err(problem));
                }
            }
            self.requests.failed.insert(request);
        }
        None
    }

    /// The list of runs was read again: what failed may be tried again, and runs that others have changed are looked at anew.
    pub(super) fn renew_requests(&mut self) {
        for request in std::mem::take(&mut self.requests.failed) {
            if let RunRequest::Pair(runs) = request {
                self.pairs.withdraw(&runs);
            }
        }
        let state = |info: &RunInfo| (info.status, info.epochs_done, info.scores.clone());
        for info in &self.runs {
            if self.views.get(&info.id).is_some_and(|view| state(&view.info) != state(info)) {
                self.requests.stale.insert(info.id.clone());
            }
        }
    }
}
