//! The machine is kept awake while it trains, and no longer.

use std::{
    any::Any,
    sync::{LazyLock, Mutex, PoisonError},
};

use crossbeam_channel::{Receiver, Sender, unbounded};
use trombine::{
    history::BatchRecord,
    train::event::TrainEvent,
    worker::awake::{AFTER, Awake},
};

fn batch(elapsed: f64) -> TrainEvent {
    TrainEvent::Batch(BatchRecord { elapsed, ..BatchRecord::default() })
}

/// What the system was asked, in order: `true` to hold, `false` to let go.
static ASKED: LazyLock<(Sender<bool>, Mutex<Receiver<bool>>)> = LazyLock::new(|| {
    let (tell, told) = unbounded();
    (tell, Mutex::new(told))
});

struct Held;

impl Drop for Held {
    fn drop(&mut self) {
        let _ = ASKED.0.send(false);
    }
}

fn ask() -> Option<Box<dyn Any>> {
    let _ = ASKED.0.send(true);
    Some(Box::new(Held))
}

#[test]
fn it_asks_late_lets_go_in_a_pause_and_leaves_nothing_behind() {
    let told = ASKED.1.lock().unwrap_or_else(PoisonError::into_inner);
    let mut awake = Awake::with(ask);
    awake.hear(&batch(AFTER - 1.0));
    assert!(told.is_empty());
    awake.hear(&batch(AFTER));
    assert_eq!(told.recv(), Ok(true));
    awake.hear(&batch(AFTER + 1.0));
    awake.hear(&TrainEvent::Paused);
    assert_eq!(told.recv(), Ok(false), "it was asked once");
    awake.hear(&batch(AFTER + 2.0));
    assert_eq!(told.recv(), Ok(true));
    drop(awake);
    assert_eq!(told.recv(), Ok(false));
    assert!(told.is_empty());
}

#[test]
fn a_system_that_does_not_take_it_or_never_answers_keeps_no_training_waiting() {
    for ask in [
        || None,
        || loop {
            std::thread::park();
        },
    ] as [fn() -> Option<Box<dyn Any>>; 2]
    {
        let mut awake = Awake::with(ask);
        awake.hear(&batch(AFTER));
        awake.hear(&TrainEvent::Paused);
    }
}
