//! The window, the command line and folders judge the same part of a photo, and so say the same of it.

use std::{fs, path::Path};

use trombine::{
    control::Control,
    data::{
        dataset::Dataset,
        sample::{Framing, Source},
        sample_faces,
    },
    engine,
    files::table::TableForm,
    predict::{
        Framed, Photo,
        batch::{FolderJob, predict_folder},
        frame,
    },
    run::RunStore,
    worker::{self, Answerer, Crop, PredictionRequest},
};

use crate::{engine_cases, picture_folder::Folder, support, training};

/// A run with weights that were not trained: enough to compare answers.
fn run(home: &Path) -> trombine::run::Run {
    let plan = training::plan(&training::settings());
    let run = RunStore::at(home).create(&plan).expect("a run");
    engine_cases::weights(&plan.network, 4).save(&run.best_path()).expect("weights");
    run
}

/// What `trombine predict` writes of `paths`: the columns of each row after the file.
fn command_line(home: &Path, paths: &[&Path], faces: bool) -> Vec<Vec<String>> {
    let csv = home.join("out.csv");
    let mut command = support::program(home);
    command.args(["--lang", "en", "predict", "last"]).args(paths).arg("--overwrite").arg("--csv").arg(&csv);
    if faces {
        command.arg("--faces");
    }
    command.output().expect("the program starts");
    rows(&fs::read_to_string(&csv).expect("a table"))
}

fn rows(table: &str) -> Vec<Vec<String>> {
    table.lines().skip(1).map(|line| line.split(',').skip(1).map(str::to_owned).collect()).collect()
}

/// What the window says of a photo, in the same columns.
fn window(home: &Path, run: &str, path: &Path, framing: Framing) -> Vec<Vec<String>> {
    let answerer = Answerer::at(RunStore::at(home), || {}).expect("a thread");
    let photo = Photo::open(path).expect("a photo");
    let squares = frame(&photo, framing).squares();
    let ask = |(id, square): (u64, Option<trombine::data::square::Square>)| {
        let crop = square.map(|s| Crop { x: s.left as f32, y: s.top as f32, side: s.side as f32 });
        let photo = worker::PhotoSource::File(path.to_owned());
        assert!(answerer.ask(PredictionRequest { id, run: run.to_owned(), photo, crop, heat: None }));
        let reply = answerer.wait().expect("an answer").result.expect("it can be judged");
        let (class, _, sure) = reply.verdict();
        let place = square.map_or([const { String::new() }; 3], |s| [s.left, s.top, s.side].map(|v| format!("{v:.0}")));
        let answer = [
            reply.task.classes[class].clone(),
            format!("{:.6}", reply.probabilities[1]),
            if sure { "yes" } else { "no" }.to_owned(),
            String::new(),
        ];
        place.into_iter().chain(answer).collect()
    };
    (0..).zip(squares).map(ask).collect()
}

/// Equal but for the last digits of the probability: the engines have different numbers of threads.
fn same(ours: &[Vec<String>], theirs: &[Vec<String>]) {
    assert_eq!(ours.len(), theirs.len(), "{ours:?} {theirs:?}");
    for (a, b) in ours.iter().zip(theirs) {
        assert_eq!((&a[..4], &a[5..]), (&b[..4], &b[5..]));
        let [p, q]: [f64; 2] = [&a[4], &b[4]].map(|p| p.parse().expect("a number"));
        assert!((p - q).abs() < 1e-5, "{p} {q}");
    }
}

fn save(photo: &Photo, path: &Path) {
    image::save_buffer(path, &photo.rgb, photo.width, photo.height, image::ColorType::Rgb8).expect("it can be written");
}

/// A wide scene with a drawn face in it.
fn scene(face: usize) -> Photo {
    let (width, height) = (420usize, 300usize);
    let mut photo = Photo::new(width as u32, height as u32, [120, 140, 150].repeat(width * height)).expect("a photo");
    let pixels = sample_faces::draw(face).0;
    for (row, line) in pixels.chunks_exact(128 * 3).enumerate() {
        photo.rgb[((row + 90) * width + 200) * 3..][..128 * 3].copy_from_slice(line);
    }
    photo
}

