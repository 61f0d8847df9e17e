//! Whatever is written outside of a training is the old one or the new one: with every operation on the disk failing in
//! turn, with the process killed before and after each, and with the power cut after each.

use std::{
    collections::BTreeMap,
    fs,
    io::Write as _,
    path::{Path, PathBuf},
};

use trombine::{
    app::Preferences,
    control::Control,
    data::{
        edits::{Change, Edits},
        folders,
        reading::{ClassFolders, Reading},
        sample::{Framing, Source},
        split::{Split, SplitSettings},
    },
    evaluate::WeightsId,
    files::{
        AppDirs, atomic,
        fault::{Failure, Fault},
        lock::Lock,
        table::TableForm,
        unfinished::{UnfinishedFile, UnfinishedFolder, is_unfinished},
    },
    model::{Initialization, init::init},
    predict::table::{Table, TableKey},
    problem::{Kind, Problem},
    run::{
        Run, RunStatus, RunStore, RunView,
        export::{ExportOptions, Format, export},
    },
    setting_def::Choice as _,
    text::Lang,
    worker::{self, Command},
};

use crate::{export as exports, picture_folder::Folder, power_cut, scores, training};

/// What lies below a folder: files with their contents.
fn tree(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut waiting = vec![folder.to_owned()];
    while let Some(next) = waiting.pop() {
        for entry in fs::read_dir(&next).into_iter().flatten().flatten() {
            let path = entry.path();
            if entry.file_type().unwrap().is_dir() {
                waiting.push(path);
            } else {
                found.insert(path.strip_prefix(folder).unwrap().to_owned(), fs::read(&path).unwrap());
            }
        }
    }
    found
}

/// Whether a file is unfinished, or in a folder that is.
fn aside(path: &Path) -> bool {
    path.iter().any(is_unfinished)
}

/// Something that is written below a folder.
struct Case<'a> {
    /// What is there before.
    prepare: &'a dyn Fn(&Path),
    act: &'a dyn Fn(&Path) -> Result<(), Problem>,
    /// That what is there is the old state or the new one.
    holds: &'a dyn Fn(&Path, &str),
    /// That it is the new one.
    done: &'a dyn Fn(&Path, &str),
    /// What is asked after it was broken off: the same again, or what a user would then do.
    again: &'a dyn Fn(&Path) -> Result<(), Problem>,
}

impl Case<'_> {
    /// At every operation; gives how many there were.
    fn all(&self) -> u64 {
        let whole = tempfile::tempdir().unwrap();
        (self.prepare)(whole.path());
        let before = tree(whole.path()).len();
        let recorder = Fault::recorder(whole.path());
        (self.act)(whole.path()).unwrap();
        let operations = recorder.asked();
        drop(recorder);
        (self.done)(whole.path(), "undisturbed");
        let files = tree(whole.path()).len();
        for n in 0..operations {
            for failure in [Failure::Full, Failure::Device, Failure::Short, Failure::KilledBefore, Failure::KilledAfter] {
                self.one(Fault::at, n, failure, files.max(before));
            }
            let full = |folder: &Path, n, failure| Fault::below(folder, move |number, _| (number >= n).then_some(failure));
            self.one(full, n, Failure::Full, files.max(before));
        }
        let place = tempfile::tempdir().unwrap();
        (self.prepare)(place.path());
        power_cut::after_each(
            place.path(),
            || (self.act)(place.path()).unwrap(),
            |left, case| {
                (self.holds)(left, case);
                self.mended(left, case, usize::MAX);
            },
        );
        operations
    }

    fn one(&self, fault: impl FnOnce(&Path, u64, Failure) -> Fault, n: u64, failure: Failure, most: usize) {
        let case = format!("{failure:?} at {n}");
        let place = tempfile::tempdir().unwrap();
        (self.prepare)(place.path());
        let fault = fault(place.path(), n, failure);
        let result = (self.act)(place.path());
        drop(fault);
        (self.holds)(place.path(), &case);
        if result.is_ok() {
            (self.done)(place.path(), &case);
        }
        self.mended(place.path(), &case, most);
    }

    /// Asked again, it is done, and hardly anything is left of the attempt before.
    fn mended(&self, place: &Path, case: &str, most: usize) {
        if let Err(problem) = (self.again)(place) {
            panic!("{case}: {problem}");
        }
        (self.done)(place, case);
        // Of one attempt at most: the next that writes there removes it.
        let left = || {
            let mut left = tree(place);
            // Stays for the next change of a run's description.
            left.retain(|path, _| !path.ends_with("run.json.lock"));
            let unfinished = left.keys().filter(|path| aside(path)).count();
            (unfinished, left)
        };
        let (mut unfinished, mut files) = left();
        // A program that another test starts holds every lock of this process until it has become that program; what is
        // held stays.
        for _ in 0..50 {
            if unfinished <= 2 {
                break;
            }
            (self.again)(place).unwrap_or_else(|problem| panic!("{case}: {problem}"));
            (unfinished, files) = left();
        }
        let locks = files.keys().filter(|path| aside(path) && path.extension().is_some_and(|end| end == "lock"));
        let held = locks.map(|path| place.join(path)).any(|path| Lock::is_held(&path));
        assert!((unfinished <= 2 || held) && files.len() - unfinished <= most, "{case}, {held}: {:?}", files.keys());
    }
}

