//! Age in years: from the names of a folder's pictures to a number with its range, in every file.

use std::{fs, path::Path, sync::Arc};

use image::{Rgb, RgbImage};
use trombine::{
    callback::Monitor,
    control::Control,
    data::{
        batch::{Batches, Form, TrainingBatches},
        dataset::Dataset,
        edits::Edits,
        open_as,
        open_dataset::OpenDataset,
        reading::{Reading, TaskChoice},
        sample::{Part, SkipReason, Source},
        sample_faces,
        split::{Split, SplitSettings},
        target_scaler::TargetScaler,
        task::{Task, TaskKind},
    },
    engine,
    evaluate::{Grouping, Logits, Prediction, Report, RunScores, WeightsId, regression},
    loss::LossKind,
    model::{Output, Weights},
    plan::Plan,
    preset::Preset,
    problem::Problem,
    random::{Purpose, Random},
    run::{
        RunStore, RunView,
        export::{ExportOptions, Format, PlotKind, export, save_plot},
    },
    settings::Settings,
    text::Lang,
    worker::{self, Command, Event, ResumeOptions},
};

use crate::{
    picture_folder::{Folder, alone},
    shapes, support,
};

fn by_age() -> Reading {
    Reading { task: TaskChoice::Age, ..Reading::default() }
}

fn read(folder: &Folder) -> Result<Dataset, Problem> {
    open_as(&folder.places(), &folder.source(), by_age(), &Edits::default(), &Control::default(), &mut |_, _, _| {}).map(alone)
}

/// `n` pictures with UTKFace's names, the brighter the older, blurred by some years.
fn bright(n: usize, seed: u64) -> Folder {
    let folder = Folder::new();
    let mut random = Random::new(seed, Purpose::SampleFaces, &[]);
    for i in 0..n {
        let age = 1 + (i * 7) % 90;
        let light = (20.0 + 2.2 * age as f64 + 6.0 * random.normal()).clamp(0.0, 255.0);
        let picture = RgbImage::from_fn(32, 32, |_, _| {
            let value = (light + random.between(-8.0, 8.0)).clamp(0.0, 255.0) as u8;
            Rgb([value; 3])
        });
        let name = format!("{age}_{}_{}_{}.png", i % 2, i % 5, 20_170_116_000_000_000u64 + i as u64);
        picture.save(folder.root().join(name)).unwrap();
    }
    folder
}

fn small() -> Settings {
    let mut settings = Preset::Notebook.settings_for(&Task::age());
    settings.augment.crop = 64;
    settings.model.filters = vec![8, 8];
    settings.model.dense = vec![8];
    settings.model.dropout = 0.0;
    settings.model.batch_norm_dense = true;
    settings.train.batch_size = 16;
    settings.train.epochs = 8;
    settings.train.optimizer.learning_rate = 3e-3;
    settings
}

/// Trains on the pictures of `folder`, and gives the judged run.
fn trained(settings: &Settings, folder: &Folder, store: &RunStore) -> RunView {
    let plan = Plan { device: "cpu".to_owned(), ..Plan::new(settings, Arc::new(read(folder).unwrap())).unwrap() };
    judged(Command::Train(Box::new(plan)), store)
}

fn judged(command: Command, store: &RunStore) -> RunView {
    let mut view = None;
    worker::perform(command, store, &Control::default(), &mut |event| {
        if let Event::Evaluated(judged) = event {
            view = Some(*judged);
        }
    })
    .unwrap();
    view.expect("it is judged")
}

fn prediction(i: usize, label: u8, estimate: f32) -> Prediction {
    Prediction {
        file: format!("{label}_{}_0_20170116000000000.png", i % 2).into(),
        sample: i as u32,
        label,
        logit: Logits::Value(estimate),
        age: Some(label.into()),
        race: Some((i % 5) as u8),
    }
}

