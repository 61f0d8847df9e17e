//! The worker's mailbox: one job at a time, every job ends, a panic becomes a card.

use std::collections::BTreeSet;

use trombine::{
    control::Signal,
    data::{pixels::Pixels, sample::Source},
    engine,
    evaluate::Report,
    predict::heatmap::Heat,
    problem::Kind,
    run::{Run, RunStatus, RunStore},
    train::event::TrainEvent,
    worker::{Answerer, Command, Event, JobId, PhotoSource, PredictionRequest, ResumeOptions, Worker},
};

use crate::training::{lively, plan, settings};

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
    let worker = Worker::at(store.clone(), |_| {}).expect("threads");
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
    let photo = PhotoSource::Rgb { width: 40, height: 30, pixels: pixels.into() };
    assert!(answerer.ask(PredictionRequest { id: 5, run: view.info.id.clone(), photo, crop: None, heat: Some(Heat::GradCam) }));
    let answer = answerer.wait().expect("an answer");
    let reply = answer.result.expect("it can be judged");
    assert_eq!((answer.id, reply.side, reply.pixels.len()), (5, 64, 64 * 64 * 3));
    assert!((0.0..=1.0).contains(&reply.probabilities[1]));
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
        Event::Train(TrainEvent::Epoch(record)) if record.epoch == 1 => worker.control().set(Signal::Pause),
        Event::Train(TrainEvent::Paused) => {
            assert_eq!(store.find("last").expect("a run").info.status, RunStatus::Paused);
            worker.control().set(Signal::Finish);
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
            worker.control().set(Signal::Discard);
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
            Event::Runs { runs } => listed = Some((envelope.job, runs.len())),
            Event::Failed(problem) => panic!("{problem}"),
            _ => {}
        }
    }
    assert_eq!(listed, asked.map(|job| (job, 1)));
    worker.control().set(Signal::Discard);
    until_end(&worker, training, |_| {});
}

#[test]
fn a_trial_and_a_test_of_rates_leave_no_run() {
    let (_home, store, worker) = worker();
    let devices = vec!["reference".to_owned(), "abacus".to_owned(), "cpu".to_owned()];
    let job = worker.start(Command::Try { plan: Box::new(plan(&settings())), devices });
    let (mut tried, mut warned, mut last) = (Vec::new(), Vec::new(), (0, 0));
    let end = until_end(&worker, job, |event| match event {
        Event::Tried(trial) => tried.push(trial.clone()),
        Event::Warned(problem) => warned.push(problem.kind),
        Event::Progress { done, total, .. } => {
            assert!(*done > last.0 && done <= total, "{done} of {total} after {last:?}");
            last = (*done, *total);
        }
        _ => {}
    });
    assert!(matches!(end, Event::Finished), "{end:?}");
    assert_eq!(tried.iter().map(|trial| trial.device.id.as_str()).collect::<Vec<_>>(), ["reference", "cpu"]);
    assert_eq!(warned, [Kind::Device]);
    for trial in tried {
        assert!(trial.pictures_per_second > 0.0 && trial.run > 2.9 * trial.epoch && trial.memory > 0, "{trial:?}");
    }
    let job = worker.start(Command::TestRates(Box::new(plan(&settings()))));
    let mut range = None;
    until_end(&worker, job, |event| {
        if let Event::Rates(found) = event {
            range = Some(found.clone());
        }
    });
    assert!(range.is_some_and(|range| range.points.len() > 20));
    assert!(store.list().0.is_empty());
}

