//! What the user decided about single pictures: relabeled, left out, kept, its name repaired, its square drawn.
//!
//! The dataset folder is never written to. Edits are a plain value, kept in a file of Trombine's own for each folder;
//! whoever keeps the value from before can undo. `edited` applies them to a data set.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    fs,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

use super::{face_file, sample::Source, square::PixelSquare};
use crate::{
    files::{
        AppDirs, atomic, disk,
        lock::{self, Lock},
        overwrite::busy,
        settled,
    },
    problem::Problem,
};

/// The edits of one data set, by the picture's path below the folder, with `/` between folders.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Edits(BTreeMap<String, Edit>);

/// What was decided about one picture.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Edit {
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub left_out: bool,
    /// Looked at and found right as it is.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub kept: bool,
    /// The name of the class that it shows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub class: Option<String>,
    /// The name to read in place of the file's own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What is taken of it where faces are, in place of those that are found.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub square: Option<PixelSquare>,
}

/// One decision, to be made about one or many pictures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    LeaveOut,
    /// It is right as it is; a picture that was left out comes back.
    Keep,
    /// It shows the class of this name.
    Relabel(String),
    /// Read it as if it had this name.
    Repair(String),
    /// Where faces are taken, take this square of it.
    Draw(PixelSquare),
    /// Take back everything that was decided about it.
    Forget,
}

impl Edits {
    /// No decision about any picture.
    pub fn none() -> &'static Self {
        static NONE: Edits = Edits(BTreeMap::new());
        &NONE
    }

    /// What was decided about a picture.
    pub fn get(&self, file: &Path) -> Option<&Edit> {
        match file.to_str() {
            _ if self.0.is_empty() => None,
            // Asked of every picture of a data set: without a copy where the path is written as here.
            Some(path) if std::path::MAIN_SEPARATOR == '/' => self.0.get(path),
            _ => self.0.get(&slashed(file)),
        }
    }

    /// Decides something about a picture. An edit that says nothing any more is forgotten.
    pub fn change(&mut self, file: &Path, change: &Change) {
        let key = slashed(file);
        let edit = self.0.entry(key.clone()).or_default();
        match change {
            Change::LeaveOut => (edit.left_out, edit.kept) = (true, false),
            Change::Keep => (edit.left_out, edit.kept) = (false, true),
            Change::Relabel(class) => (edit.class, edit.left_out, edit.kept) = (Some(class.clone()), false, false),
            Change::Repair(name) => (edit.name, edit.left_out) = (Some(name.clone()), false),
            Change::Draw(square) => (edit.square, edit.left_out, edit.kept) = (Some(*square), false, false),
            Change::Forget => *edit = Edit::default(),
        }
        if *edit == Edit::default() {
            self.0.remove(&key);
        }
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Every edited picture's path below the folder, with its edit.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Edit)> {
        self.0.iter().map(|(file, edit)| (file.as_str(), edit))
    }

    /// The squares that were drawn, by the picture's path below the folder.
    pub fn squares(&self) -> HashMap<PathBuf, PixelSquare> {
        self.0.iter().filter_map(|(file, edit)| Some((file.split('/').collect(), edit.square?))).collect()
    }

    /// The squares alone: what makes a folder's pictures what they are, whatever else was decided about them.
    #[must_use]
    pub fn only_squares(&self) -> Self {
        let drawn = |(file, edit): (&String, &Edit)| {
            let square = Some(edit.square?);
            Some((file.clone(), Edit { square, ..Edit::default() }))
        };
        Self(self.0.iter().filter_map(drawn).collect())
    }

    /// The same decisions, but with no picture left out.
    #[must_use]
    pub fn without_exclusions(&self) -> Self {
        let mut edits = self.clone();
        edits.0.values_mut().for_each(|edit| edit.left_out = false);
        edits
    }

    /// The edits of a source. Those of a folder that has been moved since are found by the folder's name, those of one that
    /// was called otherwise by what its name then leads to.
    ///
    /// # Errors
    /// A side file that is damaged or may not be read.
    pub fn load(dirs: &AppDirs, source: &Source) -> Result<Self, Problem> {
        let path = side_file(dirs, source);
        if path.exists() {
            return atomic::read_json::<SideFile>(&path).map(|file| file.edits);
        }
        Ok(moved(dirs, source).unwrap_or_default())
    }

    /// Keeps what was decided about the pictures of `from` for `to`, where the same pictures are now; what was decided
    /// there already stays.
    ///
    /// # Errors
    /// As [`Edits::load`] and [`Edits::save`].
    pub fn carry(dirs: &AppDirs, from: &Source, to: &Source) -> Result<(), Problem> {
        let edits = if side_file(dirs, to).exists() { Self::default() } else { Self::load(dirs, from)? };
        if edits.is_empty() { Ok(()) } else { edits.save(dirs, to) }
    }

    /// Keeps what has become of the edits `before`, beside what another program has decided since then: gives both together,
    /// and about how many pictures the two differ. There, what is said now counts.
    ///
    /// # Errors
    /// As [`Edits::load`] and [`Edits::save`]; another program that does not end its writing.
    pub fn save_changes(&self, before: &Self, dirs: &AppDirs, source: &Source) -> Result<(Self, usize), Problem> {
        let path = side_file(dirs, source);
        let folder = dirs.home.join("edits");
        let lock = path.with_extension("lock");
        let held = disk::create_dir_all(&folder).and_then(|()| Lock::wait(&lock, lock::PATIENCE));
        let _held = held.map_err(|error| Problem::writing(&path, &error))?.ok_or_else(|| busy(&path))?;
        let (mut all, mut differing) = (Self::load(dirs, source)?, 0);
        let decided: BTreeSet<&String> = before.0.keys().chain(self.0.keys()).collect();
        for file in decided.into_iter().filter(|file| before.0.get(*file) != self.0.get(*file)) {
            let (then, there, now) = (before.0.get(file), all.0.get(file).cloned(), self.0.get(file));
            differing += usize::from(there.as_ref() != then && there.as_ref() != now);
            match now {
                Some(now) => all.0.insert(file.clone(), now.clone()),
                None => all.0.remove(file),
            };
        }
        all.save(dirs, source)?;
        Ok((all, differing))
    }

    /// Keeps the edits of a source.
    ///
    /// # Errors
    /// A full disk, no permission.
    pub fn save(&self, dirs: &AppDirs, source: &Source) -> Result<(), Problem> {
        let path = side_file(dirs, source);
        let folder = dirs.home.join("edits");
        disk::create_dir_all(&folder).map_err(|error| Problem::writing(&folder, &error))?;
        atomic::write_json(&path, &SideFile { folder: folder_of(source), edits: self.clone() })
    }
}

