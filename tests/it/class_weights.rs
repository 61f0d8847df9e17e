//! Weights of any number of classes: balanced as scikit-learn, and by hand, on the command line and in the window.

use std::sync::Arc;

use egui::accesskit::Role;
use egui_kittest::kittest::Queryable as _;
use trombine::{
    data::task::Task,
    loss::{ClassWeights, LossKind, LossSettings, class_weights},
    plan::Plan,
    preset::Preset,
    problem::Problem,
    setting_def::SettingDefs as _,
    settings::Settings,
    text::Lang,
    ui::page::Page,
};

use crate::{many_classes, support, years_pages};

fn by_hand(weights: &str) -> Settings {
    let mut settings = Settings::default();
    settings.set("train.loss.class_weights=by_hand").unwrap();
    settings.set(&format!("train.loss.weights={weights}")).unwrap();
    settings
}

fn refused(settings: &Settings, classes: usize) -> Problem {
    Plan::new(settings, many_classes::dataset(classes, 400)).expect_err("refused").remove(0)
}

/// `compute_class_weight("balanced", classes=np.arange(6), y=np.repeat(np.arange(6), [5, 10, 20, 40, 80, 145]))`.
#[test]
fn balanced_is_scikit_learns_for_any_number() {
    let settings = LossSettings { class_weights: ClassWeights::Balanced, ..LossSettings::default() };
    let theirs = [10.0, 5.0, 2.5, 1.25, 0.625, 0.344_827_586_206_896_6];
    for (ours, theirs) in class_weights(&settings, &[5, 10, 20, 40, 80, 145]).iter().zip(theirs) {
        assert!((ours - theirs).abs() < 1e-12, "{ours} instead of {theirs}");
    }
}

#[test]
fn by_hand_each_class_has_its_own() {
    let plan = Plan::new(&by_hand("1, 2.5,0"), many_classes::dataset(3, 400)).unwrap();
    assert_eq!(plan.class_weights, [1.0, 2.5, 0.0]);
    // Where none is given, each is 1.
    let plan = Plan::new(&by_hand(""), many_classes::dataset(10, 400)).unwrap();
    assert_eq!(plan.class_weights, [1.0; 10]);
    let two_hundred = ["0.5"; 200].join(",");
    let plan = Plan::new(&by_hand(&two_hundred), many_classes::dataset(200, 2400)).unwrap();
    assert_eq!(plan.class_weights, [0.5; 200]);
    // Each batch has its pictures' own.
    let dataset = many_classes::dataset(3, 400);
    let plan = Plan::new(&by_hand("1,2.5,0.25"), dataset.clone()).unwrap();
    let batch = plan.training_batches(trombine::data::batch::Form::Pixels, 0).next().unwrap().unwrap();
    let wanted: Vec<f32> =
        batch.samples.iter().map(|sample| [1.0, 2.5, 0.25][usize::from(dataset.samples[*sample as usize].class)]).collect();
    assert_eq!(batch.weights, wanted);
}

#[test]
fn a_wrong_number_of_weights_is_said_with_the_classes() {
    let problem = refused(&by_hand("1,2"), 3);
    assert_eq!(problem.setting.as_deref(), Some("train.loss.weights"));
    assert_eq!(problem.what.en, "There are 3 classes, and weights by hand for 2");
    assert!(problem.remedy.en.ends_with("bus, car, tram"), "{problem}");
    assert!(refused(&by_hand("0,0,0"), 3).what.en.contains("nothing would be learned"));
    // Those that are not asked for harm nothing.
    let mut unused = by_hand("1,2");
    unused.set("train.loss.class_weights=balanced").unwrap();
    Plan::new(&unused, many_classes::dataset(3, 400)).unwrap();
    // What is no number, or out of range, is refused where it is said.
    for text in ["1,x", "1,-1", "1,101", "nan", "1,,2", &["1"; 201].join(",")] {
        let refused = Settings::default().set(&format!("train.loss.weights={text}")).expect_err(text);
        assert!(refused.what.en.contains("a number for each class"), "{refused}");
    }
}

/// Versions before knew the weights of two classes, as options and in runs.
#[test]
fn weights_of_two_classes_of_before_are_taken() {
    let mut text = Settings::default();
    text.set("train.loss.weight_1=3").unwrap();
    assert_eq!(text.train.loss.weights, [1.0, 3.0]);
    text.set("train.loss.weight_0=0.5").unwrap();
    assert_eq!(text.train.loss.weights, [0.5, 3.0]);
    assert!(text.set("train.loss.weight_0=1,2").is_err() && text.set("train.loss.weight_0=200").is_err());
    let file = r#"{"train": {"loss": {"class_weights": "by_hand", "weight_0": 0.5, "weight_1": 3.0}}}"#;
    let from_file = Settings::parse(file).unwrap();
    let from_run: Settings = serde_json::from_str(file).unwrap();
    assert_eq!((&from_file.train.loss.weights, &from_run), (&vec![0.5, 3.0], &from_file));
    // As every run of before wrote them.
    let plain = r#"{"train": {"loss": {"class_weights": "none", "weight_0": 1.0, "weight_1": 1.0}}}"#;
    assert_eq!(serde_json::from_str::<Settings>(plain).unwrap(), Settings::default());
    assert_eq!(Settings::parse(plain).unwrap(), Settings::default());
    // What is written is read again.
    assert_eq!(serde_json::from_str::<Settings>(&serde_json::to_string(&from_run).unwrap()).unwrap(), from_run);
    assert_eq!(Settings::parse(&from_run.text()).unwrap(), from_run);
}

