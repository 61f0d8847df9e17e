//! The real program, killed with SIGKILL at varied moments and resumed, ends with the same bits as one never killed.
//!
//! A few kills in every `cargo test`, fifty where `TROMBINE_REQUIRE` lists `kill`. Nothing here waits for a time: a kill
//! follows a line that the program printed, or a checkpoint of which a part is written.

use std::{
    fs,
    io::{BufRead as _, BufReader, Lines},
    path::Path,
    process::{Child, ChildStdout, Stdio},
    thread,
};

use serde_json::Value;
use trombine::{
    history::EpochRecord,
    random::{Purpose, Random},
    run::{Run, RunInfo, RunStatus, RunStore, checkpoint::Checkpoint},
};

use crate::support;

/// A small network with everything that is remembered from step to step: moments, averages, batch norm, callbacks.
const SETTINGS: &str = "
augment.crop=48
augment.rotation.on=true
model.filters=8,8
model.dense=8
model.batch_norm_conv=true
train.epochs=5
train.batch_size=32
train.steps_per_epoch=7
train.optimizer.learning_rate=0.003
train.optimizer.use_ema=true
train.optimizer.ema_momentum=0.9
train.schedule.kind=cosine
train.callbacks.patience=4
train.callbacks.reduce_lr_on_plateau=true
train.callbacks.plateau_patience=1
train.callbacks.csv_log=true
";

/// When the program is killed.
#[derive(Clone, Copy, Debug)]
enum Moment {
    /// Some time after it printed this many lines.
    Line(usize),
    /// Some time after it printed this many epochs: while it writes weights, history and checkpoint.
    Epoch(usize),
    /// When this share of a checkpoint is written.
    #[cfg(unix)]
    Write(f64),
}

impl Moment {
    fn is_write(self) -> bool {
        #[cfg(unix)]
        return matches!(self, Self::Write(_));
        #[cfg(not(unix))]
        false
    }
}

/// One run is killed at most so often.
const KILLS_A_RUN: u32 = 5;
/// Kills in all; `.ci/kill` does hundreds.
const KILLS: u32 = 10;

/// A program at work, and what it prints.
pub struct Program {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Program {
    pub fn start(home: &Path, arguments: &[&str]) -> Self {
        let mut command = support::program(home);
        command.args(["--lang", "en"]).args(arguments).args(["--json"]);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("the program starts");
        let output = child.stdout.take().expect("it is piped");
        Self { child, lines: BufReader::new(output).lines() }
    }

    /// Trains anew in `home`, or goes on with the run that is there.
    fn train(home: &Path, settings: &Path) -> Self {
        match run_in(home) {
            Some(_) => Self::start(home, &["resume", "last"]),
            None => Self::start(home, &["train", "--sample", "--threads", "1", "--settings", &settings.to_string_lossy()]),
        }
    }

    /// The next line; `None` once it has ended.
    pub fn line(&mut self) -> Option<Value> {
        let line = self.lines.next()?.expect("what it prints can be read");
        Some(serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line}")))
    }

    /// Stops it where it is (`STOP`), or lets it go on (`CONT`).
    #[cfg(unix)]
    pub fn signal(&self, signal: &str) {
        let sent = std::process::Command::new("sh").args(["-c", &format!("kill -{signal} {}", self.child.id())]).status();
        assert!(sent.expect("a shell").success(), "{signal}");
    }

    pub fn kill(mut self) {
        // It may have ended already, which is a moment like any other.
        let _ = self.child.kill();
        self.child.wait().expect("it has ended");
    }

