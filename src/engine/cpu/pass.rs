//! A step as jobs for the pool: forward, loss, backward, update.
//!
//! | job | unit | when |
//! | --- | --- | --- |
//! | forward | some pictures through all blocks (with batch norm: through one, since its statistics need all pictures) | |
//! | dense layer forward / backward and update | a share of its inputs | for each dense layer |
//! | backward | a group of pictures through all blocks (with batch norm: through one) | |
//! | update | a panel of outputs of one convolution: sum of the groups, update, new transformed weights | |
//!
//! Blocks that are frozen go forward as in evaluation, dropout aside, and nothing goes back through them.
//!
//! Every sum has one order, whatever the number of threads: a forward unit's pictures do not mix, the groups of the
//! backward pass and the shares of a dense layer are fixed.

use super::{
    CpuEngine, ToVectors,
    block::{self, GROUPS, Outcome, Part, Share, Span},
    buffer::Buffer,
    dense,
    direct::Input,
    head::{self, Context, Learning, Vectors},
    parameters::Stored,
    simd::LANES,
    update::{SumParts, Update},
    winograd,
};
use crate::{
    data::batch::BatchView,
    engine::{Step, StepMetrics},
    optimizer::{UpdateStep, clip_scale},
    problem::Problem,
};

/// Dropout's masks and batch norm's statistics are the batch's, or evaluation.
#[derive(Clone, Copy)]
pub enum Mode {
    Training { step: u32 },
    Evaluation,
}

/// One unit of the update: a panel of a convolution's outputs.
#[derive(Clone, Copy)]
pub struct Unit {
    block: usize,
    panel: usize,
}

impl CpuEngine {
    /// The logits of `n` pictures, into the last layer's values.
    pub(super) fn forward(&mut self, pixels: &[u8], n: usize, mode: Mode) {
        let training = matches!(mode, Mode::Training { .. });
        let normalized = self.blocks.iter().any(|block| block.norm.is_some());
        for (i, block) in self.blocks.iter_mut().enumerate() {
            match mode {
                Mode::Training { .. } if i >= self.frozen => block.prepare_bias(&self.arrays),
                _ => block.prepare_evaluation(&self.arrays),
            }
        }
        if training && normalized {
            for i in 0..self.frozen {
                self.each_share(n, |engine, share| engine.convolve(i, pixels, share, mode, false));
            }
            for i in self.frozen..self.blocks.len() {
                self.each_share(n, |engine, share| engine.convolve(i, pixels, share, mode, true));
                self.blocks[i].merge_statistics(&self.arrays, n);
                self.each_share(n, |engine, share| engine.normalize(i, share, mode));
            }
        } else {
            let near = self.near();
            self.each_share(n, |engine, share| {
                for picture in share.pictures() {
                    for i in 0..near {
                        engine.convolve(i, pixels, picture, mode, false);
                    }
                }
                for i in near..engine.blocks.len() {
                    engine.convolve(i, pixels, share, mode, false);
                }
            });
        }
        if let Some(pooled) = &mut self.pooled {
            average(&self.maps[self.maps.len() - 1], pooled, self.area, n);
        }
        let masks = match mode {
            Mode::Training { step } => Some((self.config.seed, step)),
            Mode::Evaluation => None,
        };
        let context = Context { isa: self.isa, pool: &self.pool, scratch: &self.scratch, n, masks };
        for i in 0..self.head.len() {
            let (before, rest) = self.head.split_at_mut(i);
            let input = match (before.last(), &self.pooled) {
                (Some(layer), _) => &layer.out.values,
                (None, Some(pooled)) => &pooled.values,
                (None, None) => &self.maps[self.maps.len() - 1].values,
            };
            rest[0].forward(&context, &self.arrays, input);
        }
    }

    /// Writes the outputs that [`CpuEngine::forward`] left, a row for each picture.
    pub(super) fn outputs(&self, to: &mut [f32]) {
        let Some(layer) = self.head.last() else { return };
        let (out, values) = (&layer.out, layer.out.values.as_slice());
        for (n, row) in to.chunks_mut(out.features).enumerate() {
            row.iter_mut().enumerate().for_each(|(f, output)| *output = values[out.at(n, f)]);
        }
    }

