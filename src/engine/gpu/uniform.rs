//! What the kernels read of the step, the layer and the arrays, as `kernels/common.wgsl` and `kernels/update.wgsl` lay it out:
//! names, order and sizes are theirs (`tests/it/gpu_uniform.rs`).

use bytemuck::{Pod, Zeroable};

/// Dropout layers of a step, with the one that keeps everything.
pub const DROPOUT_LAYERS: usize = 16;
/// The number of the dropout that keeps everything.
pub const NO_DROPOUT: u32 = DROPOUT_LAYERS as u32 - 1;

/// A dropout layer at one step.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Pod, Zeroable)]
pub struct Dropout {
    pub key: u32,
    pub threshold: u32,
    /// The factor of what is kept.
    pub kept: f32,
    pub spare: u32,
}

impl Dropout {
    /// Keeps everything.
    const NONE: Self = Self { key: 0, threshold: 0, kept: 1.0, spare: 0 };
}

/// A step; the default drops nothing and updates nothing.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Pod, Zeroable)]
pub struct StepUniform {
    pub pictures: u32,
    pub training: u32,
    pub update_running_stats: u32,
    pub first: u32,
    pub update: [[f32; 4]; 3],
    pub loss: [f32; 4],
    pub dropouts: [Dropout; DROPOUT_LAYERS],
}

impl Default for StepUniform {
    fn default() -> Self {
        Self { dropouts: [Dropout::NONE; DROPOUT_LAYERS], ..Self::zeroed() }
    }
}

/// A layer.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Pod, Zeroable)]
pub struct LayerUniform {
    pub in_height: u32,
    pub in_width: u32,
    pub in_quads: u32,
    pub out_height: u32,
    pub out_width: u32,
    pub out_quads: u32,
    pub out_channels: u32,
    pub pooled_height: u32,
    pub pooled_width: u32,
    pub kernel: u32,
    pub border: u32,
    pub weights: u32,
    pub bias: u32,
    pub mean: u32,
    pub variance: u32,
    pub partials: u32,
    pub partials_bias: u32,
    pub partial_stride: u32,
    pub splits: u32,
    pub dropout: u32,
    pub mask_quads: u32,
    pub mask_channels: u32,
    pub mask_dropout: u32,
    pub momentum: f32,
    pub epsilon: f32,
    pub share: f32,
    /// 1 if batch norm goes by its running statistics in training, too.
    pub fixed: u32,
    pub spare: u32,
}

/// An array as the update takes it.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Pod, Zeroable)]
pub struct Segment {
    pub start: u32,
    pub quads: u32,
    pub partials: u32,
    pub splits: u32,
    pub stride: u32,
    pub l2: f32,
    pub decays: u32,
    /// The factor on the learning rate.
    pub rate: f32,
}
