//! What the window remembers from one start to the next.

use std::{
    collections::HashSet,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

use crate::{
    data::sample::Source,
    engine,
    files::{atomic, disk, table::TableStyle},
    preset::Preset,
    problem::Problem,
    settings::Settings,
    text::Lang,
    ui::{
        Mode, Motion,
        dialog::Looks,
        page::{Page, runs::Columns},
    },
};

/// Folders remembered.
const RECENT: usize = 8;

/// Kept in `preferences.json` in the program's own folder, as they change (see `preferences_writer`).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Preferences {
    pub lang: Lang,
    pub mode: Mode,
    pub motion: Motion,
    /// 1 is 100 per cent.
    pub zoom: f32,
    pub page: Page,
    /// As `--device` takes it.
    pub device: String,
    /// Folders opened before, newest first.
    pub recent: Vec<PathBuf>,
    /// What was open at the end.
    pub source: Option<Source>,
    /// The run that was shown last, by id.
    pub run: Option<String>,
    pub settings: Settings,
    /// How tables are written.
    pub tables: TableStyle,
    /// The recipe that they started from.
    pub recipe: Option<Preset>,
    /// Whether paths are typed rather than chosen in the system's dialogs.
    pub type_paths: bool,
    /// Whether the system tells when a training is over; `None` before the user was asked.
    pub notify: Option<bool>,
    /// The folder that was watched last.
    pub watched: Option<PathBuf>,
    /// How the list of runs is sorted, and which of its columns are shown.
    pub runs: Columns,
}

impl Default for Preferences {
    fn default() -> Self {
        Self {
            lang: Lang::default(),
            mode: Mode::System,
            motion: Motion::System,
            zoom: 1.0,
            page: Page::Data,
            device: engine::AUTOMATIC.to_owned(),
            recent: Vec::new(),
            source: None,
            run: None,
            settings: Settings::default(),
            tables: TableStyle::default(),
            recipe: None,
            type_paths: false,
            notify: None,
            watched: None,
            runs: Columns::default(),
        }
    }
}

impl Preferences {
    /// For a first start: the language that the system is set to.
    pub fn first() -> Self {
        Self { lang: Lang::of_system(), ..Self::default() }
    }

    /// The file in the folder of everything that the program keeps.
    pub fn file(home: &Path) -> PathBuf {
        home.join("preferences.json")
    }

    /// Those of the last time; of a version that kept them beside the window's size and place, in `before`. Nothing if there
    /// are none that can be read.
    pub fn load(home: &Path, before: Option<String>) -> Option<Self> {
        atomic::read_json(&Self::file(home)).ok().or_else(|| serde_json::from_str(&before?).ok())
    }

    /// Keeps them in the folder `home`, made if it is not there.
    ///
    /// # Errors
    /// A full disk, no permission; those of before are then still there.
    pub fn save(&self, home: &Path) -> Result<(), Problem> {
        disk::create_dir_all(home).map_err(|error| Problem::writing(home, &error))?;
        atomic::write_json(&Self::file(home), self)
    }

    /// How the window looks and moves.
    pub fn looks(&self) -> Looks {
        Looks { mode: self.mode, motion: self.motion, zoom: self.zoom }
    }

    /// The recipe of the settings; where none was remembered, the nearest.
    pub fn recipe(&self) -> Preset {
        self.recipe.unwrap_or_else(|| Preset::nearest(&self.settings))
    }

    /// Takes `now` for the folder `then`, which is not in its place any more.
    pub fn moved(&mut self, then: &Path, now: &Path) {
        if self.source.as_ref().is_some_and(|source| *source == Source::Folder(then.to_owned())) {
            self.source = Some(Source::Folder(now.to_owned()));
        }
        self.recent.iter_mut().filter(|known| *known == then).for_each(|known| *known = now.to_owned());
        let mut known = HashSet::new();
        self.recent.retain(|folder| known.insert(folder.clone()));
    }

    /// The folder in which the last one that was opened lies, to start looking there.
    pub fn folder_above(&self) -> Option<PathBuf> {
        self.recent.first()?.parent().map(PathBuf::from)
    }

    /// Puts `folder` first among the recent ones.
    pub fn remember(&mut self, folder: &Path) {
        self.recent.retain(|known| known != folder);
        self.recent.insert(0, folder.to_owned());
        self.recent.truncate(RECENT);
    }
}
