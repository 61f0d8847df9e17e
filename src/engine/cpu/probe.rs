//! Single blocks for benches: one convolution with its activation and pooling, forward and backward, on one thread.
#![allow(unsafe_op_in_unsafe_fn, reason = "a kernel is one contract, stated at its struct")]

use super::{
    Isa,
    block::{Block, Input as BlockInput, Maps, Outcome, Part, Scratch, Share, Span},
    buffer::{Allocator, Buffer},
    dense,
    direct::{self, Input},
    geometry::{Algorithm, ConvShape, Convolution, Geometry},
    isa::Kernel,
    simd::Simd,
    winograd,
};
use crate::{
    model::{Activation, Padding},
    problem::Problem,
};

/// A block with some pictures before it and a gradient behind it.
pub struct Probe {
    isa: Isa,
    pictures: usize,
    pixels: Vec<u8>,
    block: Block,
    weights: Buffer,
    input: Maps,
    output: Maps,
    scratch: Scratch,
}

impl Probe {
    /// A 'same' convolution of square maps, ReLU and 2x2 pooling; three inputs are pictures.
    ///
    /// # Errors
    /// Too little memory.
    pub fn new(
        isa: Isa,
        side: usize,
        (inputs, outputs): (usize, usize),
        kernel: usize,
        pictures: usize,
    ) -> Result<Self, Problem> {
        let mut memory = Allocator::new();
        let shape = ConvShape { height: side, width: side, inputs, outputs, kernel, padding: Padding::Same, pools: true };
        let g = Geometry::new(shape, Convolution::Winograd, inputs == 3, false);
        let block = Block::new(g, Activation::Relu, None, (0, None), pictures, &mut memory)?;
        let mut weights = memory.zeros(g.weight_len())?;
        fill(&mut weights, 0.1);
        let mut input = Maps::new(g.input(), pictures * g.input().picture, &mut memory)?;
        fill(&mut input.values, 1.0);
        let mut output = Maps::new(g.cells(), pictures * g.cells().picture, &mut memory)?;
        fill(&mut output.gradient, 1.0);
        for panel in 0..g.out_panels {
            // SAFETY: only this thread works on the block.
            unsafe { block.prepare_weights(isa, panel, &weights) };
        }
        let scratch = Scratch {
            winograd: winograd::Scratch::new(std::iter::once(&g), &mut memory)?,
            direct: direct::Scratch::new(std::iter::once(&g), &mut memory)?,
            dense: dense::Scratch::new(1, 1, &mut memory)?,
        };
        let pixels = (0..pictures * side * side * 3).map(|i| (i * 7919 % 251) as u8).collect();
        Ok(Self { isa, pictures, pixels, block, weights, input, output, scratch })
    }

    /// Multiplications and additions of a direct convolution: forward, or one of the two gradients.
    pub fn flops(&self) -> u64 {
        let g = &self.block.geometry;
        (2 * self.pictures * g.out_height * g.out_width * g.outputs * g.kernel * g.kernel * g.inputs) as u64
    }

    /// Whether the input has a gradient: not that of pictures.
    pub fn has_input_gradient(&self) -> bool {
        self.block.geometry.algorithm != Algorithm::Pictures
    }

    fn input(&self) -> Input {
        if self.has_input_gradient() { Input::Maps(self.input.values.ptr()) } else { Input::Pixels(self.pixels.as_ptr()) }
    }

    fn all(&self) -> Share<'_> {
        Share { isa: self.isa, first: 0, count: self.pictures, scratch: &self.scratch }
    }

    /// Convolution, ReLU, pooling.
    pub fn forward(&mut self) {
        let outcome = Outcome::Pooled { out: &self.output, learns: true };
        // SAFETY: only this thread works on the block.
        unsafe { self.block.convolve(self.input(), &self.weights, outcome, self.all()) };
    }

    /// The gradients of weights, bias and (but for pictures) input. After [`Probe::forward`].
    pub fn backward(&mut self) {
        let to = if self.has_input_gradient() { self.input.gradient.ptr() } else { std::ptr::null_mut() };
        let part = Part { group: 0, span: Span::WHOLE };
        // SAFETY: only this thread works on the block.
        unsafe { self.block.backward(BlockInput { values: self.input(), gradient: to }, &self.output, part, self.all()) };
    }
}

/// Numbers of both signs up to `size`.
fn fill(buffer: &mut Buffer, size: f32) {
    for (i, x) in buffer.as_mut_slice().iter_mut().enumerate() {
        *x = size * ((i * 7919 % 2003) as f32 / 1001.0 - 1.0);
    }
}

/// The most multiplications and additions a second that one thread reaches now, in registers alone, in GFLOP/s.
pub fn peak(isa: Isa) -> f64 {
    const TURNS: usize = 200_000;
    let numbers: Vec<f32> = (0..Peak::SUMS * super::simd::LANES).map(|i| i as f32).collect();
    let mut best = 0.0_f64;
    for _ in 0..20 {
        let mut result = 0.0;
        let start = std::time::Instant::now();
        // SAFETY: a detected instruction set; the kernel writes one number.
        unsafe { isa.run(Peak { turns: TURNS, numbers: &numbers, result: &mut result }) };
        std::hint::black_box(result);
        best = best.max((TURNS * Peak::SUMS * 2 * super::simd::LANES) as f64 / start.elapsed().as_secs_f64() / 1e9);
    }
    best
}

/// Independent sums of products.
struct Peak<'a> {
    turns: usize,
    /// Numbers that all differ: of sums that are the same by construction the compiler would compute only one.
    numbers: &'a [f32],
    result: &'a mut f32,
}

impl Peak<'_> {
    /// Enough to hide the latency, few enough for AVX2, where each takes two registers.
    const SUMS: usize = 6;
}

impl Kernel for Peak<'_> {
    #[inline(always)]
    unsafe fn run<S: Simd>(self) {
        let (a, b) = (S::splat(0.999), S::splat(1e-3));
        let mut sums = [S::zero(); Self::SUMS];
        for (i, sum) in sums.iter_mut().enumerate() {
            *sum = S::load(self.numbers[i * super::simd::LANES..].as_ptr());
        }
        for _ in 0..self.turns {
            for sum in &mut sums {
                *sum = S::fma(*sum, a, b);
            }
        }
        for sum in sums {
            // Of every lane: what nobody asks for is not computed.
            *self.result += S::to_array(sum).iter().sum::<f32>();
        }
    }
}
