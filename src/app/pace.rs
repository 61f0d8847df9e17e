//! How soon the window is drawn for what has come.

use std::time::Duration;

use egui::Context;

use crate::worker::Delivery;

/// How soon the window is drawn for [`Delivery::Passing`]. Everything else is drawn at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace(Duration);

impl Default for Pace {
    /// Practically at once. Not at once: egui draws two frames for a request without delay, and numbers need only one.
    fn default() -> Self {
        Self(Duration::from_millis(1))
    }
}

impl Pace {
    /// The pace for what draws the window: without a graphics card a frame is a tenth of a second on the cores that
    /// train, and one a second has to do.
    pub fn of(graphics: Option<wgpu::DeviceType>) -> Self {
        match graphics {
            Some(wgpu::DeviceType::Cpu) => Self(Duration::from_secs(1)),
            _ => Self::default(),
        }
    }

    /// What a worker calls after each envelope.
    pub fn wake(self, ctx: &Context) -> impl Fn(Delivery) + Send + Sync + 'static {
        let ctx = ctx.clone();
        move |news| match news {
            Delivery::Passing => ctx.request_repaint_after(self.0),
            Delivery::Lasting => ctx.request_repaint(),
        }
    }
}
