//! One command, done.

use std::{path::Path, sync::Arc};

use super::{Command, Event, conclude, evaluation, locate, open, training};
use crate::{
    control::{Control, Stage},
    data::{
        self,
        cache::kept::{self, Kept},
        dataset::Dataset,
        duplicates, folders,
        sample::Source,
    },
    engine,
    evaluate::{Report, Seen, WeightsId},
    files::{Places, overwrite, unfinished},
    model::{Network, Weights},
    plan::Plan,
    predict::batch::{self, FolderJob},
    problem::{Kind, Problem},
    run::{
        Run, RunPictures, RunStore,
        export::{self, ExportOptions, Format},
        pictures::Picture,
    },
    setting_def::Choice as _,
    text::{LocalizedText, plural, say},
    train::{rate_range, trial},
};

/// Days for which a deleted run can be brought back.
const TRASH_DAYS: u64 = 30;

/// Does `command`, telling about it through `emit`.
///
/// # Errors
/// Whatever keeps the command from being done; [`Kind::Cancelled`] if the user stopped it.
pub fn perform(command: Command, store: &RunStore, control: &Control, emit: &mut dyn FnMut(Event)) -> Result<(), Problem> {
    match command {
        Command::Open(source) => {
            let dataset = open::open(&source, store, control, emit);
            opened(&source, dataset, control, emit)
        }
        Command::OpenAs { source, reading } => {
            let source = source.settled();
            let dataset = open::open_as(&source, reading, store, control, emit);
            opened(&source, dataset, control, emit)
        }
        Command::Train(plan) => {
            let result = training::train(&plan, store, control, emit);
            list(store, emit);
            result
        }
        Command::Resume { run, dataset, how } => {
            let result = training::resume(&run, &dataset, &how, store, control, emit);
            list(store, emit);
            result
        }
        Command::Try { plan, devices } => try_devices(&plan, &devices, store, control, emit),
        Command::TestRates(plan) => test_rates(&plan, control, emit),
        Command::TrainAgain { run, dataset, device } => {
            let result = training::again(&run, &dataset, device, store, control, emit);
            list(store, emit);
            result
        }
        Command::Edit { dataset, edits } => {
            edits.save(&Places::with_runs_in(store.home()), &dataset.source)?;
            emit(Event::Edited { dataset: Arc::new(edits.apply(&dataset).counted()) });
            Ok(())
        }
        Command::FindNear(dataset) => {
            let mut progress = |stage, done, total| emit(Event::Progress { stage, done, total });
            let groups = duplicates::find_near(&dataset.samples, &dataset.pixels, control, &mut progress)?;
            dataset.pixels.take_damage().into_iter().for_each(|damage| emit(Event::Warned(damage)));
            emit(Event::Near { dataset, groups });
            Ok(())
        }
        Command::TestDevice(device) => {
            emit(Event::Progress { stage: Stage::TestingDevice, done: 0, total: 0 });
            engine::prepare(&device, store.home());
            let test = engine::selftest(&device, engine::TESTED_BATCH)?;
            emit(Event::Tested { device, test });
            Ok(())
        }
        Command::Evaluate { run, source: None, dataset, device, mirrored } => {
            let run = store.find(&run)?;
            let dataset = locate::own(&run, dataset, store, control, emit)?;
            evaluate(run, &dataset, device, mirrored, control, emit)
        }
        Command::Evaluate { run, source: Some(source), device, mirrored, .. } => {
            let mut run = store.find(&run)?;
            let dataset = open::open(&source, store, control, emit)?;
            match locate::find(&run, &dataset) {
                // Its own pictures, in another place perhaps: what it never saw of them is its test part.
                Ok(_) => {
                    locate::remember(&mut run, &dataset, false, emit)?;
                    evaluate(run, &dataset, device, mirrored, control, emit)
                }
                Err(_) => evaluate_others(&run, &dataset, device, mirrored, control, emit),
            }
        }
        Command::PredictFolder { run, folder, csv, framing, form, overwrite } => {
            let job = FolderJob { folder: &folder, csv: &csv, framing, form, overwrite, home: store.home() };
            predict_folder(&store.find(&run)?, &job, control, emit)
        }
        Command::Export { run, format, path, options, dataset } => {
            let run = store.find(&run)?;
            overwrite::not_within_a_run(store.home(), &path)?;
            let dataset = match dataset.filter(|dataset| dataset.source == run.info.source) {
                None if options.mistakes && format == Format::Report => Some(locate::own(&run, None, store, control, emit)?),
                dataset => dataset,
            };
            export(&run, dataset.as_deref(), format, &path, options, emit)
        }
        Command::SavePlot { view, plot, lang, path, overwrite } => {
            overwrite::not_within_a_run(store.home(), &path)?;
            export::save_plot(&view, plot, lang, &path, overwrite)?;
            emit(Event::Wrote { path, what: say("Plot", "Graphique").into() });
            Ok(())
        }
        Command::ImportRun(folder) => {
            let run = store.import(&folder)?;
            emit(Event::RunOpened(Box::new(run.view()?)));
            list(store, emit);
            Ok(())
        }
        Command::CopyFolders { plan, out, link } => {
            overwrite::not_within_a_run(store.home(), &out)?;
            copy_folders(&plan, &out, link, control, emit)
        }
        Command::FindPictures { run, dataset } => {
            let run_pictures = store.find(&run).and_then(|run| locate::pictures(&run, dataset, store, control));
            if let Err(problem) = &run_pictures
                && problem.kind == Kind::Cancelled
            {
                return Ok(());
            }
            emit(Event::Pictures { run, run_pictures: run_pictures.map(Arc::new) });
            Ok(())
        }
        Command::LocatePictures { run, folder } => {
            locate::to(&run, Source::Folder(folder).settled(), store, control, emit)
                .map_err(|problem| problem.about_pictures_of(&run))?;
            list(store, emit);
            Ok(())
        }
        Command::ListRuns => {
            list(store, emit);
            Ok(())
        }
        Command::OpenRun(run) => {
            emit(Event::RunOpened(Box::new(store.find(&run)?.view()?)));
            Ok(())
        }
        Command::ViewRun(run) => {
            emit(Event::RunViewed(Box::new(store.find(&run)?.view()?)));
            Ok(())
        }
        Command::RenameRun { run, name, note } => {
            store.find(&run)?.update(|info| {
                info.rename(name);
                info.note = note;
            })?;
            list(store, emit);
            Ok(())
        }
        Command::DeleteRun(run) => {
            store.delete(&run)?;
            list(store, emit);
            Ok(())
        }
        Command::RestoreRun(run) => {
            store.restore(&run)?;
            list(store, emit);
            Ok(())
        }
        Command::EmptyTrash => {
            unfinished::remove_left(&Places::with_runs_in(store.home()).cache);
            store.empty_trash(TRASH_DAYS)
        }
        Command::MeasureCache => {
            emit(Event::Kept(Kept::of(&Places::with_runs_in(store.home()).cache)));
            Ok(())
        }
        Command::CleanCache { open } => {
            let cache = Places::with_runs_in(store.home()).cache;
            let cleaned = kept::clean(&cache, open.as_ref());
            emit(Event::Kept(Kept::of(&cache)));
            cleaned
        }
        Command::KeepThreshold { run, threshold, temperature } => {
            let mut run = store.find(&run)?;
            if let Some(report) = run.report() {
                let report = Report { threshold, temperature, ..report };
                run.save_report(&report)?;
                run.update(|info| info.scores = Some(report.run_scores()))?;
                emit(Event::RunOpened(Box::new(run.view()?)));
                list(store, emit);
            }
            Ok(())
        }
    }
}

