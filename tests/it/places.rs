//! Folders as they are called, moved, and remembered; and what is kept of them.

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

use serde_json::Value;
use trombine::{
    control::Control,
    data::{
        cache::kept::{self, CacheUsage},
        dataset::Dataset,
        edits::{Change, Edits},
        open_in,
        sample::Source,
    },
    files::unfinished::UnfinishedFile,
    run::RunStore,
    text::Lang,
};

use crate::{
    picture_folder::{Folder, alone},
    support,
};

fn open(folder: &Folder, called: PathBuf) -> Dataset {
    let (places, source) = (folder.places(), Source::Folder(called));
    open_in(&places, &source, &Edits::default(), &Control::default(), &mut |_, _, _| {}).map(alone).expect("opens")
}

fn caches(folder: &Folder) -> Vec<PathBuf> {
    fs::read_dir(folder.places().cache).map_or_else(|_| Vec::new(), |all| all.flatten().map(|entry| entry.path()).collect())
}

#[test]
fn a_folder_is_one_source_however_it_is_called() {
    let folder = Folder::utkface(4);
    let plain = open(&folder, folder.root());
    let root = folder.root().canonicalize().expect("there");
    assert_eq!(plain.source, Source::Folder(root.clone()));
    let mut called = vec![folder.root().join(""), folder.root().join("."), folder.root().join("..").join("pictures")];
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink(folder.root(), folder.beside("link")).expect("linked");
        called.push(folder.beside("link"));
    }
    for path in called {
        assert_eq!(open(&folder, path.clone()).source, plain.source, "{}", path.display());
    }
    assert_eq!(caches(&folder).len(), 1, "one cache for one folder");
}

/// What was decided under another spelling, as versions before stored it, is still known.
#[cfg(unix)]
#[test]
fn edits_made_under_another_spelling_are_found() {
    let folder = Folder::utkface(4);
    let link = folder.beside("link");
    std::os::unix::fs::symlink(folder.root(), &link).expect("linked");
    let mut edits = Edits::default();
    edits.change(&open(&folder, folder.root()).samples[0].file, &Change::LeaveOut);
    edits.save(&folder.places(), &Source::Folder(link)).expect("saved");
    let source = Source::Folder(folder.root().canonicalize().expect("there"));
    assert_eq!(Edits::load(&folder.places(), &source).expect("loads"), edits);
}

#[test]
fn what_is_kept_is_counted_and_cleaned() {
    let (here, gone) = (Folder::utkface(4), Folder::utkface(6));
    let cache = here.places().cache;
    let open = |folder: &Folder| {
        open_in(&here.places(), &folder.source(), &Edits::default(), &Control::default(), &mut |_, _, _| {})
            .map(alone)
            .expect("opens")
    };
    let dataset = open(&here);
    open(&gone);
    let both = CacheUsage::of(&cache);
    assert_eq!((both.folders, both.gone), (2, 0));
    // 128 x 128 RGB pictures and a header each.
    assert!(both.bytes > 10 * 128 * 128 * 3 + 2 * 4096, "{both:?}");
    assert_eq!(both.sentence(Lang::En).split_once(" in ").map(|(_, rest)| rest), Some("2\u{a0}folders"));
    fs::remove_dir_all(gone.root()).expect("removed");
    let half = CacheUsage::of(&cache);
    assert_eq!((half.folders, half.gone), (2, 1));
    assert!(half.gone_bytes > 6 * 128 * 128 * 3 && half.gone_bytes < both.bytes - 4 * 128 * 128 * 3, "{half:?}");
    assert!(half.sentence(Lang::En).contains("no longer there"), "{}", half.sentence(Lang::En));
    kept::clean(&cache, Some(&dataset.source)).expect("cleans");
    let rest = CacheUsage::of(&cache);
    assert_eq!((rest.folders, rest.gone), (1, 0));
    kept::clean(&cache, None).expect("cleans");
    assert_eq!(CacheUsage::of(&cache), CacheUsage::default());
    // What a window has open it keeps, and what is gone is made again.
    assert!(dataset.pixels.get(0).expect("read").iter().any(|&byte| byte > 0));
    assert_eq!(open(&here).samples.len(), 4);
}

