//! The draft checked against the data set: at once for most, on a thread of its own where dealing takes longer than a frame.
//! What is begun with the plan that comes of it waits until it is there.

use std::{
    path::PathBuf,
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use crossbeam_channel::{Receiver, Sender, bounded};

use super::{
    App,
    pending::{Awaited, Pending},
};
use crate::{
    control::Stage,
    data::{dataset::Dataset, open_dataset::OpenDataset},
    engine,
    experiment::Draft,
    plan::Plan,
    problem::{Kind, Problem},
    session::{self, Phase, Progress},
    settings::Settings,
    text::say,
    train::{rate_range::RateRange, trial},
    ui::{Action, page::Page},
    worker::Command,
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
pub fn retire(open: Option<OpenDataset>, checked: Option<Checked>) {
    let large = open.as_ref().is_some_and(|open| open.dataset.samples.len() > AT_ONCE);
    if large {
        // Without a thread it is freed here.
        let _ = thread::Builder::new().name("retiring".to_owned()).spawn(move || drop((open, checked)));
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

impl App {
    /// What came of checking the draft as it is now.
    fn checked_now(&self) -> Option<&Checked> {
        let dataset = self.session.dataset()?;
        self.checked.as_ref().filter(|checked| checked.is(&self.settings, dataset))
    }

    /// The draft as a plan on the chosen device, if it is one. What is trained is what the screen shows: while the last change
    /// is still being checked there is none, and `then` is done once there is.
    fn planned(&mut self, then: Pending) -> Option<Plan> {
        self.check();
        match self.checked_now() {
            Some(checked) => {
                let plan = checked.plan.as_ref().ok()?;
                Some(Plan { device: self.preferences.device.clone(), ..plan.as_ref().clone() })
            }
            None => {
                if self.session.open.is_some() {
                    if then.awaits() == Awaited::Plan {
                        let later =
                            say("This begins as soon as the split is made", "Cela commencera dès que la répartition sera faite");
                        self.session.toast(later, None);
                    }
                    self.pending.set(then);
                }
                None
            }
        }
    }

    /// Does what has waited for the plan, if it is there.
    pub(super) fn use_plan(&mut self) {
        if self.session.open.is_none() {
            self.forget_awaited_plan();
        }
        if self.checked_now().is_none() {
            return;
        }
        for awaited in [Awaited::Plan, Awaited::CostPlan] {
            match self.pending.take(awaited) {
                Some(Pending::Planned(action)) => self.actions.push(*action),
                Some(Pending::CopyFolders { out, link }) => self.copy_folders(out, link),
                _ => {}
            }
        }
    }

    /// What waited for the plan was asked of a data set that is not open any more.
    pub(super) fn forget_awaited_plan(&mut self) {
        self.pending.take(Awaited::Plan);
        self.pending.take(Awaited::CostPlan);
    }

    pub(super) fn train(&mut self) {
        if let Some(plan) = self.planned(Pending::planned(Action::Train)) {
            self.send(Command::Train(Box::new(plan)), Some(Phase::Starting(Progress::at(Stage::Training))));
            self.page = Page::Training;
        } else if let Some(Err(problems)) = self.checked_now().map(|checked| checked.plan.clone()) {
            problems.into_iter().for_each(|problem| self.session.fail(problem));
        }
    }

    pub(super) fn cost_of_experiment(&mut self, draft: Box<Draft>) {
        if let Some(plan) = self.planned(Pending::planned(Action::CostOfExperiment(draft.clone()))) {
            self.send(Command::CostOfExperiment { draft, plan: Box::new(plan) }, None);
        }
    }

    pub(super) fn start_experiment(&mut self, draft: Box<Draft>) {
        if let Some(plan) = self.planned(Pending::planned(Action::StartExperiment(draft.clone()))) {
            let command = Command::StartExperiment { draft, plan: Box::new(plan) };
            self.send(command, Some(Phase::Starting(Progress::at(Stage::Training))));
        }
    }

    pub(super) fn copy_folders(&mut self, out: PathBuf, link: bool) {
        if let Some(plan) = self.planned(Pending::CopyFolders { out: out.clone(), link }) {
            let command = Command::CopyFolders { plan: Box::new(plan), out, link };
            self.send(command, Some(Phase::Working(Progress::at(Stage::Copying))));
        }
    }

    pub(super) fn try_devices(&mut self) {
        if self.session.phase.busy() {
            return;
        }
        let Some(plan) = self.planned(Pending::planned(Action::TryDevices)) else { return };
        self.session.tried = Some(session::Tried { settings: plan.settings.clone(), trials: Vec::new() });
        // All that a person would train on, and the chosen one if it is none of them.
        let mut devices = trial::worth_trying(&self.devices);
        // Until the graphics drivers have answered, nothing is known but the processor.
        if devices.is_empty() {
            devices.push("cpu".to_owned());
        }
        if plan.device != engine::AUTOMATIC && !devices.contains(&plan.device) {
            devices.push(plan.device.clone());
        }
        let command = Command::Try { plan: Box::new(plan), devices };
        self.send(command, Some(Phase::Working(Progress::at(Stage::Trying))));
    }

    pub(super) fn test_rates(&mut self) {
        if self.session.phase.busy() {
            return;
        }
        let Some(plan) = self.planned(Pending::planned(Action::TestRates)) else { return };
        self.session.rates = Some(session::RateTest { settings: plan.settings.clone(), range: RateRange::default() });
        self.send(Command::TestRates(Box::new(plan)), Some(Phase::Working(Progress::at(Stage::TestingRates))));
    }
}