    /// Loss, all gradients and, with an update, that. Without one the gradients stay in the arrays.
    ///
    /// # Errors
    /// Too little memory for gradients that are stored.
    pub(super) fn learn(
        &mut self,
        batch: &BatchView<'_>,
        step: Step,
        update: Option<&UpdateStep>,
    ) -> Result<StepMetrics, Problem> {
        let n = batch.len();
        self.forward(batch.pixels, n, Mode::Training { step: step.index });
        let mut score = self.score(batch);
        let clip = self.config.optimizer.global_clipnorm;
        let store = update.is_none() || clip > 0.0;
        if store {
            self.arrays.iter_mut().try_for_each(Stored::want_gradient)?;
        }
        let squares: Vec<Buffer<f64>> = self.arrays.iter().map(|array| Buffer::new(units_of(array))).collect::<Result<_, _>>()?;
        self.head_backward(n, step, update.filter(|_| !store), &squares);
        self.blocks_backward(batch.pixels, n, step);
        self.update_blocks(n, update.filter(|_| !store), &squares);
        self.update_vectors(update.filter(|_| !store))?;
        score.penalty = self
            .arrays
            .iter()
            .zip(&squares)
            .filter(|(array, _)| array.about.l2 > 0.0)
            .map(|(array, squares)| array.about.l2 * squares.as_slice().iter().sum::<f64>())
            .sum();
        if let (true, Some(update)) = (store, update) {
            self.clip_and_update(update, clip)?;
        }
        Ok(score)
    }

    /// Loss and hits; leaves the outputs' gradient.
    fn score(&mut self, batch: &BatchView<'_>) -> StepMetrics {
        let Some(layer) = self.head.last_mut() else { return StepMetrics::default() };
        let Vectors { batch: room, values, gradient, .. } = &mut layer.out;
        let at = |n: usize, f: usize| Vectors::place(*room, n, f);
        let (values, gradient) = (values.as_slice(), gradient.as_mut_slice());
        let read = |n: usize, f: usize| f64::from(values[at(n, f)]);
        let write = |n: usize, f: usize, grad: f64| gradient[at(n, f)] = grad as f32;
        self.loss.score(&self.config.loss, batch, read, write)
    }

    fn head_backward(&mut self, n: usize, step: Step, update: Option<&UpdateStep>, squares: &[Buffer<f64>]) {
        let masks = Some((self.config.seed, step.index));
        let context = Context { isa: self.isa, pool: &self.pool, scratch: &self.scratch, n, masks };
        let nothing = Buffer::empty();
        for i in (0..self.head.len()).rev() {
            let (before, rest) = self.head.split_at_mut(i);
            let (input, gradient) = match (before.last_mut(), &mut self.pooled) {
                (Some(layer), _) => (&layer.out.values, &mut layer.out.gradient),
                (None, Some(pooled)) => (&pooled.values, &mut pooled.gradient),
                (None, None) => {
                    let last = self.maps.len() - 1;
                    let maps = &mut self.maps[last];
                    (&maps.values, &mut maps.gradient)
                }
            };
            let squares = match &rest[0].op {
                head::HeadOp::Dense(dense) => &squares[dense.weight],
                _ => &nothing,
            };
            rest[0].backward(&context, &mut self.arrays, input, gradient, Learning { update, squares });
        }
        if let (ToVectors::GlobalPool, Some(pooled)) = (self.to_vectors, &self.pooled) {
            let last = self.maps.len() - 1;
            spread(pooled, &mut self.maps[last], self.area, n);
        }
    }

    fn blocks_backward(&mut self, pixels: &[u8], n: usize, step: Step) {
        let (step, frozen) = (step.index, self.frozen);
        let normalized = self.blocks.iter().any(|block| block.norm.is_some());
        if !normalized {
            let near = self.near();
            self.each_group(n, |engine, group, share| {
                for i in (near.max(frozen)..engine.blocks.len()).rev() {
                    engine.activation_backward(i, share, step);
                    engine.backward(i, pixels, Part { group, span: Span::WHOLE }, share);
                }
                for picture in share.pictures() {
                    let n = picture.first;
                    let span = Span { begins: n == share.first, ends: n + 1 == share.first + share.count };
                    for i in (frozen..near).rev() {
                        engine.activation_backward(i, picture, step);
                        engine.backward(i, pixels, Part { group, span }, picture);
                    }
                }
            });
            return;
        }
        for i in (frozen..self.blocks.len()).rev() {
            self.each_group(n, |engine, _, share| engine.activation_backward(i, share, step));
            self.blocks[i].merge_gradient_sums(&mut self.arrays, n);
            self.each_group(n, |engine, group, share| {
                engine.backward(i, pixels, Part { group, span: Span::WHOLE }, share);
            });
        }
    }

