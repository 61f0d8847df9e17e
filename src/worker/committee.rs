//! A committee is made of runs, and evaluated: by its members, each on what it did not learn from.

use std::{collections::HashMap, path::Path, sync::Arc};

use super::{
    Event,
    evaluate_again::{self, EvaluateAgainOptions, temperature_for, unknown_shares},
    evaluation, locate, open,
};
use crate::{
    control::Control,
    data::{dataset::Dataset, sample::Source},
    engine,
    evaluate::{Logits, Prediction, Report, Seen},
    experiment::{ExperimentStore, MemberState},
    plan::{Plan, start::PriorPictures},
    problem::Problem,
    run::{
        Run, RunPictures, RunStore,
        committee::{Basis, CommitteeEvaluation, no_pictures},
        pictures::Picture,
    },
};

/// Of which runs a committee is made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Candidates {
    /// These, by what [`RunStore::find`] finds them by.
    Runs(Vec<String>),
    /// The finished runs of an experiment.
    Experiment(String),
}

/// Makes a committee; what it has no pictures for is told.
///
/// # Errors
/// Runs that are not there or cannot be one; a full disk, no permission.
pub(super) fn create(
    candidates: &Candidates,
    name: Option<String>,
    store: &RunStore,
    emit: &mut dyn FnMut(Event),
) -> Result<(), Problem> {
    let (runs, of) = match candidates {
        Candidates::Runs(names) => (names.iter().map(|name| store.find(name)).collect::<Result<Vec<Run>, Problem>>()?, None),
        Candidates::Experiment(name) => {
            let experiments = ExperimentStore::new(store);
            let view = experiments.view(experiments.find(name)?);
            let finished = view.members.iter().filter(|member| member.state == MemberState::Finished);
            let mut ids: Vec<&str> = finished.filter_map(|member| Some(member.run.as_ref()?.id.as_str())).collect();
            // Members with the same settings share a run.
            let mut known = std::collections::HashSet::new();
            ids.retain(|id| known.insert(*id));
            let runs = ids.into_iter().map(|id| store.find(id)).collect::<Result<Vec<Run>, Problem>>()?;
            (runs, Some(view.experiment.name.clone()))
        }
    };
    let run = store.create_committee(&runs, name, of.as_ref())?;
    if run.info.committee.as_ref().is_some_and(|committee| committee.evaluation.is_none()) {
        emit(Event::Warned(no_pictures(&run.info)));
    }
    emit(Event::RunOpened(Box::new(run.view()?)));
    Ok(())
}

/// Has each member of a committee evaluate its own test and validation part again, in `dataset` or wherever its pictures are, and
/// counts what they say together.
///
/// # Errors
/// As [`evaluate_again::on_its_own`], and a committee without pictures of its own.
pub(super) fn on_its_own(
    mut run: Run,
    dataset: Option<Arc<Dataset>>,
    how: &EvaluateAgainOptions,
    store: &RunStore,
    control: &Control,
    emit: &mut dyn FnMut(Event),
) -> Result<(), Problem> {
    run.check_own_pictures()?;
    // Where its pictures are now, its members need not know.
    let dataset = locate::own(&run, dataset, store, control, emit)?;
    for member in run.members()? {
        let dataset = locate::own(&member, Some(dataset.clone()), store, control, emit)?;
        let mut tell = |event| {
            if !matches!(event, Event::Evaluated(_)) {
                emit(event);
            }
        };
        evaluate_again::evaluate(member, &dataset, how.clone(), store, control, &mut tell)?;
    }
    let view = run.evaluate_from_members()?;
    emit(Event::Evaluated(Box::new(view)));
    Ok(())
}

