//! Settings stand in labelled groups, an amount below its switch, and are found by what one types.

use std::{cell::RefCell, rc::Rc};

use egui::{Key, Modifiers, accesskit::Role};
use egui_kittest::{Harness, kittest::Queryable as _};
use trombine::{
    preset::Preset,
    setting_def::{Choice as _, SettingDef, SettingDefs as _, Value},
    settings::{Settings, group::GROUPS},
    text::Lang,
    ui::{Action, page::Page},
};

use crate::stage::Stage;

/// High enough that every row is seen.
const SIZE: [f32; 2] = [1280.0, 2200.0];

fn group_of(key: &str) -> usize {
    let groups: Vec<usize> = (0..GROUPS.len()).filter(|at| GROUPS[*at].holds(key)).collect();
    assert_eq!(groups.len(), 1, "{key} is in so many groups");
    groups[0]
}

#[test]
fn every_setting_is_in_one_group_and_every_group_has_settings() {
    let mut settings = Settings::default();
    let keys: Vec<String> = settings.setting_defs().into_iter().map(|def| def.key).collect();
    assert!(keys.len() > 80);
    for key in &keys {
        group_of(key);
    }
    for group in &GROUPS {
        assert!(!group.name.en.is_empty() && !group.name.fr.is_empty());
        for own in group.keys() {
            assert!(keys.iter().any(|key| key == own || key.starts_with(&format!("{own}."))), "no setting has {own}");
        }
    }
    // One that only begins alike belongs elsewhere.
    assert!(!GROUPS.iter().any(|group| group.holds("augment.zoomed") || group.holds("train.optimizers.kind")));
}

/// Whether the setting at `at` is an amount of the one with the key `above`, or of an amount of it.
fn is_under(defs: &[SettingDef<'_>], at: usize, above: &str) -> bool {
    let under = defs[at].under.as_deref();
    under.is_some_and(|under| {
        under == above || defs.iter().position(|def| def.key == under).is_some_and(|at| is_under(defs, at, above))
    })
}

#[test]
fn an_amount_follows_its_switch_in_the_same_group_and_is_off_with_it() {
    let mut seen = 0;
    for preset in Preset::ALL {
        let mut settings = preset.settings();
        let defs = settings.setting_defs();
        for (at, def) in defs.iter().enumerate() {
            let part = def.key.rsplit_once('.').map_or("", |(part, _)| part);
            let switch = defs.iter().find(|other| other.key == format!("{part}.on") && other.key != def.key);
            if let Some(switch) = switch {
                assert_eq!(def.under.as_ref(), Some(&switch.key), "{}: an amount of that switch", def.key);
            }
            let Some(under) = &def.under else { continue };
            seen += 1;
            let parent = defs[..at].iter().position(|other| other.key == *under);
            let parent = parent.unwrap_or_else(|| panic!("{} comes after {under}, and there is one", def.key));
            assert_eq!(group_of(&def.key), group_of(under), "{}", def.key);
            // Nothing else stands between them.
            for between in parent + 1..at {
                let other = &defs[between].key;
                assert!(is_under(&defs, between, under) || group_of(other) != group_of(under), "{other} before {}", def.key);
            }
        }
    }
    assert!(seen > 40, "{seen} amounts: the test no longer sees them");
    let switches = {
        let mut settings = Settings::default();
        let defs = settings.setting_defs();
        let switch = |def: &&SettingDef<'_>| {
            matches!(def.value, Value::Switch(_)) && defs.iter().any(|other| other.under.as_ref() == Some(&def.key))
        };
        defs.iter().filter(switch).map(|def| def.key.clone()).collect::<Vec<_>>()
    };
    assert!(switches.len() > 12, "{switches:?}");
    for switch in switches {
        for on in ["true", "false"] {
            let mut settings = Settings::default();
            settings.train.loss.kind = trombine::loss::LossKind::of_key("binary_focal_crossentropy").expect("a loss");
            settings.set(&format!("{switch}={on}")).expect("a switch");
            let defs = settings.setting_defs();
            let amounts = defs.iter().filter(|def| def.under.as_ref() == Some(&switch));
            amounts.for_each(|def| assert_eq!(def.active, on == "true", "{} with {switch}={on}", def.key));
        }
    }
}

fn stage(page: Page, lang: Lang) -> (Harness<'static>, Rc<RefCell<Stage>>) {
    let mut stage = Stage::new(page).with_data(60);
    stage.lang = lang;
    let (mut harness, stage) = stage.harness(SIZE);
    harness.run();
    (harness, stage)
}

fn headings(harness: &Harness<'_>) -> Vec<String> {
    use egui_kittest::kittest::NodeT as _;
    let all = harness.root().children_recursive();
    let mut found: Vec<(f32, String)> = all
        .filter(|node| node.accesskit_node().role() == Role::Heading)
        .filter_map(|node| Some((node.rect().top(), node.accesskit_node().label()?)))
        .collect();
    found.sort_by(|a, b| a.0.total_cmp(&b.0));
    found.into_iter().map(|(_, name)| name).collect()
}

