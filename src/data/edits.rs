//! What the user decided about single pictures: relabeled, left out, its name repaired.
//!
//! The dataset folder is never written to. Edits are a plain value, kept in a file of Trombine's own for each folder;
//! whoever keeps the value from before can undo.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

use super::{
    name,
    places::{Places, key},
    sample::{Dataset, Oddity, SkipReason, Skipped, Source},
};
use crate::{problem::Problem, run::atomic};

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
    /// The name of the class that it shows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub class: Option<String>,
    /// The name to read in place of the file's own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

impl Edits {
    /// What was decided about a picture.
    pub fn get(&self, file: &Path) -> Option<&Edit> {
        if self.0.is_empty() { None } else { self.0.get(&slashed(file)) }
    }

    /// Decides about a picture; an edit that says nothing is forgotten.
    pub fn set(&mut self, file: &Path, edit: Edit) {
        if edit == Edit::default() {
            self.0.remove(&slashed(file));
        } else {
            self.0.insert(slashed(file), edit);
        }
    }

    /// Leaves a picture out.
    pub fn leave_out(&mut self, file: &Path) {
        self.change(file, |edit| edit.left_out = true);
    }

    /// Says which class a picture shows.
    pub fn relabel(&mut self, file: &Path, class: &str) {
        self.change(file, |edit| edit.class = Some(class.to_owned()));
    }

    /// Reads a picture as if it had this name. A name that cannot be read is of no use: see [`name::read`].
    pub fn repair(&mut self, file: &Path, name: &str) {
        self.change(file, |edit| edit.name = Some(name.to_owned()));
    }

    /// Takes back everything about a picture.
    pub fn forget(&mut self, file: &Path) {
        self.0.remove(&slashed(file));
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

    /// The name that stands in for a picture's own.
    pub fn repaired_name(&self, file: &Path) -> Option<&str> {
        self.get(file)?.name.as_deref()
    }

    /// Whether a repaired name makes a picture usable that `dataset` skipped, so that it has to be opened again.
    pub fn needs_opening(&self, dataset: &Dataset) -> bool {
        dataset.skipped.iter().any(|s| s.reason == SkipReason::Name && self.repaired_name(&s.file).is_some())
    }

    /// The data set with these edits; `dataset` is one without edits, or with some of these. Pixels are shared.
    pub fn apply(&self, dataset: &Dataset) -> Dataset {
        if self.is_empty() {
            return dataset.clone();
        }
        let mut kept = Vec::with_capacity(dataset.samples.len());
        let (mut samples, mut skipped) = (Vec::with_capacity(dataset.samples.len()), dataset.skipped.clone());
        for (index, sample) in dataset.samples.iter().enumerate() {
            let Some(edit) = self.get(&sample.file) else {
                kept.push(index);
                samples.push(sample.clone());
                continue;
            };
            if edit.left_out {
                skipped.push(Skipped { file: sample.file.clone(), reason: SkipReason::LeftOut, proposal: None });
                continue;
            }
            let mut sample = sample.clone();
            if let Some(name) = edit.name.as_deref().and_then(name::read) {
                (sample.age, sample.race, sample.oddity) = (Some(name.age), name.race, Some(Oddity::Repaired));
                if dataset.is_utkface() {
                    sample.class = name.class;
                }
            }
            let class = edit.class.as_ref().and_then(|class| dataset.classes.iter().position(|c| c == class));
            if let Some(class) = class {
                (sample.class, sample.oddity) = (class as u8, Some(Oddity::Repaired));
            }
            kept.push(index);
            samples.push(sample);
        }
        skipped.sort_by(|a, b| a.file.cmp(&b.file));
        let pixels = if dataset.pixels.is_empty() || kept.len() == dataset.samples.len() {
            dataset.pixels.clone()
        } else {
            dataset.pixels.select(kept)
        };
        Dataset { samples, skipped, pixels, ..dataset.clone() }
    }

    /// The edits of a source. Those of a folder that has been moved since are found by the folder's name.
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

    /// Keeps the edits of a source.
    ///
    /// # Errors
    /// A full disk, no permission.
    pub fn save(&self, places: &Places, source: &Source) -> Result<(), Problem> {
        let path = side_file(places, source);
        let folder = places.home.join("edits");
        fs::create_dir_all(&folder).map_err(|error| Problem::io(&folder, &error))?;
        atomic::write_json(&path, &SideFile { folder: folder_of(source), edits: self.clone() })
    }

    fn change(&mut self, file: &Path, change: impl FnOnce(&mut Edit)) {
        change(self.0.entry(slashed(file)).or_default());
    }
}

/// What stands in the side file.
#[derive(Serialize, Deserialize)]
struct SideFile {
    /// The data set's folder when the edits were made.
    folder: Option<PathBuf>,
    edits: Edits,
}

fn side_file(places: &Places, source: &Source) -> PathBuf {
    places.home.join("edits").join(key(source) + ".json")
}

fn folder_of(source: &Source) -> Option<PathBuf> {
    match source {
        Source::Folder(folder) => Some(std::path::absolute(folder).unwrap_or_else(|_| folder.clone())),
        Source::SampleFaces => None,
    }
}

/// Edits of a folder of the same name that is no longer where it was, and whose edited files are all in this one.
fn moved(places: &Places, source: &Source) -> Option<Edits> {
    let folder = folder_of(source)?;
    let belongs = |file: &SideFile| {
        file.folder.as_ref().is_some_and(|then| then.file_name() == folder.file_name() && !then.exists())
            && file.edits.iter().all(|(path, _)| folder.join(path).exists())
    };
    let files = fs::read_dir(places.home.join("edits")).ok()?;
    files.flatten().filter_map(|entry| atomic::read_json::<SideFile>(&entry.path()).ok()).find(belongs).map(|file| file.edits)
}

fn slashed(file: &Path) -> String {
    file.to_string_lossy().replace(std::path::MAIN_SEPARATOR, "/")
}
