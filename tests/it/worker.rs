//! The worker's mailbox: one job at a time, every job ends, a panic becomes a card.

use trombine::{
    data::sample::{Pixels, Source},
    problem::Kind,
    run::{RunStatus, RunStore},
    train::{control::Wish, event::TrainEvent},
    worker::{Answerer, Command, Event, JobId, Photo, Question, Worker},
};

use crate::training::{plan, settings};

/// Everything that `job` tells, to its end.
fn until_end(worker: &Worker, job: JobId, mut hear: impl FnMut(&Event)) -> Event {
    loop {
        let envelope = worker.wait().expect("the worker lives");
        if envelope.job != job {
            continue;
        }
        hear(&envelope.event);
        if matches!(envelope.event, Event::Finished | Event::Failed(_)) {
            return envelope.event;
        }
    }
}

fn worker() -> (tempfile::TempDir, RunStore, Worker) {
    let home = tempfile::tempdir().expect("a folder");
    let store = RunStore::at(home.path());
    let worker = Worker::at(store.clone(), || {}).expect("threads");
    (home, store, worker)
}

#[test]
fn a_training_ends_with_a_report_and_answers_photos() {
    let (_home, store, worker) = worker();
    let job = worker.start(Command::Train(Box::new(plan(&settings()))));
    let mut judged = None;
    let end = until_end(&worker, job, |event| {
        if let Event::Evaluated(view) = event {
            judged = Some(view.clone());
        }
    });
    assert!(matches!(end, Event::Finished), "{end:?}");
    let view = judged.expect("a report");
    assert_eq!(view.report.as_ref().map(|report| report.predictions.len() as u32), Some(view.info.pictures[2]));
    assert_eq!(view.info.status, RunStatus::Finished);
    assert_eq!(store.find("last").expect("on disk").info.scores, view.info.scores);
    assert!(!worker.is_busy());

    let answerer = Answerer::at(store, || {}).expect("a thread");
    let pixels = vec![90; 40 * 30 * 3];
    let photo = Photo::Rgb { width: 40, height: 30, pixels };
    assert!(answerer.ask(Question { id: 5, run: view.info.id.clone(), photo, crop: None, heatmap: true }));
    let answer = answerer.wait().expect("an answer");
    let reply = answer.result.expect("it can be judged");
    assert_eq!((answer.id, reply.side, reply.pixels.len()), (5, 64, 64 * 64 * 3));
    assert!((0.0..=1.0).contains(&reply.probability));
    assert_eq!(reply.heatmap.map(|map| map.len()), Some(64 * 64));
}

#[test]
fn a_panic_becomes_a_card_and_the_worker_goes_on() {
    let (_home, store, worker) = worker();
    let mut broken = plan(&settings());
    // A fault of the program: pictures that are promised and not there.
    std::sync::Arc::make_mut(&mut broken.dataset).pixels = Pixels::default();
    let job = worker.start(Command::Train(Box::new(broken)));
    let Event::Failed(problem) = until_end(&worker, job, |_| {}) else { panic!("it cannot work") };
    assert_eq!(problem.kind, Kind::Internal);
    let job = worker.start(Command::Train(Box::new(plan(&settings()))));
    assert!(matches!(until_end(&worker, job, |_| {}), Event::Finished));
    assert!(!store.list().0.is_empty());
}

#[test]
fn pause_then_finish_now() {
    let (_home, store, worker) = worker();
    let mut settings = settings();
    settings.train.epochs = 1000;
    settings.train.callbacks.early_stopping = false;
    let job = worker.start(Command::Train(Box::new(plan(&settings))));
    let end = until_end(&worker, job, |event| match event {
        Event::Train(TrainEvent::Epoch(record)) if record.epoch == 1 => worker.control().set(Wish::Pause),
        Event::Train(TrainEvent::Paused) => {
            assert_eq!(store.find("last").expect("a run").info.status, RunStatus::Paused);
            worker.control().set(Wish::Finish);
        }
        _ => {}
    });
    assert!(matches!(end, Event::Finished), "{end:?}");
    let info = store.find("last").expect("a run").info;
    assert!(info.scores.is_some() && info.epochs_done < 1000);
}

#[test]
fn discarding_puts_the_run_into_the_trash() {
    let (_home, store, worker) = worker();
    let mut settings = settings();
    settings.train.epochs = 1000;
    let job = worker.start(Command::Train(Box::new(plan(&settings))));
    let end = until_end(&worker, job, |event| {
        if matches!(event, Event::Train(TrainEvent::Epoch(_))) {
            worker.control().set(Wish::Discard);
        }
    });
    assert!(matches!(end, Event::Failed(problem) if problem.kind == Kind::Cancelled));
    assert!(store.list().0.is_empty());
    assert_eq!(store.trashed().len(), 1);
}

#[test]
fn runs_are_looked_at_while_one_is_trained() {
    let (_home, _store, worker) = worker();
    let mut settings = settings();
    settings.train.epochs = 1000;
    let training = worker.start(Command::Train(Box::new(plan(&settings))));
    let mut listed = None;
    let mut asked = None;
    while listed.is_none() {
        let envelope = worker.wait().expect("the worker lives");
        match envelope.event {
            Event::Train(TrainEvent::Started { .. }) => asked = Some(worker.start(Command::ListRuns)),
            Event::Runs(runs) => listed = Some((envelope.job, runs.len())),
            Event::Failed(problem) => panic!("{problem}"),
            _ => {}
        }
    }
    assert_eq!(listed, asked.map(|job| (job, 1)));
    worker.control().set(Wish::Discard);
    until_end(&worker, training, |_| {});
}

#[test]
fn a_run_that_is_not_there_is_a_sentence() {
    let (_home, _store, worker) = worker();
    for command in [
        Command::OpenRun("x".into()),
        Command::DeleteRun("../x".into()),
        Command::Evaluate { run: "x".into(), source: Some(Source::SampleFaces), dataset: None },
    ] {
        let job = worker.start(command);
        assert!(matches!(until_end(&worker, job, |_| {}), Event::Failed(problem) if problem.kind == Kind::File));
    }
}
