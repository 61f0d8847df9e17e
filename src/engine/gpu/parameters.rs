//! The network's arrays as the kernels have them: one behind the other in one buffer, in quads of four f32.
//!
//! Channels are padded to a multiple of four with zeros, which stay zero: their weights and gradients are.

use crate::model::{
    Tensor,
    layers::{Parameter, Role},
};

/// How an array of PyTorch's layout stands in memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// `[tap][in][out]`.
    Conv { inputs: usize, taps: usize, outputs: usize },
    /// `[in][out]`, the inputs in the order of `features`.
    Dense { inputs: usize, features: Features, outputs: usize },
    /// Channel after channel.
    Vector,
}

/// The order of a dense layer's inputs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Features {
    Plain,
    /// A flattened map, here `[cell][channel]`, in files `[channel][cell]`.
    Map {
        area: usize,
        channels: usize,
    },
}

/// `n` channels with their padding.
pub const fn padded(n: usize) -> usize {
    n.next_multiple_of(4)
}

impl Features {
    fn place(self, j: usize) -> usize {
        match self {
            Self::Plain => j,
            Self::Map { area, channels } => (j % area) * padded(channels) + j / area,
        }
    }
}

/// One array and where it is.
#[derive(Clone, Debug)]
pub struct Stored {
    pub about: Parameter,
    pub layout: Layout,
    /// In the buffer of weights, and likewise in each of the optimizer's slots, in quads.
    pub start: usize,
    pub quads: usize,
    /// The splits of its gradient, in quads; none if it is not trained.
    pub gradient: Option<Splits>,
}

/// Where the splits of a gradient lie, in quads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Splits {
    pub start: usize,
    pub count: usize,
    pub stride: usize,
}

impl Stored {
    /// Numbers that the array takes, padding included.
    pub fn len(layout: Layout, about: &Parameter) -> usize {
        match layout {
            Layout::Conv { inputs, taps, outputs } => taps * padded(inputs) * padded(outputs),
            Layout::Dense { inputs, features, outputs } => {
                let inputs = match features {
                    Features::Plain => padded(inputs),
                    Features::Map { area, channels } => area * padded(channels),
                };
                inputs * padded(outputs)
            }
            Layout::Vector => padded(about.shape[0]),
        }
    }

    /// Where the `i`-th number of the array in PyTorch's layout stands, behind `start`.
    fn place(&self, i: usize) -> usize {
        match self.layout {
            Layout::Conv { inputs, taps, outputs } => {
                let (out, inside, tap) = (i / (taps * inputs), i / taps % inputs, i % taps);
                (tap * padded(inputs) + inside) * padded(outputs) + out
            }
            Layout::Dense { inputs, features, outputs } => features.place(i % inputs) * padded(outputs) + i / inputs,
            Layout::Vector => i,
        }
    }

    /// The array in `values`, whose first number is the first of this array's place.
    pub fn export(&self, values: &[f32]) -> Tensor {
        let data = (0..self.about.shape.iter().product()).map(|i| values[self.place(i)]).collect();
        Tensor { shape: self.about.shape.clone(), data }
    }

    /// Writes the array to `values`, whose first number is the first of this array's place.
    pub fn import(&self, array: &Tensor, values: &mut [f32]) {
        for (i, &x) in array.data.iter().enumerate() {
            values[self.place(i)] = x;
        }
    }

    /// Whether AdamW's decay applies.
    pub fn is_kernel(&self) -> bool {
        self.about.role == Role::Kernel
    }
}
