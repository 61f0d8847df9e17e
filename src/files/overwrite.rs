//! Whether something may be written where the user wants it: nothing is replaced that the user did not say to replace.

use std::{
    fs,
    io::{self, Read as _},
    path::{Path, PathBuf},
};

use super::names;
use crate::{
    problem::{Kind, Problem},
    text::{LocalizedText, say},
};

/// What stands in a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Nothing, or an empty file.
    Nothing,
    /// A file.
    Something,
}

/// What stands at `path`, where a file is to be written.
///
/// # Errors
/// A folder, a link or a device, which no file replaces; a place that cannot be looked at.
pub fn standing(path: &Path) -> Result<Standing, Problem> {
    let meta = match fs::symlink_metadata(path) {
        Ok(meta) => meta,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Standing::Nothing),
        Err(error) => return Err(Problem::writing(path, &error)),
    };
    match meta.len() {
        0 if meta.is_file() => Ok(Standing::Nothing),
        _ if meta.is_file() => Ok(Standing::Something),
        _ => Err(other_name(
            path,
            LocalizedText {
                en: format!("{} is not a file that could be replaced", path.display()),
                fr: format!("{} n’est pas un fichier qui puisse être remplacé", path.display()),
            },
        )),
    }
}

/// That no picture stands at `path`: a table never takes the place of what is evaluated, whatever the user said of replacing.
///
/// # Errors
/// A picture, by its first bytes.
pub fn no_picture(path: &Path) -> Result<(), Problem> {
    let mut head = [0; 32];
    let read = fs::metadata(path)
        .is_ok_and(|meta| meta.is_file())
        .then(|| fs::File::open(path).and_then(|mut file| file.read(&mut head)).unwrap_or_default());
    if read.is_none_or(|bytes| image::guess_format(&head[..bytes]).is_err()) {
        return Ok(());
    }
    Err(other_name(
        path,
        LocalizedText {
            en: format!("{} is a picture, which no table replaces", path.display()),
            fr: format!("{} est une image, qu’aucun tableau ne remplace", path.display()),
        },
    ))
}

/// That `path` may be written as a file: it is free, or the user said to replace what is there.
///
/// # Errors
/// [`Kind::Exists`], or as [`standing`].
pub fn file(path: &Path, overwrite: bool) -> Result<(), Problem> {
    match standing(path)? {
        Standing::Something if !overwrite => Err(exists(
            path,
            LocalizedText { en: format!("{} already exists", path.display()), fr: format!("{} existe déjà", path.display()) },
        )),
        _ => Ok(()),
    }
}

/// That `path` does not lie in the folder of a run, among the runs of `home` or elsewhere: nothing but the run itself
/// writes there.
///
/// # Errors
/// It does, whether something is there or not.
pub fn not_within_a_run(home: &Path, path: &Path) -> Result<(), Problem> {
    let real = without_links(path);
    let shelves = ["runs", "trash"].map(|name| fs::canonicalize(home.join(name)).unwrap_or_else(|_| home.join(name)));
    let shelved = shelves.iter().any(|shelf| real.starts_with(shelf));
    // A run that was trained into a folder of the user's; exported weights have their labels beside them.
    let run = |folder: &Path| {
        [names::RUN, names::SETTINGS].iter().all(|name| folder.join(name).is_file()) && !folder.join(names::LABELS).is_file()
    };
    // Its folder, a file in it, a file in a folder of it.
    if shelved || real.ancestors().take(3).any(run) {
        let name = path.display();
        return Err(other_name(
            path,
            LocalizedText {
                en: format!("{name} lies in the folder of a run, which holds nothing else"),
                fr: format!("{name} est dans le dossier d’un essai, qui ne contient rien d’autre"),
            },
        ));
    }
    Ok(())
}

/// That `path` does not lie in `pictures`, a folder that is learned from: what is written there would be taken for a picture, or
/// for a label, the next time.
///
/// # Errors
/// It does, whether something is there or not.
pub fn not_among_pictures(pictures: &Path, path: &Path) -> Result<(), Problem> {
    if !without_links(path).starts_with(without_links(pictures)) {
        return Ok(());
    }
    let name = path.display();
    Err(other_name(
        path,
        LocalizedText {
            en: format!("{name} lies in the folder of the pictures, in which nothing is written"),
            fr: format!("{name} est dans le dossier des images, où rien n’est écrit"),
        },
    ))
}

/// The path without links, as far as it exists.
pub fn without_links(path: &Path) -> PathBuf {
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    for above in path.ancestors() {
        if let (Ok(real), Ok(rest)) = (fs::canonicalize(above), path.strip_prefix(above)) {
            return real.join(rest);
        }
    }
    path
}

/// The one path of a file that may not be there yet: its folder without links, and its name.
///
/// # Errors
/// A folder that is not there or may not be opened; a path without a name.
pub fn real(path: &Path) -> Result<PathBuf, Problem> {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let folder = fs::canonicalize(folder).map_err(|error| Problem::writing(path, &error))?;
    match path.file_name() {
        Some(name) => Ok(folder.join(name)),
        None => fs::canonicalize(path).map_err(|error| Problem::writing(path, &error)),
    }
}

/// Something is there that is only replaced if the user says so.
pub fn exists(path: &Path, what: LocalizedText) -> Problem {
    let remedy = say("Choose another name, or have it replaced", "Choisissez un autre nom, ou faites-le remplacer");
    Problem { path: Some(path.to_owned()), ..Problem::new(Kind::Exists, what, remedy) }
}

/// Two programs would write into one folder.
pub fn busy(path: &Path) -> Problem {
    other_name(
        path,
        LocalizedText {
            en: format!("Another window or command writes into {}", path.display()),
            fr: format!("Une autre fenêtre ou commande écrit dans {}", path.display()),
        },
    )
}

/// Something is there that is not replaced at all.
pub fn other_name(path: &Path, what: LocalizedText) -> Problem {
    let remedy = say("Choose another place", "Choisissez un autre endroit");
    Problem { path: Some(path.to_owned()), ..Problem::new(Kind::Taken, what, remedy) }
}
