//! A training from its first batch, or from a checkpoint, to its report.

use std::{path::Path, sync::Arc, time::Instant};

use tracing::{debug, info};

use super::{
    Event, ResumeOptions,
    awake::Awake,
    conclude::{self, Trained},
    fallback::{PROCESSOR, is_lost, on_the_processor},
    locate, open,
};
use crate::{
    callback::Callbacks,
    control::{Control, Signal, Stage},
    data::{open_dataset::OpenDataset, sample::Source},
    engine::{self, Engine},
    files::{lock::Lock, overwrite},
    optimizer::OptimizerState,
    plan::{AUTOMATIC, Plan},
    problem::{Kind, Problem},
    run::{
        RequestedDevice, Run, RunInfo, RunStatus, RunStore,
        checkpoint::{Checkpoint, Position},
        committee::not_trained_further,
        pictures::Picture,
    },
    settings::Settings,
    text::{LocalizedText, say},
    train::{
        choice,
        event::TrainEvent,
        fit::{FitEvent, TrainingOutcome, fit},
        trial,
    },
};

/// Trains `plan` as a new run of the store.
pub(super) fn train(plan: &Plan, store: &RunStore, control: &Control, emit: &mut dyn FnMut(Event)) -> Result<(), Problem> {
    let plan = &settle(&store.started(plan)?, store.home(), control, emit)?;
    warn_of_prior(plan, emit);
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
    let lock = run.lock()?;
    let result = train_run(plan, engine, Locked { run, _lock: lock }, None, control, emit);
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
/// As [`train_run`], and a folder that is not empty, or lies among the pictures.
pub(crate) fn train_in(plan: &Plan, folder: &Path, control: &Control, emit: &mut dyn FnMut(Event)) -> Result<(), Problem> {
    if let Source::Folder(pictures) = &plan.dataset.source {
        overwrite::not_among_pictures(pictures, folder)?;
    }
    let home = RunStore::of_user().map_or_else(|_| folder.to_owned(), |store| store.home().to_owned());
    let plan = &settle(&RunStore::at(&home).started(plan)?, &home, control, emit)?;
    warn_of_prior(plan, emit);
    let engine = engine::open(&plan.device, &plan.engine_config())?;
    let run = RunStore::create_in(folder, plan)?;
    let lock = run.lock()?;
    train_run(plan, engine, Locked { run, _lock: lock }, None, control, emit)
}

/// Tells if pictures of the test part are not new to the weights that the training begins with.
fn warn_of_prior(plan: &Plan, emit: &mut dyn FnMut(Event)) {
    let prior = plan.start.as_ref().and_then(|start| start.prior.as_ref());
    prior.and_then(|prior| prior.warning(plan)).into_iter().for_each(|problem| emit(Event::Warned(problem)));
}

/// Whether there is nothing left to train.
fn is_over(run: &RunInfo, how: &ResumeOptions) -> bool {
    run.status == RunStatus::Finished && how.more == 0 && how.learning_rate.is_none()
}

/// Whether a run can go on as `how` says, as far as its description tells.
///
/// # Errors
/// It is finished and evaluated, has no epoch left for another rate, or came without what it takes to go on, or the device is not here.
pub(crate) fn check_resumable(run: &Run, how: &ResumeOptions) -> Result<(), Problem> {
    let info = &run.info;
    if is_over(info, how) && info.scores.is_some() {
        return Err(finished());
    }
    // Only one that has learned nothing yet may begin anew; of others, at least the weights must be there.
    if info.committee.is_some() {
        return Err(not_trained_further());
    }
    if !info.stored.checkpoint && !info.stored.weights && !info.is_fresh() {
        return Err(cannot_go_on());
    }
    // As anywhere else where they are given.
    let mut settings = Settings::default();
    if let Some(rate) = how.learning_rate {
        settings.set(&format!("train.optimizer.learning_rate={rate}"))?;
    }
    if how.more > 0 {
        settings.set(&format!("train.epochs={}", info.epochs_done.saturating_add(how.more)))?;
    }
    // From its best weights no epoch would follow: its result would be replaced by these, with nothing learned.
    if how.learning_rate.is_some() && how.more == 0 && info.epochs_done >= run.settings()?.train.epochs {
        return Err(no_epoch_left());
    }
    how.device.as_deref().map_or(Ok(()), engine::check)
}

/// Goes on with a run as `how` says.
pub(super) fn resume(
    name: &str,
    open: &OpenDataset,
    how: &ResumeOptions,
    store: &RunStore,
    control: &Control,
    emit: &mut dyn FnMut(Event),
) -> Result<(), Problem> {
    let run = store.find(name)?;
    let lock = run.lock()?;
    // As it is now that nobody else changes it.
    let mut run = Run::open(&run.folder)?;
    check_resumable(&run, how)?;
    let over = is_over(&run.info, how);
    let mut settings = run.settings()?;
    let mut checkpoint = if over { None } else { from_where(&run, &settings)? };
    let (done, stored) = (run.info.epochs_done, checkpoint.as_ref().map_or(0, |checkpoint| checkpoint.position.epoch));
    if done > stored && !over {
        emit(Event::Warned(behind(done, stored)));
    }
    if checkpoint.is_some() && !run.info.stored.checkpoint {
        emit(Event::Warned(from_its_weights(stored)));
    }
    if let Some(rate) = how.learning_rate {
        let train = &mut settings.train;
        // Rates by hand fall with it.
        let factor = rate / train.optimizer.learning_rate;
        train.schedule.table.iter_mut().for_each(|(_, by_hand)| *by_hand *= factor);
        train.optimizer.learning_rate = rate;
    }
    if how.more > 0 {
        settings.train.epochs = stored.saturating_add(how.more);
    }
    let open = open::as_learned(open, &run, store, control, emit)?;
    let (found, split) = locate::find(&run, &open)?;
    locate::remember(&mut run, &open.dataset, false, emit)?;
    let plan = Plan::with_split(&settings, Arc::new(found), split).map_err(first)?;
    let RequestedDevice { device, threads } = run.info.asked.clone();
    let device =
        checkpoint.as_ref().map(|from| from.position.device.clone()).filter(|device| !device.is_empty()).unwrap_or(device);
    // A card that was taken out since is replaced by whatever is fastest now.
    let device = if engine::check(&device).is_ok() { device } else { AUTOMATIC.to_owned() };
    let plan = Plan {
        device: how.device.clone().unwrap_or(device),
        threads,
        share: how.share,
        ..run.restarted(plan, run.info.is_fresh())?
    };
    let plan = settle(&plan, store.home(), control, emit)?;
    let mut engine = engine::open(&plan.device, &plan.engine_config())?;
    if over {
        // Killed between its last epoch and its report.
        let (weights, id) = run.best_weights(&plan.network)?;
        engine.set_weights(&weights)?;
        return conclude::evaluate(
            &plan,
            engine.as_mut(),
            &mut run,
            conclude::EvaluationOptions { weights: id, mirrored: None },
            control,
            emit,
        );
    }
    let asked = how.more > 0 || how.learning_rate.is_some();
    if let Some(checkpoint) = &mut checkpoint {
        checkpoint.position.device.clone_from(&plan.device);
        if asked {
            checkpoint.position.stopped = None;
            checkpoint.position.extended_at = checkpoint.position.seconds;
            checkpoint.position.callbacks.train_more();
        }
        if how.learning_rate.is_some() {
            checkpoint.position.callbacks.take_rate();
        }
        if how.learning_rate.is_some() || !run.info.stored.checkpoint {
            checkpoint.from_the_best(engine.optimizer_state()?, checkpoint.position.scaler.unwrap_or(plan.scaler));
        }
        if asked || !run.info.stored.checkpoint {
            // What is asked for is on the disk before it is begun: a kill from here on goes on with it.
            checkpoint.position.extensions += 1;
            checkpoint.settings = Some(settings.clone());
            checkpoint.save(&run.checkpoint_path())?;
        }
    }
    if asked || checkpoint.as_ref().is_some_and(|checkpoint| checkpoint.settings.is_some()) {
        run.save_settings(&settings)?;
    }
    train_run(&plan, engine, Locked { run, _lock: lock }, checkpoint, control, emit)
}

/// Where a run goes on from: what is stored for that, or its weights with an optimizer yet to be made. A run that was
/// killed in its first epoch starts anew, which gives the same bits: `None`.
fn from_where(run: &Run, settings: &Settings) -> Result<Option<Checkpoint>, Problem> {
    if run.info.stored.checkpoint {
        return Checkpoint::load(&run.checkpoint_path()).map(Some);
    }
    if run.info.is_fresh() {
        return Ok(None);
    }
    let history = run.history();
    // Without it, nothing says what an epoch must beat to be better.
    let epoch = history.last().filter(|_| run.has_pictures()).ok_or_else(cannot_go_on)?.epoch;
    let (weights, id) = run.weights()?;
    let mut callbacks = Callbacks::default();
    for record in &history {
        callbacks.epoch(&settings.train.callbacks, record, 0.0);
    }
    callbacks.train_more();
    let position = Position {
        epoch,
        history,
        callbacks,
        best_epoch: Some(id.epoch),
        best: Some(id),
        extensions: run.info.extensions,
        seconds: run.info.seconds,
        epoch_began: run.info.seconds,
        threads: run.info.asked.threads,
        ..Position::default()
    };
    let best = Some(weights.clone());
    let (optimizer, event_log) = (OptimizerState::default(), Some(run.event_log()));
    Ok(Some(Checkpoint { position, weights, optimizer, best, statistics: None, event_log, settings: None }))
}

/// Trains a new run with the settings of another, on what is left of its pictures in the parts in which they were, so that
/// the two can be compared. Pictures that have come since belong to no part.
pub(super) fn again(
    name: &str,
    open: &OpenDataset,
    device: String,
    store: &RunStore,
    control: &Control,
    emit: &mut dyn FnMut(Event),
) -> Result<(), Problem> {
    let before = store.find(name)?;
    if before.info.committee.is_some() {
        return Err(not_trained_further());
    }
    let settings = before.settings()?;
    let dataset = open::as_learned(open, &before, store, control, emit)?.dataset;
    let split = Picture::split(&before.pictures()?, &dataset);
    let plan = Plan::with_split(&settings, dataset, split).map_err(first)?;
    // With the weights that it took over, whatever has become of the run that they are from.
    train(&Plan { device, ..before.restarted(plan, true)? }, store, control, emit)
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
        TrainEvent::Stopped { reason, best_epoch, kept_epoch } => {
            info!("training ended: {reason:?}, best epoch {best_epoch:?}, weights of epoch {kept_epoch}");
        }
        _ => {}
    }
}

