//! The predict page by its accessible names.

use std::time::Duration;

use crossbeam_channel::bounded;
use egui_kittest::{Harness, kittest::Queryable as _};
use trombine::{
    app::{App, Pace, Preferences},
    data::sample::Framing,
    files::table::TableForm,
    predict::{Framed, heatmap::Heat},
    run::{RunFiles, RunStore},
    session::{OcclusionMap, Session, SquareQuery, TableJob},
    text::Lang,
    ui::{Action, page::Page},
};

use crate::{
    engine_cases,
    stage::{self, Stage},
    training,
};

const SIZE: [f32; 2] = [1048.0, 900.0];

/// What is said of a face covers no other: it stands above its square, or within it, where below there is another.
#[test]
fn the_words_of_a_face_cover_no_other_face() {
    use trombine::{
        ui::widget::photo::{self, PhotoSquare, SquareLine},
        worker::Crop,
    };
    let square = |x: f32, y: f32, selected: bool| PhotoSquare {
        crop: Crop { x, y, side: 120.0 },
        label: format!("{} · male 91%", x + y),
        line: SquareLine::Solid,
        selected,
    };
    // Two below each other, and one beside them.
    let squares = [square(40.0, 60.0, true), square(40.0, 190.0, false), square(240.0, 60.0, false)];
    let drawn = squares.clone();
    let mut harness =
        Harness::builder().with_size([500.0, 400.0]).with_context_setup(trombine::ui::theme::install).build_ui(move |ui| {
            let room = egui::Rect::from_min_size(egui::Pos2::ZERO, egui::vec2(500.0, 400.0));
            photo::frames(ui, room, room, 1.0, &drawn);
        });
    harness.run();
    let texts = crate::nodes::texts(&harness);
    for square in &squares {
        let text = texts.iter().find(|text| text.text == square.label).expect("all have room");
        for other in squares.iter().filter(|other| other.label != square.label) {
            let Crop { x, y, side } = other.crop;
            let place = egui::Rect::from_min_size(egui::pos2(x, y), egui::Vec2::splat(side));
            assert!(!place.intersects(text.rect), "{} lies over {place:?}: {:?}", square.label, text.rect);
        }
    }
}

#[test]
fn an_empty_page_invites() {
    let (mut harness, stage) = Stage::new(Page::Predict).with_data(40).with_run().harness(SIZE);
    harness.run();
    for name in ["Choose photos…", "Paste", "Folder…", "Find the faces in each picture…"] {
        harness.get_by_label(name).click();
        harness.run();
    }
    let run = "2026-11-22-140211".to_owned();
    let folder = Action::PredictFolder { run, framing: Framing::FaceCrop };
    assert_eq!(stage.borrow().actions, [Action::ChoosePhotos, Action::Paste, folder]);
}

#[test]
fn a_table_that_was_stopped_can_go_on() {
    let mut stage = Stage::new(Page::Predict).with_data(40).with_run();
    stage.session.table = Some(TableJob {
        run: "2026-11-22-140211".to_owned(),
        folder: "photos".into(),
        csv: "out/predictions.csv".into(),
        framing: Framing::Whole,
        form: TableForm::default(),
    });
    let (mut harness, stage) = stage.harness(SIZE);
    harness.run();
    harness.get_by_label("Folder…").click();
    harness.run();
    harness.get_by_label("Resume predictions.csv").click();
    harness.run();
    assert_eq!(stage.borrow().actions, [Action::ContinueTable]);
}

#[test]
fn the_page_says_how_the_photo_is_framed_and_lets_it_be_changed() {
    for (framed, learned, words) in [
        (Framed::Faces(Vec::new()), Framing::FaceCrop, "cut as UTKFace’s pictures, which the run learned from"),
        (Framed::Whole, Framing::Whole, "used whole, as the run’s training pictures were"),
        (Framed::Whole, Framing::FaceCrop, "used whole, though the run learned from face crops"),
        (Framed::Crop, Framing::FaceCrop, "already a face crop: used whole"),
    ] {
        let mut stage = stage::predicting();
        let other = if framed == Framed::Whole { Framing::FaceCrop } else { Framing::Whole };
        let chips = if framed == Framed::Whole { ["whole picture", "faces"] } else { ["faces", "whole picture"] };
        stage.session.photos[0].framed = framed;
        if let Some(run) = &mut stage.session.run {
            std::sync::Arc::make_mut(run).info.framing = learned;
        }
        assert_eq!(stage.session.photo_framing(), learned, "the next photo is framed as the run learned");
        let (mut harness, stage) = stage.harness(SIZE);
        harness.run();
        assert!(harness.query_by_label(words).is_some(), "{words}");
        harness.get_by_label(chips[0]).click();
        harness.run();
        harness.get_by_role_and_label(egui::accesskit::Role::MenuItem, chips[1]).click();
        harness.run();
        assert_eq!(stage.borrow().actions, [Action::Frame { photo: 1, framing: other }]);
    }
}

