//! The runs page by its accessible names.

use std::sync::Arc;

use egui_kittest::kittest::Queryable as _;
use trombine::{
    data::sample::Source,
    ui::{Action, page::Page},
};

use crate::stage::{self, Stage};

const SIZE: [f32; 2] = [1248.0, 860.0];

#[test]
fn an_empty_shelf_says_how_to_fill_it() {
    let (mut harness, stage) = Stage::new(Page::Runs).harness(SIZE);
    harness.run();
    harness.get_by_label("Go to Data").click();
    harness.run();
    assert_eq!(stage.borrow().actions, [Action::Go(Page::Data)]);
}

#[test]
fn one_run_can_be_opened_continued_reused_and_deleted() {
    let (mut harness, stage) = stage::three_runs().harness(SIZE);
    harness.run();
    harness.get_by_label_contains("recommended, longer,").click();
    harness.run();
    for name in ["Show its results", "Train 10 more epochs", "Use its settings", "Delete"] {
        harness.get_by_label(name).click();
        harness.run();
    }
    let id = || "2026-11-22-140211".to_owned();
    let expected = [
        Action::OpenRun(id()),
        Action::Go(Page::Results),
        Action::Resume { run: id(), more: 10 },
        Action::TakeSettings(id()),
        Action::DeleteRun(id()),
    ];
    assert_eq!(stage.borrow().actions, expected);
}

/// A run whose notes are not kept says how it ended all the same.
#[test]
fn a_run_without_notes_says_how_it_ended() {
    let (mut harness, _) = stage::three_runs().harness(SIZE);
    harness.run();
    assert!(harness.query_all_by_label_contains("stopped early (5\u{a0}epochs)").next().is_some(), "in the list in short");
    harness.get_by_label_contains("notebook + batch norm,").click();
    harness.run();
    assert!(harness.query_by_label("Stopped early, 5\u{a0}epochs without improvement").is_some());
    for part in ["Training pictures", "Validation pictures", "Test pictures"] {
        assert!(harness.query_by_label(part).is_some(), "{part}");
    }
}

#[test]
fn a_run_is_renamed_when_its_field_is_left() {
    let (mut harness, stage) = stage::three_runs().harness(SIZE);
    harness.run();
    harness.get_by_label_contains("notebook + batch norm,").click();
    harness.run();
    harness.get_by_label("Name").focus();
    harness.run();
    harness.get_by_label("Name").type_text(" again");
    harness.run();
    harness.key_press(egui::Key::Tab);
    harness.run();
    let name = stage.borrow().actions.iter().find_map(|a| match a {
        Action::RenameRun { name, .. } => Some(name.clone()),
        _ => None,
    });
    assert!(name.is_some_and(|name| name.contains("again")), "{:?}", stage.borrow().actions);
}

#[test]
fn several_runs_show_what_differed() {
    let (mut harness, stage) = stage::three_runs().harness(SIZE);
    harness.run();
    harness.get_by_label_contains("notebook + batch norm,").click();
    harness.run();
    harness.get_by_label_contains("recommended, longer,").click();
    harness.run();
    assert!(harness.query_by_label("What differed").is_some());
    // Dropout 0.5 and 0.3, batches of 32 and 128; nothing else was changed.
    assert!(harness.query_by_label("Batch size, 32, 128").is_some());
    assert!(harness.query_by_label_contains("Dropout, 0.5").is_some());
    assert!(harness.query_by_label_contains("Kernel,").is_none());
    assert!(stage.borrow().actions.is_empty(), "both runs are known already");
}

#[test]
fn a_run_that_is_not_known_yet_is_fetched() {
    let mut stage = stage::three_runs();
    stage.session.views.clear();
    let (mut harness, stage) = stage.harness(SIZE);
    harness.run();
    harness.get_by_label_contains("recommended, longer,").click();
    harness.run();
    assert!(stage.borrow().actions.contains(&Action::ViewRun("2026-11-22-140211".into())));
}

