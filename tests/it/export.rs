//! Exports against the programs that will read them: onnxruntime, PyTorch, an XML parser.

use std::{fs, path::Path};

use trombine::{
    data::{
        augment::{self, AugmentSettings},
        dataset::Dataset,
        pixels::Pixels,
        sample::{Framing, Part, Source},
        sample_faces,
        task::Task,
    },
    engine::{self, TtaPredictor},
    evaluate::{Grouping, Prediction, calibration},
    history::{EpochRecord, StopReason},
    model::{Activation, KernelSize, ModelSettings, Padding, Pooling, Weights},
    predict::heatmap::Heat,
    problem::Kind,
    run::{
        Run, RunFiles, RunInfo, RunStatus, RunStore, RunView, VERSION,
        export::{AnswerPicture, ExportOptions, Format, PlotKind, answer_picture, export, save_plot, tensorboard::TensorBoard},
    },
    setting_def::Choice,
    settings::Settings,
    text::Lang,
    ui::theme::Theme,
    worker::{Command, Event, ResumeOptions, Worker},
};

use crate::{engine_cases, scores, stage, support};

/// Small networks that between them have every kind of layer.
pub fn models() -> [ModelSettings; 7] {
    let small = ModelSettings { filters: vec![8, 12], dense: vec![16, 8], ..Default::default() };
    [
        small.clone(),
        ModelSettings {
            activation: Activation::LeakyRelu,
            pooling: Pooling::GlobalAverage,
            batch_norm_conv: true,
            batch_norm_dense: true,
            dropout_conv: 0.1,
            dropout_dense: 0.2,
            ..small.clone()
        },
        ModelSettings {
            activation: Activation::Gelu,
            kernel: KernelSize::Five,
            padding: Padding::Valid,
            dense: vec![],
            ..small.clone()
        },
        ModelSettings {
            activation: Activation::Gelu,
            pooling: Pooling::GlobalAverage,
            batch_norm_conv: true,
            dropout_conv: 0.2,
            ..small.clone()
        },
        ModelSettings {
            filters: vec![8, 8, 16],
            activation: Activation::LeakyRelu,
            kernel: KernelSize::Five,
            batch_norm_dense: true,
            dropout_dense: 0.4,
            ..small.clone()
        },
        ModelSettings { convs_per_block: 2, batch_norm_conv: true, dropout_conv: 0.1, ..small.clone() },
        ModelSettings { convs_per_block: 2, padding: Padding::Valid, activation: Activation::Gelu, ..small },
    ]
}

/// Weights whose answers are far apart: the output is stretched so that logits have mean 0 and deviation 1.5.
fn weights(settings: &Settings) -> Weights {
    let config = engine_cases::config(&settings.model, settings.augment.side());
    let mut weights = engine_cases::weights(&config.network, 3);
    let logits = logits(settings, &weights, 20);
    let mean = logits.iter().sum::<f32>() / 20.0;
    let deviation = (logits.iter().map(|l| (l - mean).powi(2)).sum::<f32>() / 20.0).sqrt();
    for value in &mut weights.0.get_mut("output.weight").unwrap().data {
        *value *= 1.5 / deviation;
    }
    let bias = &mut weights.0.get_mut("output.bias").unwrap().data[0];
    *bias = (*bias - mean) * 1.5 / deviation;
    weights
}

/// The first `n` sample faces as the network sees them.
fn pixels(settings: &Settings, n: usize) -> Vec<u8> {
    let side = settings.augment.side();
    let mut pixels = vec![0; n * side * side * 3];
    for (i, out) in pixels.chunks_exact_mut(side * side * 3).enumerate() {
        augment::evaluation(&settings.augment, &sample_faces::draw(i).0, out);
    }
    pixels
}

/// Lets the run be judged with mirror images, or without.
fn judge_mirrored(view: &mut RunView, mirrored: bool) {
    view.report.as_mut().unwrap().mirrored = mirrored;
}

