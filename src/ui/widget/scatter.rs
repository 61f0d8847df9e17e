//! Estimates against labels: a point for each picture, the diagonal of what is right, and the band of what is near.
//!
//! Thousands of points are one mesh, made anew only where place, size, colors or points have changed.

use std::sync::Arc;

use egui::{
    Align2, Color32, CursorIcon, Key, Mesh, Pos2, Rect, Role, Sense, Shape, Stroke, Ui, Vec2, WidgetInfo, epaint::TextShape,
    pos2, vec2,
};

use super::{
    fitted::fitted,
    plot::{Frame, UNBOUNDED, rounded, ticks},
};
use crate::{
    text::{Lang, decimal},
    ui::theme::{self, Theme, size},
};

/// What is drawn.
pub struct Scatter<'a> {
    /// What it shows, for who does not see it.
    pub name: &'a str,
    /// What lies across, and what up.
    pub across: &'a str,
    pub up: &'a str,
    /// Label and estimate of each picture.
    pub points: &'a [[f64; 2]],
    /// How far an estimate may lie from the diagonal and still be called near.
    pub near: f64,
    /// A point as a sentence.
    pub sentence: &'a dyn Fn(usize) -> String,
}

/// What is remembered between frames.
#[derive(Clone, Debug, Default)]
pub struct View {
    /// The point that the keyboard is at.
    at: usize,
    drawn: Option<Drawn>,
}

/// The points as they were drawn last.
#[derive(Clone, Debug)]
struct Drawn {
    frame: Frame,
    colors: [Color32; 3],
    of: (usize, usize),
    mesh: Arc<Mesh>,
}

/// Room for the numbers and the name beside the plot, and below it.
const BESIDE: f32 = 46.0;
const BELOW: f32 = 38.0;
/// Points within which a pointer takes hold of one.
const REACH: f32 = 9.0;
/// From so many points on they are drawn more simply.
const MANY: usize = 4000;

impl View {
    /// With the keyboard at a point.
    pub fn at(at: usize) -> Self {
        Self { at, drawn: None }
    }
}