/// Three runs, of which the second began with other labels and one picture less.
#[test]
fn a_comparison_says_that_the_data_differed() {
    let mut stage = stage::three_runs();
    let ids: Vec<String> = stage.session.runs.iter().map(|run| run.id.clone()).collect();
    let mut other = stage.session.views[&ids[1]].as_ref().clone();
    let mut pictures = other.pictures.to_vec();
    pictures.truncate(59);
    pictures[0].class = 1 - pictures[0].class;
    pictures[4].class = 1 - pictures[4].class;
    other.pictures = pictures.into();
    other.info.data = Some(1);
    other.info.pictures = [0, 0, 59];
    stage.session.views.insert(ids[1].clone(), Arc::new(other));
    let mut apart = stage.session.views[&ids[2]].as_ref().clone();
    apart.info.source = Source::Folder("/somewhere/else/faces".into());
    stage.session.views.insert(ids[2].clone(), Arc::new(apart));
    let (mut harness, _) = stage.harness(SIZE);
    harness.run();
    harness.get_by_label_contains("notebook + batch norm,").click();
    harness.run();
    harness.get_by_label_contains("notebook,").click();
    harness.run();
    assert!(harness.query_by_label_contains("–, 2\u{a0}changed labels, 1\u{a0}picture gone").is_some());
    assert!(harness.query_by_label_contains("0 · 0 · 60, 0 · 0 · 59").is_some());
    harness.get_by_label_contains("recommended, longer,").click();
    harness.run();
    assert!(harness.query_by_label("data, sample faces, sample faces, faces").is_some());
}

/// The table above a run's curves is as high as its one line, and what stands below stays on the page.
#[test]
fn with_one_run_nothing_reaches_below_the_page() {
    let mut stage = stage::three_runs();
    stage.session.runs.truncate(1);
    let (mut harness, _) = stage.harness(SIZE);
    harness.run();
    harness.get_by_label_contains("notebook + batch norm,").click();
    harness.run();
    let bottom = harness.get_by_label_contains("leveled off").rect().bottom();
    // The page's margin and the card's own.
    assert!(bottom <= SIZE[1] - 16.0 - 18.0 + 0.5, "{bottom}");
}

#[test]
fn runs_of_other_classes_are_told_apart() {
    let mut stage = stage::three_runs();
    let id = stage.session.runs[1].id.clone();
    let mut other = stage.session.views[&id].as_ref().clone();
    other.info.task = ["neutral", "smile"].into();
    other.info.source = Source::Folder("/somewhere/else/faces".into());
    stage.session.views.insert(id, Arc::new(other));
    let (mut harness, stage) = stage.harness(SIZE);
    harness.run();
    harness.get_by_label_contains("notebook + batch norm,").click();
    harness.run();
    harness.get_by_label_contains("notebook,").click();
    harness.run();
    assert!(harness.query_by_label("classes, female, male, neutral, smile").is_some());
    // Of the open data is one of them; once none is, that is said.
    const ELSEWHERE: &str = "another folder is open";
    assert!(harness.query_by_label(ELSEWHERE).is_none());
    let mut open = stage::faces(60).as_ref().clone();
    open.source = Source::Folder("/somewhere/pictures".into());
    stage.borrow_mut().session.open = Some(open.into());
    harness.run();
    assert!(harness.query_by_label(ELSEWHERE).is_some());
}

/// A run that came from elsewhere has no checkpoint, and is trained further from its weights; without those, that is not
/// offered.
#[test]
fn a_run_without_its_weights_is_not_offered_to_be_trained_further() {
    for weights in [true, false] {
        let mut stage = stage::three_runs();
        (stage.session.runs[0].stored.checkpoint, stage.session.runs[0].stored.weights) = (false, weights);
        let (mut harness, _) = stage.harness(SIZE);
        harness.run();
        harness.get_by_label_contains("notebook + batch norm,").click();
        harness.run();
        assert_eq!(harness.query_by_label("Train 10 more epochs").is_some(), weights);
        assert_eq!(harness.query_by_label_contains("lacks what is needed").is_some(), !weights);
    }
}
