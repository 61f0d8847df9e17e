//! Squares cut out of a picture.

use serde::{Deserialize, Serialize};

use super::{hash::hash, resize::resize};

/// A square in pixels of a picture. It may reach beyond the picture; the picture's edge is then drawn out.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Square {
    pub left: f64,
    pub top: f64,
    pub side: f64,
}

/// A square in whole pixels of an upright picture, as it is kept. It may reach beyond the picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct PixelSquare {
    pub left: i32,
    pub top: i32,
    pub side: u32,
}

impl PixelSquare {
    /// What stands for the content of a picture of which this square is taken, of a file with this `content`.
    pub fn content(self, content: u64) -> u64 {
        let Self { left, top, side } = self;
        let square = [left.to_le_bytes(), top.to_le_bytes(), side.to_le_bytes()].concat();
        hash(&[&content.to_le_bytes()[..], &square].concat())
    }
}

impl From<PixelSquare> for Square {
    fn from(PixelSquare { left, top, side }: PixelSquare) -> Self {
        Self { left: left.into(), top: top.into(), side: side.into() }
    }
}

/// A decoded picture, as whoever has it lends it.
#[derive(Clone, Copy)]
pub struct RgbView<'a> {
    pub width: u32,
    pub height: u32,
    /// `height` x `width` x 3 bytes, RGB, row by row.
    pub rgb: &'a [u8],
}

impl Square {
    /// The point in the middle.
    pub fn center(self) -> (f64, f64) {
        (self.left + self.side / 2.0, self.top + self.side / 2.0)
    }
}

impl RgbView<'_> {
    /// The square resized to `side` x `side` x 3 bytes.
    pub fn crop_to(self, square: Square, side: usize) -> Vec<u8> {
        let (left, top) = (square.left.round() as i64, square.top.round() as i64);
        let size = (square.side.round() as i64).clamp(1, 2 * i64::from(self.width.max(self.height)));
        let pixels = self.cut(left, top, size as usize);
        resize(&pixels, [size as u32; 2], [side as u32; 2])
    }

    /// A square of whole pixels; beyond the picture its edge is drawn out.
    fn cut(self, left: i64, top: i64, size: usize) -> Vec<u8> {
        let (width, height) = (i64::from(self.width), i64::from(self.height));
        let mut out = Vec::with_capacity(size * size * 3);
        for y in 0..size as i64 {
            let row = ((top + y).clamp(0, height - 1) * width) as usize;
            for x in 0..size as i64 {
                let at = (row + (left + x).clamp(0, width - 1) as usize) * 3;
                out.extend_from_slice(&self.rgb[at..at + 3]);
            }
        }
        out
    }
}
