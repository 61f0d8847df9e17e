//! Pictures of the pages on made-up sessions, to be looked at: `TROMBINE_PICTURES=DIR cargo test page_pictures`.
//!
//! Pictures need a graphics driver (lavapipe will do). Without that variable scenes are drawn to nowhere and clicked.
//! `TROMBINE_PICTURES_ONLY` keeps the scenes whose names contain it; `TROMBINE_PICTURES_ALL` adds every language, mode and size.
//! `TROMBINE_PICTURES_ZOOM=2` draws the whole window at 200% instead, once more as high as what is scrolled to, and the dialogs too.

use std::{
    cell::RefCell,
    path::{Path, PathBuf},
    sync::Arc,
};

use egui_kittest::kittest::Queryable as _;
use trombine::{
    control::{Glimpse, Stage as Work},
    data::{
        dataset::Dataset,
        face_crop::FaceCrops,
        glimpse::SIDE,
        resize::resize,
        sample::{Anomaly, SkipReason, Skipped, Source},
        sample_faces,
        square::Square,
    },
    engine::{Device, DeviceKind},
    evaluate::{Logits, Prediction, Seen},
    history::{BatchRecord, EventLog, StopReason},
    plan::Plan,
    run::{RunFiles, RunStatus},
    session::{LookedAt, Phase, Progress, RateTest, RunPicturesState, SquareQuery, Tried, WholePhoto},
    text::Lang,
    train::{
        rate_range::{self, RateRange},
        trial::Trial,
    },
    ui::{Mode, page::Page, theme},
    worker::PhotoSource,
};

use crate::{
    face_crops, many_classes, many_runs, overlap, predict_many, resize_method, runs_list,
    scenes::{self, Scene, scene},
    stage::{self, Stage},
    viewer, years_pages,
};

