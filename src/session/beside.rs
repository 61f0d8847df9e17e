//! A job beside the current one that takes long enough to say how far it is: an export that looks for a run's pictures.

use super::{Progress, Session};
use crate::worker::{Event, JobId};

impl Session {
    /// Takes in how far a job beside the current one is, and that it has ended.
    pub(super) fn follow_beside(&mut self, job: JobId, event: &Event) {
        match *event {
            Event::Progress { stage, done, total } if self.job != Some(job) => {
                self.beside = Some((job, Progress { stage, done, total }));
            }
            Event::Finished | Event::Failed(_) => drop(self.beside.take_if(|(of, _)| *of == job)),
            _ => {}
        }
    }
}
