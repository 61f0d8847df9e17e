//! Committees: what they answer, on what they are judged, and what they refuse.

use std::{collections::HashMap, fs, path::Path, sync::Arc};

use egui_kittest::kittest::Queryable as _;
use serde_json::Value;
use trombine::{
    control::Control,
    data::{augment::AugmentSettings, face_crop::FaceCrops, sample::Part, sample_faces, task::Task},
    engine::{self, TtaPredictor},
    evaluate::{Combination, Logits, Prediction, log_loss},
    model::{ModelSettings, Output},
    plan::Plan,
    predict::{Photo, Predictor},
    problem::{Kind, Problem},
    run::{
        Run, RunStatus, RunStore, RunView,
        committee::{Basis, CommitteeEvaluation},
        export::{
            ExportOptions, Format, export,
            onnx::{Branch, encode_together},
        },
    },
    settings::Settings,
    text::Lang,
    ui::{Action, page::Page},
    worker::{self, Candidates, Command, Event, ResumeOptions},
};

use crate::{
    cli::call,
    engine_cases, experiments_page, export as exported,
    picture_folder::{Folder, picture, utkface_name},
    stage::{self, Stage},
    support, training,
};

fn near(a: f64, b: f64, within: f64) {
    assert!((a - b).abs() <= within, "{a} is not {b}");
}

/// ```python
/// sig = lambda x: 1 / (1 + np.exp(-x))
/// x, t = np.array([2.5, -0.4, 0.9]), np.array([1, 1, 2])
/// p = sig(x / t).mean(); np.log(p / (1 - p)), (x / t).mean()
/// z, t = np.array([[1.2, -0.3, 0.4], [-2.0, 0.5, 3.0]]), np.array([[1], [1.5]])
/// scipy.special.softmax(z / t, axis=1).mean(axis=0), scipy.special.softmax((z / t).mean(axis=0))
/// np.mean([31.5, 36.0, 29.25])
/// sklearn.metrics.log_loss([1, 0, 0, 1], sig(np.array([2.0, -1.0, 0.3, 0.8])))
/// ```
#[test]
fn means_are_those_of_numpy() {
    let two = [(2.5, 1.0), (-0.4, 1.0), (0.9, 2.0)].map(|(logit, temperature)| (Logits::Binary(logit), temperature));
    let of = |answers: &[(Logits, f64)], combination: Combination| {
        let answers: Vec<(&Logits, f64)> = answers.iter().map(|(logits, by)| (logits, *by)).collect();
        combination.of(&answers).expect("there are some")
    };
    near(of(&two, Combination::Probabilities).log_odds(1, 1.0), 0.598_724_617_373_548_5, 1e-6);
    near(of(&two, Combination::Logits).log_odds(1, 1.0), 0.85, 1e-6);
    let three = [(vec![1.2, -0.3, 0.4], 1.0), (vec![-2.0, 0.5, 3.0], 1.5)];
    let three = three.map(|(logits, temperature)| (Logits::Each(logits.into()), temperature));
    for (combination, expected) in [
        (Combination::Probabilities, [0.313_527_14, 0.143_827_65, 0.542_645_21]),
        (Combination::Logits, [0.177_433_73, 0.192_853_44, 0.629_712_82]),
    ] {
        let shares = of(&three, combination).probabilities(1.0);
        shares.iter().zip(expected).for_each(|(share, expected)| near(*share, expected, 1e-6));
    }
    let years = [31.5, 36.0, 29.25].map(|value| (Logits::Value(value), 1.0));
    assert_eq!(of(&years, Combination::Estimates), Logits::Value(32.25));
    assert_eq!(Combination::Logits.of(&[]), None);
    // Very sure ones do not become infinite.
    let sure = [(Logits::Binary(300.0), 1.0), (Logits::Binary(500.0), 1.0)];
    near(of(&sure, Combination::Probabilities).log_odds(1, 1.0), 300.0 + 2.0_f64.ln(), 1e-3);

    let prediction = |(logit, label): (f32, u8)| Prediction {
        file: "a.jpg".into(),
        sample: 0,
        label,
        logit: Logits::Binary(logit),
        age: None,
        race: None,
    };
    let predictions = [(2.0, 1), (-1.0, 0), (0.3, 0), (0.8, 1)].map(prediction);
    near(log_loss(&predictions).expect("there are some"), 0.416_411_402_244_375_06, 1e-7);
    assert_eq!(log_loss(&[]), None);
}

