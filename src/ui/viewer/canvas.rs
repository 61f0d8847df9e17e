//! The picture itself: as large as there is room, then as large as it is wished, moved by dragging.

use egui::{
    Color32, CursorIcon, EventFilter, Id, PointerButton, Pos2, Rect, Response, Role, Sense, TextureId, Ui, Vec2, WidgetInfo,
    pos2, vec2,
};

use super::subject::Small;
use crate::{
    ui::{
        theme::{self, Theme},
        widget::{
            photo::{self, PhotoSquare},
            thumbs::Thumbs,
        },
    },
    worker::Crop,
};

/// How far it can be enlarged over what fits.
const MOST: f32 = 32.0;
/// One step of the keys and the buttons.
pub const STEP: f32 = 1.25;
/// What a double click enlarges to.
const CLOSER: f32 = 3.0;

/// What has the keyboard while nothing else has.
pub fn id() -> Id {
    Id::unique("the picture in the viewer")
}

/// How the user looks at the picture.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct View {
    /// 1 fits.
    zoom: f32,
    /// Of the picture's middle from the room's.
    offset: Vec2,
}

impl Default for View {
    fn default() -> Self {
        Self { zoom: 1.0, offset: Vec2::ZERO }
    }
}

impl View {
    /// Whether all of the picture is seen.
    pub fn fits(self) -> bool {
        self.zoom <= 1.0
    }

    /// Enlarges; what is seen at `at`, from the room's middle, stays there.
    pub fn enlarge(&mut self, by: f32, at: Vec2) {
        let zoom = (self.zoom * by).clamp(1.0, MOST);
        self.offset = at - (at - self.offset) * (zoom / self.zoom);
        self.zoom = zoom;
    }

    /// Keeps the picture, `size` large, in the room: no edge further in than it must be.
    fn hold(&mut self, size: Vec2, room: Vec2) {
        let most = ((size - room) / 2.0).max(Vec2::ZERO);
        self.offset = self.offset.clamp(-most, most);
    }
}

/// What is painted.
pub enum PaintedPicture<'a> {
    /// The file's own, with its size in pixels.
    Large(TextureId, [f32; 2]),
    /// A small version, until the other has come.
    Small(Small<'a>),
    Nothing,
}

impl PaintedPicture<'_> {
    fn pixels(&self) -> [f32; 2] {
        match self {
            Self::Large(_, pixels) | Self::Small(Small::Texture(_, pixels)) => *pixels,
            Self::Small(Small::Pixels(pixels, _)) => [pixels.side().pixels() as f32; 2],
            Self::Nothing => [1.0; 2],
        }
    }
}

/// A picture in its room.
pub struct Canvas<'a> {
    pub picture: PaintedPicture<'a>,
    pub room: Rect,
    /// What is framed in it.
    pub squares: &'a [PhotoSquare],
    /// Read to screen readers.
    pub name: &'a str,
    /// Whether the wheel alone enlarges: where the page scrolls it needs Ctrl.
    pub wheel: bool,
    /// Whether it has been there long enough for a double click to be meant for it, and not for what opened it.
    pub settled: bool,
}

/// What came of a picture in this frame.
pub struct Drawn {
    pub response: Response,
    /// Points for each of its pixels.
    pub scale: f32,
    /// The square that was clicked.
    pub square: Option<usize>,
}

impl Canvas<'_> {
    /// The smallest square at a place, in the picture's own pixels.
    fn square_at(&self, at: Vec2) -> Option<usize> {
        let inside = |square: &&PhotoSquare| {
            let Crop { x, y, side } = square.crop;
            (x..x + side).contains(&at.x) && (y..y + side).contains(&at.y)
        };
        let found = self.squares.iter().filter(inside).min_by(|a, b| a.crop.side.total_cmp(&b.crop.side))?;
        self.squares.iter().position(|square| std::ptr::eq(square, found))
    }

    /// Draws it, and lets it be enlarged and moved.
    pub fn show(&self, ui: &mut Ui, thumbs: &mut Thumbs, view: &mut View) -> Drawn {
        let t = Theme::of(ui);
        let response = ui.interact(self.room, id(), Sense::click_and_drag());
        response.widget_info(|| WidgetInfo::labeled(Role::Image, true, self.name));
        if response.has_focus() {
            let filter = EventFilter { horizontal_arrows: true, vertical_arrows: true, ..EventFilter::default() };
            ui.memory_mut(|memory| memory.set_focus_lock_filter(id(), filter));
        }
        let middle = self.room.center();
        if response.hovered() {
            let (pinched, scrolled) = ui.input(|input| (input.zoom_delta(), input.smooth_scroll_delta().y));
            let wheeled = if self.wheel { (scrolled / 200.0).exp() } else { 1.0 };
            if pinched != 1.0 || wheeled != 1.0 {
                view.enlarge(pinched * wheeled, response.hover_pos().map_or(Vec2::ZERO, |pointer| pointer - middle));
            }
        }
        if response.double_clicked() && self.settled {
            let at = response.interact_pointer_pos().map_or(Vec2::ZERO, |pointer| pointer - middle);
            if view.fits() { view.enlarge(CLOSER, at) } else { *view = View::default() }
        }
        if response.dragged_by(PointerButton::Primary) {
            view.offset += response.drag_delta();
        }
        let [width, height] = self.picture.pixels();
        let fitting = (self.room.width() / width.max(1.0)).min(self.room.height() / height.max(1.0));
        let size = vec2(width, height) * fitting * view.zoom;
        view.hold(size, self.room.size());
        let rect = Rect::from_center_size(middle + view.offset, size);
        ui.painter().rect_filled(self.room, theme::RADIUS_BUTTON, t.surface2);
        let painter = ui.painter_at(self.room);
        match self.picture {
            PaintedPicture::Large(texture, _) | PaintedPicture::Small(Small::Texture(texture, _)) => {
                painter.image(texture, rect, Rect::from_min_max(Pos2::ZERO, pos2(1.0, 1.0)), Color32::WHITE);
            }
            PaintedPicture::Small(Small::Pixels(pixels, index)) => {
                ui.scope(|ui| {
                    ui.shrink_clip_rect(self.room);
                    thumbs.paint_of(ui, rect, pixels, index);
                });
            }
            PaintedPicture::Nothing => {}
        }
        let scale = fitting * view.zoom;
        photo::frames(ui, self.room, rect, scale, self.squares);
        let clicked = response.interact_pointer_pos().filter(|_| response.clicked() && self.settled);
        let square = clicked.and_then(|at| self.square_at((at - rect.min) / scale));
        let cursor = match (response.dragged(), view.fits()) {
            (true, false) => Some(CursorIcon::Grabbing),
            (false, false) => Some(CursorIcon::Grab),
            _ => None,
        };
        let response = match cursor {
            Some(cursor) => response.on_hover_and_drag_cursor(cursor),
            None => response,
        };
        Drawn { response, scale, square }
    }
}
