//! A folder that an export fills: a new one, an empty one, or an earlier export's, and nobody else's.

use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

use crate::{
    data::hash::hash,
    files::{atomic, overwrite},
    problem::Problem,
    text::LocalizedText,
};

/// Says which files are the export's, in its folder.
pub const LIST: &str = "export.json";

/// What stands in [`LIST`].
#[derive(Debug, Serialize, Deserialize)]
struct Exported {
    /// The program's version.
    trombine: String,
    run: String,
    /// Each file's name with the hash of its content, as hexadecimal digits.
    files: BTreeMap<String, String>,
}

/// Lets `fill` write the files of an export of `run`, and puts them into the folder `path`, which is made if it is not
/// there. Files of an earlier export are replaced if `overwrite` says so and nobody has changed them; others never are.
///
/// # Errors
/// [`Kind::Exists`](crate::problem::Kind::Exists) for an earlier export, [`Kind::Taken`](crate::problem::Kind::Taken) for
/// anything else in the folder, those of `fill`, a full disk.
pub fn write(path: &Path, run: &str, overwrite: bool, fill: impl FnOnce(&Path) -> Result<(), Problem>) -> Result<(), Problem> {
    let earlier = earlier(path, overwrite)?;
    let new = !path.exists();
    fs::create_dir_all(path).map_err(|error| failed(path, &error))?;
    // Filled aside, so that an export that fails in its middle leaves the folder as it was.
    let aside = path.join(format!(".{}.part", std::process::id()));
    let done = fs::create_dir(&aside)
        .map_err(|error| failed(&aside, &error))
        .and_then(|()| fill(&aside))
        .and_then(|()| settle(path, &aside, run, &earlier));
    // Empty after success; after a failure, half an export helps nobody, and the first error is the one to tell.
    let _ = fs::remove_dir_all(&aside);
    if done.is_err() && new {
        // Only if nothing is in it.
        let _ = fs::remove_dir(path);
    }
    done
}

/// The files of the export that the folder holds, by name; none of a new or empty folder.
fn earlier(path: &Path, overwrite: bool) -> Result<BTreeMap<String, String>, Problem> {
    let name = path.display();
    let taken = |en: String, fr: String| overwrite::other_name(path, LocalizedText { en, fr });
    match fs::symlink_metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(BTreeMap::new()),
        Err(error) => return Err(failed(path, &error)),
        Ok(meta) if !meta.is_dir() => {
            return Err(taken(
                format!("{name} is there already, and is no folder"),
                format!("{name} existe déjà, et n’est pas un dossier"),
            ));
        }
        Ok(_) => {}
    }
    if fs::read_dir(path).map_err(|error| failed(path, &error))?.next().is_none() {
        return Ok(BTreeMap::new());
    }
    let Ok(exported) = atomic::read_json::<Exported>(&path.join(LIST)) else {
        return Err(taken(
            format!("{name} holds other files, which an export could mix with or replace"),
            format!("{name} contient d’autres fichiers, qu’un export pourrait mêler aux siens ou remplacer"),
        ));
    };
    if !overwrite {
        return Err(overwrite::exists(
            path,
            LocalizedText { en: format!("{name} holds an earlier export"), fr: format!("{name} contient un export précédent") },
        ));
    }
    let changed = |(file, known): &(&String, &String)| fs::read(path.join(file)).is_ok_and(|bytes| digits(&bytes) != **known);
    match exported.files.iter().find(changed) {
        Some((file, _)) => Err(taken(
            format!("{file} in {name} was changed since it was exported"),
            format!("{file} dans {name} a été modifié depuis son export"),
        )),
        None => Ok(exported.files),
    }
}

/// Moves the files from `aside` into `path`, in the place of `earlier` ones; the list of them last.
fn settle(path: &Path, aside: &Path, run: &str, earlier: &BTreeMap<String, String>) -> Result<(), Problem> {
    let mut files = BTreeMap::new();
    for entry in fs::read_dir(aside).map_err(|error| failed(aside, &error))? {
        let file: PathBuf = entry.map_err(|error| failed(aside, &error))?.path();
        let bytes = fs::read(&file).map_err(|error| failed(&file, &error))?;
        files.insert(file.file_name().unwrap_or_default().to_string_lossy().into_owned(), digits(&bytes));
    }
    if let Some(name) = files.keys().find(|name| !earlier.contains_key(*name) && fs::symlink_metadata(path.join(name)).is_ok()) {
        let file = path.join(name);
        let what = LocalizedText {
            en: format!("{} is there already, and is not from an export", file.display()),
            fr: format!("{} existe déjà, et ne vient pas d’un export", file.display()),
        };
        return Err(Problem { path: Some(path.to_owned()), ..overwrite::other_name(&file, what) });
    }
    for name in files.keys() {
        fs::rename(aside.join(name), path.join(name)).map_err(|error| failed(&path.join(name), &error))?;
    }
    for name in earlier.keys().filter(|name| !files.contains_key(*name)) {
        // Left over from an export of another kind.
        let _ = fs::remove_file(path.join(name));
    }
    let exported = Exported { trombine: env!("CARGO_PKG_VERSION").to_owned(), run: run.to_owned(), files };
    atomic::write_json(&path.join(LIST), &exported)
}

fn digits(bytes: &[u8]) -> String {
    format!("{:016x}", hash(bytes))
}

fn failed(path: &Path, error: &io::Error) -> Problem {
    Problem::writing(path, error)
}
