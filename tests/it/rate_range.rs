//! The learning-rate range test.
//!
//! The expected numbers:
//! ```python
//! import numpy as np
//! i = np.arange(100); rate = 1e-6 * 1e6 ** (i / 99)
//! loss = 0.75 - 0.4 / (1 + np.exp(-(np.log10(rate) + 3.5) * 3)) + 30 * np.clip(np.log10(rate) + 1.2, 0, None) ** 2
//! mean = weight = 0; smooth = []
//! for l in loss:
//!     mean = 0.9 * mean + 0.1 * l; weight = 0.9 * weight + 0.1; s = mean / weight
//!     if s > 4 * min(smooth + [s]): break
//!     smooth.append(s)
//! at = int(np.argmin(smooth)); print(len(smooth), at, [float(f"{smooth[k]:.8g}") for k in (0, 50, at)], f"{rate[at - 9] / 10:.2g}")
//! ```

use trombine::{
    control::{Control, Signal},
    engine::{Engine, reference::ReferenceEngine},
    problem::Kind,
    train::rate_range::{self, BATCHES, HIGHEST, LOWEST},
};

use crate::training::{plan, settings};

fn loss(index: u32) -> f64 {
    let x = rate_range::rate(index).log10();
    0.75 - 0.4 / (1.0 + (-(x + 3.5) * 3.0).exp()) + 30.0 * (x + 1.2).max(0.0).powi(2)
}

#[test]
fn rates_rise_by_one_factor_from_end_to_end() {
    assert!((rate_range::rate(0) / LOWEST - 1.0).abs() < 1e-12);
    assert!((rate_range::rate(BATCHES - 1) / HIGHEST - 1.0).abs() < 1e-12);
    let factor = rate_range::rate(1) / rate_range::rate(0);
    assert!((1..BATCHES - 1).all(|i| (rate_range::rate(i + 1) / rate_range::rate(i) / factor - 1.0).abs() < 1e-9));
}

#[test]
fn the_proposal_is_a_tenth_of_the_rate_at_which_the_loss_is_lowest() {
    let points = rate_range::points((0..BATCHES).map(loss));
    let lowest = (0..points.len()).min_by(|&a, &b| points[a].smooth.total_cmp(&points[b].smooth)).expect("points");
    assert_eq!((points.len(), lowest), (86, 79));
    for (at, expected) in [0, 50, lowest].into_iter().zip([0.74977889, 0.5352412, 0.36275261]) {
        assert!((points[at].smooth / expected - 1.0).abs() < 1e-7, "{at}: {} instead of {expected}", points[at].smooth);
    }
    assert_eq!(rate_range::propose(&points), Some(0.0017));
}

#[test]
fn a_loss_that_never_falls_proposes_nothing() {
    assert_eq!(rate_range::propose(&[]), None);
    assert_eq!(rate_range::propose(&rate_range::points([0.7; 100])), None);
    // It ends where the mean is four times its lowest value, or no number.
    assert_eq!(rate_range::points([0.5, 0.5, 100.0, 0.5]).len(), 2);
    assert_eq!(rate_range::points([0.5, f64::NAN, 0.5]).len(), 1);
}

#[test]
fn it_trains_at_rising_rates_and_can_be_stopped() {
    let plan = plan(&settings());
    let test = |control: &Control, progress: &mut dyn FnMut(u64, u64)| {
        let mut engine = ReferenceEngine::new(&plan.engine_config());
        let range = rate_range::test(&plan, &mut engine, control, progress);
        (range, engine.optimizer_state().expect("its memory").step)
    };
    let mut told = 0;
    let (range, steps) = test(&Control::default(), &mut |done, _| told = done);
    let range = range.expect("it works");
    assert!(range.points.len() > 30 && told == range.points.len() as u64, "{} points", range.points.len());
    assert!(steps >= told && steps <= told + 1, "{steps} steps for {told} points");
    assert!(range.points.windows(2).all(|pair| pair[0].rate < pair[1].rate));
    let (again, _) = test(&Control::default(), &mut |_, _| {});
    assert_eq!(again.expect("it works"), range, "the same seed gives the same test");
    let control = Control::default();
    control.set(Signal::Discard);
    assert_eq!(test(&control, &mut |_, _| {}).0.expect_err("stopped").kind, Kind::Cancelled);
}
