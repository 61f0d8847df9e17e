//! Whatever the program changes on a disk it changes by these, so that a test can make each of them fail
//! ([`super::fault`]), and so that nothing is written through a link: somebody else's run folder may hold links.

use std::{
    fs::{self, OpenOptions, TryLockError},
    io::{self, Read, Seek, SeekFrom, Write},
    path::{Component, Path, PathBuf},
};

use super::fault::{self, Operation};

/// A file that is open for writing.
#[derive(Debug)]
pub struct File {
    inner: fs::File,
    path: PathBuf,
    /// Where the next byte goes.
    at: u64,
}

impl File {
    /// Forces what was written onto the disk.
    ///
    /// # Errors
    /// Those of the system.
    pub fn sync(&self) -> io::Result<()> {
        fault::run(|| Operation::Sync(self.path.clone()), |_| self.inner.sync_all())
    }

    /// Cuts or extends the file.
    ///
    /// # Errors
    /// Those of the system.
    pub fn set_len(&self, len: u64) -> io::Result<()> {
        fault::run(|| Operation::Truncate { path: self.path.clone(), len }, |_| self.inner.set_len(len))
    }

    /// Claims the file until it is closed, by the process's end at the latest.
    ///
    /// # Errors
    /// Another process holds it; a file system without locks.
    pub fn try_lock(&self) -> Result<(), TryLockError> {
        self.inner.try_lock()
    }

    /// Size and times.
    ///
    /// # Errors
    /// Those of the system.
    pub fn metadata(&self) -> io::Result<fs::Metadata> {
        self.inner.metadata()
    }
}

/// A program that is started meanwhile holds a copy of every open file until it has become that program: closing alone would
/// leave a lock held for as long.
impl Drop for File {
    fn drop(&mut self) {
        // It is an error where there are no locks.
        let _ = self.inner.unlock();
    }
}

impl Write for File {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let operation = || Operation::Write { path: self.path.clone(), at: self.at, bytes: bytes.to_vec() };
        let write = |half| (&self.inner).write(if half { &bytes[..bytes.len() / 2] } else { bytes });
        let written = fault::run(operation, write)?;
        self.at += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

impl Read for File {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(bytes)?;
        self.at += read as u64;
        Ok(read)
    }
}

impl Seek for File {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.at = self.inner.seek(to)?;
        Ok(self.at)
    }
}

/// Makes a file that was not there: a link of its name, wherever it leads, is something.
///
/// # Errors
/// Something has this name, and those of the system.
pub fn create_new(path: &Path) -> io::Result<File> {
    let open = |_| OpenOptions::new().read(true).write(true).create_new(true).open(path);
    let inner = fault::run(|| Operation::Create(path.to_owned()), open)?;
    Ok(File { inner, path: path.to_owned(), at: 0 })
}

/// Opens a file that is there, as it is.
///
/// # Errors
/// No file, a link or a device, and those of the system.
pub fn open(path: &Path) -> io::Result<File> {
    let inner = open_regular(path, OpenOptions::new().read(true).write(true))?;
    Ok(File { inner, path: path.to_owned(), at: 0 })
}

/// Opens a log, or makes it: each write goes to its end, whoever else writes there. It is no state of the program's, so its
/// writes are none that a test makes fail.
///
/// # Errors
/// As [`open`].
pub fn open_log(path: &Path) -> io::Result<fs::File> {
    drop(open_or_create(path)?);
    open_regular(path, OpenOptions::new().append(true))
}

/// Opens a file that is there, and nothing else.
fn open_regular(path: &Path, options: &mut OpenOptions) -> io::Result<fs::File> {
    // Opening a pipe would wait for its other end.
    let regular = |meta: fs::Metadata| meta.is_file().then_some(()).ok_or_else(no_file);
    fs::symlink_metadata(path).and_then(regular)?;
    // What took the file's place since is not followed, nor waited for, either.
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::custom_flags(options, libc::O_NOFOLLOW | libc::O_NONBLOCK);
    #[cfg(windows)]
    std::os::windows::fs::OpenOptionsExt::custom_flags(options, OPEN_REPARSE_POINT);
    let file = options.open(path)?;
    file.metadata().and_then(regular)?;
    Ok(file)
}

/// `FILE_FLAG_OPEN_REPARSE_POINT`: a link itself, not where it leads.
#[cfg(windows)]
const OPEN_REPARSE_POINT: u32 = 0x0020_0000;