/// A store with a folder of 40 pictures, on which runs are trained.
struct Bench {
    folder: Folder,
    store: RunStore,
}

/// Settings whose answers differ, with a seed and a split of their own.
fn settings(seed: u32, split: u32) -> Settings {
    let mut settings = training::lively(training::settings());
    settings.seed = seed;
    (settings.split.own_seed, settings.split.seed) = (true, split);
    settings
}

impl Bench {
    fn new() -> Self {
        let folder = Folder::utkface(40);
        let store = RunStore::at(folder.beside("home"));
        Self { folder, store }
    }

    fn train(&self, settings: &Settings) -> Run {
        let plan = Plan::new(settings, Arc::new(self.folder.open().unwrap())).expect("a plan");
        let plan = Plan { device: "cpu".to_owned(), threads: Some(1), ..plan };
        let mut id = String::new();
        worker::perform(Command::Train(Box::new(plan)), &self.store, &Control::default(), &mut |event| {
            if let Event::TrainsOn { run, .. } = event {
                id = run.id;
            }
        })
        .expect("it trains");
        self.store.find(&id).expect("a run")
    }

    /// A committee of these, and what was told of it.
    fn committee(&self, runs: &[&Run]) -> (Run, Vec<Problem>) {
        let of = Candidates::Runs(runs.iter().map(|run| run.info.id.clone()).collect());
        let (mut id, mut warned) = (String::new(), Vec::new());
        let command = Command::Committee { of, name: None };
        worker::perform(command, &self.store, &Control::default(), &mut |event| match event {
            Event::RunOpened(view) => id = view.info.id,
            Event::Warned(problem) => warned.push(problem),
            _ => {}
        })
        .expect("a committee");
        (self.store.find(&id).expect("it is there"), warned)
    }

    fn evaluate(&self, run: &Run, data: Option<&Path>, mirrored: Option<bool>) -> Result<RunView, Problem> {
        let mut judged = Vec::new();
        let command = Command::Evaluate {
            run: run.info.id.clone(),
            source: data.map(|folder| trombine::data::sample::Source::Folder(folder.to_owned())),
            dataset: None,
            device: "cpu".to_owned(),
            mirrored,
        };
        worker::perform(command, &self.store, &Control::default(), &mut |event| {
            if let Event::Evaluated(view) = event {
                judged.push(*view);
            }
        })?;
        assert_eq!(judged.len(), 1, "the members’ own results are not told");
        Ok(judged.remove(0))
    }
}

fn predictor(run: &Run) -> Predictor {
    run.predictor(|config| engine::open("cpu", config)).expect("it answers")
}

fn face(index: usize) -> Photo {
    Photo::new(128, 128, sample_faces::draw(index).0).unwrap()
}

fn judged(run: &Run) -> CommitteeEvaluation {
    run.info.committee.clone().expect("a committee").evaluation.expect("judged")
}

/// The logit of each file of a report's test part.
fn logits(run: &Run) -> HashMap<String, f64> {
    let report = run.report().expect("judged");
    report.predictions.iter().map(|p| (p.file.to_string_lossy().into_owned(), p.logit.log_odds(1, 1.0))).collect()
}

