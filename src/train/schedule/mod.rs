//! Learning-rate schedules: a pure function of the step.

use serde::{Deserialize, Serialize};

use crate::knob::{Knob, Knobs};

/// The learning rate over time, as the user sets it. Rates are factors of the optimizer's learning rate, except by hand.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ScheduleSettings {
    pub kind: ScheduleKind,
    /// Epochs of linear rise from (almost) zero, before any schedule but one-cycle.
    pub warmup_epochs: f64,
    /// Step: epochs between two falls.
    pub step_epochs: u32,
    /// Step: factor at each fall. Exponential: factor at each epoch.
    pub factor: f64,
    /// Cosine and one-cycle: the last rate, as a factor of the first (Keras's `alpha`).
    pub final_factor: f64,
    /// One-cycle: the share of steps that rise.
    pub rise: f64,
    /// By hand: from which epoch (from 1) which rate holds.
    pub table: Vec<(u32, f64)>,
}

/// Which schedule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ScheduleKind {
    Constant,
    Step,
    Exponential,
    Cosine,
    OneCycle,
    ByHand,
}

impl Default for ScheduleSettings {
    fn default() -> Self {
        Self {
            kind: ScheduleKind::Constant,
            warmup_epochs: 0.0,
            step_epochs: 10,
            factor: 0.5,
            final_factor: 0.01,
            rise: 0.3,
            table: vec![(1, 1e-4), (10, 5e-5), (20, 1e-5)],
        }
    }
}

impl Knobs for ScheduleSettings {
    fn knobs(&mut self) -> Vec<Knob<'_>> {
        Vec::new()
    }
}
