//! One suite for every engine: each is held to the naive reference (itself held to finite differences in
//! `engine_reference.rs`), to its own past, and to the others. PyTorch's numbers are in `engine_torch.rs`.

use trombine::{
    data::batch::BatchView,
    engine::{
        self, Device, DeviceKind, Engine, EngineConfig, Step, StepMetrics, TtaPredictor, devices, dropout,
        reference::ReferenceEngine,
    },
    loss::{ClassTarget, LossKind, LossSettings, Targets},
    model::{Initialization, ModelSettings, Op, Output, Pooling, Tensor, Weights, init::init},
    optimizer::{OptimizerKind, OptimizerSettings, OptimizerState},
    problem::Kind,
};

use crate::support::in_full;

use crate::engine_cases::{
    OUTPUTS, Open, Pictures, assert_close, case_numbers, closeness, config, config_of, distance, engines,
    random_case_of_any_output, small, step, weights,
};

/// Random configurations for each engine. The slow ones get fewer, so that the whole suite takes seconds; a graphics
/// card, which here may be a driver that computes on the processor, gets all where it is required.
fn cases(engine: &str) -> u64 {
    match engine {
        "candle" => 40,
        "gpu" if !in_full("gpu") => 40,
        _ => 200,
    }
}

fn open(open: Open, config: &EngineConfig, first: &Weights) -> Box<dyn Engine> {
    let mut engine = open(config);
    engine.set_weights(first).expect("the network's own weights fit");
    engine
}

fn predict(engine: &mut dyn Engine, pictures: &Pictures) -> Vec<f32> {
    let mut logits = vec![0.0; pictures.len() * engine.network().output.units()];
    engine.predict(&pictures.pixels, &mut logits).expect("predicts");
    logits
}

fn same_score(a: StepMetrics, b: StepMetrics, bound: f64) -> bool {
    let near = |a: f64, b: f64| (a - b).abs() <= bound * b.abs().max(1.0);
    near(a.loss, b.loss) && near(a.penalty, b.penalty) && near(a.absolute_error, b.absolute_error) && a.correct == b.correct
}

/// Settings that use every kind of layer that has a memory or a mask.
fn everything() -> ModelSettings {
    ModelSettings {
        batch_norm_conv: true,
        batch_norm_dense: true,
        dropout: 0.5,
        dropout_dense: 0.2,
        dropout_conv: 0.1,
        ..small()
    }
}

#[test]
fn random_configurations_agree_with_the_reference() {
    let mut failures = Vec::new();
    for (name, engine) in engines().iter().filter(|(name, _)| *name != "reference") {
        failures
            .extend(case_numbers(cases(name)).filter_map(|number| Some(format!("{name}, {}", disagreement(*engine, number)?))));
    }
    assert!(failures.is_empty(), "{} configurations:\n{}", failures.len(), failures.join("\n"));
}

/// Where the engine leaves the reference in one random configuration: logits, gradients, and two training steps.
fn disagreement(engine: Open, number: u64) -> Option<String> {
    let (config, n) = random_case_of_any_output(number);
    let first = weights(&config.network, number);
    let mut tried = open(engine, &config, &first);
    let mut label = ReferenceEngine::new(&config);
    label.set_weights(&first).expect("fits");
    let found = |part: &str, what: String| {
        let layers: Vec<_> = config.network.layers.iter().map(|layer| layer.name.as_str()).collect();
        let (from, output) = (config.network.input.height, config.network.output);
        let layers = layers.join(" ");
        Some(format!("case {number}, {n} of {}, {from} pixels, {layers}, {output:?}: {part}: {what}", config.batch_size))
    };

    let pictures = Pictures::random(&config.network, n, number);
    for (a, b) in predict(&mut *tried, &pictures).iter().zip(predict(&mut label, &pictures)) {
        if (a - b).abs() > 1e-4 * b.abs().max(1.0) {
            return found("logit", format!("{a} instead of {b}"));
        }
    }
    let (score, gradients) = tried.gradients(&pictures.batch(), step(5)).expect("gradients");
    let (true_score, true_gradients) = label.gradients(&pictures.batch(), step(5)).expect("gradients");
    if !same_score(score, true_score, 1e-4) {
        return found("score", format!("{score:?} instead of {true_score:?}"));
    }
    if let Err(off) = closeness(&gradients, &true_gradients, 1e-3) {
        return found("gradients", off);
    }
    for index in 0..2 {
        let pictures = Pictures::random(&config.network, n, number * 10 + u64::from(index));
        let score = tried.train_batch(&pictures.batch(), step(index)).expect("trains");
        let true_score = label.train_batch(&pictures.batch(), step(index)).expect("trains");
        if !same_score(score, true_score, 1e-3) {
            return found("training", format!("{score:?} instead of {true_score:?}"));
        }
    }
    let off = closeness(&tried.weights().expect("gives"), &label.weights().expect("gives"), 1e-2).err()?;
    found("weights after two steps", off)
}

