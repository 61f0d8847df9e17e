//! Folders from elsewhere: links in a run lead no write out of it, and ids are folders' names and nothing else.

use std::{fs, path::Path};

use trombine::{
    files::overwrite,
    problem::Kind,
    run::{
        RunInfo, RunStore,
        export::{ExportOptions, Format, export},
    },
    settings::Settings,
};

use crate::{export as exports, training};

/// Everything that the program writes in a run's folder, and the names that earlier versions wrote under.
#[cfg(unix)]
const NAMES: [&str; 16] = [
    "lock",
    "run.json",
    "settings.json",
    "history.jsonl",
    "events.json",
    "report.json",
    "best.safetensors",
    "history.csv",
    "deleted",
    ".run.json.part",
    ".settings.json.part",
    ".history.jsonl.part",
    ".report.json.part",
    ".best.safetensors.part",
    "checkpoint/state.safetensors",
    "checkpoint/.state.safetensors.part",
];

#[cfg(unix)]
#[test]
fn nothing_is_written_through_a_link() {
    use std::os::unix::fs::symlink;
    let plan = training::plan(&training::settings());
    let place = tempfile::tempdir().unwrap();
    let weights = exports::view(place.path(), exports::models()[0].clone());
    let bytes = fs::read(place.path().join("best.safetensors")).unwrap();
    for name in NAMES {
        let home = tempfile::tempdir().unwrap();
        let store = RunStore::at(home.path());
        let mut run = store.create(&plan).unwrap();
        let (link, victim) = (run.folder.join(name), home.path().join("victim"));
        fs::create_dir_all(run.folder.join("checkpoint")).unwrap();
        // What the file itself would say, so that it is read as before.
        let content = fs::read(&link).unwrap_or_else(|_| b"what is not the program's".to_vec());
        let _ = fs::remove_file(&link);
        fs::write(&victim, &content).unwrap();
        symlink(&victim, &link).unwrap();

        let locked = run.lock();
        assert_eq!(locked.is_err(), name == "lock", "{name}: {locked:?}");
        if let Err(problem) = &locked {
            assert!(problem.what.en.contains("a link or something else has this name"), "{problem}");
        }
        drop(locked);
        run.update(|info| info.note = "changed".to_owned()).unwrap();
        run.save_settings(&Settings::default()).unwrap();
        run.save_history(&weights.history).unwrap();
        run.save_event_log(&weights.event_log).unwrap();
        run.save_report(weights.report.as_ref().unwrap()).unwrap();
        trombine::files::atomic::write(&run.best_path(), &bytes).unwrap();
        trombine::files::atomic::write(&run.checkpoint_path(), &bytes).unwrap();
        trombine::files::atomic::write(&run.folder.join("history.csv"), b"epoch").unwrap();
        if name != "lock" {
            store.delete(&run.info.id).unwrap();
        }
        assert_eq!(fs::read(&victim).unwrap(), content, "{name} was followed");
    }
}

#[cfg(unix)]
#[test]
fn a_run_has_no_folder_that_is_a_link() {
    use std::os::unix::fs::symlink;
    use trombine::{files::disk, run::export::tensorboard::TensorBoard};
    let place = tempfile::tempdir().unwrap();
    let (run, elsewhere) = (place.path().join("run"), place.path().join("elsewhere"));
    fs::create_dir(&run).unwrap();
    fs::create_dir(&elsewhere).unwrap();
    for name in ["checkpoint", "tensorboard"] {
        symlink(&elsewhere, run.join(name)).unwrap();
    }
    assert!(disk::create_dir_within(&run, Path::new("checkpoint")).is_err());
    let problem = TensorBoard::open(&run.join("tensorboard"), 0).expect_err("a link");
    assert!(problem.what.en.contains("a link or something else has this name"), "{problem}");
    assert_eq!(fs::read_dir(&elsewhere).unwrap().count(), 0);
}

#[cfg(unix)]
#[test]
fn no_export_replaces_a_device_a_pipe_or_what_a_link_leads_to() {
    use std::os::unix::fs::symlink;
    let place = tempfile::tempdir().unwrap();
    let view = exports::view(place.path(), exports::models()[0].clone());
    let (kept, link, pipe, device) =
        (place.path().join("kept"), place.path().join("link"), place.path().join("pipe"), place.path().join("device"));
    fs::write(&kept, "the user's").unwrap();
    symlink(&kept, &link).unwrap();
    symlink("/dev/null", &device).unwrap();
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let replacing = ExportOptions { overwrite: true, ..Default::default() };
    for path in [&link, &pipe, &device, &"/dev/null".into()] {
        for format in [Format::Card, Format::Onnx, Format::Safetensors] {
            let problem = export(&view, None, format, replacing, path).expect_err("something else");
            assert_eq!(problem.kind, Kind::Taken, "{problem}");
        }
    }
    assert_eq!(fs::read_to_string(&kept).unwrap(), "the user's");
    // A run's own files, also by a link.
    let store = RunStore::at(place.path().join("home"));
    let run = store.create(&training::plan(&training::settings())).unwrap();
    let way = place.path().join("way");
    symlink(&run.folder, &way).unwrap();
    symlink(run.folder.join("run.json"), place.path().join("file")).unwrap();
    for path in [run.folder.join("run.json"), way.join("settings.json"), way.join("new"), place.path().join("file")] {
        assert!(overwrite::not_within_a_run(store.home(), &path).is_err(), "{}", path.display());
    }
}

