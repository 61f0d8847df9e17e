//! Predict with several photos, several faces and several runs, by accessible names.

use std::{cell::RefCell, fs, path::Path, sync::Arc, time::Duration};

use crossbeam_channel::{Receiver, bounded};
use egui::{Event, Key, Modifiers, PointerButton, Pos2, Rect, Shape, accesskit::Role, vec2};
use egui_kittest::{Harness, kittest::Queryable as _};
use trombine::{
    app::{App, Pace, Preferences},
    data::{sample::Framing, sample_faces, task::Task},
    evaluate::Interval,
    predict::{Estimate, Framed, Photo, frame},
    problem::{Kind, Problem},
    run::RunStore,
    session::{Arrival, Beyond, OtherRunAnswer, Session, ShownPhoto, SquareQuery},
    text::say,
    ui::{Action, PhotosAction, page::Page},
    worker::{Crop, Reply},
};

use crate::{
    engine_cases, pages,
    stage::{self, Stage},
    training,
};

const SIZE: [f32; 2] = [1048.0, 900.0];

/// A photo of one sample face in the middle of a plain ground.
fn portrait(id: u64, name: &str, face: usize, probability: f32) -> ShownPhoto {
    let [width, height] = [320usize, 240];
    let mut preview = [150, 165, 175].repeat(width * height);
    paste(&mut preview, width, [96, 56], face);
    let crop = Some(Crop { x: 96.0, y: 56.0, side: 128.0 });
    ShownPhoto {
        id,
        name: name.into(),
        preview: preview.into(),
        preview_size: [width, height],
        scale: 1.0,
        framed: Framed::Faces(Vec::new()),
        asked: vec![SquareQuery {
            id: id * 10,
            crop,
            reply: Some(Ok(stage::reply(face, probability))),
            ..SquareQuery::default()
        }],
        follows: true,
        unread: None,
    }
}

/// Puts a sample face into a picture of this width.
fn paste(rgb: &mut [u8], width: usize, [left, top]: [usize; 2], face: usize) {
    for (row, line) in sample_faces::draw(face).0.chunks_exact(128 * 3).enumerate() {
        rgb[((row + top) * width + left) * 3..][..128 * 3].copy_from_slice(line);
    }
}

/// The page with six photos, of which one cannot be read and one has no answer yet.
pub fn several() -> Stage {
    let mut stage = stage::predicting();
    let unread = Problem::new(
        Kind::Picture,
        say("This is not a picture that can be read", "Ce n’est pas une image lisible"),
        say("Take a JPEG, PNG, WebP, BMP, GIF or TIFF file", "Prenez un fichier JPEG, PNG, WebP, BMP, GIF ou TIFF"),
    );
    let mut broken = portrait(3, "notes.jpg", 1, 0.5);
    (broken.asked, broken.framed, broken.unread) = (Vec::new(), Framed::NoFace, Some(unread));
    (broken.preview, broken.preview_size) = (Arc::default(), [0; 2]);
    let mut awaited = portrait(6, "sea.jpg", 5, 0.5);
    awaited.asked[0].reply = None;
    stage.session.photos.extend([
        portrait(2, "anna.jpg", 2, 0.08),
        broken,
        portrait(4, "garden.jpg", 3, 0.61),
        portrait(5, "paul.jpg", 4, 0.97),
        awaited,
    ]);
    stage
}

/// The same while photos are still being read.
pub fn reading() -> Stage {
    let mut stage = several();
    stage.session.arrival = Some(Arrival { reads: 1, wanted: 300, come: 6 });
    stage.session.beyond = Some(Beyond { folder: Some("/home/me/photos".into()), found: 4812, shown: 300 });
    stage
}

