//! A training from its first batch, or from a checkpoint, to its report.

use std::{path::Path, sync::Arc, time::Instant};

use tracing::{debug, info};

use super::{
    Event, ResumeOptions,
    awake::Awake,
    conclude,
    fallback::{PROCESSOR, is_lost, on_the_processor},
    locate,
};
use crate::{
    control::{Control, Signal, Stage},
    data::sample::Dataset,
    engine::{self, Engine},
    model::Weights,
    plan::Plan,
    problem::{Kind, Problem},
    run::{Asked, Run, RunInfo, RunStatus, RunStore, pictures::Picture},
    settings::Settings,
    text::{LocalizedText, say},
    train::{
        checkpoint::Checkpoint,
        choice,
        event::TrainEvent,
        fit::{FitEvent, Outcome, fit},
        trial,
    },
};

/// Trains `plan` as a new run of the store.
pub(super) fn train(plan: &Plan, store: &RunStore, control: &Control, emit: &mut dyn FnMut(Event)) -> Result<(), Problem> {
    let plan = &settle(plan, store.home(), control, emit)?;
    // First: a device that cannot be opened leaves no run behind.
    let engine = engine::open(&plan.device, &plan.engine_config())?;
    train_on(plan, engine, store, control, emit)
}

/// The same on an engine that is open already.
///
/// # Errors
/// A full disk, a loss that is not a number, a device that fails and is no graphics card: those are replaced by the
/// processor, from the last epoch that was saved.
pub fn train_on(
    plan: &Plan,
    engine: Box<dyn Engine>,
    store: &RunStore,
    control: &Control,
    emit: &mut dyn FnMut(Event),
) -> Result<(), Problem> {
    let run = store.create(plan)?;
    let id = run.info.id.clone();
    let begun = [run.checkpoint_path(), run.best_path()];
    let result = train_run(plan, engine, run, None, control, emit);
    // Nothing was earned, or it is not wanted.
    if result.is_err() && (control.wish() == Signal::Discard || !begun.iter().any(|path| path.exists())) {
        let deleted = store.delete(&id);
        // Where the disk is the trouble, the first word of it is the one to tell.
        return result
            .map_err(|problem| if problem.kind == Kind::Cancelled { deleted.err().unwrap_or(problem) } else { problem });
    }
    result
}

/// Trains `plan` in a folder of the user's choice.
///
/// # Errors
/// As [`train_run`], and a folder that is not empty.
pub(crate) fn train_in(plan: &Plan, folder: &Path, control: &Control, emit: &mut dyn FnMut(Event)) -> Result<(), Problem> {
    let home = RunStore::of_user().map_or_else(|_| folder.to_owned(), |store| store.home().to_owned());
    let plan = &settle(plan, &home, control, emit)?;
    let engine = engine::open(&plan.device, &plan.engine_config())?;
    train_run(plan, engine, RunStore::create_in(folder, plan)?, None, control, emit)
}

/// Whether there is nothing left to train.
fn is_over(run: &RunInfo, how: &ResumeOptions) -> bool {
    run.status == RunStatus::Finished && how.more == 0 && how.learning_rate.is_none()
}

/// Whether a run can go on as `how` says, as far as its description tells.
///
/// # Errors
/// It is finished and judged, or came without what it takes to go on, or the device is not here.
pub(crate) fn check_resumable(run: &RunInfo, how: &ResumeOptions) -> Result<(), Problem> {
    if is_over(run, how) && run.scores.is_some() {
        return Err(finished());
    }
    // Only one that never ended may begin anew: this one would lose its result.
    if run.status == RunStatus::Finished && !is_over(run, how) && !run.stored.checkpoint {
        return Err(cannot_go_on());
    }
    // As anywhere else where they are given.
    let mut settings = Settings::default();
    if let Some(rate) = how.learning_rate {
        settings.set(&format!("train.optimizer.learning_rate={rate}"))?;
    }
    if how.more > 0 {
        settings.set(&format!("train.epochs={}", run.epochs_done.saturating_add(how.more)))?;
    }
    how.device.as_deref().map_or(Ok(()), engine::check)
}

