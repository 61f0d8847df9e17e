//! What the files of a run, and of an exported one, are called.

/// What a run is and how far it has come; a folder without it is no run.
pub const RUN: &str = "run.json";
pub const SETTINGS: &str = "settings.json";
/// Which pictures it learns from, is validated and tested on.
pub const PICTURES: &str = "pictures.json";
/// A line for each epoch.
pub const HISTORY: &str = "history.jsonl";
pub const EVENTS: &str = "events.json";
/// What was predicted of the pictures on which it was evaluated.
pub const REPORT: &str = "report.json";
/// The weights of the best epoch.
pub const BEST: &str = "best.safetensors";
/// The weights that it took from another run.
pub const START: &str = "start.safetensors";
/// Which pictures that run learned from.
pub const START_PICTURES: &str = "start-pictures.json";
/// All that a training needs to go on.
pub const CHECKPOINT: &str = "checkpoint/state.safetensors";
/// The weights of an exported run.
pub const MODEL: &str = "model.safetensors";
/// What the classes of an exported run are called.
pub const LABELS: &str = "labels.json";
