//! A search in the window: asked for on Runs, and its runs as parallel coordinates.

use std::{cell::RefCell, rc::Rc};

use egui::{Color32, Event, Key, Modifiers, PointerButton, Pos2, accesskit::Role, pos2, vec2};
use egui_kittest::{Harness, kittest::Queryable as _};
use trombine::{
    experiment::{Cost, Design, Draft, ExperimentKind, Halving, MemberState, Values, Vary},
    run::RunStatus,
    settings::Settings,
    ui::{
        Action,
        theme::{self, Theme},
        widget::parallel_coordinates::{Axis, ParallelCoordinates, RunLine, color},
    },
};

use crate::{
    experiments_page::{finish, runs, waiting, with},
    stage::{self, Stage},
};

/// A search over four options, of which 23 of 24 runs are over.
pub fn searched() -> Stage {
    let stage = runs();
    let base = Settings::default();
    let vary = |text: &str| Vary::parse(text, &base).expect("an option with its values");
    let vary = vec![
        vary("model.dropout=0.1..0.6"),
        vary("train.optimizer.learning_rate=0.00003..0.003:log"),
        vary("train.batch_size=16,32,64"),
        vary("model.activation=relu,leaky_relu,gelu"),
        vary("augment.flip=true,false"),
    ];
    let design = Design::Search { vary, runs: Some(24) };
    let draft = design.draft(&base, 1, false).expect("a draft");
    let mut view = waiting(&stage, "search", draft);
    for place in 0..23 {
        let settings = view.experiment.settings(place).expect("settings");
        let rate = settings.train.optimizer.learning_rate.log10();
        let off = (rate + 3.4).abs() * 0.05 + (settings.model.dropout - 0.35).abs() * 0.08;
        let flip = if settings.augment.flip { 0.012 } else { 0.0 };
        finish(&stage, &mut view.members[place], format!("run-{place}"), 0.915 - off + flip, 1200);
    }
    with(stage, vec![view])
}

/// The same as successive halving of nine combinations: six are left behind after the first rung, of the other three one has
/// come to the end of the second and waits.
pub fn halved() -> Stage {
    let stage = runs();
    let base = Settings::default();
    let vary = ["model.dropout=0.1,0.3,0.5", "train.batch_size=16,32,64"];
    let vary = vary.map(|text| Vary::parse(text, &base).expect("an option with its values")).into();
    let draft = Design::Search { vary, runs: None }.draft(&base, 1, false).and_then(|draft| draft.halved(3)).expect("a draft");
    let mut view = waiting(&stage, "halved", draft);
    let rungs = view.experiment.halving.clone().expect("it is halved").rungs;
    for (place, member) in view.members.iter_mut().enumerate() {
        let goes_on = place % 3 == 1;
        let done = if goes_on && place == 4 { rungs[1] } else { rungs[0] };
        finish(&stage, member, format!("run-{place}"), if goes_on { 0.92 } else { 0.88 }, 1200);
        member.epochs = base.train.epochs;
        member.history = stage::history(done);
        member.history.iter_mut().for_each(|epoch| epoch.validation_accuracy -= if goes_on { 0.0 } else { 0.04 });
        member.state = if goes_on { MemberState::Paused } else { MemberState::Dropped { epoch: rungs[0], rung: 1 } };
        let run = member.run.as_mut().expect("it has one");
        (run.epochs_done, run.status, run.scores) = (done, RunStatus::Paused, None);
    }
    with(stage, vec![view])
}

/// The form with these options added to its search.
fn form(options: &[&str]) -> (Harness<'static>, Rc<RefCell<Stage>>) {
    let (mut harness, stage) = runs().harness([1280.0, 900.0]);
    harness.run_steps(3);
    harness.get_by_label("New experiment…").click();
    harness.run_steps(3);
    harness.get_by_label("Search").click();
    harness.run_steps(3);
    for option in options {
        harness.get_by_label("Add a setting…").click();
        harness.run_steps(4);
        // What the list has no room for is found by typing.
        harness.event(Event::Text((*option).to_owned()));
        harness.run_steps(3);
        harness.get_by_label(option).click();
        harness.run_steps(4);
    }
    (harness, stage)
}

