//! Fifty steps of every optimizer equal Keras's (and PyTorch's, where the formulas agree).
//!
//! The problem: six kernel weights and two biases `w_i = sin(1 + i)` with the gradient
//! `10^(i - 5) * w_i + 0.3 * sin(i + 0.7 t)`, the rate 0.01 * (1 - t / 100). The expected numbers, with Keras 3.15 on
//! TensorFlow in float64:
//! ```python
//! import numpy as np, keras; from keras import optimizers as O
//! keras.config.set_floatx("float64"); i = np.arange(8.0)
//! def run(opt, ema=False):
//!     k, b = (keras.Variable(np.sin(1.0 + i[s]), dtype="float64") for s in (slice(0, 6), slice(6, 8)))
//!     opt.exclude_from_weight_decay(var_list=[b]) if opt.weight_decay else None
//!     opt.build([k, b])
//!     for t in range(50):
//!         opt.learning_rate = 0.01 * (1 - t / 100)
//!         w = np.concatenate([k.numpy(), b.numpy()])
//!         g = 10.0 ** (i - 5) * w + 0.3 * np.sin(i + 0.7 * t)
//!         opt.apply([keras.ops.convert_to_tensor(g[:6]), keras.ops.convert_to_tensor(g[6:])], [k, b])
//!     out = np.concatenate([a.numpy() for a in (opt._model_variables_moving_average if ema else [k, b])])
//!     print([float(f"{v:.8g}") for v in out])
//! L = dict(learning_rate=0.01)
//! run(O.Adam(**L)); run(O.AdamW(**L, weight_decay=0.1)); run(O.RMSprop(**L))
//! run(O.RMSprop(**L, momentum=0.9, centered=True, rho=0.95)); run(O.SGD(**L)); run(O.SGD(**L, momentum=0.9))
//! run(O.SGD(**L, momentum=0.9, nesterov=True)); run(O.Nadam(**L)); run(O.SGD(**L, global_clipnorm=0.5))
//! run(O.Adam(**L, use_ema=True, ema_momentum=0.9), True)
//! ```
//! and with PyTorch 2.15 in float64, epsilon 1e-10, where its place does not matter:
//! ```python
//! import torch; i = torch.arange(8, dtype=torch.float64); O = torch.optim
//! def run(make, vary=True):
//!     k, b = (torch.sin(1.0 + i[s]).requires_grad_() for s in (slice(0, 6), slice(6, 8)))
//!     opt = make([k], [b])
//!     for t in range(50):
//!         if vary:
//!             for group in opt.param_groups: group["lr"] = 0.01 * (1 - t / 100)
//!         g = 10.0 ** (i - 5) * torch.cat([k, b]).detach() + 0.3 * torch.sin(i + 0.7 * t)
//!         k.grad, b.grad = g[:6], g[6:]
//!         opt.step()
//!     print([float(f"{v:.8g}") for v in torch.cat([k, b]).tolist()])
//! run(lambda k, b: O.Adam(k + b, 0.01, eps=1e-10))
//! run(lambda k, b: O.AdamW([dict(params=k), dict(params=b, weight_decay=0.0)], 0.01, eps=1e-10, weight_decay=0.1))
//! run(lambda k, b: O.SGD(k + b, 0.01, momentum=0.9, nesterov=True), False)
//! ```

use trombine::{
    model::{
        Tensor, Weights,
        layers::{Parameter, Role},
    },
    optimizer::{Optimizer, OptimizerKind, OptimizerSettings, OptimizerState, averaged, clip_scale},
    setting_def::SettingDefs,
};

const RATE: f64 = 0.01;

fn parameters() -> Vec<Parameter> {
    let parameter = |name: &str, shape: Vec<usize>, role| Parameter { name: name.to_owned(), shape, role, l2: 0.0, rate: 1.0 };
    vec![
        parameter("dense1.weight", vec![2, 3], Role::Kernel),
        parameter("dense1.bias", vec![2], Role::Bias),
        parameter("bn1.running_mean", vec![2], Role::RunningMean),
    ]
}

fn named(values: &[f64]) -> Weights {
    let array = |shape: Vec<usize>, values: &[f64]| Tensor { shape, data: values.iter().map(|v| *v as f32).collect() };
    Weights(
        [
            ("dense1.weight".to_owned(), array(vec![2, 3], &values[..6])),
            ("dense1.bias".to_owned(), array(vec![2], &values[6..8])),
            ("bn1.running_mean".to_owned(), array(vec![2], &[3.0, 4.0])),
        ]
        .into(),
    )
}

fn values(weights: &Weights) -> Vec<f64> {
    ["dense1.weight", "dense1.bias"].iter().flat_map(|n| &weights.0[*n].data).map(|v| f64::from(*v)).collect()
}

fn gradients(weights: &Weights, t: usize) -> Weights {
    let w = values(weights);
    let g = |(i, w): (usize, &f64)| 10f64.powi(i as i32 - 5) * w + 0.3 * (i as f64 + 0.7 * t as f64).sin();
    named(&w.iter().enumerate().map(g).collect::<Vec<_>>())
}

