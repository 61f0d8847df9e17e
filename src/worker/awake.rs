//! Keeps the machine from falling asleep while it trains. Where the system does not take the wish, it does as it is set.

use std::{any::Any, thread};

use crossbeam_channel::{Sender, bounded};
use tracing::info;

use crate::train::event::TrainEvent;

/// Seconds of training before the system is asked: no machine falls asleep sooner, and short trainings are left in peace.
pub const AFTER: f64 = 30.0;

/// Holds the machine awake from [`AFTER`] on, except while the training is paused.
pub struct Awake {
    /// Asks the system, which holds until the result is dropped.
    ask: fn() -> Option<Box<dyn Any>>,
    /// Ends the thread that holds what was given: Windows counts by threads, and a system that does not answer keeps no
    /// training waiting.
    held: Option<Sender<()>>,
}

impl Default for Awake {
    fn default() -> Self {
        Self::with(ask)
    }
}

impl Awake {
    /// Asking another than the system.
    pub fn with(ask: fn() -> Option<Box<dyn Any>>) -> Self {
        Self { ask, held: None }
    }

    /// Takes in what a training tells.
    pub fn hear(&mut self, event: &TrainEvent) {
        match event {
            TrainEvent::Batch(record) if record.elapsed >= AFTER && self.held.is_none() => {
                let (held, released) = bounded(0);
                let ask = self.ask;
                let hold = move || {
                    let _awake = ask();
                    // Nothing is sent: it ends with the other side.
                    let _ = released.recv();
                };
                // Without a further thread the machine does as it is set, too.
                let _ = thread::Builder::new().name("awake".to_owned()).spawn(hold);
                self.held = Some(held);
            }
            TrainEvent::Paused | TrainEvent::Stopped { .. } => self.held = None,
            _ => {}
        }
    }
}

fn ask() -> Option<Box<dyn Any>> {
    let mut wish = keepawake::Builder::default();
    // On Windows `sleep` would mean away mode, which laptops do not have.
    wish.idle(true).sleep(cfg!(target_os = "linux")).app_name("Trombine").reason("Training a model");
    let held = wish.app_reverse_domain("io.github.trombine").create();
    held.inspect_err(|error| info!("the machine may fall asleep: {error}")).ok().map(|held| Box::new(held) as Box<dyn Any>)
}