/// Tells of a data set that was opened; of a folder that does not open as it was read, how else it can be read.
fn opened(
    source: &Source,
    dataset: Result<Arc<Dataset>, Problem>,
    control: &Control,
    emit: &mut dyn FnMut(Event),
) -> Result<(), Problem> {
    if let (Err(problem), Source::Folder(folder)) = (&dataset, source.settled())
        && problem.kind == Kind::Data
    {
        let ways = data::other_readings(&Source::Folder(folder.clone()), control);
        if !ways.is_empty() {
            emit(Event::Readable { folder, ways });
        }
    }
    emit(Event::Opened { dataset: dataset? });
    Ok(())
}

fn list(store: &RunStore, emit: &mut dyn FnMut(Event)) {
    let (runs, problems) = store.list();
    problems.into_iter().for_each(|problem| emit(Event::Warned(problem)));
    emit(Event::Runs { runs });
}

/// Tries `plan` on each of `devices`; one that fails is told, and the others are tried.
fn try_devices(
    plan: &Plan,
    devices: &[String],
    store: &RunStore,
    control: &Control,
    emit: &mut dyn FnMut(Event),
) -> Result<(), Problem> {
    for (number, device) in (0..).zip(devices) {
        let count = devices.len() as u64;
        let tell =
            |done, total| emit(Event::Progress { stage: Stage::Trying, done: number * total + done, total: count * total });
        engine::prepare(device, store.home());
        let tried =
            engine::open(device, &plan.engine_config()).and_then(|mut engine| trial::trial(plan, engine.as_mut(), control, tell));
        match tried {
            Ok(trial) => emit(Event::Tried(trial)),
            Err(problem) if problem.kind == Kind::Cancelled => return Err(problem),
            Err(problem) => emit(Event::Warned(problem)),
        }
    }
    Ok(())
}

/// Tests rising learning rates on the plan's device.
fn test_rates(plan: &Plan, control: &Control, emit: &mut dyn FnMut(Event)) -> Result<(), Problem> {
    let mut engine = engine::open(&plan.device, &plan.engine_config())?;
    let tell = |done, total| emit(Event::Progress { stage: Stage::TestingRates, done, total });
    let range = rate_range::test(plan, engine.as_mut(), control, tell)?;
    emit(Event::Rates(range));
    Ok(())
}

