//! A folder of photos opened with the faces taken out of them: what is taken is what Predict would judge, what was found is
//! said, and the pictures as they are stay beside it.

use std::fs;

use egui_kittest::kittest::Queryable as _;
use image::{DynamicImage, ExtendedColorType, ImageEncoder as _, ImageFormat, Rgb, RgbImage, codecs::jpeg::JpegEncoder};
use trombine::{
    control::Control,
    data::{
        dataset::Dataset,
        decode::{Wanted, decode_small},
        edits::Edits,
        face_crop::{FaceCrops, PhotoLook},
        faces, open_as,
        picture_size::{PictureShape, SIDE},
        reading::Reading,
        sample::{Anomaly, Framing, SkipReason},
        sample_faces,
        square::RgbView,
    },
    evaluate::{Logits, Prediction},
    predict::{Framed, Photo, frame},
    run::RunStore,
    session::Session,
    text::Lang,
    ui::{Action, page::Page},
};

use crate::{
    picture_folder::{Folder, alone, encode},
    stage::Stage,
};

const SIZE: [f32; 2] = [1280.0, 800.0];

/// A scene of 480 x 360 with these of the built-in drawings side by side.
pub fn scene(drawings: &[usize]) -> RgbImage {
    let mut scene = RgbImage::from_fn(480, 360, |x, y| Rgb([110 + (x / 20) as u8, 120 + (y / 20) as u8, 115]));
    for (place, drawing) in (0u32..).zip(drawings) {
        let (rgb, _) = sample_faces::draw(*drawing);
        let face = RgbImage::from_raw(SIDE as u32, SIDE as u32, rgb).expect("a drawing");
        image::imageops::replace(&mut scene, &face, i64::from(60 + place * 200), 110);
    }
    scene
}

pub fn found(scene: &RgbImage) -> Vec<faces::Face> {
    faces::find(RgbView { width: scene.width(), height: scene.height(), rgb: scene.as_raw() })
}

/// Drawings whose face is found in a scene, and surely: the detector was made for photos.
pub fn sure() -> Vec<usize> {
    let sure: Vec<usize> = (0..40).filter(|i| matches!(&found(&scene(&[*i]))[..], [face] if face.score > 8.0)).take(6).collect();
    assert_eq!(sure.len(), 6, "of 40 drawings these are surely found: {sure:?}");
    sure
}

pub fn png(image: RgbImage) -> Vec<u8> {
    encode(&DynamicImage::ImageRgb8(image), ImageFormat::Png)
}

/// Two classes of photos: three with one face each, one with two, one with none, one that is a crop already.
pub fn photos() -> Folder {
    let (folder, sure) = (Folder::new(), sure());
    for (place, drawing) in sure[..4].iter().enumerate() {
        folder.write(&format!("{}/one {place}.png", ["ann", "bob"][place % 2]), &png(scene(&[*drawing])));
    }
    folder.write("ann/two.png", &png(scene(&sure[4..6])));
    folder.write("ann/none.png", &png(scene(&[])));
    folder.write("bob/crop.png", &png(crops(1).remove(0)));
    folder
}

/// Drawings cut as UTKFace's crops are, which are taken for such.
pub fn crops(count: usize) -> Vec<RgbImage> {
    let cut = |drawing: usize| {
        let scene = scene(&[drawing]);
        let view = RgbView { width: scene.width(), height: scene.height(), rgb: scene.as_raw() };
        let rgb = view.crop_to(found(&scene).first()?.crop, SIDE);
        let cut = RgbView { width: SIDE as u32, height: SIDE as u32, rgb: &rgb };
        faces::is_crop(cut, &faces::find(cut)).then(|| RgbImage::from_raw(SIDE as u32, SIDE as u32, rgb).expect("a crop"))
    };
    let crops: Vec<RgbImage> = (0..60).filter_map(cut).take(count).collect();
    assert_eq!(crops.len(), count, "crops that are taken for crops");
    crops
}

pub fn open(folder: &Folder, faces: FaceCrops) -> Dataset {
    let reading = Reading { faces, ..Reading::default() };
    let places = folder.places();
    open_as(&places, &folder.source(), reading, &Edits::default(), &Control::default(), &mut |_, _, _| {})
        .map(alone)
        .expect("opens")
}

