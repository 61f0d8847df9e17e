//! How soon the window is drawn for what has come.

use std::time::Duration;

use egui::Context;

use crate::worker::News;

/// How soon the window is drawn for [`News::Passing`]. Everything else is drawn at once.
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
    pub fn wake(self, ctx: &Context) -> impl Fn(News) + Send + Sync + 'static {
        let ctx = ctx.clone();
        move |news| match news {
            News::Passing => ctx.request_repaint_after(self.0),
            News::Lasting => ctx.request_repaint(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use wgpu::DeviceType;

    use super::*;

    /// After how long a frame is asked for when `news` has come to a window drawn by `graphics`.
    fn delay(graphics: Option<DeviceType>, news: News) -> Duration {
        let (ctx, asked) = (Context::default(), Arc::new(Mutex::new(Vec::new())));
        // The first frame of all asks for another.
        for _ in 0..3 {
            ctx.run_ui(egui::RawInput::default(), |_| {}).textures_delta.clear();
        }
        let to = asked.clone();
        ctx.set_request_repaint_callback(move |info| to.lock().expect("one thread").push(info.delay));
        Pace::of(graphics).wake(&ctx)(news);
        let asked = asked.lock().expect("one thread");
        assert_eq!(asked.len(), 1, "one frame is asked for");
        asked[0]
    }

    #[test]
    fn progress_waits_for_a_processor_that_draws_and_what_lasts_does_not() {
        for graphics in [None, Some(DeviceType::DiscreteGpu), Some(DeviceType::IntegratedGpu), Some(DeviceType::Cpu)] {
            assert_eq!(delay(graphics, News::Lasting), Duration::ZERO, "{graphics:?}");
        }
        for graphics in [None, Some(DeviceType::DiscreteGpu), Some(DeviceType::IntegratedGpu)] {
            let delay = delay(graphics, News::Passing);
            assert!(!delay.is_zero() && delay <= Duration::from_millis(1), "{graphics:?}: {delay:?}");
        }
        let delay = delay(Some(DeviceType::Cpu), News::Passing);
        assert!(delay > Duration::from_millis(900), "a second, less the frame's own time: {delay:?}");
    }
}
