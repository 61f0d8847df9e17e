//! Files and folders that the user asks to see, shown by the system.

use std::path::Path;

use opener::OpenError;

use crate::{
    problem::{Kind, Problem},
    text::say,
};

/// What shows files and folders.
#[derive(Clone, Copy, Debug)]
pub struct Opener {
    /// Shows a file or a folder by whatever the system opens it with.
    pub open: fn(&Path) -> Result<(), Problem>,
    /// Shows a file selected in its folder.
    pub reveal: fn(&Path) -> Result<(), Problem>,
}

impl Opener {
    /// The system itself.
    pub const SYSTEM: Self = Self { open, reveal };
    /// Shows nothing, and finds nothing wrong with that.
    pub const NONE: Self = Self { open: |_| Ok(()), reveal: |_| Ok(()) };

    /// Shows a file selected in its folder, and where that cannot be, the folder.
    ///
    /// # Errors
    /// Neither can be shown.
    pub fn show_in_folder(self, file: &Path) -> Result<(), Problem> {
        let Err(selecting) = (self.reveal)(file) else { return Ok(()) };
        let folder = file.parent().unwrap_or(file);
        (self.open)(folder).map_err(|opening| {
            let problem = Problem::new(
                Kind::File,
                say("The folder of this file cannot be shown", "Le dossier de ce fichier ne peut pas être affiché"),
                say("Go there in a file manager", "Allez-y dans un gestionnaire de fichiers"),
            );
            let details = [selecting, opening].map(|problem| problem.details).join("\n");
            Problem { path: Some(file.to_owned()), ..problem.because(details) }
        })
    }
}

/// # Errors
/// It is not there, or the system has nothing for it.
fn open(path: &Path) -> Result<(), Problem> {
    opener::open(path).map_err(|error| problem(path, error))
}

/// On Linux by D-Bus, which not every desktop has.
///
/// # Errors
/// It is not there, or no file manager can do it.
fn reveal(path: &Path) -> Result<(), Problem> {
    opener::reveal(path).map_err(|error| problem(path, error))
}

fn problem(path: &Path, error: OpenError) -> Problem {
    match error {
        OpenError::Io(error) => Problem::io(path, &error),
        error => Problem::new(
            Kind::File,
            say("No program opens this file", "Aucun programme n’ouvre ce fichier"),
            say("Open it yourself", "Ouvrez-le vous-même"),
        )
        .because(format!("{}: {error}", path.display())),
    }
}
