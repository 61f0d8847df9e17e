//! One test binary; each file is named after what it holds.
mod augment;
mod batch;
mod model;
mod theme;
mod calibration;
mod groups;
mod scores;
mod tidy;
