//! The question: any number of class folders and bands of ages, from the folder to the answer.

use std::sync::Arc;

use trombine::{
    control::Control,
    data::{
        dataset::Dataset,
        edits::{Change, Edits},
        open_as,
        open_dataset::OpenDataset,
        reading::{Reading, TaskChoice},
        sample::{Framing, Source},
        task::{AgeBands, Task, TaskKind},
    },
    engine,
    evaluate::{Confusion, CoveragePoint, Logits, Prediction, coverage::coverage},
    loss::LossKind,
    model::Output,
    plan::Plan,
    preset::Preset,
    problem::Problem,
    run::{
        RunStore,
        export::{ExportOptions, Format, export},
    },
    setting_def::Choice as _,
    settings::Settings,
    text::{Lang, LocalizedText},
    worker::{self, Command, Event},
};

use crate::{
    picture_folder::{Folder, alone, edited},
    shapes, support,
};

fn read_as(folder: &Folder, reading: Reading) -> Result<Dataset, Problem> {
    open_as(&folder.places(), &folder.source(), reading, &Edits::default(), &Control::default(), &mut |_, _, _| {}).map(alone)
}

fn classes(dataset: &Dataset) -> Vec<(String, usize)> {
    dataset.task.classes.iter().cloned().zip(dataset.balance()).collect()
}

/// `numpy.digitize(ages, [0, 10, 20, 40, 60]) - 1`
#[test]
fn an_age_lies_in_the_band_that_numpy_puts_it_in() {
    let bands = AgeBands::default();
    let ages = [0, 1, 9, 10, 19, 20, 39, 40, 59, 60, 61, 116, 130];
    assert_eq!(ages.map(|age| bands.class(age)), [0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 4, 4]);
    assert_eq!(bands.names(), ["0-9", "10-19", "20-39", "40-59", "60+"]);
    assert_eq!(AgeBands::parse("60; 0, 7 8").unwrap().names(), ["0-6", "7", "8-59", "60+"]);
    let json = serde_json::to_string(&bands).unwrap();
    assert_eq!(json, "[0,10,20,40,60]");
    assert_eq!(serde_json::from_str::<AgeBands>(&json).unwrap(), bands);
}

#[test]
fn bands_that_cannot_be_are_refused_with_the_reason() {
    for (text, why) in [
        ("", "not a list of years"),
        ("0,x", "not a list of years"),
        ("0,-3", "not a list of years"),
        ("0", "One band tells nothing apart"),
        ("10,20", "No band begins at 0, so ages below 10 would have none"),
        ("0,20,20", "Two bands begin at 20"),
        ("0,300", "cannot begin at 300"),
    ] {
        let refused: LocalizedText = AgeBands::parse(text).expect_err(text);
        assert!(refused.en.contains(why), "{text}: {}", refused.en);
        assert!(!refused.fr.is_empty() && refused.fr != refused.en);
    }
}

#[test]
fn a_folder_of_any_classes_is_one_question() {
    let folder = Folder::new();
    for (k, class) in ["猫", "chien à poil", "ape", "zebra"].into_iter().enumerate() {
        for i in 0..4 + k {
            folder.picture(&format!("{class}/{i}.png"), (10 * k + i) as u32);
        }
    }
    let dataset = folder.open().unwrap();
    assert_eq!(dataset.task.kind, TaskKind::Folders);
    let expected = [("ape", 6), ("chien à poil", 5), ("zebra", 7), ("猫", 4)];
    assert_eq!(classes(&dataset), expected.map(|(name, n)| (name.to_owned(), n)));
    let said = dataset.understood.sentence(&dataset.task);
    assert_eq!(said.en, "4 classes: ape, chien à poil, zebra, 猫");
    assert_eq!(dataset.task.called(2, 0, 3, Lang::En), "labeled “zebra”, predicted “ape”");
}

/// Classes dealt into parts by their folders, as ImageFolder has them; one class has no validation pictures.
#[test]
fn a_class_that_a_part_lacks_is_named() {
    let folder = Folder::new();
    let mut seed = 0;
    for part in ["train", "valid", "test"] {
        for class in ["bus", "car", "tram"] {
            if (part, class) == ("valid", "tram") {
                continue;
            }
            for i in 0..if part == "train" { 8 } else { 3 } {
                seed += 1;
                folder.picture(&format!("{part}/{class}/{i}.png"), seed);
            }
        }
    }
    let dataset = Arc::new(folder.open().unwrap());
    assert_eq!(dataset.task.classes, ["bus", "car", "tram"]);
    let problems = Plan::new(&Settings::default(), dataset).expect_err("tram has no validation pictures");
    let what = problems[0].what.en.as_str();
    assert_eq!(what, "The validation part gets no picture labeled tram");
}

