//! What follows a training: more of it from what is stored, and reports that are of the weights that are there.

use std::{collections::BTreeMap, fs, path::Path, sync::Arc};

use crossbeam_channel::bounded;
use egui_kittest::Harness;
use trombine::{
    app::{App, Pace, Preferences},
    control::Control,
    engine,
    evaluate::Report,
    history::StopReason,
    model::Weights,
    plan::Plan,
    problem::{Kind, Problem},
    run::{Run, RunStatus, RunStore, checkpoint::Checkpoint},
    session::Session,
    settings::Settings,
    worker::{self, Command, Event, ResumeOptions},
};

use crate::{
    claims::wait,
    training::{dataset, lively, settings},
};

/// Of one step an epoch.
fn short() -> Settings {
    let mut settings = settings();
    settings.train.steps_per_epoch = 1;
    settings
}

/// A run of three epochs, in a folder of its own.
fn trained(settings: &Settings) -> (tempfile::TempDir, RunStore, Run) {
    let home = tempfile::tempdir().expect("a folder");
    let store = RunStore::at(home.path());
    let plan = Plan { device: "cpu".to_owned(), ..Plan::new(settings, dataset(30)).expect("a plan") };
    worker::perform(Command::Train(Box::new(plan)), &store, &Control::default(), &mut |_| {}).expect("trains");
    let run = store.find("last").expect("a run");
    (home, store, run)
}

/// The run in another place, as weights are passed on: without what it takes to go on.
fn imported(run: &Run) -> (tempfile::TempDir, RunStore) {
    let home = tempfile::tempdir().expect("a folder");
    let store = RunStore::at(home.path());
    store.import(&run.folder).expect("imported");
    (home, store)
}

/// Goes on with the last run; gives what was warned of.
fn resume(store: &RunStore, how: ResumeOptions) -> Result<String, Problem> {
    let mut warned = String::new();
    let command = Command::Resume { run: "last".to_owned(), dataset: dataset(30), how };
    worker::perform(command, store, &Control::default(), &mut |event| {
        if let Event::Warned(problem) = event {
            warned += &problem.what.en;
        }
    })?;
    Ok(warned)
}

fn bytes(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let files = fs::read_dir(folder).expect("a folder").flatten().filter(|entry| entry.path().is_file());
    let named = files.map(|file| (file.file_name().to_string_lossy().into_owned(), fs::read(file.path()).expect("a file")));
    named.filter(|(name, _)| name != "lock").collect()
}

/// The largest difference of two weights.
fn distance(a: &Weights, b: &Weights) -> f32 {
    let pairs = a.iter().zip(b.iter()).flat_map(|((_, a), (_, b))| a.data.iter().zip(&b.data));
    pairs.map(|(a, b)| (a - b).abs()).fold(0.0, f32::max)
}

#[test]
fn an_imported_run_is_trained_further_from_its_weights() {
    let mut settings = short();
    settings.train.callbacks.restore_best_weights = false;
    let (_here, _, run) = trained(&settings);
    let (_home, store) = imported(&run);
    let how = ResumeOptions { more: 1, learning_rate: Some(1e-6), ..ResumeOptions::default() };
    let warned = resume(&store, how).expect("trains");
    assert!(warned.contains("Only this run’s weights are here") && warned.contains("after epoch 3"), "{warned}");
    let further = store.find("last").expect("a run");
    assert_eq!((further.info.status, further.info.epochs_done, further.info.stored.checkpoint), (RunStatus::Finished, 4, true));
    assert_eq!(further.history()[..3], run.history()[..]);
    assert_eq!(further.settings().expect("settings").train.epochs, 4);
    let ((before, _), (after, _)) = (run.weights().expect("weights"), further.weights().expect("weights"));
    let step = distance(&before, &after);
    // Adam's first step is the rate, whatever the gradient.
    assert!(step > 0.0 && step < 1e-5, "{step} from where it was");
    // From here on it has all it takes.
    assert_eq!(resume(&store, ResumeOptions::more(1)).expect("trains"), "");
    assert_eq!(store.find("last").expect("a run").history().len(), 5);
}

