//! A range of values.

use serde::{Deserialize, Serialize};

/// Two bounds: of a share, in years, or of a difference.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Interval {
    pub low: f64,
    pub high: f64,
}

impl Interval {
    /// Whether two ranges have a value in common; then neither may be called better.
    pub fn overlaps(self, other: Self) -> bool {
        self.low <= other.high && other.low <= self.high
    }
}
