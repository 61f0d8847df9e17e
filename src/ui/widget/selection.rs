//! Pictures of a grid that are marked together: by clicks with Shift and Ctrl, by a rectangle, by keys.
//!
//! A picture is known by a key that stays its own while the list around it changes; positions are those of the list now.

use std::{
    collections::HashSet,
    ops::{Range, RangeInclusive},
};

use egui::{CornerRadius, Modifiers, PointerButton, Pos2, Rect, Response, Stroke, StrokeKind, Ui, Vec2, vec2};

use crate::ui::theme::{self, Theme};

/// What is marked.
#[derive(Default)]
pub struct Selection {
    marked: HashSet<u32>,
    /// The position from which a range is drawn.
    anchor: Option<usize>,
    band: Option<Band>,
}

/// A rectangle that is drawn, from where it began in the grid, which may be scrolled meanwhile.
struct Band {
    from: Vec2,
    /// What was marked before and stays so.
    before: HashSet<u32>,
    /// The columns and rows that it covers, as they were last looked at.
    covers: Option<[usize; 4]>,
}

/// How pictures lie in a grid.
#[derive(Clone, Copy, Debug)]
pub struct Cells<'a> {
    /// Of the first picture's corner on the screen, which may be scrolled out of sight.
    pub origin: Pos2,
    pub columns: usize,
    /// From one picture to the next.
    pub pitch: Vec2,
    pub count: usize,
    /// With which position each row begins, and the end of the last; empty where every row but the last is full. Of a row with
    /// more pictures than columns, the first are there.
    pub starts: &'a [usize],
}

impl Cells<'_> {
    /// The position at a place on the screen.
    pub fn at(self, place: Pos2) -> Option<usize> {
        let Vec2 { x, y } = (place - self.origin) / self.pitch;
        if x < 0.0 || y < 0.0 {
            return None;
        }
        self.row(y as usize).nth(x as usize)
    }

    fn rows(self) -> usize {
        if self.starts.is_empty() { self.count.div_ceil(self.columns.max(1)) } else { self.starts.len() - 1 }
    }

    /// The positions that stand in a row.
    fn row(self, row: usize) -> Range<usize> {
        let (start, end) = match self.starts {
            [] => (row * self.columns, self.count),
            starts => starts.get(row).copied().zip(starts.get(row + 1).copied()).unwrap_or((self.count, self.count)),
        };
        start.min(end)..end.min(start + self.columns)
    }
}

impl Selection {
    pub fn len(&self) -> usize {
        self.marked.len()
    }

    pub fn is_empty(&self) -> bool {
        self.marked.is_empty()
    }

    /// Whether the picture of that key is marked.
    pub fn contains(&self, key: u32) -> bool {
        self.marked.contains(&key)
    }

    /// Marks nothing any more.
    pub fn clear(&mut self) {
        *self = Self::default();
    }

    /// Unmarks what is not there any more; then a range begins anew, too.
    pub fn retain(&mut self, is_there: impl Fn(u32) -> bool) {
        let before = self.marked.len();
        self.marked.retain(|key| is_there(*key));
        if self.marked.len() < before {
            self.anchor = None;
        }
    }

    /// Forgets where the last range began: the pictures stand in another order.
    pub fn reordered(&mut self) {
        self.anchor = None;
    }

    /// A click on the picture at `position`, while the one at `current` is the chosen one: with Shift the range up to it is
    /// marked, with Ctrl it is marked or unmarked beside the others. Gives whether it was neither: then nothing is marked.
    pub fn click(&mut self, position: usize, current: Option<usize>, modifiers: Modifiers, key: impl Fn(usize) -> u32) -> bool {
        if modifiers.shift {
            self.mark_to(position, current, key);
        } else if modifiers.command {
            if self.marked.is_empty() {
                self.marked.extend(current.filter(|current| *current != position).map(&key));
            }
            if !self.marked.remove(&key(position)) {
                self.marked.insert(key(position));
            }
            self.anchor = Some(position);
        } else {
            self.clear();
            self.anchor = Some(position);
            return true;
        }
        false
    }

