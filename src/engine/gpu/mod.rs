//! The network on a graphics card, through wgpu: Vulkan, Metal or DirectX 12, with nothing to install. Complete: every
//! layer, loss and optimizer that the settings allow; weights and optimizer state move freely between engines.
//!
//! # The map
//! | file | what it is |
//! | --- | --- |
//! | `adapter` | the cards of this machine, what they lack |
//! | `card` | an open card: device, compiled kernels, errors and losses as problems |
//! | `kernel`, `kernels/*.wgsl` | one kernel a file: shapes, tiling and bytes in its head |
//! | `tile`, `tuning` | how large the tiles of a product are, and which ones a card is quickest with |
//! | `parameters` | the arrays in the kernels' layout, from and to PyTorch's |
//! | `build`, `schedule` | from the list of layers to buffers and launches, as plain data |
//! | `pass`, `submit_throttle` | a schedule on a card; how a step is handed over |
//! | `device_images` | the data set on the card |
//! | [`traffic()`] | arithmetic and bytes of every launch, counted without a card |
//!
//! # How a step goes
//! The data set lives on the card as bytes, each picture from the first batch on that shows it. A step sends 24 bytes a
//! picture (which one, where it is cut, mirrored or not, target, weight) and a uniform of 336; cut, forward, loss, backward
//! and update are one compute pass in one submission, and its score stays on the card, in a row with those before it. The
//! row is read when a score is told, twice a second at most, and at the epoch's end; with averaged weights and batch
//! norm also the running statistics, some kilobytes every 16 steps. Nothing else comes back within an epoch. Meanwhile the
//! next steps are handed over already (`submit_throttle`), never so many that the window on the same card would wait: where a step lasts
//! longer than two frames, it is cut into several submissions.
//!
//! The processor draws what is random about a picture and the card cuts it, bytes to bytes, so the bits are those of the
//! processor's own cutting; 1 / 255 is applied where the first convolution reads. Augmentation that turns, colors or covers
//! pictures is made by the processor and streamed, 1.2 MB for 32 pictures, as are pictures for which the card has no room:
//! more than it can bind to a kernel (2 GB mostly, where UTKFace is 1.0), more than three quarters of its memory where it
//! tells that, or more than its driver grants. The device's details say which way is taken.
//!
//! Channels are last and padded to quads. A convolution is an implicit matrix product: the matrix of windows is gathered
//! tile by tile into workgroup memory, 8 x 8 sums a thread in registers. A dense layer is a convolution of a 1 x 1 map,
//! so the three products (`conv_forward`, `conv_data_gradient`, `conv_weight_gradient`) are all the arithmetic there is.
//! What surrounds them is fused into their ends:
//! - forward: bias, activation, 2x2 maximum and dropout, in registers; without batch norm the map before pooling never
//!   exists, only the pooled one and a byte a value that says which place was largest;
//! - gradient of the input: dropout and activation of the layer below;
//! - gradient of the weights: the bias's; both expand the pooled gradient by those bytes on the way into workgroup memory;
//! - update: the sum of the gradient's splits, L2, optimizer and moving average in one launch for all arrays.
//!
//! Sums are cut into splits whose number depends on shapes alone and added in order; there are no atomics. The same seed
//! gives the same bits on the same card and driver, whichever tiles were found quickest. (lavapipe compiles a kernel in
//! several ways, depending on which uniforms it has seen; `card` keeps it from that.)
//!
//! Pipelines are compiled once a card and specialized by override constants for what changes their code: tile, pooling,
//! activation, formula. Shapes are uniforms, so layers of all sizes share them, and a plan starts in a few compilations.
//!
//! With `:f16` behind its id a card that offers `SHADER_F16` keeps maps and their gradients as f16; arithmetic, weights,
//! optimizer and the sums of gradients stay f32, and gradients are multiplied by 1,024 on their way down. Logits are then
//! within 1e-2 of the exact ones and gradients within a tenth, which trains alike (`tests/it/gpu.rs`).
//!
//! # Counted
//! One training step of the notebook's network on 32 pictures of 112 x 112 with Adam, by [`traffic()`], which counts each
//! launch; `tests/it/gpu.rs` prints them and holds the sums. GFLOP asked for and computed (tiles that hang over, the fourth
//! channel of pixels), MB of card memory read and written:
//!
//! | launches | asked | computed | MB |
//! | --- | --- | --- | --- |
//! | `crop` | 0 | 0 | 2 |
//! | 4 `conv_forward` of blocks | 11.8 | 12.3 | 55 |
//! | 4 `conv_weight_gradient` of blocks | 11.8 | 13.2 | 89 |
//! | 3 `conv_data_gradient` of blocks | 11.1 | 11.1 | 44 |
//! | 17 of dense layers and loss | 0.6 | 0.8 | 51 |
//! | `update`, `total` | | | 135 |
//! | sum | 35.3 | 37.4 | 376 |
//!
//! [`least_traffic()`], what layers must move if nothing stays on the chip between them, is 255 MB; with 256 pictures
//! 1,492 MB are moved and 1,222 MB the least. What is above it: the gradient of the weights and its splits (written
//! once, read once), and a byte instead of two bits for the place of a maximum. No launch passes over its data twice.
//!
//! # Expected, not measured
//! No card was at hand: what follows is [`roofline()`] of the counts, a bound that real kernels stay below, perhaps at half
//! of it. On a card of 10 TFLOP/s and 400 GB/s, with 5 microseconds to begin a launch:
//!
//! | batch | ms a step | pictures/s | MB moved | with maps as f16 |
//! | --- | --- | --- | --- | --- |
//! | 32 | 4.3 | 7,500 | 376 | 310 |
//! | 64 | 8.0 | 8,000 | 536 | 404 |
//! | 256 | 30 | 8,400 | 1,492 | 964 |
//!
//! It is arithmetic that decides there, a hundred operations for each byte, so maps as f16 save memory rather than time.
//! `benches/card` measures a card, beside PyTorch on the same one.
//!
//! # What is not here, and why
//! - *Cooperative matrices.* In wgpu 30 they are experimental, asked for by an `unsafe` call, and made of 8 x 8 f32 blocks
//!   alone: Metal has those; NVIDIA's and AMD's Vulkan drivers offer 16 x 16 f16 blocks instead, which it does not reach.
//! - *Winograd.* It would save up to half of the arithmetic of the 3 x 3 layers, and pays on some cards only.
//! - *cubecl* (0.11.3, which too stands on wgpu 30). Its kernels are Rust and would reach CUDA and HIP as well, and its
//!   libraries bring tuned products. Weighed against plain WGSL: this program builds 393 crates on Linux, with cubecl's
//!   wgpu runtime 479 (`cargo tree`), while WGSL adds none, since the window brings wgpu. A program of one kernel, release
//!   and stripped, took 2.3 minutes of processor time to build and 4.6 MB with wgpu alone, 12.3 minutes and 36 MB with
//!   cubecl and cubek-matmul 0.3.1. A compile of kernels by macro and a second runtime (memory pools, streams, autotuning
//!   with files of its own) would stand between this code and the one submission a step that it wants; and CUDA and HIP
//!   need toolkits, which "nothing to install" rules out. For it speaks that on lavapipe cubek's products of the blocks'
//!   shapes ran at 10 to 12 GFLOP/s, where a forward pass of ours, convolutions gathered through workgroup memory as
//!   cards like it, ran at 2.5. A card has not judged. So WGSL, at about 1,400 lines.