#[test]
fn mixed_targets_give_the_reference_loss_and_gradients() {
    for (name, engine) in engines() {
        for kind in [LossKind::BinaryCrossentropy, LossKind::BinaryFocalCrossentropy] {
            let mut config = config(&small(), 12);
            config.loss = LossSettings { kind, label_smoothing: 0.05, apply_class_balancing: true, ..LossSettings::default() };
            let first = weights(&config.network, 4);
            let mut pictures = Pictures::random(&config.network, 6, 4);
            // As mixup makes them.
            pictures.targets = vec![0.0, 0.13, 0.5, 0.62, 0.9, 1.0];
            let mut label = ReferenceEngine::new(&config);
            label.set_weights(&first).expect("fits");
            let (true_score, true_gradients) = label.gradients(&pictures.batch(), step(3)).expect("gradients");
            let (score, gradients) = open(*engine, &config, &first).gradients(&pictures.batch(), step(3)).expect("gradients");
            assert!(same_score(score, true_score, 1e-5), "{name}, {kind:?}: {score:?} instead of {true_score:?}");
            assert_close(&gradients, &true_gradients, 1e-4, name);
        }
    }
}

#[test]
fn every_loss_of_classes_and_values_is_the_reference_s() {
    use LossKind::{CategoricalCrossentropy, CategoricalFocalCrossentropy, Huber, Mae, Mse};
    let outputs =
        [Output::Softmax { classes: 2 }, Output::Softmax { classes: 37 }, Output::Softmax { classes: 200 }, Output::Linear];
    for output in outputs {
        let kinds: &[LossKind] =
            if output == Output::Linear { &[Mse, Mae, Huber] } else { &[CategoricalCrossentropy, CategoricalFocalCrossentropy] };
        for (kind, label_smoothing) in kinds.iter().flat_map(|kind| [(*kind, 0.0), (*kind, 0.1)]) {
            let mut config = config_of(&small(), 12, output);
            config.loss = LossSettings { kind, label_smoothing, alpha: 0.6, gamma: 1.5, delta: 0.7, ..LossSettings::default() };
            let first = weights(&config.network, 4);
            let mut pictures = Pictures::random(&config.network, 8, 4);
            // Of whole labels and mixed ones, with halves of each, too.
            if let [a, b, ..] = &mut pictures.classes[..] {
                (*a, *b) = (ClassTarget::mixed(1, 0, 0.5), ClassTarget::mixed(0, 1, 0.9));
            }
            let mut label = ReferenceEngine::new(&config);
            label.set_weights(&first).expect("fits");
            let (true_score, true_gradients) = label.gradients(&pictures.batch(), step(3)).expect("gradients");
            assert_eq!((true_score.absolute_error > 0.0), (output == Output::Linear));
            let answers = predict(&mut label, &pictures);
            for (name, engine) in engines() {
                let what = format!("{name}, {output:?}, {kind:?}, {label_smoothing}");
                let mut engine = open(*engine, &config, &first);
                for (a, b) in predict(&mut *engine, &pictures).iter().zip(&answers) {
                    assert!((a - b).abs() <= 1e-5, "{what}: {a} instead of {b}");
                }
                let (score, gradients) = engine.gradients(&pictures.batch(), step(3)).expect("gradients");
                assert!(same_score(score, true_score, 1e-5), "{what}: {score:?} instead of {true_score:?}");
                assert_close(&gradients, &true_gradients, 1e-4, &what);
            }
        }
    }
}