/// A photo of six faces close to each other: sure, not sure, without an answer, awaited.
pub fn group() -> Stage {
    let mut stage = stage::predicting();
    let [width, height] = [760usize, 260];
    let mut preview = [150, 165, 175].repeat(width * height);
    let asked = |place: usize| {
        let [left, top] = [20 + 116 * place, if place.is_multiple_of(2) { 30 } else { 90 }];
        let probability = [0.93, 0.12, 0.55, 0.03, 0.44, 0.88][place];
        let mut asked = SquareQuery {
            id: 20 + place as u64,
            crop: Some(Crop { x: left as f32, y: top as f32, side: 128.0 }),
            reply: Some(Ok(stage::reply(place, probability))),
            ..SquareQuery::default()
        };
        if place == 5 {
            asked.reply = None;
        }
        ([left, top], asked)
    };
    let mut all = Vec::new();
    for place in 0..6 {
        let (at, asked) = asked(place);
        paste(&mut preview, width, at, place);
        all.push(asked);
    }
    let photo = &mut stage.session.photos[0];
    (photo.name, photo.preview, photo.preview_size, photo.asked) = ("team.jpg".into(), preview.into(), [width, height], all);
    stage
}

/// Three more runs that can answer, of which one was asked the age; all have answered about the first square.
pub fn compared() -> Stage {
    let mut stage = stage::predicting();
    let others =
        [("b", "recommended, longer, augmented", 0.83), ("c", "notebook, dropout 0.3", 0.31), ("d", "age, recommended", 0.0)];
    for (id, name, probability) in others {
        let mut run = stage.session.runs[0].clone();
        (run.id, run.name) = (id.into(), name.into());
        let mut reply = Reply { run: id.into(), ..stage::reply(7, probability) };
        if id == "d" {
            run.task = Task::age();
            (reply.task, reply.probabilities) = (Task::age(), Vec::new());
            reply.estimate = Some(Estimate { value: 34.2, range: Some(Interval { low: 24.0, high: 44.0 }) });
        }
        stage.session.runs.push(run);
        stage.session.photos[0].asked[0].others.push(OtherRunAnswer { id: 90, run: id.into(), reply: Some(Ok(reply)) });
    }
    stage
}

fn press(window: &mut Harness<'_>, key: Key) {
    window.key_press(key);
    window.run();
}

#[test]
fn several_photos_are_a_strip_to_walk_through() {
    let (mut harness, stage) = several().harness(SIZE);
    harness.run();
    let shown = |harness: &Harness<'_>, text: &str| harness.query_by_label(text).is_some();
    // The first of those that came together is shown, and it stays while others come.
    assert!(shown(&harness, "1 of 6") && shown(&harness, "according to “notebook + batch norm”"));
    for name in [
        "photo 1 of 6, holiday.jpg: 1 male, 1\u{a0}not sure",
        "photo 2 of 6, anna.jpg: female 92%",
        "photo 3 of 6, notes.jpg: This is not a picture that can be read",
        "photo 4 of 6, garden.jpg: not sure, 61%",
        "photo 6 of 6, sea.jpg: …",
    ] {
        assert!(harness.query_by_role_and_label(Role::RadioButton, name).is_some(), "{name}");
    }
    press(&mut harness, Key::ArrowRight);
    assert!(shown(&harness, "2 of 6") && shown(&harness, "female, about 92%"));
    press(&mut harness, Key::ArrowRight);
    // The broken one says so, and stops none of the others.
    assert!(shown(&harness, "3 of 6") && shown(&harness, "Take a JPEG, PNG, WebP, BMP, GIF or TIFF file"));
    harness.get_by_label("Next photo").click();
    harness.run();
    assert!(shown(&harness, "4 of 6") && shown(&harness, "not sure: rather male, 61%"));
    press(&mut harness, Key::End);
    assert!(shown(&harness, "6 of 6"));
    // What is awaited comes first once it is looked at.
    let look = Action::Photos(PhotosAction::Look { photo: 6, sharp: false });
    assert_eq!(stage.borrow().actions, [look]);
    harness.get_by_label_contains("photo 5 of 6").click();
    harness.run();
    assert!(shown(&harness, "5 of 6") && shown(&harness, "male, about 97%"));
    // With the keyboard on it, it goes with the photo.
    harness.get_by_label_contains("photo 5 of 6").focus();
    harness.run();
    press(&mut harness, Key::ArrowLeft);
    assert!(shown(&harness, "4 of 6") && harness.get_by_label_contains("photo 4 of 6").is_focused());
    harness.get_by_label("Remove all photos").click();
    harness.run();
    assert_eq!(stage.borrow().actions.last(), Some(&Action::Photos(PhotosAction::ForgetAll)));
}

