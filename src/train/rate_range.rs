//! The learning-rate range test (Smith 2017, *Cyclical learning rates for training neural networks*): the rate rises
//! exponentially from batch to batch, and the loss says where learning begins and where it runs away.

use serde::{Deserialize, Serialize};

use crate::{
    control::Control,
    data::batch::Form,
    engine::{Engine, Step},
    plan::Plan,
    problem::Problem,
};

/// The first and the last rate, and how many batches lie between them.
pub const LOWEST: f64 = 1e-6;
pub const HIGHEST: f64 = 1.0;
pub const BATCHES: u32 = 100;

/// How much of the running mean of the loss each batch keeps.
const SMOOTHING: f64 = 0.9;
/// Batches by which the running mean comes late: `SMOOTHING / (1 - SMOOTHING)`.
const LATE: usize = 9;
/// A smoothed loss this many times the lowest one has run away, and the test ends.
const RAN_AWAY: f64 = 4.0;
/// The least fall of the loss, as a share of where it began, that counts as learning.
const LEARNED: f64 = 0.02;
/// The proposal is the rate of the lowest loss, divided by this (Howard and Gugger 2020, fastai's `minimum`): where the
/// loss is lowest, it is about to run away.
const SAFETY: f64 = 10.0;

/// What the test has found.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct RateRange {
    /// One for each batch, rates rising.
    pub points: Vec<Point>,
    /// The rate to train with, two significant digits; `None` if the loss never fell.
    pub proposal: Option<f64>,
}

/// One batch of the test.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Point {
    pub rate: f64,
    /// Of this batch, L2 penalty included.
    pub loss: f64,
    /// The running mean, corrected for its start.
    pub smooth: f64,
}

/// Trains up to [`BATCHES`] batches of `plan` on `engine` at rising rates; its weights and optimizer are used up by it.
/// `progress` gets the batches done and all of them.
///
/// # Errors
/// A device that fails; cancelled.
pub fn test(
    plan: &Plan,
    engine: &mut dyn Engine,
    control: &Control,
    mut progress: impl FnMut(u64, u64),
) -> Result<RateRange, Problem> {
    engine.set_weights(&plan.first_weights())?;
    let mut sweep = Sweep::default();
    for (index, batch) in (0..BATCHES).zip(plan.training_batches(Form::Pixels, 0)) {
        if control.cancelled() {
            return Err(Problem::cancelled());
        }
        let score = engine.train_batch(&batch?.view(), Step { index, learning_rate: rate(index) })?;
        if !sweep.add(score.loss + score.penalty) {
            break;
        }
        progress(u64::from(index) + 1, BATCHES.into());
    }
    let proposal = propose(&sweep.points);
    Ok(RateRange { points: sweep.points, proposal })
}

/// The points of a test whose batches had `losses`, up to where they ran away.
pub fn points(losses: impl IntoIterator<Item = f64>) -> Vec<Point> {
    let mut sweep = Sweep::default();
    let _ = losses.into_iter().all(|loss| sweep.add(loss));
    sweep.points
}

/// The rate of batch `index`: [`LOWEST`] at the first, [`HIGHEST`] at the last, the same factor from each to the next.
pub fn rate(index: u32) -> f64 {
    LOWEST * (HIGHEST / LOWEST).powf(f64::from(index) / f64::from(BATCHES - 1))
}

/// The rate to train with.
pub fn propose(points: &[Point]) -> Option<f64> {
    let first = points.first()?;
    let (at, lowest) = points.iter().enumerate().min_by(|a, b| a.1.smooth.total_cmp(&b.1.smooth))?;
    if lowest.smooth > (1.0 - LEARNED) * first.smooth {
        return None;
    }
    let rate = points.get(at.saturating_sub(LATE))?.rate / SAFETY;
    let unit = 10f64.powf(rate.log10().floor() - 1.0);
    // Through text, without the noise of binary fractions.
    format!("{:.9}", (rate / unit).round() * unit).parse().ok()
}

/// The points so far, and the running mean of their losses, corrected for its start as Adam's are.
#[derive(Default)]
struct Sweep {
    points: Vec<Point>,
    mean: f64,
    weight: f64,
    lowest: Option<f64>,
}

impl Sweep {
    /// Takes the next batch's loss; `false` if it has run away.
    fn add(&mut self, loss: f64) -> bool {
        self.mean = SMOOTHING * self.mean + (1.0 - SMOOTHING) * loss;
        self.weight = SMOOTHING * self.weight + (1.0 - SMOOTHING);
        let smooth = self.mean / self.weight;
        let lowest = self.lowest.map_or(smooth, |lowest| lowest.min(smooth));
        self.lowest = Some(lowest);
        if !smooth.is_finite() || smooth > RAN_AWAY * lowest {
            return false;
        }
        self.points.push(Point { rate: rate(self.points.len() as u32), loss, smooth });
        true
    }
}
