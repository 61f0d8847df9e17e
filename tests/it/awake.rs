//! The machine is kept awake while it trains, and no longer.

use std::process::Command;

use trombine::{
    history::BatchRecord,
    train::event::TrainEvent,
    worker::awake::{AFTER, Awake},
};

fn batch(elapsed: f64) -> TrainEvent {
    TrainEvent::Batch(BatchRecord { elapsed, ..BatchRecord::default() })
}

#[cfg(target_os = "linux")]
#[test]
fn it_asks_late_lets_go_in_a_pause_and_leaves_nothing_behind() {
    let mut awake = Awake::with(|| Some(Command::new("cat")));
    awake.hear(&batch(AFTER - 1.0));
    assert_eq!(awake.process(), None);
    awake.hear(&batch(AFTER));
    let process = |awake: &Awake| std::path::PathBuf::from(format!("/proc/{}", awake.process().expect("every Linux has cat")));
    let first = process(&awake);
    assert!(first.exists());
    awake.hear(&batch(AFTER + 1.0));
    assert_eq!(process(&awake), first, "it is asked once");
    awake.hear(&TrainEvent::Paused);
    assert!(awake.process().is_none() && !first.exists());
    awake.hear(&batch(AFTER + 2.0));
    let second = process(&awake);
    assert!(second.exists());
    drop(awake);
    assert!(!second.exists());
}

#[test]
fn a_program_that_is_not_there_is_asked_in_vain() {
    let mut awake = Awake::with(|| Some(Command::new("/nowhere/at/all")));
    awake.hear(&batch(AFTER));
    assert_eq!(awake.process(), None);
}