#[test]
fn certain_and_wrong_answers_have_the_reference_s_loss() {
    // Biases that make one class certain: the loss of the others is large, its own nearly nothing.
    let config = config_of(&small(), 9, Output::Softmax { classes: 5 });
    let mut first = weights(&config.network, 4);
    first.0.get_mut("output.bias").expect("there").data = vec![0.0, 60.0, -60.0, 1.0, 2.0];
    for kind in [LossKind::CategoricalCrossentropy, LossKind::CategoricalFocalCrossentropy] {
        let config = EngineConfig { loss: LossSettings { kind, ..config.loss.clone() }, ..config.clone() };
        let mut pictures = Pictures::random(&config.network, 5, 4);
        pictures.classes = (0..5).map(ClassTarget::of).collect();
        let mut label = ReferenceEngine::new(&config);
        label.set_weights(&first).expect("fits");
        let (true_score, true_gradients) = label.gradients(&pictures.batch(), step(0)).expect("gradients");
        assert_eq!(true_score.correct, 1);
        for (name, engine) in engines() {
            let (score, gradients) = open(*engine, &config, &first).gradients(&pictures.batch(), step(0)).expect("gradients");
            assert!(same_score(score, true_score, 1e-5), "{name}, {kind:?}: {score:?} instead of {true_score:?}");
            assert_close(&gradients, &true_gradients, 1e-4, name);
        }
    }
}

/// Batch norm normalizes by what it sums, here over as many pictures as in a training. In pictures of little contrast the
/// convolutions' channels vary little beside their means, where a mean that is rounded on the way shows. (A mean that adds one
/// place after the other in f32 leaves weights off by 5e-4 there. Behind dense layers, with 64 numbers a channel, rounding of
/// the layer before is multiplied as well, whoever sums; so those have pictures of full contrast and wider bounds.)
#[test]
fn batch_norm_over_64_pictures_follows_the_reference_for_steps() {
    let cases = [("convolutions", true, 3, 5e-6, 1e-5), ("dense layers", false, 0, 1e-5, 1e-4)];
    for (what, conv, halvings, loss_bound, weight_bound) in cases {
        let model = ModelSettings {
            filters: vec![8, 16],
            dense: vec![32, 16],
            batch_norm_conv: conv,
            batch_norm_dense: !conv,
            dropout: 0.5,
            ..small()
        };
        let optimizer = OptimizerSettings { learning_rate: 1e-3, epsilon: 1e-5, ..Default::default() };
        let config = EngineConfig { batch_size: 64, optimizer, ..config(&model, 24) };
        let first = weights(&config.network, 4);
        let batch = |number: u64| {
            let mut pictures = Pictures::random(&config.network, 64, number);
            let least = 128 - (128 >> halvings);
            pictures.pixels.iter_mut().for_each(|byte| *byte = least + (*byte >> halvings));
            pictures
        };
        let batches: Vec<_> = (0..4).map(batch).collect();
        let run = |engine: &mut dyn Engine| -> (Vec<f64>, Weights) {
            let loss = |(i, pictures): (u32, &Pictures)| engine.train_batch(&pictures.batch(), step(i)).expect("trains").loss;
            let losses = (0..).zip(&batches).map(loss).collect();
            (losses, engine.weights().expect("gives"))
        };
        let (true_losses, true_weights) = run(&mut *open(|config| Box::new(ReferenceEngine::new(config)), &config, &first));
        for (name, engine) in engines().iter().filter(|(name, _)| *name != "reference") {
            let (losses, weights) = run(&mut *open(*engine, &config, &first));
            for (a, b) in losses.iter().zip(&true_losses) {
                assert!((a - b).abs() < loss_bound * b, "{name}, {what}: losses {losses:?} instead of {true_losses:?}");
            }
            assert_close(&weights, &true_weights, weight_bound, &format!("{name}, {what}"));
        }
    }
}

/// A convolution's arrays gather their gradient at every place of every picture, here a quarter of a million. Behind global
/// average pooling the terms of a picture are alike, so that a sum that takes one after the other in f32 rounds to the same
/// side for long: a bias summed so is off by 1.9e-4 here.
#[test]
fn gradients_summed_over_the_places_of_64_pictures_are_the_reference_s() {
    for convs_per_block in [1, 2] {
        let (pooling, filters) = (Pooling::GlobalAverage, vec![8]);
        let model = ModelSettings { filters, convs_per_block, pooling, dense: vec![16], dropout: 0.0, ..Default::default() };
        let config = EngineConfig { batch_size: 64, ..config(&model, 64) };
        let first = init(&config.network, Initialization::GlorotUniform, 7);
        let pictures = Pictures::random(&config.network, 64, 0);
        let pass = |open_one: Open| open(open_one, &config, &first).gradients(&pictures.batch(), step(0)).expect("gradients");
        let (true_score, true_gradients) = pass(|config| Box::new(ReferenceEngine::new(config)));
        for (name, engine) in engines().iter().filter(|(name, _)| *name != "reference") {
            let what = format!("{name}, {convs_per_block} a block");
            let (score, gradients) = pass(*engine);
            assert!(same_score(score, true_score, 1e-6), "{what}: {score:?} instead of {true_score:?}");
            assert_close(&gradients, &true_gradients, 8e-5, &what);
        }
    }
}