fn logits(settings: &Settings, weights: &Weights, n: usize) -> Vec<f32> {
    let mut engine = engine::open("cpu", &engine_cases::config(&settings.model, settings.augment.side())).unwrap();
    engine.set_weights(weights).unwrap();
    let mut logits = vec![0.0; n];
    let mut tta = TtaPredictor::new(settings.augment.test_time_flip, settings.augment.side());
    tta.logits(engine.as_mut(), &pixels(settings, n), &mut logits).unwrap();
    logits
}

/// A run with weights in `folder`, trained on the sample faces, judged.
pub fn view(folder: &Path, model: ModelSettings) -> RunView {
    let augment = AugmentSettings { crop: 49, ..Default::default() };
    let settings = Settings { model, augment, ..Default::default() };
    weights(&settings).save(&folder.join("best.safetensors")).unwrap();
    let record = |epoch: u32| {
        let x = f64::from(epoch);
        EpochRecord {
            epoch,
            train_loss: 0.7 / x,
            train_accuracy: 1.0 - 0.4 / x,
            validation_loss: 0.6 / x + 0.01 * x,
            validation_accuracy: 0.9 - 0.2 / x,
            ..Default::default()
        }
    };
    let mut report = scores::report();
    report.temperature = 1.7;
    report.threshold = 0.4;
    RunView {
        info: RunInfo {
            id: "2026-11-22-140211".to_owned(),
            name: "notebook <&\"'> | test".to_owned(),
            automatic: None,
            note: String::new(),
            created: 1_795_000_000,
            status: RunStatus::Finished,
            source: Source::SampleFaces,
            task: report.task.clone(),
            framing: Framing::Whole,
            faces: Default::default(),
            data: None,
            pictures: [1200, 400, 500],
            device: "Processor".to_owned(),
            asked: Default::default(),
            epochs_done: 9,
            best_epoch: Some(7),
            stopped: Some(StopReason::EarlyStopping { patience: 2 }),
            seconds: 340.0,
            weights: None,
            scores: Some(report.run_scores()),
            extensions: 0,
            member_of: None,
            committee: None,
            started_from: None,
            versions: vec!["0.3.1".to_owned()],
            stored: Default::default(),
        },
        settings,
        history: (1..=9).map(record).collect(),
        event_log: Default::default(),
        report: Some(report),
        outdated: false,
        elsewhere: None,
        folder: folder.to_owned(),
        pictures: Vec::new().into(),
    }
}

/// A hundred sample faces as the network sees them, and our probabilities of them.
fn ours(view: &RunView) -> (Vec<u8>, Vec<f64>) {
    let mut settings = view.settings.clone();
    settings.augment.test_time_flip = view.mirrored();
    let logits = logits(&settings, &weights(&view.settings), 100);
    let temperature = view.report.as_ref().unwrap().temperature;
    (pixels(&view.settings, 100), logits.iter().map(|logit| calibration::probability(*logit, temperature)).collect())
}

/// Runs `script` beside the pixels, and holds the probabilities that it prints to ours.
fn compare(python: &Path, folder: &Path, view: &RunView, script: &str) {
    let (pixels, ours) = ours(view);
    fs::write(folder.join("pixels.bin"), pixels).unwrap();
    let side = view.settings.augment.side();
    let read =
        format!("import json, numpy\npixels = numpy.fromfile('pixels.bin', numpy.uint8).reshape(100, {side}, {side}, 3)\n");
    let printed = support::run_python(python, folder, &(read + script));
    let theirs: Vec<f64> = serde_json::from_str(&printed).unwrap();
    assert_eq!(theirs.len(), 100);
    let spread = ours.iter().copied().fold(0.0, f64::max) - ours.iter().copied().fold(1.0, f64::min);
    assert!(spread > 0.5, "pictures that all give the same would prove nothing");
    let worst = ours.iter().zip(&theirs).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
    println!("largest difference {worst:e}, spread {spread}");
    assert!(worst < 1e-4, "largest difference {worst}");
}