/// The weights stay the best until an epoch is better.
#[test]
fn what_an_imported_run_is_trained_to_is_never_worse() {
    let (_here, _, run) = trained(&short());
    let best = |run: &Run| run.history().iter().map(|record| record.validation_loss).fold(f64::INFINITY, f64::min);
    let (_home, store) = imported(&run);
    // A rate at which everything is lost.
    resume(&store, ResumeOptions { more: 1, learning_rate: Some(1.0), ..ResumeOptions::default() }).expect("trains");
    let further = store.find("last").expect("a run");
    assert_eq!(best(&further), best(&run));
    assert_eq!(further.weights().expect("weights").0, run.weights().expect("weights").0);
    assert_eq!(further.info.best_epoch, run.info.best_epoch);
    assert_eq!(further.report(), run.report(), "the same weights, judged the same");
}

#[test]
fn without_history_or_pictures_the_weights_stay_byte_for_byte() {
    let (_here, _, run) = trained(&short());
    for missing in ["history.jsonl", "pictures.json", "best.safetensors"] {
        let (_home, store) = imported(&run);
        let folder = store.find("last").expect("a run").folder;
        fs::remove_file(folder.join(missing)).expect("removed");
        let before = bytes(&folder);
        for how in [ResumeOptions::more(2), ResumeOptions { more: 1, learning_rate: Some(1e-4), ..ResumeOptions::default() }] {
            let problem = resume(&store, how).expect_err("refused");
            assert_eq!(problem.kind, Kind::File, "{problem}");
            assert!(problem.what.en.contains("cannot be trained further"), "{missing}: {problem}");
            assert!(bytes(&folder) == before, "{missing}: something was written");
        }
    }
}

/// Nothing would be trained, and of a run that keeps its last weights the best would take their place.
#[test]
fn another_rate_without_an_epoch_left_is_refused_and_changes_nothing() {
    let mut settings = short();
    settings.train.callbacks.restore_best_weights = false;
    let (_home, store, run) = trained(&settings);
    let all = |run: &Run| (bytes(&run.folder), bytes(&run.folder.join("checkpoint")));
    let before = all(&run);
    let slower = || ResumeOptions { learning_rate: Some(1e-5), ..ResumeOptions::default() };
    let problem = resume(&store, slower()).expect_err("refused");
    assert!(problem.what.en.contains("All epochs of this run are done"), "{problem}");
    assert!(problem.remedy.en.contains("how many more epochs"), "{problem}");
    assert!(all(&run) == before, "something was written");
    let (_elsewhere, imported) = imported(&run);
    let problem = resume(&imported, slower()).expect_err("refused");
    assert!(problem.what.en.contains("All epochs of this run are done"), "{problem}");
    // As a kill between its last epoch and its end leaves it.
    let mut cut = store.find("last").expect("a run");
    let mut checkpoint = Checkpoint::load(&cut.checkpoint_path()).expect("a checkpoint");
    checkpoint.position.stopped = None;
    checkpoint.save(&cut.checkpoint_path()).expect("written");
    cut.update(|info| (info.status, info.stopped) = (RunStatus::Paused, None)).expect("written");
    let problem = resume(&store, slower()).expect_err("refused");
    assert!(problem.what.en.contains("All epochs of this run are done"), "{problem}");
    // Where epochs are left, it goes on: after the loss ran away, or nothing got better.
    let mut longer = store.find("last").expect("a run").settings().expect("settings");
    longer.train.epochs = 5;
    run.save_settings(&longer).expect("written");
    resume(&store, slower()).expect("trains");
    assert_eq!(store.find("last").expect("a run").history().len(), 5);
}

