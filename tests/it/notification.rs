//! The end of a training is told by the system while the window is not in front; title and taskbar say how far it is.

use std::sync::{Arc, Mutex};
#[cfg(target_os = "linux")]
use std::{collections::HashMap, path::Path};

use egui::accesskit::Role;
use egui_kittest::{Harness, kittest::Queryable as _};
use trombine::{
    app::{
        App, Pace, Preferences,
        notification::{Notification, Work},
    },
    data::{dataset::Dataset, pixels::Pixels},
    problem::{Kind, Problem},
    run::{RunStatus, RunStore},
    session::{Phase, Session},
    text::{Lang, say},
    ui::{Action, Dialog, page::Page},
};

#[cfg(target_os = "linux")]
use {trombine::app::taskbar::launcher, zbus::zvariant::OwnedValue};

use crate::{
    experiments_page, pages,
    stage::{self, Stage},
    training,
};

type Sent = Arc<Mutex<Vec<Notification>>>;

/// A window with a worker on a small data set, in front or not, and what it had told.
fn desk(dataset: Arc<Dataset>, preferences: Preferences, in_front: bool) -> (tempfile::TempDir, Harness<'static, App>, Sent) {
    let home = tempfile::tempdir().expect("a folder");
    let store = RunStore::at(home.path());
    let session = Session { open: Some(dataset.into()), ..Session::default() };
    let settings = training::settings();
    let preferences = Preferences { page: Page::Training, settings, device: "reference".to_owned(), ..preferences };
    let sent = Sent::default();
    let told = Arc::clone(&sent);
    let mut window: Harness<'static, App> =
        Harness::builder().with_size([1280.0, 800.0]).with_max_steps(60).build_eframe(move |cc| {
            let mut app = App::offline(&cc.egui_ctx, session, preferences);
            app.employ(&cc.egui_ctx, &store, Pace::default());
            app.notifier = Arc::new(move |notification| told.lock().expect("a list").push(notification));
            app
        });
    window.input_mut().focused = in_front;
    window.step();
    (home, window, sent)
}

/// Trains to the end.
fn train(window: &mut Harness<'_, App>) {
    let ctx = window.ctx.clone();
    window.state_mut().perform(&ctx, Action::Train);
    assert!(window.state().session.phase.busy(), "{:?}", window.state().session.failures);
    pages::until(window, "the end of the training", |window| !window.state().session.phase.busy());
    window.step();
}

fn told(lang: Lang, in_front: bool, notify: Option<bool>) -> (Harness<'static, App>, Vec<Notification>) {
    let (_home, mut window, sent) = desk(training::dataset(30), Preferences { lang, notify, ..Preferences::default() }, in_front);
    train(&mut window);
    let sent = sent.lock().expect("a list").clone();
    (window, sent)
}

#[test]
fn the_end_of_a_training_is_told_once_with_run_accuracy_and_time() {
    for lang in Lang::ALL {
        let (window, sent) = told(lang, false, Some(true));
        let view = window.state().session.run.clone().expect("it is shown");
        assert_eq!(view.info.status, RunStatus::Finished);
        assert_eq!(sent, [Notification::of_training(lang, &view)]);
        assert!(sent[0].body.contains(view.info.name(lang)), "{sent:?}");
    }
    let mut view = stage::run(&stage::faces(40));
    view.info.seconds = 754.0;
    let of = |lang| Notification::of_training(lang, &view);
    assert_eq!(of(Lang::En).title, "The training is done");
    let scores = view.info.scores.clone().expect("judged");
    let accuracy = format!("{:.1}", scores.accuracy * 100.0);
    assert_eq!(
        of(Lang::En).body,
        format!("“notebook + batch norm”: accuracy {accuracy}% on the test part, after 12\u{a0}min of training")
    );
    assert_eq!(of(Lang::Fr).title, "L’entraînement est fini");
    let accuracy = accuracy.replace('.', ",");
    assert_eq!(
        of(Lang::Fr).body,
        format!(
            "«\u{a0}notebook + batch norm\u{a0}»\u{a0}: exactitude {accuracy}\u{a0}% sur la partie test, après 12\u{a0}min d’entraînement"
        )
    );
}