/// The left edge and the top of the name of a row, if it is shown.
fn place(harness: &Harness<'_>, name: &str) -> Option<(f32, f32)> {
    // Another card may have that title; the settings stand at the right.
    let labels = harness.query_all_by_role_and_label(Role::Label, name).map(|label| label.rect());
    labels.max_by(|a, b| a.left().total_cmp(&b.left())).map(|rect| (rect.left(), rect.top()))
}

#[test]
fn pages_say_their_groups_in_both_languages() {
    let (harness, _) = stage(Page::Augmentation, Lang::En);
    assert_eq!(headings(&harness), ["Picture", "Color", "Robustness"]);
    let (harness, _) = stage(Page::Augmentation, Lang::Fr);
    assert_eq!(headings(&harness), ["Image", "Couleur", "Robustesse"]);
    let (mut harness, _) = stage(Page::Model, Lang::En);
    assert_eq!(headings(&harness), ["Convolution", "Dense layers", "Regularization"]);
    harness.get_by_label("More settings").click();
    harness.run();
    assert_eq!(
        headings(&harness),
        ["Convolution", "Dense layers", "Regularization", "All layers", "Transfer learning"],
        "a group of which nothing is shown has no heading"
    );
    let (harness, _) = stage(Page::Training, Lang::En);
    assert_eq!(headings(&harness), ["Epochs and batches", "Optimizer", "Schedule", "Loss", "Callbacks"]);
}

/// In the smallest window, where the settings are scrolled.
#[test]
fn more_settings_and_the_way_back_stand_above_the_settings() {
    for (page, lang) in [Page::Augmentation, Page::Model, Page::Training].into_iter().zip([Lang::En, Lang::Fr, Lang::En]) {
        let mut stage = Stage::new(page).with_data(60);
        stage.lang = lang;
        stage.settings.augment.rotation.on = true;
        stage.settings.model.dropout = 0.25;
        stage.settings.train.batch_size = 48;
        let (mut harness, stage) = stage.harness([792.0, 660.0]);
        harness.run();
        let more = ["More settings", "Plus de réglages"][usize::from(lang == Lang::Fr)];
        let reset = ["Reset 1", "Annuler 1"][usize::from(lang == Lang::Fr)];
        let first = harness.query_all_by_role(Role::Heading).map(|node| node.rect().top()).fold(f32::INFINITY, f32::min);
        for name in [more, reset] {
            let rect = harness.query_all_by_label_contains(name).next().expect("it is there").rect();
            assert!(rect.bottom() < first && rect.top() > 0.0, "{page:?}: “{name}” at {rect:?}, the settings from {first}");
        }
        harness.get_by_label(more).click();
        harness.run();
        harness.get_by_label(["Fewer settings", "Moins de réglages"][usize::from(lang == Lang::Fr)]);
        harness.query_all_by_label_contains(reset).next().expect("the way back").click();
        harness.run();
        let settings = &stage.borrow().settings;
        let prefix =
            ["augment.", "model.", "train."][usize::from(page != Page::Augmentation) + usize::from(page == Page::Training)];
        let (mut now, mut usual) = (settings.clone(), Settings::default());
        let differs = now
            .setting_defs()
            .iter()
            .zip(usual.setting_defs())
            .any(|(now, usual)| now.key.starts_with(prefix) && now.text() != usual.text());
        assert!(!differs, "{page:?}");
    }
}

#[test]
fn an_amount_is_shown_below_its_switch_while_that_is_on() {
    let (mut harness, stage) = stage(Page::Augmentation, Lang::En);
    assert!(place(&harness, "Largest angle").is_none());
    harness.get_by_role_and_label(Role::Switch, "Rotation").click();
    harness.run();
    assert!(stage.borrow().settings.augment.rotation.on);
    let [switch, amount, next] = ["Rotation", "Largest angle", "Zoom"].map(|name| place(&harness, name).expect("it is shown"));
    assert!(switch.1 < amount.1 && amount.1 < next.1, "directly below");
    assert!(amount.0 > switch.0 + 8.0 && next.0 == switch.0, "and indented");
    harness.get_by_role_and_label(Role::Switch, "Rotation").click();
    harness.run();
    assert!(place(&harness, "Largest angle").is_none());
}

/// What differs from the recipe is in sight; its switch, that does not, comes with it.
#[test]
fn an_amount_does_not_come_without_its_switch() {
    let mut stage = Stage::new(Page::Training).with_data(60);
    stage.settings.train.optimizer.use_ema = true;
    stage.settings.train.optimizer.ema_momentum = 0.5;
    let (mut harness, stage) = stage.harness(SIZE);
    harness.run();
    assert!(place(&harness, "Average the weights").is_some() && place(&harness, "Memory of the average").is_some());
    stage.borrow_mut().settings.train.optimizer.use_ema = false;
    harness.run();
    assert!(place(&harness, "Average the weights").is_none());
}