/// Each class has a field under its name; with many they are sought by name.
#[test]
fn the_window_names_each_class() {
    for n in [3, 100] {
        let mut stage = many_classes::stage(Page::Training, n);
        stage.session.training = None;
        stage.session.phase = trombine::session::Phase::Idle;
        stage.settings.train.loss.class_weights = ClassWeights::ByHand;
        let (mut harness, stage) = stage.harness([1100.0, 1800.0]);
        harness.run_steps(3);
        let name = if n == 3 { "car" } else { "shape 42" };
        let find = harness.query_by_role_and_label(Role::TextInput, "Find a class");
        assert_eq!(find.is_some(), n == 100);
        if let Some(find) = find {
            find.focus();
            harness.run_steps(2);
            harness.get_by_role_and_label(Role::TextInput, "Find a class").type_text("42");
            harness.run_steps(3);
        }
        let field = format!("Weights by hand, {name}");
        harness.get_by_label(&field).click();
        harness.run_steps(2);
        harness.get_by_label(&field).type_text("2.5");
        harness.run_steps(2);
        harness.key_press(egui::Key::Enter);
        harness.run_steps(3);
        let weights = stage.borrow().settings.train.loss.weights.clone();
        let class = if n == 3 { 1 } else { 42 };
        let wanted: Vec<f64> = (0..n).map(|other| if other == class { 2.5 } else { 1.0 }).collect();
        assert_eq!(weights, wanted);
    }
}

/// Weights of another folder's classes are nobody's: they are not dealt out by place, and one click begins anew.
#[test]
fn weights_of_other_classes_are_not_dealt_out() {
    let mut stage = many_classes::stage(Page::Training, 3);
    stage.session.training = None;
    stage.session.phase = trombine::session::Phase::Idle;
    stage.settings.train.loss.class_weights = ClassWeights::ByHand;
    stage.settings.train.loss.weights = vec![2.0, 1.0];
    let dataset = stage.session.dataset().cloned().unwrap();
    stage.plan = Plan::new(&stage.settings, dataset).map(Arc::new);
    assert!(stage.plan.is_err());
    let (mut harness, stage) = stage.harness([1100.0, 1800.0]);
    harness.run_steps(3);
    assert!(harness.query_all_by_label_contains("weights by hand for 2").next().is_some());
    assert!(harness.query_by_label("Weights by hand, car").is_none());
    harness.get_by_label("Set all to 1").click();
    harness.run_steps(3);
    assert!(stage.borrow().settings.train.loss.weights.is_empty());
    assert!(harness.query_by_label("Weights by hand, car").is_some());
}

/// An age in years has no classes: what is said of them is refused, not passed over, in the plan and on the command line.
#[test]
fn what_is_said_of_classes_is_refused_for_years() {
    let dataset = years_pages::dataset();
    for (wish, setting) in [
        ("train.loss.class_weights=balanced", "train.loss.class_weights"),
        ("train.loss.label_smoothing=0.1", "train.loss.label_smoothing"),
    ] {
        let mut settings = Preset::Notebook.settings_for(&Task::age());
        settings.set(wish).unwrap();
        let problems = Plan::new(&settings, dataset.clone()).expect_err("refused");
        assert_eq!(problems.iter().map(|p| p.setting.as_deref()).collect::<Vec<_>>(), [Some(setting)]);
        // The row is there to be mended, though nothing else of classes is.
        let shown = settings.setting_defs().into_iter().any(|def| def.key == setting && def.active);
        assert!(shown, "{setting}");
        // Another question in the window leaves it behind.
        Plan::new(&settings.for_task(&Task::age()), dataset.clone()).unwrap();
    }
    for preset in [Preset::Quick, Preset::Notebook, Preset::Recommended] {
        Plan::new(&preset.settings_for(&Task::age()), dataset.clone()).unwrap();
    }
    // A run of years of before kept its recipe's smoothing, and goes on.
    let before = r#"{"train": {"loss": {"kind": "mae", "label_smoothing": 0.05}}}"#;
    let settings: Settings = serde_json::from_str(before).unwrap();
    assert_eq!((settings.train.loss.kind, settings.train.loss.label_smoothing), (LossKind::Mae, 0.0));

    let home = tempfile::tempdir().unwrap();
    let arguments = ["train", "--sample", "--task", "age", "--preset", "recommended", "--set", "train.loss.label_smoothing=0.1"];
    let (status, _, said) = support::outcome(support::program(home.path()).args(arguments));
    assert!(status != 0 && said.contains("an age in years has none"), "{said}");
}

/// The losses of every output stand in the table of options, with what they go with.
#[test]
fn every_loss_is_listed_with_what_it_is_for() {
    let mut settings = LossSettings::default();
    for kind in [LossKind::BinaryCrossentropy, LossKind::Huber] {
        settings.kind = kind;
        let allowed = |settings: &mut LossSettings, lang| settings.setting_defs()[0].allowed(lang);
        assert_eq!(
            allowed(&mut settings, Lang::En),
            "binary_crossentropy, binary_focal_crossentropy (two classes); \
             categorical_crossentropy, categorical_focal_crossentropy (several classes); mse, mae, huber (a value)"
        );
        assert!(allowed(&mut settings, Lang::Fr).contains("mse, mae, huber (une valeur)"));
    }
}
