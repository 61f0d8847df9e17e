//! What a run's weights say of its test and validation pictures, and of others.

use super::Event;
use crate::{
    control::{Control, Stage},
    data::{batch::Form, duplicates::look_alikes, sample::Part},
    engine::{self, Engine},
    evaluate::{FRESH_THRESHOLD, Logits, Prediction, Report, Seen, WeightsId},
    plan::Plan,
    problem::Problem,
};

/// Pictures between two progress events.
const BETWEEN_EVENTS: usize = 200;

/// The report of the test part, with the validation part beside it, by the weights that `engine` has, those of `id`.
///
/// # Errors
/// A lost device; [`crate::problem::Kind::Cancelled`] if the user stopped it.
pub(super) fn report(
    plan: &Plan,
    engine: &mut dyn Engine,
    id: WeightsId,
    control: &Control,
    emit: &mut dyn FnMut(Event),
) -> Result<Report, Problem> {
    let (test, validation) = (plan.indices(Part::Test), plan.indices(Part::Validation));
    let total = test.len() + validation.len();
    let mut done = 0;
    let form = engine::form(engine, &plan.dataset, &plan.settings.augment)?;
    let mut evaluate = |samples| predictions(plan, form, samples, engine, control, &mut Counter { done: &mut done, total, emit });
    let (predictions, validation) = (evaluate(test)?, evaluate(validation)?);
    warn_of_damage(plan, emit);
    let seen = seen(plan, &predictions);
    Ok(Report {
        task: plan.dataset.task.clone(),
        part: Some(Part::Test),
        predictions,
        validation,
        threshold: FRESH_THRESHOLD,
        temperature: 1.0,
        mirrored: plan.settings.augment.test_time_flip,
        train_shares: train_shares(plan),
        seen: Some(seen),
        weights: Some(id),
    })
}

/// Which of the test pictures the other parts have too, and how many look like one of training's.
fn seen(plan: &Plan, predictions: &[Prediction]) -> Seen {
    let mut seen = Seen::new(predictions, &plan.overlap);
    if plan.dataset.pixels.len() == plan.dataset.samples.len() {
        // What cannot be read any more does not take the report away.
        let groups = look_alikes(&plan.dataset.pixels).ok();
        seen.alike = groups.map(|groups| plan.overlap.alike(groups.iter().map(Vec::as_slice), &plan.split.parts) as u32);
    }
    seen
}

/// Each class's share of the training part.
fn train_shares(plan: &Plan) -> Vec<f64> {
    let train = plan.indices(Part::Train);
    let counts = plan.dataset.balance_of(&train);
    counts.iter().map(|count| *count as f64 / train.len().max(1) as f64).collect()
}

/// The predictions of any `samples` of the plan's data set.
///
/// # Errors
/// As [`report`].
pub(super) fn of_others(
    plan: &Plan,
    samples: Vec<u32>,
    engine: &mut dyn Engine,
    control: &Control,
    emit: &mut dyn FnMut(Event),
) -> Result<Vec<Prediction>, Problem> {
    let (mut done, total) = (0, samples.len());
    let form = engine::form(engine, &plan.dataset, &plan.settings.augment)?;
    let predictions = predictions(plan, form, samples, engine, control, &mut Counter { done: &mut done, total, emit })?;
    warn_of_damage(plan, emit);
    Ok(predictions)
}

/// Tells if what was kept of the pictures was damaged.
fn warn_of_damage(plan: &Plan, emit: &mut dyn FnMut(Event)) {
    plan.dataset.pixels.take_damage().into_iter().for_each(|damage| emit(Event::Warned(damage)));
}

struct Counter<'a> {
    done: &'a mut usize,
    total: usize,
    emit: &'a mut dyn FnMut(Event),
}

impl Counter<'_> {
    fn add(&mut self, pictures: usize) {
        let before = *self.done / BETWEEN_EVENTS;
        *self.done += pictures;
        if *self.done / BETWEEN_EVENTS > before || *self.done == self.total {
            (self.emit)(Event::Progress { stage: Stage::Evaluating, done: *self.done as u64, total: self.total as u64 });
        }
    }
}

fn predictions(
    plan: &Plan,
    form: Form,
    samples: Vec<u32>,
    engine: &mut dyn Engine,
    control: &Control,
    counter: &mut Counter<'_>,
) -> Result<Vec<Prediction>, Problem> {
    let mut all = Vec::with_capacity(samples.len());
    let output = plan.network.output;
    let mut pass = plan.evaluation(form, samples);
    loop {
        if control.stops_evaluation() {
            return Err(Problem::cancelled());
        }
        let Some((batch, logits)) = pass.next(engine)? else { break };
        all.extend(batch.samples.iter().zip(logits.chunks_exact(output.units())).map(|(&index, row)| {
            let sample = &plan.dataset.samples[index as usize];
            Prediction {
                file: sample.file.clone(),
                sample: index,
                label: sample.class,
                logit: Logits::of(output, row),
                age: sample.age,
                race: sample.race,
            }
        }));
        counter.add(batch.len());
    }
    Ok(all)
}
