//! A photo becomes an answer: found faces, a square as UTKFace's crops are made, and what the network says of it.
//!
//! `photo` decodes, `original` is a file for looking at it, `framing` says which of the faces in it are evaluated, `predictor` asks the network, `heatmap` shows where it looked, `batch`
//! does a folder, `table` is the file that a folder goes into.

pub mod batch;
pub mod framing;
pub mod heatmap;
pub mod original;
pub mod photo;
pub mod predictor;
pub mod table;

pub use framing::{Framed, frame};
pub use original::Original;
pub use photo::Photo;
pub use predictor::{Answer, Estimate, Predictor};