/// A list of an export's files from elsewhere leads to no other folder.
#[test]
fn a_list_of_files_names_only_its_own_folder() {
    let place = tempfile::tempdir().unwrap();
    let view = exports::view(place.path(), exports::models()[0].clone());
    let (out, victim) = (place.path().join("out"), place.path().join("victim"));
    let replacing = ExportOptions { overwrite: true, ..Default::default() };
    export(&view, None, Format::Python, replacing, &out).unwrap();
    fs::write(&victim, "the user's").unwrap();
    let list = fs::read_to_string(out.join("export.json")).unwrap();
    let hash = trombine::data::hash::hash(b"the user's");
    let longer = list.replacen("\"files\": {", &format!("\"files\": {{ \"../victim\": \"{hash:016x}\","), 1);
    assert_ne!(longer, list);
    fs::write(out.join("export.json"), longer).unwrap();
    assert_eq!(export(&view, None, Format::Python, replacing, &out).expect_err("no list of ours").kind, Kind::Taken);
    assert!(victim.exists());
}

#[test]
fn an_imported_run_has_an_id_that_is_a_folders_name() {
    let place = tempfile::tempdir().unwrap();
    let view = exports::view(place.path(), exports::models()[0].clone());
    let long = "x".repeat(300);
    let odd = [
        ".hidden",
        "last",
        "..",
        ".",
        "",
        "a/b",
        "a\\b",
        "/abs",
        "CON",
        "nul",
        "COM1",
        "lpt9.txt",
        "aux.",
        "end.",
        "end ",
        "-rf",
        "a:b",
        "a\u{1b}[31m",
        "a\nb",
        "\u{202e}gpj",
        long.as_str(),
    ];
    for (n, id) in odd.into_iter().enumerate() {
        let from = place.path().join(format!("from{n}"));
        export(&view, None, Format::Safetensors, ExportOptions::default(), &from).unwrap();
        let file = from.join("run.json");
        let info: RunInfo = serde_json::from_slice(&fs::read(&file).unwrap()).unwrap();
        fs::write(&file, serde_json::to_vec(&RunInfo { id: id.to_owned(), ..info }).unwrap()).unwrap();
        let home = place.path().join(format!("home{n}"));
        let store = RunStore::at(&home);
        let run = store.import(&from).unwrap_or_else(|problem| panic!("{id:?}: {problem}"));
        // 1 795 000 000 seconds: when it was trained, in UTC.
        assert_eq!(run.info.id, "2026-11-18-110640", "{id:?}");
        assert_eq!(store.list().0.len(), 1, "{id:?}");
        store.find(&run.info.id).unwrap();
        let found: Vec<_> = fs::read_dir(home.join("runs")).unwrap().flatten().map(|entry| entry.file_name()).collect();
        assert_eq!(found, [&*run.info.id], "{id:?}");
    }
}

#[test]
fn a_run_that_comes_back_may_be_deleted_and_restored_again() {
    let place = tempfile::tempdir().unwrap();
    let view = exports::view(place.path(), exports::models()[0].clone());
    let from = place.path().join("from");
    export(&view, None, Format::Safetensors, ExportOptions::default(), &from).unwrap();
    let store = RunStore::at(place.path().join("home"));
    let id = view.info.id;
    for name in ["first", "second"] {
        store.import(&from).unwrap().update(|info| info.rename(name.to_owned())).unwrap();
        store.delete(&id).unwrap();
    }
    let names = |runs: &[RunInfo]| runs.iter().map(|run| (run.id.clone(), run.name.clone())).collect::<Vec<_>>();
    let other = format!("{id}-2");
    assert_eq!(names(&store.trashed()), [(other.clone(), "first".to_owned()), (id.clone(), "second".to_owned())]);
    store.restore(&id).unwrap();
    assert_eq!(names(&store.list().0), [(id.clone(), "second".to_owned())]);
    store.import(&from).expect_err("it is here");
    // Restored over one that is here: neither is lost.
    store.delete(&id).unwrap();
    store.import(&from).unwrap();
    let problem = store.restore(&id).expect_err("it is here again");
    assert!(problem.what.en.contains("is here again; the deleted one stays in the trash"), "{problem}");
    assert_eq!((store.list().0.len(), store.trashed().len()), (1, 2));
    store.restore(&other).unwrap();
    assert_eq!(store.list().0.len(), 2);
}
