//! Folders and names.

use std::{fs, path::Path};

use trombine::{
    control::{Control, Signal},
    data::{
        name,
        reading::Reading,
        sample::{Anomaly, Part, SkipReason},
        scan::{Scan, scan},
    },
    problem::{Kind, Problem},
    text::Lang,
};

use crate::{picture_folder::Folder, support::utkface};

fn run(root: &Path) -> Result<Scan, Problem> {
    scan(root, Reading::default(), &Control::default(), &mut |_, _, _| {})
}

#[test]
fn names_say_age_class_and_race_or_are_not_read() {
    let read = |n: &str| name::read(n).map(|n| (n.age, n.class, n.race, n.anomaly));
    // Class 0 is female, whose code in the names is 1.
    assert_eq!(read("25_1_2_20170116174525125.jpg.chip.jpg"), Some((25, 0, Some(2), None)));
    assert_eq!(read("116_0_0_20170116174525125.jpg"), Some((116, 1, Some(0), None)));
    assert_eq!(read("1_0_4_2017011617452512.PNG"), Some((1, 1, Some(4), None)));
    // The race is missing, empty, or none of the five.
    for name in ["39_1_20170116174525125.jpg.chip.jpg", "39_1__20170116174525125.jpg", "39_1_7_20170116174525125.jpg"] {
        assert_eq!(read(name), Some((39, 0, None, Some(Anomaly::NoRace))), "{name}");
    }
    let misspelled = |meant: &str| Some(Anomaly::Misspelled { meant: meant.to_owned() });
    for (name, meant) in [
        ("24_0_1_20170116220224657 .jpg.chip.jpg", "24_0_1_20170116220224657.jpg.chip.jpg"),
        ("24_0_1_20170116220224657jpg.chip.jpg", "24_0_1_20170116220224657.jpg.chip.jpg"),
        ("24_0_1_20170116220224657.pg.chip.jpg", "24_0_1_20170116220224657.jpg.chip.jpg"),
        (" 24_0_1_20170116220224657.png", "24_0_1_20170116220224657.png"),
        ("24_0_1_20170116220224657 (1).png", "24_0_1_20170116220224657.png"),
    ] {
        assert_eq!(read(name), Some((24, 1, Some(1), misspelled(meant))), "{name}");
        assert_eq!(name::read(meant).unwrap().anomaly, None);
    }
    // The two from mirrors of the data set: whose gender is missing cannot be known.
    for name in [
        "61_3_20170109150557335.jpg.chip.jpg",
        "53__0_20170116184028385.jpg",
        "25_2_1_20170116174525125.jpg",
        "300_0_1_20170116174525125.jpg",
        "25_0_x_20170116174525125.jpg",
        "_0_1_20170116174525125.jpg",
        "1_0_2.jpg",
        "IMG_20170116.jpg",
        "",
        "é_ü_1_",
    ] {
        assert_eq!(read(name), None, "{name}");
    }
    assert_eq!(
        name::propose("25__1_0_20170116184028385.jpg").as_deref(),
        Some("25_1_0_20170116184028385.jpg"),
        "a doubled underscore between four fields"
    );
    assert_eq!(name::propose("53__0_20170116184028385.jpg"), None, "could be gender or race");
    assert_eq!(name::propose("25_1_0_20170116184028385.jpg"), None);
    // A race that is no code can be left out: it is then unknown.
    assert_eq!(name::propose("25_0_x_20170116174525125.jpg").as_deref(), Some("25_0_20170116174525125.jpg"));
    assert_eq!(name::propose("25_2_x_20170116174525125.jpg"), None);
}

#[test]
fn a_folder_of_utkface_names_at_any_depth() {
    let folder = Folder::utkface(20);
    folder.picture("part2/deep/44_1_4_20170119000000000.jpg.chip.jpg", 99);
    folder.picture("holiday.jpg", 98);
    folder.write("notes.txt", b"hello");
    folder.write(".thumbnails/25_0_1_20170116000000000.jpg", b"hidden folders are not looked into");
    let scan = run(&folder.root()).unwrap();
    assert_eq!(scan.task.classes, ["female", "male"]);
    assert_eq!(scan.samples.len(), 21);
    assert_eq!(scan.samples.iter().filter(|s| s.class == 1).count(), 10);
    assert!(scan.modified.iter().all(|m| *m > 0));
    let deep = scan.samples.iter().find(|s| s.file == Path::new("part2/deep/44_1_4_20170119000000000.jpg.chip.jpg")).unwrap();
    assert_eq!((deep.age, deep.class, deep.race, deep.given_part), (Some(44), 0, Some(4), None));
    let reasons: Vec<_> = scan.skipped.iter().map(|s| (s.file.to_str().unwrap(), &s.reason)).collect();
    assert_eq!(reasons, [("holiday.jpg", &SkipReason::Name), ("notes.txt", &SkipReason::NotAPicture)]);
}

