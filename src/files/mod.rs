//! Where Trombine keeps its own files, and how it writes them: whole or not at all.

pub mod atomic;
pub mod claim;
mod places;
pub mod regular;
pub mod table;

pub use places::{Places, home};