fn start() -> Weights {
    named(&std::array::from_fn::<f64, 8, _>(|i| (1.0 + i as f64).sin()))
}

fn falling(t: usize) -> f64 {
    RATE * (1.0 - t as f64 / 100.0)
}

fn steps(settings: &OptimizerSettings, rate: impl Fn(usize) -> f64) -> (Weights, OptimizerState) {
    // As of layers that were taken from another run.
    let taken = parameters().into_iter().map(|parameter| Parameter { rate: settings.old_layers_rate, ..parameter });
    let mut optimizer = Optimizer::new(settings, &taken.collect::<Vec<_>>());
    let mut weights = start();
    for t in 0..50 {
        let gradients = gradients(&weights, t);
        optimizer.update(&mut weights, &gradients, rate(t)).expect("the arrays fit");
    }
    assert_eq!(weights.0["bn1.running_mean"].data, [3.0, 4.0], "statistics are not trained");
    (weights, optimizer.state())
}

/// Within 1e-5 of each value, and 5e-7 where it is near zero, which is what f32 holds after fifty steps.
#[track_caller]
fn equal(weights: &Weights, expected: [f64; 8]) {
    for (i, (got, expected)) in values(weights).iter().zip(expected).enumerate() {
        assert!((got - expected).abs() <= 1e-5 * expected.abs() + 5e-7, "weight {i}: {got} instead of {expected}");
    }
}

fn of(kind: OptimizerKind) -> OptimizerSettings {
    OptimizerSettings { kind, momentum: 0.0, weight_decay: 0.1, ..Default::default() }
}

#[test]
fn keras_adam_adamw_nadam() {
    let adam = [0.78755839, 0.86199782, 0.1270382, -0.71136886, -0.78901456, -0.057474312, 0.31128206, 0.63069071];
    equal(&steps(&of(OptimizerKind::Adam), falling).0, adam);
    let adamw = [0.75807644, 0.82980994, 0.12232699, -0.68468076, -0.75872246, -0.054092584, 0.31128206, 0.63069071];
    equal(&steps(&of(OptimizerKind::AdamW), falling).0, adamw);
    let nadam = [0.80145269, 0.8856802, 0.13901743, -0.72625021, -0.81845198, -0.080652259, 0.34816276, 0.66830425];
    equal(&steps(&of(OptimizerKind::Nadam), falling).0, nadam);
}

#[test]
fn keras_rmsprop() {
    let plain = [0.77630286, 0.86091772, 0.1388074, -0.70661274, -0.76999823, -0.061897878, 0.24217523, 0.55442136];
    equal(&steps(&of(OptimizerKind::RmsProp), falling).0, plain);
    let settings = OptimizerSettings { momentum: 0.9, centered: true, rho: 0.95, ..of(OptimizerKind::RmsProp) };
    let both = [-0.00026186104, 0.22683857, 0.0093097586, -0.23684153, 0.13720487, 0.035927562, -0.048133892, 0.02370756];
    equal(&steps(&settings, falling).0, both);
}

#[test]
fn keras_sgd() {
    let plain = [0.83515335, 0.90465709, 0.14240377, -0.74791379, -0.91832929, -0.19186769, 0.010564625, -2.8810527e-05];
    equal(&steps(&of(OptimizerKind::Sgd), falling).0, plain);
    let mut settings = OptimizerSettings { momentum: 0.9, ..of(OptimizerKind::Sgd) };
    let momentum = [0.79886497, 0.870462, 0.14158452, -0.69388763, -0.64729229, 0.030815429, 0.016493302, -0.057998602];
    equal(&steps(&settings, falling).0, momentum);
    settings.nesterov = true;
    let nesterov = [0.79680807, 0.86970643, 0.14282152, -0.69145838, -0.64414902, 0.024514054, -0.00035183191, 0.0024071319];
    equal(&steps(&settings, falling).0, nesterov);
}

#[test]
fn keras_clipping_and_averaging() {
    let settings = OptimizerSettings { global_clipnorm: 0.5, ..of(OptimizerKind::Sgd) };
    let clipped = [0.84143741, 0.90927399, 0.14112815, -0.75675419, -0.95869584, -0.27883144, 0.64326404, 0.80111396];
    equal(&steps(&settings, falling).0, clipped);
    let settings = OptimizerSettings { use_ema: true, ema_momentum: 0.9, ema_warmup: false, ..of(OptimizerKind::Adam) };
    let (weights, state) = steps(&settings, falling);
    let average = [0.7891207, 0.86392003, 0.12764913, -0.71452954, -0.80958053, -0.079583855, 0.35517707, 0.67846419];
    let averaged = averaged(&weights, &state);
    equal(&averaged, average);
    assert_eq!(averaged.0["bn1.running_mean"], weights.0["bn1.running_mean"]);
}

