//! What needs no card of the graphics engine: what an adapter lacks, and how much is handed to it at once.

use std::time::{Duration, Instant};

use trombine::engine::gpu::{adapter::lacks, submit_throttle::SubmitThrottle};

#[test]
fn what_a_card_lacks_is_said_with_its_number() {
    let (all, none) = (wgpu::DownlevelFlags::all(), wgpu::DownlevelFlags::empty());
    let enough = wgpu::Limits::default();
    assert_eq!(lacks(&enough, all), None, "what WebGPU promises everywhere is enough");
    assert_eq!(lacks(&enough, none).as_deref(), Some("no compute shaders"));
    let few = wgpu::Limits { max_storage_buffers_per_shader_stage: 4, ..enough.clone() };
    assert_eq!(lacks(&few, all).as_deref(), Some("4 storage buffers in a kernel, 7 are needed"));
    let small = wgpu::Limits { max_compute_workgroup_storage_size: 8192, ..enough };
    assert_eq!(lacks(&small, all).as_deref(), Some("8192 bytes of workgroup memory, 16384 are needed"));
}

/// Steps that end every so many seconds.
fn throttle(seconds: f64) -> SubmitThrottle {
    let (mut throttle, start) = (SubmitThrottle::default(), Instant::now());
    for step in 0..30 {
        throttle.ended(start + Duration::from_secs_f64(seconds * f64::from(step)));
    }
    throttle
}

#[test]
fn a_quick_card_gets_whole_steps_and_a_slow_one_pieces() {
    assert_eq!((throttle(0.002).submissions(), throttle(0.002).ahead()), (1, 8));
    assert_eq!((throttle(0.1).submissions(), throttle(0.1).ahead()), (4, 2));
    assert_eq!((throttle(20.0).submissions(), throttle(20.0).ahead()), (16, 2));
    assert_eq!(SubmitThrottle::default().submissions(), 1);
    // What lies between two rows of steps is not counted.
    let mut paused = throttle(0.002);
    paused.idle();
    paused.ended(Instant::now() + Duration::from_secs(100));
    assert_eq!(paused.submissions(), 1);
}
