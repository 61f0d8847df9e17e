//! Pages of more than two classes, on made-up sessions: three, ten, a hundred and two hundred.

use std::sync::Arc;

use egui::accesskit::Role;
use egui_kittest::{
    Harness,
    kittest::{NodeT as _, Queryable as _},
};
use trombine::{
    data::{
        dataset::Dataset,
        reading::{Reading, TaskChoice, Understood},
        task::{AgeBands, Task},
    },
    evaluate::{Logits, Prediction},
    plan::Plan,
    run::RunView,
    session::Phase,
    text::Lang,
    train::event::FollowedFace,
    ui::{
        Action,
        page::{Page, train::words},
    },
};

use crate::stage::{self, Stage};

/// The drawings with labels of `n` classes, of uneven sizes.
pub fn dataset(n: usize, count: usize) -> Arc<Dataset> {
    let mut dataset = Dataset::clone(&stage::faces(count));
    dataset.task = match n {
        3 => ["bus", "car", "tram"].into(),
        5 => Task::age_group(AgeBands::default()),
        10 => ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"].into(),
        n => Task::of_classes((0..n).map(|class| format!("shape {class:02}")).collect()),
    };
    let by_age = n == 5;
    dataset.understood = Understood {
        by_folder: !by_age,
        ages: if by_age { count as u64 } else { 0 },
        reading: Reading { task: if by_age { TaskChoice::AgeGroup } else { TaskChoice::Auto }, ..Reading::default() },
        ..Understood::default()
    };
    for (i, sample) in dataset.samples.iter_mut().enumerate() {
        sample.class = match (by_age, sample.age) {
            (true, Some(age)) => AgeBands::default().class(age),
            _ => ((i * 7919 + i / n) % (n + n / 3) % n) as u8,
        };
        if !by_age {
            (sample.age, sample.race) = (None, None);
        }
    }
    Arc::new(dataset)
}

/// A run of it: one in eight is taken for the next class, and one in sixteen for the one after.
pub fn run(dataset: &Dataset) -> RunView {
    let n = dataset.task.len();
    let predictions: Vec<Prediction> = dataset
        .samples
        .iter()
        .enumerate()
        .map(|(i, sample)| {
            let off = if i % 8 == 3 { 1 } else { usize::from(i % 16 == 6) * 2 };
            let said = (usize::from(sample.class) + off) % n;
            let logit = |class: usize| {
                let noise = ((i * 31 + class * 17) % 100) as f32 / 60.0;
                if class == said { 3.0 + noise } else { noise }
            };
            Prediction {
                file: sample.file.clone(),
                sample: i as u32,
                label: sample.class,
                logit: Logits::Each((0..n).map(logit).collect()),
                age: sample.age,
                race: sample.race,
            }
        })
        .collect();
    let mut view = stage::run(dataset);
    view.settings = view.settings.for_task(&dataset.task);
    if let Some(report) = &mut view.report {
        (report.predictions, report.validation) = (predictions.clone(), predictions);
        report.train_shares = vec![1.0 / n as f64; n];
    }
    view.info.scores = view.report.as_ref().map(trombine::evaluate::Report::run_scores);
    view
}

/// A page with everything that it could show.
pub fn stage(page: Page, n: usize) -> Stage {
    let count = match n {
        0..=20 => 400,
        21..=100 => 600,
        _ => 2400,
    };
    let mut stage = Stage::new(page);
    let data = dataset(n, count);
    stage.settings = stage.settings.clone().for_task(&data.task);
    stage.plan = Plan::new(&stage.settings, data.clone()).map(Arc::new);
    if page == Page::Results || page == Page::Predict {
        let view = run(&data);
        stage.session.runs = vec![view.info.clone()];
        stage.session.run = Some(Arc::new(view));
    }
    if page == Page::Training {
        let mut training = stage::training(&data, 14);
        if n >= 10 {
            for record in &mut training.history {
                record.validation_top_3 = Some(1.0 - (1.0 - record.validation_accuracy) * 0.4);
            }
        }
        for (place, face) in training.faces.iter_mut().enumerate() {
            *face = FollowedFace { class: ((place * 3) % n) as u8, ..*face };
        }
        stage.session.training = Some(training);
        stage.session.phase = Phase::Training;
    }
    if page == Page::Predict {
        let mut photo = stage::photo(1);
        for (place, asked) in photo.asked.iter_mut().enumerate() {
            if let Some(Ok(reply)) = &mut asked.reply {
                reply.task = data.task.clone();
                let sure = [0.84, 0.41][place % 2];
                let rest = (1.0 - sure) / (n - 1) as f64;
                reply.probabilities = (0..n).map(|class| if class == (place + 2) % n { sure } else { rest }).collect();
                reply.probabilities[(place + 3) % n] += rest * 0.5;
                reply.probabilities[(place + 4) % n] -= rest * 0.5;
            }
        }
        stage.session.photos = vec![photo];
    }
    stage.session.open = Some(data.into());
    stage
}