fn small() -> (tempfile::TempDir, RunView) {
    let folder = tempfile::tempdir().unwrap();
    let mut view = exports::view(folder.path(), exports::models()[0].clone());
    // Enough for every table and plot.
    view.report.as_mut().unwrap().predictions.truncate(40);
    view.report.as_mut().unwrap().validation.truncate(40);
    (folder, view)
}

#[test]
fn an_import_is_whole_or_not_there() {
    let (folder, view) = small();
    let from = folder.path().join("out");
    export(&view, None, Format::Safetensors, ExportOptions::default(), &from).unwrap();
    let source = tree(&from);
    let whole = |home: &Path, case: &str| {
        let run = RunStore::at(home).find("last").unwrap_or_else(|problem| panic!("{case}: {problem}"));
        assert_eq!(run.info.id, view.info.id, "{case}");
        assert_eq!(fs::read(run.best_path()).unwrap(), source[Path::new("model.safetensors")], "{case}");
        assert!(run.report().is_some() && run.settings().is_ok(), "{case}");
    };
    let count = Case {
        prepare: &|_| {},
        act: &|home| RunStore::at(home).import(&from).map(drop),
        holds: &|home, case| {
            let (runs, problems) = RunStore::at(home).list();
            assert!(problems.is_empty(), "{case}: {problems:?}");
            runs.iter().for_each(|_| whole(home, case));
        },
        done: &whole,
        again: &|home| match RunStore::at(home).list().0.len() {
            0 => RunStore::at(home).import(&from).map(drop),
            _ => Ok(()),
        },
    }
    .all();
    assert!(count > 20, "{count} operations");
    assert_eq!(tree(&from), source, "what is imported is only read");
}

