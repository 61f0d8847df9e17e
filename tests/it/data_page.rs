//! The data page by its accessible names: every count opens its list, and what is decided can be undone.

use std::sync::Arc;

use egui::accesskit::{Role, Toggled};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use trombine::{
    control::Stage as Work,
    data::{
        dataset::Dataset,
        decode::decode,
        duplicates::{Contradiction, copies},
        edits::{Change, Edits},
        reading::{PartFolder, Reading, TaskChoice},
        sample::{Part, Skipped},
    },
    plan::Plan,
    session::{Phase, Progress},
    text::Lang,
    ui::{Action, page::Page},
};

use crate::{
    picture_folder::{encode, picture},
    stage::{self, Stage},
};

const SIZE: [f32; 2] = [1100.0, 900.0];

/// Sample faces with their copies, of which half contradict each other.
fn stage() -> Stage {
    Stage::new(Page::Data).with_data(600)
}

#[test]
fn all_contradictions_are_left_out_at_once() {
    let stage = stage();
    let data = stage.session.dataset().cloned().expect("data");
    let groups = copies(&data.samples);
    let wrong = groups.iter().filter(|group| group.contradiction == Some(Contradiction::Class));
    let files: Vec<_> = wrong.flat_map(|group| &group.samples).map(|i| data.samples[*i as usize].file.clone()).collect();
    assert!(!files.is_empty() && groups[0].contradiction == Some(Contradiction::Class));
    let (mut harness, stage) = stage.harness(SIZE);
    harness.run_steps(3);
    harness.get_by_role_and_label(Role::Button, "all pictures").click();
    harness.run_steps(3);
    harness.get_by_role_and_label(Role::MenuItem, "conflicting copies").click();
    harness.run_steps(3);
    harness.get_by_label("Leave out all conflicting copies").click();
    harness.run_steps(2);
    assert_eq!(stage.borrow().actions, [Action::Edit { files: files.clone(), change: Change::LeaveOut }]);
    // With that done, none is left.
    let mut edits = Edits::default();
    files.iter().for_each(|file| edits.change(file, &Change::LeaveOut));
    let after = edits.apply(&data.into());
    assert!(copies(&after.dataset.samples).iter().all(|group| group.contradiction != Some(Contradiction::Class)));
    stage.borrow_mut().session.open = Some(after);
    harness.run_steps(3);
    assert!(harness.query_by_label("Leave out all conflicting copies").is_none());
}

#[test]
fn a_picture_that_was_left_out_can_be_taken_back() {
    let mut stage = stage();
    let data = stage.session.dataset().cloned().expect("data");
    let file = data.samples[7].file.clone();
    let mut edits = Edits::default();
    edits.change(&file, &Change::LeaveOut);
    stage.session.open = Some(edits.apply(&data.clone().into()));
    let (mut harness, stage) = stage.harness(SIZE);
    harness.run_steps(3);
    harness.get_by_role_and_label(Role::Button, "all pictures").click();
    harness.run_steps(3);
    harness.get_by_role_and_label(Role::MenuItem, "decided by you").click();
    harness.run_steps(3);
    harness.get_by_label("Undo my change").click();
    harness.run_steps(2);
    assert_eq!(stage.borrow().actions, [Action::Edit { files: vec![file], change: Change::Forget }]);
    harness.get_by_label("Undo all my changes").click();
    harness.run_steps(2);
    assert_eq!(stage.borrow().actions.last(), Some(&Action::ForgetEdits));
}

#[test]
fn a_selected_picture_says_what_can_be_decided() {
    let stage = stage();
    let data = stage.session.dataset().cloned().expect("data");
    let first = data.samples[0].clone();
    let (mut harness, stage) = stage.harness(SIZE);
    harness.run_steps(3);
    harness.get_by_label("Wall of 600\u{a0}faces").focus();
    harness.run_steps(2);
    harness.key_press(egui::Key::ArrowRight);
    harness.run_steps(3);
    harness.get_by_label_contains(&first.file.display().to_string());
    harness.get_by_role_and_label(Role::Button, "Leave out").click();
    harness.run_steps(2);
    let other = if first.class == 0 { "male" } else { "female" };
    harness.get_by_label(&format!("Change label to {other}")).click();
    harness.run_steps(2);
    let asked = stage.borrow().actions.clone();
    let files = vec![first.file];
    assert_eq!(
        asked,
        [
            Action::Edit { files: files.clone(), change: Change::LeaveOut },
            Action::Edit { files, change: Change::Relabel(other.to_owned()) }
        ]
    );
}

