//! A training on the command line that is asked to end saves itself, says how it goes on, and goes on elsewhere, too.
#![cfg(unix)]

use std::{
    io::{BufRead as _, BufReader, Read as _},
    process::{Command, Stdio},
};

use trombine::run::{RunStatus, RunStore};

use crate::{cli::call, support};

#[test]
fn a_training_that_is_asked_to_end_is_paused() {
    let (home, other) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
    let mut command = support::program(home.path());
    command.args(["--lang", "en", "train", "--sample", "--device", "cpu", "--threads", "1"]);
    for set in ["augment.crop=48", "model.filters=8", "model.dense=4", "train.steps_per_epoch=20", "train.batch_size=4"] {
        command.args(["--set", set]);
    }
    // Longer than anybody waits.
    command.args(["--epochs", "500", "--set", "train.callbacks.early_stopping=false"]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it starts");
    let mut lines = BufReader::new(child.stdout.take().expect("piped")).lines();
    assert!(lines.by_ref().any(|line| line.expect("UTF-8").starts_with("epoch 1/500")), "an epoch");
    let sent = Command::new("sh").args(["-c", &format!("kill -TERM {}", child.id())]).status();
    assert!(sent.expect("a shell").success());
    lines.for_each(drop);
    let mut told = String::new();
    child.stderr.take().expect("piped").read_to_string(&mut told).expect("UTF-8");
    assert_eq!(child.wait().expect("it ends").code(), Some(1), "{told}");
    let run = RunStore::at(home.path()).find("last").expect("a run");
    assert_eq!(run.info.status, RunStatus::Paused);
    assert!(told.contains(&format!("Paused. `trombine resume {}` goes on", run.info.id)), "{told}");
    // Taken to another machine it is as far, and can go on there.
    let (status, out, err) = call(other.path(), &["import", run.folder.to_str().expect("UTF-8")]);
    assert!(status == 0 && out.contains("not finished"), "{out}{err}");
    let taken = RunStore::at(other.path()).find("last").expect("the run");
    assert_eq!((taken.info.epochs_done, taken.info.stored.checkpoint), (run.info.epochs_done, true));
}
