//! What keeps a plan from existing, each beside its setting.

use std::sync::Arc;

use trombine::{
    data::dataset::Dataset, loss::LossKind, model::Output, plan::Plan, preset::Preset, problem::Kind, settings::Settings,
};

use crate::training::{dataset, settings};

fn problem_settings(settings: &Settings, dataset: Arc<Dataset>) -> Vec<Option<String>> {
    Plan::new(settings, dataset).expect_err("no plan").into_iter().map(|problem| problem.setting).collect()
}

#[test]
fn the_default_makes_a_plan() {
    let plan = Plan::new(&Settings::default(), dataset(100)).expect("a plan");
    assert_eq!(plan.steps_per_epoch, 2, "60 pictures in batches of 32");
    assert_eq!(plan.class_weights, [1.0, 1.0]);
}

#[test]
fn an_epoch_of_few_pictures_shows_each_several_times() {
    let mut settings = Settings::default();
    settings.train.min_steps_per_epoch = 50;
    let steps = |settings: &Settings, pictures| Plan::new(settings, dataset(pictures)).expect("a plan").steps_per_epoch;
    assert_eq!(steps(&settings, 100), 50, "60 pictures in batches of 32 make 2");
    let shown = settings.train.shown(60);
    assert_eq!(shown, 1500.0, "25 passes of 60, the last batch of each is of 28");
    assert_eq!(settings.train.steps(16_566), 518, "many pictures are shown once");
    assert_eq!(settings.train.shown(16_566), 16_566.0);
    settings.train.steps_per_epoch = 7;
    assert_eq!(steps(&settings, 100), 7, "what is asked for goes before");
    for preset in [Preset::Quick, Preset::Recommended] {
        assert_eq!(steps(&preset.settings(), 100), 50, "{preset:?}");
    }
    assert_eq!(steps(&Preset::Notebook.settings(), 100), 2, "the notebook's recipe as it is");
}

#[test]
fn every_problem_comes_at_once() {
    let mut settings = settings();
    settings.train.epochs = 0;
    settings.model.dropout = 7.0;
    settings.model.filters = vec![8; 6];
    settings.augment.crop = 32;
    let found = problem_settings(&settings, dataset(40));
    for def in ["train.epochs", "model.dropout", "model.filters"] {
        assert!(found.contains(&Some(def.to_owned())), "{def} in {found:?}");
    }
}

#[test]
fn batch_norm_refuses_single_pictures() {
    let mut settings = settings();
    settings.model.batch_norm_conv = true;
    settings.train.batch_size = 1;
    assert_eq!(problem_settings(&settings, dataset(40)), [Some("train.batch_size".to_owned())]);
}

#[test]
fn a_loss_of_another_output_is_refused() {
    let mut settings = settings();
    settings.train.loss.kind = LossKind::Mse;
    assert_eq!(problem_settings(&settings, dataset(40)), [Some("train.loss.kind".to_owned())]);
    // Two classes may be asked as several are.
    settings.train.loss.kind = LossKind::CategoricalCrossentropy;
    assert_eq!(Plan::new(&settings, dataset(40)).unwrap().network.output, Output::Softmax { classes: 2 });
}

#[test]
fn one_class_or_no_picture_is_no_data() {
    let mut only = Arc::unwrap_or_clone(dataset(20));
    only.samples.iter_mut().for_each(|sample| sample.class = 1);
    for data in [Arc::new(only), dataset(0)] {
        let problems = Plan::new(&settings(), data).expect_err("no plan");
        assert_eq!(problems.iter().map(|problem| problem.kind).collect::<Vec<_>>(), [Kind::Data]);
    }
}

#[test]
fn a_part_without_pictures_is_told_beside_the_shares() {
    let mut settings = settings();
    (settings.split.train, settings.split.validation) = (80, 20);
    let problems = Plan::new(&settings, dataset(40)).expect_err("no test part");
    assert!(
        problems.iter().all(|problem| problem.setting.as_deref().is_some_and(|def| def.starts_with("split."))),
        "{problems:?}"
    );
}

/// The test part gets what the others leave: the setting that is named is to be made smaller, not larger.
#[test]
fn a_test_part_without_pictures_asks_for_less_validation() {
    let mut settings = settings();
    (settings.split.train, settings.split.validation) = (60, 39);
    let problems = Plan::new(&settings, dataset(20)).expect_err("no picture for the test part");
    let [problem] = &problems[..] else { panic!("{problems:?}") };
    assert_eq!(problem.setting.as_deref(), Some("split.validation"));
    assert!(problem.remedy.en.contains("smaller share") && problem.remedy.fr.contains("plus petite"), "{problem:?}");
}

/// A settings file of a run is read as it is; what no screen lets in is refused where it is planned with.
#[test]
fn a_table_of_rates_that_cannot_be_meant_is_refused() {
    for rows in
        [vec![(0, 0.1)], vec![(1001, 0.1)], vec![(3, 1.5)], vec![(3, -0.1)], vec![(3, f64::NAN)], vec![(3, 0.1), (3, 0.2)]]
    {
        let mut settings = settings();
        settings.train.schedule.table = rows.clone();
        assert_eq!(problem_settings(&settings, dataset(40)), [Some("train.schedule.table".to_owned())], "{rows:?}");
        let text = rows.iter().map(|(epoch, rate)| format!("{epoch}:{rate}")).collect::<Vec<_>>().join(",");
        assert!(settings.set(&format!("train.schedule.table={text}")).is_err(), "{text}");
    }
}