#[test]
fn two_runs_answer_by_their_mean_and_may_be_deleted() {
    let bench = Bench::new();
    let one = bench.train(&settings(1, 42));
    // Each prepares its own pictures.
    let mut other = settings(2, 42);
    other.augment.crop = 96;
    let other = bench.train(&other);
    let (committee, warned) = bench.committee(&[&one, &other]);
    assert_eq!(warned, []);
    let about = committee.info.committee.clone().expect("a committee");
    assert_eq!(about.members.iter().map(|member| member.run.as_str()).collect::<Vec<_>>(), [&one.info.id, &other.info.id]);
    assert_eq!(about.chosen_on as usize, one.report().unwrap().validation.len());
    assert_eq!(committee.info.name(Lang::Fr), "Comité de 2\u{a0}essais");
    let mut said = [predictor(&one), predictor(&other), predictor(&committee)];
    let mut apart: f64 = 0.0;
    for index in 0..6 {
        let [one, other, both] = said.each_mut().map(|who| who.look(&face(index), None).unwrap());
        let [p, q] = [one.probabilities[1], other.probabilities[1]];
        let log_odds = |p: f64| (p / (1.0 - p)).ln();
        let expected = match about.combination {
            Combination::Logits => 1.0 / (1.0 + (-(log_odds(p) + log_odds(q)) / 2.0).exp()),
            _ => f64::midpoint(p, q),
        };
        near(both.probabilities[1], expected, 1e-6);
        assert_eq!((&both.seen, &both.seen_by_others[..]), (&one.seen, &[other.seen.clone()][..]));
        apart = apart.max((p - q).abs());
        // Where it looked is the mean of where they looked.
        assert_eq!(said[2].grad_cam(&both).side, both.side);
    }
    assert!(apart > 1e-4, "runs that say the same would prove nothing");

    // Its own pictures are the test part that both have; each judges them as in its own report.
    let (ours, theirs) = (logits(&one), logits(&other));
    let own = logits(&committee);
    assert_eq!(own.len(), ours.len());
    for (file, logit) in &own {
        let answers = [Logits::Binary(ours[file] as f32), Logits::Binary(theirs[file] as f32)];
        let expected = about.combination.of(&[(&answers[0], 1.0), (&answers[1], 1.0)]).unwrap();
        near(*logit, expected.log_odds(1, 1.0), 1e-5);
    }
    let alone = [&one, &other].map(|run| run.info.scores.as_ref().unwrap().accuracy);
    let told = judged(&committee);
    assert_eq!((told.basis, told.pictures as usize, &told.alone[..]), (Basis::CommonTest, own.len(), &alone[..]));

    // What becomes of the runs does not matter to it, nor of a copy on another machine.
    for run in [&one, &other] {
        bench.store.delete(&run.info.id).unwrap();
        fs::remove_dir_all(bench.store.home().join("trash").join(&run.info.id)).unwrap();
    }
    let before = said[2].look(&face(3), None).unwrap();
    assert_eq!(predictor(&bench.store.find(&committee.info.id).unwrap()).look(&face(3), None).unwrap(), before);
    let elsewhere = RunStore::at(bench.folder.beside("elsewhere"));
    let copy = elsewhere.import(&committee.folder).expect("imported");
    assert_eq!(predictor(&copy).look(&face(3), None).unwrap(), before);
    let view = bench.evaluate(&committee, None, None).expect("its pictures are still there");
    let again = view.report.expect("judged");
    again.predictions.iter().for_each(|p| near(p.logit.log_odds(1, 1.0), own[p.file.to_str().unwrap()], 1e-4));
    assert_eq!(again.predictions.len(), own.len());

    // With mirror images each member judges so, and its answers follow.
    let mirrored = bench.evaluate(&committee, None, Some(true)).expect("judged").report.expect("a report");
    assert!(mirrored.mirrored);
    let again = bench.store.find(&committee.info.id).unwrap();
    assert!(predictor(&again).mirrored() && again.members().unwrap().iter().all(|member| member.report().unwrap().mirrored));

    // On other pictures, by what none of them has.
    let others = Folder::new();
    for i in 0..14 {
        // The first four are its own.
        fs::write(others.root().join(utkface_name(i)), picture_bytes(if i < 4 { i } else { 100 + i })).unwrap();
    }
    let view = bench.evaluate(&committee, Some(&others.root()), Some(false)).expect("judged");
    let report = view.report.as_ref().expect("a report");
    assert_eq!((report.part, report.predictions.len(), report.seen.as_ref().unwrap().left_out), (None, 10, 4));
    let told = view.info.committee.as_ref().unwrap().evaluation.clone().expect("judged");
    assert_eq!((told.basis, told.alone.len()), (Basis::Others, 2));
    assert_eq!(bench.store.find(&committee.info.id).unwrap().report().unwrap().predictions.len(), own.len(), "that is not kept");
}

