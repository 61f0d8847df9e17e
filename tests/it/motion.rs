//! Movement is brief, and there is none where the user or the system asks for none.

use egui::{
    Color32, Event, Key, Modifiers, MouseWheelSource, MouseWheelUnit, Rect, TouchPhase, accesskit::Role, epaint::ClippedShape,
    pos2, vec2,
};
use egui_kittest::{Harness, kittest::Queryable as _};
use trombine::{
    app::{App, Preferences},
    session::Session,
    ui::{Action, Dialog, Motion, motion, page::Page, theme},
};

use crate::{
    pages,
    tidy::{code, sources},
};

/// Frames a second.
const RATE: f32 = 60.0;
/// Frames within which every movement is over, and then some.
const OVER: usize = 25;
/// Frames that what is drawn takes to follow a click, of which the first ones measure.
const FOLLOWS: usize = 3;

/// A first start in a window of `size`, drawn sixty times a second, in which nothing waits for a thread.
fn start(motion: Motion, size: [f32; 2]) -> Harness<'static, App> {
    let preferences = Preferences { motion, ..pages::on(Page::Data) };
    let builder = Harness::builder().with_size(size).with_step_dt(1.0 / RATE).with_max_steps(200);
    let mut window = builder.build_eframe(move |cc| App::offline(&cc.egui_ctx, Session::default(), preferences));
    // What comes only with time is no movement.
    window.ctx.all_styles_mut(|style| style.interaction.tooltip_delay = f32::MAX);
    window.run();
    window
}

fn painted<State>(window: &Harness<'_, State>) -> Vec<ClippedShape> {
    window.output().shapes.clone()
}

/// In how many of the next frames something else is painted than in the one before.
fn changes<State>(window: &mut Harness<'_, State>) -> usize {
    let mut before = painted(window);
    let mut changed = || {
        window.step();
        let now = painted(window);
        let changed = now != before;
        before = now;
        changed
    };
    (0..OVER).filter(|_| changed()).count()
}

fn open_preferences(window: &mut Harness<'_, App>) {
    let ctx = window.ctx.clone();
    window.state_mut().perform(&ctx, Action::Show(Dialog::Preferences));
}

fn wheel(window: &Harness<'_, App>, lines: f32) {
    window.event(Event::MouseWheel {
        unit: MouseWheelUnit::Line,
        delta: vec2(0.0, lines),
        phase: TouchPhase::Move,
        source: MouseWheelSource::Wheel,
        modifiers: Modifiers::NONE,
    });
}

/// How many frames a dialog, a switch, the wheel and a walk by keys take to have what they change in its place.
fn frames(motion: Motion, reduced: bool) -> [usize; 4] {
    let mut window = start(motion, [1280.0, 800.0]);
    window.state().system_motion.say(reduced);
    window.run();
    open_preferences(&mut window);
    let dialog = changes(&mut window);
    window.get_by_role_and_label(Role::Switch, "Tell me when a training is done").click_accesskit();
    let switch = changes(&mut window);
    assert_eq!(window.state().preferences.notify, Some(true));

    let mut window = start(motion, [512.0, 350.0]);
    window.state().system_motion.say(reduced);
    window.run();
    // Over the page, not over the rail.
    window.hover_at(pos2(400.0, 200.0));
    window.run();
    let at = |window: &Harness<'_, App>| window.get_by_role_and_label(Role::Button, "Try the sample faces").rect().top();
    let before = at(&window);
    wheel(&window, -2.0);
    let turned = changes(&mut window);
    let scrolled = before - at(&window);
    assert!((scrolled - 80.0).abs() < 0.1, "two lines of 40 points, however they come: {scrolled}");

    let ctx = window.ctx.clone();
    window.state_mut().perform(&ctx, Action::Show(Dialog::Palette));
    window.run();
    // Down a list of commands that is longer than the window.
    let brought = (0..14).map(|_| {
        window.key_press(Key::ArrowDown);
        changes(&mut window)
    });
    [dialog, switch, turned, brought.max().unwrap_or(0)]
}

#[test]
fn nothing_moves_where_the_user_or_the_system_asks_for_none() {
    for (motion, reduced) in [(Motion::Reduced, false), (Motion::System, true)] {
        let frames = frames(motion, reduced);
        assert!(frames.iter().all(|count| (1..=FOLLOWS).contains(count)), "{motion:?}: {frames:?}");
    }
    for (motion, reduced) in [(Motion::Full, true), (Motion::System, false)] {
        let frames = frames(motion, reduced);
        assert!(frames.iter().all(|count| *count > FOLLOWS), "{motion:?}: {frames:?}");
    }
}

#[test]
fn what_is_computed_has_a_mark_that_turns_or_stands() {
    for still in [false, true] {
        let place = Rect::from_min_size(pos2(20.0, 20.0), vec2(60.0, 60.0));
        let builder = Harness::builder().with_step_dt(1.0 / RATE).with_context_setup(theme::install);
        let mut window = builder.build_ui(move |ui| motion::busy(ui, place, Color32::GRAY));
        motion::set(&window.ctx, still);
        window.run_steps(2);
        assert!(!painted(&window).is_empty(), "it is seen");
        let changes = changes(&mut window);
        assert_eq!(changes, if still { 0 } else { OVER });
    }
}

#[test]
fn every_movement_is_brief_and_set_in_one_place() {
    const { assert!(motion::SECONDS < 0.15) };
    let words = ["Spinner", "animation_time", "scroll_animation", "animate_bool_with_time", "animate_value_with_time"];
    for (path, text) in sources().into_iter().filter(|(path, _)| path != "src/ui/motion.rs") {
        for (line, source) in code(&text) {
            assert!(!words.iter().any(|word| source.contains(word)), "{path}:{line}: {source}");
        }
    }
}

#[test]
fn the_choice_is_remembered() {
    let mut window = start(Motion::System, [1280.0, 800.0]);
    open_preferences(&mut window);
    window.run();
    window.get_by_role_and_label(Role::RadioButton, "Reduced").click();
    window.run();
    assert_eq!(window.state().preferences.motion, Motion::Reduced);
    assert!(motion::is_still(&window.ctx));
    let home = tempfile::tempdir().expect("a folder");
    window.state().preferences.save(home.path()).expect("kept");
    let kept = Preferences::load(home.path(), None).expect("read");
    assert_eq!(kept.motion, Motion::Reduced);
    // Those of before say nothing of it.
    let mut before = serde_json::to_value(&kept).expect("an object");
    before.as_object_mut().expect("an object").remove("motion").expect("it stands there");
    assert_eq!(serde_json::from_value::<Preferences>(before).expect("read").motion, Motion::System);
}
