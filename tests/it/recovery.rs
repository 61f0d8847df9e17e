//! The cards of failures and of an interrupted training: what their buttons do, in the whole window without a worker.

use std::path::PathBuf;

use egui_kittest::{Harness, kittest::Queryable as _};
use trombine::{
    app::{App, Preferences},
    callback::terminate_on_nan,
    control::Stage as Work,
    data::reading::{ClassFolders, Reading, Understood},
    engine::{EngineConfig, memory},
    memory::{Available, Limit},
    model::ModelSettings,
    plan::MemberOf,
    problem::{Kind, Problem},
    run::RunStatus,
    session::{Phase, Progress, Session},
    settings::Settings,
    text::{Lang, say},
    train::event::TrainEvent,
    ui::page::Page,
    worker::{Envelope, Event, JobId},
};

use crate::{
    engine_cases::config,
    pages::{opened, window},
    stage,
};

const SIZE: [f32; 2] = [1280.0, 800.0];

fn with(session: Session) -> Harness<'static, App> {
    let mut window = window(session, Preferences { page: Page::Training, ..Preferences::default() }, SIZE);
    window.run();
    window
}

fn problem(kind: Kind) -> Problem {
    Problem::new(kind, say("It happened", "C’est arrivé"), say("Mend it", "Corrigez"))
}

fn failed(problem: Problem) -> Session {
    Session { failures: vec![problem], ..opened(60) }
}

#[test]
fn too_little_memory_is_mended_by_smaller_batches() {
    let mut window = with(failed(problem(Kind::OutOfMemory)));
    window.get_by_label("Retry with batches of 16").click();
    window.run();
    assert_eq!(window.state().settings.train.batch_size, 16);
    assert!(window.state().session.failures.is_empty());
}

/// The button takes the batch that the card's sentence names; where none fits it offers none.
#[test]
fn the_batch_that_fits_is_the_one_that_is_taken() {
    let config = config(&ModelSettings::default(), 112);
    let need = |config: &EngineConfig| Ok(1000 * config.batch_size as u64);
    let missing = |bytes| {
        let there = Some(Available { bytes, limit: Limit::Machine });
        memory::compare(&EngineConfig { batch_size: 32, ..config.clone() }, there, &need).expect_err("too little")
    };
    let problem = missing(4500);
    assert!(problem.remedy.en.starts_with("Take batches of 4,"), "{problem}");
    let mut window = with(failed(problem));
    window.get_by_label("Retry with batches of 4").click();
    window.run();
    assert_eq!(window.state().settings.train.batch_size, 4);

    let mut window = with(failed(missing(500)));
    assert!(window.query_by_label_contains("Retry with batches").is_none());
    window.get_by_label("Show the setting").click();
    window.run();
    assert_eq!((window.state().page, window.state().settings.train.batch_size), (Page::Model, 32));
}

#[test]
fn a_loss_that_ran_away_is_mended_by_a_lower_rate() {
    let diverged = terminate_on_nan::check(f64::NAN, 1).expect("no number");
    // Before the first epoch there is no best to go back to.
    let mut window = with(failed(diverged.clone()));
    assert!(window.query_by_label_contains("Resume from the best").is_none());
    window.get_by_label("Start again at 0.00001").click();
    window.run();
    assert!((window.state().settings.train.optimizer.learning_rate - 1e-5).abs() < 1e-12);

    let mut session = failed(diverged);
    session.training = session.dataset().map(|dataset| stage::finished(dataset));
    let training = session.training.as_mut().expect("one");
    training.settings.train.optimizer.learning_rate = 0.02;
    let own = training.run.clone();
    session.failures[0].run = Some(own);
    let window = with(session);
    assert!(window.query_by_label("Resume from the best at 0.002").is_some());
}

