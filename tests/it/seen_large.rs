//! The viewer from the faces of a training and from the photos of Predict, and a file that is shown in its folder.

use std::{
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
    thread,
};

use egui::{Key, Modifiers, PointerButton, Rect, accesskit::Role, vec2};
use egui_kittest::{
    Harness,
    kittest::{NodeT as _, Queryable as _},
};
use trombine::{
    data::sample::Part,
    problem::Problem,
    session::{Phase, ShownPhoto},
    text::Lang,
    ui::{Action, PhotosAction},
};

use crate::{
    nodes::places,
    page_pictures as made,
    picture_folder::Folder,
    predict_many,
    stage::{self, Stage},
    viewer::{button, click, contains, double_click, key, says, tile, to, window},
};

const SIZE: [f32; 2] = [1100.0, 900.0];

/// The faces of a training, in their order.
fn faces(page: &Harness<'_>) -> Vec<Rect> {
    page.query_all_by_label_contains("predicted ").map(|node| node.rect()).collect()
}

#[test]
fn a_face_of_the_training_opens_with_its_label_and_what_was_said() {
    let (mut page, stage) = made::during(Phase::Training).harness(SIZE);
    page.run_steps(3);
    let dataset = stage.borrow().session.dataset().cloned().expect("a data set");
    let followed = stage.borrow().session.training.as_ref().expect("it trains").faces.clone();
    let name = |class: u8| dataset.task.name(class.into(), Lang::En);
    let said = |at: usize| format!("the model says {}", name(followed[at].class));
    let label = |at: usize| name(dataset.samples[followed[at].sample as usize].class);
    let second = faces(&page)[1].center();
    // A double click opens it once, and does not enlarge what has opened.
    double_click(&mut page, second);
    assert!(says(&page, "2 of 6") && contains(&page, &said(1)) && says(&page, &label(1)));
    assert!(says(&page, "Label"), "what stands large is the label, not an answer");
    assert!(contains(&page, Part::Validation.name().get(Lang::En)) && !says(&page, "Pause"));
    assert!(page.get_by_label("Zoom out").accesskit_node().is_disabled(), "all of it is seen");
    key(&mut page, Key::ArrowRight, Modifiers::NONE);
    assert!(says(&page, "3 of 6") && contains(&page, &said(2)) && says(&page, &label(2)));
    // The next epoch has another answer about the same picture.
    let other = 1 - followed[2].class;
    stage.borrow_mut().session.training.as_mut().expect("it trains").faces[2].class = other;
    page.run_steps(2);
    assert!(contains(&page, &format!("the model says {}", name(other))));
    key(&mut page, Key::Escape, Modifiers::NONE);
    assert!(says(&page, "Pause") && !says(&page, "3 of 6"));
    let focused = page.query_all_by_label_contains("predicted ").position(|node| node.is_focused());
    assert_eq!(focused, Some(1), "the face that it was opened from has the keyboard");
    key(&mut page, Key::Enter, Modifiers::NONE);
    assert!(says(&page, "2 of 6"), "Enter opens it");
    let is_wrong = |at: &usize| name(if *at == 2 { other } else { followed[*at].class }) != label(*at);
    let wrong = (2..8).map(|at| at % 6).find(is_wrong).expect("a mistake");
    key(&mut page, Key::E, Modifiers::NONE);
    let place = format!("{} of 6", wrong + 1);
    assert!(says(&page, &place), "the next mistake is the {place}");
    stage.borrow_mut().session.training = None;
    page.run_steps(2);
    assert!(!says(&page, &place), "it is of a training that is there");
}

