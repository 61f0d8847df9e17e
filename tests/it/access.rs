//! Every page and dialog for those who do not see it or do not point: each control has a name of its own, each plot a
//! table, and the Tab key reaches everything in the order in which it is read.

use egui::{
    Event, Key, Modifiers, Rect,
    accesskit::{self, Role},
};
use egui_kittest::{
    Harness,
    kittest::{NodeT as _, Queryable as _},
};
use trombine::{app::App, text::Lang};

use crate::{
    nodes::{Control, controls, places},
    scenes::{SCENES, Scene, View},
};

/// Tall, so that nothing is scrolled away.
const TALL: [f32; 2] = [1400.0, 2000.0];

fn every(lang: Lang, mut look: impl FnMut(&Scene, &mut Harness<'static, App>)) {
    for scene in SCENES {
        look(scene, &mut scene.window(View::new(lang, TALL)));
    }
}

/// kittest looks for controls without a name; here also for two that share one, which a screen reader could not tell apart.
#[test]
fn each_control_has_a_name_of_its_own() {
    let mut wrong = Vec::new();
    for lang in Lang::ALL {
        every(lang, |scene, window| {
            wrong.extend(window.unnamed_widgets().into_iter().map(|unnamed| format!("{}: no name: {unnamed}", scene.name)));
            let all = controls(window);
            for (index, one) in all.iter().enumerate() {
                let same = |other: &&Control| other.role == one.role && other.name == one.name;
                if all[..index].iter().any(|other| same(&other)) {
                    continue;
                }
                let count = all[index..].iter().filter(same).count();
                if count > 1 {
                    wrong.push(format!("{} in {lang:?}: {count} times {:?} “{}”", scene.name, one.role, one.name));
                }
            }
        });
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What is drawn as a plot says so, and its card has a button that shows the numbers.
#[test]
fn each_plot_has_a_table() {
    let mut plots = 0;
    let mut wrong = Vec::new();
    every(Lang::En, |scene, window| {
        let all = controls(window);
        let twins: Vec<&Control> = all
            .iter()
            .filter(|c| c.name.starts_with("Show as a table") || c.name.starts_with("Enlarge") || c.name == "table")
            .collect();
        for node in window.root().children_recursive() {
            let name = node.accesskit_node().label().unwrap_or_default();
            if node.accesskit_node().role() != Role::Image || !is_plot(&name) {
                continue;
            }
            plots += 1;
            let plot = node.rect();
            let above = |twin: &&&Control| {
                let gap = plot.top() - twin.rect.bottom();
                (-60.0..160.0).contains(&gap) && plot.expand(60.0).x_range().contains(twin.rect.center().x)
            };
            if !twins.iter().any(|twin| above(&twin)) {
                wrong.push(format!("{}: “{name}” at {plot:?}", scene.name));
            }
        }
    });
    assert!(wrong.is_empty() && plots > 10, "of {plots} plots, these have no table:\n{}", wrong.join("\n"));
}

/// Pictures that are no plots: photos and faces, the network, bars whose numbers stand in their names.
fn is_plot(name: &str) -> bool {
    const PICTURES: [&str; 13] = [
        ".jpg",
        "face",
        "Face",
        "female",
        "male",
        "what the model",
        "where",
        "conv",
        "What it saw",
        "Where it looked",
        "changed pictures",
        "predicted",
        "about ",
    ];
    !PICTURES.iter().any(|picture| name.contains(picture))
}

fn press(window: &mut Harness<'static, App>, key: Key) {
    for pressed in [true, false] {
        let key = Event::Key { key, physical_key: None, pressed, repeat: false, modifiers: Modifiers::NONE };
        window.input_mut().events.push(key);
    }
    window.run_steps(2);
}

/// The name of what has the keyboard.
fn named(window: &Harness<'static, App>) -> String {
    let now = focused(window).map(|(id, _)| id);
    controls(window).into_iter().find(|control| Some(control.id) == now).map_or(String::new(), |control| control.name)
}

/// Where the Tab key goes, from nothing on, until it comes round; `look` sees the window at each stop.
fn walk(window: &mut Harness<'static, App>, mut look: impl FnMut(&mut Harness<'static, App>, Rect)) -> Vec<Rect> {
    let mut way: Vec<(accesskit::NodeId, Rect)> = Vec::new();
    for _ in 0..400 {
        press(window, Key::Tab);
        let Some(now) = focused(window) else { continue };
        if way.first().is_some_and(|first| first.0 == now.0) {
            break;
        }
        if way.last().is_none_or(|last| last.0 != now.0) {
            look(window, now.1);
            way.push(now);
        }
    }
    way.into_iter().map(|(_, rect)| rect).collect()
}

fn focused(window: &Harness<'static, App>) -> Option<(accesskit::NodeId, Rect)> {
    let mut nodes = window.root().children_recursive();
    nodes
        .find(|node| node.is_focused() && node.accesskit_node().bounding_box().is_some())
        .map(|node| (node.accesskit_node().locate().0, node.rect()))
}

/// Whether somebody who reads goes from `a` to `b`: to the right in a line, to a lower line, or to the top of a column
/// further right.
fn reads(a: Rect, b: Rect) -> bool {
    let line = b.top() < a.bottom() - 4.0 && a.top() < b.bottom() - 4.0;
    let right = b.center().x >= a.center().x - 2.0;
    if line {
        return right || b.top() > a.center().y;
    }
    let below = b.center().y > a.center().y;
    let column = b.left() >= a.right() - 4.0;
    below || column
}

/// Where cards and toasts float over the page.
fn floating(window: &Harness<'_, App>) -> Vec<Rect> {
    window.ctx.memory(|memory| {
        let layers = memory.areas().visible_layer_ids().into_iter().filter(|layer| layer.order == egui::Order::Foreground);
        layers.filter_map(|layer| memory.area_rect(layer.id)).collect()
    })
}

#[test]
fn the_tab_key_reads() {
    let mut wrong = Vec::new();
    for lang in Lang::ALL {
        every(lang, |scene, window| {
            // In a dialog's text field the Tab key goes on as everywhere, but the palette keeps the keyboard.
            if scene.name == "palette" {
                return;
            }
            let way = walk(window, |_, _| {});
            let all = controls(window);
            let floats = floating(window);
            // What floats over the page comes after it, wherever it stands.
            let over = |rect: &Rect| floats.iter().position(|area| area.contains_rect(*rect));
            let name = |rect: &Rect| all.iter().find(|c| c.rect == *rect).map_or_else(|| format!("{rect:?}"), |c| c.name.clone());
            // Where something has the keyboard already, the way goes round once: from the last control to the first.
            let begins = way.iter().copied().min_by(|a, b| a.top().total_cmp(&b.top()).then(a.left().total_cmp(&b.left())));
            let round = |pair: &[Rect]| way.first() != begins.as_ref() && Some(pair[1]) == begins;
            let strays = |pair: &&[Rect]| over(&pair[0]) == over(&pair[1]) && !reads(pair[0], pair[1]) && !round(pair);
            for pair in way.windows(2).filter(strays) {
                wrong.push(format!(
                    "{} in {lang:?}: from “{}” {:?} to “{}” {:?}",
                    scene.name,
                    name(&pair[0]),
                    pair[0],
                    name(&pair[1]),
                    pair[1]
                ));
            }
        });
    }
    assert!(wrong.is_empty(), "{} steps are not as read:\n{}", wrong.len(), wrong.join("\n"));
}

/// Whatever takes a click can have the keyboard; Space and Enter then click it.
#[test]
fn the_tab_key_reaches_everything() {
    let mut wrong = Vec::new();
    every(Lang::En, |scene, window| {
        if scene.name == "palette" {
            return;
        }
        // By name, too: a list that scrolls has moved when the keyboard comes to what it held.
        let mut reached = Vec::new();
        let way = walk(window, |window, now| {
            reached.extend(controls(window).into_iter().find(|control| control.rect == now).map(|control| control.name));
        });
        let of_dialog = scene.dialog.is_some();
        let dialog = window.ctx.memory(|m| m.top_modal_layer().and_then(|layer| m.area_rect(layer.id)));
        for control in controls(window).into_iter().filter(|control| !control.disabled) {
            let visible = window.ctx.content_rect().contains_rect(control.rect);
            let open = places(window).iter().any(|place| place.seen.intersects(control.rect.shrink(1.0)));
            let behind = dialog.is_some_and(|dialog| !dialog.contains_rect(control.rect));
            let reached = reached.contains(&control.name);
            if visible
                && open
                && !behind
                && !reached
                && !way.iter().any(|rect| rect.center().distance(control.rect.center()) < 3.0)
            {
                wrong.push(format!("{}: {:?} “{}” at {:?}", scene.name, control.role, control.name, control.rect));
            }
        }
        // Places that take clicks without being controls for a screen reader.
        for place in places(window) {
            // Plots zoom, which a button does too; the bars of ages set the wall's filters, which stand above it.
            let drawn = window.root().children_recursive().any(|node| {
                matches!(node.accesskit_node().role(), Role::Image | Role::Label)
                    && node.accesskit_node().bounding_box().is_some()
                    && node.rect() == place.whole
            });
            let known = drawn || controls(window).iter().any(|control| control.rect.intersects(place.whole));
            if !known && !of_dialog && place.layer.order == egui::Order::Background {
                wrong.push(format!("{}: something at {:?} takes clicks but is no control", scene.name, place.whole));
            }
        }
    });
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// In a small window, or with large letters, what has the keyboard is scrolled into sight.
#[test]
fn what_has_the_keyboard_is_seen() {
    let mut wrong = Vec::new();
    for name in
        ["welcome", "data", "model", "training-ready", "training-over", "results", "predict", "runs-one", "preferences", "help"]
    {
        let scene = Scene::named(name);
        let mut window = scene.window(View::new(Lang::En, [512.0, 350.0]));
        let mut hidden = Vec::new();
        let way = walk(&mut window, |window, _| {
            // Until a scroll area has arrived, and the one around it.
            window.run_steps(8);
            let Some((id, rect)) = focused(window) else { return };
            let seen = window.ctx.viewport(|viewport| {
                let widgets = viewport.prev_pass.widgets.layers().flat_map(|(_, widgets)| widgets.iter());
                let here = widgets.filter(|widget| widget.rect == rect && widget.interact_rect.is_positive());
                here.map(|widget| widget.interact_rect.height()).fold(0.0, f32::max)
            });
            if seen < rect.height().min(100.0) - 1.0 {
                let all = controls(window);
                let name = all.iter().find(|control| control.id == id).map_or("", |control| &control.name);
                hidden.push(format!("“{name}” at {rect:?}, {seen} points of it"));
            }
        });
        assert!(way.len() > 3, "{name}: {way:?}");
        wrong.extend(hidden.into_iter().map(|what| format!("{name}: {what}")));
    }
    assert!(wrong.is_empty(), "{} controls have the keyboard and are not seen:\n{}", wrong.len(), wrong.join("\n"));
}

/// In an open menu the Tab key goes round; once it is closed, the keyboard is again at its button.
#[test]
fn a_menu_gives_the_keyboard_back() {
    let mut window = Scene::named("data").window(View::new(Lang::En, TALL));
    while named(&window) != "all pictures" {
        press(&mut window, Key::Tab);
    }
    press(&mut window, Key::Enter);
    let mut lines = Vec::new();
    for _ in 0..13 {
        press(&mut window, Key::Tab);
        lines.push(named(&window));
    }
    assert_eq!(lines[..3], ["all pictures", "usable as they are", "unusual pictures"]);
    assert_eq!(lines[10..], lines[..3], "ten lines, then again");
    press(&mut window, Key::Escape);
    window.run_steps(3);
    assert_eq!(named(&window), "all pictures", "after Escape");
    press(&mut window, Key::Enter);
    for _ in 0..3 {
        press(&mut window, Key::Tab);
    }
    press(&mut window, Key::Enter);
    window.run_steps(3);
    assert_eq!(named(&window), "unusual pictures", "the button, which now says what was chosen");
    assert!(!egui::Popup::is_any_open(&window.ctx), "choosing closes the menu");
}

/// The arrow keys go into a menu that was opened, and through it.
#[test]
fn arrows_go_through_a_menu() {
    let mut window = Scene::named("data").window(View::new(Lang::En, TALL));
    window.get_by_label("all pictures").click();
    window.run_steps(3);
    let mut lines = Vec::new();
    for _ in 0..3 {
        press(&mut window, Key::ArrowDown);
        lines.push(named(&window));
    }
    press(&mut window, Key::ArrowUp);
    lines.push(named(&window));
    assert_eq!(lines, ["all pictures", "usable as they are", "unusual pictures", "usable as they are"]);
    press(&mut window, Key::Enter);
    window.run_steps(3);
    assert!(window.query_by_label("all pictures").is_none(), "the button says what was chosen");
}

/// A dialog that is closed leaves the keyboard where it was.
#[test]
fn a_dialog_gives_the_keyboard_back() {
    let mut window = Scene::named("model").window(View::new(Lang::En, TALL));
    for _ in 0..5 {
        press(&mut window, Key::Tab);
    }
    let before = focused(&window);
    press(&mut window, Key::F1);
    press(&mut window, Key::Tab);
    assert_ne!(focused(&window), before, "in the dialog");
    press(&mut window, Key::Escape);
    window.run_steps(3);
    assert_eq!(focused(&window), before);
}
