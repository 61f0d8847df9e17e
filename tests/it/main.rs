//! One test binary; each file is named after what it holds.
mod augment;
mod batch;
mod calibration;
mod engine_cases;
mod engine_reference;
mod groups;
mod loss;
mod model;
mod optimizer;
mod pages;
mod sample_faces;
mod schedule;
mod scores;
mod split;
mod theme;
mod tidy;