/// What was trained before does not count against what is asked for now.
#[test]
fn a_run_that_came_to_its_time_limit_is_trained_further() {
    let mut settings = short();
    settings.train.callbacks.time_limit = 1;
    let (_home, store, _) = trained(&settings);
    let late = |run: &Run, by: f64, stopped: Option<StopReason>| {
        let mut checkpoint = Checkpoint::load(&run.checkpoint_path()).expect("a checkpoint");
        checkpoint.position.seconds = checkpoint.position.extended_at + by;
        checkpoint.position.stopped = stopped;
        checkpoint.save(&run.checkpoint_path()).expect("written");
    };
    let mut run = store.find("last").expect("a run");
    late(&run, 90.0, Some(StopReason::TimeLimit));
    run.update(|info| info.stopped = Some(StopReason::TimeLimit)).expect("written");
    resume(&store, ResumeOptions::more(1)).expect("trains");
    let mut run = store.find("last").expect("a run");
    assert_eq!((run.history().len(), run.info.stopped), (4, Some(StopReason::AllEpochs)));
    // Paused within what was asked for, it has what is left of the minute, and here nothing is.
    late(&run, 90.0, None);
    run.update(|info| (info.status, info.stopped) = (RunStatus::Paused, None)).expect("written");
    settings.train.epochs = 6;
    run.save_settings(&settings).expect("written");
    resume(&store, ResumeOptions::default()).expect("ends");
    let run = store.find("last").expect("a run");
    assert_eq!((run.history().len(), run.info.stopped), (4, Some(StopReason::TimeLimit)));
}

/// Whatever the rate was lowered by before, the one that is given is the one that is trained at.
#[test]
fn the_rate_that_is_given_is_the_rate_after_it_was_lowered() {
    let mut settings = short();
    let callbacks = &mut settings.train.callbacks;
    (callbacks.reduce_lr_on_plateau, callbacks.plateau_patience, callbacks.early_stopping) = (true, 1, false);
    // Nothing is ever better by so much.
    callbacks.plateau_min_delta = 1.0;
    let rates = |run: &Run| run.history().iter().map(|record| record.learning_rate).collect::<Vec<f64>>();
    let (_home, store, run) = trained(&settings);
    assert_eq!(rates(&run), [1e-2, 1e-2, 5e-3]);
    let (_elsewhere, imported) = imported(&run);
    for store in [store, imported] {
        resume(&store, ResumeOptions { more: 1, learning_rate: Some(1e-5), ..ResumeOptions::default() }).expect("trains");
        assert_eq!(rates(&store.find("last").expect("a run"))[3], 1e-5);
    }
}

/// Killed in its first epoch, a run has nothing to lose: what is asked for holds for its new beginning.
#[test]
fn a_run_that_has_learned_nothing_begins_anew_as_asked() {
    let (_home, store, mut run) = trained(&short());
    for file in ["best.safetensors", "history.jsonl", "report.json", "checkpoint/state.safetensors"] {
        fs::remove_file(run.folder.join(file)).expect("removed");
    }
    let nothing = |info: &mut trombine::run::RunInfo| {
        (info.status, info.epochs_done, info.weights, info.scores) = (RunStatus::Training, 0, None, None);
    };
    run.update(nothing).expect("written");
    assert_eq!(resume(&store, ResumeOptions::more(2)).expect("trains"), "");
    assert_eq!(store.find("last").expect("a run").history().len(), 2);
}

/// A run as a kill between the end of a training and its report leaves it, with the earlier report and the one to come.
fn unjudged() -> (tempfile::TempDir, RunStore, [Report; 2]) {
    let mut settings = short();
    settings.train.callbacks.restore_best_weights = false;
    let (home, store, run) = trained(&settings);
    let earlier = run.report().expect("judged");
    resume(&store, ResumeOptions::more(1)).expect("trains");
    let mut run = store.find("last").expect("a run");
    let now = run.report().expect("judged");
    assert_ne!(earlier.weights, now.weights);
    run.save_report(&earlier).expect("written");
    let scores = Some(earlier.run_scores());
    run.update(|info| info.scores = scores).expect("written");
    (home, store, [earlier, now])
}

