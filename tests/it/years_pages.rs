//! Pages of the question "age in years", on made-up sessions.

use std::{cell::RefCell, rc::Rc, sync::Arc};

use egui::accesskit::Role;
use egui_kittest::{
    Harness,
    kittest::{NodeT as _, Queryable as _},
};
use trombine::{
    data::{
        dataset::Dataset,
        edits::Change,
        reading::{Reading, TaskChoice, Understood},
        task::Task,
    },
    evaluate::{Grouping, Interval, Logits, Prediction, Regression, Report},
    history::Mae,
    plan::Plan,
    predict::predictor::Estimate,
    run::RunView,
    session::Phase,
    text::{Lang, decimal, years},
    train::event::FollowedFace,
    ui::{Action, page::Page, widget::scatter::Scatter},
};

use crate::stage::{self, Stage};

const COUNT: usize = 600;

/// The drawings, named as UTKFace's pictures of these ages are: few of them are old.
pub fn dataset() -> Arc<Dataset> {
    let mut dataset = Dataset::clone(&stage::faces(COUNT));
    dataset.task = Task::age();
    dataset.understood = Understood {
        ages: COUNT as u64,
        reading: Reading { task: TaskChoice::Age, ..Reading::default() },
        ..Understood::default()
    };
    for (i, sample) in dataset.samples.iter_mut().enumerate() {
        let age = (1 + (i * 37) % 55 + (i * i * 7) % 33) as u8;
        sample.file = format!("{age}_{}_{}_{}.png", i % 2, i % 5, 20_170_116_000_000_000u64 + i as u64).into();
        (sample.class, sample.age, sample.race) = (age, Some(age.into()), Some((i % 5) as u8));
    }
    Arc::new(dataset)
}

/// A run of it, the further off the older people are.
pub fn run(dataset: &Dataset) -> RunView {
    let predictions: Vec<Prediction> = dataset
        .samples
        .iter()
        .enumerate()
        .map(|(i, sample)| {
            let age = f32::from(sample.class);
            let off = ((i * 53 % 41) as f32 - 20.0) * (0.2 + age / 110.0);
            Prediction {
                file: sample.file.clone(),
                sample: i as u32,
                label: sample.class,
                logit: Logits::Value((age + off).max(0.0)),
                age: sample.age,
                race: sample.race,
            }
        })
        .collect();
    let mut view = stage::run(dataset);
    view.settings = view.settings.for_task(&dataset.task);
    if let Some(report) = &mut view.report {
        let shares = dataset.balance().into_iter().map(|n| n as f64 / COUNT as f64);
        (report.predictions, report.validation) = (predictions.clone(), predictions);
        report.train_shares = shares.collect();
    }
    view.info.scores = view.report.as_ref().map(Report::run_scores);
    for epoch in &mut view.history {
        epoch.mae = Some(mae(epoch.epoch));
    }
    view
}

fn mae(epoch: u32) -> Mae {
    let x = f64::from(epoch);
    Mae { train: 4.2 + 12.0 * (-x / 3.0).exp(), validation: 5.6 + 10.0 * (-x / 2.5).exp() }
}

/// A page with everything that it could show.
pub fn stage(page: Page) -> Stage {
    let mut stage = Stage::new(page);
    let data = dataset();
    stage.settings = stage.settings.clone().for_task(&data.task);
    stage.plan = Plan::new(&stage.settings, data.clone()).map(Arc::new);
    if page == Page::Results || page == Page::Predict {
        let view = run(&data);
        stage.session.runs = vec![view.info.clone()];
        stage.session.run = Some(Arc::new(view));
    }
    if page == Page::Training {
        let mut training = stage::training(&data, 14);
        training.settings = stage.settings.clone();
        for epoch in &mut training.history {
            epoch.mae = Some(mae(epoch.epoch));
        }
        training.live = vec![[13.54, 0.231, 4.4]];
        let errors = [5.0, -3.0, 14.0, 0.2, -8.0, 1.0];
        for (face, error) in training.faces.iter_mut().zip(errors) {
            let label = data.samples[face.sample as usize].class;
            let estimate = (f32::from(label) + error).max(0.0);
            *face = FollowedFace { class: estimate.round() as u8, probability: 1.0, estimate: Some(estimate), ..*face };
        }
        stage.session.training = Some(training);
        stage.session.phase = Phase::Training;
    }
    if page == Page::Predict {
        let mut photo = stage::photo(1);
        let estimates = [(34.2, 24.0, 44.4), (71.0, 55.3, 83.1)];
        for (asked, (value, low, high)) in photo.asked.iter_mut().zip(estimates) {
            if let Some(Ok(reply)) = &mut asked.reply {
                reply.task = data.task.clone();
                reply.probabilities.clear();
                reply.estimate = Some(Estimate { value, range: Some(Interval { low, high }) });
            }
        }
        stage.session.photos = vec![photo];
    }
    stage.session.open = Some(data.into());
    stage
}