#[test]
fn every_optimizer_makes_the_reference_step() {
    use OptimizerKind::{Adam, AdamW, Nadam, RmsProp, Sgd};
    for kind in [Adam, AdamW, Nadam, RmsProp, Sgd] {
        for variant in [false, true] {
            let optimizer = OptimizerSettings {
                kind,
                epsilon: 1e-3,
                nesterov: variant,
                centered: variant,
                use_ema: variant,
                global_clipnorm: if variant { 0.05 } else { 0.0 },
                ..Default::default()
            };
            let config = EngineConfig { optimizer, ..config(&everything(), 9) };
            let first = weights(&config.network, 1);
            let mut label = ReferenceEngine::new(&config);
            label.set_weights(&first).expect("fits");
            let batches: Vec<_> = (0..3).map(|i| Pictures::random(&config.network, 4, i)).collect();
            for (i, pictures) in (0..).zip(&batches) {
                label.train_batch(&pictures.batch(), step(i)).expect("trains");
            }
            for (name, engine) in engines() {
                let what = format!("{name}, {kind:?}, variant {variant}");
                let mut tried = open(*engine, &config, &first);
                for (i, pictures) in (0..).zip(&batches) {
                    tried.train_batch(&pictures.batch(), step(i)).expect("trains");
                }
                assert_close(&tried.weights().expect("gives"), &label.weights().expect("gives"), 1e-4, &what);
                let (state, true_state) = (tried.optimizer_state().expect("gives"), label.optimizer_state().expect("gives"));
                assert_eq!((state.step, &state.scalars), (true_state.step, &true_state.scalars), "{what}");
                assert_close(&state.slots, &true_state.slots, 2e-3, &what);
            }
        }
    }
}

#[test]
fn a_run_pauses_on_one_engine_and_resumes_on_another() {
    pauses_and_resumes(&config(&everything(), 9));
    pauses_and_resumes(&config(&ModelSettings { convs_per_block: 2, ..everything() }, 11));
}

fn pauses_and_resumes(config: &EngineConfig) {
    let first = weights(&config.network, 4);
    let batches: Vec<_> = (0..6).map(|i| Pictures::random(&config.network, 5, i)).collect();
    let run = |engine: &mut dyn Engine, from: usize, to: usize| {
        for (i, pictures) in batches.iter().enumerate().take(to).skip(from) {
            engine.train_batch(&pictures.batch(), step(i as u32)).expect("trains");
        }
        (engine.weights().expect("gives"), engine.optimizer_state().expect("gives"))
    };
    for (one, open_one) in engines() {
        let through = run(&mut *open(*open_one, config, &first), 0, 6);
        let paused = run(&mut *open(*open_one, config, &first), 0, 3);
        for (other, open_other) in engines() {
            let mut engine = open(*open_other, config, &paused.0);
            engine.set_optimizer_state(&paused.1).expect("fits");
            assert_eq!(engine.weights().expect("gives"), paused.0, "{one} to {other}: weights come back as given");
            assert_eq!(engine.optimizer_state().expect("gives"), paused.1, "{one} to {other}: memory comes back as given");
            let resumed = run(&mut *engine, 3, 6);
            if one == other {
                assert!(resumed == through, "{one}: a pause changes bits: {:?}", closeness(&resumed.0, &through.0, 0.0));
            } else {
                assert_close(&resumed.0, &through.0, 5e-3, &format!("{one} to {other}"));
            }
        }
    }
}