#[test]
fn folders_of_two_classes_with_and_without_parts() {
    let folder = Folder::new();
    for (i, file) in ["zebra/a.png", "zebra/inner/b.jpg", "Ape/c.jpg"].into_iter().enumerate() {
        folder.picture(file, i as u32);
    }
    folder.picture("loose.jpg", 5);
    let scan = run(&folder.root()).unwrap();
    // As Python sorts: capitals first.
    assert_eq!(scan.task.classes, ["Ape", "zebra"]);
    assert_eq!(scan.samples.iter().map(|s| s.class).collect::<Vec<_>>(), [0, 1, 1]);
    assert_eq!((scan.samples[0].age, scan.samples[0].race), (None, None));
    assert_eq!(scan.skipped.len(), 1);

    let folder = Folder::new();
    for (part, expected) in [("train", Part::Train), ("val", Part::Validation), ("test", Part::Test)] {
        for class in ["female", "male"] {
            folder.picture(&format!("set/{part}/{class}/30_0_2_20170116000000000.jpg"), expected as u32 + 3);
        }
    }
    let scan = run(&folder.root()).unwrap();
    assert_eq!(scan.task.classes, ["female", "male"]);
    for sample in &scan.samples {
        let path = sample.file.to_str().unwrap();
        // The folder wins over the name, in which 0 is male; age and race still come from the name.
        assert_eq!(sample.class, u8::from(!path.contains("female")), "{path}");
        assert_eq!((sample.age, sample.race), (Some(30), Some(2)));
        let part = if path.contains("train") {
            Part::Train
        } else if path.contains("val") {
            Part::Validation
        } else {
            Part::Test
        };
        assert_eq!(sample.given_part, Some(part));
    }
    assert_eq!(scan.samples.len(), 6);
}

#[test]
fn a_class_called_test_is_a_class_where_there_is_no_training_folder() {
    let folder = Folder::new();
    folder.picture("control/a.png", 1);
    folder.picture("test/b.png", 2);
    let scan = run(&folder.root()).unwrap();
    assert_eq!(scan.task.classes, ["control", "test"]);
    assert!(scan.samples.iter().all(|s| s.given_part.is_none()));
}

#[test]
fn utkface_names_win_over_folders_that_are_no_genders() {
    let folder = Folder::new();
    folder.picture("UTKFace/25_0_1_20170116000000001.jpg.chip.jpg", 1);
    folder.picture("crop_part1/25_1_1_20170116000000002.jpg.chip.jpg", 2);
    let scan = run(&folder.root()).unwrap();
    assert_eq!(scan.task.classes, ["female", "male"]);
    assert_eq!(scan.samples.iter().map(|s| s.class).collect::<Vec<_>>(), [1, 0]);
}

/// The problem that a folder gives, with its English line checked for words that help.
fn problem(root: &Path, words: &[&str]) {
    let problem = run(root).unwrap_err();
    let line = problem.line(Lang::En);
    assert_eq!(problem.kind, Kind::Data, "{line}");
    for word in words {
        assert!(line.contains(word), "“{word}” in “{line}”");
    }
}

#[test]
fn bad_folders_are_explained() {
    let folder = Folder::new();
    problem(&folder.root(), &["is empty", "Choose"]);
    problem(&folder.root().join("gone"), &["cannot be found"]);
    folder.write("notes.txt", b"hello");
    problem(&folder.root(), &["holds no pictures"]);
    problem(&folder.root().join("notes.txt"), &["is a file, not a folder"]);
    folder.picture("holiday.jpg", 1);
    problem(&folder.root(), &["by its name or folder", "age_gender_race_date"]);
    folder.picture("25_0_1_20170116000000001.jpg.chip.jpg", 2);
    problem(&folder.root(), &["All usable pictures are “male”", "two classes"]);

    let folder = Folder::new();
    folder.picture("cats/a.jpg", 1);
    problem(&folder.root(), &["only one class folder", "“cats”"]);
    folder.picture("dogs/a.jpg", 2);
    assert!(run(&folder.root()).is_ok());
    folder.picture("birds/a.jpg", 3);
    assert_eq!(run(&folder.root()).unwrap().task.classes, ["birds", "cats", "dogs"]);
}

