//! Networks and batches that the engine tests share.

use trombine::{
    data::batch::BatchView,
    engine::{
        Engine, EngineConfig, Step,
        candle::CandleEngine,
        cpu::CpuEngine,
        gpu::{self, GpuEngine},
        losses_of,
        reference::ReferenceEngine,
    },
    loss::{ClassTarget, LossKind, LossSettings, Targets},
    model::{
        Activation, Initialization, KernelSize, ModelSettings, Network, Output, Padding, Pooling, Tensor, Weights, init::init,
    },
    optimizer::OptimizerSettings,
    random::{Purpose, Random},
};

use crate::support::skip;

/// Opens an engine.
pub type Open = fn(&EngineConfig) -> Box<dyn Engine>;

/// Every engine that the suite holds to the same truth. A new engine is one more row.
const ENGINES: &[(&str, Open)] = &[
    ("cpu", |config| Box::new(CpuEngine::new(config).expect("the settings' layers"))),
    ("reference", |config| Box::new(ReferenceEngine::new(config))),
    ("candle", |config| Box::new(CandleEngine::new(config, "candle").expect("candle has the processor"))),
    ("gpu", |config| Box::new(open_gpu(config))),
];

/// The engines that this machine has: all, but for the graphics card's where there is no driver.
pub fn engines() -> &'static [(&'static str, Open)] {
    if gpu_is_there() { ENGINES } else { &ENGINES[..ENGINES.len() - 1] }
}

/// Whether there is a graphics driver; if not, says so, and fails where one is required.
pub fn gpu_is_there() -> bool {
    let there = gpu::first().is_some();
    if !there {
        skip("gpu", "there is no graphics driver");
    }
    there
}

/// The engine on the best graphics card, or on a driver that computes on the processor.
pub fn open_gpu(config: &EngineConfig) -> GpuEngine {
    let device = gpu::first().expect("asked only where there is one");
    GpuEngine::new(config, &device.id).expect("the network fits the card")
}

/// A small network, as the settings have it otherwise.
pub fn small() -> ModelSettings {
    ModelSettings { filters: vec![8, 8], dense: vec![8, 4], dropout: 0.0, l2_conv: 1e-3, l2_dense: 1e-3, ..Default::default() }
}

/// What an engine is opened with.
pub fn config(model: &ModelSettings, side: usize) -> EngineConfig {
    EngineConfig {
        network: Network::new(model, side).expect("the test's network can be built"),
        optimizer: OptimizerSettings { learning_rate: 1e-3, ..Default::default() },
        loss: LossSettings::default(),
        seed: 7,
        batch_size: 8,
        threads: Some(2),
    }
}

/// The same with another output and its usual loss.
pub fn config_of(model: &ModelSettings, side: usize, output: Output) -> EngineConfig {
    let config = config(model, side);
    EngineConfig {
        network: Network::with_output(model, side, output).expect("the test's network can be built"),
        loss: LossSettings { kind: losses_of(output).usual(), ..config.loss },
        ..config
    }
}

/// One output of each kind; the classes fill some panels of sixteen and a part of one.
pub const OUTPUTS: [Output; 4] =
    [Output::Sigmoid, Output::Softmax { classes: 3 }, Output::Softmax { classes: 70 }, Output::Linear];

/// First weights with biases and running statistics that are not at their start, so that every one of them counts.
pub fn weights(network: &Network, seed: u64) -> Weights {
    let mut weights = init(network, Initialization::GlorotUniform, seed);
    let mut random = Random::new(seed, Purpose::Preview, &[]);
    for (name, array) in &mut weights.0 {
        let (low, high) = if name.ends_with("running_var") || (name.contains("bn") && name.ends_with("weight")) {
            (0.5, 1.5)
        } else if name.ends_with("weight") {
            continue;
        } else {
            (-0.2, 0.2)
        };
        array.data.fill_with(|| random.between(low, high) as f32);
    }
    weights
}

/// Pictures with labels and weights that own their memory.
pub struct Pictures {
    pub pixels: Vec<u8>,
    pub targets: Vec<f32>,
    /// Instead of `targets`, for a softmax.
    pub classes: Vec<ClassTarget>,
    pub weights: Vec<f32>,
}

