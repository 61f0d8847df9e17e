//! Two programs at once, as processes of their own: nothing is lost or mixed, and who comes second is told so.
//!
//! They are made to meet: a process is stopped (`SIGSTOP`) where another is to find it, or both begin when a file is there.
#![cfg(unix)]

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use trombine::{
    data::{
        edits::{Change, Edits},
        sample::Source,
    },
    files::{AppDirs, lock::Lock},
    history::EpochRecord,
    model::Weights,
    run::{Run, RunStatus, RunStore},
};

use crate::{
    kills::agrees,
    picture_folder::{Folder, encode, picture, utkface_name},
    resume::Program,
    support, training,
};

const SETTINGS: [&str; 7] = [
    "augment.crop=48",
    "model.filters=8",
    "model.dense=4",
    "train.epochs=3",
    "train.batch_size=8",
    "train.steps_per_epoch=2",
    "train.callbacks.checkpoint_every=1",
];

/// How a small training on `data` is asked for.
fn train(data: &Folder) -> Vec<String> {
    let fixed = ["train", "--threads", "1", "--device", "cpu", "--data"].map(str::to_owned);
    let fixed = fixed.into_iter().chain([data.root().display().to_string()]);
    fixed.chain(SETTINGS.iter().flat_map(|setting| ["--set".to_owned(), (*setting).to_owned()])).collect()
}

fn start(home: &Path, arguments: &[String]) -> Program {
    Program::start(home, &arguments.iter().map(String::as_str).collect::<Vec<_>>())
}

/// What it ended with, but for what a clock decides.
fn result(run: &Run) -> (Weights, Vec<EpochRecord>) {
    let timeless = |record: &EpochRecord| EpochRecord { seconds: 0.0, pictures_per_second: 0.0, ..*record };
    (run.weights().expect("weights").0, run.history().iter().map(timeless).collect())
}

/// Waits for what another process does; a minute is as good as never.
fn until(what: &str, mut there: impl FnMut() -> bool) {
    let end = Instant::now() + Duration::from_secs(60);
    while !there() {
        assert!(Instant::now() < end, "{what} never comes");
        thread::yield_now();
    }
}

/// What `arguments` end with beside the other: status, and what is printed and said.
fn second(home: &Path, arguments: &[&str]) -> (i32, String, String) {
    support::outcome(support::program(home).args(["--lang", "en"]).args(arguments))
}

#[test]
fn of_two_trainings_into_one_folder_one_is_told() {
    let (home, data) = (tempfile::tempdir().unwrap(), Folder::utkface(30));
    let out = home.path().join("out");
    let arguments = [train(&data), vec!["--out".to_owned(), out.display().to_string()]].concat();
    let first = start(home.path(), &arguments);
    until("the run", || out.join("run.json").exists());
    first.signal("STOP");
    let (status, _, said) = second(home.path(), &arguments.iter().map(String::as_str).collect::<Vec<_>>());
    assert_eq!(status, 1, "{said}");
    let told = format!("{} lies in the folder of a run, which holds nothing else", out.display());
    assert!(said.contains(&told), "{said}");
    first.signal("CONT");
    first.finish();
    let run = Run::open(&out).unwrap();
    agrees(&run, "the first");
    assert_eq!((run.info.status, run.info.epochs_done), (RunStatus::Finished, 3));
}

/// All begin at the same moment: of several that see each other none may go on, but never two do.
#[test]
fn of_many_trainings_into_one_folder_at_most_one_goes_on() {
    let (home, data) = (tempfile::tempdir().unwrap(), Folder::utkface(30));
    let out = home.path().join("out");
    let arguments = [train(&data), vec!["--out".to_owned(), out.display().to_string()]].concat();
    let spawn = |_| {
        let mut command = support::program(home.path());
        command.args(["--lang", "en"]).args(&arguments).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap()
    };
    let all: Vec<Child> = (0..4).map(spawn).collect();
    let mut done = 0;
    for child in all {
        let output = child.wait_with_output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        let out = out.display();
        let told = [
            format!("{out} lies in the folder of a run, which holds nothing else"),
            format!("{out} is not empty"),
            format!("Another window or command writes into {out}"),
        ];
        match output.status.code() {
            Some(0) => done += 1,
            code => assert!(code == Some(1) && told.iter().any(|sentence| said.contains(sentence)), "{code:?}: {said}"),
        }
    }
    assert!(done <= 1, "{done} trained into one folder");
    if done == 1 {
        let run = Run::open(&out).unwrap();
        agrees(&run, "the one");
        assert_eq!(run.info.status, RunStatus::Finished);
    }
}