#[test]
fn the_same_seed_gives_the_same_bits_for_any_number_of_threads() {
    let model = ModelSettings { filters: vec![16, 32], ..everything() };
    for ((name, engine), output) in engines().iter().flat_map(|engine| OUTPUTS.map(|output| (engine, output))) {
        let base = config_of(&model, 20, output);
        let first = weights(&base.network, 4);
        let run = |threads: Option<usize>| {
            let mut engine = open(*engine, &EngineConfig { threads, ..base.clone() }, &first);
            let scores: Vec<StepMetrics> = (0..3)
                .map(|i| Pictures::random(&base.network, 8, i))
                .enumerate()
                .map(|(i, pictures)| engine.train_batch(&pictures.batch(), step(i as u32)).expect("trains"))
                .collect();
            let logits = predict(&mut *engine, &Pictures::random(&base.network, 7, 99));
            (scores, logits, engine.weights().expect("gives"))
        };
        let one = run(Some(1));
        assert!(one == run(Some(1)), "{name}, {output:?}: twice on one thread");
        assert!(one == run(Some(2)), "{name}, {output:?}: one and two threads");
        assert!(one == run(Some(3)), "{name}, {output:?}: one and three threads");
        assert!(one == run(None), "{name}, {output:?}: one thread and all cores");
    }
}

#[test]
fn another_seed_drops_other_units() {
    for (name, engine) in engines() {
        let model = ModelSettings { dropout: 0.5, dense: vec![32], ..small() };
        let gradient = |seed: u64, index: u32| {
            let config = EngineConfig { seed, ..config(&model, 8) };
            let mut engine = open(*engine, &config, &weights(&config.network, 1));
            let pictures = Pictures::random(&config.network, 3, 1);
            engine.gradients(&pictures.batch(), step(index)).expect("gradients").1
        };
        let first = gradient(1, 0);
        assert!(first == gradient(1, 0), "{name}: the same seed and step");
        assert!(first != gradient(2, 0), "{name}: another seed");
        assert!(first != gradient(1, 1), "{name}: another step");
    }
}

#[test]
fn dropped_units_are_those_of_the_formula() {
    // With one hidden layer and dropout after it, the output's weight has no gradient exactly where all pictures drop
    // (or ReLU had already put out) the unit; with GELU nothing else is exactly zero.
    use trombine::model::Activation;
    let model = ModelSettings {
        filters: vec![8],
        dense: vec![64],
        dropout: 0.6,
        activation: Activation::Gelu,
        l2_conv: 0.0,
        l2_dense: 0.0,
        ..small()
    };
    let config = config(&model, 6);
    let Some(Op::Dropout { rate, stream }) =
        config.network.layers.iter().map(|l| l.op).find(|op| matches!(op, Op::Dropout { .. }))
    else {
        panic!("the network has dropout")
    };
    let key = dropout::key(config.seed, 9, stream);
    let kept: Vec<bool> = (0..64).map(|i| (0..2).any(|n| dropout::keep(key, n * 64 + i, dropout::threshold(rate)))).collect();
    assert!(kept.contains(&true) && kept.contains(&false));
    for (name, engine) in engines() {
        let mut engine = open(*engine, &config, &weights(&config.network, 3));
        let pictures = Pictures::random(&config.network, 2, 3);
        let (_, gradients) = engine.gradients(&pictures.batch(), step(9)).expect("gradients");
        let moved: Vec<bool> = gradients.0["output.weight"].data.iter().map(|g| *g != 0.0).collect();
        assert_eq!(moved, kept, "{name}");
    }
}

#[test]
fn evaluation_drops_nothing_and_changes_nothing() {
    for ((name, engine), output) in engines().iter().flat_map(|engine| OUTPUTS.map(|output| (engine, output))) {
        let config = config_of(&everything(), 9, output);
        let first = weights(&config.network, 4);
        let pictures = Pictures::random(&config.network, 8, 1);
        let mut engine = open(*engine, &config, &first);
        let logits = predict(&mut *engine, &pictures);
        engine.gradients(&pictures.batch(), step(0)).expect("gradients");
        assert_eq!(predict(&mut *engine, &pictures), logits, "{name}: twice");
        assert_eq!(engine.weights().expect("gives"), first, "{name}: weights, running statistics among them");
        // A picture's answer does not depend on its company: alone, and in a short batch.
        let pixels = pictures.pixels.len() / 8;
        for n in [1, 3] {
            let mut few = vec![0.0; n * output.units()];
            engine.predict(&pictures.pixels[..n * pixels], &mut few).expect("predicts");
            let (among_others, what) = (&logits[..n * output.units()], format!("{name}, {output:?}: {n} of 8"));
            if *name == "candle" && output.units() > 1 {
                // Its product of a single row adds in another order than that of several.
                assert!(distance(&few, among_others) < 1e-6, "{what}: {few:?} instead of {among_others:?}");
            } else {
                assert_eq!(few, among_others, "{what}");
            }
        }
    }
}