fn begun(stage: &Rc<RefCell<Stage>>) -> Draft {
    let actions = stage.borrow_mut().actions.split_off(0);
    let Some(Action::StartExperiment(draft)) = actions.last() else { panic!("nothing was begun: {actions:?}") };
    Draft::clone(draft)
}

#[test]
fn options_are_chosen_from_a_list_and_their_values_are_counted() {
    let (mut harness, stage) = form(&[]);
    assert!(harness.query_by_label_contains("Add the settings").is_some(), "what to do first");
    assert!(harness.query_by_label_contains("Start ").is_none());
    harness.get_by_label("Add a setting…").click();
    harness.run_steps(4);
    // The search field has the keyboard; what is typed narrows the list.
    harness.event(Event::Text("dropout".to_owned()));
    harness.run_steps(3);
    assert!(harness.query_by_label("Dropout after blocks").is_some() && harness.query_by_label("Epochs at most").is_none());
    harness.get_by_label("Dropout").click();
    harness.run_steps(4);
    // numpy.linspace(0.25, 0.75, 3)
    assert!(harness.query_by_label_contains("0.25 · 0.5 · 0.75").is_some());
    harness.get_by_label("Add a setting…").click();
    harness.run_steps(4);
    harness.get_by_label("Flip").click();
    harness.run_steps(4);
    stage.borrow_mut().actions.clear();
    harness.get_by_label("Start 6\u{a0}runs").click();
    harness.run_steps(3);
    let draft = begun(&stage);
    assert_eq!((draft.kind, draft.members.len()), (ExperimentKind::Search, 6));
    assert_eq!(draft.variants[0].changes, ["model.dropout=0.25", "augment.flip=false"]);
    // One value alone is no choice.
    harness.get_by_label("off").click();
    harness.run_steps(3);
    assert!(harness.query_by_label_contains("nothing to choose between").is_some());
    assert!(harness.query_by_label_contains("Start ").is_none());
    harness.get_by_label("Stop varying: Flip").click();
    harness.run_steps(3);
    assert!(harness.query_by_label("Start 3\u{a0}runs").is_some());
}

/// 50 epochs and three values: `50 // 3`, and all of them.
#[test]
fn the_worse_ones_are_stopped_early_on_wish() {
    let (mut harness, stage) = form(&["Dropout"]);
    assert!(!says(&harness, "Successive halving: 3\u{a0}combinations"), "not unless it is wished");
    harness.get_by_role_and_label(Role::Switch, "Stop the worse ones early").click();
    harness.run_steps(4);
    assert_eq!(Settings::default().train.epochs, 50);
    assert!(says(&harness, "Successive halving: 3\u{a0}combinations up to epoch 16, 1 up to epoch 50"));
    let actions = stage.borrow_mut().actions.split_off(0);
    let Some(Action::CostOfExperiment(draft)) = actions.last() else { panic!("it is asked what it takes: {actions:?}") };
    let halving = Some(Halving { eta: 3, rungs: vec![16, 50] });
    assert_eq!(draft.halving, halving);
    let cost = Cost { runs: 3, seconds: Some(600.0), bytes: 90_000_000 };
    stage.borrow_mut().session.experiments.cost = Some((Draft::clone(draft), cost));
    harness.run_steps(3);
    assert!(says(&harness, "3\u{a0}runs · at most about 10"));
    harness.get_by_label("Start 3\u{a0}runs").click();
    harness.run_steps(3);
    assert_eq!(begun(&stage).halving, halving, "it is kept with the experiment");
    // Of two combinations one of three cannot go on.
    let (mut harness, stage) = form(&["Flip"]);
    harness.get_by_role_and_label(Role::Switch, "Stop the worse ones early").click();
    harness.run_steps(4);
    assert!(says(&harness, "Keeping one of 3 takes at least 3 combinations") && !says(&harness, "Start "));
    harness.get_by_role_and_label(Role::Switch, "Stop the worse ones early").click();
    harness.run_steps(4);
    harness.get_by_label("Start 2\u{a0}runs").click();
    harness.run_steps(3);
    assert_eq!(begun(&stage).halving, None);
}