/// Judges a run again on its own test part.
fn evaluate(
    mut run: Run,
    dataset: &Dataset,
    device: String,
    mirrored: Option<bool>,
    control: &Control,
    emit: &mut dyn FnMut(Event),
) -> Result<(), Problem> {
    let (dataset, split) = locate::find(&run, dataset)?;
    let plan = Plan::with_split(&run.settings()?, Arc::new(dataset), split).map_err(training::first)?;
    let plan = Plan { device, ..plan };
    let mut engine = engine::open(&plan.device, &plan.engine_config())?;
    let (weights, id) = weights(&run, &plan.network)?;
    engine.set_weights(&weights)?;
    conclude::judge(&plan, engine.as_mut(), &mut run, id, mirrored, control, emit).map_err(|problem| run.in_weights(problem))
}

/// Judges a run on the pictures of `dataset` that are not among its own, by content. The report is told, not kept.
fn evaluate_others(
    run: &Run,
    dataset: &Arc<Dataset>,
    device: String,
    mirrored: Option<bool>,
    control: &Control,
    emit: &mut dyn FnMut(Event),
) -> Result<(), Problem> {
    // A run that was opened without its list of pictures is judged on all, and nothing is claimed of them.
    let own = run.has_pictures().then(|| run.pictures()).transpose()?;
    let samples = match &own {
        Some(own) => Picture::unseen(own, dataset),
        None => (0..dataset.samples.len() as u32).collect(),
    };
    let left_out = (dataset.samples.len() - samples.len()) as u32;
    if dataset.classes != run.info.classes {
        return Err(locate::other_labels(run, dataset));
    }
    if samples.is_empty() {
        return Err(locate::not_whole(own.as_ref().map_or(0, Vec::len), dataset.samples.len()));
    }
    let mut view = run.view()?;
    let mut settings = view.settings.clone();
    settings.augment.test_time_flip = mirrored.unwrap_or(view.mirrored());
    let mirrored = settings.augment.test_time_flip;
    let network = Network::new(&settings.model, settings.augment.side())?;
    let plan = Plan { device, ..Plan::judging(settings, network, dataset.clone()) };
    let mut engine = engine::open(&plan.device, &plan.engine_config())?;
    let (weights, id) = weights(run, &plan.network)?;
    engine.set_weights(&weights)?;
    let predictions = evaluation::of_others(&plan, samples, engine.as_mut(), control, emit);
    let predictions = predictions.map_err(|problem| run.in_weights(problem))?;
    let kept = view.report.as_ref();
    let report = Report {
        classes: dataset.classes.clone(),
        part: None,
        predictions,
        validation: Vec::new(),
        threshold: kept.map_or(0.5, |kept| kept.threshold),
        temperature: kept.map_or(1.0, |kept| kept.temperature),
        mirrored,
        train_share: kept.map_or(0.5, |kept| kept.train_share),
        seen: own.map(|_| Seen { left_out, ..Seen::default() }),
        weights: Some(id),
    };
    view.report = Some(report);
    let run_pictures = RunPictures::of(&run.info.id, &[], dataset.base());
    emit(Event::Evaluated(Box::new(view)));
    emit(Event::Pictures { run: run.info.id.clone(), run_pictures: Ok(Arc::new(run_pictures)) });
    Ok(())
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
        say("Have it trained to the end of its first epoch", "Entraînez-le jusqu’à la fin de sa première époque"),
    )
}

/// Judges every picture of a folder into its table.
fn predict_folder(run: &Run, job: &FolderJob<'_>, control: &Control, emit: &mut dyn FnMut(Event)) -> Result<(), Problem> {
    let mut predictor = run.predictor(|config| engine::open("auto", config))?;
    let progress = |done, total| {
        emit(Event::Progress { stage: Stage::Predicting, done: done as u64, total: total as u64 });
    };
    let outcome = batch::predict_folder(&mut predictor, job, control, progress)?;
    let what = LocalizedText::by(|lang| outcome.sentence(lang));
    for problem in outcome.problems() {
        emit(Event::Warned(problem));
    }
    emit(Event::Wrote { path: job.csv.to_owned(), what });
    Ok(())
}

fn export(
    run: &Run,
    dataset: Option<&Dataset>,
    format: Format,
    path: &Path,
    options: ExportOptions,
    emit: &mut dyn FnMut(Event),
) -> Result<(), Problem> {
    export::export(&run.view()?, dataset, format, options, path)?;
    emit(Event::Wrote { path: path.to_owned(), what: format.name().into() });
    Ok(())
}

/// Writes the plan's split as folders.
fn copy_folders(plan: &Plan, out: &Path, link: bool, control: &Control, emit: &mut dyn FnMut(Event)) -> Result<(), Problem> {
    let mut progress = |stage, done, total| emit(Event::Progress { stage, done, total });
    let written = folders::write(&plan.dataset, &plan.split, out, link, control, &mut progress)?;
    let what = LocalizedText::by(|lang| {
        let copied =
            plural(lang, written.copied, say("picture copied", "image copiée"), say("pictures copied", "images copiées"));
        let there =
            plural(lang, written.there, say("was there already", "y était déjà"), say("were there already", "y étaient déjà"));
        format!("{copied}, {there}")
    });
    emit(Event::Wrote { path: out.to_owned(), what });
    Ok(())
}
