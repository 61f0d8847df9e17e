//! One command, done.

use std::{path::Path, sync::Arc};

use super::{
    Command, Event, committee,
    evaluate_again::{self, EvaluateAgainOptions},
    experiment::{ExperimentOptions, train_experiment},
    locate, open, training,
};
use crate::{
    control::{Control, Stage},
    data::{
        self,
        cache::kept::{self, CacheUsage},
        dataset::Dataset,
        duplicates,
        edits::Edits,
        face_crop::FaceCrops,
        folders,
        open_dataset::OpenDataset,
        sample::Source,
    },
    engine,
    experiment::{Draft, ExperimentStore, Watched},
    files::{AppDirs, overwrite, unfinished},
    plan::Plan,
    predict::batch::{self, FolderJob},
    problem::{Kind, Problem},
    run::{
        Paired, RequestedDevice, Run, RunInfo, RunStore, RunView, TRASH_DAYS, date,
        export::{self, ExportOptions, Format},
    },
    setting_def::Choice as _,
    text::{Lang, LocalizedText, plural, say},
    train::{rate_range, trial},
};

/// Does `command`, telling about it through `emit`.
///
/// # Errors
/// Whatever keeps the command from being done; [`Kind::Cancelled`] if the user stopped it.
pub fn perform(command: Command, store: &RunStore, control: &Control, emit: &mut dyn FnMut(Event)) -> Result<(), Problem> {
    match command {
        Command::Open(source) => opened(&source, open::open(&source, store, control, emit), control, emit),
        Command::OpenAs { source, reading } => {
            let source = source.settled();
            opened(&source, open::open_as(&source, reading, store, control, emit), control, emit)
        }
        Command::Edit { open, before, edits } => edit(&open, &before, &edits, store, control, emit),
        Command::FindNear(dataset) => find_near(dataset, control, emit),
        Command::CopyFolders { plan, out, link } => {
            overwrite::not_within_a_run(store.home(), &out)?;
            copy_folders(&plan, &out, link, control, emit)
        }
        Command::Train(plan) => then_list(training::train(&plan, store, control, emit), store, emit),
        Command::Resume { run, open, how } => {
            let resumed = training::resume(&run, &open, &how, store, control, emit);
            then_list(resumed.map_err(|problem| problem.in_run(&run)), store, emit)
        }
        Command::TrainAgain { run, open, device } => {
            let trained = training::again(&run, &open, device, store, control, emit);
            then_list(trained.map_err(|problem| problem.in_run(&run)), store, emit)
        }
        Command::Try { plan, devices } => try_devices(&store.started(&plan)?, &devices, store, control, emit),
        Command::TestRates(plan) => test_rates(&store.started(&plan)?, control, emit),
        Command::TestDevice(device) => test_device(device, store, emit),
        Command::Evaluate { run, source, open, device, mirrored } => {
            let pictures = (source, open);
            let evaluated =
                evaluate(store.find(&run)?, pictures, EvaluateAgainOptions { device, mirrored }, store, control, emit);
            evaluated.map_err(|problem| problem.in_run(&run))
        }
        Command::Committee { of, name } => then_list(committee::create(&of, name, store, emit), store, emit),
        Command::PredictFolder { run, folder, csv, framing, form, overwrite } => {
            let job = FolderJob { folder: &folder, csv: &csv, framing, form, overwrite, home: store.home() };
            predict_folder(&store.find(&run)?, &job, control, emit).map_err(|problem| problem.in_run(&run))
        }
        Command::Export { run, format, path, options, dataset, elsewhere } => {
            let run = store.find(&run)?;
            run.info.check_place(store.home(), &path)?;
            if let Some(view) = elsewhere.filter(|_| format.is_of_a_report()) {
                let view = shown_elsewhere(&run, &view, &path)?;
                // For the pictures of its mistakes.
                let dataset = dataset.filter(|dataset| view.elsewhere.as_ref() == Some(&dataset.source));
                return export(&view, dataset.as_deref(), format, &path, options, emit);
            }
            let dataset = match dataset.filter(|dataset| dataset.source == run.info.source) {
                None if options.mistakes && format == Format::Report => {
                    Some(locate::own(&run, None, store, control, emit)?.dataset)
                }
                dataset => dataset,
            };
            export(&run.view()?, dataset.as_deref(), format, &path, options, emit)
        }
        Command::SavePlot { view, plot, lang, path, overwrite } => {
            view.info.check_place(store.home(), &path)?;
            export::save_plot(&view, plot, lang, &path, overwrite)?;
            done(Event::Wrote { path, what: say("Plot", "Graphique").into() }, emit)
        }
        Command::FindPictures { run, open } => find_pictures(run, open, store, control, emit),
        Command::LocatePictures { run, folder } => {
            let source = Source::Folder(folder).settled();
            let located = locate::to(&run, &source, store, control, emit);
            located.map_err(|problem| problem.about_pictures_of(&run)).map(|()| list(store, emit))
        }
        Command::StartExperiment { draft, plan } => start_experiment(*draft, &plan, store, control, emit),
        Command::CostOfExperiment { draft, plan } => {
            let cost = ExperimentStore::new(store).cost(&draft, &plan)?;
            done(Event::ExperimentCost { draft, cost }, emit)
        }
        Command::RunExperiment { experiment, only, open } => {
            let how = ExperimentOptions { only, open, ..ExperimentOptions::default() };
            then_list(train_experiment(&experiment, how, store, control, emit), store, emit)
        }
        Command::ListExperiments => {
            list_experiments(&ExperimentStore::new(store), emit);
            Ok(())
        }
        Command::ViewExperiment(name) => {
            let experiments = ExperimentStore::new(store);
            let experiment = experiments.find(&name)?;
            done(Event::Experiment(Box::new(experiments.view(experiment))), emit)
        }
        Command::Watch { folder, before } => {
            let watched = Box::new(Watched::look(&folder, before.as_deref(), date::now()));
            done(Event::Watched { folder, watched }, emit)
        }
        Command::ListRuns => then_list(Ok(()), store, emit),
        Command::OpenRun(run) => done(Event::RunOpened(Box::new(store.find(&run)?.view()?)), emit),
        Command::Pair { first, second } => {
            let runs = [&first, &second].map(|view| view.info.id.clone());
            done(Event::Paired { runs, paired: Box::new(Paired::of(&first, &second)) }, emit)
        }
        Command::ViewRun(run) => done(Event::RunViewed(Box::new(store.find(&run)?.view()?)), emit),
        Command::ImportRun(folder) => {
            let run = store.import(&folder)?;
            emit(Event::RunOpened(Box::new(run.view()?)));
            then_list(Ok(()), store, emit)
        }
        Command::RenameRun { run, name, note } => rename(&run, name, note, store).map(|()| list(store, emit)),
        Command::KeepThreshold { run, threshold, temperature } => keep_threshold(&run, threshold, temperature, store, emit),
        Command::StarRun { run, on } => store.star(&run, on).map(|()| list(store, emit)),
        Command::DeleteRun(run) => then_list_both(store.delete(&run), store, emit),
        Command::RestoreRun(run) => then_list_both(store.restore(&run), store, emit),
        Command::ListTrash => then_list_trash(Ok(()), store, emit),
        Command::RemoveDeleted(Some(run)) => then_list_trash(store.remove_deleted(&run), store, emit),
        Command::RemoveDeleted(None) => then_list_trash(store.empty_whole_trash(), store, emit),
        Command::EmptyTrash => {
            unfinished::remove_left(&AppDirs::with_runs_in(store.home()).cache);
            then_list_trash(store.empty_trash(TRASH_DAYS), store, emit)
        }
        Command::MeasureCache => then_measure_cache(Ok(()), store, emit),
        Command::CleanCache { open } => {
            let cache = AppDirs::with_runs_in(store.home()).cache;
            then_measure_cache(kept::clean(&cache, open.as_ref()), store, emit)
        }
    }
}

