//! Pictures of another size than 128: decoded, cached, trained on, judged, answered, exported.

use std::{fs, path::Path, sync::Arc};

use egui_kittest::kittest::Queryable as _;
use trombine::{
    app::Preferences,
    control::Control,
    data::{
        augment::{self, AugmentSettings, Drawn, input_size::InputSize},
        cache::kept::{self, CacheUsage},
        dataset::Dataset,
        edits::Edits,
        open_as,
        perceptual_hash::PerceptualHash,
        picture_size::{PictureSide, SIDES},
        pixels::{InMemoryPixels, Pixels},
        reading::Reading,
        resize::resize,
        sample::Source,
        sample_faces,
    },
    engine,
    files::AppDirs,
    plan::Plan,
    predict::Photo,
    preset::{self, Preset},
    random::{Purpose, Random},
    run::RunStore,
    session::Session,
    setting_def::Choice as _,
    settings::Settings,
    ui::{Action, page::Page},
};

use crate::{
    cli::call,
    pages,
    picture_folder::{Folder, alone, utkface_name},
    slow_disk::until,
    stage::{self, Stage},
    support,
};

fn side(pixels: u32) -> PictureSide {
    pixels.into()
}

fn read(source: &Source, places: &AppDirs, pixels: u32) -> Dataset {
    let reading = Reading { side: side(pixels), ..Reading::default() };
    open_as(places, source, reading, &Edits::default(), &Control::default(), &mut |_, _, _| {}).map(alone).expect("opens")
}

fn files_of(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut files: Vec<_> = fs::read_dir(folder)
        .expect("there")
        .map(|entry| entry.expect("read"))
        .map(|entry| (entry.file_name().to_string_lossy().into_owned(), fs::read(entry.path()).expect("read")))
        .collect();
    files.sort();
    files
}

#[test]
fn pictures_of_another_size_are_cached_beside_those_of_before() {
    let folder = Folder::utkface(12);
    let (places, source) = (folder.places(), folder.source());
    let usual = read(&source, &places, 128);
    let before = files_of(&places.cache);
    assert_eq!(before.len(), 1, "one file");
    assert_eq!(before[0].0, format!("{}.pixels", source.key()), "called as it always was");
    for pixels in [32, 64, 200, 256] {
        // Once decoded, once out of its file.
        for _ in 0..2 {
            let dataset = read(&source, &places, pixels);
            assert_eq!((dataset.pixels.side(), dataset.samples.len()), (side(pixels), 12));
            for (index, sample) in dataset.samples.iter().enumerate() {
                let photo = Photo::open(&folder.root().join(&sample.file)).expect("a photo");
                assert_eq!(dataset.pixels.get(index).expect("read")[..], photo.square(side(pixels).into())[..]);
                assert_eq!(sample.hash, usual.samples[index].hash, "it is the same file");
            }
        }
    }
    let after = files_of(&places.cache);
    assert_eq!(after.len(), 5);
    assert!(after.contains(&before[0]), "the file of before is as it was, byte for byte");
    assert_eq!(CacheUsage::of(&places.cache).folders, 1, "one folder, of however many sizes");
    kept::clean(&places.cache, Some(&source)).expect("cleaned");
    assert_eq!(files_of(&places.cache).len(), 5, "all of them are of the folder that is open");
    // A picture more is added to the file of each size.
    folder.picture(&utkface_name(12), 12);
    assert_eq!(read(&source, &places, 64).samples.len(), 13);
    let damaged = places.cache.join(format!("{}.64.pixels", source.key()));
    fs::write(&damaged, &before[0].1).expect("written");
    assert_eq!(read(&source, &places, 64).pixels.get(12).expect("read").len(), side(64).bytes(), "another size is not believed");
}

