//! Losses and their slopes against Keras and against finite differences; class weights against scikit-learn.
//!
//! The expected numbers are losses and slopes at five logits, first for the target 0, then for 1, with Keras 3.15 on
//! TensorFlow in float64:
//! ```python
//! import tensorflow as tf, keras
//! keras.config.set_floatx("float64")
//! z = tf.constant([-3.0, -0.4, 0.0, 0.7, 2.5], tf.float64)
//! def run(loss, y):
//!     with tf.GradientTape() as t:
//!         t.watch(z); l = [loss(tf.reshape(tf.constant(y, tf.float64), (1, 1)), tf.reshape(z[i], (1, 1))) for i in range(5)]
//!         s = tf.add_n(l)
//!     print([float(f"{v:.8g}") for v in l], [float(f"{v:.8g}") for v in t.gradient(s, z)])
//! B, F = keras.losses.BinaryCrossentropy, keras.losses.BinaryFocalCrossentropy
//! for loss in (B(from_logits=True), B(from_logits=True, label_smoothing=0.1), F(from_logits=True, gamma=2.0),
//!              F(from_logits=True, gamma=1.5, alpha=0.3, apply_class_balancing=True), F(from_logits=True, gamma=2.0, label_smoothing=0.2)):
//!     run(loss, 0.0); run(loss, 1.0)
//! ```

#![allow(clippy::approx_constant, reason = "the values are as Keras printed them")]

use trombine::{
    loss::{ClassTarget, ClassWeights, Family, LossKind, LossSettings, Targets, argmax, class_weights, is_right},
    setting_def::{SettingDefs, Value},
};

const LOGITS: [f64; 5] = [-3.0, -0.4, 0.0, 0.7, 2.5];

#[track_caller]
fn equal(settings: &LossSettings, expected: [[[f64; 5]; 2]; 2]) {
    for (target, [losses, slopes]) in [0.0, 1.0].into_iter().zip(expected) {
        for ((z, loss), slope) in LOGITS.into_iter().zip(losses).zip(slopes) {
            let (a, b) = settings.value_and_grad(z, target);
            assert!((a - loss).abs() <= 2e-7 * loss.abs() + 1e-12, "loss at {z} for {target}: {a} instead of {loss}");
            assert!((b - slope).abs() <= 2e-7 * slope.abs() + 1e-12, "slope at {z} for {target}: {b} instead of {slope}");
        }
    }
}

fn focal() -> LossSettings {
    LossSettings { kind: LossKind::BinaryFocalCrossentropy, ..Default::default() }
}

#[test]
fn crossentropy_is_keras_s() {
    equal(
        &LossSettings::default(),
        [
            [[0.048587352, 0.51301525, 0.69314718, 1.103186, 2.5788897], [0.047425873, 0.40131234, 0.5, 0.66818777, 0.92414182]],
            [
                [3.0485874, 0.91301525, 0.69314718, 0.40318605, 0.078889734],
                [-0.95257413, -0.59868766, -0.5, -0.33181223, -0.07585818],
            ],
        ],
    );
    equal(
        &LossSettings { label_smoothing: 0.1, ..Default::default() },
        [
            [
                [0.19858735, 0.53301525, 0.69314718, 1.068186, 2.4538897],
                [-0.0025741268, 0.35131234, 0.45, 0.61818777, 0.87414182],
            ],
            [
                [2.8985874, 0.89301525, 0.69314718, 0.43818605, 0.20388973],
                [-0.90257413, -0.54868766, -0.45, -0.28181223, -0.02585818],
            ],
        ],
    );
}

#[test]
fn focal_loss_is_keras_s() {
    equal(
        &focal(),
        [
            [
                [0.00010928332, 0.082621924, 0.1732868, 0.49254488, 2.2024701],
                [0.00031487185, 0.16356145, 0.2982868, 0.6251939, 1.1234031],
            ],
            [
                [2.7662804, 0.32724924, 0.1732868, 0.044390524, 0.00045396809],
                [-1.1267499, -0.47724409, -0.2982868, -0.095854722, -0.0012755849],
            ],
        ],
    );
    equal(
        &LossSettings { gamma: 1.5, alpha: 0.3, apply_class_balancing: true, ..focal() },
        [
            [
                [0.0003512726, 0.091296071, 0.17154518, 0.42178836, 1.6037577],
                [0.00084479522, 0.15340419, 0.25240257, 0.46540441, 0.75719171],
            ],
            [
                [0.85029196, 0.12688192, 0.073519361, 0.023118802, 0.00049447618],
                [-0.32617447, -0.15957867, -0.10817253, -0.042197759, -0.0011609238],
            ],
        ],
    );
    equal(
        &LossSettings { label_smoothing: 0.2, ..focal() },
        [
            [
                [0.0066327933, 0.0980402, 0.1732868, 0.41601647, 1.6405796],
                [0.0024753055, 0.14292794, 0.23862944, 0.46135399, 0.79981154],
            ],
            [
                [2.0426024, 0.29262009, 0.1732868, 0.063195673, 0.0084919873],
                [-0.80485705, -0.36144861, -0.23862944, -0.092303124, -0.0053044175],
            ],
        ],
    );
}