    /// Reads to its end; gives how many lines that were.
    pub fn finish(mut self) -> usize {
        let mut count = 0;
        while self.line().is_some() {
            count += 1;
        }
        assert!(self.child.wait().expect("it has ended").success());
        count
    }
}

fn run_in(home: &Path) -> Option<RunInfo> {
    let (runs, problems) = RunStore::at(home).list();
    assert!(problems.is_empty(), "a kill leaves nothing broken: {problems:?}");
    assert!(runs.len() <= 1, "one training is one run");
    runs.into_iter().next()
}

fn over(run: &RunInfo) -> bool {
    run.status == RunStatus::Finished && run.scores.is_some()
}

/// What must be the same: the best weights' bytes, everything to go on, and the history but for what a clock decides.
fn result(home: &Path) -> (Vec<u8>, Checkpoint, Vec<EpochRecord>) {
    let run = RunStore::at(home).find("last").expect("a run");
    let timeless = |record: &EpochRecord| EpochRecord { seconds: 0.0, pictures_per_second: 0.0, ..*record };
    let mut state = Checkpoint::load(&run.checkpoint_path()).expect("a checkpoint");
    state.position.history = state.position.history.iter().map(timeless).collect();
    (state.position.seconds, state.position.epoch_began) = (0.0, 0.0);
    // The fine curve's points are a matter of time.
    state.event_log = None;
    let best = fs::read(run.best_path()).expect("the best weights");
    (best, state, run.history().iter().map(timeless).collect())
}

/// A number of rounds of the generator: some microseconds to some milliseconds, without a clock.
pub fn linger(random: &mut Random) {
    let rounds = 1 << random.below(22);
    let last = (0..rounds).fold(0, |mixed, _| mixed ^ random.bits());
    assert_ne!(std::hint::black_box(last), 1);
}

#[test]
fn a_killed_program_resumes_to_the_same_bits() {
    let settings_home = tempfile::tempdir().expect("a folder");
    let settings = settings_home.path().join("settings.txt");
    fs::write(&settings, SETTINGS).expect("written");
    let whole = tempfile::tempdir().expect("a folder");
    let lines = Program::train(whole.path(), &settings).finish();
    let expected = result(whole.path());
    assert!(expected.2.len() > 2, "{} epochs", expected.2.len());

    let mut random = Random::new(20, Purpose::Preview, &[]);
    let (mut runs, mut done, mut writes) = (0, 0, 0);
    while done < KILLS {
        let home = tempfile::tempdir().expect("a folder");
        let mut moments = Vec::new();
        for _ in 0..KILLS_A_RUN.min(KILLS - done) {
            let known = run_in(home.path());
            if known.as_ref().is_some_and(over) {
                break;
            }
            let moment = moment(&mut random, lines, known.as_ref());
            moments.push(moment);
            kill_at(moment, home.path(), &settings, &mut random);
            done += 1;
            writes += u32::from(moment.is_write());
        }
        while !run_in(home.path()).as_ref().is_some_and(over) {
            Program::train(home.path(), &settings).finish();
        }
        runs += 1;
        let (best, state, history) = result(home.path());
        assert!(best == expected.0, "run {runs} has other best weights after kills at {moments:?}");
        assert_eq!(history, expected.2, "run {runs} after kills at {moments:?}");
        assert_eq!(state.position, expected.1.position, "run {runs} after kills at {moments:?}");
        assert!(state == expected.1, "run {runs} could go on otherwise after kills at {moments:?}");
    }
    println!("{runs} runs, {done} kills, {writes} of them within the write of a checkpoint");
}

fn moment(random: &mut Random, lines: usize, known: Option<&RunInfo>) -> Moment {
    #[cfg(unix)]
    if known.is_some_and(|run| run.status != RunStatus::Finished) && random.chance(0.5) {
        return Moment::Write(random.unit());
    }
    let _ = known;
    if random.chance(0.5) { Moment::Epoch(1 + random.below(3)) } else { Moment::Line(1 + random.below(lines)) }
}

fn kill_at(moment: Moment, home: &Path, settings: &Path, random: &mut Random) {
    #[cfg(unix)]
    if let Moment::Write(share) = moment {
        return kill_within_a_write(home, settings, share);
    }
    let mut program = Program::train(home, settings);
    let (mut seen, mut epochs) = (0, 0);
    while let Some(line) = program.line() {
        seen += 1;
        epochs += usize::from(line["type"] == "epoch");
        let reached = match moment {
            Moment::Line(wanted) => seen >= wanted,
            Moment::Epoch(wanted) => epochs >= wanted,
            #[cfg(unix)]
            Moment::Write(_) => true,
        };
        if reached {
            linger(random);
            break;
        }
    }
    program.kill();
}

/// Killed once a part of a checkpoint is beside the one before it; of that part, `share` is kept, as of a disk that took no
/// more of it.
#[cfg(unix)]
fn kill_within_a_write(home: &Path, settings: &Path, share: f64) {
    let run: Run = RunStore::at(home).find("last").expect("a run");
    let state = run.checkpoint_path();
    let folder = state.parent().expect("a folder");
    let Program { mut child, lines } = Program::train(home, settings);
    // Whoever waits for a part hears nothing meanwhile, and a program whose output nobody reads comes to a stand.
    let reader = thread::spawn(move || lines.for_each(drop));
    let part = loop {
        let entries = fs::read_dir(folder).into_iter().flatten().flatten();
        if let Some(part) = entries.map(|entry| entry.path()).find(|path| path.extension().is_some_and(|end| end == "part")) {
            break Some(part);
        }
        if child.try_wait().expect("it is a child").is_some() {
            break None;
        }
    };
    // It may have ended already, which is a moment like any other.
    let _ = child.kill();
    child.wait().expect("it has ended");
    reader.join().expect("it reads to the end");
    let Some(part) = part else { return };
    // It may have got its name in the same moment.
    if let Ok(file) = fs::File::options().write(true).open(&part) {
        let whole = file.metadata().expect("it is there").len();
        file.set_len((share * whole as f64) as u64).expect("cut");
    }
}
