//! Named weights in one layout for all engines and files.
//!
//! Names and layouts are PyTorch's: `conv1.weight` is `[out, in, kernel, kernel]`, `dense1.weight` is `[out, in]` with
//! inputs flattened channel by channel, `bn1.weight`, `bn1.bias`, `bn1.running_mean`, `bn1.running_var` are `[channels]`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// A dense array of f32 in row-major order.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Array {
    pub shape: Vec<usize>,
    pub data: Vec<f32>,
}

/// Arrays by name. Sorted, so that walking them is deterministic.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Weights(pub BTreeMap<String, Array>);
