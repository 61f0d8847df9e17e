//! Pictures are decoded once: RGB bytes, 128 x 128 unless another side is asked for, of a whole data set in one file.
//!
//! The file of a data set holds a header of [`HEADER`] bytes (with the folder's path, to say later what it was for), the pictures one after another, and an index in JSON:
//! for each file its path, size, time of change, content hash, and either the places and hashes of what is taken of it or why it
//! cannot be used. Header and index carry hashes too: whatever a damaged file says, it is not believed (`stored`). A file
//! is made under a name of its own and then renamed; after that it is only added to at its end (`append`): two programs at
//! once each keep what they have open. What is truncated, foreign, or of another version is made anew; what has not
//! changed on disk (same size and time) is taken from the last file, and only the rest is decoded. Faces are sought in rounds,
//! each of which leaves a whole file of what is known by then: whoever is stopped goes on there. Where no file can be
//! written, the pictures are held in memory, for as long as the data set is open.

mod append;
pub mod in_memory;
pub mod kept;
mod stored;

use std::{
    collections::HashMap,
    fs::{self, File},
    io::{self, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
};

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use self::stored::{Bytes, CacheFile, Damage, StoredPicture};
use super::{
    dataset::UnusedSamples,
    decode::{Found, Wanted, decode_small},
    face_crop::{FaceCrops, PhotoLook},
    face_file, glimpse,
    hash::hash,
    picture_size::PictureShape,
    pixels::Pixels,
    reading::Reading,
    sample::{Anomaly, Sample, SkipReason, Skipped, Source},
    scan::Scan,
    square::PixelSquare,
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
/// The data folder gone, room for the pictures neither on the disk nor in memory, or cancelled.
pub fn fill(
    folder: &Path,
    root: &Path,
    scan: &mut Scan,
    control: &Control,
    progress: &mut dyn FnMut(Stage, u64, u64),
) -> Result<(Pixels, UnusedSamples), Problem> {
    let named = scan.samples.len();
    for (sample, modified) in std::mem::take(&mut scan.unnamed) {
        scan.samples.push(sample);
        scan.modified.push(modified);
    }
    let key = Source::Folder(root.to_owned()).key();
    let kind = PixelKind::of(scan);
    let path = folder.join(format!("{key}{}.pixels", kind.suffix()));
    remove_left(folder);
    let mut cached = Cached::open(&path, root, kind).unwrap_or_default();
    let stale = cached.stale(root, scan);
    let (mut rest, total) = (stale.as_slice(), stale.len());
    while !rest.is_empty() {
        let before = (total - rest.len()) as u64;
        let mut progress = |stage, done, _| progress(stage, before + done, total as u64);
        let (now, later) = rest.split_at(kind.round(scan.samples.len()).min(rest.len()));
        let update = Update { path: &path, root, scan, old: &cached, stale: now, later };
        let written = create_dir_all(folder).map_err(|error| Problem::writing(folder, &error)).and_then(|()| {
            match update.append(control, &mut progress)? {
                Some(more) => Ok(more),
                None => update.rebuild(control, &mut progress),
            }
        });
        (cached, rest) = match written {
            // The pictures themselves can be read: what fails is only that they are kept for the next time.
            Err(problem) if problem.kind == Kind::Disk => {
                let update = Update { stale: rest, later: &[], ..update };
                let bytes = Bytes::Memory(update.hold(&problem, control, &mut progress)?);
                let unkept = Some(Arc::new(unkept(&problem)));
                (Cached { unkept, ..Cached::check(bytes, &path, root, kind).ok_or(problem)? }, &rest[rest.len()..])
            }
            written => (written?, later),
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
        let faces = match self.faces {
            FaceCrops::Off => "",
            FaceCrops::Largest => ".faces",
            FaceCrops::Each => ".faces-each",
            FaceCrops::Skip => ".faces-skip",
        };
        let PictureShape { side, resize } = self.shape;
        let side = if side.is_default() { String::new() } else { format!(".{side}") };
        let resize = if resize.is_default() { String::new() } else { format!(".{}", resize.key()) };
        format!("{faces}{side}{resize}")
    }

    /// How many of `all` pictures are decoded before what is known is kept. Of whole pictures that are all, which takes seconds;
    /// faces take minutes, and each round costs an index, or where nothing can be added to a file, all of it.
    fn round(self, all: usize) -> usize {
        match self.faces {
            FaceCrops::Off => all,
            _ => (all / ROUNDS).max(LEAST_ROUND),
        }
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
/// Rounds in which faces are sought, at most, and pictures of a round, at least.
const ROUNDS: usize = if cfg!(windows) { 8 } else { 64 };
const LEAST_ROUND: usize = 64;

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
    /// The square that the user drew in it, which was taken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    square: Option<PixelSquare>,
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
        /// Its other faces, if each is a picture.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        more: Vec<OtherFace>,
    },
    Refused {
        reason: SkipReason,
    },
}

/// A face of a photo beside its first, as [`Outcome::Picture`].
#[derive(Clone, Debug, Serialize, Deserialize)]
struct OtherFace {
    slot: u32,
    pixels: u64,
    anomaly: Option<Anomaly>,
}

impl Entry {
    /// Its pictures, with their slots.
    fn pictures(&self) -> Vec<(u32, StoredPicture)> {
        let Outcome::Picture { slot, pixels, more, .. } = &self.outcome else { return Vec::new() };
        let faces = std::iter::once((*slot, *pixels)).chain(more.iter().map(|face| (face.slot, face.pixels)));
        let Self { file, square, .. } = self;
        let picture = |(face, (slot, pixels))| (slot, StoredPicture { file: file.clone(), face, square: *square, pixels });
        (1..).zip(faces).map(picture).collect()
    }

    /// Gives its pictures the slots from `next` on.
    fn place(&mut self, next: &mut u32) {
        if let Outcome::Picture { slot, more, .. } = &mut self.outcome {
            for slot in std::iter::once(slot).chain(more.iter_mut().map(|face| &mut face.slot)) {
                *slot = *next;
                *next += 1;
            }
        }
    }
}

/// A cache file whose header and index were checked.
#[derive(Default)]
struct Cached {
    stored: Option<CacheFile>,
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
        let mut pictures = vec![StoredPicture::default(); slots];
        for (slot, picture) in entries.iter().flat_map(Entry::pictures) {
            *pictures.get_mut(slot as usize)? = picture;
        }
        let (path, root) = (path.to_owned(), root.to_owned());
        let stored = CacheFile { bytes, pictures, path, root, kind, damage: Mutex::new(Damage::None) };
        // After a power failure the pages themselves may never have reached the disk: look at some, the last included, so
        // that a file of which all is lost is made anew at once and not picture by picture.
        let mut probes = entries.iter().rev().step_by((entries.len() / 64).max(1));
        let sound = |entry: &Entry| entry.pictures().iter().all(|(slot, _)| stored.read(*slot as usize).is_ok());
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
            let same = same.filter(|entry| entry.square == scan.square(sample));
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
    fn settle(self, scan: &mut Scan, named: usize) -> (Pixels, UnusedSamples) {
        let mut slots = Vec::with_capacity(scan.samples.len());
        let mut spare: Vec<(Sample, usize)> = Vec::new();
        let mut modified = Vec::with_capacity(scan.samples.len());
        let looks: Vec<bool> = self.entries.values().filter_map(|entry| entry.photo).collect();
        let photos = looks.iter().filter(|photo| **photo).count();
        scan.understood.look = PhotoLook { looked: looks.len() as u32, photos: photos as u32 };
        let (samples, times) = (std::mem::take(&mut scan.samples), std::mem::take(&mut scan.modified));
        for (index, (sample, time)) in samples.into_iter().zip(times).enumerate() {
            match self.entries.get(&sample.file) {
                Some(Entry { hash, square, outcome: Outcome::Picture { slot, anomaly, more, .. }, .. }) => {
                    let content = square.map_or(*hash, |square| square.content(*hash));
                    let others = more.iter().map(|face| (face.slot, &face.anomaly));
                    for (number, (slot, odd)) in (1..).zip(std::iter::once((*slot, anomaly)).chain(others)) {
                        let mut face = sample.clone();
                        face.file = face_file::of(&sample.file, number);
                        face.hash = face_file::content(content, number);
                        face.anomaly = face.anomaly.or_else(|| odd.clone());
                        if index < named {
                            slots.push(slot as usize);
                            modified.push(time);
                            scan.samples.push(face);
                            continue;
                        }
                        if number > 1 {
                            let skipped = scan.skipped.iter().find(|skipped| skipped.file == sample.file).cloned();
                            scan.skipped.extend(skipped.map(|skipped| Skipped { file: face.file.clone(), ..skipped }));
                        }
                        spare.push((face, slot as usize));
                    }
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
        spare.sort_by(|(a, _), (b, _)| a.file.cmp(&b.file));
        let (spare, spare_slots): (_, Vec<usize>) = spare.into_iter().unzip();
        (all.select(slots), UnusedSamples { samples: spare, pixels: all.select(spare_slots) })
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
    /// Others of that kind, which are to be decoded another time.
    later: &'a [usize],
}

impl Update<'_> {
    /// What is done, and with how many pictures at once.
    fn pace(&self) -> (Stage, usize) {
        match self.scan.understood.reading.faces {
            FaceCrops::Off => (Stage::Decoding, CHUNK),
            _ => (Stage::FindingFaces, CHUNK_OF_FACES),
        }
    }

    /// Of each sample, what becomes of it.
    fn fates(&self) -> Vec<Fate> {
        let mut fates = vec![Fate::Same; self.scan.samples.len()];
        self.stale.iter().for_each(|&index| fates[index] = Fate::New);
        self.later.iter().for_each(|&index| fates[index] = Fate::Later);
        fates
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
        let Self { path, root, scan, old, stale, .. } = *self;
        let disk = |error: io::Error| Problem::writing(path, &error);
        file.write_all(&[0; HEADER]).map_err(disk)?;

        let total = stale.len() as u64;
        let fates = self.fates();
        let wanted: Vec<usize> = (0..fates.len()).filter(|index| fates[*index] != Fate::Later).collect();
        let mut entries: Vec<Entry> = Vec::with_capacity(wanted.len());
        let (mut done, mut slots) = (0, 0);
        let mut ready = Vec::new();
        let (stage, at_once) = self.pace();
        let one = PixelKind::of(scan).shape.side.bytes();
        for chunk in wanted.chunks(at_once) {
            progress(stage, done, total);
            let known = |index: usize| {
                let entry = old.entries.get(&scan.samples[index].file).filter(|_| fates[index] == Fate::Same)?;
                Some(Decoded { entry: entry.clone(), pixels: pixels_of(old, entry)? })
            };
            let decode = |&index: &usize| (!control.cancelled()).then(|| known(index).unwrap_or_else(|| read(root, scan, index)));
            // One chunk goes to the disk while the next is decoded.
            let (written, found): (_, Vec<_>) = rayon::join(|| file.write_all(&ready), || chunk.par_iter().map(decode).collect());
            written.map_err(disk)?;
            ready.clear();
            for (&index, decoded) in chunk.iter().zip(found) {
                let Decoded { mut entry, pixels } = decoded.ok_or_else(Problem::cancelled)?;
                entry.place(&mut slots);
                if fates[index] == Fate::New {
                    glimpse::show(control, index, scan.samples.len(), first_of(&pixels, one));
                }
                ready.extend(pixels);
                entries.push(entry);
            }
            done += chunk.iter().filter(|&&index| fates[index] == Fate::New).count() as u64;
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

/// What becomes of a sample when a cache file is written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fate {
    /// It is taken over.
    Same,
    /// It is decoded.
    New,
    /// It stays out, to be decoded another time.
    Later,
}

/// What is to be kept of a file: the pixels of its pictures one after another, which have no slots yet.
struct Decoded {
    entry: Entry,
    pixels: Vec<u8>,
}

/// The first of pictures of `one` bytes each; nothing if there is none.
fn first_of(pixels: &[u8], one: usize) -> &[u8] {
    &pixels[..one.min(pixels.len())]
}

/// The pixels of an unchanged file's pictures in the old cache file; `None` if they are damaged there.
fn pixels_of(old: &Cached, entry: &Entry) -> Option<Vec<u8>> {
    let mut pixels = Vec::new();
    for (slot, _) in entry.pictures() {
        pixels.extend_from_slice(&old.stored.as_ref()?.read(slot as usize).ok()?);
    }
    Some(pixels)
}

/// Reads, hashes and decodes a file.
fn read(root: &Path, scan: &Scan, index: usize) -> Decoded {
    let sample = &scan.samples[index];
    let mut pixels = vec![0; PixelKind::of(scan).shape.side.bytes()];
    let (file, bytes) = (sample.file.clone(), sample.bytes);
    let modified = scan.modified[index];
    let Reading { faces, resize, .. } = scan.understood.reading;
    // By their names, and so spread over all folders; what was found is kept with the picture.
    let every = (scan.samples.len() / PhotoLook::ABOUT).max(1) as u64;
    let look = faces == FaceCrops::Off && hash(file.as_os_str().as_encoded_bytes()).is_multiple_of(every);
    let square = scan.square(sample);
    let (hash, photo, outcome) = match decode_file(&root.join(&file), &file, Wanted { resize, faces, square, look }, &mut pixels)
    {
        Ok((content, Found { anomaly, photo, more: others })) => {
            let (first, mut more) = (hash(&pixels), Vec::with_capacity(others.len()));
            for (face, anomaly) in others {
                more.push(OtherFace { slot: 0, pixels: hash(&face), anomaly });
                pixels.extend(face);
            }
            (content, photo, Outcome::Picture { slot: 0, pixels: first, anomaly, more })
        }
        Err((reason, content)) => {
            pixels.clear();
            (content, None, Outcome::Refused { reason })
        }
    };
    Decoded { entry: Entry { file, bytes, modified, hash, photo, square, outcome }, pixels }
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
        Unread::Failed(error) => (SkipReason::unreadable(&error), 0),
    })?;
    let hash = hash(&content);
    match decode_small(&content, &file.to_string_lossy(), wanted, out) {
        Ok(found) => Ok((hash, found)),
        Err(reason) => Err((reason, hash)),
    }
}

/// A file larger than this is not read: 500 MB.
const MOST_BYTES: u64 = 500_000_000;