#[test]
fn the_face_that_predict_would_judge_is_taken() {
    let folder = photos();
    let dataset = open(&folder, FaceCrops::Largest);
    assert_eq!(dataset.framing(), Framing::FaceCrop, "photos are judged by their faces");
    assert_eq!(dataset.samples.len(), 6);
    for (index, sample) in dataset.samples.iter().enumerate() {
        let photo = Photo::open(&folder.root().join(&sample.file)).expect("a photo");
        let expected = match frame(&photo, Framing::FaceCrop) {
            Framed::Faces(faces) => photo.crop_to(faces[0].crop, SIDE),
            Framed::Crop => photo.square(PictureShape::default()),
            other => panic!("{}: {other:?}", sample.file.display()),
        };
        assert!(dataset.pixels.get(index).expect("pixels")[..] == expected[..], "{}", sample.file.display());
        let several = sample.file.ends_with("two.png").then_some(Anomaly::SeveralFaces { faces: 2 });
        assert_eq!(sample.anomaly, several, "{}", sample.file.display());
    }
    let skipped: Vec<_> = dataset.skipped.iter().map(|s| (s.file.to_string_lossy().into_owned(), &s.reason)).collect();
    assert_eq!(skipped.len(), 1, "{skipped:?}");
    assert!(skipped[0].0.ends_with("none.png") && *skipped[0].1 == SkipReason::NoFace, "{skipped:?}");
    assert!(dataset.understood.sentence(&dataset.task).en.contains("of each picture the largest face is taken"));
}

#[test]
fn pictures_and_faces_are_kept_beside_each_other() {
    let folder = photos();
    let whole = open(&folder, FaceCrops::Off);
    assert_eq!((whole.samples.len(), whole.framing()), (7, Framing::Whole));
    let files = || {
        let names = fs::read_dir(&folder.places().cache).expect("a cache").flatten();
        let mut files: Vec<_> =
            names.map(|e| (e.file_name(), e.metadata().expect("there").modified().expect("a time"))).collect();
        files.sort();
        files
    };
    let before = files();
    let faces = open(&folder, FaceCrops::Largest);
    assert_ne!(faces.fingerprint(), whole.fingerprint(), "a run on the one is not one on the other");
    let both = files();
    assert_eq!((before.len(), both.len()), (1, 2));
    assert!(both.contains(&before[0]), "the file of the pictures is as it was");
    // Each is opened again as it was kept.
    for (again, then) in [(open(&folder, FaceCrops::Off), &whole), (open(&folder, FaceCrops::Largest), &faces)] {
        assert_eq!(again.samples, then.samples);
        assert_eq!(again.understood.look, then.understood.look);
    }
    assert_eq!(files(), both);
}

/// A file of faces that is damaged while it is open gives the faces all the same, out of the photos.
#[test]
fn a_damaged_face_is_cut_out_again() {
    let folder = photos();
    let dataset = open(&folder, FaceCrops::Largest);
    let expected: Vec<u8> = dataset.pixels.get(0).expect("pixels").to_vec();
    let names = fs::read_dir(&folder.places().cache).expect("a cache").flatten();
    let path = names.map(|entry| entry.path()).next().expect("one file");
    let mut bytes = fs::read(&path).expect("read");
    let length = bytes.len();
    bytes[trombine::data::cache::HEADER..length - 4000].fill(7);
    fs::write(&path, bytes).expect("written over");
    assert!(dataset.pixels.get(0).expect("pixels")[..] == expected[..]);
    assert!(dataset.pixels.take_damage().is_some(), "and it is told");
}

#[test]
fn a_folder_of_photos_gets_the_offer_by_itself() {
    let folder = photos();
    let dataset = open(&folder, FaceCrops::Off);
    assert_eq!(dataset.understood.look, PhotoLook { looked: 7, photos: 5 });
    for (lang, sentence, offer) in [
        (Lang::En, "Photos of people: in 5 of 7 that were looked at, the face is only a part", "find the faces"),
        (Lang::Fr, "Des photos de personnes\u{a0}: sur 5 des 7 regardées, le visage n’est qu’une partie", "chercher les visages"),
    ] {
        let session = Session { open: Some(open(&folder, FaceCrops::Off).into()), ..Session::default() };
        let stage = Stage { lang, session, ..Stage::new(Page::Data) };
        let (mut harness, stage) = stage.harness(SIZE);
        harness.run_steps(3);
        assert!(harness.query_by_label(sentence).is_some(), "{lang:?}");
        harness.get_by_label(offer).click();
        harness.run_steps(2);
        let reading = Reading { faces: FaceCrops::Largest, ..Reading::default() };
        assert_eq!(stage.borrow().actions, [Action::ReadAs(reading)]);
    }
    // Crops of faces get none, nor do pictures without faces.
    let patterns: Vec<RgbImage> = (0..8).map(|number| crate::picture_folder::picture(number, 90, 90)).collect();
    for pictures in [crops(8), patterns] {
        let folder = Folder::new();
        for (number, picture) in pictures.into_iter().enumerate() {
            folder.write(&format!("{}/{number}.png", ["a", "b"][number % 2]), &png(picture));
        }
        let dataset = open(&folder, FaceCrops::Off);
        assert_eq!(dataset.understood.look, PhotoLook { looked: 8, photos: 0 });
        assert!(dataset.understood.photos().is_none());
    }
}

