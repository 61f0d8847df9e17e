//! A recipe is one thing: chosen on any page it holds on all, one Undo takes it back, and a restart remembers it.

use egui_kittest::{Harness, kittest::Queryable as _};
use trombine::{
    app::{App, Preferences},
    preset::Preset,
    setting_def::Choice as _,
    settings::Settings,
    text::Lang,
    ui::page::Page,
};

use crate::pages::{opened, window};

const SIZE: [f32; 2] = [1280.0, 800.0];

fn on(page: Page, preferences: Preferences) -> Harness<'static, App> {
    let mut window = window(opened(60), Preferences { page, ..preferences }, SIZE);
    window.run();
    window
}

fn draft(window: &Harness<'static, App>) -> Settings {
    window.state().settings.clone()
}

#[test]
fn a_recipe_chosen_on_one_page_holds_on_all_and_one_undo_takes_it_back() {
    for lang in Lang::ALL {
        for page in [Page::Augmentation, Page::Model, Page::Training] {
            let mut mine = Preset::Quick.settings();
            (mine.seed, mine.split.train) = (7, 70);
            let mut window = on(page, Preferences { lang, settings: mine.clone(), ..Preferences::default() });
            window.get_by_label(Preset::Recommended.name().get(lang)).click();
            window.run();
            // Split and seed are not of the recipe.
            assert_eq!(draft(&window), Preset::Recommended.applied(&mine), "{page:?}");
            let named = match lang {
                Lang::En => "Recipe for all pages: Recommended",
                Lang::Fr => "Recette pour toutes les pages\u{a0}: Recommandé",
            };
            assert!(window.query_by_label_contains(named).is_some(), "{page:?}");
            window.key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::Z);
            window.run();
            assert_eq!(draft(&window), mine, "{page:?}");
        }
    }
}

#[test]
fn each_page_counts_its_own_changes_and_those_of_the_others() {
    let mut settings = Preset::Recommended.settings();
    (settings.model.dropout, settings.model.dense, settings.train.epochs) = (0.3, vec![64], 20);
    let mut window = on(Page::Model, Preferences { settings, ..Preferences::default() });
    assert!(window.query_by_label("for all pages; 2\u{a0}changes here, 1 on others").is_some());
    // It may have to be scrolled to.
    window.get_by_label_contains("Reset 2").click_accesskit();
    window.run();
    // The page's own are taken back, the other's stay.
    assert!(window.query_by_label("for all pages; 1\u{a0}change on other pages").is_some());
    assert_eq!(draft(&window).train.epochs, 20);
}

#[test]
fn the_recipe_is_remembered_over_a_restart_however_much_was_changed_in_it() {
    let mut window = on(Page::Model, Preferences::default());
    window.get_by_label(Preset::Recommended.name().get(Lang::En)).click();
    window.run();
    // Changed until it is nearer to the notebook's.
    window.state_mut().settings.model = Preset::Notebook.settings().model;
    window.state_mut().settings.augment = Preset::Notebook.settings().augment;
    window.run();
    let text = serde_json::to_string(&window.state().preferences).expect("JSON");
    let again = serde_json::from_str::<Preferences>(&text).expect("what was written");
    assert_eq!(again.recipe(), Preset::Recommended);
    // Files from before say none: the nearest.
    let mut old: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    old.as_object_mut().expect("an object").remove("recipe");
    assert_eq!(serde_json::from_value::<Preferences>(old).expect("an old file").recipe(), Preset::nearest(&again.settings));
}

/// Six blocks of filters once pushed the options out of the window.
#[test]
fn the_longest_lists_stay_within_the_window() {
    for lang in Lang::ALL {
        for size in [[1024.0, 700.0], SIZE, [1920.0, 1080.0]] {
            let mut settings = Preset::Notebook.settings();
            (settings.model.filters, settings.model.dense) = (vec![16, 32, 64, 128, 256, 512], vec![1024, 512, 256, 128, 64]);
            let preferences = Preferences { lang, page: Page::Model, settings, ..Preferences::default() };
            let mut window = window(opened(60), preferences, size);
            window.run();
            let [add, sixth, dropout] = match lang {
                Lang::En => ["Filters, add one more", "Filters 6", "Dropout"],
                Lang::Fr => ["Filtres, ajouter une valeur", "Filtres 6", "Dropout"],
            };
            let names = [add, sixth, dropout]
                .map(|name| window.get_all_by_label(name).map(|node| node.rect().right()).fold(0.0, f32::max));
            assert!(names.iter().all(|right| *right < size[0] - 20.0), "{lang:?} {size:?}: {names:?}");
        }
    }
}
