//! A run evaluated again: on its own test part, or on other pictures.

use std::sync::Arc;

use super::{
    Event,
    conclude::{self, EvaluationOptions},
    evaluation, locate, open, training,
};
use crate::{
    control::Control,
    data::{dataset::Dataset, open_dataset::OpenDataset, sample::Source},
    engine,
    evaluate::{Report, Seen, WeightsId},
    model::{Network, Weights},
    plan::Plan,
    problem::{Kind, Problem},
    run::{Run, RunPictures, RunStore, pictures::Picture},
    text::say,
};

/// By what a run is evaluated.
#[derive(Clone)]
pub(super) struct EvaluateAgainOptions {
    pub device: String,
    /// Whether each picture is evaluated mirrored as well; `None` leaves it as it was before.
    pub mirrored: Option<bool>,
}

/// Evaluates a run on its own test part, in `open` or wherever its pictures are.
///
/// # Errors
/// Its pictures are not there, it has no weights, the device fails, the report could not be stored, [`Kind::Cancelled`].
pub(super) fn on_its_own(
    run: Run,
    open: Option<OpenDataset>,
    how: EvaluateAgainOptions,
    store: &RunStore,
    control: &Control,
    emit: &mut dyn FnMut(Event),
) -> Result<(), Problem> {
    let open = locate::own(&run, open, store, control, emit)?;
    evaluate(run, &open, how, store, control, emit)
}

/// Evaluates a run on the pictures of `source`.
///
/// # Errors
/// As [`on_its_own`], and a source that cannot be opened, has other classes, or none but pictures that the run knows.
pub(super) fn on(
    mut run: Run,
    source: &Source,
    how: EvaluateAgainOptions,
    store: &RunStore,
    control: &Control,
    emit: &mut dyn FnMut(Event),
) -> Result<(), Problem> {
    let open = open::open(source, store, control, emit)?;
    match locate::find(&run, &open) {
        // Its own pictures, in another place perhaps: what it never saw of them is its test part.
        Ok(_) => {
            locate::remember(&mut run, &open.dataset, false, emit)?;
            evaluate(run, &open, how, store, control, emit)
        }
        Err(_) => evaluate_others(&run, &open, how, store, control, emit),
    }
}

/// Evaluates a run again on its own test part.
///
/// # Errors
/// As [`on_its_own`].
pub(super) fn evaluate(
    mut run: Run,
    open: &OpenDataset,
    EvaluateAgainOptions { device, mirrored }: EvaluateAgainOptions,
    store: &RunStore,
    control: &Control,
    emit: &mut dyn FnMut(Event),
) -> Result<(), Problem> {
    let settings = run.settings()?;
    let open = open::as_learned(open, &run, store, control, emit)?;
    let (dataset, split) = locate::find(&run, &open)?;
    let plan = Plan::with_split(&settings, Arc::new(dataset), split).map_err(training::first)?;
    let plan = Plan { device, ..plan };
    let mut engine = engine::open(&plan.device, &plan.engine_config())?;
    let (weights, id) = weights(&run, &plan.network)?;
    engine.set_weights(&weights)?;
    let options = EvaluationOptions { weights: id, mirrored };
    conclude::evaluate(&plan, engine.as_mut(), &mut run, options, control, emit).map_err(|problem| run.in_weights(problem))
}