/// Where there is no face at all, what is wrong and the way back are said.
#[test]
fn a_folder_without_faces_is_refused_with_the_way_back() {
    let folder = Folder::new();
    for number in 0..6 {
        let pattern = crate::picture_folder::picture(number, 90, 90);
        folder.write(&format!("{}/{number}.png", ["a", "b"][number as usize % 2]), &png(pattern));
    }
    let (home, root) = (folder.places().home, folder.root());
    let check =
        |more: &[&str]| crate::cli::call(&home, &[&["check", root.to_str().expect("UTF-8"), "--lang", "en"], more].concat());
    let (status, _, err) = check(&["--face-crops", "largest"]);
    assert_eq!(status, 1);
    assert!(err.contains("No face was found in them: take the pictures whole"), "{err}");
    assert!(err.contains("With --task auto --classes auto --face-crops off"), "{err}");
    let (status, _, err) = check(&["--image-size", "31"]);
    assert_eq!(status, 2);
    assert!(err.contains("32") && err.contains("256"), "the range is said: {err}");
}

/// A run is judged on what it learned from, whatever is taken of the folder's pictures by then.
#[test]
fn a_run_on_faces_is_judged_on_faces() {
    let folder = Folder::new();
    for (place, drawing) in sure().into_iter().cycle().take(30).enumerate() {
        let mut scene = scene(&[drawing]);
        scene.put_pixel(0, 0, Rgb([place as u8, 1, 2]));
        folder.write(&format!("{}/{place}.png", ["ann", "bob"][place % 2]), &png(scene));
    }
    let (home, root) = (folder.places().home, folder.root());
    let root = root.to_str().expect("UTF-8");
    let small = "--set train.epochs=1 --set model.filters=8,8 --set model.dense=4 --set train.batch_size=4 --lang en";
    let small: Vec<&str> = small.split(' ').collect();
    let call = |arguments: &[&str]| {
        let (status, out, err) = crate::cli::call(&home, arguments);
        assert_eq!(status, 0, "{arguments:?}: {out}{err}");
        out
    };
    call(&[&["train", "--data", root, "--face-crops", "largest", "--device", "cpu"], &small[..]].concat());
    let run = || RunStore::at(&home).find("last").expect("a run");
    let then = run().report().expect("judged").predictions;
    assert_eq!(run().info.faces, FaceCrops::Largest);
    call(&["check", root, "--face-crops", "off"]);
    call(&["evaluate", "last", "--device", "cpu"]);
    let now = run().report().expect("judged again").predictions;
    let close = |(a, b): (&Prediction, &Prediction)| match (&a.logit, &b.logit) {
        (Logits::Binary(a), Logits::Binary(b)) => (a - b).abs() < 1e-5,
        _ => false,
    };
    assert_eq!(then.len(), now.len());
    assert!(then.iter().zip(&now).all(close), "other answers than it gave on faces");
}

/// To look at a picture changes none of its pixels, however it lies in its file: a damaged cache is read again without.
#[test]
fn a_look_at_a_turned_picture_leaves_its_pixels() {
    let mut exif = b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0".to_vec();
    exif.extend([6, 0, 0, 0, 0, 0, 0, 0]);
    let mut jpeg = Vec::new();
    let mut encoder = JpegEncoder::new_with_quality(&mut jpeg, 90);
    encoder.set_exif_metadata(exif).expect("EXIF");
    let scene = scene(&[3]);
    encoder.encode(scene.as_raw(), scene.width(), scene.height(), ExtendedColorType::Rgb8).expect("encoded");
    let decoded = |look| {
        let mut out = vec![0; SIDE * SIDE * 3];
        let found = decode_small(&jpeg, "a.jpg", Wanted { look, ..Wanted::default() }, &mut out).expect("a picture");
        (out, found.anomaly, found.photo.is_some())
    };
    let (plain, looked) = (decoded(false), decoded(true));
    assert!(plain.0 == looked.0);
    assert_eq!((plain.1, plain.2, looked.2), (looked.1, false, true));
}

#[test]
fn the_command_line_asks_for_faces_and_remembers_it() {
    let folder = photos();
    let (home, root) = (folder.places().home, folder.root());
    let check =
        |more: &[&str]| crate::cli::call(&home, &[&["check", root.to_str().expect("UTF-8"), "--lang", "en"], more].concat());
    let (_, out, err) = check(&["--face-crops", "largest"]);
    assert!(out.contains("of each picture the largest face is taken"), "{out}{err}");
    assert!(out.contains("none.png: no face was found in it") && out.contains("two.png: 2 faces: the largest is taken"), "{out}");
    let (_, again, _) = check(&[]);
    assert_eq!(again, out, "it is remembered");
    let (_, whole, _) = check(&["--face-crops", "off"]);
    assert!(whole.contains("the face is only a part (--face-crops largest takes the faces)"), "{whole}");
    assert!(!whole.contains("largest face is taken") && !whole.contains("no face was found"), "{whole}");
}
