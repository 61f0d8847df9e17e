//! The naive reference against finite differences: what the other engines are then held to.

use trombine::{
    engine::{
        EngineConfig, objective,
        reference::{
            Maps, last_block,
            network::{self, Mode, Values},
        },
    },
    loss::{LossKind, LossSettings},
    model::{Activation, KernelSize, ModelSettings, Output, Padding, Pooling},
};

use crate::engine_cases::{Pictures, config, config_of, small, weights};

const MODE: Mode = Mode::Training { seed: 7, step: 3 };

/// Loss plus penalty, in f64.
fn objective(config: &EngineConfig, values: &Values, pictures: &Pictures) -> f64 {
    let trace = network::forward(&config.network, values, &pictures.pixels, MODE);
    let (score, _) = objective::score(&config.loss, config.network.output, &trace.logits().data, &pictures.batch());
    score.loss + objective::penalty(&config.network, values)
}

/// Compares the gradient of some values of every array with `(f(w + h) - f(w - h)) / 2h`.
fn check(config: &EngineConfig, what: &str) {
    let network = &config.network;
    let pictures = Pictures::random(network, 3, 5);
    let values = network::values(&weights(network, 11));
    let trace = network::forward(network, &values, &pictures.pixels, MODE);
    let (_, grads) = objective::score(&config.loss, network.output, &trace.logits().data, &pictures.batch());
    let d_logits = Maps { data: grads, ..*trace.logits() };
    let (_, mut gradients) = network::backward(network, &values, &trace, MODE, d_logits, 0);
    objective::add_penalty_gradient(network, &values, &mut gradients);
    let trained: Vec<_> = network.parameters().into_iter().filter(|p| p.role.trained()).map(|p| p.name).collect();
    assert_eq!(gradients.len(), trained.len(), "{what}: every trained array has a gradient, no other");
    for name in trained {
        let count = values[&name].len();
        for at in (0..count).step_by(count.div_ceil(5)) {
            let moved = |by: f64| {
                let mut values = values.clone();
                values.get_mut(&name).expect("there")[at] += by;
                objective(config, &values, &pictures)
            };
            const H: f64 = 1e-6;
            let (difference, gradient) = ((moved(H) - moved(-H)) / (2.0 * H), gradients[&name][at]);
            let bound = 1e-6 * gradient.abs() + 1e-8;
            assert!((difference - gradient).abs() <= bound, "{what}: {name}[{at}] is {gradient}, by differences {difference}");
        }
    }
}

/// The same with two convolutions a block.
fn two(model: ModelSettings) -> ModelSettings {
    ModelSettings { convs_per_block: 2, ..model }
}

#[test]
fn gradients_of_every_layer_agree_with_finite_differences() {
    let cases: [(&str, ModelSettings); 14] = [
        ("3x3 same", small()),
        ("3x3 valid", ModelSettings { padding: Padding::Valid, ..small() }),
        ("5x5 same", ModelSettings { kernel: KernelSize::Five, ..small() }),
        ("batch norm after convolutions", ModelSettings { batch_norm_conv: true, ..small() }),
        ("batch norm after dense layers", ModelSettings { batch_norm_dense: true, ..small() }),
        ("leaky ReLU", ModelSettings { activation: Activation::LeakyRelu, ..small() }),
        ("GELU", ModelSettings { activation: Activation::Gelu, ..small() }),
        ("global average", ModelSettings { pooling: Pooling::GlobalAverage, ..small() }),
        ("dropout", ModelSettings { dropout: 0.4, dropout_dense: 0.3, dropout_conv: 0.2, ..small() }),
        ("no hidden dense layer", ModelSettings { dense: Vec::new(), ..small() }),
        ("two convolutions a block", two(small())),
        (
            "two of 5x5, valid",
            two(ModelSettings { filters: vec![8], kernel: KernelSize::Five, padding: Padding::Valid, ..small() }),
        ),
        ("two with batch norm and dropout", two(ModelSettings { batch_norm_conv: true, dropout_conv: 0.2, ..small() })),
        ("two with GELU", two(ModelSettings { activation: Activation::Gelu, ..small() })),
    ];
    for (what, model) in cases {
        // 11 is odd at the first pooling, and 5 at the second.
        check(&config(&model, 11), what);
    }
}

#[test]
fn gradients_of_every_loss_agree_with_finite_differences() {
    let losses = [
        LossSettings { label_smoothing: 0.2, ..Default::default() },
        LossSettings { kind: LossKind::BinaryFocalCrossentropy, ..Default::default() },
        LossSettings {
            kind: LossKind::BinaryFocalCrossentropy,
            label_smoothing: 0.1,
            gamma: 1.5,
            apply_class_balancing: true,
            ..Default::default()
        },
    ];
    for loss in losses {
        let what = format!("{loss:?}");
        check(&EngineConfig { loss, ..config(&small(), 8) }, &what);
    }
    let of = |kind| LossSettings { kind, alpha: 0.6, gamma: 1.5, delta: 0.8, ..Default::default() };
    for loss in [LossKind::Mse, LossKind::Mae, LossKind::Huber].map(of) {
        let what = format!("{loss:?}");
        check(&EngineConfig { loss, ..config_of(&small(), 8, Output::Linear) }, &what);
    }
    for classes in [2, 7, 200] {
        for loss in [LossKind::CategoricalCrossentropy, LossKind::CategoricalFocalCrossentropy].map(of) {
            let loss = LossSettings { label_smoothing: if classes == 7 { 0.1 } else { 0.0 }, ..loss };
            let what = format!("{classes} classes, {loss:?}");
            check(&EngineConfig { loss, ..config_of(&small(), 8, Output::Softmax { classes }) }, &what);
        }
    }
}

#[test]
fn the_last_block_of_a_heat_map_agrees_with_finite_differences() {
    let softmax = Output::Softmax { classes: 5 };
    for (name, convs_per_block, output, unit) in [
        ("conv2.bias", 1, Output::Sigmoid, 0),
        ("bn2.bias", 1, softmax, 3),
        ("conv2.bias", 1, Output::Linear, 0),
        ("conv2b.bias", 2, Output::Sigmoid, 0),
        ("bn2b.bias", 2, softmax, 3),
    ] {
        let model = ModelSettings { batch_norm_conv: name.starts_with("bn"), convs_per_block, ..small() };
        let network = config_of(&model, 10, output).network;
        let weights = weights(&network, 2);
        let pictures = Pictures::random(&network, 1, 9);
        let block = last_block(&network, &weights, &pictures.pixels, unit);
        assert_eq!((block.shape.height, block.shape.width, block.shape.channels), (5, 5, 8));
        // The bias of the last block moves a whole channel of the activation at once, where it is above zero (ReLU).
        let logit = |by: f64, channel: usize| {
            let mut values = network::values(&weights);
            values.get_mut(name).expect("there")[channel] += by;
            network::forward(&network, &values, &pictures.pixels, Mode::Evaluation).logits().data[unit]
        };
        assert!((logit(0.0, 0) - block.output).abs() < 1e-12);
        for channel in 0..8 {
            let places = (0..25).map(|place| place * 8 + channel);
            let gradient: f64 = places.filter(|at| block.activation[*at] > 0.0).map(|at| block.gradient[at]).sum();
            let difference = (logit(1e-6, channel) - logit(-1e-6, channel)) / 2e-6;
            assert!((gradient - difference).abs() < 1e-7, "channel {channel}: {gradient} by differences {difference}");
        }
    }
}
