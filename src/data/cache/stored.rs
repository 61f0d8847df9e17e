//! The pictures of a cache file, each read where it lies and compared with its hash whenever it is asked for.
//!
//! Nothing is mapped: a file that another program cuts short or writes over, or whose disk is gone, is a read that fails or
//! a hash that differs, and the picture is decoded again from the data set's own file. The system keeps what was read in
//! its file cache, so a read costs a copy and a hash, which is little beside what a training does with a picture.

use std::{
    borrow::Cow,
    fs::File,
    io,
    path::PathBuf,
    sync::{Mutex, PoisonError},
};

use super::{HEADER, PixelKind, decode_file};
use crate::{
    data::{decode::Wanted, hash::hash, picture_size::PictureSide, pixels::PixelStore, square::PixelSquare},
    files::disk::remove_file,
    problem::{Kind, Problem},
    text::{LocalizedText, say},
};

/// The bytes of a cache file, or what would be in one.
pub(super) enum Bytes {
    File(File),
    Memory(Vec<u8>),
}

impl Bytes {
    pub(super) fn len(&self) -> io::Result<u64> {
        match self {
            Self::File(file) => Ok(file.metadata()?.len()),
            Self::Memory(bytes) => Ok(bytes.len() as u64),
        }
    }

    /// `len` bytes from `at`.
    pub(super) fn read(&self, at: u64, len: usize) -> io::Result<Cow<'_, [u8]>> {
        match self {
            Self::File(file) => {
                let mut out = vec![0; len];
                read_exact_at(file, &mut out, at)?;
                Ok(Cow::Owned(out))
            }
            Self::Memory(bytes) => {
                let some = usize::try_from(at).ok().and_then(|at| bytes.get(at..)?.get(..len));
                some.map(Cow::Borrowed).ok_or_else(|| io::ErrorKind::UnexpectedEof.into())
            }
        }
    }
}

#[cfg(unix)]
fn read_exact_at(file: &File, out: &mut [u8], at: u64) -> io::Result<()> {
    std::os::unix::fs::FileExt::read_exact_at(file, out, at)
}

#[cfg(windows)]
fn read_exact_at(file: &File, mut out: &mut [u8], mut at: u64) -> io::Result<()> {
    while !out.is_empty() {
        let read = std::os::windows::fs::FileExt::seek_read(file, out, at)?;
        if read == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        (out, at) = (&mut out[read..], at + read as u64);
    }
    Ok(())
}

/// Where the picture in `slot` begins, where each takes `one` byte after the other.
pub(super) fn place(slot: usize, one: usize) -> u64 {
    HEADER as u64 + slot as u64 * one as u64
}

/// What [`crate::data::pixels::Pixels`] holds of a cache file.
pub(super) struct CacheFile {
    pub(super) bytes: Bytes,
    /// Of each slot, what is in it; nothing of a slot that is not used.
    pub(super) pictures: Vec<StoredPicture>,
    /// The cache file.
    pub(super) path: PathBuf,
    /// The data set's folder.
    pub(super) root: PathBuf,
    pub(super) kind: PixelKind,
    pub(super) damage: Mutex<Damage>,
}

/// What a slot holds.
#[derive(Clone, Default)]
pub(super) struct StoredPicture {
    /// Path below the data set's folder.
    pub(super) file: PathBuf,
    /// Which of the file's faces it is, from 1 on.
    pub(super) face: u32,
    /// The square that the user drew.
    pub(super) square: Option<PixelSquare>,
    /// Hash of the pixels.
    pub(super) pixels: u64,
}

/// What was found damaged.
#[derive(Default)]
pub(super) enum Damage {
    #[default]
    None,
    Found(Problem),
    Told,
}

