//! What a window shows, as a screen reader has it: its controls by name, and all that it says.

use egui::{
    Rect,
    accesskit::{Action, Role, Toggled},
};
use egui_kittest::{Harness, kittest::NodeT as _};

/// A control, as a screen reader has it.
#[derive(Clone, Debug, PartialEq)]
pub struct Control {
    pub role: Role,
    pub name: String,
    pub rect: Rect,
    pub disabled: bool,
    pub on: bool,
    pub id: egui::accesskit::NodeId,
}

/// Everything that can be clicked or typed into, in the order of the tree.
pub fn controls<S>(window: &Harness<'_, S>) -> Vec<Control> {
    let nodes = window.root().children_recursive();
    nodes
        .filter(|node| egui::accessibility::is_input(node.accesskit_node().role()) && !node.accesskit_node().is_hidden())
        .filter(|node| node.accesskit_node().bounding_box().is_some())
        .map(|node| {
            let of = node.accesskit_node();
            Control {
                role: of.role(),
                name: of.label().unwrap_or_default(),
                rect: node.rect(),
                disabled: of.is_disabled() || !of.data().supports_action(Action::Focus),
                on: of.toggled() == Some(Toggled::True),
                id: of.locate().0,
            }
        })
        .collect()
}

/// All nodes in words, without what the keyboard or the pointer alone change.
pub fn tree<S>(window: &Harness<'_, S>) -> String {
    let mut text = String::new();
    for node in window.root().children_recursive() {
        let of = node.accesskit_node();
        let rect = of.bounding_box().map(|b| [b.x0, b.y0, b.x1, b.y1].map(|side| side.round() as i64));
        text += &format!("{:?} {:?} {:?} {:?} {rect:?}\n", of.role(), of.label(), of.value(), of.toggled());
    }
    text
}
