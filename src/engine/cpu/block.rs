//! A convolution with all that follows it and its buffers: batch norm, activation, pooling, dropout. Of a network's block of two
//! convolutions each is one here, the first without pooling: its cells are its single outputs.
//!
//! Each method computes some pictures of one block; the engine says which pictures when (`pass.rs`).

use super::{
    activation,
    buffer::{Allocator, Buffer},
    direct,
    dropout::{Dropout, Mask},
    geometry::{Algorithm, Geometry, View},
    isa::Isa,
    norm::{GRADIENT_SUMS, GradientSums, NormalizePool, Peaks, STATISTICS, Survey, merge},
    parameters::Stored,
    pooling::{Normalized, PoolEpilogue, Unpool},
    simd::LANES,
    stem, winograd,
};
use crate::{model::Activation, problem::Problem};

/// Groups of pictures whose weight gradients are summed apart and then together, in order; fixed, so that the bits do
/// not depend on the number of threads.
pub const GROUPS: usize = 8;

/// Which part of a group's pictures a backward pass works on: its gradients start with the first and are finished with
/// the last.
#[derive(Clone, Copy)]
pub struct Span {
    pub begins: bool,
    pub ends: bool,
}

impl Span {
    /// All at once.
    pub const WHOLE: Self = Self { begins: true, ends: true };
}

/// The pictures that a call works on, and whose arrays it may use.
#[derive(Clone, Copy)]
pub struct Share<'a> {
    pub isa: Isa,
    pub first: usize,
    pub count: usize,
    /// The calling thread's own.
    pub scratch: &'a Scratch,
}

impl Share<'_> {
    /// Its pictures, one by one.
    pub fn pictures(self) -> impl Iterator<Item = Self> {
        self.range().map(move |first| Self { first, count: 1, ..self })
    }

    fn range(self) -> std::ops::Range<usize> {
        self.first..self.first + self.count
    }
}

/// Whose sums a backward pass adds to: the group's, for the pictures that `span` says.
#[derive(Clone, Copy)]
pub struct Part {
    pub group: usize,
    pub span: Span,
}

/// What a block reads, with the place for its gradient: null for the first block.
#[derive(Clone, Copy)]
pub struct Input {
    pub values: direct::Input,
    pub gradient: *mut f32,
}

