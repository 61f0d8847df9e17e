//! Every thing a user can be asked to fix, as data: what happened, and what to do.

use std::{num::NonZeroU32, path::PathBuf};

use serde::{Deserialize, Serialize};

use crate::text::{Lang, LocalizedText, Phrase, named, say};

/// Something that keeps a job or a plan from existing, said so that a person can mend it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    pub kind: Kind,
    /// The setting beside which the text is shown, by its full key (`model.filters`), if it is about one.
    pub setting: Option<String>,
    /// What happened, in one sentence without a full stop.
    pub what: LocalizedText,
    /// The way on, in one sentence without a full stop.
    pub remedy: LocalizedText,
    /// Technical details for "Copy details"; empty if there are none.
    pub details: String,
    /// The file or folder that it is about, if it is about one.
    #[serde(default)]
    pub path: Option<PathBuf>,
    /// The run that it came up in, by id, if it came up in one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run: Option<String>,
    /// Whether it is that the run's pictures were not found: it is settled once they are.
    #[serde(default)]
    pub pictures_missing: bool,
    /// The batch size that the remedy names, if it names one.
    #[serde(default)]
    pub batch_size: Option<NonZeroU32>,
}

/// What sort of problem it is, so that a card can offer the button that mends it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Kind {
    /// A value in the settings, or two that do not fit together.
    Settings,
    /// The data folder: empty, gone, unreadable, only one class…
    Data,
    /// One picture: not decodable, too large…
    Picture,
    /// Writing to the disk: full, no permission…
    Disk,
    /// Something is there already that is replaced only if the user says so.
    Exists,
    /// Something is there already that is not replaced at all.
    Taken,
    /// Files from elsewhere: weights, settings, runs that do not fit.
    File,
    /// The device has too little memory for the plan.
    OutOfMemory,
    /// The device failed or is gone.
    Device,
    /// The loss is no longer a number.
    Diverged,
    /// The job was stopped by the user: no card.
    Cancelled,
    /// A fault in the program itself.
    Internal,
}

impl Problem {
    /// A problem of `kind` with its sentence and its way on.
    pub fn new(kind: Kind, what: impl Into<LocalizedText>, remedy: impl Into<LocalizedText>) -> Self {
        let (what, remedy) = (what.into(), remedy.into());
        let details = String::new();
        Self { kind, setting: None, what, remedy, details, path: None, run: None, pictures_missing: false, batch_size: None }
    }

    /// The same problem, shown beside the setting `key`.
    #[must_use]
    pub fn at(mut self, key: &str) -> Self {
        self.setting = Some(key.to_owned());
        self
    }

    /// The same problem, with the batch size that its remedy names.
    #[must_use]
    pub fn in_batches_of(self, batch_size: usize) -> Self {
        Self { batch_size: u32::try_from(batch_size).ok().and_then(NonZeroU32::new), ..self }
    }

    /// The same problem with technical details.
    #[must_use]
    pub fn because(mut self, details: impl ToString) -> Self {
        self.details = details.to_string();
        self
    }

    /// The same problem as it follows from another, which gives the path and the details.
    #[must_use]
    pub fn caused_by(self, cause: &Self) -> Self {
        Self { path: cause.path.clone(), details: cause.details.clone(), ..self }
    }

    /// The same problem, of what has this name: `seed 43: …`.
    #[must_use]
    pub fn of(self, name: &LocalizedText) -> Self {
        let what = LocalizedText::by(|lang| named(lang, name.get(lang), self.what.get(lang)));
        Self { what, ..self }
    }

    /// The same problem, of what is in the file at `path`.
    #[must_use]
    pub fn in_file(self, path: &std::path::Path) -> Self {
        let what = LocalizedText::by(|lang| format!("{}: {}", path.display(), self.what.get(lang)));
        Self { what, path: Some(path.to_owned()), ..self }
    }

    /// The same problem, about where the pictures of `run` are.
    #[must_use]
    pub fn about_pictures_of(self, run: &str) -> Self {
        Self { run: Some(run.to_owned()), pictures_missing: true, ..self }
    }

    /// The run whose pictures were not found, if it is about that.
    pub fn pictures_of(&self) -> Option<&str> {
        self.run.as_deref().filter(|_| self.pictures_missing)
    }

    /// The same problem, as it came up in `run`, unless it names a run already.
    #[must_use]
    pub fn in_run(self, run: &str) -> Self {
        Self { run: self.run.or_else(|| Some(run.to_owned())), ..self }
    }

    /// The system does not give a buffer.
    pub fn out_of_memory(details: impl ToString) -> Self {
        Self::new(
            Kind::OutOfMemory,
            say("There is too little memory for this", "Il n’y a pas assez de mémoire pour ceci"),
            say("Use smaller batches, or a smaller network", "Prenez des lots plus petits, ou un réseau plus petit"),
        )
        .because(details)
    }