/// Tells of `event`, all that there is to do.
fn done(event: Event, emit: &mut dyn FnMut(Event)) -> Result<(), Problem> {
    emit(event);
    Ok(())
}

/// Evaluates a run or a committee on the pictures of a source, or if none is given on its own, which the data set may have.
fn evaluate(
    run: Run,
    (source, open): (Option<Source>, Option<OpenDataset>),
    how: EvaluateAgainOptions,
    store: &RunStore,
    control: &Control,
    emit: &mut dyn FnMut(Event),
) -> Result<(), Problem> {
    match (source, run.info.committee.is_some()) {
        (None, false) => evaluate_again::on_its_own(run, open, how, store, control, emit),
        (Some(source), false) => evaluate_again::on(run, &source, how, store, control, emit),
        (None, true) => committee::on_its_own(run, open, &how, store, control, emit),
        (Some(source), true) => committee::on(run, &source, &how, store, control, emit),
    }
}

/// Checks an experiment before anything of it is there, since its members would fail one after the other; makes and trains it.
fn start_experiment(
    draft: Draft,
    plan: &Plan,
    store: &RunStore,
    control: &Control,
    emit: &mut dyn FnMut(Event),
) -> Result<(), Problem> {
    let asked = RequestedDevice { device: plan.device.clone(), threads: plan.threads };
    let plan = draft.check(&plan.dataset, &asked).map_err(training::first)?;
    let experiments = ExperimentStore::new(store);
    let experiment = experiments.create(draft, &plan)?;
    // No member began with pictures that were left out since: it is enough without the edits in it.
    let (id, open) = (experiment.id.clone(), Some(plan.dataset.clone().into()));
    emit(Event::Experiment(Box::new(experiments.view(experiment))));
    let how = ExperimentOptions { open, ..ExperimentOptions::default() };
    then_list(train_experiment(&id, how, store, control, emit), store, emit)
}

