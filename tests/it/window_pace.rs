//! How soon the window is drawn for what has come.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use egui::Context;
use trombine::{app::pace::Pace, worker::Delivery};
use wgpu::DeviceType;

/// After how long a frame is asked for when `news` has come to a window drawn by `graphics`.
fn delay(graphics: Option<DeviceType>, news: Delivery) -> Duration {
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
        assert_eq!(delay(graphics, Delivery::Lasting), Duration::ZERO, "{graphics:?}");
    }
    for graphics in [None, Some(DeviceType::DiscreteGpu), Some(DeviceType::IntegratedGpu)] {
        let delay = delay(graphics, Delivery::Passing);
        assert!(!delay.is_zero() && delay <= Duration::from_millis(1), "{graphics:?}: {delay:?}");
    }
    let delay = delay(Some(DeviceType::Cpu), Delivery::Passing);
    assert!(delay > Duration::from_millis(900), "a second, less the frame's own time: {delay:?}");
}