#[test]
fn nothing_is_told_in_front_nor_unasked() {
    for (in_front, notify) in [(true, Some(true)), (false, Some(false)), (false, None)] {
        let (window, sent) = told(Lang::En, in_front, notify);
        assert!(window.state().session.run.is_some(), "it is trained");
        assert_eq!(sent, [], "{in_front} {notify:?}");
    }
}

/// What the user ends is no failure and no result.
#[test]
fn a_failure_is_told_and_what_the_user_discards_is_not() {
    let preferences = || Preferences { notify: Some(true), ..Preferences::default() };
    // A fault of the program: pictures that are promised and not there.
    let broken = Dataset { pixels: Pixels::default(), ..training::dataset(30).as_ref().clone() };
    let (_home, mut window, sent) = desk(Arc::new(broken), preferences(), false);
    train(&mut window);
    let failure = window.state().session.failures.last().cloned().expect("a card");
    assert_eq!(*sent.lock().expect("a list"), [Notification::of_failure(Lang::En, &Work::Training, &failure)]);

    let (_home, mut window, sent) = desk(training::dataset(30), preferences(), false);
    window.state_mut().settings.train.epochs = 1000;
    let ctx = window.ctx.clone();
    window.state_mut().perform(&ctx, Action::Train);
    pages::until(&mut window, "the first batch", |window| window.state().session.phase == Phase::Training);
    window.state_mut().perform(&ctx, Action::Cancel);
    pages::until(&mut window, "the end", |window| !window.state().session.phase.busy());
    assert_eq!(*sent.lock().expect("a list"), []);
}

#[test]
fn an_experiment_is_told_with_what_came_out() {
    let stage = experiments_page::compared();
    let view = &stage.session.experiments.views["recipes"];
    // `python -c "print((0.932 + 0.941) / 2, 5 * 95)"`; the third of that recipe has failed.
    assert_eq!(
        Notification::of_experiment(Lang::En, view).body,
        "“2\u{a0}recipes · 3\u{a0}seeds”: 5\u{a0}runs trained, best accuracy 93.7%, 7\u{a0}min 55\u{a0}s of training"
    );
    assert_eq!(
        Notification::of_experiment(Lang::Fr, view).body,
        "«\u{a0}2\u{a0}recettes · 3\u{a0}graines\u{a0}»\u{a0}: 5\u{a0}essais entraînés, meilleure exactitude 93,7\u{a0}%, 7\u{a0}min 55\u{a0}s d’entraînement"
    );
    let problem =
        Problem::new(Kind::Disk, say("The disk is full", "Le disque est plein"), say("Make room", "Faites de la place"));
    let failed = Notification::of_failure(Lang::En, &Work::Experiment("recipes".to_owned()), &problem);
    assert_eq!((failed.title.as_str(), failed.body.as_str()), ("The experiment has failed", "The disk is full. Make room"));
}

/// The titles that the window asked for in its last frame.
fn titles(window: &Harness<'_, App>) -> Vec<String> {
    let commands = window.output().viewport_output.values().flat_map(|viewport| &viewport.commands);
    let title = |command: &egui::ViewportCommand| match command {
        egui::ViewportCommand::Title(title) => Some(title.clone()),
        _ => None,
    };
    commands.filter_map(title).collect()
}

#[test]
fn the_title_says_how_far_the_job_is() {
    for (lang, expected) in [(Lang::En, "23% · Trombine"), (Lang::Fr, "23\u{a0}% · Trombine")] {
        let dataset = stage::faces(40);
        let mut training = stage::training(&dataset, 13);
        training.now.step = 0;
        let session =
            Session { open: Some(dataset.into()), training: Some(training), phase: Phase::Training, ..Session::default() };
        let share = session.share().expect("known");
        assert!((0.23..0.24).contains(&share), "{share}: 12 of 50 epochs, less what judging takes");
        let mut window = pages::window(session, Preferences { lang, ..pages::on(Page::Training) }, [1280.0, 800.0]);
        window.state_mut().session.phase = Phase::Paused;
        window.step();
        // It was set in the first frame, and is set again only as it changes.
        assert_eq!(titles(&window), [] as [String; 0]);
        window.state_mut().session.phase = Phase::Idle;
        window.step();
        assert_eq!(titles(&window), ["Trombine"]);
        window.state_mut().session.phase = Phase::Training;
        window.step();
        assert_eq!(titles(&window), [expected]);
    }
}