#[test]
fn without_a_face_the_whole_picture_is_offered() {
    let mut stage = stage::predicting();
    stage.session.photos[0].asked.clear();
    stage.session.photos[0].framed = Framed::NoFace;
    let (mut harness, stage) = stage.harness(SIZE);
    harness.run();
    assert!(harness.query_by_label("No face was found").is_some());
    harness.get_by_label("Predict the whole picture").click();
    harness.run();
    assert_eq!(stage.borrow().actions, [Action::Ask { photo: 1, asked: None, crop: None }]);
}

#[test]
fn the_slow_map_is_asked_for_and_shown_with_its_own_legend() {
    let (mut harness, stage) = stage::predicting().harness(SIZE);
    harness.run();
    assert!(harness.query_by_label(Heat::GradCam.legend().get(Lang::En)).is_some());
    harness.get_by_label("Quick (Grad-CAM)").click();
    harness.run();
    harness.get_by_label("Thorough (occlusion)").click();
    harness.run_steps(2);
    assert!(stage.borrow().actions.contains(&Action::Occlude(10)));
    assert!(harness.query_by_label(Heat::Occlusion.legend().get(Lang::En)).is_some());
    let mut session = std::mem::take(&mut stage.borrow_mut().session);
    session.photos[0].asked[0].slow = Some(OcclusionMap { id: 77, map: None });
    session.answer(trombine::worker::PredictionResult { id: 77, result: Ok(stage::reply(7, 0.91)) });
    let map = session.photos[0].asked[0].slow.as_ref().and_then(|slow| slow.map.as_ref()).expect("it came");
    assert_eq!(map.as_ref().map(Vec::len), Ok(128 * 128));
    stage.borrow_mut().session = session;
    stage.borrow_mut().actions.clear();
    harness.run();
    assert!(stage.borrow().actions.is_empty(), "it is asked for once");
}

#[test]
fn a_running_training_answers_with_its_best_weights_so_far() {
    let mut stage = Stage::new(Page::Predict).with_data(40);
    assert!(stage.session.answering().is_none() && Page::Predict.locked(&stage.session).is_some());
    stage.session.training = stage.session.dataset().map(|data| stage::training(data, 14));
    stage.session.phase = trombine::session::Phase::Training;
    assert_eq!(stage.session.answering().map(|run| run.id.to_owned()).as_deref(), Some("2026-11-22-140211"));
    assert!(Page::Predict.locked(&stage.session).is_none());
    let (mut harness, _) = stage.harness(SIZE);
    harness.run();
    assert!(harness.query_by_label_contains("the training’s best weights so far answer").is_some());
}

#[test]
fn each_face_has_its_answer_and_the_caution_stands_below() {
    for (lang, first, second) in [
        (Lang::En, "male, about 91%", "not sure: rather male, 58%"),
        (Lang::Fr, "homme, environ 91\u{a0}%", "pas sûr : plutôt homme, 58\u{a0}%"),
    ] {
        let mut stage = stage::predicting();
        stage.lang = lang;
        let (mut harness, _) = stage.harness(SIZE);
        harness.run();
        assert!(harness.query_by_label(first).is_some(), "{first}");
        assert!(harness.query_by_label(stage::caution().get(lang)).is_some());
        // The second face is chosen by its square, or by its line in the list.
        harness.get_by_label_contains("2 · ").click();
        harness.run();
        assert!(harness.query_by_label(second).is_some(), "{second}");
    }
}

