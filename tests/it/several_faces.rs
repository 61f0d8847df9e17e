//! Photos with several faces: each a picture of its own, or the photo left out.

use std::{collections::BTreeSet, fs, path::Path};

use egui_kittest::kittest::Queryable as _;
use trombine::{
    control::Control,
    data::{
        dataset::Dataset,
        duplicates::copies,
        edits::{Change, Edits},
        face_crop::FaceCrops,
        face_file, folders,
        picture_size::SIDE,
        reading::Reading,
        sample::{Framing, SkipReason},
        split::{Split, SplitSettings},
        summary::Summary,
    },
    predict::{Framed, Photo, frame},
    run::RunStore,
    session::Session,
    ui::{Action, page::Page},
};

use crate::{
    cli,
    face_crops::{found, open, photos, png, scene, sure},
    picture_folder::{Folder, edited},
    stage::Stage,
};

fn files(dataset: &Dataset) -> Vec<String> {
    dataset.samples.iter().map(|sample| sample.file.to_string_lossy().replace('\\', "/")).collect()
}

/// Two classes of photos with two faces each, all different.
fn pairs(count: usize) -> Folder {
    let (folder, sure) = (Folder::new(), sure());
    let pairs = sure.iter().flat_map(|one| sure.iter().map(|other| [*one, *other]));
    let pairs: Vec<_> = pairs.filter(|pair| found(&scene(pair)).len() == 2).take(6).collect();
    assert!(pairs.len() > 3, "found in {pairs:?}");
    for number in 0..count {
        let mut scene = scene(&pairs[number % pairs.len()]);
        scene.put_pixel(0, 0, image::Rgb([number as u8, 1, 2]));
        folder.write(&format!("{}/{number:02}.png", ["ann", "bob"][number % 2]), &png(scene));
    }
    folder
}

#[test]
fn names_of_faces_lead_to_their_photos() {
    for (file, photo, number) in [
        ("ann/two.png", "ann/two.png", 1),
        ("ann/two.png#2", "ann/two.png", 2),
        ("a#b/c#12.jpg", "a#b/c#12.jpg", 1),
        ("a#b/c#12.jpg#30", "a#b/c#12.jpg", 30),
        ("x.png#1", "x.png#1", 1),
        ("x.png#", "x.png#", 1),
    ] {
        assert_eq!((face_file::photo(Path::new(file)), face_file::number(Path::new(file))), (Path::new(photo), number), "{file}");
        if photo != file || number == 1 {
            assert_eq!(face_file::of(Path::new(photo), number), Path::new(file));
        }
    }
    assert_eq!(face_file::content(7, 1), 7);
    let contents: BTreeSet<u64> = (1..50).map(|number| face_file::content(7, number)).collect();
    assert_eq!(contents.len(), 49);
}

#[test]
fn each_face_is_a_picture_with_the_photos_label() {
    let folder = photos();
    let largest = open(&folder, FaceCrops::Largest);
    let each = open(&folder, FaceCrops::Each);
    assert_eq!(each.framing(), Framing::FaceCrop);
    let mut expected = files(&largest);
    let place = expected.iter().position(|file| file == "ann/two.png").expect("the photo of two");
    expected.insert(place + 1, "ann/two.png#2".to_owned());
    assert_eq!(files(&each), expected);
    // The largest face of each photo is what it is where the largest is taken, to the bit.
    for (index, sample) in largest.samples.iter().enumerate() {
        let now = each.samples.iter().position(|now| now.file == sample.file).expect("there");
        assert!(each.pixels.get(now) == largest.pixels.get(index) && each.samples[now].hash == sample.hash);
    }
    let photo = Photo::open(&folder.root().join("ann/two.png")).expect("a photo");
    let Framed::Faces(faces) = frame(&photo, Framing::FaceCrop) else { panic!("two faces") };
    assert_eq!(faces.len(), 2);
    for (number, face) in faces.iter().enumerate() {
        assert!(each.pixels.get(place + number).expect("pixels")[..] == photo.crop_to(face.crop, SIDE)[..], "face {number}");
    }
    let (one, other) = (&each.samples[place], &each.samples[place + 1]);
    assert_eq!((one.class, &one.anomaly), (other.class, &other.anomaly));
    assert_ne!(one.hash, other.hash, "they are no copies of each other");
    assert!(copies(&each.samples).is_empty());
    assert_ne!(each.fingerprint(), largest.fingerprint());
    // Six photos and one without a face; seven pictures.
    assert_eq!(Summary::new(&each, None).found, 7);
    // The same again, out of the cache.
    let again = open(&folder, FaceCrops::Each);
    assert_eq!((&again.samples, &again.skipped), (&each.samples, &each.skipped));
    assert!((0..7).all(|index| again.pixels.get(index) == each.pixels.get(index)));
}

