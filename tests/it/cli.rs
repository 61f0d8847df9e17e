//! The commands of the program: what they print, and how they end.

use std::{fs, path::Path};

use serde_json::Value;
use trombine::{run::export::Format, setting_def::Choice as _, text::Lang};

use crate::{
    picture_folder::{Folder, utkface_name},
    support,
};

/// Exit status, standard output and standard error of the program, in English, with everything it keeps below `home`.
pub fn call(home: &Path, arguments: &[&str]) -> (i32, String, String) {
    support::outcome(support::program(home).args(["--lang", "en"]).args(arguments))
}

/// Calls the program, which must fail with status 1, nothing on standard output, and `what` on standard error.
#[track_caller]
fn fails(home: &Path, arguments: &[&str], what: &[&str]) {
    let (status, out, err) = call(home, arguments);
    assert_eq!((status, out.as_str()), (1, ""), "{arguments:?}: {err}");
    for what in what {
        assert!(err.contains(what), "{arguments:?}: “{what}” is not in:\n{err}");
    }
    assert!(!err.contains("panicked"), "{err}");
}

/// A small network for a few steps.
const QUICK: &[&str] = &[
    "--sample",
    "--threads",
    "1",
    "--epochs",
    "2",
    "--set",
    "augment.crop=48",
    "--set",
    "model.filters=8",
    "--set",
    "model.dense=4",
    "--set",
    "train.steps_per_epoch=3",
];

fn with<'a>(command: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    [&[command], QUICK, more].concat()
}

#[test]
fn without_a_graphics_driver_everything_but_the_card_works() {
    let home = tempfile::tempdir().expect("a folder");
    let without = |arguments: &[&str]| {
        let mut command = support::program(home.path());
        // Vulkan's loader then finds no driver. (Metal and DirectX are part of their systems.)
        command.env("VK_DRIVER_FILES", "/nowhere.json").env("VK_ICD_FILENAMES", "/nowhere.json");
        support::outcome(command.args(["--lang", "en"]).args(arguments))
    };
    let (status, out, err) = without(&["devices"]);
    assert_eq!(status, 0, "{err}");
    assert!(out.starts_with("cpu "), "{out}");
    if cfg!(target_os = "linux") {
        assert!(!out.contains("gpu"), "{out}");
        let (status, _, err) = without(&with("train", &["--device", "gpu"]));
        assert_eq!(status, 1);
        assert!(err.contains("There is no device “gpu” here; there are auto, cpu"), "{err}");
    }
    let (status, out, err) = without(&with("train", &["--device", "auto"]));
    assert_eq!(status, 0, "{err}");
    assert!(out.contains("All epochs are done"), "{out}");
}