#[test]
fn a_finished_run_goes_on_from_its_best_at_another_rate() {
    let (_home, store, worker) = worker();
    let plan = plan(&settings());
    let job = worker.start(Command::Train(Box::new(plan.clone())));
    assert!(matches!(until_end(&worker, job, |_| {}), Event::Finished));
    let run = store.find("last").expect("a run").info.id;
    let resume = |how: ResumeOptions| Command::Resume { run: run.clone(), open: plan.dataset.clone().into(), how };
    let job = worker.start(resume(ResumeOptions::default()));
    assert!(matches!(until_end(&worker, job, |_| {}), Event::Failed(problem) if problem.kind == Kind::File), "it is finished");

    let how = ResumeOptions { more: 2, learning_rate: Some(1e-3), device: Some("cpu".to_owned()), ..ResumeOptions::default() };
    let job = worker.start(resume(how));
    let mut started = None;
    let end = until_end(&worker, job, |event| {
        if let Event::Train(TrainEvent::Started { settings, device, history, .. }) = event {
            started = Some((settings.train.epochs, settings.train.optimizer.learning_rate, device.id.clone(), history.len()));
        }
    });
    assert!(matches!(end, Event::Finished), "{end:?}");
    assert_eq!(started, Some((5, 1e-3, "cpu".to_owned(), 3)));
    let now = store.find(&run).expect("a run");
    let rates: Vec<f64> = now.history().iter().map(|record| record.learning_rate).collect();
    assert_eq!(rates, [1e-2, 1e-2, 1e-2, 1e-3, 1e-3]);
    assert_eq!(now.settings().expect("settings").train.epochs, 5);
}

#[test]
fn a_run_is_judged_again_with_mirror_images_and_predicts_so() {
    let (_home, store, worker) = worker();
    let plan = plan(&lively(settings()));
    let job = worker.start(Command::Train(Box::new(plan.clone())));
    assert!(matches!(until_end(&worker, job, |_| {}), Event::Finished));
    let run = store.find("last").expect("a run").info.id;
    let judge = |mirrored: Option<bool>| {
        let (run, open, device) = (run.clone(), Some(plan.dataset.clone().into()), "cpu".to_owned());
        let job = worker.start(Command::Evaluate { run, source: None, open, device, mirrored });
        assert!(matches!(until_end(&worker, job, |_| {}), Event::Finished));
        let run = store.find("last").expect("a run");
        (run.report().expect("a report"), run.folder)
    };
    let (alone, _) = judge(None);
    assert!(!alone.mirrored);
    let (mirrored, folder) = judge(Some(true));
    assert!(mirrored.mirrored);
    let logits = |report: &Report| report.predictions.iter().map(|p| p.logit.clone()).collect::<Vec<_>>();
    assert_ne!(logits(&mirrored), logits(&alone));
    assert_eq!(judge(None).0, mirrored, "as it was judged before");
    let mut predictor = Run::open(&folder).expect("a run").predictor(|config| engine::open("cpu", config)).expect("it answers");
    for prediction in &mirrored.predictions {
        let answer = predictor.predict_batch(&plan.dataset.pixels.get(prediction.sample as usize).unwrap()).expect("an answer");
        assert!((answer[0].probabilities[1] - mirrored.probability(prediction, 1)).abs() < 1e-6);
    }
    assert_eq!(judge(Some(false)).0, alone);
}

/// As after a crash between the last epoch and the report.
#[test]
fn a_finished_run_that_was_not_judged_is_judged_when_it_is_resumed() {
    let (_home, store, worker) = worker();
    let plan = plan(&settings());
    let job = worker.start(Command::Train(Box::new(plan.clone())));
    assert!(matches!(until_end(&worker, job, |_| {}), Event::Finished));
    let mut run = store.find("last").expect("a run");
    let scores = run.info.scores.clone();
    std::fs::remove_file(run.folder.join("report.json")).expect("removed");
    run.update(|info| info.scores = None).expect("written");
    let command = Command::Resume { run: run.info.id.clone(), open: plan.dataset.clone().into(), how: ResumeOptions::default() };
    let job = worker.start(command);
    assert!(matches!(until_end(&worker, job, |_| {}), Event::Finished));
    assert_eq!(store.find("last").expect("a run").info.scores, scores);
}