impl Pictures {
    /// `n` pictures of noise for `network`, with labels of all classes, some of them mixed where there are several, and uneven
    /// weights.
    pub fn random(network: &Network, n: usize, seed: u64) -> Self {
        let mut random = Random::new(seed, Purpose::Augment, &[]);
        let mut pictures = Self {
            pixels: (0..n * network.input.len()).map(|_| random.bits() as u8).collect(),
            targets: Vec::new(),
            classes: Vec::new(),
            weights: Vec::new(),
        };
        match network.output {
            Output::Sigmoid => pictures.targets.extend((0..n).map(|_| f32::from(u8::from(random.chance(0.5))))),
            Output::Linear => pictures.targets.extend((0..n).map(|_| random.between(-1.0, 3.0) as f32)),
            Output::Softmax { classes } => pictures.classes.extend((0..n).map(|_| {
                let [class, other] = [random.below(classes) as u16, random.below(classes) as u16];
                let share = if random.chance(0.3) { random.between(0.0, 0.5) as f32 } else { 0.0 };
                ClassTarget::mixed(class, other, share)
            })),
        }
        pictures.weights.extend((0..n).map(|_| random.between(0.5, 2.0) as f32));
        pictures
    }

    pub fn len(&self) -> usize {
        self.weights.len()
    }

    pub fn batch(&self) -> BatchView<'_> {
        let Self { pixels, targets, classes, weights } = self;
        let targets = if classes.is_empty() { Targets::Values(targets) } else { Targets::Classes(classes) };
        BatchView { pixels, crops: &[], targets, weights }
    }
}

/// The step with `index` at the rate of [`config`].
pub fn step(index: u32) -> Step {
    Step { index, learning_rate: 1e-3 }
}

/// From this number on random cases have two convolutions a block.
const DOUBLED: u64 = 1000;

/// The numbers of so many random cases, and of half as many with two convolutions a block.
pub fn case_numbers(cases: u64) -> impl Iterator<Item = u64> {
    (0..cases).chain(DOUBLED..DOUBLED + cases / 2)
}

/// [`random_case`] with a random output: every second one keeps its sigmoid, the others are a value or 2 to 200 classes.
pub fn random_case_of_any_output(number: u64) -> (EngineConfig, usize) {
    let (mut config, n) = random_case(number);
    let mut random = Random::new(number, Purpose::SampleFaces, &[1]);
    // Few classes as often as many.
    let classes = 2.0_f64 * 100.0_f64.powf(random.unit());
    let output = match number % 8 {
        1 => Output::Linear,
        3 | 5 | 7 => Output::Softmax { classes: (classes.round() as usize).clamp(2, 200) },
        _ => Output::Sigmoid,
    };
    if output != Output::Sigmoid {
        let layers = &mut config.network.layers;
        if let Some(last) = layers.last_mut() {
            last.output.channels = output.units();
        }
        config.network.output = output;
        config.loss.kind = match (output, random.below(3)) {
            (Output::Linear, 0) => LossKind::Mse,
            (Output::Linear, 1) => LossKind::Mae,
            (Output::Linear, _) => LossKind::Huber,
            (_, 0) => LossKind::CategoricalFocalCrossentropy,
            _ => LossKind::CategoricalCrossentropy,
        };
        config.loss.delta = random.between(0.1, 1.5);
    }
    (config, n)
}

