//! The processor's engine: every instruction set against the reference, and the same bits for any number of threads.

use trombine::{
    engine::{
        Engine, EngineConfig, StepMetrics,
        cpu::{Convolution, CpuEngine, Isa},
        reference::ReferenceEngine,
    },
    model::{Activation, KernelSize, ModelSettings, Padding, Pooling, Weights},
    optimizer::{Optimizer, OptimizerKind},
};

use crate::engine_cases::{
    OUTPUTS, Pictures, assert_close, case_numbers, config, config_of, distance, random_case_of_any_output, step, weights,
};

fn available() -> impl Iterator<Item = Isa> {
    Isa::ALL.into_iter().filter(|isa| isa.is_available())
}

fn open(config: &EngineConfig, isa: Isa, weights: &Weights) -> CpuEngine {
    open_with(config, isa, Convolution::Winograd, weights)
}

fn open_with(config: &EngineConfig, isa: Isa, convolution: Convolution, weights: &Weights) -> CpuEngine {
    let mut engine = CpuEngine::with(config, isa, convolution).expect("the test's network can be built");
    engine.set_weights(weights).expect("they are this network's weights");
    engine
}

/// Logits, score and gradients.
fn results(engine: &mut dyn Engine, pictures: &Pictures) -> (Vec<f32>, StepMetrics, Weights) {
    let mut logits = vec![0.0; pictures.len() * engine.network().output.units()];
    engine.predict(&pictures.pixels, &mut logits).expect("predicts");
    let (score, gradients) = engine.gradients(&pictures.batch(), step(3)).expect("gives gradients");
    (logits, score, gradients)
}

/// Networks of the default's kind with sides and channels that fill no tile and no panel, and more than one of each; then
/// such with two convolutions a block, among them one whose first maps are large enough to be taken picture by picture.
fn awkward() -> [(ModelSettings, usize); 9] {
    let model = |filters: &[u32]| ModelSettings { filters: filters.to_vec(), dense: vec![20, 8], ..Default::default() };
    let two = |filters: &[u32]| ModelSettings { convs_per_block: 2, ..model(filters) };
    let (kernel, padding) = (KernelSize::Five, Padding::Valid);
    [
        (model(&[16, 40, 33]), 31),
        (ModelSettings { batch_norm_conv: true, ..model(&[17, 48]) }, 22),
        (ModelSettings { kernel, ..model(&[12, 40]) }, 27),
        (ModelSettings { padding, dropout_conv: 0.2, ..model(&[32, 32, 16]) }, 37),
        (two(&[16, 33, 40]), 31),
        (ModelSettings { batch_norm_conv: true, dropout_conv: 0.2, ..two(&[17, 24]) }, 22),
        (ModelSettings { kernel, activation: Activation::LeakyRelu, pooling: Pooling::GlobalAverage, ..two(&[12, 34]) }, 35),
        (ModelSettings { padding, activation: Activation::Gelu, dropout_conv: 0.2, ..two(&[32, 16]) }, 37),
        (two(&[17, 8]), 97),
    ]
}

/// A network with weights and pictures, and what the reference makes of them.
struct Case {
    config: EngineConfig,
    start: Weights,
    pictures: Pictures,
    logits: Vec<f32>,
    score: StepMetrics,
    gradients: Weights,
}

fn case(config: EngineConfig, n: usize, number: u64) -> Case {
    let start = weights(&config.network, number);
    let pictures = Pictures::random(&config.network, n, number);
    let mut reference = ReferenceEngine::new(&config);
    reference.set_weights(&start).expect("they are this network's weights");
    let (logits, score, gradients) = results(&mut reference, &pictures);
    Case { config, start, pictures, logits, score, gradients }
}

/// The awkward networks, each as a case.
fn awkward_cases() -> impl Iterator<Item = Case> {
    (0..).zip(awkward()).map(|(number, (model, side))| case(config(&model, side), 5, number))
}

