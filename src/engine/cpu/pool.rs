//! A small thread pool: `run` shares numbered units of work among its threads and returns when all are done.
//!
//! Units are taken from one counter, so a slow core takes fewer. Nothing that a unit computes may depend on which
//! thread takes it; then neither do the results. Between two jobs a thread spins for some microseconds (a step has
//! about ten jobs) and then sleeps, so a paused run costs nothing.
//!
//! Not rayon, which the data modules use: its pool takes a job from another thread through a queue and puts the caller to
//! sleep until it is done. Here the caller works too, and nobody falls asleep between the jobs of one step.

use std::{
    cell::UnsafeCell,
    sync::{
        Arc, Condvar, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst},
    },
    thread::JoinHandle,
};

/// Called with the thread's number and the unit's.
type Job = dyn Fn(usize, usize) + Sync;

/// Threads that wait for work; the caller of [`Pool::run`] is thread 0.
pub struct Pool {
    shared: Arc<Shared>,
    handles: Vec<JoinHandle<()>>,
}

struct Shared {
    /// Odd while a job is open.
    epoch: AtomicUsize,
    /// Threads that may be looking at the job.
    active: AtomicUsize,
    next: AtomicUsize,
    job: UnsafeCell<Option<(*const Job, usize)>>,
    sleepers: AtomicUsize,
    bed: Mutex<()>,
    wake: Condvar,
    quit: AtomicBool,
    failed: AtomicBool,
}

// SAFETY: `job` is written only while no job is open and `active` is 0, and read only by threads counted in `active`.
unsafe impl Sync for Shared {}
// SAFETY: the pointer in `job` is to a `Sync` closure that outlives the job.
unsafe impl Send for Shared {}

/// Turns of the waiting loop before a thread sleeps: about 50 microseconds.
const SPINS: u32 = 2_000;

impl Pool {
    /// A pool of `threads` threads, the caller among them.
    pub fn new(threads: usize) -> Self {
        let shared = Arc::new(Shared {
            epoch: AtomicUsize::new(0),
            active: AtomicUsize::new(0),
            next: AtomicUsize::new(0),
            job: UnsafeCell::new(None),
            sleepers: AtomicUsize::new(0),
            bed: Mutex::new(()),
            wake: Condvar::new(),
            quit: AtomicBool::new(false),
            failed: AtomicBool::new(false),
        });
        let handles = (1..threads)
            .filter_map(|number| {
                let shared = Arc::clone(&shared);
                // A thread that cannot be had is done without.
                std::thread::Builder::new().name(format!("cpu-{number}")).spawn(move || shared.work(number)).ok()
            })
            .collect();
        Self { shared, handles }
    }

    /// How many threads share the work.
    pub fn threads(&self) -> usize {
        self.handles.len() + 1
    }

    /// Runs `job(thread, unit)` for each unit below `units`, each once, and returns when all are done.
    ///
    /// # Panics
    /// If the job panicked on another thread.
    pub fn run(&self, units: usize, job: &(impl Fn(usize, usize) + Sync)) {
        if units <= 1 || self.handles.is_empty() {
            for unit in 0..units {
                job(0, unit);
            }
            return;
        }
        let shared = &*self.shared;
        let job: &(dyn Fn(usize, usize) + Sync) = job;
        // SAFETY: no job is open and no thread is active, so nobody reads `job`; the closure outlives this call, and
        // this call waits (also when it unwinds: `Closing`) until no thread can hold the pointer any more.
        unsafe {
            let forever = std::mem::transmute::<&(dyn Fn(usize, usize) + Sync), &'static Job>(job);
            *shared.job.get() = Some((std::ptr::from_ref(forever), units));
        }
        shared.next.store(0, SeqCst);
        shared.epoch.fetch_add(1, SeqCst);
        let closing = Closing(shared);
        if shared.sleepers.load(SeqCst) > 0 {
            let _bed = shared.bed.lock().unwrap_or_else(PoisonError::into_inner);
            shared.wake.notify_all();
        }
        shared.take_units(0, job, units);
        drop(closing);
        assert!(!shared.failed.load(SeqCst), "a kernel panicked on another thread");
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        self.shared.quit.store(true, SeqCst);
        {
            let _bed = self.shared.bed.lock().unwrap_or_else(PoisonError::into_inner);
            self.shared.wake.notify_all();
        }
        for handle in self.handles.drain(..) {
            let _ = handle.join();
        }
    }
}

/// Closes the job and waits until no thread looks at it.
struct Closing<'a>(&'a Shared);

impl Drop for Closing<'_> {
    fn drop(&mut self) {
        self.0.epoch.fetch_add(1, SeqCst);
        let mut turns = 0;
        while self.0.active.load(SeqCst) > 0 {
            turns += 1;
            if turns < SPINS {
                std::hint::spin_loop();
            } else {
                std::thread::yield_now();
            }
        }
    }
}

impl Shared {
    fn take_units(&self, thread: usize, job: &(dyn Fn(usize, usize) + Sync), units: usize) {
        loop {
            let unit = self.next.fetch_add(1, SeqCst);
            if unit >= units {
                return;
            }
            job(thread, unit);
        }
    }

    fn work(&self, thread: usize) {
        let mut last = 0;
        while let Some(epoch) = self.wait_for_job(last) {
            last = epoch;
            self.active.fetch_add(1, SeqCst);
            // The job may have been closed in between; while `active` counts us, an open one stays open.
            if self.epoch.load(SeqCst) == epoch {
                // SAFETY: the job is open and we are counted, so it is neither written nor dropped until we are done.
                if let Some((job, units)) = unsafe { *self.job.get() } {
                    // SAFETY: as above.
                    let job = unsafe { &*job };
                    let work = std::panic::AssertUnwindSafe(|| self.take_units(thread, job, units));
                    if std::panic::catch_unwind(work).is_err() {
                        self.failed.store(true, SeqCst);
                    }
                }
            }
            self.active.fetch_sub(1, SeqCst);
        }
    }

    /// The epoch of an open job other than `last`; `None` when the pool closes.
    fn wait_for_job(&self, last: usize) -> Option<usize> {
        let ready = || {
            let epoch = self.epoch.load(SeqCst);
            (epoch % 2 == 1 && epoch != last).then_some(epoch)
        };
        for _ in 0..SPINS {
            if self.quit.load(SeqCst) {
                return None;
            }
            if let Some(epoch) = ready() {
                return Some(epoch);
            }
            std::hint::spin_loop();
        }
        let mut bed = self.bed.lock().unwrap_or_else(PoisonError::into_inner);
        self.sleepers.fetch_add(1, SeqCst);
        let found = loop {
            if self.quit.load(SeqCst) {
                break None;
            }
            if let Some(epoch) = ready() {
                break Some(epoch);
            }
            bed = self.wake.wait(bed).unwrap_or_else(PoisonError::into_inner);
        };
        self.sleepers.fetch_sub(1, SeqCst);
        drop(bed);
        found
    }
}
