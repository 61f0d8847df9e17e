//! Files and folders that get their names only when they are whole. Until then they have a hidden name that no other
//! process uses, and are locked (a folder by a file beside it): what lies there unlocked was left by a process that ended,
//! and is removed.

use std::{
    ffi::OsStr,
    fs,
    io::{self, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
    process,
    sync::atomic::{AtomicU32, Ordering},
};

use super::disk;

/// Numbers what this process has begun.
static NEXT: AtomicU32 = AtomicU32::new(0);
const BEGINNING: &str = ".trombine-";
const PART: &str = ".part";
/// Of the file that locks a folder, while it is unfinished.
const LOCK: &str = ".lock";

/// A file that is removed unless it is published.
#[derive(Debug)]
pub struct UnfinishedFile {
    file: disk::File,
    path: PathBuf,
    published: bool,
}

impl UnfinishedFile {
    /// Begins a file in the folder of `path`.
    ///
    /// # Errors
    /// A full disk, no permission.
    pub fn beside(path: &Path) -> io::Result<Self> {
        let folder = path.parent().unwrap_or(Path::new(""));
        remove_left(folder);
        Self::begin(folder)
    }

    /// Begins one of many files that get their names elsewhere on the disk of `folder`, one after the other: what a process that
    /// ended has left there was removed when the folder was begun, and is not sought anew for each.
    ///
    /// # Errors
    /// As [`UnfinishedFile::beside`].
    pub fn within(folder: &UnfinishedFolder) -> io::Result<Self> {
        Self::begin(folder.path())
    }

    fn begin(folder: &Path) -> io::Result<Self> {
        loop {
            let path = folder.join(format!("{}{PART}", name()));
            if let Some(file) = locked(&path)? {
                return Ok(Self { file, path, published: false });
            }
        }
    }

    /// Forces it onto the disk and gives it the name `path`, on the same disk, in the place of what has that name.
    ///
    /// # Errors
    /// A full disk, a folder of that name.
    pub fn publish(mut self, path: &Path) -> io::Result<()> {
        self.file.sync()?;
        self.rename(path)?;
        disk::sync_folder(path)
    }

    /// As [`UnfinishedFile::publish`], but that nothing is forced onto the disk: for what can be made again, and says by its
    /// hashes what a power cut has taken.
    ///
    /// # Errors
    /// A folder of that name; a system that does not replace what is open.
    pub fn rename(&mut self, path: &Path) -> io::Result<()> {
        disk::rename(&self.path, path)?;
        self.published = true;
        Ok(())
    }

    /// Its name as long as it has no other.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl Write for UnfinishedFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Seek for UnfinishedFile {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.file.seek(to)
    }
}

impl Drop for UnfinishedFile {
    fn drop(&mut self) {
        if !self.published {
            // Half a file helps nobody, and takes space on a disk that may be full.
            let _ = disk::remove_file(&self.path);
        }
    }
}

/// A folder that is removed, with all that is in it, unless it is published.
#[derive(Debug)]
pub struct UnfinishedFolder {
    path: PathBuf,
    lock: PathBuf,
    _locked: disk::File,
}

impl UnfinishedFolder {
    /// Begins a folder in `folder`.
    ///
    /// # Errors
    /// A full disk, no permission.
    pub fn within(folder: &Path) -> io::Result<Self> {
        remove_left(folder);
        loop {
            let name = name();
            let (path, lock) = (folder.join(format!("{name}{PART}")), folder.join(format!("{name}{LOCK}")));
            let Some(locked) = locked(&lock)? else { continue };
            // From here on both are removed if anything fails.
            let unfinished = Self { path, lock, _locked: locked };
            disk::create_dir(&unfinished.path)?;
            return Ok(unfinished);
        }
    }