/// The picture of that number in a folder of [`Folder::utkface`].
fn picture_bytes(number: usize) -> Vec<u8> {
    crate::picture_folder::encode(&picture(number as u32, 48, 48).into(), image::ImageFormat::Jpeg)
}

/// A temperature is fitted to answers: it is fitted anew where a member gives others, and not applied on pictures on which none
/// can be fitted.
#[test]
fn a_temperature_belongs_to_the_answers_that_it_was_fitted_to() {
    let bench = Bench::new();
    let [mut one, other] = [1, 2].map(|seed| bench.train(&settings(seed, 42)));
    let (mut committee, _) = bench.committee(&[&one, &other]);
    let others = Folder::new();
    for i in 0..10 {
        fs::write(others.root().join(utkface_name(i)), picture_bytes(100 + i)).unwrap();
    }
    for run in [&mut one, &mut committee] {
        let report = bench.evaluate(run, None, Some(false)).expect("judged").report.expect("a report");
        run.keep_decision(&report, 0.6, 1.43).expect("kept");
        let same = bench.evaluate(run, None, None).expect("judged").report.expect("a report");
        assert_eq!((same.threshold, same.temperature), (0.6, 1.43), "the same answers");
        for (mirrored, temperature) in [(None, 1.43), (Some(true), 1.0)] {
            let there = bench.evaluate(run, Some(others.root().as_path()), mirrored).expect("judged").report.expect("a report");
            assert_eq!((there.part, there.temperature), (None, temperature), "{mirrored:?}");
        }
    }
    let member = committee.members().unwrap().remove(0);
    let mut said = member.report().expect("judged");
    for p in &mut said.validation {
        p.logit = Logits::Binary(3.0 * p.logit.log_odds(1, 1.0) as f32 + 0.1);
    }
    member.save_report(&said).expect("written");
    let now = committee.evaluate_from_members().expect("counted").report.expect("a report");
    assert_eq!((now.threshold, now.temperature), (0.6, now.fitted_temperature()));
    assert_ne!(now.temperature, 1.43);
}

#[test]
fn folds_are_never_judged_on_what_they_learned_from() {
    let bench = Bench::new();
    let fold = |fold: u32| {
        let mut settings = settings(1, 42);
        (settings.split.folds, settings.split.fold) = (3, fold);
        bench.train(&settings)
    };
    let runs = [fold(1), fold(2), fold(3)];
    let (committee, warned) = bench.committee(&[&runs[0], &runs[1], &runs[2]]);
    assert_eq!(warned, []);
    let check = |committee: &Run| {
        let own = logits(committee);
        assert_eq!(own.len(), 40, "each picture once");
        for run in &runs {
            let learned = run.pictures().unwrap().into_iter().filter(|picture| picture.part != Part::Test);
            let learned: Vec<String> = learned.map(|picture| picture.file).collect();
            let theirs = logits(run);
            assert!(learned.iter().all(|file| !theirs.contains_key(file)));
            theirs.iter().for_each(|(file, logit)| near(own[file], *logit, 1e-4));
        }
        let told = judged(committee);
        assert_eq!((told.basis, told.pictures, told.alone.len()), (Basis::OutOfFold, 40, 0));
    };
    check(&committee);
    let notes = committee.info.committee_notes(Lang::En);
    assert!(notes[1].contains("mean of single models"), "{notes:?}");
    bench.evaluate(&committee, None, None).expect("judged again");
    check(&bench.store.find(&committee.info.id).unwrap());
    let [train, _, test] = committee.info.pictures;
    assert!(train > 30 && test == 40, "{train}: most were learned from, and each was judged by others");
}

