//! Pictures with two lines below each, in rows that fill the width; only those in view are drawn.

use egui::{
    CornerRadius, Key, Modifiers, Rect, Response, Role, ScrollArea, Sense, SetOpenCommand, Stroke, StrokeKind, Ui, WidgetInfo,
    pos2, vec2,
};

use super::{
    fitted::fitted,
    selection::{Cells, Selection, paint_mark},
    thumbs::Thumbs,
};
use crate::{
    data::pixels::Pixels,
    ui::{
        icon::Icon,
        theme::{self, RADIUS_BUTTON, Theme, size},
    },
};

/// One picture.
#[derive(Clone, Debug, Default)]
pub struct Tile {
    /// Its place among the pixels; `None` if the picture is not there.
    pub sample: Option<usize>,
    /// Before the first line, with whether it is a good sign.
    pub sign: Option<(Icon, bool)>,
    pub first: String,
    /// In place of the first line where that is too long.
    pub short: String,
    pub second: String,
    /// What a screen reader says.
    pub name: String,
    /// What the user decided about it, as an icon over the picture.
    pub badge: Option<Icon>,
    /// Whether it is marked together with others.
    pub marked: bool,
}

/// What a picture was pressed for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Press {
    /// To see what is known of it.
    Plain,
    /// To see it large: twice, or by a key.
    Open,
    /// To mark it beside others, with the keys that were held.
    Mark(Modifiers),
    None,
}

impl Press {
    /// What `response` says.
    pub fn of(response: &Response) -> Self {
        let (modifiers, key) =
            response.ctx.input(|input| (input.modifiers, input.key_pressed(Key::Enter) || input.key_pressed(Key::Space)));
        match response.clicked() {
            true if modifiers.shift || modifiers.command => Self::Mark(modifiers),
            true if response.double_clicked() || (response.has_focus() && key) => Self::Open,
            true => Self::Plain,
            false => Self::None,
        }
    }

    /// What becomes of the little card that opens on a picture.
    pub fn popup(self) -> Option<SetOpenCommand> {
        match self {
            Self::Plain => Some(SetOpenCommand::Toggle),
            Self::Open => Some(SetOpenCommand::Bool(false)),
            Self::Mark(_) | Self::None => None,
        }
    }
}

/// Space between pictures.
const GAP: f32 = 12.0;
/// Height of the two lines.
const LINES: f32 = 40.0;

/// Width in points that the two lines need.
const LEAST: f32 = 84.0;

/// How pictures are laid into a width.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Grid {
    pub columns: usize,
    /// Side of a picture.
    pub side: f32,
    /// From one picture's left edge to the next one's.
    pub pitch: f32,
}

impl Grid {
    /// As many pictures of about `wanted` points as fill `width`.
    pub fn new(width: f32, wanted: f32) -> Self {
        let columns = ((width + GAP) / (wanted + GAP)).round().max(1.0) as usize;
        let side = ((width + GAP) / columns as f32 - GAP).floor();
        Self { columns, side, pitch: side + GAP }
    }

    /// Height of a row with its lines, without the gap.
    pub fn row(self) -> f32 {
        self.side + LINES
    }

    /// How many rows fit into `height`.
    pub fn rows_in(self, height: f32) -> usize {
        ((height + GAP) / (self.row() + GAP)).floor() as usize
    }
}

/// Pictures to be laid into rows.
pub struct Gallery<'a, T> {
    pub thumbs: &'a mut Thumbs,
    /// What the tiles are painted from; `None` if the pictures are not there.
    pub pixels: Option<&'a Pixels>,
    pub count: usize,
    /// About how wide a picture should be, in points.
    pub wanted: f32,
    /// What stands at each place.
    pub tile: T,
}

