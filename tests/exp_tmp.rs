#![allow(clippy::unwrap_used, dead_code, reason = "scratch")]
#[path = "it/cli.rs"]
mod cli;
#[path = "it/experiments.rs"]
mod experiments;
#[path = "it/folds.rs"]
mod folds;
#[path = "it/picture_folder.rs"]
mod picture_folder;
#[path = "it/readme.rs"]
mod readme;
#[path = "it/scores.rs"]
mod scores;
#[path = "it/slurm.rs"]
mod slurm;
#[path = "it/split.rs"]
mod split;
#[path = "it/stage.rs"]
mod stage;
#[path = "it/support.rs"]
mod support;
#[path = "it/tidy.rs"]
mod tidy;
#[path = "it/training.rs"]
mod training;