/// `y = (i * 37) % 90; e = y + ((i * 53) % 41 - 20) * 0.75` for `i = np.arange(60)`; training ages
/// `np.repeat(np.arange(90), np.arange(90) % 5 + 1)`.
fn report() -> Report {
    let one = |i: usize| {
        let label = (i * 37 % 90) as u8;
        prediction(i, label, f32::from(label) + ((i * 53 % 41) as f32 - 20.0) * 0.75)
    };
    let shares = |age: usize| if age < 90 { (age % 5 + 1) as f64 / 270.0 } else { 0.0 };
    Report {
        task: Task::age(),
        part: Some(Part::Test),
        predictions: (0..60).map(one).collect(),
        validation: (0..60).map(one).collect(),
        threshold: 0.5,
        temperature: 1.0,
        mirrored: false,
        train_shares: (0..Task::age().len()).map(shares).collect(),
        seen: None,
        weights: None,
    }
}

fn close(ours: f64, theirs: f64) {
    assert!((ours - theirs).abs() < 1e-9, "{ours} is not {theirs}");
}

/// `mean_absolute_error(y, e)`, `median_absolute_error`, `root_mean_squared_error`, `r2_score`; `a = abs(e - y)`,
/// `scipy.stats.t.interval(0.95, 59, a.mean(), a.std(ddof=1) / 60 ** 0.5)`; `(a <= 5).sum()`
#[test]
fn scores_of_years_are_scikit_learns() {
    let report = report();
    let all = report.regression().unwrap();
    close(all.mae, 7.7875);
    close(all.median_error, 7.875);
    close(all.rmse, 8.976531902689368);
    close(all.r2.unwrap(), 0.8826959238141453);
    close(all.bias, -0.1125);
    assert_eq!((all.within_5.hits, all.within_5.n), (19, 60));
    let range = all.mae_range.unwrap();
    assert!((range.low - 6.624429413873475).abs() < 1e-4 && (range.high - 8.950570586126524).abs() < 1e-4, "{range:?}");
    close(all.mean_age, 45.166666666666664);
    close(all.median_age, 44.5);
    close(all.baseline, 22.73888888888889);
    close(all.median_baseline, 22.733333333333334);
    // Largest first: the end of the list is what is nearest.
    let order = report.largest_errors();
    assert!(order.windows(2).all(|two| report.predictions[two[0]].error().abs() >= report.predictions[two[1]].error().abs()));
    assert_eq!(order.len(), 60);
}

#[test]
fn errors_are_told_by_age_race_label_and_gender() {
    let report = report();
    for by in [Grouping::AGE, Grouping::RACE, Grouping::CLASS, Grouping::CROSSED] {
        let groups = report.regression_groups(by);
        assert_eq!(groups.iter().map(|group| group.n).sum::<u32>(), 60);
        for group in &groups {
            let members: Vec<f64> = report.members(group.key).iter().map(|at| report.predictions[*at].error()).collect();
            assert_eq!(members.len() as u32, group.n);
            close(group.mae, members.iter().map(|error| error.abs()).sum::<f64>() / members.len() as f64);
            close(group.bias, members.iter().sum::<f64>() / members.len() as f64);
        }
    }
    // In a name, 0 is male.
    let genders = report.regression_groups(Grouping::CLASS);
    let names: Vec<String> = genders.iter().map(|group| group.key.name(&report.task, Lang::En)).collect();
    assert_eq!(names, ["female", "male"]);
    assert_eq!(Grouping::AGE_CLASS.name(&report.task, Lang::En), "age × gender");
}

