//! Factors of each class's loss, as scikit-learn's `class_weight` and Keras's have them.

use serde::{Deserialize, Serialize};

use super::{Family, LossSettings};
use crate::{
    setting_def::{SettingDef, Value, choice},
    text::say,
};

/// The settings that hold them, as keys say it.
pub const KEY: &str = "train.loss.class_weights";
pub const BY_HAND: &str = "train.loss.weights";

/// Where factors of each class's loss come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClassWeights {
    None,
    /// `n / (K * n_class)` of the training part with K classes (scikit-learn's "balanced").
    Balanced,
    ByHand,
}

choice!(ClassWeights {
    None = "none", say("None", "Aucun"), say("Every picture counts the same", "Chaque image compte autant");
    Balanced = "balanced", say("Balanced", "Équilibrés"),
        say("Smaller classes count more, so that all weigh the same", "Les petites classes comptent plus : toutes pèsent autant");
    ByHand = "by_hand", say("By hand", "À la main"),
        say("You set the weight of each class", "Vous fixez le poids de chaque classe");
});

/// The loss factor of each class for a training part with `balance` pictures of each. Values have none, so theirs is 1.
pub fn class_weights(settings: &LossSettings, balance: &[usize]) -> Vec<f64> {
    let total = balance.iter().sum::<usize>() as f64;
    let balanced = |n: &usize| if *n == 0 { 1.0 } else { total / ((balance.len() * n) as f64) };
    let by_hand = |class: usize| settings.weights.get(class).copied().unwrap_or(1.0);
    match settings.class_weights {
        _ if settings.kind.family() == Family::Regression => vec![1.0; balance.len()],
        ClassWeights::None => vec![1.0; balance.len()],
        ClassWeights::Balanced => balance.iter().map(balanced).collect(),
        ClassWeights::ByHand => (0..balance.len()).map(by_hand).collect(),
    }
}

/// The settings; `of_classes` says whether the loss is one of classes. Of values they are shown while they are set, since a
/// training refuses them.
pub(super) fn setting_defs<'a>(
    class_weights: &'a mut ClassWeights,
    weights: &'a mut Vec<f64>,
    of_classes: bool,
) -> [SettingDef<'a>; 2] {
    let now = *class_weights;
    [
        SettingDef::new(
            "class_weights",
            say("Class weights", "Poids des classes"),
            say(
                "How much a picture of each class counts. Balanced makes up for classes of different size",
                "Combien compte une image de chaque classe. L’équilibre compense des classes de tailles différentes",
            ),
            Value::Choice(class_weights),
        )
        .when(of_classes || now != ClassWeights::None),
        SettingDef::new(
            "weights",
            say("Weights by hand", "Poids à la main"),
            say(
                "A weight for each class: 1 leaves it as it is, 2 counts its pictures twice. In text, one for each class in the order in which `check --json` lists them, as in 1,2,0.5. 0.5 to 2",
                "Un poids pour chaque classe : 1 la laisse telle quelle, 2 compte ses images deux fois. En texte, un par classe dans l’ordre où `check --json` les cite, comme 1,2,0.5. De 0,5 à 2",
            ),
            Value::OfClasses { value: weights, range: 0.0..=100.0 },
        )
        .under("class_weights", of_classes && now == ClassWeights::ByHand),
    ]
}