/// One picture a class cannot be in three parts; all pictures of a class damaged leave it out and say so.
#[test]
fn classes_without_pictures_are_told() {
    let folder = Folder::new();
    for class in ["bus", "car"] {
        (0..6).for_each(|i| drop(folder.picture(&format!("{class}/{i}.png"), i + 10 * class.len() as u32)));
    }
    folder.write("tram/a.png", b"no picture");
    folder.write("tram/b.png", b"none either");
    let dataset = folder.open().unwrap();
    assert_eq!(dataset.task.classes, ["bus", "car"]);
    assert_eq!(dataset.understood.empty, ["tram"]);
    assert_eq!(dataset.samples.iter().map(|s| s.class).max(), Some(1));
    let said = dataset.understood.sentence(&dataset.task);
    assert!(said.en.contains("no picture of tram can be used, so that is not a class"), "{}", said.en);
    assert_eq!(dataset.skipped.len(), 2, "nothing is dropped in silence");

    folder.picture("tram/c.png", 99);
    let problems = Plan::new(&Settings::default(), Arc::new(folder.open().unwrap())).expect_err("one picture in three parts");
    assert!(problems.iter().all(|problem| problem.what.en.contains("labeled tram")), "{problems:?}");
    assert!(!problems.is_empty());
}

#[test]
fn one_class_and_too_many_are_refused_with_a_way_on() {
    let folder = Folder::new();
    folder.picture("only/a.png", 1);
    let one = folder.open().expect_err("refused");
    assert!(one.what.en.contains("only one class folder") && !one.remedy.en.is_empty(), "{one}");
    let folder = Folder::new();
    for class in 0..201 {
        folder.picture(&format!("class {class:03}/a.png"), class);
    }
    let many = folder.open().expect_err("refused");
    assert!(many.what.en.contains("There are 201 class folders"), "{many}");
    assert!(many.what.en.contains("200 are the most: class 000, class 001, class 002, class 003 and 197 more"), "{many}");
}

#[test]
fn ages_of_names_are_asked_in_bands() {
    let folder = Folder::utkface(40);
    let plain = folder.open().unwrap();
    assert_eq!((plain.task.kind, plain.understood.ages), (TaskKind::Gender, 40));
    let reading = Reading { task: TaskChoice::AgeGroup, ..Reading::default() };
    let aged = read_as(&folder, reading).unwrap();
    assert_eq!(aged.task, Task::age_group(AgeBands::default()));
    for (sample, plain) in aged.samples.iter().zip(&plain.samples) {
        assert_eq!((sample.age, &sample.file), (plain.age, &plain.file));
        assert_eq!(sample.class, AgeBands::default().class(sample.age.unwrap()));
    }
    assert_eq!(aged.task.name(4, Lang::Fr), "60 et plus");
    assert_eq!(aged.task.people(2, Lang::En), "people aged 20 to 39");
    assert_eq!(aged.task.called(2, 3, 12, Lang::En), "labeled 20 to 39, predicted 40 to 59");
    assert_eq!(aged.task.called(2, 3, 1, Lang::Fr), "étiquetée 20 à 39 ans, prédite 40 à 59 ans");
    assert!(aged.task.caution(&aged.source, Framing::FaceCrop).en.contains("it cannot tell anybody’s age"));

    // Bands in which nobody is are no classes.
    let bands = AgeBands::parse("0,30,100").unwrap();
    let few = read_as(&folder, Reading { bands, ..reading }).unwrap();
    assert_eq!(few.task.classes, ["0-29", "30-99"]);
    assert_eq!(few.understood.empty, ["100+"]);
    // A picture that is read by another name counts with that name's age, among the bands that are left.
    let file = aged.samples[0].file.clone();
    let change = Change::Repair("70_0_0_20170101000000000.png".to_owned());
    for (dataset, class) in [(&aged, 4), (&few, 1)] {
        let mut edits = Edits::default();
        edits.change(&file, &change);
        let edited = edited(dataset, &edits);
        assert_eq!(edited.samples[edited.find(&file, 0).unwrap()].class, class);
    }
    // The same pictures are asked another question by their names alone.
    let (aged, plain) = (OpenDataset::from(aged), OpenDataset::from(plain));
    let asked = aged.asked(&Task::gender()).unwrap();
    assert_eq!(asked.dataset.samples, plain.dataset.samples);
    assert_eq!(plain.asked(&few.task).unwrap().dataset.samples, few.samples);
    assert!(plain.asked(&["cat", "dog", "horse"].into()).is_none());
}