pub mod adapter;
mod build;
mod card;
mod cost_model;
mod device_images;
mod kernel;
mod launch;
mod parameters;
mod pass;
mod schedule;
pub mod submit_throttle;
mod tile;
mod tuning;

pub use adapter::HALF;
pub use cost_model::{KernelTraffic, least_traffic, memory, roofline, traffic};
pub use pass::TransferStats;
pub use tuning::{costs as tile_costs, tune};

use std::sync::Arc;

use self::{
    card::Card,
    parameters::Stored,
    pass::{Input, Pass, StepWords},
    schedule::{NO_DROP, Phase, Schedule, fixed},
    tile::Limits,
};
use super::{Device, DeviceKind, Engine, EngineConfig, Score, Step, check_batch, dropout};
use crate::{
    data::{
        batch::BatchView,
        image_set::{Crop, ImageSet},
    },
    model::{Array, Initialization, Network, Weights, init::init},
    optimizer::{Formula, OptimizerState, UpdateStep},
    problem::{Kind, Problem},
    text::{LocalizedText, say},
};

/// A network with its optimizer on a graphics card.
pub struct GpuEngine {
    config: EngineConfig,
    device: Device,
    schedule: Schedule,
    pass: Pass,
    /// Step and single numbers; the slots are on the card.
    state: OptimizerState,
}