fn list_experiments(store: &ExperimentStore, emit: &mut dyn FnMut(Event)) {
    let (experiments, problems) = store.list();
    problems.into_iter().for_each(|problem| emit(Event::Warned(problem)));
    let runs = experiments.iter().map(|one| (one.id.clone(), store.runs_of(one))).collect();
    emit(Event::Experiments { experiments, runs });
}

/// Tells of a data set that was opened; of a folder that does not open as it was read, how else it can be read.
fn opened(
    source: &Source,
    open: Result<OpenDataset, Problem>,
    control: &Control,
    emit: &mut dyn FnMut(Event),
) -> Result<(), Problem> {
    if let (Err(problem), Source::Folder(folder)) = (&open, source.settled())
        && problem.kind == Kind::Data
    {
        let ways = data::other_readings(&Source::Folder(folder.clone()), control);
        if !ways.is_empty() {
            emit(Event::Readable { folder, ways });
        }
    }
    emit(Event::Opened { open: open? });
    Ok(())
}

/// Tells the list of runs, however what may have changed it has ended; gives how that was.
fn then_list(result: Result<(), Problem>, store: &RunStore, emit: &mut dyn FnMut(Event)) -> Result<(), Problem> {
    list(store, emit);
    result
}

/// The same of the trash.
fn then_list_trash(result: Result<(), Problem>, store: &RunStore, emit: &mut dyn FnMut(Event)) -> Result<(), Problem> {
    emit(Event::Trash { trash: store.trash_list() });
    result
}

/// The same of what has been moved between the runs and the trash.
fn then_list_both(result: Result<(), Problem>, store: &RunStore, emit: &mut dyn FnMut(Event)) -> Result<(), Problem> {
    then_list(then_list_trash(result, store, emit), store, emit)
}

/// The same of what the cache of pictures takes.
fn then_measure_cache(result: Result<(), Problem>, store: &RunStore, emit: &mut dyn FnMut(Event)) -> Result<(), Problem> {
    emit(Event::Kept(CacheUsage::of(&AppDirs::with_runs_in(store.home()).cache)));
    result
}

fn list(store: &RunStore, emit: &mut dyn FnMut(Event)) {
    let (runs, problems) = store.list();
    problems.into_iter().for_each(|problem| emit(Event::Warned(problem)));
    emit(Event::Runs { runs });
}

/// Keeps the decisions about single pictures that differ from those `before`, and applies all. Where other squares are taken
/// than in `open`, those pictures are decoded.
fn edit(
    open: &OpenDataset,
    before: &Edits,
    edits: &Edits,
    store: &RunStore,
    control: &Control,
    emit: &mut dyn FnMut(Event),
) -> Result<(), Problem> {
    let (dirs, dataset) = (AppDirs::with_runs_in(store.home()), open.dataset.as_ref());
    let (edits, differing) = edits.save_changes(before, &dirs, &dataset.source)?;
    if differing > 0 {
        emit(Event::Warned(decided_otherwise(differing)));
    }
    let reading = dataset.understood.reading;
    let edited = match reading.faces != FaceCrops::Off && edits.squares() != open.edits().squares() {
        true => data::open_as(&dirs, &dataset.source, reading, &edits, control, &mut |_, _, _| {})?,
        false => edits.apply(open).counted(),
    };
    emit(Event::Edited { open: edited });
    Ok(())
}

/// Finds the pictures that look the same.
fn find_near(dataset: Arc<Dataset>, control: &Control, emit: &mut dyn FnMut(Event)) -> Result<(), Problem> {
    let mut progress = |stage, done, total| emit(Event::Progress { stage, done, total });
    let groups = duplicates::find_near(&dataset.samples, &dataset.pixels, control, &mut progress)?;
    dataset.pixels.take_damage().into_iter().for_each(|damage| emit(Event::Warned(damage)));
    emit(Event::Near { dataset, groups });
    Ok(())
}