#[test]
fn a_photo_alone_has_no_strip() {
    let (mut harness, _) = stage::predicting().harness(SIZE);
    harness.run();
    for name in ["Next photo", "Remove all photos", "Stop"] {
        assert!(harness.query_by_label(name).is_none(), "{name}");
    }
    assert!(harness.query_by_label_contains("photo 1 of").is_none());
}

#[test]
fn the_photo_after_one_that_is_taken_off_is_shown() {
    let (mut harness, stage) = several().harness(SIZE);
    harness.run();
    press(&mut harness, Key::ArrowRight);
    assert!(harness.query_by_label("female, about 92%").is_some());
    stage.borrow_mut().session.photos.remove(1);
    harness.run();
    assert!(harness.query_by_label("2 of 5").is_some());
    assert!(harness.query_by_label_contains("photo 2 of 5, notes.jpg").is_some());
}

#[test]
fn reading_can_be_stopped_and_too_many_photos_become_a_table() {
    let (mut harness, stage) = reading().harness(SIZE);
    harness.run();
    assert!(harness.query_by_label("6 of 300 read…").is_some());
    assert!(harness.query_by_label("The first 300 of 4,812 photos are shown").is_some());
    stage.borrow_mut().actions.clear();
    for name in ["Stop", "All into a CSV table…", "Close this line"] {
        harness.get_by_label(name).click();
        harness.run();
    }
    let run = "2026-11-22-140211".to_owned();
    let table = PhotosAction::Table { run, folder: "/home/me/photos".into(), framing: Framing::FaceCrop };
    assert_eq!(stage.borrow().actions, [PhotosAction::Stop, table, PhotosAction::CloseBeyond].map(Action::Photos));
    harness.get_by_label("Folder…").click();
    harness.run();
    harness.get_by_label("Show its photos one by one…").click();
    harness.run();
    assert_eq!(stage.borrow().actions.last(), Some(&Action::Photos(PhotosAction::ChooseFolder)));
}

/// How the edge of a square is drawn: with one line, or with how many.
fn edges(harness: &Harness<'_>, square: Rect) -> (bool, usize, usize) {
    fn count(shape: &Shape, square: Rect, found: &mut (bool, usize, usize)) {
        let on = |at: &Pos2| square.expand(2.0).contains(*at) && !square.shrink(2.0).contains(*at);
        match shape {
            Shape::Vec(shapes) => shapes.iter().for_each(|shape| count(shape, square, found)),
            Shape::Path(path) if path.closed && path.points.len() == 4 && path.points.iter().all(on) => found.0 = true,
            Shape::LineSegment { points, .. } if points.iter().all(on) => found.1 += 1,
            Shape::Circle(circle) if circle.radius < 4.0 && on(&circle.center) => found.2 += 1,
            _ => {}
        }
    }
    let mut found = (false, 0, 0);
    harness.output().shapes.iter().for_each(|shape| count(&shape.shape, square, &mut found));
    found
}

#[test]
fn each_face_of_a_group_has_its_square_its_answer_and_how_sure_it_is() {
    let (mut harness, _) = group().harness(SIZE);
    harness.run();
    let square = |harness: &Harness<'_>, name: &str| harness.get_by_label(name).rect();
    let names = ["1 · male 93%", "2 · female 88%", "3 · not sure, 55%", "4 · female 97%", "5 · not sure, 56%", "6 · …"];
    let all = names.map(|name| square(&harness, name));
    // How sure an answer is is told by the line: whole, dashed, dotted.
    let (solid, dashes, dots) = edges(&harness, all[1]);
    assert!(solid && dots == 0, "sure: {solid} {dashes} {dots}");
    let (solid, dashes, dots) = edges(&harness, all[2]);
    assert!(!solid && dashes > 20 && dots == 0, "not sure: {solid} {dashes} {dots}");
    let (solid, _, dots) = edges(&harness, all[5]);
    assert!(!solid && dots > 20, "no answer yet: {solid} {dots}");
    // A click on a square shows what there is to know of that face.
    assert!(harness.query_by_label("male, about 93%").is_some());
    harness.get_by_label(names[4]).click();
    harness.run();
    assert!(harness.query_by_label("not sure: rather female, 56%").is_some());
    assert!(harness.query_by_label("face 5").is_some());
}

