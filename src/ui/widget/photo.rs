//! A photo with the squares that are asked about: to choose, to drag, to draw.

use egui::{
    Align2, Color32, CursorIcon, EventFilter, Key, Pos2, Rect, Response, Role, Sense, Shape, Stroke, StrokeKind, TextureId, Ui,
    Vec2, WidgetInfo, pos2, vec2,
};

use super::{button::mix, thumbs};
use crate::{
    ui::theme::{self, Theme, size},
    worker::Crop,
};

/// A square on the photo.
#[derive(Clone, Debug)]
pub struct Square {
    /// In the photo's own pixels.
    pub crop: Crop,
    /// Below the square: `1 · male 91%`.
    pub label: String,
    pub selected: bool,
}

/// What the user did.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum PhotoAnswer {
    Select(usize),
    Moved(usize, Crop),
    Drawn(Crop),
}

/// Where a photo lies on the screen.
#[derive(Clone, Copy)]
struct Place {
    rect: Rect,
    /// Points for each pixel of the photo.
    scale: f32,
}

impl Place {
    fn to_screen(self, crop: Crop) -> Rect {
        Rect::from_min_size(self.rect.min + vec2(crop.x, crop.y) * self.scale, Vec2::splat(crop.side * self.scale))
    }

    fn to_photo(self, rect: Rect) -> Crop {
        let corner = (rect.min - self.rect.min) / self.scale;
        Crop { x: corner.x, y: corner.y, side: rect.width().max(rect.height()) / self.scale }
    }
}

/// A photo that is shown.
#[derive(Clone, Copy, Debug)]
pub struct Photo<'a> {
    pub texture: TextureId,
    /// Width and height, in the photo's own pixels.
    pub pixels: [f32; 2],
    /// Read to screen readers.
    pub name: &'a str,
}

/// Draws the photo as large as `room` allows; while `drawing`, a drag makes a new square. Gives how the whole of it responds,
/// too.
pub fn photo(ui: &mut Ui, photo: Photo<'_>, room: Vec2, squares: &[Square], drawing: bool) -> (Response, Option<PhotoAnswer>) {
    let Photo { texture, pixels, name } = photo;
    let t = Theme::of(ui);
    let (outer, whole) = ui.allocate_exact_size(room, if drawing { Sense::click_and_drag() } else { Sense::hover() });
    whole.widget_info(|| WidgetInfo::labeled(Role::Image, true, name));
    ui.painter().rect_filled(outer, theme::RADIUS_BUTTON, t.surface2);
    let scale = (room.x / pixels[0].max(1.0)).min(room.y / pixels[1].max(1.0));
    let rect = Rect::from_center_size(outer.center(), vec2(pixels[0], pixels[1]) * scale);
    thumbs::paint(ui, rect, texture);
    let place = Place { rect, scale };
    let mut answer = draw_new(ui, t, place, &whole, drawing);
    let id = ui.scope_id().with("square");
    let mut places = Vec::new();
    for (index, square) in squares.iter().enumerate() {
        let mut shown = place.to_screen(square.crop);
        // The corner first, so that it lies on top of the inside.
        let grip = Rect::from_center_size(shown.max, Vec2::splat(18.0));
        // While a new one is drawn, which may begin inside of another, the others stay where they are.
        let (moves, resizes) = if drawing { (Sense::CLICK, Sense::hover()) } else { (Sense::click_and_drag(), Sense::DRAG) };
        let inside = ui.interact(shown, id.with(index), moves);
        // The keyboard resizes by plus and minus, so the Tab key passes it by.
        let corner = ui.interact(grip, id.with((index, "corner")), resizes);
        inside.widget_info(|| WidgetInfo::selected(Role::RadioButton, ui.is_enabled(), square.selected, &square.label));
        if let Some((from, to)) = drag(ui, &inside) {
            shown = shown.translate(to - from);
        } else if let Some((from, to)) = drag(ui, &corner) {
            let by = to - from;
            let side = (shown.width() + (by.x + by.y) / 2.0).max(16.0);
            shown = Rect::from_min_size(shown.min, Vec2::splat(side));
        }
        if inside.drag_stopped() || corner.drag_stopped() {
            answer = Some(PhotoAnswer::Moved(index, place.to_photo(shown)));
        } else if inside.clicked() {
            answer = Some(PhotoAnswer::Select(index));
        }
        if inside.has_focus()
            && let Some(moved) = by_keys(ui, &inside, square.crop)
        {
            answer = Some(PhotoAnswer::Moved(index, moved));
        }
        frame(ui, t, shown, square, inside.hovered() || inside.has_focus());
        places.push(shown);
        if !drawing {
            inside.on_hover_and_drag_cursor(CursorIcon::Grab);
            corner.on_hover_and_drag_cursor(CursorIcon::ResizeNwSe);
        }
    }
    // Over every edge, the chosen one's over the others.
    let mut tags: Vec<_> = squares.iter().zip(places).collect();
    tags.sort_by_key(|(square, _)| square.selected);
    tags.into_iter().for_each(|(square, rect)| tag(ui, t, outer, rect, square));
    (whole, answer)
}

