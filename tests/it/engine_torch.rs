//! Every engine against PyTorch's numbers, which `fixtures/torch_steps.py` wrote.

use serde::Deserialize;
use trombine::{
    engine::{EngineConfig, Step, dropout::mix},
    loss::LossSettings,
    model::{ModelSettings, Network, Weights, layers::Role},
    optimizer::OptimizerSettings,
};

use crate::engine_cases::{Pictures, engines};

#[derive(Deserialize)]
struct Fixture {
    seed: u64,
    gradients: Vec<Gradients>,
    steps: Vec<Steps>,
}

/// Loss and gradients of one network, in f64.
#[derive(Deserialize)]
struct Gradients {
    name: String,
    side: usize,
    batch: usize,
    model: ModelSettings,
    loss: Loss,
    value: f64,
    penalty: f64,
    gradients: std::collections::BTreeMap<String, Gradient>,
}

#[derive(Deserialize)]
struct Loss {
    #[serde(flatten)]
    settings: LossSettings,
    weights: [f32; 2],
}

/// One array's gradient: its norm, and twelve of its values at even distances.
#[derive(Deserialize)]
struct Gradient {
    norm: f64,
    some: Vec<f64>,
}

/// Ten training steps in f32, and what the network says afterwards.
#[derive(Deserialize)]
struct Steps {
    name: String,
    side: usize,
    batch: usize,
    model: ModelSettings,
    learning_rate: f64,
    losses: Vec<f64>,
    penalties: Vec<f64>,
    logits: Vec<f32>,
}

fn fixture() -> Fixture {
    serde_json::from_str(include_str!("fixtures/torch_steps.json")).expect("the script writes it so")
}

/// The script's `noise`: `n` numbers in [0, 1).
fn noise(stream: u32, n: usize) -> impl Iterator<Item = f64> {
    let key = mix(stream);
    (0..n as u32).map(move |i| f64::from(mix(i.wrapping_mul(0x9e37_79b9) ^ key)) / 4_294_967_296.0)
}

/// The script's `first`.
fn first_weights(network: &Network) -> Weights {
    let mut parameters = network.parameters();
    parameters.sort_by(|a, b| a.name.cmp(&b.name));
    let arrays = (100..).zip(parameters).map(|(stream, p)| {
        let shape = &p.shape;
        let draw = noise(stream, shape.iter().product()).map(|u| u as f32 - 0.5);
        let data = match p.role {
            Role::Kernel => {
                let field: usize = shape[2..].iter().product();
                let scale = (2.0 * (6.0 / ((shape[0] + shape[1]) * field) as f64).sqrt()) as f32;
                draw.map(|u| u * scale).collect()
            }
            Role::Gamma | Role::RunningVariance => draw.map(|u| u + 1.0).collect(),
            Role::Bias | Role::Beta | Role::RunningMean => draw.map(|u| u * 0.2).collect(),
        };
        (p.name, trombine::model::Tensor { shape: p.shape, data })
    });
    Weights(arrays.collect())
}

/// The script's `data`, with each class's factor.
fn pictures(side: usize, n: usize, stream: u32, factors: [f32; 2]) -> Pictures {
    let targets: Vec<f32> = noise(stream + 1, n).map(|u| if u < 0.5 { 1.0 } else { 0.0 }).collect();
    Pictures {
        pixels: noise(stream, n * side * side * 3).map(|u| (u * 256.0) as u8).collect(),
        weights: targets.iter().map(|t| factors[usize::from(*t > 0.5)]).collect(),
        classes: Vec::new(),
        targets,
    }
}

fn config(model: &ModelSettings, side: usize, batch_size: usize, loss: LossSettings, seed: u64) -> EngineConfig {
    EngineConfig {
        network: Network::new(model, side).expect("can be built"),
        optimizer: OptimizerSettings::default(),
        loss,
        seed,
        batch_size,
        threads: Some(2),
    }
}

#[test]
fn gradients_are_pytorchs() {
    let Fixture { seed, gradients, .. } = fixture();
    assert_eq!(gradients.len(), 21);
    for case in gradients {
        let config = config(&case.model, case.side, case.batch, case.loss.settings, seed);
        let pictures = pictures(case.side, case.batch, 1000, case.loss.weights);
        for (name, open) in engines() {
            let what = format!("{name}, {}", case.name);
            let mut engine = open(&config);
            engine.set_weights(&first_weights(&config.network)).expect("fits");
            let step = Step { index: 3, learning_rate: 0.0 };
            let (score, gradients) = engine.gradients(&pictures.batch(), step).expect("gradients");
            assert!((score.loss - case.value).abs() < 1e-5, "{what}: loss {} instead of {}", score.loss, case.value);
            assert!((score.penalty - case.penalty).abs() < 1e-6, "{what}: penalty {} instead of {}", score.penalty, case.penalty);
            assert!(gradients.0.keys().eq(case.gradients.keys()), "{what}: names");
            for (array, label) in &case.gradients {
                let values = &gradients.0[array].data;
                let norm = values.iter().map(|g| f64::from(*g).powi(2)).sum::<f64>().sqrt();
                assert!(
                    (norm - label.norm).abs() <= 2e-4 * label.norm + 1e-7,
                    "{what}: {array} {norm} instead of {}",
                    label.norm
                );
                // Single values next to the array's usual size: sums of many terms cancel.
                let usual = label.norm / (values.len() as f64).sqrt();
                let some = values.iter().step_by((values.len() / 12).max(1)).take(12);
                assert_eq!(label.some.len(), some.len(), "{what}: {array}");
                for (g, label) in some.zip(&label.some) {
                    let bound = 1e-3 * usual + 1e-7;
                    assert!((f64::from(*g) - label).abs() <= bound, "{what}: {array} has {g} instead of {label}");
                }
            }
        }
    }
}

#[test]
fn ten_steps_are_pytorchs() {
    let Fixture { seed, steps, .. } = fixture();
    assert_eq!(steps.len(), 3);
    for case in steps {
        let config = config(&case.model, case.side, case.batch, LossSettings::default(), seed);
        for (name, open) in engines() {
            let what = format!("{name}, {}", case.name);
            let mut engine = open(&config);
            engine.set_weights(&first_weights(&config.network)).expect("fits");
            for (i, (loss, penalty)) in case.losses.iter().zip(&case.penalties).enumerate() {
                let pictures = pictures(case.side, case.batch, 2000 + 2 * i as u32, [1.0, 1.0]);
                let step = Step { index: i as u32, learning_rate: case.learning_rate };
                let score = engine.train_batch(&pictures.batch(), step).expect("trains");
                assert!((score.loss - loss).abs() < 1e-4, "{what}: step {i} has loss {} instead of {loss}", score.loss);
                let bound = 1e-4 * penalty.max(1.0);
                assert!((score.penalty - penalty).abs() < bound, "{what}: step {i}: {} instead of {penalty}", score.penalty);
            }
            let pictures = pictures(case.side, case.batch, 3000, [1.0, 1.0]);
            let mut logits = vec![0.0; case.batch];
            engine.predict(&pictures.pixels, &mut logits).expect("predicts");
            for (a, b) in logits.iter().zip(&case.logits) {
                assert!((a - b).abs() < 5e-3 * b.abs().max(1.0), "{what}: logit {a} instead of {b}");
            }
        }
    }
}