/// Sample faces side by side in one file, as the program finds and asks about them.
#[test]
fn all_faces_of_a_group_are_judged_at_once() {
    let home = tempfile::tempdir().expect("a folder");
    let [run, _] = runs(home.path());
    let path = home.path().join("team.png");
    team(&path);
    let (mut window, woken) = window(home.path());
    open(&mut window, &woken, &run);
    window.state_mut().session.framing = Some((run, Framing::FaceCrop));
    perform(&mut window, Action::Predict(vec![path]));
    wait(&mut window, &woken, |session| session.photos.len() == 1 && session.photos[0].awaited() == 0);
    let asked = &window.state().session.photos[0].asked;
    assert!(asked.len() >= 2, "{}", asked.len());
    assert!(asked.iter().all(|asked| asked.crop.is_some() && matches!(asked.reply, Some(Ok(_)))));
    for number in 1..=asked.len() {
        assert!(window.query_by_label_contains(&format!("{number} · ")).is_some(), "{number}");
    }
}

/// Writes a photo of three sample faces side by side, such as the detector takes for faces.
pub fn team(path: &Path) {
    let (width, height) = (900usize, 300usize);
    let mut rgb = [120, 140, 150].repeat(width * height);
    let found: Vec<usize> = (0..60).filter(|face| is_found(*face)).take(3).collect();
    assert!(found.len() >= 2, "{found:?}");
    found.iter().enumerate().for_each(|(place, face)| paste(&mut rgb, width, [60 + 280 * place, 90], *face));
    image::save_buffer(path, &rgb, width as u32, height as u32, image::ColorType::Rgb8).expect("written");
}

/// Whether the detector finds a drawing in a wider picture.
fn is_found(face: usize) -> bool {
    let mut photo = Photo::new(420, 300, [120, 140, 150].repeat(420 * 300)).expect("a photo");
    paste(&mut photo.rgb, 420, [200, 90], face);
    matches!(frame(&photo, Framing::FaceCrop), Framed::Faces(_))
}

#[test]
fn runs_that_are_ticked_are_a_table_that_says_how_they_agree() {
    let (mut harness, stage) = compared().harness(SIZE);
    harness.run();
    assert!(harness.query_by_label("Several runs").is_none(), "nothing until it is asked for");
    harness.get_by_label("Compare runs").click();
    harness.run();
    harness.get_by_label("recommended, longer, augmented").click();
    harness.run();
    assert!(harness.query_by_label("Both say male").is_some());
    harness.get_by_label("notebook, dropout 0.3").click();
    harness.run();
    let line = |harness: &Harness<'_>, text: &str| harness.query_by_role_and_label(Role::Label, text).is_some();
    assert!(harness.query_by_label("2 of 3 say male, 1\u{a0}is not sure").is_some());
    assert!(line(&harness, "notebook + batch norm: male, 91%"));
    assert!(line(&harness, "recommended, longer, augmented: male, 83%"));
    assert!(line(&harness, "notebook, dropout 0.3: female, not sure, 69%"));
    // One that was asked something else says what, answers that, and is not counted.
    harness.get_by_label("age, recommended, Age in years").click();
    harness.run();
    assert!(harness.query_by_label("2 of 3 say male, 1\u{a0}is not sure").is_some());
    assert!(harness.query_by_label("Trained for another question, and not counted").is_some());
    assert!(line(&harness, "age, recommended (Age in years): 34, 24 to 44"));
    assert!(stage.borrow().actions.is_empty(), "all have answered: {:?}", stage.borrow().actions);
    // Of another face nobody but the run has said anything yet.
    harness.key_press(Key::Escape);
    harness.run();
    harness.get_by_label_contains("2 · ").click();
    harness.run_steps(2);
    let wishes: Vec<Action> = stage.borrow().actions.clone();
    for run in ["b", "c", "d"] {
        assert!(wishes.contains(&Action::AskOther { asked: 11, run: run.to_owned() }), "{wishes:?}");
    }
}