#[test]
fn what_a_crash_left_in_the_cache_goes_and_what_is_being_written_stays() {
    let folder = Folder::utkface(4);
    let cache = folder.places().cache;
    fs::create_dir_all(&cache).expect("made");
    let file = |name: &str, age: u64| {
        let file = File::create(cache.join(name)).expect("made");
        file.set_modified(SystemTime::now() - Duration::from_secs(age)).expect("aged");
        file
    };
    let held = UnfinishedFile::beside(&cache.join("a.pixels")).expect("begun");
    drop(file(".trombine-2-0.part", 3600));
    // Killed a moment ago.
    drop(file(".trombine-3-0.part", 0));
    drop(file("d.pixels", 3600));
    open(&folder, folder.root());
    let left = caches(&folder);
    assert!(left.contains(&held.path().to_owned()) && left.contains(&cache.join("d.pixels")), "{left:?}");
    assert_eq!(left.len(), 3, "these and the folder's own: {left:?}");
}

/// Exit status, standard output and standard error of the program, started in `at`.
fn call(home: &Path, at: &Path, arguments: &[&str]) -> (i32, String, String) {
    support::outcome(support::program(home).current_dir(at).args(["--lang", "en"]).args(arguments))
}

const QUICK: &[&str] = &[
    "--threads",
    "1",
    "--device",
    "cpu",
    "--epochs",
    "1",
    "--set",
    "augment.crop=48",
    "--set",
    "model.filters=8",
    "--set",
    "model.dense=4",
    "--set",
    "train.steps_per_epoch=2",
];

