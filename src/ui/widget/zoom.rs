//! How closely a picture is looked at, and which part of it.

use egui::{Pos2, Rect, Vec2, vec2};

/// A factor to the size at which all of a picture is seen, and the point of it that is in the middle.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Zoom {
    factor: f32,
    /// As shares of width and height.
    middle: Vec2,
}

impl Default for Zoom {
    fn default() -> Self {
        Self { factor: 1.0, middle: vec2(0.5, 0.5) }
    }
}

impl Zoom {
    /// The largest factor.
    pub const MOST: f32 = 16.0;
    /// One step of a key or a button.
    pub const STEP: f32 = 1.4;

    /// Whether all of the picture is seen.
    pub fn fits(self) -> bool {
        self.factor <= 1.0
    }

    /// Whether it is as close as it comes.
    pub fn is_closest(self) -> bool {
        self.factor >= Self::MOST
    }

    /// Where a picture of `pixels` lies in and around `outer`, and the points for each of its pixels.
    pub fn place(self, outer: Rect, [width, height]: [f32; 2]) -> (Rect, f32) {
        let fit = (outer.width() / width.max(1.0)).min(outer.height() / height.max(1.0));
        let scale = fit * self.factor;
        let size = vec2(width, height) * scale;
        let min = outer.center() - self.middle * size;
        // What has room stands in the middle; of what has not, no edge comes within.
        let along = |min: f32, size: f32, from: f32, to: f32| match size <= to - from {
            true => (from + to - size) / 2.0,
            false => min.clamp(to - size, from),
        };
        let x = along(min.x, size.x, outer.left(), outer.right());
        let y = along(min.y, size.y, outer.top(), outer.bottom());
        (Rect::from_min_size(Pos2::new(x, y), size), scale)
    }

    /// Comes closer by `ratio`, or goes away, while what is at the point `at` stays there.
    pub fn by(&mut self, ratio: f32, at: Pos2, outer: Rect, pixels: [f32; 2]) {
        let factor = (self.factor * ratio).clamp(1.0, Self::MOST);
        if factor == self.factor || !factor.is_finite() {
            return;
        }
        let (before, _) = self.place(outer, pixels);
        let share = (at - before.min) / before.size();
        self.factor = factor;
        let size = self.place(outer, pixels).0.size();
        self.look_from(at - share * size, outer, pixels);
    }

    /// Moves the picture by so many points.
    pub fn pan(&mut self, by: Vec2, outer: Rect, pixels: [f32; 2]) {
        if by != Vec2::ZERO && !self.fits() {
            self.look_from(self.place(outer, pixels).0.min + by, outer, pixels);
        }
    }

    /// Has the picture's corner at `min`, or as near to it as it may be.
    fn look_from(&mut self, min: Pos2, outer: Rect, pixels: [f32; 2]) {
        let size = self.place(outer, pixels).0.size();
        self.middle = (outer.center() - min) / size;
        // What is not seen at an edge is no way to go back.
        let (rect, _) = self.place(outer, pixels);
        self.middle = (outer.center() - rect.min) / size;
    }
}