#[test]
fn runs_of_years_are_compared_by_their_estimates() {
    let mut stage = compared();
    let asked = &mut stage.session.photos[0].asked[0];
    asked.others.retain(|other| other.run == "d");
    let Some(Ok(mut main)) = asked.others[0].reply.clone() else { panic!("it has answered") };
    main.run = "2026-11-22-140211".into();
    main.estimate = Some(Estimate { value: 29.4, range: None });
    asked.reply = Some(Ok(main));
    let (mut harness, _) = stage.harness(SIZE);
    harness.run();
    harness.get_by_label("Compare runs").click();
    harness.run();
    harness.get_by_label_contains("age, recommended").click();
    harness.run();
    assert!(harness.query_by_label("2 estimates: 29 to 34").is_some());
    assert!(harness.query_by_label("notebook + batch norm: 29").is_some());
    assert!(harness.query_by_label("age, recommended: 34, 24 to 44").is_some());
}

/// Where the first square is, of 128 pixels: its width tells how closely the photo is looked at.
fn first(harness: &Harness<'_>) -> Rect {
    harness.get_by_label_contains("1 · ").rect()
}

fn pointer(harness: &mut Harness<'_>, at: Pos2, pressed: bool) {
    let button = PointerButton::Primary;
    harness.input_mut().events.push(Event::PointerButton { pos: at, button, pressed, modifiers: Modifiers::NONE });
    harness.run_steps(1);
}

#[test]
fn the_photo_is_looked_at_closely_and_moved() {
    let (mut harness, stage) = stage::predicting().harness(SIZE);
    harness.run();
    let whole = first(&harness);
    let photo = harness.get_by_role_and_label(Role::Image, "holiday.jpg").rect();
    // By keys.
    press(&mut harness, Key::Plus);
    let close = first(&harness).width();
    assert!((close / whole.width() - 1.4).abs() < 0.01, "{close} {whole:?}");
    press(&mut harness, Key::Minus);
    assert!((first(&harness).width() - whole.width()).abs() < 0.5);
    press(&mut harness, Key::Plus);
    press(&mut harness, Key::Num0);
    assert_eq!(first(&harness), whole);
    // By buttons, which are no more than there is to do.
    assert!(harness.query_by_label("Zoom out").is_none() && harness.query_by_label("Fit the photo").is_none());
    harness.get_by_label("Zoom in").click();
    harness.run();
    assert!(first(&harness).width() > whole.width() * 1.3);
    harness.get_by_label("Fit the photo").click();
    harness.run();
    assert_eq!(first(&harness), whole);
    // By two fingers or the wheel: what is under them stays there.
    // There is no square there.
    let at = photo.center() + vec2(0.0, 30.0);
    harness.input_mut().events.extend([Event::PointerMoved(at), Event::Zoom(2.0)]);
    harness.run();
    let close = first(&harness);
    assert!((close.width() / whole.width() - 2.0).abs() < 0.01);
    let expected = at + (whole.min - at) * 2.0;
    assert!((close.min - expected).length() < 1.0, "{close:?} {expected:?}");
    // A drag on an empty place moves the photo.
    pointer(&mut harness, at, true);
    harness.input_mut().events.push(Event::PointerMoved(at + vec2(30.0, 20.0)));
    harness.run_steps(1);
    pointer(&mut harness, at + vec2(30.0, 20.0), false);
    harness.run();
    assert!((first(&harness).min - close.min - vec2(30.0, 20.0)).length() < 1.0, "{:?} {close:?}", first(&harness));
    // So do the arrow keys.
    let moved = first(&harness).min;
    press(&mut harness, Key::ArrowRight);
    assert!((first(&harness).min - moved - vec2(-60.0, 0.0)).length() < 1.0, "{:?} {moved:?}", first(&harness));
    // A double click there fits.
    // Within one frame: a frame of a test takes longer than a double click may.
    for pressed in [true, false, true, false] {
        let button = PointerButton::Primary;
        harness.input_mut().events.push(Event::PointerButton { pos: at, button, pressed, modifiers: Modifiers::NONE });
    }
    harness.run();
    assert_eq!(first(&harness), whole);
    assert!(stage.borrow().actions.is_empty(), "nothing was asked for: {:?}", stage.borrow().actions);
}