/// Every graphics adapter of this machine, software last. The first call looks for drivers, which takes a while.
pub fn devices() -> Vec<Device> {
    adapter::adapters().iter().map(|found| found.device.clone()).collect()
}

/// Why the adapter `id` cannot train, if it cannot.
pub fn lacks(id: &str) -> Option<&'static str> {
    adapter::adapters().iter().find(|found| found.device.id == id)?.lacks.as_deref()
}

/// The adapter that `--device gpu` means: the first real card that can train, or the first at all.
pub fn first() -> Option<Device> {
    let able = || adapter::adapters().iter().filter(|found| found.lacks.is_none());
    let real = able().find(|found| found.device.kind == DeviceKind::Graphics);
    real.or_else(|| able().next()).map(|found| found.device.clone())
}

/// Whether an engine for `config` fits the adapter `id`; gives the bytes of its buffers that lie in main memory, which are
/// all of them where the driver computes on the processor.
///
/// # Errors
/// No such adapter, one that cannot train, or too little memory: then with a smaller batch as the way on.
pub fn check(config: &EngineConfig, id: &str) -> Result<u64, Problem> {
    let (found, half) = card::able(id)?;
    let schedule = build::build(config, Limits { half, ..Limits::LEAST })?;
    let fitting = card::fitting(&schedule.buffers, &found.adapter.limits(), found.device.memory);
    let bytes = fitting.map_err(|problem| smaller(problem, config.batch_size))?;
    Ok(if found.device.kind == DeviceKind::SoftwareGraphics { bytes } else { 0 })
}

/// `device` with its maps kept as f16, if its kernels can: half of what a step moves, at about three digits.
pub fn in_half(device: Device) -> Option<Device> {
    adapter::adapters().iter().find(|found| found.device.id == device.id && found.half)?;
    Some(Device { id: format!("{}{HALF}", device.id), name: format!("{} (f16)", device.name), ..device })
}

impl GpuEngine {
    /// The network of `config` on the adapter `id` (see [`devices`]), with weights drawn from its seed.
    ///
    /// # Errors
    /// No such adapter, one that cannot train, or too little memory: then with a smaller batch as the way on.
    pub fn new(config: &EngineConfig, id: &str) -> Result<Self, Problem> {
        Self::on(Card::open(id)?, config, id)
    }

    /// The same on a connection to the card that no other engine shares, which takes longer to open.
    ///
    /// # Errors
    /// As [`GpuEngine::new`].
    pub fn apart(config: &EngineConfig, id: &str) -> Result<Self, Problem> {
        Self::on(Card::open_apart(id)?, config, id)
    }

    fn on(card: Arc<Card>, config: &EngineConfig, id: &str) -> Result<Self, Problem> {
        let plain = id.strip_suffix(HALF).unwrap_or(id);
        let device = devices().into_iter().find(|device| device.id == plain);
        let device = if plain == id { device } else { device.and_then(in_half) };
        let device = device.ok_or_else(|| build::unknown(id))?;
        let limits = card.limits();
        let limits = Limits { costs: tile_costs(id).unwrap_or(limits.costs), ..limits };
        let schedule = build::build(config, limits)?;
        let picture = config.network.input.len();
        let pass = card::fitting(&schedule.buffers, &card.device.limits(), device.memory)
            .and_then(|_| Pass::new(card, &schedule, config.batch_size, picture))
            .map_err(|problem| smaller(problem, config.batch_size))?;
        let mut engine = Self { config: config.clone(), device, schedule, pass, state: OptimizerState::default() };
        engine.set_weights(&init(&config.network, Initialization::GlorotUniform, config.seed))?;
        Ok(engine)
    }

    /// As if the driver were reset in the middle of the work: every engine on this card fails from here on. For tests
    /// of what happens then.
    pub fn lose(&self) {
        self.pass.lose();
    }

    /// What went between processor and card so far.
    pub const fn transfer_stats(&self) -> TransferStats {
        self.pass.transfer_stats()
    }

