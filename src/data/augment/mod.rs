//! Random changes to training pictures, drawn first and applied second, so that a preview shows and a test replays
//! exactly what training does.

use serde::{Deserialize, Serialize};

use crate::knob::{Knob, Knobs};

/// The augmentations as the user sets them. The default is the notebook's: random crop and flip.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct AugmentSettings {
    /// Side of the random crop (training) and of the center crop (evaluation), in pixels of the cached picture.
    pub crop: u32,
    /// Resize the crop back to the cached size, so the network sees 128 x 128 whatever the crop.
    pub resize_back: bool,
    pub flip: bool,
}

impl Default for AugmentSettings {
    fn default() -> Self {
        Self { crop: 112, resize_back: false, flip: true }
    }
}

impl AugmentSettings {
    /// Side of the pictures that the network gets.
    pub fn side(&self) -> usize {
        if self.resize_back { super::sample::SIDE } else { self.crop as usize }
    }
}

impl Knobs for AugmentSettings {
    fn knobs(&mut self) -> Vec<Knob<'_>> {
        let Self { crop: _, resize_back: _, flip: _ } = self;
        Vec::new()
    }
}