/// The square's own keys are not the photo's.
#[test]
fn plus_resizes_a_square_that_has_the_keyboard() {
    let (mut harness, stage) = stage::predicting().harness(SIZE);
    harness.run();
    let before = first(&harness);
    harness.get_by_label_contains("1 · ").focus();
    harness.run();
    press(&mut harness, Key::Plus);
    assert_eq!(first(&harness), before, "the photo stays");
    let larger = Action::Ask { photo: 1, asked: Some(10), crop: Some(Crop { x: 76.8, y: 86.8, side: 134.4 }) };
    assert_eq!(stage.borrow().actions, [larger]);
}

/// A square is resized at each of its corners; the one across stays.
#[test]
fn every_corner_of_the_chosen_square_resizes_it() {
    let (mut harness, stage) = stage::predicting().harness(SIZE);
    harness.run();
    let square = first(&harness);
    let scale = square.width() / 128.0;
    for (corner, toward) in [(square.left_top(), vec2(-1.0, -1.0)), (square.right_top(), vec2(1.0, -1.0))] {
        stage.borrow_mut().actions.clear();
        harness.hover_at(corner);
        harness.run_steps(1);
        pointer(&mut harness, corner, true);
        let to = corner + toward * 20.0 * scale;
        for at in [corner.lerp(to, 0.5), to] {
            harness.hover_at(at);
            harness.run_steps(1);
        }
        pointer(&mut harness, to, false);
        harness.run();
        let Some(Action::Ask { crop: Some(crop), .. }) = stage.borrow().actions.last().cloned() else { panic!("nothing asked") };
        let left = if toward.x < 0.0 { 60.0 } else { 80.0 };
        let expected = [left, 70.0, 148.0];
        assert!([crop.x, crop.y, crop.side].iter().zip(expected).all(|(a, b)| (a - b).abs() < 1.5), "{crop:?} {expected:?}");
    }
}

/// Until the answer about a square that was moved is there, that of before stays to be seen.
#[test]
fn what_was_said_before_a_move_stays_until_the_answer_is_there() {
    let (mut harness, stage) = stage::predicting().harness(SIZE);
    harness.run();
    let asked = |stage: &RefCell<Stage>, change: fn(&mut SquareQuery)| change(&mut stage.borrow_mut().session.photos[0].asked[0]);
    asked(&stage, |asked| {
        let before = asked.reply.take().and_then(Result::ok);
        asked.before = before;
    });
    harness.run();
    assert!(harness.query_by_label("male, about 91%").is_some());
    assert!(harness.query_by_label("1 · male 91% …").is_some(), "the square says that it is awaited");
    let mut session = std::mem::take(&mut stage.borrow_mut().session);
    session.answer(trombine::worker::PredictionResult { id: 10, result: Ok(stage::reply(7, 0.2)) });
    assert!(session.photos[0].asked[0].before.is_none());
    stage.borrow_mut().session = session;
    harness.run();
    assert!(harness.query_by_label("female, about 80%").is_some());
}

/// Two runs with weights that were not trained.
fn runs(home: &Path) -> [String; 2] {
    let store = RunStore::at(home);
    [(4, "the first"), (9, "the second")].map(|(seed, name)| {
        let plan = training::plan(&training::settings());
        let mut run = store.create(&plan).expect("a run");
        engine_cases::weights(&plan.network, seed).save(&run.best_path()).expect("weights");
        run.update(|info| info.rename(name.to_owned())).expect("written");
        run.info.id
    })
}

/// The window on the runs of `home`, and what wakes it.
fn window(home: &Path) -> (Harness<'static, App>, Receiver<()>) {
    let store = RunStore::at(home);
    let window: Harness<'static, App> =
        Harness::builder().with_size([1280.0, 900.0]).with_max_steps(60).build_eframe(move |cc| {
            let preferences = Preferences { page: Page::Predict, ..Preferences::default() };
            let mut app = App::offline(&cc.egui_ctx, Session::default(), preferences);
            app.employ(&cc.egui_ctx, &store, Pace::default());
            app
        });
    let (wake, woken) = bounded(1);
    window.ctx.set_request_repaint_callback(move |_| {
        // One is enough to wake up.
        let _ = wake.try_send(());
    });
    (window, woken)
}

