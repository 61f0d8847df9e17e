//! A range of values.

use serde::{Deserialize, Serialize};

/// Two bounds: in years, or of a difference.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Interval {
    pub low: f64,
    pub high: f64,
}
