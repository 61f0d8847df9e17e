//! Pictures are decoded once: 128 x 128 RGB bytes of a whole data set in one memory-mapped file.
//!
//! The file of a data set holds a header of [`HEADER`] bytes (with the folder's path, to say later what it was for), the pictures one after another, and an index in JSON:
//! for each picture its path, size, time of change, content hash, and either its place or why it cannot be used. A file
//! is made under a name of its own and then renamed; after that it is only added to at its end (`append`): two programs at
//! once each keep what they have mapped. What is truncated, foreign, or of another version is made anew; what has not
//! changed on disk (same size and time) is taken from the last file, and only the rest is decoded. Where no file can be
//! written, the pictures are held in memory, for as long as the data set is open.

mod append;
pub mod kept;

use std::{
    collections::HashMap,
    fs::{self, File},
    io::{self, Cursor, Seek, SeekFrom, Write},
    ops::Deref,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
};

use memmap2::Mmap;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::{
    decode::decode_small,
    hash::hash,
    pixels::{PIXEL_BYTES, Pixels},
    sample::{Anomaly, SkipReason, Skipped, Source, Spare},
    scan::Scan,
};
use crate::{
    control::{Control, Stage},
    files::{
        disk::{create_dir_all, create_new, remove_file, rename},
        regular::{self, Unread},
    },
    problem::{Kind, Problem},
    text::{LocalizedText, say},
};

/// Decodes what is new in `scan`, fills in hashes and oddities, moves pictures that cannot be decoded to the skipped,
/// and gives the pixels in the order of the samples that remain, and the unnamed pictures with theirs. `folder` is the
/// cache's, made if it is not there; where it cannot be written, [`Pixels::unkept`] says so.
///
/// # Errors
/// The data folder gone, or cancelled.
pub fn fill(
    folder: &Path,
    root: &Path,
    scan: &mut Scan,
    control: &Control,
    progress: &mut dyn FnMut(Stage, u64, u64),
) -> Result<(Pixels, Spare), Problem> {
    let named = scan.samples.len();
    for (sample, modified) in std::mem::take(&mut scan.unnamed) {
        scan.samples.push(sample);
        scan.modified.push(modified);
    }
    let path = folder.join(Source::Folder(root.to_owned()).key() + ".pixels");
    let (mut cached, stale) = match Cached::open(&path) {
        Some(cached) => {
            let stale = cached.stale(root, scan);
            (cached, stale)
        }
        None => (Cached::default(), (0..scan.samples.len()).collect()),
    };
    if !stale.is_empty() {
        let written =
            create_dir_all(folder).map_err(|error| Problem::writing(folder, &error)).and_then(|()| {
                match append::append(&path, root, scan, &cached, &stale, control, progress)? {
                    Some(more) => Ok(more),
                    None => rebuild(&path, root, scan, &cached, &stale, control, progress),
                }
            });
        cached = match written {
            // The pictures themselves can be read: what fails is only that they are kept for the next time.
            Err(problem) if problem.kind == Kind::Disk => {
                let mut memory = Cursor::new(Vec::new());
                write(&mut memory, &|error| Problem::writing(&path, &error), root, scan, &cached, &stale, control, progress)?;
                let bytes = Bytes::Memory(memory.into_inner());
                Cached { unkept: Some(Arc::new(unkept(&problem))), ..Cached::check(bytes).ok_or(problem)? }
            }
            written => written?,
        };
    }
    Ok(cached.settle(scan, named))
}

/// That the pictures of a folder are not kept ready.
fn unkept(problem: &Problem) -> Problem {
    let what = LocalizedText {
        en: format!("The pictures cannot be kept ready for the next time: {}", problem.what.en),
        fr: format!("Les images ne peuvent pas être gardées prêtes pour la prochaine fois\u{a0}: {}", problem.what.fr),
    };
    let remedy = say(
        "They are held in memory and read again whenever the folder is opened, until there is room",
        "Elles sont tenues en mémoire et relues à chaque ouverture du dossier, jusqu’à ce qu’il y ait de la place",
    );
    Problem::new(Kind::Disk, what, remedy).caused_by(problem)
}

/// Bytes before the first picture: one page.
pub const HEADER: usize = 4096;
/// Changes whenever the pixels would: other decoding, other resizing, another index.
const MAGIC: &[u8; 16] = b"Trombine pixels3";
/// Pictures decoded between two writes.
const CHUNK: usize = 256;

/// What the index says of one file.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Entry {
    /// Path below the data set's folder.
    file: PathBuf,
    bytes: u64,
    /// Nanoseconds since 1970; 0 where the system does not tell, which is never taken as unchanged.
    modified: u64,
    /// Of the file's content.
    hash: u64,
    #[serde(flatten)]
    outcome: Outcome,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Outcome {
    Picture {
        /// Its number in the file.
        slot: u32,
        /// Hash of the decoded pixels, by which damage to the cache is found.
        pixels: u64,
        #[serde(alias = "oddity")]
        anomaly: Option<Anomaly>,
    },
    Refused {
        reason: SkipReason,
    },
}