#[test]
fn pictures_that_are_gone_keep_a_run_from_going_on_with_a_way_out() {
    let (_home, store, worker) = worker();
    let plan = plan(&settings());
    let job = worker.start(Command::Train(Box::new(plan)));
    assert!(matches!(until_end(&worker, job, |_| {}), Event::Finished));
    let run = store.find("last").expect("a run").info.id;
    let how = ResumeOptions::more(1);
    let job = worker.start(Command::Resume { run, open: crate::training::dataset(20).into(), how });
    let Event::Failed(problem) = until_end(&worker, job, |_| {}) else { panic!("ten pictures are missing") };
    assert_eq!(problem.kind, Kind::Data);
    assert!(problem.what.en.starts_with("10 of the run’s 30 pictures"), "{problem}");
    let job = worker.start(Command::Open(Source::Folder("/nowhere/at/all".into())));
    let Event::Failed(problem) = until_end(&worker, job, |_| {}) else { panic!("there is no such folder") };
    assert_eq!(problem.kind, Kind::Data);
}

#[test]
fn a_run_that_is_not_there_is_a_sentence() {
    let (_home, _store, worker) = worker();
    for command in [
        Command::OpenRun("x".into()),
        Command::DeleteRun("../x".into()),
        Command::Evaluate {
            run: "x".into(),
            source: Some(Source::SampleFaces),
            open: None,
            device: "cpu".into(),
            mirrored: None,
        },
    ] {
        let job = worker.start(command);
        assert!(matches!(until_end(&worker, job, |_| {}), Event::Failed(problem) if problem.kind == Kind::File));
    }
}

/// Nobody looks while hundreds of jobs are asked for: asking never waits, and once somebody looks every job has ended in
/// his sight, also those for which there was no room.
#[test]
fn nothing_is_lost_or_waits_for_ever_while_nobody_looks() {
    let (_home, _store, worker) = worker();
    let mut open: BTreeSet<JobId> = (0..1500).map(|_| worker.start(Command::ListRuns)).collect();
    while !open.is_empty() {
        let envelope = worker.wait().expect("the worker lives");
        if matches!(envelope.event, Event::Finished | Event::Failed(_)) {
            assert!(open.remove(&envelope.job), "each job ends once");
        }
    }
    assert!(matches!(until_end(&worker, worker.start(Command::ListRuns), |_| {}), Event::Finished), "and it works on");
}

/// A window that is closed waits for what the user has decided, and for nothing else.
#[test]
fn what_the_user_has_decided_is_known_to_be_unwritten_until_it_is_written() {
    let (_home, store, worker) = worker();
    let run = store.create(&plan(&settings())).expect("a run").info.id;
    until_end(&worker, worker.start(Command::ListRuns), |_| assert!(!worker.is_keeping()));
    // More than there is room for, so that some are refused.
    let mut open: BTreeSet<JobId> =
        (0..200).map(|nth| worker.start(Command::StarRun { run: run.clone(), on: nth % 2 == 0 })).collect();
    assert!(worker.is_keeping());
    while !open.is_empty() {
        let envelope = worker.wait().expect("the worker lives");
        if matches!(envelope.event, Event::Finished | Event::Failed(_)) {
            open.remove(&envelope.job);
        }
    }
    assert!(!worker.is_keeping());
    // What was said to be done, too.
    let told = [Command::DeleteRun(run.clone()), Command::RestoreRun(run), Command::RemoveDeleted(None)];
    assert!(told.iter().all(Command::keeps));
}

/// A worker whose letters nobody opens any more ends, though it waits to deliver one.
#[test]
fn a_worker_that_nobody_listens_to_lets_go() {
    let alive = std::sync::Arc::new(());
    let held = std::sync::Arc::clone(&alive);
    let home = tempfile::tempdir().expect("a folder");
    let worker = Worker::at(RunStore::at(home.path()), move |_| drop(std::sync::Arc::clone(&held))).expect("threads");
    for _ in 0..1500 {
        worker.start(Command::ListRuns);
    }
    drop(worker);
    while std::sync::Arc::strong_count(&alive) > 1 {
        std::thread::yield_now();
    }
}