/// Random settings with the size of a picture and of a batch: every switch turns somewhere.
pub fn random_case(number: u64) -> (EngineConfig, usize) {
    let mut random = Random::new(number, Purpose::SampleFaces, &[]);
    loop {
        let blocks = 1 + random.below(3);
        let dense = random.below(4);
        let rate = |random: &mut Random| if random.chance(0.5) { random.between(0.05, 0.6) } else { 0.0 };
        let model = ModelSettings {
            filters: (0..blocks).map(|_| 8 + random.below(17) as u32).collect(),
            convs_per_block: if number < DOUBLED { 1 } else { 2 },
            kernel: if random.chance(0.7) { KernelSize::Three } else { KernelSize::Five },
            padding: if random.chance(0.6) { Padding::Same } else { Padding::Valid },
            activation: [Activation::Relu, Activation::Relu, Activation::LeakyRelu, Activation::Gelu][random.below(4)],
            batch_norm_conv: random.chance(0.4),
            pooling: if random.chance(0.6) { Pooling::Flatten } else { Pooling::GlobalAverage },
            dense: (0..dense).map(|_| 4 + random.below(30) as u32).collect(),
            batch_norm_dense: random.chance(0.4),
            dropout: rate(&mut random),
            dropout_dense: rate(&mut random),
            dropout_conv: rate(&mut random),
            l2_conv: [0.0, 1e-4, 1e-2][random.below(3)],
            l2_dense: [0.0, 1e-4, 1e-2][random.below(3)],
            initialization: Initialization::GlorotUniform,
            ..ModelSettings::default()
        };
        let side = 6 + random.below(if model.batch_norm_conv || model.batch_norm_dense { 9 } else { 15 });
        let Ok(network) = Network::new(&model, side) else { continue };
        // Batch norm over two or three vectors divides differences of rounding errors: no two engines agree there.
        let normalized = model.batch_norm_conv || model.batch_norm_dense;
        let batch_size = if normalized { 8 + random.below(4) } else { 1 + random.below(6) };
        let loss = LossSettings {
            kind: if random.chance(0.7) { LossKind::BinaryCrossentropy } else { LossKind::BinaryFocalCrossentropy },
            label_smoothing: if random.chance(0.3) { random.between(0.0, 0.3) } else { 0.0 },
            gamma: [1.0, 2.0, 3.5][random.below(3)],
            apply_class_balancing: random.chance(0.5),
            ..Default::default()
        };
        // With Keras's 1e-7 Adam's first step is as long for a gradient that is zero but for rounding as for any other: of
        // 200 configurations, one with a bias before a batch norm then differs. With 1e-6 all agree; this leaves ten times.
        let optimizer = OptimizerSettings { learning_rate: 1e-3, epsilon: 1e-5, ..Default::default() };
        let n = batch_size - random.below(if normalized { 3 } else { batch_size });
        return (EngineConfig { network, optimizer, loss, seed: number, batch_size, threads: Some(2) }, n);
    }
}

/// How far `a` is from `b`: the norm of the difference over the norm of `b`.
pub fn distance(a: &[f32], b: &[f32]) -> f64 {
    assert_eq!(a.len(), b.len(), "as many values");
    let norm = |values: &mut dyn Iterator<Item = f64>| values.map(|v| v * v).sum::<f64>().sqrt();
    let difference = norm(&mut a.iter().zip(b).map(|(a, b)| f64::from(*a) - f64::from(*b)));
    let size = norm(&mut b.iter().map(|b| f64::from(*b)));
    if difference == 0.0 { 0.0 } else { difference / size }
}

/// Asserts [`closeness`].
pub fn assert_close(a: &Weights, b: &Weights, bound: f64, what: &str) {
    if let Err(off) = closeness(a, b, bound) {
        panic!("{what}: {off}");
    }
}

/// Whether every array of `a` is within `bound` of `b`'s, and else the arrays that are not. Arrays that are zero but for
/// rounding (a bias before a batch norm that takes it away again, whose true gradient is 0) are held to a share of the largest
/// one's size: 1e-3 is what all 200 random configurations keep; with 1e-4 two such biases are off by rounding alone. One that is
/// zero even in f64, where batch norm cancels it through an activation that lets all through, is held to 1e-2 of it.
pub fn closeness(a: &Weights, b: &Weights, bound: f64) -> Result<(), String> {
    assert_eq!(a.0.keys().collect::<Vec<_>>(), b.0.keys().collect::<Vec<_>>(), "names");
    let norm = |array: &Tensor| array.data.iter().map(|v| f64::from(*v).powi(2)).sum::<f64>().sqrt();
    let largest = b.0.values().map(norm).fold(0.0, f64::max);
    let mut far = Vec::new();
    for (name, array) in b.iter() {
        assert_eq!(a.0[name].shape, array.shape, "{name}");
        let size = norm(array);
        let floor = if size < 1e-10 * largest { 1e-2 * largest } else { 1e-3 * largest };
        let off = distance(&a.0[name].data, &array.data) * if size > 0.0 { size / size.max(floor) } else { 1.0 };
        if off > bound || off.is_nan() {
            far.push(format!("{name} is off by {off:.2e} of {size:.2e}, allowed {bound:.0e}"));
        }
    }
    if far.is_empty() { Ok(()) } else { Err(far.join("; ")) }
}
