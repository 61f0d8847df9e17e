//! What a disk may hold after a power cut, replayed from the operations that were recorded.

use std::{
    collections::BTreeMap,
    ffi::OsString,
    fs,
    path::{Path, PathBuf},
};

use trombine::files::{
    atomic,
    fault::{Fault, Operation},
};

/// What has reached the disk of that which was not forced onto it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unsynced {
    /// Nothing.
    Lost,
    /// New and changed names, but not what is in the files: some come up empty.
    Names,
    /// New and changed names, and half of each file.
    Half,
    /// Everything, as after a kill.
    Kept,
}

impl Unsynced {
    pub const ALL: [Self; 4] = [Self::Lost, Self::Names, Self::Half, Self::Kept];
}

enum Node {
    File {
        now: Vec<u8>,
        disk: Vec<u8>,
    },
    /// The names in a folder, as numbers of nodes.
    Folder {
        now: BTreeMap<OsString, usize>,
        disk: BTreeMap<OsString, usize>,
    },
}

/// A folder as the program sees it, and as it is on the disk.
pub struct Disk {
    root: PathBuf,
    nodes: Vec<Node>,
    /// Changes of names that are not on the disk yet: the folder, the name, and what it means then.
    pending: Vec<Vec<(usize, OsString, Option<usize>)>>,
}

impl Disk {
    /// The folder `root` as it is now; all of it is on the disk.
    pub fn of(root: &Path) -> Self {
        let mut disk = Self { root: root.to_owned(), nodes: Vec::new(), pending: Vec::new() };
        disk.take(root);
        disk
    }

    fn take(&mut self, path: &Path) -> usize {
        let number = self.nodes.len();
        if path.is_dir() {
            self.nodes.push(Node::Folder { now: BTreeMap::new(), disk: BTreeMap::new() });
            for entry in fs::read_dir(path).expect("a folder").flatten() {
                let child = self.take(&entry.path());
                let Node::Folder { now, disk } = &mut self.nodes[number] else { unreachable!() };
                now.insert(entry.file_name(), child);
                disk.insert(entry.file_name(), child);
            }
        } else {
            let bytes = fs::read(path).expect("a file");
            self.nodes.push(Node::File { now: bytes.clone(), disk: bytes });
        }
        number
    }

    fn find(&self, path: &Path) -> Option<usize> {
        path.strip_prefix(&self.root).ok()?.iter().try_fold(0, |at, name| match &self.nodes[at] {
            Node::Folder { now, .. } => now.get(name).copied(),
            Node::File { .. } => None,
        })
    }

    /// Names changed together.
    fn rename(&mut self, changes: &[(&Path, Option<usize>)]) {
        let changes: Vec<_> = changes
            .iter()
            .map(|(path, node)| {
                let folder = self.find(path.parent().expect("below the root")).expect("a folder that is there");
                (folder, path.file_name().expect("a name").to_owned(), *node)
            })
            .collect();
        for (folder, name, node) in &changes {
            if let Node::Folder { now, .. } = &mut self.nodes[*folder] {
                change(now, name, *node);
            }
        }
        self.pending.push(changes);
    }

    /// Does what was recorded.
    pub fn apply(&mut self, operation: &Operation) {
        let new = self.nodes.len();
        match operation {
            Operation::Create(path) => {
                self.nodes.push(Node::File { now: Vec::new(), disk: Vec::new() });
                self.rename(&[(path.as_path(), Some(new))]);
            }
            Operation::CreateDir(path) => {
                self.nodes.push(Node::Folder { now: BTreeMap::new(), disk: BTreeMap::new() });
                self.rename(&[(path.as_path(), Some(new))]);
            }
            Operation::Remove(path) => self.rename(&[(path.as_path(), None)]),
            Operation::Rename { from, to } => {
                let node = self.find(from);
                self.rename(&[(from.as_path(), None), (to.as_path(), node)]);
            }
            Operation::Link { from, to } => {
                let node = self.find(from);
                self.rename(&[(to.as_path(), node)]);
            }
            Operation::Write { path, at, bytes } => {
                let now = self.file(path).0;
                let end = *at as usize + bytes.len();
                now.resize(now.len().max(end), 0);
                now[*at as usize..end].copy_from_slice(bytes);
            }
            Operation::Truncate { path, len } => self.file(path).0.resize(*len as usize, 0),
            Operation::Sync(path) => {
                let (now, disk) = self.file(path);
                disk.clone_from(now);
            }
            Operation::SyncDir(path) => {
                // The folder around it is no part of what is looked at.
                let Some(folder) = self.find(path) else { return };
                let pending = std::mem::take(&mut self.pending).into_iter();
                let (settled, pending): (Vec<_>, Vec<_>) = pending.partition(|changes| changes.iter().any(|c| c.0 == folder));
                self.pending = pending;
                for (folder, name, node) in settled.into_iter().flatten() {
                    if let Node::Folder { disk, .. } = &mut self.nodes[folder] {
                        change(disk, &name, node);
                    }
                }
            }
        }
    }