    /// Begins a folder in `folder` that says to others that somebody writes there; `None` if somebody does.
    ///
    /// # Errors
    /// As [`UnfinishedFolder::within`].
    pub fn alone(folder: &Path) -> io::Result<Option<Self>> {
        let own = Self::within(folder)?;
        // Looked for once one's own is there: of two at the same moment, both see the other, and none goes on.
        let other = fs::read_dir(folder)?.flatten().any(|entry| {
            let name = entry.file_name();
            is_unfinished(&name) && Path::new(&name).extension() == Path::new(&own.lock).extension() && entry.path() != own.lock
        });
        Ok((!other).then_some(own))
    }

    /// Where it is filled.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Gives it the name `path`, in the same folder, which nothing else must have. What is in it was forced onto the disk
    /// by who wrote it.
    ///
    /// # Errors
    /// Something has that name; a full disk. It is still unfinished then, as long as its path is there.
    pub fn publish(self, path: &Path) -> Result<(), (Self, io::Error)> {
        // An empty folder would be replaced.
        let free = match fs::symlink_metadata(path) {
            Ok(_) => Err(io::ErrorKind::AlreadyExists.into()),
            Err(_) => disk::rename(&self.path, path),
        };
        free.and_then(|()| disk::sync_folder(path)).map_err(|error| (self, error))
    }
}

impl Drop for UnfinishedFolder {
    fn drop(&mut self) {
        // Not there any more if it was published.
        let _ = disk::remove_dir_all(&self.path);
        let _ = disk::remove_file(&self.lock);
    }
}

fn name() -> String {
    format!("{BEGINNING}{}-{}", process::id(), NEXT.fetch_add(1, Ordering::Relaxed))
}

/// Makes the file `path` and locks it; `None` if it is not one's own, since somebody had the name or has tidied up meanwhile.
/// A file system without locks has nobody who would know.
fn locked(path: &Path) -> io::Result<Option<disk::File>> {
    let file = match disk::create_new(path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => return Ok(None),
        made => made?,
    };
    let lost = matches!(file.try_lock(), Err(fs::TryLockError::WouldBlock)) || !path.exists();
    Ok((!lost).then_some(file))
}

/// Whether a file or folder of this name is unfinished, or was left so.
pub fn is_unfinished(name: &OsStr) -> bool {
    let name = name.to_str().and_then(|name| name.strip_prefix(BEGINNING));
    let middle = name.and_then(|name| name.strip_suffix(PART).or_else(|| name.strip_suffix(LOCK))?.split_once('-'));
    middle.is_some_and(|(process, number)| [process, number].iter().all(|part| part.parse::<u32>().is_ok()))
}

/// Removes a folder with all that is in it. It is renamed first, so that a half-removed one is never taken for a whole one.
///
/// # Errors
/// Those of the system.
pub fn remove(folder: &Path) -> io::Result<()> {
    let aside = folder.with_file_name(format!("{}{PART}", name()));
    disk::rename(folder, &aside)?;
    disk::remove_dir_all(&aside)
}

/// Removes what processes that ended have left in `folder`. What cannot be removed stays: nothing depends on it.
pub fn remove_left(folder: &Path) {
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    for entry in fs::read_dir(folder).into_iter().flatten().flatten().filter(|entry| is_unfinished(&entry.file_name())) {
        let path = entry.path();
        let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
        let lock = if is_folder { path.with_extension(&LOCK[1..]) } else { path.clone() };
        let left = match disk::open(&lock).map(|file| file.try_lock()) {
            Ok(Err(fs::TryLockError::WouldBlock)) => false,
            // Of a file system without locks, only the time tells.
            Ok(Err(fs::TryLockError::Error(_))) => is_old(&entry),
            // A folder is made once its lock is there.
            Ok(Ok(())) | Err(_) => true,
        };
        if left {
            let _ = if is_folder { disk::remove_dir_all(&path) } else { disk::remove_file(&path) };
        }
    }
}

/// Whether nobody has written it for an hour.
fn is_old(entry: &fs::DirEntry) -> bool {
    let age = entry.metadata().and_then(|meta| meta.modified()).ok().and_then(|then| then.elapsed().ok());
    age.is_some_and(|age| age.as_secs() > 3600)
}