#[test]
fn onnxruntime_says_what_we_say() {
    let Some(python) = support::python("onnxruntime, numpy") else {
        return support::skip("python", "no Python with onnxruntime and numpy");
    };
    for (model, mirrored) in models().into_iter().zip([false, true].into_iter().cycle()) {
        let folder = tempfile::tempdir().unwrap();
        let mut view = view(folder.path(), model);
        judge_mirrored(&mut view, mirrored);
        export(&view, None, Format::Onnx, ExportOptions::default(), &folder.path().join("model.onnx")).unwrap();
        let script = "import onnxruntime\n\
            session = onnxruntime.InferenceSession('model.onnx', providers=['CPUExecutionProvider'])\n\
            labels = json.loads(session.get_modelmeta().custom_metadata_map['trombine'])\n\
            assert labels['classes'] == ['female', 'male'] and labels['threshold'] == 0.4, labels\n\
            print(json.dumps(session.run(['probability'], {'pixels': pixels})[0].tolist()))\n";
        compare(&python, folder.path(), &view, script);
    }
}

/// The notebook's own network at its own size, on the processor's engine against onnxruntime.
#[test]
fn onnxruntime_says_what_we_say_of_the_notebooks_network() {
    let Some(python) = support::python("onnxruntime, numpy") else {
        return support::skip("python", "no Python with onnxruntime and numpy");
    };
    let folder = tempfile::tempdir().unwrap();
    let mut view = view(folder.path(), models()[0].clone());
    view.settings = Settings::default();
    judge_mirrored(&mut view, true);
    weights(&view.settings).save(&folder.path().join("best.safetensors")).unwrap();
    export(&view, None, Format::Onnx, ExportOptions::default(), &folder.path().join("model.onnx")).unwrap();
    let script = "import onnxruntime\n\
        session = onnxruntime.InferenceSession('model.onnx', providers=['CPUExecutionProvider'])\n\
        print(json.dumps(session.run(['probability'], {'pixels': pixels})[0].tolist()))\n";
    compare(&python, folder.path(), &view, script);
}

#[test]
fn onnx_files_pass_the_checker() {
    let Some(python) = support::python("onnx") else { return support::skip("python", "no Python with onnx") };
    for (model, mirrored) in models().into_iter().zip([true, false].into_iter().cycle()) {
        let folder = tempfile::tempdir().unwrap();
        let mut view = view(folder.path(), model);
        judge_mirrored(&mut view, mirrored);
        export(&view, None, Format::Onnx, ExportOptions::default(), &folder.path().join("model.onnx")).unwrap();
        support::run_python(
            &python,
            folder.path(),
            "import onnx\nonnx.checker.check_model(onnx.load('model.onnx'), full_check=True)\n",
        );
    }
}

#[test]
fn pytorch_says_what_we_say() {
    // Large, so never required; the ONNX test holds the same arithmetic.
    let Some(python) = support::python("torch, numpy") else { return support::skip("torch", "no Python with torch") };
    for (model, mirrored) in models().into_iter().zip([true, false].into_iter().cycle()) {
        let folder = tempfile::tempdir().unwrap();
        let mut view = view(folder.path(), model);
        judge_mirrored(&mut view, mirrored);
        export(&view, None, Format::Safetensors, ExportOptions::default(), &folder.path().join("out")).unwrap();
        let script = "import sys\nsys.path.insert(0, 'out')\nimport model\n\
            print(json.dumps(model.probabilities(model.load(), pixels).tolist()))\n";
        compare(&python, folder.path(), &view, script);
    }
}

#[test]
fn the_script_predicts_a_photo() {
    let Some(python) = support::python("onnxruntime, numpy, PIL") else {
        return support::skip("python", "no Python with onnxruntime, numpy and pillow");
    };
    let folder = tempfile::tempdir().unwrap();
    let view = view(folder.path(), models()[0].clone());
    let out = folder.path().join("out");
    export(&view, None, Format::Python, ExportOptions::default(), &out).unwrap();
    let (pixels, _) = sample_faces::draw(5);
    image::save_buffer(out.join("face.png"), &pixels, 128, 128, image::ColorType::Rgb8).unwrap();
    let printed = support::run_python(&python, &out, "import predict\npredict.main(['face.png'])");
    let said = printed.strip_prefix("face.png: ").map(|said| said.strip_prefix("not sure, rather ").unwrap_or(said));
    assert!(said.is_some_and(|said| said.starts_with("female, ") || said.starts_with("male, ")), "{printed}");
}

