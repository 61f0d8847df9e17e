//! What several tests need: extras that may be missing, and a run to export.

use std::{
    fs::OpenOptions,
    io::Write as _,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

/// Whether an extra (`utkface`, `gpu`, `python`, `monkey`, `settings`) must be there: named in `TROMBINE_REQUIRE`, separated by commas.
pub fn required(extra: &str) -> bool {
    std::env::var("TROMBINE_REQUIRE").is_ok_and(|list| list.split(',').any(|item| item.trim() == extra))
}

/// Says why a test does nothing, also in the file that `TROMBINE_SKIPS` names; fails instead if the extra is required.
/// An extra that no machine can be made to have (an instruction set, a user who is not root) is named `machine: …`.
pub fn skip(extra: &str, why: &str) {
    assert!(!required(extra), "{extra} is required, but {why}");
    println!("skipped: {why}");
    if let Some(path) = std::env::var_os("TROMBINE_SKIPS") {
        let test = std::thread::current().name().unwrap_or_default().to_owned();
        let mut file = OpenOptions::new().create(true).append(true).open(path).expect("TROMBINE_SKIPS names a file");
        file.write_all(format!("{extra}: {test}: {why}\n").as_bytes()).expect("a line is written");
    }
}

/// Whether a test that takes long in full is to run in full; if not, it runs shortened, and that is noted like a skip.
pub fn in_full(extra: &str) -> bool {
    required(extra) || {
        skip(extra, "it ran shortened");
        false
    }
}

/// The program, with everything that it keeps below `home`.
pub fn program(home: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_trombine"));
    command.env("TROMBINE_HOME", home);
    command
}

/// Exit status, standard output and standard error of `command`.
pub fn outcome(command: &mut Command) -> (i32, String, String) {
    let output = command.output().expect("it starts");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
    (output.status.code().expect("no signal"), text(output.stdout), text(output.stderr))
}

/// A Python that can import `modules`: `TROMBINE_PYTHON`, or `python3`.
pub fn python(modules: &str) -> Option<PathBuf> {
    let python = std::env::var_os("TROMBINE_PYTHON").map_or_else(|| PathBuf::from("python3"), PathBuf::from);
    let output = Command::new(&python).args(["-c", &format!("import {modules}")]).output();
    output.is_ok_and(|output| output.status.success()).then_some(python)
}

/// Runs a Python script in `folder` and gives what it printed.
pub fn run_python(python: &Path, folder: &Path, script: &str) -> String {
    let output = Command::new(python).args(["-c", script]).current_dir(folder).output().expect("Python starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("UTF-8")
}

/// The folder of real pictures: `TROMBINE_UTKFACE`.
pub fn utkface() -> Option<PathBuf> {
    std::env::var_os("TROMBINE_UTKFACE").map(PathBuf::from).filter(|path| path.is_dir())
}

/// How long this thread has been on a processor, as Linux counts it (to about a millisecond): what others do on a busy
/// machine is not in it. `None` elsewhere.
pub fn thread_time() -> Option<Duration> {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    Some(Duration::from_nanos(text.split_whitespace().next()?.parse().ok()?))
}