#[test]
fn what_cannot_be_done_is_said_with_the_way_on() {
    let home = tempfile::tempdir().expect("a folder");
    let home = home.path();
    fails(home, &["train"], &["nothing to train on", "--sample"]);
    fails(home, &["train", "--data", "/nowhere/at/all"], &["/nowhere/at/all cannot be found", "Choose where it is now"]);
    let empty = home.join("empty");
    fs::create_dir(&empty).expect("made");
    fails(home, &["train", "--data", &empty.to_string_lossy()], &["picture"]);
    // Everything that is wrong at once.
    let wrong = with("train", &["--set", "model.dropout=7", "--set", "model.droput=0.3", "--set", "nonsense"]);
    fails(
        home,
        &wrong,
        &["Dropout cannot be “7”; allowed: 0 to 0.9", "no setting “model.droput”", "“nonsense” is not KEY=VALUE"],
    );
    fails(home, &with("train", &["--preset", "best"]), &["no recipe “best”", "quick, notebook, recommended"]);
    fails(home, &with("train", &["--device", "abacus"]), &["no device “abacus”", "cpu"]);
    let file = home.join("settings.json");
    for (text, what) in [
        ("{\"optimizer\": 3}", &["no setting “optimizer”"][..]),
        ("[1, 2]", &["no setting", "“[1, 2]” is not KEY=VALUE"][1..]),
        ("{\"seed\"", &["not settings of Trombine"]),
        ("", &["The file of settings is empty"]),
        ("{\"epoch\": 1}", &["no setting “epoch”", "train.epochs"]),
        ("{\"train\": {\"epochs\": 20, \"batchsize\": 8}}", &["no setting “train.batchsize”", "train.batch_size"]),
        (
            "{\"model\": {\"filters\": [9999]}, \"seed\": -1}",
            &["cannot be “9999”; allowed", "each 8 to 512", "Seed cannot be “-1”"],
        ),
    ] {
        fs::write(&file, text).expect("written");
        fails(home, &with("train", &["--settings", &file.to_string_lossy()]), what);
    }
    for command in [
        &["resume", "x"][..],
        &["evaluate", "x"],
        &["predict", "x", "photo.jpg"],
        &["export", "x", "--format", "onnx", "--out", "o"],
    ] {
        fails(home, command, &["no run “x”", "Train one first"]);
    }
    // What the arguments' grammar does not know is clap's: status 2, with the usage.
    let (status, _, err) = call(home, &["train", "--sample", "--data", "x"]);
    assert_eq!(status, 2, "{err}");
    assert!(err.contains("Usage"), "{err}");
    assert!(!home.join("runs").exists(), "nothing was begun");
}

#[test]
fn a_run_from_its_first_step_to_its_exports() {
    let home = tempfile::tempdir().expect("a folder");
    let home = home.path();
    let (status, out, err) = call(home, &with("train", &["--json"]));
    assert_eq!(status, 0, "{err}");
    // Every event is a line of JSON, and none was left out.
    let events: Vec<Value> = out.lines().map(|line| serde_json::from_str(line).expect("a line of JSON")).collect();
    let count = |kind: &str| events.iter().filter(|event| event["type"] == kind).count();
    assert_eq!((count("started"), count("epoch"), count("stopped")), (1, 2, 1), "{out}");
    assert!(count("faces") > 0 && err.is_empty(), "{err}");
    let started = events.iter().find(|event| event["type"] == "started").expect("it starts");
    assert_eq!(started["settings"]["train"]["steps_per_epoch"], 3);
    assert_eq!(events.iter().filter(|event| event["event"] == "evaluated").count(), 1);

    let (_, out, _) = call(home, &["runs", "--json"]);
    let runs: Value = serde_json::from_str(&out).expect("JSON");
    assert_eq!(runs.as_array().map(Vec::len), Some(1));
    assert_eq!((&runs[0]["status"], &runs[0]["epochs_done"]), (&"finished".into(), &2.into()));
    let accuracy = runs[0]["scores"]["accuracy"].as_f64().expect("it was judged");
    assert!((0.0..=1.0).contains(&accuracy));
    let (_, out, _) = call(home, &["runs"]);
    assert!(out.contains("finished") && out.contains("2 epochs") && out.contains("test"), "{out}");

    fails(home, &["resume", "last"], &["This run is finished", "how many more epochs"]);
    let (status, out, err) = call(home, &["resume", "last", "--more", "1", "--device", "candle", "--json"]);
    assert_eq!(status, 0, "{err}");
    let events: Vec<Value> = out.lines().map(|line| serde_json::from_str(line).expect("a line of JSON")).collect();
    let started = events.iter().find(|event| event["type"] == "started").expect("it starts");
    assert_eq!((&started["device"]["id"], &started["epochs"]), (&"candle".into(), &3.into()));
    assert_eq!(started["history"].as_array().map(Vec::len), Some(2));

    let model = home.join("model.onnx");
    let (status, ..) = call(home, &["export", "last", "--format", "onnx", "--out", &model.to_string_lossy()]);
    assert!(status == 0 && model.exists());
    let (status, _, err) = call(home, &["export", "last", "--format", "tiff", "--out", "x"]);
    assert!(status == 2 && err.contains("tiff") && Format::ALL.iter().all(|format| err.contains(format.key())), "{err}");
}