/// `E, R = est[order], res[order]` of `est = (i * 7) % 90 + 0.25`, `res = ((i * 53) % 41 - 20) * (0.1 + est / 60)`, `i =
/// np.arange(300)`; `r = np.sort(abs(R[np.argsort(abs(E - x), kind="stable")[:30]]))`; `x - r[25 - 1], x + r[25 - 1]`
#[test]
fn an_answer_has_the_range_of_the_nearest_errors() {
    let mut known: Vec<[f64; 2]> = (0..300)
        .map(|i| {
            let estimate = f64::from(i * 7 % 90) + 0.25;
            [estimate, (f64::from(i * 53 % 41) - 20.0) * (0.1 + estimate / 60.0)]
        })
        .collect();
    known.sort_by(|a, b| a[0].total_cmp(&b[0]));
    for (x, low, high) in [(8.1, 3.7874999999999996, 12.4125), (40.3, 27.43333333333333, 53.166666666666664)] {
        let range = regression::range_of(&known, x).unwrap();
        close(range.low, low);
        close(range.high, high);
    }
    // Nobody is younger than nothing, and what lies outside of all that is known has a range too.
    assert!(regression::range_of(&known, -3.0).unwrap().low >= 0.0);
    assert!(regression::range_of(&known, 500.0).is_some());
    assert!(regression::range_of(&known[..19], 20.0).is_none());
    // Of a model that takes everybody for 16 years younger, too, an answer lies in its own range, and the label does.
    let biased: Vec<[f64; 2]> = known.iter().map(|[estimate, residual]| [*estimate, 16.0 + residual / 10.0]).collect();
    let range = regression::range_of(&biased, 50.0).unwrap();
    assert!(range.low <= 50.0 && range.high >= 66.0, "{range:?}");
    // Of four of five that were not looked at, the age lies within.
    let mut random = Random::new(5, Purpose::SampleFaces, &[]);
    let mut draw = |n: usize| -> Vec<[f64; 2]> {
        let mut all: Vec<[f64; 2]> = (0..n)
            .map(|_| {
                let estimate = random.between(20.0, 80.0);
                [estimate, random.normal() * estimate / 8.0]
            })
            .collect();
        all.sort_by(|a, b| a[0].total_cmp(&b[0]));
        all
    };
    let (looked_at, fresh) = (draw(2000), draw(2000));
    let within = fresh.iter().filter(|[estimate, residual]| {
        let range = regression::range_of(&looked_at, *estimate).unwrap();
        (range.low..=range.high).contains(&(estimate + residual))
    });
    let share = within.count() as f64 / 2000.0;
    assert!((0.77..0.85).contains(&share), "{share}");
}

#[test]
fn a_report_of_years_is_read_as_it_was_written() {
    let report = report();
    let text = serde_json::to_string(&report).unwrap();
    assert!(text.contains("\"task\":\"age\"") && !text.contains("classes"), "{}", &text[..200]);
    let back: Report = serde_json::from_str(&text).unwrap();
    assert_eq!(back, report);
    let scores: RunScores = serde_json::from_str(&serde_json::to_string(&report.run_scores()).unwrap()).unwrap();
    assert_eq!(scores.years.unwrap().mae, report.regression().unwrap().mae);
    // Nothing that only classes have goes wrong with it.
    assert_eq!(report.confusion(0.5).total(), 60);
    assert!(report.headline(0.5, Lang::En).starts_with("Off by 7.8\u{a0}years on average"), "{}", report.headline(0.5, Lang::En));
    assert!(report.subline(0.5, Lang::Fr).contains("toujours dire 45"), "{}", report.subline(0.5, Lang::Fr));
}

/// `StandardScaler().fit(ages)`: `mean_`, `scale_`
#[test]
fn values_are_standardized_while_they_are_learned() {
    let folder = Folder::utkface(40);
    let dataset = Arc::new(read(&folder).unwrap());
    let samples: Vec<u32> = (0..30).collect();
    let scaler = TargetScaler::of(&dataset, &samples);
    let ages: Vec<f64> = samples.iter().map(|i| f64::from(dataset.samples[*i as usize].class)).collect();
    let mean = ages.iter().sum::<f64>() / 30.0;
    let std = (ages.iter().map(|age| (age - mean).powi(2)).sum::<f64>() / 30.0).sqrt();
    assert!((f64::from(scaler.mean) - mean).abs() < 1e-5 && (f64::from(scaler.std) - std).abs() < 1e-5);
    let mut of = TrainingBatches {
        form: Form::Pixels,
        dataset: dataset.clone(),
        samples,
        augment: Settings::default().augment,
        batch_size: 30,
        seed: 1,
        output: Output::Linear,
        class_weights: vec![1.0; dataset.task.len()],
        scaler,
        threads: None,
    };
    let batch = Batches::training(of.clone(), 0).next().unwrap().unwrap();
    let sum: f64 = batch.targets.iter().map(|z| f64::from(*z)).sum();
    let squares: f64 = batch.targets.iter().map(|z| f64::from(*z).powi(2)).sum();
    assert!((sum / 30.0).abs() < 1e-5 && (squares / 30.0 - 1.0).abs() < 1e-5, "{sum} {squares}");
    // Mixed pictures are asked for the mixed age.
    of.augment.mixup.on = true;
    let mixed = Batches::training(of, 0).next().unwrap().unwrap();
    assert!(mixed.targets.iter().zip(&batch.targets).any(|(mixed, plain)| (mixed - plain).abs() > 1e-3));
    let (least, most) = batch.targets.iter().fold((f32::MAX, f32::MIN), |(a, b), z| (a.min(*z), b.max(*z)));
    assert!(mixed.targets.iter().all(|z| (least..=most).contains(z)));
    // Of classes nothing is changed.
    assert_eq!(TargetScaler::of(&Folder::utkface(6).open().unwrap(), &[0, 1]), TargetScaler::default());
}

