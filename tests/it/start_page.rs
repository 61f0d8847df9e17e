//! Model and Training say what a draft takes over from another run, and offer it.

use std::sync::Arc;

use egui_kittest::kittest::Queryable as _;
use trombine::{
    data::{dataset::Dataset, sample::Source},
    model::KernelSize,
    run::RunStatus,
    ui::{Action, page::Page},
};

use crate::stage::{self, Stage};

/// With a finished run that was looked at.
fn with_run(page: Page) -> Stage {
    let mut stage = Stage::new(page).with_data(60).with_run();
    stage.session.runs[0].stored.weights = true;
    stage.session.runs[0].status = RunStatus::Finished;
    let mut view = stage::run(stage.session.dataset().expect("opened"));
    view.info = stage.session.runs[0].clone();
    stage.session.views.insert(view.info.id.clone(), Arc::new(view));
    stage
}

/// A draft that starts from a run with another head and freezes two of its blocks.
pub fn started() -> Stage {
    let mut stage = with_run(Page::Model);
    stage.settings.model.start_from = stage.session.runs[0].id.clone();
    stage.settings.model.frozen_blocks = 2;
    stage.settings.model.dense = vec![256, 64];
    stage.settings.train.optimizer.old_layers_rate = 0.1;
    stage
}

/// A setting like any other: chosen in a list, closed until it is asked for, with its consequence in words.
#[test]
fn a_run_is_chosen_on_model_and_what_it_gives_is_said() {
    let stage = with_run(Page::Model);
    let (id, name) = (stage.session.runs[0].id.clone(), stage.session.runs[0].name(stage.lang).to_owned());
    let (mut harness, stage) = stage.harness([1300.0, 2400.0]);
    harness.run_steps(3);
    assert!(harness.query_by_label("Start from").is_none(), "closed");
    harness.get_by_label("More settings").click();
    harness.run_steps(3);
    assert!(harness.query_by_label("Frozen blocks").is_none(), "nothing to freeze");
    harness.get_by_role_and_label(egui::accesskit::Role::ComboBox, "Start from").click();
    harness.run_steps(3);
    harness.get_by_label(&name).click();
    harness.run_steps(5);
    assert_eq!(stage.borrow().settings.model.start_from, id);
    assert!(harness.query_all_by_label("Frozen blocks").next().is_some());
    assert!(harness.query_all_by_label_contains("taken from").next().is_some(), "what is taken is said");
    // Other kernels: nothing fits, beside the setting.
    stage.borrow_mut().settings.model.kernel = KernelSize::Five;
    harness.run_steps(3);
    assert!(harness.query_all_by_label_contains("filters of 5 × 5").next().is_some());
    // A run that is not here.
    stage.borrow_mut().settings.model.start_from = "2001-01-01-000000".to_owned();
    harness.run_steps(3);
    assert!(harness.query_all_by_label_contains("is not here").next().is_some());
}

/// Of a run that was not looked at, the page asks for its settings, once.
#[test]
fn the_settings_of_the_run_are_asked_for_once() {
    let mut stage = with_run(Page::Model);
    stage.session.views.clear();
    stage.session.run = None;
    stage.settings.model.start_from = stage.session.runs[0].id.clone();
    let id = stage.session.runs[0].id.clone();
    let (mut harness, stage) = stage.harness([1300.0, 1200.0]);
    harness.run_steps(5);
    assert_eq!(stage.borrow().actions, [Action::ViewRun(id)]);
}

/// A folder with few pictures gets a quiet offer; the drawings and large folders do not.
#[test]
fn few_pictures_get_an_offer() {
    let offers = |change: &dyn Fn(&mut Stage)| {
        let mut stage = with_run(Page::Training);
        let mut dataset = Dataset::clone(stage.session.dataset().expect("opened"));
        dataset.source = Source::Folder("faces".into());
        stage = stage.with_dataset(Arc::new(dataset));
        change(&mut stage);
        let (mut harness, stage) = stage.harness([1300.0, 1400.0]);
        harness.run_steps(3);
        if let Some(link) = harness.query_all_by_label_contains("Start from “").next() {
            link.click();
        }
        harness.run_steps(3);
        let said = harness.query_all_by_label_contains("taken from").next().is_some();
        let chosen = stage.borrow().settings.model.start_from.clone();
        assert_eq!(said, !chosen.is_empty());
        !chosen.is_empty()
    };
    assert!(offers(&|_| {}));
    assert!(!offers(&|stage| stage.session.runs[0].status = RunStatus::Paused), "not finished");
    assert!(!offers(&|stage| *stage = std::mem::replace(stage, Stage::new(Page::Training)).with_data(60)), "drawings");
    let other_kernel = |stage: &mut Stage| {
        stage.settings.model.kernel = KernelSize::Five;
        let dataset = stage.session.dataset().cloned().expect("opened");
        *stage = std::mem::replace(stage, Stage::new(Page::Training)).with_dataset(dataset);
    };
    assert!(!offers(&other_kernel), "nothing would fit");
}