#[test]
fn without_shared_test_pictures_another_folder_is_asked_for() {
    let bench = Bench::new();
    let runs: Vec<Run> = (0..5).map(|split| bench.train(&settings(1, 100 + split))).collect();
    let (committee, warned) = bench.committee(&runs.iter().collect::<Vec<_>>());
    assert!(matches!(&warned[..], [problem] if problem.what.en.contains("no pictures of its own")), "{warned:?}");
    assert_eq!((committee.report(), committee.info.scores.clone()), (None, None));
    let problem = bench.evaluate(&committee, None, None).expect_err("none are shared");
    assert_eq!(problem.kind, Kind::Data);
    assert!(problem.remedy.en.contains("--data DIR"), "{problem}");
    let others = Folder::new();
    (0..10).for_each(|i| drop(others.picture(&utkface_name(i), 200 + i as u32)));
    let view = bench.evaluate(&committee, Some(&others.root()), None).expect("judged");
    assert_eq!(view.report.expect("a report").predictions.len(), 10);
}

#[test]
fn what_cannot_be_a_committee_is_a_sentence() {
    let bench = Bench::new();
    let (one, other) = (bench.train(&settings(1, 42)), bench.train(&settings(2, 42)));
    let refused = |runs: &[Run], what: &str| {
        let problem = bench.store.create_committee(runs, None, None).expect_err(what);
        assert!(problem.what.en.contains(what), "{problem}");
    };
    let changed = |change: &dyn Fn(&mut Run)| {
        let mut run = other.clone();
        change(&mut run);
        [one.clone(), run]
    };
    refused(&[], "at least two");
    refused(std::slice::from_ref(&one), "at least two");
    refused(&[one.clone(), other.clone(), one.clone()], "named twice");
    refused(&[one.clone(), one.clone()], "named twice");
    refused(&changed(&|run| run.info.task = ["cats", "dogs"].into()), "different questions");
    refused(&changed(&|run| run.info.status = RunStatus::Paused), "not finished");
    refused(&changed(&|run| run.info.stored.weights = false), "not finished");
    refused(&changed(&|run| run.info.faces = FaceCrops::Largest), "differently cut");
    let many: Vec<Run> = (0..33)
        .map(|i| {
            let mut run = one.clone();
            run.info.id = format!("run-{i}");
            run
        })
        .collect();
    refused(&many, "at most 32");
    let before = bench.store.list().0.len();
    let (committee, _) = bench.committee(&[&one, &other]);
    assert_eq!(bench.store.list().0.len(), before + 1, "what was refused left nothing");
    refused(&[one.clone(), committee.clone()], "itself a committee");

    // Nor is it trained, or written as one network.
    let dataset = Arc::new(bench.folder.open().unwrap());
    let id = || committee.info.id.clone();
    for command in [
        Command::Resume { run: id(), dataset: dataset.clone(), how: ResumeOptions::more(1) },
        Command::TrainAgain { run: id(), dataset: dataset.clone(), device: "cpu".to_owned() },
    ] {
        let problem = worker::perform(command, &bench.store, &Control::default(), &mut |_| {}).expect_err("refused");
        assert!(problem.what.en.contains("A committee is not trained"), "{problem}");
    }
    let view = committee.view().unwrap();
    let out = |name: &str| bench.folder.beside(name);
    let options = ExportOptions::default();
    let problem = export(&view, None, Format::Safetensors, options, &out("weights")).expect_err("two networks");
    assert!(problem.what.en.contains("several networks"), "{problem}");
    for (format, name) in [(Format::Csv, "a.csv"), (Format::Report, "a.html"), (Format::Card, "a.md"), (Format::Python, "python")]
    {
        export(&view, None, format, options, &out(name)).unwrap_or_else(|problem| panic!("{format:?}: {problem}"));
    }
    let card = fs::read_to_string(out("a.md")).unwrap();
    assert!(card.contains(&one.info.id) && card.contains("test pictures that all members share"), "{card}");
    // Of members that look otherwise one file would need two inputs.
    let mut wide = settings(3, 42);
    wide.augment.crop = 96;
    let (apart, _) = bench.committee(&[&one, &bench.train(&wide)]);
    let problem = export(&apart.view().unwrap(), None, Format::Onnx, options, &out("b.onnx")).expect_err("two sizes");
    assert!(problem.what.en.contains("different sizes or crops"), "{problem}");
}

