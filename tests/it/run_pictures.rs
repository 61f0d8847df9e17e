//! A run's pictures come from its own folder, whatever is open; what has changed, gone or moved is said.

use std::{fs, sync::Arc, time::Duration};

use crossbeam_channel::bounded;
use egui_kittest::{Harness, kittest::Queryable as _};
use trombine::{
    app::{App, Pace, Preferences},
    control::Control,
    data::{
        edits::{Change, Edits},
        reading::{Reading, TaskChoice},
        sample::Source,
    },
    evaluate::{Logits, Prediction, Report},
    files::AppDirs,
    plan::Plan,
    problem::{Kind, Problem},
    run::{Run, RunPictures, RunStore, RunView},
    session::{Phase, RunPicturesState, Session},
    text::Lang,
    ui::{Action, page::Page},
    worker::{Command, Event, Worker},
};

use crate::{
    picture_folder::{Folder, utkface_name},
    stage::{self, Stage},
    training::settings,
};

/// A run of a folder's pictures in a store beside it, judged on all of them: each third is wrong.
fn judged(folder: &Folder) -> (RunStore, Run) {
    let dataset = Arc::new(folder.open().expect("it can be opened"));
    let plan = Plan::new(&settings(), dataset.clone()).expect("a plan");
    let store = RunStore::at(folder.beside("home"));
    let run = store.create(&plan).expect("a run");
    let predictions: Vec<Prediction> = (0..)
        .zip(&dataset.samples)
        .map(|(i, sample)| Prediction {
            file: sample.file.clone(),
            sample: i,
            label: sample.class,
            logit: Logits::Binary(if (sample.class == 1) == (i % 3 > 0) { 2.0 } else { -2.0 }),
            age: sample.age,
            race: sample.race,
        })
        .collect();
    let report = Report { predictions, ..stage::run(&stage::faces(40)).report.expect("it is judged") };
    run.save_report(&Report { validation: Vec::new(), ..report }).expect("the disk has room");
    (store, run)
}

/// The pictures, the run that was opened, and how it ended.
type FitEvent = (Option<Result<Arc<RunPictures>, Problem>>, Option<RunView>, Event);

/// What comes of a command about pictures.
fn told(store: &RunStore, command: Command) -> FitEvent {
    let worker = Worker::at(store.clone(), |_| {}).expect("threads");
    let job = worker.start(command);
    let (mut run_pictures, mut view) = (None, None);
    loop {
        let envelope = worker.wait().expect("the worker lives");
        match envelope.event {
            Event::Pictures { run_pictures: found, .. } => run_pictures = Some(found),
            Event::RunOpened(opened) => view = Some(*opened),
            end @ (Event::Finished | Event::Failed(_)) if envelope.job == job => return (run_pictures, view, end),
            _ => {}
        }
    }
}

fn find(store: &RunStore, run: &Run) -> Result<Arc<RunPictures>, Problem> {
    told(store, Command::FindPictures { run: run.info.id.clone(), dataset: None }).0.expect("an answer")
}

#[test]
fn what_has_changed_or_gone_since_the_run_is_said() {
    let folder = Folder::utkface(30);
    let (store, run) = judged(&folder);
    let run_pictures = find(&store, &run).expect("they are there");
    assert_eq!((run_pictures.dataset.samples.len(), &run_pictures.dataset.source), (30, &folder.source()));
    assert_eq!(run_pictures.sentence(Lang::En), None);

    // Another content, none, and one more picture that the run knows nothing of.
    folder.picture(&utkface_name(3), 77);
    fs::remove_file(folder.root().join(utkface_name(4))).expect("it is there");
    folder.picture(&utkface_name(40), 40);
    let run_pictures = find(&store, &run).expect("most are there");
    let changed: Vec<usize> = (0..30).filter(|&i| run_pictures.changed(utkface_name(i).as_ref())).collect();
    assert_eq!(changed, [3]);
    assert_eq!(run_pictures.sentence(Lang::En).as_deref(), Some("1\u{a0}picture changed since the run · 1\u{a0}picture missing"));
    assert_eq!(
        run_pictures.sentence(Lang::Fr).as_deref(),
        Some("1\u{a0}image modifiée depuis l’essai · 1\u{a0}image introuvable")
    );
}