/// States of pages that the tests of the whole window leave out: menus, special data, what is rare.
const MORE_SCENES: &[Scene] = &[
    scene("data-filling", opening, &[]),
    scene("train-rates", tried, &["Find a rate", "Trouver un taux"]),
    scene("train-menu", || Stage::new(Page::Training).with_data(60), &["Save, open or copy", "Enregistrer, ouvrir ou copier"]),
    scene("train-empty", || Stage::new(Page::Training), &[]),
    scene("train-ready", || Stage::new(Page::Training).with_data(60), &[]),
    scene("train-asks", asking, &[]),
    scene("train-more", || Stage::new(Page::Training).with_data(60), MORE),
    scene("model-more", || Stage::new(Page::Model).with_data(60), MORE),
    scene(
        "model-search",
        || Stage::new(Page::Model).with_data(60),
        &["Search the settings", "Chercher un réglage", "type: learn"],
    ),
    scene(
        "model-none",
        || Stage::new(Page::Model).with_data(60),
        &["Search the settings", "Chercher un réglage", "type: plateau"],
    ),
    scene("data-split", || Stage::new(Page::Data).with_data(600), &["Numbers and settings", "Chiffres et réglages"]),
    scene("data-shared", || sharing(Page::Data), &["show, test pictures also", "voir, images de test à l’entraînement"]),
    scene("train-shared", || sharing(Page::Training), &[]),
    scene("results-shared", || sharing(Page::Results), &[]),
    scene("results-stale", stale, &[]),
    scene("data-no-face", photos, &["show, pictures that cannot", "voir, images inutilisables"]),
    scene("data-not-square", resize_method::stage, &["are not square", "images non carrées"]),
    scene("data-faces-menu", photos, &["change how the folder is read", "changer la lecture du dossier"]),
    scene("data-square", photos, &["show, pictures that cannot", "voir, images inutilisables", "garden.jpg, 2"]),
    scene("experiment-many", many_runs::seeds, &["Experiments", "Expériences", "500\u{a0}seeds", "500\u{a0}graines"]),
    scene("augment", || Stage::new(Page::Augmentation).with_data(600), &[]),
    scene(
        "results-crossed",
        || Stage::new(Page::Results).with_data(400).with_run(),
        &["crossed", "croisés", "Show groups as a table", "Afficher les groupes en tableau"],
    ),
    scene("viewer-heat", looked_at, VIEWER_HEAT),
    scene("viewer-heat-face", face_looked_at, &["predicted ", "réponse\u{a0}: ", "No heat map", "Sans carte", "uick", "apide"]),
    scene(
        "viewer-heat-photo",
        stage::predicting,
        &["Open the picture", "Ouvrir l’image", "No heat map", "Sans carte", "uick", "apide"],
    ),
    scene("viewer-waiting", || Stage::new(Page::Results).with_data(400).with_run(), VIEWER_HEAT),
    scene(
        "results-help",
        || Stage::new(Page::Results).with_data(400).with_run(),
        &["What is “Confusion matrix", "Qu’est-ce que «\u{a0}Matrice de confusion"],
    ),
    scene("training-help", || during(Phase::Training), &["What is “Loss", "Qu’est-ce que «\u{a0}Perte"]),
    scene("data-marked", || Stage::new(Page::Data).with_data(600), &["Wall of", "Mur de", CTRL_A]),
    scene(
        "data-marked-copies",
        || Stage::new(Page::Data).with_data(600),
        &["all pictures", "toutes les images", "conflicting copies", "copies contradictoires", CTRL_A],
    ),
    scene("data-marked-odd", odd, &["all pictures", "toutes les images", "unusual pictures", "images inhabituelles", CTRL_A]),
    scene(
        "data-menu-odd",
        odd,
        &["all pictures", "toutes les images", "unusual pictures", "images inhabituelles", "right: .png, "],
    ),
    scene(
        "data-nothing",
        || Stage::new(Page::Data).with_data(600),
        &["by file name", "par nom de fichier", "type: no such name"],
    ),
    scene(
        "results-marked",
        || Stage::new(Page::Results).with_data(400).with_run(),
        &["ctrl: : predicted ", "ctrl: \u{a0}: réponse "],
    ),
    scene(
        "results-menu-marked",
        || Stage::new(Page::Results).with_data(400).with_run(),
        &["ctrl: : predicted ", "ctrl: \u{a0}: réponse ", "Actions"],
    ),
    scene(
        "runs-noting",
        runs_list::many,
        &["right: Notebook, ", "Add a note", "Ajouter une note", "type: longer pictures, #paper"],
    ),
    scene(
        "pictures-nothing",
        || Stage::new(Page::Results).with_data(400).with_run(),
        &["See all", "Voir les", "by file name", "par nom de fichier", "type: no such name"],
    ),
    scene(
        "pictures-marked",
        || Stage::new(Page::Results).with_data(400).with_run(),
        &["labeled female, predicted male", "étiquetées femme, prédites homme", CTRL_A],
    ),
    scene("results-gone", gone, &[]),
    scene("results-long", long_names, &[]),
    scene("results-menu", long_names, &["Export…", "Exporter…"]),
    scene("results-killed", killed, &[]),
    scene("runs-single", single, &["notebook + batch norm,"]),
    scene("runs-classes", other_classes, &["notebook + batch norm,", "notebook,"]),
    scene("predict-crowd", crowd, &[]),
    scene("train-stopped", stopped_at_once, &[]),
    scene("pictures-gone", gone, &["labeled female, predicted male", "étiquetées femme, prédites homme"]),
    scene("runs-two", stage::three_runs, &["notebook + batch norm,", "notebook,"]),
    scene(
        "runs-names",
        elsewhere,
        &["notebook + batch norm,", "notebook,", "right in “notebook + batch norm”", "justes dans «\u{a0}notebook + batch norm"],
    ),
    scene("runs-record", recorded, &["notebook + batch norm,"]),
    scene("train-fine", fine, &[]),
    scene("predict-two", two_answerers, &["Choose the run that answers", "Choisir l’essai qui répond"]),
    scene("predict-unread", predict_many::several, &["photo 3 of", "photo 3 sur"]),
    scene("predict-group", predict_many::group, &[]),
    scene("predict-zoomed", predict_many::group, &["Zoom in", "Zoom avant", "Zoom in", "Zoom avant", "Zoom in", "Zoom avant"]),
    scene("predict-reading", predict_many::reading, &[]),
    scene(
        "predict-compared",
        predict_many::compared,
        &[
            "Compare runs",
            "Comparer des essais",
            "recommended, longer",
            "notebook, dropout",
            "age, recommended",
            "This session",
            "Cette session",
        ],
    ),
    scene("data-classes-3", || many_classes::stage(Page::Data, 3), &[]),
    scene("data-classes-10", || many_classes::stage(Page::Data, 10), &[]),
    scene("data-classes-100", || many_classes::stage(Page::Data, 100), &[]),
    scene("data-ages", || many_classes::stage(Page::Data, 5), &[]),
    scene("train-classes-10", || many_classes::stage(Page::Training, 10), &[]),
    scene("results-classes-3", || many_classes::stage(Page::Results, 3), &[]),
    scene("results-classes-10", || many_classes::stage(Page::Results, 10), &[]),
    scene("results-classes-100", || many_classes::stage(Page::Results, 100), &[]),
    scene("results-classes-200", || many_classes::stage(Page::Results, 200), &[]),
    scene(
        "results-large-200",
        || many_classes::stage(Page::Results, 200),
        &["Larger", "Plus grand", "Larger", "Plus grand", "Larger", "Plus grand"],
    ),
    scene("train-weights-3", || weighted(3), &[]),
    scene("train-weights-100", || weighted(100), &[]),
    scene("data-questions", || many_classes::stage(Page::Data, 5), &["Gender", "Genre"]),
    scene(
        "data-relabel-years",
        || years_pages::stage(Page::Data),
        &["Wall of", "Mur de", "Change label to…", "Corriger l’étiquette…"],
    ),
    scene("results-ages", || many_classes::stage(Page::Results, 5), &[]),
    scene("results-unsure", || many_classes::stage(Page::Results, 10), &["as a list", "en liste", "not sure", "pas sûr"]),
    scene("results-each", || many_classes::stage(Page::Results, 10), &["as a list", "en liste", "ROC"]),
    scene("predict-classes-10", || many_classes::stage(Page::Predict, 10), &[]),
    scene("predict-ages", || many_classes::stage(Page::Predict, 5), &[]),
    scene("results-years-pictures", || years_pages::stage(Page::Results), &["See all", "Voir les"]),
    scene(
        "results-years-table",
        || years_pages::stage(Page::Results),
        &["Show groups as a table", "Afficher les groupes en tableau"],
    ),
    scene(
        "experiment-search-list",
        stage::three_runs,
        &["New experiment", "Nouvelle expérience", "Search", "Recherche", "Add a setting", "Ajouter un réglage"],
    ),
    scene("runs-filter", runs_list::many, &["Which runs", "Quels essais"]),
    scene("runs-columns", runs_list::many, &["Columns", "Colonnes"]),
    scene("results-empty", || Stage::new(Page::Results), &[]),
];

