//! What the window remembers from one start to the next.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::{
    data::sample::Source,
    files::table::TableStyle,
    preset::Preset,
    settings::Settings,
    text::Lang,
    ui::{Mode, page::Page},
};

/// Folders remembered.
const RECENT: usize = 8;

/// Kept by eframe beside the window's size and place.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Preferences {
    pub lang: Lang,
    pub mode: Mode,
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
}

impl Default for Preferences {
    fn default() -> Self {
        Self {
            lang: Lang::default(),
            mode: Mode::System,
            zoom: 1.0,
            page: Page::Data,
            device: "auto".to_owned(),
            recent: Vec::new(),
            source: None,
            run: None,
            settings: Settings::default(),
            tables: TableStyle::default(),
            recipe: None,
            type_paths: false,
        }
    }
}

impl Preferences {
    /// For a first start: the language that the system is set to.
    pub fn first() -> Self {
        let locale = ["LC_ALL", "LC_MESSAGES", "LANG"].iter().find_map(|name| std::env::var(name).ok().filter(|v| !v.is_empty()));
        let french = locale.is_some_and(|l| l.to_lowercase().starts_with("fr"));
        Self { lang: if french { Lang::Fr } else { Lang::En }, ..Self::default() }
    }

    /// As text, for [`Preferences::parse`]. It is JSON, as the settings of a run are: eframe's own RON does not read back all
    /// that the settings hold.
    pub fn text(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// What [`Preferences::text`] wrote; nothing if it cannot be read.
    pub fn parse(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok()
    }

    /// The recipe of the settings; where none was remembered, the nearest.
    pub fn recipe(&self) -> Preset {
        self.recipe.unwrap_or_else(|| Preset::nearest(&self.settings))
    }

    /// Puts `folder` first among the recent ones.
    pub fn remember(&mut self, folder: &Path) {
        self.recent.retain(|known| known != folder);
        self.recent.insert(0, folder.to_owned());
        self.recent.truncate(RECENT);
    }
}
