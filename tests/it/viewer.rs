//! The viewer over the window, and pictures that are marked together: by pointer and keys, by what a screen reader hears.

use std::{cell::RefCell, path::PathBuf, rc::Rc, sync::Arc};

use egui::{Event, Key, Modifiers, PointerButton, Pos2, accesskit::Role, vec2};
use egui_kittest::{Harness, kittest::Queryable as _};
use trombine::{
    app::{App, Pace, Preferences},
    data::{
        dataset::Dataset,
        edits::{Change, Edits},
    },
    files::table::Cell,
    run::RunStore,
    session::Session,
    text::Lang,
    ui::{Action, Mode, page::Page},
};

use crate::{
    layout,
    pages::until,
    picture_folder::Folder,
    scenes::{Scene, View},
    stage::Stage,
};

const SIZE: [f32; 2] = [1100.0, 900.0];

/// A page alone, with what it asked for.
type OnStage = (Harness<'static>, Rc<RefCell<Stage>>);

fn data() -> OnStage {
    let (mut page, stage) = Stage::new(Page::Data).with_data(600).harness(SIZE);
    page.run_steps(3);
    (page, stage)
}

/// Moves the pointer, and lets the page see it there.
pub fn to<S>(page: &mut Harness<'_, S>, at: Pos2) {
    page.input_mut().events.push(Event::PointerMoved(at));
    page.run_steps(1);
}

pub fn button<S>(page: &mut Harness<'_, S>, at: Pos2, button: PointerButton, modifiers: Modifiers, down: &[bool]) {
    page.input_mut().events.push(Event::ModifiersChanged(modifiers));
    for pressed in down {
        page.input_mut().events.push(Event::PointerButton { pos: at, button, pressed: *pressed, modifiers });
    }
    page.run_steps(1);
    page.input_mut().events.push(Event::ModifiersChanged(Modifiers::NONE));
}

/// A whole click in one frame.
pub fn click<S>(page: &mut Harness<'_, S>, at: Pos2, modifiers: Modifiers) {
    to(page, at);
    button(page, at, PointerButton::Primary, modifiers, &[true, false]);
}

pub fn double_click<S>(page: &mut Harness<'_, S>, at: Pos2) {
    click(page, at, Modifiers::NONE);
    button(page, at, PointerButton::Primary, Modifiers::NONE, &[true, false]);
    page.run_steps(3);
}

pub fn key<S>(page: &mut Harness<'_, S>, key: Key, modifiers: Modifiers) {
    page.key_press_modifiers(modifiers, key);
    page.run_steps(3);
}

/// How many tiles of 56 points and more, with 5 between them, stand side by side on the wall, and from one to the next.
fn grid<S>(page: &Harness<'_, S>) -> (usize, f32) {
    let width = page.get_by_label_contains("Wall of").rect().width() - 3.0;
    let columns = (width / 61.0).floor();
    (columns as usize, width / columns)
}

/// The middle of a tile of the wall.
pub fn tile<S>(page: &Harness<'_, S>, column: usize, row: usize) -> Pos2 {
    let pitch = grid(page).1;
    page.get_by_label_contains("Wall of").rect().min + vec2(column as f32 + 0.5, row as f32 + 0.5) * pitch
}

pub fn says<S>(page: &Harness<'_, S>, label: &str) -> bool {
    page.query_all_by_label(label).next().is_some()
}

pub fn contains<S>(page: &Harness<'_, S>, label: &str) -> bool {
    page.query_all_by_label_contains(label).next().is_some()
}

fn dataset(stage: &Rc<RefCell<Stage>>) -> Arc<Dataset> {
    stage.borrow().session.dataset().cloned().expect("a data set")
}

#[test]
fn a_double_click_opens_arrows_go_on_and_escape_gives_the_keyboard_back() {
    let (mut page, stage) = data();
    let at = tile(&page, 2, 0);
    double_click(&mut page, at);
    let data = dataset(&stage);
    assert!(says(&page, "3 of 600"), "the third picture is open");
    assert!(contains(&page, &data.samples[2].file.display().to_string()));
    assert!(!contains(&page, "Wall of"), "nothing else is drawn");
    key(&mut page, Key::ArrowRight, Modifiers::NONE);
    assert!(says(&page, "4 of 600"));
    key(&mut page, Key::End, Modifiers::NONE);
    assert!(says(&page, "600 of 600"));
    key(&mut page, Key::ArrowRight, Modifiers::NONE);
    assert!(says(&page, "600 of 600"), "the list has an end");
    key(&mut page, Key::Home, Modifiers::NONE);
    key(&mut page, Key::ArrowLeft, Modifiers::NONE);
    assert!(says(&page, "1 of 600"));
    page.query_all_by_label_contains("3 of 600:").next().expect("a neighbor").click();
    page.run_steps(3);
    assert!(says(&page, "3 of 600"), "a neighbor was clicked");
    key(&mut page, Key::Escape, Modifiers::NONE);
    assert!(page.get_by_label("Wall of 600\u{a0}faces").is_focused());
    // The picture that was looked at is the selected one.
    assert!(contains(&page, &data.samples[2].file.display().to_string()));
    for open in [Key::Enter, Key::Space] {
        key(&mut page, open, Modifiers::NONE);
        assert!(says(&page, "3 of 600"), "{open:?} opens it");
        key(&mut page, Key::Escape, Modifiers::NONE);
    }
}

/// What is below a picture stands below its middle, and not below that of what is known of it too.
#[test]
fn the_neighbors_stand_below_the_middle_of_the_picture() {
    for size in [SIZE, [1280.0, 800.0], [1920.0, 1080.0]] {
        let (mut page, _) = Stage::new(Page::Data).with_data(600).harness(size);
        page.run_steps(3);
        let at = tile(&page, 2, 0);
        double_click(&mut page, at);
        let picture = page.get_by_role(Role::Image).rect();
        let neighbors: Vec<_> = page.query_all_by_label_contains(" of 600: ").map(|node| node.rect()).collect();
        let [left, right] = [neighbors[0].left(), neighbors[neighbors.len() - 1].right()];
        assert!(neighbors.len() > 5 && neighbors[0].top() > picture.bottom());
        assert!(((left + right) / 2.0 - picture.center().x).abs() < 1.0, "{left} to {right} below {picture:?}");
    }
}

#[test]
fn a_single_click_shows_what_is_known_as_before() {
    let (mut page, stage) = data();
    let at = tile(&page, 1, 1);
    click(&mut page, at, Modifiers::NONE);
    page.run_steps(8);
    assert!(says(&page, "Open the picture (Enter)") && says(&page, "Leave out"));
    page.get_by_label("Open the picture (Enter)").click();
    page.run_steps(3);
    assert!(contains(&page, " of 600"));
    assert_eq!(stage.borrow().actions, []);
}

#[test]
fn classes_have_keys_in_the_viewer() {
    let (mut page, stage) = data();
    let at = tile(&page, 0, 0);
    double_click(&mut page, at);
    let first = dataset(&stage).samples[0].clone();
    let (own, other, letter, digit) =
        if first.class == 0 { (Key::F, "male", Key::M, Key::Num2) } else { (Key::M, "female", Key::F, Key::Num1) };
    for pressed in [own, letter, digit, Key::Delete, Key::C] {
        key(&mut page, pressed, Modifiers::NONE);
    }
    let relabel = || Change::Relabel(other.to_owned());
    let edit = |change| Action::Edit { files: vec![first.file.clone()], change };
    let wanted = [edit(relabel()), edit(relabel()), edit(Change::LeaveOut), edit(Change::Keep)];
    assert_eq!(stage.borrow().actions, wanted, "its own class is no change");
    // A key with Ctrl is another one.
    key(&mut page, letter, Modifiers::COMMAND);
    assert_eq!(stage.borrow().actions.len(), 4);
}

#[test]
fn a_picture_that_was_left_out_keeps_its_place_in_the_viewer() {
    let (mut page, stage) = data();
    let at = tile(&page, 1, 0);
    double_click(&mut page, at);
    let before = dataset(&stage);
    let mut edits = Edits::default();
    edits.change(&before.samples[1].file, &Change::LeaveOut);
    stage.borrow_mut().session.open = Some(edits.apply(&before.clone().into()));
    page.run_steps(3);
    assert!(says(&page, "2 of 600") && contains(&page, &before.samples[1].file.display().to_string()));
    assert!(contains(&page, "left out by you"));
    key(&mut page, Key::ArrowRight, Modifiers::NONE);
    assert!(contains(&page, &before.samples[2].file.display().to_string()), "the list is as it was");
}

/// One in eight answers is wrong, that of every picture whose number leaves 3.
#[test]
fn the_next_mistake_is_a_key_away() {
    let (mut page, _) = Stage::new(Page::Data).with_data(600).with_run().harness(SIZE);
    page.run_steps(3);
    let at = tile(&page, 0, 0);
    double_click(&mut page, at);
    assert!(contains(&page, "the model says"));
    for wanted in ["4 of 600", "12 of 600", "20 of 600"] {
        key(&mut page, Key::E, Modifiers::NONE);
        assert!(says(&page, wanted), "{wanted}");
    }
    page.get_by_label("Next mistake").click();
    page.run_steps(3);
    assert!(says(&page, "28 of 600"));
    key(&mut page, Key::End, Modifiers::NONE);
    key(&mut page, Key::E, Modifiers::NONE);
    assert!(says(&page, "4 of 600"), "from the beginning again");
}

#[test]
fn without_a_run_there_is_no_mistake_to_go_to() {
    let (mut page, _) = data();
    let at = tile(&page, 0, 0);
    double_click(&mut page, at);
    assert!(!says(&page, "Next mistake") && !contains(&page, "Heat map"));
}

#[test]
fn the_wheel_enlarges_dragging_moves_and_a_double_click_fits() {
    let (mut page, _) = data();
    let at = tile(&page, 0, 0);
    double_click(&mut page, at);
    let scale = |page: &Harness<'_>| {
        let labels = page.query_all_by_label_contains("\u{a0}%").chain(page.query_all_by_label_contains(" %"));
        labels.chain(page.query_all_by_label_contains("%")).find_map(|node| {
            let node = egui_kittest::kittest::NodeT::accesskit_node(&node);
            let text = node.label().or_else(|| node.value())?;
            text.trim_end_matches(['%', '\u{a0}', ' ']).replace(['\u{a0}', ' ', '\u{202f}', ','], "").parse::<f64>().ok()
        })
    };
    let fits = scale(&page).expect("a scale");
    key(&mut page, Key::Plus, Modifiers::NONE);
    let larger = scale(&page).expect("a scale");
    assert!((larger / fits - 1.25).abs() < 0.02, "{fits} {larger}");
    key(&mut page, Key::Minus, Modifiers::NONE);
    let middle = page.get_by_role(Role::Image).rect().center();
    to(&mut page, middle);
    let wheel = |y: f32| Event::MouseWheel {
        unit: egui::MouseWheelUnit::Point,
        delta: vec2(0.0, y),
        phase: egui::TouchPhase::Move,
        source: egui::MouseWheelSource::Wheel,
        modifiers: Modifiers::NONE,
    };
    page.input_mut().events.push(wheel(200.0));
    page.run_steps(20);
    let wheeled = scale(&page).expect("a scale");
    assert!(wheeled > 1.5 * fits, "{fits} {wheeled}");
    double_click(&mut page, middle);
    page.run_steps(3);
    assert_eq!(scale(&page), Some(fits), "a double click fits");
}