#[test]
fn an_export_is_whole_or_not_there() {
    let (_folder, view) = small();
    for &format in Format::ALL {
        // Its pictures take long to draw; the folder is written as that of the others.
        if format == Format::Plots {
            continue;
        }
        let written = |place: &Path| place.join("out");
        let replacing = ExportOptions { overwrite: true, ..Default::default() };
        let expected = tempfile::tempdir().unwrap();
        export(&view, None, format, replacing, &written(expected.path())).unwrap();
        let expected = tree(expected.path());
        // Into a place where there is nothing, and over an earlier one.
        for earlier in [false, true] {
            let other = RunView { history: view.history[..4].to_vec(), ..view.clone() };
            let old = tempfile::tempdir().unwrap();
            if earlier {
                export(&other, None, format, replacing, &written(old.path())).unwrap();
            }
            let old = tree(old.path());
            let user = PathBuf::from("kept.txt");
            Case {
                prepare: &|place| {
                    for (path, bytes) in &old {
                        fs::create_dir_all(place.join(path).parent().unwrap()).unwrap();
                        fs::write(place.join(path), bytes).unwrap();
                    }
                    fs::write(place.join(&user), "the user's").unwrap();
                },
                act: &|place| export(&view, None, format, replacing, &written(place)),
                holds: &|place, case| {
                    let found = tree(place);
                    assert_eq!(found[&user], b"the user's", "{case}");
                    for (path, bytes) in &found {
                        let known = [expected.get(path), old.get(path)].contains(&Some(bytes));
                        let listed = path.ends_with("export.json");
                        assert!(known || listed || *path == user || aside(path), "{case}: {path:?}");
                    }
                    // A new one is there as a whole.
                    if !earlier && found.keys().any(|path| path.starts_with("out")) {
                        assert!(expected.keys().all(|path| found.contains_key(path)), "{}, {case}", format_name(format));
                    }
                },
                done: &|place, case| {
                    let mut found = tree(place);
                    found.remove(&user);
                    found.retain(|path, _| !aside(path));
                    assert_eq!(found.keys().collect::<Vec<_>>(), expected.keys().collect::<Vec<_>>(), "{case}");
                    assert!(found == expected, "{}, {case}", format_name(format));
                },
                again: &|place| export(&view, None, format, replacing, &written(place)),
            }
            .all();
        }
    }
}

fn format_name(format: Format) -> String {
    format!("{format:?}")
}

#[test]
fn a_deleted_run_is_in_one_of_two_places() {
    let plan = training::plan(&training::settings());
    let shelf = tempfile::tempdir().unwrap();
    let run = RunStore::at(shelf.path()).create(&plan).unwrap();
    let files = tree(&run.folder);
    let id = run.info.id;
    let prepare = |home: &Path, shelf: &str| {
        for (path, bytes) in &files {
            let path = home.join(shelf).join(&id).join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, bytes).unwrap();
        }
    };
    let places = |home: &Path| {
        let store = RunStore::at(home);
        (store.list().0.len(), store.trashed().len())
    };
    let somewhere = |home: &Path, case: &str| {
        let (runs, trashed) = places(home);
        // A power cut may bring the old name back beside the new one; nothing is lost.
        assert!(runs + trashed >= 1, "{case}: {runs} and {trashed}");
    };
    Case {
        prepare: &|home| prepare(home, "runs"),
        act: &|home| RunStore::at(home).delete(&id),
        holds: &somewhere,
        done: &|home, case| assert_eq!(places(home).0, 0, "{case}"),
        again: &|home| if places(home).0 == 1 { RunStore::at(home).delete(&id) } else { Ok(()) },
    }
    .all();
    Case {
        prepare: &|home| prepare(home, "trash"),
        act: &|home| RunStore::at(home).restore(&id),
        holds: &somewhere,
        done: &|home, case| assert_eq!(places(home).0, 1, "{case}"),
        again: &|home| if places(home).0 == 0 { RunStore::at(home).restore(&id) } else { Ok(()) },
    }
    .all();
}

#[test]
fn a_run_in_a_folder_of_the_users_can_be_begun_again() {
    let plan = training::plan(&training::settings());
    let opens = |place: &Path| Run::open(&place.join("run")).is_ok_and(|run| run.settings().is_ok() && run.pictures().is_ok());
    Case {
        prepare: &|_| {},
        act: &|place| RunStore::create_in(&place.join("run"), &plan).map(drop),
        holds: &|place, case| assert!(!place.join("run/run.json").exists() || opens(place), "{case}"),
        done: &|place, case| assert!(opens(place), "{case}"),
        again: &|place| match Run::open(&place.join("run")) {
            Ok(mut run) => run.update(|_| {}),
            Err(_) => RunStore::create_in(&place.join("run"), &plan).map(drop),
        },
    }
    .all();
}