#[test]
fn names_that_say_no_age_are_left_out_and_said() {
    let folder = Folder::utkface(30);
    folder.picture("portrait.jpg", 99);
    let dataset = read(&folder).unwrap();
    assert_eq!((dataset.task.kind, dataset.samples.len()), (TaskKind::Age, 30));
    assert!(dataset.samples.iter().all(|sample| Some(u16::from(sample.class)) == sample.age));
    let skipped: Vec<&SkipReason> = dataset.skipped.iter().map(|skipped| &skipped.reason).collect();
    assert_eq!(skipped, [&SkipReason::Name]);
    assert_eq!(dataset.understood.sentence(&dataset.task).en, "Ages in years, from UTKFace’s names");

    let nameless = Folder::new();
    shapes::draw(&nameless.root(), 3, 4);
    let refused = read(&nameless).expect_err("no ages");
    assert!(refused.what.en.contains("none has a name that says one"), "{refused}");
    assert!(refused.remedy.en.contains("age_gender_race_date.jpg"), "{refused}");

    let twins = Folder::new();
    (0..6).for_each(|i| drop(twins.picture(&format!("30_{}_0_2017011600000000{i}.jpg", i % 2), i)));
    let refused = read(&twins).expect_err("one age");
    assert_eq!(refused.what.en, "All usable pictures are labeled 30 years");
}

#[test]
fn every_part_has_the_same_mix_of_ages() {
    let dataset = read(&Folder::utkface(360)).unwrap();
    let split = Split::new(&dataset, &SplitSettings::default(), 3);
    let decades = |part: Part| {
        let mut counts = [0; 9];
        split.indices(part).iter().for_each(|i| counts[usize::from(dataset.samples[*i as usize].class / 10).min(8)] += 1);
        counts
    };
    let [train, validation, test] = Part::ALL.map(decades);
    for decade in 0..9 {
        let all = train[decade] + validation[decade] + test[decade];
        for (count, share) in [(train[decade], 0.6), (validation[decade], 0.2), (test[decade], 0.2)] {
            assert!((f64::from(count) - f64::from(all) * share).abs() <= 1.0, "{count} of {all} in decade {decade}");
        }
    }
}

#[test]
fn recipes_and_settings_follow_the_question() {
    let (age, gender) = (Task::age(), Task::gender());
    for preset in [Preset::Quick, Preset::Notebook, Preset::Recommended] {
        let settings = preset.settings_for(&age);
        assert_eq!((settings.train.loss.kind, settings.train.callbacks.monitor), (LossKind::Mae, Monitor::ValidationMae));
        assert_eq!(settings.output(&age), Output::Linear);
        assert_eq!(Preset::of(&settings), Some(preset));
        assert_eq!(settings.clone().for_task(&age), settings);
    }
    let mut settings = Settings::default();
    settings.train.callbacks.monitor = Monitor::ValidationAccuracy;
    let settings = settings.for_task(&age);
    assert_eq!((settings.train.loss.kind, settings.train.callbacks.monitor), (LossKind::Mae, Monitor::ValidationMae));
    assert_eq!(settings.for_task(&gender).train.callbacks.monitor, Monitor::ValidationAccuracy);
    let mut huber = Settings::default();
    huber.set("train.loss.kind=huber").unwrap();
    huber.set("train.loss.delta=0.5").unwrap();
    assert_eq!(huber.clone().for_task(&age).train.loss.delta, 0.5);
    // A loss of years is not for two classes.
    let refused = Plan::new(&huber, Arc::new(Folder::utkface(30).open().unwrap())).expect_err("of years");
    assert_eq!(refused[0].setting.as_deref(), Some("train.loss.kind"));
}

