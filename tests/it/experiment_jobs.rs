//! Several runs of an experiment at a time, each in a process of its own, and Ray, with a command of its name that answers as it
//! does. `.ci/ray` does the same with a real one.
#![cfg(unix)]

use std::{
    fs,
    io::{BufRead as _, BufReader, Lines},
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    process::{Child, ChildStdout, Command, Stdio},
};

use trombine::{
    experiment::{ExperimentStore, ExperimentView, MemberState},
    run::RunStore,
};

use crate::{cli::call, support};

/// The options of a small network.
const SMALL: [&str; 16] = [
    "--sample",
    "--device",
    "cpu",
    "--set",
    "train.epochs=3",
    "--set",
    "augment.crop=48",
    "--set",
    "model.filters=8",
    "--set",
    "model.dense=4",
    "--set",
    "train.callbacks.early_stopping=false",
    "--set",
    "train.batch_size=8",
    "--json",
];

fn view(home: &Path) -> ExperimentView {
    let experiments = ExperimentStore::new(&RunStore::at(home));
    experiments.view(experiments.find("last").expect("an experiment"))
}

/// The weights of each finished run.
fn weights(home: &Path) -> Vec<Vec<u8>> {
    let view = view(home);
    assert_eq!(view.count(|state| *state == MemberState::Finished), view.members.len(), "{:?}", view.members);
    let of = |id: &str| fs::read(RunStore::at(home).find(id).expect("a run").best_path()).expect("weights");
    view.members.iter().map(|member| of(&member.run.as_ref().expect("a run").id)).collect()
}

/// A program that trains, and the lines that it prints.
struct AtWork {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
}

impl AtWork {
    fn start(home: &Path, arguments: &[&str]) -> Self {
        let mut command = support::program(home);
        command.args(["--lang", "en", "experiment"]).args(arguments);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("it starts");
        let lines = BufReader::new(child.stdout.take().expect("piped")).lines();
        Self { child, lines }
    }

    /// Reads on to a line with `what`.
    fn until(&mut self, what: &str) {
        let found = self.lines.by_ref().map(|line| line.expect("UTF-8")).any(|line| line.contains(what));
        assert!(found, "no line with {what}");
    }

    fn end(mut self) -> Option<i32> {
        self.lines.by_ref().for_each(drop);
        self.child.wait().expect("it ends").code()
    }
}

fn send(signal: &str, process: u32) {
    let sent = Command::new("sh").args(["-c", &format!("kill -{signal} {process}")]).status();
    assert!(sent.expect("a shell").success());
}

/// Waits until a member's run has come to an epoch, by its own folder.
fn wait_for(home: &Path, member: usize, epochs: u32) -> ExperimentView {
    loop {
        let view = view(home);
        let there = &view.members[member];
        assert!(there.state != MemberState::Finished, "it was quicker than this test: {:?}", there.run);
        if there.state == MemberState::Training && there.run.as_ref().is_some_and(|run| run.epochs_done >= epochs) {
            return view;
        }
        std::thread::yield_now();
    }
}

#[test]
fn several_at_a_time_have_the_bits_of_one_after_another() {
    let (one, two) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
    let begin = |home: &Path, more: &[&str]| {
        let (status, out, err) = call(
            home,
            &[&["experiment", "seeds", "--seeds", "3", "--set", "train.steps_per_epoch=3"], &SMALL[..], more].concat(),
        );
        assert_eq!(status, 0, "{out}{err}");
        out
    };
    begin(one.path(), &[]);
    let out = begin(two.path(), &["--jobs", "2"]);
    assert!(weights(one.path()) == weights(two.path()), "the same bits");
    let begun = out.lines().filter(|line| line.contains("\"state\":\"training\"")).count();
    let ended = out.lines().filter(|line| line.contains("\"state\":\"finished\"")).count();
    assert_eq!((begun, ended), (3, 3), "{out}");
    // How many threads there were is nothing that tells them apart.
    assert!(view(two.path()).members.iter().all(|member| member.run.as_ref().is_some_and(|run| run.asked.threads.is_none())));
    let (status, out, err) = call(two.path(), &["experiment", "run", "last", "--jobs", "2", "--json"]);
    assert!(status == 0 && !out.contains("\"state\":\"training\""), "nothing is left: {out}{err}");
    let (status, _, err) = call(two.path(), &["experiment", "run", "last", "--jobs", "2", "--only", "1"]);
    assert!(status == 2 && err.contains("--only"), "{err}");
}

