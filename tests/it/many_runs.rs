//! An experiment of five hundred runs: its page costs what one of fifty costs.

use std::sync::Arc;

use egui_kittest::{
    Harness,
    kittest::{NodeT as _, Queryable as _},
};
use trombine::{
    experiment::{Design, MemberState, Recipe, Vary},
    preset::Preset,
    session::{AtWork, Phase, Session},
    setting_def::Choice as _,
    settings::Settings,
    worker::{Envelope, Event, JobId},
};

use crate::{
    experiments_page::{finish, runs, waiting, with},
    stage::{self, Stage},
    support,
};

/// What is drawn in a frame: shapes, points of lines and areas, and nodes for who does not see it.
#[derive(Debug)]
struct Frame {
    shapes: usize,
    nodes: usize,
    /// Letters that a screen reader is given.
    letters: usize,
}

fn count(shape: &egui::Shape) -> usize {
    if let egui::Shape::Vec(shapes) = shape { shapes.iter().map(count).sum() } else { 1 }
}

/// An experiment whose runs are all finished.
fn finished(draft: impl Fn(&Settings) -> Design, seeds: u32) -> Stage {
    let stage = runs();
    let draft = draft(&Settings::default()).draft(&Settings::default(), seeds, false).expect("a draft");
    let mut view = waiting(&stage, "many", draft);
    for place in 0..view.members.len() {
        // Spread as results are, most in the middle.
        let off: usize = (0..4).map(|nth| (place * [37, 101, 53, 89][nth] + nth * 11) % 100).sum();
        finish(&stage, &mut view.members[place], format!("run-{place}"), 0.8 + 0.0004 * off as f64, 1200);
    }
    with(stage, vec![view])
}

/// Five hundred seeds.
pub fn seeds() -> Stage {
    finished(|_| Design::Seeds, 500)
}

/// The page of one.
fn page(draft: impl Fn(&Settings) -> Design, seeds: u32) -> Harness<'static> {
    opened(finished(draft, seeds))
}

fn opened(stage: Stage) -> Harness<'static> {
    let name = stage.session.experiments.list[0].name.en.clone();
    let (mut harness, _) = stage.harness([1280.0, 900.0]);
    harness.run_steps(3);
    harness.get_by_label("Experiments").click();
    harness.run_steps(3);
    harness.get_by_label_contains(&name).click();
    harness.run_steps(4);
    harness
}

/// A frame of it, as it is drawn again and again while runs are trained; the first looks have counted what they had to.
fn frame(harness: &mut Harness<'_>) -> Frame {
    let began = support::thread_time();
    harness.run_steps(20);
    if let (Some(began), Some(now)) = (began, support::thread_time()) {
        println!("{:.2} ms a frame", (now - began).as_secs_f64() * 1000.0 / 20.0);
    }
    let nodes: Vec<_> = harness.root().children_recursive().collect();
    let letters = nodes.iter().map(|node| node.accesskit_node().label().map_or(0, |label| label.len())).sum();
    let shapes = harness.output().shapes.iter().map(|shape| count(&shape.shape)).sum();
    Frame { shapes, nodes: nodes.len(), letters }
}

/// Of many there is no more to draw than of some.
fn is_flat(name: &str, few: &Frame, many: &Frame) {
    println!("{name}: {few:?}, {many:?}");
    assert!(many.nodes <= few.nodes + 4, "{name}: {few:?} {many:?}");
    assert!(many.shapes * 4 <= few.shapes * 5, "{name}: {few:?} {many:?}");
    assert!(many.letters <= few.letters + 500, "{name}: {few:?} {many:?}");
}

#[test]
fn five_hundred_seeds_cost_a_frame_what_a_hundred_do() {
    let [mut few, mut many] = [100, 500].map(|seeds| page(|_| Design::Seeds, seeds));
    is_flat("seeds", &frame(&mut few), &frame(&mut many));
    assert!(many.query_by_label_contains("500 of 500 runs finished").is_some());
    assert!(many.query_by_label_contains("24 of 500 curves").is_some(), "what is not drawn is said");
    assert!(many.query_by_label_contains("500\u{a0}results: seed ").is_some(), "and read out by its ends");
}

