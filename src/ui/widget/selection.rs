//! Pictures of a grid that are marked together: by clicks with Shift and Ctrl, by a rectangle, by keys.
//!
//! A picture is known by a key that stays its own while the list around it changes; positions are those of the list now.

use std::{collections::HashSet, ops::RangeInclusive};

use egui::{Modifiers, PointerButton, Pos2, Rect, Response, Stroke, StrokeKind, Ui, Vec2};

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
pub struct Cells {
    /// Of the first picture's corner on the screen, which may be scrolled out of sight.
    pub origin: Pos2,
    pub columns: usize,
    /// From one picture to the next.
    pub pitch: Vec2,
    pub count: usize,
}

impl Cells {
    /// The position at a place on the screen.
    pub fn at(self, place: Pos2) -> Option<usize> {
        let Vec2 { x, y } = (place - self.origin) / self.pitch;
        if x < 0.0 || y < 0.0 {
            return None;
        }
        let position = y as usize * self.columns + x as usize;
        ((x as usize) < self.columns && position < self.count).then_some(position)
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

    /// Unmarks what is not there any more.
    pub fn retain(&mut self, is_there: impl Fn(u32) -> bool) {
        self.marked.retain(|key| is_there(*key));
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
    pub fn band(&mut self, ui: &Ui, response: &Response, cells: Cells, key: impl Fn(usize) -> u32) -> bool {
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
                let rows = top..=bottom.min(cells.count.div_ceil(cells.columns.max(1)));
                let places = rows.flat_map(|row| (covers[0]..=covers[1]).map(move |column| row * cells.columns + column));
                self.marked =
                    places.filter(|position| *position < cells.count).map(key).chain(band.before.iter().copied()).collect();
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

/// The positions from one to the other, whichever comes first.
fn range(a: usize, b: usize) -> RangeInclusive<usize> {
    a.min(b)..=a.max(b)
}