fn shown(page: Page, n: usize) -> (Harness<'static>, std::rc::Rc<std::cell::RefCell<Stage>>) {
    let (mut harness, stage) = stage(page, n).harness([1100.0, 760.0]);
    harness.run_steps(3);
    (harness, stage)
}

/// The largest classes first, found by a part of their name; a click is what the wall shows.
#[test]
fn classes_are_found_by_name_and_narrow_the_wall() {
    let (mut harness, _) = shown(Page::Data, 100);
    assert!(harness.query_all_by_label_contains("100 classes").next().is_some());
    assert!(harness.query_by_label_contains("have fewer than 20 pictures").is_some());
    let find = harness.get_by_role_and_label(Role::TextInput, "Find a class");
    find.focus();
    harness.run_steps(2);
    harness.get_by_role_and_label(Role::TextInput, "Find a class").type_text("SHAPE 04");
    harness.run_steps(3);
    let count = dataset(100, 600).balance()[4];
    harness.get_by_label(&format!("shape 04, {count}")).click();
    harness.run_steps(3);
    assert!(harness.query_by_label(&format!("{count}\u{a0}shown")).is_some());
}

/// Each mistake of the list opens exactly its pictures, as each cell of the heat map does by keyboard.
#[test]
fn what_is_mixed_up_opens_its_pictures() {
    for n in [3, 10] {
        let (mut harness, _) = shown(Page::Results, n);
        let data = dataset(n, 400);
        let report = run(&data).report.expect("judged");
        let first = report.confusion(0.5).most_confused()[0];
        let sentence = report.confusion(0.5).sentence(&report.task, first.label, first.predicted, Lang::En);
        harness.get_by_label_contains(&sentence).click();
        harness.run_steps(4);
        let expected = report.cell(0.5, first.label, first.predicted).len();
        assert_eq!(expected, first.count as usize);
        assert!(harness.query_all_by_label_contains(&sentence).next().is_some(), "{sentence}");
    }
}

/// A threshold for "not sure" is tried, says what it leaves, and is kept.
#[test]
fn a_threshold_for_not_sure_can_be_kept() {
    let (mut harness, stage) = shown(Page::Results, 10);
    harness.get_by_label("as a list").click();
    harness.run_steps(2);
    harness.get_by_label("not sure").click();
    harness.run_steps(3);
    harness.get_by_label("Not sure below, typed").click();
    harness.run_steps(3);
    harness.get_by_label("Not sure below, typed").type_text("0.83");
    harness.run_steps(2);
    harness.key_press(egui::Key::Enter);
    harness.run_steps(3);
    harness.get_by_label("Use for predictions").click();
    harness.run_steps(2);
    let stage = stage.borrow();
    let actions = &stage.actions;
    assert!(actions.iter().any(|action| matches!(action, Action::KeepThreshold { threshold: 0.83, .. })), "{actions:?}");
}

/// A run's F1 on Runs is one number, however many classes it has.
#[test]
fn the_list_of_runs_gives_the_macro_f1() {
    let mut stage = stage(Page::Results, 100);
    stage.page = Page::Runs;
    let info = stage.session.runs[0].clone();
    let (mut harness, _) = stage.harness([1100.0, 760.0]);
    harness.run_steps(3);
    harness.get_by_label_contains(&format!("{},", info.name(Lang::En))).click();
    harness.run_steps(3);
    let f1 = info.scores.expect("judged").macro_f1;
    let row = harness.get_by_label("F1, macro").rect().center().y;
    let text = format!("{f1:.3}");
    let values = harness.query_all_by_label(&text);
    assert!(values.into_iter().any(|value| (value.rect().center().y - row).abs() < 4.0), "{f1}");
}