#[test]
fn every_format_is_written_and_says_when_it_cannot() {
    let folder = tempfile::tempdir().unwrap();
    let view = view(folder.path(), models()[0].clone());
    for &format in Format::ALL {
        assert_eq!(Format::of_key(format.key()), Some(format));
        let path = folder.path().join(format!("out-{}", format.key()));
        export(&view, None, format, ExportOptions::default(), &path).unwrap();
        assert_eq!(path.is_dir(), format.is_folder(), "{}", format.key());
        assert_eq!(format.extension().is_empty(), format.is_folder());
        let nowhere = folder.path().join("gone").join("below");
        let problem = export(&view, None, format, ExportOptions::default(), &nowhere);
        assert!(format.is_folder() || problem.is_err_and(|p| p.kind == Kind::Disk));
    }
    let fresh = RunView { report: None, folder: folder.path().join("nothing"), history: Vec::new(), ..view };
    let path = folder.path().join("fresh");
    assert_eq!(export(&fresh, None, Format::Csv, ExportOptions::default(), &path).unwrap_err().kind, Kind::File);
    assert!(export(&fresh, None, Format::Onnx, ExportOptions::default(), &path).is_err());
    export(&fresh, None, Format::Report, ExportOptions::default(), &path).unwrap();
    let replacing = ExportOptions { overwrite: true, ..Default::default() };
    export(&fresh, None, Format::Card, replacing, &path).unwrap();
}

#[test]
fn the_table_holds_every_prediction() {
    let folder = tempfile::tempdir().unwrap();
    let mut view = view(folder.path(), models()[0].clone());
    let report = view.report.as_mut().unwrap();
    report.predictions[0].file = "a \"b\", c.jpg".into();
    report.predictions[1].race = None;
    let path = folder.path().join("predictions.csv");
    export(&view, None, Format::Csv, ExportOptions::default(), &path).unwrap();
    let text = fs::read_to_string(&path).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), 1 + 500 + 500);
    assert_eq!(lines[0], "file,part,age,race,label,predicted,probability_male,correct");
    let report = view.report.as_ref().unwrap();
    let p = report.probability(&report.predictions[0], 1);
    let said = if p >= 0.4 { "male" } else { "female" };
    assert_eq!(
        lines[1],
        format!("\"a \"\"b\"\", c.jpg\",test,0,0,male,{said},{p:.6},{}", if said == "male" { "yes" } else { "no" })
    );
    assert!(lines[2].starts_with("1.jpg,test,37,,"));
    assert!(lines[501].contains(",validation,"));
    let right = lines[1..501].iter().filter(|line| line.ends_with(",yes")).count() as u32;
    assert_eq!(right, report.confusion(0.4).correct());
}

/// Whichever version writes the card.
#[test]
fn the_card_names_the_version_that_trained_the_run() {
    let folder = tempfile::tempdir().unwrap();
    let mut view = view(folder.path(), models()[0].clone());
    for (versions, said) in [
        (vec!["0.0.1".to_owned()], "trained with Trombine 0.0.1 on"),
        (vec!["0.0.1".to_owned(), "0.0.2".to_owned()], "trained with Trombine 0.0.1, 0.0.2 on"),
        (Vec::new(), "trained with Trombine on"),
    ] {
        view.info.versions = versions;
        let path = folder.path().join("card.md");
        export(&view, None, Format::Card, ExportOptions { overwrite: true, ..Default::default() }, &path).unwrap();
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.contains(said), "{said}: {text}");
    }
    // A run names what trains it, and what trains it on; one of before was begun by who knows what.
    for (before, after) in [(Some("0.0.1"), vec!["0.0.1", VERSION]), (Some(VERSION), vec![VERSION]), (None, vec![])] {
        view.info.versions = before.map(str::to_owned).into_iter().collect();
        view.info.trained_by_this_version();
        assert_eq!(view.info.versions, after);
    }
}