#[test]
fn shift_marks_a_range_ctrl_single_ones_and_escape_none() {
    let (mut page, _) = data();
    let [first, sixth, other] = [(0, 0), (5, 0), (2, 2)].map(|(column, row)| tile(&page, column, row));
    click(&mut page, first, Modifiers::NONE);
    click(&mut page, sixth, Modifiers::SHIFT);
    page.run_steps(2);
    assert!(says(&page, "6\u{a0}pictures selected"));
    click(&mut page, other, Modifiers::COMMAND);
    page.run_steps(2);
    assert!(says(&page, "7\u{a0}pictures selected"));
    click(&mut page, sixth, Modifiers::COMMAND);
    page.run_steps(2);
    assert!(says(&page, "6\u{a0}pictures selected"));
    key(&mut page, Key::Escape, Modifiers::NONE);
    assert!(!contains(&page, "pictures selected"));
    key(&mut page, Key::A, Modifiers::COMMAND);
    assert!(says(&page, "600\u{a0}pictures selected"));
    page.get_by_label("Clear selection (Esc)").click();
    page.run_steps(2);
    assert!(!contains(&page, "pictures selected"));
}

#[test]
fn a_rectangle_marks_what_it_covers_and_all_are_relabeled_at_once() {
    let (mut page, stage) = data();
    let columns = grid(&page).0;
    let (from, end) = (tile(&page, 1, 0), tile(&page, 3, 1));
    to(&mut page, from);
    button(&mut page, from, PointerButton::Primary, Modifiers::NONE, &[true]);
    to(&mut page, from + (end - from) * 0.5);
    to(&mut page, end);
    button(&mut page, end, PointerButton::Primary, Modifiers::NONE, &[false]);
    page.run_steps(2);
    assert!(says(&page, "6\u{a0}pictures selected"));
    page.get_by_label("Change labels to…").click();
    page.run_steps(3);
    page.get_by_role_and_label(Role::MenuItem, "female").click();
    page.run_steps(3);
    let data = dataset(&stage);
    let places = [1, 2, 3, columns + 1, columns + 2, columns + 3];
    let files: Vec<PathBuf> = places.iter().map(|i| data.samples[*i].file.clone()).collect();
    let wanted = Action::Edit { files: files.clone(), change: Change::Relabel("female".to_owned()) };
    assert_eq!(stage.borrow().actions, [wanted]);
    page.get_by_label("Copy paths").click();
    page.run_steps(2);
    let lines: Vec<String> = files.iter().map(|file| file.display().to_string()).collect();
    assert_eq!(stage.borrow().actions[1], Action::CopyText(lines.join("\n")));
    page.get_by_label("Export list…").click();
    page.run_steps(2);
    let Some(Action::ExportList { columns: names, rows }) = stage.borrow().actions.last().cloned() else {
        panic!("{:?}", stage.borrow().actions)
    };
    assert_eq!(names, ["file", "label", "part", "age", "race"]);
    let first = &data.samples[1];
    assert_eq!(rows.len(), 6);
    assert_eq!(rows[0][..2], [Cell::text(lines[0].clone()), Cell::text(["female", "male"][usize::from(first.class)])]);
    // The second of five is of the training part.
    assert_eq!(rows[0][2], Cell::text("training"));
}

