//! Focal loss (Lin et al. 2017), as Keras's `BinaryFocalCrossentropy(from_logits=True)` has it.

use super::{
    Family, LossKind, LossSettings,
    crossentropy::{crossentropy, sigmoid},
};
use crate::{
    setting_def::{Scale, SettingDef, UNITLESS, Value},
    text::say,
};

/// Loss and gradient at logit `z` for the (smoothed) target `y` between 0 and 1.
///
/// With `p = sigmoid(z)` and the miss `f = y * (1 - p) + (1 - y) * p` the loss is `f^gamma` times the cross-entropy,
/// times `y * alpha + (1 - y) * (1 - alpha)` if classes are balanced.
pub fn focal(settings: &LossSettings, z: f64, y: f64) -> (f64, f64) {
    let (entropy, grad) = crossentropy(z, y);
    let (p, q) = (sigmoid(z), sigmoid(-z));
    // Far out the miss vanishes; the floor keeps f^(gamma - 1) finite, and its product with p * q is then 0.
    let miss = (y * q + (1.0 - y) * p).max(f64::MIN_POSITIVE);
    let miss_grad = (1.0 - 2.0 * y) * p * q;
    let balance = if settings.apply_class_balancing { y * settings.alpha + (1.0 - y) * (1.0 - settings.alpha) } else { 1.0 };
    let factor = miss.powf(settings.gamma);
    let factor_grad = settings.gamma * factor * (miss_grad / miss);
    (balance * factor * entropy, balance * (factor_grad * entropy + factor * grad))
}

/// The settings of both focal losses; `kind` is the loss that is chosen.
pub(super) fn setting_defs<'a>(
    kind: LossKind,
    gamma: &'a mut f64,
    balancing: &'a mut bool,
    alpha: &'a mut f64,
) -> [SettingDef<'a>; 3] {
    let (focal, binary) = (kind.is_focal(), kind.family() != Family::Categorical);
    // Of several classes, alpha weighs all of them alike.
    let weighs = *balancing || !binary;
    [
        SettingDef::new(
            "gamma",
            say("Focus (gamma)", "Focalisation (gamma)"),
            say(
                "How much pictures that are already right are played down; 0 is plain cross-entropy. 1 to 3",
                "À quel point les images déjà bien classées comptent moins ; 0 donne l’entropie croisée simple. De 1 à 3",
            ),
            Value::Number { value: gamma, range: 0.0..=5.0, scale: Scale::Linear, unit: UNITLESS },
        )
        .under("kind", focal),
        SettingDef::new(
            "apply_class_balancing",
            say("Balance by alpha", "Équilibrer par alpha"),
            say(
                "Weighs the second class by alpha and the first by the rest. For classes of very different size",
                "Pondère la seconde classe par alpha et la première par le reste. Pour des classes de tailles très différentes",
            ),
            Value::Switch(balancing),
        )
        .states(say("not balanced by alpha", "sans équilibrage par alpha"), say("balanced by alpha", "équilibré par alpha"))
        .more()
        .under("kind", focal && binary),
        SettingDef::new(
            "alpha",
            say("Alpha", "Alpha"),
            if binary {
                say(
                    "The weight of the second class; 0.5 weighs both the same. 0.25 to 0.75",
                    "Le poids de la seconde classe ; 0,5 donne le même aux deux. De 0,25 à 0,75",
                )
            } else {
                say(
                    "A factor of the whole loss, as Keras has it. 0.25 to 1",
                    "Un facteur de toute la perte, comme dans Keras. De 0,25 à 1",
                )
            },
            Value::Number { value: alpha, range: 0.0..=1.0, scale: Scale::Linear, unit: UNITLESS },
        )
        .more()
        .under(if binary { "apply_class_balancing" } else { "kind" }, focal && weighs),
    ]
}