#[test]
fn every_instruction_set_agrees_with_the_reference() {
    // Winograd's F(4x4, 3x3) with the points 0, ±1/√2, ±√2, ∞ rounds about 1.7 times as much as direct convolution in
    // f32, of which the transforms' small constants are the reason: 5e-7 a layer, measured. Through a few layers and
    // the sums of a gradient 5e-5 leaves room for unlucky cancellation but not for a wrong coefficient.
    for (number, Case { config, start, pictures, logits, score, gradients }) in awkward_cases().enumerate() {
        for isa in available() {
            let (own_logits, own_score, own_gradients) = results(&mut open(&config, isa, &start), &pictures);
            let what = format!("network {number}, {isa:?}");
            assert!(distance(&own_logits, &logits) < 1e-5, "{what}: {own_logits:?} instead of {logits:?}");
            assert!((own_score.loss - score.loss).abs() < 1e-5, "{what}: {own_score:?} instead of {score:?}");
            assert!((own_score.penalty - score.penalty).abs() < 1e-6, "{what}: {own_score:?} instead of {score:?}");
            assert_close(&own_gradients, &gradients, 5e-5, &what);
        }
    }
}

/// The algorithm that a full run with Winograd's is held beside.
#[test]
fn direct_convolution_agrees_with_the_reference() {
    for (number, Case { config, start, pictures, logits, gradients, .. }) in awkward_cases().enumerate() {
        for isa in available() {
            let mut direct = open_with(&config, isa, Convolution::Direct, &start);
            let (own_logits, _, own_gradients) = results(&mut direct, &pictures);
            let what = format!("network {number}, {isa:?}");
            assert!(distance(&own_logits, &logits) < 1e-5, "{what}: {own_logits:?} instead of {logits:?}");
            assert_close(&own_gradients, &gradients, 5e-5, &what);
            let winograd = results(&mut open(&config, isa, &start), &pictures).0;
            let five = awkward()[number].0.kernel == KernelSize::Five;
            assert_eq!(own_logits == winograd, five, "{what}: the algorithm asked for computes");
        }
    }
}

#[test]
fn random_networks_agree_with_the_reference() {
    for number in case_numbers(40) {
        let (config, n) = random_case_of_any_output(number);
        let Case { config, start, pictures, logits, score, gradients } = case(config, n, number);
        for isa in available() {
            let (own_logits, own_score, own_gradients) = results(&mut open(&config, isa, &start), &pictures);
            let what = format!("case {number}, {isa:?}");
            assert!(distance(&own_logits, &logits) < 1e-4, "{what}: {own_logits:?} instead of {logits:?}");
            assert!((own_score.loss - score.loss).abs() <= 1e-4 * score.loss, "{what}: {own_score:?} instead of {score:?}");
            assert_eq!(own_score.correct, score.correct, "{what}");
            // Batch norm over two or three values of a dense layer divides by nearly nothing: 1e-3.
            assert_close(&own_gradients, &gradients, 1e-3, &what);
        }
    }
}

fn after_steps(config: &EngineConfig, isa: Isa, pictures: &Pictures, steps: u32) -> Weights {
    let mut engine = open(config, isa, &weights(&config.network, 2));
    for index in 0..steps {
        engine.train_batch(&pictures.batch(), step(index)).expect("trains");
    }
    engine.weights().expect("has weights")
}

#[test]
fn the_number_of_threads_changes_no_bit() {
    for ((model, side), output) in awkward().into_iter().zip(OUTPUTS.into_iter().cycle()) {
        let config = EngineConfig { batch_size: 13, ..config_of(&model, side, output) };
        let pictures = Pictures::random(&config.network, 13, 1);
        let with = |threads| after_steps(&EngineConfig { threads: Some(threads), ..config.clone() }, Isa::detect(), &pictures, 3);
        let one = with(1);
        assert!(one == with(2), "two threads");
        assert!(one == with(5), "five threads");
    }
}