/// Evaluates a run on the pictures of `open` that are not among its own, by content. The report is told, not kept.
fn evaluate_others(
    run: &Run,
    open: &OpenDataset,
    EvaluateAgainOptions { device, mirrored }: EvaluateAgainOptions,
    store: &RunStore,
    control: &Control,
    emit: &mut dyn FnMut(Event),
) -> Result<(), Problem> {
    let open = open::as_learned(open, run, store, control, emit)?;
    // However the folder was read: names that answer the run's question are asked for it.
    let asked = open.asked(&run.info.task).ok_or_else(|| locate::other_labels(run, &open.dataset))?;
    let dataset = &asked.dataset;
    // A run that was opened without its list of pictures is evaluated on all, and nothing is claimed of them.
    let own = run.has_pictures().then(|| run.pictures()).transpose()?;
    let prior = run.prior_pictures();
    let samples = Picture::unseen(own.as_deref().unwrap_or_default(), prior.as_slice(), dataset);
    let left_out = (dataset.samples.len() - samples.len()) as u32;
    if samples.is_empty() {
        return Err(locate::not_whole(own.as_ref().map_or(0, Vec::len), dataset.samples.len()));
    }
    let mut view = run.view()?;
    let mut settings = view.settings.clone();
    settings.augment.test_time_flip = mirrored.unwrap_or(view.mirrored());
    let mirrored = settings.augment.test_time_flip;
    let network = settings.network(&dataset.task)?;
    let plan = Plan { device, ..Plan::for_evaluation(settings, network, dataset.clone()) };
    let mut engine = engine::open(&plan.device, &plan.engine_config())?;
    let (weights, id) = weights(run, &plan.network)?;
    engine.set_weights(&weights)?;
    let predictions = evaluation::of_others(&plan, samples, engine.as_mut(), control, emit);
    let predictions = predictions.map_err(|problem| run.in_weights(problem))?;
    let kept = view.report.as_ref();
    let temperature = kept.map_or(1.0, |kept| temperature_for(kept, mirrored, emit));
    let report = Report {
        task: dataset.task.clone(),
        part: None,
        predictions,
        validation: Vec::new(),
        threshold: kept.map_or(0.5, |kept| kept.threshold),
        temperature,
        mirrored,
        train_shares: kept.map_or_else(|| unknown_shares(dataset), |kept| kept.train_shares.clone()),
        seen: own.zip(prior).map(|_| Seen { left_out, ..Seen::default() }),
        weights: Some(id),
    };
    (view.report, view.elsewhere) = (Some(report), Some(dataset.source.clone()));
    let run_pictures = RunPictures::of(&run.info.id, &[], asked.base().clone());
    emit(Event::Evaluated(Box::new(view)));
    emit(Event::Pictures { run: run.info.id.clone(), run_pictures: Ok(Arc::new(run_pictures)) });
    Ok(())
}

/// The temperature of `kept` for pictures of another folder, on which none can be fitted: none where they are evaluated with mirror
/// images and it was fitted without, or the other way round, which is told.
pub(super) fn temperature_for(kept: &Report, mirrored: bool, emit: &mut dyn FnMut(Event)) -> f64 {
    if kept.mirrored == mirrored || kept.temperature == 1.0 {
        return kept.temperature;
    }
    emit(Event::Warned(Problem::new(
        Kind::File,
        say(
            "The temperature that corrects its confidence was fitted with another choice of mirror images: it is not applied here",
            "La température qui corrige sa confiance a été ajustée avec un autre choix d’images miroir\u{a0}: elle n’est pas appliquée ici",
        ),
        say(
            "Evaluate the run itself with this choice first, which fits it anew",
            "Évaluez d’abord l’essai lui-même avec ce choix, ce qui l’ajuste à nouveau",
        ),
    )));
    1.0
}

/// Of a training part that nobody knows: every class as often; of years, which are never even, as the evaluated folder has them.
pub(super) fn unknown_shares(dataset: &Dataset) -> Vec<f64> {
    let (classes, pictures) = (dataset.task.len(), dataset.samples.len().max(1));
    match dataset.task.is_regression() {
        true => dataset.balance().iter().map(|count| *count as f64 / pictures as f64).collect(),
        false => vec![1.0 / classes as f64; classes],
    }
}

/// The run's best weights, and which they are.
fn weights(run: &Run, network: &Network) -> Result<(Weights, WeightsId), Problem> {
    if run.info.stored.weights { run.best_weights(network) } else { Err(no_weights()) }
}

/// Nothing is learned yet.
pub(super) fn no_weights() -> Problem {
    Problem::new(
        Kind::File,
        say("This run has no weights yet", "Cet essai n’a pas encore de poids"),
        say("Train it to the end of its first epoch", "Entraînez-le jusqu’à la fin de sa première époque"),
    )
}
