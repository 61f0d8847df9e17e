//! Trombine trains a face classifier by pointing and clicking. This file is the map of the house.
//!
//! The modules stand in the order of the data's way: a picture enters at `data/scan.rs` and leaves at `predict/`.
//!
//! | module | what it is |
//! | --- | --- |
//! | [`text`], [`knob`], [`problem`] | leaves: phrases in both languages, tunables that describe themselves, what a user is asked to fix |
//! | [`files`] | where the program keeps its own files, written whole or not at all |
//! | [`settings`], [`preset`], [`plan`] | what the user edits; the same checked against a data set, which is all that training accepts |
//! | [`data`] | a folder becomes samples, a split, cached pixels, batches |
//! | [`model`] | what the network is, for any engine |
//! | [`engine`] | who computes it |
//! | [`train`] | optimizer, schedule, loss, callbacks, and the loop |
//! | [`evaluate`] | how good it is |
//! | [`predict`] | a photo becomes an answer |
//! | [`run`] | a run on disk, and what it is exported as |
//! | [`worker`] | the thread that does the long work |
//! | [`session`] | what the program knows: the fold of the worker's events |
//! | [`ui`], [`app`] | the window: theme, widgets, pages; the one place that changes things |
//!
//! # Invariants
//! - `egui`, `eframe`, `rfd` only in `main.rs`, `app.rs` and `ui/`.
//! - `candle` only in `engine/candle/` and `model/weights.rs`; `wgpu` compute only in `engine/gpu/`. No tensor crosses a channel.
//! - `unsafe` only in `engine/cpu/` and the memory map of `data/cache.rs`, each block with its reason.
//! - Nothing under `ui/` blocks: no `recv`, no file access, no dialog except through an `Action`.
//! - All randomness comes from the one seed in [`settings::Settings`], split by purpose. Same seed, same machine: same
//!   bits, for any number of threads.
//! - A dataset folder is only ever read. Relabels and exclusions live in a side file of Trombine's own.

pub mod app;
pub mod cli;
pub mod data;
pub mod engine;
pub mod evaluate;
pub mod files;
pub mod knob;
pub mod model;
pub mod plan;
pub mod predict;
pub mod preset;
pub mod problem;
pub mod run;
pub mod session;
pub mod settings;
pub mod text;
pub mod train;
pub mod ui;
pub mod worker;
