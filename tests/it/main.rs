//! One test binary; each file is named after what it holds.
mod augment;
mod batch;
mod calibration;
mod groups;
mod model;
mod sample_faces;
mod scores;
mod theme;
mod tidy;