/// What a decoder says is English; what the program itself says of a file is in the user's language.
#[test]
fn a_file_that_ends_early_is_said_to_in_both_languages() {
    for (lang, show, wanted) in [
        (Lang::En, "show, pictures that cannot be used", "the JPEG ends early"),
        (Lang::Fr, "voir, images inutilisables", "le JPEG s’arrête trop tôt"),
    ] {
        let whole = encode(&picture(7, 64, 64).into(), image::ImageFormat::Jpeg);
        let reason = decode(&whole[..whole.len() - 20], "a.jpg").expect_err("it was cut");
        let mut data = Dataset::clone(&stage::faces(60));
        data.skipped = vec![Skipped { file: "a.jpg".into(), reason, proposal: None }];
        let mut stage = Stage::new(Page::Data).with_dataset(Arc::new(data));
        stage.lang = lang;
        let (mut harness, _) = stage.harness(SIZE);
        harness.run_steps(3);
        harness.get_by_label(show).click();
        harness.run_steps(3);
        let mut rows = harness.query_all_by_label_contains(wanted).filter(|node| node.accesskit_node().role() == Role::Row);
        assert!(rows.next().is_some(), "{lang:?}");
    }
}

/// Another folder is seen from its beginning: a filter that fitted the last one would show an empty panel.
#[test]
fn another_folder_is_not_filtered_as_the_last_one_was() {
    let stage = stage();
    let contradictions = "show, copies with conflicting labels";
    let other = {
        let mut other = Dataset::clone(stage.session.dataset().expect("a data set"));
        other.source = trombine::data::sample::Source::Folder("/elsewhere".into());
        Arc::new(other)
    };
    let (mut harness, stage) = stage.harness([1280.0, 800.0]);
    harness.run();
    let filter = if harness.query_by_label(contradictions).is_some() { contradictions } else { "show, unusual, please check" };
    harness.get_by_label(filter).click();
    harness.run();
    let all = filter.replace("show,", "hide,");
    assert!(harness.query_by_label(&all).is_some(), "the filter is on");
    stage.borrow_mut().session.open = Some(other.into());
    harness.run();
    assert!(harness.query_by_label(&all).is_none(), "the filter is off");
    assert!(harness.query_by_label(filter).is_some());
}

/// A folder whose own folders and whose names both say a label, and not the same.
fn sorted_against_names() -> (crate::picture_folder::Folder, Stage) {
    let folder = crate::picture_folder::Folder::new();
    for i in 0..6 {
        folder.picture(&format!("women/3{i}_0_1_2017010100000000{i}.jpg"), i);
        folder.picture(&format!("men/4{i}_1_1_2017010200000000{i}.jpg"), 20 + i);
    }
    let mut stage = Stage::new(Page::Data);
    stage.session.open = Some(folder.open().expect("a data set").into());
    (folder, stage)
}

#[test]
fn how_the_folder_was_read_is_said_and_changed() {
    let (_folder, stage) = sorted_against_names();
    let (mut harness, stage) = stage.harness(SIZE);
    harness.run_steps(3);
    let said = "12 of 12\u{a0}pictures: the name says another gender than the folder (men, women); the folders count";
    assert!(harness.query_by_label(said).is_some());
    harness.get_by_label("change how the folder is read").click();
    harness.run_steps(3);
    assert!(harness.query_by_label("As Trombine understands it").is_none(), "it is read so already");
    harness.get_by_label("Labels from the names").click();
    harness.run_steps(2);
    let reading = Reading { task: TaskChoice::Gender, ..Reading::default() };
    assert_eq!(stage.borrow().actions, [Action::ReadAs(reading)]);
}

