//! A path that is typed in the window: completion, what stands in the way, and that it opens what it names.

use std::fs;

use egui::{Key, Modifiers};
use egui_kittest::{Harness, kittest::Queryable as _};
use trombine::{
    app::{App, Preferences},
    session::Session,
    text::Lang,
    ui::{Action, page::Page},
};

use crate::pages::{opened, window};

const SIZE: [f32; 2] = [1280.0, 800.0];

/// Runs until `done`; what the disk says comes from another thread.
fn until(window: &mut Harness<'static, App>, what: &str, done: impl Fn(&Harness<'static, App>) -> bool) {
    let began = std::time::Instant::now();
    while !done(window) {
        assert!(began.elapsed().as_secs() < 60, "waited in vain for {what}");
        window.step();
    }
}

fn typing(lang: Lang, session: Session, page: Page) -> Harness<'static, App> {
    let mut window = window(session, Preferences { lang, page, type_paths: true, ..Preferences::default() }, SIZE);
    window.run();
    window
}

fn replace(window: &mut Harness<'static, App>, name: &str, text: &str) {
    window.key_press_modifiers(Modifiers::COMMAND, Key::A);
    window.step();
    window.get_by_label(name).type_text(text);
    window.step();
}

#[test]
fn a_typed_folder_is_completed_and_refused_in_words_until_it_is_one() {
    let home = tempfile::tempdir().expect("a folder");
    for folder in ["faces of mine", "faces of others", "Other"] {
        fs::create_dir(home.path().join(folder)).expect("a folder");
    }
    fs::write(home.path().join("faces.txt"), "").expect("a file");
    let at = |name: &str| home.path().join(name).display().to_string();
    for (lang, name, none, file, there) in [
        (Lang::En, "Path", "There is no such folder", "This is a file, not a folder", "This folder is there"),
        (Lang::Fr, "Chemin", "Ce dossier n’existe pas", "C’est un fichier, pas un dossier", "Ce dossier existe"),
    ] {
        let mut window = typing(lang, Session::default(), Page::Data);
        window.key_press_modifiers(Modifiers::COMMAND, Key::L);
        until(&mut window, "the field", |w| w.query_by_label(name).is_some());
        replace(&mut window, name, &at("nowhere"));
        until(&mut window, "nothing", |w| w.query_by_label(none).is_some());
        replace(&mut window, name, &at("faces.txt"));
        until(&mut window, "the file", |w| w.query_by_label(file).is_some());
        // Folders alone are offered, whatever their capitals, and Tab goes as far as they agree.
        replace(&mut window, name, &at("FAC"));
        until(&mut window, "the folders", |w| w.query_by_label("faces of mine").is_some());
        assert!(window.query_by_label("faces.txt").is_none() && window.query_by_label("Other").is_none());
        window.key_press(Key::Tab);
        until(&mut window, "both", |w| w.query_by_label("faces of others").is_some());
        window.key_press(Key::ArrowDown);
        window.step();
        window.key_press(Key::Enter);
        until(&mut window, "the folder", |w| w.query_by_label(there).is_some());
        window.key_press(Key::Escape);
        until(&mut window, "the end", |w| w.query_by_label(name).is_none());
    }
}

/// Where a dialog would open, the field opens: also for what is to be written.
#[test]
fn a_file_that_is_there_is_only_replaced_by_a_button_that_says_so() {
    let home = tempfile::tempdir().expect("a folder");
    let file = home.path().join("trombine.json");
    fs::write(&file, "mine").expect("a file");
    let mut window = typing(Lang::En, opened(60), Page::Data);
    window.state_mut().perform(&egui::Context::default(), Action::SaveSettings);
    until(&mut window, "the field", |w| w.query_by_label("Path").is_some());
    replace(&mut window, "Path", &home.path().join("missing").join("a.json").display().to_string());
    until(&mut window, "the refusal", |w| w.query_by_label("The folder of it is not there").is_some());
    replace(&mut window, "Path", &file.display().to_string());
    until(&mut window, "the warning", |w| w.query_by_label("This file is there and will be replaced").is_some());
    assert_eq!(fs::read_to_string(&file).expect("still there"), "mine");
    window.get_by_label("Replace").click();
    until(&mut window, "the settings", |_| fs::read_to_string(&file).is_ok_and(|text| text.contains("batch_size")));
    assert!(window.query_by_label("Path").is_none());
}