    fn file(&mut self, path: &Path) -> (&mut Vec<u8>, &mut Vec<u8>) {
        let number = self.find(path).unwrap_or_else(|| panic!("{} is written and not there", path.display()));
        match &mut self.nodes[number] {
            Node::File { now, disk } => (now, disk),
            Node::Folder { .. } => panic!("{} is a folder", path.display()),
        }
    }

    /// Writes into the empty folder `to` what is there after the power went.
    pub fn write(&self, unsynced: Unsynced, to: &Path) {
        self.write_node(0, unsynced, to);
    }

    fn write_node(&self, number: usize, unsynced: Unsynced, to: &Path) {
        match &self.nodes[number] {
            Node::Folder { now, disk } => {
                fs::create_dir_all(to).expect("made");
                for (name, child) in if unsynced == Unsynced::Lost { disk } else { now } {
                    self.write_node(*child, unsynced, &to.join(name));
                }
            }
            Node::File { now, disk } => {
                let bytes = match unsynced {
                    Unsynced::Kept => &now[..],
                    Unsynced::Half if now != disk => &now[..now.len() / 2],
                    _ => &disk[..],
                };
                fs::write(to, bytes).expect("written");
            }
        }
    }
}

fn change(names: &mut BTreeMap<OsString, usize>, name: &OsString, node: Option<usize>) {
    match node {
        Some(node) => names.insert(name.clone(), node),
        None => names.remove(name),
    };
}

/// Does `act` in `folder`, and lets `check` look at what a power cut after each of its operations could leave, as a folder
/// of its own; gives how many operations there were.
pub fn after_each(folder: &Path, act: impl FnOnce(), mut check: impl FnMut(&Path, &str)) -> usize {
    let mut disk = Disk::of(folder);
    let recorder = Fault::recorder(folder);
    act();
    let done = recorder.done();
    drop(recorder);
    for count in 0..=done.len() {
        if count > 0 {
            disk.apply(&done[count - 1]);
        }
        for unsynced in Unsynced::ALL {
            let left = tempfile::tempdir().expect("a folder");
            disk.write(unsynced, left.path());
            let last = count.checked_sub(1).map(|last| &done[last]);
            check(left.path(), &format!("{count} of {} operations, {unsynced:?}, the last {}", done.len(), name(last)));
        }
    }
    done.len()
}

/// An operation without what it writes.
fn name(operation: Option<&Operation>) -> String {
    match operation {
        Some(Operation::Write { path, at, bytes }) => format!("{} bytes at {at} of {}", bytes.len(), path.display()),
        operation => format!("{operation:?}"),
    }
}

#[test]
fn a_file_is_the_old_or_the_new_one() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("a.json");
    atomic::write(&path, b"the old one").expect("written");
    let mut seen = Vec::new();
    let act = || atomic::write(&path, b"the new one").expect("written");
    let operations = after_each(folder.path(), act, |left, case| {
        let found = fs::read_to_string(left.join("a.json")).expect(case);
        assert!(found == "the old one" || found == "the new one", "{case}: {found}");
        seen.push(found);
    });
    assert_eq!(operations, 5, "create, write, sync, rename, sync the folder");
    assert!(seen.last().is_some_and(|last| last == "the new one") && seen[seen.len() - 4] == "the new one");
}

/// A judge that nobody trusts without having seen it say no: a file that is renamed before it is forced onto the disk.
#[test]
fn a_rename_before_the_sync_is_seen() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name);
    fs::write(path("a"), "old").expect("written");
    let mut disk = Disk::of(folder.path());
    disk.apply(&Operation::Create(path("b")));
    disk.apply(&Operation::Write { path: path("b"), at: 0, bytes: b"new".to_vec() });
    disk.apply(&Operation::Rename { from: path("b"), to: path("a") });
    let found = Unsynced::ALL.map(|unsynced| {
        let left = tempfile::tempdir().expect("a folder");
        disk.write(unsynced, left.path());
        fs::read_to_string(left.path().join("a")).expect("a file")
    });
    assert_eq!(found, ["old", "", "n", "new"]);
}