/// In place of a name: the key that marks everything, and what text that is typed begins with, or the name of what is clicked with
/// Ctrl or by the right button.
const CTRL_A: &str = "Ctrl A";
const TYPED: &str = "type: ";
const WITH_CTRL: &str = "ctrl: ";
const RIGHT: &str = "right: ";

const MORE: &[&str] = &["More settings", "Plus de réglages"];

/// Pictures with something odd about them.
fn odd() -> Stage {
    let mut data = Dataset::clone(&stage::faces(600));
    for index in [2, 5, 11, 17, 30, 44] {
        data.samples[index].anomaly = Some(Anomaly::Small { width: 32, height: 40 });
    }
    Stage::new(Page::Data).with_dataset(Arc::new(data))
}

/// A folder that is being opened, whose wall fills.
fn opening() -> Stage {
    let mut stage = Stage::new(Page::Data);
    stage.session.phase = Phase::Opening(Progress { stage: Work::Decoding, done: 9_200, total: 23_708 });
    let glimpse = |place: usize| {
        let rgb = resize(&sample_faces::draw(place).0, [128; 2], [SIDE; 2]);
        Arc::new(Glimpse { place: place as u32, rgb })
    };
    stage.session.glimpses = (0..98).map(glimpse).collect();
    stage
}

/// The first training, at which the user is asked whether to tell of its end.
fn asking() -> Stage {
    let mut stage = during(Phase::Training);
    stage.notify = None;
    stage
}

const VIEWER_HEAT: &[&str] = &[
    "labeled female, predicted male",
    "étiquetées femme, prédites homme",
    ": predicted male",
    ": réponse homme",
    "Open the picture",
    "Ouvrir l’image",
    "No heat map",
    "Sans carte",
    "uick",
    "apide",
];

