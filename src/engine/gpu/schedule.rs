//! What is computed, as data: buffers, kernels in their order, sizes. Nothing here needs a card, so that the bytes and
//! the arithmetic of a network can be counted anywhere ([`super::traffic()`]).

use super::{
    kernel::{Constants, Kernel},
    parameters::{Splits, Stored},
    uniform::{LayerUniform, Segment},
};

/// Everything that the engine makes buffers and launches from.
#[derive(Clone, Debug)]
pub struct Schedule {
    pub buffers: Vec<BufferSpec>,
    /// In the order in which they run.
    pub dispatches: Vec<Dispatch>,
    pub arrays: Vec<Stored>,
    /// Quads of all weights, which is also the length of each optimizer's slot.
    pub weights: usize,
    /// The dropout layers by their number in the step's uniform: rate and stream.
    pub dropouts: Vec<(f64, u32)>,
    pub segments: Vec<Segment>,
    pub groups: Vec<[u32; 2]>,
}

/// A buffer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BufferSpec {
    pub label: String,
    pub bytes: u64,
}

/// The buffers that every network has, in the order of their numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fixed {
    Weights,
    Slots,
    Partials,
    Squares,
    Segments,
    Groups,
    Pixels,
    Targets,
    Score,
    /// Splits of sums, added by the kernel behind.
    Splits,
    /// The quads of the network's outputs for each picture.
    Logits,
    /// Where a kernel binds a buffer that its constants keep it from touching: one read, three written.
    Unread,
    UnwrittenA,
    UnwrittenB,
    UnwrittenC,
}

impl Fixed {
    pub const ALL: [Self; 15] = [
        Self::Weights,
        Self::Slots,
        Self::Partials,
        Self::Squares,
        Self::Segments,
        Self::Groups,
        Self::Pixels,
        Self::Targets,
        Self::Score,
        Self::Splits,
        Self::Logits,
        Self::Unread,
        Self::UnwrittenA,
        Self::UnwrittenB,
        Self::UnwrittenC,
    ];

    /// Its number among all buffers.
    pub const fn at(self) -> usize {
        self as usize
    }
}

/// When a dispatch runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    Forward,
    /// Of the forward pass, in training only.
    Moments,
    Backward,
    /// The update; with clipping in two halves.
    Update,
    StoreGradient,
    UpdateStored,
    Total,
}

/// One launch of a kernel.
#[derive(Clone, Debug)]
pub struct Dispatch {
    pub kernel: Kernel,
    /// The layer's name.
    pub layer: String,
    pub phase: Phase,
    pub constants: Constants,
    pub shape: LayerShape,
    /// Binding and buffer.
    pub buffers: Vec<(u32, usize)>,
    pub size: Size,
    pub work: Work,
}

impl Dispatch {
    /// A dispatch whose buffers, size and cost are still to be said.
    pub fn new(kernel: Kernel, layer: &str, phase: Phase, shape: LayerShape, constants: Constants) -> Self {
        Self {
            kernel,
            layer: layer.to_owned(),
            phase,
            constants,
            shape,
            buffers: Vec::new(),
            size: Size::Fixed(1),
            work: Work::default(),
        }
    }
}

/// How many workgroups a dispatch has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Size {
    Fixed(usize),
    /// `rows` of the `per_picture` of each picture go to one workgroup, `times` over.
    Rows {
        per_picture: usize,
        rows: usize,
        times: usize,
    },
}

impl Size {
    /// Workgroups for `n` pictures.
    pub fn groups(self, n: usize) -> usize {
        match self {
            Self::Fixed(groups) => groups,
            Self::Rows { per_picture, rows, times } => (n * per_picture).div_ceil(rows) * times,
        }
    }
}

/// What a dispatch costs with a full batch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Work {
    /// Multiplications and additions of the matrix product that are asked for.
    pub flops: u64,
    /// The same with what tiles compute outside the matrix and for padding.
    pub padded_flops: u64,
    /// Bytes of device memory, each buffer's part that is used counted once.
    pub read: u64,
    pub written: u64,
    /// Bytes that tiles ask the caches for: each operand once for every tile that uses it.
    pub asked: u64,
}

/// A layer's sizes and places, from which its uniform is made.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct LayerShape {
    pub in_height: usize,
    pub in_width: usize,
    pub in_quads: usize,
    pub out_height: usize,
    pub out_width: usize,
    pub out_quads: usize,
    pub out_channels: usize,
    pub pooled_height: usize,
    pub pooled_width: usize,
    pub kernel: usize,
    pub border: usize,
    pub weights: usize,
    pub bias: usize,
    pub mean: usize,
    pub variance: usize,
    pub partials: usize,
    pub partials_bias: usize,
    pub partial_stride: usize,
    pub splits: usize,
    pub dropout: u32,
    pub mask_quads: usize,
    pub mask_channels: usize,
    pub mask_dropout: u32,
    pub momentum: f32,
    pub epsilon: f32,
    /// 1 / places of a map, where a mean is taken.
    pub share: f32,
    /// Whether batch norm goes by its running statistics in training, too.
    pub fixed: bool,
}

impl LayerShape {
    /// As the kernels read it.
    pub fn uniform(&self) -> LayerUniform {
        LayerUniform {
            in_height: self.in_height as u32,
            in_width: self.in_width as u32,
            in_quads: self.in_quads as u32,
            out_height: self.out_height as u32,
            out_width: self.out_width as u32,
            out_quads: self.out_quads as u32,
            out_channels: self.out_channels as u32,
            pooled_height: self.pooled_height as u32,
            pooled_width: self.pooled_width as u32,
            kernel: self.kernel as u32,
            border: self.border as u32,
            weights: self.weights as u32,
            bias: self.bias as u32,
            mean: self.mean as u32,
            variance: self.variance as u32,
            partials: self.partials as u32,
            partials_bias: self.partials_bias as u32,
            partial_stride: self.partial_stride as u32,
            splits: self.splits as u32,
            mask_quads: self.mask_quads as u32,
            mask_channels: self.mask_channels as u32,
            dropout: self.dropout,
            mask_dropout: self.mask_dropout,
            momentum: self.momentum,
            epsilon: self.epsilon,
            share: self.share,
            fixed: self.fixed.into(),
            spare: 0,
        }
    }
}

impl Stored {
    /// As the update takes it.
    pub fn segment(&self, splits: Splits) -> Segment {
        Segment {
            start: self.start as u32,
            quads: self.quads as u32,
            partials: splits.start as u32,
            splits: splits.count as u32,
            stride: splits.stride as u32,
            l2: self.about.l2 as f32,
            decays: self.is_kernel().into(),
            rate: self.about.rate as f32,
        }
    }
}
