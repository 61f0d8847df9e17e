//! Writes the preferences as they change, on a thread of its own: whatever ends the program, at most the last moment is
//! lost.

use std::{
    path::PathBuf,
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, bounded, unbounded};

use super::Preferences;
use crate::{files::atomic, problem::Problem};

/// Changes that follow each other this closely, as of a slider, are written once.
const REST: Duration = Duration::from_millis(250);
/// Nothing waits longer.
const LONGEST: Duration = Duration::from_millis(750);

/// Keeps the preferences in a file.
pub(super) struct PreferencesWriter {
    /// What was handed over last.
    handed: Preferences,
    send: Option<Sender<Preferences>>,
    thread: Option<JoinHandle<()>>,
    trouble: Receiver<Problem>,
}

impl PreferencesWriter {
    /// Keeps what changes from `now` on in `file`; nothing on a system without threads.
    pub(super) fn at(file: PathBuf, now: &Preferences) -> Option<Self> {
        let (send, changes) = unbounded();
        let (tell, trouble) = bounded(1);
        let thread = thread::Builder::new().name("preferences".to_owned()).spawn(move || keep(&file, &changes, &tell)).ok()?;
        Some(Self { handed: now.clone(), send: Some(send), thread: Some(thread), trouble })
    }

    /// Hands over `now` if it has changed; never waits.
    pub(super) fn keep(&mut self, now: &Preferences) {
        if *now != self.handed {
            self.handed = now.clone();
            // Its thread ends with this end of the channel.
            let _ = self.send.as_ref().map(|send| send.send(now.clone()));
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

fn keep(file: &std::path::Path, changes: &Receiver<Preferences>, tell: &Sender<Problem>) {
    while let Ok(mut now) = changes.recv() {
        let first = Instant::now();
        while first.elapsed() < LONGEST {
            match changes.recv_timeout(REST) {
                Ok(newer) => now = newer,
                Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => break,
            }
        }
        let folder = file
            .parent()
            .map_or(Ok(()), |folder| std::fs::create_dir_all(folder).map_err(|error| Problem::writing(folder, &error)));
        if let Err(problem) = folder.and_then(|()| atomic::write_json(file, &now)) {
            // One that was not heard yet says enough.
            let _ = tell.try_send(problem);
        }
    }
}
