//! How fast it goes, how long it took, and how long it will take: one estimate that does not jump.

use std::time::Instant;

/// Seconds over which a speed forgets: long against one slow batch, short against a machine that gets busy.
const FORGETS: f64 = 20.0;
/// Seconds over which the shown estimate moves to a new one; at first a quarter of the time since it was first shown, so
/// that a wrong beginning is soon forgotten.
const SETTLES: f64 = 10.0;
/// The first batches are slow: kernels are chosen, buffers and pages come to memory. They are no measure of the others.
const WARM_UP: u32 = 3;
/// Batches after those of the warm-up before a time is told.
const TRUSTED: u32 = 4;
/// What a validation picture costs of a training one, until it was measured: forward alone is a third of a step.
const VALIDATION_SHARE: f64 = 1.0 / 3.0;

/// Measures a training, pauses left out.
#[derive(Clone, Debug)]
pub struct EtaEstimator {
    /// Seconds until `since`.
    before: f64,
    since: Option<Instant>,
    training: Speed,
    validation: Speed,
    shown: Option<TimeEstimate>,
}

/// Pictures that are still to be worked on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Work {
    pub training: u64,
    pub validation: u64,
}

#[derive(Clone, Copy, Debug)]
struct TimeEstimate {
    /// When the first one was, in seconds of training.
    since: f64,
    /// Seconds that remained.
    remaining: f64,
    /// When that was, in seconds of training.
    at: f64,
}

impl EtaEstimator {
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

    /// `pictures` were evaluated in `seconds`.
    pub fn validated(&mut self, pictures: usize, seconds: f64) {
        self.validation.add(pictures, seconds);
    }

    /// Training pictures a second, now; 0 before the first batch.
    pub fn pictures_per_second(&self) -> f64 {
        self.training.seconds_per_picture().map_or(0.0, f64::recip)
    }

    /// Seconds that `work` will take; 0 until enough batches were seen to say. What was shown before counts down and moves
    /// gently towards the new figure.
    pub fn remaining(&mut self, work: Work) -> f64 {
        self.remaining_at(work, self.elapsed())
    }

    /// As [`EtaEstimator::remaining`], after `now` seconds of training.
    pub fn remaining_at(&mut self, work: Work, now: f64) -> f64 {
        if self.training.batches < WARM_UP + TRUSTED {
            return 0.0;
        }
        let Some(training) = self.training.seconds_per_picture() else { return 0.0 };
        let validation = self.validation.seconds_per_picture().unwrap_or(training * VALIDATION_SHARE);
        let measured = work.training as f64 * training + work.validation as f64 * validation;
        let shown = match self.shown {
            None => TimeEstimate { since: now, remaining: measured, at: now },
            Some(shown) => {
                let passed = (now - shown.at).max(0.0);
                let counted_down = (shown.remaining - passed).max(0.0);
                let settles = ((now - shown.since) / 4.0).clamp(0.1, SETTLES);
                let remaining = counted_down + (measured - counted_down) * (1.0 - (-passed / settles).exp());
                TimeEstimate { remaining, at: now, ..shown }
            }
        };
        self.shown = Some(shown);
        shown.remaining
    }
}

/// Seconds a picture: the plain mean at first, then one that forgets. The batches of the warm-up count until others have come.
#[derive(Clone, Copy, Debug, Default)]
struct Speed {
    batches: u32,
    seconds: f64,
    pictures: f64,
}

impl Speed {
    fn add(&mut self, pictures: usize, seconds: f64) {
        if self.batches == WARM_UP {
            (self.seconds, self.pictures) = (0.0, 0.0);
        }
        self.batches = self.batches.saturating_add(1);
        let keep = (-seconds / FORGETS).exp();
        self.seconds = self.seconds * keep + seconds;
        self.pictures = self.pictures * keep + pictures as f64;
    }

    fn seconds_per_picture(&self) -> Option<f64> {
        (self.pictures > 0.0).then(|| (self.seconds / self.pictures).max(1e-9))
    }
}