impl CacheFile {
    /// The picture in `slot`, if it is as it was stored.
    pub(super) fn read(&self, slot: usize) -> io::Result<Cow<'_, [u8]>> {
        let one = self.kind.shape.side.bytes();
        let pixels = self.bytes.read(place(slot, one), one)?;
        if hash(&pixels) == self.pictures[slot].pixels { Ok(pixels) } else { Err(io::ErrorKind::InvalidData.into()) }
    }

    /// The picture in `slot` from the data set's own file, if that is still the one that was decoded.
    fn decode_again(&self, slot: usize) -> Result<Vec<u8>, String> {
        let StoredPicture { file, face, square, pixels: expected } = &self.pictures[slot];
        let mut pixels = vec![0; self.kind.shape.side.bytes()];
        let wanted = Wanted { resize: self.kind.shape.resize, faces: self.kind.faces, square: *square, look: false };
        let decoded = decode_file(&self.root.join(file), file, wanted, &mut pixels);
        let (_, found) = decoded.map_err(|(reason, _)| format!("{reason:?}"))?;
        if let Some(other) = face.checked_sub(2) {
            pixels = found.more.into_iter().nth(other as usize).map(|(pixels, _)| pixels).unwrap_or_default();
        }
        if hash(&pixels) == *expected { Ok(pixels) } else { Err("the picture is another now".to_owned()) }
    }

    /// Remembers that the file is damaged, once, and takes its name, so that the next opening makes it anew.
    fn note(&self, error: &io::Error) {
        let mut damage = self.damage.lock().unwrap_or_else(PoisonError::into_inner);
        if matches!(*damage, Damage::None) {
            *damage = Damage::Found(damaged(self, error));
            // Where it cannot be removed, it is read as it is now.
            let _ = remove_file(&self.path);
        }
    }
}

impl PixelStore for CacheFile {
    fn side(&self) -> PictureSide {
        self.kind.shape.side
    }

    fn count(&self) -> usize {
        self.pictures.len()
    }

    fn picture(&self, slot: usize) -> Result<Cow<'_, [u8]>, Problem> {
        self.read(slot).or_else(|error| {
            let pixels = self.decode_again(slot).map_err(|reason| gone(self, slot, &format!("{error}; {reason}")))?;
            self.note(&error);
            Ok(Cow::Owned(pixels))
        })
    }

    fn in_memory(&self) -> bool {
        matches!(self.bytes, Bytes::Memory(_))
    }

    fn take_damage(&self) -> Option<Problem> {
        let mut damage = self.damage.lock().unwrap_or_else(PoisonError::into_inner);
        if !matches!(*damage, Damage::Found(_)) {
            return None;
        }
        match std::mem::replace(&mut *damage, Damage::Told) {
            Damage::Found(problem) => Some(problem),
            _ => None,
        }
    }
}

fn damaged(stored: &CacheFile, error: &io::Error) -> Problem {
    let name = stored.path.display();
    let what = LocalizedText {
        en: format!("What was kept ready of the pictures was damaged or taken away: {name}"),
        fr: format!("Ce qui était gardé prêt des images a été abîmé ou enlevé\u{a0}: {name}"),
    };
    let remedy = say(
        "Nothing is wrong in the result: the pictures are read from their folder meanwhile, and cached again when it is next opened",
        "Le résultat n’en souffre pas\u{a0}: les images sont relues dans leur dossier, et gardées prêtes à nouveau quand il sera rouvert",
    );
    Problem { path: Some(stored.path.clone()), ..Problem::new(Kind::Disk, what, remedy).because(error) }
}

fn gone(stored: &CacheFile, slot: usize, reason: &str) -> Problem {
    let path = stored.root.join(&stored.pictures[slot].file);
    let name = path.display();
    let what = LocalizedText {
        en: format!("A picture of the open folder can no longer be read: {name}"),
        fr: format!("Une image du dossier ouvert ne peut plus être lue\u{a0}: {name}"),
    };
    let remedy = say(
        "Connect the disk that it is on, or open the folder again; a training that stopped for it is kept and can be resumed",
        "Rebranchez le disque où elle se trouve, ou rouvrez le dossier\u{a0}; un entraînement qui s’est arrêté pour cela est gardé et peut être repris",
    );
    Problem { path: Some(stored.root.clone()), ..Problem::new(Kind::Data, what, remedy).because(reason) }
}
