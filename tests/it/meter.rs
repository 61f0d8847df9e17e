//! The time that is left: within a third soon after the start, and it does not jump.

use trombine::train::meter::{EtaEstimator, Work};

/// What is shown after each of these batches of 32 pictures, and what is really left then.
fn course(batches: &[f64]) -> Vec<(f64, f64)> {
    let mut meter = EtaEstimator::start(0.0);
    let (mut now, total) = (0.0, batches.iter().sum::<f64>());
    let mut shown = Vec::new();
    for (done, seconds) in (1..).zip(batches) {
        now += seconds;
        meter.trained(32, *seconds);
        let work = Work { training: 32 * (batches.len() - done) as u64, validation: 0 };
        shown.push((meter.remaining_at(work, now), total - now));
    }
    shown
}

/// From a twentieth of the work on it is within a third, or says nothing, however slow the first batches are.
#[test]
fn slow_first_batches_are_no_measure_of_the_others() {
    let quick = vec![0.05; 200];
    for slow in [&[3.0][..], &[3.0, 0.5, 0.2], &[0.4, 0.4, 0.4]] {
        let course = course(&[slow, &quick].concat());
        for (step, (shown, left)) in course.iter().enumerate().skip(course.len() / 20).take(180) {
            assert!((shown / left - 1.0).abs() < 1.0 / 3.0, "{slow:?}, step {step}: {shown} of {left}");
        }
    }
}

/// A machine that becomes ten times slower for one batch and is quick again must not throw the estimate about.
#[test]
fn the_estimate_does_not_jump() {
    let mut meter = EtaEstimator::start(0.0);
    let (mut now, mut left, mut last) = (0.0, 100_000, None);
    for step in 0..400 {
        let seconds = if step == 200 { 1.0 } else { 0.1 };
        now += seconds;
        left -= 32;
        meter.trained(32, seconds);
        let shown = meter.remaining_at(Work { training: left, validation: 0 }, now);
        if let Some(last) = last {
            let change: f64 = shown - last;
            assert!(change.abs() < 0.05 * last, "step {step}: from {last} to {shown}");
        }
        // Until enough batches were seen nothing is said.
        last = (shown > 0.0).then_some(shown);
    }
    // 0.1 s for 32 pictures.
    let label = left as f64 / 320.0;
    assert!((last.unwrap_or(0.0) / label - 1.0).abs() < 0.1, "{last:?} instead of {label}");
}
