//! How much is handed to the card at once: enough that it never waits for the processor, little enough that whatever
//! else draws on it, this program's own window above all, gets its turn.
//!
//! A card goes from one program's work to another's between submissions. A quick card takes a step in one; on a slow
//! one, where a step lasts longer than a frame may, a step is cut into several.

use std::time::Instant;

/// Seconds that one submission should not exceed: less than two frames.
const AT_ONCE: f64 = 0.025;
/// Seconds of work that may be waiting.
const AHEAD: f64 = 0.05;
/// Steps that may be waiting, at least and at most.
const STEPS_AHEAD: (f64, f64) = (2.0, 8.0);
/// The most submissions of a step.
const MOST: f64 = 16.0;
/// What a new measurement counts in the mean.
const NEW: f64 = 0.3;

/// The throttle of one engine, from the times at which its steps were seen to end.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct SubmitThrottle {
    /// Mean seconds of a step; 0 before the first was measured.
    seconds: f64,
    /// When the last step ended after which the card went straight on to the next.
    ended: Option<Instant>,
}

impl SubmitThrottle {
    /// Into how many submissions a step is cut.
    pub fn submissions(&self) -> usize {
        (self.seconds / AT_ONCE).ceil().clamp(1.0, MOST) as usize
    }

    /// How many steps may be begun and not ended.
    pub fn ahead(&self) -> usize {
        (AHEAD / self.seconds.max(1e-6)).clamp(STEPS_AHEAD.0, STEPS_AHEAD.1) as usize
    }

    /// A step ended at `now`, and others were waiting behind it.
    pub fn ended(&mut self, now: Instant) {
        if let Some(before) = self.ended.replace(now) {
            let seconds = now.duration_since(before).as_secs_f64();
            self.seconds = if self.seconds == 0.0 { seconds } else { self.seconds + NEW * (seconds - self.seconds) };
        }
    }

    /// Nothing is waiting: the time to the next end is not the card's alone.
    pub fn idle(&mut self) {
        self.ended = None;
    }
}
