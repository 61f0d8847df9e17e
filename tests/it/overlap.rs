//! Parts that share pictures: counted wherever something is claimed of the data, and left out of training when asked.

use std::{fs, path::Path, sync::Arc};

use egui_kittest::kittest::Queryable as _;
use image::RgbImage;
use serde_json::Value;
use trombine::{
    data::{
        dataset::Dataset,
        duplicates::DuplicateGroup,
        overlap::Overlap,
        sample::{Part, Sample},
        split::{Split, SplitSettings},
    },
    evaluate::{Report, Seen},
    plan::Plan,
    run::export::{ExportOptions, Format, export},
    settings::Settings,
    text::Lang,
    ui::page::Page,
};

use crate::{
    scores,
    stage::{self, Stage},
    support,
};

/// A picture of noise unlike any other, reddish or bluish.
fn noise(path: &Path, seed: u32, class: usize) {
    let mut state = seed.wrapping_mul(2_654_435_761).wrapping_add(12_345);
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24) as u8 / 2
    };
    let mut image = RgbImage::new(64, 64);
    for tile in 0..64 {
        let value = [next(), next(), next()];
        for pixel in 0..64 {
            let mut color = value;
            color[2 * class] += 120;
            image.put_pixel(tile % 8 * 8 + pixel % 8, tile / 8 * 8 + pixel / 8, image::Rgb(color));
        }
    }
    fs::create_dir_all(path.parent().expect("a folder")).expect("made");
    image.save(path).expect("saved");
}

/// `train` with 20 pictures of each class, `validation` with 8, `test` with 12 of its own and 8 of training's under other
/// names.
fn leak(root: &Path) {
    for (class, name) in ["cats", "dogs"].into_iter().enumerate() {
        for i in 0..20 {
            noise(&root.join(format!("train/{name}/{i}.png")), (class * 1000 + i) as u32, class);
        }
        for i in 0..12 {
            noise(&root.join(format!("test/{name}/own{i}.png")), (class * 1000 + 500 + i) as u32, class);
        }
        for i in 0..8 {
            noise(&root.join(format!("validation/{name}/{i}.png")), (class * 1000 + 800 + i) as u32, class);
            fs::copy(root.join(format!("train/{name}/{i}.png")), root.join(format!("test/{name}/copy{i}.png"))).expect("copied");
        }
    }
}

/// Status, standard output and standard error of the program with everything that it keeps below `home`.
fn call(home: &Path, lang: &str, arguments: &[&str]) -> (i32, String, String) {
    support::outcome(support::program(home).env("XDG_RUNTIME_DIR", home).args(["--lang", lang]).args(arguments))
}

