//! The layers behind the maps: vectors `[f/16][batch][16]`, from the flattened maps to the logit.
//!
//! Dense layers are shared among the threads; the others are a few thousand numbers and stay on one.
#![allow(unsafe_op_in_unsafe_fn, reason = "a kernel is one contract, stated at its struct")]

use super::{
    activation::Act,
    block::{NormArrays, Scratch},
    buffer::{Allocator, Buffer},
    dense,
    dropout::{Dropout, Mask},
    geometry::{View, panels},
    isa::{Isa, Kernel},
    parameters::Stored,
    pool::Pool,
    pooling::with_activation,
    simd::{LANES, Simd},
    update::{SumParts, Update},
};
use crate::{model::Activation, optimizer::UpdateStep, problem::Problem};

/// A vector of each picture and its gradient.
pub struct Vectors {
    pub features: usize,
    pub batch: usize,
    pub values: Buffer,
    pub gradient: Buffer,
}

impl Vectors {
    /// Vectors of `features` numbers for up to `batch` pictures.
    ///
    /// # Errors
    /// Too little memory.
    pub fn new(features: usize, batch: usize, memory: &mut Allocator) -> Result<Self, Problem> {
        let len = panels(features) * batch * LANES;
        Ok(Self { features, batch, values: memory.zeros(len)?, gradient: memory.zeros(len)? })
    }

    /// Where feature `f` of picture `n` stands.
    pub const fn at(&self, n: usize, f: usize) -> usize {
        Self::place(self.batch, n, f)
    }

    /// The same in vectors for up to `batch` pictures.
    pub const fn place(batch: usize, n: usize, f: usize) -> usize {
        (f / LANES * batch + n) * LANES + f % LANES
    }

    fn panels(&self) -> usize {
        panels(self.features)
    }
}

/// A dense layer; `weight` and `bias` are numbers in the engine's list of arrays.
pub struct Dense {
    pub shape: dense::Shape,
    pub weight: usize,
    pub bias: Option<usize>,
    segments: Vec<usize>,
    squares: Vec<usize>,
    parts: Buffer,
    turned: Buffer,
}

/// Batch norm of vectors.
pub struct HeadNorm {
    pub arrays: NormArrays,
    pub momentum: f64,
    pub epsilon: f64,
    /// Of the batch: mean, biased variance.
    pub mean: Vec<f32>,
    pub variance: Vec<f32>,
}

/// What a layer does.
pub enum HeadOp {
    Dense(Dense),
    Activation(Activation),
    Norm(HeadNorm),
    /// On a plain vector, or on flattened maps of (channels, cells).
    Dropout(Dropout, Option<(usize, usize)>),
}

/// A layer with its output.
pub struct HeadLayer {
    pub op: HeadOp,
    pub out: Vectors,
}

/// What a dense layer does with its weights' gradients.
#[derive(Clone, Copy)]
pub struct Learning<'a> {
    /// Applied at once; none stores them, the L2 term included.
    pub update: Option<&'a UpdateStep>,
    /// Gains the squares of the weights, one number a unit.
    pub squares: &'a Buffer<f64>,
}

impl Dense {
    /// A layer of this shape with the numbers of its arrays.
    ///
    /// # Errors
    /// Too little memory.
    pub fn new(shape: dense::Shape, weight: usize, bias: Option<usize>, memory: &mut Allocator) -> Result<Self, Problem> {
        Ok(Self {
            shape,
            weight,
            bias,
            segments: (0..dense::CHUNK).map(|c| c * shape.batch * LANES).collect(),
            squares: (0..shape.outputs).map(|c| c * dense::SQUARE).collect(),
            parts: memory.zeros(shape.units() * shape.part_len())?,
            turned: memory.zeros(panels(shape.batch) * shape.outputs * dense::SQUARE)?,
        })
    }

    /// `y = x W + b`.
    pub fn forward(&self, cx: &Context<'_>, arrays: &[Stored], x: &Buffer, y: &Vectors) {
        let Context { isa, pool, n, .. } = *cx;
        let part_len = self.shape.part_len();
        let weights = &arrays[self.weight].values;
        pool.run(self.shape.units(), &|_, unit| {
            // SAFETY: the buffers were made for this shape; each unit writes its own part.
            unsafe {
                let part = self.parts.ptr().add(unit * part_len);
                let (shape, segments) = (self.shape, &self.segments[..]);
                dense::Forward { shape, x: x.ptr(), weights: weights.ptr(), segments, part }.run(isa, unit, n);
            }
        });
        // SAFETY: all parts are there, and only this thread works on the sum.
        unsafe {
            isa.run(SumParts {
                parts: self.parts.ptr(),
                stride: part_len,
                count: self.shape.units(),
                to: y.values.ptr(),
                len: part_len,
            });
            if let Some(bias) = self.bias {
                isa.run(AddBias { bias: arrays[bias].values.ptr(), y, n });
            }
        }
    }

