//! What runs of three classes, of a hundred and of years are exported as, against the program's own answers: the ONNX file, the
//! script beside it, the module in PyTorch, and the table.

use std::{fs, path::Path};

use trombine::{
    data::{augment, sample_faces, task::Task},
    engine::{self, TtaPredictor},
    evaluate::{Logits, Prediction, Report},
    files::table::Cell,
    model::Weights,
    predict::{Answer, Estimate, batch::row},
    run::{
        RunView,
        export::{ExportOptions, Format, export},
    },
    text::Lang,
};

use crate::{engine_cases, export as exported, scores, support};

const PICTURES: usize = 24;

/// A judged run, what its network sees of the pictures, and its own answers: the probability of each class, or the years.
struct Judged {
    view: RunView,
    pixels: Vec<u8>,
    answers: Vec<Vec<f64>>,
}

fn tasks() -> [Task; 3] {
    let hundred = (0..100).map(|class| format!("shape {class:02}, “red”")).collect();
    [["bus", "car", "tram"].into(), Task::of_classes(hundred), Task::age()]
}

/// How far the pictures' values of an output are apart, of the output in which they are farthest.
fn wide(rows: &[f32], units: usize) -> f32 {
    let of = |unit: usize| {
        let column = || rows.iter().skip(unit).step_by(units).copied();
        column().fold(f32::MIN, f32::max) - column().fold(f32::MAX, f32::min)
    };
    (0..units).map(of).fold(0.0, f32::max)
}

/// A run of `task` with weights in `folder`.
fn judged(folder: &Path, task: Task, nth: usize) -> Judged {
    let (model, mirrored) = (exported::models()[nth].clone(), nth.is_multiple_of(2));
    let mut view = exported::view(folder, model.clone());
    view.settings = view.settings.for_task(&task);
    view.info.task = task.clone();
    let (side, output) = (view.settings.augment.side(), view.settings.output(&task));
    let config = engine_cases::config_of(&model, side, output);
    let mut weights = engine_cases::weights(&config.network, 3);
    let mut pixels = vec![0; PICTURES * side * side * 3];
    for (i, out) in pixels.chunks_exact_mut(side * side * 3).enumerate() {
        augment::evaluation(&view.settings.augment, &sample_faces::draw(i).0, out);
    }
    let mut engine = engine::open("cpu", &config).unwrap();
    let mut rows = |weights: &Weights| {
        engine.set_weights(weights).unwrap();
        TtaPredictor::new(mirrored, side).all(engine.as_mut(), &pixels, 8).unwrap()
    };
    // Answers to the pictures that are far apart, around the same of each class or around forty years.
    weights.0.get_mut("output.bias").unwrap().data.fill(0.0);
    let first = rows(&weights);
    let (wanted, middle) = if task.is_regression() { (40.0, 40.0) } else { (12.0, 0.0) };
    let scale = wanted / wide(&first, output.units());
    weights.0.get_mut("output.weight").unwrap().data.iter_mut().for_each(|value| *value *= scale);
    for (unit, bias) in weights.0.get_mut("output.bias").unwrap().data.iter_mut().enumerate() {
        *bias = middle - scale * first.iter().skip(unit).step_by(output.units()).sum::<f32>() / PICTURES as f32;
    }
    let rows = rows(&weights);
    weights.save(&folder.join("best.safetensors")).unwrap();
    let one = |(i, row): (usize, &[f32])| Prediction {
        file: format!("{i}.png").into(),
        sample: i as u32,
        label: (i * 7 % task.classes.len()) as u8,
        logit: Logits::of(output, row),
        age: None,
        race: None,
    };
    let predictions: Vec<Prediction> = rows.chunks_exact(output.units()).enumerate().map(one).collect();
    let report = Report {
        train_shares: vec![1.0 / task.classes.len() as f64; task.classes.len()],
        validation: Vec::new(),
        temperature: 1.7,
        mirrored,
        predictions,
        task,
        ..scores::report()
    };
    let answer = |p: &Prediction| match p.logit.value() {
        Some(years) => vec![years],
        None => p.logit.probabilities(report.temperature),
    };
    let answers = report.predictions.iter().map(answer).collect();
    view.report = Some(report);
    Judged { view, pixels, answers }
}

/// Runs `script` in `folder`, beside the pixels, and holds the rows that it prints to ours.
fn compare(python: &Path, folder: &Path, judged: &Judged, script: &str, bound: f64) {
    let side = judged.view.settings.augment.side();
    fs::write(folder.join("pixels.bin"), &judged.pixels).unwrap();
    let read = format!(
        "import json, numpy, sys\nsys.path.insert(0, '.')\n\
         pixels = numpy.fromfile('pixels.bin', numpy.uint8).reshape({PICTURES}, {side}, {side}, 3)\n"
    );
    let theirs: Vec<Vec<f64>> = serde_json::from_str(&support::run_python(python, folder, &(read + script))).unwrap();
    let what = format!("{} classes", judged.view.info.task.classes.len());
    let shape = |rows: &[Vec<f64>]| (rows.len(), rows.iter().map(Vec::len).sum::<usize>());
    assert_eq!(shape(&theirs), shape(&judged.answers), "{what}");
    let pairs = || judged.answers.iter().flatten().zip(theirs.iter().flatten());
    let worst = pairs().map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
    println!("{what}: off by {worst:e} of {bound}");
    assert!(worst < bound, "{what}: off by {worst}");
    let flat: Vec<f32> = judged.answers.iter().flatten().map(|answer| *answer as f32).collect();
    let spread = wide(&flat, judged.answers[0].len());
    assert!(spread > 0.1, "{what}: pictures that all give the same would prove nothing ({spread})");
}