#[test]
fn edits_are_the_old_or_the_new_ones() {
    let source = Source::Folder("/pictures".into());
    let mut edits = Edits::default();
    edits.change(Path::new("a.jpg"), &Change::Relabel("male".to_owned()));
    let mut more = edits.clone();
    more.change(Path::new("b.jpg"), &Change::LeaveOut);
    let load = |home: &Path| Edits::load(&AppDirs::at(home), &source).unwrap();
    Case {
        prepare: &|home| edits.save(&AppDirs::at(home), &source).unwrap(),
        act: &|home| more.save(&AppDirs::at(home), &source),
        holds: &|home, case| assert!([&edits, &more].contains(&&load(home)), "{case}"),
        done: &|home, case| assert_eq!(load(home), more, "{case}"),
        again: &|home| more.save(&AppDirs::at(home), &source),
    }
    .all();
}

#[test]
fn edits_beside_those_of_another_program_are_all_there_or_as_before() {
    let source = Source::Folder("/pictures".into());
    let decided = |files: &[&str]| {
        let mut edits = Edits::default();
        files.iter().for_each(|file| edits.change(Path::new(file), &Change::LeaveOut));
        edits
    };
    let (others, own, all) = (decided(&["a.jpg"]), decided(&["b.jpg"]), decided(&["a.jpg", "b.jpg"]));
    let load = |home: &Path| Edits::load(&AppDirs::at(home), &source).unwrap();
    let act = |home: &Path| own.save_changes(&Edits::default(), &AppDirs::at(home), &source).map(drop);
    Case {
        prepare: &|home| others.save(&AppDirs::at(home), &source).unwrap(),
        act: &act,
        holds: &|home, case| assert!([&others, &all].contains(&&load(home)), "{case}"),
        done: &|home, case| assert_eq!(load(home), all, "{case}"),
        again: &act,
    }
    .all();
}

#[test]
fn preferences_are_the_old_or_the_new_ones() {
    let old = Preferences { zoom: 1.5, recent: vec!["/a".into()], ..Preferences::default() };
    let new = Preferences { lang: Lang::Fr, recent: vec!["/b".into(), "/a".into()], ..old.clone() };
    let load = |home: &Path| Preferences::load(home, None);
    // Those of the first start, and over earlier ones.
    for earlier in [None, Some(&old)] {
        Case {
            prepare: &|place| {
                if let Some(old) = earlier {
                    old.save(&place.join("home")).unwrap();
                }
            },
            act: &|place| new.save(&place.join("home")),
            holds: &|place, case| {
                let found = load(&place.join("home"));
                assert!(found.as_ref() == earlier || found.as_ref() == Some(&new), "{case}: {found:?}");
            },
            done: &|place, case| assert_eq!(load(&place.join("home")).as_ref(), Some(&new), "{case}"),
            again: &|place| new.save(&place.join("home")),
        }
        .all();
    }
}

#[test]
fn how_a_folder_is_read_is_as_it_was_or_as_it_was_said() {
    let source = Source::Folder("/pictures".into());
    let said = Reading { classes: ClassFolders::Outer, ..Reading::default() };
    let load = |home: &Path| Reading::load(&AppDirs::at(home), &source);
    for (old, new) in [(Reading::default(), said), (said, Reading::default())] {
        assert_ne!(old, new);
        Case {
            prepare: &|home| old.save(&AppDirs::at(home), &source, &Control::default()).unwrap(),
            act: &|home| new.save(&AppDirs::at(home), &source, &Control::default()),
            holds: &|home, case| assert!([old, new].contains(&load(home)), "{case}"),
            done: &|home, case| assert_eq!(load(home), new, "{case}"),
            again: &|home| new.save(&AppDirs::at(home), &source, &Control::default()),
        }
        .all();
    }
}

