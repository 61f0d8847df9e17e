//! The one size that every cached picture has.

/// The side, in pixels, to which every picture is resized before it is cached (the notebook's 128x128).
pub const SIDE: usize = 128;
/// Bytes of one cached picture: [`SIDE`] x [`SIDE`] RGB, row by row.
pub const PIXEL_BYTES: usize = SIDE * SIDE * 3;
