//! Writes that fail on purpose, to try what the program does on a disk that is full now and then.

use std::{
    io,
    path::{Path, PathBuf},
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
};

/// How many [`Fault`]s there are: none outside of a test, so that a write then asks no lock.
static COUNT: AtomicUsize = AtomicUsize::new(0);
static PLACES: Mutex<Vec<Place>> = Mutex::new(Vec::new());

struct Place {
    id: usize,
    folder: PathBuf,
    /// Writes below the folder so far.
    writes: u64,
    fails: Box<dyn FnMut(u64) -> bool + Send>,
}

/// As long as it lives, writes below a folder fail as on a full disk when it says so.
#[derive(Debug)]
pub struct Fault(usize);

impl Fault {
    /// `fails` is asked about the first write below `folder`, 0, the second, 1, and so on.
    pub fn below(folder: &Path, fails: impl FnMut(u64) -> bool + Send + 'static) -> Self {
        let mut places = PLACES.lock().unwrap_or_else(PoisonError::into_inner);
        let id = places.iter().map(|place| place.id).max().unwrap_or_default() + 1;
        places.push(Place { id, folder: folder.to_owned(), writes: 0, fails: Box::new(fails) });
        COUNT.store(places.len(), Ordering::Release);
        Self(id)
    }

    /// Writes that were asked for so far.
    pub fn writes(&self) -> u64 {
        let places = PLACES.lock().unwrap_or_else(PoisonError::into_inner);
        places.iter().find(|place| place.id == self.0).map_or(0, |place| place.writes)
    }
}

impl Drop for Fault {
    fn drop(&mut self) {
        let mut places = PLACES.lock().unwrap_or_else(PoisonError::into_inner);
        places.retain(|place| place.id != self.0);
        COUNT.store(places.len(), Ordering::Release);
    }
}

/// Whether a write to `path` may begin.
pub(crate) fn check(path: &Path) -> io::Result<()> {
    if COUNT.load(Ordering::Acquire) == 0 {
        return Ok(());
    }
    let mut places = PLACES.lock().unwrap_or_else(PoisonError::into_inner);
    let Some(place) = places.iter_mut().find(|place| path.starts_with(&place.folder)) else { return Ok(()) };
    let number = place.writes;
    place.writes += 1;
    if (place.fails)(number) { Err(io::ErrorKind::StorageFull.into()) } else { Ok(()) }
}
