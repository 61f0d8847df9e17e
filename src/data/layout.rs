//! What the folders of a tree say: the class, and perhaps the part, of the pictures in them.
//!
//! Where the top folders hold the same sub-folders, those are the classes, and the top folders are parts; so they are where
//! their names say it. Parts may lie inside the classes, too. A folder called `train` beside others that are no parts is a
//! class like them.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    part_name::{key, part, shown},
    reading::ClassFolders,
    sample::Part,
    task::GENDERS,
};

/// How a tree's folders are to be read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Layout {
    /// Which folder of a path is the part.
    part_level: Option<usize>,
    /// Which folder of a path is the class.
    class_level: usize,
    /// The class folders, sorted as Keras sorts them (by code point); `Female` and `male` count as `female` and `male`.
    pub classes: Vec<String>,
    /// Whether the classes are folders inside others that are told apart.
    pub inner: bool,
    /// What the other level of folders would give, outer for inner; empty where there is none.
    pub other_classes: Vec<String>,
    /// The folders above the classes that are no parts, where they are several.
    pub grouping: Vec<String>,
}

type Trees<'a> = [&'a [String]];

impl Layout {
    /// Finds class folders among the folders of all pictures. `trees` holds, for each picture's folder, its components
    /// below the root.
    pub fn find<'a>(trees: impl Iterator<Item = &'a [String]>, which: ClassFolders) -> Self {
        let trees: Vec<&[String]> = trees.collect();
        let top = lone_folders(&trees, 0);
        let level = Level::of(&trees, top);
        let inner_too = level.inner.len() > 1 && !level.inner_are_parts();
        let inner = match which {
            ClassFolders::Outer => false,
            ClassFolders::Inner => inner_too,
            ClassFolders::Auto => level.is_parts() || (inner_too && level.holds_the_same()),
        };
        let read = |inner: bool| if inner { Self::inner(&trees, top, &level) } else { Self::outer(&trees, top) };
        // The other way is one only where folders of the tops are told apart as well.
        let other_classes = if inner || inner_too { read(!inner).classes } else { Vec::new() };
        Self { other_classes, ..read(inner) }
    }

    /// The folders at `top` are the classes; parts may lie in them.
    fn outer(trees: &Trees<'_>, top: usize) -> Self {
        let deepest = trees.iter().map(|tree| tree.len()).max().unwrap_or_default();
        let parts_lie_at = |level: &usize| {
            let mut parts = trees.iter().filter_map(|tree| tree.get(*level)).map(|name| part(name)).peekable();
            let all: Option<Vec<Part>> = parts.peek().is_some().then(|| parts.collect()).flatten();
            all.is_some_and(|all| all.contains(&Part::Train))
        };
        let part_level = (top + 1..deepest).find(parts_lie_at);
        Self::at(trees, top, part_level)
    }

    /// The folders inside those at `top` are the classes.
    fn inner(trees: &Trees<'_>, top: usize, level: &Level) -> Self {
        let part_level = level.tops.keys().any(|name| part(name).is_some()).then_some(top);
        let layout = Self::at(trees, lone_folders(trees, top + 1), part_level);
        let grouping = level.tops.iter().filter(|(name, _)| part(name).is_none()).map(|(_, top)| top.shown.clone()).collect();
        Self { grouping, inner: true, ..layout }
    }

    fn at(trees: &Trees<'_>, class_level: usize, part_level: Option<usize>) -> Self {
        let layout = Self { part_level, class_level, ..Self::default() };
        let classes: BTreeSet<String> = trees.iter().filter_map(|tree| layout.name(tree)).collect();
        // Spellings of the same name are one class, shown as the first of them.
        let mut keys = BTreeSet::new();
        Self { classes: classes.into_iter().filter(|name| keys.insert(key(name))).collect(), ..layout }
    }

    /// The class folder's name for a picture in this folder.
    pub fn class(&self, tree: &[String]) -> Option<&str> {
        let wanted = key(tree.get(self.class_level)?);
        self.classes.iter().find(|name| key(name) == wanted).map(String::as_str)
    }

    /// The part that a picture in this folder belongs to.
    pub fn part(&self, tree: &[String]) -> Option<Part> {
        part(tree.get(self.part_level?)?)
    }

    /// The name of the folder that names the part.
    pub fn part_folder(&self, tree: &[String]) -> Option<String> {
        tree.get(self.part_level?).map(|name| shown(name))
    }

    /// Whether the class folders are the notebook's.
    pub fn is_gender(&self) -> bool {
        self.classes == GENDERS
    }

    fn name(&self, tree: &[String]) -> Option<String> {
        let name = tree.get(self.class_level)?;
        let key = key(name);
        Some(if GENDERS.contains(&key.as_str()) { key } else { shown(name) })
    }
}

