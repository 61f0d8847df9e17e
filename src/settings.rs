//! What the user is editing. The default is the notebook's recipe.

use serde::{Deserialize, Serialize};

use crate::{
    data::{augment::AugmentSettings, split::SplitSettings},
    knob::{Knob, Knobs, UNITLESS, Value, within},
    model::ModelSettings,
    text::say,
    train::TrainSettings,
};

/// Everything that decides a run besides the data themselves. Files may leave out what is at its default.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// The one seed; every use of randomness takes its own stream from it, by purpose.
    pub seed: u32,
    pub split: SplitSettings,
    pub augment: AugmentSettings,
    pub model: ModelSettings,
    pub train: TrainSettings,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            seed: 42,
            split: SplitSettings::default(),
            augment: AugmentSettings::default(),
            model: ModelSettings::default(),
            train: TrainSettings::default(),
        }
    }
}

impl Knobs for Settings {
    fn knobs(&mut self) -> Vec<Knob<'_>> {
        let Self { seed, split, augment, model, train } = self;
        let mut knobs = vec![
            Knob::new(
                "seed",
                say("Seed", "Graine"),
                say(
                    "The start of all randomness: the same seed gives the same split, the same weights and the same run. Change it to see how much is luck",
                    "Le départ de tout hasard : la même graine donne la même répartition, les mêmes poids et la même exécution. Changez-la pour voir la part de chance",
                ),
                Value::Whole { value: seed, range: 0..=u32::MAX, unit: UNITLESS },
            )
            .more(),
        ];
        knobs.extend(within("split", split));
        knobs.extend(within("augment", augment));
        knobs.extend(within("model", model));
        knobs.extend(within("train", train));
        knobs
    }
}