/// Runs of years and of classes beside each other.
pub fn mixed() -> Stage {
    let mut stage = stage::three_runs();
    let mut view = run(&dataset());
    let known = &stage.session.runs[1];
    (view.info.id, view.info.name, view.info.created) = (known.id.clone(), known.name.clone(), known.created);
    stage.session.runs[1] = view.info.clone();
    stage.session.views.insert(view.info.id.clone(), Arc::new(view));
    stage.compare();
    stage
}

/// Two runs of years, of which the second is a little nearer.
pub fn two() -> Stage {
    let mut stage = stage(Page::Runs);
    for (i, name) in ["age, quick", "age, recommended"].into_iter().enumerate() {
        let mut view = run(&dataset());
        (view.info.id, view.info.name) = (format!("2026-11-2{i}-140211"), name.to_owned());
        view.info.created -= 86_400 * i as u64;
        view.settings.train.batch_size = 32 << i;
        if let Some(report) = view.report.as_mut().filter(|_| i > 0) {
            for (place, p) in report.predictions.iter_mut().enumerate() {
                let moved = ((place * 31 % 23) as f32 - 11.0) * 0.6;
                p.logit = Logits::Value((p.label as f32 + 0.9 * p.error() as f32 + moved).max(0.0));
            }
            view.info.scores = Some(report.run_scores());
        }
        stage.session.runs.push(view.info.clone());
        stage.session.views.insert(view.info.id.clone(), Arc::new(view));
    }
    stage.compare();
    stage
}

fn shown(page: Page, lang: Lang) -> (Harness<'static>, Rc<RefCell<Stage>>) {
    let mut stage = stage(page);
    stage.lang = lang;
    let (mut harness, stage) = stage.harness([1200.0, 800.0]);
    harness.run_steps(3);
    (harness, stage)
}

fn report() -> Report {
    run(&dataset()).report.expect("judged")
}

fn said(harness: &Harness<'_>, text: &str) -> bool {
    harness.query_all_by_label_contains(text).next().is_some()
}

/// What is said of a picture's label and estimate.
fn called(p: &Prediction, count: usize, lang: Lang) -> String {
    format!("{count} {}", Task::age().called(p.label.into(), p.predicted(0.0), count as u32, lang))
}

fn alike(report: &Report, p: &Prediction) -> usize {
    report.predictions.iter().filter(|other| other.label == p.label && other.predicted(0.0) == p.predicted(0.0)).count()
}

/// A point that is clicked opens its picture; hovered, it says label, estimate and file.
#[test]
fn a_point_opens_its_picture() {
    let report = report();
    let points: Vec<[f64; 2]> = report.predictions.iter().map(|p| [f64::from(p.label), p.estimate()]).collect();
    // The one that is furthest from all others, so that no other lies under the pointer.
    let (mut harness, _) = shown(Page::Results, Lang::En);
    let rect = harness.get_by_label_contains("Estimated and labeled age: 600 pictures").rect();
    let frame = Scatter::frame(&points, rect);
    let place = |i: usize| frame.at(points[i][0], points[i][1]);
    let apart =
        |i: usize| (0..points.len()).filter(|j| *j != i).map(|j| place(i).distance(place(j))).fold(f32::INFINITY, f32::min);
    let alone = (0..points.len()).max_by(|a, b| apart(*a).total_cmp(&apart(*b))).unwrap();
    assert!(apart(alone) > 2.0);
    harness.hover_at(place(alone));
    harness.run_steps(3);
    let p = &report.predictions[alone];
    let off = if p.error() < 0.0 { "−" } else { "+" };
    let hovered =
        format!("estimated {:.0}, labeled {} ({off}{:.0}), {}", p.estimate(), p.label, p.error().abs(), p.file.display());
    assert!(said(&harness, &hovered), "{hovered}");
    harness.drag_at(place(alone));
    harness.run_steps(1);
    harness.drop_at(place(alone));
    harness.run_steps(4);
    let count = alike(&report, p);
    assert!(said(&harness, &called(p, count, Lang::En)), "{}", called(p, count, Lang::En));
    assert!(said(&harness, &format!("{}: labeled {}, predicted {:.0}", p.file.display(), p.label, p.estimate())));
    harness.get_by_label("Back to the results").click();
    harness.run_steps(4);
    assert!(said(&harness, "Error by group"));
}