fn all() -> Vec<LossSettings> {
    let mut all = Vec::new();
    for kind in [LossKind::BinaryCrossentropy, LossKind::BinaryFocalCrossentropy] {
        for label_smoothing in [0.0, 0.15] {
            for gamma in [0.0, 0.5, 2.0] {
                all.push(LossSettings { kind, label_smoothing, gamma, apply_class_balancing: true, ..Default::default() });
            }
        }
    }
    all
}

#[test]
fn the_slope_is_the_difference_quotient() {
    for settings in all() {
        for target in [0.0, 1.0] {
            for z in [-9.0, -2.0, -0.1, 0.0, 0.3, 4.0, 12.0] {
                let h = 1e-5;
                let at = |z| settings.value_and_grad(z, target).0;
                let (expected, slope) = ((at(z + h) - at(z - h)) / (2.0 * h), settings.value_and_grad(z, target).1);
                assert!((slope - expected).abs() < 1e-8, "{settings:?} at {z}: {slope}, quotient {expected}");
            }
        }
    }
}

#[test]
fn extreme_logits_stay_finite() {
    for settings in all() {
        for z in [-1e30, -1e4, -800.0, -40.0, 20.0, 40.0, 800.0, 1e4, 1e30] {
            for target in [0.0, 1.0] {
                let (loss, slope) = settings.value_and_grad(z, target);
                assert!(loss.is_finite() && slope.is_finite() && loss >= 0.0, "{settings:?} at {z}: {loss}, {slope}");
            }
        }
    }
}

#[test]
fn class_weights_are_scikit_learns_balanced() {
    // compute_class_weight("balanced", classes=[0, 1], y=[0] * 300 + [1] * 500) -> [1.33333333, 0.8]
    let balanced = LossSettings { class_weights: ClassWeights::Balanced, ..Default::default() };
    let near = |a: &[f64], b: &[f64]| a.len() == b.len() && a.iter().zip(b).all(|(a, b)| (a - b).abs() < 1e-8);
    assert!(near(&class_weights(&balanced, &[300, 500]), &[4.0 / 3.0, 0.8]));
    // classes=range(4), y=[0] * 10 + [1] * 20 + [2] * 30 + [3] * 140 -> [5., 2.5, 1.66666667, 0.35714286]
    assert!(near(&class_weights(&balanced, &[10, 20, 30, 140]), &[5.0, 2.5, 1.666_666_67, 0.357_142_86]));
    assert_eq!(class_weights(&LossSettings::default(), &[300, 500]), [1.0, 1.0]);
    let by_hand = LossSettings { class_weights: ClassWeights::ByHand, weights: vec![0.5, 3.0], ..Default::default() };
    assert_eq!(class_weights(&by_hand, &[1, 1]), [0.5, 3.0]);
    assert!(class_weights(&balanced, &[0, 5]).iter().all(|w| w.is_finite()));
}

#[test]
fn judging_is_the_mean_and_counts_hits() {
    let settings = LossSettings::default();
    let (loss, correct) = settings.mean_loss_and_correct(&[-3.0, 2.5, 0.7], Targets::Values(&[0.0, 0.0, 1.0]));
    assert!((loss - (0.048587352 + 2.5788897 + 0.40318605) / 3.0).abs() < 1e-7);
    assert_eq!(correct, 2);
    assert!(is_right(0.0, 1.0) && !is_right(0.0, 0.0));
}

