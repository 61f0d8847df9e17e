//! The file of what is remembered of each data set's wall: `walls.json` in the program's own folder.

use std::path::{Path, PathBuf};

use crate::{
    files::{atomic, disk},
    problem::Problem,
    ui::page::data::remembered::Walls,
};

fn file(home: &Path) -> PathBuf {
    home.join("walls.json")
}

/// Those of the last time. Of a file that cannot be read nothing is remembered, of an entry that cannot be understood that one
/// is not.
pub(super) fn load(home: &Path) -> Walls {
    let entries: Vec<serde_json::Value> = atomic::read_json(&file(home)).unwrap_or_default();
    Walls::new(entries.into_iter().filter_map(|entry| serde_json::from_value(entry).ok()).collect())
}

/// Keeps them in the folder `home`, made if it is not there.
///
/// # Errors
/// A full disk, no permission; those of before are then still there.
pub(super) fn save(walls: &Walls, home: &Path) -> Result<(), Problem> {
    disk::create_dir_all(home).map_err(|error| Problem::writing(home, &error))?;
    atomic::write_json(&file(home), walls)
}