#[test]
fn drawings_have_a_drawn_age() {
    let all = sample_faces::dataset(by_age(), &Control::default(), &mut |_, _, _| {}).unwrap();
    assert_eq!(all.task, Task::age());
    for (index, sample) in all.samples.iter().enumerate().step_by(97) {
        assert_eq!((sample.class, sample.age), (sample_faces::drawn_age(index), Some(sample.class.into())));
        assert!(sample.file.to_string_lossy().starts_with(&format!("{}_", sample.class)));
    }
    let span = all.age_span().unwrap();
    assert!(span.youngest < 15 && span.oldest > 75, "{span:?}");
    // Opened for their gender, their names say other ages.
    let gender = sample_faces::dataset(Reading::default(), &Control::default(), &mut |_, _, _| {}).unwrap();
    let gender = OpenDataset::from(gender);
    assert!(gender.asked(&Task::age()).is_none() && gender.asked(&Task::gender()).is_some());
}

/// From a folder to a judged run, its answers, its files, and on.
#[test]
fn ages_are_learned_judged_answered_and_exported() {
    let folder = bright(300, 11);
    let home = tempfile::tempdir().unwrap();
    let store = RunStore::at(home.path());
    let view = trained(&small(), &folder, &store);
    let report = view.report.as_ref().unwrap();
    let all = report.regression().unwrap();
    assert!(all.mae < 0.5 * all.baseline, "{all:?}");
    assert!(all.r2.unwrap() > 0.6, "{all:?}");
    // What training told of the best epoch is what its weights say, in years.
    let best = view.history.iter().find(|record| Some(record.epoch) == view.info.best_epoch).unwrap();
    let said = report.validation.iter().map(|p| p.error().abs()).sum::<f64>() / report.validation.len() as f64;
    assert!((best.mae.unwrap().validation - said).abs() < 1e-3, "{best:?} {said}");
    let least = view.history.iter().map(|record| record.mae.unwrap().validation).fold(f64::MAX, f64::min);
    assert_eq!(best.mae.unwrap().validation, least);
    assert_eq!(view.info.scores.as_ref().unwrap().years.unwrap().mae, all.mae);

    let dataset = read(&folder).unwrap();
    let run = store.find(&view.info.id).unwrap();
    let mut predictor = run.predictor(|config| engine::open("cpu", config)).unwrap();
    for p in report.predictions.iter().take(8) {
        let answer = predictor.predict_batch(&dataset.pixels.get(p.sample as usize).unwrap()).unwrap().remove(0);
        let estimate = answer.estimate.unwrap();
        assert!((estimate.value - p.estimate()).abs() < 1e-3);
        assert_eq!(estimate.range, report.range_of(estimate.value));
        let sentence = answer.sentence(&predictor.task, Lang::En);
        assert!(sentence.starts_with("about ") && sentence.contains(" to "), "{sentence}");
        let maps = [predictor.grad_cam(&answer), predictor.occlusion(&answer, &Control::default()).unwrap()];
        assert!(maps.iter().all(|map| map.values.iter().all(|value| (0.0..=1.0).contains(value))));
    }

    files(&view);
    python_says_the_same(&view, &folder);
    goes_on(&view, &folder, &store);
    other_questions_are_refused(&view, &store);
}

/// On the command line, from the question to every number.
#[test]
fn the_command_line_speaks_of_years() {
    let home = tempfile::tempdir().unwrap();
    let run = |arguments: &str| {
        let (status, out, err) = support::outcome(support::program(home.path()).args(arguments.split(' ')));
        assert_eq!(status, 0, "{arguments}: {out}{err}");
        out
    };
    let small = "--set augment.crop=48 --set model.filters=8 --set model.dense=8 --set train.steps_per_epoch=4";
    let told = run(&format!("train --sample --task age --preset quick --epochs 1 --device cpu {small}"));
    assert!(told.contains("ages ") && told.contains("always saying") && told.contains("within 5 years"), "{told}");
    let runs: serde_json::Value = serde_json::from_str(&run("runs --json")).unwrap();
    let (id, mae) = (runs[0]["id"].as_str().unwrap(), runs[0]["scores"]["years"]["mae"].as_f64().unwrap());
    assert_eq!(runs[0]["task"], "age");
    assert!(run("runs").contains(&format!("test off by {mae:.2}")));
    let judged: serde_json::Value = serde_json::from_str(&run(&format!("evaluate {id} --json"))).unwrap();
    assert_eq!(judged["unit"], "years");
    assert!((judged["mae"].as_f64().unwrap() - mae).abs() < 1e-3);
    assert_eq!(judged["groups"]["gender"].as_array().unwrap().len(), 2);
    let picture = home.path().join("face.png");
    image::save_buffer(&picture, &sample_faces::draw(3).0, 128, 128, image::ColorType::Rgb8).unwrap();
    let table = home.path().join("ages.csv");
    let said = run(&format!("predict {id} {} --csv {}", picture.display(), table.display()));
    assert!(said.contains(": about ") && said.contains(" to "), "{said}");
    let table = fs::read_to_string(table).unwrap();
    assert_eq!(table.lines().next().unwrap(), "file,left,top,side,estimate,low,high,problem");
    assert_eq!(table.lines().nth(1).unwrap().split(',').count(), 8);
}

