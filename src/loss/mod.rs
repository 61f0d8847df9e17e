//! Losses: their settings and reference arithmetic. Keras's names.
//!
//! Everything is a function of the network's outputs and gives the gradients with the value; sigmoid and softmax belong to the
//! loss.
//!
//! | output | losses | target of a picture |
//! | --- | --- | --- |
//! | sigmoid, one logit | [`crossentropy`], [`focal`] | 0 or 1, between where pictures are mixed |
//! | softmax, a logit for each class | [`categorical`] | [`ClassTarget`] |
//! | linear, a value | [`regression`] | the value |

pub mod categorical;
pub mod class_weights;
pub mod crossentropy;
pub mod focal;
pub mod regression;
mod stored;
pub mod target;

use serde::{Deserialize, Serialize};

use crate::{
    setting_def::{Scale, SettingDef, SettingDefs, UNITLESS, Value, choice},
    text::{Phrase, say},
};

pub use categorical::argmax;
pub use class_weights::{ClassWeights, class_weights};
pub use target::{ClassTarget, Targets};

/// The loss as the user sets it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(from = "stored::StoredLoss")]
pub struct LossSettings {
    pub kind: LossKind,
    /// Of K classes, targets become `t * (1 - s) + s / K` (Keras's `label_smoothing`).
    pub label_smoothing: f64,
    /// Focal loss: how much easy pictures are played down (Lin et al. 2017).
    pub gamma: f64,
    /// Focal loss of two classes: balance factor of class 1 if `apply_class_balancing`. Of several: factor of all.
    pub alpha: f64,
    /// Focal loss: whether alpha is applied.
    pub apply_class_balancing: bool,
    pub class_weights: ClassWeights,
    /// By hand: the factor of each class, in their order; none is 1 for each.
    pub weights: Vec<f64>,
    /// Huber loss: the error from which on it grows like the error, not like its square; in the unit of the targets, which in
    /// training are standardized.
    pub delta: f64,
}

/// Which loss.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LossKind {
    BinaryCrossentropy,
    /// Keras's `BinaryFocalCrossentropy`.
    BinaryFocalCrossentropy,
    CategoricalCrossentropy,
    /// Keras's `CategoricalFocalCrossentropy`.
    CategoricalFocalCrossentropy,
    /// Mean squared error.
    Mse,
    /// Mean absolute error.
    Mae,
    Huber,
}

/// What a loss is a loss of, which says with which output it goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    /// Two classes, by one logit.
    Binary,
    /// Several classes, by a logit each.
    Categorical,
    /// A value.
    Regression,
}

impl LossKind {
    /// With which output it goes.
    pub const fn family(self) -> Family {
        match self {
            Self::BinaryCrossentropy | Self::BinaryFocalCrossentropy => Family::Binary,
            Self::CategoricalCrossentropy | Self::CategoricalFocalCrossentropy => Family::Categorical,
            Self::Mse | Self::Mae | Self::Huber => Family::Regression,
        }
    }

    /// The same of several classes, where it is one of two; their usual one, where it is one of values.
    #[must_use]
    pub const fn of_classes(self) -> Self {
        match self {
            Self::BinaryCrossentropy | Self::Mse | Self::Mae | Self::Huber => Self::CategoricalCrossentropy,
            Self::BinaryFocalCrossentropy => Self::CategoricalFocalCrossentropy,
            Self::CategoricalCrossentropy | Self::CategoricalFocalCrossentropy => self,
        }
    }

    /// Whether it is one of values.
    pub const fn is_of_values(self) -> bool {
        matches!(self.family(), Family::Regression)
    }

    /// A loss of values, where it is one of classes.
    #[must_use]
    pub const fn of_values(self) -> Self {
        match self.family() {
            Family::Regression => self,
            Family::Binary | Family::Categorical => Family::Regression.usual(),
        }
    }