    /// The step's uniform: `kernels/common.wgsl` has its parts in this order.
    fn step_words(&self, pictures: usize, training: Option<(Step, Option<&UpdateStep>)>) -> StepWords {
        let mut words = [0; 84];
        let rule = training.and_then(|(_, rule)| rule);
        words[0] = pictures as u32;
        words[1] = training.is_some().into();
        words[2] = rule.is_some().into();
        words[3] = rule.is_some_and(|rule| rule.step <= 1).into();
        if let Some(rule) = rule {
            words[4..16].copy_from_slice(&rule_numbers(rule, self.config.optimizer.global_clipnorm).map(f32::to_bits));
        }
        words[15] = (1.0 / pictures as f32).to_bits();
        let loss = &self.config.loss;
        let balancing = f64::from(u8::from(loss.apply_class_balancing));
        let numbers = [loss.label_smoothing, loss.gamma, loss.alpha, balancing];
        words[16..20].copy_from_slice(&numbers.map(|number| (number as f32).to_bits()));
        for (number, drop) in words[20..].as_chunks_mut::<4>().0.iter_mut().enumerate() {
            let layer = self.schedule.drops.get(number).filter(|_| number < NO_DROP as usize).zip(training);
            *drop = match layer {
                Some(((rate, stream), (step, _))) => [
                    dropout::key(self.config.seed, step.index, *stream),
                    dropout::threshold(*rate),
                    ((1.0 / (1.0 - rate)) as f32).to_bits(),
                    0,
                ],
                None => [0, 0, 1.0_f32.to_bits(), 0],
            };
        }
        words
    }

    /// Begins a step of the batch, whose update is of `update`.
    fn learn(&mut self, batch: &BatchView<'_>, step: Step, rule: Option<&UpdateStep>, update: &[Phase]) -> Result<(), Problem> {
        let targets: Vec<[f32; 2]> = batch.targets.iter().zip(batch.weights).map(|(target, weight)| [*target, *weight]).collect();
        let words = self.step_words(batch.len(), Some((step, rule)));
        let phases = [&[Phase::Forward, Phase::Moments, Phase::Backward], update].concat();
        let input = if batch.crops.is_empty() { Input::Pixels(batch.pixels) } else { Input::Crops(batch.crops) };
        self.pass.begin(&phases, &words, input, &targets).map_err(|p| smaller(p, self.config.batch_size))
    }

    /// Begins a training step.
    fn train(&mut self, batch: &BatchView<'_>, step: Step) -> Result<(), Problem> {
        self.check(batch)?;
        let rule = self.config.optimizer.next(&mut self.state, step.learning_rate);
        let update: &[Phase] = if self.config.optimizer.global_clipnorm > 0.0 {
            &[Phase::StoreGradient, Phase::Total, Phase::UpdateStored]
        } else {
            &[Phase::Update, Phase::Total]
        };
        self.learn(batch, step, Some(&rule), update)
    }

    /// Waits for the step that was begun last, and takes its score.
    fn last(&mut self) -> Result<Score, Problem> {
        self.pass.fetch()?;
        Ok(self.pass.last().map(score).unwrap_or_default())
    }

    fn check(&self, batch: &BatchView<'_>) -> Result<(), Problem> {
        if batch.crops.is_empty() {
            check_batch(&self.config.network, batch)?;
        } else {
            self.pass.check(batch.crops)?;
        }
        let n = batch.len();
        let whole = batch.crops.is_empty() || (batch.pixels.is_empty() && batch.crops.len() == n && batch.weights.len() == n);
        if whole && n <= self.config.batch_size { Ok(()) } else { Err(misfit(n)) }
    }

    /// The logits of pictures.
    fn answer(&mut self, input: Input<'_>, logits: &mut [f32]) -> Result<(), Problem> {
        let words: Vec<StepWords> =
            [self.config.batch_size, logits.len() % self.config.batch_size].map(|n| self.step_words(n, None)).into();
        let full = self.config.batch_size;
        self.pass.predict(&|n| words[usize::from(n != full)], input, logits)
    }

    /// The arrays that the optimizer changes.
    fn trained(&self) -> impl Iterator<Item = &Stored> {
        self.schedule.arrays.iter().filter(|array| array.gradient.is_some())
    }
}