#[test]
fn outputs_are_judged_row_by_row_with_their_mirror_images() {
    for output in OUTPUTS {
        let config = config_of(&small(), 9, output);
        let mut engine = open(engines()[0].1, &config, &weights(&config.network, 4));
        let mut pictures = Pictures::random(&config.network, 7, 1);
        let plain = predict(&mut *engine, &pictures);
        let judged = TtaPredictor::new(false, 9).all(&mut *engine, &pictures.pixels, 3).expect("judges");
        assert_eq!(judged, plain, "{output:?}");
        let judged = TtaPredictor::new(true, 9).all(&mut *engine, &pictures.pixels, 3).expect("judges");
        let pixels = pictures.pixels.clone();
        engine::mirror(&pixels, 9, &mut pictures.pixels);
        let mirrored = predict(&mut *engine, &pictures);
        let means: Vec<f32> = plain.iter().zip(mirrored).map(|(a, b)| 0.5 * (a + b)).collect();
        assert_eq!(judged, means, "{output:?}");
    }
}

#[test]
fn a_short_last_batch_and_a_single_picture_train() {
    let config = config(&small(), 9);
    let first = weights(&config.network, 4);
    let run = |engine: &mut dyn Engine| {
        for (index, n) in [8, 3, 1, 8].into_iter().enumerate() {
            let pictures = Pictures::random(&config.network, n, index as u64);
            engine.train_batch(&pictures.batch(), step(index as u32)).expect("trains");
        }
        engine.weights().expect("gives")
    };
    let label = run(&mut *open(|config| Box::new(ReferenceEngine::new(config)), &config, &first));
    for (name, engine) in engines() {
        assert_close(&run(&mut *open(*engine, &config, &first)), &label, 1e-3, name);
    }
}

#[test]
fn what_does_not_fit_is_refused_and_changes_nothing() {
    let config = config(&small(), 9);
    let first = weights(&config.network, 4);
    let pictures = Pictures::random(&config.network, 2, 1);
    for (name, engine) in engines() {
        let mut engine = open(*engine, &config, &first);
        let mut short = first.clone();
        short.0.remove("conv1.bias");
        assert!(engine.set_weights(&short).is_err(), "{name}: a missing array");
        let state = engine.optimizer_state().expect("gives");
        let spoilt = |spoil: &dyn Fn(&mut OptimizerState)| {
            let mut spoilt = OptimizerState { step: 3, ..state.clone() };
            spoil(&mut spoilt);
            spoilt
        };
        let missing = spoilt(&|state| drop(state.slots.0.remove("conv1.weight/m")));
        assert!(engine.set_optimizer_state(&missing).is_err(), "{name}: a missing slot");
        let foreign = spoilt(&|state| drop(state.slots.0.insert("conv9.weight/m".to_owned(), Tensor::zeros(vec![1]))));
        assert!(engine.set_optimizer_state(&foreign).is_err(), "{name}: a slot of another network");
        assert_eq!(engine.optimizer_state().expect("gives"), state, "{name}: memory");
        let mut batch = pictures.batch();
        batch.pixels = &pictures.pixels[1..];
        assert!(engine.train_batch(&batch, step(0)).is_err(), "{name}: a byte too few");
        let classes = [ClassTarget::of(0); 2];
        let batch = BatchView { targets: Targets::Classes(&classes), ..pictures.batch() };
        assert!(engine.train_batch(&batch, step(0)).is_err(), "{name}: targets of a softmax");
        assert_eq!(engine.weights().expect("gives"), first, "{name}");
    }
}