#[test]
fn trials_rates_and_devices_are_told_as_json() {
    let home = tempfile::tempdir().expect("a folder");
    let json = |arguments: &[&str]| -> Value {
        let (status, out, err) = call(home.path(), arguments);
        assert_eq!(status, 0, "{arguments:?}: {err}");
        // All of it is one document.
        serde_json::from_str(&out).unwrap_or_else(|error| panic!("{error}: {out}"))
    };
    let devices = json(&["devices", "--json"]);
    assert_eq!((&devices[0]["id"], &devices[0]["kind"]), (&"cpu".into(), &"processor".into()));
    let trials = json(&with("trial", &["--device", "cpu", "--json"]));
    assert_eq!(trials.as_array().map(Vec::len), Some(1));
    assert_eq!(trials[0]["device"]["id"], "cpu");
    for key in ["pictures_per_second", "epoch", "run", "memory"] {
        assert!(trials[0][key].as_f64().is_some_and(|value| value > 0.0), "{key}: {trials}");
    }
    let rates = json(&with("rates", &["--json"]));
    assert!(rates["points"].as_array().is_some_and(|points| points.len() > 20), "{rates}");
    assert_eq!(rates["points"][0]["rate"], 1e-6);
}

#[test]
fn a_recipe_of_its_own_is_read_from_a_file_in_both_forms() {
    let home = tempfile::tempdir().expect("a folder");
    let started = |file: &str, text: &str| -> Value {
        let path = home.path().join(file);
        fs::write(&path, text).expect("written");
        let arguments = with("train", &["--settings", path.to_str().expect("UTF-8"), "--json"]);
        let (status, out, err) = call(home.path(), &arguments[..]);
        assert_eq!(status, 0, "{err}");
        let events = out.lines().map(|line| serde_json::from_str::<Value>(line).expect("JSON"));
        events.into_iter().find(|event| event["type"] == "started").expect("it starts")["settings"].clone()
    };
    let json = started("a.json", "{\"model\": {\"dropout\": 0.25}, \"seed\": 7}");
    let text = started("a.txt", "# mine\nmodel.dropout=0.25\nseed=7\n");
    assert_eq!(json["model"]["dropout"], 0.25);
    assert_eq!(json, text);
}

#[test]
fn help_and_faults_are_told_in_french_too() {
    let home = tempfile::tempdir().expect("a folder");
    let call = |arguments: &[&str]| support::outcome(support::program(home.path()).args(arguments));
    let help = call(&["--help", "--lang", "en"]).1;
    let commands = help.lines().skip_while(|line| *line != "Commands:").skip(1).take_while(|line| !line.is_empty());
    let commands: Vec<&str> = commands.filter_map(|line| line.split_whitespace().next()).collect();
    assert!(commands.len() > 10, "{commands:?}");
    for command in commands.into_iter().map(Some).chain([None]) {
        let of = |lang| call(&command.into_iter().chain(["--help", "--lang", lang]).collect::<Vec<_>>());
        let ((status, en, _), (_, fr, _)) = (of("en"), of("fr"));
        assert_eq!((status, en.lines().count()), (0, fr.lines().count()), "{command:?}");
        // What is described is described in both languages.
        for (en, fr) in en.lines().zip(fr.lines()).filter(|(en, _)| en.starts_with(' ')) {
            assert_ne!(en, fr, "{command:?}");
        }
        assert!(!fr.contains("Print") && !fr.contains("[default"), "{command:?}: {fr}");
    }
    for (arguments, what) in [
        (&["train", "--bogus"][..], "argument inconnu «\u{a0}--bogus\u{a0}»"),
        (&["bogus"], "commande inconnue «\u{a0}bogus\u{a0}»"),
        (&["export", "last"], "il manque --format"),
        (&["export", "last", "--format", "tiff", "--out", "x"], "au choix\u{a0}: report, card"),
        (&["selftest", "--batch", "900"], "valeur «\u{a0}900\u{a0}» refusée"),
        (&["train", "--sample", "--data", "x"], "ne va pas avec"),
    ] {
        let (status, out, err) = call(&[&["--lang", "fr"], arguments].concat());
        assert!(status == 2 && out.is_empty() && err.contains(what), "{arguments:?}: {err}");
    }
}