/// Where a drag began and where it is. egui knows how far it went only until the button is released, which is the frame that
/// counts: where the button went down is remembered here.
fn drag(ui: &Ui, response: &Response) -> Option<(Pos2, Pos2)> {
    let id = response.id.with("dragged from");
    if let Some(from) = ui.input(|i| i.pointer.press_origin()).filter(|_| response.drag_started()) {
        ui.data_mut(|d| d.insert_temp(id, from));
    }
    if !response.dragged() && !response.drag_stopped() {
        return None;
    }
    ui.data(|d| d.get_temp(id)).zip(response.interact_pointer_pos())
}

fn draw_new(ui: &Ui, t: &Theme, place: Place, whole: &Response, drawing: bool) -> Option<PhotoAnswer> {
    if !drawing {
        return None;
    }
    if whole.hovered() {
        ui.set_cursor_icon(CursorIcon::Crosshair);
    }
    let (start, end) = drag(ui, whole)?;
    let by = end - start;
    let side = by.x.abs().max(by.y.abs());
    let corner = pos2(if by.x < 0.0 { start.x - side } else { start.x }, if by.y < 0.0 { start.y - side } else { start.y });
    let rect = Rect::from_min_size(corner, Vec2::splat(side));
    ui.painter().rect_stroke(rect, 4.0, Stroke::new(2.0, t.accent), StrokeKind::Middle);
    (whole.drag_stopped() && side > 16.0).then(|| PhotoAnswer::Drawn(place.to_photo(rect)))
}

/// Arrow keys move a square by a twentieth of its side; plus and minus resize it.
pub fn by_keys(ui: &Ui, response: &Response, crop: Crop) -> Option<Crop> {
    let filter = EventFilter { horizontal_arrows: true, vertical_arrows: true, ..EventFilter::default() };
    ui.memory_mut(|m| m.set_focus_lock_filter(response.id, filter));
    let pressed = |key| ui.input(|i| i.num_presses(key)) as f32;
    let step = crop.side / 20.0;
    let x = (pressed(Key::ArrowRight) - pressed(Key::ArrowLeft)) * step;
    let y = (pressed(Key::ArrowDown) - pressed(Key::ArrowUp)) * step;
    let grow = (pressed(Key::Plus) - pressed(Key::Minus)) * step;
    (x != 0.0 || y != 0.0 || grow != 0.0).then(|| Crop {
        x: crop.x + x - grow / 2.0,
        y: crop.y + y - grow / 2.0,
        side: (crop.side + grow).max(8.0),
    })
}

fn frame(ui: &Ui, t: &Theme, rect: Rect, square: &Square, strong: bool) {
    let painter = ui.painter();
    if square.selected {
        painter.rect_stroke(rect, 6.0, Stroke::new(4.0, Color32::WHITE), StrokeKind::Middle);
        painter.rect_stroke(rect, 6.0, Stroke::new(2.5, t.accent), StrokeKind::Outside);
        painter.circle(rect.max, 5.0, Color32::WHITE, Stroke::new(2.0, t.accent));
    } else {
        let corners: [Pos2; 5] = [rect.left_top(), rect.right_top(), rect.right_bottom(), rect.left_bottom(), rect.left_top()];
        painter.extend(Shape::dashed_line(&corners, Stroke::new(4.0, Color32::from_black_alpha(90)), 7.0, 4.0));
        let width = if strong { 3.0 } else { 2.0 };
        painter.extend(Shape::dashed_line(&corners, Stroke::new(width, Color32::WHITE), 7.0, 4.0));
    }
}

/// What was said of a square, below it and within the photo.
fn tag(ui: &Ui, t: &Theme, outer: Rect, rect: Rect, square: &Square) {
    let painter = ui.painter();
    let (fill, color) = if square.selected { (t.accent, t.on) } else { (mix(Color32::BLACK, t.text3, 0.35), Color32::WHITE) };
    let galley = painter.layout_no_wrap(square.label.clone(), theme::medium(size::TABLE), color);
    let size = galley.size() + vec2(18.0, 10.0);
    let left = rect.left().min(outer.right() - size.x).max(outer.left());
    let below = pos2(left, (rect.bottom() + 6.0).min(outer.bottom() - 28.0));
    let back = Rect::from_min_size(below, size);
    painter.rect_filled(back, theme::RADIUS_FIELD, fill);
    painter.text(back.center(), Align2::CENTER_CENTER, &square.label, theme::medium(size::TABLE), color);
}