    /// The same of two classes, where it is one of several; their usual one, where it is one of values.
    #[must_use]
    pub const fn of_two(self) -> Self {
        match self {
            Self::CategoricalCrossentropy | Self::Mse | Self::Mae | Self::Huber => Self::BinaryCrossentropy,
            Self::CategoricalFocalCrossentropy => Self::BinaryFocalCrossentropy,
            Self::BinaryCrossentropy | Self::BinaryFocalCrossentropy => self,
        }
    }

    /// Whether pictures that are already right count less.
    pub const fn is_focal(self) -> bool {
        matches!(self, Self::BinaryFocalCrossentropy | Self::CategoricalFocalCrossentropy)
    }
}

impl Family {
    /// The loss to begin with.
    pub const fn usual(self) -> LossKind {
        match self {
            Self::Binary => LossKind::BinaryCrossentropy,
            Self::Categorical => LossKind::CategoricalCrossentropy,
            Self::Regression => LossKind::Mae,
        }
    }

    /// What its losses are for, for a person.
    pub const fn name(self) -> Phrase {
        match self {
            Self::Binary => say("two classes", "deux classes"),
            Self::Categorical => say("several classes", "plusieurs classes"),
            Self::Regression => say("a value", "une valeur"),
        }
    }
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
            weights: Vec::new(),
            delta: 1.0,
        }
    }
}

choice!(LossKind {
    BinaryCrossentropy = "binary_crossentropy", say("Binary cross-entropy", "Entropie croisée binaire"),
        say("The notebook’s; every picture counts", "Celle du notebook ; chaque image compte");
    BinaryFocalCrossentropy = "binary_focal_crossentropy", say("Focal loss", "Focal loss"),
        say("Pictures that are already right count less", "Les images déjà bien classées comptent moins");
    CategoricalCrossentropy = "categorical_crossentropy", say("Categorical cross-entropy", "Entropie croisée catégorielle"),
        say("Every picture counts", "Chaque image compte");
    CategoricalFocalCrossentropy = "categorical_focal_crossentropy", say("Categorical focal loss", "Focal loss catégorielle"),
        say("Pictures that are already right count less", "Les images déjà bien classées comptent moins");
    Mse = "mse", say("Mean squared error", "Erreur quadratique moyenne"),
        say("Large errors count most; aims at the mean", "Les grandes erreurs comptent le plus ; vise la moyenne");
    Mae = "mae", say("Mean absolute error", "Erreur absolue moyenne"),
        say("Every error counts as it is; aims at the median", "Chaque erreur compte telle quelle ; vise la médiane");
    Huber = "huber", say("Huber", "Huber"),
        say("As the square up to delta, as the error beyond", "Comme le carré jusqu’à delta, comme l’erreur au-delà");
}
    // What belongs to another output is hidden.
    fn offers(self, other: Self) -> bool {
        self.family() == other.family()
    }
    fn goes_with(self) -> Option<Phrase> {
        Some(self.family().name())
    }
);
impl LossSettings {
    /// The same without what is said of classes alone.
    #[must_use]
    pub fn without_classes(self) -> Self {
        Self { label_smoothing: 0.0, class_weights: ClassWeights::None, ..self }
    }

    /// One picture's loss at one output for its target, and the loss's gradient there: the logit for the target 0 or 1, or the
    /// value. Label smoothing is included, class weights are not. (A logit alone is as one beside a logit of 0, so a
    /// categorical loss of it is the binary one.)
    pub fn value_and_grad(&self, output: f64, target: f64) -> (f64, f64) {
        let smoothed = || target * (1.0 - self.label_smoothing) + self.label_smoothing / 2.0;
        match self.kind {
            LossKind::BinaryCrossentropy | LossKind::CategoricalCrossentropy => crossentropy::crossentropy(output, smoothed()),
            LossKind::BinaryFocalCrossentropy | LossKind::CategoricalFocalCrossentropy => focal::focal(self, output, smoothed()),
            LossKind::Mse => regression::squared(output, target),
            LossKind::Mae => regression::absolute(output, target),
            LossKind::Huber => regression::huber(self.delta, output, target),
        }
    }