#[test]
fn judging_classes_takes_the_largest_logit() {
    let settings = categorical();
    let logits = [2.0, -1.0, 0.5, 3.0, -4.0, 6.0, 1.0, -2.0];
    let (loss, correct) = settings.mean_loss_and_correct(&logits, Targets::Classes(&[ClassTarget::of(0), ClassTarget::of(1)]));
    assert!((loss - (1.3840917 + 0.0070935904) / 2.0).abs() < 1e-7, "{loss}");
    assert_eq!(correct, 1);
    assert_eq!((argmax(&[1.0, 3.0, 3.0]), argmax(&[f32::NAN, 1.0]), argmax::<f32>(&[])), (1, 0, 0), "the first of several");
    let value = LossSettings { kind: LossKind::Mae, ..Default::default() };
    assert_eq!(value.mean_loss_and_correct(&[3.0, 5.5], Targets::Values(&[1.0, 5.0])), (1.25, 0));
}

fn categorical() -> LossSettings {
    LossSettings { kind: LossKind::CategoricalCrossentropy, ..Default::default() }
}

/// The expected numbers are by Keras's formulas (`keras/src/losses/losses.py` of Keras 3, without the clip of probabilities)
/// in SciPy's words; slopes by central differences:
/// ```python
/// import numpy as np
/// from scipy.special import log_softmax, softmax
/// Z = np.array([[2.0, -1.0, 0.5, 3.0], [0.1, 0.2, -0.3, 0.0], [-4.0, 6.0, 1.0, -2.0]])
/// Y = np.array([[1, 0, 0, 0], [0, 0, 0.7, 0.3], [0, 1, 0, 0.0]])
/// def cce(z, y, s): y = y * (1 - s) + s / 4; return -(y * log_softmax(z)).sum()
/// def focal(z, y, s, a, g): y = y * (1 - s) + s / 4; return -(y * a * (1 - softmax(z)) ** g * log_softmax(z)).sum()
/// def slopes(f, z): return [(f(z + 1e-6 * e) - f(z - 1e-6 * e)) / 2e-6 for e in np.eye(4)]
/// def show(f):
///     for z, y in zip(Z, Y): print([float(f"{v:.6g}") for v in [f(z, y), *slopes(lambda z: f(z, y), z)]])
/// show(lambda z, y: cce(z, y, 0)); show(lambda z, y: cce(z, y, 0.1))
/// show(lambda z, y: focal(z, y, 0, 0.25, 2)); show(lambda z, y: focal(z, y, 0.2, 0.6, 1.5))
/// ```
#[test]
fn categorical_losses_are_those_of_keras_s_formulas() {
    let logits = [[2.0, -1.0, 0.5, 3.0], [0.1, 0.2, -0.3, 0.0], [-4.0, 6.0, 1.0, -2.0]];
    let targets = [ClassTarget::of(0), ClassTarget::mixed(2, 3, 0.3), ClassTarget::of(1)];
    let focal = LossSettings { kind: LossKind::CategoricalFocalCrossentropy, ..Default::default() };
    let cases = [
        (
            categorical(),
            [
                [1.3840917, -0.749449, 0.0124742, 0.0559055, 0.681069],
                [1.613002, 0.271715, 0.300291, -0.517864, -0.0541422],
                [0.0070935904, 4.5079e-05, -0.00706849, 0.00669032, 0.000333091],
            ],
        ),
        (
            LossSettings { label_smoothing: 0.1, ..categorical() },
            [
                [1.4715917, -0.674449, -0.0125258, 0.0309055, 0.656069],
                [1.592002, 0.246715, 0.275291, -0.472864, -0.0491422],
                [0.58209359, -0.0249549, 0.0679315, -0.0183097, -0.0246669],
            ],
        ),
        (
            focal.clone(),
            [
                [0.19435187, -0.202627, 0.00337262, 0.015115, 0.184139],
                [0.25919439, 0.0781239, 0.0863403, -0.153479, -0.0109853],
                [8.860525e-08, 1.68524e-09, -2.6425e-07, 2.50112e-07, 1.24523e-08],
            ],
        ),
        (
            LossSettings { label_smoothing: 0.2, alpha: 0.6, gamma: 1.5, ..focal },
            [
                [0.66849584, -0.400437, -0.0239142, 0.00115739, 0.423193],
                [0.66631404, 0.152591, 0.173115, -0.300813, -0.0248927],
                [0.68899533, -0.0300141, 0.0906743, -0.0305858, -0.0300743],
            ],
        ),
    ];
    for (settings, expected) in cases {
        for ((logits, target), [loss, slopes @ ..]) in logits.iter().zip(targets).zip(expected) {
            let mut own = [0.0; 4];
            let value = settings.classes_value_and_grad(logits, target, &mut own);
            // The share of a mixed target is an f32, and the slopes have six digits.
            let near = |a: f64, b: f64| (a - b).abs() <= 5e-6 * b.abs() + 1e-12;
            assert!(near(value, loss), "{settings:?}, {target:?}: {value} instead of {loss}");
            assert!(own.iter().zip(slopes).all(|(a, b)| near(*a, b)), "{settings:?}, {target:?}: {own:?} instead of {slopes:?}");
        }
    }
}

