//! A path that is typed in the window: completion, what stands in the way, and that it opens what it names.

use std::{fs, sync::Arc};

use egui::{Key, Modifiers};
use egui_kittest::{Harness, kittest::Queryable as _};
use trombine::{
    app::{App, Preferences},
    data::sample::{Framing, Source},
    session::Session,
    text::Lang,
    ui::{Action, page::Page},
};

use crate::{
    pages::{opened, until, window},
    picture_folder::Folder,
    stage,
};

const SIZE: [f32; 2] = [1280.0, 800.0];

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
        (Lang::En, "Path", "There is no such folder", "This is a file, not a folder", "This folder exists"),
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
    until(&mut window, "the refusal", |w| w.query_by_label("Its folder does not exist").is_some());
    replace(&mut window, "Path", &file.display().to_string());
    until(&mut window, "the warning", |w| w.query_by_label("This file exists and will be replaced").is_some());
    assert_eq!(fs::read_to_string(&file).expect("still there"), "mine");
    window.get_by_label("Replace").click();
    until(&mut window, "the settings", |_| fs::read_to_string(&file).is_ok_and(|text| text.contains("batch_size")));
    until(&mut window, "the end", |w| w.query_by_label("Path").is_none());
}

/// Moved pictures are not far from where they were, as a rule.
#[test]
fn what_was_moved_is_sought_from_the_nearest_folder_that_is_left() {
    let home = tempfile::tempdir().expect("a folder");
    fs::create_dir(home.path().join("found again")).expect("a folder");
    let gone = home.path().join("disk").join("faces");
    let mut session = opened(40);
    let mut run = stage::run(&stage::faces(40)).info;
    run.source = Source::Folder(gone.clone());
    let id = run.id.clone();
    session.runs = vec![run];
    let mut window = typing(Lang::En, session, Page::Data);
    for action in [Action::LocatePictures(id), Action::FindFolder(gone)] {
        window.state_mut().perform(&egui::Context::default(), action);
        until(&mut window, "what lies there", |w| w.query_by_label("found again").is_some());
        window.key_press(Key::Escape);
        until(&mut window, "the end", |w| w.query_by_label("Path").is_none());
    }
}

#[test]
fn a_table_that_is_there_is_not_said_to_be_replaced() {
    let home = tempfile::tempdir().expect("a folder");
    let table = home.path().join("table.csv");
    fs::write(&table, "name,label").expect("a file");
    let run = stage::run(&stage::faces(40)).info.id;
    let mut window = typing(Lang::En, opened(40), Page::Predict);
    window.state_mut().perform(&egui::Context::default(), Action::PredictFolder { run, framing: Framing::Whole });
    until(&mut window, "the field", |w| w.query_by_label("A folder of pictures to predict").is_some());
    replace(&mut window, "Path", &home.path().display().to_string());
    until(&mut window, "the folder", |w| w.query_by_label("This folder exists").is_some());
    window.get_by_label("Open").click();
    until(&mut window, "the second field", |w| w.query_by_label_contains("Write the table to").is_some());
    replace(&mut window, "Path", &table.display().to_string());
    until(&mut window, "what will happen", |w| w.query_by_label_contains("if it is this table, it is resumed").is_some());
    assert!(window.query_by_label("Replace").is_none() && window.query_by_label("Take this file").is_some());
}

/// The list of recent folders shows a folder where it is now.
#[test]
fn a_folder_that_was_found_again_is_recent_in_its_new_place() {
    let home = tempfile::tempdir().expect("a folder");
    let [gone, now, other] = ["gone", "now", "other"].map(|name| home.path().join(name));
    for there in [&now, &other] {
        fs::create_dir(there).expect("a folder");
    }
    let source = Some(Source::Folder(gone.clone()));
    let recent = vec![other.clone(), gone.clone(), now.clone()];
    let preferences = Preferences { recent, source, ..Preferences::default() };
    let mut window = window(Session::default(), preferences, SIZE);
    window.run();
    // Of one that is still there nothing has moved.
    window.state_mut().session.moved = vec![(other.clone(), now.clone()), (gone, now.clone())];
    until(&mut window, "its new place", |w| w.state().preferences.recent.len() == 2);
    let preferences = &window.state().preferences;
    assert_eq!(preferences.recent, [other, now.clone()]);
    assert_eq!(preferences.source, Some(Source::Folder(now)));
    assert!(window.query_by_label_contains("The folder moved").is_none());
}

/// A folder of pictures is only read: not even a list or the settings are written there.
#[test]
fn lists_and_settings_are_refused_among_pictures() {
    let folder = Folder::utkface(20);
    let dataset = Arc::new(folder.open().expect("it can be opened"));
    let list = Action::ExportList { columns: vec!["file"], rows: Vec::new() };
    for (action, file) in [(Action::SaveSettings, "trombine.json"), (list, "pictures.csv")] {
        let session = Session { open: Some(dataset.clone().into()), ..Session::default() };
        let mut window = typing(Lang::En, session, Page::Data);
        window.state_mut().perform(&egui::Context::default(), action);
        until(&mut window, "the field", |w| w.query_by_label("Path").is_some());
        let path = folder.root().join(file);
        replace(&mut window, "Path", &path.display().to_string());
        until(&mut window, "the place", |w| w.query_by_label("A new file will be written").is_some());
        window.get_by_label("Save here").click();
        until(&mut window, "the refusal", |w| !w.state().session.failures.is_empty());
        let why = &window.state().session.failures[0].what.en;
        assert!(why.contains("lies in the folder of the pictures") && !path.exists(), "{why}");
    }
}
