//! How the window looks and moves: light or dark, how large, how much moves; as the user chose, or as the system is set.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use egui::Context;
use mundy::{Interest, ReducedMotion, Subscription};

use super::App;
use crate::ui::{Mode, Motion, motion};

/// Whether the system asks for less movement. Until it has said so, and where it says nothing, it does not.
#[derive(Default)]
pub struct SystemMotion {
    reduced: Arc<AtomicBool>,
    /// Ends the listening when it is dropped.
    _listening: Option<Subscription>,
}

impl SystemMotion {
    /// Listens to the system from now on, beside the window: on Linux to the desktop portal (`reduced-motion`, or GNOME's
    /// `enable-animations`), on Windows to its animation effects, on macOS to Reduce Motion. To be called on the main thread,
    /// where macOS wants it; waits for nothing.
    pub(super) fn listen(&mut self, ctx: &Context) {
        let (reduced, ctx) = (Arc::clone(&self.reduced), ctx.clone());
        self._listening = Some(mundy::Preferences::subscribe(Interest::ReducedMotion, move |said| {
            reduced.store(said.reduced_motion == ReducedMotion::Reduce, Ordering::Relaxed);
            ctx.request_repaint();
        }));
    }

    /// Takes for what the system says that it asks for less movement, or does not.
    pub fn say(&self, reduced: bool) {
        self.reduced.store(reduced, Ordering::Relaxed);
    }
}

impl App {
    pub(super) fn choose_mode(&mut self, ctx: &Context, mode: Mode) {
        self.preferences.mode = mode;
        set_mode(ctx, mode);
    }

    pub(super) fn zoom(&mut self, ctx: &Context, zoom: f32) {
        self.preferences.zoom = zoom;
        ctx.set_zoom_factor(zoom);
    }

    /// Lets as much move as is wished now.
    pub(super) fn follow_motion(&self, ctx: &Context) {
        let still = match self.preferences.motion {
            Motion::Full => false,
            Motion::Reduced => true,
            Motion::System => self.system_motion.reduced.load(Ordering::Relaxed),
        };
        if still != motion::is_still(ctx) {
            motion::set(ctx, still);
        }
    }
}

/// Light, dark, or as the system has it.
pub(super) fn set_mode(ctx: &Context, mode: Mode) {
    ctx.set_theme(match mode {
        Mode::Light => egui::ThemePreference::Light,
        Mode::Dark => egui::ThemePreference::Dark,
        Mode::System => egui::ThemePreference::System,
    });
}