/// A run that is named, and one whose threshold is chosen: its description and its report.
#[test]
fn a_change_of_a_run_is_made_or_not() {
    let plan = training::plan(&training::settings());
    let (shelf, mut run) = training::run(&plan);
    let weights = init(&plan.network, Initialization::HeNormal, 3);
    weights.save(&run.best_path()).unwrap();
    let id = WeightsId::of(1, &weights);
    let mut report = scores::report();
    (report.weights, report.threshold, report.task) = (Some(id), 0.5, run.info.task.clone());
    run.save_report(&report).unwrap();
    let scores = Some(report.run_scores());
    run.update(|info| {
        (info.status, info.epochs_done, info.best_epoch) = (RunStatus::Finished, 1, Some(1));
        (info.weights, info.scores) = (Some(id), scores.clone());
    })
    .unwrap();
    let files = tree(shelf.path());
    let prepare = |home: &Path| {
        for (path, bytes) in &files {
            fs::create_dir_all(home.join(path).parent().unwrap()).unwrap();
            fs::write(home.join(path), bytes).unwrap();
        }
    };
    let find = |home: &Path| RunStore::at(home).find(&run.info.id).unwrap();
    let name = |home: &Path, case: &str| {
        let view = find(home).view().unwrap();
        assert!(view.report.is_some() && view.info.scores == scores, "{case}");
        view.info.name
    };
    let old = run.info.name.clone();
    let naming = |home: &Path| find(home).update(|info| info.rename("mine".to_owned()));
    Case {
        prepare: &prepare,
        act: &naming,
        holds: &|home, case| assert!([&old, "mine"].contains(&name(home, case).as_str()), "{case}"),
        done: &|home, case| assert_eq!(name(home, case), "mine", "{case}"),
        again: &naming,
    }
    .all();

    let threshold = |home: &Path, case: &str| {
        let run = find(home);
        let report = run.report().unwrap_or_else(|| panic!("{case}: no report"));
        assert_eq!(report.predictions, scores::report().predictions, "{case}");
        // What a list of runs shows, and what the opened run does.
        assert_eq!(run.info.scores, Some(report.run_scores()), "{case}: listed with another threshold");
        assert_eq!(run.view().unwrap().info.scores, Some(report.run_scores()), "{case}: shown with another threshold");
        report.threshold
    };
    let choosing = |home: &Path| {
        let command = Command::KeepThreshold { run: run.info.id.clone(), threshold: 0.7, temperature: 1.0 };
        worker::perform(command, &RunStore::at(home), &Control::default(), &mut |_| {})
    };
    Case {
        prepare: &prepare,
        act: &choosing,
        holds: &|home, case| assert!([0.5, 0.7].contains(&threshold(home, case)), "{case}"),
        done: &|home, case| assert!((threshold(home, case) - 0.7).abs() < 1e-12, "{case}"),
        again: &choosing,
    }
    .all();
}

fn write_table(place: &Path, overwrite: bool) -> Result<(), Problem> {
    let question = TableKey {
        run: "a run".to_owned(),
        weights: 1,
        folder: "/pictures".into(),
        pictures: 2,
        framing: Framing::Whole,
        mirrored: false,
        threshold: ["0.5".to_owned(), "1".to_owned()],
        columns: vec!["file".to_owned(), "answer".to_owned()],
        form: TableForm::default(),
    };
    let (home, csv) = (place.join("home"), place.join("out.csv"));
    let mut table = Table::open(&home, &csv, question, b"file,answer\n", overwrite)?;
    for picture in table.pictures()..3 {
        table.append(format!("{picture}.jpg,male\n").as_bytes(), 1, 1)?;
    }
    table.close(true).map(drop)
}

#[test]
fn a_table_goes_on_or_begins_anew() {
    const WHOLE: &str = "file,answer\n0.jpg,male\n1.jpg,male\n2.jpg,male\n";
    let read = |place: &Path| fs::read_to_string(place.join("out.csv")).unwrap_or_default();
    Case {
        prepare: &|_| {},
        act: &|place| write_table(place, false),
        holds: &|place, case| assert!(WHOLE.starts_with(&read(place)), "{case}: {}", read(place)),
        done: &|place, case| assert_eq!(read(place), WHOLE, "{case}"),
        again: &|place| match write_table(place, false) {
            // What is not known for its own is only replaced when the user says so.
            Err(problem) if problem.kind == Kind::Exists && read(place) != WHOLE => write_table(place, true),
            Err(problem) if problem.kind == Kind::Exists => Ok(()),
            other => other,
        },
    }
    .all();
}

