//! A photo with the squares that are asked about: to choose, to drag, to draw; it can be looked at closely.

use std::sync::Arc;

use egui::{
    Align2, Color32, CursorIcon, EventFilter, Galley, Key, Painter, Pos2, Rect, Response, Role, Sense, Shape, Stroke, StrokeKind,
    TextureId, Ui, UiBuilder, Vec2, WidgetInfo, pos2, vec2,
};

use super::{button::mix, scroll, thumbs, zoom::Zoom};
use crate::{
    ui::theme::{self, Theme, size},
    worker::Crop,
};

/// A square on the photo.
#[derive(Clone, Debug)]
pub struct PhotoSquare {
    /// In the photo's own pixels.
    pub crop: Crop,
    /// Below the square: `1 · male 91%`. Where that has no room, what stands before the dot.
    pub label: String,
    pub line: SquareLine,
    pub selected: bool,
}

/// How a square is drawn, which tells how sure its answer is without a color.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SquareLine {
    /// Sure.
    Solid,
    /// Not sure.
    Dashed,
    /// There is no answer.
    Dotted,
}

/// What the user did.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum PhotoAnswer {
    Select(usize),
    /// It is on its way there, and still held.
    Moving(usize, Crop),
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
pub struct PhotoView<'a> {
    pub texture: TextureId,
    /// Width and height, in the photo's own pixels.
    pub pixels: [f32; 2],
    /// Read to screen readers.
    pub name: &'a str,
}

/// What came of a photo in this frame.
#[derive(Clone, Debug)]
pub struct Shown {
    /// How the whole of it responds.
    pub whole: Response,
    pub answer: Option<PhotoAnswer>,
    /// Whether a square has the keyboard.
    pub keyed: bool,
    /// Whether it was clicked twice while all of it was seen.
    pub opens: bool,
    /// Points for each pixel of the photo.
    pub scale: f32,
}

/// Draws the photo as large as `room` allows; while `drawing`, a drag makes a new square. Gives how the whole of it responds,
/// too.
pub fn photo(
    ui: &mut Ui,
    photo: PhotoView<'_>,
    room: Vec2,
    squares: &[PhotoSquare],
    drawing: bool,
) -> (Response, Option<PhotoAnswer>) {
    let shown = draw(ui, photo, room, squares, (drawing, None));
    (shown.whole, shown.answer)
}

/// As [`photo`], to be looked at closely: the wheel, two fingers and a drag beside the squares change `zoom`, a double click
/// there fits.
pub fn zoomed(
    ui: &mut Ui,
    photo: PhotoView<'_>,
    room: Vec2,
    squares: &[PhotoSquare],
    (drawing, zoom): (bool, &mut Zoom),
) -> Shown {
    draw(ui, photo, room, squares, (drawing, Some(zoom)))
}

fn draw(
    ui: &mut Ui,
    photo: PhotoView<'_>,
    room: Vec2,
    squares: &[PhotoSquare],
    (drawing, mut zoom): (bool, Option<&mut Zoom>),
) -> Shown {
    let PhotoView { texture, pixels, name } = photo;
    let t = Theme::of(ui);
    // By the keyboard a photo is looked at closely wherever that is, so the Tab key passes it by.
    let sense = match (drawing, zoom.is_some()) {
        (true, _) => Sense::click_and_drag(),
        (false, true) => Sense::CLICK | Sense::DRAG,
        (false, false) => Sense::hover(),
    };
    let (outer, whole) = ui.allocate_exact_size(room, sense);
    whole.widget_info(|| WidgetInfo::labeled(Role::Image, true, name));
    ui.painter().rect_filled(outer, theme::RADIUS_BUTTON, t.surface2);
    let mut opens = whole.double_clicked() && !drawing && zoom.as_deref().is_some_and(|zoom| zoom.fits());
    if let Some(zoom) = &mut zoom {
        by_pointer(ui, zoom, &whole, pixels, drawing);
    }
    let (rect, scale) = zoom.map_or_else(Zoom::default, |zoom| *zoom).place(outer, pixels);
    let mut ui = ui.new_child(UiBuilder::new().id_salt("photo").max_rect(outer));
    ui.shrink_clip_rect(outer);
    let ui = &mut ui;
    thumbs::paint(ui, rect, texture);
    let place = Place { rect, scale };
    let mut answer = draw_new(ui, t, place, &whole, drawing);
    let id = ui.scope_id().with("square");
    let (mut places, mut keyed) = (Vec::new(), false);
    // Of two fingers, which look closely, the first does not drag as well.
    let still = drawing || ui.input(|i| i.multi_touch().is_some());
    for (index, square) in squares.iter().enumerate() {
        let held = Held { square, place, still };
        let (moved, focus, twice) = held.handle(ui, id.with(index));
        opens |= twice && !drawing;
        keyed |= focus;
        let shown = match moved {
            Some(Move::Clicked) => {
                answer = Some(PhotoAnswer::Select(index));
                place.to_screen(square.crop)
            }
            Some(Move::Dragged(shown)) => {
                answer = Some(PhotoAnswer::Moving(index, place.to_photo(shown)));
                shown
            }
            Some(Move::Dropped(shown)) => {
                answer = Some(PhotoAnswer::Moved(index, place.to_photo(shown)));
                shown
            }
            Some(Move::Stepped(crop)) => {
                answer = Some(PhotoAnswer::Moved(index, crop));
                place.to_screen(square.crop)
            }
            None => place.to_screen(square.crop),
        };
        places.push(shown);
    }
    tags(ui, outer, squares, places);
    Shown { whole, answer, keyed, opens, scale }
}

