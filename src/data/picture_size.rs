//! What every picture of a data set becomes as it is decoded: a square of one size.

use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};

use super::resize_method::ResizeMethod;

/// The side, in pixels, to which pictures are resized unless another is asked for (the notebook's 128x128).
pub const SIDE: usize = 128;
/// Bytes of one picture of [`SIDE`] x [`SIDE`] RGB, row by row.
pub const PIXEL_BYTES: usize = SIDE * SIDE * 3;
/// The sides that can be asked for.
pub const SIDES: RangeInclusive<u32> = 32..=256;

/// The side to which every picture of a data set is resized before it is cached, within [`SIDES`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(from = "u32", into = "u32")]
pub struct PictureSide(u32);

impl PictureSide {
    /// In pixels.
    pub fn pixels(self) -> usize {
        self.0 as usize
    }

    /// Bytes of one RGB picture.
    pub fn bytes(self) -> usize {
        self.pixels() * self.pixels() * 3
    }

    /// Whether it is the one that nobody has to ask for.
    pub fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

impl Default for PictureSide {
    fn default() -> Self {
        Self(SIDE as u32)
    }
}

/// A value from a foreign file is brought into the range.
impl From<u32> for PictureSide {
    fn from(side: u32) -> Self {
        Self(side.clamp(*SIDES.start(), *SIDES.end()))
    }
}

impl From<PictureSide> for u32 {
    fn from(side: PictureSide) -> Self {
        side.0
    }
}

impl std::fmt::Display for PictureSide {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

/// The square that every picture of a data set becomes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct PictureShape {
    pub side: PictureSide,
    /// How a picture that is not square becomes one.
    pub resize: ResizeMethod,
}

impl From<PictureSide> for PictureShape {
    fn from(side: PictureSide) -> Self {
        Self { side, ..Self::default() }
    }
}

/// The side of a square RGB picture of so many bytes.
pub fn side_of(bytes: usize) -> usize {
    (bytes / 3).isqrt()
}