#[test]
fn the_command_line_makes_judges_and_asks_one() {
    let bench = Bench::new();
    let runs = [bench.train(&settings(1, 42)), bench.train(&settings(2, 42))];
    let home = bench.store.home();
    let [one, other] = runs.each_ref().map(|run| run.info.id.as_str());
    let (status, out, err) = call(home, &["committee", one, other, "--name", "Both of them"]);
    assert_eq!(status, 0, "{err}");
    assert!(out.contains("committee") && out.contains("Both of them") && out.contains("the best member alone"), "{out}");
    let (status, out, err) = call(home, &["evaluate", "last", "--json"]);
    assert_eq!(status, 0, "{err}");
    let document: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(document["committee"]["judged"]["basis"], "common_test");
    assert_eq!(document["committee"]["members"].as_array().unwrap().len(), 2);
    let photo = bench.folder.root().join(utkface_name(0));
    let (status, out, err) = call(home, &["predict", "last", photo.to_str().unwrap()]);
    assert_eq!((status, out.lines().count()), (0, 1), "{err}");
    let table = bench.folder.beside("table.csv");
    let folder = bench.folder.root();
    let arguments = ["predict", "last", folder.to_str().unwrap(), "--csv", table.to_str().unwrap()];
    assert_eq!(call(home, &arguments).0, 0);
    assert_eq!(fs::read_to_string(table).unwrap().lines().count(), 41);
    let (status, _, err) = call(home, &["committee", one, "nobody"]);
    assert!(status == 1 && err.contains("There is no run “nobody”"), "{err}");
    let (status, _, err) = call(home, &["committee", one]);
    assert!(status == 1 && err.contains("at least two"), "{err}");
    assert_eq!(call(home, &["committee"]).0, 2);
    assert_eq!(call(home, &["resume", "last", "--more", "1"]).0, 1);
    let (status, _, err) = call(home, &["train", "--data", folder.to_str().unwrap(), "--start-from", "last"]);
    assert!(status == 1 && err.contains("is a committee of several networks"), "{err}");
    let (status, _, err) = call(home, &["compare", one, "last"]);
    assert_eq!(status, 0, "{err}");
}

/// What the branches say of pixels, as the program counts it.
fn ours(branches: &[Branch], combination: Combination, temperature: f64, pixels: &[u8]) -> Vec<Vec<f64>> {
    let said = branches.iter().map(|branch| {
        let side = branch.network.input.width;
        let config = engine_cases::config_of(&ModelSettings::default(), side, branch.network.output);
        let mut engine = engine::open("cpu", &engine::EngineConfig { network: branch.network.clone(), ..config }).unwrap();
        engine.set_weights(&branch.weights).unwrap();
        let rows = TtaPredictor::new(branch.mirrored, side).all(engine.as_mut(), pixels, 8).unwrap();
        let output = branch.network.output;
        rows.chunks_exact(output.units()).map(|row| Logits::of(output, row)).collect::<Vec<_>>()
    });
    let said: Vec<Vec<Logits>> = said.collect();
    let one = |picture: usize| {
        let answers: Vec<_> = said.iter().zip(branches).map(|(said, by)| (&said[picture], by.temperature)).collect();
        let logits = combination.of(&answers).unwrap();
        match logits.value() {
            Some(value) => vec![value],
            None if matches!(logits, Logits::Binary(_)) => logits.probabilities(temperature)[1..].to_vec(),
            None => logits.probabilities(temperature),
        }
    };
    (0..said[0].len()).map(one).collect()
}