impl Scatter<'_> {
    /// Where the points lie in `outer`: both axes have the same years.
    pub fn frame(points: &[[f64; 2]], outer: Rect) -> Frame {
        let values = || points.iter().flatten().copied();
        let (low, high) = rounded(values().fold(0.0, f64::min), values().fold(10.0, f64::max), 6, 10.0, UNBOUNDED);
        let inside = Rect::from_min_max(outer.min + vec2(BESIDE, 6.0), outer.max - vec2(10.0, BELOW));
        // Wider than high at most by a half, so that the diagonal stays one.
        let wide = inside.width().min(inside.height() * 1.5);
        let inside = Rect::from_center_size(inside.center(), vec2(wide.max(20.0), inside.height().max(20.0)));
        Frame { rect: inside, x: (low, high), y: (low, high) }
    }

    /// Draws it `height` high over the width there is; gives the point that was activated.
    pub fn show(&self, ui: &mut Ui, lang: Lang, view: &mut View, height: f32) -> Option<usize> {
        let (outer, response) = ui.allocate_exact_size(vec2(ui.available_width(), height), Sense::click());
        let frame = Self::frame(self.points, outer);
        view.at = view.at.min(self.points.len().saturating_sub(1));
        if response.has_focus() {
            self.step(ui, view);
        }
        self.axes(ui, lang, outer, &frame);
        ui.painter().add(Shape::Mesh(self.mesh(ui, view, frame)));
        let hovered = response.hover_pos().and_then(|at| self.under(&frame, at));
        let marked = if response.has_focus() { Some(view.at) } else { hovered };
        let marked = marked.filter(|index| *index < self.points.len());
        if let Some(index) = marked {
            let t = Theme::of(ui);
            let [label, estimate] = self.points[index];
            ui.painter().circle_stroke(frame.at(label, estimate), 6.0, Stroke::new(2.0, t.text));
        }
        let said = marked.map_or_else(|| self.name.to_owned(), |index| (self.sentence)(index));
        response.widget_info(|| WidgetInfo::labeled(Role::Image, true, &said));
        let entered = response.has_focus() && ui.input(|input| input.key_pressed(Key::Enter) || input.key_pressed(Key::Space));
        let chosen = match (entered, response.clicked()) {
            (true, _) => marked,
            (_, true) => response.interact_pointer_pos().and_then(|at| self.under(&frame, at)),
            _ => None,
        };
        if hovered.is_some() {
            response.on_hover_cursor(CursorIcon::PointingHand).on_hover_text_at_pointer(said);
        }
        chosen
    }

    /// The nearest point within reach.
    fn under(&self, frame: &Frame, at: Pos2) -> Option<usize> {
        let distance = |index: usize| frame.at(self.points[index][0], self.points[index][1]).distance_sq(at);
        let nearest = (0..self.points.len()).map(|index| (index, distance(index))).min_by(|a, b| a.1.total_cmp(&b.1));
        nearest.filter(|(_, distance)| *distance <= REACH * REACH).map(|(index, _)| index)
    }

    /// Moves by the arrow keys: up and down among the pictures of one label, to the sides to the nearest of the next label.
    fn step(&self, ui: &Ui, view: &mut View) {
        ui.memory_mut(|memory| {
            let filter = egui::EventFilter { horizontal_arrows: true, vertical_arrows: true, ..Default::default() };
            if let Some(focused) = memory.focused() {
                memory.set_focus_lock_filter(focused, filter);
            }
        });
        let pressed = |key| ui.input(|input| input.key_pressed(key));
        for (key, across, sign) in [
            (Key::ArrowRight, true, 1.0),
            (Key::ArrowLeft, true, -1.0),
            (Key::ArrowUp, false, 1.0),
            (Key::ArrowDown, false, -1.0),
        ] {
            if pressed(key)
                && let Some(next) = self.next(view.at, across, sign)
            {
                view.at = next;
            }
        }
    }

    /// The point beside the one `at`.
    fn next(&self, at: usize, across: bool, sign: f64) -> Option<usize> {
        let [label, estimate] = *self.points.get(at)?;
        let rank = |index: usize| {
            let [x, y] = self.points[index];
            match across {
                true => ((x - label) * sign, (y - estimate).abs()),
                // Points on one place are gone through one by one.
                false if x == label => ((y - estimate) * sign, (index as f64 - at as f64) * sign),
                false => (-1.0, 0.0),
            }
        };
        let ahead = |index: &usize| match rank(*index) {
            (first, _) if first > 0.0 => true,
            (first, second) => !across && first == 0.0 && second > 0.0,
        };
        (0..self.points.len()).filter(ahead).min_by(|a, b| {
            let (a, b) = (rank(*a), rank(*b));
            a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1))
        })
    }

    /// The points, as one mesh.
    fn mesh(&self, ui: &Ui, view: &mut View, frame: Frame) -> Arc<Mesh> {
        let t = Theme::of(ui);
        let colors = [t.good, t.validation, t.bad];
        let of = (self.points.as_ptr() as usize, self.points.len());
        if let Some(drawn) = &view.drawn
            && (drawn.frame, drawn.colors, drawn.of) == (frame, colors, of)
        {
            return Arc::clone(&drawn.mesh);
        }
        let many = self.points.len();
        // Where many lie on each other, each is fainter.
        let strength = (18.0 / (many.max(1) as f32).sqrt()).clamp(0.28, 0.8);
        let radius = if many > 1500 { 2.4 } else { 3.2 };
        let mut mesh = Mesh::default();
        for [label, estimate] in self.points {
            let color = t.by_error(estimate - label).gamma_multiply(strength);
            disc(&mut mesh, frame.at(*label, *estimate), radius, color, many > MANY);
        }
        let mesh = Arc::new(mesh);
        view.drawn = Some(Drawn { frame, colors, of, mesh: Arc::clone(&mesh) });
        mesh
    }

    /// The grid with its numbers, the diagonal, and the band beside it.
    fn axes(&self, ui: &Ui, lang: Lang, outer: Rect, frame: &Frame) {
        let t = Theme::of(ui);
        let painter = ui.painter();
        let font = theme::regular(size::CAPTION);
        let wanted = |room: f32| (room / 46.0).clamp(2.0, 8.0) as usize;
        for x in ticks(frame.x.0, frame.x.1, wanted(frame.rect.width())) {
            painter.vline(frame.x_at(x), frame.rect.y_range(), Stroke::new(1.0, t.grid));
            let at = pos2(frame.x_at(x), frame.rect.bottom() + 5.0);
            painter.text(at, Align2::CENTER_TOP, decimal(lang, x, 0), font.clone(), t.text3);
        }
        for y in ticks(frame.y.0, frame.y.1, wanted(frame.rect.height())) {
            painter.hline(frame.rect.x_range(), frame.y_at(y), Stroke::new(1.0, t.grid));
            let at = pos2(frame.rect.left() - 6.0, frame.y_at(y));
            painter.text(at, Align2::RIGHT_CENTER, decimal(lang, y, 0), font.clone(), t.text3);
        }
        let ((low, high), near) = (frame.x, self.near);
        let within = painter.with_clip_rect(frame.rect.intersect(painter.clip_rect()));
        let band = [[low, low + near], [high, high + near], [high, high - near], [low, low - near]];
        within.add(Shape::convex_polygon(band.map(|[x, y]| frame.at(x, y)).to_vec(), t.text3.gamma_multiply(0.1), Stroke::NONE));
        let line = [frame.at(low, low), frame.at(high, high)];
        within.extend(Shape::dashed_line(&line, Stroke::new(1.2, t.text2), 4.0, 4.0));
        let across = fitted(ui, self.across, font.clone(), t.text2, frame.rect.width() + 16.0);
        let at = pos2(frame.rect.center().x - across.size().x / 2.0, frame.rect.bottom() + 21.0);
        painter.galley(at, across, t.text2);
        let up = fitted(ui, self.up, font, t.text2, frame.rect.height());
        let left = (frame.rect.left() - BESIDE).max(outer.left());
        let at = pos2(left, frame.rect.center().y + up.size().x / 2.0);
        painter.add(TextShape::new(at, up, t.text2).with_angle(-std::f32::consts::FRAC_PI_2));
    }
}

/// Adds a disc with a soft edge, or a plain one.
fn disc(mesh: &mut Mesh, center: Pos2, radius: f32, color: Color32, plain: bool) {
    const SIDES: u32 = 8;
    let first = mesh.vertices.len() as u32;
    let around = |side: u32| Vec2::angled(side as f32 * std::f32::consts::TAU / SIDES as f32);
    for side in 0..SIDES {
        mesh.colored_vertex(center + around(side) * (radius - if plain { 0.0 } else { 0.5 }), color);
    }
    for side in 1..SIDES - 1 {
        mesh.add_triangle(first, first + side, first + side + 1);
    }
    if plain {
        return;
    }
    for side in 0..SIDES {
        mesh.colored_vertex(center + around(side) * (radius + 0.5), Color32::TRANSPARENT);
    }
    for side in 0..SIDES {
        let (here, next) = (first + side, first + (side + 1) % SIDES);
        mesh.add_triangle(here, next, here + SIDES);
        mesh.add_triangle(next, next + SIDES, here + SIDES);
    }
}