#[test]
fn of_many_runs_the_one_that_is_trained_is_in_sight() {
    let mut stage = seeds();
    let (job, member) = (JobId(7), 300);
    let mut training = stage::training(stage.session.dataset().expect("opened"), 5);
    (training.job, training.run) = (Some(job), "run-live".to_owned());
    stage.session.training = Some(training);
    stage.session.begin(job, Phase::Training);
    let experiments = &mut stage.session.experiments;
    experiments.at_work = Some(AtWork { job, experiment: "many".to_owned(), member });
    let now = Arc::make_mut(experiments.views.get_mut("many").expect("known"));
    (now.members[member].state, now.members[member].run) = (MemberState::Training, None);
    let mut harness = opened(stage);
    assert!(harness.query_by_label("seed 342, epoch 5 of 50").is_some());
    // Until somebody looks elsewhere.
    let list = harness.get_by_label("seed 342, epoch 5 of 50").rect().center();
    harness.event(egui::Event::PointerMoved(list));
    for _ in 0..20 {
        harness.event(egui::Event::MouseWheel {
            unit: egui::MouseWheelUnit::Point,
            delta: egui::vec2(0.0, 400.0),
            phase: egui::TouchPhase::Move,
            source: egui::MouseWheelSource::Wheel,
            modifiers: egui::Modifiers::NONE,
        });
        harness.run_steps(4);
    }
    harness.run_steps(30);
    assert!(harness.query_by_label("seed 342, epoch 5 of 50").is_none());
}

/// All are read anew when the experiment is over, which may be days later.
#[test]
fn a_run_that_has_ended_is_among_the_others_at_once() {
    let stage = runs();
    let draft = Design::Seeds.draft(&Settings::default(), 3, false).expect("a draft");
    let mut view = waiting(&stage, "many", draft);
    finish(&stage, &mut view.members[0], "run-0".to_owned(), 0.9, 1200);
    let (mut session, job) = (Session::default(), JobId(1));
    session.begin(job, Phase::Training);
    for member in [1, 0, 0, 2] {
        let now = Box::new(view.members[member].clone());
        session.apply(Envelope { job, event: Event::Member { experiment: "many".to_owned(), member, view: now } });
    }
    assert_eq!(session.runs.iter().map(|run| run.id.as_str()).collect::<Vec<_>>(), ["run-0"]);
    // Its answers are read when they are looked at: hundreds have no room.
    let judged = stage::run(stage.session.dataset().expect("opened"));
    let evaluated = |session: &mut Session| {
        session.apply(Envelope { job, event: Event::Evaluated(Box::new(judged.clone())) });
    };
    evaluated(&mut session);
    assert!(session.views.is_empty() && session.run.is_some());
    session.apply(Envelope { job, event: Event::RunViewed(Box::new(judged.clone())) });
    evaluated(&mut session);
    assert_eq!(session.views.len(), 1);
}

#[test]
fn of_some_recipes_each_keeps_its_curves() {
    let recipe = |preset: Preset| Recipe { name: preset.name().into(), settings: preset.settings() };
    let design = |_: &Settings| Design::Compare(vec![recipe(Preset::Notebook), recipe(Preset::Recommended)]);
    let [mut few, mut many] = [50, 250].map(|seeds| page(design, seeds));
    is_flat("recipes", &frame(&mut few), &frame(&mut many));
    assert!(many.query_by_label_contains("24 of 500 curves").is_some());
}

#[test]
fn a_search_of_five_hundred_runs_draws_the_best_and_some_of_the_others() {
    let design = |runs: u32| {
        move |base: &Settings| {
            let vary = ["model.dropout=0.1..0.6", "train.optimizer.learning_rate=0.0001..0.01:log"];
            let vary = vary.map(|text| Vary::parse(text, base).expect("a range")).into();
            Design::Search { vary, runs: Some(runs) }
        }
    };
    let [mut few, mut many] = [200, 500].map(|runs| page(design(runs), 1));
    is_flat("search", &frame(&mut few), &frame(&mut many));
    assert!(many.query_by_label_contains("Of 500 runs the best 100 are drawn").is_some());
}
