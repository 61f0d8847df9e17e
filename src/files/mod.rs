//! Where Trombine keeps its own files, and how it writes them: whole or not at all.

pub mod atomic;
mod places;
pub mod regular;

pub use places::{Places, home};