#[test]
fn the_card_has_its_nine_sections_in_both_languages() {
    let folder = tempfile::tempdir().unwrap();
    let mut view = view(folder.path(), models()[0].clone());
    view.info.source = Source::Folder("/pictures/utkface".into());
    view.info.framing = Framing::FaceCrop;
    for lang in Lang::ALL {
        let path = folder.path().join("card.md");
        export(&view, None, Format::Card, ExportOptions { lang, overwrite: true, ..Default::default() }, &path).unwrap();
        let text = fs::read_to_string(&path).unwrap();
        assert_eq!(text.matches("\n## ").count(), 9);
        let must = match lang {
            Lang::En => [
                "non-commercial research purposes only",
                "cannot tell anybody’s gender identity",
                "would score 54%",
                "20 to 39, Asian, female",
            ],
            Lang::Fr => [
                "recherche non commerciale uniquement",
                "ne dit rien de l’identité de genre de quiconque",
                "donnerait 54\u{a0}%",
                "20 à 39, Asiatique, femme",
            ],
        };
        for phrase in must {
            assert!(text.contains(phrase), "{phrase} is missing");
        }
        assert!(!text.contains("/pictures"), "a path of somebody's machine is nobody's business");
    }
}

/// The sample faces whose pictures the report may show.
fn dataset() -> Dataset {
    let mut pixels = Vec::new();
    let mut samples = Vec::new();
    for i in 0..20 {
        let (picture, mut sample) = sample_faces::draw(i);
        pixels.extend(picture);
        sample.file = format!("{i}.jpg").into();
        samples.push(sample);
    }
    Dataset {
        source: Source::SampleFaces,
        task: ["female", "male"].into(),
        samples,
        skipped: Vec::new(),
        pixels: Pixels::new(pixels),
        ..Dataset::default()
    }
}

#[test]
fn the_report_needs_nothing_beside_it_and_shows_faces_only_when_asked() {
    let folder = tempfile::tempdir().unwrap();
    let view = view(folder.path(), models()[0].clone());
    let path = folder.path().join("report.html");
    let dataset = dataset();
    for (mistakes, lang) in [(false, Lang::En), (true, Lang::Fr)] {
        export(
            &view,
            Some(&dataset),
            Format::Report,
            ExportOptions { lang, mistakes, overwrite: true, ..Default::default() },
            &path,
        )
        .unwrap();
        let html = fs::read_to_string(&path).unwrap();
        for elsewhere in ["http://", "https://", "src=", "<script", "<link", "@import"] {
            assert!(!html.contains(elsewhere), "{elsewhere}");
        }
        assert_eq!(html.contains("data:image"), mistakes);
        assert!(html.contains("notebook &lt;&amp;&quot;&#39;&gt; | test"), "a name is text, not HTML");
        assert!(html.contains("<main lang=\"en\"") && html.contains("<main lang=\"fr\""));
        assert!(html.contains("Right on about ") && html.contains("Environ "));
        // Encoded pictures may hold any letters.
        assert!(mistakes || !html.contains("NaN") && !html.contains("inf\""));
    }
    let mut changed = dataset;
    changed.samples.iter_mut().for_each(|s| s.file = "other.jpg".into());
    export(&view, Some(&changed), Format::Report, ExportOptions { mistakes: true, overwrite: true, ..Default::default() }, &path)
        .unwrap();
    assert!(!fs::read_to_string(&path).unwrap().contains("data:image"), "other pictures than the judged ones are not shown");
}

