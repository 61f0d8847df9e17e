//! What the user decided about single pictures: relabeled, left out, kept, its name repaired.
//!
//! The dataset folder is never written to. Edits are a plain value, kept in a file of Trombine's own for each folder;
//! whoever keeps the value from before can undo. Applying them decodes nothing: pictures that nobody knows the class of
//! are decoded with all others (`Dataset::spare`), so that one can look at them first.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use serde::{Deserialize, Serialize};

use super::{
    name,
    pixels::Pixels,
    sample::{Anomaly, Dataset, Sample, SkipReason, Skipped, Source, Spare},
};
use crate::{
    files::{Places, atomic, disk, settled},
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
    /// Take back everything that was decided about it.
    Forget,
}

/// A data set as it was before the edits that made it what it is.
#[derive(Clone, Debug)]
pub struct Edited {
    pub base: Arc<Dataset>,
    pub edits: Edits,
}

/// How far a picture is sought from where it was.
const FAR: usize = 1000;

static NONE: Edits = Edits(BTreeMap::new());

impl Dataset {
    /// The edits in it.
    pub fn edits(&self) -> &Edits {
        self.edited.as_ref().map_or(&NONE, |edited| &edited.edits)
    }

    /// What it was before the edits in it; itself if there are none.
    pub fn base(self: &Arc<Self>) -> Arc<Self> {
        self.edited.as_ref().map_or_else(|| self.clone(), |edited| edited.base.clone())
    }

    /// The data set with every picture that the user left out back in, for runs that began with them.
    #[must_use]
    pub fn with_left_out(&self) -> Self {
        let mut edits = self.edits().clone();
        edits.0.values_mut().for_each(|edit| edit.left_out = false);
        edits.apply(self)
    }

    /// Where a file's picture is among the samples. It is sought first where it was in the data set of which it was the
    /// one at `then`: pictures that were left out since have moved those after it down, those brought back have moved them
    /// up, by 1,000 places at most.
    pub fn find(&self, file: &Path, then: usize) -> Option<usize> {
        let is = |index: &usize| self.samples.get(*index).is_some_and(|s| s.file == file);
        let last = self.samples.len().saturating_sub(1);
        let near = (0..=FAR).flat_map(|d| [then.saturating_sub(d), (then + d).min(last)]).find(is);
        // A picture whose name was repaired stands behind the others.
        near.or_else(|| (last.saturating_sub(FAR)..=last).find(is))
    }
}

impl Edits {
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

    /// The data set with these edits in place of those that it has. Pixels are shared; nothing is decoded.
    #[must_use]
    pub fn apply(&self, dataset: &Dataset) -> Dataset {
        let base = match &dataset.edited {
            Some(edited) => edited.base.clone(),
            None if self.is_empty() => return dataset.clone(),
            None => Arc::new(dataset.clone()),
        };
        if self.is_empty() {
            return base.as_ref().clone();
        }
        let used = base.samples.len();
        let all: Vec<&Sample> = base.samples.iter().chain(&base.spare.samples).collect();
        let (mut kept, mut spare) = (Vec::with_capacity(used), Vec::new());
        let mut samples = Vec::with_capacity(used);
        for (index, sample) in all.iter().enumerate() {
            match self.get(&sample.file) {
                None if index < used => samples.push((*sample).clone()),
                Some(edit) if !edit.left_out => match edited(&base, sample, edit, index < used) {
                    Some(sample) => samples.push(sample),
                    None => spare.push(index),
                },
                _ => spare.push(index),
            }
            if spare.last() != Some(&index) {
                kept.push(index);
            }
        }
        let left_out = |index: &usize| self.get(&all[*index].file).is_some_and(|edit| edit.left_out);
        let unnamed = |index: &usize| *index >= used && !left_out(index);
        let mut skipped: Vec<Skipped> = base.skipped.iter().filter(|s| base.spare.find(&s.file).is_none()).cloned().collect();
        for index in &spare {
            let file = all[*index].file.clone();
            if unnamed(index) {
                skipped.extend(base.skipped.iter().find(|s| s.file == file).cloned());
            } else {
                skipped.push(Skipped { file, reason: SkipReason::LeftOut, proposal: None });
            }
        }
        skipped.sort_by(|a, b| a.file.cmp(&b.file));
        spare.sort_by(|a, b| all[*a].file.cmp(&all[*b].file));
        let pixels = base.pixels.chain(&base.spare.pixels);
        // A data set made without pixels stays so.
        let select =
            |which: &[usize]| if pixels.len() == all.len() { pixels.select(which.iter().copied()) } else { Pixels::default() };
        let (pixels, spare_pixels) = (select(&kept), select(&spare));
        Dataset {
            source: base.source.clone(),
            classes: base.classes.clone(),
            samples,
            skipped,
            understood: base.understood.clone(),
            pixels,
            spare: Spare { samples: spare.iter().map(|i| all[*i].clone()).collect(), pixels: spare_pixels },
            edited: Some(Edited { base, edits: self.clone() }),
            findings: None,
        }
    }