/// A judged picture about which the run was asked.
fn looked_at() -> Stage {
    let mut stage = Stage::new(Page::Results).with_data(400).with_run();
    let run = stage.session.run.clone().expect("a run");
    let report = run.report.as_ref().expect("a report");
    let raw = report.logit_threshold(report.threshold);
    let all = report.predictions.iter().filter(|p| p.label == 0 && !p.correct(raw));
    // As the page lists them: the surest first, of equal ones by file.
    let sure = |p: &Prediction| report.confidence(p, report.threshold);
    let first = all.min_by(|a, b| sure(b).total_cmp(&sure(a)).then_with(|| a.file.cmp(&b.file)));
    let file = first.expect("a mistake").file.clone();
    let shown = stage::predicting();
    let mut asked = shown.session.photos[0].asked[0].clone();
    asked.slow = None;
    let photo = PhotoSource::Rgb { width: 1, height: 1, pixels: vec![0; 3].into() };
    stage.session.looked_at = Some(LookedAt { file, run: run.info.id.clone(), weights: 0, photo: Some(photo), asked });
    stage
}

/// A face of a training about which its best weights were asked.
fn face_looked_at() -> Stage {
    let mut stage = during(Phase::Training);
    let training = stage.session.training.as_ref().expect("it trains");
    let (run, sample) = (training.run.clone(), training.faces[0].sample as usize);
    let file = stage.session.dataset().expect("a data set").samples[sample].file.clone();
    let asked = SquareQuery { id: 900, reply: Some(Ok(stage::reply(sample, 0.91))), ..SquareQuery::default() };
    let weights = stage.session.weights_of(&run);
    stage.session.looked_at = Some(LookedAt { file, run, weights, photo: None, asked });
    stage
}

/// Weights of classes by hand, before a training.
fn weighted(n: usize) -> Stage {
    let mut stage = many_classes::stage(Page::Training, n);
    (stage.session.training, stage.session.phase) = (None, Phase::Idle);
    stage.settings.train.loss.class_weights = trombine::loss::ClassWeights::ByHand;
    stage.settings.train.loss.weights = (0..n).map(|class| if class == 1 { 2.5 } else { 1.0 }).collect();
    stage
}

/// Where the photos of a scene are.
const FOLDER: &str = "/photos/parties";

/// Faces of photos, two of which are left out, one of them with several faces that is looked at.
fn photos() -> Stage {
    let mut stage = Stage::new(Page::Data).with_data(600);
    let mut data = Dataset::clone(stage.session.dataset().expect("pictures"));
    data.source = Source::Folder(FOLDER.into());
    data.understood.reading.faces = FaceCrops::Skip;
    let skipped = |file: &str, reason| Skipped { file: file.into(), reason, proposal: None };
    let several = "female/2019 in the garden.jpg";
    data.skipped = vec![
        skipped(several, SkipReason::SeveralFaces { faces: 2 }),
        skipped("male/2021 at the lake.jpg", SkipReason::NoFace),
        skipped("male/half.jpg", SkipReason::Damaged { details: "the JPEG ends early".into() }),
    ];
    let data = Arc::new(data);
    stage.plan = Ok(Arc::new(stage::plan(&stage.settings, &data)));
    stage.session.open = Some(data.into());
    let photo = face_crops::scene(&[3, 4]);
    let faces = face_crops::found(&photo).iter().map(|face| face.crop).collect();
    let preview_size = [photo.width() as usize, photo.height() as usize];
    let whole = WholePhoto { preview: photo.into_raw().into(), preview_size, scale: 4.0, faces };
    let faces = whole.faces.iter().map(|face| Square { left: face.left * 4.0, top: face.top * 4.0, side: face.side * 4.0 });
    let whole = WholePhoto { faces: faces.collect(), ..whole };
    stage.session.photo_of_data = Some((Path::new(FOLDER).join(several), Arc::new(Ok(whole))));
    stage
}

/// Parts that share pictures, before a training and after it.
fn sharing(page: Page) -> Stage {
    let mut stage = Stage::new(page);
    let data = overlap::shared();
    stage.plan = Ok(Arc::new(Plan::new(&stage.settings, data.clone()).expect("a plan")));
    let mut view = stage::run(&data);
    if let Some(report) = &mut view.report {
        report.seen = Some(Seen { learned: (0..16).collect(), alike: Some(3), ..Seen::default() });
    }
    stage.session.open = Some(data.into());
    if page == Page::Results {
        stage.session.runs = vec![view.info.clone()];
        stage.session.run = Some(Arc::new(view));
    }
    stage
}

/// A run since which labels and options were changed.
fn stale() -> Stage {
    let mut stage = Stage::new(Page::Results).with_data(400).with_run();
    if let Some(open) = &mut stage.session.open {
        Arc::make_mut(&mut open.dataset).samples[..3].iter_mut().for_each(|sample| sample.class = 1 - sample.class);
    }
    stage.settings = trombine::preset::Preset::Recommended.settings();
    stage
}