const QUICK: &[&str] = &[
    "--device",
    "cpu",
    "--threads",
    "1",
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
fn shared_pictures_are_said_from_the_check_to_the_card() {
    let home = tempfile::tempdir().expect("a folder");
    let (home, data) = (home.path(), home.path().join("leak"));
    leak(&data);
    let dir = data.to_string_lossy();
    let (_, out, err) = call(home, "en", &["check", &dir]);
    assert!(out.contains("16 of the 40 test pictures are also in training"), "{out}{err}");
    let (_, out, _) = call(home, "fr", &["check", &dir]);
    assert!(out.contains("16 des 40 images de test sont aussi à l’entraînement"), "{out}");
    let (_, out, _) = call(home, "en", &["check", &dir, "--json"]);
    let summary: Value = serde_json::from_str(out.lines().last().unwrap_or_default()).expect("JSON");
    assert_eq!(summary["overlap"]["test_in_training"], 16, "{summary}");

    let (status, out, err) = call(home, "en", &[&["train", "--data", &dir][..], QUICK].concat());
    assert_eq!(status, 0, "{err}");
    assert!(err.contains("16 of the 40 test pictures are also in training"), "{err}");
    assert!(err.contains("split.drop_shared=true"), "{err}");
    assert!(out.contains("of 40 pictures, 16 of which it had learned from"), "{out}");
    assert!(out.contains("of the 24\u{a0}others"), "{out}");
    assert!(!out.contains("never seen"), "{out}");
    let (_, out, _) = call(home, "en", &["evaluate", "last", "--json"]);
    let document = out.find('{').map(|at| &out[at..]).unwrap_or_default();
    let judged: Value = serde_json::from_str(document).expect("JSON");
    assert_eq!(judged["seen"]["in_training"], 16, "{judged}");
    let groups: Vec<&String> = judged["groups"].as_object().expect("by name").keys().collect();
    assert_eq!(groups, ["class"], "nobody's age or race label is known here");
    for (format, file) in [("card", "card.md"), ("report", "report.html")] {
        let path = home.join(file);
        let (status, _, err) = call(home, "en", &["export", "last", "--format", format, "--out", &path.to_string_lossy()]);
        assert_eq!(status, 0, "{err}");
        let text = fs::read_to_string(&path).expect("written");
        assert!(text.contains("16 of the 40 test pictures are also in training"), "{file}");
        for claim in ["never seen", "never saw", "stay in one part", "put aside", "None of them is in training"] {
            assert!(!text.contains(claim), "{file} claims “{claim}”");
        }
    }

    // With them left out of training, the claim is true and made.
    let mended = ["--set", "split.drop_shared=true"];
    let (status, out, err) = call(home, "en", &[&["train", "--data", &dir][..], QUICK, &mended].concat());
    assert_eq!(status, 0, "{err}");
    assert!(!err.contains("also in training"), "{err}");
    assert!(out.contains("40 new pictures"), "{out}");
}

#[test]
fn a_folder_apart_is_judged_without_what_the_run_has() {
    let home = tempfile::tempdir().expect("a folder");
    let (home, data, other) = (home.path(), home.path().join("data"), home.path().join("other"));
    for (class, name) in ["cats", "dogs"].into_iter().enumerate() {
        for i in 0..20 {
            noise(&data.join(format!("{name}/{i}.png")), (class * 1000 + i) as u32, class);
        }
        for i in 0..5 {
            noise(&other.join(format!("{name}/new{i}.png")), (class * 1000 + 700 + i) as u32, class);
            fs::copy(data.join(format!("{name}/{i}.png")), other.join(format!("{name}/known{i}.png"))).expect("copied");
        }
    }
    let (status, _, err) = call(home, "en", &[&["train", "--data", &data.to_string_lossy()][..], QUICK].concat());
    assert_eq!(status, 0, "{err}");
    let (status, out, err) = call(home, "en", &["evaluate", "last", "--data", &other.to_string_lossy()]);
    assert_eq!(status, 0, "{err}");
    assert!(out.contains("of 10 other pictures"), "{out}");
    assert!(out.contains("10\u{a0}pictures of the folder were left out: the run has them already"), "{out}");
    let all_known = home.join("known");
    for (class, name) in ["cats", "dogs"].into_iter().enumerate() {
        for i in 0..3 {
            noise(&all_known.join(format!("{name}/known{i}.png")), (class * 1000 + i) as u32, class);
        }
    }
    let (status, out, err) = call(home, "en", &["evaluate", "last", "--data", &all_known.to_string_lossy()]);
    assert_eq!((status, out.contains("About")), (1, false), "{out}");
    assert!(err.contains("All 6 pictures of this folder are among the 40"), "{err}");
}

/// Faces in given parts: the first five of the test part have the bytes of training pictures, two of validation's too.
pub fn shared() -> Arc<Dataset> {
    let mut data = stage::faces(60).as_ref().clone();
    let parts = [Part::Train, Part::Train, Part::Train, Part::Validation, Part::Test];
    for (i, sample) in data.samples.iter_mut().enumerate() {
        (sample.given_part, sample.hash) = (Some(parts[i % 5]), 1 + i as u64);
    }
    let hash = |i: usize| data.samples[i].hash;
    let copies: Vec<(usize, u64)> =
        (0..5).map(|k| (5 * k + 4, hash(5 * k))).chain((0..2).map(|k| (5 * k + 3, hash(5 * k)))).collect();
    copies.into_iter().for_each(|(i, hash)| data.samples[i].hash = hash);
    Arc::new(data)
}

#[test]
fn what_parts_share_is_counted_and_left_out_when_asked() {
    let data = shared();
    let settings = SplitSettings::default();
    let split = Split::new(&data, &settings, 1);
    let overlap = Overlap::new(&data, &split.parts);
    assert_eq!(overlap.learned, [4, 9, 14, 19, 24]);
    assert_eq!(overlap.validated, [3, 8]);
    assert_eq!(overlap.surplus, [0, 3, 5, 8, 10, 15, 20], "of training, and of validation what the test has");
    assert_eq!(
        overlap.sentences(Lang::En),
        [
            "5 of the 12 test pictures are also in training: the accuracy will say little about new pictures",
            "2 of the 12 validation pictures are also in training: they cannot show overfitting",
        ]
    );
    let dropped = Split::new(&data, &SplitSettings { drop_shared: true, ..settings.clone() }, 1);
    assert_eq!(dropped.dropped, 7);
    assert!(Overlap::new(&data, &dropped.parts).is_empty());
    assert_eq!(dropped.indices(Part::Test), split.indices(Part::Test), "the test part stays as it was given");
    // Dealt anew, copies stay in one part.
    let anew = Split::new(&data, &SplitSettings { use_given: false, ..settings }, 1);
    assert!(Overlap::new(&data, &anew.parts).is_empty());
}

#[test]
fn leaving_out_is_offered_only_where_something_is_left() {
    let sample = |i: usize, part: Part, hash: u64| Sample {
        file: format!("{i}.png").into(),
        class: (i % 2) as u8,
        age: None,
        race: None,
        given_part: Some(part),
        bytes: 1,
        hash,
        anomaly: None,
    };
    let all = |test: u64| {
        let part = |part, n: usize, from: u64| (0..n).map(move |i| sample(i, part, from + i as u64));
        let samples = part(Part::Train, 6, 1).chain(part(Part::Validation, 4, 100)).chain(part(Part::Test, 6, test));
        Dataset { task: ["a", "b"].into(), samples: samples.collect(), ..Dataset::default() }
    };
    for (data, possible) in [(all(1), false), (all(4), true)] {
        let split = Split::new(&data, &SplitSettings::default(), 1);
        let overlap = Overlap::new(&data, &split.parts);
        assert!(!overlap.is_empty());
        assert_eq!(overlap.removable, possible);
        // Asked for all the same, it is said what came of it.
        let mut settings = Settings::default();
        settings.split.drop_shared = true;
        let problems = Plan::new(&settings, Arc::new(data)).err().unwrap_or_default();
        assert_eq!(problems.iter().any(|problem| problem.setting.as_deref() == Some("split.drop_shared")), !possible);
    }
}

#[test]
fn the_window_warns_before_training_and_mends_it_with_one_click() {
    for page in [Page::Data, Page::Training] {
        let mut stage = Stage::new(page);
        let data = shared();
        stage.plan = Ok(Arc::new(Plan::new(&stage.settings, data.clone()).expect("a plan")));
        stage.session.open = Some(data.clone().into());
        let (mut harness, stage) = stage.harness([1300.0, 1000.0]);
        harness.run_steps(3);
        assert!(harness.query_by_label_contains("5 of the 12 test pictures are also in training").is_some(), "{page:?}");
        if page == Page::Data {
            assert!(harness.query_by_label("exact copies, kept in one part").is_none());
            assert!(harness.query_by_label("test pictures also in training").is_some());
        } else {
            assert!(harness.query_by_label("Ready, with 2\u{a0}warnings").is_some());
        }
        harness.get_by_label("Leave them out of training").click();
        harness.run_steps(2);
        assert!(stage.borrow().settings.split.drop_shared, "{page:?}");
        let plan = Plan::new(&stage.borrow().settings, data).expect("a plan");
        stage.borrow_mut().plan = Ok(Arc::new(plan));
        harness.run_steps(3);
        assert!(harness.query_by_label_contains("also in training").is_none(), "{page:?}");
        assert!(harness.query_by_label_contains("7\u{a0}pictures are left out").is_some(), "{page:?}");
        harness.get_by_label("Use them again").click();
        harness.run_steps(2);
        assert!(!stage.borrow().settings.split.drop_shared, "{page:?}");
    }
}

/// What the search for look-alikes has found is said of the parts before anything is trained.
#[test]
fn look_alikes_across_parts_are_said_before_training() {
    for page in [Page::Data, Page::Training] {
        for (given, button) in [(false, "Keep look-alikes in one part"), (true, "Leave look-alikes out of training")] {
            let mut stage = Stage::new(page);
            let mut data = stage::faces(60).as_ref().clone();
            for (i, sample) in data.samples.iter_mut().enumerate() {
                let part = [Part::Train, Part::Train, Part::Train, Part::Validation, Part::Test][i % 5];
                (sample.given_part, sample.hash) = (given.then_some(part), 1 + i as u64);
            }
            let data = Arc::new(data);
            let plan = Plan::new(&stage.settings, data.clone()).expect("a plan");
            let [train, test] = [Part::Train, Part::Test].map(|part| plan.indices(part));
            let pair = |i: usize| {
                let mut samples = vec![train[i], test[i]];
                samples.sort_unstable();
                DuplicateGroup { samples, contradiction: None }
            };
            stage.plan = Ok(Arc::new(plan));
            stage.session.open = Some(data.clone().into());
            let (mut harness, stage) = stage.harness([1300.0, 1000.0]);
            harness.run_steps(3);
            assert!(harness.query_by_label_contains("look like one").is_none(), "nobody has looked");
            stage.borrow_mut().session.near = Some((data, [pair(0), pair(1)].into()));
            harness.run_steps(3);
            assert!(harness.query_by_label("2\u{a0}test pictures look like one of training’s").is_some(), "{page:?}");
            harness.get_by_label(button).click();
            harness.run_steps(2);
            let split = stage.borrow().settings.split.clone();
            assert!(split.look_alikes && split.drop_shared == given, "{page:?}");
        }
    }
}

/// The test part's report, of which the run had the first 120 of 500 before.
fn known() -> Report {
    Report { seen: Some(Seen { learned: (0..120).collect(), alike: Some(3), ..Seen::default() }), ..scores::report() }
}

#[test]
fn results_claim_no_more_than_is_known() {
    let known = known();
    assert_eq!(known.headline(0.5, Lang::En), "Right on about 80% of 500 faces, 120 of which it had learned from");
    assert_eq!(
        known.headline(0.5, Lang::Fr),
        "Environ 80\u{a0}% de réussite sur 500 visages, dont 120\u{a0}vus à l’entraînement"
    );
    let others = &known.predictions[120..];
    let right = others.iter().filter(|p| p.correct(known.logit_threshold(0.5))).count() as f64 / others.len() as f64;
    let said = known.reservations(0.5, Lang::En);
    assert_eq!(
        said[0],
        format!(
            "120 of the 500 test pictures are also in training: the accuracy says little about new pictures; of the 380\u{a0}others, {:.0}% are right",
            right * 100.0
        )
    );
    assert_eq!(said[1], "3\u{a0}test pictures look like one of training’s");
    // A report of before: nobody looked, nothing is claimed.
    let mut old = serde_json::to_value(scores::report()).expect("JSON");
    old.as_object_mut().expect("an object").remove("seen");
    let old: Report = serde_json::from_value(old).expect("it still opens");
    assert_eq!(old.headline(0.5, Lang::En), "Right on about 80% of 500 test faces");
    assert_eq!(old.headline(0.5, Lang::Fr), "Environ 80\u{a0}% de réussite sur 500 visages de test");
    assert!(old.reservations(0.5, Lang::En).is_empty());
    // What looks like something learned is not new, and other things than faces are not called so.
    let alike = Report { seen: Some(Seen { alike: Some(1), ..Seen::default() }), ..scores::report() };
    assert_eq!(alike.headline(0.5, Lang::En), "Right on about 80% of 500 test faces");
    let cats = Report { task: ["cats", "dogs"].into(), ..scores::report() };
    assert_eq!(cats.headline(0.5, Lang::Fr), "Environ 80\u{a0}% de réussite sur 500 images jamais vues");
}

#[test]
fn the_results_page_and_the_card_say_it_too() {
    let mut stage = Stage::new(Page::Results).with_data(60).with_run();
    let mut view = stage.session.run.as_deref().cloned().expect("a run");
    if let Some(report) = &mut view.report {
        report.seen = Some(Seen { learned: vec![3, 7], alike: Some(0), ..Seen::default() });
    }
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("card.md");
    export(&view, None, Format::Card, ExportOptions { lang: Lang::Fr, ..ExportOptions::default() }, &path).expect("written");
    let card = fs::read_to_string(&path).expect("text");
    assert!(card.contains("2 des 60 images de test sont aussi à l’entraînement"), "{card}");
    assert!(!card.contains("jamais vu"), "{card}");
    stage.session.run = Some(Arc::new(view));
    let (mut harness, _) = stage.harness([1300.0, 1000.0]);
    harness.run_steps(3);
    assert!(harness.query_by_label_contains("2 of the 60 test pictures are also in training").is_some());
    assert!(harness.query_by_label_contains("never seen").is_none());
}

/// The card speaks of the mix of the run's own pictures, not of what the whole collection has.
#[test]
fn the_card_counts_the_mix_of_classes() {
    let stage = Stage::new(Page::Results).with_data(60).with_run();
    let mut view = stage.session.run.as_deref().cloned().expect("a run");
    view.info.source = trombine::data::sample::Source::Folder("somewhere/faces".into());
    if let Some(report) = &mut view.report {
        let one = report.predictions[0].clone();
        // 60 of age 44, 45 of them men, and 40 women of age 20.
        let face = |age, label| trombine::evaluate::Prediction { age: Some(age), label, ..one.clone() };
        report.predictions = (0..100).map(|i| if i < 60 { face(44, u8::from(i < 45)) } else { face(20, 0) }).collect();
    }
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("card.md");
    export(&view, None, Format::Card, ExportOptions { lang: Lang::En, ..ExportOptions::default() }, &path).expect("written");
    let card = fs::read_to_string(&path).expect("text");
    assert!(card.contains("45% are labeled “male”. Of ages 40 to 49 there are 15 women and 45 men"), "{card}");
    assert!(!card.contains("52 %"), "{card}");
}
