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
    loss::{ClassWeights, LossKind, LossSettings, class_weights, is_right},
    setting_def::SettingDefs,
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
    let [a, b] = class_weights(&balanced, [300, 500]);
    assert!((a - 4.0 / 3.0).abs() < 1e-12 && (b - 0.8).abs() < 1e-12);
    assert_eq!(class_weights(&LossSettings::default(), [300, 500]), [1.0, 1.0]);
    let by_hand = LossSettings { class_weights: ClassWeights::ByHand, weight_0: 0.5, weight_1: 3.0, ..Default::default() };
    assert_eq!(class_weights(&by_hand, [1, 1]), [0.5, 3.0]);
    assert!(class_weights(&balanced, [0, 5]).iter().all(|w| w.is_finite()));
}

#[test]
fn judging_is_the_mean_and_counts_hits() {
    let settings = LossSettings::default();
    let (loss, right) = settings.judge(&[-3.0, 2.5, 0.7], &[0.0, 0.0, 1.0]);
    assert!((loss - (0.048587352 + 2.5788897 + 0.40318605) / 3.0).abs() < 1e-7);
    assert_eq!(right, 2);
    assert!(is_right(0.0, 1.0) && !is_right(0.0, 0.0));
}

#[test]
fn every_loss_setting_has_an_effect_where_it_is_active() {
    let bases = [
        LossSettings { class_weights: ClassWeights::ByHand, ..Default::default() },
        LossSettings { class_weights: ClassWeights::ByHand, apply_class_balancing: true, ..focal() },
    ];
    for base in bases {
        let see = |s: &LossSettings| (s.value_and_grad(1.3, 1.0), s.value_and_grad(0.2, 0.0), class_weights(s, [3, 5]));
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
                    "by_hand" => "balanced".to_owned(),
                    number => (number.parse::<f64>().expect("a number") * 0.5 + 0.1).to_string(),
                };
                def.parse(&text).expect("within the range");
                (def.key.clone(), def.active)
            };
            assert_eq!(see(&changed) != see(&base), active, "{key} of {base:?}");
        }
    }
}
