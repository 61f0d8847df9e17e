//! The user's folders: what can be made again, and what cannot.

use std::path::{Path, PathBuf};

use crate::{
    problem::{Kind, Problem},
    text::{LocalizedText, say},
};

/// The folder of everything that Trombine keeps: the environment's `TROMBINE_HOME` if set, otherwise `trombine` in the
/// user's data folder.
///
/// # Errors
/// A user without a home, a `TROMBINE_HOME` that is no text.
pub fn home() -> Result<PathBuf, Problem> {
    match chosen() {
        // What is written down of it, and of all that lies in it, is text.
        Some(home) if home.to_str().is_none() => {
            return Err(Problem::new(
                Kind::Disk,
                LocalizedText {
                    en: format!("TROMBINE_HOME is not Unicode text: {}", home.display()),
                    fr: format!("TROMBINE_HOME n’est pas du texte Unicode : {}", home.display()),
                },
                say("Give it a folder with another name", "Donnez-lui un dossier d’un autre nom"),
            ));
        }
        Some(home) => return Ok(home),
        None => {}
    }
    dirs::data_dir().map(|data| data.join("trombine")).ok_or_else(|| {
        Problem::new(
            Kind::Disk,
            say("This user has no data folder", "Cet utilisateur n’a pas de dossier de données"),
            say(
                "Set the environment variable TROMBINE_HOME to a folder",
                "Donnez un dossier à la variable d’environnement TROMBINE_HOME",
            ),
        )
    })
}

/// A path under its one spelling: absolute, links followed, `.` and `..` gone, upper and lower case as on the disk. What is
/// not there stays as it is written.
pub fn settled(path: &Path) -> PathBuf {
    path.canonicalize().map_or_else(|_| path.to_owned(), plain)
}

/// Without the prefix that Windows puts before the paths that it has looked up, and that not every program understands.
fn plain(path: PathBuf) -> PathBuf {
    let text = if cfg!(windows) { path.to_str() } else { None };
    match text.and_then(|text| text.strip_prefix(r"\\?\")) {
        Some(rest) => rest.strip_prefix(r"UNC\").map_or_else(|| rest.into(), |share| format!(r"\\{share}").into()),
        None => path,
    }
}

/// The two folders for what belongs to data sets; neither need exist yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AppDirs {
    /// For decoded pictures; may be emptied at any time.
    pub cache: PathBuf,
    /// For edits.
    pub home: PathBuf,
}

impl AppDirs {
    /// The user's own cache and data folders; both below `TROMBINE_HOME` if that is set.
    ///
    /// # Errors
    /// A user without a home.
    pub fn of_user() -> Result<Self, Problem> {
        let home = home()?;
        if chosen().is_some() {
            return Ok(Self::at(home));
        }
        let cache = dirs::cache_dir().map_or_else(|| home.join("cache"), |cache| cache.join("trombine"));
        Ok(Self { cache, home })
    }

    /// Those that go with the runs in `home`: the user's own, or all below another home.
    pub fn with_runs_in(home: &Path) -> Self {
        Self::of_user().ok().filter(|dirs| dirs.home == home).unwrap_or_else(|| Self::at(home))
    }

    /// Both below `home`.
    pub fn at(home: impl Into<PathBuf>) -> Self {
        let home = home.into();
        Self { cache: home.join("cache"), home }
    }
}

/// The folder of everything that the program keeps, if the environment's `TROMBINE_HOME` says it.
pub fn chosen() -> Option<PathBuf> {
    std::env::var_os("TROMBINE_HOME").filter(|home| !home.is_empty()).map(PathBuf::from)
}