#[test]
fn the_page_of_a_halved_search_says_who_goes_on() {
    let (mut harness, stage) = halved().harness([1280.0, 900.0]);
    harness.run_steps(3);
    harness.get_by_label("Experiments").click();
    harness.run_steps(3);
    harness.get_by_label_contains("search").click();
    harness.run_steps(4);
    // 50 // 9, 50 // 3 and 50.
    assert!(says(&harness, "9\u{a0}combinations up to epoch 5, 3 up to epoch 16, 1 up to epoch 50"));
    assert!(says(&harness, "0 of 9 runs finished · 6\u{a0}stopped early"));
    assert!(says(&harness, "stopped early, at epoch 5: others were better"));
    assert!(says(&harness, "waiting at epoch 16 for the others"));
    let view = stage.borrow().session.experiments.views["halved"].clone();
    let waits: Vec<Option<u32>> = view.waits();
    assert_eq!(waits.iter().flatten().collect::<Vec<_>>(), [&16]);
    // The others of the second rung can go on now.
    assert_eq!(view.open(), [(1, Some(16)), (7, Some(16))]);
}

/// Whether something that is called so is on the page.
fn says<S>(harness: &Harness<'_, S>, text: &str) -> bool {
    harness.query_all_by_label_contains(text).next().is_some()
}

#[test]
fn a_random_search_says_what_it_takes() {
    let (mut harness, stage) = form(&["Learning rate"]);
    // 0.0001, the rate of now, in the middle: numpy.geomspace(1e-5, 1e-3, 3)
    assert!(harness.query_by_label_contains("0.00001 · 0.0001 · 0.001").is_some());
    harness.get_by_label("Drawn at random").click();
    harness.run_steps(4);
    let actions = stage.borrow_mut().actions.split_off(0);
    let Some(Action::CostOfExperiment(draft)) = actions.last() else { panic!("it is asked what it takes: {actions:?}") };
    assert_eq!(draft.members.len(), 20);
    let cost = Cost { runs: 20, seconds: Some(600.0), bytes: 90_000_000 };
    stage.borrow_mut().session.experiments.cost = Some((Draft::clone(draft), cost));
    harness.run_steps(3);
    assert!(harness.query_by_label_contains("20\u{a0}runs · at most about 10").is_some());
    harness.get_by_label("Start 20\u{a0}runs").click();
    harness.run_steps(3);
    let rates = begun(&stage).variants.into_iter().map(|variant| {
        let [change] = &variant.changes[..] else { panic!("one option: {:?}", variant.changes) };
        change.strip_prefix("train.optimizer.learning_rate=").and_then(|rate| rate.parse::<f64>().ok()).expect("a rate")
    });
    let rates: Vec<f64> = rates.collect();
    assert!(rates.iter().all(|rate| (1e-5..=1e-3).contains(rate)));
    // By logarithms about half of them lie below the middle; linearly one of ten would.
    assert!((5..=15).contains(&rates.iter().filter(|rate| **rate < 1e-4).count()), "{rates:?}");
}

/// `numpy.geomspace(1e-4, 1e-2, 5)`, `numpy.linspace(0.1, 0.5, 5)`, `numpy.unique(numpy.linspace(1, 3, 5).round())`
#[test]
fn values_are_spaced_as_numpy_spaces_them() {
    let spaced = |ends, count, log, whole| match Vary::spaced("x", ends, count, log, whole).values {
        Values::Each(values) => values,
        Values::Between { .. } => panic!("values are listed"),
    };
    assert_eq!(spaced([1e-4, 1e-2], 5, true, false), ["0.0001", "0.000316", "0.001", "0.00316", "0.01"]);
    assert_eq!(spaced([0.1, 0.5], 5, false, false), ["0.1", "0.2", "0.3", "0.4", "0.5"]);
    // Half goes up here, to the even number in numpy: either way each once.
    assert_eq!(spaced([1.0, 3.0], 5, false, true), ["1", "2", "3"]);
    assert_eq!(spaced([1.0, 3.0], 1, false, false), ["1"]);
}

