//! The map of where the network looked, beside a picture in the viewer: on the faces of a training, on photos of Predict, on
//! results; asked for, waited for, not waited for, and never that of another picture.

use std::{
    cell::RefCell,
    path::{Path, PathBuf},
    rc::Rc,
};

use egui::{Key, Modifiers, accesskit::Role};
use egui_kittest::{Harness, kittest::Queryable as _};
use trombine::{
    app::{App, Pace, Preferences},
    predict::heatmap::Heat,
    problem::{Kind, Problem},
    run::RunStore,
    session::{LookedAt, OcclusionMap, Phase, Session, SquareQuery},
    text::{Lang, say},
    ui::{Action, Mode, page::Page},
    worker::{Command, Event, PredictionResult, Worker},
};

use crate::{
    page_pictures as made,
    pages::until,
    predict_many, stage,
    stage::Stage,
    training,
    viewer::{click, contains, key, says},
};

const SIZE: [f32; 2] = [1100.0, 900.0];
const LOOKING: &str = "The model is looking…";
const COVERING: &str = "One area after the other is being covered…";

type OnStage = (Harness<'static>, Rc<RefCell<Stage>>);

fn legend(page: &Harness<'_>, heat: Heat) -> bool {
    says(page, heat.legend().get(Lang::En))
}

/// Chooses a map by its menu, where `now` is chosen.
fn choose(page: &mut Harness<'_>, now: &str, then: &str) {
    page.get_by_role_and_label(Role::Button, now).click();
    page.run_steps(3);
    page.get_by_role_and_label(Role::MenuItem, then).click();
    page.run_steps(3);
}

fn asked(stage: &Rc<RefCell<Stage>>) -> Vec<Action> {
    std::mem::take(&mut stage.borrow_mut().actions)
}

/// The second face of a training that runs, in the viewer; with its file and that of the next.
fn face() -> (OnStage, [PathBuf; 2]) {
    let (mut page, stage) = made::during(Phase::Training).harness(SIZE);
    page.run_steps(3);
    let at = page.query_all_by_label_contains("predicted ").nth(1).expect("a face").rect().center();
    click(&mut page, at, Modifiers::NONE);
    page.run_steps(3);
    assert!(says(&page, "2 of 6"));
    let files = {
        let stage = stage.borrow();
        let data = stage.session.dataset().expect("a data set");
        let faces = &stage.session.training.as_ref().expect("it trains").faces;
        [1, 2].map(|at| data.samples[faces[at].sample as usize].file.clone())
    };
    ((page, stage), files)
}

/// Answers about a picture, as the window does once somebody was asked.
fn answer(stage: &Rc<RefCell<Stage>>, file: &Path, reply: Option<Result<trombine::worker::Reply, Problem>>) {
    let mut stage = stage.borrow_mut();
    let run = stage.session.training.as_ref().expect("it trains").run.clone();
    let weights = stage.session.weights_of(&run);
    let asked = SquareQuery { id: 500, reply, ..SquareQuery::default() };
    stage.session.looked_at = Some(LookedAt { file: file.to_owned(), run, weights, photo: None, asked });
}

/// By the training's own weights, whoever answers on Predict.
#[test]
fn a_face_of_the_training_has_a_map_by_the_weights_of_its_run() {
    let ((mut page, stage), [file, next]) = face();
    let run = stage.borrow().session.training.as_ref().expect("it trains").run.clone();
    choose(&mut page, "No heat map", "Quick (Grad-CAM)");
    assert!(says(&page, LOOKING) && says(&page, "Where it looked"));
    let ask = |file: &PathBuf, actions: &[Action]| {
        let same = |action: &&Action| matches!(action, Action::AskAbout { file: of, run: by, .. } if of == file && *by == run);
        actions.iter().filter(same).count()
    };
    assert!(ask(&file, &asked(&stage)) > 0);
    answer(&stage, &file, None);
    page.run_steps(2);
    asked(&stage);
    page.run_steps(2);
    assert!(says(&page, LOOKING) && asked(&stage).is_empty(), "it is asked for once");
    answer(&stage, &file, Some(Ok(stage::reply(7, 0.91))));
    page.run_steps(2);
    assert!(legend(&page, Heat::GradCam) && !says(&page, LOOKING));
    let best = stage.borrow().session.training.as_ref().and_then(|training| training.stored).expect("weights");
    let by = format!("By the best weights so far, those of epoch {best}: male, about 91%");
    assert!(says(&page, &by), "{by}");
    // The answer about one picture is not that about the next.
    key(&mut page, Key::ArrowRight, Modifiers::NONE);
    assert!(says(&page, "3 of 6") && says(&page, LOOKING) && !legend(&page, Heat::GradCam));
    assert!(ask(&next, &asked(&stage)) > 0);
    key(&mut page, Key::ArrowLeft, Modifiers::NONE);
    assert!(legend(&page, Heat::GradCam));
    // Nor that of other weights that of these.
    stage.borrow_mut().session.training.as_mut().expect("it trains").stored = Some(best + 1);
    page.run_steps(2);
    assert!(says(&page, LOOKING) && ask(&file, &asked(&stage)) > 0);
}

#[test]
fn the_slow_map_of_a_face_is_asked_for_and_can_be_cancelled() {
    let ((mut page, stage), [file, _]) = face();
    answer(&stage, &file, Some(Ok(stage::reply(7, 0.91))));
    choose(&mut page, "No heat map", "Thorough (occlusion)");
    assert!(says(&page, COVERING) && asked(&stage).contains(&Action::Occlude(500)));
    let slow = |map: Option<Result<Vec<f32>, Problem>>| {
        stage.borrow_mut().session.looked_at.as_mut().expect("asked").asked.slow = Some(OcclusionMap { id: 501, map });
    };
    slow(None);
    page.run_steps(2);
    assert!(says(&page, COVERING) && !legend(&page, Heat::Occlusion));
    asked(&stage);
    page.get_by_label("Cancel").click();
    page.run_steps(3);
    assert_eq!(asked(&stage), [Action::StopMap(500)]);
    assert!(!says(&page, "Where it looked") && says(&page, "No heat map"));
    // What comes is drawn, and a failure is said.
    slow(Some(Ok(vec![0.5; 128 * 128])));
    key(&mut page, Key::G, Modifiers::NONE);
    key(&mut page, Key::G, Modifiers::NONE);
    assert!(legend(&page, Heat::Occlusion) && !says(&page, COVERING));
    let lost = Problem::new(Kind::Internal, say("The device was lost", "Le périphérique a disparu"), say("Retry", "Réessayez"));
    slow(Some(Err(lost)));
    page.run_steps(2);
    assert!(says(&page, "The device was lost"));
}

/// Who goes on to the next picture does not wait for the slow map of the one before.
#[test]
fn a_slow_map_is_stopped_by_going_on_and_by_closing() {
    for leave in [Key::ArrowRight, Key::Escape] {
        let ((mut page, stage), [file, _]) = face();
        answer(&stage, &file, Some(Ok(stage::reply(7, 0.91))));
        choose(&mut page, "No heat map", "Thorough (occlusion)");
        stage.borrow_mut().session.looked_at.as_mut().expect("asked").asked.slow = Some(OcclusionMap { id: 501, map: None });
        page.run_steps(2);
        asked(&stage);
        key(&mut page, leave, Modifiers::NONE);
        let stopped = asked(&stage).iter().filter(|action| **action == Action::StopMap(500)).count();
        assert_eq!(stopped, 1, "{leave:?}");
    }
}

#[test]
fn before_there_are_weights_nobody_can_be_asked() {
    let ((mut page, stage), _) = face();
    stage.borrow_mut().session.training.as_mut().expect("it trains").stored = None;
    stage.borrow_mut().session.runs.clear();
    stage.borrow_mut().session.run = None;
    page.run_steps(2);
    assert!(!says(&page, "Heat map"));
}

/// A photo's answers are there already; of several faces each has its map.
#[test]
fn a_photo_of_predict_has_a_map_of_each_of_its_faces() {
    let (mut page, stage) = predict_many::several().harness(SIZE);
    page.run_steps(4);
    page.get_by_label("Open the picture (Enter)").click();
    page.run_steps(3);
    let ids: Vec<u64> = stage.borrow().session.photos[0].asked.iter().map(|asked| asked.id).collect();
    assert!(says(&page, "1 of 5") && says(&page, "Heat map") && !contains(&page, "Ask the model"));
    stage.borrow_mut().session.photos[0].asked[1].reply = None;
    key(&mut page, Key::G, Modifiers::NONE);
    assert!(legend(&page, Heat::GradCam), "the answer about the first face brought it");
    choose(&mut page, "Face 1", "Face 2");
    assert!(says(&page, LOOKING), "that about the second has not come");
    stage.borrow_mut().session.photos[0].asked[1].reply = Some(Ok(stage::reply(8, 0.58)));
    page.run_steps(2);
    assert!(legend(&page, Heat::GradCam));
    asked(&stage);
    key(&mut page, Key::G, Modifiers::NONE);
    assert!(asked(&stage).contains(&Action::Occlude(ids[1])) && says(&page, COVERING));
    stage.borrow_mut().session.photos[0].asked[1].slow = Some(OcclusionMap { id: 77, map: None });
    page.run_steps(2);
    asked(&stage);
    // On to the next photo, whose map is another.
    key(&mut page, Key::ArrowRight, Modifiers::NONE);
    assert!(says(&page, "2 of 5") && says(&page, COVERING));
    let actions = asked(&stage);
    let next = stage.borrow().session.photos[1].asked[0].id;
    assert!(actions.contains(&Action::StopMap(ids[1])) && actions.contains(&Action::Occlude(next)), "{actions:?}");
    // What comes late is the first photo's.
    let mut session = std::mem::take(&mut stage.borrow_mut().session);
    session.answer(PredictionResult { id: 77, result: Ok(stage::reply(8, 0.58)) });
    assert!(session.photos[0].asked[1].slow.as_ref().is_some_and(|slow| slow.map.is_some()));
    stage.borrow_mut().session = session;
    page.run_steps(2);
    assert!(says(&page, COVERING) && !legend(&page, Heat::Occlusion));
}

/// A click on a face in the picture shows the map of that face.
#[test]
fn a_face_in_the_photo_can_be_clicked() {
    let (mut page, _) = stage::predicting().harness(SIZE);
    page.run_steps(4);
    page.get_by_label("Open the picture (Enter)").click();
    page.run_steps(60);
    let picture = page.get_by_role(Role::Image).rect();
    // The photo, 640 × 400, fills the width there is; the second face is at (400, 160), 128 on a side.
    let scale = (picture.width() / 640.0).min(picture.height() / 400.0);
    let at = picture.center() + egui::vec2(464.0 - 320.0, 224.0 - 200.0) * scale;
    key(&mut page, Key::G, Modifiers::NONE);
    assert!(says(&page, "Face 1") && page.query_by_role_and_label(Role::Button, "Face 1").is_some());
    key(&mut page, Key::G, Modifiers::NONE);
    key(&mut page, Key::G, Modifiers::NONE);
    click(&mut page, at, Modifiers::NONE);
    page.run_steps(3);
    key(&mut page, Key::G, Modifiers::NONE);
    assert!(page.query_by_role_and_label(Role::Button, "Face 2").is_some(), "the second face is the one that is shown");
}

/// By the run whose results these are, though another answers about photos.
#[test]
fn results_ask_the_run_that_they_are_of() {
    let mut stage = Stage::new(Page::Results).with_data(400).with_run();
    let mut other = stage.session.runs[0].clone();
    other.id = "2026-11-23-090000".into();
    stage.session.chosen = Some(other.id.clone());
    stage.session.runs.push(other);
    let (mut page, stage) = stage.harness(SIZE);
    page.run_steps(3);
    page.query_all_by_label_contains("labeled female, predicted male").next().expect("a cell").click();
    page.run_steps(3);
    let first = page.query_all_by_label_contains(": predicted male").next().expect("a mistake").rect().center();
    crate::viewer::double_click(&mut page, first);
    key(&mut page, Key::G, Modifiers::NONE);
    let run = stage.borrow().session.run.as_ref().expect("a run").info.id.clone();
    let actions = asked(&stage);
    assert!(actions.iter().any(|action| matches!(action, Action::AskAbout { run: by, .. } if *by == run)), "{actions:?}");
    assert!(actions.iter().all(|action| !matches!(action, Action::AskAbout { run: by, .. } if *by != run)));
}

/// A trained run in a home of its own.
fn trained() -> (tempfile::TempDir, String, trombine::plan::Plan) {
    let home = tempfile::tempdir().expect("a folder");
    let worker = Worker::at(RunStore::at(home.path()), |_| {}).expect("threads");
    let plan = training::plan(&training::settings());
    let job = worker.start(Command::Train(Box::new(plan.clone())));
    loop {
        let envelope = worker.wait().expect("the worker lives");
        match envelope.event {
            Event::Finished if envelope.job == job => break,
            Event::Failed(problem) => panic!("{problem}"),
            _ => {}
        }
    }
    let run = RunStore::at(home.path()).find("last").expect("a run").info.id;
    (home, run, plan)
}

/// Two pictures asked about in one breath: the answer is about the last one, whichever was read first.
#[test]
fn a_late_answer_is_not_taken_for_that_about_another_picture() {
    let (home, run, plan) = trained();
    let dataset = plan.dataset.clone();
    let session = Session { open: Some(dataset.clone().into()), ..Session::default() };
    let preferences = Preferences { page: Page::Data, mode: Mode::Light, ..Preferences::default() };
    let store = RunStore::at(home.path());
    let build = move |cc: &mut eframe::CreationContext<'static>| {
        let mut app = App::offline(&cc.egui_ctx, session, preferences);
        app.employ(&cc.egui_ctx, &store, Pace::default());
        app
    };
    let mut window = Harness::builder().with_size([1280.0, 900.0]).with_max_steps(60).build_eframe(build);
    window.run_steps(3);
    let ask = |window: &mut Harness<'_, App>, at: usize| {
        let (ctx, file) = (window.ctx.clone(), dataset.samples[at].file.clone());
        window.state_mut().perform(&ctx, Action::AskAbout { file, sample: at, run: run.clone() });
    };
    let reply = |window: &Harness<'_, App>| {
        let looked_at = window.state().session.looked_at.as_ref()?;
        Some((looked_at.file.clone(), looked_at.asked.reply.clone()?))
    };
    for [first, last] in [[0, 1], [3, 2], [5, 8]] {
        ask(&mut window, first);
        ask(&mut window, last);
        until(&mut window, "an answer", |window| reply(window).is_some());
        let (file, answer) = reply(&window).expect("it came");
        let answer = answer.expect("an answer and no problem");
        assert_eq!(file, dataset.samples[last].file);
        let size = answer.pixels.len();
        assert!(answer.heatmap.is_some_and(|map| map.len() * 3 == size));
    }
    // One that is not there is said, and not waited for.
    let ctx = window.ctx.clone();
    let gone = Action::AskAbout { file: "gone.png".into(), sample: 0, run: run.clone() };
    window.state_mut().perform(&ctx, gone);
    assert!(matches!(reply(&window), Some((_, Err(problem))) if problem.kind == Kind::Data));
    // One that nobody waits for any more gets no answer, and the next does.
    ask(&mut window, 4);
    let id = window.state().session.looked_at.as_ref().expect("asked").asked.id;
    window.state_mut().perform(&ctx, Action::StopMap(id));
    assert!(window.state().session.looked_at.is_none());
    ask(&mut window, 6);
    until(&mut window, "an answer", |window| reply(window).is_some());
    assert_eq!(reply(&window).expect("it came").0, dataset.samples[6].file);
    // Another data set has pictures of the same names.
    let session = &mut window.state_mut().session;
    session.apply(trombine::worker::Envelope {
        job: trombine::worker::JobId::default(),
        event: Event::Opened { open: training::dataset(30).into() },
    });
    assert!(session.looked_at.is_none());
}
