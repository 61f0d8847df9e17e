//! Pictures are decoded once: RGB bytes, 128 x 128 unless another side is asked for, of a whole data set in one file.
//!
//! The file of a data set holds a header of [`HEADER`] bytes (with the folder's path, to say later what it was for), the pictures one after another, and an index in JSON:
//! for each picture its path, size, time of change, content hash, and either its place and the hash of its pixels or why it
//! cannot be used. Header and index carry hashes too: whatever a damaged file says, it is not believed (`stored`). A file
//! is made under a name of its own and then renamed; after that it is only added to at its end (`append`): two programs at
//! once each keep what they have open. What is truncated, foreign, or of another version is made anew; what has not
//! changed on disk (same size and time) is taken from the last file, and only the rest is decoded. Where no file can be
//! written, the pictures are held in memory, for as long as the data set is open.

mod append;
pub mod kept;
mod stored;

use std::{
    collections::HashMap,
    fs::{self, File},
    io::{self, Cursor, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
};

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use self::stored::{Bytes, Damage, Stored};
use super::{
    dataset::Spare,
    decode::{Found, Wanted, decode_small},
    face_crop::{FaceCrops, PhotoLook},
    hash::hash,
    picture_size::PictureShape,
    pixels::Pixels,
    reading::Reading,
    sample::{Anomaly, SkipReason, Skipped, Source},
    scan::Scan,
};
use crate::{
    control::{Control, Stage},
    files::{
        disk::create_dir_all,
        regular::{self, Unread},
        unfinished::{UnfinishedFile, remove_left},
    },
    problem::{Kind, Problem},
    setting_def::Choice as _,
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
    let key = Source::Folder(root.to_owned()).key();
    let kind = PixelKind::of(scan);
    let path = folder.join(format!("{key}{}.pixels", kind.suffix()));
    remove_left(folder);
    let (mut cached, stale) = match Cached::open(&path, root, kind) {
        Some(cached) => {
            let stale = cached.stale(root, scan);
            (cached, stale)
        }
        None => (Cached::default(), (0..scan.samples.len()).collect()),
    };
    if !stale.is_empty() {
        let update = Update { path: &path, root, scan, old: &cached, stale: &stale };
        let written = create_dir_all(folder).map_err(|error| Problem::writing(folder, &error)).and_then(|()| {
            match update.append(control, progress)? {
                Some(more) => Ok(more),
                None => update.rebuild(control, progress),
            }
        });
        cached = match written {
            // The pictures themselves can be read: what fails is only that they are kept for the next time.
            Err(problem) if problem.kind == Kind::Disk => {
                let mut memory = Cursor::new(Vec::new());
                update.write(&mut memory, control, progress)?;
                let bytes = Bytes::Memory(memory.into_inner());
                Cached { unkept: Some(Arc::new(unkept(&problem))), ..Cached::check(bytes, &path, root, kind).ok_or(problem)? }
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

/// What is kept of a folder's pictures. Faces, or pictures of another shape, are other pixels: each kind has a file of its own.
#[derive(Clone, Copy)]
struct PixelKind {
    faces: FaceCrops,
    shape: PictureShape,
}

impl PixelKind {
    fn of(scan: &Scan) -> Self {
        let reading = scan.understood.reading;
        Self { faces: reading.faces, shape: reading.shape() }
    }

    /// What stands behind the folder's key in the name of the file.
    fn suffix(self) -> String {
        let faces = if self.faces == FaceCrops::Off { "" } else { ".faces" };
        let PictureShape { side, resize } = self.shape;
        let side = if side.is_default() { String::new() } else { format!(".{side}") };
        let resize = if resize.is_default() { String::new() } else { format!(".{}", resize.key()) };
        format!("{faces}{side}{resize}")
    }
}

/// Bytes before the first picture: one page.
pub const HEADER: usize = 4096;
/// Changes whenever the pixels would: other decoding, other resizing, another index.
const MAGIC: &[u8; 16] = b"Trombine pixels4";
/// Where in the header the hash of the rest of it lies.
const SEAL: usize = 40;
/// Pictures decoded between two writes; of those in which faces are sought fewer, since each takes much longer.
const CHUNK: usize = 256;
const CHUNK_OF_FACES: usize = 16;

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
    /// Whether it is a photo rather than the crop of a face, if somebody looked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    photo: Option<bool>,
    #[serde(flatten)]
    outcome: Outcome,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Outcome {
    Picture {
        /// Its number in the file.
        slot: u32,
        /// Hash of the decoded pixels, by which damage to them is found.
        pixels: u64,
        anomaly: Option<Anomaly>,
    },
    Refused {
        reason: SkipReason,
    },
}

/// A cache file whose header and index were checked.
#[derive(Default)]
struct Cached {
    stored: Option<Stored>,
    header: Vec<u8>,
    entries: HashMap<PathBuf, Entry>,
    /// Why it is in no file.
    unkept: Option<Arc<Problem>>,
}

impl Cached {
    /// Opens a cache file; `None` if there is none or it is not whole.
    fn open(path: &Path, root: &Path, kind: PixelKind) -> Option<Self> {
        Self::check(Bytes::File(File::open(path).ok()?), path, root, kind)
    }

    /// What the bytes of a cache file hold, if they are whole.
    fn check(bytes: Bytes, path: &Path, root: &Path, kind: PixelKind) -> Option<Self> {
        let len = bytes.len().ok()?;
        let header = bytes.read(0, HEADER).ok()?.into_owned();
        let word = |at: usize| Some(u64::from_le_bytes(*header.get(at..at + 8)?.as_array()?));
        if !header.starts_with(MAGIC) || word(SEAL)? != seal(&header) {
            return None;
        }
        let (slots, index_len, index_hash) = (usize::try_from(word(16)?).ok()?, word(24)?, word(32)?);
        // Nothing is asked for that the file does not have.
        let index_at = word(16)?.checked_mul(kind.shape.side.bytes() as u64)?.checked_add(HEADER as u64)?;
        if index_at.checked_add(index_len)? > len {
            return None;
        }
        let index = bytes.read(index_at, usize::try_from(index_len).ok()?).ok()?;
        let entries: Vec<Entry> =
            Some(index).filter(|index| hash(index) == index_hash).and_then(|i| serde_json::from_slice(&i).ok())?;
        let mut pictures = vec![(PathBuf::new(), 0); slots];
        for entry in &entries {
            if let Outcome::Picture { slot, pixels, .. } = entry.outcome {
                *pictures.get_mut(slot as usize)? = (entry.file.clone(), pixels);
            }
        }
        let (path, root) = (path.to_owned(), root.to_owned());
        let stored = Stored { bytes, pictures, path, root, kind, damage: Mutex::new(Damage::None) };
        // After a power failure the pages themselves may never have reached the disk: look at some, the last included, so
        // that a file of which all is lost is made anew at once and not picture by picture.
        let mut probes = entries.iter().rev().step_by((entries.len() / 64).max(1));
        let sound = |entry: &Entry| match entry.outcome {
            Outcome::Picture { slot, .. } => stored.read(slot as usize).is_ok(),
            Outcome::Refused { .. } => true,
        };
        if !probes.all(sound) {
            return None;
        }
        let entries = entries.into_iter().map(|entry| (entry.file.clone(), entry)).collect();
        Some(Self { stored: Some(stored), header, entries, unkept: None })
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

    /// Applies the index to a scan, all of whose samples it knows; those from `named` on are the unnamed ones.
    fn settle(self, scan: &mut Scan, named: usize) -> (Pixels, Spare) {
        let mut slots = Vec::with_capacity(scan.samples.len());
        let (mut spare, mut spare_slots) = (Vec::new(), Vec::new());
        let mut modified = Vec::with_capacity(scan.samples.len());
        let looks: Vec<bool> = self.entries.values().filter_map(|entry| entry.photo).collect();
        let photos = looks.iter().filter(|photo| **photo).count();
        scan.understood.look = PhotoLook { looked: looks.len() as u32, photos: photos as u32 };
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
        let mut all = self.stored.map_or_else(Pixels::default, Pixels::new);
        all.unkept = self.unkept;
        (all.select(slots), Spare { samples: spare, pixels: all.select(spare_slots) })
    }
}

/// What brings a cache file up to date.
#[derive(Clone, Copy)]
struct Update<'a> {
    /// The cache file's.
    path: &'a Path,
    /// The data set's folder.
    root: &'a Path,
    scan: &'a Scan,
    /// What the file held.
    old: &'a Cached,
    /// The samples of `scan` that it lacks, or has as they were before.
    stale: &'a [usize],
}

impl Update<'_> {
    /// What is done, and with how many pictures at once.
    fn pace(&self) -> (Stage, usize) {
        match self.scan.understood.reading.faces {
            FaceCrops::Off => (Stage::Decoding, CHUNK),
            FaceCrops::Largest => (Stage::FindingFaces, CHUNK_OF_FACES),
        }
    }

    /// Writes a new cache file and opens it: unchanged pictures from the old one, the stale ones decoded.
    fn rebuild(&self, control: &Control, progress: &mut dyn FnMut(Stage, u64, u64)) -> Result<Cached, Problem> {
        let (path, root, scan) = (self.path, self.root, self.scan);
        let mut file = UnfinishedFile::beside(path).map_err(|error| Problem::writing(path, &error))?;
        self.write(&mut file, control, progress)?;
        // Where the one before cannot be replaced, it stays, and this one is used without a name.
        let at = if file.rename(path).is_ok() { path } else { file.path() };
        Cached::open(at, root, PixelKind::of(scan)).ok_or_else(|| Problem::io(path, &io::Error::from(io::ErrorKind::InvalidData)))
    }

    /// Writes all that a cache file holds: unchanged pictures from the old one, the stale ones decoded.
    fn write(
        &self,
        file: &mut (impl Write + Seek + Send),
        control: &Control,
        progress: &mut dyn FnMut(Stage, u64, u64),
    ) -> Result<(), Problem> {
        let Self { path, root, scan, old, stale } = *self;
        let one = PixelKind::of(scan).shape.side.bytes();
        let disk = |error: io::Error| Problem::writing(path, &error);
        file.write_all(&[0; HEADER]).map_err(disk)?;

        let total = stale.len() as u64;
        let mut is_stale = vec![false; scan.samples.len()];
        stale.iter().for_each(|&index| is_stale[index] = true);
        let mut entries: Vec<Entry> = Vec::with_capacity(scan.samples.len());
        let (mut done, mut slots) = (0, 0);
        let mut ready = Vec::new();
        let (stage, at_once) = self.pace();
        for start in (0..scan.samples.len()).step_by(at_once) {
            progress(stage, done, total);
            let chunk: Vec<usize> = (start..(start + at_once).min(scan.samples.len())).collect();
            let decode = || {
                let mut pixels = vec![0; chunk.len() * one];
                let entries: Vec<Option<Entry>> = chunk
                    .par_iter()
                    .zip(pixels.par_chunks_mut(one))
                    .map(|(&index, out)| match old.entries.get(&scan.samples[index].file) {
                        _ if control.cancelled() => None,
                        Some(entry) if !is_stale[index] && copy(old, entry, out) => Some(entry.clone()),
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
                    pixels.copy_within(at * one..(at + 1) * one, kept * one);
                    kept += 1;
                }
                entries.push(entry);
            }
            pixels.truncate(kept * one);
            ready = pixels;
            done += chunk.iter().filter(|&&index| is_stale[index]).count() as u64;
        }
        if entries.iter().any(|entry| matches!(entry.outcome, Outcome::Refused { reason: SkipReason::Unreadable { .. } })) {
            // The folder itself may be gone.
            fs::metadata(root).map_err(|error| Problem::io(root, &error))?;
        }
        file.write_all(&ready).map_err(disk)?;
        finish(file, root, &entries, slots.into()).map_err(disk)?;
        progress(stage, total, total);
        Ok(())
    }
}

/// Writes index and header.
fn finish(file: &mut (impl Write + Seek), root: &Path, entries: &[Entry], slots: u64) -> io::Result<()> {
    let index = serde_json::to_vec(entries)?;
    file.write_all(&index)?;
    let mut header = MAGIC.to_vec();
    for word in [slots, index.len() as u64, hash(&index), 0] {
        header.extend(word.to_le_bytes());
    }
    kept::name(&mut header, root);
    header.resize(HEADER, 0);
    let seal = seal(&header);
    header[SEAL..SEAL + 8].copy_from_slice(&seal.to_le_bytes());
    file.seek(SeekFrom::Start(0))?;
    file.write_all(&header)?;
    file.flush()
}

/// The hash of a header but for the place where that stands.
fn seal(header: &[u8]) -> u64 {
    let mut rest = header.to_vec();
    rest[SEAL..SEAL + 8].fill(0);
    hash(&rest)
}

/// Takes an unchanged picture over from the old file; false if that is damaged there.
fn copy(old: &Cached, entry: &Entry, out: &mut [u8]) -> bool {
    let Outcome::Picture { slot, .. } = entry.outcome else { return true };
    let picture = old.stored.as_ref().and_then(|stored| stored.read(slot as usize).ok());
    picture.map(|picture| out.copy_from_slice(&picture)).is_some()
}

/// Reads, hashes and decodes a file.
fn read(root: &Path, scan: &Scan, index: usize, out: &mut [u8]) -> Entry {
    let sample = &scan.samples[index];
    let (file, bytes) = (sample.file.clone(), sample.bytes);
    let modified = scan.modified[index];
    let Reading { faces, resize, .. } = scan.understood.reading;
    // By their names, and so spread over all folders; what was found is kept with the picture.
    let every = (scan.samples.len() / PhotoLook::ABOUT).max(1) as u64;
    let look = faces == FaceCrops::Off && hash(file.as_os_str().as_encoded_bytes()).is_multiple_of(every);
    let (hash, photo, outcome) = match decode_file(&root.join(&file), &file, Wanted { resize, faces, look }, out) {
        Ok((content, Found { anomaly, photo })) => (content, photo, Outcome::Picture { slot: 0, pixels: hash(out), anomaly }),
        Err((reason, content)) => (content, None, Outcome::Refused { reason }),
    };
    Entry { file, bytes, modified, hash, photo, outcome }
}

/// Decodes the picture at `path`, whose name in the data set is `file`; gives the hash of the file's content, and what was
/// found out about it.
///
/// # Errors
/// Why it cannot be used, and the hash of its content, or 0 where that was not read.
fn decode_file(path: &Path, file: &Path, wanted: Wanted, out: &mut [u8]) -> Result<(u64, Found), (SkipReason, u64)> {
    let content = regular::read(path, MOST_BYTES).map_err(|unread| match unread {
        Unread::NotAFile => (SkipReason::NotAFile, 0),
        Unread::TooLarge(bytes) => (SkipReason::Damaged { details: format!("the file has {bytes} bytes") }, 0),
        Unread::Failed(error) => (SkipReason::Unreadable { details: error.to_string() }, 0),
    })?;
    let hash = hash(&content);
    // A decoder that panics on a damaged file costs this picture, not the data set.
    let decode = || decode_small(&content, &file.to_string_lossy(), wanted, out);
    let decoded = std::panic::catch_unwind(std::panic::AssertUnwindSafe(decode));
    match decoded.unwrap_or_else(|_| Err(SkipReason::Damaged { details: "the decoder gave up".to_owned() })) {
        Ok(found) => Ok((hash, found)),
        Err(reason) => Err((reason, hash)),
    }
}

/// A file larger than this is not read: 500 MB.
const MOST_BYTES: u64 = 500_000_000;
