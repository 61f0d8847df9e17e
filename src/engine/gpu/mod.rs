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
//! | `uniform` | what the kernels read of the step and the layer |
//! | `device_images` | the data set on the card |
//! | [`traffic()`] | arithmetic and bytes of every launch, counted without a card |
//!
//! How a step goes, what it moves, what was expected of a card, and what is not here and why: `DECISIONS.md`, beside this file.
//! Sums are cut into splits by shapes alone and added in order, and there are no atomics: the same seed gives the same bits on
//! the same card and driver.

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
pub mod uniform;

pub use adapter::HALF;
pub use cost_model::{KernelTraffic, least_traffic, memory, roofline, traffic};
pub use pass::TransferStats;
pub use tuning::{costs as tile_costs, tune};

use std::sync::Arc;

use self::{
    card::Card,
    parameters::Stored,
    pass::{Input, Pass},
    schedule::{Fixed, Phase, Schedule},
    tile::Limits,
    uniform::{Dropout, NO_DROPOUT, StepUniform},
};
use super::{Device, DeviceKind, Engine, EngineConfig, Step, StepMetrics, check_batch, dropout, targets_fit};
use crate::{
    data::{
        batch::BatchView,
        image_set::{Crop, ImageSet},
    },
    loss::{ClassTarget, LossKind, Targets},
    model::{Initialization, Network, Output, Tensor, Weights, init::init},
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
        Self::on(&Card::open(id)?, config, id)
    }

    /// The same on a connection to the card that no other engine shares, which takes longer to open.
    ///
    /// # Errors
    /// As [`GpuEngine::new`].
    pub fn apart(config: &EngineConfig, id: &str) -> Result<Self, Problem> {
        Self::on(&Card::open_apart(id)?, config, id)
    }

    fn on(card: &Arc<Card>, config: &EngineConfig, id: &str) -> Result<Self, Problem> {
        let plain = id.strip_suffix(HALF).unwrap_or(id);
        let device = devices().into_iter().find(|device| device.id == plain);
        let device = if plain == id { device } else { device.and_then(in_half) };
        let device = device.ok_or_else(|| build::unknown(id))?;
        let limits = card.limits();
        let limits = Limits { costs: tile_costs(id).unwrap_or(limits.costs), ..limits };
        let schedule = build::build(config, limits)?;
        let pass = card::fitting(&schedule.buffers, &card.device.limits(), device.memory)
            .and_then(|_| Pass::new(card, &schedule, config))
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

    /// The step's uniform, in training with the step and the update that may follow.
    fn step_uniform(&self, pictures: usize, training: Option<(Step, Option<&UpdateStep>)>) -> StepUniform {
        let update = training.and_then(|(_, update)| update);
        let loss = &self.config.loss;
        let balancing = f64::from(u8::from(loss.apply_class_balancing));
        let form = if loss.kind == LossKind::Huber { loss.delta } else { loss.gamma };
        let mut uniform = StepUniform {
            pictures: pictures as u32,
            training: training.is_some().into(),
            update_running_stats: update.is_some().into(),
            first: update.is_some_and(|update| update.step <= 1).into(),
            update: update.map(|update| update_numbers(update, self.config.optimizer.global_clipnorm)).unwrap_or_default(),
            loss: [loss.label_smoothing, form, loss.alpha, balancing].map(|number| number as f32),
            ..StepUniform::default()
        };
        uniform.update[2][3] = 1.0 / pictures as f32;
        if let Some((step, _)) = training {
            // The last place keeps everything.
            for (layer, (rate, stream)) in uniform.dropouts[..NO_DROPOUT as usize].iter_mut().zip(&self.schedule.dropouts) {
                *layer = Dropout {
                    key: dropout::key(self.config.seed, step.index, *stream),
                    threshold: dropout::threshold(*rate),
                    kept: (1.0 / (1.0 - rate)) as f32,
                    spare: 0,
                };
            }
        }
        uniform
    }

    /// Begins a step of the batch, whose update is of `phases`.
    fn learn(&mut self, batch: &BatchView<'_>, step: Step, update: Option<&UpdateStep>, phases: &[Phase]) -> Result<(), Problem> {
        let targets: Vec<f32> = match batch.targets {
            Targets::Values(targets) => {
                targets.iter().zip(batch.weights).flat_map(|(target, weight)| [*target, *weight]).collect()
            }
            Targets::Classes(targets) => {
                let row = |target: &ClassTarget, weight| [target.class.into(), target.other.into(), target.share, weight];
                targets.iter().zip(batch.weights).flat_map(|(target, weight)| row(target, *weight)).collect()
            }
        };
        let uniform = self.step_uniform(batch.len(), Some((step, update)));
        let phases = [&[Phase::Forward, Phase::Moments, Phase::Backward], phases].concat();
        let input = if batch.crops.is_empty() { Input::Pixels(batch.pixels) } else { Input::Crops(batch.crops) };
        self.pass.begin(&phases, &uniform, input, &targets).map_err(|p| smaller(p, self.config.batch_size))
    }

    /// Begins a training step.
    fn train(&mut self, batch: &BatchView<'_>, step: Step) -> Result<(), Problem> {
        self.check(batch)?;
        let update = self.config.optimizer.next(&mut self.state, step.learning_rate);
        let phases: &[Phase] = if self.config.optimizer.global_clipnorm > 0.0 {
            &[Phase::StoreGradient, Phase::Total, Phase::UpdateStored]
        } else {
            &[Phase::Update, Phase::Total]
        };
        self.learn(batch, step, Some(&update), phases)
    }

    /// Waits for the step that was begun last, and takes its score.
    fn last(&mut self) -> Result<StepMetrics, Problem> {
        self.pass.fetch()?;
        Ok(self.pass.last().map(|numbers| self.score(numbers)).unwrap_or_default())
    }

    /// The score's numbers as the loss and the total leave them.
    fn score(&self, [loss, hits_or_error, penalty, _]: [f32; 4]) -> StepMetrics {
        let score = StepMetrics { loss: loss.into(), penalty: penalty.into(), ..StepMetrics::default() };
        match self.config.network.output {
            Output::Linear => StepMetrics { absolute_error: hits_or_error.into(), ..score },
            Output::Sigmoid | Output::Softmax { .. } => StepMetrics { correct: hits_or_error as u32, ..score },
        }
    }

    /// The scores that were read and not taken.
    fn scores(&mut self) -> Vec<StepMetrics> {
        self.pass.done().into_iter().map(|numbers| self.score(numbers)).collect()
    }

    fn check(&self, batch: &BatchView<'_>) -> Result<(), Problem> {
        if batch.crops.is_empty() {
            check_batch(&self.config.network, batch)?;
        } else {
            self.pass.check(batch.crops)?;
        }
        let n = batch.len();
        let whole = batch.crops.is_empty() || (batch.pixels.is_empty() && batch.crops.len() == n && batch.weights.len() == n);
        let fits = whole && targets_fit(self.config.network.output, batch.targets);
        if fits && n <= self.config.batch_size { Ok(()) } else { Err(misfit(n)) }
    }

    /// The outputs of pictures.
    fn answer(&mut self, input: Input<'_>, logits: &mut [f32]) -> Result<(), Problem> {
        let (full, n) = (self.config.batch_size, logits.len() / self.config.network.output.units());
        let uniforms = [full, n % full].map(|n| self.step_uniform(n, None));
        self.pass.predict(&|n| uniforms[usize::from(n != full)], input, logits)
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

    fn train_batch(&mut self, batch: &BatchView<'_>, step: Step) -> Result<StepMetrics, Problem> {
        self.train(batch, step)?;
        self.last()
    }

    fn enqueue_step(&mut self, batch: &BatchView<'_>, step: Step) -> Result<Vec<StepMetrics>, Problem> {
        self.train(batch, step)?;
        Ok(self.scores())
    }

    fn flush(&mut self) -> Result<Vec<StepMetrics>, Problem> {
        self.pass.fetch()?;
        Ok(self.scores())
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
        if crops.len() * self.config.network.output.units() != logits.len() {
            return Err(misfit(crops.len()));
        }
        self.answer(Input::Crops(crops), logits)
    }

    fn predict(&mut self, pixels: &[u8], logits: &mut [f32]) -> Result<(), Problem> {
        let Network { input, output, .. } = &self.config.network;
        if pixels.len() * output.units() != logits.len() * input.len() {
            return Err(misfit(pixels.len()));
        }
        self.answer(Input::Pixels(pixels), logits)
    }

    fn gradients(&mut self, batch: &BatchView<'_>, step: Step) -> Result<(StepMetrics, Weights), Problem> {
        self.check(batch)?;
        self.learn(batch, step, None, &[Phase::StoreGradient, Phase::Total])?;
        let score = self.last()?;
        let partials = self.pass.read(Fixed::Partials.at())?;
        let export = |array: &Stored| {
            let from = 4 * array.gradient?.start;
            Some((array.about.name.clone(), array.export(&partials[from..])))
        };
        Ok((score, Weights(self.schedule.arrays.iter().filter_map(export).collect())))
    }

    fn weights(&mut self) -> Result<Weights, Problem> {
        let values = self.pass.read(Fixed::Weights.at())?;
        let export = |array: &Stored| (array.about.name.clone(), array.export(&values[4 * array.start..]));
        Ok(Weights(self.schedule.arrays.iter().map(export).collect()))
    }

    fn running_statistics(&mut self) -> Result<Weights, Problem> {
        let running = |array: &&Stored| !array.about.role.trained();
        let arrays: Vec<&Stored> = self.schedule.arrays.iter().filter(running).collect();
        let places: Vec<_> = arrays.iter().map(|array| (array.start as u64, array.quads as u64)).collect();
        let values = self.pass.read_some(Fixed::Weights.at(), &places)?;
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
        self.pass.write(Fixed::Weights.at(), &values)
    }

    fn optimizer_state(&mut self) -> Result<OptimizerState, Problem> {
        let mut state = self.state.clone();
        let names = self.config.optimizer.slots();
        if names.is_empty() {
            return Ok(state);
        }
        let values = self.pass.read(Fixed::Slots.at())?;
        for (number, name) in names.iter().enumerate() {
            let slot = &values[4 * self.schedule.weights * number..];
            let named = |array: &Stored| (key(array, name), array.export(&slot[4 * array.start..]));
            state.slots.0.extend(self.trained().map(named).collect::<Vec<(String, Tensor)>>());
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
        self.pass.write(Fixed::Slots.at(), &values)?;
        self.state = OptimizerState { step: state.step, slots: Weights::default(), scalars: state.scalars.clone() };
        Ok(())
    }
}

/// Where a training's pictures are, in the device's details.
const ON_CARD: &str = "pictures kept on the card";
const STREAMED: &str = "pictures streamed to the card";

fn key(array: &Stored, slot: &str) -> String {
    format!("{}/{slot}", array.about.name)
}

/// The numbers of an update as `kernels/update.wgsl` reads them.
fn update_numbers(update: &UpdateStep, clip: f64) -> [[f32; 4]; 3] {
    let (a, b) = match update.formula {
        Formula::Adam(adam) => ([adam.new_1, adam.new_2, adam.epsilon, adam.alpha], [0.0; 4]),
        Formula::Nadam(nadam) => {
            ([nadam.new_1, nadam.new_2, nadam.epsilon, nadam.of_m], [nadam.of_g, nadam.correction, 0.0, 0.0])
        }
        Formula::RmsProp(rms) => ([rms.learning_rate, rms.rho, rms.new, rms.epsilon], [rms.momentum, 0.0, 0.0, 0.0]),
        Formula::Sgd(sgd) => ([sgd.learning_rate, 0.0, 0.0, 0.0], [sgd.momentum, 0.0, 0.0, 0.0]),
    };
    [a, b, [update.decay, update.average.unwrap_or_default(), clip as f32, 0.0]]
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
    Problem { remedy, ..problem }.at("train.batch_size").in_batches_of(half)
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
        say("The optimizer’s memory does not fit the network", "La mémoire de l’optimiseur ne va pas avec le réseau"),
        say("Start the training again from the weights", "Reprenez l’entraînement à neuf à partir des poids"),
    )
    .because(format!("{slots} slots instead of {known}"))
}
