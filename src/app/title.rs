//! The window's title and the taskbar: how far the job is.

use egui::{Context, ViewportCommand};

use super::App;
use crate::text::percent;

/// The title while nothing is at work.
pub const IDLE: &str = "Trombine";

impl App {
    /// Sets the title to `43% · Trombine` while a job is that far, in whole per cent.
    pub(super) fn show_in_title(&mut self, ctx: &Context) {
        let session = &self.session;
        let share = if session.phase.busy() { session.share_of_all() } else { None };
        // What is not over is not all of it.
        let whole = share.map(|share| f64::from((share * 100.0).floor().clamp(0.0, 99.0)) / 100.0);
        let title = match whole {
            Some(share) => format!("{} · {IDLE}", percent(self.preferences.lang, share, 0)),
            None => IDLE.to_owned(),
        };
        if title != self.title {
            ctx.send_viewport_cmd(ViewportCommand::Title(title.clone()));
            (self.taskbar)(whole);
            self.title = title;
        }
    }
}
