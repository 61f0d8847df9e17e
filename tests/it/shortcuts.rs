//! Keys: what menu, palette and help show is what they do, and whatever a key does is shown.

use std::{collections::BTreeSet, sync::Arc};

use egui::{Event, Key, KeyboardShortcut, Modifiers};
use egui_kittest::{
    Harness,
    kittest::{NodeT as _, Queryable as _},
};
use trombine::{
    app::{App, Preferences},
    session::Session,
    text::Lang,
    ui::{
        Action, Dialog,
        command::{self, CommandGroup, PaletteCommand},
        page::Page,
        shortcut,
    },
};

use crate::{
    nodes::{Text, texts},
    pages, stage,
};

/// A window on `page` in which everything can be done: pictures and a run are there, something can be undone and something
/// made again, and a path is asked for in the window itself.
fn window(page: Page) -> Harness<'static, App> {
    let dataset = stage::faces(40);
    let run = Some(Arc::new(stage::run(&dataset)));
    let session = Session { open: Some(dataset.into()), run, ..Session::default() };
    let preferences = Preferences { page, type_paths: true, ..Preferences::default() };
    let mut window = pages::window(session, preferences, [1280.0, 800.0]);
    window.run();
    for crop in [100, 104] {
        window.state_mut().settings.augment.crop = crop;
        window.run();
    }
    perform(&mut window, Action::Undo);
    window.run();
    window
}

fn perform(window: &mut Harness<'_, App>, action: Action) {
    let ctx = window.ctx.clone();
    window.state_mut().perform(&ctx, action);
}

fn press(window: &mut Harness<'_, App>, keys: KeyboardShortcut) {
    let KeyboardShortcut { modifiers, logical_key: key } = keys;
    let event = |pressed| Event::Key { key, physical_key: None, pressed, repeat: false, modifiers };
    let held = |modifiers| Event::ModifiersChanged(modifiers);
    window.input_mut().events.extend([held(modifiers), event(true), event(false)]);
    window.step();
    window.input_mut().events.push(held(Modifiers::NONE));
}

fn labels(window: &Harness<'_, App>) -> Vec<String> {
    window.root().children_recursive().filter_map(|node| node.accesskit_node().label()).collect()
}

/// What the window asked of the system in its last frame.
fn asked(window: &Harness<'_, App>) -> Vec<String> {
    let outputs = window.output().viewport_output.values();
    let commands = outputs.flat_map(|viewport| &viewport.commands).map(|command| format!("{command:?}"));
    commands.filter(|command| command == "Close" || command == "RequestPaste").collect()
}

