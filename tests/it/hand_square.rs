//! A square drawn by hand: what it makes of a photo, what it costs, and how it is drawn with the pointer and with keys.

use std::{cell::RefCell, fs, path::Path, rc::Rc, sync::Arc};

use egui::{Key, Pos2, Rect, accesskit::Role, pos2};
use egui_kittest::{Harness, kittest::Queryable as _};
use trombine::{
    control::{Control, Stage as Work},
    data::{
        dataset::Dataset,
        edits::{Change, Edits},
        face_crop::FaceCrops,
        faces, open_as,
        open_dataset::OpenDataset,
        picture_size::SIDE,
        reading::Reading,
        sample::SkipReason,
        square::{PixelSquare, RgbView, Square},
    },
    predict::Photo,
    run::RunStore,
    session::{Session, WholePhoto},
    ui::{Action, page::Page},
    worker::{Command, Event, perform},
};

use crate::{
    face_crops::{found, open, photos},
    picture_folder::{Folder, alone},
    stage::Stage,
};

const NONE: &str = "ann/none.png";
const DRAWN: PixelSquare = PixelSquare { left: -10, top: 40, side: 120 };

/// Opens with these edits; gives how many photos were looked at anew.
fn open_with(folder: &Folder, faces: FaceCrops, edits: &Edits) -> (Dataset, u64) {
    let (open, sought) = opened(folder, faces, edits);
    (alone(open), sought)
}

/// The same with the edits beside it.
fn opened(folder: &Folder, faces: FaceCrops, edits: &Edits) -> (OpenDataset, u64) {
    let mut sought = 0;
    let mut progress = |stage, _, total| {
        if stage == Work::FindingFaces {
            sought = total;
        }
    };
    let reading = Reading { faces, ..Reading::default() };
    let source = folder.source().settled();
    let open = open_as(&folder.places(), &source, reading, edits, &Control::default(), &mut progress).expect("opens");
    (open, sought)
}

fn drawn(file: &str, square: PixelSquare) -> Edits {
    let mut edits = Edits::default();
    edits.change(Path::new(file), &Change::Draw(square));
    edits
}

fn place(dataset: &Dataset, file: &str) -> Option<usize> {
    dataset.samples.iter().position(|sample| sample.file == Path::new(file))
}

/// What is taken of a file, as Predict would cut it.
fn cut(folder: &Folder, file: &str, square: PixelSquare) -> Vec<u8> {
    let photo = Photo::open(&folder.root().join(file)).expect("a photo");
    photo.crop_to(Square::from(square), SIDE)
}

#[test]
fn a_photo_without_a_face_takes_part_with_its_square() {
    let folder = photos();
    for faces in [FaceCrops::Largest, FaceCrops::Each, FaceCrops::Skip] {
        let (without, sought) = open_with(&folder, faces, &Edits::default());
        assert_eq!((place(&without, NONE), sought), (None, 7));
        let (with, sought) = open_with(&folder, faces, &drawn(NONE, DRAWN));
        assert_eq!(sought, 1, "the other photos are not looked at again");
        let there = place(&with, NONE).expect("it takes part");
        assert_eq!((with.samples.len(), with.samples[there].class), (without.samples.len() + 1, 0));
        assert!(with.pixels.get(there).expect("pixels")[..] == cut(&folder, NONE, DRAWN)[..]);
        assert!(with.skipped.iter().all(|skipped| skipped.file != Path::new(NONE)));
        for (index, sample) in without.samples.iter().enumerate() {
            let now = place(&with, &sample.file.to_string_lossy()).expect("there");
            assert!(with.samples[now] == *sample && with.pixels.get(now) == without.pixels.get(index));
        }
        // It is kept, another is another picture, and without it is as it was.
        let (again, sought) = open_with(&folder, faces, &drawn(NONE, DRAWN));
        assert_eq!((again.samples, sought), (with.samples.clone(), 0));
        let other = PixelSquare { side: 121, ..DRAWN };
        let (moved, sought) = open_with(&folder, faces, &drawn(NONE, other));
        assert!(sought == 1 && moved.pixels.get(there).expect("pixels")[..] == cut(&folder, NONE, other)[..]);
        assert_ne!(moved.samples[there].hash, with.samples[there].hash, "a run on the one is not one on the other");
        let (back, sought) = open_with(&folder, faces, &Edits::default());
        assert_eq!((back.samples, sought), (without.samples, 1));
    }
    // Where pictures are taken whole, it says nothing.
    let (whole, _) = open_with(&folder, FaceCrops::Off, &drawn(NONE, DRAWN));
    assert!(
        whole.pixels.get(place(&whole, NONE).expect("there"))
            == open(&folder, FaceCrops::Off).pixels.get(place(&whole, NONE).expect("there"))
    );
}