/// Another question is asked with one click, and bands that cannot be are refused where they are typed.
#[test]
fn another_question_is_one_click_away() {
    let (mut harness, stage) = shown(Page::Data, 5);
    harness.get_by_label("change the age groups").click();
    harness.run_steps(3);
    let label = "The years at which age groups begin";
    harness.get_by_role_and_label(Role::TextInput, label).focus();
    harness.run_steps(2);
    harness.get_by_role_and_label(Role::TextInput, label).type_text(",300");
    harness.run_steps(3);
    assert!(harness.query_by_label_contains("A band cannot begin at 300").is_some());
    harness.key_press(egui::Key::Escape);
    harness.run_steps(3);
    harness.get_by_label("Gender").click();
    harness.run_steps(3);
    harness.get_by_label("Hairstyle").click();
    harness.run_steps(2);
    let asked =
        stage.borrow().actions.iter().any(|action| matches!(action, Action::ReadAs(Reading { task: TaskChoice::Folders, .. })));
    assert!(asked);
}

/// From ten classes on the plot of the accuracy has the top-3 of the validation part, in its table too.
#[test]
fn training_shows_the_top_3_of_many_classes() {
    for n in [3, 10] {
        let (mut harness, stage) = shown(Page::Training, n);
        harness.get_by_label("Show as a table, Accuracy").click();
        harness.run_steps(3);
        let head = harness.query_by_label("epoch, training, validation, validation, top-3");
        assert_eq!(head.is_some(), n == 10);
        let stage = stage.borrow();
        let first = &stage.session.training.as_ref().expect("it trains").history[0];
        if let Some(top_3) = first.validation_top_3 {
            let row = format!("1, {:.3}, {:.3}, {top_3:.3}", first.train_accuracy, first.validation_accuracy);
            assert!(harness.query_by_label(&row).is_some(), "{row}");
        }
    }
}

/// What the list of the likeliest leaves out is counted below it.
#[test]
fn the_classes_that_an_answer_does_not_name_are_counted() {
    let (harness, _) = shown(Page::Predict, 10);
    assert!(harness.query_by_label_contains("5\u{a0}others ").is_some());
    let (harness, _) = shown(Page::Predict, 3);
    assert!(harness.query_by_label_contains("others ").is_none());
}

/// In the usual window the plots beside the heat map can be read, and say what they are of.
#[test]
fn the_plots_beside_the_heat_map_are_high_enough() {
    let (mut harness, _) = stage(Page::Results, 10).harness([1048.0, 760.0]);
    harness.run();
    let mut now = "as a list";
    for (side, plot) in [("ROC", "area "), ("not sure", "Accuracy by coverage")] {
        harness.get_by_label(now).click();
        harness.run();
        harness.get_by_role_and_label(Role::MenuItem, side).click();
        harness.run();
        let images = harness.query_all_by_role(Role::Image);
        let plot = images.filter(|node| node.accesskit_node().label().is_some_and(|label| label.starts_with(plot)));
        let heights: Vec<f32> = plot.map(|node| node.rect().height()).collect();
        assert!(heights.len() == 1 && heights[0] >= 140.0, "{side} {heights:?}");
        if side == "ROC" {
            assert!(harness.query_all_by_label_contains(" against the rest").next().is_some(), "one class is drawn");
        }
        now = side;
    }
}

/// Cells of two hundred classes are smaller than a hand is sure: the nearest that holds pictures is meant.
#[test]
fn small_cells_are_hit_from_nearby() {
    let (mut harness, _) = shown(Page::Results, 200);
    let map = harness.query_all_by_role(Role::Image).map(|node| node.rect()).max_by(|a, b| a.area().total_cmp(&b.area()));
    let corner = map.expect("the heat map").max;
    // Three columns left of the last cell of the diagonal, where nothing was taken for anything.
    harness.hover_at(corner - egui::vec2(8.0, 1.0));
    harness.run_steps(3);
    let images = harness.query_all_by_role(Role::Image);
    let said: Vec<String> =
        images.filter_map(|node| node.accesskit_node().label()).filter(|said| said.contains("of those predicted")).collect();
    assert!(!said.is_empty() && !said.iter().any(|said| said.starts_with("0 ")), "{said:?}");
}

/// A percentage of wrong answers that is much for two classes is little for a hundred.
#[test]
fn what_is_hardly_learned_goes_by_the_number_of_classes() {
    let epoch = trombine::history::EpochRecord { train_accuracy: 0.3, validation_accuracy: 0.3, ..Default::default() };
    let said = |classes| words::about_accuracy(&[epoch; 6], classes, true).en;
    assert!(said(2).contains("hardly learned"), "{}", said(2));
    assert!(said(100).contains("about as well"), "{}", said(100));
}