#[test]
fn of_two_ways_to_read_a_folder_the_one_of_now_is_marked() {
    let (_folder, stage) = sorted_against_names();
    let (mut harness, _) = stage.harness(SIZE);
    harness.run_steps(3);
    harness.get_by_label("change how the folder is read").click();
    harness.run_steps(3);
    for (way, now) in [("Labels from the folders", true), ("Labels from the names", false)] {
        let marked = harness.get_by_role_and_label(Role::MenuItem, way).accesskit_node().toggled();
        assert_eq!(marked == Some(Toggled::True), now, "{way}: nothing was said, and it is read so all the same");
    }
}

/// Faces of which the folders name the parts; without `part`.
fn in_parts(without: Option<Part>) -> Stage {
    let mut stage = Stage::new(Page::Data);
    let mut data = stage::faces(60).as_ref().clone();
    for (i, sample) in data.samples.iter_mut().enumerate() {
        let part = [Part::Train, Part::Train, Part::Train, Part::Validation, Part::Test][i % 5];
        sample.given_part = Some(if Some(part) == without { Part::Train } else { part });
    }
    // As the scan says it, so that the page has the line.
    data.understood.parts = vec![PartFolder { name: "train".to_owned(), part: Part::Train, pictures: 36 }];
    let data = Arc::new(data);
    stage.plan = Ok(Arc::new(Plan::new(&stage.settings, data.clone()).expect("a plan")));
    stage.session.open = Some(data.into());
    stage
}

#[test]
fn parts_of_folders_that_are_set_aside_are_said_and_taken_back() {
    let mut stage = in_parts(None);
    stage.settings.split.use_given = false;
    let (mut harness, stage) = stage.harness(SIZE);
    harness.run_steps(3);
    assert!(harness.query_by_label_contains("The folders’ parts are ignored").is_some());
    harness.get_by_label("take the folders’ parts").click();
    harness.run_steps(3);
    assert!(stage.borrow().settings.split.use_given);
    assert!(harness.query_by_label_contains("set aside").is_none());
    assert!(harness.query_by_label_contains("No folder is the").is_none(), "all three are there");
}

#[test]
fn a_part_that_no_folder_names_is_said_to_come_from_training() {
    for (part, lang, line) in [
        (Part::Validation, Lang::En, "No folder is the validation part: it gets 12\u{a0}pictures of the training part"),
        (Part::Test, Lang::En, "No folder is the test part: it gets 10\u{a0}pictures of the training part"),
        (
            Part::Test,
            Lang::Fr,
            "Aucun dossier n’est la partie «\u{a0}test\u{a0}»\u{a0}: elle reçoit 10\u{a0}images de l’entraînement",
        ),
    ] {
        let mut stage = in_parts(Some(part));
        stage.lang = lang;
        let plan = stage.plan.clone().expect("a plan");
        let count = plan.indices(part).len();
        let (mut harness, _) = stage.harness(SIZE);
        harness.run_steps(3);
        let line = line.replace("12", &count.to_string()).replace("10", &count.to_string());
        assert!(harness.query_by_label(&line).is_some(), "{line}");
    }
}

#[test]
fn a_class_that_has_no_room_in_the_bar_is_named_below_it() {
    let mut stage = Stage::new(Page::Data).with_data(100);
    let mut data = stage.session.dataset().map(|data| Dataset::clone(data)).expect("data");
    data.samples.iter_mut().enumerate().for_each(|(i, sample)| sample.class = u8::from(i == 0));
    stage.session.open = Some(data.into());
    let (mut harness, _) = stage.harness(SIZE);
    harness.run_steps(3);
    assert!(harness.query_by_label("male 1.0%").is_some());
    assert!(harness.query_by_label("female 99.0%").is_none(), "it stands in the bar");
}

#[test]
fn drawings_are_not_said_to_be_decoded() {
    for (stage, drawn) in [(Work::Drawing, true), (Work::Decoding, false)] {
        let mut page = Stage::new(Page::Data);
        page.session.phase = Phase::Opening(Progress { stage, done: 250, total: 2000 });
        let (mut harness, _) = page.harness(SIZE);
        harness.run_steps(3);
        assert_eq!(harness.query_all_by_label("Drawing the sample faces").next().is_some(), drawn);
        assert_eq!(harness.query_by_label_contains("decoded once").is_some(), !drawn);
    }
}
