//! The newcomer's way: from the first start in an empty home to a judged model on the sample faces, by the names on the
//! screen alone, in no more than five clicks. Waiting is free.

use std::time::Duration;

use crossbeam_channel::{Receiver, bounded};
use egui_kittest::{Harness, kittest::Queryable as _};
use trombine::{
    app::{App, Pace, Preferences},
    preset::Preset,
    run::RunStore,
    session::{Phase, Session},
    ui::{Action, page::Page},
};

use crate::{arrivals::drop_file, picture_folder::Folder, training};

struct Newcomer {
    window: Harness<'static, App>,
    woken: Receiver<()>,
    clicks: usize,
}

impl Newcomer {
    fn new(home: &std::path::Path) -> Self {
        Self::with(home, Preferences::default())
    }

    fn with(home: &std::path::Path, preferences: Preferences) -> Self {
        let store = RunStore::at(home);
        let mut window: Harness<'static, App> =
            Harness::builder().with_size([1280.0, 800.0]).with_max_steps(60).build_eframe(move |cc| {
                let mut app = App::offline(&cc.egui_ctx, Session::default(), preferences);
                app.employ(&cc.egui_ctx, &store, Pace::default());
                app
            });
        let (wake, woken) = bounded(1);
        window.ctx.set_request_repaint_callback(move |_| {
            // One is enough to wake up.
            let _ = wake.try_send(());
        });
        window.run_steps(3);
        Self { window, woken, clicks: 0 }
    }

    /// Clicks what is called so; that there is exactly one is part of the test.
    fn click(&mut self, name: &str) {
        self.clicks += 1;
        self.window.get_by_label(name).click();
        self.window.run_steps(4);
    }

    /// Looks on until the window shows it, woken by the worker as a real window is.
    fn wait(&mut self, until: impl Fn(&App) -> bool) {
        while !until(self.window.state()) {
            let woken = self.woken.recv_timeout(Duration::from_secs(120));
            assert!(woken.is_ok(), "nothing comes any more");
            self.window.step();
            let failures = &self.window.state().session.failures;
            assert!(failures.is_empty(), "{failures:?}");
        }
        self.window.run_steps(4);
    }
}

#[test]
fn five_clicks_lead_to_a_judged_model() {
    let home = tempfile::tempdir().expect("a folder");
    let mut newcomer = Newcomer::new(home.path());
    newcomer.click("Try the sample faces");
    newcomer.wait(|app| app.session.open.is_some() && !app.session.phase.busy());
    assert_eq!(newcomer.window.state().settings, Preset::Quick.settings(), "a recipe that takes the promised minute");
    newcomer.click("Training, ready");
    newcomer.click("Start training");
    newcomer.wait(|app| app.session.phase == Phase::Training);
    assert!(newcomer.window.query_by_label_contains("Recipe: Quick look").is_none(), "it was about the draft");
    // Who has time needs no fourth click: the training ends by itself.
    newcomer.click("Finish now");
    newcomer.wait(|app| app.session.training.as_ref().is_some_and(|t| t.stopped.is_some()) && !app.session.phase.busy());
    newcomer.click("See results");
    let app = newcomer.window.state();
    assert_eq!(app.page, Page::Results);
    let report = app.session.run.as_ref().and_then(|run| run.report.as_ref()).expect("it is judged");
    let faces = app.session.dataset().expect("they are open").samples.len();
    assert!(report.predictions.len() * 6 > faces, "on the test part, a fifth of {faces}");
    let judged = app.session.runs.iter().filter(|run| run.scores.is_some()).count();
    assert_eq!(judged, 1, "it is kept");
    assert!(newcomer.window.query_all_by_label_contains("labeled male, predicted female").next().is_some());
    assert!(newcomer.clicks <= 5, "{} clicks", newcomer.clicks);
}

/// A run in `home`, by its id.
fn begun(home: &std::path::Path) -> String {
    RunStore::at(home).create(&training::plan(&training::settings())).expect("a run").info.id.clone()
}

#[test]
fn the_run_that_was_shown_is_shown_again() {
    let home = tempfile::tempdir().expect("a folder");
    let id = begun(home.path());
    let mut window = Newcomer::with(home.path(), Preferences { run: Some(id.clone()), ..Preferences::default() });
    window.wait(|app| app.session.run.is_some());
    assert_eq!(window.window.state().session.run.as_ref().map(|view| view.info.id.clone()), Some(id));
}

#[test]
fn the_results_of_a_run_open_with_one_click() {
    let home = tempfile::tempdir().expect("a folder");
    let id = begun(home.path());
    let mut window = Newcomer::with(home.path(), Preferences { page: Page::Runs, ..Preferences::default() });
    window.wait(|app| !app.session.runs.is_empty());
    let ctx = window.window.ctx.clone();
    for action in [Action::OpenRun(id), Action::Go(Page::Results)] {
        window.window.state_mut().perform(&ctx, action);
    }
    assert_eq!(window.window.state().page, Page::Runs, "its report has not come");
    window.wait(|app| app.page == Page::Results);
}

#[test]
fn a_folder_of_few_pictures_gets_a_recipe_that_learns_them_once() {
    let (home, folder) = (tempfile::tempdir().expect("a folder"), Folder::utkface(40));
    let mut newcomer = Newcomer::new(home.path());
    let open = |newcomer: &mut Newcomer| {
        drop_file(&mut newcomer.window, &folder.root());
        newcomer.wait(|app| app.session.open.is_some() && !app.session.phase.busy());
        newcomer.window.state().settings.clone()
    };
    assert_eq!(open(&mut newcomer), Preset::Quick.settings());
    assert!(newcomer.window.query_by_label_contains("Recipe: Quick look, since the notebook’s").is_some());
    newcomer.window.key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::Z);
    newcomer.window.run_steps(4);
    assert_eq!(newcomer.window.state().settings, Preset::Notebook.settings(), "it can be taken back");
    assert_eq!(open(&mut newcomer), Preset::Notebook.settings(), "and then stays so");
}
