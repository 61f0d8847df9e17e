//! The window closes once what the user has decided is written.

use egui::{ViewportCommand, ViewportEvent, ViewportId};
use egui_kittest::{Harness, kittest::Queryable as _};
use trombine::{
    app::{App, Pace, Preferences},
    files::lock::Lock,
    run::RunStore,
    session::Session,
    ui::Action,
};

use crate::{
    pages::until,
    training::{plan, settings},
};

/// Whether the window asked in its last frame for what `is` says.
fn asked(window: &Harness<'_, App>, is: fn(&ViewportCommand) -> bool) -> bool {
    window.output().viewport_output.values().flat_map(|viewport| &viewport.commands).any(is)
}

fn closes(window: &Harness<'_, App>) -> bool {
    asked(window, |command| matches!(command, ViewportCommand::Close))
}

/// Another program changes the run while it is renamed here.
#[test]
fn a_window_that_is_closed_waits_for_what_is_not_written_yet() {
    let home = tempfile::tempdir().expect("a folder");
    let store = RunStore::at(home.path());
    let run = store.create(&plan(&settings())).expect("a run");
    let other = store.clone();
    let mut window: Harness<'_, App> = Harness::builder().with_size([1280.0, 800.0]).with_max_steps(60).build_eframe(move |cc| {
        let mut app = App::offline(&cc.egui_ctx, Session::default(), Preferences::default());
        app.employ(&cc.egui_ctx, &other, Pace::default());
        app
    });
    until(&mut window, "the runs", |window| !window.state().session.runs.is_empty());
    let held = Lock::take(&run.folder.join("run.json.lock")).expect("a disk").expect("nobody has it");
    let (ctx, id) = (window.ctx.clone(), run.info.id.clone());
    let rename = Action::RenameRun { run: id.clone(), name: "another name".to_owned(), note: String::new() };
    window.state_mut().perform(&ctx, rename);
    window.input_mut().viewports.entry(ViewportId::ROOT).or_default().events.push(ViewportEvent::Close);
    window.step();
    assert!(asked(&window, |command| matches!(command, ViewportCommand::CancelClose)) && !closes(&window));
    window.run_steps(3);
    assert!(!closes(&window) && window.query_by_label_contains("Closes once what you decided is written").is_some());
    drop(held);
    until(&mut window, "the end", closes);
    assert_eq!(store.find(&id).expect("a run").info.name, "another name");
}