/// As often as the title changes, and nothing once it is over.
#[test]
fn the_taskbar_is_told_how_far_the_job_is() {
    let dataset = stage::faces(40);
    let mut training = stage::training(&dataset, 13);
    training.now.step = 0;
    let session = Session { open: Some(dataset.into()), training: Some(training), ..Session::default() };
    let mut window = pages::window(session, pages::on(Page::Training), [1280.0, 800.0]);
    let told = Arc::new(Mutex::new(Vec::new()));
    let to = Arc::clone(&told);
    window.state_mut().taskbar = Arc::new(move |share| to.lock().expect("a list").push(share));
    for phase in [Phase::Idle, Phase::Training, Phase::Training, Phase::Paused, Phase::Idle, Phase::Idle] {
        window.state_mut().session.phase = phase;
        window.step();
    }
    assert_eq!(*told.lock().expect("a list"), [Some(0.23), None]);
}

/// As <https://wiki.ubuntu.com/Unity/LauncherAPI> has it: the entry's address, and what is to be shown on it by names.
#[cfg(target_os = "linux")]
#[test]
fn the_dock_is_told_in_the_words_of_its_interface() {
    for (share, progress, visible) in [(Some(0.42), 0.42, true), (None, 0.0, false)] {
        let message = launcher::update(share).expect("a message");
        let header = message.header();
        assert_eq!(header.message_type(), zbus::message::Type::Signal);
        assert_eq!(header.interface().expect("named").as_str(), "com.canonical.Unity.LauncherEntry");
        assert_eq!(header.member().expect("named").as_str(), "Update");
        assert_eq!(message.body().signature().to_string(), "(sa{sv})");
        let (entry, said): (String, HashMap<String, OwnedValue>) = message.body().deserialize().expect("as its signature says");
        let file = entry.strip_prefix("application://").expect("an address of a desktop file");
        assert!(Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/linux").join(file).is_file(), "it is installed: {file}");
        assert_eq!(said.len(), 2);
        assert_eq!(said["progress"].downcast_ref::<f64>().expect("a double"), progress);
        assert_eq!(said["progress-visible"].downcast_ref::<bool>().expect("a boolean"), visible);
    }
}

/// Three of five seeds are finished, and the fourth has begun.
#[test]
fn of_an_experiment_all_runs_count() {
    let session = experiments_page::at_work().session;
    let (own, all) = (session.share().expect("known"), session.share_of_all().expect("known"));
    assert!((all - (3.0 + own) / 5.0).abs() < 1e-6, "{own} {all}");
}

#[test]
fn the_first_training_asks_once_and_the_preferences_keep_the_answer() {
    for (button, answer) in [("Notify me", true), ("Do not notify", false)] {
        let mut stage = Stage::new(Page::Training).with_data(40).with_run();
        let dataset = stage.session.dataset().cloned().expect("opened");
        stage.session.training = Some(stage::training(&dataset, 13));
        stage.session.phase = Phase::Training;
        stage.notify = None;
        let (mut harness, stage) = stage.harness([1280.0, 800.0]);
        harness.run_steps(3);
        harness.get_by_label(button).click();
        harness.run_steps(3);
        assert_eq!(stage.borrow().actions, [Action::Notify(answer)]);
        stage.borrow_mut().notify = Some(answer);
        harness.run_steps(3);
        assert!(harness.query_by_label(button).is_none(), "it is asked once");
    }
    let mut window = pages::window(Session::default(), pages::on(Page::Data), [1280.0, 800.0]);
    let ctx = window.ctx.clone();
    assert_eq!(window.state().preferences.notify, None);
    window.state_mut().perform(&ctx, Action::Show(Dialog::Preferences));
    window.run_steps(4);
    for on in [true, false] {
        window.get_by_role_and_label(Role::Switch, "Tell me when a training is done").click();
        window.run_steps(4);
        assert_eq!(window.state().preferences.notify, Some(on));
    }
    let kept = serde_json::to_string(&window.state().preferences).expect("text");
    assert_eq!(serde_json::from_str::<Preferences>(&kept).expect("read").notify, Some(false));
}
