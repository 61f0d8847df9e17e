//! No dead control: whatever can be clicked on a page or in a dialog asks for something, or changes what is shown.

use std::{cell::RefCell, rc::Rc};

use egui::{
    Event, Key, Modifiers, PointerButton,
    accesskit::{self, Role},
};
use egui_kittest::Harness;
use trombine::{
    text::Lang,
    ui::{page::Page, theme},
};

use crate::{
    nodes::{Control, controls, tree},
    scenes::{SCENES, Scene, View},
    stage::Stage,
};

/// Tall enough that nothing has to be scrolled to.
const TALL: [f32; 2] = [1300.0, 2200.0];

/// A page alone, on a stage that can be set up anew.
struct Theater {
    window: Harness<'static>,
    stage: Rc<RefCell<Stage>>,
    /// Times that something was put on the clipboard, or a link opened.
    copied: usize,
}

impl Theater {
    fn new(scene: &Scene) -> Self {
        let stage = Rc::new(RefCell::new((scene.stage)()));
        let shown = Rc::clone(&stage);
        let window = Harness::builder().with_size(TALL).with_context_setup(theme::install);
        let window = window.build_ui(move |ui| shown.borrow_mut().show(ui));
        // What the pointer alone brings is no answer to a click.
        window.ctx.all_styles_mut(|style| style.interaction.tooltip_delay = f32::MAX);
        let mut theater = Self { window, stage, copied: 0 };
        theater.reset(scene);
        theater
    }

    /// As at the start, after the scene's own clicks.
    fn reset(&mut self, scene: &Scene) {
        *self.stage.borrow_mut() = (scene.stage)();
        self.window.ctx.memory_mut(|memory| {
            let options = memory.options.clone();
            *memory = egui::Memory::default();
            memory.options = options;
        });
        self.window.input_mut().events.push(Event::PointerGone);
        self.window.run_steps(2);
        for label in scene.clicks {
            let of = controls(&self.window).into_iter().find(|control| control.name.contains(label));
            if let Some(control) = of {
                self.click(&control);
            }
        }
        self.stage.borrow_mut().actions.clear();
    }

    fn click(&mut self, control: &Control) {
        let at = match control.role {
            // In its middle a slider may stand already.
            Role::Slider => control.rect.lerp_inside(egui::vec2(0.83, 0.5)),
            _ => control.rect.center(),
        };
        let press =
            |pressed| Event::PointerButton { pos: at, button: PointerButton::Primary, pressed, modifiers: Modifiers::NONE };
        self.window.input_mut().events.extend([Event::PointerMoved(at), press(true), press(false)]);
        self.window.step();
        self.copied += self.window.output().platform_output.commands.len();
        if control.role == Role::Slider {
            self.window.input_mut().events.push(ask(accesskit::Action::Focus, control.id));
            self.window.step();
            let key = |pressed| Event::Key {
                key: Key::ArrowRight,
                physical_key: None,
                pressed,
                repeat: false,
                modifiers: Modifiers::NONE,
            };
            self.window.input_mut().events.extend([key(true), key(false)]);
            self.window.step();
        }
        if matches!(control.role, Role::TextInput | Role::MultilineTextInput | Role::SpinButton) {
            self.window.input_mut().events.push(Event::Text("7".to_owned()));
            self.window.step();
        }
        self.window.run_steps(2);
    }

    fn shown(&self) -> String {
        let stage = self.stage.borrow();
        format!("{:?} {} {}\n{}", stage.actions, stage.settings.text(), self.copied, tree(&self.window))
    }
}

/// Clicks every control of `page` in every scene, each on a stage set up anew; gives how many there were and which did nothing.
fn walk(page: Page) -> (usize, Vec<String>) {
    let (mut seen, mut dead) = (Vec::new(), Vec::new());
    for scene in SCENES.iter().filter(|scene| scene.dialog.is_none() && (scene.stage)().page == page) {
        let mut theater = Theater::new(scene);
        for index in 0.. {
            let all = controls(&theater.window);
            let Some(control) = all.get(index).cloned() else { break };
            let known = (control.role, control.name.clone(), scene.name.split('-').next());
            if control.disabled || seen.contains(&known) {
                continue;
            }
            seen.push(known);
            let before = theater.shown();
            theater.click(&control);
            // What is chosen already is not chosen again.
            let chosen = control.on && matches!(control.role, Role::RadioButton | Role::Tab);
            if theater.shown() == before && !chosen {
                dead.push(format!("{}: {:?} “{}” at {:?}", scene.name, control.role, control.name, control.rect));
            }
            theater.reset(scene);
        }
    }
    (seen.len(), dead)
}