#[test]
fn reports_and_plots_survive_odd_runs() {
    let folder = tempfile::tempdir().unwrap();
    let view = view(folder.path(), models()[0].clone());
    let report = view.report.clone().unwrap();
    let with = |predictions: Vec<Prediction>, history: usize| {
        let mut view = view.clone();
        view.history.truncate(history);
        view.report = Some(trombine::evaluate::Report { predictions, part: Some(Part::Validation), ..report.clone() });
        view
    };
    let women: Vec<_> = report.predictions.iter().filter(|p| p.label == 0).cloned().collect();
    let mut bare = report.predictions.clone();
    bare.iter_mut().for_each(|p| (p.age, p.race) = (None, None));
    for (i, odd) in [with(vec![], 0), with(women, 1), with(bare, 2), with(report.predictions[..1].to_vec(), 9)].iter().enumerate()
    {
        let html = folder.path().join(format!("{i}.html"));
        export(odd, None, Format::Report, ExportOptions::default(), &html).unwrap();
        let plots = folder.path().join(format!("plots{i}"));
        export(odd, None, Format::Plots, ExportOptions::default(), &plots).unwrap();
        let drawn =
            fs::read_dir(&plots).unwrap().map(|e| e.unwrap().path()).filter(|p| p.extension().is_some_and(|e| e == "svg"));
        let texts = drawn.chain([html]).map(|p| fs::read_to_string(p).unwrap());
        for text in texts {
            assert!(!text.contains("NaN") && !text.contains(">inf") && !text.contains("\"inf"));
        }
    }
}

/// How a command ended.
fn ended(store: &RunStore, command: Command) -> Event {
    let worker = Worker::at(store.clone(), |_| {}).unwrap();
    let job = worker.start(command);
    let over = |event: &Event| matches!(event, Event::Finished | Event::Failed(_));
    std::iter::from_fn(|| worker.wait()).find(|told| told.job == job && over(&told.event)).unwrap().event
}

/// Exported weights are a run elsewhere: the same results, threshold and answers, and no path of this machine.
#[test]
fn exported_weights_open_on_another_machine() {
    let folder = tempfile::tempdir().unwrap();
    let mut view = view(folder.path(), models()[0].clone());
    view.info.source = Source::Folder("/home/jdoe/utkface".into());
    let out = folder.path().join("out");
    export(&view, None, Format::Safetensors, ExportOptions::default(), &out).unwrap();
    for entry in fs::read_dir(&out).unwrap() {
        let bytes = fs::read(entry.unwrap().path()).unwrap();
        assert!(!String::from_utf8_lossy(&bytes).contains("jdoe"));
    }
    let store = RunStore::at(folder.path().join("elsewhere"));
    let run = store.import(&out).unwrap();
    assert_eq!(run.info.status, RunStatus::Finished);
    assert_eq!(store.find("last").unwrap(), run);
    // It answers; to train it further would be to begin anew, in the place of what it learned.
    assert_eq!(run.info.stored, RunFiles { weights: true, ..RunFiles::default() });
    let more = Command::Resume { run: run.info.id.clone(), open: stage::faces(40).into(), how: ResumeOptions::more(10) };
    assert!(matches!(ended(&store, more), Event::Failed(problem) if problem.kind == Kind::File));
    assert_eq!(store.find("last").unwrap(), run);
    let there = run.view().unwrap();
    assert_eq!((&there.report, &there.settings, &there.history), (&view.report, &view.settings, &view.history));
    assert_eq!((&there.info.task, there.info.framing), (&view.info.task, Framing::Whole));
    let open = |run: &Run| run.predictor(|config| engine::open("cpu", config)).unwrap();
    let (mut here, mut elsewhere) = (open(&store.find("last").unwrap()), open(&run));
    assert_eq!((here.threshold, here.temperature), (0.4, 1.7));
    let face = sample_faces::draw(5).0;
    assert_eq!(here.predict_batch(&face).unwrap(), elsewhere.predict_batch(&face).unwrap());
    // A run's own folder can be taken over too; what is here already stays as it is.
    let again = RunStore::at(folder.path().join("third")).import(&run.folder).unwrap();
    assert_eq!(again.view().unwrap().report, view.report);
    assert_eq!(store.import(&out).unwrap_err().kind, Kind::File);
    // What does not fit leaves nothing behind.
    let fourth = RunStore::at(folder.path().join("fourth"));
    fs::remove_file(out.join("model.safetensors")).unwrap();
    assert_eq!(fourth.import(&out).unwrap_err().kind, Kind::File);
    assert_eq!(fourth.import(folder.path()).unwrap_err().kind, Kind::File);
    assert!(fourth.list().0.is_empty());
}

