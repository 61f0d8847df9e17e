//! The network on a processor: our own kernels over buffers that live as long as the engine, several times faster than
//! a general framework, because nothing is general: a block of convolution, bias or batch norm, activation and pooling
//! is one pass, and the numbers between its parts stay in registers or in the second-level cache.
//!
//! # The map
//! | file | what it is |
//! | --- | --- |
//! | [`simd`] | sixteen lanes of f32: AVX-512, AVX2, portable |
//! | [`isa`] | compiles each kernel for each instruction set and chooses at run time |
//! | [`gemm`] | the two matrix products on which everything rests |
//! | [`geometry`] | shapes, borders and strides, shared by forward and backward |
//! | [`winograd`] | 3x3 convolutions with a quarter of the multiplications |
//! | [`stem`] | the first layer, 3x3: the way in from bytes, half of the multiplications |
//! | [`direct`] | 5x5, and 3x3 where Winograd is forbidden |
//! | [`pooling`], [`activation`], [`norm`], [`dropout`] | what surrounds a convolution |
//! | [`dense`], [`head`] | dense layers, and all layers over vectors |
//! | [`update`], [`parameters`] | optimizers, and the arrays in the kernels' layouts |
//! | [`block`], [`build`], [`pass`] | a block with its buffers, the engine from a list of layers, a step as jobs |
//! | [`pool`], [`buffer`] | threads, and memory that starts at a cache line |
//!
//! # Layout
//! Channels come in panels of 16, one cache line and one AVX-512 register: a map is `[n][c/16][row][column][16]` with
//! the next convolution's border of zeros around it, so no kernel meets an edge; weights of a convolution are
//! `[out/16][tap][in][16]`, vectors `[f/16][n][16]`. Channels beyond the last are zero, and their weights and gradients
//! stay zero. A pooled map is written straight into the next layer's buffer, the last one as features of the first
//! dense layer. `parameters` translates from and to PyTorch's layout.
//!
//! # Which algorithm when
//! - 3x3 behind the first layer: Winograd F(4x4, 3x3), forward, input gradient and weight gradient. Four times fewer
//!   multiplications than direct, at 1.7 times its rounding error ([`CONVOLUTION_VARIABLE`] forbids it, to compare).
//!   Trained on UTKFace with preset Quick and seeds 42 to 48, test accuracy is 0.871 with it and 0.872 without (single
//!   runs 0.863 to 0.878 either way, paired t -0.5), the best validation loss 0.326 and 0.328.
//! - The first layer, whose three channels would waste a panel and pay for no transform in both directions: F(4, 3)
//!   down the columns, direct along the rows.
//! - 5x5: direct, as products over rows of pixels, also in the first layer.
//! - Dense: products over shares of the inputs; the weight gradient is used for the update as it is made.
//!
//! The first of two convolutions of a block is not pooled: each of its outputs is activated and stored on its own into the next
//! one's buffer, and on the way back each has a gradient. Its tiles cover the whole map, and the first layer's weight gradient is
//! the outer product over all outputs, as behind batch norm.
//!
//! Where no backward pass follows, cells do not say which of their outputs was the largest: their argmax is for that alone.
//! Without batch norm the outputs before pooling never exist in memory; with it they are kept, because the statistics of
//! the batch come between, and so a block is two passes forward and two back.
//!
//! # Sums and threads
//! A step is about ten jobs for the pool (`pass`), each cut into units that do not depend on the number of threads
//! wherever sums are formed: at most eight groups of pictures in the backward pass and sixteen shares of a dense
//! layer's inputs, added up in order. So the bits are the same for any number of threads, and since every element's
//! sum runs along k with fused multiply-adds, AVX2 and AVX-512 agree bit for bit too. What that means for more cores:
//! at batch 32 the forward pass has up to 32 units, the update some hundred, the backward pass (two thirds of a step)
//! eight. So up to eight threads share everything; of sixteen, eight rest during the backward pass.
//!
//! # Caches
//! The first two blocks take their pictures one by one, because the map between them (half a megabyte) would be gone
//! from the second-level cache after a whole share; the later ones take a share at once, because their weights are
//! the larger part. Transforms fetch the lines of the tile after the next: their 36 streams are more than the processor
//! foresees.
//!
//! # How far from the limit
//! A forward pass of the reference network at 128 x 128 multiplies and adds 136 million times a picture: 113 in the
//! products of F(4x4, 3x3), 14 in the first layer, 9 in the dense ones. Two cores with a measured peak of 118 GFLOP/s
//! each could do 1,735 pictures a second if nothing else were to do; they do 1,280. Of one thread's time 73% are
//! products, at 96% of the peak, 10% the first layer, 7% transforms of outputs with pooling, 5% of inputs. Fetching
//! a product's or a transform's lines earlier changed nothing there.
//!
//! # Rules for changing it
//! - A kernel is a struct with pointers and shapes that implements [`isa::Kernel`]; its documentation is its contract.
//!   `run` and all it calls with vectors are `#[inline(always)]`, no closures: otherwise vectors go through memory.
//! - `unsafe` is where pointers are: a buffer hands out its start from `&self`, units write to disjoint parts.
//! - The naive truth is `engine/reference`; `tests/it/cpu.rs` holds every instruction set to it.
//! - Measure with `cargo bench --bench step` and `--bench kernels`, old and new in turns.
//!
//! # Sources
//! A. Lavin, S. Gray, *Fast Algorithms for Convolutional Neural Networks* (2016). S. Winograd, *Arithmetic Complexity of
//! Computations* (1980). K. Goto, R. van de Geijn, *Anatomy of High-Performance Matrix Multiplication* (2008).
//! E. Georganas and others, *Anatomy of High-Performance Deep Learning Convolutions on SIMD Architectures* (2018).

