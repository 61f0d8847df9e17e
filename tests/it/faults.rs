//! A disk that takes some writes and not others: nothing claims to be there that is not, and what is there fits together.

use std::{
    fs,
    path::Path,
    process::Command,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use trombine::{
    control::Control,
    data::dataset::Dataset,
    engine::cpu::CpuEngine,
    files::fault::{Failure, Fault, Operation},
    model::Weights,
    plan::Plan,
    problem::{Kind, Problem},
    run::{Run, RunStatus, RunStore, checkpoint::Checkpoint},
    train::event::TrainEvent,
    worker::{self, Command as Job, Event, Worker},
};

use crate::training::{dataset, settings};

fn plan() -> Plan {
    Plan { device: "cpu".to_owned(), ..Plan::new(&settings(), dataset(30)).expect("a plan") }
}

/// Trains in `home`; gives how it ended and what was warned of.
fn train(plan: &Plan, home: &Path) -> (Result<(), Problem>, Vec<Problem>) {
    let mut warned = Vec::new();
    let engine = Box::new(CpuEngine::new(&plan.engine_config()).expect("opens"));
    let result = worker::train_on(plan, engine, &RunStore::at(home), &Control::default(), &mut |event| {
        if let Event::Warned(problem) = event {
            warned.push(problem);
        }
    });
    (result, warned)
}

/// What a run's files say must fit together, whatever was written and whatever not.
fn agrees(run: &Run, finished: &Weights, case: &str) {
    let best = run.best_path().exists().then(|| Weights::load(&run.best_path()).expect("whole"));
    if run.info.status == RunStatus::Finished {
        assert!(best.as_ref() == Some(finished), "{case}: finished without the result");
        assert_eq!(run.history().len(), 3, "{case}: finished with half a history");
        return;
    }
    let checkpoint = run.checkpoint_path().exists().then(|| Checkpoint::load(&run.checkpoint_path()).expect("whole"));
    let done = checkpoint.as_ref().map_or(0, |checkpoint| checkpoint.position.epoch);
    assert!(run.info.epochs_done <= done && run.history().len() <= done as usize, "{case}: ahead of the checkpoint");
    assert!(best.is_none() || done > 0, "{case}: best weights of no epoch");
}

#[test]
fn whichever_write_fails_nothing_is_claimed_that_is_not_there() {
    let plan = plan();
    let whole = tempfile::tempdir().expect("a folder");
    let recorder = Fault::recorder(whole.path());
    train(&plan, whole.path()).0.expect("trains");
    let writes = recorder.done().iter().filter(|operation| matches!(operation, Operation::Create(_))).count() as u64;
    assert!(writes > 15, "{writes} writes");
    let finished = Weights::load(&RunStore::at(whole.path()).find("last").expect("a run").best_path()).expect("weights");

    for first in 0..writes {
        // One write, and a disk that is full from there on.
        for last in [first, u64::MAX] {
            let case = format!("writes {first} to {last} of {writes}");
            let home = tempfile::tempdir().expect("a folder");
            let store = RunStore::at(home.path());
            let mut created = 0;
            let fault = Fault::below(home.path(), move |_, operation| {
                let create = matches!(operation, Operation::Create(_));
                created += u64::from(create);
                (create && (first..=last).contains(&(created - 1))).then_some(Failure::Full)
            });
            let (result, warned) = train(&plan, home.path());
            drop(fault);
            let (runs, problems) = store.list();
            assert!(problems.is_empty(), "{case}: {problems:?}");
            if let Err(problem) = &result {
                assert_eq!(problem.kind, Kind::Disk, "{case}: {problem}");
            }
            let Some(info) = runs.first() else {
                assert!(result.is_err(), "{case}: success without a run");
                continue;
            };
            let run = store.find(&info.id).expect("opens");
            assert!(result.is_err() || !warned.is_empty(), "{case}: a write that failed in silence");
            agrees(&run, &finished, &case);
            match &result {
                Ok(()) => {
                    assert_eq!(info.status, RunStatus::Finished, "{case}");
                    assert!(run.report().is_some() && info.scores.is_some(), "{case}: success without a report");
                }
                // All but its checkpoint.
                Err(problem) if problem.what.en.starts_with("The result is stored, but not all") => {
                    assert_eq!(info.status, RunStatus::Finished, "{case}");
                    assert!(run.report().is_some() && info.scores.is_some(), "{case}: finished without a report");
                }
                // What is there goes on to the very result.
                Err(_) => resumes(&store, &info.id, &plan.dataset, &finished, &case),
            }
        }
    }
}

fn resumes(store: &RunStore, run: &str, dataset: &Arc<Dataset>, finished: &Weights, case: &str) {
    let worker = Worker::at(store.clone(), |_| {}).expect("a worker");
    let how = Default::default();
    let job = worker.start(Job::Resume { run: run.to_owned(), open: dataset.clone().into(), how });
    while let Some(envelope) = worker.wait() {
        match envelope.event {
            Event::Finished if envelope.job == job => break,
            Event::Failed(problem) if envelope.job == job => panic!("{case}: {problem}"),
            _ => {}
        }
    }
    let run = store.find(run).expect("opens");
    assert_eq!(run.info.status, RunStatus::Finished, "{case}");
    assert!(run.report().is_some() && run.info.scores.is_some(), "{case}");
    agrees(&run, finished, case);
}

/// A run whose history came further than its checkpoint, as versions before left it on a full disk.
#[test]
fn going_on_from_an_older_checkpoint_says_so() {
    let plan = plan();
    let home = tempfile::tempdir().expect("a folder");
    let store = RunStore::at(home.path());
    train(&plan, home.path()).0.expect("trains");
    let mut run = store.find("last").expect("a run");
    let mut checkpoint = Checkpoint::load(&run.checkpoint_path()).expect("whole");
    checkpoint.position.history.truncate(2);
    (checkpoint.position.epoch, checkpoint.position.stopped) = (2, None);
    checkpoint.save(&run.checkpoint_path()).expect("saved");
    run.update(|info| info.status = RunStatus::Paused).expect("saved");
    let worker = Worker::at(store.clone(), |_| {}).expect("a worker");
    let id = run.info.id.clone();
    worker.start(Job::Resume { run: id.clone(), open: plan.dataset.clone().into(), how: Default::default() });
    let mut said = String::new();
    while let Some(envelope) = worker.wait() {
        match envelope.event {
            Event::Warned(problem) => said += &problem.what.en,
            Event::Failed(problem) => panic!("{problem}"),
            Event::Finished => break,
            _ => {}
        }
    }
    assert!(said.contains("came to epoch 3") && said.contains("up to epoch 2"), "{said}");
    let run = store.find(&id).expect("a run");
    assert_eq!(run.history().iter().map(|record| record.epoch).collect::<Vec<_>>(), [1, 2, 3]);
}

/// In a window somebody can make room: the result waits for it in memory.
#[test]
fn a_window_stores_the_result_once_there_is_room() {
    let plan = plan();
    let home = tempfile::tempdir().expect("a folder");
    let store = RunStore::at(home.path());
    let full = Arc::new(AtomicBool::new(false));
    let _fault = Fault::below(home.path(), {
        let full = full.clone();
        move |_, _| full.load(Ordering::Acquire).then_some(Failure::Full)
    });
    let worker = Worker::at(store.clone(), |_| {}).expect("a worker");
    worker.start(Job::Train(Box::new(plan)));
    let mut waited = false;
    while let Some(envelope) = worker.wait() {
        match envelope.event {
            Event::Train(TrainEvent::Started { .. }) => full.store(true, Ordering::Release),
            Event::Warned(problem) if problem.what.en.starts_with("The result is not stored yet") => {
                waited = true;
                assert!(store.find("last").expect("a run").info.status != RunStatus::Finished);
                full.store(false, Ordering::Release);
            }
            Event::Failed(problem) => panic!("{problem}"),
            Event::Finished => break,
            _ => {}
        }
    }
    assert!(waited, "it was not said that the result waits");
    let run = store.find("last").expect("a run");
    assert_eq!((run.info.status, run.info.epochs_done, run.history().len()), (RunStatus::Finished, 3, 3));
    assert!(run.report().is_some() && run.info.scores.is_some());
    Weights::load(&run.best_path()).expect("the result");
}

/// The runs lie on a disk that is pulled out before the last epoch is stored, and comes back.
#[cfg(unix)]
#[test]
fn a_result_waits_for_a_disk_that_is_away_too() {
    let plan = plan();
    let home = tempfile::tempdir().expect("a folder");
    let store = RunStore::at(home.path());
    let [here, away] = ["runs", "away"].map(|name| home.path().join(name));
    let engine = Box::new(CpuEngine::new(&plan.engine_config()).expect("opens"));
    let (mut waited, mut shown) = (0, Vec::new());
    let result = worker::train_on(&plan, engine, &store, &Control::patient(), &mut |event| match event {
        Event::Train(TrainEvent::Epoch(record)) if record.epoch == 3 => fs::rename(&here, &away).expect("moved"),
        Event::Warned(problem) if problem.what.en.starts_with("The result is not stored yet") => {
            waited += 1;
            fs::rename(&away, &here).expect("it is back");
        }
        Event::Evaluated(view) => shown.push(view.history.len()),
        _ => {}
    });
    assert_eq!((result, waited, shown), (Ok(()), 1, vec![3]));
    let run = store.find("last").expect("a run");
    assert_eq!((run.info.status, run.info.epochs_done, run.history().len()), (RunStatus::Finished, 3, 3));
    assert!(run.report().is_some() && run.info.scores.is_some());
    Weights::load(&run.best_path()).expect("the result");
}

/// A limit on the size of files stands for the full disk: small files are written, weights are not.
#[cfg(unix)]
#[test]
fn a_command_that_could_not_store_its_result_fails_and_says_so() {
    let home = tempfile::tempdir().expect("a folder");
    let command = [
        "trap '' XFSZ; ulimit -f 500; exec",
        env!("CARGO_BIN_EXE_trombine"),
        "--lang en train --sample --threads 1 --device cpu --epochs 2 --set augment.crop=48 --set model.filters=16,16",
        "--set model.dense=64 --set train.steps_per_epoch=3",
    ];
    let mut shell = Command::new("sh");
    shell.args(["-c", &command.join(" ")]).env("TROMBINE_HOME", home.path());
    let output = shell.output().expect("it starts");
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert_eq!(output.status.code(), Some(1), "{out}{err}");
    assert!(err.contains("The result is not stored"), "{out}{err}");
    assert!(!err.contains("panicked"), "{err}");
    let finished = RunStore::at(home.path()).list().0.iter().any(|run| run.status == RunStatus::Finished);
    assert!(!finished, "it says that it is finished");
    let halves = fs::read_dir(home.path().join("runs"))
        .expect("there")
        .flatten()
        .filter(|run| run.path().join("best.safetensors").exists());
    assert_eq!(halves.count(), 0);
}
