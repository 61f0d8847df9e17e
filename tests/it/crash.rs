//! A training, a resumption, `--more` and `--rate` are cut short at every single operation on the disk: by a kill, by a
//! power cut that loses what was not forced onto the disk, by a full disk. What is there is then one epoch's, and going on
//! ends with the very bits of a training that nothing disturbed.
#![cfg(unix)]

use std::{
    collections::HashSet,
    fs,
    hash::{DefaultHasher, Hash, Hasher},
    path::Path,
    sync::Arc,
};

use trombine::{
    control::Control,
    data::dataset::Dataset,
    evaluate::Report,
    files::fault::{Failure, Fault, Operation},
    history::EpochRecord,
    model::Weights,
    plan::Plan,
    problem::{Kind, Problem},
    run::{Run, RunStatus, RunStore, checkpoint::Checkpoint},
    settings::Settings,
    worker::{self, Command, ResumeOptions},
};

use crate::{
    kills::agrees,
    power_cut::{Disk, Unsynced},
    support::{required, skip},
    training,
};

/// The smallest training that has something of everything: two epochs of one step, all logs, each epoch's weights kept.
fn settings(text: &str) -> Settings {
    let mut settings = training::settings();
    settings.model.filters = vec![8];
    settings.model.dense = vec![4];
    (settings.train.steps_per_epoch, settings.train.epochs) = (1, 2);
    settings.train.callbacks.csv_log = true;
    settings.train.callbacks.checkpoint_every = 1;
    text.split_whitespace().for_each(|line| settings.set(line).expect("an option"));
    settings
}

/// Not the best weights are kept but the last, and these are averages.
const LAST: &str = "train.callbacks.restore_best_weights=false train.optimizer.use_ema=true model.batch_norm_conv=true";

/// What is done with a run, in the folder where everything is kept.
#[derive(Clone)]
enum Work {
    Train(Box<Plan>),
    Resume(Arc<Dataset>, ResumeOptions),
}

impl Work {
    fn train(text: &str) -> Self {
        let plan = Plan::new(&settings(text), training::dataset(16)).expect("a plan");
        Self::Train(Box::new(Plan { device: "cpu".to_owned(), ..plan }))
    }

    fn resume(how: ResumeOptions) -> Self {
        Self::Resume(training::dataset(16), how)
    }

    fn perform(&self, home: &Path) -> Result<(), Problem> {
        let command = match self.clone() {
            Self::Train(plan) => Command::Train(plan),
            Self::Resume(dataset, how) => Command::Resume { run: "last".to_owned(), dataset, how },
        };
        worker::perform(command, &RunStore::at(home), &Control::default(), &mut |_| {})
    }

    /// Whether it asks for more than what was begun.
    fn extends(&self) -> bool {
        matches!(self, Self::Resume(_, how) if *how != ResumeOptions::default())
    }
}

fn run(home: &Path) -> Option<Run> {
    let (runs, problems) = RunStore::at(home).list();
    assert!(problems.is_empty(), "{problems:?}");
    let listed = runs.first()?;
    let run = RunStore::at(home).find("last").expect("opens");
    assert_eq!(listed.scores, run.info.scores);
    Some(run)
}

/// What a training must end with, whatever happened meanwhile.
#[derive(Debug, PartialEq)]
struct End {
    weights: Weights,
    history: Vec<EpochRecord>,
    report: Report,
    settings: Settings,
    checkpoint: Checkpoint,
    kept: Vec<Vec<u8>>,
}

impl End {
    fn of(run: &Run) -> Self {
        let timeless = |record: &EpochRecord| EpochRecord { seconds: 0.0, pictures_per_second: 0.0, ..*record };
        let mut checkpoint = Checkpoint::load(&run.checkpoint_path()).expect("a checkpoint");
        checkpoint.position.history = checkpoint.position.history.iter().map(timeless).collect();
        (checkpoint.position.seconds, checkpoint.position.epoch_began, checkpoint.position.extended_at) = (0.0, 0.0, 0.0);
        checkpoint.event_log = None;
        let epochs = 1..=run.info.epochs_done;
        Self {
            weights: Weights::load(&run.best_path()).expect("the result"),
            history: run.history().iter().map(timeless).collect(),
            report: run.report().expect("judged"),
            settings: run.settings().expect("settings"),
            checkpoint,
            kept: epochs.filter_map(|epoch| fs::read(run.epoch_path(epoch)).ok()).collect(),
        }
    }
}

/// Does what is left to do, as a user would, and gives what it ended with.
fn finish(home: &Path, work: &Work, case: &str) -> End {
    for _ in 0..3 {
        let run = run(home);
        let (begun, over) = run.as_ref().map_or((false, false), |run| {
            let begun = !work.extends() || run.info.extensions > 0;
            (begun, begun && run.info.status == RunStatus::Finished && run.info.scores.is_some())
        });
        if let Some(run) = run.filter(|_| over) {
            return End::of(&run);
        }
        let next = if begun { Work::resume(ResumeOptions::default()) } else { work.clone() };
        next.perform(home).unwrap_or_else(|problem| panic!("{case}: {problem}: {}", problem.details));
    }
    panic!("{case}: it does not end");
}

/// Copies the files below `from`.
fn copied(from: &Path) -> tempfile::TempDir {
    let home = tempfile::tempdir().expect("a folder");
    Disk::of(from).write(Unsynced::Kept, home.path());
    home
}

/// A hash of all files below `path`.
fn hashed(path: &Path, hasher: &mut DefaultHasher) {
    let Ok(entries) = fs::read_dir(path) else { return fs::read(path).expect("a file").hash(hasher) };
    let mut paths: Vec<_> = entries.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    for path in paths {
        path.file_name().hash(hasher);
        hashed(&path, hasher);
    }
    0.hash(hasher);
}