/// Goes on with a run as `how` says.
pub(super) fn resume(
    name: &str,
    dataset: &Dataset,
    how: &ResumeOptions,
    store: &RunStore,
    control: &Control,
    emit: &mut dyn FnMut(Event),
) -> Result<(), Problem> {
    let mut run = store.find(name)?;
    let lock = run.lock()?;
    let mut settings = run.settings()?;
    // A run that was killed in its first epoch starts anew, which gives the same bits.
    let mut checkpoint = run.checkpoint_path().exists().then(|| Checkpoint::load(&run.checkpoint_path())).transpose()?;
    check_resumable(&run.info, how)?;
    let over = is_over(&run.info, how);
    let stored = checkpoint.as_ref().map_or(0, |checkpoint| checkpoint.position.epoch);
    if !over && run.info.epochs_done > stored {
        emit(Event::Warned(behind(run.info.epochs_done, stored)));
    }
    if let Some(rate) = how.learning_rate {
        let train = &mut settings.train;
        // Rates by hand fall with it.
        let factor = rate / train.optimizer.learning_rate;
        train.schedule.table.iter_mut().for_each(|(_, by_hand)| *by_hand *= factor);
        train.optimizer.learning_rate = rate;
    }
    if let Some(checkpoint) = checkpoint.as_mut().filter(|_| how.more > 0 || how.learning_rate.is_some()) {
        if how.more > 0 {
            settings.train.epochs = checkpoint.position.epoch.saturating_add(how.more);
        }
        checkpoint.position.stopped = None;
        checkpoint.position.callbacks.train_more();
    }
    let (found, split) = locate::find(&run, dataset)?;
    locate::remember(&mut run, dataset, false, emit)?;
    let plan = Plan::with_split(&settings, Arc::new(found), split).map_err(first)?;
    let Asked { device, threads } = run.info.asked.clone();
    let device = checkpoint.as_ref().map_or(device, |checkpoint| checkpoint.position.device.clone());
    // A card that was taken out since is replaced by whatever is fastest now.
    let device = if engine::check(&device).is_ok() { device } else { choice::AUTOMATIC.to_owned() };
    let plan = Plan { device: how.device.clone().unwrap_or(device), threads, ..plan };
    let plan = settle(&plan, store.home(), control, emit)?;
    let mut engine = engine::open(&plan.device, &plan.engine_config())?;
    if over {
        // Killed between its last epoch and its report.
        engine.set_weights(&Weights::load(&run.best_path())?)?;
        return conclude::judge(&plan, engine.as_mut(), &mut run, None, control, emit);
    }
    if let Some(checkpoint) = &mut checkpoint {
        checkpoint.position.device.clone_from(&plan.device);
        if how.learning_rate.is_some() {
            checkpoint.from_the_best(engine.optimizer_state()?);
        }
    }
    if settings != run.settings()? {
        run.save_settings(&settings)?;
    }
    drop(lock);
    train_run(&plan, engine, run, checkpoint, control, emit)
}

/// Trains a new run with the settings of another, on what is left of its pictures in the parts in which they were, so that
/// the two can be compared. Pictures that have come since belong to no part.
pub(super) fn again(
    name: &str,
    dataset: &Arc<Dataset>,
    device: String,
    store: &RunStore,
    control: &Control,
    emit: &mut dyn FnMut(Event),
) -> Result<(), Problem> {
    let before = store.find(name)?;
    let split = Picture::split(&before.pictures()?, dataset);
    let plan = Plan::with_split(&before.settings()?, dataset.clone(), split).map_err(first)?;
    train(&Plan { device, ..plan }, store, control, emit)
}

/// Notes in the log how a training begins and ends.
fn note(event: &TrainEvent) {
    match event {
        TrainEvent::Started { run, device, train_pictures, validation_pictures, settings, history, .. } => {
            let settings = serde_json::to_string(settings).unwrap_or_default();
            let (name, pictures) = (&device.name, train_pictures + validation_pictures);
            info!("run {run} trains on {name} with {pictures} pictures after {} epochs: {settings}", history.len());
        }
        TrainEvent::Epoch(epoch) => debug!("{epoch:?}"),
        TrainEvent::Stopped { reason, best_epoch } => info!("training ended: {reason:?}, best epoch {best_epoch:?}"),
        _ => {}
    }
}