/// What `act` makes of a window: page, dialog, draft, what was asked of the system, and the first words that are new on
/// the screen.
fn outcome(page: Page, act: impl FnOnce(&mut Harness<'_, App>)) -> String {
    let mut window = window(page);
    let before: BTreeSet<String> = labels(&window).into_iter().collect();
    act(&mut window);
    let mut asked_for = asked(&window);
    for _ in 0..3 {
        window.step();
        asked_for.extend(asked(&window));
    }
    asked_for.dedup();
    let new = labels(&window).into_iter().find(|label| !before.contains(label));
    let app = window.state();
    format!("{:?} {:?} {} {asked_for:?} {new:?}", app.page, app.dialog, app.settings.text())
}

fn commands() -> Vec<PaletteCommand> {
    window(Page::Runs).state_mut().commands()
}

#[test]
fn every_shortcut_does_what_its_command_does() {
    for command in commands().into_iter().filter(|command| !command.keys.is_empty()) {
        let page = if command.action == Action::Go(Page::Runs) { Page::Data } else { Page::Runs };
        let wanted = outcome(page, |window| perform(window, command.action.clone()));
        assert_ne!(wanted, outcome(page, |_| {}), "{} does nothing", command.name.en);
        for keys in command.keys {
            assert_eq!(outcome(page, |window| press(window, keys)), wanted, "{keys:?} for {}", command.name.en);
        }
    }
}

/// Any key with Ctrl that is no command's does nothing; so nothing can be done by a key that is not shown.
#[test]
fn every_key_that_does_something_is_shown() {
    let shown: Vec<KeyboardShortcut> = commands().into_iter().flat_map(|command| command.keys).collect();
    let mut window = window(Page::Runs);
    // Those that change the size of everything are egui's, and the keys of controls are tried below.
    let others = [Key::Plus, Key::Equals, Key::Minus, Key::Num0, Key::Tab];
    let function = |key| (Key::F1..=Key::F12).contains(&key);
    for key in Key::ALL.iter().copied().filter(|key| !others.contains(key)) {
        for modifiers in [Modifiers::NONE, Modifiers::COMMAND, Modifiers::COMMAND | Modifiers::SHIFT] {
            let taken = |keys: &KeyboardShortcut| keys.logical_key == key && modifiers.matches_logically(keys.modifiers);
            if shown.iter().any(taken) || modifiers == Modifiers::NONE && !function(key) {
                continue;
            }
            let known: BTreeSet<String> = labels(&window).into_iter().collect();
            let before = window.state().settings.clone();
            press(&mut window, KeyboardShortcut::new(modifiers, key));
            let asked = asked(&window);
            window.step();
            let app = window.state();
            assert_eq!((app.page, app.dialog, asked.len()), (Page::Runs, None, 0), "{modifiers:?} {key:?}");
            assert_eq!(app.settings, before, "{modifiers:?} {key:?}");
            let new: Vec<String> = labels(&window).into_iter().filter(|label| !known.contains(label)).collect();
            assert!(new.is_empty(), "{modifiers:?} {key:?} brings {new:?}");
        }
    }
}

#[test]
fn no_key_stands_for_two_commands() {
    let mut seen = BTreeSet::new();
    for keys in commands().into_iter().flat_map(|command| command.keys) {
        assert!(seen.insert(shortcut::written(&keys, Lang::En)), "{keys:?}");
    }
    let texts = ["Ctrl O", "Ctrl Shift Z", "Ctrl ,", "F1", "Ctrl 7"];
    assert!(texts.iter().all(|text| seen.contains(*text)), "{seen:?}");
    let redo = KeyboardShortcut::new(Modifiers::COMMAND | Modifiers::SHIFT, Key::Z);
    assert_eq!(shortcut::written(&redo, Lang::Fr), "Ctrl Maj Z");
}

/// How many commands' keys stand beside their names on the screen.
fn keys_beside_names(window: &Harness<'_, App>) -> usize {
    let texts = texts(window);
    let shows = |command: &PaletteCommand| {
        texts.iter().filter(|text| text.text == command.name.en).any(|name| {
            let line = |text: &&Text| (text.rect.center().y - name.rect.center().y).abs() < 8.0;
            let beside: Vec<&str> = texts.iter().filter(line).map(|text| text.text.as_str()).collect();
            let shown = |keys: &KeyboardShortcut| {
                let keys = shortcut::written(keys, Lang::En);
                beside.contains(&keys.as_str()) || keys.split(' ').all(|key| beside.contains(&key))
            };
            command.keys.iter().any(shown)
        })
    };
    commands().iter().filter(|command| shows(command)).count()
}

#[test]
fn menu_palette_and_help_show_the_keys_of_every_command() {
    for (dialog, least) in [(Dialog::Palette, 6), (Dialog::Keys, 10)] {
        let mut window = window(Page::Data);
        perform(&mut window, Action::Show(dialog));
        window.run();
        let count = keys_beside_names(&window);
        assert!(count >= least, "{dialog:?}: {count}");
    }
    let mut menu = window(Page::Data);
    menu.get_by_label("Menu").click();
    menu.run();
    let texts: Vec<String> = texts(&menu).into_iter().map(|text| text.text).collect();
    let listed = [CommandGroup::File, CommandGroup::Edit, CommandGroup::Help];
    for command in commands().into_iter().filter(|command| listed.contains(&command.group)) {
        assert!(texts.iter().any(|text| text == command.name.en), "the menu lacks {}", command.name.en);
        assert!(command.keys.is_empty() || texts.contains(&command.shortcut(Lang::En)), "{}", command.name.en);
    }
}

/// Keys of the help that belong to no command.
#[test]
fn the_keys_of_controls_do_what_help_says() {
    let mut window = window(Page::Model);
    let focused = |window: &Harness<'_, App>| window.ctx.memory(egui::Memory::focused);
    press(&mut window, KeyboardShortcut::new(Modifiers::NONE, Key::Tab));
    window.run();
    let first = focused(&window).expect("Tab gives the keyboard to a control");
    press(&mut window, KeyboardShortcut::new(Modifiers::NONE, Key::Tab));
    window.run();
    assert_ne!(focused(&window), Some(first));
    press(&mut window, KeyboardShortcut::new(Modifiers::SHIFT, Key::Tab));
    window.run();
    assert_eq!(focused(&window), Some(first));
    perform(&mut window, Action::Show(Dialog::Help));
    window.run();
    press(&mut window, KeyboardShortcut::new(Modifiers::NONE, Key::Escape));
    window.run();
    assert_eq!(window.state().dialog, None);
    for (key, larger) in [(Key::Plus, true), (Key::Minus, false)] {
        let before = window.ctx.zoom_factor();
        press(&mut window, KeyboardShortcut::new(Modifiers::COMMAND, key));
        window.run();
        assert_eq!(window.ctx.zoom_factor() > before, larger);
        assert_ne!(window.ctx.zoom_factor(), before);
    }
    press(&mut window, KeyboardShortcut::new(Modifiers::COMMAND, Key::Plus));
    press(&mut window, KeyboardShortcut::new(Modifiers::COMMAND, Key::Num0));
    window.run();
    assert_eq!(window.ctx.zoom_factor(), 1.0);
    let told = ["Tab", "Space", "← → ↑ ↓", "Enter", "Ctrl A", "Ctrl F", "Esc", "Ctrl + −", "Ctrl 0"];
    assert_eq!(
        command::CONTROL_KEYS.map(|(keys, _)| keys),
        told,
        "each is tried here, in access.rs, viewer.rs, settings_groups.rs or dead_controls.rs"
    );
}

/// The README names keys as the window does.
#[test]
fn the_readme_names_keys_that_there_are() {
    let written: Vec<String> =
        commands().into_iter().flat_map(|command| command.keys).map(|keys| shortcut::written(&keys, Lang::En)).collect();
    let readme = include_str!("../../README.md");
    let named: Vec<String> = readme
        .match_indices("Ctrl ")
        .map(|(at, _)| readme[at..].split_whitespace().take(2).collect::<Vec<_>>().join(" "))
        .collect();
    assert!(!named.is_empty());
    for keys in named {
        let keys = keys.trim_end_matches([',', '.', ';', ')']);
        assert!(written.iter().any(|known| known == keys), "{keys}");
    }
}

/// Where there is nothing to paste, that is said, however it was asked for.
#[test]
fn pasting_an_empty_clipboard_is_answered() {
    const EMPTY: &str = "The clipboard is empty: copy a photo, a path or settings first";
    let says = |window: &Harness<'_, App>| window.query_by_label(EMPTY).is_some();
    let released = |modifiers| Event::Key { key: Key::V, physical_key: None, pressed: false, repeat: false, modifiers };
    let mut button = window(Page::Data);
    perform(&mut button, Action::Paste);
    button.run_steps(6);
    assert!(says(&button));
    // Of Ctrl V with an empty clipboard, egui tells only that it is let go.
    let mut keys = window(Page::Data);
    keys.input_mut().events.push(released(Modifiers::COMMAND));
    keys.run_steps(2);
    assert!(says(&keys));
    // With something on it, it is not called empty; nor is a V that was typed.
    let mut full = window(Page::Data);
    full.input_mut().events.push(Event::Paste("some words".to_owned()));
    full.step();
    full.input_mut().events.push(released(Modifiers::COMMAND));
    full.run_steps(2);
    full.input_mut().events.push(released(Modifiers::NONE));
    full.run_steps(2);
    assert!(!says(&full));
    // What a button asks for is read at the end of the next frame, and comes in the one after it.
    perform(&mut full, Action::Paste);
    full.run_steps(2);
    full.input_mut().events.push(Event::Paste("some words".to_owned()));
    full.run_steps(6);
    assert!(!says(&full));
}