#[test]
fn the_crop_takes_as_much_of_a_picture_of_any_size() {
    for preset in Preset::ALL {
        let settings = preset.settings();
        assert_eq!(settings.clone().for_pictures(side(128).into()), settings);
        for pixels in SIDES {
            let other = settings.clone().for_pictures(side(pixels).into());
            assert!(other.augment.side() <= pixels as usize);
            let share = f64::from(other.augment.crop) / f64::from(pixels);
            let expected = f64::from(settings.augment.crop) / 128.0;
            assert!((share - expected).abs() <= 2.001 / f64::from(pixels), "{pixels}: {}", other.augment.crop);
        }
        // To a size that people choose and back it is what it was.
        for pixels in [32, 64, 96, 160, 200, 224, 256] {
            let back = settings.clone().for_pictures(side(pixels).into()).for_pictures(side(128).into());
            assert_eq!(back, settings, "{pixels}");
            assert_eq!(Preset::of(&settings.clone().for_pictures(side(pixels).into())), Some(*preset), "it is the same recipe");
        }
    }
}

#[test]
fn augmentation_stays_within_pictures_of_any_size() {
    let mut settings = Preset::Recommended.settings().augment;
    settings.crop = 112;
    settings.mixup.on = true;
    for pixels in [32, 33, 64, 127, 200, 256] {
        for &input_size in InputSize::ALL {
            let settings = AugmentSettings { input_size, ..settings.clone().for_pictures(side(pixels).into()) };
            let picture: Vec<u8> = (0..side(pixels).bytes()).map(|i| (i % 251) as u8).collect();
            let mut out = vec![0; settings.side() * settings.side() * 3];
            for number in 0..50 {
                let mut random = Random::new(1, Purpose::Preview, &[number]);
                augment::training(&settings, &picture, |_| Ok(&picture), &mut random, &mut out).expect("nothing fails");
            }
            augment::evaluation(&settings, &picture, &mut out);
            let geometry = Drawn::none(&settings).geometry;
            assert_eq!((geometry.from, geometry.side), (pixels as usize, settings.side()));
            if input_size == InputSize::Crop {
                let start = (geometry.top * geometry.from + geometry.left) * 3;
                assert_eq!(out[..3], picture[start..][..3], "the center, from its corner");
            }
        }
    }
}

#[test]
fn a_shift_is_the_same_share_of_any_picture() {
    let mut settings = Settings::default().augment;
    (settings.crop, settings.shift.on) = (128, true);
    let shift = |settings: &AugmentSettings| Drawn::new(settings, &mut Random::new(3, Purpose::Preview, &[])).geometry.shift;
    let (usual, half) = (shift(&settings), shift(&settings.clone().for_pictures(side(64).into())));
    assert!(usual[0].abs() > 0.5);
    assert_eq!(half, usual.map(|pixels| pixels / 2.0));
}

#[test]
fn copies_are_told_from_others_at_any_size() {
    let drawn = |index: usize, pixels: u32| resize(&sample_faces::draw(index).0, [128; 2], [pixels; 2]);
    for pixels in [32, 33, 64, 100, 200, 256] {
        let brighter: Vec<u8> = drawn(3, pixels).iter().map(|value| value.saturating_add(3)).collect();
        let look = PerceptualHash::of(&drawn(3, pixels));
        assert!(look.near(&PerceptualHash::of(&brighter)), "{pixels}: the same drawing");
        assert!(!look.near(&PerceptualHash::of(&drawn(4, pixels))), "{pixels}: another");
    }
}

