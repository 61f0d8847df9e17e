//! Writes what the window remembers as it changes, on threads of its own: whatever ends the program, at most the last moment is
//! lost.

use std::{
    path::{Path, PathBuf},
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, TrySendError, bounded};

use super::{App, Preferences, walls};
use crate::{
    problem::Problem,
    ui::page::data::{State, remembered::Walls},
};

/// Changes that follow each other this closely, as of a slider, are written once.
const REST: Duration = Duration::from_millis(250);
/// Nothing waits longer.
const LONGEST: Duration = Duration::from_millis(750);

/// What is kept in a file of its own.
trait Kept: Clone + PartialEq + Send + 'static {
    /// Keeps it in the folder `home`.
    fn save(&self, home: &Path) -> Result<(), Problem>;
}

impl Kept for Preferences {
    fn save(&self, home: &Path) -> Result<(), Problem> {
        self.save(home)
    }
}

impl Kept for Walls {
    fn save(&self, home: &Path) -> Result<(), Problem> {
        walls::save(self, home)
    }
}

impl App {
    /// Writes the preferences below `home` as they change, and what is remembered of each data set's wall, which comes from there.
    pub fn keep_preferences(&mut self, home: &Path) {
        self.memory.data = State::with_walls(walls::load(home));
        self.keepers = Some(Keepers::at(home, &self.preferences, self.memory.data.walls()));
    }
}

/// Keeps all that the window remembers.
pub(super) struct Keepers {
    preferences: Option<Keeper<Preferences>>,
    walls: Option<Keeper<Walls>>,
}

impl Keepers {
    /// Keeps what changes from `preferences` and `walls` on in the folder `home`; nothing on a system without threads.
    pub(super) fn at(home: &Path, preferences: &Preferences, walls: &Walls) -> Self {
        Self { preferences: Keeper::at(home.to_owned(), preferences), walls: Keeper::at(home.to_owned(), walls) }
    }

    /// Hands over what has changed; never waits.
    pub(super) fn keep(&mut self, preferences: &Preferences, walls: &Walls) {
        if let Some(keeper) = &mut self.preferences {
            keeper.keep(preferences);
        }
        if let Some(keeper) = &mut self.walls {
            keeper.keep(walls);
        }
    }

    /// Why something could not be written, once.
    pub(super) fn trouble(&self) -> Option<Problem> {
        let preferences = self.preferences.as_ref().and_then(Keeper::trouble);
        preferences.or_else(|| self.walls.as_ref().and_then(Keeper::trouble))
    }
}

/// Keeps one of them.
struct Keeper<T> {
    /// What was handed over last.
    handed: T,
    send: Option<Sender<T>>,
    /// The other end, to take out what the thread has not taken yet.
    waiting: Receiver<T>,
    thread: Option<JoinHandle<()>>,
    trouble: Receiver<Problem>,
}

impl<T: Kept> Keeper<T> {
    fn at(home: PathBuf, now: &T) -> Option<Self> {
        // Only the newest is of interest.
        let (send, changes) = bounded(1);
        let waiting = changes.clone();
        let (tell, trouble) = bounded(1);
        let thread = thread::Builder::new().name("preferences".to_owned()).spawn(move || keep(&home, &changes, &tell)).ok()?;
        Some(Self { handed: now.clone(), send: Some(send), waiting, thread: Some(thread), trouble })
    }

    /// Hands over `now` if it has changed, in place of what was not taken yet; never waits.
    fn keep(&mut self, now: &T) {
        let Some(send) = self.send.as_ref().filter(|_| *now != self.handed) else { return };
        self.handed = now.clone();
        if let Err(TrySendError::Full(now)) = send.try_send(now.clone()) {
            // Nobody else sends, so there is room now.
            let _ = self.waiting.try_recv();
            let _ = send.try_send(now);
        }
    }

    fn trouble(&self) -> Option<Problem> {
        self.trouble.try_recv().ok()
    }
}

impl<T> Drop for Keeper<T> {
    /// Waits until the last is written.
    fn drop(&mut self) {
        self.send = None;
        self.thread.take().map(JoinHandle::join);
    }
}

fn keep<T: Kept>(home: &Path, changes: &Receiver<T>, tell: &Sender<Problem>) {
    while let Ok(mut now) = changes.recv() {
        let first = Instant::now();
        while first.elapsed() < LONGEST {
            match changes.recv_timeout(REST) {
                Ok(newer) => now = newer,
                Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => break,
            }
        }
        if let Err(problem) = now.save(home) {
            // One that was not heard yet says enough.
            let _ = tell.try_send(problem);
        }
    }
}