const FIELD: [&str; 2] = ["Search the settings", "Chercher un réglage"];

fn search(harness: &mut Harness<'_>, lang: Lang, text: &str) {
    let name = FIELD[usize::from(lang == Lang::Fr)];
    harness.get_by_role_and_label(Role::TextInput, name).focus();
    harness.run();
    harness.key_press_modifiers(Modifiers::COMMAND, Key::A);
    harness.run();
    harness.get_by_role_and_label(Role::TextInput, name).type_text(text);
    harness.run();
}

#[test]
fn what_is_typed_finds_settings_by_name_key_help_and_the_other_language() {
    let (mut harness, _) = stage(Page::Training, Lang::Fr);
    assert!(place(&harness, "Taille des lots").is_some());
    for (typed, found) in [
        ("lots taille", "Taille des lots"),
        // Accents and capitals do not matter.
        ("ARRET anticipe", "Arrêt anticipé"),
        ("weight decay", "Décroissance des poids"),
        ("learning rate", "Taux d’apprentissage"),
        ("ReduceLROnPlateau", "Baisser le taux en cas de stagnation"),
        ("train.optimizer.epsilon", "Epsilon"),
        ("global clipnorm", "Plus grand gradient"),
        ("s’annulent", "Epsilon"),
        ("nadam", "Optimiseur"),
    ] {
        // Weight decay has a say with AdamW alone.
        let (mut harness, stage) = stage_with_adamw();
        search(&mut harness, Lang::Fr, typed);
        assert!(place(&harness, found).is_some(), "{typed}");
        assert!(place(&harness, "Pas par époque").is_none(), "{typed}");
        drop(stage);
    }
    // A search within nothing is none.
    search(&mut harness, Lang::Fr, "   ");
    assert!(place(&harness, "Taille des lots").is_some());
}

fn stage_with_adamw() -> (Harness<'static>, Rc<RefCell<Stage>>) {
    let (mut harness, stage) = stage(Page::Training, Lang::Fr);
    stage.borrow_mut().settings.train.optimizer.kind = trombine::optimizer::OptimizerKind::AdamW;
    harness.run();
    (harness, stage)
}

/// Under its own heading, from behind "More settings"; and what has no say now is found by the switch that gives it one.
#[test]
fn a_search_shows_what_is_closed_and_the_switch_of_what_is_off() {
    let (mut harness, _) = stage(Page::Augmentation, Lang::En);
    assert!(place(&harness, "Mixup").is_none());
    search(&mut harness, Lang::En, "mixup alpha");
    assert!(place(&harness, "Mixup").is_some());
    assert_eq!(headings(&harness), ["Robustness"]);
    assert!(harness.query_by_label("More settings").is_none());
    search(&mut harness, Lang::En, "largest angle");
    assert!(place(&harness, "Rotation").is_some() && place(&harness, "Largest angle").is_none());
    harness.get_by_role_and_label(Role::Switch, "Rotation").click();
    harness.run();
    assert!(place(&harness, "Largest angle").is_some());
}

#[test]
fn a_search_without_a_match_says_so_and_points_to_other_pages() {
    let (mut harness, stage) = stage(Page::Model, Lang::En);
    search(&mut harness, Lang::En, "early stopping");
    assert!(harness.query_by_label("No setting on this page matches").is_some());
    assert!(headings(&harness).is_empty());
    let link = harness.query_all_by_label_contains("on Training").next().expect("a way there");
    link.click();
    harness.run();
    assert_eq!(stage.borrow().actions, [Action::Go(Page::Training)]);
    stage.borrow_mut().page = Page::Training;
    harness.run();
    assert!(place(&harness, "Early stopping").is_some() && place(&harness, "Batch size").is_none());
}

#[test]
fn escape_shows_all_settings_again_and_ctrl_f_begins_a_search() {
    let (mut harness, _) = stage(Page::Model, Lang::En);
    harness.key_press_modifiers(Modifiers::COMMAND, Key::F);
    harness.run();
    let focused = |harness: &Harness<'_>| harness.get_by_role_and_label(Role::TextInput, FIELD[0]).is_focused();
    assert!(focused(&harness));
    for letter in ["f", "ilters"] {
        harness.input_mut().events.push(egui::Event::Text(letter.to_owned()));
        harness.run();
        assert!(focused(&harness), "it keeps the keyboard while one types");
    }
    assert!(place(&harness, "Filters").is_some() && place(&harness, "Dropout").is_none());
    harness.key_press(Key::Escape);
    harness.run();
    assert!(place(&harness, "Dropout").is_some() && focused(&harness), "to look for something else");
    harness.key_press(Key::Escape);
    harness.run();
    assert!(!focused(&harness), "and once more to be rid of it");
    search(&mut harness, Lang::En, "filters");
    harness.get_by_label("Show all settings").click();
    harness.run();
    assert!(place(&harness, "Dropout").is_some());
}