fn files(view: &RunView) {
    let out = tempfile::tempdir().unwrap();
    let write = |format: Format, name: &str, lang: Lang| {
        let path = out.path().join(name);
        export(view, None, format, ExportOptions { lang, ..ExportOptions::default() }, &path).unwrap();
        fs::read_to_string(path).unwrap()
    };
    let csv = write(Format::Csv, "all.csv", Lang::En);
    assert_eq!(csv.lines().next().unwrap(), "file,part,age,race,estimate,label,error");
    let cells: Vec<f64> = csv.lines().nth(1).unwrap().split(',').skip(4).map(|cell| cell.parse().unwrap()).collect();
    assert!((cells[0] - cells[1] - cells[2]).abs() < 0.011, "{cells:?}");
    let page = write(Format::Report, "report.html", Lang::En);
    for words in ["Estimate and label", "Erreur moyenne en années", "always the mean age", "Groups", "female", "CS@5"] {
        assert!(page.contains(words), "{words}");
    }
    assert!(!page.contains("F1") && !page.contains("ROC"));
    let card = write(Format::Card, "card.md", Lang::Fr);
    assert!(card.contains("Erreur absolue moyenne") && card.contains("âge moyen"), "{card}");
    assert!(!card.contains("F1"));
    for plot in [PlotKind::Mae, PlotKind::Scatter, PlotKind::Groups(Grouping::AGE), PlotKind::Loss] {
        save_plot(view, plot, Lang::En, &out.path().join(format!("{}.png", plot.file(&view.info.task))), false).unwrap();
    }
    assert!(save_plot(view, PlotKind::Roc, Lang::En, &out.path().join("roc.svg"), false).is_err());
}

/// The value, the scale and the mirror images are in the file's graph, and in PyTorch's.
fn python_says_the_same(view: &RunView, folder: &Folder) {
    let Some(python) = support::python("onnx, onnxruntime, numpy, PIL") else {
        return support::skip("python", "no Python with onnx, onnxruntime, numpy and pillow");
    };
    let out = tempfile::tempdir().unwrap();
    let report = view.report.as_ref().unwrap();
    let some: Vec<&Prediction> = report.predictions.iter().take(20).collect();
    let files: Vec<String> = some.iter().map(|p| folder.root().join(&p.file).display().to_string()).collect();
    let compare = |place: &Path, script: &str| {
        fs::write(place.join("files.json"), serde_json::to_string(&files).unwrap()).unwrap();
        let theirs: Vec<f64> = serde_json::from_str(&support::run_python(&python, place, script)).unwrap();
        for (p, theirs) in some.iter().zip(&theirs) {
            assert!((p.estimate() - theirs).abs() < 0.3, "{}: {} and {theirs}", p.file.display(), p.estimate());
        }
    };
    let place = out.path().join("python");
    export(view, None, Format::Python, ExportOptions::default(), &place).unwrap();
    compare(
        &place,
        "import json, onnx, predict\n\
        onnx.checker.check_model(onnx.load('model.onnx'), full_check=True)\n\
        session, meta = predict.load()\n\
        assert meta['task'] == 'age' and meta['unit'] == 'years', meta\n\
        assert [output.name for output in session.get_outputs()] == ['years']\n\
        files = json.load(open('files.json'))\n\
        assert predict.sentence_of(files[0], session, meta).endswith(' years')\n\
        print(json.dumps([float(predict.answer_of(f, session, meta)) for f in files]))\n",
    );
    if support::python("torch, numpy, PIL").is_none() {
        return support::skip("torch", "no Python with torch");
    }
    let place = out.path().join("weights");
    export(view, None, Format::Safetensors, ExportOptions::default(), &place).unwrap();
    let script = format!(
        "import sys, json, numpy\nsys.path.insert(0, '.')\nsys.path.insert(0, {:?})\nimport model, predict\n\
        session, meta = predict.load()\n\
        pixels = numpy.stack([predict.pixels_of(f, meta) for f in json.load(open('files.json'))])\n\
        print(json.dumps(model.years(model.load('.'), pixels, '.').tolist()))\n",
        out.path().join("python").display().to_string()
    );
    compare(&place, &script);
}

