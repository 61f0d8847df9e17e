//! What happened in a training, and its fine curve: there after Resume, Train more and a restart, and never without bound.

use std::{fs, sync::Arc};

use egui_kittest::kittest::Queryable as _;
use trombine::{
    history::{BatchRecord, EventLog, Note, NoteKind},
    run::{RunStore, RunView},
    session::{Session, Training},
    text::{LocalizedText, say},
    train::event::TrainEvent,
    worker::{Command, Envelope, Event, ResumeOptions, Worker},
};

use crate::{
    stage,
    training::{dataset, plan, settings},
};

/// Does `command`; gives the session that looked on, the notes that were told, and the run at the end.
fn done(store: &RunStore, command: Command) -> (Session, Vec<Note>, RunView) {
    let worker = Worker::at(store.clone(), |_| {}).expect("threads");
    let mut session = Session::default();
    session.begin(worker.start(command), trombine::session::Phase::Idle);
    let (mut notes, mut first) = (Vec::new(), None);
    loop {
        let Envelope { job, event } = worker.wait().expect("the worker lives");
        match &event {
            Event::Train(TrainEvent::Note(note)) => notes.push(note.clone()),
            Event::Train(TrainEvent::Started { event_log, .. }) => first = Some(event_log.clone()),
            Event::Failed(problem) => panic!("{problem}"),
            _ => {}
        }
        let over = matches!(event, Event::Finished);
        session.apply(Envelope { job, event });
        if over {
            break;
        }
    }
    assert!(first.is_some(), "a training began");
    (session, notes, store.find("last").expect("a run").view().expect("its view"))
}

#[test]
fn notes_and_fine_curve_go_on_where_they_were() {
    let home = tempfile::tempdir().expect("a folder");
    let store = RunStore::at(home.path());
    let (session, told, view) = done(&store, Command::Train(Box::new(plan(&settings()))));
    let notes = |session: &Session| session.training.as_ref().expect("a training").event_log.notes.clone();
    assert!(!told.is_empty() && view.event_log.notes == told && notes(&session) == told);
    // The end of each of three epochs at least.
    let fine = view.event_log.fine.clone();
    assert!(fine.len() >= 3 && fine.last().is_some_and(|point| point[0] == 3.0), "{fine:?}");

    let command = Command::Resume { run: view.info.id.clone(), open: dataset(30).into(), how: ResumeOptions::more(2) };
    let (session, more, view) = done(&store, command);
    let all = [told, more].concat();
    assert_eq!(view.event_log.notes, all);
    assert_eq!(notes(&session), all, "who looks on sees those from before too");
    assert_eq!(view.event_log.fine[..fine.len()], fine);
    assert_eq!(view.event_log.fine.last().map(|point| point[0]), Some(5.0));
    assert_eq!(Training::kept(&view).event_log, view.event_log);

    // A run from before anything of it was kept.
    fs::remove_file(view.folder.join("events.json")).expect("it is there");
    fs::remove_dir_all(view.folder.join("checkpoint")).expect("it is there");
    assert_eq!(store.find("last").expect("a run").view().expect("its view").event_log, EventLog::default());
}

fn at(epoch: u32, step: u32, loss: f64) -> BatchRecord {
    BatchRecord { epoch, step, steps_per_epoch: 50, loss, accuracy: 0.5, ..BatchRecord::default() }
}

#[test]
fn a_point_is_the_mean_since_the_one_before() {
    let mut event_log = EventLog::default();
    // Ten steps at 1, ten at 0.5, and a new epoch.
    [at(1, 10, 1.0), at(1, 20, 0.75), at(2, 5, 0.4)].iter().for_each(|record| event_log.batch(record));
    event_log.batch(&BatchRecord { validating: true, ..at(2, 50, 9.0) });
    assert_eq!(event_log.fine, [[0.2, 1.0, 0.5], [0.4, 0.5, 0.5], [1.1, 0.4, 0.5]]);
    assert_eq!(event_log.until(0.4).fine.len(), 2, "what came after the checkpoint comes again");
}

#[test]
fn a_long_training_keeps_a_bounded_event_log() {
    let mut event_log = EventLog::default();
    for epoch in 1..=2000 {
        (1..=50).for_each(|step| event_log.batch(&at(epoch, step, 0.25)));
        event_log.note(Note { epoch, kind: NoteKind::Waiting, text: LocalizedText::default() });
        event_log.note(Note { epoch, kind: NoteKind::Best, text: LocalizedText::default() });
    }
    assert!((250..=1000).contains(&event_log.fine.len()), "{}", event_log.fine.len());
    assert!(event_log.fine.is_sorted_by(|a, b| a[0] < b[0]));
    assert!(event_log.fine[0][0] < 20.0 && event_log.fine.last().is_some_and(|last| last[0] > 1980.0));
    assert!(event_log.fine.iter().all(|point| (point[1] - 0.25).abs() < 1e-4));
    assert!(event_log.notes.len() <= 2000 && event_log.notes.last().is_some_and(|note| note.epoch == 2000));
}

#[test]
fn a_run_that_is_chosen_says_what_happened_in_it() {
    let mut stage = stage::three_runs();
    let id = stage.session.runs[1].id.clone();
    let view = Arc::make_mut(stage.session.views.get_mut(&id).expect("it is known"));
    let text = say("Best so far: validation loss 0.300", "Meilleure jusqu’ici").into();
    view.event_log.note(Note { epoch: 4, kind: NoteKind::Best, text });
    let name = format!("{},", view.info.name);
    let (mut harness, _) = stage.harness([1248.0, 860.0]);
    harness.run();
    assert!(harness.query_by_label("What happened").is_none());
    harness.get_by_label_contains(&name).click();
    harness.run();
    assert!(harness.query_by_label("What happened").is_some());
    assert!(harness.query_by_label("Best so far: validation loss 0.300").is_some());
    assert!(harness.query_by_role_and_label(egui::accesskit::Role::Image, "Loss").is_some());
}
