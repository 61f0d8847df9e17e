//! Presets: each can be built and lies within its settings' ranges, and what differs is found.

use trombine::{
    data::augment,
    model::{Network, layers::Op},
    preset::{Preset, differences},
    setting_def::{Choice, SettingDefs},
    settings::Settings,
};

#[test]
fn every_preset_can_be_built_and_is_within_its_ranges() {
    for preset in Preset::ALL {
        let mut settings = preset.settings();
        Network::new(&settings.model, settings.augment.side()).expect("it can be built");
        assert!(augment::warnings(&settings.augment).is_empty(), "{preset:?}");
        for def in &mut settings.setting_defs() {
            let text = def.text();
            def.parse(&text).unwrap_or_else(|e| panic!("{preset:?}, {}: {}", def.key, e.en));
        }
    }
}

#[test]
fn the_notebook_is_its_recipe() {
    let s = Preset::Notebook.settings();
    assert_eq!(s, Settings::default());
    assert_eq!((s.split.train, s.split.validation), (60, 20));
    assert_eq!(s.model.filters, [32, 64, 128, 256]);
    assert_eq!(s.model.dense.len(), 3);
    assert_eq!((s.model.dropout, s.train.optimizer.learning_rate, s.train.epochs), (0.5, 1e-4, 50));
    assert_eq!((s.train.callbacks.patience, s.train.callbacks.restore_best_weights), (5, true));
}

#[test]
fn recommended_keeps_four_convolutions_and_three_dense_layers() {
    let s = Preset::Recommended.settings();
    let network = Network::new(&s.model, s.augment.side()).expect("it can be built");
    let count = |test: fn(&Op) -> bool| network.layers.iter().filter(|l| test(&l.op)).count();
    assert_eq!(count(|op| matches!(op, Op::Conv { .. })), 4);
    assert_eq!(count(|op| matches!(op, Op::Dense { .. })), 3 + 1, "and the output");
    assert_eq!(count(|op| matches!(op, Op::BatchNorm { .. })), 7);
}

#[test]
fn the_nearest_preset_is_the_one_with_fewest_differences() {
    for preset in Preset::ALL {
        let mut settings = preset.settings();
        assert_eq!(Preset::nearest(&settings), *preset);
        settings.seed = 7;
        settings.split.train = 80;
        settings.train.epochs = 33;
        assert_eq!(Preset::nearest(&settings), *preset);
        let applied = preset.applied(&settings);
        assert_eq!((applied.seed, applied.split.train), (7, 80));
        assert_eq!(applied.train.epochs, preset.settings().train.epochs);
    }
}

#[test]
fn differences_name_the_options_that_have_an_effect() {
    let a = Settings::default();
    assert!(differences(&a, &a).is_empty());
    let mut b = a.clone();
    b.train.epochs = 10;
    // Without AdamW the weight decay does nothing.
    b.train.optimizer.weight_decay = 0.1;
    let found = differences(&a, &b);
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].key.as_str(), found[0].a.en.as_str(), found[0].b.en.as_str()), ("train.epochs", "50", "10"));
    b.augment.rotation.on = true;
    let found = differences(&a, &b);
    let row = |key: &str| found.iter().find(|d| d.key == key).unwrap_or_else(|| panic!("{key} differs"));
    assert_eq!(row("augment.rotation.on").b.fr, "oui");
    assert_eq!(row("augment.rotation.degrees").a.en, "–");
}

#[test]
fn every_setting_has_its_own_key_and_its_words_in_both_languages() {
    let mut settings = Preset::Recommended.settings();
    let defs = settings.setting_defs();
    let mut keys: Vec<_> = defs.iter().map(|k| k.key.clone()).collect();
    keys.sort();
    let count = keys.len();
    keys.dedup();
    assert_eq!(keys.len(), count, "a key occurs twice");
    for def in &defs {
        for say in [def.name, def.help] {
            assert!(!say.en.is_empty() && !say.fr.is_empty(), "{}", def.key);
            assert!(!say.en.ends_with('.') && !say.fr.ends_with('.'), "{}: one sentence without a full stop", def.key);
        }
        assert!(def.help.en.len() > 25, "{}: {:?} says too little", def.key, def.help.en);
    }
}