fn wait(window: &mut Harness<'_, App>, woken: &Receiver<()>, until: impl Fn(&Session) -> bool) {
    window.step();
    while !until(&window.state().session) {
        woken.recv_timeout(Duration::from_secs(60)).expect("something comes");
        window.step();
    }
    window.run_steps(3);
}

fn perform(window: &mut Harness<'_, App>, action: Action) {
    let ctx = window.ctx.clone();
    window.state_mut().perform(&ctx, action);
}

fn open(window: &mut Harness<'_, App>, woken: &Receiver<()>, run: &str) {
    wait(window, woken, |session| session.runs.len() == 2);
    perform(window, Action::OpenRun(run.to_owned()));
    let run = run.to_owned();
    wait(window, woken, move |session| session.run.as_ref().is_some_and(|shown| shown.info.id == run));
}

fn save(path: &Path, face: usize) {
    let pixels = sample_faces::draw(face).0;
    image::save_buffer(path, &pixels, 128, 128, image::ColorType::Rgb8).expect("written");
}

#[test]
fn photos_of_files_and_folders_are_judged_though_one_is_broken() {
    let home = tempfile::tempdir().expect("a folder");
    let [run, second] = runs(home.path());
    let photos = home.path().join("photos");
    fs::create_dir_all(photos.join("trip")).expect("a folder");
    save(&photos.join("a.png"), 1);
    fs::write(photos.join("b.png"), b"no picture").expect("written");
    save(&photos.join("trip/c.png"), 2);
    let alone = home.path().join("d.png");
    save(&alone, 3);
    let (mut window, woken) = window(home.path());
    open(&mut window, &woken, &run);
    perform(&mut window, Action::Predict(vec![photos, alone]));
    let done = |session: &Session| {
        session.arrival.is_none() && session.photos.len() == 4 && session.photos.iter().all(|photo| photo.awaited() == 0)
    };
    wait(&mut window, &woken, done);
    let session = &window.state().session;
    let names: Vec<String> = session.photos.iter().map(|photo| photo.name.replace('\\', "/")).collect();
    assert_eq!(names, ["a.png", "b.png", "trip/c.png", "d.png"]);
    assert_eq!(session.photos.iter().map(|photo| photo.unread.is_some()).collect::<Vec<_>>(), [false, true, false, false]);
    assert!(
        session
            .photos
            .iter()
            .all(|photo| photo.unread.is_some() || matches!(photo.asked[..], [SquareQuery { reply: Some(Ok(_)), .. }]))
    );
    assert!(session.failures.is_empty(), "it has its place among them: {:?}", session.failures);
    assert!(window.query_by_label_contains("photo 2 of 4, b.png: This is not a picture").is_some());
    assert!(window.query_by_label("1 of 4").is_some(), "the first is shown");
    window.key_press(Key::ArrowRight);
    window.run_steps(3);
    assert!(window.query_by_label("2 of 4").is_some());
    // Another run answers about all of them.
    perform(&mut window, Action::AnswerWith { run: Some(second.clone()), photo: None });
    let by = move |session: &Session| {
        let said = |asked: &SquareQuery| matches!(&asked.reply, Some(Ok(reply)) if reply.run == second);
        session.photos.iter().flat_map(|photo| &photo.asked).all(said)
    };
    wait(&mut window, &woken, by);
}