#[test]
fn targets_and_losses_that_are_none_of_the_output_s_are_refused() {
    let config = config_of(&small(), 9, Output::Softmax { classes: 3 });
    let first = weights(&config.network, 4);
    let pictures = Pictures::random(&config.network, 2, 1);
    for (name, engine) in engines() {
        let mut engine = open(*engine, &config, &first);
        let wrong = [ClassTarget::of(3), ClassTarget::of(0)];
        let mixed = [ClassTarget::of(0), ClassTarget::mixed(0, 3, 0.1)];
        for targets in [Targets::Classes(&wrong), Targets::Classes(&mixed), Targets::Values(&[0.0, 1.0])] {
            let batch = BatchView { targets, ..pictures.batch() };
            let kinds = [engine.train_batch(&batch, step(0)).err(), engine.gradients(&batch, step(0)).err()];
            assert!(kinds.iter().flatten().filter(|problem| problem.kind == Kind::Internal).count() == 2, "{name}, {targets:?}");
        }
        assert_eq!(engine.weights().expect("gives"), first, "{name}");
    }
    let loss = LossSettings::default();
    let problem = engine::open("cpu", &EngineConfig { loss, ..config }).err().expect("a loss of two classes");
    assert_eq!((problem.kind, problem.setting.as_deref()), (Kind::Settings, Some("train.loss.kind")), "{problem}");
    assert!(problem.what.en.contains("softmax") && problem.remedy.en.contains("categorical_crossentropy"), "{problem}");
}

#[test]
fn training_lowers_the_loss() {
    let model = ModelSettings { filters: vec![16], dense: vec![32], l2_conv: 0.0, l2_dense: 0.0, ..small() };
    for ((name, engine), output) in engines().iter().flat_map(|engine| OUTPUTS.map(|output| (engine, output))) {
        let config = config_of(&model, 12, output);
        let mut engine = open(*engine, &config, &weights(&config.network, 4));
        let pictures = Pictures::random(&config.network, 8, 1);
        let step = |index| Step { index, learning_rate: 1e-2 };
        let mut loss = |index| engine.train_batch(&pictures.batch(), step(index)).expect("trains").loss;
        let before = loss(0);
        let after = (1..40).map(&mut loss).last().expect("steps");
        assert!(after < 0.5 * before, "{name}, {output:?}: {before} to {after}");
    }
}

#[test]
fn running_statistics_come_alone() {
    let config = config(&everything(), 9);
    let first = weights(&config.network, 4);
    for (name, engine) in engines() {
        let mut engine = open(*engine, &config, &first);
        engine.train_batch(&Pictures::random(&config.network, 5, 1).batch(), step(0)).expect("trains");
        let mut all = engine.weights().expect("gives");
        all.0.retain(|name, _| name.contains("running"));
        assert!(!all.0.is_empty());
        assert!(engine.running_statistics().expect("gives") == all, "{name}");
    }
}

#[test]
fn devices_open_by_their_ids_and_unknown_ones_are_named() {
    let config = config(&small(), 8);
    let devices = devices();
    assert_eq!((devices[0].id.as_str(), devices[0].kind), ("cpu", DeviceKind::Processor));
    for Device { id, .. } in &devices {
        assert_eq!(&engine::open(id, &config).expect("a listed device opens").device().id, id);
    }
    assert_eq!(engine::open("auto", &config).expect("opens").device().id, "cpu");
    let problem = engine::open("abacus", &config).err().expect("there is none");
    assert_eq!((problem.kind, problem.setting.as_deref()), (Kind::Device, Some("device")));
    assert!(problem.what.en.contains("abacus") && problem.what.en.contains("cpu"), "{problem}");
    assert!(problem.details.is_empty(), "{problem}");
    // A toolkit's device that is not there says why: not built for, or no card that answers.
    for id in ["candle-cuda", "candle-metal"] {
        if devices.iter().all(|device| device.id != id) {
            let problem = engine::open(id, &config).err().expect("it is not there");
            assert!(problem.what.en.contains(id) && !problem.details.is_empty(), "{problem}");
        }
    }
}

#[test]
fn the_self_test_agrees_and_shows_a_speed() {
    let test = engine::selftest("cpu", engine::TESTED_BATCH).expect("the processor is there");
    assert!(test.agrees && test.pictures_per_second > 0.0, "{test:?}");
    assert!(test.gradients_off > 0.0, "f32 and f64 round differently: {test:?}");
}

#[test]
fn a_processor_is_named_without_marks_and_clock() {
    for (name, plain) in [
        ("Intel(R) Core(TM) i7-9750H CPU @ 2.60GHz", "Intel Core i7-9750H"),
        ("Intel(R) Xeon(R) Processor", "Intel Xeon Processor"),
        ("AMD Ryzen 7 5800X 8-Core Processor", "AMD Ryzen 7 5800X 8-Core Processor"),
    ] {
        assert_eq!(engine::cpu::plain_name(name), plain);
    }
}