/// Mesa's layer complains of that variable on standard error, where its driver is installed.
#[test]
fn a_machine_without_a_session_hears_no_complaint_of_the_driver() {
    let home = tempfile::tempdir().expect("a folder");
    for folder in [None, Some(""), Some("not/absolute")] {
        let mut command = support::program(home.path());
        command.env_remove("XDG_RUNTIME_DIR").env_remove("NODEVICE_SELECT");
        if let Some(folder) = folder {
            command.env("XDG_RUNTIME_DIR", folder);
        }
        let output = command.args(["--lang", "fr", "devices"]).output().expect("it starts");
        assert_eq!(String::from_utf8_lossy(&output.stderr), "", "{folder:?}");
        assert!(output.status.success() && String::from_utf8_lossy(&output.stdout).starts_with("cpu "));
    }
}

/// A place for something new is never “where it is now”.
#[test]
fn a_place_to_write_to_that_is_missing_has_words_of_its_own() {
    let home = tempfile::tempdir().expect("a folder");
    let home = home.path();
    let (status, _, err) = call(home, &with("train", &["--device", "cpu"]));
    assert_eq!(status, 0, "{err}");
    let out = home.join("no such folder").join("card.md").to_string_lossy().into_owned();
    let arguments = ["export", "last", "--format", "card", "--out", &out];
    fails(
        home,
        &arguments,
        &["card.md cannot be written: its folder does not exist", "Create the folder, or choose another place"],
    );
    fails(home, &["resume", "last", "--rate", "nan"], &["Learning rate cannot be “NaN”; allowed"]);
    fails(home, &["resume", "last", "--rate=-1"], &["Learning rate cannot be “-1”; allowed"]);
    fails(home, &["resume", "last", "--more", "4294967295"], &["Epochs at most cannot be “4294967295”; allowed"]);
    // Ids are in UTC and say so; beside them stands the time of here.
    let (_, help, _) = call(home, &["help", "runs"]);
    assert!(help.contains("UTC"), "{help}");
    let mut command = support::program(home);
    let (_, line, _) = support::outcome(command.env("TZ", "Asia/Tokyo").args(["--lang", "en", "runs"]));
    let created = trombine::run::RunStore::at(home).find("last").expect("a run").info.created;
    let in_english = |seconds, zone| trombine::run::date::day_and_time_in(Lang::En, seconds, &zone);
    let there = in_english(created, jiff::tz::TimeZone::fixed(jiff::tz::offset(9)));
    let tokyo = jiff::tz::TimeZone::get("Asia/Tokyo").unwrap_or(jiff::tz::TimeZone::UTC);
    if in_english(0, tokyo) == "Jan 1, 1970, 09:00" {
        assert!(line.contains(&there), "{line} without {there}");
    }
}