#[test]
fn one_that_crashes_takes_no_other_with_it_and_all_pause_when_asked() {
    let (home, plain) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
    let (home, plain) = (home.path(), plain.path());
    let asked = ["experiment", "seeds", "--seeds", "3"];
    let long = ["--set", "train.steps_per_epoch=100", "--set", "train.epochs=10", "--no-run"];
    for place in [home, plain] {
        let (status, _, err) = call(place, &[&asked[..], &SMALL, &long].concat());
        assert_eq!(status, 0, "{err}");
    }
    // Asked to end, all save themselves.
    let at_work = AtWork::start(home, &["run", "last", "--jobs", "2", "--json"]);
    wait_for(home, 0, 1);
    wait_for(home, 1, 1);
    send("TERM", at_work.child.id());
    assert_eq!(at_work.end(), Some(1));
    let states: Vec<MemberState> = view(home).members.into_iter().map(|member| member.state).collect();
    assert_eq!(states, [MemberState::Paused, MemberState::Paused, MemberState::Waiting]);
    // One is killed; the others are trained, and what is left is said.
    // An epoch that it has not come from: who holds the member has said so by then.
    let next = || view(home).members[0].run.as_ref().map_or(0, |run| run.epochs_done) + 1;
    let further = next();
    let at_work = AtWork::start(home, &["run", "last", "--jobs", "2", "--json"]);
    let owner = wait_for(home, 0, further).members[0].owner.clone().expect("somebody trains it");
    assert_ne!(owner.process, at_work.child.id());
    send("KILL", owner.process);
    assert_eq!(at_work.end(), Some(1));
    let states: Vec<MemberState> = view(home).members.into_iter().map(|member| member.state).collect();
    assert_eq!(states, [MemberState::Paused, MemberState::Finished, MemberState::Finished]);
    // The parent is killed: what it began saves itself.
    let further = next();
    let mut at_work = AtWork::start(home, &["run", "last", "--jobs", "1", "--json"]);
    wait_for(home, 0, further);
    at_work.child.kill().expect("killed");
    at_work.end();
    while view(home).members[0].state == MemberState::Training {
        std::thread::yield_now();
    }
    let (status, out, err) = call(home, &["experiment", "run", "last"]);
    assert_eq!(status, 0, "{out}{err}");
    let (status, out, err) = call(plain, &["experiment", "run", "last", "--threads", "1"]);
    assert_eq!(status, 0, "{out}{err}");
    assert!(weights(home) == weights(plain), "the same bits");
}

#[test]
fn a_run_that_is_begun_by_another_program_ends_with_it() {
    let home = tempfile::tempdir().expect("a folder");
    let home = home.path();
    let long = ["--set", "train.steps_per_epoch=200", "--no-run"];
    let (status, _, err) = call(home, &[&["experiment", "seeds", "--seeds", "2"], &SMALL[..], &long].concat());
    assert_eq!(status, 0, "{err}");
    let mut at_work = AtWork::start(home, &["run", "last", "--only", "2", "--while-input", "--json"]);
    at_work.until("\"event\":\"trains_on\"");
    drop(at_work.child.stdin.take());
    assert_eq!(at_work.end(), Some(1));
    assert_eq!(view(home).members[1].state, MemberState::Paused);
    let (_, out, _) = call(home, &["help", "experiment"]);
    assert!(!out.contains("while-input"));
}

