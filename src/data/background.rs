//! Work on pictures that may have to wait for a disk, done on a thread of its own: whoever asks for it, the window, goes on.

use std::thread;

use crossbeam_channel::{Receiver, Sender, TrySendError, bounded};

/// How much may be asked for before the first of it is fetched.
const MOST: usize = 32;

type Work = Box<dyn FnOnce() + Send>;

/// Does what it is asked for, one after the other, on a thread that ends with it.
pub struct Background<T> {
    /// To the thread, once there is one.
    work: Option<Sender<Work>>,
    tell: Sender<T>,
    told: Receiver<T>,
    /// What was asked for and not fetched.
    open: usize,
}

impl<T> Default for Background<T> {
    fn default() -> Self {
        // All that may be asked for fits: the thread never waits for whoever asked.
        let (tell, told) = bounded(MOST);
        Self { work: None, tell, told, open: 0 }
    }
}

impl<T: Send + 'static> Background<T> {
    /// Has `make` done, and calls `wake` once there is something to fetch; gives whether there was room for it. Where the
    /// system gives no thread it is done at once.
    pub fn ask(&mut self, make: impl FnOnce() -> T + Send + 'static, wake: impl FnOnce() + Send + 'static) -> bool {
        if self.open == MOST {
            return false;
        }
        self.open += 1;
        let tell = self.tell.clone();
        let work: Work = Box::new(move || {
            // Nobody may be left to fetch it.
            let _ = tell.send(make());
            wake();
        });
        if self.work.is_none() {
            self.work = spawned();
        }
        let left = match &self.work {
            Some(thread) => thread.try_send(work).err().map(TrySendError::into_inner),
            None => Some(work),
        };
        if let Some(work) = left {
            work();
        }
        true
    }

    /// What has been done since the last look; never waits.
    pub fn done(&mut self) -> Vec<T> {
        let done: Vec<T> = self.told.try_iter().collect();
        self.open -= done.len();
        done
    }
}

/// A thread that works as long as the other end is held.
fn spawned() -> Option<Sender<Work>> {
    let (send, receive) = bounded::<Work>(MOST);
    let work = move || receive.into_iter().for_each(|work| work());
    thread::Builder::new().name("pictures".to_owned()).spawn(work).ok().map(|_| send)
}