/// Nothing can be written where the program keeps its own things, and yet nothing of that is needed.
#[test]
fn a_home_that_cannot_be_written_keeps_nobody_from_working() {
    let folder = Folder::utkface(40);
    let (pictures, home, run) = (folder.root(), folder.beside("home"), folder.beside("run"));
    fs::write(&home, b"a file where the folder should be").expect("written");
    let csv = folder.beside("out.csv");
    let [pictures, run, csv] = [&pictures, &run, &csv].map(|path| path.to_str().expect("UTF-8"));
    let quick = &QUICK[1..];
    let train = [&["train", "--data", pictures, "--out", run, "--device", "cpu"], quick].concat();
    for arguments in
        [&["check", pictures][..], &["check", pictures, "--labels", "names"], &train, &["evaluate", run, "--data", pictures]]
    {
        let (status, out, err) = call(&home, arguments);
        assert_eq!(status, 0, "{arguments:?}: {out}{err}");
        assert_eq!(err.matches("held in memory").count(), 1, "{arguments:?}: {err}");
    }
    let (status, _, err) = call(&home, &["predict", run, pictures, "--csv", csv]);
    assert!(status == 0 && err.contains("it cannot be resumed, only started again"), "{err}");
    fails(&home, &["runs"], &["is not a folder, but a file", "TROMBINE_HOME"]);
}

#[test]
fn a_folder_with_an_unreadable_file_ends_as_that_file_alone_does() {
    let folder = Folder::utkface(40);
    let (pictures, home) = (folder.root(), folder.beside("home"));
    let bad = folder.write("zz.jpg", b"no picture");
    let csv = ["folder.csv", "photo.csv"].map(|name| folder.beside(name).to_str().expect("UTF-8").to_owned());
    let (status, _, err) = call(&home, &with("train", &["--device", "cpu"]));
    assert_eq!(status, 0, "{err}");
    let framings = [&["--faces"][..], &[]].map(|more| {
        let paths = [(pictures.to_str(), &csv[0]), (bad.to_str(), &csv[1])];
        let said = paths.map(|(path, csv)| {
            let arguments = [&["predict", "last", path.expect("UTF-8"), "--overwrite", "--csv", csv], more].concat();
            let (status, _, err) = call(&home, &arguments);
            assert_eq!(status, 1, "{arguments:?}: {err}");
            let table = fs::read_to_string(csv).expect("a table");
            assert!(table.lines().last().expect("a row").ends_with(",unreadable"), "{table}");
            err.contains("though the run learned")
        });
        assert_eq!(said[0], said[1], "{more:?}: the framing is said of the one alone");
        said[0]
    });
    assert_ne!(framings[0], framings[1]);
}

#[test]
fn a_photo_without_a_face_is_no_failure_alone_or_in_a_folder() {
    let folder = Folder::utkface(40);
    let (home, walls) = (folder.beside("home"), folder.beside("walls"));
    fs::create_dir(&walls).expect("a folder");
    let wall = walls.join("wall.png");
    image::RgbImage::from_pixel(200, 200, image::Rgb([120; 3])).save(&wall).expect("written");
    let (status, _, err) = call(&home, &with("train", &["--device", "cpu"]));
    assert_eq!(status, 0, "{err}");
    for (path, name) in [(&wall, "photo.csv"), (&walls, "folder.csv")] {
        let csv = folder.beside(name);
        let arguments = ["predict", "last", path.to_str().expect("UTF-8"), "--faces", "--csv", csv.to_str().expect("UTF-8")];
        let (status, out, err) = call(&home, &arguments);
        assert_eq!(status, 0, "{arguments:?}: {out}{err}");
        assert!(err.contains("No face was found") || out.contains("without a face"), "{out}{err}");
        let table = fs::read_to_string(csv).expect("a table");
        assert!(table.lines().last().expect("a row").ends_with(",no face"), "{table}");
    }
}

