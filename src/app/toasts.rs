//! Confirmations, one at a time, for a few seconds each.

use std::{
    collections::VecDeque,
    time::{Duration, Instant},
};

use egui::{Align2, Order, Ui};

use crate::{
    session::{Offer, Session, Toast},
    text::Lang,
    ui::widget::notice,
};

/// How long one stays.
const SHOWN: Duration = Duration::from_secs(6);

/// Confirmations that wait and the one that is shown.
#[derive(Default)]
pub struct Toasts {
    waiting: VecDeque<Toast>,
    shown: Option<(Toast, Instant)>,
}

impl Toasts {
    /// Takes what the session has to confirm.
    pub fn take(&mut self, session: &mut Session) {
        self.waiting.append(&mut session.toasts);
        // A newer confirmation is of more interest than the older ones.
        if self.waiting.len() > 3 {
            self.waiting.drain(..self.waiting.len() - 3);
        }
        if self.shown.as_ref().is_none_or(|(_, since)| since.elapsed() > SHOWN || !self.waiting.is_empty()) {
            self.shown = self.waiting.pop_front().map(|toast| (toast, Instant::now()));
        }
    }

    /// Takes all away: they are about what is no longer before the user's eyes.
    pub fn clear(&mut self) {
        *self = Self::default();
    }

    /// Draws it over the middle of the status bar, where it covers no button and no title; gives what its button offers if
    /// that was chosen now.
    pub fn show(&mut self, ui: &Ui, lang: Lang) -> Option<Offer> {
        let (toast, _) = self.shown.as_ref()?;
        ui.request_repaint_after(Duration::from_millis(500));
        let area = egui::Area::new(egui::Id::unique("toast")).order(Order::Foreground);
        let area = area.anchor(Align2::CENTER_BOTTOM, [0.0, -4.0]);
        let chosen = area.show(ui.ctx(), |ui| notice::toast(ui, lang, toast)).inner;
        if chosen { self.shown.take().and_then(|(toast, _)| toast.offer) } else { None }
    }
}
