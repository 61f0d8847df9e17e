//! A folder that an export fills: a new one, an empty one, or an earlier export's, and nobody else's.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs, io,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

use crate::{
    data::hash::hash,
    files::{
        atomic, disk, overwrite,
        unfinished::{self, UnfinishedFolder},
    },
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
    /// Those that they are about to replace; none once they have.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    replaced: BTreeMap<String, String>,
}

impl Exported {
    fn new(run: &str, files: BTreeMap<String, String>) -> Self {
        Self { trombine: env!("CARGO_PKG_VERSION").to_owned(), run: run.to_owned(), files, replaced: BTreeMap::new() }
    }
}

/// Lets `fill` write the files of an export of `run`, and puts them into the folder `path`, which is made if it is not
/// there. Files of an earlier export are replaced if `overwrite` says so and nobody has changed them; others never are.
///
/// A new folder gets its name when it is whole. Within one that is there, the list of the files comes before the files, so
/// that what is left there by a process that died is known for an export's.
///
/// # Errors
/// [`Kind::Exists`](crate::problem::Kind::Exists) for an earlier export, [`Kind::Taken`](crate::problem::Kind::Taken) for
/// anything else in the folder, or another program that writes there, those of `fill`, a full disk.
pub fn write(path: &Path, run: &str, overwrite: bool, fill: impl FnOnce(&Path) -> Result<(), Problem>) -> Result<(), Problem> {
    let earlier = earlier(path, overwrite)?;
    // A half of a folder goes with its guard; the first error is the one to tell.
    if !path.exists() {
        let above = path.parent().filter(|above| !above.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let new =
            disk::create_dir_all(above).and_then(|()| UnfinishedFolder::within(above)).map_err(|error| failed(path, &error))?;
        fill(new.path())?;
        let list = Exported::new(run, listed(new.path())?);
        atomic::write_json(&new.path().join(LIST), &list)?;
        return new.publish(path).map_err(|(_, error)| failed(path, &error));
    }
    let aside = UnfinishedFolder::alone(path).map_err(|error| failed(path, &error))?.ok_or_else(|| overwrite::busy(path))?;
    fill(aside.path())?;
    settle(path, aside.path(), run, earlier)
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
                format!("{name} already exists, and is not a folder"),
                format!("{name} existe déjà, et n’est pas un dossier"),
            ));
        }
        Ok(_) => {}
    }
    let mut entries = fs::read_dir(path).map_err(|error| failed(path, &error))?.flatten();
    if entries.all(|entry| unfinished::is_unfinished(&entry.file_name())) {
        return Ok(BTreeMap::new());
    }
    // A list from elsewhere leads to no other folder.
    let plain = |file: &String| Path::new(file).file_name().is_some_and(|name| name == file.as_str());
    let exported = atomic::read_json::<Exported>(&path.join(LIST)).ok();
    let exported = exported.filter(|exported| exported.files.keys().chain(exported.replaced.keys()).all(plain));
    let Some(exported) = exported else {
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
    let all: BTreeSet<&String> = exported.files.keys().chain(exported.replaced.keys()).collect();
    let changed = |file: &&String| {
        fs::read(path.join(file)).is_ok_and(|bytes| {
            let now = digits(&bytes);
            [exported.files.get(*file), exported.replaced.get(*file)].into_iter().flatten().all(|known| *known != now)
        })
    };
    if let Some(file) = all.into_iter().find(changed) {
        return Err(taken(
            format!("{file} in {name} was changed since it was exported"),
            format!("{file} dans {name} a été modifié depuis son export"),
        ));
    }
    Ok(exported.replaced.into_iter().chain(exported.files).collect())
}

/// Moves the files from `aside` into `path`, in the place of `earlier` ones.
fn settle(path: &Path, aside: &Path, run: &str, earlier: BTreeMap<String, String>) -> Result<(), Problem> {
    let files = listed(aside)?;
    if let Some(name) = files.keys().find(|name| !earlier.contains_key(*name) && fs::symlink_metadata(path.join(name)).is_ok()) {
        let file = path.join(name);
        let what = LocalizedText {
            en: format!("{} already exists, and is not from an export", file.display()),
            fr: format!("{} existe déjà, et ne vient pas d’un export", file.display()),
        };
        return Err(Problem { path: Some(path.to_owned()), ..overwrite::other_name(&file, what) });
    }
    let mut list = Exported { replaced: earlier, ..Exported::new(run, files) };
    atomic::write_json(&path.join(LIST), &list)?;
    for name in list.files.keys() {
        disk::rename(&aside.join(name), &path.join(name)).map_err(|error| failed(&path.join(name), &error))?;
    }
    for name in list.replaced.keys().filter(|name| !list.files.contains_key(*name)) {
        // Left over from an export of another kind.
        let _ = disk::remove_file(&path.join(name));
    }
    list.replaced.clear();
    atomic::write_json(&path.join(LIST), &list)
}

/// The files in a folder that was filled, with the hashes of their contents.
fn listed(aside: &Path) -> Result<BTreeMap<String, String>, Problem> {
    let mut files = BTreeMap::new();
    for entry in fs::read_dir(aside).map_err(|error| failed(aside, &error))? {
        let file: PathBuf = entry.map_err(|error| failed(aside, &error))?.path();
        let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let bytes = fs::read(&file).map_err(|error| failed(&file, &error))?;
        files.insert(name, digits(&bytes));
    }
    Ok(files)
}

fn digits(bytes: &[u8]) -> String {
    format!("{:016x}", hash(bytes))
}

fn failed(path: &Path, error: &io::Error) -> Problem {
    Problem::writing(path, error)
}
