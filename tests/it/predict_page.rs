//! The predict page by its accessible names.

use egui_kittest::kittest::Queryable as _;
use trombine::{
    predict::predictor::CAUTION,
    session::{Asked, Second},
    text::Lang,
    ui::{Action, page::Page},
};

use crate::stage::{self, Stage};

const SIZE: [f32; 2] = [1048.0, 900.0];

#[test]
fn an_empty_page_invites() {
    let (mut harness, stage) = Stage::new(Page::Predict).with_data(40).with_run().harness(SIZE);
    harness.run();
    for name in ["Choose photos…", "Paste", "Folder to CSV…"] {
        harness.get_by_label(name).click();
        harness.run();
    }
    let run = "2026-11-22-140211".to_owned();
    assert_eq!(stage.borrow().actions, [Action::ChoosePhotos, Action::Paste, Action::PredictFolder { run }]);
}

#[test]
fn each_face_has_its_answer_and_the_caution_stands_below() {
    for (lang, first, second) in [
        (Lang::En, "male, about 91\u{a0}%", "not sure: rather male, 58\u{a0}%"),
        (Lang::Fr, "homme, environ 91\u{a0}%", "pas sûr : plutôt homme, 58\u{a0}%"),
    ] {
        let mut stage = stage::predicting();
        stage.lang = lang;
        let (mut harness, _) = stage.harness(SIZE);
        harness.run();
        assert!(harness.query_by_label(first).is_some(), "{first}");
        assert!(harness.query_by_label(CAUTION.get(lang)).is_some());
        // The second face is chosen by its square, or by its line in the list.
        harness.get_by_label_contains("2 · ").click();
        harness.run();
        assert!(harness.query_by_label(second).is_some(), "{second}");
    }
}

#[test]
fn a_square_can_be_moved_by_keyboard() {
    let (mut harness, stage) = stage::predicting().harness(SIZE);
    harness.run();
    harness.get_by_label_contains("1 · ").focus();
    harness.run();
    harness.key_press(egui::Key::ArrowRight);
    harness.run();
    let moved = stage.borrow().actions.iter().find_map(|a| match a {
        Action::Ask { photo: 1, asked: Some(10), crop: Some(crop) } => Some(*crop),
        _ => None,
    });
    // A twentieth of 128 pixels to the right of 80.
    assert_eq!(moved.map(|c| (c.x, c.y, c.side)), Some((86.4, 90.0, 128.0)));
}

#[test]
fn another_run_is_asked_about_the_same_square() {
    let mut stage = stage::predicting();
    let mut other = stage.session.runs[0].clone();
    other.id = "2026-11-20-090000".into();
    other.name = "notebook".into();
    stage.session.runs.push(other);
    let (mut harness, stage) = stage.harness(SIZE);
    harness.run();
    harness.get_by_label("Compare with another run").click();
    harness.run();
    harness.get_by_label("notebook").click();
    harness.run_steps(2);
    let wish = Action::AskOther { asked: 10, run: "2026-11-20-090000".into() };
    assert!(stage.borrow().actions.contains(&wish), "{:?}", stage.borrow().actions);
    let answered = |asked: &mut Asked| {
        asked.other = Some(Second { id: 99, run: "2026-11-20-090000".into(), reply: Some(Ok(stage::reply(7, 0.2))) });
    };
    answered(&mut stage.borrow_mut().session.photos[0].asked[0]);
    harness.run();
    assert!(harness.query_by_label("female, about 80\u{a0}%").is_some());
}

#[test]
fn a_photo_can_be_taken_off_the_list_and_its_answer_copied() {
    let (mut harness, stage) = stage::predicting().harness(SIZE);
    harness.run();
    harness.get_by_label("Copy the answer as text").click();
    harness.run();
    harness.get_by_label("Take this photo off the list").click();
    harness.run();
    let actions = stage.borrow().actions.clone();
    assert!(matches!(&actions[0], Action::CopyText(text) if text.starts_with("holiday.jpg: male, about 91")), "{actions:?}");
    assert_eq!(actions[1], Action::ForgetPhoto(1));
}
