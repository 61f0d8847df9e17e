//! The window, by the names that a screen reader hears, on a made-up session: no worker, no graphics driver.

use std::{
    path::PathBuf,
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use egui::accesskit::Role;
use egui_kittest::{Harness, kittest::Queryable as _};
use trombine::{
    app::{App, Preferences},
    data::{dataset::Dataset, pixels::Pixels, sample::Source, sample_faces},
    run::RunStatus,
    session::Session,
    text::Lang,
    ui::{Action, Dialog, Mode, glossary, page::Page, shortcut},
};

use crate::stage;

/// The first `count` sample faces.
pub fn faces(count: usize) -> Arc<Dataset> {
    let (pixels, samples): (Vec<_>, Vec<_>) = (0..count).map(sample_faces::draw).unzip();
    Arc::new(Dataset {
        source: Source::SampleFaces,
        task: ["female", "male"].into(),
        samples,
        skipped: Vec::new(),
        pixels: Pixels::new(pixels.concat()),
        ..Dataset::default()
    })
}

/// A session with sample faces open.
pub fn opened(count: usize) -> Session {
    Session { open: Some(faces(count).into()), ..Session::default() }
}

/// Draws until `done`: what the disk says comes from another thread.
pub fn until(window: &mut Harness<'_, App>, what: &str, done: impl Fn(&Harness<'_, App>) -> bool) {
    let end = Instant::now() + Duration::from_secs(60);
    while !done(window) {
        assert!(Instant::now() < end, "waited in vain for {what}");
        thread::yield_now();
        window.step();
    }
}

pub fn window<'a>(session: Session, preferences: Preferences, size: [f32; 2]) -> Harness<'a, App> {
    let theme = if preferences.mode == Mode::Dark { egui::Theme::Dark } else { egui::Theme::Light };
    let build = move |cc: &mut eframe::CreationContext<'a>| App::offline(&cc.egui_ctx, session, preferences);
    Harness::builder().with_theme(theme).with_size(size).with_max_steps(60).build_eframe(build)
}

pub fn on(page: Page) -> Preferences {
    Preferences { page, mode: Mode::Light, ..Preferences::default() }
}

#[test]
fn the_first_start_offers_two_ways() {
    let mut window = window(Session::default(), on(Page::Data), [1280.0, 800.0]);
    window.run();
    window.get_by_role_and_label(Role::Button, "Open UTKFace…");
    window.get_by_role_and_label(Role::Button, "Try the sample faces");
    window.get_by_label_contains("cannot tell anyone’s gender identity");
}

#[test]
fn locked_steps_say_why() {
    let mut window = window(Session::default(), on(Page::Data), [1280.0, 800.0]);
    window.run();
    window.get_by_role_and_label(Role::Tab, "Model, open data first");
    window.get_by_role_and_label(Role::Tab, "Results, train a model first").click();
    window.run();
    assert_eq!(window.state().page, Page::Data);
}

#[test]
fn every_page_draws_in_both_languages_at_every_size() {
    for lang in Lang::ALL {
        for size in [[1024.0, 700.0], [1920.0, 1080.0]] {
            let preferences = Preferences { lang, ..on(Page::Data) };
            let mut window = window(opened(60), preferences, size);
            for page in Page::ALL {
                window.state_mut().page = page;
                window.run_steps(3);
            }
        }
    }
}

#[test]
fn a_change_is_undone_and_made_again() {
    let mut window = window(opened(60), on(Page::Model), [1280.0, 900.0]);
    window.run();
    let before = window.state().settings.clone();
    window.get_by_role_and_label(Role::Switch, "Batch norm after conv").click();
    window.run();
    assert!(window.state().settings.model.batch_norm_conv);
    let command = egui::Modifiers::COMMAND;
    window.key_press_modifiers(command, egui::Key::Z);
    window.run();
    assert_eq!(window.state().settings, before);
    assert!(window.query_by_label("Undone: Batch norm after conv").is_some(), "it is said what was undone");
    window.key_press_modifiers(command | egui::Modifiers::SHIFT, egui::Key::Z);
    window.run();
    assert!(window.state().settings.model.batch_norm_conv);
}

