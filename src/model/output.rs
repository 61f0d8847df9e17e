//! What a network ends in: how many numbers it gives for a picture, and what they say.

use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};

use crate::{
    problem::{Kind, Problem},
    text::{LocalizedText, Phrase, say},
};

/// The last layer's units and what they are read as. The function itself belongs to the loss: an engine's outputs are
/// logits, or the value.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Output {
    /// One logit, whose sigmoid is the probability of class 1.
    #[default]
    Sigmoid,
    /// A logit for each of [`CLASSES`], whose softmax are their probabilities.
    Softmax { classes: usize },
    /// One value as it is, in the label's own unit.
    Linear,
}

/// How many classes a softmax can tell apart.
pub const CLASSES: RangeInclusive<usize> = 2..=200;

impl Output {
    /// Numbers for each picture.
    pub const fn units(self) -> usize {
        match self {
            Self::Sigmoid | Self::Linear => 1,
            Self::Softmax { classes } => classes,
        }
    }

    /// Its name for a person (Keras's word).
    pub const fn name(self) -> Phrase {
        match self {
            Self::Sigmoid => say("sigmoid", "sigmoïde"),
            Self::Softmax { .. } => say("softmax", "softmax"),
            Self::Linear => say("linear", "linéaire"),
        }
    }

    /// Whether a network can have it.
    ///
    /// # Errors
    /// A number of classes outside of [`CLASSES`].
    pub fn check(self) -> Result<(), Problem> {
        let Self::Softmax { classes } = self else { return Ok(()) };
        if CLASSES.contains(&classes) {
            return Ok(());
        }
        let (least, most) = (CLASSES.start(), CLASSES.end());
        let what = LocalizedText {
            en: format!("A network tells {least} to {most} classes apart, and here are {classes}"),
            fr: format!("Un réseau distingue de {least} à {most} classes, et il y en a ici {classes}"),
        };
        let remedy = say("Merge classes, or take some away", "Fusionnez des classes, ou enlevez-en");
        Err(Problem::new(Kind::Settings, what, remedy))
    }
}
