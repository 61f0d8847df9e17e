//! Small pictures of what is being decoded, for whoever watches: a few, evenly spread over all.

use super::{picture_size::side_of, resize::resize};
use crate::control::{Control, Glimpse};

/// Height and width of each, in pixels.
pub const SIDE: u32 = 64;
/// How many are shown of all pictures, at most.
pub const MOST: usize = 256;

/// Shows picture `index` of `total`, if it is one of those that are shown and somebody watches; `pixels` are RGB of a square.
pub(super) fn show(control: &Control, index: usize, total: usize, pixels: &[u8]) {
    let place = |index: usize| index * MOST / total.max(1);
    let chosen = index == 0 || place(index) != place(index - 1);
    if chosen && control.is_watched() && !pixels.is_empty() {
        let rgb = resize(pixels, [side_of(pixels.len()) as u32; 2], [SIDE; 2]);
        control.show(Glimpse { place: place(index) as u32, rgb });
    }
}
