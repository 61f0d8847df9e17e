//! Pictures as a device keeps them in its own memory, and the pieces that batches are cut to there.

use std::borrow::Cow;

use crate::problem::Problem;

/// Pictures of one size, from which batches are cut.
pub trait ImageSet: Send + Sync {
    /// How many there are.
    fn count(&self) -> usize;

    /// Tells these pictures, in this order, from any others that live.
    fn identity(&self) -> [usize; 2];

    /// Height and width of each, in pixels.
    fn side(&self) -> usize;

    /// side x side x 3 bytes of one of them.
    ///
    /// # Errors
    /// It can no longer be read.
    fn picture(&self, index: usize) -> Result<Cow<'_, [u8]>, Problem>;
}

/// A square piece of a picture of an [`ImageSet`], as large as the network's input.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Crop {
    /// Which picture of the [`ImageSet`].
    pub picture: u32,
    /// The piece's left and top edge, in pixels of the picture.
    pub left: u32,
    pub top: u32,
    /// Whether it is mirrored, left to right.
    pub flip: bool,
}