/// The squares alone, over a photo that is drawn into `rect` within `outer`, with `scale` points for each of its pixels.
pub fn frames(ui: &mut Ui, outer: Rect, rect: Rect, scale: f32, squares: &[PhotoSquare]) {
    if squares.is_empty() {
        return;
    }
    let t = Theme::of(ui);
    let mut ui = ui.new_child(UiBuilder::new().id_salt("frames").max_rect(outer));
    ui.shrink_clip_rect(outer);
    let places: Vec<Rect> = squares.iter().map(|square| Place { rect, scale }.to_screen(square.crop)).collect();
    squares.iter().zip(&places).for_each(|(square, place)| frame(ui.painter(), t, *place, square, false));
    tags(&ui, outer, squares, places);
}

/// What was said of each square: over every edge, the chosen one's over the others.
fn tags(ui: &Ui, outer: Rect, squares: &[PhotoSquare], places: Vec<Rect>) {
    let mut tags: Vec<_> = squares.iter().zip(places).filter(|(_, rect)| rect.intersects(outer)).collect();
    tags.reverse();
    tags.sort_by_key(|(square, _)| square.selected);
    let mut taken: Vec<Option<Tag>> = Vec::new();
    for (index, (square, rect)) in tags.iter().enumerate().rev() {
        let others: Vec<Rect> =
            tags.iter().enumerate().filter(|(other, _)| *other != index).map(|(_, (_, rect))| *rect).collect();
        taken.push(Tag::place(ui, outer, *rect, square, (&taken, &others)));
    }
    tags.iter().zip(taken.iter().rev()).for_each(|((square, _), tag)| {
        if let Some(tag) = tag {
            tag.paint(ui.painter(), Theme::of(ui), square.selected);
        }
    });
}

/// The pointer over a photo: the wheel and two fingers magnify it where they are, a drag moves it, a double click fits.
fn by_pointer(ui: &Ui, zoom: &mut Zoom, whole: &Response, pixels: [f32; 2], drawing: bool) {
    let (wheel, pinch, touch) = ui.input(|i| (i.smooth_scroll_delta().y, i.zoom_delta(), i.multi_touch()));
    let hovered = ui.input(|i| i.pointer.hover_pos()).filter(|_| ui.rect_contains_pointer(whole.rect));
    let at = touch.map_or(hovered, |touch| Some(touch.center_pos));
    if let Some(at) = at.filter(|at| whole.rect.contains(*at)) {
        // In a page that scrolls as a whole the wheel is the page's.
        let wheel = if scroll::is_long(ui) { 1.0 } else { (wheel / 240.0).exp() };
        zoom.by(wheel * pinch, at, whole.rect, pixels);
    }
    if let Some(touch) = touch.filter(|touch| whole.rect.contains(touch.center_pos)) {
        zoom.pan(touch.translation_delta, whole.rect, pixels);
    } else if whole.dragged() && !drawing {
        zoom.pan(whole.drag_delta(), whole.rect, pixels);
    }
    if whole.double_clicked() && !drawing {
        *zoom = Zoom::default();
    }
    if !zoom.fits() && !drawing && whole.hovered() {
        ui.set_cursor_icon(if whole.dragged() { CursorIcon::Grabbing } else { CursorIcon::Grab });
    }
}