/// A run that nobody else changes.
struct Locked {
    run: Run,
    _lock: Lock,
}

/// Trains, evaluates, and leaves the run as it should be however that ends.
fn train_run(
    plan: &Plan,
    mut engine: Box<dyn Engine>,
    mut locked: Locked,
    checkpoint: Option<Checkpoint>,
    control: &Control,
    emit: &mut dyn FnMut(Event),
) -> Result<(), Problem> {
    let (begun, run) = (Instant::now(), &mut locked.run);
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
        match fit(&plan, engine.as_mut(), run, checkpoint.take(), control, &mut tell) {
            Err(problem) if is_lost(&problem, engine.as_ref()) => {
                tell(FitEvent::Warned(on_the_processor(&problem)));
                plan.device = PROCESSOR.to_owned();
                engine = engine::open(&plan.device, &plan.engine_config())?;
                checkpoint = last_checkpoint(run, &plan)?;
            }
            outcome => break outcome,
        }
    };
    info!("run {} was trained for {:.1} s", run.info.id, begun.elapsed().as_secs_f64());
    match outcome {
        Ok(TrainingOutcome::Left) => Ok(()),
        Ok(TrainingOutcome::Done { weights, id, unstored, .. }) => {
            conclude::evaluate_and_store(&plan, engine, run, Trained { weights, id, unstored }, control, emit)
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
    if plan.device == AUTOMATIC {
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
            en: format!("This run came to epoch {done}, but the disk kept only what it had learned up to epoch {stored}"),
            fr: format!(
                "Cet essai est allé jusqu’à l’époque {done}, mais le disque n’a gardé que ce qu’il avait appris jusqu’à l’époque {stored}"
            ),
        },
        LocalizedText {
            en: format!("It resumes there; what came after epoch {stored} is learned again"),
            fr: format!("Il reprend à partir de là ; ce qui a suivi l’époque {stored} est réappris"),
        },
    )
}