/// Evaluates a committee on the pictures of `source`: its own in another place, or those that no member has.
///
/// # Errors
/// As [`evaluate_again::on`].
pub(super) fn on(
    mut run: Run,
    source: &Source,
    how: &EvaluateAgainOptions,
    store: &RunStore,
    control: &Control,
    emit: &mut dyn FnMut(Event),
) -> Result<(), Problem> {
    let dataset = open::open(source, store, control, emit)?;
    if run.has_pictures() && locate::find(&run, &dataset).is_ok() {
        locate::remember(&mut run, &dataset, false, emit)?;
        return on_its_own(run, Some(dataset), how, store, control, emit);
    }
    let members = run.members()?;
    let lists = members.iter().map(Run::pictures).collect::<Result<Vec<_>, Problem>>();
    // A member that came without its list of pictures may have learned from any of them: nothing is claimed then.
    let prior: Vec<Option<PriorPictures>> = members.iter().map(Run::prior_pictures).collect();
    let complete = lists.is_ok() && prior.iter().all(Option::is_some);
    let own: Vec<Picture> = lists.iter().flatten().flatten().cloned().collect();
    let prior: Vec<PriorPictures> = prior.into_iter().flatten().collect();
    let (mut said, mut left_out, mut mirrored) = (Vec::new(), 0, true);
    for member in &members {
        let dataset = open::as_learned(&dataset, member, store, control, emit)?;
        let dataset = Arc::new(dataset.asked(&run.info.task).ok_or_else(|| locate::other_labels(&run, &dataset))?);
        let samples = Picture::unseen(&own, &prior, &dataset);
        left_out = (dataset.samples.len() - samples.len()) as u32;
        if samples.is_empty() {
            return Err(locate::not_whole(own.len(), dataset.samples.len()));
        }
        let answers = answers(member, dataset, samples, how, control, emit)?;
        mirrored &= answers.mirrored;
        said.push(answers);
    }
    let mut view = run.view()?;
    let combination = view.info.committee.as_ref().map(|committee| committee.combination).unwrap_or_default();
    let each: Vec<HashMap<&Path, &Logits>> = said.iter().map(Answers::by_file).collect();
    let together = |p: &Prediction| {
        let answers: Option<Vec<(&Logits, f64)>> =
            each.iter().zip(&said).map(|(each, of)| Some((*each.get(p.file.as_path())?, of.temperature))).collect();
        Some(Prediction { logit: combination.of(&answers?)?, ..p.clone() })
    };
    let predictions: Vec<Prediction> =
        said.first().map_or(&[][..], |first| &first.predictions).iter().filter_map(together).collect();
    let kept = view.report.as_ref();
    let temperature = kept.map_or(1.0, |kept| temperature_for(kept, mirrored, emit));
    let report = Report {
        task: run.info.task.clone(),
        part: None,
        validation: Vec::new(),
        threshold: kept.map_or(0.5, |kept| kept.threshold),
        temperature,
        mirrored,
        train_shares: kept.map_or_else(|| unknown_shares(&dataset), |kept| kept.train_shares.clone()),
        seen: complete.then(|| Seen { left_out, ..Seen::default() }),
        weights: run.info.weights,
        predictions,
    };
    let alone = said.iter().map(|said| said.score(run.info.task.is_regression())).collect();
    if let Some(committee) = &mut view.info.committee {
        committee.evaluation =
            Some(CommitteeEvaluation { basis: Basis::Others, pictures: report.predictions.len() as u32, alone });
    }
    view.report = Some(report);
    let run_pictures = RunPictures::of(&run.info.id, &[], dataset.base());
    emit(Event::Evaluated(Box::new(view)));
    emit(Event::Pictures { run: run.info.id, run_pictures: Ok(Arc::new(run_pictures)) });
    Ok(())
}

/// What a member says of pictures.
struct Answers {
    predictions: Vec<Prediction>,
    temperature: f64,
    mirrored: bool,
}

impl Answers {
    fn by_file(&self) -> HashMap<&Path, &Logits> {
        self.predictions.iter().map(|p| (p.file.as_path(), &p.logit)).collect()
    }

    /// How good it is alone: the accuracy at a threshold of 0.5, of years the mean absolute error.
    fn score(&self, of_years: bool) -> f64 {
        let one = |p: &Prediction| if of_years { p.error().abs() } else { f64::from(u8::from(p.correct(0.0))) };
        self.predictions.iter().map(one).sum::<f64>() / self.predictions.len().max(1) as f64
    }
}

/// Asks a member about `samples` of `dataset`, in which the pictures are as it learned from its own.
fn answers(
    member: &Run,
    dataset: Arc<Dataset>,
    samples: Vec<u32>,
    how: &EvaluateAgainOptions,
    control: &Control,
    emit: &mut dyn FnMut(Event),
) -> Result<Answers, Problem> {
    let (mut settings, report) = (member.settings()?, member.read_report()?);
    let before = report.as_ref().map_or(settings.augment.test_time_flip, |report| report.mirrored);
    let mirrored = how.mirrored.unwrap_or(before);
    settings.augment.test_time_flip = mirrored;
    let network = settings.network(&dataset.task)?;
    let plan = Plan { device: how.device.clone(), ..Plan::for_evaluation(settings, network, dataset) };
    let mut engine = engine::open(&plan.device, &plan.engine_config())?;
    let (weights, _) = member.best_weights(&plan.network)?;
    engine.set_weights(&weights)?;
    let predictions = evaluation::of_others(&plan, samples, engine.as_mut(), control, emit);
    let predictions = predictions.map_err(|problem| member.in_weights(problem))?;
    let temperature = report.map_or(1.0, |report| temperature_for(&report, mirrored, emit));
    Ok(Answers { predictions, temperature, mirrored })
}