/// Every categorical loss, smoothed and not.
fn all_categorical() -> Vec<LossSettings> {
    let kinds = [LossKind::CategoricalCrossentropy, LossKind::CategoricalFocalCrossentropy];
    let with = |kind, label_smoothing, gamma| LossSettings { kind, label_smoothing, gamma, ..Default::default() };
    let of = |kind| [(0.0, 0.0), (0.0, 2.0), (0.15, 0.5), (0.15, 3.0)].map(|(smoothing, gamma)| with(kind, smoothing, gamma));
    kinds.into_iter().flat_map(of).collect()
}

#[test]
fn categorical_slopes_are_the_difference_quotients() {
    for settings in all_categorical() {
        for classes in [2_u16, 3, 17, 200] {
            let logits: Vec<f64> = (0..classes).map(|k| f64::from((k * 37 + 11) % 53) / 10.0 - 2.0).collect();
            for target in [ClassTarget::of(0), ClassTarget::of(classes - 1), ClassTarget::mixed(1, 0, 0.3)] {
                let mut slopes = vec![0.0; logits.len()];
                settings.classes_value_and_grad(&logits, target, &mut slopes);
                for at in (0..logits.len()).step_by(7) {
                    let moved = |by: f64| {
                        let mut logits = logits.clone();
                        logits[at] += by;
                        settings.classes_value_and_grad(&logits, target, &mut vec![0.0; logits.len()])
                    };
                    let (h, slope) = (1e-5, slopes[at]);
                    let expected = (moved(h) - moved(-h)) / (2.0 * h);
                    assert!((slope - expected).abs() < 1e-8, "{settings:?}, {target:?}, {at}: {slope}, quotient {expected}");
                }
            }
        }
    }
}

#[test]
fn extreme_logits_of_classes_stay_finite() {
    for settings in all_categorical() {
        for z in [-1e30, -800.0, -40.0, 40.0, 800.0, 1e30] {
            for target in [ClassTarget::of(0), ClassTarget::of(1), ClassTarget::mixed(2, 0, 0.5)] {
                let mut slopes = [0.0; 3];
                let loss = settings.classes_value_and_grad(&[z, 0.0, -z], target, &mut slopes);
                let finite = loss.is_finite() && slopes.iter().all(|slope| slope.is_finite());
                assert!(finite && loss >= 0.0, "{settings:?} at {z} for {target:?}: {loss}, {slopes:?}");
                assert!(slopes.iter().sum::<f64>().abs() < 1e-9, "{settings:?}: {slopes:?}");
            }
        }
    }
    // A certain answer's loss is the probability that is left beside it, 2 exp(-40), not zero.
    let loss = categorical().classes_value_and_grad(&[40.0, 0.0, 0.0], ClassTarget::of(0), &mut [0.0; 3]);
    assert!((loss / (2.0 * (-40.0_f64).exp()) - 1.0).abs() < 1e-12, "{loss}");
}

#[test]
fn two_classes_by_softmax_are_a_sigmoid() {
    for label_smoothing in [0.0, 0.2] {
        let (one, two) =
            (LossSettings { label_smoothing, ..Default::default() }, LossSettings { label_smoothing, ..categorical() });
        for z in LOGITS {
            let mut slopes = [0.0; 2];
            let value = two.classes_value_and_grad(&[0.3, 0.3 + z], ClassTarget::mixed(0, 1, 0.25), &mut slopes);
            let (expected, slope) = one.value_and_grad(z, 0.25);
            assert!((value - expected).abs() < 1e-12 && (slopes[1] - slope).abs() < 1e-12 && (slopes[0] + slope).abs() < 1e-12);
        }
    }
}