#[test]
fn a_deletion_is_undone_by_the_same_keys() {
    let mut window = window(opened(60), on(Page::Runs), [1280.0, 900.0]);
    window.run();
    let ctx = window.ctx.clone();
    window.state_mut().perform(&ctx, Action::DeleteRun("2026-11-22-140211".to_owned()));
    window.run_steps(2);
    assert!(window.query_by_label("The run is in the trash").is_some());
    window.key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::Z);
    window.run_steps(3);
    assert!(window.query_by_label("Undone: the deletion of a run").is_some());
}

/// It stays where it is, which the worker says.
#[test]
fn a_run_that_is_being_trained_is_not_said_to_be_deleted() {
    let mut session = opened(60);
    let mut run = stage::run(&stage::faces(40)).info;
    run.status = RunStatus::Training;
    let id = run.id.clone();
    session.runs = vec![run];
    let mut window = window(session, on(Page::Runs), [1280.0, 900.0]);
    window.run_steps(2);
    let ctx = window.ctx.clone();
    window.state_mut().perform(&ctx, Action::DeleteRun(id));
    window.run_steps(2);
    assert!(window.query_by_label("The run is in the trash").is_none());
}

#[test]
fn what_is_remembered_comes_back() {
    let preferences = Preferences {
        lang: Lang::Fr,
        mode: Mode::Dark,
        page: Page::Runs,
        source: Some(Source::SampleFaces),
        settings: trombine::preset::Preset::Recommended.settings(),
        ..Preferences::default()
    };
    let home = tempfile::tempdir().expect("a folder");
    let home = home.path();
    assert_eq!(Preferences::load(home, None), None, "a first start");
    let before = serde_json::to_string(&preferences).expect("JSON");
    assert_eq!(Preferences::load(home, Some(before.clone())).as_ref(), Some(&preferences), "as versions before kept it");
    std::fs::write(Preferences::file(home), "(lang:en,page:Runs)").expect("written");
    assert_eq!(Preferences::load(home, None), None, "what cannot be read is a first start");
    std::fs::write(Preferences::file(home), before).expect("written");
    assert_eq!(Preferences::load(home, Some("{}".to_owned())), Some(preferences));
}

/// Everything that ends the program finds the last change on the disk, below the home that was asked for.
#[test]
fn a_changed_preference_is_written_at_once_and_by_itself() {
    let home = tempfile::tempdir().expect("a folder");
    let home = home.path().join("not there yet");
    let mut window = window(opened(60), on(Page::Runs), [1280.0, 900.0]);
    window.state_mut().keep_preferences(&home);
    window.run_steps(2);
    assert!(!home.exists(), "nothing has changed");
    let ctx = window.ctx.clone();
    window.state_mut().perform(&ctx, Action::Language(Lang::Fr));
    window.state_mut().settings.train.epochs = 7;
    window.run_steps(3);
    // Its thread writes while the window does nothing; how long that may take is up to the machine.
    let written = || Preferences::load(&home, None);
    let deadline = Instant::now() + Duration::from_secs(60);
    while written().is_none_or(|kept| kept.settings.train.epochs != 7) && Instant::now() < deadline {
        thread::yield_now();
    }
    let kept = written().expect("written");
    assert_eq!((kept.lang, kept.settings.train.epochs, kept.page), (Lang::Fr, 7, Page::Runs));
    // The last change before the end is written as well.
    window.state_mut().perform(&ctx, Action::Go(Page::Data));
    window.run_steps(2);
    drop(window);
    assert_eq!(written().expect("written").page, Page::Data);
}

