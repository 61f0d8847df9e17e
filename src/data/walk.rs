//! The one way through a folder of pictures, for every command: what is a picture by its name, what is a leftover, and
//! which links are followed.

use std::{
    collections::{BTreeMap, HashSet},
    fs, io,
    path::{Path, PathBuf},
    sync::Arc,
};

use rayon::prelude::*;
use walkdir::WalkDir;

use super::{
    hash::hash,
    name,
    sample::{SkipReason, Skipped},
};
use crate::{control::Control, problem::Problem};

/// What lies below a folder, in no order.
#[derive(Debug, Default)]
pub struct Walk {
    /// Regular files that are pictures by their names.
    pub files: Vec<FoundFile>,
    /// All others, leftovers apart, with the reasons.
    pub skipped: Vec<Skipped>,
    /// Those of the skipped that are folders, so that all their pictures are missing.
    pub folders: Vec<PathBuf>,
}

/// A file that is a picture by its name. Files are ordered folder by folder.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct FoundFile {
    /// Names of the folders below the root.
    pub tree: Arc<[String]>,
    pub name: String,
}

impl FoundFile {
    /// Path below the root.
    pub fn path(&self) -> PathBuf {
        self.tree.iter().chain([&self.name]).collect()
    }
}

/// What systems and programs leave in folders, by their names in lowercase; names that begin with a dot are leftovers anyway.
const LEFTOVERS: [&str; 19] = [
    // Archives made by macOS, and the folder's icon.
    "__macosx",
    "icon\r",
    "temporary items",
    "network trash folder",
    // Thumbnails, bins and snapshots of network drives: Synology, QNAP, Netgear.
    "@eadir",
    "@tmp",
    "@recycle",
    "@recently-snapshot",
    "@__thumb",
    "#recycle",
    "#snapshot",
    // Windows.
    "$recycle.bin",
    "recycler",
    "recycled",
    "system volume information",
    "thumbs.db",
    "ehthumbs.db",
    "desktop.ini",
    // Linux.
    "lost+found",
];

/// Whether a file or folder of this name is nothing of the user's: hidden, a bin, thumbnails, a trace of another system.
pub fn is_leftover(name: &str) -> bool {
    name.starts_with('.') || LEFTOVERS.iter().any(|known| known.eq_ignore_ascii_case(name))
}

/// Walks through `root`, at any depth. No file is opened; links are followed, each folder is visited once.
///
/// `progress` gets how many entries were met.
///
/// # Errors
/// A root that cannot be read, or cancelled.
pub fn walk(root: &Path, control: &Control, progress: &mut dyn FnMut(u64)) -> Result<Walk, Problem> {
    let failed = |error: &io::Error| Problem::io(root, error);
    let start = fs::canonicalize(root).map_err(|error| failed(&error))?;
    // Only what cannot be listed at all is an error; a folder in it that cannot is skipped.
    fs::read_dir(&start).map_err(|error| failed(&error))?;
    let mut walker = Walker { found: Walk::default(), seen: HashSet::new(), links: BTreeMap::new(), met: 0, control, progress };
    walker.folder(&start, Arc::default())?;
    // Links come last, so that a folder is known by its own name where it lies in the root itself.
    while let Some((tree, target)) = walker.links.pop_first() {
        walker.folder(&target, tree)?;
    }
    Ok(walker.found)
}

/// A number for the pictures below `root`: the same wherever the folder lies, another with any that comes, goes, or gets
/// another name or size. No picture is opened.
///
/// # Errors
/// As [`walk`].
pub fn print(root: &Path, control: &Control) -> Result<u64, Problem> {
    let mut files = walk(root, control, &mut |_| {})?.files;
    files.sort_unstable();
    let line = |file: &FoundFile| {
        let path = file.path();
        let size = fs::metadata(root.join(&path)).map_or(0, |meta| meta.len());
        [path.as_os_str().as_encoded_bytes(), b"\0", &size.to_le_bytes()].concat()
    };
    let lines = files.par_iter().map(|file| (!control.cancelled()).then(|| line(file))).collect::<Option<Vec<_>>>();
    Ok(hash(&lines.ok_or_else(Problem::cancelled)?.concat()))
}

