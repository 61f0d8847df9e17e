//! Exports and tables replace nothing that nobody said to replace: through the functions, the command line and the window.

use std::{collections::BTreeMap, fs, path::Path, time::Duration};

use crossbeam_channel::{Receiver, bounded};
use egui_kittest::{Harness, kittest::Queryable as _};
use trombine::{
    app::{App, Pace, Preferences},
    data::sample::Framing,
    files::{
        overwrite,
        table::{TableForm, TableStyle},
    },
    problem::{Kind, Problem},
    run::{
        RunStore,
        export::{ExportOptions, Format, PlotKind, export, save_plot},
    },
    session::{Session, TableJob},
    text::Lang,
    ui::{Action, page::Page},
};

use crate::{
    engine_cases, export as exported,
    pages::{opened, window},
    stage::Stage,
    support, training,
};

const FOLDERS: [Format; 3] = [Format::Python, Format::Safetensors, Format::Plots];

fn replacing() -> ExportOptions {
    ExportOptions { overwrite: true, ..Default::default() }
}

/// Every file in a folder with its content.
fn content(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap());
    entries.map(|e| (e.file_name().into_string().unwrap(), fs::read(e.path()).unwrap_or_default())).collect()
}

#[test]
fn a_folder_in_use_is_left_as_it_is() {
    let place = tempfile::tempdir().unwrap();
    let run = place.path().join("run");
    fs::create_dir(&run).unwrap();
    let view = exported::view(&run, exported::models()[0].clone());
    let used = place.path().join("used");
    fs::create_dir(&used).unwrap();
    for name in ["predict.py", "settings.json", "run.json", "loss.png", "notes.txt"] {
        fs::write(used.join(name), b"mine").unwrap();
    }
    let before = content(&used);
    for format in FOLDERS {
        for options in [ExportOptions::default(), replacing()] {
            let problem = export(&view, None, format, options, &used).unwrap_err();
            assert_eq!((problem.kind, problem.path.as_deref()), (Kind::Taken, Some(used.as_path())), "{format:?}");
            assert_eq!(content(&used), before);
        }
    }
    // An empty one is filled, also where the folders above it are missing.
    for format in FOLDERS {
        let out = place.path().join(format!("{format:?}")).join("below");
        export(&view, None, format, ExportOptions::default(), &out).unwrap();
        let first = content(&out);
        assert!(first.len() > 3 && !first.keys().any(|name| name.starts_with('.')), "{:?}", first.keys());
        assert_eq!(export(&view, None, format, ExportOptions::default(), &out).unwrap_err().kind, Kind::Exists);
        assert_eq!(content(&out), first);
        export(&view, None, format, replacing(), &out).unwrap();
        assert_eq!(content(&out), first, "the same again");
    }
}

#[test]
fn an_earlier_export_is_replaced_only_as_it_was_written() {
    let place = tempfile::tempdir().unwrap();
    let run = place.path().join("run");
    fs::create_dir(&run).unwrap();
    let view = exported::view(&run, exported::models()[0].clone());
    let out = place.path().join("out");
    export(&view, None, Format::Python, ExportOptions::default(), &out).unwrap();
    let script = fs::read(out.join("predict.py")).unwrap();
    fs::write(out.join("predict.py"), b"# mine now").unwrap();
    let before = content(&out);
    let problem = export(&view, None, Format::Python, replacing(), &out).unwrap_err();
    assert_eq!(problem.kind, Kind::Taken);
    assert!(problem.what.en.contains("predict.py") && problem.what.en.contains("was changed"), "{problem}");
    assert_eq!(content(&out), before);
    // A file that somebody put beside it stays; one that is in the way keeps another kind of export out.
    fs::write(out.join("predict.py"), script).unwrap();
    fs::write(out.join("photo.jpg"), b"mine").unwrap();
    fs::write(out.join("labels.json"), b"mine").unwrap();
    let before = content(&out);
    assert_eq!(export(&view, None, Format::Safetensors, replacing(), &out).unwrap_err().kind, Kind::Taken);
    assert_eq!(content(&out), before);
    fs::remove_file(out.join("labels.json")).unwrap();
    export(&view, None, Format::Safetensors, replacing(), &out).unwrap();
    let after = content(&out);
    assert_eq!(after["photo.jpg"], b"mine");
    assert!(after.contains_key("model.safetensors") && !after.contains_key("predict.py"), "{:?}", after.keys());
}

