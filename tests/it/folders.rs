//! "Copy into folders".

use std::{fs, path::Path};

use trombine::{
    control::{Control, Signal},
    data::{
        dataset::Dataset,
        folders::{Written, write},
        open_in,
        reading::Reading,
        sample::{Part, Source},
        sample_faces,
        split::{Split, SplitSettings},
    },
    files::AppDirs,
    problem::{Kind, Problem},
    text::Lang,
};

use crate::picture_folder::Folder;

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
    assert_eq!(copy(&data, &split, &out, false).unwrap(), Written { copied: 41, there: 0 });
    let again =
        open_in(&folder.places(), &Source::Folder(out.clone()), &Default::default(), &Default::default(), &mut |_, _, _| {})
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
    assert_eq!(copy(&data, &split, &out, true).unwrap(), Written { copied: 0, there: 300 });
    // Another split would leave files of this one in the wrong parts.
    let other = Split::new(&data, &SplitSettings::default(), 43);
    assert_eq!(copy(&data, &other, &out, false).unwrap_err().kind, Kind::Disk);
    fs::write(out.join("train").join("thesis.doc"), b"do not touch").unwrap();
    let line = copy(&data, &split, &out, false).unwrap_err().line(Lang::En);
    assert!(line.contains("thesis.doc") && line.contains("empty folder"), "{line}");
    assert_eq!(fs::read(out.join("train").join("thesis.doc")).unwrap(), b"do not touch");
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
    let again = open_in(&places, &Source::Folder(out), &Default::default(), &Default::default(), &mut |_, _, _| {}).unwrap();
    assert_eq!(again.samples.len(), 60);
    for (i, sample) in again.samples.iter().enumerate() {
        let name = sample.file.file_name().unwrap();
        let drawn = data.samples.iter().position(|s| s.file.file_name().unwrap() == name).unwrap();
        assert_eq!(again.pixels.get(i), data.pixels.get(drawn));
        assert_eq!(sample.class, data.samples[drawn].class);
    }
}