impl<T: Fn(usize) -> Tile> Gallery<'_, T> {
    /// All pictures, scrolling; gives the response of each one drawn to `each`, with what paints it larger.
    pub fn scrolling(self, ui: &mut Ui, each: impl FnMut(usize, &Tile, Response, &mut Thumbs)) {
        self.scroll(ui, None, each);
    }

    /// As [`Gallery::scrolling`]; a rectangle that is drawn marks pictures in `selection`, each by its `key`.
    pub fn marking(
        self,
        ui: &mut Ui,
        selection: &mut Selection,
        key: &dyn Fn(usize) -> u32,
        each: impl FnMut(usize, &Tile, Response, &mut Thumbs),
    ) {
        self.scroll(ui, Some((selection, key)), each);
    }

    fn scroll(
        mut self,
        ui: &mut Ui,
        mut marks: Option<(&mut Selection, &dyn Fn(usize) -> u32)>,
        mut each: impl FnMut(usize, &Tile, Response, &mut Thumbs),
    ) {
        let grid = Grid::new(ui.available_width() - 10.0, self.wanted);
        ui.scope(|ui| {
            ui.spacing_mut().item_spacing.y = GAP;
            let area = ScrollArea::vertical().auto_shrink([false, false]);
            area.show_rows(ui, grid.row(), self.count.div_ceil(grid.columns), |ui, rows| {
                let pitch = vec2(grid.pitch, grid.row() + GAP);
                let seen = Rect::from_min_size(ui.cursor().min, vec2(ui.available_width(), rows.len() as f32 * pitch.y));
                let origin = seen.min - vec2(0.0, rows.start as f32 * pitch.y);
                let cells = Cells { origin, columns: grid.columns, pitch, count: self.count, starts: &[] };
                // Below the pictures, which take the clicks; the Tab key passes it by.
                let rectangle = marks.is_some().then(|| ui.interact(seen, ui.scope_id().with("rectangle"), Sense::DRAG));
                let marked = |place: usize| marks.as_ref().is_some_and(|(selection, key)| selection.contains(key(place)));
                for row in rows {
                    self.draw_row(ui, grid, row, &marked, &mut each);
                }
                if let (Some((selection, key)), Some(response)) = (&mut marks, rectangle) {
                    selection.band(ui, &response, cells, *key);
                }
            });
        });
    }

    /// The first pictures, as many as fit into `height` without scrolling, in rows of equal length; marked as those of
    /// [`Gallery::marking`]. Gives how many they are.
    pub fn strip(
        mut self,
        ui: &mut Ui,
        height: f32,
        selection: &mut Selection,
        key: &dyn Fn(usize) -> u32,
        mut each: impl FnMut(usize, &Tile, Response, &mut Thumbs),
    ) -> usize {
        let grid = strip_grid(ui.available_width(), height, self.wanted);
        let rows = grid.rows_in(height).max(1).min(self.count.div_ceil(grid.columns));
        let count = self.count.min(rows * grid.columns);
        ui.scope(|ui| {
            ui.spacing_mut().item_spacing.y = GAP;
            let pitch = vec2(grid.pitch, grid.row() + GAP);
            let seen = Rect::from_min_size(ui.cursor().min, vec2(ui.available_width(), rows as f32 * pitch.y));
            // Below the pictures, which take the clicks; the Tab key passes it by.
            let rectangle = ui.interact(seen, ui.scope_id().with("rectangle"), Sense::DRAG);
            for row in 0..rows {
                self.draw_row(ui, grid, row, &|place| selection.contains(key(place)), &mut each);
            }
            let cells = Cells { origin: seen.min, columns: grid.columns, pitch, count, starts: &[] };
            selection.band(ui, &rectangle, cells, key);
        });
        count
    }

    fn draw_row(
        &mut self,
        ui: &mut Ui,
        grid: Grid,
        row: usize,
        marked: &dyn Fn(usize) -> bool,
        each: &mut impl FnMut(usize, &Tile, Response, &mut Thumbs),
    ) {
        let places = row * grid.columns..((row + 1) * grid.columns).min(self.count);
        let (row, _) = ui.allocate_exact_size(vec2(ui.available_width(), grid.row()), Sense::hover());
        for (column, place) in places.enumerate() {
            let tile = Tile { marked: marked(place), ..(self.tile)(place) };
            let corner = pos2(row.left() + grid.pitch * column as f32, row.top());
            let rect = Rect::from_min_size(corner, vec2(grid.pitch - GAP, grid.row()));
            let response = ui.interact(rect, ui.scope_id().with(("picture", place)), Sense::click());
            response.widget_info(|| WidgetInfo::labeled(Role::Button, ui.is_enabled(), &tile.name));
            self.draw(ui, grid.side, rect, &tile, &response);
            each(place, &tile, response.on_hover_cursor(egui::CursorIcon::PointingHand), self.thumbs);
        }
    }

    fn draw(&mut self, ui: &Ui, side: f32, rect: Rect, tile: &Tile, response: &Response) {
        let t = Theme::of(ui);
        let picture = Rect::from_min_size(rect.min, vec2(side, side));
        let radius = CornerRadius::same(RADIUS_BUTTON);
        match (self.pixels, tile.sample) {
            (Some(pixels), Some(sample)) => self.thumbs.paint_of(ui, picture, pixels, sample),
            _ => {
                ui.painter().rect_filled(picture, radius, t.grid);
            }
        }
        if tile.marked {
            paint_mark(ui, picture, radius);
        }
        if response.hovered() || response.has_focus() {
            ui.painter().rect_stroke(picture, radius, Stroke::new(2.0, t.accent), StrokeKind::Inside);
        }
        if let Some(badge) = tile.badge {
            let place = Rect::from_min_size(pos2(picture.right() - 26.0, picture.top() + 4.0), vec2(22.0, 22.0));
            ui.painter().rect_filled(place, 11.0, t.surface);
            badge.paint(ui.painter(), place, 14.0, t.validation);
        }
        // The words may reach into the gap, but not to the next ones.
        let beyond = GAP - 4.0;
        let painter = ui.painter_at(rect.expand2(vec2(beyond, 0.0)));
        let mut x = picture.left();
        let y = picture.bottom() + 5.0;
        if let Some((icon, good)) = tile.sign {
            let place = Rect::from_min_size(pos2(x - 1.0, y), vec2(14.0, 16.0));
            icon.paint(&painter, place, 13.0, if good { t.good } else { t.bad });
            x += 17.0;
        }
        let font = if side < 74.0 { size::CAPTION } else { size::TABLE };
        let lines = [
            (x, y, &tile.first, theme::regular(font), t.text),
            (picture.left(), y + 17.0, &tile.second, theme::regular(size::CAPTION), t.text2),
        ];
        for (x, y, text, font, color) in lines {
            let room = rect.right() + beyond - x;
            let mut galley = fitted(ui, text, font.clone(), color, room);
            if galley.elided && std::ptr::eq(text, &tile.first) && !tile.short.is_empty() {
                galley = fitted(ui, &tile.short, font, color, room);
            }
            painter.galley(pos2(x, y), galley, color);
        }
    }
}

/// How the pictures of a strip are laid into `width` and `height`, each about `wanted` points wide.
fn strip_grid(width: f32, height: f32, wanted: f32) -> Grid {
    // A little smaller rather than a second row that is cut off, or a first one that leaves half the room.
    let fits = |grid: &Grid| grid.rows_in(height) > 0 && grid.pitch >= LEAST;
    let most = (height - LINES).max(40.0);
    // The only row may be higher than wanted.
    let first = if Grid::new(width, wanted).rows_in(height) > 1 { wanted } else { most.clamp(wanted, wanted * 1.5) };
    [first, most.min(wanted * 1.3), most].into_iter().map(|side| Grid::new(width, side)).find(fits).unwrap_or_else(|| {
        // Low, but wide enough for the lines.
        let columns = ((width + GAP) / (most.max(LEAST) + GAP)).floor().max(1.0);
        Grid { columns: columns as usize, side: most, pitch: (width + GAP) / columns }
    })
}
