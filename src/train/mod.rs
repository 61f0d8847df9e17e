//! The training loop, and what belongs to it: validation, the trial of a device, the learning-rate range test.

pub mod choice;
pub mod ending;
pub mod event;
pub mod fit;
mod fit_output;
mod log;
pub mod meter;
pub mod rate_range;
pub mod trial;
pub mod validation;