/// The keyboard begins at the largest error, goes from point to point, and opens the one it is at.
#[test]
fn the_keyboard_reaches_the_points() {
    let report = report();
    let (mut harness, _) = shown(Page::Results, Lang::Fr);
    harness.get_by_label_contains("Âge estimé et étiquette\u{a0}: 600 images").focus();
    harness.run_steps(2);
    let worst = &report.predictions[report.largest_errors()[0]];
    assert!(said(&harness, &format!("étiquette {} (", worst.label)));
    assert!(said(&harness, &worst.file.display().to_string()));
    harness.key_press(egui::Key::ArrowLeft);
    harness.run_steps(2);
    let younger = report.predictions.iter().map(|p| p.label).filter(|label| *label < worst.label).max().unwrap();
    let expected = report
        .predictions
        .iter()
        .filter(|p| p.label == younger)
        .min_by(|a, b| (a.estimate() - worst.estimate()).abs().total_cmp(&(b.estimate() - worst.estimate()).abs()))
        .unwrap();
    assert!(said(&harness, &format!(", étiquette {younger} (")));
    harness.key_press(egui::Key::Enter);
    harness.run_steps(4);
    let sentence = called(expected, alike(&report, expected), Lang::Fr);
    assert!(said(&harness, &sentence), "{sentence}");
}

/// The head and the card of scores say what the report says.
#[test]
fn the_numbers_are_those_of_the_report() {
    for lang in Lang::ALL {
        let report = report();
        let (harness, _) = shown(Page::Results, lang);
        let Regression { mae, mae_range, rmse, r2, baseline, median_error, within_5, .. } =
            report.regression().expect("of years");
        let range = mae_range.expect("many pictures");
        let to = if lang == Lang::En { "to" } else { "à" };
        let both = format!("{} ({} {to} {})", years(lang, mae, 2), decimal(lang, range.low, 2), decimal(lang, range.high, 2));
        assert!(said(&harness, &both), "{both}");
        for value in [years(lang, baseline, 2), years(lang, rmse, 2), years(lang, median_error, 2), decimal(lang, r2.unwrap(), 3)]
        {
            assert!(said(&harness, &value), "{value}");
        }
        assert!(said(&harness, &trombine::text::percent(lang, within_5.share(), 1)));
        assert!(said(&harness, &report.headline(0.5, lang)));
        assert!(said(&harness, &report.part_and_way(lang)));
        assert!(mae < baseline);
    }
}

/// Each group opens exactly its pictures, by age, race label and gender.
#[test]
fn groups_open_their_pictures() {
    let report = report();
    for (by, choose) in [(Grouping::AGE, None), (Grouping::RACE, Some("race label")), (Grouping::CLASS, Some("gender"))] {
        for group in report.regression_groups(by) {
            let (mut harness, _) = shown(Page::Results, Lang::En);
            if let Some(choose) = choose {
                if harness.query_by_label(choose).is_none() {
                    harness.get_by_label("age").click();
                    harness.run_steps(2);
                }
                harness.get_by_label(choose).click();
                harness.run_steps(3);
            }
            let name = group.key.name(&report.task, Lang::En);
            let row = format!("{name}: off by {} on {} pictures", years(Lang::En, group.mae, 1), group.n);
            // “female” ends in “male”.
            let rows = harness.query_all_by_label_contains(&row);
            let whole =
                |node: &egui_kittest::Node<'_>| node.accesskit_node().label().is_some_and(|label| label.starts_with(&row));
            rows.into_iter().find(whole).expect("the group's row").click();
            harness.run_steps(4);
            assert_eq!(report.members(group.key).len(), group.n as usize);
            let head = format!("{} pictures, {name}", group.n);
            assert!(said(&harness, &head), "{head}");
        }
    }
}

/// The gallery begins with the largest error, as the strip on the page does.
#[test]
fn the_largest_errors_come_first() {
    let report = report();
    let worst = &report.predictions[report.largest_errors()[0]];
    let tile = format!("{}: labeled {}, predicted", worst.file.display(), worst.label);
    let (mut harness, _) = shown(Page::Results, Lang::En);
    assert!(said(&harness, &tile), "{tile}");
    harness.get_by_label("See all 600").click();
    harness.run_steps(4);
    assert!(said(&harness, "600 pictures") && said(&harness, &tile), "{tile}");
    let pictures = harness.query_all_by_label_contains(": labeled ");
    let first = pictures.min_by(|a, b| {
        let (a, b) = (a.rect().min, b.rect().min);
        a.y.total_cmp(&b.y).then(a.x.total_cmp(&b.x))
    });
    assert!(first.unwrap().accesskit_node().label().unwrap().starts_with(&tile));
}