#[test]
fn what_is_decided_about_one_face_is_about_that_face_alone() {
    let folder = photos();
    let mut edits = Edits::default();
    edits.change(Path::new("ann/two.png#2"), &Change::Relabel("bob".to_owned()));
    let each = edited(&open(&folder, FaceCrops::Each), &edits);
    let class = |file: &str| each.samples.iter().find(|sample| sample.file == Path::new(file)).expect("there").class;
    assert_eq!((class("ann/two.png"), class("ann/two.png#2")), (0, 1));
    // It follows a folder that was moved, in which no file has that name.
    edits.save(&folder.places(), &folder.source()).expect("kept");
    let moved = folder.beside("elsewhere").join("pictures");
    fs::create_dir(folder.beside("elsewhere")).expect("a folder");
    fs::rename(folder.root(), &moved).expect("moved");
    let source = trombine::data::sample::Source::Folder(moved);
    assert_eq!(Edits::load(&folder.places(), &source).expect("readable"), edits);
}

#[test]
fn faces_of_one_photo_are_never_in_two_parts() {
    let folder = pairs(20);
    let dataset = open(&folder, FaceCrops::Each);
    assert_eq!(dataset.samples.len(), 40);
    let mut torn = 0;
    for seed in 0..40 {
        for look_alikes in [false, true] {
            let split = Split::new(&dataset, &SplitSettings { look_alikes, ..SplitSettings::default() }, seed);
            for (index, sample) in dataset.samples.iter().enumerate() {
                let photo = face_file::photo(&sample.file);
                let first = dataset.samples.iter().position(|other| other.file == photo).expect("its first face");
                assert_eq!(split.parts[index], split.parts[first], "{} with seed {seed}", sample.file.display());
            }
            torn += split.kept_together;
        }
    }
    assert!(torn > 0, "a plain split would have torn some");
}

/// A copy of a photo brings the faces of both into one part.
#[test]
fn a_copied_photo_stays_with_its_copy() {
    let folder = pairs(12);
    fs::copy(folder.root().join("ann/00.png"), folder.root().join("ann/copy.png")).expect("copied");
    let dataset = open(&folder, FaceCrops::Each);
    assert_eq!((dataset.samples.len(), copies(&dataset.samples).len()), (26, 2));
    for seed in 0..20 {
        let split = Split::new(&dataset, &SplitSettings::default(), seed);
        let of = |photo: &str| {
            let faces = dataset.samples.iter().zip(&split.parts);
            faces.filter(|(s, _)| face_file::photo(&s.file) == Path::new(photo)).map(|(_, part)| *part).collect::<Vec<_>>()
        };
        let all = [of("ann/00.png"), of("ann/copy.png")].concat();
        assert!(all.len() == 4 && all.iter().all(|part| *part == all[0]), "{all:?}");
    }
}

#[test]
fn photos_with_several_faces_are_left_out_by_name() {
    let folder = photos();
    let skip = open(&folder, FaceCrops::Skip);
    assert_eq!((skip.samples.len(), skip.framing()), (5, Framing::FaceCrop));
    let reasons: Vec<_> = skip.skipped.iter().map(|s| (s.file.to_string_lossy().replace('\\', "/"), s.reason.clone())).collect();
    let expected = [("ann/none.png", SkipReason::NoFace), ("ann/two.png", SkipReason::SeveralFaces { faces: 2 })];
    assert_eq!(reasons, expected.map(|(file, reason)| (file.to_owned(), reason)));
    assert_eq!(open(&folder, FaceCrops::Skip).samples, skip.samples, "out of the cache");
}

/// Every choice has pixels of its own, and none touches another's.
#[test]
fn each_choice_is_kept_beside_the_others() {
    let folder = photos();
    let names = || {
        let names = fs::read_dir(folder.places().cache).expect("a cache").flatten();
        names.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect::<BTreeSet<_>>()
    };
    for (count, faces) in (1..).zip([FaceCrops::Off, FaceCrops::Largest, FaceCrops::Each, FaceCrops::Skip]) {
        open(&folder, faces);
        assert_eq!(names().len(), count, "{:?}", names());
    }
    let key = folder.source().settled().key();
    let expected = ["", ".faces", ".faces-each", ".faces-skip"].map(|kind| format!("{key}{kind}.pixels"));
    assert_eq!(names(), expected.into_iter().collect());
}

/// A second face that is damaged in its file is cut out of the photo again.
#[test]
fn a_damaged_second_face_is_cut_out_again() {
    let folder = pairs(4);
    let dataset = open(&folder, FaceCrops::Each);
    let all = || (0..8).map(|i| dataset.pixels.get(i).expect("pixels").to_vec()).collect::<Vec<_>>();
    let expected = all();
    let names = fs::read_dir(folder.places().cache).expect("a cache").flatten();
    let path = names.map(|entry| entry.path()).next().expect("one file");
    let mut bytes = fs::read(&path).expect("read");
    bytes[trombine::data::cache::HEADER..][..8 * SIDE * SIDE * 3].fill(7);
    fs::write(&path, bytes).expect("written over");
    assert!(all() == expected);
    assert!(dataset.pixels.take_damage().is_some(), "and it is told");
}

