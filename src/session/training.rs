//! A training as a whole: how far it is with its evaluation, and what is kept of it once it is over.

use std::sync::Arc;

use super::{Phase, Progress, Session, Training};
use crate::{
    callback::Callbacks,
    engine::{Device, DeviceKind},
    experiment::{MemberState, MemberView},
    history::{BatchRecord, StopReason},
    run::{RunInfo, RunView},
};

impl Training {
    /// A training that is over, as its run has kept it.
    pub fn kept(view: &RunView) -> Self {
        let RunView { info, settings, history, event_log, .. } = view;
        let mut callbacks = Callbacks::default();
        for record in history {
            callbacks.epoch(&settings.train.callbacks, record, 0.0);
        }
        let (kind, id) = (DeviceKind::Processor, String::new());
        let device = Device { kind, id, name: info.device.clone(), memory: None, details: String::new() };
        Self {
            run: info.id.clone(),
            job: None,
            device,
            settings: settings.clone(),
            callbacks,
            epochs: settings.train.epochs,
            steps_per_epoch: 0,
            train_pictures: info.pictures[0],
            validation_pictures: info.pictures[1],
            now: BatchRecord::default(),
            history: history.clone(),
            event_log: event_log.clone(),
            saved: Some(info.epochs_done),
            stored: info.weights.map(|weights| weights.epoch),
            faces: Vec::new(),
            // One that was interrupted does not go on by itself either.
            stopped: Some(info.stopped.unwrap_or(StopReason::ByUser)),
            best_epoch: info.best_epoch,
            kept_epoch: info.weights.map(|weights| weights.epoch),
            live: Vec::new(),
        }
    }

    /// What learning takes of the whole job, from 0 to 1; the rest is evaluation. A picture that is evaluated costs a third of one
    /// that is learned from, and the test part is about as large as the validation part.
    fn learning(&self) -> f32 {
        let validation = f64::from(self.validation_pictures) / 3.0;
        let learning = f64::from(self.epochs.max(1)) * (f64::from(self.train_pictures) + validation);
        (learning / (learning + 2.0 * validation).max(1.0)) as f32
    }
}

impl Session {
    /// Has the run that is trained in the list as it is by now: the list is read again only when a job is over. Runs of an
    /// experiment are listed by it.
    pub(super) fn list_training(&mut self) {
        let Some(training) = &self.training else { return };
        let of_it = |info: &RunInfo| info.id == training.run;
        if !self.runs.iter().any(of_it) {
            match self.trained.as_ref().filter(|info| of_it(info) && info.member_of.is_none()) {
                Some(info) => self.runs.insert(0, info.clone()),
                None => return,
            }
        }
        if let Some(info) = self.runs.iter_mut().find(|info| of_it(info)) {
            info.epochs_done = training.history.len() as u32;
            info.seconds = training.history.iter().map(|record| record.seconds).sum();
        }
    }

    /// Forgets a training that is over and whose run is in the trash: nothing could go on. Gives the run.
    pub(super) fn forget_deleted(&mut self) -> Option<String> {
        let gone = |training: &mut Training| self.runs.iter().all(|run| run.id != training.run);
        if self.phase.training() {
            return None;
        }
        self.training.take_if(gone).map(|training| training.run)
    }

    /// A run was evaluated.
    pub(super) fn take_report(&mut self, view: Arc<RunView>) {
        let trained = self.training.as_ref().is_some_and(|training| training.run == view.info.id);
        if let Some([_, new]) = self.repeated.as_mut().filter(|[_, new]| trained && new.is_empty()) {
            new.clone_from(&view.info.id);
        }
        // An experiment trains hundreds, of which those are kept that somebody has looked at. A report of other pictures is told,
        // not kept with the run.
        let kept = self.experiments.at_work.is_none() || self.views.contains_key(&view.info.id);
        if kept && !view.evaluated_elsewhere() {
            self.look_at(&view);
        }
        self.show(view);
        // Of an experiment somebody waits for the last run.
        self.attention = self.experiments.at_work.is_none();
    }

    /// As [`Session::share`], of an experiment over all its runs.
    pub fn share_of_all(&self) -> Option<f32> {
        let Some(at_work) = &self.experiments.at_work else { return self.share() };
        let members = &self.experiments.views.get(&at_work.experiment)?.members;
        let share = |(place, member): (usize, &MemberView)| match &member.state {
            _ if place == at_work.member => self.share().unwrap_or(0.0),
            state if state.is_over() || matches!(state, MemberState::Failed { .. }) => 1.0,
            _ => member.progress() as f32,
        };
        Some(members.iter().enumerate().map(share).sum::<f32>() / members.len().max(1) as f32)
    }

    /// From 0 to 1 over all that the current job does, as far as that is known. Of a training that includes the evaluation after
    /// it, so that the bar never goes back.
    pub fn share(&self) -> Option<f32> {
        let training = self.training.as_ref();
        match self.phase {
            Phase::Training | Phase::Paused => training.map(|training| training.share() * training.learning()),
            phase => {
                let share = phase.progress().and_then(Progress::share);
                let own = |training: &&Training| matches!(phase, Phase::Evaluating(_)) && training.job == self.job;
                match training.filter(own).map(Training::learning) {
                    Some(learned) => Some(learned + (1.0 - learned) * share.unwrap_or(0.0)),
                    None => share,
                }
            }
        }
    }
}