struct Walker<'a> {
    found: Walk,
    /// Folders that were visited, without links.
    seen: HashSet<PathBuf>,
    /// Links to folders, with what they lead to.
    links: BTreeMap<Arc<[String]>, PathBuf>,
    met: u64,
    control: &'a Control,
    progress: &'a mut dyn FnMut(u64),
}

impl Walker<'_> {
    /// Walks through the folder `start`, a path without links, which is at `tree` below the root.
    fn folder(&mut self, start: &Path, tree: Arc<[String]>) -> Result<(), Problem> {
        if !self.seen.insert(start.to_owned()) {
            return Ok(());
        }
        // The folders from `start` to where the walk is.
        let mut trees = vec![tree];
        let mut entries = WalkDir::new(start).min_depth(1).into_iter();
        while let Some(entry) = entries.next() {
            self.count()?;
            let entry = match entry {
                Ok(entry) => entry,
                Err(error) => {
                    let below = error.path().and_then(|path| path.strip_prefix(start).ok()).unwrap_or(Path::new(""));
                    let file = trees[0].iter().collect::<PathBuf>().join(below);
                    let is_folder = error.path().is_some_and(Path::is_dir);
                    self.skip_either(is_folder, shown(&file), SkipReason::unreadable(&error.into()));
                    continue;
                }
            };
            trees.truncate(entry.depth());
            let tree = &trees[entry.depth() - 1];
            let kind = match entry.file_type() {
                kind if kind.is_symlink() => fs::metadata(entry.path()).map(|meta| meta.file_type()),
                kind => Ok(kind),
            };
            let is_folder = entry.file_type().is_dir();
            let Some(name) = entry.file_name().to_str() else {
                let file = tree.iter().collect::<PathBuf>().join(entry.file_name());
                self.skip_either(kind.is_ok_and(|kind| kind.is_dir()), shown(&file), SkipReason::NotUnicode);
                if is_folder {
                    entries.skip_current_dir();
                }
                continue;
            };
            let file = FoundFile { tree: tree.clone(), name: name.to_owned() };
            match kind {
                _ if is_leftover(name) => {
                    if is_folder {
                        entries.skip_current_dir();
                    }
                }
                Ok(_) if is_folder => {
                    if !self.seen.insert(entry.path().to_owned()) {
                        entries.skip_current_dir();
                    }
                    trees.push(file.below());
                }
                Ok(kind) if kind.is_dir() => match fs::canonicalize(entry.path()) {
                    Ok(target) => {
                        self.links.insert(file.below(), target);
                    }
                    Err(error) => self.skip_either(true, file.path(), SkipReason::unreadable(&error)),
                },
                Ok(_) if !name::is_picture(name) => self.skip(file.path(), SkipReason::NotAPicture),
                Ok(kind) if kind.is_file() => self.found.files.push(file),
                Ok(_) => self.skip(file.path(), SkipReason::NotAFile),
                Err(error) => self.skip(file.path(), SkipReason::unreadable(&error)),
            }
        }
        Ok(())
    }

    /// Counts an entry; now and then looks whether the user has had enough.
    fn count(&mut self) -> Result<(), Problem> {
        if self.met.is_multiple_of(1000) {
            if self.met > 0 && self.control.cancelled() {
                return Err(Problem::cancelled());
            }
            (self.progress)(self.met);
        }
        self.met += 1;
        Ok(())
    }

    fn skip(&mut self, file: PathBuf, reason: SkipReason) {
        self.found.skipped.push(Skipped { file, reason, proposal: None });
    }

    /// Skips a file, or a folder, whose path then ends as a folder's.
    fn skip_either(&mut self, is_folder: bool, file: PathBuf, reason: SkipReason) {
        if !is_folder {
            return self.skip(file, reason);
        }
        self.skip(file.join(""), reason);
        self.found.folders.push(file);
    }
}

impl FoundFile {
    /// Its own path as a tree, if it is a folder.
    fn below(&self) -> Arc<[String]> {
        self.tree.iter().chain([&self.name]).cloned().collect()
    }
}

/// The path in Unicode, which is what can be told.
fn shown(path: &Path) -> PathBuf {
    PathBuf::from(path.to_string_lossy().into_owned())
}