#[test]
fn a_square_can_be_moved_by_keyboard() {
    let (mut harness, stage) = stage::predicting().harness(SIZE);
    harness.run();
    harness.get_by_label_contains("1 · ").focus();
    harness.run();
    harness.key_press(egui::Key::ArrowRight);
    harness.run();
    let moved = stage.borrow().actions.iter().find_map(|a| match a {
        Action::Ask { photo: 1, asked: Some(10), crop: Some(crop) } => Some(*crop),
        _ => None,
    });
    // A twentieth of 128 pixels to the right of 80.
    assert_eq!(moved.map(|c| (c.x, c.y, c.side)), Some((86.4, 90.0, 128.0)));
}

/// Presses at `from`, moves to `to` in a few steps, and releases there.
fn drag(harness: &mut Harness<'_>, from: egui::Pos2, to: egui::Pos2) {
    harness.hover_at(from);
    harness.run_steps(1);
    harness.drag_at(from);
    harness.run_steps(1);
    for step in 1..=4 {
        harness.hover_at(from.lerp(to, step as f32 / 4.0));
        harness.run_steps(1);
    }
    harness.drop_at(to);
    harness.run_steps(2);
}

/// The squares that were asked about, with the question that each takes the place of.
fn asked(stage: &std::cell::RefCell<Stage>) -> Vec<(Option<u64>, [f32; 3])> {
    let crop = |action: &Action| match action {
        Action::Ask { photo: 1, asked, crop: Some(crop) } => Some((*asked, [crop.x, crop.y, crop.side])),
        _ => None,
    };
    stage.borrow().actions.iter().filter_map(crop).collect()
}

fn close(a: [f32; 3], b: [f32; 3]) -> bool {
    a.iter().zip(b).all(|(a, b)| (a - b).abs() < 1.5)
}

#[test]
fn squares_are_moved_resized_and_drawn_by_pointer() {
    let (mut harness, stage) = stage::predicting().harness(SIZE);
    harness.run();
    // The first square is 128 pixels wide and at (80, 90) in the photo.
    let square = harness.get_by_label_contains("1 · ").rect();
    let scale = square.width() / 128.0;
    let corner = square.min - egui::vec2(80.0, 90.0) * scale;
    let at = |x: f32, y: f32| corner + egui::vec2(x, y) * scale;

    // On its way there it is asked about as well: the answer follows.
    drag(&mut harness, at(140.0, 150.0), at(180.0, 130.0));
    let moved = asked(&stage);
    assert!(matches!(moved[..], [_, .., (Some(10), to)] if close(to, [120.0, 70.0, 128.0])), "{moved:?}");
    stage.borrow_mut().actions.clear();

    drag(&mut harness, at(208.0, 218.0), at(248.0, 258.0));
    let resized = asked(&stage);
    assert!(matches!(resized[..], [_, .., (Some(10), to)] if close(to, [80.0, 90.0, 168.0])), "{resized:?}");
    stage.borrow_mut().actions.clear();

    // A new one may begin inside of another.
    harness.get_by_label("Draw a square").click();
    harness.run();
    drag(&mut harness, at(150.0, 160.0), at(230.0, 240.0));
    let drawn = asked(&stage);
    assert!(matches!(drawn[..], [(None, to)] if close(to, [150.0, 160.0, 80.0])), "{drawn:?}");
    harness.run();
    assert!(harness.query_by_label("Draw a square").is_some(), "the next drag moves again");
    // It is asked about under a number of its own, and it is what the page then shows.
    let crop = Some(trombine::worker::Crop { x: 150.0, y: 160.0, side: 80.0 });
    let fresh = SquareQuery { id: 55, crop, reply: Some(Ok(stage::reply(7, 0.03))), ..SquareQuery::default() };
    stage.borrow_mut().session.photos[0].asked.push(fresh);
    harness.run();
    assert!(harness.query_by_label("female, about 97%").is_some());
    stage.borrow_mut().session.photos[0].asked[2].id = 56;
    harness.run();
    assert!(harness.query_by_label("female, about 97%").is_some(), "a square that was moved stays the chosen one");
    stage.borrow_mut().session.photos[0].asked.pop();
    harness.run();
    stage.borrow_mut().actions.clear();

    // A drag to the left and up ends in the same square as one to the right and down.
    harness.get_by_label("Draw a square").click();
    harness.run();
    drag(&mut harness, at(330.0, 340.0), at(270.0, 280.0));
    let drawn = asked(&stage);
    assert!(matches!(drawn[..], [(None, to)] if close(to, [270.0, 280.0, 60.0])), "{drawn:?}");
}