    /// Sums the convolutions' gradients over the groups, adds L2, updates by `update` if there is one.
    fn update_blocks(&mut self, n: usize, update: Option<&UpdateStep>, squares: &[Buffer<f64>]) {
        let groups = groups(n);
        for block in &self.blocks[self.frozen..] {
            if let Some(bias) = block.bias {
                let (parts, len) = (&block.bias_parts, self.arrays[bias].gradient.len());
                // SAFETY: no job is open, and the parts are as long as the array.
                unsafe {
                    self.isa.run(SumParts {
                        parts: parts.ptr(),
                        stride: len,
                        count: groups,
                        to: self.arrays[bias].gradient.ptr(),
                        len,
                    });
                };
            }
        }
        // Those of frozen blocks are the last.
        let learning = self.units.partition_point(|unit| unit.block >= self.frozen);
        self.pool.run(learning, &|_, unit| {
            let Unit { block, panel } = self.units[unit];
            let block = &self.blocks[block];
            let array = &self.arrays[block.weight];
            let len = block.geometry.weight_panel();
            let at = panel * len;
            // SAFETY: each unit works on its own panel.
            unsafe {
                let gradient = array.gradient.ptr().add(at);
                let (parts, stride) = (block.weight_parts.ptr().add(at), block.geometry.weight_len());
                self.isa.run(SumParts { parts, stride, count: groups, to: gradient, len });
                let square = squares[block.weight].ptr().add(panel);
                self.isa.run(Update::of(array, update, at, len, gradient, square));
                if update.is_some() {
                    block.prepare_weights(self.isa, panel, &array.values);
                }
            }
        });
    }

    /// Biases and batch norm's arrays.
    fn update_vectors(&mut self, update: Option<&UpdateStep>) -> Result<(), Problem> {
        let Some(update) = update else { return Ok(()) };
        let square = Buffer::<f64>::new(1)?;
        for array in self.arrays.iter().filter(|array| array.about.trained() && !array.is_kernel()) {
            // SAFETY: no job is open.
            unsafe { self.isa.run(Update::of(array, Some(update), 0, array.values.len(), array.gradient.ptr(), square.ptr())) };
        }
        Ok(())
    }

    /// Updates all arrays by their stored gradients, shortened together.
    fn clip_and_update(&mut self, update: &UpdateStep, clip: f64) -> Result<(), Problem> {
        let trained = || self.arrays.iter().filter(|array| array.about.trained());
        let squares: f64 =
            trained().map(|array| array.gradient.as_slice().iter().map(|g| f64::from(*g) * f64::from(*g)).sum::<f64>()).sum();
        let scale = clip_scale(squares.sqrt(), clip) as f32;
        let square = Buffer::<f64>::new(1)?;
        for array in trained() {
            // SAFETY: no job is open.
            unsafe {
                let of_array = Update::of(array, Some(update), 0, array.values.len(), array.gradient.ptr(), square.ptr());
                self.isa.run(Update { l2: 0.0, scale, ..of_array });
            }
        }
        self.prepare_weights();
        Ok(())
    }

    /// Derives from the weights what the convolutions read.
    pub(super) fn prepare_weights(&self) {
        self.pool.run(self.units.len(), &|_, unit| {
            let Unit { block, panel } = self.units[unit];
            let block = &self.blocks[block];
            // SAFETY: each unit works on its own panel.
            unsafe { block.prepare_weights(self.isa, panel, &self.arrays[block.weight].values) };
        });
    }

    /// The units of the update, the large ones first.
    pub(super) fn list_units(&self) -> Vec<Unit> {
        let blocks = (0..self.blocks.len()).rev();
        blocks.flat_map(|block| (0..self.blocks[block].geometry.out_panels).map(move |panel| Unit { block, panel })).collect()
    }