/// A square that can be taken hold of.
struct Held<'a> {
    square: &'a PhotoSquare,
    place: Place,
    /// Whether it stays where it is.
    still: bool,
}

/// What was done with a square: where it is on the screen now, or in the photo.
enum Move {
    Clicked,
    Dragged(Rect),
    Dropped(Rect),
    Stepped(Crop),
}

impl Held<'_> {
    /// Takes what the pointer and the keys do with it, and draws it; gives whether it has the keyboard and whether it was
    /// clicked twice, too.
    fn handle(&self, ui: &mut Ui, id: egui::Id) -> (Option<Move>, bool, bool) {
        /// From a corner's middle to the end of what can be taken hold of there, in points.
        const GRIP: f32 = 10.0;
        /// The same for a finger.
        const FINGER: f32 = 18.0;
        let Self { square, place, still } = *self;
        let t = Theme::of(ui);
        let mut shown = place.to_screen(square.crop);
        // While a new one is drawn, which may begin inside of another, the others stay where they are.
        let (moves, resizes) = if still { (Sense::CLICK, Sense::hover()) } else { (Sense::click_and_drag(), Sense::DRAG) };
        let inside = ui.interact(shown, id, moves);
        inside.widget_info(|| WidgetInfo::selected(Role::RadioButton, ui.is_enabled(), square.selected, &square.label));
        let mut moved = drag(ui, &inside, square.crop).map(|(by, begun)| place.to_screen(begun).translate(by));
        let mut dropped = inside.drag_stopped();
        let reach = if ui.input(egui::InputState::any_touches) { FINGER } else { GRIP };
        let corners: &[Vec2] = match square.selected {
            true => &[vec2(-1.0, -1.0), vec2(1.0, -1.0), vec2(-1.0, 1.0), vec2(1.0, 1.0)],
            false => &[vec2(1.0, 1.0)],
        };
        for (number, toward) in corners.iter().rev().enumerate() {
            // Of a small one some of the inside is left to move it by.
            let grip = Rect::from_center_size(corner(shown, *toward), Vec2::splat(2.0 * reach.min(shown.width() / 4.0)));
            // The keyboard resizes by plus and minus, so the Tab key passes it by.
            let response = ui.interact(grip, id.with(("corner", number)), resizes);
            if let Some((by, begun)) = drag(ui, &response, square.crop) {
                let begun = place.to_screen(begun);
                let side = (begun.width() + (by.x * toward.x + by.y * toward.y) / 2.0).max(16.0);
                // The corner across stays.
                let fixed = corner(begun, -*toward);
                moved = Some(Rect::from_two_pos(fixed, fixed + *toward * side));
            }
            dropped |= response.drag_stopped();
            if !still {
                let cursor = if toward.x == toward.y { CursorIcon::ResizeNwSe } else { CursorIcon::ResizeNeSw };
                response.on_hover_and_drag_cursor(cursor);
            }
        }
        shown = moved.unwrap_or(shown);
        let focus = inside.has_focus();
        let done = match moved {
            Some(rect) if dropped => Some(Move::Dropped(rect)),
            Some(rect) => Some(Move::Dragged(rect)),
            None if inside.clicked() => Some(Move::Clicked),
            None => focus.then(|| by_keys(ui, &inside, square.crop)).flatten().map(Move::Stepped),
        };
        // The first click has chosen it.
        let twice = inside.double_clicked() && square.selected;
        frame(ui.painter(), t, shown, square, inside.hovered() || focus);
        if !still {
            inside.on_hover_and_drag_cursor(CursorIcon::Grab);
        }
        (done, focus, twice)
    }
}

/// The corner of a rectangle in this direction.
fn corner(rect: Rect, toward: Vec2) -> Pos2 {
    rect.center() + toward * rect.size() / 2.0
}

/// How far a drag has gone, and where the square was when it began: it may follow meanwhile. egui knows how far a drag went
/// only until the button is released, which is the frame that counts: where the button went down is remembered here.
fn drag(ui: &Ui, response: &Response, crop: Crop) -> Option<(Vec2, Crop)> {
    let id = response.id.with("dragged from");
    if let Some(from) = ui.input(|i| i.pointer.press_origin()).filter(|_| response.drag_started()) {
        ui.data_mut(|d| d.insert_temp(id, (from, crop)));
    }
    if !response.dragged() && !response.drag_stopped() {
        return None;
    }
    let (from, begun): (Pos2, Crop) = ui.data(|d| d.get_temp(id))?;
    Some((response.interact_pointer_pos()? - from, begun))
}