#[test]
fn the_run_that_answers_is_chosen_on_the_page_and_stands_on_each_answer() {
    let mut stage = stage::predicting();
    let mut other = stage.session.runs[0].clone();
    (other.id, other.name) = ("2026-11-20-090000".into(), "the other one".into());
    stage.session.runs.push(other);
    let (mut harness, stage) = stage.harness(SIZE);
    harness.run();
    assert!(harness.query_by_label_contains("“notebook + batch norm” answers").is_some());
    assert!(harness.query_by_label("according to “notebook + batch norm”").is_some());
    harness.get_by_label("Choose the run that answers").click();
    harness.run();
    harness.get_by_label("the other one").click();
    harness.run();
    let chosen = Some("2026-11-20-090000".to_owned());
    assert_eq!(stage.borrow().actions, [Action::AnswerWith { run: chosen.clone(), photo: Some(1) }]);

    // What the app then does: the squares are asked about again, and the first has its answer.
    stage.borrow_mut().session.chosen = chosen;
    let reply = trombine::worker::Reply { run: "2026-11-20-090000".into(), ..stage::reply(7, 0.2) };
    stage.borrow_mut().session.photos[0].asked[0].reply = Some(Ok(reply));
    harness.run();
    assert!(harness.query_by_label_contains("“the other one” answers").is_some());
    assert!(harness.query_by_label("according to “the other one”").is_some());
    // Two runs have answered: the list says which said what.
    assert!(harness.query_by_label("holiday.jpg, face 1: female, about 80% · the other one").is_some());
    assert!(harness.query_by_label("holiday.jpg, face 2: not sure: rather male, 58% · notebook + batch norm").is_some());
    assert_eq!(stage.borrow().session.answering().map(|run| run.id.to_owned()).as_deref(), Some("2026-11-20-090000"));
    // A run that is gone cannot answer.
    stage.borrow_mut().session.runs.pop();
    assert_eq!(stage.borrow().session.answering().map(|run| run.id.to_owned()).as_deref(), Some("2026-11-22-140211"));
}

#[test]
fn a_photo_can_be_taken_off_the_list_and_its_answer_copied() {
    let (mut harness, stage) = stage::predicting().harness(SIZE);
    harness.run();
    harness.get_by_label("Copy the answer as text").click();
    harness.run();
    harness.get_by_label("Copy the answer as a picture").click();
    harness.run();
    harness.get_by_label("Remove this photo").click();
    harness.run();
    let actions = stage.borrow().actions.clone();
    assert!(matches!(&actions[0], Action::CopyText(text) if text.starts_with("holiday.jpg: male, about 91")), "{actions:?}");
    assert_eq!(actions[1..], [Action::CopyPicture(10), Action::ForgetPhoto(1)]);
}