#[test]
fn members_are_added_put_first_and_stopped_on_the_command_line() {
    let home = tempfile::tempdir().expect("a folder");
    let home = home.path();
    let draw = ["experiment", "search", "--runs", "4", "--vary", "train.optimizer.learning_rate=0.001..0.1:log"];
    let (status, _, err) = call(home, &[&draw[..], &SMALL, &["--halving", "2", "--no-run"]].concat());
    assert_eq!(status, 0, "{err}");
    assert_eq!(view(home).experiment.halving.map(|halving| halving.rungs), Some(vec![1, 3]));
    let (status, out, err) = call(home, &["experiment", "add", "last", "--runs", "2"]);
    assert!(status == 0 && out.contains("2\u{a0}runs added"), "{out}{err}");
    assert_eq!(view(home).members.len(), 6);
    let (status, out, err) = call(home, &["experiment", "first", "last", "5", "2"]);
    assert!(status == 0 && out.contains("comes first"), "{out}{err}");
    let experiments = ExperimentStore::new(&RunStore::at(home));
    assert_eq!(experiments.order(&view(home).experiment), [4, 1, 0, 2, 3, 5]);
    let (status, out, err) = call(home, &["experiment", "stop", "last", "3", "4"]);
    assert!(status == 0 && out.lines().count() == 2 && out.contains("stopped"), "{out}{err}");
    let (status, _, err) = call(home, &["experiment", "stop", "last", "4", "--undo"]);
    assert_eq!(status, 0, "{err}");
    let stopped: Vec<usize> = (0..6).filter(|member| view(home).members[*member].state == MemberState::Stopped).collect();
    assert_eq!(stopped, [2]);
    let (status, _, err) = call(home, &["experiment", "first", "last", "7"]);
    assert!(status == 1 && err.contains("no run 7"), "{err}");
    let (status, _, err) = call(home, &["experiment", "add", "last"]);
    assert!(status == 2 && err.contains("--seeds"), "{err}");
    let (status, out, _) = call(home, &["experiment", "pause", "last"]);
    assert!(status == 0 && out.contains("cancelled"), "{out}");
    for command in ["show", "list"] {
        let arguments = [&["experiment", command][..], if command == "show" { &["last"] } else { &[] }].concat();
        let (_, out, _) = call(home, &arguments);
        assert!(out.contains("cancelled"), "{out}");
    }
    // One that is stopped is not trained, which is said; a cluster's task of it has not failed.
    let (status, out, err) = call(home, &["experiment", "run", "last", "--only", "3"]);
    assert!(status == 0 && out.contains("run 3 is stopped"), "{out}{err}");
}

/// The name of an experiment says how many seeds it has now, and no option is taken that does nothing.
#[test]
fn seeds_that_are_added_are_counted_and_options_without_effect_are_refused() {
    let home = tempfile::tempdir().expect("a folder");
    let home = home.path();
    let (status, _, err) = call(home, &[&["experiment", "seeds", "--seeds", "3"], &SMALL[..], &["--no-run"]].concat());
    assert_eq!(status, 0, "{err}");
    assert!(view(home).experiment.name.en.ends_with("3\u{a0}seeds"));
    let (status, _, err) = call(home, &["experiment", "add", "last", "--seeds", "2"]);
    assert_eq!(status, 0, "{err}");
    let name = view(home).experiment.name;
    assert!(name.en.ends_with("5\u{a0}seeds") && name.fr.ends_with("5\u{a0}graines"), "{name:?}");
    for (arguments, option) in [
        (&["submit", "last", "--on", "ray", "--partition", "long"][..], "--partition"),
        (&["submit", "last", "--on", "slurm", "--gpus", "1"], "--gpus"),
        (&["compare", "quick", "notebook", "--preset", "recommended", "--sample", "--no-run"], "--preset"),
    ] {
        let (status, _, err) = call(home, &[&["experiment"], arguments].concat());
        assert!(status == 1 && err.contains(&format!("{option} has no effect")), "{err}");
    }
}