/// A photo of a face in a corner, with a square in the middle of it.
#[test]
fn a_square_moved_by_keys_is_cut_and_judged_anew() {
    let home = tempfile::tempdir().expect("a folder");
    let [run, _] = runs(home.path());
    let mut rgb = vec![90; 400 * 300 * 3];
    paste(&mut rgb, 400, [40, 60], 5);
    let path = home.path().join("one.png");
    image::save_buffer(&path, &rgb, 400, 300, image::ColorType::Rgb8).expect("written");
    let (mut window, woken) = window(home.path());
    open(&mut window, &woken, &run);
    perform(&mut window, Action::Predict(vec![path]));
    wait(&mut window, &woken, |session| {
        session.photos.first().is_some_and(|photo| photo.awaited() == 0 && !photo.asked.is_empty())
    });
    let photo = window.state().session.photos[0].id;
    perform(&mut window, Action::Ask { photo, asked: None, crop: Some(Crop { x: 40.0, y: 60.0, side: 128.0 }) });
    wait(&mut window, &woken, |session| session.photos[0].asked.len() == 2 && session.photos[0].awaited() == 0);
    let square = |session: &Session| {
        let asked = &session.photos[0].asked[1];
        (asked.crop, asked.reply.as_ref().and_then(|reply| Some(reply.as_ref().ok()?.pixels.clone())))
    };
    let (_, before) = square(&window.state().session);
    window.get_by_label_contains("2 · ").focus();
    window.run_steps(2);
    window.key_press(Key::ArrowRight);
    window.run_steps(1);
    wait(&mut window, &woken, |session| session.photos[0].awaited() == 0);
    let (crop, after) = square(&window.state().session);
    assert_eq!(crop, Some(Crop { x: 46.4, y: 60.0, side: 128.0 }), "a twentieth to the right");
    assert!(before.is_some() && after.is_some() && before != after, "the network saw something else");
}

#[test]
fn who_stops_has_no_more_to_wait_for() {
    let home = tempfile::tempdir().expect("a folder");
    let [run, _] = runs(home.path());
    let photos = home.path().join("photos");
    fs::create_dir_all(&photos).expect("a folder");
    (0..12).for_each(|face| save(&photos.join(format!("{face:02}.png")), face));
    let (mut window, woken) = window(home.path());
    open(&mut window, &woken, &run);
    perform(&mut window, Action::Predict(vec![photos]));
    wait(&mut window, &woken, |session| session.photos.len() > 2);
    perform(&mut window, Action::Photos(PhotosAction::Stop));
    let session = &window.state().session;
    assert!(session.arrival.is_none() && session.photos.iter().all(|photo| photo.awaited() == 0));
    // It goes on with the next photo.
    let alone = home.path().join("d.png");
    save(&alone, 3);
    perform(&mut window, Action::Photos(PhotosAction::ForgetAll));
    assert!(window.state().session.photos.is_empty());
    perform(&mut window, Action::Predict(vec![alone]));
    let answered = |session: &Session| {
        let alone = session.photos.iter().find(|photo| photo.name == "d.png");
        alone.is_some_and(|photo| matches!(photo.asked[..], [SquareQuery { reply: Some(Ok(_)), .. }]))
    };
    wait(&mut window, &woken, answered);
}

/// Beyond some hundred photos a table is the better way.
#[test]
fn a_large_folder_shows_its_first_photos_and_offers_a_table() {
    let home = tempfile::tempdir().expect("a folder");
    let mut bytes = Vec::new();
    let encoder = image::codecs::png::PngEncoder::new(&mut bytes);
    image::ImageEncoder::write_image(encoder, &[200; 8 * 8 * 3], 8, 8, image::ExtendedColorType::Rgb8).expect("a picture");
    (0..304).for_each(|number| fs::write(home.path().join(format!("{number:03}.png")), &bytes).expect("written"));
    let dataset = stage::faces(40);
    let run = Arc::new(stage::run(&dataset));
    let framing = Some((run.info.id.clone(), Framing::Whole));
    let session = Session { open: Some(dataset.into()), run: Some(run), framing, ..Session::default() };
    let preferences = Preferences { page: Page::Predict, ..Preferences::default() };
    let mut window = pages::window(session, preferences, [1280.0, 800.0]);
    perform(&mut window, Action::Predict(vec![home.path().to_owned()]));
    pages::until(&mut window, "the photos", |window| {
        let session = &window.state().session;
        session.arrival.is_none() && !session.photos.is_empty()
    });
    window.run_steps(3);
    let session = &window.state().session;
    assert_eq!(session.photos.len(), 300);
    assert_eq!(session.beyond, Some(Beyond { folder: Some(home.path().to_owned()), found: 304, shown: 300 }));
    assert!(window.query_by_label("The first 300 of 304 photos are shown").is_some());
    assert!(window.query_by_label("All into a CSV table…").is_some());
}
