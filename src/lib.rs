//! Trombine trains a face classifier by pointing and clicking. This file is the map of its modules.
//!
//! The modules stand in the order of their imports: each uses only those above it. `tests/it/tidy.rs` reads this table
//! and fails on any arrow that it does not name, and on any name that the code does not need.
//!
//! | module | what it is | imports |
//! | --- | --- | --- |
//! | [`text`] | phrases in both languages, numbers and dates as a language writes them | - |
//! | [`colors`] | the look's colors, for window, report and plots | - |
//! | [`random`] | SplitMix64, one stream for each purpose | - |
//! | [`control`] | how a long job is steered, and its stages | text |
//! | [`memory`] | how much main memory there is | text |
//! | [`problem`] | what a user is asked to mend | text |
//! | [`setting_def`] | settings that describe themselves: name, help, range, default | text |
//! | [`files`] | the program's own files, written whole or not at all | text problem setting_def |
//! | [`log`] | what a maintainer asks for when something went wrong | text problem files |
//! | [`loss`] | loss functions | text setting_def |
//! | [`model`] | what the network is, for any engine | text random problem setting_def files |
//! | [`optimizer`] | update rules and their state | text problem setting_def model |
//! | [`schedule`] | learning-rate schedules | text setting_def |
//! | [`history`] | what a training leaves behind: epochs, events | text |
//! | [`callback`] | what happens at the end of an epoch | text problem setting_def files history |
//! | [`data`] | a folder becomes samples, a split, cached pixels, batches | text random control memory problem setting_def files loss model |
//! | [`engine`] | who computes it | text random memory problem setting_def files loss model optimizer data |
//! | [`settings`] | what the user edits | text problem setting_def files loss model optimizer schedule callback data |
//! | [`preset`] | recipes to start from | text setting_def loss model optimizer schedule callback data settings |
//! | [`plan`] | settings checked against a data set, which is all that training accepts | text problem setting_def loss model data engine settings |
//! | [`evaluate`] | how good it is | text random loss model data |
//! | [`predict`] | a photo becomes an answer | text control problem files model data engine settings evaluate |
//! | [`run`] | a run on disk, and what it is exported as | text colors problem setting_def files model optimizer history callback data engine settings preset plan evaluate predict |
//! | [`experiment`] | sets of runs that differ in stated ways | text random problem setting_def files history data settings preset plan evaluate run |
//! | [`train`] | the training loop | text random control problem files loss model optimizer schedule history callback data engine settings plan evaluate run |
//! | [`worker`] | the thread that does the long work | text control problem setting_def files log model optimizer callback data engine settings plan experiment evaluate predict run train |
//! | [`session`] | what the program knows: the fold of the worker's events | text control problem files history callback data engine settings experiment predict run train worker |
//! | [`ui`] | theme, widgets, pages | text colors random control problem setting_def files model schedule history callback data engine settings preset plan experiment evaluate predict run train worker session |
//! | [`app`] | the window, and the one place that changes things | text control problem setting_def files log data engine settings preset plan evaluate predict run experiment train worker session ui |
//! | [`cli`] | the same without a window | text control problem setting_def files log history data engine settings preset plan experiment evaluate predict run train worker |
//!
//! # Invariants
//! - `egui`, `eframe`, `rfd` only in `main.rs`, `app` and `ui`.
//! - `candle` only in `engine/candle/`; `wgpu` compute only in `engine/gpu/`. No tensor of a device crosses a channel.
//! - `unsafe` only in `engine/cpu/`, each block with its reason. No file is mapped: another program may cut it short
//!   (the window's toolkit maps the system's fonts, for names in scripts that ours lack).
//! - Nothing under `ui/` blocks: no `recv`, no file access, no dialog except through an `Action`.
//! - All randomness comes from the one seed in [`settings::Settings`], split by purpose. Same seed, same machine: same
//!   bits, for any number of threads.
//! - A dataset folder is only ever read. Relabels and exclusions live in a side file of Trombine's own.

pub mod app;
pub mod callback;
pub mod cli;
pub mod colors;
pub mod control;
pub mod data;
pub mod engine;
pub mod evaluate;
pub mod experiment;
pub mod files;
pub mod history;
pub mod log;
pub mod loss;
pub mod memory;
pub mod model;
pub mod optimizer;
pub mod plan;
pub mod predict;
pub mod preset;
pub mod problem;
pub mod random;
pub mod run;
pub mod schedule;
pub mod session;
pub mod setting_def;
pub mod settings;
pub mod text;
pub mod train;
pub mod ui;
pub mod worker;