#[test]
fn a_moved_folder_is_located_and_another_is_refused() {
    let folder = Folder::utkface(30);
    let (store, run) = judged(&folder);
    let moved = folder.beside("moved");
    fs::rename(folder.root(), &moved).expect("it can be renamed");
    let problem = find(&store, &run).expect_err("they are gone");
    assert!(problem.what.en.contains(&folder.root().display().to_string()), "{problem}");

    let locate = |to: &std::path::Path| told(&store, Command::LocatePictures { run: run.info.id.clone(), folder: to.to_owned() });
    // Other pictures, though with the same names.
    let other = Folder::new();
    (0..30).for_each(|i| drop(other.picture(&utkface_name(i), i as u32 + 100)));
    let (run_pictures, view, end) = locate(&other.root());
    assert!(run_pictures.is_none() && view.is_none());
    let about = |problem: &Problem| problem.pictures_of() == Some(run.info.id.as_str());
    assert!(matches!(end, Event::Failed(problem) if problem.kind == Kind::File && about(&problem)));
    assert_eq!(store.find(&run.info.id).expect("it is there").info.source, folder.source());

    let (run_pictures, view, _) = locate(&moved);
    assert_eq!(run_pictures.expect("an answer").expect("they are there").dataset.samples.len(), 30);
    let there = Source::Folder(moved);
    assert_eq!(view.expect("the run with its new place").info.source, there);
    assert_eq!(store.find(&run.info.id).expect("it is there").info.source, there, "and it is remembered");
    assert!(find(&store, &run).is_ok());
}

/// Renamed in its new place, a picture is still the run's: it is known by its content.
#[test]
fn renamed_pictures_are_found_and_what_was_said_of_the_folder_follows() {
    let folder = Folder::utkface(30);
    let (store, run) = judged(&folder);
    let places = AppDirs::with_runs_in(store.home());
    let mut edits = Edits::default();
    edits.change(utkface_name(5).as_ref(), &Change::LeaveOut);
    edits.save(&places, &folder.source()).expect("written");
    let reading = Reading { task: TaskChoice::Gender, ..Reading::default() };
    reading.save(&places, &folder.source(), &Control::default()).expect("written");
    let moved = folder.beside("moved");
    fs::rename(folder.root(), &moved).expect("it can be renamed");
    for i in 0..20 {
        fs::rename(moved.join(utkface_name(i)), moved.join(utkface_name(i).replace(".chip", ""))).expect("it is there");
    }
    let there = Source::Folder(moved.clone());
    let (run_pictures, view, end) = told(&store, Command::LocatePictures { run: run.info.id, folder: moved });
    assert!(matches!(end, Event::Finished) && run_pictures.is_some_and(|found| found.is_ok()), "{end:?}");
    assert_eq!(view.expect("the run with its new place").info.source, there);
    assert_eq!(Reading::load(&places, &there), reading);
    assert_eq!(Edits::load(&places, &there).expect("readable"), edits);
}

/// Who has said where the pictures are leaves the page and comes back: the look that this begins takes nothing back.
#[test]
fn a_look_does_not_cancel_what_was_said_before() {
    let folder = Folder::utkface(30);
    let (store, run) = judged(&folder);
    let (id, moved) = (run.info.id, folder.beside("moved"));
    fs::rename(folder.root(), &moved).expect("it can be renamed");
    let find = || Command::FindPictures { run: id.clone(), dataset: None };
    let locate = Command::LocatePictures { run: id.clone(), folder: moved.clone() };
    assert!(locate.keeps(), "a window that is closed waits for it");
    let worker = Worker::at(store.clone(), |_| {}).expect("threads");
    // While the first is done, the others wait.
    worker.start(find());
    let asked = [worker.start(locate), worker.start(find())];
    let (mut ends, mut found) = (Vec::new(), None);
    while ends.len() < 2 {
        let envelope = worker.wait().expect("the worker lives");
        match envelope.event {
            Event::Pictures { run_pictures, .. } => found = Some(run_pictures.is_ok()),
            end @ (Event::Finished | Event::Failed(_)) if asked.contains(&envelope.job) => {
                ends.push((envelope.job, matches!(end, Event::Finished)));
            }
            _ => {}
        }
    }
    assert_eq!((ends, found), (asked.map(|job| (job, true)).to_vec(), Some(true)));
    assert_eq!(store.find(&id).expect("it is there").info.source, Source::Folder(moved));
}