/// A cache file that was checked.
#[derive(Default)]
struct Cached {
    map: Option<Arc<Mapped>>,
    entries: HashMap<PathBuf, Entry>,
    /// Why it is in no file.
    unkept: Option<Arc<Problem>>,
}

impl Cached {
    /// Opens a cache file; `None` if there is none or it is not whole.
    fn open(path: &Path) -> Option<Self> {
        let file = File::open(path).ok()?;
        // SAFETY: the file lies in the program's own cache folder. It was complete before it got this name, and is
        // replaced, deleted, or added to at its end, but never shortened, by any version of the program. The header alone
        // is written again; nothing of it is read after this function, and a half-written one fails the checks below.
        let map = unsafe { Mmap::map(&file) }.ok()?;
        Self::check(Bytes::Map(map))
    }

    /// What the bytes of a cache file hold, if they are whole.
    fn check(map: Bytes) -> Option<Self> {
        let word = |at: usize| Some(u64::from_le_bytes(*map.get(at..at + 8)?.as_array()?));
        let (slots, index_len, index_hash) = (word(16)? as usize, word(24)? as usize, word(32)?);
        let index_at = slots.checked_mul(PIXEL_BYTES)?.checked_add(HEADER)?;
        let whole = map.get(..16)? == MAGIC;
        let index = map.get(index_at..index_at.checked_add(index_len)?).filter(|index| whole && hash(index) == index_hash)?;
        let entries: Vec<Entry> = serde_json::from_slice(index).ok()?;
        let picture = |slot: u32| map.get(HEADER + slot as usize * PIXEL_BYTES..)?.get(..PIXEL_BYTES);
        // After a power failure the pages themselves may never have reached the disk: look at some, the last included.
        let probes = entries.iter().rev().step_by((entries.len() / 64).max(1));
        let sound = |entry: &Entry| match entry.outcome {
            Outcome::Picture { slot, pixels, .. } => picture(slot).is_some_and(|bytes| hash(bytes) == pixels),
            Outcome::Refused { .. } => true,
        };
        let in_range = |e: &Entry| !matches!(e.outcome, Outcome::Picture { slot, .. } if slot as usize >= slots);
        if !entries.iter().all(in_range) || !probes.into_iter().all(sound) {
            return None;
        }
        let entries = entries.into_iter().map(|entry| (entry.file.clone(), entry)).collect();
        Some(Self { map: Some(Arc::new(Mapped { map, slots, asked: AtomicU32::new(0) })), entries, unkept: None })
    }

    /// The samples whose files have changed or are not in the cache.
    fn stale(&self, root: &Path, scan: &Scan) -> Vec<usize> {
        let fresh = |index: usize| {
            let (sample, modified) = (&scan.samples[index], scan.modified[index]);
            let entry = self.entries.get(&sample.file);
            let same = entry.filter(|e| modified != 0 && e.modified == modified && e.bytes == sample.bytes);
            same.is_some_and(|entry| match &entry.outcome {
                // Worth another try only if it may be opened now.
                Outcome::Refused { reason: SkipReason::Unreadable { .. } } => File::open(root.join(&sample.file)).is_err(),
                // Written before the program told formats apart; GIF and TIFF were none to it.
                Outcome::Refused { reason: SkipReason::NotAPicture } => false,
                _ => true,
            })
        };
        (0..scan.samples.len()).filter(|index| !fresh(*index)).collect()
    }

    fn picture(&self, slot: u32) -> Option<&[u8]> {
        self.map.as_ref()?.pictures().get(slot as usize * PIXEL_BYTES..)?.get(..PIXEL_BYTES)
    }