#[test]
fn preferences_that_cannot_be_written_say_so_once() {
    let home = tempfile::tempdir().expect("a folder");
    let home = home.path().join("file");
    std::fs::write(&home, "in the way").expect("written");
    let mut window = window(opened(60), on(Page::Runs), [1280.0, 900.0]);
    window.state_mut().keep_preferences(&home);
    let ctx = window.ctx.clone();
    for page in [Page::Data, Page::Model, Page::Augmentation] {
        window.state_mut().perform(&ctx, Action::Go(page));
        window.run_steps(2);
    }
    let deadline = Instant::now() + Duration::from_secs(60);
    while window.state().session.failures.is_empty() && Instant::now() < deadline {
        window.step();
    }
    let failures = &window.state().session.failures;
    assert_eq!(failures.len(), 1, "{failures:?}");
    assert!(
        failures[0].what.en.contains("cannot be written") || failures[0].what.en.contains("could not be written"),
        "{}",
        failures[0]
    );
}

#[test]
fn the_palette_finds_commands_options_and_words() {
    let mut window = window(opened(60), Preferences { lang: Lang::Fr, ..on(Page::Data) }, [1280.0, 900.0]);
    window.run();
    window.key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::K);
    window.run();
    // The page may have a field of its own; the palette's has the keyboard.
    let look_up = |window: &mut Harness<'_, App>| {
        let field = window.query_all_by_role(Role::TextInput).find(egui_kittest::Node::is_focused).expect("the palette’s field");
        field.type_text("epoque");
    };
    look_up(&mut window);
    window.run();
    // Accents need not be typed; an option leads to its page, a word to the glossary.
    window.get_by_role_and_label(Role::MenuItem, "Époques au plus").click();
    window.run();
    assert_eq!(window.state().page, Page::Training);
    window.key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::K);
    window.run();
    look_up(&mut window);
    window.run();
    window.get_by_role_and_label(Role::MenuItem, "époque").click();
    window.run();
    window.get_by_label("Un passage sur toutes les images d’entraînement, ou plusieurs s’il y en a peu");
    window.key_press(egui::Key::Escape);
    window.run();
    assert!(window.query_by_label("Un passage sur toutes les images d’entraînement, ou plusieurs s’il y en a peu").is_none());
}

#[test]
fn every_word_of_the_glossary_is_found_where_it_occurs() {
    for lang in Lang::ALL {
        let names: Vec<_> = glossary::occurring(lang, "Dropout, L2 (ROC)", 9).iter().map(|term| term.name.get(lang)).collect();
        assert_eq!(names, ["dropout", "L2", "ROC"]);
        assert!(glossary::occurring(lang, "dropouts xL2", 9).is_empty(), "whole words alone");
    }
    let sorted = glossary::sorted(Lang::Fr);
    let place = |name: &str| sorted.iter().position(|term| term.name.fr == name).expect("a word");
    assert!(place("échauffement") < place("époque") && place("époque") < place("F1"), "É stands with E");
}

#[test]
fn a_network_that_cannot_be_built_is_explained() {
    let mut window = window(opened(60), on(Page::Model), [1280.0, 900.0]);
    window.state_mut().settings.augment.crop = 64;
    window.state_mut().settings.model.filters = vec![16; 6];
    window.state_mut().settings.model.padding = trombine::model::Padding::Valid;
    window.run();
    assert!(window.query_all_by_label_contains("too small to halve").count() > 0);
}

#[test]
fn keys_open_pages_and_dialogs() {
    let mut window = window(opened(60), on(Page::Data), [1280.0, 800.0]);
    window.run();
    window.key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::Num3);
    window.run();
    assert_eq!(window.state().page, Page::Model);
    window.key_press(egui::Key::F1);
    window.run();
    window.get_by_label("First steps");
    window.key_press(egui::Key::Escape);
    window.run();
    assert!(window.query_by_label("First steps").is_none());
    window.key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::Comma);
    window.run();
    window.get_by_role_and_label(Role::RadioButton, "Français").click();
    window.run();
    assert_eq!(window.state().preferences.lang, Lang::Fr);
    window.get_by_role_and_label(Role::Tab, "Préférences");
}