    /// Marks the range from where the last one began, or from `current`, to `position`.
    pub fn mark_to(&mut self, position: usize, current: Option<usize>, key: impl Fn(usize) -> u32) {
        let anchor = *self.anchor.get_or_insert(current.unwrap_or(position));
        self.marked = range(anchor, position).map(key).collect();
    }

    /// Marks everything.
    pub fn all(&mut self, count: usize, key: impl Fn(usize) -> u32) {
        self.marked = (0..count).map(key).collect();
    }

    /// Follows a rectangle that is drawn over the grid, and paints it. Gives whether one is drawn.
    pub fn band(&mut self, ui: &Ui, response: &Response, cells: Cells<'_>, key: impl Fn(usize) -> u32) -> bool {
        // What only senses drags is dragged as soon as it is pressed, which may yet be a click on a picture over it.
        let begins = self.band.is_none()
            && response.dragged_by(PointerButton::Primary)
            && ui.input(|input| input.pointer.is_decidedly_dragging());
        if begins && let Some(from) = ui.input(|input| input.pointer.press_origin()) {
            let keeps = ui.input(|input| input.modifiers.command || input.modifiers.shift);
            let before = if keeps { self.marked.clone() } else { HashSet::new() };
            self.band = Some(Band { from: from - cells.origin, before, covers: None });
        }
        let Some(band) = &mut self.band else { return false };
        if let Some(to) = response.interact_pointer_pos() {
            let rect = Rect::from_two_pos(cells.origin + band.from, to);
            let of = |from: f32, to: f32, pitch: f32| {
                let first = (from / pitch).floor().max(0.0) as usize;
                (first, (to / pitch).floor().max(0.0) as usize)
            };
            let within = rect.translate(-cells.origin.to_vec2());
            let (left, right) = of(within.left(), within.right(), cells.pitch.x);
            let (top, bottom) = of(within.top(), within.bottom(), cells.pitch.y);
            let covers = [left, right.min(cells.columns.saturating_sub(1)), top, bottom];
            if band.covers != Some(covers) {
                band.covers = Some(covers);
                let rows = top..=bottom.min(cells.rows());
                let places = rows.flat_map(|row| cells.row(row).skip(covers[0]).take((covers[1] + 1).saturating_sub(covers[0])));
                self.marked = places.map(key).chain(band.before.iter().copied()).collect();
            }
            let t = Theme::of(ui);
            let painter = ui.painter();
            painter.rect(
                rect,
                theme::RADIUS_FIELD,
                t.accent.gamma_multiply(0.12),
                Stroke::new(1.0, t.accent),
                StrokeKind::Inside,
            );
        }
        if response.drag_stopped() || !response.dragged() {
            self.band = None;
        }
        true
    }
}

/// Near an edge, in points, a rectangle that is drawn scrolls what it is drawn over.
const EDGE: f32 = 24.0;

/// While a rectangle is drawn beyond an edge of `view`, what is in it scrolls there.
pub fn scroll_at_edge(ui: &Ui, view: Rect, response: &Response) {
    let Some(pointer) = response.interact_pointer_pos() else { return };
    let beyond = (view.top() + EDGE - pointer.y).max(0.0) - (pointer.y - view.bottom() + EDGE).max(0.0);
    if beyond != 0.0 && response.dragged() {
        ui.scroll_with_delta(vec2(0.0, beyond * 0.5));
        ui.request_repaint();
    }
}

/// Paints over a picture that it is marked.
pub fn paint_mark(ui: &Ui, picture: Rect, radius: CornerRadius) {
    let t = Theme::of(ui);
    ui.painter().rect_filled(picture, radius, t.accent.gamma_multiply(0.3));
    ui.painter().rect_stroke(picture, radius, Stroke::new(3.0, t.accent), StrokeKind::Inside);
}

/// The positions from one to the other, whichever comes first.
fn range(a: usize, b: usize) -> RangeInclusive<usize> {
    a.min(b)..=a.max(b)
}
