//! The results page by its accessible names: a cell opens exactly its pictures, and the threshold moves everything.

use std::collections::BTreeSet;

use egui_kittest::{
    Harness,
    kittest::{NodeT as _, Queryable as _},
};
use trombine::{
    data::sample::Source,
    evaluate::{Grouping, Report},
    text::Lang,
    ui::{Action, page::Page},
};

use crate::stage::{self, Stage};

/// Tall enough that every picture of sixty is drawn.
const TALL: [f32; 2] = [1000.0, 2600.0];
const FACES: usize = 60;

fn report(lang: Lang) -> (Report, Stage) {
    let mut stage = Stage::new(Page::Results).with_data(FACES).with_run();
    stage.lang = lang;
    let report = stage.session.run.as_ref().and_then(|run| run.report.clone()).expect("the stage's run is judged");
    (report, stage)
}

/// The files whose tiles are on the screen.
fn shown(harness: &Harness<'_>, lang: Lang) -> BTreeSet<String> {
    let split = match lang {
        Lang::En => ": really ",
        Lang::Fr => " : en réalité ",
    };
    harness
        .query_all_by_label_contains(split)
        .filter_map(|node| {
            node.accesskit_node().label().and_then(|label| label.split_once(split).map(|(file, _)| file.to_owned()))
        })
        .collect()
}

fn files(report: &Report, places: &[usize]) -> BTreeSet<String> {
    places.iter().map(|&i| report.predictions[i].file.display().to_string()).collect()
}

#[test]
fn each_cell_opens_exactly_its_pictures() {
    for lang in Lang::ALL {
        for (truth, said) in [(0, 0), (0, 1), (1, 0), (1, 1)] {
            let (report, stage) = report(lang);
            let expected = report.cell(0.5, truth, said);
            assert!(!expected.is_empty(), "the made-up run has pictures in every cell");
            let sentence = report.confusion(0.5).sentence(&report.classes, truth, said, lang);
            let (mut harness, _) = stage.harness(TALL);
            harness.run();
            harness.get_by_label_contains(&sentence).click();
            harness.run();
            assert_eq!(shown(&harness, lang), files(&report, &expected), "{sentence}");
        }
    }
}

#[test]
fn a_cell_can_be_opened_by_keyboard() {
    let (report, stage) = report(Lang::En);
    let (mut harness, _) = stage.harness(TALL);
    harness.run();
    harness.get_by_label_contains("women were called men").focus();
    harness.run();
    harness.key_press(egui::Key::Enter);
    harness.run();
    assert_eq!(shown(&harness, Lang::En), files(&report, &report.cell(0.5, 0, 1)));
    harness.get_by_label("Back to the results").click();
    harness.run();
    assert!(harness.query_by_label_contains("women were called men").is_some());
}

#[test]
fn each_age_group_opens_exactly_its_pictures() {
    let (report, _) = report(Lang::En);
    for group in report.groups(0.5, Grouping::AGE) {
        let (_, stage) = self::report(Lang::En);
        let (mut harness, _) = stage.harness(TALL);
        harness.run();
        let name = format!("{}: ", group.key.name(&report.classes, Lang::En));
        harness.get_by_label_contains(&name).click();
        harness.run();
        assert_eq!(shown(&harness, Lang::En), files(&report, &report.members(group.key)), "{name}");
    }
}

#[test]
fn crossed_groups_open_their_pictures() {
    let (report, stage) = report(Lang::En);
    let group = report.groups(0.5, Grouping::CROSSED).into_iter().find(|g| g.key.age.is_some()).expect("there are groups");
    let (mut harness, _) = stage.harness(TALL);
    harness.run();
    harness.get_by_label("crossed").click();
    harness.run();
    harness.get_by_label_contains(&format!("{}: ", group.key.name(&report.classes, Lang::En))).click();
    harness.run();
    assert_eq!(shown(&harness, Lang::En), files(&report, &report.members(group.key)));
}

#[test]
fn the_threshold_moves_the_matrix_and_the_pictures_and_can_be_kept() {
    let (report, stage) = report(Lang::En);
    let id = stage.session.run.as_ref().map(|run| run.info.id.clone()).unwrap_or_default();
    let best = report.best_f1(trombine::evaluate::F1Of::Macro).expect("there are pictures").threshold;
    let best = (best * 1000.0).round() / 1000.0;
    let (mut harness, stage) = stage.harness(TALL);
    harness.run();
    assert!(harness.query_by_label("Use for predictions").is_none(), "nothing to keep yet");
    harness.get_by_label("Best F1").click();
    harness.run();
    let sentence = report.confusion(best).sentence(&report.classes, 1, 1, Lang::En);
    assert!(harness.query_by_label_contains(&sentence).is_some(), "{sentence}");
    assert!(harness.query_by_label(&report.headline(best, Lang::En)).is_some());
    harness.get_by_label("Use for predictions").click();
    harness.run();
    let kept = stage
        .borrow()
        .actions
        .iter()
        .any(|a| matches!(a, Action::KeepThreshold { run, threshold, .. } if *run == id && *threshold == best));
    assert!(kept, "{:?}", stage.borrow().actions);
}

#[test]
fn a_picture_of_another_data_set_is_not_shown_in_place_of_the_judged_one() {
    let (_, mut stage) = report(Lang::En);
    let mut other = stage::faces(FACES).as_ref().clone();
    other.source = Source::Folder("elsewhere".into());
    stage.session.dataset = Some(std::sync::Arc::new(other));
    let (mut harness, stage) = stage.harness(TALL);
    harness.run();
    harness.get_by_label_contains("women were called men").click();
    harness.run();
    assert!(!shown(&harness, Lang::En).is_empty(), "the tiles stand, without pictures");
    assert!(stage.borrow().actions.is_empty());
}

#[test]
fn without_a_run_it_says_how_to_get_one() {
    let (mut harness, stage) = Stage::new(Page::Results).harness([800.0, 600.0]);
    harness.run();
    harness.get_by_label("Go to training").click();
    harness.run();
    assert_eq!(stage.borrow().actions, [Action::Go(Page::Training)]);
}