#[test]
fn settings_say_the_size_in_every_form_and_those_of_before_mean_128() {
    let mut settings = Settings::default();
    settings.set("images.side=64").expect("known");
    assert_eq!((settings.augment.pictures, settings.augment.crop), (side(64), 56));
    settings.set("augment.crop=48").expect("within 64");
    assert!(settings.set("augment.crop=100").is_err(), "larger than the picture");
    assert_eq!(Settings::parse(&settings.text()).expect("read"), settings);
    let json = serde_json::to_string(&settings).expect("JSON");
    assert_eq!(Settings::parse(&json).expect("read"), settings);
    assert_eq!(serde_json::from_str::<Settings>(&json).expect("read"), settings);
    let said = Settings::parse(r#"{"augment":{"crop":100},"images":{"side":200}}"#).expect("read");
    assert_eq!((said.augment.pictures, said.augment.crop), (side(200), 100));
    let whole = Settings::parse("images.side=200").expect("read");
    assert_eq!(whole.augment.crop, 176);
    assert_eq!(Settings::parse(&whole.text()).expect("read"), whole, "a crop that the size brings is not said");
    for wrong in ["images.side=31", "images.side=257", "images.side=large", "images.side="] {
        let problem = settings.set(wrong).expect_err(wrong);
        assert!(problem.remedy.en.contains("32 to 256"), "{problem:?}");
    }
    assert!(Settings::parse(r#"{"images":{"side":7}}"#).is_err());
    // What the program wrote before it knew sizes.
    let before = serde_json::to_value(Settings::default()).expect("JSON");
    assert!(before["augment"].get("picture_side").is_none(), "the default writes what it always wrote");
    assert!(serde_json::from_value::<Settings>(before).expect("read").augment.pictures.is_default());
    assert!(serde_json::from_str::<Reading>("{}").expect("read").side.is_default());
    let differences = preset::differences(&Settings::default(), &Settings::default().for_pictures(side(64).into()));
    assert!(differences.iter().any(|difference| difference.key == "images.side"), "{differences:?}");
}

#[test]
fn a_plan_follows_the_size_of_its_pictures() {
    let faces = sample_faces::dataset(Reading { side: side(64), ..Reading::default() }, &Control::default(), &mut |_, _, _| {})
        .expect("drawn");
    assert_eq!(faces.pixels.side(), side(64));
    let drawn = resize(&sample_faces::draw(7).0, [128; 2], [64; 2]);
    assert_eq!(faces.pixels.get(7).expect("in memory")[..], drawn[..]);
    let plan = Plan::new(&Settings::default(), Arc::new(faces)).expect("a plan");
    assert_eq!((plan.network.input.width, plan.settings.augment.pictures), (56, side(64)));
}

const SMALL: [&str; 12] = [
    "--threads",
    "1",
    "--epochs",
    "1",
    "--set",
    "model.filters=8",
    "--set",
    "model.dense=4",
    "--set",
    "train.steps_per_epoch=3",
    "--set",
    "train.batch_size=8",
];

/// The one run that there is.
fn run(home: &Path) -> trombine::run::Run {
    RunStore::at(home).find("last").expect("a run")
}

#[test]
fn runs_of_64_and_200_are_trained_judged_asked_and_exported() {
    for (pixels, input, size) in [(64, 56, "--set"), (200, 176, "--image-size")] {
        let home = tempfile::tempdir().expect("a folder");
        let home = home.path();
        let asked = if size == "--set" { "images.side=64" } else { "200" };
        let (status, _, err) = call(home, &[&["train", "--sample", size, asked][..], &SMALL].concat());
        assert_eq!(status, 0, "{err}");
        let settings = run(home).settings().expect("settings");
        assert_eq!((settings.augment.pictures, settings.augment.side()), (side(pixels), input));
        // Read at another size meanwhile, it is judged and goes on with its own.
        let places = AppDirs::with_runs_in(home);
        Reading::default().save(&places, &Source::SampleFaces, &Control::default()).expect("written");
        let scores = run(home).info.scores.expect("it was judged");
        let (status, _, err) = call(home, &["evaluate", "last"]);
        assert_eq!(status, 0, "{err}");
        assert_eq!(run(home).info.scores.expect("judged"), scores, "the same answers");
        let (status, _, err) = call(home, &["resume", "last", "--more", "1"]);
        assert_eq!(status, 0, "{err}");
        assert_eq!(run(home).info.epochs_done, 2);
        scripts_agree(home, pixels);
    }
}

/// `predict.py` and `predict` say the same of drawings and of a photo that is not square.
fn scripts_agree(home: &Path, pixels: u32) {
    let Some(python) = support::python("onnxruntime, numpy, PIL") else {
        return support::skip("python", "no Python with onnxruntime, numpy and pillow");
    };
    let [out, pictures] = ["out", "pictures"].map(|name| home.join(name));
    fs::create_dir(&pictures).expect("made");
    let mut names = Vec::new();
    for index in 0..6 {
        let name = format!("{index}.png");
        let (width, height) = if index == 5 { (300, 170) } else { (128, 128) };
        let rgb = resize(&sample_faces::draw(index * 3).0, [128; 2], [width, height]);
        image::save_buffer(pictures.join(&name), &rgb, width, height, image::ColorType::Rgb8).expect("written");
        names.push(name);
    }
    let (status, _, err) = call(home, &["export", "last", "--format", "python", "--out", &out.to_string_lossy()]);
    assert_eq!(status, 0, "{err}");
    let script = format!(
        "import json, sys\nsys.path.insert(0, {:?})\nimport predict\nsession, meta = predict.load()\n\
         assert meta['cached_side'] == {pixels}, meta\n\
         print(json.dumps([float(predict.probabilities_of(name, session, meta)[1]) for name in json.loads({:?})]))\n",
        out.to_string_lossy(),
        serde_json::to_string(&names).expect("JSON"),
    );
    let theirs: Vec<f64> = serde_json::from_str(&support::run_python(&python, &pictures, &script)).expect("numbers");
    let mut predictor = run(home).predictor(|config| engine::open("cpu", config)).expect("it answers");
    for (name, theirs) in names.iter().zip(theirs) {
        let photo = Photo::open(&pictures.join(name)).expect("a photo");
        let ours = predictor.look(&photo, None).expect("answered").probabilities[1];
        assert!((ours - theirs).abs() < 0.003, "{pixels}, {name}: {ours} and {theirs}");
    }
}

#[test]
fn the_size_is_chosen_on_data_behind_the_one_of_now() {
    let (mut harness, stage) = Stage::new(Page::Data).with_data(60).harness([1100.0, 900.0]);
    harness.run_steps(3);
    assert!(harness.query_by_label_contains("64\u{a0}×\u{a0}64").is_none(), "closed until asked for");
    harness.get_by_label("change the image size").click();
    harness.run_steps(3);
    harness.get_by_label_contains("64\u{a0}×\u{a0}64").click();
    harness.run_steps(3);
    let wanted = Reading { side: side(64), ..Reading::default() };
    assert_eq!(stage.borrow().actions, [Action::ReadAs(wanted)]);
}

#[test]
fn every_page_shows_pictures_of_another_size() {
    for pixels in [32, 200] {
        let mut stage = Stage::new(Page::Data).with_data(60);
        let mut dataset = Dataset::clone(stage.session.dataset().expect("data"));
        let one = |i: usize| resize(&dataset.pixels.get(i).expect("in memory"), [128; 2], [pixels; 2]);
        let bytes = (0..60).flat_map(one).collect();
        dataset.pixels = Pixels::new(InMemoryPixels { side: side(pixels), bytes });
        stage.settings = stage.settings.for_pictures(side(pixels).into());
        let dataset = Arc::new(dataset);
        stage.plan = Plan::new(&stage.settings, dataset.clone()).map(Arc::new);
        assert!(stage.plan.is_ok());
        stage.session.open = Some(dataset.into());
        let (mut harness, stage) = stage.harness([1100.0, 900.0]);
        for page in [Page::Data, Page::Augmentation, Page::Model, Page::Training] {
            stage.borrow_mut().page = page;
            harness.run_steps(4);
            if page == Page::Augmentation {
                let text = format!("as decoded, {pixels}\u{a0}×\u{a0}{pixels}");
                assert!(harness.query_by_label_contains(&text).is_some());
            }
        }
    }
}

/// A picture of a data set that was read at another size is shown and asked about at that size.
#[test]
fn a_picture_of_another_size_can_be_looked_at() {
    let mut dataset = Dataset::clone(&stage::faces(40));
    let one = |i: usize| resize(&dataset.pixels.get(i).expect("in memory"), [128; 2], [64; 2]);
    let bytes = (0..40).flat_map(one).collect();
    dataset.pixels = Pixels::new(InMemoryPixels { side: side(64), bytes });
    let dataset = Arc::new(dataset);
    let file = dataset.samples[3].file.clone();
    let run = Arc::new(stage::run(&dataset));
    let session = Session { open: Some(dataset.into()), run: Some(run), ..Session::default() };
    let mut window = pages::window(session, Preferences { page: Page::Results, ..Preferences::default() }, [1280.0, 800.0]);
    window.run();
    let ctx = window.ctx.clone();
    window.state_mut().perform(&ctx, Action::Look { file, sample: 3 });
    until(&mut window, "the picture", |window| window.state().session.photos.len() == 1);
    assert_eq!(window.state().session.photos[0].preview_size, [64, 64]);
    assert!(window.state().session.failures.is_empty(), "{:?}", window.state().session.failures);
}
