//! Where Trombine keeps its own files, and how it writes them: whole or not at all.

mod app_dirs;
pub mod atomic;
pub mod disk;
pub mod fault;
pub mod lock;
pub mod names;
pub mod overwrite;
pub mod reads;
pub mod regular;
pub mod remembered;
pub mod stamp;
pub mod table;
pub mod tensors;
pub mod text;
pub mod unfinished;

pub use app_dirs::{AppDirs, chosen, home, settled};
