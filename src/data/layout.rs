//! What the folders of a tree say: the class, and perhaps the part, of the pictures in them.

use std::collections::BTreeSet;

use super::sample::Part;

/// How a tree's folders are to be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layout {
    /// Folder names at the front that all pictures share.
    skip: usize,
    /// Whether folders such as `train` and `test` are parts.
    parts: bool,
    /// The class folders, sorted as Keras sorts them (by code point); `Female` and `male` count as `female` and `male`.
    pub classes: Vec<String>,
}

impl Layout {
    /// Finds class folders among the folders of all pictures. `trees` holds, for each picture's folder, its components
    /// below the root.
    pub fn find<'a>(trees: impl Iterator<Item = &'a [String]> + Clone) -> Self {
        let parts = trees.clone().any(|t| t.iter().any(|name| part(name) == Some(Part::Train)));
        let mut layout = Self { skip: 0, parts, classes: Vec::new() };
        loop {
            let classes: BTreeSet<String> = trees.clone().filter_map(|t| layout.class(t)).collect();
            // A lone folder around everything is no class if there are folders to tell apart in it.
            let deeper = Self { skip: layout.skip + 1, ..layout.clone() };
            let inner: BTreeSet<String> = trees.clone().filter_map(|t| deeper.class(t)).collect();
            if classes.len() != 1 || inner.len() < 2 || trees.clone().any(|t| layout.class(t).is_none()) {
                return Self { classes: classes.into_iter().collect(), ..layout };
            }
            layout = deeper;
        }
    }

    /// The class folder's name for a picture in this folder.
    pub fn class(&self, tree: &[String]) -> Option<String> {
        let name = self.names(tree).next()?;
        let lower = name.to_lowercase();
        Some(if GENDERS.contains(&lower.as_str()) { lower } else { name.clone() })
    }

    /// The part that a picture in this folder belongs to.
    pub fn part(&self, tree: &[String]) -> Option<Part> {
        tree.iter().find_map(|name| part(name)).filter(|_| self.parts)
    }

    /// Whether the class folders are the notebook's.
    pub fn is_gender(&self) -> bool {
        self.classes == GENDERS
    }

    /// Folder names that may be the class: those that are no part, after the shared ones.
    fn names<'a>(&'a self, tree: &'a [String]) -> impl Iterator<Item = &'a String> {
        tree.iter().filter(|name| !self.parts || part(name).is_none()).skip(self.skip)
    }
}

const GENDERS: [&str; 2] = ["female", "male"];

/// The part that a folder's name means.
fn part(name: &str) -> Option<Part> {
    match name.to_lowercase().as_str() {
        "train" | "training" => Some(Part::Train),
        "val" | "valid" | "validation" => Some(Part::Validation),
        "test" | "testing" => Some(Part::Test),
        _ => None,
    }
}