#[test]
fn a_window_judges_a_run_again_whose_pictures_are_open() {
    let (_home, store, [_, now]) = unjudged();
    let view = store.find("last").expect("a run").view().expect("opens");
    let session = Session { dataset: Some(dataset(30)), run: Some(Arc::new(view)), ..Session::default() };
    let mut window: Harness<'static, App> = Harness::builder().with_size([1280.0, 800.0]).build_eframe(move |cc| {
        let mut app = App::offline(&cc.egui_ctx, session, Preferences { device: "cpu".to_owned(), ..Preferences::default() });
        app.employ(&cc.egui_ctx, &store, Pace::default());
        app
    });
    let (wake, woken) = bounded(1);
    window.ctx.set_request_repaint_callback(move |_| _ = wake.try_send(()));
    window.run_steps(3);
    wait(&mut window, &woken, |app| app.session.run.as_ref().is_some_and(|run| run.report.is_some()));
    assert_eq!(window.state().session.run.as_ref().and_then(|run| run.report.clone()), Some(now));
}

#[test]
fn a_report_of_earlier_weights_is_none_until_the_run_is_judged_again() {
    let (_home, store, [earlier, now]) = unjudged();
    let run = store.find("last").expect("a run");
    let view = run.view().expect("opens");
    assert!(view.outdated && view.report.is_none() && view.info.scores.is_none());
    assert_eq!((run.report(), run.read_report().expect("readable")), (None, Some(earlier)));
    assert_eq!(store.list().0[0].scores, None);
    resume(&store, ResumeOptions::default()).expect("judged");
    assert_eq!(store.find("last").expect("a run").report(), Some(now));
}

/// It was fitted to what other weights said: those of now get one of their own.
#[test]
fn a_temperature_is_fitted_anew_to_the_weights_of_now() {
    let mut settings = lively(short());
    settings.train.callbacks.restore_best_weights = false;
    let (_home, store, mut run) = trained(&settings);
    run.keep_decision(&run.report().expect("judged"), 0.6, 1.43).expect("kept");
    resume(&store, ResumeOptions::more(1)).expect("trains");
    let now = store.find("last").expect("a run").report().expect("judged");
    assert_eq!((now.threshold, now.temperature), (0.6, now.fitted_temperature()));
    assert_ne!(now.temperature, 1.43);
}

/// While a run is trained further, its answers are those of new weights, to which nothing was fitted yet.
#[test]
fn a_temperature_of_earlier_weights_is_not_applied() {
    let (_home, store, [earlier, now]) = unjudged();
    let mut run = store.find("last").expect("a run");
    let decided = |run: &Run| {
        let predictor = run.predictor(|config| engine::open("cpu", config)).expect("it answers");
        (predictor.threshold, predictor.temperature)
    };
    let earlier = Report { threshold: 0.6, temperature: 1.43, ..earlier };
    run.save_report(&earlier).expect("written");
    run.update(|info| info.scores = None).expect("written");
    assert_eq!(decided(&run), (0.6, 1.0), "a threshold is a wish and stays");
    run.keep_decision(&now, 0.6, 1.43).expect("kept");
    assert_eq!(decided(&run), (0.6, 1.43));
}

/// Weights that somebody put in the place of others were never judged.
#[test]
fn other_weights_have_no_report() {
    let (_here, _, run) = trained(&short());
    let (_home, store) = imported(&run);
    let here = store.find("last").expect("a run");
    assert!(here.report().is_some());
    let (mut weights, _) = here.weights().expect("weights");
    weights.0.values_mut().for_each(|array| array.data[0] += 1.0);
    weights.save(&here.best_path()).expect("written");
    let view = store.find("last").expect("a run").view().expect("opens");
    assert!(view.outdated && view.report.is_none());
}

/// As versions wrote it that named no weights.
#[test]
fn runs_of_before_are_shown_as_they_are() {
    let (_home, store, run) = trained(&short());
    let path = run.folder.join("run.json");
    let mut info: serde_json::Value = serde_json::from_slice(&fs::read(&path).expect("a file")).expect("JSON");
    info.as_object_mut().expect("an object").retain(|key, _| key != "weights" && key != "extensions");
    info["scores"].as_object_mut().expect("an object").remove("weights");
    fs::write(&path, info.to_string()).expect("written");
    let mut report = run.report().expect("judged");
    report.weights = None;
    run.save_report(&report).expect("written");
    let view = store.find("last").expect("a run").view().expect("opens");
    assert!(!view.outdated && view.report == Some(report) && view.info.scores.is_some());
}