#[test]
fn a_file_is_replaced_only_where_that_was_said() {
    let place = tempfile::tempdir().unwrap();
    let view = exported::view(place.path(), exported::models()[0].clone());
    for format in [Format::Report, Format::Card, Format::Csv, Format::Onnx] {
        let path = place.path().join("run.txt");
        fs::write(&path, b"mine").unwrap();
        assert_eq!(export(&view, None, format, ExportOptions::default(), &path).unwrap_err().kind, Kind::Exists);
        assert_eq!(fs::read(&path).unwrap(), b"mine");
        export(&view, None, format, replacing(), &path).unwrap();
        assert_ne!(fs::read(&path).unwrap(), b"mine");
    }
    let plot = place.path().join("plot.svg");
    fs::write(&plot, b"mine").unwrap();
    assert_eq!(save_plot(&view, PlotKind::Loss, Lang::En, &plot, false).unwrap_err().kind, Kind::Exists);
    save_plot(&view, PlotKind::Loss, Lang::En, &plot, true).unwrap();
}

#[test]
fn an_export_that_fails_leaves_no_half_of_it() {
    let place = tempfile::tempdir().unwrap();
    let mut view = exported::view(place.path(), exported::models()[0].clone());
    view.folder = place.path().join("gone");
    let out = place.path().join("out");
    assert!(export(&view, None, Format::Python, ExportOptions::default(), &out).is_err());
    assert!(!out.exists());
}

/// The program in `place`, in English: exit status and standard error.
fn call(place: &Path, arguments: &[&str]) -> (i32, String) {
    let mut command = support::program(&place.join("home"));
    command.env("XDG_RUNTIME_DIR", place).current_dir(place).args(["--lang", "en"]).args(arguments);
    let (status, _, err) = support::outcome(&mut command);
    (status, err)
}

/// Two runs with weights that were not trained; gives their ids.
fn runs(home: &Path) -> [String; 2] {
    [4, 5].map(|seed| {
        let plan = training::plan(&training::settings());
        let run = RunStore::at(home).create(&plan).expect("a run");
        engine_cases::weights(&plan.network, seed).save(&run.best_path()).expect("weights");
        run.info.id
    })
}

/// The fault as it was found: another run's answers, then another folder's, then faces for whole pictures.
#[test]
fn a_table_never_keeps_another_runs_answers() {
    let place = tempfile::tempdir().unwrap();
    let [one, other] = runs(&place.path().join("home"));
    for (folder, face) in [("few", 0), ("others", 3)] {
        fs::create_dir(place.path().join(folder)).unwrap();
        let pixels = trombine::data::sample_faces::draw(face).0;
        let path = place.path().join(folder).join("a.png");
        image::save_buffer(path, &pixels, 128, 128, image::ColorType::Rgb8).unwrap();
    }
    let table = || fs::read_to_string(place.path().join("o.csv")).unwrap();
    assert_eq!(call(place.path(), &["predict", &one, "few", "--csv", "o.csv"]).0, 0);
    let first = table();
    for (arguments, why) in [
        (&["predict", &other, "few", "--csv", "o.csv"][..], "another run"),
        (&["predict", &one, "others", "--csv", "o.csv"], "another folder"),
        (&["predict", &one, "few", "--csv", "o.csv", "--faces"], "predicts whole pictures"),
        (&["predict", &one, "few", "--csv", "o.csv"], "is finished"),
        (&["predict", &other, "few/a.png", "others/a.png", "--csv", "o.csv"], "already exists"),
    ] {
        let (status, said) = call(place.path(), arguments);
        assert_eq!(status, 1, "{said}");
        assert!(said.contains(why) && said.contains("--overwrite"), "{said}");
        assert_eq!(table(), first, "{arguments:?}");
    }
    assert_eq!(call(place.path(), &["predict", &other, "few", "--csv", "o.csv", "--overwrite"]).0, 0);
    assert_ne!(table(), first);
    // Without a name it has those of the run, its data and the folder, here.
    assert_eq!(call(place.path(), &["predict", &one, "few", "--csv-style", "spreadsheet"]).0, 0);
    let stem = RunStore::at(place.path().join("home")).find(&one).expect("the run").info.file_stem(Lang::En);
    let named = fs::read(place.path().join(format!("{stem}-few.csv"))).unwrap();
    assert!(!stem.is_empty() && !stem.contains(&one), "{stem}");
    assert!(named.starts_with("\u{feff}file,".as_bytes()));
    // Nothing but the run itself writes into its folder.
    let inside = format!("home/runs/{one}/run.json");
    let before = fs::read(place.path().join(&inside)).unwrap();
    let card = ["export", &other, "--format", "card", "--overwrite", "--out", &inside];
    for arguments in [&card[..], &["predict", &other, "few", "--overwrite", "--csv", &inside]] {
        let (status, said) = call(place.path(), arguments);
        assert!(status == 1 && said.contains("the folder of a run"), "{said}");
    }
    assert_eq!(fs::read(place.path().join(&inside)).unwrap(), before);
}