#![allow(clippy::needless_range_loop, reason = "kernels walk several arrays by one index, as their formulas do")]

mod activation;
mod block;
mod buffer;
mod build;
mod dense;
mod direct;
mod dropout;
mod gemm;
mod geometry;
mod head;
mod isa;
mod norm;
mod parameters;
mod pass;
mod pool;
mod pooling;
pub mod probe;
mod simd;
mod stem;
mod update;
mod winograd;

pub use build::plain_name;
pub use geometry::{CONVOLUTION_VARIABLE, Convolution};
pub use isa::{ISA_VARIABLE, Isa};

use self::{
    block::{Block, Maps, Scratch},
    head::Vectors,
    parameters::Stored,
    pass::{Mode, Unit},
    pool::Pool,
};
use crate::{
    data::batch::BatchView,
    engine::{Device, Engine, EngineConfig, Step, StepMetrics, check_batch, objective::BatchLoss},
    model::{Initialization, Network, Weights, init::init},
    optimizer::OptimizerState,
    problem::Problem,
};

/// A network with its optimizer on the processor.
pub struct CpuEngine {
    config: EngineConfig,
    isa: Isa,
    device: Device,
    pool: Pool,
    /// The bytes of all buffers.
    bytes: u64,
    /// One for each thread.
    scratch: Vec<Scratch>,
    arrays: Vec<Stored>,
    blocks: Vec<Block>,
    /// The outputs of the blocks.
    maps: Vec<Maps>,
    to_vectors: ToVectors,
    /// The channels' means, if maps become vectors by global pooling.
    pooled: Option<Vectors>,
    /// Cells of a channel of the last maps.
    area: usize,
    head: Vec<head::HeadLayer>,
    /// Step and single numbers; the slots are with the arrays.
    state: OptimizerState,
    /// The update's units.
    units: Vec<Unit>,
    /// So many of the first blocks do not learn.
    frozen: usize,
    loss: BatchLoss,
}

/// How maps become vectors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ToVectors {
    Flatten,
    GlobalPool,
}

impl CpuEngine {
    /// The network of `config` with the best instruction set of this processor, and weights drawn from its seed.
    ///
    /// # Errors
    /// Layers in an order that no settings give, or too little memory.
    pub fn new(config: &EngineConfig) -> Result<Self, Problem> {
        Self::with(config, Isa::detect(), Convolution::chosen())
    }

    /// The same with a given instruction set and algorithm; a set that the processor lacks is replaced by the portable one.
    ///
    /// # Errors
    /// As [`CpuEngine::new`].
    pub fn with(config: &EngineConfig, isa: Isa, convolution: Convolution) -> Result<Self, Problem> {
        let isa = if isa.is_available() { isa } else { Isa::Portable };
        let mut engine = build::build(config, isa, convolution)?;
        engine.units = engine.list_units();
        engine.set_weights(&init(&config.network, Initialization::GlorotUniform, config.seed))?;
        Ok(engine)
    }

    /// The instruction set in use.
    pub fn isa(&self) -> Isa {
        self.isa
    }

    /// The bytes of its buffers.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// What [`CpuEngine::bytes`] of an engine for `config` will be, without one.
    ///
    /// # Errors
    /// Layers in an order that no settings give.
    pub fn bytes_for(config: &EngineConfig) -> Result<u64, Problem> {
        build::bytes(config)
    }

    /// The processor as it is listed: the best instruction set, all cores.
    pub fn list() -> Device {
        build::device(Isa::detect(), std::thread::available_parallelism().map_or(1, usize::from))
    }
}