    /// The same at the logits of all classes; leaves the gradient at each of them in `grads`, which is as long. A loss that is
    /// none of classes is cross-entropy here.
    pub fn classes_value_and_grad(&self, logits: &[f64], target: ClassTarget, grads: &mut [f64]) -> f64 {
        categorical::value_and_grad(self, logits, target, grads)
    }

    /// The mean loss of the outputs, a row for each picture, as Keras reports `val_loss` (without the L2 penalty), and how
    /// many are right; of values none is.
    pub fn mean_loss_and_correct(&self, outputs: &[f32], targets: Targets<'_>) -> (f64, usize) {
        let (mut sum, mut correct) = (0.0, 0);
        match targets {
            Targets::Values(targets) => {
                for (output, target) in outputs.iter().zip(targets) {
                    sum += self.value_and_grad((*output).into(), (*target).into()).0;
                    correct += usize::from(self.kind.family() != Family::Regression && is_right(*output, *target));
                }
            }
            Targets::Classes(targets) => {
                let classes = outputs.len() / targets.len().max(1);
                let (mut row, mut grads) = (vec![0.0; classes], vec![0.0; classes]);
                for (logits, target) in outputs.chunks_exact(classes.max(1)).zip(targets) {
                    row.iter_mut().zip(logits).for_each(|(wide, logit)| *wide = f64::from(*logit));
                    sum += self.classes_value_and_grad(&row, *target, &mut grads);
                    correct += usize::from(argmax(logits) == usize::from(target.label()));
                }
            }
        }
        (sum / targets.len().max(1) as f64, correct)
    }
}

/// Whether a logit is on its target's side. Exactly 0 (a probability of 0.5) is class 1, as everywhere in this program
/// (scikit-learn's curves have it so; Keras's `accuracy` calls it class 0).
pub fn is_right(logit: f32, target: f32) -> bool {
    (logit >= 0.0) == (target >= 0.5)
}

impl SettingDefs for LossSettings {
    fn setting_defs(&mut self) -> Vec<SettingDef<'_>> {
        let Self { kind, label_smoothing, gamma, alpha, apply_class_balancing, class_weights, weights, delta } = self;
        let (kind_is, of_classes, smoothed) = (*kind, kind.family() != Family::Regression, *label_smoothing > 0.0);
        let mut defs = vec![SettingDef::new(
            "kind",
            say("Loss", "Perte"),
            say(
                "What training minimizes. Focal loss pays more attention to hard pictures; it helps when classes are unequal",
                "Ce que l’entraînement minimise. La focal loss s’attarde sur les images difficiles ; elle aide si les classes sont inégales",
            ),
            Value::Choice(kind),
        )];
        defs.extend(focal::setting_defs(kind_is, gamma, apply_class_balancing, alpha));
        defs.push(
            SettingDef::new(
                "delta",
                say("Huber delta", "Delta de Huber"),
                say(
                    "From this error on the loss grows like the error, below like its square; in standard deviations of the ages. 0.1 to 2",
                    "À partir de cette erreur la perte croît comme l’erreur, en dessous comme son carré ; en écarts-types des âges. De 0,1 à 2",
                ),
                Value::Number { value: delta, range: 0.01..=10.0, scale: Scale::Log, unit: UNITLESS },
            )
            .under("kind", kind_is == LossKind::Huber),
        );
        defs.push(
            SettingDef::new(
                "label_smoothing",
                say("Label smoothing", "Lissage des étiquettes"),
                say(
                    "Asks for a little less than certainty, since some labels are wrong. 0 is off; 0.02 to 0.1",
                    "Demande un peu moins que la certitude, car certaines étiquettes sont fausses. 0 désactive ; de 0,02 à 0,1",
                ),
                Value::Number { value: label_smoothing, range: 0.0..=0.4, scale: Scale::Linear, unit: UNITLESS },
            )
            // Of values it is shown while it is set, since a training refuses it.
            .when(of_classes || smoothed),
        );
        defs.extend(class_weights::setting_defs(class_weights, weights, of_classes));
        defs
    }
}