    /// The job was stopped by the user.
    pub fn cancelled() -> Self {
        Self::new(Kind::Cancelled, say("Stopped", "Arrêté"), say("Start it again when you like", "Relancez quand vous voulez"))
    }

    /// A file operation on `path` failed.
    pub fn io(path: &std::path::Path, error: &std::io::Error) -> Self {
        use std::io::ErrorKind;
        let place = path.to_owned();
        let path = path.display();
        let (kind, what, remedy): (Kind, Phrase, Phrase) = match error.kind() {
            ErrorKind::NotFound => (
                Kind::Data,
                say("cannot be found", "est introuvable"),
                say("Choose where it is now", "Indiquez où il se trouve maintenant"),
            ),
            ErrorKind::PermissionDenied => (
                Kind::Disk,
                say("cannot be opened: access denied", "ne peut pas être ouvert\u{a0}: accès refusé"),
                say("Get permission, or choose another place", "Obtenez les droits d’accès, ou choisissez un autre endroit"),
            ),
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded => (
                Kind::Disk,
                say("cannot be written: the disk is full", "ne peut pas être écrit : le disque est plein"),
                say("Free some space, or choose another place", "Libérez de l’espace, ou choisissez un autre endroit"),
            ),
            _ => (
                Kind::Disk,
                say("could not be read or written", "n’a pas pu être lu ou écrit"),
                say("Try again, or choose another place", "Réessayez, ou choisissez un autre endroit"),
            ),
        };
        let what = LocalizedText { en: format!("{path} {}", what.en), fr: format!("{path} {}", what.fr) };
        Self { path: Some(place), ..Self::new(kind, what, remedy).because(error) }
    }

    /// Something could not be written to `path`, a place for what the program makes: nothing to be sought, as with
    /// [`Problem::io`], but a place to be mended or changed.
    pub fn writing(path: &std::path::Path, error: &std::io::Error) -> Self {
        use std::io::ErrorKind;
        let (what, remedy): (Phrase, Phrase) = match error.kind() {
            ErrorKind::NotFound => (
                say("cannot be written: its folder does not exist", "ne peut pas être écrit : son dossier n’existe pas"),
                say("Create the folder, or choose another place", "Créez le dossier, ou choisissez un autre endroit"),
            ),
            ErrorKind::PermissionDenied => (
                say("cannot be written: access denied", "ne peut pas être écrit : accès refusé"),
                say("Get permission, or choose another place", "Obtenez les droits d’accès, ou choisissez un autre endroit"),
            ),
            ErrorKind::ReadOnlyFilesystem => (
                say("cannot be written: its disk is read-only", "ne peut pas être écrit : le disque est en lecture seule"),
                say("Choose another place", "Choisissez un autre endroit"),
            ),
            ErrorKind::IsADirectory => (
                say("cannot be written: a folder has this name", "ne peut pas être écrit : un dossier porte ce nom"),
                say("Choose another name", "Choisissez un autre nom"),
            ),
            ErrorKind::AlreadyExists => (
                say(
                    "cannot be written: a link or something else has this name",
                    "ne peut pas être écrit : un lien ou autre chose porte ce nom",
                ),
                say("Remove it, or choose another place", "Supprimez-le, ou choisissez un autre endroit"),
            ),
            ErrorKind::NotADirectory => (
                say("cannot be written: its folder is a file", "ne peut pas être écrit : son dossier est un fichier"),
                say("Choose another place", "Choisissez un autre endroit"),
            ),
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded => (
                say("cannot be written: the disk is full", "ne peut pas être écrit : le disque est plein"),
                say("Free some space, or choose another place", "Libérez de l’espace, ou choisissez un autre endroit"),
            ),
            _ => (
                say("could not be written", "n’a pas pu être écrit"),
                say("Try again, or choose another place", "Réessayez, ou choisissez un autre endroit"),
            ),
        };
        let name = path.display();
        let what = LocalizedText { en: format!("{name} {}", what.en), fr: format!("{name} {}", what.fr) };
        Self { path: Some(path.to_owned()), ..Self::new(Kind::Disk, what, remedy).because(error) }
    }

    /// Notes in the log that it was told, with its details.
    pub fn log(&self) {
        match self.kind {
            Kind::Cancelled => tracing::info!("{self}"),
            Kind::Internal => tracing::error!("{self}"),
            _ => tracing::warn!("{self}"),
        }
    }

    /// Both sentences on one line, for a terminal.
    pub fn line(&self, lang: Lang) -> String {
        let what = self.what.get(lang);
        // A list that was cut ends as a sentence does.
        let stop = if what.ends_with('…') { "" } else { "." };
        format!("{what}{stop} {}.", self.remedy.get(lang))
    }
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.line(Lang::En))?;
        if !self.details.is_empty() {
            write!(f, " ({})", self.details)?;
        }
        Ok(())
    }
}

impl std::error::Error for Problem {}