    /// Applies the index to a scan, all of whose samples it knows; those from `named` on are the unnamed ones.
    fn settle(self, scan: &mut Scan, named: usize) -> (Pixels, Spare) {
        let mut slots = Vec::with_capacity(scan.samples.len());
        let (mut spare, mut spare_slots) = (Vec::new(), Vec::new());
        let mut modified = Vec::with_capacity(scan.samples.len());
        let (samples, times) = (std::mem::take(&mut scan.samples), std::mem::take(&mut scan.modified));
        for (index, (mut sample, time)) in samples.into_iter().zip(times).enumerate() {
            match self.entries.get(&sample.file) {
                Some(Entry { hash, outcome: Outcome::Picture { slot, anomaly, .. }, .. }) => {
                    sample.hash = *hash;
                    sample.anomaly = sample.anomaly.or_else(|| anomaly.clone());
                    if index >= named {
                        spare_slots.push(*slot as usize);
                        spare.push(sample);
                        continue;
                    }
                    slots.push(*slot as usize);
                    modified.push(time);
                    scan.samples.push(sample);
                }
                Some(Entry { outcome: Outcome::Refused { reason }, .. }) => {
                    // What cannot be decoded is not worth a better name.
                    scan.skipped.retain(|skipped| index < named || skipped.file != sample.file);
                    scan.skipped.push(Skipped { file: sample.file, reason: reason.clone(), proposal: None });
                }
                None => {}
            }
        }
        scan.modified = modified;
        scan.skipped.sort_by(|a, b| a.file.cmp(&b.file));
        let mut all = self.map.map_or_else(Pixels::default, |map| Pixels::new(Shared(map)));
        all.unkept = self.unkept;
        (all.select(slots), Spare { samples: spare, pixels: all.select(spare_slots) })
    }
}

/// The bytes of a cache file, or what would be in one.
enum Bytes {
    Map(Mmap),
    Memory(Vec<u8>),
}

impl Deref for Bytes {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match self {
            Self::Map(map) => map,
            Self::Memory(bytes) => bytes,
        }
    }
}

/// The mapped file; gives memory back as it goes, so that a data set of any size does not fill it.
struct Mapped {
    map: Bytes,
    slots: usize,
    /// How often pictures were asked for since the last pages were given back.
    asked: AtomicU32,
}

impl Mapped {
    fn pictures(&self) -> &[u8] {
        &self.map[HEADER..HEADER + self.slots * PIXEL_BYTES]
    }
}

/// Pictures read between two times that pages are given back. Linux brings in about half a megabyte around each.
#[cfg(unix)]
const GIVE_BACK_AFTER: u32 = 256;

/// What [`Pixels`] holds: one reader of the map.
struct Shared(Arc<Mapped>);

impl AsRef<[u8]> for Shared {
    fn as_ref(&self) -> &[u8] {
        // Pages of a mapped file count as this process's memory until they are given back; the system keeps them in its
        // file cache all the same, so reading them again costs little.
        #[cfg(unix)]
        if let Bytes::Map(map) = &self.0.map
            && self.0.asked.fetch_add(1, Ordering::Relaxed) % GIVE_BACK_AFTER == GIVE_BACK_AFTER - 1
        {
            // SAFETY: the map is shared, read-only and of a file: dropped pages are read from the file again.
            let _ = unsafe { map.unchecked_advise(memmap2::UncheckedAdvice::DontNeed) };
        }
        self.0.pictures()
    }
}