/// The histogram counts by ten years, and a bar is what the wall shows.
#[test]
fn a_bar_of_the_histogram_narrows_the_wall() {
    let data = dataset();
    let (mut harness, _) = shown(Page::Data, Lang::En);
    let span = data.age_span().expect("ages");
    assert!(said(&harness, &span.words(Lang::En)));
    let count = data.samples.iter().filter(|sample| (20..30).contains(&sample.class)).count();
    harness.get_by_role_and_label(Role::Button, &format!("20 to 29, {count}")).click();
    harness.run_steps(3);
    assert!(said(&harness, &format!("{count}\u{a0}shown")));
    let old = data.samples.iter().filter(|sample| sample.class >= 80).count();
    assert!(old < 20 && said(&harness, "80 and over: too few to learn"), "{old}");
}

/// While it trains: the error in years, the baseline's line, and faces by how far they are off.
#[test]
fn training_speaks_of_years() {
    let (harness, _) = shown(Page::Training, Lang::En);
    assert!(said(&harness, "Mean error in years"));
    let face = stage(Page::Training).session.training.unwrap().faces[0];
    let label = dataset().samples[face.sample as usize].class;
    assert!(said(&harness, &format!("predicted {}, labeled {label} (+5)", face.class)));
    assert!(!said(&harness, "Accuracy"));
}

/// An answer says an age with its range, in words and on a scale.
#[test]
fn an_answer_is_an_age_with_its_range() {
    for (lang, words) in [(Lang::En, "about 34 (24 to 44)"), (Lang::Fr, "environ 34\u{a0}ans (24\u{a0}à\u{a0}44)")] {
        let (harness, _) = shown(Page::Predict, lang);
        assert!(said(&harness, words));
        assert!(harness.query_by_role_and_label(Role::Image, words).is_some());
    }
}

/// Runs of both questions each say their own measure, and a comparison says that they differ.
#[test]
fn mixed_runs_say_their_own_measure() {
    let (mut harness, _) = mixed().harness([1200.0, 800.0]);
    harness.run_steps(3);
    let view = run(&dataset());
    let of = view.info.scores.as_ref().and_then(|scores| scores.years).expect("of years");
    assert!(said(&harness, &years(Lang::En, of.mae, 2)));
    for name in ["notebook + batch norm,", "notebook,"] {
        harness.get_by_label_contains(name).click();
        harness.run_steps(3);
    }
    assert!(said(&harness, "The chosen runs ask different questions"));
    assert!(said(&harness, "mean error"));
}

/// Another age is typed, not sought in a menu: what is none is said, Escape gives up, Enter applies. On Data and in Results.
#[test]
fn another_age_is_typed() {
    for page in [Page::Data, Page::Results] {
        let (mut harness, stage) = shown(page, Lang::En);
        if page == Page::Data {
            harness.get_by_label_contains("Wall of").click();
        } else {
            let report = report();
            let worst = &report.predictions[report.largest_errors()[0]];
            let tile = format!("{}: labeled", worst.file.display());
            harness.query_all_by_label_contains(&tile).next().expect("its tile").click();
        }
        harness.run_steps(4);
        let field = "Age in years, 0 to 130";
        let open = |harness: &mut Harness<'_>| {
            harness.get_by_label("Change label to…").click();
            harness.run_steps(4);
        };
        let typed = |harness: &mut Harness<'_>, text: &str| {
            assert!(harness.get_by_role_and_label(Role::TextInput, field).is_focused());
            harness.get_by_role_and_label(Role::TextInput, field).type_text(text);
            harness.run_steps(2);
        };
        let edits = || {
            let stage = stage.borrow();
            let edit = |action: &Action| match action {
                Action::Edit { change, .. } => Some(change.clone()),
                _ => None,
            };
            stage.actions.iter().filter_map(edit).collect::<Vec<_>>()
        };
        open(&mut harness);
        typed(&mut harness, "131");
        harness.key_press(egui::Key::Enter);
        harness.run_steps(3);
        assert!(said(&harness, "A whole number from 0 to 130"));
        harness.key_press(egui::Key::Escape);
        harness.run_steps(3);
        assert!(harness.query_by_role_and_label(Role::TextInput, field).is_none());
        assert!(edits().is_empty(), "{page:?}: {:?}", edits());
        open(&mut harness);
        typed(&mut harness, "99");
        harness.key_press(egui::Key::Enter);
        harness.run_steps(3);
        assert_eq!(edits(), [Change::Relabel("99".to_owned())], "{page:?}");
        assert!(harness.query_by_role_and_label(Role::TextInput, field).is_none());
    }
}
