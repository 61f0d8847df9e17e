//! A photo becomes an answer: found faces, a square as UTKFace's crops are made, and what the network says of it.
//!
//! `photo` decodes, `faces` proposes squares, `predictor` asks the network, `heatmap` shows where it looked, `batch`
//! does a folder.

pub mod batch;
pub mod faces;
pub mod heatmap;
pub mod photo;
pub mod predictor;

pub use photo::{Photo, Square};
pub use predictor::{Answer, Predictor};
