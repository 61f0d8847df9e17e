//! One test binary; each file is named after what it holds.
mod model;
mod theme;
mod augment;
mod batch;
mod tidy;
