//! How fast it goes, how long it took, and how long it will take: one estimate that does not jump.

use std::time::Instant;

/// Seconds over which a speed forgets: long against one slow batch, short against a machine that gets busy.
const FORGETS: f64 = 20.0;
/// Seconds over which the shown estimate moves to a new one.
const SETTLES: f64 = 10.0;
/// What a validation picture costs of a training one, until it was measured: forward alone is a third of a step.
const VALIDATION_SHARE: f64 = 1.0 / 3.0;

/// Measures a training, pauses left out.
#[derive(Clone, Debug)]
pub struct Meter {
    /// Seconds until `since`.
    before: f64,
    since: Option<Instant>,
    training: Speed,
    validation: Speed,
    shown: Option<Estimate>,
}

/// Pictures that are still to be worked on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Work {
    pub training: u64,
    pub validation: u64,
}

#[derive(Clone, Copy, Debug)]
struct Estimate {
    /// Seconds that remained.
    remaining: f64,
    /// When that was, in seconds of training.
    at: f64,
}

impl Meter {
    /// A running meter of a training that took `before` seconds already.
    pub fn start(before: f64) -> Self {
        let (training, validation) = (Speed::default(), Speed::default());
        Self { before, since: Some(Instant::now()), training, validation, shown: None }
    }

    /// Seconds of training, without pauses.
    pub fn elapsed(&self) -> f64 {
        self.before + self.since.map_or(0.0, |since| since.elapsed().as_secs_f64())
    }

    /// Stops the clock.
    pub fn pause(&mut self) {
        self.before = self.elapsed();
        self.since = None;
    }

    /// Lets the clock run again.
    pub fn go_on(&mut self) {
        self.since.get_or_insert_with(Instant::now);
    }

    /// `pictures` were learned from in `seconds`.
    pub fn trained(&mut self, pictures: usize, seconds: f64) {
        self.training.add(pictures, seconds);
    }

    /// `pictures` were judged in `seconds`.
    pub fn validated(&mut self, pictures: usize, seconds: f64) {
        self.validation.add(pictures, seconds);
    }

    /// Training pictures a second, now; 0 before the first batch.
    pub fn pictures_per_second(&self) -> f64 {
        self.training.seconds_per_picture().map_or(0.0, f64::recip)
    }

    /// Seconds that `work` will take. What was shown before counts down and moves gently towards the new figure.
    pub fn remaining(&mut self, work: Work) -> f64 {
        self.estimate(work, self.elapsed())
    }

    fn estimate(&mut self, work: Work, now: f64) -> f64 {
        let Some(training) = self.training.seconds_per_picture() else { return 0.0 };
        let validation = self.validation.seconds_per_picture().unwrap_or(training * VALIDATION_SHARE);
        let measured = work.training as f64 * training + work.validation as f64 * validation;
        let remaining = match self.shown {
            None => measured,
            Some(shown) => {
                let passed = (now - shown.at).max(0.0);
                let counted_down = (shown.remaining - passed).max(0.0);
                counted_down + (measured - counted_down) * (1.0 - (-passed / SETTLES).exp())
            }
        };
        self.shown = Some(Estimate { remaining, at: now });
        remaining
    }
}

/// Seconds a picture: the plain mean at first, then one that forgets.
#[derive(Clone, Copy, Debug, Default)]
struct Speed {
    seconds: f64,
    pictures: f64,
}

impl Speed {
    fn add(&mut self, pictures: usize, seconds: f64) {
        let keep = (-seconds / FORGETS).exp();
        self.seconds = self.seconds * keep + seconds;
        self.pictures = self.pictures * keep + pictures as f64;
    }

    fn seconds_per_picture(&self) -> Option<f64> {
        (self.pictures > 0.0).then(|| (self.seconds / self.pictures).max(1e-9))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A machine that becomes ten times slower for one batch and is quick again must not throw the estimate about.
    #[test]
    fn the_estimate_does_not_jump() {
        let mut meter = Meter::start(0.0);
        let (mut now, mut left, mut last) = (0.0, 100_000, None);
        for step in 0..400 {
            let seconds = if step == 200 { 1.0 } else { 0.1 };
            now += seconds;
            left -= 32;
            meter.trained(32, seconds);
            let shown = meter.estimate(Work { training: left, validation: 0 }, now);
            if let Some(last) = last {
                let change: f64 = shown - last;
                assert!(change.abs() < 0.05 * last, "step {step}: from {last} to {shown}");
            }
            last = Some(shown);
        }
        // 0.1 s for 32 pictures.
        let truth = left as f64 / 320.0;
        assert!((last.unwrap_or(0.0) / truth - 1.0).abs() < 0.1, "{last:?} instead of {truth}");
    }
}