#[cfg(unix)]
#[test]
fn names_that_are_no_unicode_are_skipped_with_their_reason() {
    use std::{ffi::OsStr, os::unix::ffi::OsStrExt};
    let folder = Folder::utkface(4);
    let strange = OsStr::from_bytes(b"25_0_1_2017011600000\xff.jpg");
    fs::write(folder.root().join(strange), b"x").unwrap();
    let scan = run(&folder.root()).unwrap();
    assert_eq!(scan.samples.len(), 4);
    assert_eq!(scan.skipped[0].reason, SkipReason::NotUnicode);
    // What the worker tells as JSON cannot hold such a path, so the shown one is Unicode.
    assert!(scan.skipped[0].file.to_str().is_some());
    let root = folder.beside("x").with_file_name(OsStr::from_bytes(b"fac\xe9s"));
    fs::create_dir(&root).unwrap();
    problem(&root, &["not valid Unicode", "Rename"]);
}

#[cfg(unix)]
#[test]
fn folders_without_permission_are_told() {
    use std::os::unix::fs::PermissionsExt;
    let folder = Folder::utkface(4);
    folder.picture("locked/25_0_1_20170119000000000.jpg", 1);
    let locked = folder.root().join("locked");
    let set = |path: &Path, mode| fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    set(&locked, 0o000);
    if fs::read_dir(&locked).is_ok() {
        return crate::support::skip("machine: another user than root", "this user may read everything");
    }
    let inner = run(&folder.root());
    set(&locked, 0o755);
    let scan = inner.unwrap();
    assert_eq!(scan.samples.len(), 4);
    assert!(matches!(scan.skipped[0].reason, SkipReason::Unreadable { .. }));
    set(&folder.root(), 0o000);
    let outer = run(&folder.root());
    set(&folder.root(), 0o755);
    assert!(outer.unwrap_err().line(Lang::En).contains("cannot be opened: access denied"));
}

#[cfg(unix)]
#[test]
fn a_link_to_the_folder_itself_is_not_followed_forever() {
    let folder = Folder::utkface(4);
    std::os::unix::fs::symlink(folder.root(), folder.root().join("again")).unwrap();
    assert_eq!(run(&folder.root()).unwrap().samples.len(), 4);
}

#[test]
fn scanning_can_be_cancelled_and_tells_how_far_it_is() {
    let folder = Folder::utkface(4);
    let control = Control::default();
    control.set(Signal::Discard);
    let result = scan(&folder.root(), Reading::default(), &control, &mut |_, _, _| {});
    assert_eq!(result.unwrap_err().kind, Kind::Cancelled);
    let mut last = 0;
    scan(&folder.root(), Reading::default(), &Control::default(), &mut |_, done, _| last = done).unwrap();
    assert_eq!(last, 4);
}

/// The counts of the 20,707 pictures that are at hand, by Python:
/// ```python
/// import os, re
/// n = os.listdir("utkface"); f = [x.split("_") for x in n]
/// print(len(n), sum(x[1] == "0" for x in f), sum(x[1] == "1" for x in f))        # 20707 10822 9885
/// print(sum(len(x) == 3 for x in f), [sum(x[2] == str(r) for x in f if len(x) == 4) for r in range(5)])
/// print(sum(x[1] == "0" and 40 <= int(x[0]) < 60 for x in f), sum(x[1] == "1" and 40 <= int(x[0]) < 60 for x in f))
/// ```
#[test]
fn the_real_folder_has_the_counts_that_python_finds() {
    let Some(root) = utkface() else { return };
    let scan = run(&root).unwrap();
    let count = |f: &dyn Fn(&&trombine::data::sample::Sample) -> bool| scan.samples.iter().filter(f).count();
    assert_eq!((scan.samples.len(), scan.skipped.len()), (20707, 0));
    assert_eq!(count(&|s| s.class == 1), 10822);
    assert_eq!(count(&|s| s.anomaly == Some(Anomaly::NoRace)), 3);
    assert_eq!(count(&|s| s.anomaly.is_some()), 4);
    assert_eq!([0, 1, 2, 3, 4].map(|r| count(&|s| s.race == Some(r))), [8783, 3931, 3009, 3493, 1488]);
    let middle = |class| count(&|s| s.class == class && s.age.is_some_and(|a| (40..60).contains(&a)));
    assert_eq!([middle(1), middle(0)], [2766, 1185]);
}
