//! Rows of settings: help below the row, and number fields that say what they allow.

use egui::accesskit::Role;
use egui_kittest::{Harness, kittest::Queryable as _};
use trombine::{text::Lang, ui::page::Page};

use crate::{
    pages::{on, opened, window},
    stage::Stage,
};

/// High enough that every row of Model is seen.
const SIZE: [f32; 2] = [1100.0, 1400.0];

fn says(harness: &Harness<'_>, text: &str) -> bool {
    harness.query_all_by_label_contains(text).next().is_some()
}

/// It stands between its row and the next one, and nothing floats over either.
#[test]
fn a_help_unfolds_below_its_row_and_folds_again() {
    const HELP: &str = "The share of units switched off at random";
    let (mut harness, _) = Stage::new(Page::Model).with_data(60).harness(SIZE);
    harness.run();
    assert!(!says(&harness, HELP));
    let places = |harness: &Harness<'_>| {
        ["What is “Dropout”?", "What is “L2 on convolutions”?"].map(|name| harness.get_by_label(name).rect())
    };
    let [_, next_before] = places(&harness);
    harness.get_by_label("What is “Dropout”?").click();
    harness.run_steps(4);
    let help = harness.query_all_by_label_contains(HELP).next().expect("the help").rect();
    let [own, next] = places(&harness);
    assert!(own.bottom() < help.top() && help.bottom() < next.top(), "{own:?} {help:?} {next:?}");
    assert!(next.top() > next_before.top(), "the rows below make room");
    harness.get_by_label("What is “Dropout”?").click();
    harness.run_steps(4);
    assert!(!says(&harness, HELP) && places(&harness)[1] == next_before);
}

/// The range is there while one types; a number outside of it is refused in words and changes nothing.
#[test]
fn a_field_tells_its_range_and_refuses_in_words() {
    for (lang, range, refusal) in [
        (Lang::En, "0 to 0.9", "Out of range; allowed: 0 to 0.9"),
        (Lang::Fr, "de 0 à 0,9", "Hors limites\u{a0}; permis\u{a0}: de 0 à 0,9"),
    ] {
        let mut stage = Stage::new(Page::Model).with_data(60);
        stage.lang = lang;
        let (mut harness, stage) = stage.harness(SIZE);
        harness.run();
        let before = stage.borrow().settings.model.dropout;
        assert!(!says(&harness, range));
        harness.get_by_role_and_label(Role::SpinButton, "Dropout").click();
        harness.run_steps(4);
        assert!(says(&harness, range) && !says(&harness, refusal), "{lang:?}");
        harness.input_mut().events.push(egui::Event::Text("5".to_owned()));
        harness.run_steps(4);
        assert!(says(&harness, refusal), "{lang:?}");
        harness.key_press(egui::Key::Enter);
        harness.run_steps(4);
        assert_eq!(stage.borrow().settings.model.dropout, before, "never a silent clamp");
    }
}

/// The menu offers no way back where nothing was done.
#[test]
fn undo_is_off_until_there_is_something_to_undo() {
    let mut window = window(opened(60), on(Page::Model), [1280.0, 900.0]);
    let locked = |window: &mut Harness<'_, trombine::app::App>| {
        let commands = window.state_mut().commands();
        ["Undo", "Redo"].map(|name| commands.iter().any(|command| command.name.en == name && command.locked.is_some()))
    };
    window.run();
    assert_eq!(locked(&mut window), [true, true]);
    window.get_by_role_and_label(Role::Switch, "Batch norm after conv").click();
    window.run();
    assert_eq!(locked(&mut window), [false, true]);
    window.key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::Z);
    window.run();
    assert_eq!(locked(&mut window), [true, false]);
}