fn draw_new(ui: &Ui, t: &Theme, place: Place, whole: &Response, drawing: bool) -> Option<PhotoAnswer> {
    if !drawing {
        return None;
    }
    if whole.hovered() {
        ui.set_cursor_icon(CursorIcon::Crosshair);
    }
    let (by, _) = drag(ui, whole, Crop { x: 0.0, y: 0.0, side: 0.0 })?;
    let start = whole.interact_pointer_pos()? - by;
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

fn frame(painter: &Painter, t: &Theme, rect: Rect, square: &PhotoSquare, strong: bool) {
    let corners: [Pos2; 5] = [rect.left_top(), rect.right_top(), rect.right_bottom(), rect.left_bottom(), rect.left_top()];
    let line = |stroke: Stroke| {
        painter.extend(match square.line {
            SquareLine::Solid => vec![Shape::closed_line(corners[..4].to_vec(), stroke)],
            SquareLine::Dashed => Shape::dashed_line(&corners, stroke, 9.0, 5.0),
            SquareLine::Dotted => Shape::dotted_line(&corners, stroke.color, 2.0 * stroke.width + 3.0, stroke.width * 0.75),
        });
    };
    if square.selected {
        painter.rect_stroke(rect, 2.0, Stroke::new(5.0, Color32::WHITE), StrokeKind::Middle);
        line(Stroke::new(2.5, t.accent));
        for toward in [vec2(-1.0, -1.0), vec2(1.0, -1.0), vec2(-1.0, 1.0), vec2(1.0, 1.0)] {
            painter.circle(corner(rect, toward), 4.5, Color32::WHITE, Stroke::new(2.0, t.accent));
        }
    } else {
        line(Stroke::new(4.0, Color32::from_black_alpha(90)));
        line(Stroke::new(if strong { 3.0 } else { 2.0 }, Color32::WHITE));
    }
}

/// What was said of a square, beside it and within the photo.
struct Tag {
    back: Rect,
    text: Arc<Galley>,
}

impl Tag {
    /// Below its square, above it, or within it at its bottom: the first of these that no tag has `taken`, and that covers no
    /// other square. Where none is free a short one takes its place, and where that has no room either there is none.
    fn place(
        ui: &Ui,
        outer: Rect,
        rect: Rect,
        square: &PhotoSquare,
        (taken, others): (&[Option<Self>], &[Rect]),
    ) -> Option<Self> {
        let places = |label: String| {
            let text = ui.painter().layout_no_wrap(label, theme::medium(size::TABLE), Color32::PLACEHOLDER);
            let size = text.size() + vec2(18.0, 10.0);
            let left = rect.left().min(outer.right() - size.x).max(outer.left());
            let lowest = outer.bottom() - size.y;
            let tops = [rect.bottom() + 6.0, rect.top() - 6.0 - size.y, rect.bottom() - 6.0 - size.y];
            tops.map(|top| Self {
                back: Rect::from_min_size(pos2(left, top.min(lowest).max(outer.top())), size),
                text: text.clone(),
            })
        };
        let free = |tag: &Self| !taken.iter().flatten().any(|other| other.back.intersects(tag.back));
        let clear = |tag: &Self| free(tag) && !others.iter().any(|other| other.intersects(tag.back));
        let number = square.label.split(" · ").next().unwrap_or_default();
        let brief = format!("{number}{}", if square.line == SquareLine::Dashed { "?" } else { "" });
        let whole = places(square.label.clone()).into_iter().find(clear);
        // Rather over another square than not at all.
        whole.or_else(|| places(brief.clone()).into_iter().find(clear)).or_else(|| places(brief).into_iter().find(free))
    }

    fn paint(&self, painter: &Painter, t: &Theme, selected: bool) {
        let (fill, color) = if selected { (t.accent, t.on) } else { (mix(Color32::BLACK, t.text3, 0.35), Color32::WHITE) };
        painter.rect_filled(self.back, theme::RADIUS_FIELD, fill);
        let at = Align2::CENTER_CENTER.align_size_within_rect(self.text.size(), self.back).min;
        painter.galley_with_override_text_color(at, self.text.clone(), color);
    }
}