#[test]
fn the_right_button_has_a_menu_for_a_picture_and_for_those_that_are_marked() {
    let (mut page, stage) = data();
    let [first, third, other] = [(0, 0), (2, 0), (1, 2)].map(|(column, row)| tile(&page, column, row));
    let right = |page: &mut Harness<'_>, at: Pos2| {
        to(page, at);
        button(page, at, PointerButton::Secondary, Modifiers::NONE, &[true, false]);
        page.run_steps(3);
    };
    right(&mut page, third);
    page.get_by_role_and_label(Role::MenuItem, "Leave out").click();
    page.run_steps(3);
    let data = dataset(&stage);
    let leave = |files: &[usize]| {
        let files = files.iter().map(|i| data.samples[*i].file.clone()).collect();
        Action::Edit { files, change: Change::LeaveOut }
    };
    assert_eq!(stage.borrow().actions, [leave(&[2])]);
    click(&mut page, first, Modifiers::NONE);
    click(&mut page, third, Modifiers::SHIFT);
    right(&mut page, third);
    assert!(!says(&page, "Open the picture"), "not of several");
    page.get_by_role_and_label(Role::MenuItem, "Leave out").click();
    page.run_steps(3);
    assert_eq!(stage.borrow().actions[1..], [leave(&[0, 1, 2])]);
    right(&mut page, other);
    page.get_by_role_and_label(Role::MenuItem, "Open the picture").click();
    page.run_steps(3);
    assert!(contains(&page, " of 600"));
}