#[test]
fn a_photo_opens_with_its_answers_and_the_page_follows() {
    let (mut page, stage) = predict_many::several().harness(SIZE);
    page.run_steps(4);
    let photos: Vec<ShownPhoto> = stage.borrow().session.photos.clone();
    assert!(says(&page, "1 of 6"), "the strip");
    page.get_by_label("Open the picture (Enter)").click();
    page.run_steps(3);
    // One of the six cannot be read.
    assert!(says(&page, "1 of 5") && contains(&page, "holiday.jpg") && says(&page, "640 × 400"));
    assert!(says(&page, "Face 1") && says(&page, "Face 2") && contains(&page, &stage::caution().en));
    assert!(says(&page, "Heat map") && !contains(&page, "Ask the model"), "it was asked on the page");
    key(&mut page, Key::ArrowRight, Modifiers::NONE);
    assert!(says(&page, "2 of 5") && says(&page, "female, about 92%"));
    key(&mut page, Key::ArrowRight, Modifiers::NONE);
    let there: Vec<&ShownPhoto> = photos.iter().filter(|photo| photo.unread.is_none()).collect();
    assert!(says(&page, "3 of 5") && contains(&page, &there[2].name));
    key(&mut page, Key::Escape, Modifiers::NONE);
    assert!(says(&page, "4 of 6"), "the page is where the viewer was");
    // By a double click on the photo, all of which is seen.
    let photo = page.get_by_role_and_label(Role::Image, "garden.jpg").rect();
    double_click(&mut page, photo.left_top() + vec2(8.0, 8.0));
    assert!(says(&page, "3 of 5"));
    key(&mut page, Key::Escape, Modifiers::NONE);
}

#[test]
fn the_strip_and_the_list_of_answers_open_photos() {
    let (mut page, stage) = predict_many::several().harness([1100.0, 1400.0]);
    page.run_steps(4);
    let of_strip = |page: &Harness<'_>, name: &str| page.query_all_by_label_contains(name).next().expect("in the strip").rect();
    let anna = of_strip(&page, "photo 2 of 6, anna.jpg").center();
    // The strip may scroll below the pointer after the first click.
    double_click(&mut page, anna);
    assert!(says(&page, "2 of 5") && contains(&page, "anna.jpg"));
    key(&mut page, Key::Escape, Modifiers::NONE);
    assert!(says(&page, "2 of 6"));
    assert!(page.query_all_by_label_contains("photo 2 of 6, anna.jpg").any(|node| node.is_focused()));
    key(&mut page, Key::Enter, Modifiers::NONE);
    assert!(says(&page, "2 of 5"), "Enter on the strip");
    key(&mut page, Key::Escape, Modifiers::NONE);
    let unread = of_strip(&page, "notes.jpg").center();
    double_click(&mut page, unread);
    assert!(says(&page, "3 of 6") && !contains(&page, " of 5"), "what cannot be read does not open");
    // The list stands where it will stand, though this photo has no answer.
    let listed = page.query_all_by_label_contains("paul.jpg: male, about").next().expect("in the list").rect().center();
    double_click(&mut page, listed);
    assert!(says(&page, "4 of 5") && contains(&page, "paul.jpg"));
    // A photo that comes is shown at once.
    let mut newest = stage::photo(40);
    newest.name = "new.jpg".into();
    stage.borrow_mut().session.photos.push(newest);
    page.run_steps(3);
    assert!(says(&page, "7 of 7") && contains(&page, "new.jpg") && !contains(&page, " of 6"));
}

/// Whatever the window's height, in the strip and in the list of answers, also where the page had no answer to show before and
/// the list goes up or down with the first click.
#[test]
fn a_double_click_opens_a_photo_at_every_height() {
    let mut listed = 0;
    for height in [700.0, 800.0, 900.0, 1080.0] {
        for before in ["holiday.jpg", "notes.jpg", "sea.jpg"] {
            for (file, of_strip) in [("paul.jpg", false), ("anna.jpg", false), ("garden.jpg", false), ("garden.jpg", true)] {
                let (mut page, _) = starting_with(before).harness([1100.0, height]);
                page.run_steps(4);
                assert!(contains(&page, &format!("photo 1 of 6, {before}")) && says(&page, "1 of 6"));
                let seen = places(&page);
                let mut rows = page.query_all_by_role(Role::RadioButton).filter_map(|node| {
                    let name = node.accesskit_node().label()?;
                    let wanted = if of_strip { name.contains(&format!("of 6, {file}")) } else { name.starts_with(file) };
                    let at = node.rect().center();
                    let seen = seen.iter().any(|place| place.whole.center().distance(at) < 1.0 && place.seen.contains(at));
                    (wanted && seen).then_some(at)
                });
                // In a low window the strip alone says what was said of each; a row may be scrolled away.
                let at = rows.next();
                drop(rows);
                let Some(at) = at else { continue };
                listed += usize::from(!of_strip);
                double_click(&mut page, at);
                let opened = contains(&page, " of 5") && says(&page, file);
                assert!(opened, "{file} after {before} at {height}: {at:?}, strip: {of_strip}");
            }
        }
    }
    assert!(listed >= 6, "{listed} were in sight");
}