#[test]
fn a_search_is_read_as_lines_through_its_options() {
    let (mut harness, stage) = searched().harness([1280.0, 900.0]);
    harness.run_steps(3);
    harness.get_by_label("Experiments").click();
    harness.run_steps(3);
    harness.get_by_label_contains("search").click();
    harness.run_steps(4);
    let name = "Each run as a line through: Dropout, Learning rate, Batch size, Activation, Flip, test accuracy";
    let plot = harness.get_by_label(name).rect();
    stage.borrow_mut().actions.clear();
    // The best run ends highest.
    let best = best_run(&stage.borrow());
    let axes = ParallelCoordinates::axes_in(6, plot);
    let [low, high] = axes[5];
    let top = (0..400).map(|step| low.lerp(high, 1.0 - step as f32 / 400.0));
    for at in top {
        harness.hover_at(at);
        harness.run_steps(2);
        if harness.query_by_label(name).is_none() {
            click(&mut harness, at);
            break;
        }
    }
    assert_eq!(stage.borrow_mut().actions.split_off(0), [Action::OpenRun(best)]);
}

fn best_run(stage: &Stage) -> String {
    let view = stage.session.experiments.views.get("search").expect("known").clone();
    let scored = view.members.iter().filter_map(|member| Some((member.score()?, member.run.as_ref()?.id.clone())));
    scored.max_by(|a, b| a.0.total_cmp(&b.0)).expect("some").1
}

fn click<S>(harness: &mut Harness<'_, S>, at: Pos2) {
    let press = |pressed| Event::PointerButton { pos: at, button: PointerButton::Primary, pressed, modifiers: Modifiers::NONE };
    for event in [Event::PointerMoved(at), press(true), press(false)] {
        harness.event(event);
        harness.run_steps(1);
    }
    harness.run_steps(2);
}

/// `count` runs over `axes` axes, of which the first ones go straight across at different heights.
fn bare(axes: usize, count: usize) -> (Vec<Axis>, Vec<RunLine>) {
    let marks = vec![(0.0, "0".to_owned()), (0.5, "0.5".to_owned()), (1.0, "1".to_owned())];
    let axis = |at: usize| Axis { name: format!("option {at}"), marks: marks.clone() };
    let run = |at: usize| {
        let place = (at as f32 + 0.5) / count as f32;
        RunLine { name: format!("run {at}"), places: vec![place; axes], rank: place, id: 1000 + at }
    };
    ((0..axes).map(axis).collect(), (0..count).map(run).collect())
}

/// Whether something is called so; a tip under the pointer may say it, too.
fn said<S>(harness: &Harness<'_, S>, name: &str) -> bool {
    harness.query_all_by_label(name).next().is_some()
}

