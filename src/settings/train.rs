//! How to train: the loop's numbers, and the settings of optimizer, schedule, loss and callbacks.

use serde::{Deserialize, Serialize};

use crate::{
    callback::CallbackSettings,
    loss::LossSettings,
    optimizer::OptimizerSettings,
    schedule::ScheduleSettings,
    setting_def::{SettingDef, SettingDefs, UNITLESS, Value, within},
    text::say,
};

/// How to train. The default is the notebook's recipe.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct TrainSettings {
    pub epochs: u32,
    pub batch_size: u32,
    /// Batches of an epoch; 0 takes as many as show each picture once.
    pub steps_per_epoch: u32,
    pub optimizer: OptimizerSettings,
    pub schedule: ScheduleSettings,
    pub loss: LossSettings,
    pub callbacks: CallbackSettings,
}

impl Default for TrainSettings {
    fn default() -> Self {
        Self {
            epochs: 50,
            batch_size: 32,
            steps_per_epoch: 0,
            optimizer: Default::default(),
            schedule: Default::default(),
            loss: Default::default(),
            callbacks: Default::default(),
        }
    }
}

impl SettingDefs for TrainSettings {
    fn setting_defs(&mut self) -> Vec<SettingDef<'_>> {
        let Self { epochs, batch_size, steps_per_epoch, optimizer, schedule, loss, callbacks } = self;
        let mut defs = vec![
            SettingDef::new(
                "epochs",
                say("Epochs at most", "Époques au plus"),
                say(
                    "How many times training goes through all training pictures; early stopping usually ends it sooner. 10 to 100",
                    "Combien de fois l’entraînement parcourt toutes les images ; l’arrêt anticipé finit d’ordinaire avant. De 10 à 100",
                ),
                Value::Whole { value: epochs, range: 1..=1000, unit: UNITLESS },
            ),
            SettingDef::new(
                "batch_size",
                say("Batch size", "Taille des lots"),
                say(
                    "Pictures looked at together before each small correction. Larger is steadier and needs more memory; 16 to 128",
                    "Images regardées ensemble avant chaque petite correction. Plus grand est plus stable et demande plus de mémoire ; de 16 à 128",
                ),
                Value::Whole { value: batch_size, range: 1..=256, unit: UNITLESS },
            ),
            SettingDef::new(
                "steps_per_epoch",
                say("Steps per epoch", "Pas par époque"),
                say(
                    "Batches in one epoch; 0 computes it so that each picture is shown once. Fewer gives quicker feedback",
                    "Lots par époque ; 0 le calcule pour montrer chaque image une fois. Moins donne un retour plus rapide",
                ),
                Value::Whole { value: steps_per_epoch, range: 0..=100_000, unit: UNITLESS },
            )
            .more(),
        ];
        defs.extend(within("optimizer", optimizer));
        defs.extend(within("schedule", schedule));
        defs.extend(within("loss", loss));
        defs.extend(within("callbacks", callbacks));
        defs
    }
}