#[test]
fn plots_are_pictures_too() {
    let folder = tempfile::tempdir().unwrap();
    let view = view(folder.path(), models()[0].clone());
    let plots = folder.path().join("plots");
    export(&view, None, Format::Plots, ExportOptions { lang: Lang::Fr, ..Default::default() }, &plots).unwrap();
    // Two are of years.
    for plot in PlotKind::ALL.into_iter().filter(|plot| !matches!(plot, PlotKind::Mae | PlotKind::Scatter)) {
        let picture = image::open(plots.join(format!("{}.png", plot.file(&view.info.task)))).unwrap().into_rgb8();
        let inked = picture.pixels().filter(|pixel| **pixel != image::Rgb([255, 255, 255])).count();
        let share = inked as f64 / picture.pixels().len() as f64;
        assert!((0.01..0.9).contains(&share), "{}: {share}", plot.file(&view.info.task));
        assert!(picture.width() >= 800, "sharp enough for a page");
        // One alone is the same as among all; the ending says which kind it is.
        for (ending, mark) in [("png", &b"\x89PNG"[..]), ("svg", b"<svg")] {
            let one = folder.path().join(format!("one.{ending}"));
            save_plot(&view, plot, Lang::Fr, &one, true).unwrap();
            let bytes = fs::read(&one).unwrap();
            assert!(bytes.starts_with(mark));
            assert_eq!(bytes, fs::read(plots.join(format!("{}.{ending}", plot.file(&view.info.task)))).unwrap());
        }
    }
    // A chart by class is called by what the classes are.
    let of = |task: &Task| PlotKind::Groups(Grouping::CLASS).file(task);
    assert_eq!(
        (of(&Task::gender()), of(&Task::of_classes(vec!["cat".to_owned(), "dog".to_owned()]))),
        ("groups-gender", "groups-class")
    );
    // Each bar is as long as its range: none begins or ends at the axis' edge instead.
    let report = view.report.as_ref().unwrap();
    for by in [Grouping::AGE, Grouping::CROSSED] {
        let svg = fs::read_to_string(plots.join(format!("{}.svg", PlotKind::Groups(by).file(&view.info.task)))).unwrap();
        let number = |bar: &str, name: &str| -> f64 {
            let value = bar.split(&format!(" {name}=\"")).nth(1).unwrap();
            value.split('"').next().unwrap().parse().unwrap()
        };
        let lengths: Vec<f64> = svg.split("<line class=\"bar").skip(1).map(|bar| number(bar, "x2") - number(bar, "x1")).collect();
        let ranges: Vec<f64> = report
            .groups(report.threshold, by)
            .iter()
            .map(|group| {
                let range = group.accuracy.wilson();
                range.high - range.low
            })
            .collect();
        assert_eq!(lengths.len(), ranges.len());
        let scale = lengths.iter().sum::<f64>() / ranges.iter().sum::<f64>();
        // Places are written to a tenth.
        assert!(
            lengths.iter().zip(&ranges).all(|(length, range)| (length - scale * range).abs() < 0.25),
            "{lengths:?}, {ranges:?}"
        );
    }
    let fresh = RunView { report: None, ..view };
    assert_eq!(save_plot(&fresh, PlotKind::Roc, Lang::En, &folder.path().join("x.png"), false).unwrap_err().kind, Kind::File);
}

/// The event file holds the very picture that the plots' folder holds.
#[test]
fn a_table_of_four_classes_has_a_column_for_each() {
    let folder = tempfile::tempdir().unwrap();
    let mut view = view(folder.path(), models()[0].clone());
    view.report = Some(crate::multiclass::report());
    let path = folder.path().join("predictions.csv");
    export(&view, None, Format::Csv, ExportOptions::default(), &path).unwrap();
    let text = fs::read_to_string(&path).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(
        lines[0],
        "file,part,age,race,label,predicted,probability_bus,probability_car,probability_train,probability_tram,correct"
    );
    assert_eq!(lines[1], "0.jpg,test,0,,bus,tram,0.137834,0.301057,0.032738,0.528371,no");
}