/// Trained further from its checkpoint, and from its weights alone: what it has learned stays learned.
fn goes_on(view: &RunView, folder: &Folder, store: &RunStore) {
    let dataset = Arc::new(read(folder).unwrap());
    let mae = |view: &RunView| view.report.as_ref().unwrap().regression().unwrap().mae;
    let further = |store: &RunStore| {
        let how = ResumeOptions { more: 1, device: Some("cpu".to_owned()), ..ResumeOptions::default() };
        judged(Command::Resume { run: view.info.id.clone(), open: dataset.clone().into(), how }, store)
    };
    let on = further(store);
    assert_eq!(on.history.len(), view.history.len() + 1);
    assert!(mae(&on) < 1.5 * mae(view), "{} after {}", mae(&on), mae(view));
    // How far other weights were off says nothing of these.
    let run = store.find(&view.info.id).unwrap();
    let known = || run.predictor(|config| engine::open("cpu", config)).unwrap().residuals.len();
    let own = on.report.clone().unwrap();
    assert_eq!(known(), own.validation.len());
    run.save_report(&Report { weights: Some(WeightsId::of(1, &Weights::default())), ..own.clone() }).unwrap();
    assert_eq!(known(), 0);
    run.save_report(&own).unwrap();
    let before = on.history.iter().map(|record| record.mae.unwrap().train).fold(f64::MAX, f64::min);
    fs::remove_dir_all(view.folder.join("checkpoint")).unwrap();
    let on = further(store);
    let last = on.history.last().unwrap().mae.unwrap();
    // Weights that were taken for standardized ones would be off by the whole mean age.
    assert!(last.train < 3.0 * before, "{last:?} after {before}");
}

/// A run of years is not for a folder of classes, nor the other way round.
fn other_questions_are_refused(view: &RunView, store: &RunStore) {
    let classes = Folder::new();
    shapes::draw(&classes.root(), 3, 10);
    let evaluate = |run: &str, source: Source| {
        let command =
            Command::Evaluate { run: run.to_owned(), source: Some(source), open: None, device: "cpu".to_owned(), mirrored: None };
        worker::perform(command, store, &Control::default(), &mut |_| {})
    };
    let refused = evaluate(&view.info.id, classes.source()).expect_err("no ages");
    assert!(refused.what.en.contains("ages in years") && refused.what.en.contains("the folder has"), "{refused}");
    // UTKFace's names answer both, however the folder was opened.
    evaluate(&view.info.id, bright(40, 12).source()).unwrap();

    let mut settings = small().for_task(&Task::gender());
    settings.train.loss.kind = LossKind::BinaryCrossentropy;
    settings.train.epochs = 1;
    let plan = Plan::new(&settings, Arc::new(classes.open().unwrap())).unwrap();
    let of_classes = judged(Command::Train(Box::new(Plan { device: "cpu".to_owned(), ..plan })), store);
    let years = bright(30, 13);
    let dataset = read(&years).unwrap();
    assert_eq!(dataset.task, Task::age());
    let refused = evaluate(&of_classes.info.id, years.source()).expect_err("other labels");
    assert!(refused.what.en.contains("the folder has"), "{refused}");

    // Weights with another head are told from those that fit, where no checkpoint has those that belong there.
    fs::remove_dir_all(view.folder.join("checkpoint")).unwrap();
    let other = of_classes.folder.join("best.safetensors");
    fs::copy(&other, view.folder.join("best.safetensors")).unwrap();
    let run = store.find(&view.info.id).unwrap();
    assert!(run.predictor(|config| engine::open("cpu", config)).is_err());
}
