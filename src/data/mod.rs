//! A folder becomes samples, a split, cached pixels, and batches.
//!
//! In the order of the way: `scan` finds the files and reads their names, `cache` decodes each picture once,
//! `duplicates` finds copies, `edits` applies what the user decided about single pictures, `split` deals the samples
//! into parts, `augment` varies them, and `batch` hands them to training.

pub mod augment;
pub mod batch;
pub mod hash;
pub mod random;
pub mod sample;
pub mod sample_faces;
pub mod split;
