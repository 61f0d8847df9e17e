//! What an experiment takes: runs, time if something like it was trained before, room on the disk.

use serde::{Deserialize, Serialize};

use super::{Draft, ExperimentStore};
use crate::{
    data::sample::Part,
    plan::{AUTOMATIC, Plan},
    problem::Problem,
    run::{RunInfo, RunStatus},
    settings::Settings,
};

/// What an experiment takes.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Cost {
    pub runs: usize,
    /// Seconds if no run stops early; `None` where no run of this network on this device is known.
    pub seconds: Option<f64>,
    /// Bytes on the disk.
    pub bytes: u64,
}

/// Runs that are looked at for how long one takes.
const LOOKED_AT: usize = 60;
/// Bytes that a picture takes in `pictures.json`, and an evaluated one in `report.json`, about.
const LISTED: u64 = 100;
const EVALUATED: u64 = 170;

impl ExperimentStore {
    /// What the runs of a draft take, by `plan`, that of one of them.
    ///
    /// # Errors
    /// A change that this version does not know.
    pub fn cost(&self, draft: &Draft, plan: &Plan) -> Result<Cost, Problem> {
        let pace = self.pace(plan);
        let pictures = plan.indices(Part::Train).len();
        let (mut seconds, mut bytes) = (0.0, 0);
        for member in 0..draft.members.len() {
            let settings = draft.settings(member)?;
            // Larger networks take longer, which is not known; the same, on a share of the pictures, as many as are shown.
            let used = (pictures as f64 * f64::from(settings.split.used) / 100.0).round() as usize;
            let share = settings.train.shown(used) / plan.settings.train.shown(pictures).max(1.0);
            seconds += pace.unwrap_or_default() * share * f64::from(settings.train.epochs);
            bytes += bytes_of(&settings, plan);
        }
        seconds *= draft.halving.as_ref().map_or(1.0, |halving| halving.share(draft.variants.len()));
        Ok(Cost { runs: draft.members.len(), seconds: pace.map(|_| seconds), bytes })
    }

    /// Seconds of an epoch as earlier runs of the same network took it on the same device, scaled by the training pictures.
    fn pace(&self, plan: &Plan) -> Option<f64> {
        let alike = |settings: &Settings| {
            let (ours, theirs) = (&plan.settings, settings);
            ours.model == theirs.model
                && ours.augment.side() == theirs.augment.side()
                && ours.train.batch_size == theirs.train.batch_size
                && ours.train.steps_per_epoch == theirs.train.steps_per_epoch
        };
        let pictures = plan.indices(Part::Train).len();
        let runs = self.runs().list().0.into_iter().filter(|run| run.committee.is_none()).take(LOOKED_AT);
        // What Automatic came to then, it probably comes to again.
        let here = |run: &RunInfo| plan.device == AUTOMATIC || run.asked.device == plan.device;
        let mut known = runs.filter(|run| run.status == RunStatus::Finished && here(run) && run.seconds > 0.0);
        known.find_map(|run| {
            let settings = self.runs().look(&run.id)?.settings().ok().filter(alike)?;
            let epoch = run.seconds / f64::from(run.epochs_done.max(1));
            let shown = settings.train.shown(run.pictures[0] as usize).max(1.0);
            Some(epoch * plan.settings.train.shown(pictures) / shown)
        })
    }
}

/// Bytes of one run's folder: the weights, the checkpoint (weights, the best ones, the optimizer's arrays, batch norm's averaged
/// statistics), and the lists of pictures.
fn bytes_of(settings: &Settings, plan: &Plan) -> u64 {
    let parameters = match settings.network(&plan.dataset.task) {
        Ok(network) => network.parameters(),
        Err(_) => Vec::new(),
    };
    let size = |shape: &[usize]| (size_of::<f32>() * shape.iter().product::<usize>()) as u64;
    let all: u64 = parameters.iter().map(|parameter| size(&parameter.shape)).sum();
    let trained: u64 = parameters.iter().filter(|p| p.role.trained()).map(|parameter| size(&parameter.shape)).sum();
    let slots = settings.train.optimizer.slots().len() as u64;
    let pictures = plan.dataset.samples.len() as u64;
    let evaluated = (plan.indices(Part::Validation).len() + plan.indices(Part::Test).len()) as u64;
    3 * all + slots * trained + LISTED * pictures + EVALUATED * evaluated
}
