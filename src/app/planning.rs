//! The draft checked against the data set: at once for most, on a thread of its own where dealing takes longer than a frame.

use std::{
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use crossbeam_channel::{Receiver, Sender, bounded};

use crate::{
    data::dataset::Dataset,
    plan::Plan,
    problem::{Kind, Problem},
    settings::Settings,
};

/// Up to so many pictures are dealt within a frame.
const AT_ONCE: usize = 30_000;

/// For how long it holds that there is too little memory: another program may have ended.
const MEMORY_HOLDS: Duration = Duration::from_secs(2);

/// The draft with what came of checking it.
pub struct Checked {
    pub settings: Settings,
    pub dataset: Arc<Dataset>,
    pub plan: Result<Arc<Plan>, Vec<Problem>>,
    at: Instant,
}

impl Checked {
    /// Checks now.
    pub fn new(settings: Settings, dataset: Arc<Dataset>) -> Self {
        let plan = Plan::new(&settings, dataset.clone()).map(Arc::new);
        Self { settings, dataset, plan, at: Instant::now() }
    }

    /// Whether it is about these, and still holds.
    pub fn is(&self, settings: &Settings, dataset: &Arc<Dataset>) -> bool {
        let of_memory = |problems: &Vec<Problem>| problems.iter().any(|problem| problem.kind == Kind::OutOfMemory);
        let holds = self.at.elapsed() < MEMORY_HOLDS || !self.plan.as_ref().is_err_and(of_memory);
        holds && self.settings == *settings && Arc::ptr_eq(&self.dataset, dataset)
    }
}

/// Lets go of what a data set that was closed leaves behind. Freeing 200,000 paths takes longer than a frame.
pub fn retire(dataset: Option<Arc<Dataset>>, checked: Option<Checked>) {
    let large = dataset.as_ref().is_some_and(|dataset| dataset.samples.len() > AT_ONCE);
    if large {
        // Without a thread it is freed here.
        let _ = thread::Builder::new().name("retiring".to_owned()).spawn(move || drop((dataset, checked)));
    }
}

/// Checks drafts in the background, one at a time; of those that come meanwhile only the newest is checked next.
pub struct Planning {
    send: Sender<Checked>,
    receive: Receiver<Checked>,
    wake: Arc<dyn Fn() + Send + Sync>,
    busy: bool,
}

impl Planning {
    /// `wake` is called whenever a draft is checked.
    pub fn new(wake: Arc<dyn Fn() + Send + Sync>) -> Self {
        // One draft is checked at a time, and the next begins only when what came of it was taken: it always fits.
        let (send, receive) = bounded(1);
        Self { send, receive, wake, busy: false }
    }

    /// What has been checked since the last look; never waits.
    pub fn checked(&mut self) -> Option<Checked> {
        let checked = self.receive.try_iter().last();
        self.busy &= checked.is_none();
        checked
    }

    /// Checks a draft: gives the result if that takes no longer than a frame may, otherwise it comes later.
    pub fn ask(&mut self, settings: &Settings, dataset: &Arc<Dataset>) -> Option<Checked> {
        // Pictures that are compared take their time in any number.
        if dataset.samples.len() <= AT_ONCE && !settings.split.look_alikes {
            return Some(Checked::new(settings.clone(), dataset.clone()));
        }
        if self.busy {
            return None;
        }
        let (send, wake) = (self.send.clone(), self.wake.clone());
        let (settings, dataset) = (settings.clone(), dataset.clone());
        let (now, of) = (settings.clone(), dataset.clone());
        let work = move || {
            // The window may be gone by then.
            let _ = send.send(Checked::new(settings, dataset));
            wake();
        };
        match thread::Builder::new().name("planning".to_owned()).spawn(work) {
            Ok(_) => {
                self.busy = true;
                None
            }
            // Without a thread the frame takes its time.
            Err(_) => Some(Checked::new(now, of)),
        }
    }
}