/// Class names as long as folders' names can be, and another folder open.
fn long_names() -> Stage {
    let mut stage = Stage::new(Page::Results).with_data(400).with_run();
    if let Some(run) = stage.session.run.as_mut().map(Arc::make_mut) {
        run.info.source = Source::Folder("/home/me/expressions".into());
        run.info.task = ["looks into the camera and smiles", "looks elsewhere"].into();
        if let Some(report) = &mut run.report {
            report.task = run.info.task.clone();
            // A group far below all others.
            report.predictions.iter_mut().filter(|p| p.age.is_some_and(|age| (10..20).contains(&age))).for_each(|p| {
                p.logit = Logits::Binary(if p.label == 1 { -2.2 } else { 2.2 });
            });
        }
    }
    stage
}

/// A run that was interrupted in its first epoch.
fn killed() -> Stage {
    let mut stage = Stage::new(Page::Results).with_data(400).with_run();
    if let Some(run) = stage.session.run.as_mut().map(Arc::make_mut) {
        (run.report, run.info.status, run.info.stored) = (None, RunStatus::Paused, RunFiles::default());
        stage.session.runs = vec![run.info.clone()];
    }
    stage
}

/// The only run there is.
fn single() -> Stage {
    let mut stage = recorded();
    stage.session.runs.truncate(1);
    stage
}

/// Runs of other classes, and none of what is open.
fn other_classes() -> Stage {
    let mut stage = stage::three_runs();
    for (place, view) in stage.session.views.values_mut().map(Arc::make_mut).enumerate() {
        view.info.source = Source::Folder(format!("/home/me/faces {place}").into());
        if place == 1 {
            view.info.task = ["neutral", "smile"].into();
            if let Some(report) = &mut view.report {
                report.task = view.info.task.clone();
            }
        }
    }
    stage.compare();
    stage
}

/// Runs of a folder that is not open.
fn elsewhere() -> Stage {
    let mut stage = stage::three_runs();
    for view in stage.session.views.values_mut().map(Arc::make_mut) {
        view.info.source = Source::Folder("/home/me/faces".into());
    }
    stage
}

/// Faces so near to each other that the tag of one lies beside the next one's edge.
fn crowd() -> Stage {
    let mut stage = stage::predicting();
    if let Some(crop) = &mut stage.session.photos[0].asked[1].crop {
        (crop.x, crop.y) = (100.0, 222.0);
    }
    stage
}

/// A training that the user stopped within its first epoch.
fn stopped_at_once() -> Stage {
    let mut stage = first_epoch();
    stage.session.phase = Phase::Idle;
    if let Some(training) = &mut stage.session.training {
        training.stopped = Some(StopReason::ByUser);
        training.live.clear();
    }
    stage
}

/// A run whose folder is not there.
fn gone() -> Stage {
    let mut stage = Stage::new(Page::Results).with_data(400).with_run();
    if let Some(run) = stage.session.run.as_mut().map(Arc::make_mut) {
        run.info.source = Source::Folder("/media/external/faces/UTKFace".into());
        let gone = trombine::run::run_pictures::gone(&run.info.source).expect("it is not there");
        stage.session.run_pictures = Some(RunPicturesState::Gone(run.info.id.clone(), gone));
    }
    stage
}

/// What a training of `epochs` epochs leaves beside its epochs' numbers.
fn event_log(epochs: u32) -> EventLog {
    let mut event_log = stage::training(&stage::faces(60), 14).event_log;
    for epoch in 1..=epochs {
        let mut sums = [0.0; 2];
        for step in 1..=20 {
            let x = f64::from(epoch - 1) + f64::from(step) / 20.0;
            let noise = f64::from((epoch * 7 + step * 13) % 11) / 11.0 - 0.5;
            sums[0] += 0.16 + 0.5 * (-x / 3.5).exp() + 0.12 * (-x / 12.0).exp() + 0.03 * noise;
            sums[1] += 0.93 - 0.24 * (-x / 3.0).exp() - 0.02 * noise;
            let [loss, accuracy] = sums.map(|sum| sum / f64::from(step));
            event_log.batch(&BatchRecord { epoch, step, steps_per_epoch: 20, loss, accuracy, ..BatchRecord::default() });
        }
    }
    event_log
}