#[test]
fn pictures_are_found_by_name_counted_in_menus_and_ordered_by_age() {
    let (mut page, stage) = data();
    let data = dataset(&stage);
    let women = data.samples.iter().filter(|sample| sample.class == 0).count();
    page.get_by_label("both labels").click();
    page.run_steps(3);
    page.get_by_role_and_label(Role::MenuItem, "female").click();
    page.run_steps(3);
    assert!(says(&page, &format!("Wall of {women}\u{a0}faces")) && says(&page, &format!("{women}\u{a0}shown")));
    page.get_by_label("Clear filters").click();
    page.run_steps(3);
    assert!(says(&page, "Wall of 600\u{a0}faces"));
    let part = &data.samples[17].file.display().to_string().to_uppercase()[..12];
    let wanted = data.samples.iter().filter(|s| s.file.display().to_string().to_uppercase().contains(part)).count();
    page.get_by_label("Search by file name").focus();
    page.run_steps(1);
    page.get_by_label("Search by file name").type_text(part);
    page.run_steps(3);
    assert!(wanted > 0 && says(&page, &format!("Wall of {wanted}\u{a0}faces")));
    // One picture is one face.
    let one = data.samples[17].file.display().to_string();
    page.get_by_label("Search by file name").type_text(&one[12..]);
    page.run_steps(3);
    assert!(says(&page, "Wall of 1\u{a0}face") && says(&page, "1\u{a0}shown"));
    page.get_by_label("Search by file name").type_text("no such name");
    page.run_steps(3);
    page.get_by_label("Show all pictures").click();
    page.run_steps(3);
    page.get_by_label("by name").click();
    page.run_steps(3);
    page.get_by_role_and_label(Role::MenuItem, "oldest first").click();
    page.run_steps(3);
    let oldest = data.samples.iter().filter_map(|sample| sample.age).max().expect("ages");
    let at = tile(&page, 0, 0);
    double_click(&mut page, at);
    assert!(says(&page, "1 of 600") && contains(&page, &format!("{oldest}\u{a0}years")));
}

