//! Plots of shares against shares: both axes from 0 to 1.

use egui::{Align2, Color32, Pos2, Rect, Response, Role, Sense, Shape, Stroke, Ui, WidgetInfo, epaint::TextShape, pos2, vec2};

use super::{fitted::fitted, plot::Frame};
use crate::{
    text::{Lang, percent},
    ui::theme::{self, Theme, size},
};

/// A plot of one curve between two shares.
#[derive(Clone, Debug, Default)]
pub struct SharePlot {
    /// What a screen reader says.
    pub name: String,
    pub across: String,
    pub up: String,
    pub points: Vec<[f64; 2]>,
    pub color: Color32,
    /// The line that chance, or a perfect match, would give.
    pub diagonal: bool,
    /// A ring with its caption.
    pub marker: Option<([f64; 2], String)>,
    /// A second, smaller ring: the best there is.
    pub best: Option<([f64; 2], String)>,
    /// Draw a dot at each point, as large as its share of all (0 to 1).
    pub dots: Vec<f64>,
    /// A word in the corner that the curve leaves free.
    pub note: String,
    /// Keep both axes equally long.
    pub square: bool,
}

/// Below this height the labels of the horizontal axis share one line.
const LOW: f32 = 150.0;

impl SharePlot {
    /// Draws the plot `height` high over the width there is.
    pub fn show(&self, ui: &mut Ui, lang: Lang, height: f32) -> Response {
        let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), height), Sense::hover());
        response.widget_info(|| WidgetInfo::labeled(Role::Image, true, &self.name));
        let t = Theme::of(ui);
        let low = height < LOW;
        let below = if low { 22.0 } else { 38.0 };
        let mut inside = Rect::from_min_max(rect.min + vec2(58.0, 6.0), rect.max - vec2(10.0, below));
        if self.square {
            let side = inside.width().min(inside.height());
            inside = Rect::from_center_size(inside.center(), vec2(side, side));
        }
        let frame = Frame { rect: inside, x: (0.0, 1.0), y: (0.0, 1.0) };
        self.axes(ui, t, &frame, lang, low);
        let points = thinned(self.points.iter().map(|p| frame.at(p[0], p[1])));
        if points.len() > 1 {
            ui.painter().add(Shape::line(points, Stroke::new(2.0, self.color)));
        }
        for (point, share) in self.points.iter().zip(&self.dots) {
            let radius = 2.5 + 5.0 * share.sqrt() as f32;
            ui.painter().circle(frame.at(point[0], point[1]), radius, self.color, Stroke::new(1.5, t.surface));
        }
        self.corner_note(ui, t, &frame);
        if let Some((place, caption)) = &self.best {
            // Two captions on one place would read as neither.
            let near = self
                .marker
                .as_ref()
                .is_some_and(|(other, _)| frame.at(other[0], other[1]).distance(frame.at(place[0], place[1])) < 34.0);
            let caption = if near { "" } else { caption };
            Ring { place: *place, caption, color: t.text3, radius: 4.0, strong: false }.draw(ui, t, &frame);
        }
        if let Some((place, caption)) = &self.marker {
            Ring { place: *place, caption, color: t.accent, radius: 5.5, strong: true }.draw(ui, t, &frame);
        }
        response
    }

    /// The note, in the first corner that nothing is drawn in; below the diagonal on the right, otherwise on the left.
    fn corner_note(&self, ui: &Ui, t: &Theme, frame: &Frame) {
        if self.note.is_empty() {
            return;
        }
        let galley = ui.painter().layout_no_wrap(self.note.clone(), theme::medium(size::CAPTION), t.text2);
        let inside = frame.rect.shrink2(vec2(6.0, 4.0));
        let [right_bottom, left_bottom] = [Align2::RIGHT_BOTTOM, Align2::LEFT_BOTTOM];
        let (first, second) = if self.diagonal { (right_bottom, Align2::LEFT_TOP) } else { (left_bottom, right_bottom) };
        let places =
            [first, second, Align2::RIGHT_TOP, left_bottom].map(|corner| corner.align_size_within_rect(galley.size(), inside));
        let rings = [&self.marker, &self.best].into_iter().flatten().map(|(place, _)| *place);
        let drawn: Vec<Pos2> = self.points.iter().copied().chain(rings).map(|p| frame.at(p[0], p[1])).collect();
        let free = |place: &&Rect| {
            let place = place.expand(7.0);
            let on = |a: Pos2, b: Pos2| (0..=12).any(|i| place.contains(a.lerp(b, i as f32 / 12.0)));
            !drawn.windows(2).any(|pair| on(pair[0], pair[1])) && !drawn.iter().any(|p| place.contains(*p))
        };
        let place = places.iter().find(free).unwrap_or(&places[0]);
        ui.painter().rect_filled(place.expand2(vec2(2.0, 0.0)), 3.0, t.surface.gamma_multiply(0.85));
        ui.painter().galley(place.min, galley, t.text2);
    }

    /// Both axes; in a `low` plot the name of the horizontal one stands between its first and last number.
    fn axes(&self, ui: &Ui, t: &Theme, frame: &Frame, lang: Lang, low: bool) {
        let painter = ui.painter();
        let font = theme::regular(size::CAPTION);
        let few = frame.rect.height() < 110.0;
        let across = fitted(ui, &self.across, font.clone(), t.text2, frame.rect.width() + 16.0);
        // Where it does not fit between the numbers, they are read off the other axis.
        let numbers = !low || across.size().x + 44.0 < frame.rect.width();
        for share in [0.0, 0.25, 0.5, 0.75, 1.0] {
            let (x, y) = (frame.x_at(share), frame.y_at(share));
            painter.vline(x, frame.rect.y_range(), Stroke::new(1.0, t.grid));
            painter.hline(frame.rect.x_range(), y, Stroke::new(1.0, t.grid));
            let quarter = share == 0.25 || share == 0.75;
            if !quarter || (!few && frame.rect.height() > 170.0) {
                painter.text(
                    pos2(frame.rect.left() - 6.0, y),
                    Align2::RIGHT_CENTER,
                    percent(lang, share, 0),
                    font.clone(),
                    t.text3,
                );
            }
            if numbers && if low { share == 0.0 || share == 1.0 } else { !quarter || frame.rect.width() > 260.0 } {
                let at = pos2(x, frame.rect.bottom() + 5.0);
                painter.text(at, Align2::CENTER_TOP, percent(lang, share, 0), font.clone(), t.text3);
            }
        }
        let at = pos2(frame.rect.center().x, frame.rect.bottom() + if low { 5.0 } else { 21.0 });
        painter.galley(at - vec2(across.size().x / 2.0, 0.0), across, t.text2);
        // Beside the plot and not much beyond it, where other words stand.
        let galley = fitted(ui, &self.up, font, t.text2, frame.rect.height() + 34.0);
        let at = pos2(frame.rect.left() - 58.0, frame.rect.center().y + galley.size().x / 2.0);
        painter.add(TextShape::new(at, galley, t.text2).with_angle(-std::f32::consts::FRAC_PI_2));
        if self.diagonal {
            let line = [frame.at(0.0, 0.0), frame.at(1.0, 1.0)];
            painter.extend(Shape::dashed_line(&line, Stroke::new(1.0, t.text3), 3.0, 4.0));
        }
    }
}