    /// Runs `work(self, share)` for shares of `n` pictures, small enough that no thread waits long.
    fn each_share(&self, n: usize, work: impl Fn(&Self, Share<'_>) + Sync) {
        let share = n.div_ceil(4 * self.pool.threads()).clamp(1, 4);
        self.pool.run(n.div_ceil(share), &|thread, unit| {
            let first = unit * share;
            work(self, self.share(first, share.min(n - first), thread));
        });
    }

    /// Runs `work(self, group, share)` for the fixed groups of `n` pictures.
    fn each_group(&self, n: usize, work: impl Fn(&Self, usize, Share<'_>) + Sync) {
        let groups = groups(n);
        self.pool.run(groups, &|thread, group| {
            let first = group * n / groups;
            work(self, group, self.share(first, (group + 1) * n / groups - first, thread));
        });
    }

    fn share(&self, first: usize, count: usize, thread: usize) -> Share<'_> {
        Share { isa: self.isa, first, count, scratch: &self.scratch[thread] }
    }

    /// How many of the first blocks go through their pictures one by one: those between which lies so large a map that
    /// it would be gone from the second-level cache before it is read. (Only one of them may be a Winograd block: a
    /// thread has one gradient in the transformed domain.)
    fn near(&self) -> usize {
        self.blocks.iter().take(2).take_while(|block| block.geometry.tiles() >= 4 * winograd::BLOCK).count()
    }

    fn input(&self, i: usize, pixels: &[u8]) -> Input {
        if i == 0 { Input::Pixels(pixels.as_ptr()) } else { Input::Maps(self.maps[i - 1].values.ptr()) }
    }

    fn key(&self, i: usize, step: u32) -> u32 {
        self.blocks[i].dropout.map_or(0, |drop| drop.key(self.config.seed, step))
    }

    fn convolve(&self, i: usize, pixels: &[u8], share: Share<'_>, mode: Mode, keep: bool) {
        let (block, out) = (&self.blocks[i], &self.maps[i]);
        let weights = &self.arrays[block.weight].values;
        let outcome = match block.norm.as_ref().filter(|_| keep) {
            Some(norm) => Outcome::Kept { gamma: &self.arrays[norm.arrays.gamma].values },
            None => Outcome::Pooled { out, learns: i >= self.frozen && matches!(mode, Mode::Training { .. }) },
        };
        // SAFETY: shares are disjoint, and scratch is the thread's own.
        unsafe { block.convolve(self.input(i, pixels), weights, outcome, share) };
        if let (Outcome::Pooled { .. }, Mode::Training { step }) = (outcome, mode) {
            // SAFETY: as above.
            unsafe { block.drop(&out.values, out.view, self.key(i, step), share) };
        }
    }

    fn normalize(&self, i: usize, share: Share<'_>, mode: Mode) {
        let (block, out) = (&self.blocks[i], &self.maps[i]);
        if block.norm.is_none() {
            return;
        }
        // SAFETY: shares are disjoint.
        unsafe {
            block.normalize(out, share);
            if let Mode::Training { step } = mode {
                block.drop(&out.values, out.view, self.key(i, step), share);
            }
        }
    }

    fn activation_backward(&self, i: usize, share: Share<'_>, step: u32) {
        // SAFETY: groups are disjoint.
        unsafe { self.blocks[i].activation_backward(&self.maps[i], self.key(i, step), share) };
    }

    fn backward(&self, i: usize, pixels: &[u8], part: Part, share: Share<'_>) {
        let gradient = if i == 0 { std::ptr::null_mut() } else { self.maps[i - 1].gradient.ptr() };
        let input = block::Input { values: self.input(i, pixels), gradient };
        // SAFETY: groups are disjoint, and scratch is the thread's own.
        unsafe { self.blocks[i].backward(input, &self.maps[i], part, share) };
    }
}

/// Groups of `n` pictures whose gradients are summed apart.
fn groups(n: usize) -> usize {
    GROUPS.min(n)
}

/// How many partial sums of squares an array's update makes.
fn units_of(array: &Stored) -> usize {
    match array.layout {
        super::parameters::Layout::Conv(g) => g.out_panels,
        super::parameters::Layout::Dense { shape, .. } => dense::Shape::units(&shape),
        super::parameters::Layout::Vector => 0,
    }
}

/// The mean of each channel.
fn average(maps: &block::Maps, to: &mut Vectors, area: usize, n: usize) {
    for panel in 0..to.features.div_ceil(LANES) {
        for i in 0..n {
            let from = &maps.values.as_slice()[maps.view.at(i, panel, 0, 0)..][..area * LANES];
            let at = to.at(i, panel * LANES);
            for lane in 0..LANES {
                let sum: f32 = (0..area).map(|cell| from[cell * LANES + lane]).sum();
                to.values.as_mut_slice()[at + lane] = sum / area as f32;
            }
        }
    }
}

/// The gradient of each channel's mean, over its cells.
fn spread(from: &Vectors, maps: &mut block::Maps, area: usize, n: usize) {
    for panel in 0..from.features.div_ceil(LANES) {
        for i in 0..n {
            let at = from.at(i, panel * LANES);
            let place = maps.view.at(i, panel, 0, 0);
            for cell in 0..area {
                for lane in 0..LANES {
                    maps.gradient.as_mut_slice()[place + cell * LANES + lane] = from.gradient.as_slice()[at + lane] / area as f32;
                }
            }
        }
    }
}