/// Writes a new cache file for `scan` and opens it: unchanged pictures from `old`, the `stale` ones decoded.
fn rebuild(
    path: &Path,
    root: &Path,
    scan: &Scan,
    old: &Cached,
    stale: &[usize],
    control: &Control,
    progress: &mut dyn FnMut(Stage, u64, u64),
) -> Result<Cached, Problem> {
    let name = format!("{}.{}-{}.new", path.display(), std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
    let new = Unfinished(PathBuf::from(name));
    let disk = |error: io::Error| Problem::writing(path, &error);
    let mut file = create_new(&new.0).map_err(disk)?;
    // By this, others see that somebody is at it. A file system without locks has none to see.
    let _ = file.try_lock();
    write(&mut file, &disk, root, scan, old, stale, control, progress)?;
    new.publish(path)
}

/// Writes what a cache file holds for `scan`: unchanged pictures from `old`, the `stale` ones decoded. `disk` says what a
/// write that fails means.
#[expect(clippy::too_many_arguments, reason = "the arguments of `rebuild`, and where it writes to")]
fn write(
    file: &mut (impl Write + Seek + Send),
    disk: &(dyn Fn(io::Error) -> Problem + Sync),
    root: &Path,
    scan: &Scan,
    old: &Cached,
    stale: &[usize],
    control: &Control,
    progress: &mut dyn FnMut(Stage, u64, u64),
) -> Result<(), Problem> {
    file.write_all(&[0; HEADER]).map_err(disk)?;

    let total = stale.len() as u64;
    let mut is_stale = vec![false; scan.samples.len()];
    stale.iter().for_each(|&index| is_stale[index] = true);
    let mut entries: Vec<Entry> = Vec::with_capacity(scan.samples.len());
    let (mut done, mut slots) = (0, 0);
    let mut ready = Vec::new();
    for start in (0..scan.samples.len()).step_by(CHUNK) {
        progress(Stage::Decoding, done, total);
        let chunk: Vec<usize> = (start..(start + CHUNK).min(scan.samples.len())).collect();
        let decode = || {
            let mut pixels = vec![0; chunk.len() * PIXEL_BYTES];
            let entries: Vec<Option<Entry>> = chunk
                .par_iter()
                .zip(pixels.par_chunks_mut(PIXEL_BYTES))
                .map(|(&index, out)| match old.entries.get(&scan.samples[index].file) {
                    _ if control.cancelled() => None,
                    Some(entry) if !is_stale[index] => copy(old, entry, out),
                    _ => Some(read(root, scan, index, out)),
                })
                .collect();
            (pixels, entries)
        };
        // One chunk goes to the disk while the next is decoded.
        let (written, (mut pixels, found)) = rayon::join(|| file.write_all(&ready), decode);
        written.map_err(disk)?;
        let mut kept = 0;
        for (at, entry) in found.into_iter().enumerate() {
            let mut entry = entry.ok_or_else(Problem::cancelled)?;
            if let Outcome::Picture { slot, .. } = &mut entry.outcome {
                *slot = slots;
                slots += 1;
                pixels.copy_within(at * PIXEL_BYTES..(at + 1) * PIXEL_BYTES, kept * PIXEL_BYTES);
                kept += 1;
            }
            entries.push(entry);
        }
        pixels.truncate(kept * PIXEL_BYTES);
        ready = pixels;
        done += chunk.iter().filter(|&&index| is_stale[index]).count() as u64;
    }
    if entries.iter().any(|entry| matches!(entry.outcome, Outcome::Refused { reason: SkipReason::Unreadable { .. } })) {
        // The folder itself may be gone.
        fs::metadata(root).map_err(|error| Problem::io(root, &error))?;
    }
    file.write_all(&ready).map_err(disk)?;
    finish(file, root, &entries, slots.into()).map_err(disk)?;
    progress(Stage::Decoding, total, total);
    Ok(())
}

/// Numbers the unfinished files of this process.
static NEXT: AtomicU32 = AtomicU32::new(0);

/// Writes index and header.
fn finish(file: &mut (impl Write + Seek), root: &Path, entries: &[Entry], slots: u64) -> io::Result<()> {
    let index = serde_json::to_vec(entries)?;
    file.write_all(&index)?;
    let mut header = MAGIC.to_vec();
    for word in [slots, index.len() as u64, hash(&index)] {
        header.extend(word.to_le_bytes());
    }
    kept::name(&mut header, root);
    file.seek(SeekFrom::Start(0))?;
    file.write_all(&header)?;
    file.flush()
}

/// Takes an unchanged picture over from the old file.
fn copy(old: &Cached, entry: &Entry, out: &mut [u8]) -> Option<Entry> {
    if let Outcome::Picture { slot, .. } = entry.outcome {
        out.copy_from_slice(old.picture(slot)?);
    }
    Some(entry.clone())
}

/// Reads, hashes and decodes a file.
fn read(root: &Path, scan: &Scan, index: usize, out: &mut [u8]) -> Entry {
    let sample = &scan.samples[index];
    let (file, bytes) = (sample.file.clone(), sample.bytes);
    let modified = scan.modified[index];
    let refused = |reason, hash| Entry { file: file.clone(), bytes, modified, hash, outcome: Outcome::Refused { reason } };
    let content = match regular::read(&root.join(&file), MOST_BYTES) {
        Ok(content) => content,
        Err(Unread::NotAFile) => return refused(SkipReason::NotAFile, 0),
        Err(Unread::TooLarge(bytes)) => {
            return refused(SkipReason::Damaged { details: format!("the file has {bytes} bytes") }, 0);
        }
        Err(Unread::Failed(error)) => return refused(SkipReason::Unreadable { details: error.to_string() }, 0),
    };
    let content_hash = hash(&content);
    // A decoder that panics on a damaged file costs this picture, not the data set.
    let decoded = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| decode_small(&content, &file.to_string_lossy(), out)));
    match decoded.unwrap_or_else(|_| Err(SkipReason::Damaged { details: "the decoder gave up".to_owned() })) {
        Ok(anomaly) => {
            let outcome = Outcome::Picture { slot: 0, pixels: hash(out), anomaly };
            Entry { file, bytes, modified, hash: content_hash, outcome }
        }
        Err(reason) => refused(reason, content_hash),
    }
}

/// A file larger than this is not read: 500 MB.
const MOST_BYTES: u64 = 500_000_000;

/// A file that is deleted unless it gets its name.
struct Unfinished(PathBuf);

impl Unfinished {
    fn publish(self, path: &Path) -> Result<Cached, Problem> {
        // Where a mapped file cannot be replaced (Windows, another window open), the old one stays, and this one is used
        // under its own name for now.
        let at = if rename(&self.0, path).is_ok() { path } else { &self.0 };
        Cached::open(at).ok_or_else(|| Problem::io(path, &io::Error::from(io::ErrorKind::InvalidData)))
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        // Not there any more if it was published.
        let _ = remove_file(&self.0);
    }
}