#[test]
fn avx2_and_avx512_agree_bit_for_bit() {
    if !Isa::Avx512.is_available() {
        return crate::support::skip("machine: AVX-512", "this processor has no AVX-512");
    }
    for (model, side) in awkward() {
        let config = config(&model, side);
        let pictures = Pictures::random(&config.network, 7, 1);
        let [wide, narrow] = [Isa::Avx512, Isa::Avx2].map(|isa| after_steps(&config, isa, &pictures, 3));
        assert!(wide == narrow);
    }
}

#[test]
fn a_short_batch_sees_nothing_of_the_one_before() {
    for (model, side) in awkward() {
        let config = config(&model, side);
        let (full, short) = (Pictures::random(&config.network, 8, 1), Pictures::random(&config.network, 3, 2));
        let start = weights(&config.network, 3);
        let mut used = open(&config, Isa::detect(), &start);
        results(&mut used, &full);
        let (logits, score, gradients) = results(&mut used, &short);
        let (fresh_logits, fresh_score, fresh_gradients) = results(&mut open(&config, Isa::detect(), &start), &short);
        assert_eq!((logits, score), (fresh_logits, fresh_score));
        assert!(gradients == fresh_gradients);
    }
}

#[test]
fn more_pictures_than_a_batch_are_predicted_in_parts() {
    let (model, side) = &awkward()[0];
    for output in OUTPUTS {
        let config = config_of(model, *side, output);
        let mut engine = open(&config, Isa::detect(), &weights(&config.network, 3));
        let pictures = Pictures::random(&config.network, 21, 2);
        let units = output.units();
        let (mut all, mut one) = (vec![0.0; 21 * units], vec![0.0; units]);
        engine.predict(&pictures.pixels, &mut all).expect("predicts");
        engine.predict(&pictures.pixels[20 * config.network.input.len()..], &mut one).expect("predicts");
        assert_eq!(all[20 * units..], one);
    }
}

#[test]
fn every_optimizer_updates_as_its_reference() {
    use OptimizerKind::{Adam, AdamW, Nadam, RmsProp, Sgd};
    for (kind, clip, average) in [
        (Adam, 0.0, false),
        (Adam, 0.05, true),
        (AdamW, 0.0, false),
        (RmsProp, 0.05, false),
        (Sgd, 0.0, true),
        (Nadam, 0.0, false),
    ] {
        let (model, side) = &awkward()[1];
        let mut config = config(model, *side);
        config.optimizer.kind = kind;
        config.optimizer.global_clipnorm = clip;
        config.optimizer.use_ema = average;
        let pictures = Pictures::random(&config.network, 4, 5);
        let start = weights(&config.network, 5);
        let mut engine = open(&config, Isa::detect(), &start);
        let mut reference = Optimizer::new(&config.optimizer, &config.network.parameters());
        let mut expected = start;
        for index in 0..4 {
            let (_, gradients) = engine.gradients(&pictures.batch(), step(index)).expect("gives gradients");
            reference.update(&mut expected, &gradients, 1e-3).expect("updates");
            engine.train_batch(&pictures.batch(), step(index)).expect("trains");
            let own = engine.weights().expect("has weights");
            for (name, array) in own.iter().filter(|(name, _)| !name.contains("running")) {
                let off = distance(&array.data, &expected.0[name].data);
                assert!(off < 1e-5, "{kind:?}, clip {clip}, {name}: off by {off:.1e} at step {index}");
            }
            // Go on from the engine's own, running statistics included, so that rounding does not add up.
            expected = own;
        }
        let state = engine.optimizer_state().expect("has a state");
        let mut other = open(&config, Isa::detect(), &expected);
        other.set_optimizer_state(&state).expect("it is this network's state");
        assert!(other.optimizer_state().expect("has a state") == state, "{kind:?}: the state comes back");
        let mut incomplete = state.clone();
        incomplete.slots.0.pop_first();
        assert!(other.set_optimizer_state(&incomplete).is_err(), "{kind:?}: a slot is missing");
        assert!(other.optimizer_state().expect("has a state") == state, "{kind:?}: nothing changed");
    }
}