/// The card of one run never acts on another that was trained since, and is gone once its own goes on.
#[test]
fn the_card_of_a_loss_that_ran_away_is_about_its_own_run() {
    let diverged = || terminate_on_nan::check(f64::NAN, 4).expect("no number").in_run("2026-11-22-140211");
    let mut session = failed(diverged());
    session.training = session.dataset().map(|dataset| stage::finished(dataset));
    session.training.as_mut().expect("one").run = "2026-11-23-090000".to_owned();
    let window = with(session);
    assert!(window.query_by_label_contains("Start again at").is_some());
    assert!(window.query_by_label_contains("Resume from the best").is_none(), "another run is not touched");

    let (here, job) = (stage::training(&stage::faces(40), 4), JobId(7));
    for (run, left) in [("2026-11-23-090000", 1), ("2026-11-22-140211", 0)] {
        let mut session = Session { failures: vec![diverged()], ..Session::default() };
        session.begin(job, Phase::Starting(Progress::at(Work::Training)));
        let started = TrainEvent::Started {
            run: run.to_owned(),
            device: here.device.clone(),
            epochs: here.epochs,
            steps_per_epoch: here.steps_per_epoch,
            train_pictures: here.train_pictures,
            validation_pictures: here.validation_pictures,
            settings: Box::new(here.settings.clone()),
            callbacks: here.callbacks,
            history: here.history.clone(),
            event_log: Box::default(),
        };
        session.apply(Envelope { job, event: Event::Train(started) });
        assert_eq!(session.failures.len(), left, "{run}");
    }
}

/// Neither trains the draft, whose batches are none of the run's.
#[test]
fn a_card_about_a_run_does_not_change_the_draft() {
    let window = with(failed(problem(Kind::OutOfMemory).in_run("2026-11-22-140211")));
    assert!(window.query_all_by_label_contains("It happened").next().is_some());
    assert!(window.query_by_label_contains("Retry with batches").is_none());
    // Weights that give no number, whatever the draft's rate is.
    let window = with(failed(problem(Kind::Diverged)));
    assert!(window.query_by_label_contains("Start again at").is_none());
}

#[test]
fn a_full_disk_shows_its_folder() {
    let full = std::io::Error::from(std::io::ErrorKind::StorageFull);
    let problem = Problem::io(std::path::Path::new("/data/runs/7/checkpoint/state.safetensors"), &full);
    assert_eq!(problem.kind, Kind::Disk);
    let window = with(failed(problem));
    assert!(window.query_all_by_label_contains("the disk is full").next().is_some());
    assert!(window.query_by_label("Open the folder").is_some());
}

#[test]
fn a_card_waits_while_something_else_is_at_work() {
    let mut session = failed(problem(Kind::OutOfMemory));
    session.phase = Phase::Working(Progress::at(Work::Exporting));
    let mut window = with(session);
    window.get_by_label("Retry with batches of 16").click();
    window.run();
    assert_eq!(window.state().session.failures.len(), 1);
    assert_eq!(window.state().settings.train.batch_size, 32);
}

#[test]
fn an_interrupted_training_is_offered_at_the_start() {
    let interrupted = || {
        let mut session = opened(60);
        let mut run = stage::run(&stage::faces(40)).info;
        (run.status, run.epochs_done, run.scores) = (RunStatus::Paused, 6, None);
        session.runs = vec![run];
        session
    };
    let mut window = with(interrupted());
    assert!(window.query_by_label("A training can be resumed in epoch 7").is_some());
    for name in ["Resume", "View progress", "Discard"] {
        assert!(window.query_by_label(name).is_some(), "{name}");
    }
    window.get_by_label_contains("Close this message").click();
    window.run();
    assert!(window.query_by_label("A training can be resumed in epoch 7").is_none());

    // Its buttons would ask for a second job at a time.
    let mut busy = interrupted();
    busy.phase = Phase::Working(Progress::at(Work::Exporting));
    assert!(with(busy).query_by_label_contains("A training can be resumed").is_none());
    let mut finished = interrupted();
    finished.runs[0].status = RunStatus::Finished;
    assert!(with(finished).query_by_label_contains("A training can be resumed").is_none());
    // What an experiment has stopped, or left behind, is its own.
    let mut member = interrupted();
    member.runs[0].member_of = Some(MemberOf { experiment: "search".to_owned(), member: 3 });
    assert!(with(member).query_by_label_contains("A training can be resumed").is_none());
}