#[test]
fn a_photo_is_copied_into_its_folder_once() {
    let folder = pairs(10);
    let dataset = open(&folder, FaceCrops::Each);
    let split = Split::new(&dataset, &SplitSettings::default(), 1);
    let out = folder.beside("dealt");
    let written = folders::write(&dataset, &split, &out, false, &Control::default(), &mut |_, _, _| {}).expect("copied");
    assert_eq!(written.copied, 10);
    // Where one of its faces shows somebody else, it is of both classes.
    let mut edits = Edits::default();
    edits.change(Path::new("ann/00.png#2"), &Change::Relabel("bob".to_owned()));
    let dataset = edited(&dataset, &edits);
    let split = Split::new(&dataset, &SplitSettings::default(), 1);
    let out = folder.beside("dealt again");
    let written = folders::write(&dataset, &split, &out, false, &Control::default(), &mut |_, _, _| {}).expect("copied");
    assert_eq!(written.copied, 11);
}

#[test]
fn a_run_on_each_face_is_judged_and_resumed() {
    let folder = pairs(16);
    let (home, root) = (folder.places().home, folder.root());
    let root = root.to_str().expect("UTF-8");
    let small = "--set train.epochs=1 --set model.filters=8,8 --set model.dense=4 --set train.batch_size=4 --device cpu";
    let small: Vec<&str> = small.split(' ').collect();
    let call = |arguments: &[&str]| {
        let (status, out, err) = cli::call(&home, arguments);
        assert_eq!(status, 0, "{arguments:?}: {out}{err}");
        out
    };
    call(&[&["train", "--data", root, "--face-crops", "each"], &small[..]].concat());
    let run = || RunStore::at(&home).find("last").expect("a run");
    assert_eq!(run().info.faces, FaceCrops::Each);
    let then = run().report().expect("judged").predictions;
    assert!(then.iter().any(|p| face_file::number(&p.file) == 2), "second faces are judged by themselves");
    call(&["check", root, "--face-crops", "off"]);
    call(&["evaluate", "last", "--device", "cpu"]);
    let now = run().report().expect("judged again").predictions;
    let files = |all: &[trombine::evaluate::Prediction]| all.iter().map(|p| p.file.clone()).collect::<Vec<_>>();
    assert_eq!(files(&then), files(&now));
    call(&["resume", "last", "--more", "1", "--device", "cpu"]);
    assert_eq!(run().info.epochs_done, 2);
}

#[test]
fn the_command_line_takes_each_and_skip() {
    let folder = photos();
    let (home, root) = (folder.places().home, folder.root());
    let check = |more: &[&str]| cli::call(&home, &[&["check", root.to_str().expect("UTF-8")], more].concat());
    let (_, each, err) = check(&["--face-crops", "each"]);
    assert!(each.contains("every face is a picture of its own") && each.contains("none.png: no face"), "{each}{err}");
    let (_, again, _) = check(&[]);
    assert_eq!(again, each, "it is remembered");
    let (_, skip, err) = check(&["--face-crops", "skip"]);
    assert!(skip.contains("those with several are left out"), "{skip}{err}");
    assert!(skip.contains("two.png: 2 faces were found in it, and photos with several are left out"), "{skip}");
    // Where nothing is left, the way on is said.
    let folder = pairs(4);
    let (home, root) = (folder.places().home, folder.root());
    let (status, _, err) = cli::call(&home, &["check", root.to_str().expect("UTF-8"), "--face-crops", "skip"]);
    assert!(status == 1 && err.contains("Each shows several faces: take the largest of them or each"), "{err}");
}

#[test]
fn the_window_offers_each_choice() {
    let folder = photos();
    let dataset = open(&folder, FaceCrops::Largest);
    let said = dataset.understood.reading;
    for (offer, faces) in [
        ("Find every face, each a picture of its own", FaceCrops::Each),
        ("Find the face, and leave photos with several out", FaceCrops::Skip),
    ] {
        let session = Session { open: Some(dataset.clone().into()), ..Session::default() };
        let (mut harness, stage) = Stage { session, ..Stage::new(Page::Data) }.harness([1280.0, 800.0]);
        harness.run_steps(3);
        harness.get_by_label("change how the folder is read").click();
        harness.run_steps(3);
        harness.get_by_label(offer).click();
        harness.run_steps(2);
        assert_eq!(stage.borrow().actions, [Action::ReadAs(Reading { faces, ..said })]);
    }
}