/// The first level from `from` on at which folders are to be told apart: a lone folder around everything is no class.
fn lone_folders(trees: &Trees<'_>, from: usize) -> usize {
    let names = |level: usize| trees.iter().filter_map(|tree| tree.get(level)).map(|name| key(name)).collect::<BTreeSet<_>>();
    let deepest = trees.iter().map(|tree| tree.len()).max().unwrap_or_default();
    // Pictures beside the lone folder are of no class then.
    let around = |level: usize| names(level).len() == 1 && trees.iter().all(|tree| tree.len() > level);
    let mut level = from;
    while level + 1 < deepest && around(level) {
        level += 1;
    }
    if names(level).len() > 1 { level } else { from }
}

/// The folders of one level, by their keys.
struct Level {
    tops: BTreeMap<String, Top>,
    /// All names inside them.
    inner: BTreeSet<String>,
}

struct Top {
    shown: String,
    /// Whether pictures lie in it without a further folder.
    direct: bool,
    inner: BTreeSet<String>,
}

impl Level {
    fn of(trees: &Trees<'_>, level: usize) -> Self {
        let mut tops: BTreeMap<String, Top> = BTreeMap::new();
        for tree in trees {
            let Some(name) = tree.get(level) else { continue };
            let new = || Top { shown: shown(name), direct: false, inner: BTreeSet::new() };
            let top = tops.entry(key(name)).or_insert_with(new);
            match tree.get(level + 1) {
                Some(inner) => {
                    top.inner.insert(key(inner));
                }
                None => top.direct = true,
            }
        }
        let inner = tops.values().flat_map(|top| top.inner.iter().cloned()).collect();
        Self { tops, inner }
    }

    fn inner_are_parts(&self) -> bool {
        self.inner.iter().all(|name| part(name).is_some())
    }

    /// Whether the names of the tops say that they are parts: all of them, with one for training; or two parts at least
    /// that hold folders, beside others.
    fn is_parts(&self) -> bool {
        let known: Vec<(Part, &Top)> = self.tops.iter().filter_map(|(name, top)| Some((part(name)?, top))).collect();
        let train = known.iter().any(|(part, _)| *part == Part::Train);
        let kinds =
            |deep: bool| Part::ALL.iter().filter(|p| known.iter().any(|(q, top)| *p == q && (!deep || !top.direct))).count();
        let parts_inside = !self.inner.is_empty() && self.inner_are_parts();
        train && !parts_inside && (known.len() == self.tops.len() || kinds(true) > 1)
    }

    /// Whether all of several tops hold the same folders, and nothing else.
    fn holds_the_same(&self) -> bool {
        let gender = self.tops.keys().eq(GENDERS);
        let deep = self.tops.values().all(|top| !top.direct);
        let same = self.tops.values().all(|top| top.inner == self.inner);
        // Two is the commonest number of classes: where only one level has two folders, that one is meant.
        let only_outer = self.tops.len() == 2 && self.inner.len() != 2 && !self.tops.keys().any(|name| part(name).is_some());
        let only_inner = self.tops.len() != 2 && self.inner.len() == 2;
        self.tops.len() > 1 && deep && !gender && (same && !only_outer || only_inner)
    }
}
