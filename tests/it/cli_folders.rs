//! What the commands say of folders that are read otherwise than a person may think.

use std::{fs, path::Path};

use trombine::{data::decode::decode, predict::Photo, text::Lang};

use crate::{cli::call, picture_folder::Folder, support};

fn check(folder: &Folder, more: &[&str]) -> (i32, String, String) {
    call(&folder.places().home, &[&["check", folder.root().to_str().unwrap()], more].concat())
}

/// Two classes of four pictures each.
fn two_classes() -> Folder {
    let folder = Folder::new();
    for i in 0..4 {
        folder.picture(&format!("cats/{i}.png"), i);
        folder.picture(&format!("dogs/{i}.png"), 10 + i);
    }
    folder
}

#[cfg(target_os = "linux")]
#[test]
fn a_class_folder_that_cannot_be_read_is_named() {
    use std::{ffi::OsStr, os::unix::ffi::OsStrExt as _};
    let folder = two_classes();
    let strange = folder.root().join(OsStr::from_bytes(b"ch\xe8vres"));
    fs::create_dir(&strange).unwrap();
    fs::copy(folder.root().join("cats/0.png"), strange.join("0.png")).unwrap();
    let (_, out, err) = check(&folder, &[]);
    assert!(out.contains("the folder ch\u{fffd}vres could not be read, so its pictures are missing"), "{out}{err}");
    assert!(out.contains("ch\u{fffd}vres/: its name is not valid Unicode"), "{out}");
    fs::remove_dir_all(folder.root().join("dogs")).unwrap();
    let (status, _, err) = check(&folder, &[]);
    let only = "only one class folder";
    assert!(status == 1 && err.contains(only) && err.contains("the folder ch\u{fffd}vres could not be read"), "{err}");
}

#[cfg(unix)]
#[test]
fn a_class_folder_without_the_right_to_it_is_named() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = two_classes();
    folder.picture("goats/0.png", 30);
    let locked = folder.root().join("goats");
    let set = |mode| fs::set_permissions(&locked, fs::Permissions::from_mode(mode)).unwrap();
    set(0o000);
    if fs::read_dir(&locked).is_ok() {
        return support::skip("machine: another user than root", "this user may read everything");
    }
    let (_, out, err) = check(&folder, &[]);
    set(0o755);
    assert!(out.contains("the folder goats could not be read, so its pictures are missing"), "{out}{err}");
}

#[test]
fn a_table_from_a_french_spreadsheet_is_read_by_its_label() {
    let folder = two_classes();
    // `class` is a column of its own here; the file is saved as Windows-1252.
    let lines = (0..4).map(|i| format!("{i};cats/{i}.png;x;ch\u{e9}vre;train\n{i};dogs/{i}.png;y;b\u{153}uf;test\n"));
    let text = format!("id;file;class;label;part\n{}", lines.collect::<String>());
    let bytes: Vec<u8> = text.chars().map(|letter| if letter == '\u{153}' { 0x9c } else { letter as u32 as u8 }).collect();
    folder.write("labels.csv", &bytes);
    let (_, out, err) = check(&folder, &[]);
    assert!(out.contains("b\u{153}uf and ch\u{e9}vre"), "{out}{err}");
    assert!(out.contains("parts: 4 training, 4 test"), "{out}");
    // The table itself is no picture that is missing.
    assert!(out.contains("Not used: 0"), "{out}");
}

#[test]
fn what_cannot_be_read_as_asked_says_why() {
    let folder = Folder::utkface(6);
    let (status, _, err) = check(&folder, &["--task", "folders"]);
    assert_eq!(status, 1);
    assert!(err.contains("6\u{a0}names there do as UTKFace’s") && err.contains("--task gender"), "{err}");
    let folder = Folder::new();
    for i in 0..3 {
        folder.write(&format!("cats/{i}.png"), b"no picture");
        folder.write(&format!("dogs/{i}.png"), b"no picture");
    }
    let (status, _, err) = check(&folder, &[]);
    assert!(status == 1 && err.contains("The reasons: its content is not a picture (6);"), "{err}");
    let home = folder.places().home;
    for task in ["table", "age-group"] {
        let (status, _, err) = call(&home, &["train", "--sample", "--task", task]);
        assert!(status == 1 && err.contains(&format!("The sample faces cannot be read with --task {task}")), "{err}");
    }
}

/// A TIFF with one pixel of 32-bit fractions, gray.
fn fractions() -> Vec<u8> {
    let entries: [(u16, u16, u32); 10] = [
        (256, 3, 1),
        (257, 3, 1),
        (258, 3, 32),
        (259, 3, 1),
        (262, 3, 8),
        (273, 4, 134),
        (277, 3, 1),
        (278, 3, 1),
        (279, 4, 4),
        (339, 3, 3),
    ];
    let mut bytes = b"II*\0\x08\0\0\0".to_vec();
    bytes.extend((entries.len() as u16).to_le_bytes());
    for (tag, kind, value) in entries {
        bytes.extend(tag.to_le_bytes());
        bytes.extend(kind.to_le_bytes());
        bytes.extend(1_u32.to_le_bytes());
        bytes.extend(value.to_le_bytes());
    }
    bytes.extend([0; 4]);
    bytes.extend(0.5_f32.to_le_bytes());
    bytes
}

#[test]
fn why_a_photo_is_not_read_is_what_the_data_set_says() {
    let folder = Folder::new();
    let whole = fs::read(folder.picture("a.jpg", 3)).unwrap();
    let cut = Photo::decode(&whole[..whole.len() / 2]).unwrap_err();
    assert_eq!(cut.what.en, "This picture is damaged or cut short");
    let reason = decode(&fractions(), "a.tif").unwrap_err();
    assert!(reason.sentence().en.starts_with("a TIFF with pixels of a kind"), "{reason:?}");
    let photo = Photo::decode(&fractions()).unwrap_err();
    assert!(photo.line(Lang::En).starts_with("This is a TIFF with pixels of a kind that is not read here"), "{photo}");
    assert!(Photo::decode(b"no picture").unwrap_err().what.en.contains("not a picture that can be read"));
}

/// Folders below `folder`, with how many files lie in each.
fn files_in_folders(folder: &Path) -> Vec<usize> {
    let mut counts = Vec::new();
    for entry in fs::read_dir(folder).unwrap().map(Result::unwrap).filter(|entry| entry.path().is_dir()) {
        let below = files_in_folders(&entry.path());
        if below.is_empty() { counts.push(fs::read_dir(entry.path()).unwrap().count()) } else { counts.extend(below) }
    }
    counts
}

#[test]
fn copied_by_age_no_folder_is_empty() {
    let folder = Folder::utkface(40);
    let out = folder.beside("out");
    let [root, to] = [folder.root(), out.clone()].map(|path| path.to_str().unwrap().to_owned());
    let (status, _, err) = call(&folder.places().home, &["split", &root, "--task", "age", "--out", &to]);
    assert_eq!(status, 0, "{err}");
    let counts = files_in_folders(&out);
    assert!(counts.len() > 20 && counts.iter().all(|files| *files > 0), "{counts:?}");
}