#[test]
fn a_split_that_was_broken_off_goes_on() {
    let folder = Folder::utkface(10);
    let data = folder.open().unwrap();
    let split = Split::new(&data, &SplitSettings::default(), 42);
    let pictures = tree(&folder.root());
    let write =
        |place: &Path| folders::write(&data, &split, &place.join("out"), false, &Control::default(), &mut |_, _, _| {}).map(drop);
    let whole: Vec<Vec<u8>> = pictures.values().cloned().collect();
    Case {
        prepare: &|_| {},
        act: &write,
        holds: &|place, case| {
            for (path, bytes) in tree(place).into_iter().filter(|(path, _)| !aside(path)) {
                // A power cut may take the end of what nobody forced onto the disk: going on copies it again.
                assert!(whole.iter().any(|whole| whole.starts_with(&bytes)), "{case}: {path:?} is none of the pictures");
            }
        },
        done: &|place, case| {
            let found = tree(place);
            let mut copied: Vec<&Vec<u8>> = found.iter().filter(|(path, _)| !aside(path)).map(|(_, bytes)| bytes).collect();
            let mut whole: Vec<&Vec<u8>> = whole.iter().collect();
            copied.sort();
            whole.sort();
            assert!(copied == whole, "{case}");
        },
        again: &write,
    }
    .all();
    assert_eq!(tree(&folder.root()), pictures, "the pictures are only read");
}

#[test]
fn who_comes_second_to_a_folder_is_told() {
    let (_folder, view) = small();
    let place = tempfile::tempdir().unwrap();
    let out = place.path().join("out");
    fs::create_dir(&out).unwrap();
    let folder = Folder::utkface(10);
    let data = folder.open().unwrap();
    let split = Split::new(&data, &SplitSettings::default(), 42);
    let plan = training::plan(&training::settings());
    let copy = || folders::write(&data, &split, &out, false, &Control::default(), &mut |_, _, _| {}).map(drop);
    let held = UnfinishedFolder::alone(&out).unwrap().expect("nobody else");
    for (what, result) in [
        ("train", RunStore::create_in(&out, &plan).map(drop)),
        ("split", copy()),
        ("export", export(&view, None, Format::Python, ExportOptions::default(), &out)),
    ] {
        let problem = result.expect_err(what);
        assert_eq!(problem.what.en, format!("Another window or command writes into {}", out.display()), "{what}");
    }
    assert_eq!(fs::read_dir(&out).unwrap().count(), 2, "only the sign of the first, and its lock");
    drop(held);
    copy().unwrap();
}

/// Unfinished files and folders of processes that ended go; those that somebody works on stay.
#[test]
fn what_is_left_is_removed_and_what_is_in_work_stays() {
    let place = tempfile::tempdir().unwrap();
    let path = place.path().join("a.json");
    fs::write(place.path().join(".trombine-1-7.part"), "half").unwrap();
    fs::write(place.path().join(".trombine-my-notes.part"), "the user's").unwrap();
    fs::create_dir(place.path().join(".trombine-1-8.part")).unwrap();
    fs::create_dir(place.path().join(".trombine-1-9.part")).unwrap();
    fs::write(place.path().join(".trombine-1-9.lock"), "").unwrap();
    fs::write(place.path().join(".trombine-1-9.part/half"), "half").unwrap();
    let (mut file, folder) = (UnfinishedFile::beside(&path).unwrap(), UnfinishedFolder::within(place.path()).unwrap());
    file.write_all(b"1").unwrap();
    atomic::write(&path, b"2").unwrap();
    assert!(folder.path().exists());
    file.publish(&path).unwrap();
    folder.publish(&place.path().join("b")).map_err(|(_, error)| error).unwrap();
    let mut names: Vec<_> = fs::read_dir(place.path()).unwrap().flatten().map(|entry| entry.file_name()).collect();
    names.sort();
    assert_eq!(names, [".trombine-my-notes.part", "a.json", "b"]);
    assert_eq!(fs::read(&path).unwrap(), b"1");
}