#[test]
fn a_square_stands_for_all_faces_of_its_photo() {
    let folder = photos();
    let (each, _) = open_with(&folder, FaceCrops::Each, &drawn("ann/two.png", DRAWN));
    assert_eq!(place(&each, "ann/two.png#2"), None);
    let there = place(&each, "ann/two.png").expect("there");
    assert!(each.pixels.get(there).expect("pixels")[..] == cut(&folder, "ann/two.png", DRAWN)[..]);
    // A file that is damaged while it is open gives the square all the same.
    let names = fs::read_dir(folder.places().cache).expect("a cache").flatten();
    let path = names.map(|entry| entry.path()).next().expect("one file");
    let mut bytes = fs::read(&path).expect("read");
    bytes[trombine::data::cache::HEADER..][..6 * SIDE * SIDE * 3].fill(7);
    fs::write(&path, bytes).expect("written over");
    assert!(each.pixels.get(there).expect("pixels")[..] == cut(&folder, "ann/two.png", DRAWN)[..]);
}

/// The worker decodes it, keeps it beside the folder, and takes it back.
#[test]
fn a_square_is_taken_and_taken_back_by_the_worker() {
    let folder = photos();
    let store = RunStore::at(folder.places().home);
    let opened = OpenDataset::from(open(&folder, FaceCrops::Largest));
    let edit = |open: &OpenDataset, before: &Edits, edits: &Edits| {
        let mut given = None;
        let command = Command::Edit { open: open.clone(), before: before.clone(), edits: edits.clone() };
        perform(command, &store, &Control::default(), &mut |event| {
            if let Event::Edited { open } = event {
                given = Some(open);
            }
        })
        .expect("kept");
        given.expect("a data set")
    };
    let edits = drawn(NONE, DRAWN);
    let with = edit(&opened, &Edits::default(), &edits);
    assert!(place(&with.dataset, NONE).is_some() && *with.edits() == edits);
    assert_eq!(Edits::load(&folder.places(), &folder.source()).expect("readable"), edits);
    let back = edit(&with, &edits, &Edits::default());
    assert_eq!((&back.dataset.samples, back.edits().is_empty()), (&opened.dataset.samples, true));
    // Look-alikes that were found among other pixels are none of these.
    let mut session =
        Session { open: Some(opened.clone()), near: Some((opened.dataset.clone(), Vec::new().into())), ..Session::default() };
    let edited = |open: &OpenDataset| trombine::worker::Envelope {
        job: trombine::worker::JobId(1),
        event: Event::Edited { open: open.clone() },
    };
    session.apply(edited(&opened));
    assert!(session.near.is_some());
    session.apply(edited(&with));
    assert!(session.near.is_none());
}