    /// The gradients of `x` and of the weights.
    pub fn backward(
        &self,
        cx: &Context<'_>,
        arrays: &mut [Stored],
        (x, dx): (&Buffer, &Buffer),
        y: &Vectors,
        learning: Learning<'_>,
    ) {
        let Learning { update, squares } = learning;
        let Context { isa, pool, scratch, n, .. } = *cx;
        let s = self.shape;
        if let Some(bias) = self.bias {
            let (sum, dy) = (arrays[bias].gradient.as_mut_slice(), y.gradient.as_slice());
            for f in 0..y.features {
                sum[f] = (0..n).map(|n| dy[y.at(n, f)]).sum();
            }
        }
        // SAFETY: no job is open; only this thread touches `turned`.
        let turned = unsafe { std::slice::from_raw_parts_mut(self.turned.ptr(), self.turned.len()) };
        dense::turn(y.gradient.as_slice(), s, n, turned);
        let stored = &arrays[self.weight];
        let len = s.outputs * dense::SQUARE;
        pool.run(s.units(), &|thread, unit| {
            let scratch = &scratch[thread].dense;
            let backward = dense::Backward {
                shape: s,
                x: x.ptr(),
                dx: dx.ptr(),
                weights: stored.values.ptr(),
                dz: y.gradient.ptr(),
                turned: self.turned.ptr(),
                squares: &self.squares,
            };
            for panel in s.range(unit) {
                // SAFETY: each unit works on its own panels of inputs, and only its thread on the scratch.
                unsafe {
                    backward.run(isa, panel, n, scratch);
                    let at = panel * len;
                    let square = squares.ptr().add(unit);
                    isa.run(Update::of(stored, update, at, len, scratch.tile.ptr(), square));
                    if update.is_none() {
                        std::ptr::copy_nonoverlapping(scratch.tile.ptr(), stored.gradient.ptr().add(at), len);
                    }
                }
            }
        });
    }
}

/// Adds one number a feature to all pictures.
struct AddBias<'a> {
    bias: *const f32,
    y: &'a Vectors,
    n: usize,
}

impl Kernel for AddBias<'_> {
    #[inline(always)]
    unsafe fn run<S: Simd>(self) {
        for c in 0..self.y.panels() {
            let bias = S::load(self.bias.add(c * LANES));
            for n in 0..self.n {
                let at = self.y.values.ptr().add(self.y.at(n, c * LANES));
                S::store(at, S::add(S::load(at), bias));
            }
        }
    }
}

/// `y = act(x)`, or `dx = act'(x) * dy` if `dy` is given.
struct Activate {
    activation: Activation,
    x: *const f32,
    dy: Option<*const f32>,
    to: *mut f32,
    len: usize,
}

impl Kernel for Activate {
    #[inline(always)]
    unsafe fn run<S: Simd>(self) {
        with_activation!(self.activation, self.go);
    }
}

impl Activate {
    #[inline(always)]
    unsafe fn go<S: Simd, A: Act>(&self) {
        for i in (0..self.len).step_by(LANES) {
            let x = S::load(self.x.add(i));
            let y = match self.dy {
                None => A::value::<S>(x),
                Some(dy) => S::mul(S::load(dy.add(i)), A::grad::<S>(x)),
            };
            S::store(self.to.add(i), y);
        }
    }
}

impl HeadNorm {
    fn forward(&mut self, arrays: &[Stored], x: &Buffer, y: &mut Vectors, n: usize, training: bool) {
        let [gamma, beta, mean, variance] =
            [self.arrays.gamma, self.arrays.beta, self.arrays.mean, self.arrays.variance].map(|i| arrays[i].values.as_slice());
        for f in 0..y.features {
            if training {
                let x = |n: usize| f64::from(x.as_slice()[y.at(n, f)]);
                let mean = (0..n).map(x).sum::<f64>() / n as f64;
                self.mean[f] = mean as f32;
                self.variance[f] = ((0..n).map(|n| (x(n) - mean).powi(2)).sum::<f64>() / n as f64) as f32;
            }
            let (mean, variance) = if training { (self.mean[f], self.variance[f]) } else { (mean[f], variance[f]) };
            let scale = f64::from(gamma[f]) / (f64::from(variance) + self.epsilon).sqrt();
            let shift = f64::from(beta[f]) - f64::from(mean) * scale;
            for i in 0..n {
                let at = y.at(i, f);
                y.values.as_mut_slice()[at] = (f64::from(x.as_slice()[at]) * scale + shift) as f32;
            }
        }
    }

