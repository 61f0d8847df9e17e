//! The "?" of a card: its help unfolds within the card and covers nothing of it; another click or Escape folds it.

use egui::{Key, Modifiers, Rect, accesskit::Role};
use egui_kittest::{
    Harness,
    kittest::{NodeT as _, Queryable as _},
};
use trombine::{
    app::App,
    session::Phase,
    text::Lang,
    ui::{Action, page::Page},
};

use crate::{
    layout, many_classes,
    nodes::texts,
    page_pictures as made,
    scenes::{Scene, View, scene},
    stage::{self, Stage},
    viewer::{contains, key, says},
    years_pages,
};

const HELP: &str = "Each row holds the pictures with one label";
const MATRIX: &str = "What is “Confusion matrix”?";
const CELL: &str = "labeled female, predicted male";

fn results() -> Stage {
    Stage::new(Page::Results).with_data(400).with_run()
}

fn first(page: &Harness<'_>, words: &str) -> Rect {
    page.query_all_by_label_contains(words).next().unwrap_or_else(|| panic!("{words}")).rect()
}

#[test]
fn the_help_of_a_card_unfolds_above_what_it_explains() {
    let (mut page, stage) = results().harness([1500.0, 1200.0]);
    page.run_steps(4);
    assert!(!contains(&page, HELP), "closed by default");
    let before = first(&page, CELL);
    page.get_by_label(MATRIX).hover();
    page.run_steps(60);
    assert!(!contains(&page, HELP), "the pointer alone covers nothing");
    page.get_by_label(MATRIX).click();
    page.run_steps(6);
    let (help, cell, mark) = (first(&page, HELP), first(&page, CELL), page.get_by_label(MATRIX).rect());
    assert!(mark.bottom() <= help.top() && help.bottom() < cell.top(), "{mark:?} {help:?} {cell:?}");
    assert!(!egui::Popup::is_any_open(&page.ctx), "nothing floats over the card");
    // A click again.
    page.get_by_label(MATRIX).click();
    page.run_steps(6);
    assert!(!contains(&page, HELP) && first(&page, CELL) == before);
    // Escape, which then means nothing else.
    page.get_by_label(MATRIX).click();
    page.run_steps(6);
    page.get_by_label("What is “Scores”?").click();
    page.run_steps(6);
    assert!(contains(&page, HELP) && contains(&page, "F1 joins precision"));
    key(&mut page, Key::Escape, Modifiers::NONE);
    page.run_steps(6);
    assert!(!contains(&page, HELP) && first(&page, CELL) == before, "all are folded");
    assert!(says(&page, "Confusion matrix") && stage.borrow().actions.is_empty());
    // By the keyboard, too.
    page.get_by_label(MATRIX).focus();
    page.run_steps(1);
    key(&mut page, Key::Enter, Modifiers::NONE);
    assert!(contains(&page, HELP));
}

/// The help of a page that was left is folded when one comes back.
#[test]
fn a_help_is_folded_once_its_page_was_left() {
    let mut window = scene("results", results, &[MATRIX]).window(View::new(Lang::En, [1280.0, 800.0]));
    let ctx = window.ctx.clone();
    assert!(contains(&window, HELP));
    for page in [Page::Data, Page::Results] {
        window.state_mut().perform(&ctx, Action::Go(page));
        window.run_steps(4);
    }
    assert!(says(&window, "Confusion matrix") && !contains(&window, HELP));
}

/// Every "?" of these pages.
const PAGES: &[Scene] = &[
    scene("results", results, &[]),
    scene("results of classes", || many_classes::stage(Page::Results, 5), &[]),
    scene("results of years", || years_pages::stage(Page::Results), &[]),
    scene("training", || made::during(Phase::Training), &[]),
    scene("training over", made::over, &[]),
    scene("runs", stage::three_runs, &["notebook + batch norm,", "notebook,"]),
];

fn marks(window: &Harness<'_, App>, lang: Lang) -> Vec<String> {
    let asks = if lang == Lang::En { "What is “" } else { "Qu’est-ce que «" };
    let names = window.query_all_by_role(Role::Button).filter_map(|node| node.accesskit_node().label());
    names.filter(|name| name.starts_with(asks)).collect()
}

/// Where all that is unfolded is cut off nowhere: also in the smallest window, and with letters twice as large.
#[test]
fn unfolded_helps_stay_within_their_cards() {
    let mut faults = Vec::new();
    for scene in PAGES {
        for lang in Lang::ALL {
            let mut window = scene.window(View::new(lang, [1280.0, 800.0]));
            let marks = marks(&window, lang);
            assert!(!marks.is_empty(), "{} has none in {lang:?}", scene.name);
            for mark in &marks {
                for (size, zoom) in [([1280.0, 800.0], 1.0), ([1024.0, 700.0], 1.0), ([1280.0, 800.0], 2.0)] {
                    window.set_size(egui::Vec2::from(size) / zoom);
                    window.run_steps(3);
                    let Some(node) = window.query_by_label(mark) else { continue };
                    node.click_accesskit();
                    window.run_steps(6);
                    let place = || format!("{} {lang:?} {size:?} {zoom}: {mark}", scene.name);
                    assert!(!egui::Popup::is_any_open(&window.ctx), "{}", place());
                    faults.extend(layout::faults(&window).into_iter().map(|fault| format!("{}: {fault}", place())));
                    // The help is read whole: what has no room is scrolled to, and nothing of it is left out.
                    let cut = texts(&window).into_iter().filter(|text| text.elided.is_some() && text.text.len() > 60);
                    faults.extend(cut.map(|text| format!("{}: “{}” is cut", place(), text.text)));
                    window.key_press(Key::Escape);
                    window.run_steps(6);
                }
            }
        }
    }
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
}