#[test]
fn a_run_trained_elsewhere_is_a_runs_folder_too() {
    let place = tempfile::tempdir().unwrap();
    let out = place.path().join("mine");
    RunStore::create_in(&out, &training::plan(&training::settings())).expect("a run");
    let home = place.path().join("home");
    let within = |path: &Path| overwrite::not_within_a_run(&home, path).map_err(|problem| problem.kind);
    for path in [&out, &out.join("run.json"), &out.join("checkpoint").join("x.csv")] {
        assert_eq!(within(path), Err(Kind::Taken), "{}", path.display());
    }
    assert_eq!(within(&place.path().join("new")), Ok(()));
    assert_eq!(within(&home.join("runs").join("new")), Err(Kind::Taken));
}

#[test]
fn the_menus_offer_tables_for_spreadsheets() {
    for (page, menu) in [(Page::Predict, "Folder…"), (Page::Results, "Export…")] {
        let (mut harness, stage) = Stage::new(page).with_data(40).with_run().harness([1048.0, 900.0]);
        harness.run();
        harness.get_by_label(menu).click();
        harness.run();
        harness.get_by_label("CSV for spreadsheets").click();
        harness.run();
        assert_eq!(stage.borrow().actions, [Action::Tables(TableStyle::Spreadsheet)]);
    }
    let kept = Preferences { tables: TableStyle::Spreadsheet, ..Preferences::default() };
    let text = serde_json::to_string(&kept).expect("JSON");
    assert_eq!(serde_json::from_str::<Preferences>(&text).expect("what was written"), kept);
    assert_eq!(serde_json::from_str::<Preferences>("{}").expect("older ones are read"), Preferences::default());
}

fn card(problem: Problem) -> Harness<'static, App> {
    let mut session = opened(60);
    session.failures = vec![problem];
    let mut window = window(session, Preferences { page: Page::Predict, ..Preferences::default() }, [1280.0, 800.0]);
    window.run();
    window
}

#[test]
fn a_card_about_another_thing_than_what_was_asked_for_offers_no_buttons() {
    let path = Path::new("/pictures/o.csv");
    let what = trombine::text::say("It is there", "Il existe").into();
    let window = card(overwrite::exists(path, what));
    assert!(window.query_by_label("Replace it").is_none());
    assert!(window.query_all_by_label_contains("Choose another name").next().is_some());
}

/// The window with a worker on the runs of `home`, asked to go on with the table `job`, once something has come of it.
fn asked(home: &Path, job: TableJob) -> (Harness<'static, App>, Receiver<()>) {
    let store = RunStore::at(home);
    let mut window: Harness<'static, App> = Harness::builder().with_size([1280.0, 800.0]).build_eframe(move |cc| {
        let session = Session { table: Some(job), ..Session::default() };
        let mut app = App::offline(&cc.egui_ctx, session, Preferences { page: Page::Predict, ..Preferences::default() });
        app.employ(&cc.egui_ctx, &store, Pace::default());
        app
    });
    let (wake, woken) = bounded(1);
    window.ctx.set_request_repaint_callback(move |_| {
        // One is enough to wake up.
        let _ = wake.try_send(());
    });
    window.run_steps(3);
    let ctx = window.ctx.clone();
    window.state_mut().perform(&ctx, Action::ContinueTable);
    (window, woken)
}

/// Looks on until `until`, woken by the worker as a real window is.
pub fn wait(window: &mut Harness<'_, App>, woken: &Receiver<()>, until: impl Fn(&App) -> bool) {
    while !until(window.state()) {
        assert!(woken.recv_timeout(Duration::from_secs(120)).is_ok(), "nothing comes any more");
        window.step();
    }
    window.run_steps(4);
}

#[test]
fn the_card_about_a_table_that_is_there_replaces_it_or_asks_for_another_place() {
    let place = tempfile::tempdir().unwrap();
    let home = place.path().join("home");
    let [run, _] = runs(&home);
    let folder = place.path().join("few");
    fs::create_dir(&folder).unwrap();
    let pixels = trombine::data::sample_faces::draw(0).0;
    image::save_buffer(folder.join("a.png"), &pixels, 128, 128, image::ColorType::Rgb8).unwrap();
    let csv = place.path().join("o.csv");
    fs::write(&csv, b"name,age\n").unwrap();
    let job = TableJob { run, folder, csv: csv.clone(), framing: Framing::Whole, form: TableForm::default() };
    let (mut window, woken) = asked(&home, job);
    wait(&mut window, &woken, |app| !app.session.failures.is_empty());
    assert_eq!(window.state().session.failures[0].kind, Kind::Exists);
    assert_eq!(fs::read(&csv).unwrap(), b"name,age\n");
    assert!(window.query_by_label("Choose another place…").is_some());
    window.get_by_label("Replace it").click();
    window.run_steps(4);
    wait(&mut window, &woken, |app| !app.session.phase.busy());
    assert!(window.state().session.failures.is_empty(), "{:?}", window.state().session.failures);
    assert!(fs::read_to_string(&csv).unwrap().starts_with("file,left,"));
}
