//! Runs held against each other, two at a time.

use std::{collections::BTreeMap, sync::Arc};

use super::Session;
use crate::{
    problem::Problem,
    run::{Paired, RunView},
};

/// The comparisons that were asked for, by the runs' ids.
#[derive(Clone, Debug, Default)]
pub struct Pairs(BTreeMap<[String; 2], PairState>);

/// What is known of two runs.
#[derive(Clone, Debug)]
pub enum PairState {
    /// They are being compared.
    Asked,
    Known(Arc<Paired>),
    /// Why they cannot be compared.
    Apart(Problem),
}

impl Pairs {
    /// What is known of two runs, the first of which the second is held against.
    pub fn get(&self, runs: &[String; 2]) -> Option<&PairState> {
        self.0.get(runs)
    }

    /// Notes that two runs are to be compared; gives whether that is new.
    pub fn ask(&mut self, runs: [String; 2]) -> bool {
        let new = !self.0.contains_key(&runs);
        self.0.entry(runs).or_insert(PairState::Asked);
        new
    }

    /// Takes in an answer. One that nobody waits for any more is of runs as they were before.
    pub fn take(&mut self, runs: &[String; 2], paired: Result<Paired, Problem>) {
        if let Some(state) = self.0.get_mut(runs) {
            *state = paired.map_or_else(PairState::Apart, |paired| PairState::Known(Arc::new(paired)));
        }
    }

    /// Forgets a comparison, so that it may be asked for again.
    pub(super) fn withdraw(&mut self, runs: &[String; 2]) {
        self.0.remove(runs);
    }

    /// Forgets what a run was compared with: it is another now.
    fn forget(&mut self, run: &str) {
        self.0.retain(|runs, _| runs.iter().all(|id| id != run));
    }
}

/// Runs that are kept to be compared: several times as many as are looked at side by side.
const KEPT: usize = 16;

impl Session {
    /// Calls the runs that were looked at what they are called now.
    pub(super) fn rename_views(&mut self) {
        for info in &self.runs {
            let renamed = |view: &&mut Arc<RunView>| {
                (&view.info.name, &view.info.automatic, &view.info.note) != (&info.name, &info.automatic, &info.note)
            };
            if let Some(view) = self.views.get_mut(&info.id).filter(renamed) {
                let view = Arc::make_mut(view);
                (view.info.name, view.info.automatic, view.info.note) =
                    (info.name.clone(), info.automatic.clone(), info.note.clone());
                self.pairs.forget(&info.id);
            }
        }
    }

    /// Keeps a run as it is now, to compare it.
    pub(super) fn look_at(&mut self, view: &Arc<RunView>) {
        let id = &view.info.id;
        let same = self.views.insert(id.clone(), Arc::clone(view)).is_some_and(|before| before.report == view.report);
        if !same {
            self.pairs.forget(id);
        }
        self.requests.read.retain(|read| read != id);
        self.requests.read.push_back(id.clone());
        if self.requests.read.len() > KEPT
            && let Some(oldest) = self.requests.read.pop_front()
        {
            self.forget_view(&oldest);
        }
    }

    /// Forgets the runs that are not there any more.
    pub(super) fn forget_gone_views(&mut self) {
        let gone = |id: &&String| self.runs.iter().all(|run| run.id != **id);
        let gone: Vec<String> = self.views.keys().filter(gone).cloned().collect();
        gone.iter().for_each(|run| self.forget_view(run));
    }

    fn forget_view(&mut self, run: &str) {
        self.views.remove(run);
        self.requests.read.retain(|read| read != run);
        self.pairs.forget(run);
    }
}
