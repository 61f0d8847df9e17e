//! Operations on the disk that fail on purpose, and a record of them: to try what the program does on a disk that is full
//! now and then, when it is killed between any two of them, and after a power cut.

use std::{
    io,
    path::{Path, PathBuf},
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
};

/// How many [`Fault`]s there are: none outside of a test, so that an operation then asks no lock.
static COUNT: AtomicUsize = AtomicUsize::new(0);
static PLACES: Mutex<Vec<Place>> = Mutex::new(Vec::new());

/// What is done to the disk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Operation {
    /// A new file, empty.
    Create(PathBuf),
    Write {
        path: PathBuf,
        at: u64,
        bytes: Vec<u8>,
    },
    Truncate {
        path: PathBuf,
        len: u64,
    },
    /// A file's contents are forced onto the disk.
    Sync(PathBuf),
    Rename {
        from: PathBuf,
        to: PathBuf,
    },
    /// A second name of a file.
    Link {
        from: PathBuf,
        to: PathBuf,
    },
    /// A file, a link or an empty folder.
    Remove(PathBuf),
    CreateDir(PathBuf),
    /// The names in a folder are forced onto the disk.
    SyncDir(PathBuf),
}

impl Operation {
    /// What it is done to; for a second or new name, that one.
    pub fn path(&self) -> &Path {
        match self {
            Self::Create(path) | Self::Sync(path) | Self::Remove(path) | Self::CreateDir(path) | Self::SyncDir(path) => path,
            Self::Write { path, .. } | Self::Truncate { path, .. } => path,
            Self::Rename { to, .. } | Self::Link { to, .. } => to,
        }
    }
}

/// How an operation fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// The disk is full (ENOSPC): nothing is done.
    Full,
    /// The device fails (EIO): nothing is done.
    Device,
    /// Half of what is to be written is, and the next operation finds the disk full. Anything but a write is as with
    /// [`Failure::Full`].
    Short,
    /// As if the process had been killed right before: this operation and all later ones are not done.
    KilledBefore,
    /// As if the process had been killed right after: this one is done, and told as failed; no later one is.
    KilledAfter,
}

/// How the operation of this number fails, if it does.
type Fails = Box<dyn FnMut(u64, &Operation) -> Option<Failure> + Send>;

struct Place {
    id: usize,
    folder: PathBuf,
    /// All that was done, or would have been.
    done: Vec<Operation>,
    asked: u64,
    killed: bool,
    /// The write before was short.
    full: bool,
    fails: Fails,
}

/// As long as it lives, operations below a folder fail when it says so.
#[derive(Debug)]
pub struct Fault(usize);

impl Fault {
    /// `fails` is asked about the first operation below `folder`, 0, the second, 1, and so on.
    pub fn below(folder: &Path, fails: impl FnMut(u64, &Operation) -> Option<Failure> + Send + 'static) -> Self {
        let mut places = PLACES.lock().unwrap_or_else(PoisonError::into_inner);
        let id = places.iter().map(|place| place.id).max().unwrap_or_default() + 1;
        let (done, fails) = (Vec::new(), Box::new(fails));
        places.push(Place { id, folder: folder.to_owned(), done, asked: 0, killed: false, full: false, fails });
        COUNT.store(places.len(), Ordering::Release);
        Self(id)
    }

    /// None fails; they are only recorded.
    pub fn recorder(folder: &Path) -> Self {
        Self::below(folder, |_, _| None)
    }

    /// The disk below `folder` is full.
    pub fn full(folder: &Path) -> Self {
        Self::below(folder, |_, _| Some(Failure::Full))
    }

    /// The operation number `n` fails; after one that kills, all do.
    pub fn at(folder: &Path, n: u64, failure: Failure) -> Self {
        Self::below(folder, move |number, _| (number == n).then_some(failure))
    }

    /// What was done so far; what failed is not among it.
    pub fn done(&self) -> Vec<Operation> {
        self.of_place(|place| place.done.clone())
    }

    /// How many operations were asked for so far.
    pub fn asked(&self) -> u64 {
        self.of_place(|place| place.asked)
    }

    fn of_place<T: Default>(&self, read: impl FnOnce(&Place) -> T) -> T {
        let places = PLACES.lock().unwrap_or_else(PoisonError::into_inner);
        places.iter().find(|place| place.id == self.0).map(read).unwrap_or_default()
    }
}

impl Drop for Fault {
    fn drop(&mut self) {
        let mut places = PLACES.lock().unwrap_or_else(PoisonError::into_inner);
        places.retain(|place| place.id != self.0);
        COUNT.store(places.len(), Ordering::Release);
    }
}

/// Whether any operation may fail on purpose.
pub(super) fn armed() -> bool {
    COUNT.load(Ordering::Acquire) > 0
}

/// Does an operation, unless it is to fail; `act` is told whether to do only half of it.
pub(super) fn run<T>(operation: impl FnOnce() -> Operation, act: impl FnOnce(bool) -> io::Result<T>) -> io::Result<T> {
    if !armed() {
        return act(false);
    }
    let mut operation = operation();
    // Held while it is done: what is recorded stands in the order in which it was done.
    let mut places = PLACES.lock().unwrap_or_else(PoisonError::into_inner);
    let Some(place) = places.iter_mut().find(|place| operation.path().starts_with(&place.folder)) else {
        drop(places);
        return act(false);
    };
    let number = place.asked;
    place.asked += 1;
    if place.killed {
        return Err(killed());
    }
    let failure = (place.fails)(number, &operation);
    let (mut half, mut after) = (false, false);
    match (failure, &mut operation) {
        _ if std::mem::take(&mut place.full) => return Err(io::ErrorKind::StorageFull.into()),
        (None, _) => {}
        (Some(Failure::Short), Operation::Write { bytes, .. }) => {
            bytes.truncate(bytes.len() / 2);
            (half, place.full) = (true, true);
        }
        (Some(Failure::Full | Failure::Short), _) => return Err(io::ErrorKind::StorageFull.into()),
        (Some(Failure::Device), _) => return Err(io::Error::from_raw_os_error(EIO)),
        (Some(Failure::KilledBefore), _) => {
            place.killed = true;
            return Err(killed());
        }
        (Some(Failure::KilledAfter), _) => (after, place.killed) = (true, true),
    }
    let result = act(half)?;
    place.done.push(operation);
    if after { Err(killed()) } else { Ok(result) }
}

/// The same number on every Unix, and an error too on Windows.
const EIO: i32 = 5;

fn killed() -> io::Error {
    io::Error::other("the process is taken for killed")
}
