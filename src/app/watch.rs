//! A folder of others that is watched.

use std::path::PathBuf;

use super::App;
use crate::{session::Watching, ui::page::Page, worker::Command};

impl App {
    /// Watches a folder from now on.
    pub(super) fn watch(&mut self, folder: PathBuf) {
        self.preferences.watched = Some(folder.clone());
        self.session.watched_last = Some(folder.clone());
        self.session.watching = Some(Watching::of(folder));
        self.page = Page::Runs;
        self.look_again();
    }

    /// Looks at the watched folder again, unless a look is under way.
    pub(super) fn look_again(&mut self) {
        if self.worker.is_none() {
            return;
        }
        let Some(watching) = self.session.watching.as_mut().filter(|watching| !watching.asked) else { return };
        watching.asked = true;
        let command = Command::Watch { folder: watching.folder.clone(), before: watching.seen.clone() };
        self.send(command, None);
    }
}
