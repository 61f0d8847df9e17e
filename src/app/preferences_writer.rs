//! Writes the preferences as they change, on a thread of its own: whatever ends the program, at most the last moment is
//! lost.

use std::{
    path::{Path, PathBuf},
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, TrySendError, bounded};

use super::Preferences;
use crate::problem::Problem;

/// Changes that follow each other this closely, as of a slider, are written once.
const REST: Duration = Duration::from_millis(250);
/// Nothing waits longer.
const LONGEST: Duration = Duration::from_millis(750);

/// Keeps the preferences in a file.
pub(super) struct PreferencesWriter {
    /// What was handed over last.
    handed: Preferences,
    send: Option<Sender<Preferences>>,
    /// The other end, to take out what the thread has not taken yet.
    waiting: Receiver<Preferences>,
    thread: Option<JoinHandle<()>>,
    trouble: Receiver<Problem>,
}

impl PreferencesWriter {
    /// Keeps what changes from `now` on in the folder `home`; nothing on a system without threads.
    pub(super) fn at(home: PathBuf, now: &Preferences) -> Option<Self> {
        // Only the newest is of interest.
        let (send, changes) = bounded(1);
        let waiting = changes.clone();
        let (tell, trouble) = bounded(1);
        let thread = thread::Builder::new().name("preferences".to_owned()).spawn(move || keep(&home, &changes, &tell)).ok()?;
        Some(Self { handed: now.clone(), send: Some(send), waiting, thread: Some(thread), trouble })
    }

    /// Hands over `now` if it has changed, in place of what was not taken yet; never waits.
    pub(super) fn keep(&mut self, now: &Preferences) {
        let Some(send) = self.send.as_ref().filter(|_| *now != self.handed) else { return };
        self.handed = now.clone();
        if let Err(TrySendError::Full(now)) = send.try_send(now.clone()) {
            // Nobody else sends, so there is room now.
            let _ = self.waiting.try_recv();
            let _ = send.try_send(now);
        }
    }

    /// Why the last could not be written, once.
    pub(super) fn trouble(&self) -> Option<Problem> {
        self.trouble.try_recv().ok()
    }
}

impl Drop for PreferencesWriter {
    /// Waits until the last is written.
    fn drop(&mut self) {
        self.send = None;
        self.thread.take().map(JoinHandle::join);
    }
}

fn keep(home: &Path, changes: &Receiver<Preferences>, tell: &Sender<Problem>) {
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