#[test]
fn the_window_the_command_line_and_folders_agree() {
    let home = tempfile::tempdir().expect("a folder");
    let id = run(home.path()).info.id;
    let photos = home.path().join("photos");
    fs::create_dir(&photos).expect("a folder");
    let mut kinds = Vec::new();
    for face in 0..6 {
        let path = photos.join(format!("{face}.png"));
        let photo = if face < 4 { scene(face) } else { Photo::new(128, 128, sample_faces::draw(face).0).expect("a photo") };
        save(&photo, &path);
        kinds.push(frame(&photo, Framing::FaceCrop));
    }
    assert!(kinds.iter().any(|kind| matches!(kind, Framed::Faces(_))), "a scene in which a face is found: {kinds:?}");
    for framing in [Framing::Whole, Framing::FaceCrop] {
        let mut all = Vec::new();
        for face in 0..6 {
            let path = photos.join(format!("{face}.png"));
            let ours = window(home.path(), &id, &path, framing);
            let theirs = command_line(home.path(), &[&path], framing == Framing::FaceCrop);
            match ours.is_empty() {
                true => assert_eq!(theirs[0][6], "no face"),
                false => same(&ours, &theirs),
            }
            all.extend(if ours.is_empty() { vec![["", "", "", "", "", "", "no face"].map(str::to_owned).into()] } else { ours });
        }
        let run = RunStore::at(home.path()).find("last").expect("the run");
        let mut predictor = run.predictor(|config| engine::open("cpu", config)).expect("weights");
        let csv = home.path().join(format!("{framing:?}.csv"));
        let (folder, form) = (photos.as_path(), TableForm::default());
        let job = FolderJob { folder, csv: &csv, framing, form, overwrite: false, home: home.path() };
        predict_folder(&mut predictor, &job, &Control::default(), |_, _| {}).expect("a table");
        let table = rows(&fs::read_to_string(&csv).expect("a table"));
        let (answered, without): (Vec<_>, Vec<_>) = all.into_iter().partition(|row| row[6].is_empty());
        let (table, none): (Vec<_>, Vec<_>) = table.into_iter().partition(|row| row[6].is_empty());
        same(&answered, &table);
        assert_eq!(without, none);
    }
}

/// Real crops and real faces in a larger picture.
#[test]
fn they_agree_on_real_pictures() {
    let Some(folder) = support::utkface() else {
        return support::skip("utkface", "TROMBINE_UTKFACE names no folder");
    };
    let home = tempfile::tempdir().expect("a folder");
    let id = run(home.path()).info.id;
    let mut files: Vec<_> = fs::read_dir(folder).expect("a folder").flatten().map(|entry| entry.path()).collect();
    files.sort();
    let files: Vec<_> = files.into_iter().filter(|f| f.extension().is_some_and(|e| e == "jpg")).step_by(2501).take(4).collect();
    for path in files {
        for framing in [Framing::Whole, Framing::FaceCrop] {
            let ours = window(home.path(), &id, &path, framing);
            if !ours.is_empty() {
                same(&ours, &command_line(home.path(), &[&path], framing == Framing::FaceCrop));
            }
        }
    }
}

#[test]
fn a_run_remembers_how_its_pictures_were_framed() {
    let crops = Folder::utkface(8).open().expect("it can be opened");
    assert_eq!(crops.framing(), Framing::FaceCrop, "UTKFace's names");
    let tree = Folder::new();
    for i in 0..8 {
        tree.picture(&format!("{}/{i}.png", ["cats", "dogs"][i % 2]), i as u32);
    }
    let tree = tree.open().expect("it can be opened");
    assert_eq!(tree.framing(), Framing::Whole, "two classes of anything");
    let drawn = Dataset { source: Source::SampleFaces, ..crops.clone() };
    assert_eq!(drawn.framing(), Framing::Whole, "drawings are whole pictures");
    let home = tempfile::tempdir().expect("a folder");
    let made = run(home.path());
    assert_eq!(RunStore::at(home.path()).find("last").expect("the run").info.framing, made.info.framing);
    assert_eq!(made.info.framing, Framing::Whole);
    // Runs from before it was recorded: drawings are whole pictures, folders are taken for face crops.
    let path = made.folder.join("run.json");
    let then = fs::read_to_string(&path).expect("a file").replace("\"framing\": \"whole\",", "");
    let folder = then.replace("\"SampleFaces\"", "{ \"Folder\": \"/pictures\" }");
    for (text, framing) in [(then, Framing::Whole), (folder, Framing::FaceCrop)] {
        fs::write(&path, text).expect("it can be written");
        assert_eq!(RunStore::at(home.path()).find("last").expect("the run").info.framing, framing);
    }
}

#[test]
fn a_fingerprint_changes_with_every_change_of_the_data() {
    let data = Folder::utkface(6).open().expect("it can be opened");
    let changed = |change: fn(&mut Dataset)| {
        let mut other = data.clone();
        change(&mut other);
        other.fingerprint()
    };
    assert_eq!(changed(|_| {}), data.fingerprint());
    let changes: [fn(&mut Dataset); 4] = [
        |d| d.samples[2].class = 1 - d.samples[2].class,
        |d| drop(d.samples.remove(1)),
        |d| d.samples[0].hash += 1,
        |d| d.samples[0].file = "other.jpg".into(),
    ];
    for (i, change) in changes.into_iter().enumerate() {
        assert_ne!(changed(change), data.fingerprint(), "{i}");
    }
}
