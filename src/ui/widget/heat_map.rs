//! The confusion matrix of many classes: a cell's strength is its share, its pictures open on a click. Names stay at the
//! edges while the cells are moved and enlarged.

use egui::{
    Align2, CursorIcon, Key, PointerButton, Pos2, Rect, Role, Sense, Stroke, StrokeKind, Ui, Vec2, WidgetInfo, epaint::TextShape,
    pos2, vec2,
};

use super::fitted::{fitted, fitted_ends, widest};
use crate::{
    evaluate::Confusion,
    text::{Lang, number, percent},
    ui::theme::{self, Theme, size},
};

/// What a cell's strength and text are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Shares {
    /// Its share of the row: of those who are so.
    #[default]
    OfLabel,
    /// Its share of the column: of those called so.
    OfPredicted,
}

/// How the user looks at it.
#[derive(Clone, Copy, Debug)]
pub struct View {
    /// Size of a cell as a multiple of the one at which all fit.
    pub zoom: f32,
    /// That of the frame before, which the offset is of.
    before: f32,
    /// Cells that lie left of and above the window, in points.
    offset: Vec2,
    /// The cell that the keyboard is at, as a row and a column on the screen.
    at: (usize, usize),
}

impl Default for View {
    fn default() -> Self {
        Self { zoom: 1.0, before: 1.0, offset: Vec2::ZERO, at: (0, 0) }
    }
}

impl View {
    /// Follows the zoom: what is seen at `at`, from the window's corner, stays there.
    fn follow(&mut self, at: Vec2) {
        self.offset = (self.offset + at) * (self.zoom / self.before) - at;
        self.before = self.zoom;
    }
}

/// The largest cell at which all fit, in points; of a few classes it is wider, so that the map fills its card.
const LARGEST: Vec2 = vec2(140.0, 72.0);
const WIDEST: f32 = 230.0;
const FEW: usize = 4;
/// Cells of this size and more have their numbers in them, of this height their share below; and so far apart stand names.
const NUMBERED: Vec2 = vec2(26.0, 17.0);
const SHARED: f32 = 38.0;
/// Room above the columns where names stand level.
const LEVEL: f32 = 38.0;
const NAMED: f32 = 12.0;
/// Cells below this size are hit if the pointer is this near, and look no smaller and no paler than can be seen.
const AIMED: f32 = 8.0;
const NEAR: f32 = 6.0;
const SEEN: f32 = 2.5;
/// How far it can be enlarged.
pub const MOST_ZOOM: f32 = 24.0;

/// What is drawn.
pub struct HeatMap<'a> {
    pub confusion: &'a Confusion,
    /// Of the classes, in their own order.
    pub names: &'a [String],
    /// The classes in the order of the rows and columns.
    pub order: &'a [usize],
    pub shares: Shares,
    /// Words before a row's and a column's class.
    pub label: &'a str,
    pub predicted: &'a str,
    /// A cell as a sentence.
    pub sentence: &'a dyn Fn(usize, usize) -> String,
}