/// A square's tag is read, whatever lies beside it: no edge of another square is painted over it.
#[test]
fn tags_are_painted_over_all_edges() {
    let mut stage = stage::predicting();
    // The second square begins where the first one's tag stands.
    let crop = stage.session.photos[0].asked[1].crop.as_mut().expect("a square");
    (crop.x, crop.y) = (100.0, 222.0);
    let (mut harness, _) = stage.harness(SIZE);
    harness.run();
    let mut painted = Vec::new();
    harness.output().shapes.iter().for_each(|shape| kinds(&shape.shape, &mut painted));
    let tag = painted.iter().position(|kind| *kind == Painted::Tag).expect("tags");
    let edge = painted.iter().rposition(|kind| *kind == Painted::Edge).expect("edges");
    assert!(edge < tag);
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Painted {
    Edge,
    Tag,
    Other,
}

/// What is painted in which order, as far as squares are concerned.
fn kinds(shape: &egui::Shape, found: &mut Vec<Painted>) {
    match shape {
        egui::Shape::Vec(shapes) => shapes.iter().for_each(|shape| kinds(shape, found)),
        egui::Shape::LineSegment { stroke, .. } if stroke.color == egui::Color32::WHITE => found.push(Painted::Edge),
        egui::Shape::Text(text) if text.galley.job.text.starts_with("2 · ") || text.galley.job.text.starts_with("1 · ") => {
            found.push(Painted::Tag);
        }
        _ => found.push(Painted::Other),
    }
}

/// A run stopped in its first epoch has weights without a best epoch; one that was killed in it has none.
#[test]
fn every_run_with_weights_can_be_chosen() {
    let mut stage = stage::predicting();
    let mut other = |id: &str, name: &str, stored| {
        let mut run = stage.session.runs[0].clone();
        (run.id, run.name, run.best_epoch, run.stored) = (id.into(), name.into(), None, stored);
        stage.session.runs.push(run);
    };
    other("2026-11-20-090000", "stopped at once", RunFiles { weights: true, checkpoint: true, ..RunFiles::default() });
    other("2026-11-19-090000", "killed at once", RunFiles::default());
    let (mut harness, _) = stage.harness(SIZE);
    harness.run();
    harness.get_by_label("Choose the run that answers").click();
    harness.run();
    assert!(harness.query_by_label("stopped at once").is_some());
    assert!(harness.query_by_label("killed at once").is_none());
}

/// The window with two runs: who answers is asked again about the photos that are there, whether that run was chosen on the
/// page or opened elsewhere.
#[test]
fn the_answers_follow_who_answers() {
    let home = tempfile::tempdir().expect("a folder");
    let store = RunStore::at(home.path());
    let ids = [(4, "the first"), (9, "the second")].map(|(seed, name)| {
        let plan = training::plan(&training::settings());
        let mut run = store.create(&plan).expect("a run");
        engine_cases::weights(&plan.network, seed).save(&run.best_path()).expect("weights");
        run.update(|info| info.rename(name.to_owned())).expect("written");
        run.info.id
    });
    let photo = home.path().join("face.png");
    let pixels = trombine::data::sample_faces::draw(3).0;
    image::save_buffer(&photo, &pixels, 128, 128, image::ColorType::Rgb8).expect("written");

    let mut window: Harness<'_, App> = Harness::builder().with_size([1280.0, 900.0]).with_max_steps(60).build_eframe(|cc| {
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
    let wait = |window: &mut Harness<'_, App>, until: &dyn Fn(&Session) -> bool| {
        window.step();
        while !until(&window.state().session) {
            woken.recv_timeout(Duration::from_secs(60)).expect("something comes");
            window.step();
        }
        window.run_steps(3);
    };
    let perform = |window: &mut Harness<'_, App>, action| {
        let ctx = window.ctx.clone();
        window.state_mut().perform(&ctx, action);
    };
    let said = |session: &Session| match session.photos.first()?.asked.first()?.reply.as_ref()? {
        Ok(reply) => Some((reply.run.clone(), reply.probabilities[1])),
        Err(problem) => panic!("{problem}"),
    };
    let by = |id: &str| {
        let id = id.to_owned();
        move |session: &Session| said(session).is_some_and(|(run, _)| run == id)
    };
    let [first, second] = &ids;
    let shows = |id: &str| {
        let id = id.to_owned();
        move |session: &Session| session.run.as_ref().is_some_and(|run| run.info.id == id)
    };

    wait(&mut window, &|session| session.runs.len() == 2);
    perform(&mut window, Action::OpenRun(first.clone()));
    wait(&mut window, &shows(first));
    perform(&mut window, Action::Predict(vec![photo]));
    wait(&mut window, &by(first));
    let before = said(&window.state().session).expect("an answer").1;
    assert!(window.query_by_label("according to “the first”").is_some());

    // Chosen on the page.
    window.get_by_label("Choose the run that answers").click();
    window.run_steps(3);
    window.get_by_label("the second").click();
    wait(&mut window, &by(second));
    assert_ne!(said(&window.state().session).expect("an answer").1, before, "the other run's own answer");
    assert!(window.query_by_label("according to “the second”").is_some());
    assert!(window.query_by_label_contains("“the second” answers").is_some());

    // Another run is opened elsewhere: it answers from then on.
    perform(&mut window, Action::OpenRun(second.clone()));
    wait(&mut window, &shows(second));
    perform(&mut window, Action::OpenRun(first.clone()));
    wait(&mut window, &by(first));
    assert_eq!(said(&window.state().session).expect("an answer").1, before);
    assert!(window.query_by_label("according to “the first”").is_some());
    assert!(window.query_by_label_contains("“the first” answers").is_some());
}
