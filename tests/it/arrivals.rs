//! What comes from outside the window: pasted pictures and paths, and files held over it and dropped.

use std::{path::Path, path::PathBuf, sync::Arc};

use egui::{ColorImage, DroppedFile, Event, HoveredFile};
use egui_kittest::{Harness, kittest::Queryable as _};
use trombine::{
    app::{App, Preferences},
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
    let session = Session { dataset: Some(dataset), run, ..Session::default() };
    let mut window = pages::window(session, Preferences { page, ..Preferences::default() }, [1280.0, 800.0]);
    window.run_steps(2);
    window
}

fn drop_file(window: &mut Harness<'_, App>, path: &Path) {
    window.input_mut().dropped_files.push(Arc::new(File(path.to_owned())));
    window.run_steps(2);
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
        window.run_steps(2);
        assert_eq!(window.state().page, Page::Predict, "{text}");
    }
    let mut results = window(Page::Results, true);
    results.input_mut().events.push(Event::Paste("just words, 100 %".to_owned()));
    results.run_steps(3);
    assert_eq!(results.state().page, Page::Results);
    assert!(results.query_by_label_contains("The clipboard holds neither a whole path").is_some());
    // A folder's path with a slip in it is no photo, for which a model would be missing.
    let mut data = window(Page::Data, false);
    data.input_mut().events.push(Event::Paste("/pictures/utkfase".to_owned()));
    data.run_steps(3);
    assert!(data.query_by_label_contains("Train a model first").is_none());
}

#[test]
fn a_dropped_photo_is_judged_from_any_page_but_augmented_on_its_own() {
    for page in Page::ALL {
        let mut window = window(page, true);
        drop_file(&mut window, Path::new("/pictures/photo.jpg"));
        let expected = if page == Page::Augmentation { Page::Augmentation } else { Page::Predict };
        assert_eq!(window.state().page, expected, "from {page:?}");
    }
    let mut window = window(Page::Data, false);
    drop_file(&mut window, Path::new("/pictures/photo.jpg"));
    window.run_steps(2);
    assert!(window.query_by_label_contains("Train a model first").is_some());
    assert_eq!(window.state().page, Page::Data);
}

#[test]
fn a_dropped_run_goes_among_the_runs() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("run.json"), "{}").expect("it can be written");
    let mut window = window(Page::Results, true);
    drop_file(&mut window, folder.path());
    assert_eq!(window.state().page, Page::Runs);
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