/// The window shows the run while the sample faces are open.
#[test]
fn results_show_the_pictures_of_a_run_whose_data_is_not_open() {
    let folder = Folder::utkface(30);
    let (store, run) = judged(&folder);
    let open = |gone: bool| {
        let view = Arc::new(run.view().expect("a view"));
        let session = Session { dataset: Some(stage::faces(40)), run: Some(view), ..Session::default() };
        let preferences = Preferences { page: Page::Results, ..Preferences::default() };
        let store = store.clone();
        let mut window: Harness<'_, App> =
            Harness::builder().with_size([1280.0, 800.0]).with_max_steps(60).build_eframe(move |cc| {
                let mut app = App::offline(&cc.egui_ctx, session, preferences);
                app.employ(&cc.egui_ctx, &store, Pace::default());
                app
            });
        let (wake, woken) = bounded(1);
        window.ctx.set_request_repaint_callback(move |_| {
            // One is enough to wake up.
            let _ = wake.try_send(());
        });
        window.step();
        let known = |app: &App| match &app.session.run_pictures {
            Some(RunPicturesState::Here(_)) => !gone,
            Some(RunPicturesState::Gone(..)) => gone,
            _ => false,
        };
        while !known(window.state()) {
            woken.recv_timeout(Duration::from_secs(60)).expect("an answer");
            window.step();
        }
        window.run_steps(2);
        window
    };
    let window = open(false);
    let app = window.state();
    let shown = app.session.pictures().expect("they are there");
    assert_eq!((shown.samples.len(), &shown.source), (30, &folder.source()));
    assert_eq!(app.session.dataset.as_ref().map(|open| &open.source), Some(&Source::SampleFaces), "what is open stays open");
    assert!(!app.session.phase.busy() && window.query_by_label("Say where they are…").is_none());
    drop(window);

    fs::rename(folder.root(), folder.beside("moved")).expect("it can be renamed");
    let window = open(true);
    assert!(window.query_by_label_contains(&folder.root().display().to_string()).is_some(), "it says where they were");
    assert!(window.query_by_label("Say where they are…").is_some());
}

#[test]
fn the_page_offers_to_say_where_the_pictures_are() {
    for lang in Lang::ALL {
        let mut stage = Stage::new(Page::Results).with_data(40).with_run();
        stage.lang = lang;
        let run = Arc::make_mut(stage.session.run.as_mut().expect("a run"));
        run.info.source = Source::Folder("/nowhere/faces".into());
        let id = run.info.id.clone();
        let gone = trombine::run::run_pictures::gone(&run.info.source).expect("it is not there");
        stage.session.run_pictures = Some(RunPicturesState::Gone(id.clone(), gone));
        let (mut harness, stage) = stage.harness([1280.0, 800.0]);
        harness.run();
        assert!(harness.query_by_label_contains("/nowhere/faces").is_some());
        let [locate, again] = match lang {
            Lang::En => ["Say where they are…", "Look again"],
            Lang::Fr => ["Indiquer où elles sont…", "Chercher à nouveau"],
        };
        for name in [locate, again] {
            harness.get_by_label(name).click();
            harness.run();
        }
        assert_eq!(stage.borrow().actions, [Action::LocatePictures(id), Action::FindPictures]);
    }
}

/// A run was to go on once its pictures are open; they are gone, and others are opened: it does not go on with those.
#[test]
fn a_run_whose_pictures_did_not_open_does_not_go_on_with_others() {
    let home = tempfile::tempdir().expect("a folder");
    let faces = Folder::utkface(20);
    let mut info = stage::run(&stage::faces(40)).info;
    info.source = Source::Folder(home.path().join("gone"));
    let run = info.id.clone();
    let store = RunStore::at(home.path());
    let mut window: Harness<'_, App> = Harness::builder().with_size([1280.0, 800.0]).with_max_steps(60).build_eframe(move |cc| {
        let mut app = App::offline(&cc.egui_ctx, Session::default(), Preferences::default());
        app.employ(&cc.egui_ctx, &store, Pace::default());
        app
    });
    let (wake, woken) = bounded(1);
    window.ctx.set_request_repaint_callback(move |_| {
        // One is enough to wake up.
        let _ = wake.try_send(());
    });
    let ctx = window.ctx.clone();
    let until = |window: &mut Harness<'_, App>, done: &dyn Fn(&App) -> bool| {
        while !done(window.state()) {
            woken.recv_timeout(Duration::from_secs(60)).expect("an answer");
            window.step();
        }
    };
    window.state_mut().session.runs = vec![info];
    window.state_mut().perform(&ctx, Action::Resume { run, more: 1 });
    until(&mut window, &|app| !app.session.failures.is_empty() && !app.session.phase.busy());
    window.state_mut().perform(&ctx, Action::UseFolder(faces.root()));
    until(&mut window, &|app| app.session.dataset.is_some());
    let failures = window.state().session.failures.len();
    window.run_steps(3);
    let app = window.state();
    assert_eq!((app.page, app.session.phase, app.session.failures.len()), (Page::Data, Phase::Idle, failures));
}