impl HeatMap<'_> {
    /// Draws it `height` high over the width there is; gives the cell (label, predicted) that was activated.
    pub fn show(&self, ui: &mut Ui, lang: Lang, view: &mut View, height: f32) -> Option<(u8, u8)> {
        let n = self.order.len().max(1);
        let (outer, response) = ui.allocate_exact_size(vec2(ui.available_width(), height), Sense::click_and_drag());
        let names = self.room_of_names(ui, outer, n);
        let inner = Rect::from_min_max(outer.min + names, outer.max);
        let largest = if n <= FEW { vec2(WIDEST, LARGEST.y) } else { LARGEST };
        let fitting = (inner.size() / n as f32).min(largest);
        if response.hovered() {
            let (zoomed, scrolled) = ui.input(|input| (input.zoom_delta(), input.smooth_scroll_delta()));
            if zoomed != 1.0 {
                view.zoom = (view.zoom * zoomed).clamp(1.0, MOST_ZOOM);
                view.follow(response.hover_pos().map_or(inner.size() / 2.0, |pointer| pointer - inner.min));
            } else if view.zoom > 1.0 {
                view.offset -= scrolled;
            }
        }
        // By a button.
        view.follow(inner.size() / 2.0);
        if response.dragged_by(PointerButton::Primary) {
            view.offset -= response.drag_delta();
        }
        let cell = fitting * view.zoom;
        let most = (cell * n as f32 - inner.size()).max(Vec2::ZERO);
        view.offset = view.offset.clamp(Vec2::ZERO, most);
        view.at = (view.at.0.min(n - 1), view.at.1.min(n - 1));
        let moved = response.has_focus() && step(ui, view, n);
        if moved {
            // The cell that the keyboard is at stays in sight.
            let at = vec2(view.at.1 as f32, view.at.0 as f32) * cell;
            view.offset = view.offset.max(at + cell - inner.size()).min(at);
        }
        let origin = inner.min - view.offset;
        self.cells(ui, lang, inner, origin, cell);
        let under = |place: Pos2| if inner.contains(place) { self.under(place - origin, cell) } else { None };
        let hovered = response.hover_pos().and_then(under);
        let marked = if response.has_focus() { Some(view.at) } else { hovered };
        self.names(ui, Places { outer, inner, origin, cell, marked });
        if let Some((row, column)) = marked {
            let t = Theme::of(ui);
            if cell.min_elem() < NAMED {
                // Whose row and column it is.
                let painter = ui.painter_at(inner);
                let middle = origin + (vec2(column as f32, row as f32) + Vec2::splat(0.5)) * cell;
                let line = Stroke::new(1.0, t.accent.gamma_multiply(0.5));
                painter.hline(inner.left()..=middle.x, middle.y, line);
                painter.vline(middle.x, inner.top()..=middle.y, line);
            }
            let place = Rect::from_min_size(origin + vec2(column as f32, row as f32) * cell, cell.max(Vec2::splat(4.0)));
            ui.painter_at(inner.expand(2.0)).rect_stroke(place, 2.0, Stroke::new(1.5, t.accent), StrokeKind::Outside);
        }
        let cell_of = |(row, column): (usize, usize)| (self.order[row], self.order[column]);
        let said = marked.map(cell_of).map(|(label, predicted)| (self.sentence)(label, predicted));
        response.widget_info(|| WidgetInfo::labeled(Role::Image, true, said.clone().unwrap_or_default()));
        let entered = response.has_focus() && ui.input(|input| input.key_pressed(Key::Enter) || input.key_pressed(Key::Space));
        let chosen = match (entered, response.clicked()) {
            (true, _) => Some(view.at),
            (_, true) => response.interact_pointer_pos().and_then(under),
            _ => None,
        };
        if let (Some(said), Some(_)) = (said, hovered) {
            response.on_hover_cursor(CursorIcon::PointingHand).on_hover_text_at_pointer(said);
        }
        chosen.map(cell_of).filter(|(a, b)| self.confusion.count(*a, *b) > 0).map(|(a, b)| (a as u8, b as u8))
    }

    /// The row and the column at a place, in points from the first cell's corner; where cells are too small to aim at, those of
    /// the nearest cell that holds pictures.
    fn under(&self, place: Vec2, cell: Vec2) -> Option<(usize, usize)> {
        let n = self.order.len();
        let Vec2 { x: column, y: row } = place / cell;
        let there = (row >= 0.0 && column >= 0.0 && (row as usize) < n && (column as usize) < n)
            .then_some((row as usize, column as usize));
        if cell.min_elem() >= AIMED {
            return there;
        }
        let range = |at: f32, pitch: f32| {
            let first = ((at - NEAR) / pitch).floor().max(0.0) as usize;
            first..(((at + NEAR) / pitch).ceil().max(0.0) as usize).min(n)
        };
        let near = range(place.y, cell.y).flat_map(|row| range(place.x, cell.x).map(move |column| (row, column)));
        let distance =
            |(row, column): (usize, usize)| ((vec2(column as f32, row as f32) + Vec2::splat(0.5)) * cell - place).length_sq();
        let nearest = near
            .filter(|(row, column)| self.confusion.count(self.order[*row], self.order[*column]) > 0)
            .map(|at| (distance(at), at))
            .filter(|(far, _)| *far <= NEAR * NEAR)
            .min_by(|a, b| a.0.total_cmp(&b.0));
        nearest.map(|(_, at)| at).or(there)
    }

    /// What each row or column holds, of which a cell is a share.
    fn totals(&self) -> Vec<u32> {
        let total = |class| match self.shares {
            Shares::OfLabel => self.confusion.support(class),
            Shares::OfPredicted => self.confusion.predicted(class),
        };
        (0..self.confusion.classes()).map(total).collect()
    }

    /// The cells that hold pictures, as far as they are in sight.
    fn cells(&self, ui: &Ui, lang: Lang, inner: Rect, origin: Pos2, cell: Vec2) {
        let t = Theme::of(ui);
        let n = self.order.len();
        let painter = ui.painter_at(inner);
        let whole = Rect::from_min_size(origin, cell * n as f32).intersect(inner);
        painter.rect_filled(whole, 2.0, t.surface2);
        let seen = |(from, to): (f32, f32), start: f32, pitch: f32| {
            let first = ((from - start) / pitch).floor().max(0.0) as usize;
            first..(((to - start) / pitch).ceil().max(0.0) as usize).min(n)
        };
        let gap = if cell.min_elem() > 8.0 { 1.0 } else { 0.0 };
        let totals = self.totals();
        let (rows, columns) =
            (seen((inner.top(), inner.bottom()), origin.y, cell.y), seen((inner.left(), inner.right()), origin.x, cell.x));
        // Mistakes lie over what is right, where cells are so small that they touch.
        for right in [true, false] {
            for (row, column) in rows.clone().flat_map(|row| columns.clone().map(move |column| (row, column))) {
                let (label, predicted) = (self.order[row], self.order[column]);
                let count = self.confusion.count(label, predicted);
                if count == 0 || (row == column) != right {
                    continue;
                }
                let whole = totals[if self.shares == Shares::OfLabel { label } else { predicted }];
                let share = f64::from(count) / f64::from(whole.max(1));
                let color = if right { t.good } else { t.bad };
                // Even a single mistake among many must be seen.
                let least = if cell.min_elem() < AIMED { 0.42 } else { 0.16 };
                let strength = (least + (0.9 - least) * share.sqrt()) as f32;
                let middle = origin + (vec2(column as f32, row as f32) + Vec2::splat(0.5)) * cell;
                let place = Rect::from_center_size(middle, cell.max(Vec2::splat(SEEN))).shrink(gap);
                painter.rect_filled(
                    place,
                    if cell.min_elem() > 14.0 { 3.0 } else { 0.0 },
                    t.surface2.lerp_to_gamma(color, strength),
                );
                if cell.x >= NUMBERED.x && cell.y >= NUMBERED.y {
                    let ink = if strength > 0.55 { t.on } else { t.text };
                    let shared = cell.y >= SHARED;
                    let up = if shared { 7.0 } else { 0.0 };
                    let font = theme::semibold(size::CAPTION);
                    painter.text(place.center() - vec2(0.0, up), Align2::CENTER_CENTER, number(lang, count.into()), font, ink);
                    if shared {
                        let at = place.center() + vec2(0.0, 9.0);
                        painter.text(at, Align2::CENTER_CENTER, percent(lang, share, 0), theme::regular(10.0), ink);
                    }
                }
            }
        }
    }

    /// Room for the names beside the rows and above the columns: as much as they take, as far as the cells can spare it.
    fn room_of_names(&self, ui: &Ui, outer: Rect, n: usize) -> Vec2 {
        let longest = widest(ui, self.names.iter().map(String::as_str), &theme::regular(size::CAPTION), f32::INFINITY);
        let beside = (longest + 14.0).clamp(64.0, (outer.width() * 0.28).max(64.0));
        // Names that are no wider than a column stand level above it.
        let above = match longest + 6.0 <= (outer.width() - beside) / n as f32 {
            true => LEVEL,
            false => (longest + 28.0).clamp(44.0, (outer.height() * 0.3).max(44.0)),
        };
        vec2(beside, above)
    }

    /// The classes' names beside the rows and, upright, above the columns; as many as have room.
    fn names(&self, ui: &Ui, Places { outer, inner, origin, cell, marked }: Places) {
        let t = Theme::of(ui);
        let font = theme::regular(size::CAPTION);
        let every = |pitch: f32| (NAMED / pitch).ceil().max(1.0) as usize;
        let (each_row, each_column) = (every(cell.y), every(cell.x));
        // The first and the last name stand out by half their height.
        let half = NAMED / 2.0 + 2.0;
        let [rows, columns] = [
            Rect::from_min_max(pos2(outer.left(), inner.top()), pos2(inner.left(), outer.bottom())).expand2(vec2(0.0, half)),
            Rect::from_min_max(pos2(inner.left(), outer.top()), pos2(outer.right(), inner.top())).expand2(vec2(half, 0.0)),
        ];
        let (left, above) = (ui.painter_at(rows), ui.painter_at(columns));
        let quiet = |text: &str, at: Pos2, align: Align2| ui.painter().text(at, align, text, font.clone(), t.text3);
        quiet(self.label, pos2(outer.left(), inner.top() - half), Align2::LEFT_BOTTOM);
        quiet(self.predicted, pos2(inner.left(), outer.top()), Align2::LEFT_TOP);
        for (place, class) in self.order.iter().enumerate() {
            let middle = (place as f32 + 0.5) * cell;
            let name = &self.names[*class];
            // The names of the marked cell are there, whatever stands beside them.
            let [of_row, of_column] = [0, 1].map(|axis| {
                let Some((row, column)) = marked else { return Shown::Quiet };
                let (at, pitch) = if axis == 0 { (row, cell.y) } else { (column, cell.x) };
                let crowds = place.abs_diff(at) as f32 * pitch < NAMED;
                if at == place {
                    Shown::Marked
                } else if crowds {
                    Shown::Not
                } else {
                    Shown::Quiet
                }
            });
            let ink = |shown: Shown| match shown {
                Shown::Marked => (theme::semibold(size::CAPTION), t.accent),
                _ => (font.clone(), t.text2),
            };
            let has_room = |shown: Shown, each: usize| match shown {
                Shown::Marked => true,
                Shown::Not => false,
                Shown::Quiet => place % each == 0,
            };
            if has_room(of_row, each_row) {
                let (font, color) = ink(of_row);
                let row = fitted(ui, name, font, color, inner.left() - outer.left() - 8.0);
                let top = origin.y + middle.y - row.size().y / 2.0;
                // One that was moved out of sight leaves no name behind.
                if inner.y_range().contains(origin.y + middle.y) {
                    left.galley(pos2(inner.left() - 6.0 - row.size().x, top), row, color);
                }
            }
            if has_room(of_column, each_column) && inner.x_range().contains(origin.x + middle.x) {
                let (font, color) = ink(of_column);
                if inner.top() - outer.top() <= LEVEL {
                    let at = pos2(origin.x + middle.x, inner.top() - 4.0);
                    above.text(at, Align2::CENTER_BOTTOM, name, font, color);
                    continue;
                }
                let column = fitted_ends(ui, name, &font, color, inner.top() - outer.top() - 20.0);
                let at = origin.x + middle.x - column.size().y / 2.0;
                let upright = TextShape::new(pos2(at, inner.top() - 4.0), column, color);
                above.add(upright.with_angle(-std::f32::consts::FRAC_PI_2));
            }
        }
    }
}