fn from_its_weights(epoch: u32) -> Problem {
    Problem::new(
        Kind::File,
        LocalizedText {
            en: format!(
                "Only this run’s weights are here, not what its optimizer remembered: it resumes from them after epoch {epoch}"
            ),
            fr: format!(
                "Seuls les poids de cet essai sont là, sans la mémoire de son optimiseur : il reprend à partir d’eux après l’époque {epoch}"
            ),
        },
        say(
            "The optimizer starts again; the history stays, and the weights are kept until an epoch is better",
            "L’optimiseur repart de zéro ; l’historique reste, et les poids sont gardés jusqu’à une époque meilleure",
        ),
    )
}

fn cannot_go_on() -> Problem {
    Problem::new(
        Kind::File,
        say(
            "This run cannot be trained further: that takes its weights, its history and the list of its pictures, and not all are here",
            "Cet essai ne peut pas être prolongé : il y faut ses poids, son historique et la liste de ses images, et tout n’y est pas",
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

fn no_epoch_left() -> Problem {
    Problem::new(
        Kind::File,
        say(
            "All epochs of this run are done: none is left to be trained at another rate",
            "Toutes les époques de cet essai sont faites\u{a0}: il n’en reste aucune à entraîner à un autre taux",
        ),
        say("Say for how many more epochs it should be trained", "Dites pour combien d’époques encore l’entraîner"),
    )
}
