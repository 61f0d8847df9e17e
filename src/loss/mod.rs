//! Losses: their settings and reference arithmetic. Keras's names.
//!
//! Everything is a function of the logit and gives the slope with the value; the sigmoid belongs to the loss.

pub mod crossentropy;
pub mod focal;

use serde::{Deserialize, Serialize};

use crate::{
    setting_def::{Scale, SettingDef, SettingDefs, UNITLESS, Value, choice},
    text::say,
};

/// The loss as the user sets it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct LossSettings {
    pub kind: LossKind,
    /// Targets become `t * (1 - s) + s / 2` (Keras's `label_smoothing`).
    pub label_smoothing: f64,
    /// Focal loss: how much easy pictures are played down (Lin et al. 2017).
    pub gamma: f64,
    /// Focal loss: balance factor of class 1 if `apply_class_balancing`.
    pub alpha: f64,
    /// Focal loss: whether alpha is applied.
    pub apply_class_balancing: bool,
    pub class_weights: ClassWeights,
    /// By hand: the factor of class 0.
    pub weight_0: f64,
    /// By hand: the factor of class 1.
    pub weight_1: f64,
}

/// Which loss.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LossKind {
    BinaryCrossentropy,
    /// Keras's `BinaryFocalCrossentropy`.
    BinaryFocalCrossentropy,
}

/// Factors of each class's loss.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClassWeights {
    None,
    /// `n / (2 * n_class)` of the training part (scikit-learn's "balanced").
    Balanced,
    ByHand,
}

impl Default for LossSettings {
    fn default() -> Self {
        Self {
            kind: LossKind::BinaryCrossentropy,
            label_smoothing: 0.0,
            gamma: 2.0,
            alpha: 0.25,
            apply_class_balancing: false,
            class_weights: ClassWeights::None,
            weight_0: 1.0,
            weight_1: 1.0,
        }
    }
}

choice!(LossKind {
    BinaryCrossentropy = "binary_crossentropy", say("Binary cross-entropy", "Entropie croisée binaire"),
        say("The notebook's; every picture counts", "Celle du notebook ; chaque image compte");
    BinaryFocalCrossentropy = "binary_focal_crossentropy", say("Focal loss", "Focal loss"),
        say("Pictures that are already right count less", "Les images déjà justes comptent moins");
});
choice!(ClassWeights {
    None = "none", say("None", "Aucune"), say("Every picture counts the same", "Chaque image compte autant");
    Balanced = "balanced", say("Balanced", "Équilibrée"),
        say("The smaller class counts more, so that both weigh the same", "La plus petite classe compte plus : les deux pèsent autant");
    ByHand = "by_hand", say("By hand", "À la main"), say("You set both factors", "Vous fixez les deux facteurs");
});

impl LossSettings {
    /// One picture's loss at `logit` for the target 0 or 1, and the loss's slope there. Label smoothing is included,
    /// class weights are not.
    pub fn value_and_grad(&self, logit: f64, target: f64) -> (f64, f64) {
        let y = target * (1.0 - self.label_smoothing) + self.label_smoothing / 2.0;
        match self.kind {
            LossKind::BinaryCrossentropy => crossentropy::crossentropy(logit, y),
            LossKind::BinaryFocalCrossentropy => focal::focal(self, logit, y),
        }
    }

    /// The mean loss of `logits`, as Keras reports `val_loss` (without the L2 penalty), and how many are right.
    pub fn judge(&self, logits: &[f32], targets: &[f32]) -> (f64, usize) {
        let pairs = || logits.iter().zip(targets);
        let sum: f64 = pairs().map(|(z, y)| self.value_and_grad((*z).into(), (*y).into()).0).sum();
        let right = pairs().filter(|(z, y)| is_right(**z, **y)).count();
        (sum / logits.len().max(1) as f64, right)
    }
}

/// Whether a logit is on its target's side. Exactly 0 (a probability of 0.5) is class 1, as everywhere in this program
/// (scikit-learn's curves have it so; Keras's `accuracy` calls it class 0).
pub fn is_right(logit: f32, target: f32) -> bool {
    (logit >= 0.0) == (target >= 0.5)
}

/// The loss factors of class 0 and 1 for a training part with `balance` pictures of each.
pub fn class_weights(settings: &LossSettings, balance: [usize; 2]) -> [f64; 2] {
    let total = (balance[0] + balance[1]) as f64;
    match settings.class_weights {
        ClassWeights::None => [1.0; 2],
        ClassWeights::Balanced => balance.map(|n| if n == 0 { 1.0 } else { total / (2.0 * n as f64) }),
        ClassWeights::ByHand => [settings.weight_0, settings.weight_1],
    }
}

impl SettingDefs for LossSettings {
    fn setting_defs(&mut self) -> Vec<SettingDef<'_>> {
        let Self { kind, label_smoothing, gamma, alpha, apply_class_balancing, class_weights, weight_0, weight_1 } = self;
        let is_focal = *kind == LossKind::BinaryFocalCrossentropy;
        let by_hand = *class_weights == ClassWeights::ByHand;
        let mut defs = vec![SettingDef::new(
            "kind",
            say("Loss", "Perte"),
            say(
                "What training makes small. Focal loss pays more attention to hard pictures; it helps when classes are unequal",
                "Ce que l’entraînement rend petit. La focal loss s’attarde sur les images difficiles ; elle aide si les classes sont inégales",
            ),
            Value::Choice(kind),
        )];
        defs.extend(focal::setting_defs(gamma, apply_class_balancing, alpha).map(|def| def.when(is_focal)));
        defs.extend([
            SettingDef::new(
                "label_smoothing",
                say("Label smoothing", "Lissage des étiquettes"),
                say(
                    "Asks for a little less than certainty, since some labels are wrong. 0 is off; 0.02 to 0.1",
                    "Demande un peu moins que la certitude, car certaines étiquettes sont fausses. 0 désactive ; de 0,02 à 0,1",
                ),
                Value::Number { value: label_smoothing, range: 0.0..=0.4, scale: Scale::Linear, unit: UNITLESS },
            ),
            SettingDef::new(
                "class_weights",
                say("Class weights", "Poids des classes"),
                say(
                    "How much a picture of each class counts. Balanced makes up for classes of different size",
                    "Combien compte une image de chaque classe. L’équilibre compense des classes de tailles différentes",
                ),
                Value::Choice(class_weights),
            ),
            SettingDef::new(
                "weight_0",
                say("Weight of the first class", "Poids de la première classe"),
                say("1 leaves it as it is. 0.5 to 2", "1 la laisse telle quelle. De 0,5 à 2"),
                Value::Number { value: weight_0, range: 0.0..=100.0, scale: Scale::Log, unit: UNITLESS },
            )
            .when(by_hand),
            SettingDef::new(
                "weight_1",
                say("Weight of the second class", "Poids de la seconde classe"),
                say("1 leaves it as it is. 0.5 to 2", "1 la laisse telle quelle. De 0,5 à 2"),
                Value::Number { value: weight_1, range: 0.0..=100.0, scale: Scale::Log, unit: UNITLESS },
            )
            .when(by_hand),
        ]);
        defs
    }
}