/// Wherever a training is stopped: others may look at its run and name it, and not take it.
#[test]
fn a_run_in_training_is_seen_and_named_and_not_taken() {
    let (whole, data) = (tempfile::tempdir().unwrap(), Folder::utkface(30));
    let lines = start(whole.path(), &train(&data)).finish();
    let expected = result(&RunStore::at(whole.path()).find("last").unwrap());
    for before in [lines / 3, lines / 2, lines * 2 / 3] {
        let home = tempfile::tempdir().unwrap();
        let store = RunStore::at(home.path());
        let mut program = start(home.path(), &train(&data));
        until("the run", || !store.list().0.is_empty());
        (0..before).for_each(|_| drop(program.line()));
        program.signal("STOP");
        let case = format!("stopped after {before} of {lines} lines");
        let mut run = store.find("last").unwrap();
        agrees(&run, &case);
        if run.info.status == RunStatus::Training {
            let taken = format!("The run {} is being trained by another window or command", run.info.id);
            assert_eq!(store.delete(&run.info.id).unwrap_err().what.en, taken, "{case}");
            let (status, _, said) = second(home.path(), &["resume", "last"]);
            assert!(status == 1 && said.contains(&taken), "{case}: {said}");
        }
        // Stopped within its own change of the description it keeps others waiting; it goes on before they give up.
        let named = thread::scope(|scope| {
            let naming = scope.spawn(|| run.update(|info| info.rename("mine".to_owned())));
            program.signal("CONT");
            naming.join().unwrap()
        });
        named.unwrap_or_else(|problem| panic!("{case}: {problem}"));
        program.finish();
        let run = store.find("last").unwrap();
        agrees(&run, &case);
        assert_eq!((run.info.name.as_str(), run.info.status), ("mine", RunStatus::Finished), "{case}");
        assert!(result(&run) == expected, "{case}: it ended otherwise");
        store.delete(&run.info.id).unwrap();
        store.restore(&run.info.id).unwrap();
    }
}

/// Whoever looks whether a lock is held takes it for an instant: nobody is turned away for that.
#[test]
fn a_look_at_a_lock_turns_nobody_away() {
    let place = tempfile::tempdir().unwrap();
    let path = place.path().join("lock");
    let done = std::sync::atomic::AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            while !done.load(std::sync::atomic::Ordering::Relaxed) {
                Lock::is_held(&path);
            }
        });
        for _ in 0..500 {
            assert!(Lock::take(&path).unwrap().is_some());
        }
        done.store(true, std::sync::atomic::Ordering::Relaxed);
    });
    let held = Lock::take(&path).unwrap();
    assert!(held.is_some() && Lock::take(&path).unwrap().is_none(), "one that is held is");
}

/// The first is stopped while it fills the cache; the second finds it so, and both end with the same.
#[test]
fn two_scans_of_one_folder_end_with_the_same() {
    let folder = Folder::new();
    for number in 0..80 {
        folder.write(&utkface_name(number), &encode(&picture(number as u32, 300, 300).into(), image::ImageFormat::Jpeg));
    }
    let root = folder.root();
    let arguments = ["check", root.to_str().unwrap(), "--json"];
    let unfinished = |cache: &Path| {
        let names = fs::read_dir(cache).into_iter().flatten().flatten();
        names.filter(|entry| entry.file_name().to_string_lossy().ends_with(".part")).count()
    };
    let mut met = false;
    // A fast machine may have filled it before anybody looks.
    for round in 0..20 {
        let home = folder.beside(&format!("home{round}"));
        let cache = AppDirs::at(home.clone()).cache;
        let mut command = support::program(&home);
        let mut first =
            command.args(["--lang", "en"]).args(arguments).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let signal = |signal: &str, pid: u32| {
            let sent = Command::new("sh").args(["-c", &format!("kill -{signal} {pid}")]).status();
            assert!(sent.unwrap().success());
        };
        until("its file", || unfinished(&cache) > 0 || first.try_wait().unwrap().is_some());
        let stopped = first.try_wait().unwrap().is_none();
        if stopped {
            signal("STOP", first.id());
        }
        met |= unfinished(&cache) > 0;
        let (status, printed, said) = second(&home, &arguments);
        if stopped {
            signal("CONT", first.id());
        }
        let output = first.wait_with_output().unwrap();
        assert_eq!((status, output.status.code()), (0, Some(0)), "{said}");
        assert_eq!(printed, String::from_utf8(output.stdout).unwrap());
        let names: Vec<_> = fs::read_dir(&cache).unwrap().flatten().map(|entry| entry.file_name()).collect();
        assert!(names.len() == 1 && unfinished(&cache) == 0, "{names:?}");
        let (status, again, _) = second(&home, &arguments);
        assert_eq!((status, again), (0, printed), "what is kept is whole");
        if met {
            break;
        }
    }
    assert!(met, "they never met");
}

