//! The threads behind the window, and the mailbox between them.

use std::{
    any::Any,
    collections::VecDeque,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
    thread,
};

use crossbeam_channel::{Receiver, Sender, TrySendError, bounded};

use super::{Command, Envelope, Event, JobId, perform};
use crate::{
    control::{Control, Signal},
    log,
    problem::{Kind, Problem},
    run::RunStore,
    text::say,
    train::event::TrainEvent,
};

/// Commands that may wait; a person does not get there.
const COMMANDS: usize = 64;
/// Envelopes that may wait, a few of each epoch of a long training. Beyond, progress is dropped, since newer follows;
/// a result blocks the worker until the receiver has made room or is gone.
const ENVELOPES: usize = 1024;

/// Does the long work, one job at a time, and tells about it.
pub struct Worker {
    long: Sender<Job>,
    quick: Sender<Job>,
    pictures: Sender<Job>,
    watching: Sender<Job>,
    /// The control of the last search for pictures: only the last is of interest.
    looking: Mutex<Control>,
    envelopes: Receiver<Envelope>,
    /// How jobs ended for which there was no room: whoever asks must not wait, and must hear of it.
    refused: Mutex<VecDeque<Envelope>>,
    wake: Arc<dyn Fn(Delivery) + Send + Sync>,
    last: AtomicU64,
    /// Long jobs that have not ended, the current one first.
    open: Arc<Mutex<Vec<(JobId, Control)>>>,
    /// How many jobs have not ended that keep what the user has decided ([`Command::keeps`]).
    keeping: Arc<AtomicUsize>,
}

/// What an envelope is worth to somebody who may look later.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delivery {
    /// Progress, of which only the newest counts.
    Passing,
    /// Everything else, which must arrive.
    Lasting,
}

struct Job {
    id: JobId,
    command: Command,
    control: Control,
}

impl Worker {
    /// A worker on the runs of `store`. `wake` is called after each envelope.
    ///
    /// # Errors
    /// A system without threads.
    pub fn at(store: RunStore, wake: impl Fn(Delivery) + Send + Sync + 'static) -> Result<Self, Problem> {
        let (tell, envelopes) = bounded(ENVELOPES);
        let open = Arc::new(Mutex::new(Vec::new()));
        let keeping = Arc::new(AtomicUsize::new(0));
        let wake: Arc<dyn Fn(Delivery) + Send + Sync> = Arc::new(wake);
        let lane = |name: &str| {
            let (sender, jobs) = bounded::<Job>(COMMANDS);
            let (open, keeping) = (Arc::clone(&open), Arc::clone(&keeping));
            let desk = JobRunner { store: store.clone(), tell: tell.clone(), wake: wake.clone(), open, keeping };
            let thread = thread::Builder::new().name(name.to_owned()).spawn(move || jobs.iter().for_each(|job| desk.work(job)));
            thread.map(|_| sender).map_err(|error| no_thread(&error))
        };
        let (long, quick, pictures, watching) = (lane("worker")?, lane("shelf")?, lane("pictures")?, lane("watching")?);
        let (looking, refused, last) = Default::default();
        Ok(Self { long, quick, pictures, watching, looking, envelopes, refused, wake, last, open, keeping })
    }

    /// Asks for something; its envelopes carry the number given back, and end with `Finished` or `Failed`.
    pub fn start(&self, command: Command) -> JobId {
        let id = JobId(self.last.fetch_add(1, Ordering::Relaxed) + 1);
        let control = Control::patient();
        let lane = match command.is_quick() {
            _ if command.is_about_pictures() => &self.pictures,
            _ if command.watches() => &self.watching,
            true => &self.quick,
            false => &self.long,
        };
        if command.is_about_pictures() {
            let mut looking = self.looking.lock().unwrap_or_else(PoisonError::into_inner);
            std::mem::replace(&mut *looking, control.clone()).set(Signal::Discard);
        } else if !command.is_quick() {
            self.open.lock().unwrap_or_else(PoisonError::into_inner).push((id, control.clone()));
        }
        let keeps = usize::from(command.keeps());
        self.keeping.fetch_add(keeps, Ordering::Relaxed);
        if lane.try_send(Job { id, command, control }).is_err() {
            self.keeping.fetch_sub(keeps, Ordering::Relaxed);
            let busy = Problem::new(
                Kind::Internal,
                say("Too much is waiting to be done", "Trop de tâches attendent"),
                say("Try again once something has finished", "Réessayez quand une tâche sera finie"),
            );
            close(&self.open, id);
            self.refused().push_back(Envelope { job: id, event: Event::Failed(busy) });
            (self.wake)(Delivery::Lasting);
        }
        id
    }