fn results() -> OnStage {
    let (mut page, stage) = Stage::new(Page::Results).with_data(400).with_run().harness([1280.0, 900.0]);
    page.run_steps(3);
    page.query_all_by_label_contains("labeled female, predicted male").next().expect("a cell").click();
    page.run_steps(3);
    (page, stage)
}

#[test]
fn judged_pictures_open_and_give_the_keyboard_back() {
    let (mut page, _) = results();
    let second = page.query_all_by_label_contains(": predicted male").nth(1).expect("two mistakes").rect().center();
    double_click(&mut page, second);
    assert!(contains(&page, "2 of ") && contains(&page, "the model says male"));
    key(&mut page, Key::ArrowLeft, Modifiers::NONE);
    assert!(contains(&page, "1 of "));
    key(&mut page, Key::Escape, Modifiers::NONE);
    assert!(contains(&page, "Back to the results"), "Escape closes the picture and not the page");
    let second = page.query_all_by_label_contains(": predicted male").nth(1).expect("two mistakes");
    assert!(second.is_focused());
    key(&mut page, Key::Enter, Modifiers::NONE);
    assert!(contains(&page, "2 of "), "Enter opens it");
}

#[test]
fn judged_pictures_are_marked_and_relabeled_together() {
    let (mut page, stage) = results();
    let tiles: Vec<Pos2> =
        page.query_all_by_label_contains(": predicted male").map(|node| node.rect().center()).take(3).collect();
    click(&mut page, tiles[0], Modifiers::COMMAND);
    click(&mut page, tiles[2], Modifiers::SHIFT);
    page.run_steps(2);
    assert!(says(&page, "3\u{a0}pictures selected"));
    page.get_by_label("Labels are correct").click();
    page.run_steps(2);
    let Some(Action::Edit { files, change: Change::Keep }) = stage.borrow().actions.last().cloned() else {
        panic!("{:?}", stage.borrow().actions)
    };
    assert_eq!(files.len(), 3);
    key(&mut page, Key::Escape, Modifiers::NONE);
    assert!(!contains(&page, "pictures selected") && contains(&page, "Back to the results"));
    key(&mut page, Key::Escape, Modifiers::NONE);
    assert!(!contains(&page, "Back to the results"));
}