/// What versions before wrote: the classes alone, and `labels` for what is now the question.
#[test]
fn files_of_before_are_read() {
    let old: Task = serde_json::from_str(r#"{"classes": ["female", "male"]}"#).unwrap();
    assert_eq!(old, Task::gender());
    let old: Task = serde_json::from_str(r#"{"classes": ["cat", "dog"]}"#).unwrap();
    assert_eq!((old.kind, old.is_binary()), (TaskKind::Folders, true));
    let reading: Reading = serde_json::from_str(r#"{"labels": "names", "classes": "inner"}"#).unwrap();
    assert_eq!(reading.task, TaskChoice::Gender);
    let ages = Task::age_group(AgeBands::default());
    let json = serde_json::to_value(&ages).unwrap();
    assert_eq!(json["task"], "age_group");
    assert_eq!(serde_json::from_value::<Task>(json).unwrap(), ages);
}

/// The notebook's question stays what it was; more classes end in a softmax with the loss that goes with it.
#[test]
fn the_output_follows_the_question() {
    for preset in Preset::ALL {
        let settings = preset.settings();
        assert_eq!(settings.output(&Task::gender()), Output::Sigmoid);
        let three: Task = ["a", "b", "c"].into();
        assert_eq!(settings.output(&three), Output::Softmax { classes: 3 });
        let kind = settings.clone().for_task(&three).train.loss.kind;
        assert_eq!(kind, settings.train.loss.kind.of_classes());
        assert_eq!(preset.settings_for(&Task::gender()), settings);
        let several = preset.settings_for(&three);
        assert_eq!(several.train.loss.kind, kind);
        assert_eq!(settings.clone().for_task(&Task::gender()), settings);
        // The loss that more classes need makes no other recipe of it.
        assert_eq!(Preset::of(&several), Some(*preset));
    }
    // Two with softmax, on wish.
    let mut wish = Settings::default();
    wish.train.loss.kind = LossKind::CategoricalCrossentropy;
    assert_eq!(wish.output(&Task::gender()), Output::Softmax { classes: 2 });
    // Its difference of logits is the sigmoid's logit.
    assert_eq!(Logits::of(Output::Softmax { classes: 2 }, &[0.5, 2.0]), Logits::Binary(1.5));
}

/// The shares that scikit-learn's accuracy gives of the answers kept:
/// `keep = p.max(1) >= t; (keep.mean(), (p.argmax(1) == y)[keep].mean())`
#[test]
fn a_threshold_for_not_sure_leaves_the_surest_answers() {
    let share = |odds: f64| odds.exp() / (odds.exp() + 2.0);
    let prediction = |label: u8, odds: f32| Prediction {
        file: "a.png".into(),
        sample: 0,
        label,
        logit: Logits::Each([odds, 0.0, 0.0].into()),
        age: None,
        race: None,
    };
    let all = [prediction(0, 3.0), prediction(0, 2.0), prediction(1, 1.0), prediction(0, 1.0)];
    let points = coverage(&all, 1.0);
    let close = |a: f64, b: f64| (a - b).abs() < 1e-9;
    assert_eq!(points.len(), 3);
    for (point, (odds, coverage, accuracy)) in points.iter().zip([(1.0, 1.0, 0.75), (2.0, 0.5, 1.0), (3.0, 0.25, 1.0)]) {
        assert!(close(point.threshold, share(odds)) && close(point.coverage, coverage) && close(point.accuracy, accuracy));
    }
    let half = CoveragePoint::at(&points, 0.7);
    assert!(close(half.coverage, 0.5) && close(half.threshold, 0.7));
    assert!(close(CoveragePoint::at(&points, 0.99).coverage, 0.0));
    assert!(coverage(&[], 1.0).is_empty());
}

#[test]
fn what_is_mixed_up_stands_together() {
    // 0 and 3 are taken for each other, 1 and 2 a little.
    let confusion = Confusion::from_rows([[6, 0, 0, 4], [0, 9, 1, 0], [0, 1, 9, 0], [5, 0, 0, 5]]);
    let order = confusion.by_likeness();
    let place = |class: usize| order.iter().position(|other| *other == class).unwrap();
    assert_eq!((place(0).abs_diff(place(3)), place(1).abs_diff(place(2))), (1, 1));
    assert_eq!(Confusion::empty(3).by_likeness().len(), 3);
    assert_eq!(confusion.by_size(), [0, 1, 2, 3]);
}

/// Three kinds of drawn shapes from their folders to a judged run, its answers and its files.
#[test]
fn shapes_are_learned_judged_answered_and_exported() {
    let folder = Folder::new();
    shapes::draw(&folder.root(), 3, 40);
    let home = tempfile::tempdir().unwrap();
    let store = RunStore::at(home.path());
    let dataset = Arc::new(folder.open().unwrap());
    let mut settings = Settings::default();
    settings.augment.crop = 64;
    settings.model.filters = vec![8, 8, 16];
    settings.model.dense = vec![16];
    settings.train.batch_size = 8;
    settings.train.epochs = 8;
    settings.train.optimizer.learning_rate = 3e-3;
    let plan = Plan { device: "cpu".to_owned(), ..Plan::new(&settings, dataset.clone()).unwrap() };
    assert_eq!(plan.settings.train.loss.kind, LossKind::CategoricalCrossentropy);
    let mut view = None;
    worker::perform(Command::Train(Box::new(plan)), &store, &Control::default(), &mut |event| {
        if let Event::Evaluated(judged) = event {
            view = Some(*judged);
        }
    })
    .unwrap();
    let view = view.expect("it is judged");
    let report = view.report.as_ref().unwrap();
    let accuracy = report.confusion(report.threshold).accuracy();
    assert!(accuracy.share() > 0.9, "{accuracy:?}");
    assert_eq!((report.task.len(), report.train_shares.len()), (3, 3));

    let run = store.find(&view.info.id).unwrap();
    let mut predictor = run.predictor(|config| engine::open("cpu", config)).unwrap();
    let mut looked_elsewhere = 0;
    for p in report.predictions.iter().take(12) {
        let pixels = dataset.pixels.get(p.sample as usize).unwrap();
        let answer = predictor.predict_batch(&pixels).unwrap().remove(0);
        assert!((answer.probabilities.iter().sum::<f64>() - 1.0).abs() < 1e-9);
        assert_eq!(answer.class, p.predicted(0.0));
        assert!((answer.probabilities[answer.class] - report.probability(p, answer.class)).abs() < 1e-6);
        assert_eq!(answer.sure, answer.confidence() >= report.threshold);
        let maps = [0, 1, 2].map(|class| {
            let mut other = answer.clone();
            other.class = class;
            predictor.grad_cam(&other).values
        });
        let others = (0..3).filter(|class| *class != answer.class);
        looked_elsewhere += usize::from(others.into_iter().all(|class| maps[class] != maps[answer.class]));
    }
    // What speaks for one class is not what speaks for another.
    assert!(looked_elsewhere > 6, "{looked_elsewhere} of 12");
    // A run of three classes is not for a folder of four.
    let four = Folder::new();
    shapes::draw(&four.root(), 4, 4);
    let command = Command::Evaluate {
        run: view.info.id.clone(),
        source: Some(four.source()),
        open: None,
        device: "cpu".to_owned(),
        mirrored: None,
    };
    let refused = worker::perform(command, &store, &Control::default(), &mut |_| {}).expect_err("other classes");
    assert!(refused.what.en.contains("the folder has"), "{refused}");

    let out = tempfile::tempdir().unwrap();
    for (format, name) in [(Format::Csv, "all.csv"), (Format::Report, "report.html"), (Format::Card, "card.md")] {
        export(&view, None, format, ExportOptions::default(), &out.path().join(name)).unwrap();
    }
    let csv = std::fs::read_to_string(out.path().join("all.csv")).unwrap();
    let head = "file,part,age,race,label,predicted,probability_shape 0,probability_shape 1,probability_shape 2,correct";
    assert_eq!(csv.lines().next().unwrap(), head);
    onnx_says_the_same(&view, out.path());
}

/// The softmax, the temperature and the mirror images are in the file's graph.
fn onnx_says_the_same(view: &trombine::run::RunView, folder: &std::path::Path) {
    let Some(python) = support::python("onnx, onnxruntime, numpy, PIL") else {
        return support::skip("python", "no Python with onnx, onnxruntime, numpy and pillow");
    };
    let out = folder.join("python");
    export(view, None, Format::Python, ExportOptions::default(), &out).unwrap();
    let Source::Folder(pictures) = &view.info.source else { panic!("a folder") };
    let report = view.report.as_ref().unwrap();
    let some: Vec<&Prediction> = report.predictions.iter().take(20).collect();
    let files: Vec<String> = some.iter().map(|p| pictures.join(&p.file).display().to_string()).collect();
    std::fs::write(out.join("files.json"), serde_json::to_string(&files).unwrap()).unwrap();
    let script = "import json, onnx, predict\n\
        onnx.checker.check_model(onnx.load('model.onnx'), full_check=True)\n\
        session, meta = predict.load()\n\
        assert meta['classes'] == ['shape 0', 'shape 1', 'shape 2'], meta\n\
        files = json.load(open('files.json'))\n\
        print(json.dumps([predict.probabilities_of(f, session, meta).tolist() for f in files]))\n";
    let theirs: Vec<Vec<f64>> = serde_json::from_str(&support::run_python(&python, &out, script)).unwrap();
    for (p, theirs) in some.iter().zip(&theirs) {
        for (class, share) in theirs.iter().enumerate() {
            let ours = report.probability(p, class);
            assert!((ours - share).abs() < 0.02, "{}: {ours} and {share} of class {class}", p.file.display());
        }
    }
}
