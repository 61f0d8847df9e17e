//! A photo becomes an answer: found faces, a square as UTKFace's crops are made, and what the network says of it.
//!
//! `photo` decodes, `faces` proposes squares, `predictor` asks the network, `heatmap` shows where it looked, `batch`
//! does a folder.

pub mod faces;
pub mod photo;