type Drawing = (Harness<'static>, Rc<RefCell<Stage>>);

/// Data with the list of what cannot be used, on which the photo without a face was clicked.
fn drawing(folder: &Folder) -> Drawing {
    let session = Session { open: Some(open(folder, FaceCrops::Largest).into()), ..Session::default() };
    let (mut harness, stage) = Stage { session, ..Stage::new(Page::Data) }.harness([1280.0, 800.0]);
    harness.run_steps(3);
    harness.get_by_label("show, pictures that cannot be used").click();
    harness.run_steps(3);
    harness.get_by_role_and_label(Role::Row, &format!("{NONE}, no face was found in it")).click();
    harness.run_steps(3);
    assert_eq!(stage.borrow().actions, [Action::LookAtPhoto(NONE.into())]);
    assert!(harness.query_by_label("The photo is being read…").is_some());
    (harness, stage)
}

/// The photo has come.
fn arrived((harness, stage): &mut Drawing, folder: &Folder, file: &str) {
    let photo = Photo::open(&folder.root().join(file)).expect("a photo");
    let faces = faces::find(RgbView { width: photo.width, height: photo.height, rgb: &photo.rgb });
    let whole = WholePhoto {
        preview_size: [photo.width as usize, photo.height as usize],
        preview: photo.rgb.into(),
        scale: 1.0,
        faces: faces.iter().map(|face| face.crop).collect(),
    };
    let path = folder.root().join(file);
    stage.borrow_mut().session.photo_of_data = Some((path, Arc::new(Ok(whole))));
    stage.borrow_mut().actions.clear();
    harness.run_steps(3);
}

/// The photo's place on the screen, of 480 x 360 pixels, and the points of each.
fn shown(harness: &Harness<'_>, file: &str) -> (Rect, f32) {
    let rect = harness.get_by_role_and_label(Role::Image, file).rect();
    let scale = (rect.width() / 480.0).min(rect.height() / 360.0);
    (Rect::from_center_size(rect.center(), egui::vec2(480.0, 360.0) * scale), scale)
}

/// What was taken, if anything.
fn taken(stage: &Rc<RefCell<Stage>>) -> Option<PixelSquare> {
    match &stage.borrow().actions[..] {
        [] => None,
        [Action::Edit { files, change: Change::Draw(square) }] => {
            assert_eq!(files.len(), 1);
            Some(*square)
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_square_is_drawn_with_the_pointer() {
    let folder = photos();
    let mut page = drawing(&folder);
    arrived(&mut page, &folder, NONE);
    let (mut harness, stage) = page;
    let (photo, scale) = shown(&harness, NONE);
    let at = |x: f32, y: f32| -> Pos2 { pos2(photo.left() + x * scale, photo.top() + y * scale) };
    // It begins inside of the square that is proposed, which stays where it is.
    for (from, to) in [((200.0, 100.0), (320.0, 180.0)), ((320.0, 220.0), (200.0, 120.0))] {
        harness.drag_at(at(from.0, from.1));
        harness.run_steps(2);
        harness.hover_at(at(to.0, to.1));
        harness.run_steps(2);
        harness.drop_at(at(to.0, to.1));
        harness.run_steps(2);
    }
    assert_eq!(taken(&stage), None, "nothing is taken before it is said");
    harness.get_by_label("Use this square").click();
    harness.run_steps(2);
    let PixelSquare { left, top, side } = taken(&stage).expect("taken");
    for (value, expected) in [(left, 200), (top, 100), (side as i32, 120)] {
        assert!((value - expected).abs() <= 1, "{left} {top} {side}");
    }
    assert!(harness.query_by_label("Use this square").is_none(), "the wall is back");
}

#[test]
fn a_square_is_drawn_with_keys() {
    let folder = photos();
    let mut page = drawing(&folder);
    arrived(&mut page, &folder, NONE);
    let (mut harness, stage) = page;
    // Proposed is the middle, half as large as the photo: 150, 90 and 180. A step is a twentieth.
    for key in [Key::ArrowRight, Key::ArrowRight, Key::ArrowDown, Key::Minus] {
        harness.key_press(key);
        harness.run_steps(2);
    }
    harness.key_press(Key::Enter);
    harness.run_steps(2);
    let square = taken(&stage).expect("taken");
    assert_eq!(square, PixelSquare { left: 150 + 18 + 5, top: 90 + 9 + 5, side: 171 }, "half a pixel is rounded up");
}

#[test]
fn escape_gives_up_and_takes_nothing() {
    let folder = photos();
    let mut page = drawing(&folder);
    // Also while the photo is read.
    page.0.key_press(Key::Escape);
    page.0.run_steps(3);
    assert!(page.0.query_by_label("Use this square").is_none());
    page.1.borrow_mut().actions.clear();
    page.0.get_by_role_and_label(Role::Row, &format!("{NONE}, no face was found in it")).click();
    page.0.run_steps(3);
    arrived(&mut page, &folder, NONE);
    let (mut harness, stage) = page;
    harness.key_press(Key::ArrowRight);
    harness.run_steps(2);
    harness.key_press(Key::Escape);
    harness.run_steps(3);
    assert!(harness.query_by_label("Use this square").is_none() && taken(&stage).is_none());
}

/// A photo of two: the larger face is proposed, a click takes the other.
#[test]
fn another_face_is_taken_by_a_click() {
    let folder = photos();
    let dataset = open(&folder, FaceCrops::Largest);
    let session = Session { open: Some(dataset.into()), ..Session::default() };
    let (mut harness, stage) = Stage { session, ..Stage::new(Page::Data) }.harness([1280.0, 800.0]);
    harness.run_steps(3);
    harness.get_by_label("show, unusual, please check").click();
    harness.run_steps(3);
    harness.get_by_role_and_label(Role::Row, "ann/two.png, 2 faces: the largest is taken").click();
    harness.run_steps(3);
    harness.get_by_label("Draw the square…").click();
    harness.run_steps(3);
    let mut page = (harness, stage);
    arrived(&mut page, &folder, "ann/two.png");
    let (mut harness, stage) = page;
    let photo = image::open(folder.root().join("ann/two.png")).expect("a photo").into_rgb8();
    let [first, second] = &found(&photo)[..] else { panic!("two faces") };
    assert!(first.crop.side >= second.crop.side);
    harness.get_by_role_and_label(Role::RadioButton, "face 2").click();
    harness.run_steps(2);
    harness.get_by_label("Use this square").click();
    harness.run_steps(2);
    let square = taken(&stage).expect("taken");
    assert!((f64::from(square.left) - second.crop.left).abs() <= 1.0 && (f64::from(square.side) - second.crop.side).abs() <= 1.0);
}

#[test]
fn what_was_drawn_is_said_and_can_be_taken_back() {
    let folder = photos();
    let (with, _) = opened(&folder, FaceCrops::Largest, &drawn(NONE, DRAWN));
    let session = Session { open: Some(with), ..Session::default() };
    let (mut harness, stage) = Stage { session, ..Stage::new(Page::Data) }.harness([1280.0, 800.0]);
    harness.run_steps(3);
    harness.get_by_label("show, decided by you").click();
    harness.run_steps(3);
    assert!(harness.query_by_role_and_label(Role::Row, &format!("{NONE}, with the square that you drew")).is_some());
    harness.get_by_label("Undo my change").click();
    harness.run_steps(2);
    assert_eq!(stage.borrow().actions, [Action::Edit { files: vec![NONE.into()], change: Change::Forget }]);
    assert_eq!(SkipReason::NoFace.sentence().en, "no face was found in it");
}
