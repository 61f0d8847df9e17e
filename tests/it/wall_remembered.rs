//! The wall's filters, order and search: kept for each data set from one start to the next, and named where they hide everything.

use std::{fs, path::Path, sync::Arc};

use egui::{Key, accesskit::Role};
use egui_kittest::{Harness, kittest::Queryable as _};
use trombine::{
    app::{App, Preferences},
    data::{dataset::Dataset, sample::Source},
    session::Session,
    text::Lang,
    ui::page::Page,
};

use crate::{
    pages, stage,
    stage::Stage,
    viewer::{contains, says},
};

/// The window on pictures of `folder`, which remembers below `home`.
fn window(home: &Path, folder: &str) -> Harness<'static, App> {
    let mut data = Dataset::clone(&stage::faces(60));
    data.source = Source::Folder(folder.into());
    window_of(home, data, Lang::En)
}

fn window_of(home: &Path, data: Dataset, lang: Lang) -> Harness<'static, App> {
    let session = Session { open: Some(data.into()), ..Session::default() };
    let preferences = Preferences { lang, ..pages::on(Page::Data) };
    let mut window = pages::window(session, preferences, [1280.0, 900.0]);
    window.state_mut().keep_preferences(home);
    window.run_steps(4);
    window
}

fn choose<S>(page: &mut Harness<'_, S>, menu: &str, line: &str) {
    page.get_by_label(menu).click();
    page.run_steps(3);
    page.get_by_role_and_label(Role::MenuItem, line).click();
    page.run_steps(3);
}

fn seek<S>(page: &mut Harness<'_, S>, lang: Lang, text: &str) {
    let name = if lang == Lang::En { "Search by file name" } else { "Chercher par nom de fichier" };
    page.get_by_label(name).focus();
    page.run_steps(2);
    page.get_by_label(name).type_text(text);
    page.run_steps(3);
    page.key_press(Key::Escape);
    page.run_steps(2);
}

#[test]
fn filters_order_and_search_come_back_with_their_folder() {
    let home = tempfile::tempdir().expect("a folder");
    let mut first = window(home.path(), "/pictures/one");
    assert!(says(&first, "Wall of 60\u{a0}faces"));
    choose(&mut first, "both labels", "female");
    choose(&mut first, "by name", "oldest first");
    seek(&mut first, Lang::En, "1");
    let narrowed = wall(&first);
    assert_ne!(narrowed, "Wall of 60\u{a0}faces");
    drop(first);
    // Another folder is seen whole, and takes nothing from the first.
    let mut other = window(home.path(), "/pictures/two");
    assert!(says(&other, "Wall of 60\u{a0}faces") && says(&other, "by name"));
    choose(&mut other, "by name", "youngest first");
    drop(other);
    let mut again = window(home.path(), "/pictures/one");
    assert_eq!(wall(&again), narrowed);
    assert!(says(&again, "female") && says(&again, "oldest first"));
    assert_eq!(again.get_by_label("Search by file name").value().as_deref(), Some("1"));
    again.get_by_label("Clear filters").click();
    again.run_steps(3);
    assert!(says(&again, "Wall of 60\u{a0}faces"));
    drop(again);
    let cleared = window(home.path(), "/pictures/one");
    assert!(says(&cleared, "Wall of 60\u{a0}faces") && says(&cleared, "both labels"), "they are cleared there, too");
    drop(cleared);
    assert!(says(&window(home.path(), "/pictures/two"), "youngest first"));
}

fn wall(window: &Harness<'_, App>) -> String {
    use egui_kittest::kittest::NodeT as _;
    window.get_by_label_contains("Wall of").accesskit_node().label().unwrap_or_default()
}

/// Within one session, too, and back.
#[test]
fn a_folder_that_is_opened_again_is_filtered_as_it_was() {
    let home = tempfile::tempdir().expect("a folder");
    let mut window = window(home.path(), "/pictures/one");
    choose(&mut window, "both labels", "female");
    let narrowed = wall(&window);
    let one = window.state().session.open.clone();
    let mut two = Dataset::clone(&one.as_ref().expect("a data set").dataset);
    two.source = Source::Folder("/pictures/two".into());
    window.state_mut().session.open = Some(two.into());
    window.run_steps(3);
    assert!(says(&window, "Wall of 60\u{a0}faces"));
    window.state_mut().session.open = one;
    window.run_steps(3);
    assert_eq!(wall(&window), narrowed);
}

/// A class that is not there any more is no filter, and ages are none where no name says them.
#[test]
fn what_does_not_fit_any_more_is_left_out() {
    let home = tempfile::tempdir().expect("a folder");
    let mut first = window(home.path(), "/pictures/one");
    choose(&mut first, "both labels", "female");
    choose(&mut first, "any age", "20 to 29");
    drop(first);
    let mut data = Dataset::clone(&stage::faces(60));
    data.source = Source::Folder("/pictures/one".into());
    data.task = ["cat", "dog"].into();
    data.samples.iter_mut().for_each(|sample| (sample.age, sample.race) = (None, None));
    let other = window_of(home.path(), data, Lang::En);
    assert!(says(&other, "Wall of 60\u{a0}faces") && !contains(&other, "Clear filters"));
}