/// Years are counted in tens, probabilities in ones.
fn bound(task: &Task, of_probabilities: f64) -> f64 {
    if task.is_regression() { 10.0 * of_probabilities } else { of_probabilities }
}

#[test]
fn onnxruntime_says_what_we_say_of_many_classes_and_years() {
    let Some(python) = support::python("onnx, onnxruntime, numpy, PIL") else {
        return support::skip("python", "no Python with onnx, onnxruntime, numpy and pillow");
    };
    for (nth, task) in tasks().into_iter().enumerate() {
        let folder = tempfile::tempdir().unwrap();
        let judged = judged(folder.path(), task.clone(), nth);
        let out = folder.path().join("python");
        export(&judged.view, None, Format::Python, ExportOptions::default(), &out).unwrap();
        let script = format!(
            "import onnx, predict\nonnx.checker.check_model(onnx.load('model.onnx'), full_check=True)\n\
             session, meta = predict.load()\n\
             assert {}, meta\n\
             said = session.run(None, {{'pixels': pixels}})\nassert len(said) == 1\n\
             print(json.dumps(said[0].reshape({PICTURES}, -1).tolist()))\n",
            match task.is_regression() {
                true => "meta['task'] == 'age' and meta['unit'] == 'years'".to_owned(),
                false => format!("meta['classes'] == json.loads({:?})", serde_json::to_string(&task.classes).unwrap()),
            },
        );
        compare(&python, &out, &judged, &script, bound(&task, 1e-4));
        for i in 0..PICTURES {
            let picture = out.join(format!("{i}.png"));
            image::save_buffer(picture, &sample_faces::draw(i).0, 128, 128, image::ColorType::Rgb8).unwrap();
        }
        let script = format!(
            "import predict\nsession, meta = predict.load()\n\
             said = [predict.answer_of(f'{{i}}.png', session, meta) for i in range({PICTURES})]\n\
             print(json.dumps([numpy.ravel(one).tolist() for one in said]))\n"
        );
        compare(&python, &out, &judged, &script, bound(&task, 0.02));
    }
}

#[test]
fn pytorch_says_what_we_say_of_many_classes_and_years() {
    // As large as for two classes, so never required.
    let Some(python) = support::python("torch, numpy") else { return support::skip("torch", "no Python with torch") };
    for (nth, task) in tasks().into_iter().enumerate() {
        let folder = tempfile::tempdir().unwrap();
        let judged = judged(folder.path(), task.clone(), nth);
        let out = folder.path().join("out");
        export(&judged.view, None, Format::Safetensors, ExportOptions::default(), &out).unwrap();
        let name = if task.is_regression() { "years" } else { "probabilities" };
        let script =
            format!("import model\nprint(json.dumps(model.{name}(model.load(), pixels).reshape({PICTURES}, -1).tolist()))\n");
        compare(&python, &out, &judged, &script, bound(&task, 1e-4));
    }
}

#[test]
fn the_table_says_what_we_say_of_many_classes_and_years() {
    for (nth, task) in tasks().into_iter().enumerate() {
        let folder = tempfile::tempdir().unwrap();
        let judged = judged(folder.path(), task.clone(), nth);
        let path = folder.path().join("all.csv");
        export(&judged.view, None, Format::Csv, ExportOptions::default(), &path).unwrap();
        let mut table = csv::Reader::from_path(&path).unwrap();
        let head: Vec<String> = table.headers().unwrap().iter().map(str::to_owned).collect();
        let columns: Vec<usize> = match task.is_regression() {
            true => vec![head.iter().position(|name| name == "estimate").unwrap()],
            false => {
                let of = |class: &String| head.iter().position(|name| *name == format!("probability_{class}")).unwrap();
                task.classes.iter().map(of).collect()
            }
        };
        let rows: Vec<_> = table.records().map(|row| row.unwrap()).collect();
        assert_eq!(rows.len(), PICTURES);
        for (row, answer) in rows.iter().zip(&judged.answers) {
            for (column, ours) in columns.iter().zip(answer) {
                let theirs: f64 = row[*column].parse().unwrap();
                assert!((ours - theirs).abs() < if task.is_regression() { 0.006 } else { 1e-6 }, "{ours} and {theirs}");
            }
        }
    }
}

/// Of a picture unlike all that it has learned from, a network may say that it is minus three hundred years old.
#[test]
fn nobody_is_younger_than_nothing() {
    let estimate = Some(Estimate { value: -307.4, range: None });
    let (seen, seen_by_others) = (Vec::new(), Vec::new());
    let answer = Answer { probabilities: Vec::new(), class: 0, estimate, sure: true, seen, side: 0, seen_by_others };
    assert_eq!(answer.sentence(&Task::age(), Lang::En), "about 0");
    let task = Task::age();
    let cells = row("far.png", None, Ok(&answer), &task);
    assert!(matches!(cells[4], Cell::Number(0.0, _)));
}