/// Compares a device's arithmetic with the reference.
fn test_device(device: String, store: &RunStore, emit: &mut dyn FnMut(Event)) -> Result<(), Problem> {
    emit(Event::Progress { stage: Stage::TestingDevice, done: 0, total: 0 });
    engine::prepare(&device, store.home());
    let test = engine::selftest(&device, engine::TESTED_BATCH)?;
    emit(Event::Tested { device, test });
    Ok(())
}

/// Finds a run's pictures where they are now; that they are nowhere is an answer too.
fn find_pictures(
    run: String,
    open: Option<OpenDataset>,
    store: &RunStore,
    control: &Control,
    emit: &mut dyn FnMut(Event),
) -> Result<(), Problem> {
    let run_pictures = store.find(&run).and_then(|run| locate::pictures(&run, open, store, control));
    if run_pictures.as_ref().is_err_and(|problem| problem.kind == Kind::Cancelled) {
        return Ok(());
    }
    emit(Event::Pictures { run, run_pictures: run_pictures.map(Arc::new) });
    Ok(())
}

fn rename(run: &str, name: String, note: String, store: &RunStore) -> Result<(), Problem> {
    store.find(run)?.update(|info| {
        info.rename(name);
        info.note = note;
    })
}

/// Keeps the threshold and the temperature that the user chose with a run's report, if it was evaluated.
fn keep_threshold(
    run: &str,
    threshold: f64,
    temperature: f64,
    store: &RunStore,
    emit: &mut dyn FnMut(Event),
) -> Result<(), Problem> {
    let mut run = store.find(run)?;
    if let Some(report) = run.report() {
        run.keep_decision(&report, threshold, temperature)?;
        emit(Event::DecisionKept(Box::new(run.view()?)));
        list(store, emit);
        return Ok(());
    }
    Err(Problem::new(
        Kind::File,
        say(
            "The threshold cannot be kept: this run has not been evaluated on its own pictures",
            "Le seuil ne peut pas être enregistré\u{a0}: cet essai n’a pas été évalué sur ses propres images",
        ),
        say(
            "Evaluate it first: Results, “Evaluate now”",
            "Évaluez-le d’abord\u{a0}: Résultats, «\u{a0}Évaluer maintenant\u{a0}»",
        ),
    ))
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

/// Evaluates every picture of a folder into its table.
fn predict_folder(run: &Run, job: &FolderJob<'_>, control: &Control, emit: &mut dyn FnMut(Event)) -> Result<(), Problem> {
    run.info.check_place(job.home, job.csv)?;
    let mut predictor = run.predictor(|config| engine::open(engine::AUTOMATIC, config))?;
    predictor.warning.take().into_iter().for_each(|problem| emit(Event::Warned(problem)));
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

/// What is shown of another folder's pictures, with the run called as it is by now. Not to be written among these to `path`.
fn shown_elsewhere(run: &Run, view: &RunView, path: &Path) -> Result<RunView, Problem> {
    if let Some(Source::Folder(pictures)) = &view.elsewhere {
        overwrite::not_among_pictures(pictures, path)?;
    }
    let RunInfo { name, automatic, note, .. } = run.info.clone();
    Ok(RunView { info: RunInfo { name, automatic, note, ..view.info.clone() }, ..view.clone() })
}

fn export(
    view: &RunView,
    dataset: Option<&Dataset>,
    format: Format,
    path: &Path,
    options: ExportOptions,
    emit: &mut dyn FnMut(Event),
) -> Result<(), Problem> {
    export::export(view, dataset, format, options, path)?;
    emit(Event::Wrote { path: path.to_owned(), what: format.name().into() });
    Ok(())
}

/// Writes the plan's split as folders.
fn copy_folders(plan: &Plan, out: &Path, link: bool, control: &Control, emit: &mut dyn FnMut(Event)) -> Result<(), Problem> {
    let mut progress = |stage, done, total| emit(Event::Progress { stage, done, total });
    let written = folders::write(&plan.dataset, &plan.split, out, link, control, &mut progress)?;
    let what = LocalizedText::by(|lang| written.sentence(lang));
    emit(Event::Wrote { path: out.to_owned(), what });
    Ok(())
}

/// Another program has said something else about the same pictures.
fn decided_otherwise(pictures: usize) -> Problem {
    let what = LocalizedText::by(|lang| {
        let pictures = plural(lang, pictures as u64, say("picture", "image"), say("pictures", "images"));
        match lang {
            Lang::En => format!("Another window has decided otherwise about {pictures}; what was decided here counts"),
            Lang::Fr => format!("Une autre fenêtre en a décidé autrement pour {pictures} ; ce qui a été décidé ici compte"),
        }
    });
    let remedy = say("Open the folder again in the other window", "Rouvrez le dossier dans l’autre fenêtre");
    Problem::new(Kind::Data, what, remedy)
}