impl Engine for GpuEngine {
    fn device(&self) -> &Device {
        &self.device
    }

    fn network(&self) -> &Network {
        &self.config.network
    }

    fn train_batch(&mut self, batch: &BatchView<'_>, step: Step) -> Result<Score, Problem> {
        self.train(batch, step)?;
        self.last()
    }

    fn enqueue_step(&mut self, batch: &BatchView<'_>, step: Step) -> Result<Vec<Score>, Problem> {
        self.train(batch, step)?;
        Ok(self.pass.done().into_iter().map(score).collect())
    }

    fn flush(&mut self) -> Result<Vec<Score>, Problem> {
        self.pass.fetch()?;
        Ok(self.pass.done().into_iter().map(score).collect())
    }

    fn upload_images(&mut self, images: Arc<dyn ImageSet>) -> Result<bool, Problem> {
        let dispatch = build::crop(&self.config.network, self.config.batch_size, images.side());
        let kept = self.pass.upload_images(images, &dispatch, self.device.memory)?;
        let whence = if kept { ON_CARD } else { STREAMED };
        self.device.details = format!("{}; {whence}", self.device.details.split("; ").next().unwrap_or_default());
        Ok(kept)
    }

    fn predict_crops(&mut self, crops: &[Crop], logits: &mut [f32]) -> Result<(), Problem> {
        self.pass.check(crops)?;
        if crops.len() != logits.len() {
            return Err(misfit(crops.len()));
        }
        self.answer(Input::Crops(crops), logits)
    }

    fn predict(&mut self, pixels: &[u8], logits: &mut [f32]) -> Result<(), Problem> {
        if pixels.len() != logits.len() * self.config.network.input.len() {
            return Err(misfit(pixels.len()));
        }
        self.answer(Input::Pixels(pixels), logits)
    }

    fn gradients(&mut self, batch: &BatchView<'_>, step: Step) -> Result<(Score, Weights), Problem> {
        self.check(batch)?;
        self.learn(batch, step, None, &[Phase::StoreGradient, Phase::Total])?;
        let score = self.last()?;
        let partials = self.pass.read(fixed::PARTIALS)?;
        let export = |array: &Stored| {
            let from = 4 * array.gradient?.start;
            Some((array.about.name.clone(), array.export(&partials[from..])))
        };
        Ok((score, Weights(self.schedule.arrays.iter().filter_map(export).collect())))
    }

    fn weights(&mut self) -> Result<Weights, Problem> {
        let values = self.pass.read(fixed::WEIGHTS)?;
        let export = |array: &Stored| (array.about.name.clone(), array.export(&values[4 * array.start..]));
        Ok(Weights(self.schedule.arrays.iter().map(export).collect()))
    }

    fn running_statistics(&mut self) -> Result<Weights, Problem> {
        // Batch norm's other two arrays are trained.
        let running = |array: &&Stored| array.gradient.is_none();
        let arrays: Vec<&Stored> = self.schedule.arrays.iter().filter(running).collect();
        let places: Vec<_> = arrays.iter().map(|array| (array.start as u64, array.quads as u64)).collect();
        let values = self.pass.read_some(fixed::WEIGHTS, &places)?;
        let (mut named, mut rest) = (Weights::default(), &values[..]);
        for array in arrays {
            let (own, others) = rest.split_at(4 * array.quads);
            named.0.insert(array.about.name.clone(), array.export(own));
            rest = others;
        }
        Ok(named)
    }

    fn set_weights(&mut self, weights: &Weights) -> Result<(), Problem> {
        weights.check(&self.config.network)?;
        let mut values = vec![0.0; 4 * self.schedule.weights];
        for array in &self.schedule.arrays {
            if let Some(new) = weights.get(&array.about.name) {
                array.import(new, &mut values[4 * array.start..]);
            }
        }
        self.pass.write(fixed::WEIGHTS, &values)
    }

    fn optimizer_state(&mut self) -> Result<OptimizerState, Problem> {
        let mut state = self.state.clone();
        let names = self.config.optimizer.slots();
        if names.is_empty() {
            return Ok(state);
        }
        let values = self.pass.read(fixed::SLOTS)?;
        for (number, name) in names.iter().enumerate() {
            let slot = &values[4 * self.schedule.weights * number..];
            let named = |array: &Stored| (key(array, name), array.export(&slot[4 * array.start..]));
            state.slots.0.extend(self.trained().map(named).collect::<Vec<(String, Array)>>());
        }
        Ok(state)
    }

