//! What is computed, as data: buffers, kernels in their order, sizes. Nothing here needs a card, so that the bytes and
//! the arithmetic of a network can be counted anywhere ([`super::traffic()`]).

use super::{
    kernel::{Constants, Kernel},
    parameters::{Splits, Stored},
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
    pub drops: Vec<(f64, u32)>,
    pub segments: Vec<[u32; 8]>,
    pub groups: Vec<[u32; 2]>,
}

/// A buffer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BufferSpec {
    pub label: String,
    pub bytes: u64,
}

/// The buffers that every network has, by their number.
pub mod fixed {
    pub const WEIGHTS: usize = 0;
    pub const SLOTS: usize = 1;
    pub const PARTIALS: usize = 2;
    pub const SQUARES: usize = 3;
    pub const SEGMENTS: usize = 4;
    pub const GROUPS: usize = 5;
    pub const PIXELS: usize = 6;
    pub const TARGETS: usize = 7;
    pub const SCORE: usize = 8;
    /// Splits of sums, added by the kernel behind.
    pub const SPLITS: usize = 9;
    /// One quad a picture.
    pub const LOGITS: usize = 10;
    /// Where a kernel binds a buffer that its constants keep it from touching: one read, three written.
    pub const UNREAD: usize = 11;
    pub const UNWRITTEN: [usize; 3] = [12, 13, 14];
    pub const COUNT: usize = 15;
}

/// The number of a dropout that keeps everything.
pub const NO_DROP: u32 = 15;

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
    pub shape: Shape,
    /// Binding and buffer.
    pub buffers: Vec<(u32, usize)>,
    pub size: Size,
    pub work: Work,
}

impl Dispatch {
    /// A dispatch whose buffers, size and cost are still to be said.
    pub fn new(kernel: Kernel, layer: &str, phase: Phase, shape: Shape, constants: Constants) -> Self {
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

/// The layer's uniform, in the order of `kernels/common.wgsl`.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Shape {
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
    pub drop: u32,
    pub mask_quads: usize,
    pub mask_channels: usize,
    pub mask_dropout: u32,
    pub momentum: f32,
    pub epsilon: f32,
    /// 1 / places of a map, where a mean is taken.
    pub share: f32,
}

impl Shape {
    /// As the uniform has it.
    pub fn words(&self) -> [u32; 28] {
        let s = self;
        let sizes = [
            s.in_height,
            s.in_width,
            s.in_quads,
            s.out_height,
            s.out_width,
            s.out_quads,
            s.out_channels,
            s.pooled_height,
            s.pooled_width,
            s.kernel,
            s.border,
            s.weights,
            s.bias,
            s.mean,
            s.variance,
            s.partials,
            s.partials_bias,
            s.partial_stride,
            s.splits,
        ];
        let mut words = [0; 28];
        for (word, size) in words.iter_mut().zip(sizes) {
            *word = size as u32;
        }
        let rest = [
            s.drop,
            s.mask_quads as u32,
            s.mask_channels as u32,
            s.mask_dropout,
            s.momentum.to_bits(),
            s.epsilon.to_bits(),
            s.share.to_bits(),
        ];
        words[19..26].copy_from_slice(&rest);
        words
    }
}

impl Stored {
    /// As update.wgsl's `Segment`.
    pub fn segment(&self, splits: Splits) -> [u32; 8] {
        let l2 = (self.about.l2 as f32).to_bits();
        let [start, quads] = [self.start, self.quads].map(|n| n as u32);
        let [partials, count, stride] = [splits.start, splits.count, splits.stride].map(|n| n as u32);
        [start, quads, partials, count, stride, l2, self.is_kernel().into(), 0]
    }
}