#[test]
fn what_does_not_fit_is_said_in_words_that_fit() {
    let folder = Folder::utkface(40);
    let (home, file) = (folder.beside("home"), folder.write("notes.txt", b"mine"));
    let file = file.to_str().expect("UTF-8");
    let home = home.as_path();
    let (status, _, err) = call(home, &with("train", &["--out", file]));
    assert!(status == 1 && err.contains("is a file; a run is a folder"), "{err}");
    fails(home, &with("train", &["--set", "=1"]), &["“=1” is not KEY=VALUE"]);
    let long = format!("model.dropout=\u{1b}[2J{}", "9".repeat(5000));
    let (_, _, err) = call(home, &with("train", &["--set", &long]));
    assert!(err.contains("cannot be “\u{fffd}[2J999") && err.contains("9…”") && err.len() < 400, "{err}");
    fails(home, &with("train", &["--set", "train.schedule.table=3:0.1,3:0.2"]), &["each epoch once"]);
    // A run's folder holds nothing else.
    let run = home.join("runs").join("x").join("out");
    let (pictures, out) = (folder.root(), run.to_str().expect("UTF-8").to_owned());
    let (status, _, err) = call(home, &["split", pictures.to_str().expect("UTF-8"), "--out", &out]);
    assert!(status == 1 && err.contains("lies in the folder of a run") && !run.exists(), "{err}");
    let (status, _, err) = support::outcome(support::program(home).args(["--lang", "de", "runs"]));
    assert_eq!(status, 2, "{err}");
    assert!(err.contains("does not speak that language") && err.contains("ne parle pas cette langue"), "{err}");
}

#[test]
fn what_is_told_in_french_is_french_to_the_last_word() {
    let folder = Folder::utkface(40);
    folder.write("zz.jpg", b"no picture");
    folder.write("copy/1_0_0_20170116000000000.jpg.chip.jpg", &fs::read(folder.root().join(utkface_name(0))).expect("read"));
    let home = folder.beside("home");
    let said = |arguments: &[&str]| {
        let (_, out, err) = support::outcome(support::program(&home).args(["--lang", "fr"]).args(arguments));
        out + &err
    };
    let pictures = folder.root().to_str().expect("UTF-8").to_owned();
    let check = said(&["check", &pictures]);
    for part in [
        "Inhabituelles\u{a0}: ",
        "Non utilisées\u{a0}: 1",
        "1\u{a0}non utilisée\n",
        "(femme ",
        "2\u{a0}images en 1\u{a0}groupe de copies exactes",
    ] {
        assert!(check.contains(part), "“{part}” is not in:\n{check}");
    }
    let once = [&["train", "--data", &pictures, "--device", "cpu", "--epochs", "1"], &QUICK[5..]].concat();
    let train = said(&once);
    assert!(train.contains("1\u{a0}époque au plus") && !train.contains("female"), "{train}");
    assert_eq!(train.matches("F1 ").count(), 1, "{train}");
    assert!(said(&["cache"]).contains("Images gardées prêtes\u{a0}: "));
}

#[test]
fn the_grammar_holds_and_shells_and_man_can_read_it() {
    for lang in Lang::ALL {
        trombine::cli::command_in(lang).debug_assert();
    }
    let home = tempfile::tempdir().expect("a folder");
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let (status, script, err) = call(home.path(), &["completions", shell]);
        assert!(status == 0 && err.is_empty(), "{err}");
        assert!(script.contains("selftest") && script.contains("threads"), "{shell}");
    }
    let (status, page, err) = call(home.path(), &["man"]);
    assert!(status == 0 && page.contains(".TH trombine 1") && page.contains("trombine"), "{page}{err}");
}