#[test]
fn onnxruntime_says_what_a_committee_says() {
    let Some(python) = support::python("onnxruntime, numpy") else {
        return support::skip("python", "no Python with onnxruntime and numpy");
    };
    let augment = AugmentSettings { crop: 49, ..Default::default() };
    let settings = Settings { augment, ..Default::default() };
    let (side, pictures) = (settings.augment.side(), 24);
    let mut pixels = vec![0; pictures * side * side * 3];
    for (i, out) in pixels.chunks_exact_mut(side * side * 3).enumerate() {
        trombine::data::augment::evaluation(&settings.augment, &sample_faces::draw(i).0, out);
    }
    let branches = |outputs: [Output; 3]| -> Vec<Branch> {
        let parts = exported::models().into_iter().zip(outputs).zip([(1.0, false), (1.7, true), (0.6, false)]);
        parts
            .map(|((model, output), (temperature, mirrored))| {
                let network = engine_cases::config_of(&model, side, output).network;
                let mut weights = engine_cases::weights(&network, 3);
                // Answers that are far apart.
                weights.0.get_mut("output.weight").unwrap().data.iter_mut().for_each(|value| *value *= 8.0);
                Branch { weights, network, temperature, mirrored }
            })
            .collect()
    };
    let two = Output::Softmax { classes: 2 };
    for (outputs, combinations) in [
        ([Output::Sigmoid, two, Output::Sigmoid], &[Combination::Probabilities, Combination::Logits][..]),
        ([Output::Softmax { classes: 4 }; 3], &[Combination::Probabilities, Combination::Logits]),
        ([Output::Linear; 3], &[Combination::Estimates]),
    ] {
        let branches = branches(outputs);
        for (combination, temperature) in combinations.iter().flat_map(|one| [(*one, 1.0), (*one, 2.5)]) {
            let folder = tempfile::tempdir().unwrap();
            fs::write(folder.path().join("model.onnx"), encode_together(&branches, combination, temperature, &[])).unwrap();
            fs::write(folder.path().join("pixels.bin"), &pixels).unwrap();
            let script = format!(
                "import json, numpy, onnxruntime\n\
                 pixels = numpy.fromfile('pixels.bin', numpy.uint8).reshape({pictures}, {side}, {side}, 3)\n\
                 session = onnxruntime.InferenceSession('model.onnx', providers=['CPUExecutionProvider'])\n\
                 said = session.run(None, {{'pixels': pixels}})\n\
                 assert len(said) == 1\n\
                 print(json.dumps(said[0].reshape({pictures}, -1).tolist()))\n"
            );
            let theirs: Vec<Vec<f64>> = serde_json::from_str(&support::run_python(&python, folder.path(), &script)).unwrap();
            let ours = ours(&branches, combination, temperature, &pixels);
            assert_eq!((theirs.len(), theirs[0].len()), (ours.len(), ours[0].len()), "{outputs:?}");
            let pairs = || ours.iter().flatten().zip(theirs.iter().flatten());
            let worst = pairs().map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
            assert!(worst < 1e-4, "{outputs:?} {combination:?} {temperature}: off by {worst}");
            let first = ours.iter().map(|row| row[0]);
            let spread = first.clone().fold(f64::MIN, f64::max) - first.fold(f64::MAX, f64::min);
            assert!(spread > 1e-3, "{outputs:?}: pictures that all give the same would prove nothing ({spread})");
        }
    }
}

#[test]
fn the_exported_file_is_of_all_members() {
    let Some(python) = support::python("onnxruntime, numpy, PIL") else {
        return support::skip("python", "no Python with onnxruntime, numpy and pillow");
    };
    let bench = Bench::new();
    let runs = [bench.train(&settings(1, 42)), bench.train(&settings(2, 42))];
    let (committee, _) = bench.committee(&[&runs[0], &runs[1]]);
    let out = bench.folder.beside("python");
    export(&committee.view().unwrap(), None, Format::Python, ExportOptions::default(), &out).unwrap();
    let photo = bench.folder.beside("face.png");
    image::save_buffer(&photo, &sample_faces::draw(5).0, 128, 128, image::ColorType::Rgb8).unwrap();
    let script =
        "import predict\nsession, meta = predict.load()\nprint(float(predict.probabilities_of('../face.png', session, meta)[1]))";
    let theirs: f64 = support::run_python(&python, &out, script).trim().parse().unwrap();
    near(predictor(&committee).look(&face(5), None).unwrap().probabilities[1], theirs, 1e-4);
}

