//! A run's result as an experiment counts it: what its recipe makes of it, not what was chosen afterwards.

use super::RunInfo;
use crate::text::{Phrase, say};

/// Why a finished run is not counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotCounted {
    /// By itself: that is another recipe.
    TrainedFurther,
    /// Evaluated with mirror images, or without, other than its recipe says.
    Mirrored(bool),
    /// At a threshold of its own, by a version that did not write down what it is at the recipe's.
    OwnThreshold,
}

impl NotCounted {
    /// In words, for a line of a table.
    pub const fn words(self) -> Phrase {
        match self {
            Self::TrainedFurther => say("trained further, not counted", "entraîné au-delà, non compté"),
            Self::Mirrored(true) => say("evaluated with mirror images, not counted", "évalué avec miroirs, non compté"),
            Self::Mirrored(false) => say("evaluated without mirror images, not counted", "évalué sans miroirs, non compté"),
            Self::OwnThreshold => say("has a threshold of its own, not counted", "a son propre seuil, non compté"),
        }
    }
}

impl RunInfo {
    /// Its result on the test part: the accuracy at a threshold of one half, whichever is kept with it; of years the mean
    /// absolute error. `mirrored` is whether its recipe evaluates with mirror images, if that is known. `None` before it is
    /// evaluated.
    ///
    /// # Errors
    /// It would not be that of the recipe.
    pub fn counted(&self, mirrored: Option<bool>) -> Option<Result<f64, NotCounted>> {
        let scores = self.scores.as_ref()?;
        let was = scores.decision.map(|decision| decision.mirrored);
        Some(match (was, mirrored) {
            _ if self.extensions > 0 => Err(NotCounted::TrainedFurther),
            (Some(was), Some(recipe)) if was != recipe => Err(NotCounted::Mirrored(was)),
            _ => scores.as_evaluated().ok_or(NotCounted::OwnThreshold),
        })
    }
}
