//! The window. The only folder, with `app.rs` and `main.rs`, that names egui.
//!
//! A page is a function of `&mut Ui` and a [`Cx`]: it reads the session, edits the draft of the settings, and asks for
//! everything else by an [`Action`].

pub mod action;
pub mod command;
pub mod dialog;
pub mod frame;
pub mod glossary;
mod help;
pub mod icon;
pub mod markdown;
pub mod motion;
pub mod page;
mod palette;
pub mod path_dialog;
pub mod shortcut;
pub mod theme;
pub mod viewer;
pub mod welcome;
pub mod widget;

pub use action::{Action, Dialog, Mode, Motion, PhotosAction};
pub use icon::Icon;
pub use theme::Theme;

use std::sync::Arc;

use crate::{
    data::{dataset::Dataset, edits::Edits, open_dataset::OpenDataset},
    engine::Device,
    files::table::TableStyle,
    plan::Plan,
    preset::Preset,
    problem::Problem,
    session::Session,
    settings::Settings,
    text::{Lang, Phrase},
};
use widget::thumbs::Thumbs;

/// What a page gets.
pub struct Cx<'a> {
    /// What the program knows.
    pub session: &'a Session,
    /// The draft; the app notices changes, keeps them and can undo them.
    pub settings: &'a mut Settings,
    /// The recipe that the draft started from.
    pub recipe: Preset,
    /// The draft checked against the data set, or what keeps it from being trained; empty without a data set.
    pub plan: Result<&'a Arc<Plan>, &'a [Problem]>,
    pub lang: Lang,
    pub thumbs: &'a mut Thumbs,
    /// The devices that can train, and which of them the user chose (`auto` or an id).
    pub devices: &'a [Device],
    pub device: &'a str,
    /// How tables are written.
    pub tables: TableStyle,
    /// Folders opened before, newest first, with whether each is still there.
    pub recent: &'a [(std::path::PathBuf, bool)],
    /// Whether paths are typed rather than chosen in the system's dialogs.
    pub type_paths: bool,
    /// Whether the system tells when a training is over; `None` before the user was asked.
    pub notify: Option<bool>,
    /// Where the log is, if one is written.
    pub log: Option<&'a std::path::Path>,
    /// Whether there is something to undo, and something to make again.
    pub undoable: [bool; 2],
    /// What the page asks for, in order.
    pub actions: &'a mut Vec<Action>,
}

impl<'a> Cx<'a> {
    /// Asks for something.
    pub fn act(&mut self, action: Action) {
        self.actions.push(action);
    }

    /// The phrase in the user's language.
    pub fn say(&self, say: Phrase) -> &'static str {
        say.get(self.lang)
    }

    /// The open data set.
    pub fn dataset(&self) -> Option<&Arc<Dataset>> {
        self.session.dataset()
    }

    /// What the user decided about pictures of the open data set.
    pub fn edits(&self) -> &'a Edits {
        self.session.open.as_ref().map_or(Edits::none(), OpenDataset::edits)
    }

    /// What keeps the draft from being trained.
    pub fn problems(&self) -> &[Problem] {
        self.plan.err().unwrap_or(&[])
    }
}