/// The page with six photos of which this one came first.
fn starting_with(name: &str) -> Stage {
    let mut stage = predict_many::several();
    let photos = &mut stage.session.photos;
    let first = photos.iter().position(|photo| photo.name == name).expect("a photo");
    photos[..=first].rotate_right(1);
    photos.iter_mut().enumerate().for_each(|(place, photo)| photo.follows = place > 0);
    stage
}

/// A second click soon after one on another photo is a click of its own.
#[test]
fn two_clicks_on_two_photos_open_none() {
    let (mut page, _) = predict_many::several().harness([1100.0, 1400.0]);
    page.run_steps(4);
    let row = |page: &Harness<'_>, name: &str| page.query_all_by_label_contains(name).next().expect("in the list").rect();
    let at = row(&page, "paul.jpg: male, about").center();
    click(&mut page, at, Modifiers::NONE);
    let at = row(&page, "anna.jpg: female, about").center();
    page.input_mut().events.push(egui::Event::PointerMoved(at));
    button(&mut page, at, PointerButton::Primary, Modifiers::NONE, &[true, false]);
    page.run_steps(2);
    assert!(says(&page, "2 of 6") && !contains(&page, " of 5"), "the second is shown");
}

#[test]
fn a_photo_that_is_looked_at_large_is_asked_for_as_sharp_as_it_is() {
    let mut stage = stage::predicting();
    stage.session.photos[0].scale = 6.0;
    let (mut page, stage) = stage.harness(SIZE);
    page.run_steps(1);
    page.get_by_label("Open the picture (Enter)").click();
    page.run_steps(3);
    key(&mut page, Key::Plus, Modifiers::NONE);
    key(&mut page, Key::Plus, Modifiers::NONE);
    let sharp = Action::Photos(PhotosAction::Look { photo: 1, sharp: true });
    assert_eq!(stage.borrow().actions.iter().filter(|action| **action == sharp).count(), 1, "{:?}", stage.borrow().actions);
    assert!(says(&page, "3840 × 2400"));
}

/// What was to be selected, and what was opened.
static ASKED: Mutex<[Vec<PathBuf>; 2]> = Mutex::new([Vec::new(), Vec::new()]);

fn note(which: usize, path: &Path) {
    ASKED.lock().unwrap_or_else(PoisonError::into_inner)[which].push(path.to_owned());
}

/// The file is selected in the file manager; where that cannot be, its folder opens, and where neither can, that is said.
#[test]
fn a_file_is_shown_in_its_folder_or_else_the_folder() {
    let fails: fn(&Path) -> Result<(), Problem> = |path| Err(Problem::io(path, &std::io::ErrorKind::NotFound.into()));
    let selects: fn(&Path) -> Result<(), Problem> = |path| {
        note(0, path);
        Ok(())
    };
    let opens: fn(&Path) -> Result<(), Problem> = |path| {
        note(1, path);
        Ok(())
    };
    let folder = Folder::utkface(40);
    let mut window = window(&folder);
    let first = folder.root().join(&window.state().session.dataset().expect("a data set").samples[0].file);
    let at = tile(&window, 0, 0);
    for (reveal, open, wanted) in [
        (selects, opens, [vec![first.clone()], vec![]]),
        (fails, opens, [vec![], vec![first.parent().expect("a folder").to_owned()]]),
        (fails, fails, [vec![], vec![]]),
    ] {
        *ASKED.lock().unwrap_or_else(PoisonError::into_inner) = Default::default();
        (window.state_mut().opener.reveal, window.state_mut().opener.open) = (reveal, open);
        to(&mut window, at);
        button(&mut window, at, PointerButton::Secondary, Modifiers::NONE, &[true, false]);
        window.run_steps(3);
        window.get_by_label("Show it in its folder").click();
        window.run_steps(2);
        let asked = || ASKED.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let told = |window: &Harness<'_, trombine::app::App>| window.state().session.failures.first().cloned();
        while asked().concat().is_empty() && told(&window).is_none() {
            window.step();
            thread::yield_now();
        }
        assert_eq!(asked(), wanted);
        let what = told(&window).map(|problem| (problem.what.en, problem.path));
        let said = ("The folder of this file cannot be shown".to_owned(), Some(first.clone()));
        assert_eq!(what, asked().concat().is_empty().then_some(said));
    }
}