#[test]
fn tensorboard_has_the_plots_matrix() {
    let folder = tempfile::tempdir().unwrap();
    let view = view(folder.path(), models()[0].clone());
    let report = view.report.as_ref().unwrap();
    let plot = folder.path().join("matrix.png");
    save_plot(&view, PlotKind::Matrix, Lang::Fr, &plot, false).unwrap();
    let mut board = TensorBoard::open(folder.path(), 0).unwrap();
    board.confusion(1, &report.confusion(report.threshold), &report.task, Lang::Fr).unwrap();
    let events = fs::read_dir(folder.path().join("validation")).unwrap().next().unwrap().unwrap().path();
    let (events, png) = (fs::read(events).unwrap(), fs::read(&plot).unwrap());
    assert!(events.windows(png.len()).any(|bytes| bytes == png));
}

/// The report's variables are the window's colors, in both modes.
#[test]
fn the_report_has_the_windows_colors() {
    let folder = tempfile::tempdir().unwrap();
    let view = view(folder.path(), models()[0].clone());
    let page = folder.path().join("report.html");
    export(&view, None, Format::Report, ExportOptions::default(), &page).unwrap();
    let html = fs::read_to_string(&page).unwrap();
    let (light, dark) = html.split_once("@media(prefers-color-scheme:dark)").unwrap();
    for (css, window) in [(light, Theme::mode(false)), (dark, Theme::mode(true))] {
        for (name, color) in window.named() {
            let [r, g, b, _] = color.to_array();
            let variable = format!("--{name}:#{r:02x}{g:02x}{b:02x}");
            assert!(css.contains(&variable), "{variable}");
        }
    }
    let used = html.split("var(--").skip(1).map(|rest| rest.split(')').next().unwrap());
    for name in used {
        assert!(Theme::mode(false).named().any(|(known, _)| known == name), "no color is called {name}");
    }
}

#[test]
fn an_answer_is_a_picture_with_what_was_seen_in_it() {
    let (face, side) = (sample_faces::draw(3).0, 128);
    let task = Task::gender();
    let heat = vec![1.0; side * side];
    let answer = AnswerPicture {
        name: "holiday.jpg",
        headline: "male, about 91%",
        caution: "A guess",
        task: &task,
        probabilities: &[0.09, 0.91],
        threshold: 0.5,
        seen: &face,
        side,
        heat: Some((Heat::Occlusion, &heat)),
    };
    let picture = answer_picture(&answer, Lang::En);
    assert_eq!(picture.rgb.len(), picture.width * picture.height * 3);
    let at = |x: usize, y: usize| &picture.rgb[(y * picture.width + x) * 3..][..3];
    // The middle of the drawing on the left; warmer on the right: more red than blue.
    let (left, right) = (at(48 + 198, 312 + 198), at(48 + 428 + 198, 312 + 198));
    let middle = &face[(64 * side + 64) * 3..][..3];
    assert!(left.iter().zip(middle).all(|(a, b)| a.abs_diff(*b) < 24), "{left:?} {middle:?}");
    assert!(i32::from(right[0]) - i32::from(right[2]) > i32::from(left[0]) - i32::from(left[2]));
    assert_ne!(answer_picture(&answer, Lang::Fr), picture, "in the other language it says something else");
}

#[test]
fn plots_are_well_formed_xml() {
    let Some(python) = support::python("xml.etree.ElementTree") else { return support::skip("python", "no Python") };
    let folder = tempfile::tempdir().unwrap();
    let mut view = view(folder.path(), models()[0].clone());
    view.info.task = ["<a>", "b & \"c\""].into();
    view.report.as_mut().unwrap().task = view.info.task.clone();
    let plots = folder.path().join("plots");
    export(&view, None, Format::Plots, ExportOptions::default(), &plots).unwrap();
    let script = "import glob, xml.etree.ElementTree as tree\n\
        names = glob.glob('*.svg')\n\
        for name in names: tree.parse(name)\n\
        print(len(names))\n";
    assert_eq!(support::run_python(&python, &plots, script).trim(), "10");
}
