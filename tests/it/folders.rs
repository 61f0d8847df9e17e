//! "Copy into folders".

use std::{collections::HashSet, fs, path::Path};

use trombine::{
    control::{Control, Signal},
    data::{
        class_folders,
        dataset::Dataset,
        edits::Edits,
        folders::{Written, write},
        open_as, open_in,
        reading::{ClassFolders, Reading, TaskChoice},
        sample::{Part, Source},
        sample_faces,
        split::{Split, SplitSettings},
        walk::walk,
    },
    files::{AppDirs, disk},
    problem::{Kind, Problem},
    text::Lang,
};

use crate::picture_folder::{Folder, alone};

fn copy(data: &Dataset, split: &Split, out: &Path, link: bool) -> Result<Written, Problem> {
    write(data, split, out, link, &Control::default(), &mut |_, _, _| {})
}

fn split_of(data: &Dataset) -> Split {
    Split::new(data, &SplitSettings::default(), 42)
}

#[test]
fn the_tree_opens_again_with_exactly_that_split() {
    let folder = Folder::utkface(40);
    // The same file name in two folders.
    folder.picture("more/1_0_0_20170116000000000.jpg.chip.jpg", 77);
    let data = folder.open().unwrap();
    let split = split_of(&data);
    let out = folder.beside("out");
    assert_eq!(copy(&data, &split, &out, false).unwrap(), Written { copied: 41, ..Written::default() });
    let again =
        open_in(&folder.places(), &Source::Folder(out.clone()), &Default::default(), &Default::default(), &mut |_, _, _| {})
            .map(alone)
            .unwrap();
    assert_eq!(again.task.classes, ["female", "male"]);
    let other = split_of(&again);
    let mut expected: Vec<_> = data.samples.iter().zip(&split.parts).map(|(s, p)| (s.hash, s.class, s.age, s.race, *p)).collect();
    let mut found: Vec<_> = again.samples.iter().zip(&other.parts).map(|(s, p)| (s.hash, s.class, s.age, s.race, *p)).collect();
    let key = |row: &(u64, u8, Option<u16>, Option<u8>, Option<Part>)| row.0;
    expected.sort_by_key(key);
    found.sort_by_key(key);
    assert_eq!(found, expected);
    for part in ["train", "validation", "test"] {
        for class in ["female", "male"] {
            assert!(fs::read_dir(out.join(part).join(class)).unwrap().count() > 0);
        }
    }
}

#[test]
fn a_stopped_copy_goes_on_and_strangers_are_left_alone() {
    let folder = Folder::utkface(300);
    let data = folder.open().unwrap();
    let split = split_of(&data);
    let out = folder.beside("out");
    let control = Control::default();
    let stop = control.clone();
    let stopped = write(&data, &split, &out, false, &control, &mut |_, done, _| {
        if done >= 128 {
            stop.set(Signal::Discard);
        }
    });
    assert_eq!(stopped.unwrap_err().kind, Kind::Cancelled);
    let written = copy(&data, &split, &out, false).unwrap();
    assert_eq!((written.copied + written.there, written.there > 100 && written.copied > 100), (300, true));
    assert_eq!(copy(&data, &split, &out, true).unwrap(), Written { there: 300, ..Written::default() });
    // Another split would leave files of this one in the wrong parts.
    let other = Split::new(&data, &SplitSettings::default(), 43);
    assert_eq!(copy(&data, &other, &out, false).unwrap_err().kind, Kind::Disk);
    fs::write(out.join("train").join("thesis.doc"), b"do not touch").unwrap();
    let line = copy(&data, &split, &out, false).unwrap_err().line(Lang::En);
    assert!(line.contains("thesis.doc") && line.contains("empty folder"), "{line}");
    assert_eq!(fs::read(out.join("train").join("thesis.doc")).unwrap(), b"do not touch");
}