/// What becomes of a convolution's outputs.
#[derive(Clone, Copy)]
pub enum Outcome<'a> {
    /// They are kept for batch norm, whose scale is `gamma`.
    Kept { gamma: &'a Buffer },
    /// They are activated and, if the block pools, pooled into `out`; a backward pass may follow only if it `learns`.
    Pooled { out: &'a Maps, learns: bool },
}

/// A map between two blocks: values and their gradient, both as `view` says.
pub struct Maps {
    pub view: View,
    pub values: Buffer,
    pub gradient: Buffer,
}

/// One thread's arrays.
pub struct Scratch {
    pub winograd: winograd::Scratch,
    pub direct: direct::Scratch,
    pub dense: super::dense::Scratch,
}

/// Numbers of a block's arrays in the engine's list.
#[derive(Clone, Copy)]
pub struct NormArrays {
    pub gamma: usize,
    pub beta: usize,
    pub mean: usize,
    pub variance: usize,
}

/// Batch norm of a block.
pub struct Norm {
    pub arrays: NormArrays,
    pub momentum: f64,
    pub epsilon: f64,
    statistics: Buffer,
    sums: Buffer,
    /// One for each cell; none without pooling, where each output is a peak.
    peaks: Buffer,
    /// Of the batch, one number a channel: mean, biased variance, 1 / deviation.
    mean: Buffer,
    variance: Buffer,
    inverse: Buffer,
    /// See [`Normalized`].
    factor: Buffer,
    offset: Buffer,
    slope: Buffer,
}

/// A block with its buffers.
pub struct Block {
    pub geometry: Geometry,
    pub activation: Activation,
    pub norm: Option<Norm>,
    pub dropout: Option<Dropout>,
    /// Numbers of the arrays in the engine's list.
    pub weight: usize,
    pub bias: Option<usize>,
    /// U for Winograd and for pictures.
    transformed: Buffer,
    /// UT for Winograd, the transposed weights for direct convolution; empty for the first block.
    transposed: Buffer,
    segments: Vec<usize>,
    backward_segments: Vec<usize>,
    /// The convolution's outputs (batch norm only).
    kept: Buffer,
    argmax: Buffer<u8>,
    grads: Buffer,
    scale: Buffer,
    shift: Buffer,
    /// One gradient for each group of pictures.
    pub weight_parts: Buffer,
    pub bias_parts: Buffer,
}

impl Norm {
    /// Batch norm behind a convolution of this geometry, for up to `batch` pictures.
    ///
    /// # Errors
    /// Too little memory.
    pub fn new(
        g: &Geometry,
        batch: usize,
        arrays: NormArrays,
        (momentum, epsilon): (f64, f64),
        memory: &mut Allocator,
    ) -> Result<Self, Problem> {
        let mut channels = || memory.zeros(g.out_panels * LANES);
        Ok(Self {
            arrays,
            momentum,
            epsilon,
            mean: channels()?,
            variance: channels()?,
            inverse: channels()?,
            factor: channels()?,
            offset: channels()?,
            slope: channels()?,
            statistics: memory.zeros(batch * g.out_panels * STATISTICS)?,
            sums: memory.zeros(batch * g.out_panels * GRADIENT_SUMS)?,
            peaks: memory.zeros(if g.pools { batch * g.cells().picture } else { 0 })?,
        })
    }
}

impl Maps {
    /// `len` values and as many gradients.
    ///
    /// # Errors
    /// Too little memory.
    pub fn new(view: View, len: usize, memory: &mut Allocator) -> Result<Self, Problem> {
        Ok(Self { view, values: memory.zeros(len)?, gradient: memory.zeros(len)? })
    }
}

impl Block {
    /// A block for up to `batch` pictures, without dropout; `arrays` are the numbers of weight and bias.
    ///
    /// # Errors
    /// Too little memory.
    pub fn new(
        g: Geometry,
        activation: Activation,
        norm: Option<Norm>,
        arrays: (usize, Option<usize>),
        batch: usize,
        memory: &mut Allocator,
    ) -> Result<Self, Problem> {
        let cells = batch * g.cells().picture;
        let (transformed, transposed, segments, backward_segments) = match g.algorithm {
            Algorithm::Winograd => {
                let u = winograd::POINTS * winograd::weight_plane(&g);
                let ut = winograd::POINTS * winograd::transposed_plane(&g);
                let segments: Vec<_> = (0..g.in_panels.max(g.out_panels)).map(|c| c * winograd::BLOCK * LANES).collect();
                (u, ut, segments.clone(), segments)
            }
            Algorithm::Direct => {
                let transposed = g.in_panels * g.kernel * g.kernel * g.out_panels * LANES * LANES;
                (0, transposed, direct::segments(&g), direct::backward_segments(&g))
            }
            Algorithm::Pictures => {
                let raised = if g.raised { g.out_panels * stem::RAISED_PANEL } else { 0 };
                (raised, 0, direct::segments(&g), Vec::new())
            }
        };
        let mut scale = memory.zeros(g.out_panels * LANES)?;
        scale.as_mut_slice().fill(1.0);
        Ok(Self {
            activation,
            dropout: None,
            weight: arrays.0,
            bias: arrays.1,
            transformed: memory.zeros(transformed)?,
            transposed: memory.zeros(transposed)?,
            segments,
            backward_segments,
            kept: memory.zeros(if norm.is_some() { batch * g.output().picture } else { 0 })?,
            // Behind batch norm the gradient itself says what ReLU switched off.
            argmax: memory.zeros(if g.pools || norm.is_none() { cells } else { 0 })?,
            grads: memory.zeros(if activation == Activation::Relu { 0 } else { cells })?,
            scale,
            shift: memory.zeros(g.out_panels * LANES)?,
            weight_parts: memory.zeros(GROUPS * g.weight_len())?,
            bias_parts: memory.zeros(GROUPS * g.out_panels * LANES)?,
            norm,
            geometry: g,
        })
    }

    /// Derives what the kernels read from one panel of the weights.
    ///
    /// # Safety
    /// The instruction set is there, and nobody else works on this panel.
    pub unsafe fn prepare_weights(&self, isa: Isa, panel: usize, weights: &Buffer) {
        let (geometry, weights) = (&self.geometry, weights.ptr().cast_const());
        let transposed = self.transposed.ptr();
        // SAFETY: the buffers were made for this geometry.
        unsafe {
            match geometry.algorithm {
                Algorithm::Winograd => {
                    let to = self.transformed.ptr();
                    isa.run(winograd::TransformWeights { geometry, panel, weights, to, transposed });
                }
                Algorithm::Direct => isa.run(direct::TransposeWeights { geometry, panel, weights, to: transposed }),
                Algorithm::Pictures if geometry.raised => isa.run(stem::RaiseWeights {
                    weights: weights.add(panel * geometry.weight_panel()),
                    to: self.transformed.ptr().add(panel * stem::RAISED_PANEL),
                }),
                Algorithm::Pictures => {}
            }
        }
    }

    /// Sets scale and shift: the bias, or batch norm by the running statistics.
    pub fn prepare_evaluation(&mut self, arrays: &[Stored]) {
        match &self.norm {
            None => self.prepare_bias(arrays),
            Some(norm) => {
                let [gamma, beta, mean, variance] = [norm.arrays.gamma, norm.arrays.beta, norm.arrays.mean, norm.arrays.variance]
                    .map(|i| arrays[i].values.as_slice());
                for c in 0..self.geometry.outputs {
                    let scale = f64::from(gamma[c]) / (f64::from(variance[c]) + norm.epsilon).sqrt();
                    self.scale.as_mut_slice()[c] = scale as f32;
                    self.shift.as_mut_slice()[c] = (f64::from(beta[c]) - f64::from(mean[c]) * scale) as f32;
                }
            }
        }
    }

    /// Sets the shift to the bias, if there is one.
    pub fn prepare_bias(&mut self, arrays: &[Stored]) {
        if let Some(bias) = self.bias {
            self.shift.as_mut_slice().copy_from_slice(arrays[bias].values.as_slice());
        }
    }

    fn epilogue(&self, out: &Maps, learns: bool) -> PoolEpilogue {
        PoolEpilogue {
            activation: self.activation,
            learns,
            scale: self.scale.ptr(),
            shift: self.shift.ptr(),
            out: out.values.ptr(),
            view: out.view,
            argmax: self.argmax.ptr(),
            grads: self.grads.ptr(),
            cells: self.geometry.cells(),
        }
    }

    /// The convolution of a share of the pictures.
    ///
    /// # Safety
    /// The instruction set is there, the scratch belongs to this thread, nobody else works on these pictures.
    pub unsafe fn convolve(&self, input: direct::Input, weights: &Buffer, outcome: Outcome<'_>, share: Share<'_>) {
        let Share { isa, first, count, scratch } = share;
        let geometry = &self.geometry;
        let (epilogue, gamma) = match outcome {
            Outcome::Kept { gamma } => (winograd::Epilogue::Keep(self.kept.ptr()), Some(gamma)),
            Outcome::Pooled { out, learns } if geometry.pools => (winograd::Epilogue::Pool(self.epilogue(out, learns)), None),
            Outcome::Pooled { out, learns } => (winograd::Epilogue::Activate(self.epilogue(out, learns)), None),
        };
        // Large maps one by one, so that they are still in the cache when they are surveyed.
        let one_by_one = geometry.algorithm != Algorithm::Winograd || gamma.is_some() && geometry.tiles() >= winograd::BLOCK;
        let step = if one_by_one { 1 } else { count };
        for n in (first..first + count).step_by(step) {
            // SAFETY: the buffers were made for this geometry and batch.
            unsafe {
                match (geometry.algorithm, input) {
                    (Algorithm::Winograd, direct::Input::Maps(input)) => {
                        let forward = winograd::Forward {
                            geometry,
                            input,
                            weights: self.transformed.ptr(),
                            segments: &self.segments,
                            epilogue,
                        };
                        forward.run(isa, n, step, &scratch.winograd);
                    }
                    _ => {
                        let weights = if geometry.raised { self.transformed.ptr() } else { weights.ptr() };
                        let forward = direct::Forward { geometry, input, weights, segments: &self.segments, epilogue };
                        forward.run(isa, n, &scratch.direct);
                    }
                }
                if let (Some(gamma), Some(norm)) = (gamma, &self.norm) {
                    let (values, argmax, cells) = (norm.peaks.ptr(), self.argmax.ptr(), geometry.cells());
                    let known = geometry.pools && activation::keeps_order(self.activation);
                    let peaks = known.then_some(Peaks { gamma: gamma.ptr(), values, argmax, cells });
                    for n in n..n + step {
                        isa.run(Survey { geometry, y: self.kept.ptr(), n, to: norm.statistics.ptr(), peaks });
                    }
                }
            }
        }
    }

    /// Batch norm's mean and variance of `pictures`, merged from all of them, and what normalizes by them.
    pub fn merge_statistics(&mut self, arrays: &[Stored], pictures: usize) {
        let g = self.geometry;
        let Some(norm) = &mut self.norm else { return };
        let (gamma, beta) = (arrays[norm.arrays.gamma].values.as_slice(), arrays[norm.arrays.beta].values.as_slice());
        for c in 0..g.outputs {
            let area = g.out_height * g.out_width;
            let (mean, variance) = merge(norm.statistics.as_slice(), pictures, g.out_panels, c, area);
            let inverse = 1.0 / (variance + norm.epsilon).sqrt();
            let scale = f64::from(gamma[c]) * inverse;
            norm.mean.as_mut_slice()[c] = mean as f32;
            norm.variance.as_mut_slice()[c] = variance as f32;
            norm.inverse.as_mut_slice()[c] = inverse as f32;
            self.scale.as_mut_slice()[c] = scale as f32;
            self.shift.as_mut_slice()[c] = (f64::from(beta[c]) - mean * scale) as f32;
        }
    }

    /// Lets the running statistics follow the batch's.
    pub fn update_running_stats(&self, arrays: &mut [Stored]) {
        let Some(norm) = &self.norm else { return };
        for (array, batch) in [(norm.arrays.mean, &norm.mean), (norm.arrays.variance, &norm.variance)] {
            for (running, &now) in arrays[array].values.as_mut_slice().iter_mut().zip(batch.as_slice()) {
                *running = (norm.momentum * f64::from(*running) + (1.0 - norm.momentum) * f64::from(now)) as f32;
            }
        }
    }

    /// Of each cell the output that its maximum comes from: without pooling it has but one.
    fn peaks(&self, norm: &Norm) -> *mut f32 {
        if self.geometry.pools { norm.peaks.ptr() } else { self.kept.ptr() }
    }

    /// Normalizes, activates and pools kept outputs.
    ///
    /// # Safety
    /// As [`Block::convolve`].
    pub unsafe fn normalize(&self, out: &Maps, share: Share<'_>) {
        let Some(norm) = &self.norm else { return };
        let (epilogue, y, peaks) = (self.epilogue(out, true), self.kept.ptr(), self.peaks(norm));
        for n in share.range() {
            // SAFETY: the buffers were made for this geometry and batch.
            unsafe { share.isa.run(NormalizePool { geometry: &self.geometry, y, peaks, n, epilogue }) };
        }
    }

    /// Applies dropout to values or gradients of some pictures of the block's output.
    ///
    /// # Safety
    /// As [`Block::convolve`].
    pub unsafe fn drop(&self, values: &Buffer, view: View, key: u32, share: Share<'_>) {
        let Some(drop) = self.dropout else { return };
        let Share { isa, first, count, .. } = share;
        let g = &self.geometry;
        let mask = Mask {
            drop,
            key,
            values: values.ptr(),
            view,
            height: g.pooled_height,
            width: g.pooled_width,
            channels: g.outputs,
            flat: false,
            first,
            count,
        };
        // SAFETY: the view fits the buffer.
        unsafe { isa.run(mask) };
    }

    /// Passes the gradient of the block's output back through dropout and the activation, in place; for batch norm,
    /// sums it up.
    ///
    /// # Safety
    /// As [`Block::convolve`].
    pub unsafe fn activation_backward(&self, out: &Maps, key: u32, share: Share<'_>) {
        let Share { isa, first, count, .. } = share;
        let geometry = &self.geometry;
        // SAFETY: the buffers were made for this geometry and batch.
        unsafe {
            self.drop(&out.gradient, out.view, key, share);
            if self.grads.len() > 0 {
                isa.run(super::dropout::Multiply {
                    values: out.gradient.ptr(),
                    view: out.view,
                    factors: self.grads.ptr(),
                    geometry,
                    first,
                    count,
                });
            }
            if let Some(norm) = &self.norm {
                for n in first..first + count {
                    isa.run(GradientSums {
                        geometry,
                        activation: self.activation,
                        gradient: out.gradient.ptr(),
                        view: out.view,
                        peaks: self.peaks(norm),
                        scale: self.scale.ptr(),
                        shift: self.shift.ptr(),
                        mean: norm.mean.ptr(),
                        inverse: norm.inverse.ptr(),
                        n,
                        to: norm.sums.ptr(),
                    });
                }
            }
        }
    }

    /// Batch norm's own gradients, and the numbers of its way back.
    pub fn merge_gradient_sums(&mut self, arrays: &mut [Stored], pictures: usize) {
        let g = self.geometry;
        let Some(norm) = &mut self.norm else { return };
        let total = (pictures * g.out_height * g.out_width) as f64;
        for c in 0..g.outputs {
            let sums = norm.sums.as_slice();
            let (mut plain, mut product) = (0.0, 0.0);
            for n in 0..pictures {
                let at = (n * g.out_panels + c / LANES) * GRADIENT_SUMS + c % LANES;
                plain += f64::from(sums[at]);
                product += f64::from(sums[at + LANES]);
            }
            arrays[norm.arrays.gamma].gradient.as_mut_slice()[c] = product as f32;
            arrays[norm.arrays.beta].gradient.as_mut_slice()[c] = plain as f32;
            let (mean, inverse) = (f64::from(norm.mean.as_slice()[c]), f64::from(norm.inverse.as_slice()[c]));
            let factor = f64::from(arrays[norm.arrays.gamma].values.as_slice()[c]) * inverse;
            let slope = -factor * inverse * product / total;
            norm.factor.as_mut_slice()[c] = factor as f32;
            norm.slope.as_mut_slice()[c] = slope as f32;
            norm.offset.as_mut_slice()[c] = (-factor * plain / total - slope * mean) as f32;
        }
    }

    /// The gradients of the weights and of the input, from the refined gradient of the output, for a share of a group's
    /// pictures.
    ///
    /// # Safety
    /// As [`Block::convolve`], and nobody else works on this group.
    pub unsafe fn backward(&self, input: Input, out: &Maps, part: Part, share: Share<'_>) {
        let Input { values: input, gradient: input_gradient } = input;
        let Share { isa, first, count, scratch } = share;
        let Part { group, span } = part;
        let geometry = &self.geometry;
        let outputs = Unpool {
            geometry,
            gradient: out.gradient.ptr(),
            view: out.view,
            argmax: self.argmax.ptr(),
            cells: geometry.cells(),
            normalized: self.norm.as_ref().map(|norm| Normalized {
                y: self.kept.ptr(),
                view: geometry.output(),
                factor: norm.factor.ptr(),
                offset: norm.offset.ptr(),
                slope: norm.slope.ptr(),
            }),
        };
        let segments = &self.backward_segments;
        // SAFETY: the buffers were made for this geometry and batch; the parts have room for all groups.
        unsafe {
            let weight_gradient = self.weight_parts.ptr().add(group * geometry.weight_len());
            let bias_gradient = self.bias_parts.ptr().add(group * geometry.out_panels * LANES);
            let transposed = self.transposed.ptr();
            match (geometry.algorithm, input) {
                (Algorithm::Winograd, direct::Input::Maps(input)) => {
                    let backward = winograd::Backward {
                        geometry,
                        outputs,
                        input,
                        input_gradient,
                        transposed,
                        segments,
                        weight_gradient,
                        bias_gradient,
                    };
                    backward.run(isa, (first, count), span, &scratch.winograd);
                }
                _ => {
                    if span.begins {
                        std::ptr::write_bytes(weight_gradient, 0, geometry.weight_len());
                        std::ptr::write_bytes(bias_gradient, 0, geometry.out_panels * LANES);
                    }
                    let backward = direct::Backward {
                        geometry,
                        outputs,
                        input,
                        input_gradient,
                        transposed,
                        segments,
                        weight_gradient,
                        bias_gradient,
                    };
                    for n in first..first + count {
                        backward.run(isa, n, &scratch.direct);
                    }
                }
            }
        }
    }
}
