//! The network's arrays in the kernels' layouts, with gradients and what the optimizer remembers.

use super::{
    buffer::{Allocator, Buffer},
    dense,
    geometry::Geometry,
    simd::LANES,
};
use crate::{
    model::{
        Tensor,
        layers::{Parameter, Role},
    },
    problem::Problem,
};

/// How an array of PyTorch's layout stands in memory. Room beyond the array's own shape is zero and stays zero.
#[derive(Clone, Copy, Debug)]
pub enum Layout {
    /// `[out/16][tap][in][16]`.
    Conv(Geometry),
    /// `[in/16][out/16][16][16]`; the inputs' order is that of `features`.
    Dense { shape: dense::Shape, inputs: usize, features: Features },
    /// Channel after channel, padded to 16.
    Vector,
}

/// The order of a dense layer's inputs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Features {
    Plain,
    /// A flattened map, here `[c/16][y][x][16]`, in files `[c][y][x]`.
    Map {
        area: usize,
    },
}

impl Features {
    fn place(self, j: usize) -> usize {
        match self {
            Self::Plain => j,
            Self::Map { area } => {
                let (channel, at) = (j / area, j % area);
                (channel / LANES * area + at) * LANES + channel % LANES
            }
        }
    }
}

/// One array with all that belongs to it.
pub struct Stored {
    pub about: Parameter,
    pub layout: Layout,
    pub values: Buffer,
    /// Empty where the gradient is used as it is made (dense kernels); see [`Stored::want_gradient`].
    pub gradient: Buffer,
    /// As many as the optimizer has slots; none for arrays that are not trained.
    pub slots: Vec<Buffer>,
}

impl Stored {
    /// The array, all zero, with `slots` slots, and with room for the whole gradient if that is `stored`.
    ///
    /// # Errors
    /// Too little memory.
    pub fn new(about: Parameter, layout: Layout, slots: usize, stored: bool, memory: &mut Allocator) -> Result<Self, Problem> {
        let len = match layout {
            Layout::Conv(g) => g.weight_len(),
            Layout::Dense { shape, .. } => shape.weight_len(),
            Layout::Vector => about.shape[0].next_multiple_of(LANES),
        };
        let trained = about.trained();
        let slots = (0..if trained { slots } else { 0 }).map(|_| memory.zeros(len)).collect::<Result<_, _>>()?;
        let whole = trained && (stored || !matches!(layout, Layout::Dense { .. }));
        let gradient = memory.zeros(if whole { len } else { 0 })?;
        Ok(Self { about, layout, values: memory.zeros(len)?, gradient, slots })
    }

    /// Sees to it that there is room for the whole gradient.
    ///
    /// # Errors
    /// Too little memory.
    pub fn want_gradient(&mut self) -> Result<(), Problem> {
        if self.about.trained() && self.gradient.len() == 0 {
            self.gradient = Buffer::new(self.values.len())?;
        }
        Ok(())
    }

    /// Where the `i`-th number of the array in PyTorch's layout stands.
    fn place(&self, i: usize) -> usize {
        match self.layout {
            Layout::Conv(g) => {
                let taps = g.kernel * g.kernel;
                g.weight_at(i / (taps * g.inputs), i / taps % g.inputs, i % taps)
            }
            Layout::Dense { shape, inputs, features } => {
                let (out, f) = (i / inputs, features.place(i % inputs));
                (f / LANES * shape.outputs + out / LANES) * dense::SQUARE + f % LANES * LANES + out % LANES
            }
            Layout::Vector => i,
        }
    }

    /// A buffer of this array's layout, as an array of PyTorch's.
    pub fn export(&self, buffer: &Buffer) -> Tensor {
        let from = buffer.as_slice();
        let data = (0..self.about.shape.iter().product()).map(|i| from[self.place(i)]).collect();
        Tensor { shape: self.about.shape.clone(), data }
    }

    /// Replaces the values (`slot` none) or a slot by an array of PyTorch's layout.
    pub fn import(&mut self, slot: Option<usize>, array: &Tensor) {
        for (i, &x) in array.data.iter().enumerate() {
            let at = self.place(i);
            let buffer = match slot {
                None => &mut self.values,
                Some(slot) => &mut self.slots[slot],
            };
            buffer.as_mut_slice()[at] = x;
        }
    }

    /// Whether L2 and AdamW's decay apply.
    pub fn is_kernel(&self) -> bool {
        self.about.role == Role::Kernel
    }
}