/// A committee as the window shows it: made of the runs that are listed.
fn shown(page: Page, basis: Basis) -> Stage {
    let mut stage = stage::three_runs();
    stage.page = page;
    let mut view = RunView::clone(stage.session.run.as_ref().expect("a run is shown"));
    view.info.id = "2026-11-23-140211".into();
    view.info.name = "Committee of 3 runs · Quick look · 3 seeds".into();
    view.info.committee = Some(stage::committee(&stage.session.runs, basis));
    view.history.clear();
    (view.info.epochs_done, view.info.best_epoch, view.info.stopped) = (0, None, None);
    stage.session.runs.insert(0, view.info.clone());
    stage.session.views.insert(view.info.id.clone(), Arc::new(view.clone()));
    stage.session.run = Some(Arc::new(view));
    stage
}

/// Results of a committee that was judged on the test part that its members share.
pub fn results() -> Stage {
    shown(Page::Results, Basis::CommonTest)
}

/// Runs with a committee among them.
pub fn runs() -> Stage {
    shown(Page::Runs, Basis::OutOfFold)
}

#[test]
fn an_experiments_finished_runs_are_judged_together_by_a_click() {
    let (mut harness, stage) = experiments_page::compared().harness([1280.0, 900.0]);
    harness.run_steps(3);
    harness.get_by_label("Experiments").click();
    harness.run_steps(3);
    harness.get_by_label_contains("2\u{a0}recipes").click();
    harness.run_steps(4);
    stage.borrow_mut().actions.clear();
    harness.get_by_label("Make a committee").click();
    harness.run_steps(2);
    let asked = stage.borrow_mut().actions.split_off(0);
    assert_eq!(asked, [Action::EvaluateAsCommittee("recipes".to_owned()), Action::Go(Page::Results)]);
}

#[test]
fn a_committee_is_marked_among_the_runs_and_not_trained() {
    let (mut harness, _) = runs().harness([1280.0, 900.0]);
    harness.run_steps(3);
    harness.get_by_label_contains("3 seeds, ").click();
    harness.run_steps(4);
    assert!(harness.query_by_label_contains("Out of fold").is_some(), "how it was judged");
    assert!(harness.query_by_label("Show its results").is_some());
    assert!(harness.query_by_label("Train 10 more epochs").is_none() && harness.query_by_label("Use its settings").is_none());
    let (mut harness, _) = results().harness([1280.0, 900.0]);
    harness.run_steps(4);
    assert!(harness.query_by_label_contains("the best member alone").is_some());
    assert!(harness.query_by_label("Take this run’s options").is_none());
    harness.get_by_label("Export…").click();
    harness.run_steps(3);
    assert!(harness.query_by_label("ONNX").is_some(), "one file of all members");
    assert!(harness.query_by_label("Weights").is_none(), "there are several, and asking for them fails");
}

#[test]
fn the_members_of_years_give_the_mean_of_their_estimates() {
    let bench = Bench::new();
    let mut dataset = bench.folder.open().unwrap();
    dataset = dataset.asked(&Task::age()).expect("ages are in the names");
    let dataset = Arc::new(dataset);
    let train = |seed: u32| {
        let settings = settings(seed, 42).for_task(&Task::age());
        let plan = Plan::new(&settings, dataset.clone()).expect("a plan");
        let plan = Plan { device: "cpu".to_owned(), threads: Some(1), ..plan };
        let command = Command::Train(Box::new(plan));
        worker::perform(command, &bench.store, &Control::default(), &mut |_| {}).expect("it trains");
        bench.store.find("last").expect("a run")
    };
    let runs = [train(1), train(2)];
    let (committee, _) = bench.committee(&[&runs[0], &runs[1]]);
    let about = committee.info.committee.clone().unwrap();
    assert_eq!(about.combination, Combination::Estimates);
    let said = [&runs[0], &runs[1], &committee].map(|run| predictor(run).look(&face(2), None).unwrap().estimate.unwrap().value);
    near(said[2], f64::midpoint(said[0], said[1]), 1e-4);
    let alone = [&runs[0], &runs[1]].map(|run| run.info.scores.as_ref().unwrap().years.unwrap().mae);
    judged(&committee).alone.iter().zip(alone).for_each(|(told, mae)| near(*told, mae, 1e-9));
}
