//! A photo becomes an answer: found faces, a square as UTKFace's crops are made, and what the network says of it.
//!
//! `photo` decodes, `faces` proposes squares, `framing` says which of them are judged, `predictor` asks the network, `heatmap` shows where it looked, `batch`
//! does a folder, `table` is the file that a folder goes into.

pub mod batch;
pub mod faces;
pub mod framing;
pub mod heatmap;
pub mod photo;
pub mod predictor;
pub mod table;

pub use framing::{Framed, frame};
pub use photo::{Photo, Square};
pub use predictor::{Answer, Estimate, Predictor};
