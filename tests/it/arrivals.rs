//! What comes from outside the window: pasted pictures and paths, and files held over it and dropped.

use std::{path::Path, path::PathBuf, sync::Arc};

use egui::{ColorImage, DroppedFile, Event, HoveredFile};
use egui_kittest::{Harness, kittest::Queryable as _};
use trombine::{
    app::{App, Pace, Preferences},
    run::RunStore,
    session::Session,
    ui::page::Page,
};

use crate::{pages, stage};

#[derive(Debug)]
struct File(PathBuf);

impl DroppedFile for File {
    fn path(&self) -> &Path {
        &self.0
    }

    fn bytes(&self) -> Result<Vec<u8>, String> {
        Err("nobody asks for them".to_owned())
    }
}

/// The window on `page`, with a judged run or without.
fn window(page: Page, run: bool) -> Harness<'static, App> {
    let dataset = stage::faces(40);
    let run = run.then(|| Arc::new(stage::run(&dataset)));
    let session = Session { open: Some(dataset.into()), run, ..Session::default() };
    let mut window = pages::window(session, Preferences { page, ..Preferences::default() }, [1280.0, 800.0]);
    window.run_steps(2);
    window
}

/// Drops a file on the window.
pub fn drop_file(window: &mut Harness<'_, App>, path: &Path) {
    window.input_mut().dropped_files.push(Arc::new(File(path.to_owned())));
    window.step();
}

/// Draws until `page` is shown: what lies at a path is looked up beside the window.
fn until_on(window: &mut Harness<'_, App>, page: Page) {
    pages::until(window, &format!("{page:?}"), |window| window.state().page == page);
}

#[test]
fn a_pasted_picture_goes_to_the_page_that_judges_it() {
    let picture = || Event::PasteImage(Arc::new(ColorImage::filled([40, 30], egui::Color32::GRAY)));
    for page in Page::ALL {
        let mut window = window(page, true);
        window.input_mut().events.push(picture());
        window.run_steps(2);
        assert_eq!(window.state().page, Page::Predict);
        let mut window = self::window(page, false);
        window.input_mut().events.push(picture());
        window.run_steps(3);
        assert!(window.query_by_label_contains("Train a model first").is_some(), "from {page:?}");
    }
}

#[test]
fn pasted_paths_are_opened_as_file_managers_write_them() {
    for text in [
        "/pictures/my photo.jpg",
        "\"/pictures/a.png\"",
        "file:///pictures/my%20photo.jpg",
        "copy\nfile:///pictures/%C3%A9t%C3%A9.jpg\n",
    ] {
        let mut window = window(Page::Results, true);
        window.input_mut().events.push(Event::Paste(text.to_owned()));
        until_on(&mut window, Page::Predict);
    }
    let mut results = window(Page::Results, true);
    results.input_mut().events.push(Event::Paste("just words, 100 %".to_owned()));
    results.run_steps(3);
    assert_eq!(results.state().page, Page::Results);
    assert!(results.query_by_label_contains("The clipboard holds neither a whole path").is_some());
    // A folder's path with a slip in it is no photo, for which a model would be missing.
    let home = tempfile::tempdir().expect("a folder");
    let mut data = window(Page::Data, false);
    let ctx = data.ctx.clone();
    data.state_mut().employ(&ctx, &RunStore::at(home.path()), Pace::of(None));
    data.input_mut().events.push(Event::Paste("/pictures/utkfase".to_owned()));
    pages::until(&mut data, "what opening it says", |w| !w.state().session.failures.is_empty());
    assert!(data.query_by_label_contains("Train a model first").is_none());
}

#[test]
fn a_dropped_photo_is_judged_from_any_page_but_augmented_on_its_own() {
    for page in Page::ALL {
        let mut window = window(page, true);
        drop_file(&mut window, Path::new("/pictures/photo.jpg"));
        let expected = if page == Page::Augmentation { Page::Augmentation } else { Page::Predict };
        if page == Page::Augmentation {
            // Its own picture, which is not there.
            pages::until(&mut window, "what reading it says", |w| !w.state().session.failures.is_empty());
        }
        until_on(&mut window, expected);
    }
    let mut window = window(Page::Data, false);
    drop_file(&mut window, Path::new("/pictures/photo.jpg"));
    pages::until(&mut window, "what is missing", |w| w.query_by_label_contains("Train a model first").is_some());
    assert_eq!(window.state().page, Page::Data);
}

#[test]
fn dropped_settings_are_taken_whatever_the_case_of_their_ending() {
    let folder = tempfile::tempdir().expect("a folder");
    for name in ["settings.json", "SETTINGS.JSON", "settings.Txt"] {
        let path = folder.path().join(name);
        std::fs::write(&path, "train.epochs=7").expect("it can be written");
        let mut window = window(Page::Model, true);
        drop_file(&mut window, &path);
        pages::until(&mut window, name, |window| window.state().settings.train.epochs == 7);
        assert_eq!(window.state().page, Page::Model, "it is no photo");
    }
}

#[test]
fn a_dropped_run_goes_among_the_runs() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("run.json"), "{}").expect("it can be written");
    let mut window = window(Page::Results, true);
    drop_file(&mut window, folder.path());
    until_on(&mut window, Page::Runs);
}

/// The overlay is painted over everything: while a file is held over the window, the picture is another one.
#[test]
fn files_held_over_the_window_do_not_stop_it() {
    for (page, run) in [(Page::Data, false), (Page::Augmentation, true), (Page::Predict, true)] {
        let mut window = window(page, run);
        let shapes = |window: &Harness<'_, App>| window.output().shapes.len();
        let before = shapes(&window);
        window.input_mut().hovered_files.push(HoveredFile { path: Some("/pictures/photo.jpg".into()), ..HoveredFile::default() });
        window.step();
        assert!(shapes(&window) > before, "the overlay on {page:?}");
    }
}

/// What lies at a path is looked up beside the window, which says what a name suggests until it is known.
#[test]
fn a_run_that_is_held_over_the_window_is_recognized() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("run.json"), "{}").expect("it can be written");
    let mut window = window(Page::Data, false);
    let says = |window: &Harness<'_, App>, text: &str| {
        let shown = |shape: &egui::epaint::ClippedShape| match &shape.shape {
            egui::Shape::Text(shape) => shape.galley.text().contains(text),
            _ => false,
        };
        window.output().shapes.iter().any(shown)
    };
    let hold = |window: &mut Harness<'_, App>| {
        let path = Some(folder.path().to_owned());
        window.input_mut().hovered_files = vec![HoveredFile { path, ..HoveredFile::default() }];
        window.step();
    };
    hold(&mut window);
    assert!(says(&window, "Drop the"), "something at once");
    pages::until(&mut window, "the run", |window| says(window, "Drop the run"));
    window.input_mut().hovered_files.clear();
    window.step();
    assert!(!says(&window, "Drop the"), "nothing is held any more");
}
