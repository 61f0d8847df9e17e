//! A few changed pictures are written behind what a cache file holds, in place of the whole file anew.
//!
//! The new pictures and a new index go to the end, and the header is pointed at that index last; readers read the header
//! once, when they open the file, so nothing else that they use changes. A crash before the header is written leaves the
//! file as it was, with unreferenced bytes at its end, which stay until the file is written anew.

use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};

use rayon::prelude::*;

use super::{Cached, Decoded, Entry, Fate, HEADER, PixelKind, Update, finish, first_of, read, stored};
use crate::{
    control::{Control, Stage},
    data::{glimpse, pixels::PixelStore},
    files::disk::{File, open},
    problem::Problem,
};

impl Update<'_> {
    /// Appends the stale pictures to the file, and opens it again.
    ///
    /// `None` if the file should be made anew: too much of it would be unused, too much is to be added, or another program is
    /// at it.
    ///
    /// # Errors
    /// A full disk, or cancelled.
    pub(super) fn append(&self, control: &Control, progress: &mut dyn FnMut(Stage, u64, u64)) -> Result<Option<Cached>, Problem> {
        let Self { path, root, scan, old, stale, .. } = *self;
        let Some(stored) = &old.stored else { return Ok(None) };
        let used = scan.samples.len();
        // On Windows a lock keeps others from reading what they have open.
        if cfg!(windows) || stale.len() * 4 > used || (stored.count() + stale.len()) * 3 > used * 4 {
            return Ok(None);
        }
        let disk = |error: io::Error| Problem::writing(path, &error);
        let Ok(mut file) = open(path) else { return Ok(None) };
        if file.try_lock().is_err() || !same(&mut file, &old.header).unwrap_or(false) {
            return Ok(None);
        }
        let end = file.metadata().map_err(disk)?.len() as usize;
        let one = PixelKind::of(scan).shape.side.bytes();
        let mut slot = (end - HEADER).div_ceil(one) as u32;
        file.seek(SeekFrom::Start(stored::place(slot as usize, one))).map_err(disk)?;
        let known = scan.samples.iter().zip(self.fates()).filter(|(_, fate)| *fate == Fate::Same);
        let mut entries: Vec<Entry> = known.filter_map(|(sample, _)| old.entries.get(&sample.file).cloned()).collect();
        let (stage, at_once) = self.pace();
        for (place, chunk) in stale.chunks(at_once).enumerate() {
            if control.cancelled() {
                return Err(Problem::cancelled());
            }
            progress(stage, (place * at_once) as u64, stale.len() as u64);
            let found: Vec<Decoded> = chunk.par_iter().map(|&index| read(root, scan, index)).collect();
            for (&index, Decoded { mut entry, pixels }) in chunk.iter().zip(found) {
                entry.place(&mut slot);
                glimpse::show(control, index, scan.samples.len(), first_of(&pixels, one));
                file.write_all(&pixels).map_err(disk)?;
                entries.push(entry);
            }
        }
        progress(stage, stale.len() as u64, stale.len() as u64);
        finish(&mut file, root, &entries, slot.into()).map_err(disk)?;
        Ok(Cached::open(path, root, PixelKind::of(scan)))
    }
}

/// Whether the file still begins as it did when it was opened.
fn same(file: &mut File, header: &[u8]) -> io::Result<bool> {
    let mut now = vec![0; header.len()];
    file.read_exact(&mut now)?;
    Ok(now == header)
}