const ROLE: &str = "TROMBINE_TEST_ROLE";
const PLACE: &str = "TROMBINE_TEST_PLACE";
/// Changes that each of two programs makes.
const CHANGES: usize = 60;

/// This test as a program of its own, which begins when the file `go` is there.
fn program(role: &str, place: &Path) -> Child {
    let mut command = Command::new(env::current_exe().unwrap());
    command.args(["two_programs::one_of_two", "--exact", "--test-threads=1"]).env(ROLE, role).env(PLACE, place);
    command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

/// Two programs that both begin once they are there.
fn both(roles: [&str; 2], place: &Path) {
    let programs = roles.map(|role| program(role, place));
    until("both", || roles.iter().all(|role| place.join(role).exists()));
    fs::write(place.join("go"), "").unwrap();
    for child in programs {
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    }
}

fn source() -> Source {
    Source::Folder("/pictures".into())
}

fn edited(place: &Path, role: &str) {
    let places = AppDirs::at(place.join("home"));
    let mut sent = Edits::default();
    for number in 0..CHANGES {
        let before = sent.clone();
        sent.change(Path::new(&format!("{role} {number}.jpg")), &Change::LeaveOut);
        let (all, differing) = sent.save_changes(&before, &places, &source()).unwrap();
        assert_eq!(differing, 0);
        assert!(sent.iter().all(|(file, edit)| all.get(Path::new(file)) == Some(edit)), "one's own are lost");
    }
}

fn described(place: &Path, role: &str) {
    let mut run = RunStore::at(place).find("last").unwrap();
    for number in 0..CHANGES {
        run.update(|info| {
            // Each changes a field of its own, which nobody else does.
            if role == "naming" {
                assert_eq!(info.name, if number == 0 { info.name.clone() } else { format!("name {}", number - 1) });
                info.rename(format!("name {number}"));
            } else {
                assert_eq!(info.epochs_done, number as u32);
                info.epochs_done += 1;
            }
        })
        .unwrap();
    }
}

/// Does nothing, unless it is started as one of two programs.
#[test]
fn one_of_two() {
    let (Ok(role), Some(place)) = (env::var(ROLE), env::var_os(PLACE).map(PathBuf::from)) else { return };
    fs::write(place.join(&role), "").unwrap();
    until("the sign to begin", || place.join("go").exists());
    match role.as_str() {
        "one" | "other" => edited(&place, &role),
        _ => described(&place, &role),
    }
}

#[test]
fn edits_of_two_programs_are_all_kept() {
    let place = tempfile::tempdir().unwrap();
    both(["one", "other"], place.path());
    let all = Edits::load(&AppDirs::at(place.path().join("home")), &source()).unwrap();
    assert_eq!(all.len(), 2 * CHANGES);
}

#[test]
fn changes_of_a_runs_description_by_two_programs_are_all_kept() {
    let place = tempfile::tempdir().unwrap();
    let plan = training::plan(&training::settings());
    RunStore::at(place.path()).create(&plan).unwrap();
    both(["naming", "counting"], place.path());
    let info = RunStore::at(place.path()).find("last").unwrap().info;
    assert_eq!((info.name, info.epochs_done), (format!("name {}", CHANGES - 1), CHANGES as u32));
}