    fn set_optimizer_state(&mut self, state: &OptimizerState) -> Result<(), Problem> {
        state.check(&self.config.network)?;
        let names = self.config.optimizer.slots();
        // Before the first step nothing is remembered, and nothing need be there.
        if state.step > 0 || !state.slots.0.is_empty() {
            state.check_complete(&self.config.network, &self.config.optimizer)?;
            let known = self.trained().count() * names.len();
            if state.slots.0.len() != known {
                return Err(foreign(state.slots.0.len(), known));
            }
        }
        let mut values = vec![0.0; 4 * self.schedule.weights * names.len()];
        for (number, name) in names.iter().enumerate() {
            let slot = &mut values[4 * self.schedule.weights * number..];
            for array in self.trained() {
                if let Some(given) = state.slots.get(&key(array, name)) {
                    array.import(given, &mut slot[4 * array.start..]);
                }
            }
        }
        self.pass.write(fixed::SLOTS, &values)?;
        self.state = OptimizerState { step: state.step, slots: Weights::default(), scalars: state.scalars.clone() };
        Ok(())
    }
}

/// Where a training's pictures are, in the device's details.
const ON_CARD: &str = "pictures kept on the card";
const STREAMED: &str = "pictures streamed to the card";

/// The score's words as the loss and the total leave them.
fn score([loss, correct, penalty, _]: [f32; 4]) -> Score {
    Score { loss: loss.into(), penalty: penalty.into(), correct: correct as u32 }
}

fn key(array: &Stored, slot: &str) -> String {
    format!("{}/{slot}", array.about.name)
}

/// The numbers of an update as `kernels/update.wgsl` reads them.
fn rule_numbers(rule: &UpdateStep, clip: f64) -> [f32; 12] {
    let (a, b) = match rule.formula {
        Formula::Adam(adam) => ([adam.new_1, adam.new_2, adam.epsilon, adam.alpha], [0.0; 4]),
        Formula::Nadam(nadam) => {
            ([nadam.new_1, nadam.new_2, nadam.epsilon, nadam.of_m], [nadam.of_g, nadam.correction, 0.0, 0.0])
        }
        Formula::RmsProp(rms) => ([rms.learning_rate, rms.rho, rms.new, rms.epsilon], [rms.momentum, 0.0, 0.0, 0.0]),
        Formula::Sgd(sgd) => ([sgd.learning_rate, 0.0, 0.0, 0.0], [sgd.momentum, 0.0, 0.0, 0.0]),
    };
    let mut numbers = [0.0; 12];
    numbers[..4].copy_from_slice(&a);
    numbers[4..8].copy_from_slice(&b);
    numbers[8..11].copy_from_slice(&[rule.decay, rule.average.unwrap_or_default(), clip as f32]);
    numbers
}

/// The same problem; if it is one of memory, with a smaller batch as the way on.
fn smaller(problem: Problem, batch_size: usize) -> Problem {
    if problem.kind != Kind::OutOfMemory || batch_size < 2 {
        return problem;
    }
    let half = batch_size / 2;
    let remedy = LocalizedText {
        en: format!("Use batches of {half} instead of {batch_size}, a smaller network, or the processor"),
        fr: format!("Prenez des lots de {half} au lieu de {batch_size}, un réseau plus petit, ou le processeur"),
    };
    Problem { remedy, ..problem }.at("train.batch_size")
}

fn misfit(n: usize) -> Problem {
    Problem::new(
        Kind::Internal,
        say("A batch is larger than the engine was made for", "Un lot est plus grand que prévu pour le moteur"),
        say("Report this fault, with the details", "Signalez ce défaut, avec les détails"),
    )
    .because(n)
}

fn foreign(slots: usize, known: usize) -> Problem {
    Problem::new(
        Kind::File,
        say("The optimizer's memory does not fit the network", "La mémoire de l’optimiseur ne va pas avec le réseau"),
        say("Start the training anew from the weights", "Reprenez l’entraînement à neuf à partir des poids"),
    )
    .because(format!("{slots} slots instead of {known}"))
}
