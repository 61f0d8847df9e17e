//! The threads behind the window, and the mailbox between them.

use std::{
    any::Any,
    collections::VecDeque,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    thread,
};

use crossbeam_channel::{Receiver, Sender, TrySendError, bounded};

use super::{
    Command, Envelope, Event, JobId, Lane, perform,
    unfinished_jobs::{UnfinishedJob, UnfinishedJobs},
};
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

/// Does the long work, one job at a time, and what is done beside it, and tells about it.
pub struct Worker {
    long: Sender<Job>,
    shelf: Sender<Job>,
    edits: Sender<Job>,
    making: Sender<Job>,
    removing: Sender<Job>,
    pictures: Sender<Job>,
    watching: Sender<Job>,
    envelopes: Receiver<Envelope>,
    /// How jobs ended for which there was no room: whoever asks must not wait, and must hear of it.
    refused: Mutex<VecDeque<Envelope>>,
    wake: Arc<dyn Fn(Delivery) + Send + Sync>,
    unfinished: Arc<UnfinishedJobs>,
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
    #[expect(clippy::needless_pass_by_value, reason = "it is the threads’ from here on, each with a copy")]
    pub fn at(store: RunStore, wake: impl Fn(Delivery) + Send + Sync + 'static) -> Result<Self, Problem> {
        let (tell, envelopes) = bounded(ENVELOPES);
        let unfinished = Arc::<UnfinishedJobs>::default();
        let wake: Arc<dyn Fn(Delivery) + Send + Sync> = Arc::new(wake);
        let lane = |name: &str, waits: bool| {
            let (sender, jobs) = bounded::<Job>(COMMANDS);
            let unfinished = Arc::clone(&unfinished);
            let desk = JobRunner { store: store.clone(), tell: tell.clone(), wake: wake.clone(), unfinished, waits };
            let thread = thread::Builder::new().name(name.to_owned()).spawn(move || jobs.iter().for_each(|job| desk.work(job)));
            thread.map(|_| sender).map_err(|error| no_thread(&error))
        };
        let (long, shelf, edits) = (lane("worker", false)?, lane("shelf", false)?, lane("edits", false)?);
        // A report shows the threshold that was chosen before it was asked for.
        let (making, removing) = (lane("making", true)?, lane("removing", true)?);
        let (pictures, watching) = (lane("pictures", false)?, lane("watching", false)?);
        let refused = Mutex::default();
        Ok(Self { long, shelf, edits, making, removing, pictures, watching, envelopes, refused, wake, unfinished })
    }

    /// Asks for something; its envelopes carry the number given back, and end with `Finished` or `Failed`.
    pub fn start(&self, command: Command) -> JobId {
        let control = Control::patient();
        let job = UnfinishedJob::new(&command, control.clone());
        let (id, sent) = self.unfinished.begin(job, |id, lane| {
            let lane = match lane {
                Lane::Long => &self.long,
                Lane::Shelf => &self.shelf,
                Lane::Edits => &self.edits,
                Lane::Making => &self.making,
                Lane::Removing => &self.removing,
                Lane::Pictures => &self.pictures,
                Lane::Watching => &self.watching,
            };
            lane.try_send(Job { id, command, control }).is_ok()
        });
        if !sent {
            let busy = Problem::new(
                Kind::Internal,
                say("Too much is waiting to be done", "Trop de tâches attendent"),
                say("Try again once something has finished", "Réessayez quand une tâche sera finie"),
            );
            self.refused().push_back(Envelope { job: id, event: Event::Failed(busy) });
            (self.wake)(Delivery::Lasting);
        }
        id
    }

    /// The control of the long job that is at work; without one, one that steers nothing.
    pub fn control(&self) -> Control {
        self.unfinished.control()
    }

    /// Has a job end that is done beside the long work, as soon as it can.
    pub fn stop(&self, job: JobId) {
        self.unfinished.control_of(job).set(Signal::Discard);
    }

    /// Whether a long job is at work or waiting.
    pub fn is_busy(&self) -> bool {
        self.unfinished.is_busy()
    }

    /// Whether something that the user has decided is still to be written.
    pub fn is_keeping(&self) -> bool {
        self.unfinished.is_keeping()
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
        self.unfinished.leave();
    }
}

/// What a thread needs to do jobs.
struct JobRunner {
    store: RunStore,
    tell: Sender<Envelope>,
    wake: Arc<dyn Fn(Delivery) + Send + Sync>,
    unfinished: Arc<UnfinishedJobs>,
    /// Whether each job waits for what the user decided before it was asked for.
    waits: bool,
}

impl JobRunner {
    fn work(&self, Job { id, command, control }: Job) {
        if self.waits {
            self.unfinished.wait_for_decisions_before(id);
        }
        let result = guarded(|| perform(command, &self.store, &control, &mut |event| self.emit(id, event, &control)));
        self.unfinished.end(id);
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
