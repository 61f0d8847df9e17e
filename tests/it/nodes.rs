//! What a window shows, as a screen reader, a pointer and an eye have it: controls by name, places that take clicks, and
//! texts with what is cut off.

use egui::{
    Id, LayerId, Rect, Shape,
    accesskit::{Action, Role, Toggled},
};
use egui_kittest::{Harness, kittest::NodeT as _};
use trombine::text::is_number;

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

/// A text on the screen.
#[derive(Clone, Debug)]
pub struct Text {
    pub text: String,
    pub rect: Rect,
    /// What of the window may be drawn to.
    pub clip: Rect,
    /// All of the text, where an end that has no room is left out.
    pub elided: Option<String>,
}

impl Text {
    /// The part that is seen.
    pub fn seen(&self) -> Rect {
        self.rect.intersect(self.clip)
    }
}

/// All texts that are at least partly on the screen, in painting order; those of a dialog alone if one stands before the rest.
pub fn texts<S>(window: &Harness<'_, S>) -> Vec<Text> {
    let screen = window.ctx.content_rect();
    let mut found = Vec::new();
    for clipped in &window.output().shapes {
        let veil = matches!(&clipped.shape, Shape::Rect(rect) if rect.rect.contains_rect(screen.shrink(1.0)) && rect.fill.a() > 0 && rect.fill.a() < 255);
        if veil {
            found.clear();
        }
        collect(&clipped.shape, clipped.clip_rect.intersect(screen.expand(200.0)), &mut found);
    }
    found.retain(|text| text.seen().is_positive());
    found
}

fn collect(shape: &Shape, clip: Rect, found: &mut Vec<Text>) {
    match shape {
        Shape::Vec(shapes) => shapes.iter().for_each(|shape| collect(shape, clip, found)),
        // Icons are letters of a font, too.
        Shape::Text(text) if text.angle == 0.0 => {
            // By lines: the first may begin behind another text.
            // Of a number that was cut, what is left may be the sign for that alone.
            let number = text.galley.elided && is_number(text.galley.text());
            let seen = |row: &str| number || row.chars().any(char::is_alphanumeric);
            for row in text.galley.rows.iter().filter(|row| seen(&row.text())) {
                let left = row.glyphs.iter().map(|glyph| glyph.pos.x).fold(f32::INFINITY, f32::min);
                let right = row.glyphs.iter().map(egui::epaint::text::Glyph::max_x).fold(0.0, f32::max);
                let at = text.pos + row.pos.to_vec2();
                let rect = Rect::from_x_y_ranges(at.x + left..=at.x + right, at.y..=at.y + row.height());
                let elided = text.galley.elided.then(|| text.galley.text().to_owned());
                found.push(Text { text: row.text(), rect, clip, elided });
            }
        }
        _ => {}
    }
}

/// A place that takes clicks.
#[derive(Clone, Debug)]
pub struct Place {
    pub id: Id,
    pub layer: LayerId,
    pub whole: Rect,
    /// Without what is scrolled away.
    pub seen: Rect,
}

/// Every place that takes clicks.
pub fn places<S>(window: &Harness<'_, S>) -> Vec<Place> {
    window.ctx.viewport(|viewport| {
        let layers = viewport.prev_pass.widgets.layers();
        let widgets = layers.flat_map(|(layer, widgets)| widgets.iter().map(move |widget| (*layer, widget)));
        widgets
            .filter(|(_, widget)| widget.enabled && widget.sense.senses_click() && widget.interact_rect.is_positive())
            .map(|(layer, widget)| Place { id: widget.id, layer, whole: widget.rect, seen: widget.interact_rect })
            .collect()
    })
}