#[test]
fn settings_travel_as_text() {
    let mut settings = Settings::default();
    settings.model.dropout = 0.25;
    settings.train.schedule.table = vec![(1, 1e-3), (4, 1e-5)];
    settings.seed = 7;
    let text = settings.text();
    assert!(text.contains("model.dropout=0.25") && text.lines().count() == 4, "{text}");
    assert!(Settings::is_text(&text));
    assert_eq!(Settings::parse(&text).expect("its own text"), settings);
    let json = serde_json::to_string_pretty(&settings).expect("it can be written");
    assert!(Settings::is_text(&json));
    assert_eq!(Settings::parse(&json).expect("its own file"), settings);
    assert!(!Settings::is_text("https://example.org/?a=b"));
    let problems = Settings::parse("train.epochs=0\nno.such=1\nmodel.dropout=0.3").expect_err("two are wrong");
    assert_eq!(problems.len(), 2);
    let unknown = &Settings::parse("{\"learning\": 1}").expect_err("no such option")[0];
    assert!(unknown.kind == Kind::Settings && unknown.what.en.contains("“learning”"), "{unknown}");
    // As versions before wrote them.
    let before = json.replace("\"3\"", "\"three\"").replace("\"val_loss\"", "\"validation_loss\"");
    assert!(before.contains("three") && before.contains("validation_loss"), "{before}");
    assert_eq!(Settings::parse(&before).expect("an older file"), settings);
    assert_eq!(serde_json::from_str::<Settings>(&before).expect("an older run's"), settings);

    let mut window = with(opened(60));
    window.event(egui::Event::Paste(text));
    window.run();
    assert_eq!(window.state().settings, settings);
    window.event(egui::Event::Paste("train.epochs=0".to_owned()));
    window.run();
    assert_eq!(window.state().session.failures.len(), 1, "what is wrong is said");
    assert_eq!(window.state().settings, settings);
}

#[test]
fn one_click_resets_one_option() {
    let mut window = with(opened(60));
    window.state_mut().settings.train.epochs = 7;
    window.state_mut().settings.train.batch_size = 64;
    window.run();
    window.get_by_label("Reset Epochs at most").click();
    window.run();
    let train = &window.state().settings.train;
    assert_eq!((train.epochs, train.batch_size), (50, 64));
}

#[test]
fn cards_speak_french_too() {
    let session = failed(terminate_on_nan::check(f64::NAN, 3).expect("no number"));
    let preferences = Preferences { page: Page::Training, lang: Lang::Fr, ..Preferences::default() };
    let mut window = window(session, preferences, SIZE);
    window.run();
    assert!(window.query_by_label("Recommencer à 0,00001").is_some());
}

#[test]
fn a_folder_that_does_not_open_as_it_was_read_is_offered_in_other_ways() {
    let folder = PathBuf::from("/pictures/pets");
    let words = say("Inner folders as classes: cats, dogs", "Dossiers intérieurs\u{a0}: cats, dogs");
    let mut about = problem(Kind::Data);
    about.path = Some(folder.clone());
    let reading = Reading { classes: ClassFolders::Inner, ..Reading::default() };
    for (of, offered) in [(folder.clone(), true), (PathBuf::from("/elsewhere"), false)] {
        let mut session = failed(about.clone());
        session.readable = Some((of, vec![(reading, words.into())]));
        let window = with(session);
        assert_eq!(window.query_by_label(words.en).is_some(), offered);
        assert!(window.query_by_label("Open another folder…").is_some());
    }
}

/// The card is narrow, and folders are called as people like.
#[test]
fn the_offer_to_read_a_folder_otherwise_fits_its_card() {
    let understood = Understood { by_folder: true, inner: true, ..Understood::default() };
    let words = understood.offer(&["wide_mouths_of_women", "wide_mouths_of_men"].into());
    let folder = PathBuf::from("/pictures/mouths");
    for lang in Lang::ALL {
        let mut session = failed(Problem { path: Some(folder.clone()), ..problem(Kind::Data) });
        session.readable = Some((folder.clone(), vec![(Reading::default(), words.clone())]));
        let mut window = window(session, Preferences { page: Page::Training, lang, ..Preferences::default() }, SIZE);
        window.run();
        let close = window.get_by_label_contains(if lang == Lang::En { "Close this message" } else { "Fermer ce message" });
        let (button, close) = (window.get_by_label(words.get(lang)).rect(), close.rect());
        assert!(button.right() <= close.right(), "{button:?} and {close:?}");
    }
}