impl Engine for CpuEngine {
    fn device(&self) -> &Device {
        &self.device
    }

    fn network(&self) -> &Network {
        &self.config.network
    }

    fn train_batch(&mut self, batch: &BatchView<'_>, step: Step) -> Result<StepMetrics, Problem> {
        check_batch(&self.config.network, batch)?;
        self.check_size(batch.len())?;
        let update = self.config.optimizer.next(&mut self.state, step.learning_rate);
        let score = self.learn(batch, step, Some(&update))?;
        for block in &self.blocks[self.frozen..] {
            block.update_running_stats(&mut self.arrays);
        }
        for layer in &self.head {
            if let head::HeadOp::Norm(norm) = &layer.op {
                norm.update_running_stats(&mut self.arrays);
            }
        }
        Ok(score)
    }

    fn predict(&mut self, pixels: &[u8], logits: &mut [f32]) -> Result<(), Problem> {
        let (picture, units) = (self.config.network.input.len(), self.config.network.output.units());
        for (part, logits) in logits.chunks_mut(self.config.batch_size * units).enumerate() {
            let (first, n) = (part * self.config.batch_size, logits.len() / units);
            let Some(pixels) = pixels.get(first * picture..(first + n) * picture) else {
                return Err(build::misfit(pixels.len()));
            };
            self.forward(pixels, n, Mode::Evaluation);
            self.outputs(logits);
        }
        Ok(())
    }

    fn gradients(&mut self, batch: &BatchView<'_>, step: Step) -> Result<(StepMetrics, Weights), Problem> {
        check_batch(&self.config.network, batch)?;
        self.check_size(batch.len())?;
        let score = self.learn(batch, step, None)?;
        let trained = self.arrays.iter().filter(|array| array.about.trained());
        let gradients = trained.map(|array| (array.about.name.clone(), array.export(&array.gradient))).collect();
        Ok((score, Weights(gradients)))
    }

    fn weights(&mut self) -> Result<Weights, Problem> {
        Ok(Weights(self.arrays.iter().map(|array| (array.about.name.clone(), array.export(&array.values))).collect()))
    }

    fn running_statistics(&mut self) -> Result<Weights, Problem> {
        let running = self.arrays.iter().filter(|array| !array.about.role.trained());
        Ok(Weights(running.map(|array| (array.about.name.clone(), array.export(&array.values))).collect()))
    }

    fn set_weights(&mut self, weights: &Weights) -> Result<(), Problem> {
        weights.check(&self.config.network)?;
        for array in &mut self.arrays {
            if let Some(new) = weights.get(&array.about.name) {
                array.import(None, new);
            }
        }
        self.prepare_weights();
        Ok(())
    }

    fn optimizer_state(&mut self) -> Result<OptimizerState, Problem> {
        let names = self.config.optimizer.slots();
        let mut state = self.state.clone();
        for array in &self.arrays {
            for (name, slot) in names.iter().zip(&array.slots) {
                state.slots.0.insert(format!("{}/{name}", array.about.name), array.export(slot));
            }
        }
        Ok(state)
    }

    fn set_optimizer_state(&mut self, state: &OptimizerState) -> Result<(), Problem> {
        state.check(&self.config.network)?;
        let names = self.config.optimizer.slots();
        let key = |array: &Stored, name: &str| format!("{}/{name}", array.about.name);
        // Before the first step nothing is remembered, and nothing need be there.
        let fresh = state.step == 0 && state.slots.0.is_empty();
        let trained = || self.arrays.iter().filter(|array| array.about.trained());
        let wanted: Vec<String> = trained().flat_map(|array| names.iter().map(|name| key(array, name))).collect();
        let missing = wanted.iter().find(|key| state.slots.get(key).is_none());
        let unknown = state.slots.iter().map(|(key, _)| key).find(|key| !wanted.iter().any(|wanted| wanted == key));
        if let (Some(slot), false) = (missing.map(String::as_str).or(unknown), fresh) {
            return Err(build::foreign_state(slot));
        }
        for array in &mut self.arrays {
            for (slot, name) in names.iter().enumerate().take(array.slots.len()) {
                match state.slots.get(&key(array, name)) {
                    Some(values) => array.import(Some(slot), values),
                    None => array.slots[slot].as_mut_slice().fill(0.0),
                }
            }
        }
        self.state = OptimizerState { step: state.step, slots: Weights::default(), scalars: state.scalars.clone() };
        Ok(())
    }
}

impl CpuEngine {
    fn check_size(&self, n: usize) -> Result<(), Problem> {
        if n <= self.config.batch_size { Ok(()) } else { Err(build::misfit(n)) }
    }
}