#[test]
fn a_run_finds_its_pictures_from_anywhere_and_where_they_were_moved() {
    let folder = Folder::utkface(30);
    let home = tempfile::tempdir().expect("a folder");
    let home = home.path();
    let (data, elsewhere) = (folder.root(), home.to_owned());
    let beside = data.parent().expect("a folder").to_owned();
    let source = || RunStore::at(home).find("last").expect("a run").info.source;
    let (status, _, err) = call(home, &beside, &[&["train", "--data", "pictures"], QUICK].concat());
    assert_eq!(status, 0, "{err}");
    assert_eq!(source(), Source::Folder(data.canonicalize().expect("there")));
    let judged = |arguments: &[&str]| {
        let (status, out, err) = call(home, &elsewhere, &[&["evaluate", "last", "--json"], arguments].concat());
        assert_eq!(status, 0, "{arguments:?}: {err}");
        let report: Value = serde_json::from_str(&out).expect("one document");
        report
    };
    let report = judged(&[]);
    assert_eq!(report["part"], "test");

    // A copy in another place is its own data too, and the old place is still the run's.
    let copy = folder.beside("copy");
    fs::create_dir(&copy).expect("made");
    for entry in fs::read_dir(&data).expect("there").flatten() {
        fs::copy(entry.path(), copy.join(entry.file_name())).expect("copied");
    }
    assert_eq!(judged(&["--data", &copy.to_string_lossy()]), report);
    assert_eq!(source(), Source::Folder(data.canonicalize().expect("there")));

    // Moved: it says where they were, and finds them where it is told, by their content.
    let moved = folder.beside("moved here");
    fs::rename(&data, &moved).expect("moved");
    fs::remove_dir_all(&copy).expect("removed");
    let (status, _, err) = call(home, &elsewhere, &["evaluate", "last"]);
    assert_eq!(status, 1);
    assert!(err.contains("The run’s pictures were in") && err.contains("pictures, which is not there"), "{err}");
    let (status, _, err) = call(home, &elsewhere, &["resume", "last", "--more", "1"]);
    assert_eq!(status, 1);
    assert!(err.contains("--data DIR"), "{err}");
    let (status, out, err) = call(home, &beside, &["evaluate", "last", "--data", "moved here"]);
    assert_eq!(status, 0, "{err}");
    assert!(out.contains("its pictures are in"), "{out}");
    assert_eq!(source(), Source::Folder(moved.canonicalize().expect("there")));
    assert_eq!(judged(&[]), report);

    // Other pictures are none of the run's: judged as unseen, refused to go on with.
    let other = Folder::new();
    for number in 40..60 {
        other.picture(&crate::picture_folder::utkface_name(number), number as u32);
    }
    let other = other.root().to_string_lossy().into_owned();
    assert_eq!(judged(&["--data", &other])["part"], Value::Null);
    let out = home.join("report.html").to_string_lossy().into_owned();
    for refused in [
        &["resume", "last", "--more", "1", "--data", &other][..],
        &["export", "last", "--format", "report", "--pictures", "--data", &other, "--out", &out],
    ] {
        let (status, _, err) = call(home, &elsewhere, refused);
        assert_eq!(status, 1, "{refused:?}");
        assert!(err.contains("None of the run’s 30 pictures"), "{refused:?}: {err}");
    }
    assert_eq!(source(), Source::Folder(moved.canonicalize().expect("there")));

    // A part of its own is neither unseen nor the whole.
    let part = folder.beside("part");
    fs::create_dir(&part).expect("made");
    for entry in fs::read_dir(&moved).expect("there").flatten().take(12) {
        fs::copy(entry.path(), part.join(entry.file_name())).expect("copied");
    }
    let (status, _, err) = call(home, &elsewhere, &["evaluate", "last", "--data", &part.to_string_lossy()]);
    assert_eq!(status, 1);
    assert!(err.contains("All 12 pictures of this folder are among the 30"), "{err}");

    // Moved once more: going on and exporting find them, too.
    let again = folder.beside("again");
    fs::rename(&moved, &again).expect("moved");
    let place = again.to_string_lossy().into_owned();
    let (status, _, err) =
        call(home, &elsewhere, &["export", "last", "--format", "report", "--pictures", "--data", &place, "--out", &out]);
    assert_eq!(status, 0, "{err}");
    assert_eq!(source(), Source::Folder(again.canonicalize().expect("there")));
    fs::rename(&again, &data).expect("moved");
    let (status, _, err) = call(home, &elsewhere, &["resume", "last", "--more", "1", "--data", &data.to_string_lossy()]);
    assert_eq!(status, 0, "{err}");
    assert_eq!(source(), Source::Folder(data.canonicalize().expect("there")));

    // As versions before wrote it: from where it was called it opens, from elsewhere it says what it was called.
    let mut run = RunStore::at(home).find("last").expect("a run");
    run.update(|info| info.source = Source::Folder("pictures".into())).expect("written");
    let (status, _, err) = call(home, &beside, &["evaluate", "last"]);
    assert_eq!(status, 0, "{err}");
    let (status, _, err) = call(home, &elsewhere, &["evaluate", "last"]);
    assert_eq!(status, 1);
    assert!(err.contains("in a folder named “pictures”"), "{err}");
}

#[test]
fn the_command_line_says_what_is_kept_and_cleans_it() {
    let folder = Folder::utkface(4);
    let home = tempfile::tempdir().expect("a folder");
    let home = home.path();
    call(home, home, &["check", &folder.root().to_string_lossy()]);
    let (status, out, err) = call(home, home, &["cache"]);
    assert_eq!(status, 0, "{err}");
    assert!(out.contains("in 1\u{a0}folder"), "{out}");
    let (status, out, err) = call(home, home, &["cache", "--clean"]);
    assert_eq!(status, 0, "{err}");
    assert!(out.contains("in 0\u{a0}folders"), "{out}");
}