/// A label is any text: as a folder's name it leads nowhere, is one on every system, and what it was stands in a table.
#[test]
fn no_label_leads_out_of_the_folder() {
    let folder = Folder::new();
    let elsewhere = folder.beside("elsewhere");
    let labels = ["../../../escaped", "cat/siamese", "Cat", "cat", "CON", "dog.", "n/a", elsewhere.to_str().unwrap()];
    let mut table = "file,label\n".to_owned();
    for i in 0..32 {
        for (file, number) in [(format!("p{i}.jpg"), i), (format!("sub/P{i}.jpg"), 100 + i)] {
            folder.picture(&file, number);
            table += &format!("{file},{}\n", labels[i as usize % labels.len()]);
        }
    }
    folder.write("labels.csv", table.as_bytes());
    let data = folder.open().unwrap();
    assert_eq!(data.task.len(), labels.len());
    let (split, out) = (split_of(&data), folder.beside("out"));
    let written = copy(&data, &split, &out, false).unwrap();
    assert_eq!((written.copied, written.renamed.len(), written.labels), (64, 7, true));
    let said = written.sentence(Lang::En);
    assert!(said.contains("(“../../../escaped” in escaped, ") && said.ends_with("; the labels stand in labels.csv"), "{said}");
    // All of it lies below the folder, in folders of one level, and no disk takes two names for one.
    assert!(!elsewhere.exists() && !folder.beside("escaped").exists());
    let found = walk(&out, &Control::default(), &mut |_| {}).unwrap().files;
    assert!(found.iter().all(|file| file.tree.len() == 2), "{found:?}");
    let paths: HashSet<String> = found.iter().map(|file| file.path().display().to_string().to_lowercase()).collect();
    assert_eq!(paths.len(), 64);
    let mut folders: Vec<_> = fs::read_dir(out.join("train")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    folders.sort();
    for name in ["Cat", "cat-2", "cat-siamese", "class-CON", "dog", "escaped", "n-a"] {
        assert!(folders.iter().any(|folder| folder == name), "{name}: {folders:?}");
    }
    // It opens again with the same question and the same split.
    let open = || {
        let source = Source::Folder(out.clone());
        open_in(&folder.places(), &source, &Default::default(), &Default::default(), &mut |_, _, _| {}).map(alone).unwrap()
    };
    let rows = |data: &Dataset| {
        let parts = split_of(data).parts;
        let mut rows: Vec<_> = data.samples.iter().zip(parts).map(|(s, part)| (s.hash, s.class, part)).collect();
        rows.sort_by_key(|row| row.0);
        rows
    };
    let again = open();
    assert_eq!(again.task, data.task);
    assert_eq!(rows(&again), rows(&data));
    // Copied again, all is there; a table of somebody else's is left alone.
    assert_eq!(copy(&data, &split, &out, false).unwrap().there, 64);
    fs::write(out.join("labels.csv"), b"file,label\nmine,x\n").unwrap();
    assert!(copy(&data, &split, &out, false).unwrap_err().what.en.contains("something else"));
    assert_eq!(fs::read(out.join("labels.csv")).unwrap(), b"file,label\nmine,x\n");
}

#[test]
fn folders_of_classes_have_names_that_every_system_takes() {
    let names = |classes: &[&str]| class_folders::names(&classes.iter().map(|class| (*class).to_owned()).collect::<Vec<_>>());
    assert_eq!(names(&["20-39", "female", "très bon", "-1", "com12"]), ["20-39", "female", "très bon", "-1", "com12"]);
    assert_eq!(
        names(&["a", "A", "", "..", "nul.txt", "COM1", " x ", ".git"]),
        ["a", "A-2", "class", "class-2", "class-nul.txt", "class-COM1", "x", "git"]
    );
    assert_eq!(names(&["a/b", "a-b", "a:b"]), ["a-b-2", "a-b", "a-b-3"], "what is one already keeps its name");
    assert!(names(&["é".repeat(200).as_str()])[0].len() <= 140);
    let folder = Folder::new();
    let absolute = folder.beside("absolute");
    for below in [Path::new("a/../../b"), Path::new("../b"), absolute.as_path()] {
        assert!(disk::create_dir_within(&folder.root(), below).is_err(), "{}", below.display());
    }
    assert!(!absolute.exists() && !folder.beside("b").exists() && fs::read_dir(folder.root()).unwrap().next().is_none());
}

/// Classes that are called like parts would be read as parts.
#[test]
fn folders_that_would_be_read_otherwise_have_a_table() {
    let folder = Folder::new();
    for i in 0..20 {
        folder.picture(&format!("{}/{i}.jpg", ["test", "train"][i as usize % 2]), i);
    }
    let reading = Reading { task: TaskChoice::Folders, classes: ClassFolders::Outer, ..Reading::default() };
    let open = |source: &Source, reading| {
        open_as(&folder.places(), source, reading, &Edits::default(), &Control::default(), &mut |_, _, _| {}).map(alone)
    };
    let data = open(&folder.source(), reading).unwrap();
    assert_eq!(data.task.classes, ["test", "train"]);
    let written = copy(&data, &split_of(&data), &folder.beside("out"), false).unwrap();
    assert!(written.labels && written.renamed.is_empty());
    assert_eq!(open(&Source::Folder(folder.beside("out")), Reading::default()).unwrap().task, data.task);
}

#[test]
fn never_inside_the_pictures_nor_around_them() {
    let folder = Folder::utkface(10);
    let data = folder.open().unwrap();
    let split = split_of(&data);
    let root = folder.root();
    for out in [root.clone(), root.join("split"), root.join("a/../b"), root.parent().unwrap().to_owned()] {
        assert_eq!(copy(&data, &split, &out, false).unwrap_err().kind, Kind::Disk, "{}", out.display());
    }
    assert_eq!(fs::read_dir(&root).unwrap().count(), 10);
}

#[cfg(unix)]
#[test]
fn links_take_no_space() {
    use std::os::unix::fs::MetadataExt;
    let folder = Folder::utkface(10);
    let data = folder.open().unwrap();
    assert_eq!(copy(&data, &split_of(&data), &folder.beside("out"), true).unwrap().copied, 10);
    let first = folder.root().join(&data.samples[0].file);
    assert_eq!(fs::metadata(first).unwrap().nlink(), 2);
}

#[test]
fn the_drawings_become_png_files() {
    let mut data = sample_faces::dataset(Reading::default(), &Control::default(), &mut |_, _, _| {}).unwrap();
    data.samples.truncate(60);
    data.pixels = data.pixels.select(0..60);
    let folder = Folder::new();
    let out = folder.beside("out");
    assert_eq!(copy(&data, &split_of(&data), &out, false).unwrap().copied, 60);
    let places = AppDirs::at(folder.beside("home"));
    let again =
        open_in(&places, &Source::Folder(out), &Default::default(), &Default::default(), &mut |_, _, _| {}).map(alone).unwrap();
    assert_eq!(again.samples.len(), 60);
    for (i, sample) in again.samples.iter().enumerate() {
        let name = sample.file.file_name().unwrap();
        let drawn = data.samples.iter().position(|s| s.file.file_name().unwrap() == name).unwrap();
        assert_eq!(again.pixels.get(i), data.pixels.get(drawn));
        assert_eq!(sample.class, data.samples[drawn].class);
    }
}