macro_rules! pages {
    ($($test:ident $page:ident;)+) => {
        $(
            #[test]
            fn $test() {
                let (count, dead) = walk(Page::$page);
                println!("{count} controls");
                assert!(count >= 3 && dead.is_empty(), "of {count} controls, these do nothing:\n{}", dead.join("\n"));
            }
        )+
    };
}

pages! {
    nothing_on_data_is_dead Data;
    nothing_on_augmentation_is_dead Augmentation;
    nothing_on_model_is_dead Model;
    nothing_on_training_is_dead Training;
    nothing_on_results_is_dead Results;
    nothing_on_predict_is_dead Predict;
    nothing_on_runs_is_dead Runs;
}

/// The rail, the status bar and the dialogs, in the whole window; asked for by name, as a screen reader does.
#[test]
fn nothing_around_the_pages_is_dead() {
    let mut dead = Vec::new();
    for scene in ["model", "preferences", "help", "palette", "discard", "quit", "failed", "interrupted"].map(Scene::named) {
        let view = View::new(Lang::En, [1280.0, 1400.0]);
        let names = |window: &_| -> Vec<Control> { controls(window).into_iter().filter(|control| !control.disabled).collect() };
        let mut window = scene.window(view);
        let all = names(&window);
        for control in &all {
            // The pages have tests of their own.
            let around = scene.dialog.is_some() || control.rect.left() < 230.0 || control.rect.top() > 1350.0;
            let card = scene.name == "failed" || scene.name == "interrupted";
            // Behind a dialog nothing answers; without a worker no device can be tested;
            // a field is typed into, and a slider is moved.
            let dialog = window.ctx.memory(|memory| memory.top_modal_layer().and_then(|layer| memory.area_rect(layer.id)));
            if dialog.is_some_and(|dialog| !dialog.contains_rect(control.rect))
                || control.name.starts_with("Test,")
                || matches!(control.role, Role::TextInput | Role::SpinButton | Role::Slider)
            {
                continue;
            }
            if !(around || card && control.rect.left() > 820.0 && control.rect.top() > 900.0) {
                continue;
            }
            let before = (outside(&window), tree(&window));
            window.input_mut().events.push(ask(accesskit::Action::Click, control.id));
            window.step();
            let asked = outside(&window);
            window.run_steps(2);
            let same = before == (outside(&window), tree(&window)) && asked == before.0;
            if same && !(control.on && matches!(control.role, Role::RadioButton | Role::Tab | Role::Button)) {
                dead.push(format!("{}: {:?} “{}”", scene.name, control.role, control.name));
            }
            window = scene.window(view);
        }
    }
    assert!(dead.is_empty(), "these do nothing:\n{}", dead.join("\n"));
}

/// What a screen reader asks of a node.
fn ask(action: accesskit::Action, target_node: accesskit::NodeId) -> Event {
    let target_tree = accesskit::TreeId::ROOT;
    Event::AccessKitActionRequest(accesskit::ActionRequest { action, target_node, target_tree, data: None })
}

/// What the window changed outside its picture: what it asks of the system, and its settings.
fn outside(window: &Harness<'_, trombine::app::App>) -> String {
    let app = window.state();
    let output = window.output();
    let commands = output.viewport_output.values().map(|viewport| viewport.commands.len()).sum::<usize>();
    format!("{} {commands} {:?} {:?} {}", output.platform_output.commands.len(), app.page, app.dialog, app.settings.text())
}

/// A button that nobody listens to is found.
#[test]
fn a_dead_control_would_be_found() {
    let mut window = Harness::builder().with_size(TALL).build_ui(|ui| {
        let mut live = ui.data(|data| data.get_temp(egui::Id::unique("live")).unwrap_or(false));
        let _ = ui.button("dead");
        ui.toggle_value(&mut live, "live");
        ui.data_mut(|data| data.insert_temp(egui::Id::unique("live"), live));
    });
    window.run_steps(2);
    for control in controls(&window) {
        let before = tree(&window);
        let at = control.rect.center();
        let press =
            |pressed| Event::PointerButton { pos: at, button: PointerButton::Primary, pressed, modifiers: Modifiers::NONE };
        window.input_mut().events.extend([Event::PointerMoved(at), press(true), press(false)]);
        window.run_steps(2);
        assert_eq!(tree(&window) != before, control.name == "live", "{}", control.name);
    }
}