/// A training with its fine curve.
fn fine() -> Stage {
    let mut stage = during(Phase::Training);
    if let Some(training) = &mut stage.session.training {
        training.event_log = event_log(13);
    }
    stage
}

/// Runs that know what happened in them.
fn recorded() -> Stage {
    let mut stage = stage::three_runs();
    for view in stage.session.views.values_mut().map(Arc::make_mut) {
        view.event_log = event_log(view.info.epochs_done);
    }
    stage
}

/// Two runs that can answer, and have.
fn two_answerers() -> Stage {
    let mut stage = stage::predicting();
    let mut other = stage.session.runs[0].clone();
    (other.id, other.name) = ("2026-11-20-090000".into(), "recommended, longer, dropout 0.3".into());
    stage.session.runs.push(other);
    if let Some(Ok(reply)) = &mut stage.session.photos[0].asked[1].reply {
        reply.run = "2026-11-20-090000".into();
    }
    stage
}

/// A training that runs, or waits.
pub fn during(phase: Phase) -> Stage {
    let mut stage = Stage::new(Page::Training).with_data(60);
    stage.session.training = stage.session.dataset().map(|d| stage::training(d, 14));
    stage.session.trained = stage.session.dataset().map(|d| stage::run(d).info);
    stage.session.phase = phase;
    stage
}

/// Two devices were tried and rates were tested.
pub fn tried() -> Stage {
    let mut stage = Stage::new(Page::Training).with_data(60);
    stage.settings.train.epochs = 40;
    stage.settings.train.schedule.kind = trombine::schedule::ScheduleKind::Cosine;
    let trial = |device, pictures_per_second: f64, memory| Trial {
        device,
        pictures_per_second,
        epoch: 14_000.0 / pictures_per_second,
        run: 560_000.0 / pictures_per_second,
        memory,
    };
    let card = Device { kind: DeviceKind::Graphics, id: "gpu0".into(), name: "GeForce RTX 4070".into(), ..stage::processor() };
    let trials = vec![trial(stage::processor(), 430.0, 310_000_000), trial(card, 9_200.0, 310_000_000)];
    stage.session.tried = Some(Tried { settings: stage.settings.clone(), trials });
    let noise = |i: u32| 0.03 * (f64::from(i) * 2.3).sin();
    let loss = |i: u32| 0.72 - 0.35 / (1.0 + (-(f64::from(i) - 50.0) / 8.0).exp()) + noise(i);
    let away = |i: u32| (f64::from(i) - 78.0).max(0.0).powi(2) * 0.02;
    let points = rate_range::points((0..100).map(|i| loss(i) + away(i)));
    let range = RateRange { proposal: rate_range::propose(&points), points };
    stage.session.rates = Some(RateTest { settings: stage.settings.clone(), range });
    stage
}

/// A training within its first epoch.
pub fn first_epoch() -> Stage {
    let mut stage = during(Phase::Training);
    if let Some(training) = &mut stage.session.training {
        training.history.clear();
        training.callbacks = trombine::callback::Callbacks::default();
        training.event_log.notes.clear();
        training.faces.clear();
        training.now.epoch = 1;
        training.live = (1..40).map(f64::from).map(|i| [i / 70.0, 0.69 - 0.002 * i, 0.5 + 0.003 * i]).collect();
    }
    stage
}

/// A training that is over.
pub fn over() -> Stage {
    let mut stage = Stage::new(Page::Training).with_data(60).with_run();
    stage.session.training = stage.session.dataset().map(|d| stage::finished(d));
    if let Some(training) = &mut stage.session.training {
        training.stopped = Some(StopReason::EarlyStopping { patience: 5 });
    }
    stage
}