/// What stands in the side file.
#[derive(Serialize, Deserialize)]
struct SideFile {
    /// The data set's folder when the edits were made.
    folder: Option<PathBuf>,
    edits: Edits,
}

fn side_file(dirs: &AppDirs, source: &Source) -> PathBuf {
    dirs.home.join("edits").join(source.key() + ".json")
}

fn folder_of(source: &Source) -> Option<PathBuf> {
    match source {
        Source::Folder(folder) => Some(std::path::absolute(folder).unwrap_or_else(|_| folder.clone())),
        Source::SampleFaces => None,
    }
}

/// Edits of this folder under another spelling, or of one of the same name that is no longer where it was and whose edited
/// files are all in this one.
fn moved(dirs: &AppDirs, source: &Source) -> Option<Edits> {
    let folder = folder_of(source)?;
    let is_moved = |then: &Path, file: &SideFile| {
        then.file_name() == folder.file_name()
            && !then.exists()
            && file.edits.iter().all(|(path, _)| folder.join(face_file::photo(Path::new(path))).exists())
    };
    let belongs = |file: &SideFile| file.folder.as_ref().is_some_and(|then| settled(then) == folder || is_moved(then, file));
    let files = fs::read_dir(dirs.home.join("edits")).ok()?;
    files.flatten().filter_map(|entry| atomic::read_json::<SideFile>(&entry.path()).ok()).find(belongs).map(|file| file.edits)
}

fn slashed(file: &Path) -> String {
    file.to_string_lossy().replace(std::path::MAIN_SEPARATOR, "/")
}
