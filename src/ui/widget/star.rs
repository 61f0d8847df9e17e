//! A star that is given and taken.

use egui::{Color32, Id, Mesh, Painter, Pos2, Rect, Response, Role, Sense, Shape, Ui, Vec2, WidgetInfo};

use super::button::focus_ring;
use crate::ui::{
    icon,
    theme::{self, Theme},
};

/// A star within `rect`; `name` says whose it is, `of` tells it from others of that name.
pub fn star(ui: &mut Ui, rect: Rect, on: bool, name: &str, of: &str) -> Response {
    let t = Theme::of(ui);
    let response = ui.interact(rect, Id::unique(("star", of)), Sense::click());
    response.widget_info(|| WidgetInfo::selected(Role::CheckBox, ui.is_enabled(), on, name));
    if ui.is_rect_visible(rect) {
        let size = if response.hovered() { 17.0 } else { 15.0 };
        let color = match (on, response.hovered() || response.has_focus()) {
            (true, _) => t.validation,
            (false, true) => t.text2,
            (false, false) => t.text3,
        };
        if on {
            fill(ui.painter(), rect.center(), size * 0.42, color);
        }
        icon::STAR.paint(ui.painter(), rect, size, color);
        focus_ring(ui, &response, rect.shrink(4.0), theme::RADIUS_FIELD);
    }
    response
}

/// The inside of the star: a fan around its middle, since it is not convex.
fn fill(painter: &Painter, center: Pos2, radius: f32, color: Color32) {
    /// Of a regular star of five rays, the inner corners' part of the outer ones' distance.
    const INNER: f32 = 0.45;
    let mut mesh = Mesh::default();
    mesh.colored_vertex(center, color);
    for corner in 0..10u32 {
        let far = if corner % 2 == 0 { radius } else { radius * INNER };
        let angle = std::f32::consts::TAU * corner as f32 / 10.0 - std::f32::consts::FRAC_PI_2;
        mesh.colored_vertex(center + far * Vec2::angled(angle), color);
        mesh.add_triangle(0, 1 + corner, 1 + (corner + 1) % 10);
    }
    painter.add(Shape::mesh(mesh));
}