/// Opens a file as it is, or makes it.
///
/// # Errors
/// As [`open`].
pub fn open_or_create(path: &Path) -> io::Result<File> {
    match open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => match create_new(path) {
            // Another process was quicker.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => open(path),
            made => made,
        },
        opened => opened,
    }
}

/// Copies the contents of `from` into a new file; that they are forced onto the disk is left to the caller.
///
/// # Errors
/// As [`create_new`]; what was copied by then stays.
pub fn copy_new(from: &Path, to: &Path) -> io::Result<File> {
    let mut source = fs::File::open(from)?;
    let mut copy = create_new(to)?;
    io::copy(&mut source, &mut copy)?;
    Ok(copy)
}

/// Gives a file or folder another name; a file or link that has it is replaced.
///
/// # Errors
/// Those of the system.
pub fn rename(from: &Path, to: &Path) -> io::Result<()> {
    fault::run(|| Operation::Rename { from: from.to_owned(), to: to.to_owned() }, |_| fs::rename(from, to))
}

/// Gives a file a second name.
///
/// # Errors
/// Those of the system.
pub fn hard_link(from: &Path, to: &Path) -> io::Result<()> {
    fault::run(|| Operation::Link { from: from.to_owned(), to: to.to_owned() }, |_| fs::hard_link(from, to))
}

/// Removes a file, or a link and not what it leads to.
///
/// # Errors
/// Those of the system.
pub fn remove_file(path: &Path) -> io::Result<()> {
    fault::run(|| Operation::Remove(path.to_owned()), |_| fs::remove_file(path))
}

/// Removes an empty folder.
///
/// # Errors
/// Those of the system.
pub fn remove_dir(path: &Path) -> io::Result<()> {
    fault::run(|| Operation::Remove(path.to_owned()), |_| fs::remove_dir(path))
}

/// Removes a folder with all that is in it; links in it, not what they lead to.
///
/// # Errors
/// Those of the system.
pub fn remove_dir_all(path: &Path) -> io::Result<()> {
    if !fault::armed() {
        return fs::remove_dir_all(path);
    }
    // One at a time, so that a test can stop it between any two.
    for entry in fs::read_dir(path)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() { remove_dir_all(&entry.path())? } else { remove_file(&entry.path())? }
    }
    remove_dir(path)
}

/// Makes a folder that was not there.
///
/// # Errors
/// Those of the system.
pub fn create_dir(path: &Path) -> io::Result<()> {
    fault::run(|| Operation::CreateDir(path.to_owned()), |_| fs::create_dir(path))
}

/// Makes a folder and those above it, as far as they are not there.
///
/// # Errors
/// Those of the system.
pub fn create_dir_all(path: &Path) -> io::Result<()> {
    if path.as_os_str().is_empty() || path.is_dir() {
        return Ok(());
    }
    path.parent().map_or(Ok(()), create_dir_all)?;
    match create_dir(path) {
        // Another process was quicker.
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists && path.is_dir() => Ok(()),
        Ok(()) => sync_folder(path),
        failed => failed,
    }
}

/// Makes folders below `root`, where none of them may be a link that leads elsewhere, and `below` is names alone: no `..`, no
/// root of its own. `root` itself is not made: where a disk is away, nothing is to be written in its place.
///
/// # Errors
/// No `root`, a link, something else than a name, and those of the system.
pub fn create_dir_within(root: &Path, below: &Path) -> io::Result<()> {
    let names = below.components().map(|part| if let Component::Normal(name) = part { Some(name) } else { None });
    // Nothing is made where one of them leads elsewhere.
    let Some(names) = names.collect::<Option<Vec<_>>>() else {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "a path that leads elsewhere"));
    };
    if !root.as_os_str().is_empty() && !root.is_dir() {
        return Err(io::ErrorKind::NotFound.into());
    }
    let mut path = root.to_owned();
    for name in names {
        path.push(name);
        if fs::symlink_metadata(&path).is_ok_and(|meta| !meta.is_dir()) {
            return Err(no_file());
        }
        create_dir_all(&path)?;
    }
    Ok(())
}

/// Forces onto the disk that `path` is in its folder; Windows does that by itself.
///
/// # Errors
/// Those of the system.
pub fn sync_folder(path: &Path) -> io::Result<()> {
    if !cfg!(unix) {
        return Ok(());
    }
    // A bare name lies in the folder where the program runs.
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    fault::run(|| Operation::SyncDir(folder.to_owned()), |_| fs::File::open(folder)?.sync_all())
}

/// That something stands where a file of the program's should: a link, a device.
fn no_file() -> io::Error {
    io::Error::new(io::ErrorKind::AlreadyExists, "a link or something else that is no regular file")
}