/// `tf.train.ExponentialMovingAverage(0.999, num_updates=t)`: `min(0.999, (1 + t) / (10 + t))`.
#[test]
fn the_average_forgets_the_first_weights_quickly() {
    let settings = OptimizerSettings { use_ema: true, ..of(OptimizerKind::Adam) };
    for (t, momentum) in [(1, 2.0 / 11.0), (90, 0.91), (8990, 0.999), (20_000, 0.999)] {
        assert!((settings.average_momentum(t) - momentum).abs() < 1e-12, "step {t}");
    }
    let keras = OptimizerSettings { ema_warmup: false, ..settings };
    assert_eq!(keras.average_momentum(1), 0.999);
}

#[test]
fn pytorch_where_the_formulas_agree() {
    let tiny = |kind| OptimizerSettings { epsilon: 1e-10, ..of(kind) };
    let adam = [0.78482629, 0.86199713, 0.12703791, -0.71136906, -0.78901292, -0.057473058, 0.31128004, 0.63068853];
    equal(&steps(&tiny(OptimizerKind::Adam), falling).0, adam);
    let adamw = [0.75544295, 0.82980928, 0.12232671, -0.68468095, -0.75872088, -0.054091379, 0.31128004, 0.63068853];
    equal(&steps(&tiny(OptimizerKind::AdamW), falling).0, adamw);
    let settings = OptimizerSettings { momentum: 0.9, nesterov: true, ..of(OptimizerKind::Sgd) };
    let nesterov = [0.79286863, 0.86624312, 0.14296614, -0.68146565, -0.57841226, 0.015935501, -0.012725702, 0.0031705499];
    equal(&steps(&settings, |_| RATE).0, nesterov);
}

const KINDS: [OptimizerKind; 5] =
    [OptimizerKind::Adam, OptimizerKind::AdamW, OptimizerKind::RmsProp, OptimizerKind::Sgd, OptimizerKind::Nadam];

#[test]
fn a_restored_state_goes_on_with_the_same_bits() {
    for kind in KINDS {
        let settings = OptimizerSettings { momentum: 0.9, centered: true, use_ema: true, ..of(kind) };
        let mut whole = Optimizer::new(&settings, &parameters());
        let mut weights = start();
        let mut restored = None;
        for t in 0..12 {
            let gradients = gradients(&weights, t);
            if t == 6 {
                let text = serde_json::to_string(&whole.state()).expect("a state can be written");
                let state = serde_json::from_str(&text).expect("and read");
                let mut other = Optimizer::new(&settings, &parameters());
                other.set_state(&state).expect("it fits");
                restored = Some((other, weights.clone()));
            }
            whole.update(&mut weights, &gradients, RATE).expect("the arrays fit");
            if let Some((other, weights)) = &mut restored {
                other.update(weights, &gradients, RATE).expect("the arrays fit");
            }
        }
        let (other, other_weights) = restored.expect("restored at step 6");
        assert_eq!(other_weights, weights, "{kind:?}");
        assert_eq!(other.state(), whole.state(), "{kind:?}");
    }
}

#[test]
fn a_state_that_does_not_fit_is_refused_and_changes_nothing() {
    let mut optimizer = Optimizer::new(&of(OptimizerKind::Adam), &parameters());
    let before = optimizer.state();
    let mut state = before.clone();
    state.step = 9;
    state.slots.0.remove("dense1.bias/v");
    let problem = optimizer.set_state(&state).expect_err("a slot is missing");
    assert!(problem.what.en.contains("dense1.bias/v"), "{problem}");
    assert_eq!(optimizer.state(), before);
    let mut weights = start();
    weights.0.remove("dense1.bias");
    assert!(optimizer.update(&mut weights, &gradients(&start(), 0), RATE).is_err());
}

#[test]
fn clipping_follows_keras_at_the_edges() {
    assert_eq!(clip_scale(4.0, 0.0), 1.0);
    assert_eq!(clip_scale(0.5, 1.0), 1.0);
    assert_eq!(clip_scale(4.0, 1.0), 0.25);
    assert_eq!(clip_scale(0.0, 1.0), 1.0);
    assert!(clip_scale(f64::INFINITY, 1.0).is_nan());
}

#[test]
fn an_active_setting_changes_the_steps_and_an_inactive_one_does_not() {
    for kind in KINDS {
        let base =
            OptimizerSettings { momentum: 0.9, nesterov: true, use_ema: true, global_clipnorm: 0.4, epsilon: 1e-3, ..of(kind) };
        let see = |settings: &OptimizerSettings| {
            let (weights, state) = steps(settings, |t| settings.learning_rate * (1.0 - t as f64 / 100.0));
            values(&averaged(&weights, &state))
        };
        let before = see(&base);
        for index in 1..base.clone().setting_defs().len() {
            let mut changed = base.clone();
            let (key, active) = {
                let mut defs = changed.setting_defs();
                let def = &mut defs[index];
                let text = def.text();
                let other = match text.as_str() {
                    "true" => "false".to_owned(),
                    "false" => "true".to_owned(),
                    number => (number.parse::<f64>().expect("a number") * 0.8).to_string(),
                };
                def.parse(&other).expect("within the range");
                (def.key.clone(), def.active)
            };
            assert_eq!(see(&changed) != before, active, "{key} with {kind:?}");
        }
    }
}