/// Trains, judges, and leaves the run as it should be however that ends.
fn train_run(
    plan: &Plan,
    mut engine: Box<dyn Engine>,
    mut run: Run,
    checkpoint: Option<Checkpoint>,
    control: &Control,
    emit: &mut dyn FnMut(Event),
) -> Result<(), Problem> {
    let _lock = run.lock()?;
    let begun = Instant::now();
    let mut awake = Awake::default();
    emit(Event::TrainsOn { run: Box::new(run.info.clone()), dataset: plan.dataset.clone() });
    let mut tell = |told| match told {
        FitEvent::Train(event) => {
            awake.hear(&event);
            note(&event);
            emit(Event::Train(event));
        }
        FitEvent::Warned(problem) => emit(Event::Warned(problem)),
    };
    let (mut plan, mut checkpoint) = (plan.clone(), checkpoint);
    let outcome = loop {
        match fit(&plan, engine.as_mut(), &mut run, checkpoint.take(), control, &mut tell) {
            Err(problem) if is_lost(&problem, engine.as_ref()) => {
                tell(FitEvent::Warned(on_the_processor(&problem)));
                plan.device = PROCESSOR.to_owned();
                engine = engine::open(&plan.device, &plan.engine_config())?;
                checkpoint = last_checkpoint(&run, &plan)?;
            }
            outcome => break outcome,
        }
    };
    info!("run {} was trained for {:.1} s", run.info.id, begun.elapsed().as_secs_f64());
    match outcome {
        Ok(Outcome::Left) => Ok(()),
        Ok(Outcome::Done { weights, unstored, .. }) => {
            conclude::conclude(&plan, engine, &mut run, weights, unstored, control, emit)
        }
        Err(problem) => {
            // What is on the disk can be resumed; that this cannot be written down is the smaller trouble.
            let _ = run.update(|info| info.status = RunStatus::Paused);
            Err(problem)
        }
    }
}

/// The plan with the device that Automatic means for it.
fn settle(plan: &Plan, home: &Path, control: &Control, emit: &mut dyn FnMut(Event)) -> Result<Plan, Problem> {
    let mut plan = plan.clone();
    if plan.device == choice::AUTOMATIC {
        let devices = engine::candidates(engine::devices());
        let mut attempt = |id: &str| {
            engine::prepare(id, home);
            let mut engine = engine::open(id, &plan.engine_config())?;
            let tell = |done, total| emit(Event::Progress { stage: Stage::Trying, done, total });
            trial::trial(&plan, engine.as_mut(), control, tell)
        };
        let fastest = choice::fastest(&plan, &devices, home, &mut attempt)?;
        plan.device = fastest;
    }
    engine::prepare(&plan.device, home);
    Ok(plan)
}

/// What is on the disk, to go on from on the processor; none before the first epoch's end, which then is the start.
fn last_checkpoint(run: &Run, plan: &Plan) -> Result<Option<Checkpoint>, Problem> {
    let path = run.checkpoint_path();
    if !path.exists() {
        return Ok(None);
    }
    let mut checkpoint = Checkpoint::load(&path)?;
    checkpoint.position.device.clone_from(&plan.device);
    Ok(Some(checkpoint))
}

/// Of several problems, the first, with the others as details.
pub(crate) fn first(mut problems: Vec<Problem>) -> Problem {
    let others: Vec<String> = problems.iter().skip(1).map(ToString::to_string).collect();
    match problems.is_empty() {
        true => Problem::new(Kind::Internal, LocalizedText::default(), LocalizedText::default()),
        false => problems.swap_remove(0).because(others.join("\n")),
    }
}

/// What was learned after epoch `stored` could not be stored to go on from.
fn behind(done: u32, stored: u32) -> Problem {
    Problem::new(
        Kind::Disk,
        LocalizedText {
            en: format!("This run came to epoch {done}, but the disk took only what it had learned up to epoch {stored}"),
            fr: format!(
                "Cet essai est allé jusqu’à l’époque {done}, mais le disque n’a gardé que l’appris jusqu’à l’époque {stored}"
            ),
        },
        LocalizedText {
            en: format!("It goes on from there; what came after epoch {stored} is learned again"),
            fr: format!("Il reprend à partir de là ; ce qui a suivi l’époque {stored} est réappris"),
        },
    )
}

fn cannot_go_on() -> Problem {
    Problem::new(
        Kind::File,
        say(
            "This run cannot be trained further: what that takes is not stored with it",
            "Cet essai ne peut pas être prolongé : ce qu’il faut pour cela n’est pas enregistré avec lui",
        ),
        say("Train a new one with its settings", "Entraînez-en un nouveau avec ses réglages"),
    )
}

fn finished() -> Problem {
    Problem::new(
        Kind::File,
        say("This run is finished", "Cet essai est terminé"),
        say("Say for how many more epochs it should be trained", "Dites pour combien d’époques encore l’entraîner"),
    )
}
