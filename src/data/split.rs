//! Which sample goes into which part.

use serde::{Deserialize, Serialize};

use super::sample::Part;
use crate::knob::{Knob, Knobs};

/// The split as the user sets it. The default is the notebook's 60/20/20.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct SplitSettings {
    /// Share of the training part, in per cent; test gets what validation leaves.
    pub train: u32,
    pub validation: u32,
    /// Balance age bands too, not gender alone.
    pub stratify_age: bool,
    /// Use the parts that the folders name, where they do.
    pub use_given: bool,
}

impl Default for SplitSettings {
    fn default() -> Self {
        Self { train: 60, validation: 20, stratify_age: false, use_given: true }
    }
}

impl Knobs for SplitSettings {
    fn knobs(&mut self) -> Vec<Knob<'_>> {
        Vec::new()
    }
}

/// The part of each sample; `None` for those left out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Split {
    pub parts: Vec<Option<Part>>,
    /// Groups of byte-identical copies that a plain random split would have torn apart.
    pub kept_together: usize,
}

impl Split {
    /// Indices of the samples of `part`, ascending.
    pub fn indices(&self, part: Part) -> Vec<u32> {
        (0u32..).zip(&self.parts).filter(|(_, p)| **p == Some(part)).map(|(i, _)| i).collect()
    }
}
