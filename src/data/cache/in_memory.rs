//! What would be in a cache file, held in memory since no disk takes it. How much that is is known before, and compared with
//! what there is: a system that has none left ends the program.

use std::{
    collections::TryReserveError,
    io::{self, Cursor, Seek, SeekFrom, Write},
};

use super::{HEADER, PixelKind, Update};
use crate::{
    control::{Control, Stage},
    memory::Available,
    problem::{Kind, Problem},
    text::{Lang, LocalizedText, bytes, say},
};

/// Bytes of the index for each picture, beside its name, at most.
const ENTRY: usize = 400;

impl Update<'_> {
    /// The bytes of a cache file that could not be written, as `cause` says.
    ///
    /// # Errors
    /// More than there is memory for, the data folder gone, or cancelled.
    pub(super) fn hold(
        &self,
        cause: &Problem,
        control: &Control,
        progress: &mut dyn FnMut(Stage, u64, u64),
    ) -> Result<Vec<u8>, Problem> {
        let one = PixelKind::of(self.scan).shape.side.bytes();
        let names: usize = self.scan.samples.iter().map(|sample| sample.file.as_os_str().len() + ENTRY).sum();
        let needed = HEADER + names + self.scan.samples.len() * one;
        let mut memory = Memory::default();
        // Beside it are the pictures that are being decoded.
        let beside = 2 * self.pace().1.min(self.scan.samples.len()) * one;
        check((needed + beside) as u64, Available::now(0), cause)?;
        memory.reserve(needed).map_err(|_| no_room(needed as u64, None, cause))?;
        match self.write(&mut memory, control, progress) {
            Err(_) if let Some(needed) = memory.refused => Err(no_room(needed as u64, Available::now(0), cause)),
            written => written.map(|()| memory.bytes.into_inner()),
        }
    }
}

/// Whether `needed` bytes of pictures fit into the memory that is `there`; where nobody knows how much that is, they do. What
/// keeps them from the disk is the `cause`.
///
/// # Errors
/// They do not.
pub fn check(needed: u64, there: Option<Available>, cause: &Problem) -> Result<(), Problem> {
    let there = there.filter(|there| needed > there.bytes);
    there.map_or(Ok(()), |there| Err(no_room(needed, Some(there), cause)))
}

/// Bytes that are asked for before they are written.
#[derive(Default)]
struct Memory {
    bytes: Cursor<Vec<u8>>,
    /// So many in all could not be had.
    refused: Option<usize>,
}

impl Memory {
    /// Has room for `all` bytes, and no more, so that none is taken in vain.
    fn reserve(&mut self, all: usize) -> Result<(), TryReserveError> {
        let bytes = self.bytes.get_mut();
        bytes.try_reserve_exact(all.saturating_sub(bytes.len()))
    }
}

impl Write for Memory {
    fn write(&mut self, more: &[u8]) -> io::Result<usize> {
        let end = self.bytes.position() as usize + more.len();
        let room = self.bytes.get_ref().capacity();
        // Of photos with several faces there are more pictures than files.
        if end > room {
            let all = end.max(room + room / 8);
            let lacks = Available::now(0).is_some_and(|there| (all - room) as u64 > there.bytes);
            if lacks || self.reserve(all).is_err() {
                self.refused = Some(all);
                return Err(io::ErrorKind::OutOfMemory.into());
            }
        }
        self.bytes.write(more)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Seek for Memory {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.bytes.seek(to)
    }
}

/// The pictures can be kept neither on the disk nor in memory.
fn no_room(needed: u64, there: Option<Available>, cause: &Problem) -> Problem {
    let what = LocalizedText::by(|lang| {
        let (cause, needed) = (cause.what.get(lang), bytes(lang, needed));
        let free = there.map(|there| bytes(lang, there.bytes) + there.limit.place().get(lang));
        match (lang, free) {
            (Lang::En, Some(free)) => format!("{cause}; in memory the pictures take about {needed}, and {free} is free"),
            (Lang::Fr, Some(free)) => {
                format!("{cause}\u{a0}; en mémoire, les images prennent environ {needed}, et il y en a {free} de libre")
            }
            (Lang::En, None) => format!("{cause}; in memory the pictures take about {needed}, which the system does not give"),
            (Lang::Fr, None) => {
                format!("{cause}\u{a0}; en mémoire, les images prennent environ {needed}, que le système ne donne pas")
            }
        }
    });
    let remedy = say(
        "Make room on that disk, or take a smaller image size",
        "Faites de la place sur ce disque, ou prenez une taille d’image plus petite",
    );
    Problem::new(Kind::OutOfMemory, what, remedy).caused_by(cause).at("images.side")
}