/// Draws each scene and finds in it what is to be clicked; with `TROMBINE_PICTURES` it also writes the pictures.
#[test]
fn every_scene_is_drawn_and_has_what_is_clicked_in_it() {
    let folder = std::env::var_os("TROMBINE_PICTURES").map(PathBuf::from);
    if let Some(folder) = &folder {
        std::fs::create_dir_all(folder).expect("the folder can be made");
    }
    let only = std::env::var("TROMBINE_PICTURES_ONLY").unwrap_or_default();
    let all = std::env::var_os("TROMBINE_PICTURES_ALL").is_some();
    let zoom = std::env::var("TROMBINE_PICTURES_ZOOM").ok().and_then(|zoom| zoom.parse().ok());
    if let (Some(folder), Some(zoom)) = (&folder, zoom) {
        return zoomed(folder, zoom, &only);
    }
    let mut missing = Vec::new();
    let pages = scenes::SCENES.iter().chain(MORE_SCENES).filter(|scene| scene.dialog.is_none());
    for Scene { name, stage: make, clicks, .. } in pages.filter(|scene| scene.name.contains(&only)) {
        for (lang, mode, [width, height]) in variants(all) {
            let mut stage = make();
            stage.lang = lang;
            let stage = RefCell::new(stage);
            let builder = egui_kittest::Harness::builder()
                // The page alone: the rail and the status bar belong to the window.
                .with_size([width - 232.0, height - 40.0])
                .with_theme(mode)
                .with_context_setup(theme::install);
            let builder = if folder.is_some() { builder.wgpu() } else { builder };
            let mut harness = builder.build_ui(move |ui| stage.borrow_mut().show(ui));
            harness.run_steps(3);
            let mut clicked = 0;
            for label in *clicks {
                if *label == CTRL_A {
                    harness.key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::A);
                } else if let Some(text) = label.strip_prefix(TYPED) {
                    harness.input_mut().events.push(egui::Event::Text(text.to_owned()));
                } else if let Some(name) = label.strip_prefix(WITH_CTRL) {
                    let at = harness.query_all_by_label_contains(name).next().map(|node| node.rect().center());
                    at.into_iter().for_each(|at| viewer::click(&mut harness, at, egui::Modifiers::COMMAND));
                    clicked += usize::from(at.is_some());
                } else if let Some(name) = label.strip_prefix(RIGHT) {
                    let at = harness.query_all_by_label_contains(name).next().map(|node| node.rect().center());
                    if let Some(at) = at {
                        viewer::to(&mut harness, at);
                        let secondary = egui::PointerButton::Secondary;
                        viewer::button(&mut harness, at, secondary, egui::Modifiers::NONE, &[true, false]);
                        clicked += 1;
                    }
                } else if let Some(node) = harness.query_all_by_label_contains(label).next() {
                    node.click();
                    clicked += 1;
                }
                harness.run_steps(2);
            }
            harness.run_steps(4);
            if clicked == 0 && !clicks.is_empty() {
                missing.push(format!("{name} in {lang:?} at {width}: none of {clicks:?} is there"));
            }
            if let Some(folder) = &folder {
                let language = lang.code();
                let light = if mode == egui::Theme::Dark { "dark" } else { "light" };
                let picture = harness.render().expect("the page can be rendered");
                picture.save(folder.join(format!("{name}-{language}-{light}-{width}.png"))).expect("the picture can be written");
            }
        }
    }
    assert!(missing.is_empty(), "{}", missing.join("\n"));
}

/// Writes pictures of the whole window with letters this much larger.
fn zoomed(folder: &Path, zoom: f32, only: &str) {
    for scene in scenes::SCENES.iter().chain(MORE_SCENES).filter(|scene| scene.name.contains(only)) {
        for (lang, mode) in [(Lang::En, Mode::Light), (Lang::Fr, Mode::Dark)] {
            let view = scenes::View { mode, zoom, ..scenes::View::new(lang, [1280.0, 800.0]) };
            let builder = egui_kittest::Harness::builder().wgpu();
            let mut window = scene.window_by(view, builder);
            for (size, ending) in [([1280.0, 800.0], ""), ([1280.0, 2600.0], "-high")] {
                window.set_size(egui::Vec2::from(size) / zoom);
                window.run_steps(4);
                let picture = window.render().expect("the window can be rendered");
                let name = format!("{}-{}-{:.0}{ending}.png", scene.name, lang.code(), zoom * 100.0);
                picture.save(folder.join(name)).expect("the picture can be written");
            }
        }
    }
}

fn variants(all: bool) -> Vec<(Lang, egui::Theme, [f32; 2])> {
    use egui::Theme::{Dark, Light};
    let sizes = [[1024.0, 700.0], [1280.0, 800.0], [1920.0, 1080.0]];
    if !all {
        return vec![(Lang::En, Light, sizes[1]), (Lang::Fr, Dark, sizes[2]), (Lang::Fr, Light, sizes[0])];
    }
    let mut variants = Vec::new();
    for lang in Lang::ALL {
        for mode in [Light, Dark] {
            variants.extend(sizes.map(|size| (lang, mode, size)));
        }
    }
    variants
}