    /// The edits of a source. Those of a folder that has been moved since are found by the folder's name, those of one that
    /// was called otherwise by what its name then leads to.
    ///
    /// # Errors
    /// A side file that is damaged or may not be read.
    pub fn load(places: &Places, source: &Source) -> Result<Self, Problem> {
        let path = side_file(places, source);
        if path.exists() {
            return atomic::read_json::<SideFile>(&path).map(|file| file.edits);
        }
        Ok(moved(places, source).unwrap_or_default())
    }

    /// Keeps what was decided about the pictures of `from` for `to`, where the same pictures are now; what was decided
    /// there already stays.
    ///
    /// # Errors
    /// As [`Edits::load`] and [`Edits::save`].
    pub fn carry(places: &Places, from: &Source, to: &Source) -> Result<(), Problem> {
        let edits = if side_file(places, to).exists() { Self::default() } else { Self::load(places, from)? };
        if edits.is_empty() { Ok(()) } else { edits.save(places, to) }
    }

    /// Keeps the edits of a source.
    ///
    /// # Errors
    /// A full disk, no permission.
    pub fn save(&self, places: &Places, source: &Source) -> Result<(), Problem> {
        let path = side_file(places, source);
        let folder = places.home.join("edits");
        disk::create_dir_all(&folder).map_err(|error| Problem::writing(&folder, &error))?;
        atomic::write_json(&path, &SideFile { folder: folder_of(source), edits: self.clone() })
    }
}

/// The picture as the edit has it; `None` if still nobody knows its class.
fn edited(dataset: &Dataset, sample: &Sample, edit: &Edit, mut known: bool) -> Option<Sample> {
    let mut sample = sample.clone();
    if let Some(name) = edit.name.as_deref().and_then(name::read) {
        (sample.age, sample.race, sample.anomaly) = (Some(name.age), name.race, Some(Anomaly::Repaired));
        if dataset.is_utkface() {
            (sample.class, known) = (name.class, true);
        }
    }
    if let Some(class) = edit.class.as_ref().and_then(|class| dataset.classes.iter().position(|c| c == class)) {
        (sample.class, sample.anomaly, known) = (class as u8, Some(Anomaly::Repaired), true);
    }
    known.then_some(sample)
}

/// What stands in the side file.
#[derive(Serialize, Deserialize)]
struct SideFile {
    /// The data set's folder when the edits were made.
    folder: Option<PathBuf>,
    edits: Edits,
}

fn side_file(places: &Places, source: &Source) -> PathBuf {
    places.home.join("edits").join(source.key() + ".json")
}

fn folder_of(source: &Source) -> Option<PathBuf> {
    match source {
        Source::Folder(folder) => Some(std::path::absolute(folder).unwrap_or_else(|_| folder.clone())),
        Source::SampleFaces => None,
    }
}

/// Edits of this folder under another spelling, or of one of the same name that is no longer where it was and whose edited
/// files are all in this one.
fn moved(places: &Places, source: &Source) -> Option<Edits> {
    let folder = folder_of(source)?;
    let is_moved = |then: &Path, file: &SideFile| {
        then.file_name() == folder.file_name() && !then.exists() && file.edits.iter().all(|(path, _)| folder.join(path).exists())
    };
    let belongs = |file: &SideFile| file.folder.as_ref().is_some_and(|then| settled(then) == folder || is_moved(then, file));
    let files = fs::read_dir(places.home.join("edits")).ok()?;
    files.flatten().filter_map(|entry| atomic::read_json::<SideFile>(&entry.path()).ok()).find(belongs).map(|file| file.edits)
}

fn slashed(file: &Path) -> String {
    file.to_string_lossy().replace(std::path::MAIN_SEPARATOR, "/")
}