/// From each language every other can be reached, by its own words.
#[test]
fn every_other_language_is_offered() {
    for lang in Lang::ALL {
        let mut window = window(Session::default(), Preferences { lang, ..on(Page::Data) }, [1280.0, 800.0]);
        let commands = window.state_mut().commands().into_iter();
        let offered: Vec<_> = commands.filter(|command| matches!(command.action, Action::Language(_))).collect();
        let others: Vec<_> = Lang::ALL.into_iter().filter(|other| *other != lang).collect();
        assert_eq!(
            offered.iter().map(|o| o.action.clone()).collect::<Vec<_>>(),
            others.iter().map(|o| Action::Language(*o)).collect::<Vec<_>>()
        );
        assert_eq!(
            offered.iter().map(|o| o.name.get(lang)).collect::<Vec<_>>(),
            others.iter().map(|o| o.offer().get(*o)).collect::<Vec<_>>()
        );
    }
}

/// A key is called the same wherever it is named.
#[test]
fn keys_are_named_in_the_language_of_the_window() {
    for (keys, french) in [("Esc", "Échap"), ("Space", "Espace"), ("Shift", "Maj"), ("Enter", "Entrée"), ("Delete", "Suppr")] {
        assert_eq!([Lang::En, Lang::Fr].map(|lang| shortcut::keys(keys, lang)), [keys, french]);
    }
}

/// Writes a picture of every page to the folder that `TROMBINE_PICTURES` names, in both languages and modes.
#[test]
fn pictures_of_every_page() {
    let Some(folder) = std::env::var_os("TROMBINE_PICTURES").map(PathBuf::from) else {
        println!("no pictures: TROMBINE_PICTURES names no folder");
        return;
    };
    let wanted = std::env::var("TROMBINE_PAGES").unwrap_or_default();
    let wants = |name: &str| wanted.is_empty() || wanted.split(',').any(|w| name.starts_with(w));
    for (lang, mode, size) in [
        (Lang::En, Mode::Light, [1280.0, 800.0]),
        (Lang::Fr, Mode::Dark, [1280.0, 800.0]),
        (Lang::Fr, Mode::Light, [1024.0, 700.0]),
        (Lang::En, Mode::Dark, [1920.0, 1080.0]),
    ] {
        let ending = format!("{}-{}-{}", format!("{lang:?}").to_lowercase(), format!("{mode:?}").to_lowercase(), size[0]);
        let preferences = || Preferences { lang, mode, ..on(Page::Data) };
        let picture = |window: &mut Harness<'_, App>, name: &str| {
            window.run_steps(12);
            let picture = window.render().expect("a renderer");
            picture.save(folder.join(format!("{name}-{ending}.png"))).expect("a folder that can be written");
        };
        if wants("first") {
            picture(&mut window(Session::default(), preferences(), size), "first");
        }
        let mut window = window(opened(600), preferences(), size);
        for page in Page::ALL {
            let name = format!("{page:?}").to_lowercase();
            if wants(&name) {
                window.state_mut().page = page;
                picture(&mut window, &name);
            }
        }
        for dialog in Dialog::ALL {
            let name = format!("dialog-{dialog:?}").to_lowercase();
            if wants(&name) {
                window.state_mut().dialog = Some(dialog);
                picture(&mut window, &name);
            }
        }
        window.state_mut().dialog = None;
        window.state_mut().page = Page::Model;
        window.run_steps(4);
        let dropout = if lang == Lang::En { "What is “Dropout”?" } else { "Qu’est-ce que «\u{a0}Dropout\u{a0}»\u{a0}?" };
        for (name, label) in [("menu", "Menu"), ("explained", dropout)] {
            if wants(name) {
                window.get_by_label(label).click();
                picture(&mut window, name);
                window.key_press(egui::Key::Escape);
                window.run_steps(4);
            }
        }
    }
}
