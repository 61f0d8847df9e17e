//! What a run starts from: the weights of a finished one, which are copied into its folder so that it needs that one no more.

use super::{Run, RunInfo, RunStatus, RunStore};
use crate::{
    data::sample::Part,
    files::atomic,
    model::Weights,
    plan::{
        Plan,
        start::{self, Origin, PriorPictures, Start, StartedFrom},
    },
    problem::Problem,
    settings::Settings,
    text::LocalizedText,
};

impl RunStore {
    /// `plan` with the weights of the run that its settings start from, if they name one.
    ///
    /// # Errors
    /// That run is not here, not finished, a committee or damaged, or nothing of it fits.
    pub fn started(&self, plan: &Plan) -> Result<Plan, Problem> {
        let mut plan = plan.clone();
        if plan.settings.model.start_from.is_empty() || plan.start.is_some() {
            return Ok(plan);
        }
        let run = self.origin(&mut plan.settings)?;
        let network = run.settings()?.network(&run.info.task)?;
        let (weights, _) = run.best_weights(&network)?;
        let origin = Origin {
            run: &plan.settings.model.start_from,
            name: run.info.name_in_both(),
            network: &network,
            same_question: run.info.task == plan.dataset.task,
        };
        let from = StartedFrom::of(&plan.settings, &plan.network, origin)?;
        let weights = from.taken.weights(&weights);
        Ok(plan.starting(Start { from, weights, prior: run.made_of() }))
    }

    /// Writes the id of the run to start from in the place of what the settings call it (the start of one, `last`, a folder).
    ///
    /// # Errors
    /// That run is not here, not finished or a committee.
    pub fn settle_start(&self, settings: &mut Settings) -> Result<(), Problem> {
        if settings.model.start_from.is_empty() { Ok(()) } else { self.origin(settings).map(drop) }
    }

    /// The run to start from; the settings then name it by its id, or by its folder if it is not among the runs.
    fn origin(&self, settings: &mut Settings) -> Result<Run, Problem> {
        let named = &mut settings.model.start_from;
        let run = self.find(named).map_err(|problem| {
            let missing = start::missing(named);
            let remedy =
                LocalizedText::by(|lang| format!("{}. {}", missing.remedy.get(lang), problem.line(lang).trim_end_matches('.')));
            Problem { remedy, ..missing }
        })?;
        if run.info.status != RunStatus::Finished {
            return Err(start::unfinished(&run.info.name_in_both()));
        }
        if run.info.committee.is_some() {
            return Err(start::committee(&run.info.name_in_both()));
        }
        *named = match self.look(&run.info.id) {
            Some(known) if known.folder == run.folder => run.info.id.clone(),
            _ => std::path::absolute(&run.folder).unwrap_or_else(|_| run.folder.clone()).display().to_string(),
        };
        Ok(run)
    }
}

impl Run {
    /// `plan` with what this run started from, to go on with it or to do the same `anew`.
    ///
    /// # Errors
    /// Weights that are needed for that and cannot be read.
    pub fn restarted(&self, plan: Plan, anew: bool) -> Result<Plan, Problem> {
        let Some(from) = self.info.started_from.clone() else { return Ok(plan) };
        let weights = match Weights::load(&self.start_path()) {
            // What it goes on from is in its checkpoint.
            Err(_) if !anew => Weights::default(),
            weights => weights?,
        };
        Ok(plan.starting(Start { from, weights, prior: self.prior_pictures() }))
    }

    /// The pictures that its weights were made of before it began: none of one that began at random. `None` where that is not
    /// known.
    pub fn prior_pictures(&self) -> Option<PriorPictures> {
        match self.info.started_from {
            Some(_) => atomic::read_json(&self.prior_path()).ok(),
            None => Some(PriorPictures::default()),
        }
    }

    /// The pictures that its weights are made of now. `None` where that is not known.
    fn made_of(&self) -> Option<PriorPictures> {
        let mut prior = self.prior_pictures()?;
        for picture in self.pictures().ok()? {
            match picture.part {
                Part::Train => prior.train.insert(picture.hash),
                Part::Validation => prior.validation.insert(picture.hash),
                Part::Test => continue,
            };
        }
        Some(prior)
    }
}

impl RunInfo {
    /// What it is called in each language.
    pub fn name_in_both(&self) -> LocalizedText {
        LocalizedText::by(|lang| self.name(lang).to_owned())
    }
}