/// A window with a worker on the pictures of a folder.
pub fn window(folder: &Folder) -> Harness<'static, App> {
    let session = Session { open: Some(folder.open().expect("a data set").into()), ..Session::default() };
    let preferences = Preferences { page: Page::Data, mode: Mode::Light, ..Preferences::default() };
    let home = folder.places().home;
    let build = move |cc: &mut eframe::CreationContext<'static>| {
        let mut app = App::offline(&cc.egui_ctx, session, preferences);
        app.employ(&cc.egui_ctx, &RunStore::at(home), Pace::default());
        app
    };
    let mut window = Harness::builder().with_size([1280.0, 900.0]).with_max_steps(60).build_eframe(build);
    window.run_steps(3);
    window
}

fn edits(window: &Harness<'_, App>) -> usize {
    window.state().session.open.as_ref().map_or(0, |open| open.edits().len())
}

#[test]
fn many_are_left_out_and_brought_back_in_one_step() {
    let folder = Folder::utkface(40);
    let mut window = window(&folder);
    let [first, fourth] = [(0, 0), (3, 0)].map(|(column, row)| tile(&window, column, row));
    click(&mut window, first, Modifiers::NONE);
    click(&mut window, fourth, Modifiers::SHIFT);
    window.run_steps(2);
    window.get_by_label("Leave them out").click();
    until(&mut window, "the edits", |window| edits(window) == 4);
    window.run_steps(3);
    assert!(says(&window, "Wall of 36\u{a0}faces") && !contains(&window, "pictures selected"));
    key(&mut window, Key::Z, Modifiers::COMMAND);
    until(&mut window, "the undoing", |window| edits(window) == 0);
    window.run_steps(3);
    assert!(says(&window, "Wall of 40\u{a0}faces"));
}

#[test]
fn the_file_is_read_a_picture_relabeled_by_a_key_and_that_undone() {
    let folder = Folder::utkface(40);
    let mut window = window(&folder);
    let at = tile(&window, 0, 0);
    double_click(&mut window, at);
    assert!(says(&window, "1 of 40"));
    let class = window.state().session.dataset().expect("a data set").samples[0].class;
    until(&mut window, "the file", |window| contains(window, "JPEG"));
    key(&mut window, if class == 0 { Key::M } else { Key::F }, Modifiers::NONE);
    until(&mut window, "the edit", |window| edits(window) == 1);
    window.run_steps(3);
    assert!(contains(&window, "relabeled by you") && says(&window, "1 of 40"), "the viewer stays");
    key(&mut window, Key::Z, Modifiers::COMMAND);
    until(&mut window, "the undoing", |window| edits(window) == 0);
    window.run_steps(3);
    assert!(!contains(&window, "relabeled by you") && says(&window, "1 of 40"));
    key(&mut window, Key::Escape, Modifiers::NONE);
    assert!(window.get_by_label("Wall of 40\u{a0}faces").is_focused());
}

/// A file that is gone is said over the small picture that is left of it.
#[test]
fn a_file_that_is_gone_is_said() {
    let folder = Folder::utkface(40);
    let mut window = window(&folder);
    let first = window.state().session.dataset().expect("a data set").samples[0].file.clone();
    std::fs::remove_file(folder.root().join(first)).expect("it was there");
    let at = tile(&window, 0, 0);
    double_click(&mut window, at);
    until(&mut window, "the failure", |window| contains(window, "not there") || contains(window, "found"));
}

/// The bar for what is marked, in windows of any size, with the longest words.
#[test]
fn the_bar_is_not_cut_off() {
    for lang in Lang::ALL {
        for (size, zoom) in [([1024.0, 700.0], 1.0), ([1280.0, 800.0], 1.5), ([1280.0, 800.0], 2.0)] {
            let view = View { zoom, ..View::new(lang, size) };
            let mut window = Scene::named("data").window(view);
            window.key_press_modifiers(Modifiers::COMMAND, Key::A);
            window.run_steps(4);
            assert!(contains(&window, if lang == Lang::En { "selected" } else { "sélectionnées" }), "{size:?} {zoom}");
            assert_eq!(layout::faults(&window), Vec::<String>::new(), "{lang:?} {size:?} {zoom}");
        }
    }
}