/// Where the map stands, and the row and column that are pointed at.
struct Places {
    outer: Rect,
    inner: Rect,
    /// Of the first cell's corner.
    origin: Pos2,
    cell: Vec2,
    marked: Option<(usize, usize)>,
}

/// How a name is shown beside the marked one.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shown {
    Marked,
    Quiet,
    Not,
}

/// Moves the keyboard's cell by the arrow keys; gives whether it moved.
fn step(ui: &Ui, view: &mut View, n: usize) -> bool {
    let before = view.at;
    ui.memory_mut(|memory| {
        let filter = egui::EventFilter { horizontal_arrows: true, vertical_arrows: true, ..Default::default() };
        if let Some(focused) = memory.focused() {
            memory.set_focus_lock_filter(focused, filter);
        }
    });
    ui.input(|input| {
        let (row, column) = &mut view.at;
        if input.key_pressed(Key::ArrowDown) {
            *row = (*row + 1).min(n - 1);
        }
        if input.key_pressed(Key::ArrowUp) {
            *row = row.saturating_sub(1);
        }
        if input.key_pressed(Key::ArrowRight) {
            *column = (*column + 1).min(n - 1);
        }
        if input.key_pressed(Key::ArrowLeft) {
            *column = column.saturating_sub(1);
        }
    });
    view.at != before
}