/// Leaves out points that lie on the same pixel as the one before.
fn thinned(points: impl Iterator<Item = Pos2>) -> Vec<Pos2> {
    let mut kept: Vec<Pos2> = Vec::new();
    let mut skipped = None;
    for point in points {
        if kept.last().is_none_or(|last| last.distance(point) > 0.7) {
            kept.push(point);
            skipped = None;
        } else {
            skipped = Some(point);
        }
    }
    kept.extend(skipped);
    kept
}

/// A place on a curve with its caption.
struct Ring<'a> {
    place: [f64; 2],
    caption: &'a str,
    color: Color32,
    radius: f32,
    /// The one that counts; its caption stands below, that of others above.
    strong: bool,
}

impl Ring<'_> {
    fn draw(&self, ui: &Ui, t: &Theme, frame: &Frame) {
        let Self { place, caption, color, radius, strong } = *self;
        let at = frame.at(place[0], place[1]);
        ui.painter().circle(at, radius, t.surface, Stroke::new(2.0, color));
        let font = if strong { theme::medium(size::CAPTION) } else { theme::regular(size::CAPTION) };
        let galley = ui.painter().layout_no_wrap(caption.to_owned(), font, color);
        let right = at.x + 10.0 + galley.size().x < frame.rect.right();
        let x = if right { at.x + 10.0 } else { at.x - 10.0 - galley.size().x };
        let y = if strong { at.y + 4.0 } else { at.y - 4.0 - galley.size().y };
        let y = y.clamp(frame.rect.top(), frame.rect.bottom() - galley.size().y);
        let back = Rect::from_min_size(pos2(x, y), galley.size()).expand2(vec2(2.0, 0.0));
        ui.painter().rect_filled(back, 3.0, t.surface.gamma_multiply(0.85));
        ui.painter().galley(pos2(x, y), galley, color);
    }
}