/// Does `work` on a copy of `base`; gives the disk as it was before, the operations, and what it ended with.
fn recorded(base: &Path, work: &Work) -> (Disk, Vec<Operation>, End) {
    let home = copied(base);
    let disk = Disk::of(home.path());
    let recorder = Fault::recorder(home.path());
    work.perform(home.path()).expect("nothing disturbs it");
    let operations = recorder.done();
    drop(recorder);
    (disk, operations, End::of(&run(home.path()).expect("a run")))
}

/// Cuts `work` on `base` after each of its operations, by a kill and by power cuts.
fn cut_everywhere(base: &Path, work: &Work, name: &str) {
    let (mut disk, operations, end) = recorded(base, work);
    let mut seen = HashSet::new();
    for number in 0..=operations.len() {
        if let Some(before) = number.checked_sub(1) {
            disk.apply(&operations[before]);
        }
        for unsynced in Unsynced::ALL {
            let place = tempfile::tempdir().expect("a folder");
            disk.write(unsynced, place.path());
            let mut hasher = DefaultHasher::new();
            hashed(place.path(), &mut hasher);
            if !seen.insert(hasher.finish()) {
                continue;
            }
            let case = format!("{name}, {unsynced:?} after {number} of {} operations", operations.len());
            if let Some(run) = run(place.path()) {
                agrees(&run, &case);
            }
            assert!(finish(place.path(), work, &case) == end, "{case}: it ended otherwise");
        }
    }
    println!("{name}: {} operations, {} states of the disk", operations.len(), seen.len());
}

/// Lets each operation of `work` on `base` find the disk full, alone or with all that follow.
fn full_everywhere(base: &Path, work: &Work, name: &str) {
    let (_, operations, end) = recorded(base, work);
    for number in 0..operations.len() as u64 {
        for (how, last) in [(Failure::Full, number), (Failure::Short, number), (Failure::Full, u64::MAX)] {
            let case = format!("{name}, {how:?} from {number} to {last} of {} operations", operations.len());
            let home = copied(base);
            let fault = Fault::below(home.path(), move |n, _| (number..=last).contains(&n).then_some(how));
            let result = work.perform(home.path());
            drop(fault);
            if let Err(problem) = &result {
                assert_eq!(problem.kind, Kind::Disk, "{case}: {problem}");
            }
            match run(home.path()) {
                Some(run) => agrees(&run, &case),
                None => assert!(result.is_err(), "{case}: success without a run"),
            }
            let mut found = finish(home.path(), work, &case);
            // An epoch's weights that the disk did not take are told of, and training goes on.
            assert!(found.kept.iter().all(|kept| end.kept.contains(kept)), "{case}: other weights are kept");
            found.kept.clone_from(&end.kept);
            assert!(found == end, "{case}: it ended otherwise");
        }
    }
}

/// A folder with a finished run of `text`, and one with the run as a kill left it after its first epoch.
fn bases(text: &str) -> (tempfile::TempDir, tempfile::TempDir) {
    let empty = tempfile::tempdir().expect("a folder");
    let (mut disk, operations, _) = recorded(empty.path(), &Work::train(text));
    let stored = |operation: &Operation| matches!(operation, Operation::Rename { to, .. } if to.ends_with("state.safetensors"));
    let first = operations.iter().position(stored).expect("a checkpoint");
    let [finished, paused] = [(); 2].map(|()| tempfile::tempdir().expect("a folder"));
    operations[..=first].iter().for_each(|operation| disk.apply(operation));
    disk.write(Unsynced::Kept, paused.path());
    operations[first + 1..].iter().for_each(|operation| disk.apply(operation));
    disk.write(Unsynced::Kept, finished.path());
    (finished, paused)
}

/// A folder into which a finished run was imported, without its checkpoint.
fn imported(finished: &Path) -> tempfile::TempDir {
    let home = tempfile::tempdir().expect("a folder");
    RunStore::at(home.path()).import(&run(finished).expect("a run").folder).expect("imported");
    home
}

fn rate() -> ResumeOptions {
    ResumeOptions { learning_rate: Some(1e-3), more: 1, ..ResumeOptions::default() }
}

/// All kinds of work on a run, each with what it begins from.
fn works(text: &str, visit: fn(&Path, &Work, &str)) {
    let nothing = tempfile::tempdir().expect("a folder");
    let (finished, paused) = bases(text);
    let imported = imported(finished.path());
    visit(nothing.path(), &Work::train(text), "train");
    visit(paused.path(), &Work::resume(ResumeOptions::default()), "resume");
    visit(finished.path(), &Work::resume(ResumeOptions::more(1)), "more");
    visit(finished.path(), &Work::resume(rate()), "rate");
    visit(paused.path(), &Work::resume(rate()), "rate on an unfinished run");
    visit(imported.path(), &Work::resume(ResumeOptions::more(1)), "more of an imported run");
}

#[test]
fn a_cut_after_any_operation_leaves_one_epoch_and_goes_on_to_the_same_bits() {
    works("", cut_everywhere);
}

#[test]
fn a_cut_after_any_operation_keeps_to_the_last_weights_where_those_are_wanted() {
    if !required("disk") {
        return skip("disk", "these trainings are cut short where TROMBINE_REQUIRE lists disk");
    }
    works(LAST, cut_everywhere);
}

#[test]
fn a_disk_that_is_full_at_any_operation_loses_nothing() {
    if !required("disk") {
        return skip("disk", "these trainings are cut short where TROMBINE_REQUIRE lists disk");
    }
    works("", full_everywhere);
}