    /// The control of the long job that is at work, or was last.
    pub fn control(&self) -> Control {
        let open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.first().map(|(_, control)| control.clone()).unwrap_or_default()
    }

    /// Whether a long job is at work or waiting.
    pub fn is_busy(&self) -> bool {
        !self.open.lock().unwrap_or_else(PoisonError::into_inner).is_empty()
    }

    /// Whether something that the user has decided is still to be written.
    pub fn is_keeping(&self) -> bool {
        self.keeping.load(Ordering::Relaxed) > 0
    }

    /// What has come since the last look; never waits.
    pub fn events(&self) -> impl Iterator<Item = Envelope> + '_ {
        let refused = std::mem::take(&mut *self.refused());
        refused.into_iter().chain(self.envelopes.try_iter())
    }

    /// The next envelope, waited for: for commands and tests, never for a window.
    pub fn wait(&self) -> Option<Envelope> {
        let refused = self.refused().pop_front();
        refused.or_else(|| self.envelopes.recv().ok())
    }

    fn refused(&self) -> MutexGuard<'_, VecDeque<Envelope>> {
        self.refused.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Worker {
    /// Lets a training save itself; the threads end with the process or after their job.
    fn drop(&mut self) {
        self.looking.lock().unwrap_or_else(PoisonError::into_inner).set(Signal::Discard);
        for (_, control) in self.open.lock().unwrap_or_else(PoisonError::into_inner).iter() {
            control.set(Signal::Leave);
        }
    }
}

/// What a thread needs to do jobs.
struct JobRunner {
    store: RunStore,
    tell: Sender<Envelope>,
    wake: Arc<dyn Fn(Delivery) + Send + Sync>,
    open: Arc<Mutex<Vec<(JobId, Control)>>>,
    keeping: Arc<AtomicUsize>,
}

impl JobRunner {
    fn work(&self, Job { id, command, control }: Job) {
        let keeps = usize::from(command.keeps());
        let result = guarded(|| perform(command, &self.store, &control, &mut |event| self.emit(id, event, &control)));
        close(&self.open, id);
        self.keeping.fetch_sub(keeps, Ordering::Relaxed);
        let event = match result {
            Ok(()) => Event::Finished,
            Err(problem) => Event::Failed(problem),
        };
        self.emit(id, event, &control);
    }

    fn emit(&self, job: JobId, event: Event, control: &Control) {
        let news = match event {
            Event::Progress { .. } | Event::Glimpses { .. } | Event::Train(TrainEvent::Batch(_) | TrainEvent::Faces { .. }) => {
                Delivery::Passing
            }
            _ => Delivery::Lasting,
        };
        let envelope = Envelope { job, event };
        let gone = match news {
            Delivery::Passing => matches!(self.tell.try_send(envelope), Err(TrySendError::Disconnected(_))),
            Delivery::Lasting => self.tell.send(envelope).is_err(),
        };
        if gone {
            control.set(Signal::Leave);
        }
        (self.wake)(news);
    }
}

/// Runs `work`; a panic in it becomes a problem.
pub(super) fn guarded<T>(work: impl FnOnce() -> Result<T, Problem>) -> Result<T, Problem> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|panic| Err(fault(panic.as_ref())))
}

/// The system gave no thread.
pub(super) fn no_thread(error: &std::io::Error) -> Problem {
    Problem::new(
        Kind::Internal,
        say("The system gives no further thread", "Le système n’accorde plus de fil d’exécution"),
        say("Close other programs and start again", "Fermez d’autres programmes et relancez"),
    )
    .because(error)
}

fn fault(panic: &(dyn Any + Send)) -> Problem {
    let details = panic
        .downcast_ref::<&str>()
        .map(|text| (*text).to_owned())
        .or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_default();
    log::fault(details)
}

fn close(open: &Mutex<Vec<(JobId, Control)>>, id: JobId) {
    open.lock().unwrap_or_else(PoisonError::into_inner).retain(|(job, _)| *job != id);
}