#[test]
fn a_job_of_ray_trains_what_is_missing() {
    let folder = tempfile::tempdir().expect("a folder");
    let home = folder.path().join("it's home");
    let bin = folder.path().join("bin");
    fs::create_dir_all(&bin).expect("made");
    let script = "#!/bin/sh
echo \"$@\" >> \"$(dirname \"$0\")/asked\"
case \"$2\" in
  status) shift $(($# - 1)); echo \"Status for job '$1': RUNNING\"; echo 'Status message: it runs' ;;
  submit) echo 'Job submitted' ;;
esac
";
    let ray = bin.join("ray");
    fs::write(&ray, script).expect("written");
    fs::set_permissions(&ray, fs::Permissions::from_mode(0o755)).expect("may be run");
    let path = format!("{}:{}", bin.display(), std::env::var("PATH").unwrap_or_default());
    let ask = |path: &str, arguments: &[&str]| {
        let mut command = support::program(&home);
        support::outcome(command.env("PATH", path).args(["--lang", "en", "experiment"]).args(arguments))
    };
    let small = ["--set", "train.steps_per_epoch=2", "--no-run"];
    let (status, _, err) = ask(&path, &[&["seeds", "--seeds", "2"], &SMALL[..], &small].concat());
    assert_eq!(status, 0, "{err}");
    let (status, _, err) = ask("/nowhere", &["submit", "last", "--on", "ray"]);
    assert!(status == 1 && err.contains("The command ray is not on this machine"), "{err}");
    let address = "http://head:8265";
    let (status, out, err) = ask(&path, &["submit", "last", "--on", "ray", "--address", address, "--gpus", "1"]);
    assert!(status == 0 && out.contains("Ray’s job trombine-") && out.contains("2\u{a0}tasks"), "{out}{err}");
    let asked = || fs::read_to_string(bin.join("asked")).expect("asked");
    let script: PathBuf = asked().lines().last().and_then(|line| line.split_once("python3 ")).expect("a script").1.into();
    assert!(asked().contains(&format!("job submit --address {address} --submission-id trombine-")), "{}", asked());
    let text = fs::read_to_string(&script).expect("a script");
    assert!(text.contains("num_cpus=CPUS, num_gpus=1") && text.contains("\nCPUS = 1\n") && !text.contains('\u{a0}'), "{text}");
    let (_, out, _) = ask(&path, &["show", "last"]);
    assert!(out.contains("\nRay RUNNING trombine-"), "{out}");
    let (_, out, _) = ask(&path, &["show", "last", "--json"]);
    let shown: serde_json::Value = serde_json::from_str(&out).expect("JSON");
    assert_eq!((&shown["ray"]["state"], &shown["members"][1]["open"]), (&"RUNNING".into(), &true.into()));

    // The script with a Ray that does at once what it is asked.
    let Some(python) = support::python("json") else { return support::skip("python", "no Python") };
    let library = "
class exceptions:
    class RayError(Exception): pass
def init(): pass
def get(task): return task()
def remote(**options):
    def wrap(function):
        function.remote = lambda *arguments: lambda: function(*arguments)
        return function
    return wrap
";
    fs::write(folder.path().join("ray.py"), library).expect("written");
    let run = || support::outcome(Command::new(&python).arg(&script).env("PYTHONPATH", folder.path()));
    let (status, out, err) = run();
    assert!(status == 0 && out.contains("run 1: finished") && out.contains("run 2: finished"), "{out}{err}");
    assert!(weights(&home).len() == 2);
    let (status, _, err) = ask(&path, &["submit", "last", "--on", "ray"]);
    assert!(status == 1 && err.contains("are finished"), "{err}");
    let (status, _, err) = ask(&path, &["cancel", "last"]);
    assert!(status == 0 && asked().contains(&format!("job stop --address {address} --no-wait trombine-")), "{err}{}", asked());
}