/// A file that cannot be read, or one of which a part cannot be understood, loses no more than that; and nothing else.
#[test]
fn a_broken_file_loses_nothing_else() {
    let home = tempfile::tempdir().expect("a folder");
    let file = home.path().join("walls.json");
    let mut first = window(home.path(), "/pictures/one");
    let ctx = first.ctx.clone();
    first.state_mut().perform(&ctx, trombine::ui::Action::Language(Lang::En));
    first.state_mut().settings.train.epochs = 7;
    choose(&mut first, "both labels", "female");
    let narrowed = wall(&first);
    drop(first);
    let written = fs::read_to_string(&file).expect("it was written");
    // Entries of another version beside one that is understood.
    let strange =
        r#"[{"source": "elsewhere", "view": 3}, {"view": {}}, "#.to_owned() + written.trim_start().trim_start_matches('[');
    fs::write(&file, strange).expect("written");
    assert_eq!(wall(&window(home.path(), "/pictures/one")), narrowed);
    for broken in ["", "{", "[1, 2", "{\"walls\": 1}"] {
        fs::write(&file, broken).expect("written");
        let window = window(home.path(), "/pictures/one");
        assert!(says(&window, "Wall of 60\u{a0}faces") && window.state().session.failures.is_empty(), "{broken:?}");
        let kept = Preferences::load(home.path(), None).expect("the preferences are there");
        assert_eq!(kept.settings.train.epochs, 7, "{broken:?}");
    }
    // It is written anew as soon as there is something to remember.
    let mut last = window(home.path(), "/pictures/one");
    choose(&mut last, "both labels", "male");
    drop(last);
    assert!(says(&window(home.path(), "/pictures/one"), "male"));
}

/// Nothing is left: the filter that does it is named, with what there would be without it.
#[test]
fn an_empty_wall_names_the_filter_that_hides_everything() {
    for (lang, labels, female, sought, alone) in [
        (Lang::En, "both labels", "female", "Without the search “no such name”", "Show all pictures"),
        (Lang::Fr, "toutes les étiquettes", "femme", "Sans la recherche «\u{a0}no such name\u{a0}»", "Montrer toutes les images"),
    ] {
        let mut stage = Stage::new(Page::Data).with_data(60);
        stage.lang = lang;
        let data = stage.session.dataset().cloned().expect("a data set");
        let women = data.samples.iter().filter(|sample| sample.class == 0).count();
        let (mut page, _) = stage.harness([1100.0, 900.0]);
        page.run_steps(3);
        choose(&mut page, labels, female);
        seek(&mut page, lang, "no such name");
        let pictures = if lang == Lang::En { format!(": {women}\u{a0}pictures") } else { format!("\u{a0}: {women}\u{a0}images") };
        assert!(says(&page, &(sought.to_owned() + &pictures)), "{lang:?}");
        page.get_by_label(alone).click();
        page.run_steps(3);
        assert!(!contains(&page, sought), "{lang:?}");
    }
}

#[test]
fn filters_that_hide_everything_together_are_named() {
    let mut data = Dataset::clone(&stage::faces(60));
    for (index, sample) in data.samples.iter_mut().enumerate() {
        sample.age = Some(if index == 0 { 85 } else { 30 });
        sample.class = 1;
    }
    let (mut page, _) = Stage::new(Page::Data).with_dataset(Arc::new(data)).harness([1100.0, 900.0]);
    page.run_steps(3);
    choose(&mut page, "both labels", "female");
    choose(&mut page, "any age", "40 to 49");
    assert!(says(&page, "Hidden by these filters together: “female”, “40 to 49”"));
}

#[test]
fn an_empty_gallery_names_the_filter_that_hides_everything() {
    let (mut page, _) = Stage::new(Page::Results).with_data(400).with_run().harness([1280.0, 900.0]);
    page.run_steps(3);
    page.query_all_by_label_contains("See all").next().expect("mistakes").click();
    page.run_steps(3);
    seek_keeping(&mut page, "no such name");
    assert!(contains(&page, "Without the search “no such name”: "));
    page.get_by_label("Show all").click();
    page.run_steps(3);
    assert!(!contains(&page, "Without “"));
}

/// As [`seek`], where Escape would leave the page.
fn seek_keeping<S>(page: &mut Harness<'_, S>, text: &str) {
    page.get_by_label("Search by file name").focus();
    page.run_steps(2);
    page.get_by_label("Search by file name").type_text(text);
    page.run_steps(3);
}