    fn backward(&self, arrays: &mut [Stored], x: &Buffer, dx: &mut Buffer, y: &Vectors, n: usize) {
        for f in 0..y.features {
            let inverse = 1.0 / (f64::from(self.variance[f]) + self.epsilon).sqrt();
            let normal = |n: usize| (f64::from(x.as_slice()[y.at(n, f)]) - f64::from(self.mean[f])) * inverse;
            let dy = |n: usize| f64::from(y.gradient.as_slice()[y.at(n, f)]);
            let plain: f64 = (0..n).map(dy).sum();
            let product: f64 = (0..n).map(|n| dy(n) * normal(n)).sum();
            arrays[self.arrays.gamma].gradient.as_mut_slice()[f] = product as f32;
            arrays[self.arrays.beta].gradient.as_mut_slice()[f] = plain as f32;
            let factor = f64::from(arrays[self.arrays.gamma].values.as_slice()[f]) * inverse;
            for i in 0..n {
                let value = factor * (dy(i) - (plain + normal(i) * product) / n as f64);
                dx.as_mut_slice()[y.at(i, f)] = value as f32;
            }
        }
    }

    /// Lets the running statistics follow the batch's.
    pub fn update_running_stats(&self, arrays: &mut [Stored]) {
        for (array, batch) in [(self.arrays.mean, &self.mean), (self.arrays.variance, &self.variance)] {
            for (running, &now) in arrays[array].values.as_mut_slice().iter_mut().zip(batch) {
                *running = (self.momentum * f64::from(*running) + (1.0 - self.momentum) * f64::from(now)) as f32;
            }
        }
    }
}

/// Where and how a pass through the head runs.
pub struct Context<'a> {
    pub isa: Isa,
    pub pool: &'a Pool,
    pub scratch: &'a [Scratch],
    /// Pictures.
    pub n: usize,
    /// Seed and step of dropout's masks; none in evaluation.
    pub masks: Option<(u64, u32)>,
}

impl HeadLayer {
    /// Computes the layer's output from `x`.
    pub fn forward(&mut self, cx: &Context<'_>, arrays: &[Stored], x: &Buffer) {
        let Self { op, out } = self;
        match op {
            HeadOp::Dense(dense) => dense.forward(cx, arrays, x, out),
            HeadOp::Activation(activation) => {
                let activate = Activate { activation: *activation, x: x.ptr(), dy: None, to: out.values.ptr(), len: x.len() };
                // SAFETY: both vectors have the same shape.
                unsafe { cx.isa.run(activate) };
            }
            HeadOp::Norm(norm) => norm.forward(arrays, x, out, cx.n, cx.masks.is_some()),
            HeadOp::Dropout(drop, map) => {
                out.values.as_mut_slice().copy_from_slice(x.as_slice());
                mask(*drop, *map, cx, &out.values, out);
            }
        }
    }

    /// Computes the gradient `dx` of the layer's input, and those of its arrays.
    pub fn backward(&mut self, cx: &Context<'_>, arrays: &mut [Stored], x: &Buffer, dx: &mut Buffer, learning: Learning<'_>) {
        let Self { op, out } = self;
        match op {
            HeadOp::Dense(dense) => dense.backward(cx, arrays, (x, dx), out, learning),
            HeadOp::Activation(activation) => {
                let dy = Some(out.gradient.ptr().cast_const());
                let activate = Activate { activation: *activation, x: x.ptr(), dy, to: dx.ptr(), len: x.len() };
                // SAFETY: all vectors have the same shape.
                unsafe { cx.isa.run(activate) };
            }
            HeadOp::Norm(norm) => norm.backward(arrays, x, dx, out, cx.n),
            HeadOp::Dropout(drop, map) => {
                dx.as_mut_slice().copy_from_slice(out.gradient.as_slice());
                mask(*drop, *map, cx, dx, out);
            }
        }
    }
}

fn mask(drop: Dropout, map: Option<(usize, usize)>, cx: &Context<'_>, values: &Buffer, shape: &Vectors) {
    let Some((seed, step)) = cx.masks else { return };
    let (channels, width) = map.unwrap_or((shape.features, 1));
    let (view, key) = (View::features(1, width, shape.batch), drop.key(seed, step));
    let flat = map.is_some();
    let mask = Mask { drop, key, values: values.ptr(), view, height: 1, width, channels, flat, first: 0, count: cx.n };
    // SAFETY: the view fits the vectors.
    unsafe { cx.isa.run(mask) };
}
