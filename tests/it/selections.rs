//! Pictures that are marked together in every list of them, what the right button offers there, and what comes of it: by pointer
//! and keys, by accessible names.

use std::{cell::RefCell, path::PathBuf, rc::Rc, sync::Arc};

use egui::{
    Key, Modifiers, PointerButton, Pos2,
    accesskit::{Role, Toggled},
    vec2,
};
use egui_kittest::{
    Harness,
    kittest::{NodeT as _, Queryable as _},
};
use trombine::{
    app::App,
    data::{
        dataset::Dataset,
        duplicates::{Contradiction, DuplicateGroup, copies},
        edits::Change,
        sample::{Anomaly, SkipReason, Skipped},
    },
    files::table::Cell,
    session::Session,
    text::Lang,
    ui::{Action, page::Page},
};

use crate::{
    layout, pages,
    picture_folder::{Folder, picture, utkface_name},
    scenes::{Scene, View},
    stage::{self, Stage},
    viewer::{button, click, contains, key, says, to},
    years_pages,
};

const SIZE: [f32; 2] = [1100.0, 900.0];

/// A page alone, with what it asked for.
type OnStage = (Harness<'static>, Rc<RefCell<Stage>>);

/// The list of this name on the data page.
fn list(stage: Stage, name: &str) -> OnStage {
    let (mut page, stage) = stage.harness(SIZE);
    page.run_steps(3);
    page.get_by_role_and_label(Role::Button, "all pictures").click();
    page.run_steps(3);
    let is_it = |line: &egui_kittest::Node<'_>| line.accesskit_node().label().is_some_and(|label| label.starts_with(name));
    page.get_all_by_role(Role::MenuItem).find(is_it).expect("a list of that name").click();
    page.run_steps(3);
    (page, stage)
}

fn dataset(stage: &Rc<RefCell<Stage>>) -> Arc<Dataset> {
    stage.borrow().session.dataset().cloned().expect("a data set")
}

/// The pictures of a list, in its order, as far as they are drawn: where they are, and what they are called.
fn drawn<S>(page: &Harness<'_, S>, role: Role, files: &[PathBuf]) -> Vec<(Pos2, PathBuf, bool)> {
    let mut found = Vec::new();
    for node in page.get_all_by_role(role) {
        let label = node.accesskit_node().label().unwrap_or_default();
        let name = |file: &&PathBuf| {
            let file = file.display().to_string();
            label.starts_with(&format!("{file}: ")) || label.starts_with(&format!("{file}, "))
        };
        if let Some(file) = files.iter().find(name) {
            let marked =
                node.accesskit_node().toggled() == Some(Toggled::True) || node.accesskit_node().is_selected() == Some(true);
            found.push((node.rect().left_center() + vec2(20.0, 0.0), file.clone(), marked));
        }
    }
    found
}

fn files(data: &Dataset, of: &[u32]) -> Vec<PathBuf> {
    of.iter().map(|index| data.samples[*index as usize].file.clone()).collect()
}

fn right<S>(page: &mut Harness<'_, S>, at: Pos2) {
    to(page, at);
    button(page, at, PointerButton::Secondary, Modifiers::NONE, &[true, false]);
    page.run_steps(3);
}

/// Draws a rectangle: the button goes down, the pointer moves, the button comes up.
fn drag<S>(page: &mut Harness<'_, S>, from: Pos2, end: Pos2) {
    to(page, from);
    button(page, from, PointerButton::Primary, Modifiers::NONE, &[true]);
    to(page, from + (end - from) * 0.5);
    to(page, end);
    button(page, end, PointerButton::Primary, Modifiers::NONE, &[false]);
    page.run_steps(2);
}

/// The pictures that have exact copies, group by group; `conflicting` are those of which copies are of another class.
fn copied(data: &Dataset, conflicting: bool) -> Vec<PathBuf> {
    let groups = copies(&data.samples);
    let groups = groups.iter().filter(|group| !conflicting || group.contradiction == Some(Contradiction::Class));
    files(data, &groups.flat_map(|group| &group.samples).copied().collect::<Vec<_>>())
}

#[test]
fn copies_are_marked_by_clicks_and_decided_about_together() {
    let (mut page, stage) = list(Stage::new(Page::Data).with_data(600), "exact copies");
    let all = copied(&dataset(&stage), false);
    let tiles = drawn(&page, Role::Button, &all);
    assert!(tiles.len() >= 4 && tiles.iter().map(|tile| &tile.1).eq(all.iter().take(tiles.len())), "{tiles:?} of {all:?}");
    click(&mut page, tiles[0].0, Modifiers::NONE);
    page.run_steps(2);
    assert!(!contains(&page, "selected") && contains(&page, "Open the picture (Enter)"), "one alone is looked at");
    click(&mut page, tiles[3].0, Modifiers::SHIFT);
    page.run_steps(2);
    assert!(says(&page, "4\u{a0}pictures selected"));
    click(&mut page, tiles[1].0, Modifiers::COMMAND);
    page.run_steps(2);
    assert!(says(&page, "3\u{a0}pictures selected"));
    let marked: Vec<bool> = drawn(&page, Role::Button, &all).into_iter().take(5).map(|tile| tile.2).collect();
    assert_eq!(marked[..4], [true, false, true, true], "a screen reader hears which they are");
    page.get_by_label("Leave them out").click();
    page.run_steps(2);
    let wanted: Vec<PathBuf> = [0, 2, 3].map(|at: usize| all[at].clone()).into();
    assert_eq!(stage.borrow().actions, [Action::Edit { files: wanted.clone(), change: Change::LeaveOut }]);
    page.get_by_label("Copy paths").click();
    page.run_steps(2);
    let lines: Vec<String> = wanted.iter().map(|file| file.display().to_string()).collect();
    assert_eq!(stage.borrow().actions[1], Action::CopyText(lines.join("\n")));
    page.get_by_label("Export list…").click();
    page.run_steps(2);
    let Some(Action::ExportList { columns, rows }) = stage.borrow().actions.last().cloned() else { panic!("no list") };
    assert_eq!((columns, rows.len()), (vec!["file", "label", "part", "age", "race"], 3));
    assert_eq!(rows[0][0], Cell::text(lines[0].clone()));
    key(&mut page, Key::Escape, Modifiers::NONE);
    assert!(!contains(&page, "pictures selected"));
    key(&mut page, Key::A, Modifiers::COMMAND);
    assert!(says(&page, &format!("{}\u{a0}pictures selected", all.len())), "all of the list, and no others");
    page.get_by_label("Clear selection (Esc)").click();
    page.run_steps(2);
    assert!(!contains(&page, "pictures selected"));
}

/// Groups are as long as they are: what a rectangle covers goes by where the pictures stand.
#[test]
fn a_rectangle_marks_what_it_covers_in_look_alikes() {
    let mut stage = Stage::new(Page::Data).with_data(600);
    let data = stage.session.dataset().cloned().expect("a data set");
    let group = |samples: &[u32]| DuplicateGroup { samples: samples.to_vec(), contradiction: None };
    let groups = [group(&[1, 7]), group(&[3, 9, 20]), group(&[4, 30])];
    stage.session.near = Some((data.clone(), groups.into()));
    let (mut page, stage) = list(stage, "look-alikes");
    let all = files(&data, &[1, 7, 3, 9, 20, 4, 30]);
    let tiles = drawn(&page, Role::Button, &all);
    assert_eq!(tiles.len(), 7);
    // From the third picture of the second row, which is the longest, to the first one of the last.
    drag(&mut page, tiles[4].0, tiles[5].0);
    assert!(says(&page, "5\u{a0}pictures selected"), "the last row has but two");
    page.get_by_label("Labels are correct").click();
    page.run_steps(2);
    let wanted = Action::Edit { files: files(&data, &[3, 9, 20, 4, 30]), change: Change::Keep };
    assert_eq!(stage.borrow().actions.last(), Some(&wanted));
}

/// A group with more pictures than have room says how many of those that are not seen are marked.
#[test]
fn marked_pictures_that_have_no_room_are_said() {
    let mut stage = Stage::new(Page::Data).with_data(600);
    let data = stage.session.dataset().cloned().expect("a data set");
    let group = DuplicateGroup { samples: (0..40).collect(), contradiction: None };
    stage.session.near = Some((data.clone(), [group].into()));
    let (mut page, _) = list(stage, "look-alikes");
    let shown = drawn(&page, Role::Button, &files(&data, &(0..40).collect::<Vec<_>>())).len();
    assert!(!contains(&page, "more, "));
    key(&mut page, Key::A, Modifiers::COMMAND);
    assert!(says(&page, "40\u{a0}pictures selected"));
    let hidden = 40 - shown;
    assert!(shown > 1 && says(&page, &format!("{hidden}\u{a0}more, {hidden}\u{a0}selected")), "{shown}");
}

/// Pictures with something odd about them.
fn odd() -> Stage {
    let mut data = Dataset::clone(&stage::faces(60));
    for index in [2, 5, 11, 17] {
        data.samples[index].anomaly = Some(Anomaly::Small { width: 32, height: 40 });
    }
    Stage::new(Page::Data).with_dataset(Arc::new(data))
}

#[test]
fn unusual_pictures_are_marked_in_their_table_by_pointer_and_keys() {
    let (mut page, stage) = list(odd(), "unusual pictures");
    let data = dataset(&stage);
    let all = files(&data, &[2, 5, 11, 17]);
    let rows = drawn(&page, Role::Row, &all);
    assert_eq!(rows.len(), 4);
    drag(&mut page, rows[1].0, rows[2].0 + vec2(150.0, 4.0));
    assert!(says(&page, "2\u{a0}pictures selected"));
    page.get_by_label("Change labels to…").click();
    page.run_steps(3);
    page.get_by_role_and_label(Role::MenuItem, "male").click();
    page.run_steps(2);
    let wanted = files(&data, &[5, 11]);
    assert_eq!(stage.borrow().actions, [Action::Edit { files: wanted, change: Change::Relabel("male".to_owned()) }]);
    // The keyboard marks, too: Ctrl with Enter.
    key(&mut page, Key::Escape, Modifiers::NONE);
    page.get_all_by_role(Role::Row).next().expect("a row").focus();
    page.run_steps(2);
    key(&mut page, Key::Enter, Modifiers::COMMAND);
    assert!(says(&page, "1\u{a0}picture selected"));
}

#[test]
fn the_right_button_has_the_same_menu_in_every_list() {
    let (mut page, stage) = list(odd(), "unusual pictures");
    let all = files(&dataset(&stage), &[2, 5, 11, 17]);
    let rows = drawn(&page, Role::Row, &all);
    right(&mut page, rows[1].0);
    for line in ["Open the picture", "Copy the path", "Copy the picture", "Find look-alikes", "Leave out", "Label is correct"] {
        assert!(page.query_by_role_and_label(Role::MenuItem, line).is_some(), "{line}");
    }
    page.get_by_role_and_label(Role::MenuItem, "Leave out").click();
    page.run_steps(3);
    assert_eq!(stage.borrow().actions, [Action::Edit { files: vec![all[1].clone()], change: Change::LeaveOut }]);
    right(&mut page, rows[2].0);
    page.get_by_role_and_label(Role::MenuItem, "Copy the picture").click();
    page.run_steps(3);
    assert_eq!(stage.borrow().actions[1], Action::CopyOriginal { file: all[2].clone(), sample: 11 });
    // On one of several that are marked it is about all of them.
    click(&mut page, rows[0].0, Modifiers::COMMAND);
    click(&mut page, rows[3].0, Modifiers::COMMAND);
    right(&mut page, rows[3].0);
    assert!(!says(&page, "Open the picture"), "not of several");
    page.get_by_role_and_label(Role::MenuItem, "Export list…").click();
    page.run_steps(3);
    let Some(Action::ExportList { rows: listed, .. }) = stage.borrow().actions.last().cloned() else { panic!("no list") };
    assert_eq!(listed.len(), 2);
    right(&mut page, rows[1].0);
    page.get_by_role_and_label(Role::MenuItem, "Open the picture").click();
    page.run_steps(3);
    assert!(says(&page, "2 of 4"), "the list is gone through");
    // Copies have it as well.
    let (mut page, stage) = list(Stage::new(Page::Data).with_data(600), "exact copies");
    let all = copied(&dataset(&stage), false);
    let tiles = drawn(&page, Role::Button, &all);
    right(&mut page, tiles[2].0);
    page.get_by_role_and_label(Role::MenuItem, "Copy the path").click();
    page.run_steps(3);
    assert_eq!(stage.borrow().actions, [Action::CopyText(all[2].display().to_string())]);
}

/// What cannot be read can be listed and its path copied; nothing can be decided about it.
#[test]
fn files_without_a_picture_have_what_can_be_done_with_files() {
    let mut data = Dataset::clone(&stage::faces(60));
    let skipped = |file: &str| Skipped { file: file.into(), reason: SkipReason::NotAPicture, proposal: None };
    data.skipped = ["a.txt", "b.txt", "c.txt"].map(skipped).into();
    let (mut page, stage) = list(Stage::new(Page::Data).with_dataset(Arc::new(data)), "other files");
    let all: Vec<PathBuf> = ["a.txt", "b.txt", "c.txt"].map(PathBuf::from).into();
    let rows = drawn(&page, Role::Row, &all);
    click(&mut page, rows[0].0, Modifiers::COMMAND);
    click(&mut page, rows[2].0, Modifiers::SHIFT);
    page.run_steps(2);
    assert!(says(&page, "3\u{a0}pictures selected") && !says(&page, "Leave them out") && !contains(&page, "Predict these"));
    page.get_by_label("Copy paths").click();
    page.run_steps(2);
    assert_eq!(stage.borrow().actions, [Action::CopyText("a.txt\nb.txt\nc.txt".to_owned())]);
    // Their places among the files are others once something is decided elsewhere.
    let mut other = Dataset::clone(&dataset(&stage));
    other.skipped.remove(0);
    stage.borrow_mut().session.open = Some(other.into());
    page.run_steps(3);
    assert!(!contains(&page, "selected"), "nothing else is marked in their place");
}

/// The pictures of the strip, as they stand.
fn strip<S>(page: &Harness<'_, S>) -> Vec<Pos2> {
    page.query_all_by_label_contains(": predicted ").map(|node| node.rect().center()).collect()
}

fn results() -> OnStage {
    let (mut page, stage) = Stage::new(Page::Results).with_data(400).with_run().harness([1280.0, 900.0]);
    page.run_steps(3);
    (page, stage)
}

#[test]
fn mistakes_of_the_strip_are_marked_and_decided_about_where_they_stand() {
    let (mut page, stage) = results();
    let tiles = strip(&page);
    assert!(tiles.len() >= 4);
    click(&mut page, tiles[0], Modifiers::COMMAND);
    click(&mut page, tiles[2], Modifiers::SHIFT);
    page.run_steps(2);
    assert!(says(&page, "3\u{a0}pictures selected") && !contains(&page, "See all"));
    assert_eq!(strip(&page), tiles, "no picture has moved from under the pointer");
    page.get_by_label("Actions").click();
    page.run_steps(3);
    page.get_by_role_and_label(Role::MenuItem, "Labels are correct").click();
    page.run_steps(2);
    let Some(Action::Edit { files, change: Change::Keep }) = stage.borrow().actions.last().cloned() else { panic!("no edit") };
    assert_eq!(files.len(), 3);
    key(&mut page, Key::A, Modifiers::COMMAND);
    assert!(says(&page, &format!("{}\u{a0}pictures selected", tiles.len())), "those that are seen");
    key(&mut page, Key::Escape, Modifiers::NONE);
    assert!(!contains(&page, "selected") && contains(&page, "See all"));
    // With nothing marked the key is not the strip's.
    key(&mut page, Key::A, Modifiers::COMMAND);
    assert!(!contains(&page, "selected"));
    drag(&mut page, tiles[0], tiles[1]);
    assert!(says(&page, "2\u{a0}pictures selected"), "a rectangle");
    key(&mut page, Key::Escape, Modifiers::NONE);
    right(&mut page, tiles[1]);
    page.get_by_role_and_label(Role::MenuItem, "Leave out").click();
    page.run_steps(3);
    let Some(Action::Edit { files, change: Change::LeaveOut }) = stage.borrow().actions.last().cloned() else {
        panic!("no edit")
    };
    assert_eq!(files.len(), 1);
}

#[test]
fn the_largest_errors_are_marked_as_well() {
    let (mut page, stage) = years_pages::stage(Page::Results).harness([1280.0, 900.0]);
    page.run_steps(3);
    let tiles: Vec<Pos2> = page.query_all_by_label_contains(": labeled ").map(|node| node.rect().center()).collect();
    click(&mut page, tiles[0], Modifiers::COMMAND);
    click(&mut page, tiles[1], Modifiers::COMMAND);
    page.run_steps(2);
    assert!(says(&page, "2\u{a0}pictures selected"));
    page.get_by_label("Actions").click();
    page.run_steps(3);
    page.get_by_role_and_label(Role::MenuItem, "Copy the paths").click();
    page.run_steps(2);
    let Some(Action::CopyText(text)) = stage.borrow().actions.last().cloned() else { panic!("nothing was copied") };
    assert_eq!(text.lines().count(), 2);
}

/// In every size, in both languages.
#[test]
fn bars_of_lists_and_strips_are_not_cut_off() {
    for lang in Lang::ALL {
        for (size, zoom) in [([1024.0, 700.0], 1.0), ([1280.0, 800.0], 1.0), ([1280.0, 800.0], 2.0)] {
            let view = View { zoom, ..View::new(lang, size) };
            for scene in ["data-copies", "data-odd"] {
                let mut window = Scene::named(scene).window(view);
                window.key_press_modifiers(Modifiers::COMMAND, Key::A);
                window.run_steps(4);
                assert_eq!(layout::faults(&window), Vec::<String>::new(), "{scene} {lang:?} {size:?} {zoom}");
            }
            let mut window = Scene::named("results").window(view);
            let name = if lang == Lang::En { ": predicted " } else { "\u{a0}: réponse " };
            let first = window.query_all_by_label_contains(name).next().expect("a mistake").rect().center();
            click(&mut window, first, Modifiers::COMMAND);
            window.run_steps(4);
            // In a small window, or with large letters, the strip is scrolled to.
            let word = if lang == Lang::En { " selected" } else { " sélectionnée" };
            assert!(zoom > 1.0 || size[0] < 1200.0 || contains(&window, word), "{lang:?} {size:?}");
            assert_eq!(layout::faults(&window), Vec::<String>::new(), "results {lang:?} {size:?} {zoom}");
        }
    }
}

fn edits(window: &Harness<'_, App>) -> usize {
    window.state().session.open.as_ref().map_or(0, |open| open.edits().len())
}

/// A copy under the other class, of which both are left out in the list of contradictions, and that is undone.
#[test]
fn what_is_decided_in_a_list_is_undone_in_one_step() {
    let folder = Folder::utkface(20);
    let same = std::fs::read(folder.root().join(utkface_name(3))).expect("it is there");
    folder.write("25_0_1_20180116000000001.jpg.chip.jpg", &same);
    let mut window = crate::viewer::window(&folder);
    window.get_by_label("show, copies with conflicting labels").click();
    window.run_steps(3);
    let all = copied(window.state().session.dataset().expect("a data set"), true);
    let tiles = drawn(&window, Role::Button, &all);
    assert_eq!(tiles.len(), 2);
    click(&mut window, tiles[0].0, Modifiers::COMMAND);
    click(&mut window, tiles[1].0, Modifiers::COMMAND);
    window.run_steps(2);
    window.get_by_label("Leave them out").click();
    pages::until(&mut window, "the edits", |window| edits(window) == 2);
    window.run_steps(3);
    assert!(!contains(&window, "selected") && says(&window, "Nothing in “conflicting copies”"));
    key(&mut window, Key::Z, Modifiers::COMMAND);
    pages::until(&mut window, "the undoing", |window| edits(window) == 0);
    window.run_steps(3);
    assert_eq!(drawn(&window, Role::Button, &all).len(), 2);
}

#[test]
fn pictures_of_every_list_go_on_to_predict() {
    let (mut page, stage) = list(odd(), "unusual pictures");
    let data = dataset(&stage);
    let all = files(&data, &[2, 5, 11, 17]);
    let rows = drawn(&page, Role::Row, &all);
    // No run has learned anything yet: that is said, and nothing happens.
    right(&mut page, rows[0].0);
    let why = "Predict this picture (train a model first)";
    assert!(page.get_by_role_and_label(Role::MenuItem, why).accesskit_node().is_disabled());
    key(&mut page, Key::Escape, Modifiers::NONE);
    let mut shown = stage::run(&data);
    shown.info.stored.weights = true;
    stage.borrow_mut().session.runs = vec![shown.info.clone()];
    page.run_steps(2);
    right(&mut page, rows[0].0);
    assert!(says(&page, "Predict this picture (open a run first)"));
    key(&mut page, Key::Escape, Modifiers::NONE);
    stage.borrow_mut().session.run = Some(Arc::new(shown));
    page.run_steps(2);
    right(&mut page, rows[1].0);
    page.get_by_role_and_label(Role::MenuItem, "Predict this picture").click();
    page.run_steps(3);
    assert_eq!(stage.borrow().actions, [Action::PredictPictures(vec![(all[1].clone(), 5)])]);
    click(&mut page, rows[0].0, Modifiers::COMMAND);
    click(&mut page, rows[3].0, Modifiers::SHIFT);
    page.run_steps(2);
    page.get_by_label("Predict these pictures").click();
    page.run_steps(3);
    let wanted = all.iter().cloned().zip([2, 5, 11, 17]).collect();
    assert_eq!(stage.borrow().actions[1], Action::PredictPictures(wanted));
}

#[test]
fn mistakes_go_on_to_predict() {
    let (mut page, stage) = results();
    let mut info = stage.borrow().session.runs[0].clone();
    info.stored.weights = true;
    stage.borrow_mut().session.runs = vec![info];
    page.run_steps(2);
    let tiles = strip(&page);
    click(&mut page, tiles[0], Modifiers::COMMAND);
    click(&mut page, tiles[1], Modifiers::COMMAND);
    page.run_steps(2);
    page.get_by_label("Actions").click();
    page.run_steps(3);
    page.get_by_role_and_label(Role::MenuItem, "Predict these pictures").click();
    page.run_steps(3);
    let Some(Action::PredictPictures(pictures)) = stage.borrow().actions.last().cloned() else { panic!("nothing is asked") };
    let data = dataset(&stage);
    assert_eq!(pictures.len(), 2);
    assert!(pictures.iter().all(|(file, sample)| data.samples[*sample].file == *file));
}

/// Drawings have no files: their pixels go on, in the order in which they were marked, as several photos do.
#[test]
fn drawings_and_files_come_as_several_photos() {
    let data = stage::faces(60);
    let session = Session { open: Some(data.clone().into()), ..Session::default() };
    let mut window = pages::window(session, pages::on(Page::Data), [1280.0, 900.0]);
    let pictures = [4, 1, 9].map(|index: usize| (data.samples[index].file.clone(), index)).to_vec();
    let ctx = window.ctx.clone();
    window.state_mut().perform(&ctx, Action::PredictPictures(pictures.clone()));
    let come = |window: &Harness<'_, App>| window.state().session.photos.len() == 3 && window.state().session.arrival.is_none();
    pages::until(&mut window, "the drawings", come);
    assert_eq!(window.state().page, Page::Predict);
    let names: Vec<PathBuf> = window.state().session.photos.iter().map(|photo| photo.name.clone().into()).collect();
    let wanted: Vec<PathBuf> = pictures.iter().map(|(file, _)| file.file_name().expect("a name").into()).collect();
    assert_eq!(names, wanted);
    assert_eq!(window.state().session.photos.iter().map(|photo| photo.follows).collect::<Vec<_>>(), [false, true, true]);
    // Of a folder its files, each photo once, though it has several faces.
    let folder = Folder::new();
    for name in ["a.png", "b.png"] {
        folder.write(name, &crate::picture_folder::encode(&picture(3, 64, 64).into(), image::ImageFormat::Png));
    }
    let mut data = Dataset::clone(&stage::faces(3));
    data.source = folder.source();
    let session = Session { open: Some(data.into()), ..Session::default() };
    let mut window = pages::window(session, pages::on(Page::Data), [1280.0, 900.0]);
    let pictures = ["a.png", "a.png#2", "b.png"].map(|name| (PathBuf::from(name), 0)).to_vec();
    let ctx = window.ctx.clone();
    window.state_mut().perform(&ctx, Action::PredictPictures(pictures));
    let come = |window: &Harness<'_, App>| window.state().session.arrival.is_none() && !window.state().session.photos.is_empty();
    pages::until(&mut window, "the photos", come);
    let names: Vec<&str> = window.state().session.photos.iter().map(|photo| photo.name.as_str()).collect();
    assert_eq!(names, ["a.png", "b.png"]);
}