/// The comparison of two runs is printed and told as JSON; what cannot be compared says why and fails.
#[test]
fn runs_are_compared() {
    let home = tempfile::tempdir().expect("a folder");
    let ids = [&[][..], &["--set", "model.dense=6"], &["--seed", "7"]].map(|more| {
        let (status, _, err) = call(home.path(), &with("train", more));
        assert_eq!(status, 0, "{err}");
        let (_, out, _) = call(home.path(), &["runs", "--json"]);
        let runs: Value = serde_json::from_str(&out).expect("JSON");
        runs[0]["id"].as_str().expect("an id").to_owned()
    });
    let (status, out, err) = call(home.path(), &["compare", &ids[0], &ids[1]]);
    assert_eq!(status, 0, "{err}");
    assert!(out.contains(&ids[0]) && out.contains(&ids[1]) && out.contains("test pictures of both"), "{out}");
    let (status, json, err) = call(home.path(), &["compare", &ids[0], &ids[1], "--json"]);
    assert_eq!(status, 0, "{err}");
    let json: Value = serde_json::from_str(&json).expect("JSON");
    let pair = &json["comparisons"][0];
    let count = |name: &str| pair["right"][name].as_u64().expect("a count");
    let n = pair["pictures"].as_u64().expect("a count");
    assert_eq!(["both", "first_alone", "second_alone", "neither"].map(count).iter().sum::<u64>(), n);
    assert_eq!(pair["first"]["judged"].as_u64(), Some(n));
    let difference = (count("second_alone") as f64 - count("first_alone") as f64) / n as f64;
    assert!((pair["difference"].as_f64().expect("a number") - difference).abs() < 1e-12);
    assert_eq!(pair["went_wrong"].as_array().map(Vec::len), Some(count("first_alone") as usize));
    let sentence = pair["sentence"].as_str().expect("a sentence");
    assert_eq!(out.lines().next(), Some(sentence));
    // Another seed deals other test parts, of which some pictures are the same.
    let (status, out, err) = call(home.path(), &["compare", &ids[0], &ids[2]]);
    assert_eq!(status, 0, "{err}");
    assert!(out.contains("that both have, of"), "{out}");
    // Of three, the others are held against the best.
    let (status, out, err) = call(home.path(), &["compare", &ids[0], &ids[1], &ids[2], "--json"]);
    assert_eq!(status, 0, "{err}");
    let several: Value = serde_json::from_str(&out).expect("JSON");
    assert_eq!(several["comparisons"].as_array().map(Vec::len), Some(2));
    fails(home.path(), &["compare", &ids[0], &ids[0]], &["not compared with itself", "Choose two runs"]);
    let (status, ..) = call(home.path(), &["compare", &ids[0]]);
    assert_eq!(status, 2, "one run is none to compare");
}

#[test]
fn nothing_is_written_among_the_pictures() {
    let folder = Folder::utkface(40);
    let (home, data) = (folder.beside("home"), folder.root());
    let [run, within, table] = [folder.beside("run"), data.join("new").join("run"), data.join("table.csv")]
        .map(|path| path.to_str().expect("UTF-8").to_owned());
    let pictures = data.to_str().expect("UTF-8");
    let train = |out| [&["train", "--data", pictures, "--device", "cpu", "--out", out], &QUICK[1..]].concat();
    let refused = "lies in the folder of the pictures, in which nothing is written";
    let (status, _, err) = call(&home, &train(within.as_str()));
    assert!(status == 1 && err.contains(refused), "{err}");
    let (status, _, err) = call(&home, &train(run.as_str()));
    assert_eq!(status, 0, "{err}");
    fails(&home, &["export", &run, "--format", "csv", "--out", &table], &[refused]);
    let (status, _, err) = call(&home, &["predict", &run, pictures, "--csv", &table]);
    assert!(status == 1 && err.contains(refused), "{err}");
    assert_eq!(fs::read_dir(&data).expect("a folder").count(), 40);
}

#[test]
fn who_chose_no_recipe_is_told_that_the_notebook_s_hardly_learns_few_pictures() {
    let folder = Folder::utkface(40);
    let (home, data) = (folder.beside("home"), folder.root().to_string_lossy().into_owned());
    let told = |more: &[&str]| {
        let small =
            ["--epochs", "1", "--threads", "1", "--set", "augment.crop=48", "--set", "model.filters=8", "--set", "model.dense=4"];
        let (status, _, err) = call(&home, &[&["train", "--data", &data], &small[..], more].concat());
        assert_eq!(status, 0, "{err}");
        err.contains("the notebook’s recipe hardly learns; try `--preset quick`")
    };
    assert!(told(&[]));
    for chosen in [["--preset", "notebook"], ["--preset", "quick"], ["--set", "train.min_steps_per_epoch=2"]] {
        assert!(!told(&chosen), "{chosen:?}");
    }
}