/// By Keras's formulas, in NumPy's words, at -2, 0.25, 1 and 4 for the target 1:
/// ```python
/// e = np.array([-2.0, 0.25, 1.0, 4.0]) - 1.0
/// np.square(e), np.abs(e), np.where(np.abs(e) <= 1.5, 0.5 * e**2, 1.5 * np.abs(e) - 0.5 * 1.5**2)
/// ```
#[test]
fn losses_of_a_value_are_keras_s() {
    let loss = |kind| LossSettings { kind, delta: 1.5, label_smoothing: 0.3, ..Default::default() };
    let cases = [
        (LossKind::Mse, [9.0, 0.5625, 0.0, 9.0], [-6.0, -1.5, 0.0, 6.0]),
        (LossKind::Mae, [3.0, 0.75, 0.0, 3.0], [-1.0, -1.0, 0.0, 1.0]),
        (LossKind::Huber, [3.375, 0.28125, 0.0, 3.375], [-1.5, -0.75, 0.0, 1.5]),
    ];
    for (kind, values, slopes) in cases {
        for ((z, value), slope) in [-2.0, 0.25, 1.0, 4.0].into_iter().zip(values).zip(slopes) {
            assert_eq!(loss(kind).value_and_grad(z, 1.0), (value, slope), "{kind:?} at {z}");
        }
    }
}

#[test]
fn a_screen_offers_the_losses_of_one_output_and_files_know_all() {
    let mut settings = LossSettings::default();
    let offered = |settings: &mut LossSettings| match &settings.setting_defs()[0].value {
        Value::Choice(choice) => choice.options().into_iter().map(|(key, ..)| key).collect::<Vec<_>>(),
        _ => Vec::new(),
    };
    assert_eq!(offered(&mut settings), ["binary_crossentropy", "binary_focal_crossentropy"]);
    settings.setting_defs()[0].parse("categorical_focal_crossentropy").expect("known");
    assert_eq!(offered(&mut settings), ["categorical_crossentropy", "categorical_focal_crossentropy"]);
    settings.setting_defs()[0].parse("huber").expect("known");
    assert_eq!((settings.kind, offered(&mut settings)), (LossKind::Huber, vec!["mse", "mae", "huber"]));
    assert_eq!(settings.setting_defs()[0].text(), "huber");
    assert!(settings.setting_defs()[0].parse("hinge").is_err());
    let json = serde_json::to_string(&settings).expect("writes");
    assert!(json.contains("\"huber\"") && serde_json::from_str::<LossSettings>(&json).expect("reads") == settings, "{json}");
}

#[test]
fn every_loss_setting_has_an_effect_where_it_is_active() {
    let bases = [
        LossSettings { class_weights: ClassWeights::ByHand, ..categorical() },
        LossSettings { kind: LossKind::CategoricalFocalCrossentropy, ..Default::default() },
        LossSettings { kind: LossKind::Huber, ..Default::default() },
        LossSettings { class_weights: ClassWeights::ByHand, ..Default::default() },
        LossSettings { class_weights: ClassWeights::ByHand, apply_class_balancing: true, ..focal() },
    ];
    for base in bases {
        let see = |s: &LossSettings| {
            let classes = s.classes_value_and_grad(&[0.3, 1.0, -0.2], ClassTarget::of(1), &mut [0.0; 3]);
            let weights = if s.kind.family() == Family::Regression { Vec::new() } else { class_weights(s, &[3, 5]) };
            match s.kind.family() {
                Family::Categorical => (vec![classes], weights),
                _ => ([(1.3, 1.0), (0.2, 0.0), (5.0, 1.0)].into_iter().map(|(z, y)| s.value_and_grad(z, y).0).collect(), weights),
            }
        };
        for index in 0..base.clone().setting_defs().len() {
            let mut changed = base.clone();
            let (key, active) = {
                let mut defs = changed.setting_defs();
                let def = &mut defs[index];
                let text = match def.text().as_str() {
                    "true" => "false".to_owned(),
                    "false" => "true".to_owned(),
                    "binary_crossentropy" => "binary_focal_crossentropy".to_owned(),
                    "binary_focal_crossentropy" => "binary_crossentropy".to_owned(),
                    "categorical_crossentropy" => "categorical_focal_crossentropy".to_owned(),
                    "categorical_focal_crossentropy" => "categorical_crossentropy".to_owned(),
                    "huber" => "mse".to_owned(),
                    "none" => "balanced".to_owned(),
                    "by_hand" => "balanced".to_owned(),
                    _ if matches!(def.value, Value::OfClasses { .. }) => "0.5,3".to_owned(),
                    number => (number.parse::<f64>().expect("a number") * 0.5 + 0.1).to_string(),
                };
                def.parse(&text).expect("within the range");
                (def.key.clone(), def.active)
            };
            assert_eq!(see(&changed) != see(&base), active, "{key} of {base:?}");
        }
    }
}