type Drawn = (Harness<'static>, Rc<RefCell<Vec<usize>>>);

fn drawn(axes: usize, count: usize, size: [f32; 2]) -> Drawn {
    let (axes, runs) = bare(axes, count);
    let opened = Rc::new(RefCell::new(Vec::new()));
    let told = Rc::clone(&opened);
    let harness = Harness::builder().with_size(size).with_context_setup(theme::install).build_ui(move |ui| {
        let plot = ParallelCoordinates { name: "the plot", axes: &axes, runs: &runs };
        let height = ui.available_height();
        told.borrow_mut().extend(plot.show(ui, trombine::text::Lang::En, height));
    });
    (harness, opened)
}

/// Pointers with press, move and release: the line under it, between the axes and on them, is the one that opens.
#[test]
fn the_line_under_the_pointer_is_the_one_that_opens() {
    for axes in 1..=8 {
        let (mut harness, opened) = drawn(axes, 10, [900.0, 400.0]);
        harness.run_steps(2);
        let outer = harness.get_by_label("the plot").rect();
        let places = ParallelCoordinates::axes_in(axes, outer);
        let [low, high] = places[0];
        let next = places.get(1).unwrap_or(&places[0])[0];
        for run in [0, 4, 9] {
            let y = low.lerp(high, (run as f32 + 0.5) / 10.0).y;
            for at in [pos2(low.x, y + 3.0), pos2((low.x + next.x) / 2.0, y - 3.0)] {
                harness.hover_at(at);
                harness.run_steps(3);
                assert!(said(&harness, &format!("run {run}")), "{axes} axes: run {run} at {at:?}");
                click(&mut harness, at);
                assert_eq!(opened.borrow_mut().split_off(0), [1000 + run], "{axes} axes, at {at:?}");
            }
        }
        // Beside all lines there is nothing.
        click(&mut harness, outer.right_bottom() - vec2(3.0, 3.0));
        assert!(opened.borrow().is_empty());
    }
}

/// Of 200 runs on eight axes each can be reached: by the pointer where it is alone, by keys in any case, the best first.
#[test]
fn of_many_runs_keys_reach_each_from_the_best_on() {
    let (mut harness, opened) = drawn(8, 200, [700.0, 300.0]);
    harness.run_steps(2);
    harness.get_by_label("the plot").focus();
    harness.run_steps(2);
    for (key, run) in [(None, 199), (Some(Key::ArrowDown), 198), (Some(Key::ArrowDown), 197), (Some(Key::ArrowUp), 198)] {
        if let Some(key) = key {
            harness.key_press(key);
        }
        harness.run_steps(2);
        assert!(said(&harness, &format!("run {run}")), "{key:?}: run {run}");
    }
    for _ in 0..250 {
        harness.key_press(Key::ArrowRight);
    }
    harness.run_steps(2);
    harness.key_press(Key::Enter);
    harness.run_steps(2);
    assert_eq!(opened.borrow_mut().split_off(0), [1000], "the worst is the last");
}

/// What a color looks like without one kind of cones (Viénot, Brettel and Mollon 1999): linear RGB by the matrices of
/// `daltonlens.simulate.Simulator_Vienot1999(LMSModel_sRGB_SmithPokorny75)`, rounded.
fn seen(color: Color32, without: [[f64; 3]; 3]) -> [f64; 3] {
    let linear = [color.r(), color.g(), color.b()].map(|v| {
        let v = f64::from(v) / 255.0;
        if v <= 0.04045 { v / 12.92 } else { ((v + 0.055) / 1.055).powf(2.4) }
    });
    without.map(|row| row.iter().zip(linear).map(|(a, b)| a * b).sum::<f64>().clamp(0.0, 1.0).powf(1.0 / 2.2))
}

#[test]
fn the_worst_and_the_best_are_told_apart_by_color_blind_eyes() {
    const PROTAN: [[f64; 3]; 3] = [[0.109, 0.891, 0.0], [0.109, 0.891, 0.0], [0.004, -0.004, 1.0]];
    const DEUTAN: [[f64; 3]; 3] = [[0.290, 0.710, 0.0], [0.290, 0.710, 0.0], [-0.022, 0.022, 1.0]];
    for theme in [false, true].map(Theme::mode) {
        for kind in [PROTAN, DEUTAN] {
            let [worst, middle, best] = [0.0, 0.5, 1.0].map(|rank| seen(color(theme, rank), kind));
            let far = |a: [f64; 3], b: [f64; 3]| a.iter().zip(b).map(|(a, b)| (a - b).powi(2)).sum::<f64>().sqrt();
            assert!(far(worst, best) > 0.5, "{} mode: {worst:?} {best:?}", theme.dark);
            assert!(far(worst, middle) > 0.2 && far(middle, best) > 0.2, "{} mode: {middle:?}", theme.dark);
        }
    }
}

/// A page of a few rows gives the height to the curves, not to the results.
#[test]
fn the_curves_take_the_room_that_few_results_leave() {
    let (mut harness, _) = crate::experiments_page::at_work().harness([1024.0, 760.0]);
    harness.run_steps(3);
    harness.get_by_label("Experiments").click();
    harness.run_steps(3);
    harness.get_by_label_contains("5\u{a0}seeds").click();
    harness.run_steps(4);
    // Its title has the same name.
    let heights = harness.query_all_by_label("Validation accuracy").map(|node| node.rect().height());
    let highest = heights.fold(0.0, f32::max);
    assert!(highest > 450.0, "{highest}");
}
