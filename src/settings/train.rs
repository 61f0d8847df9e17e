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
    /// Batches of an epoch; 0 takes as many as show each picture once, and [`TrainSettings::min_steps_per_epoch`] at least.
    pub steps_per_epoch: u32,
    /// With few pictures an epoch shows each several times, until it has so many batches.
    pub min_steps_per_epoch: u32,
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
            min_steps_per_epoch: 0,
            optimizer: Default::default(),
            schedule: Default::default(),
            loss: Default::default(),
            callbacks: Default::default(),
        }
    }
}

impl TrainSettings {
    /// Batches of an epoch over so many training pictures.
    pub fn steps(&self, pictures: usize) -> u32 {
        match self.steps_per_epoch {
            0 => self.pass(pictures).max(self.min_steps_per_epoch),
            steps => steps,
        }
    }

    /// How many pictures an epoch over `pictures` shows on average, each as often as it comes: the last batch of a pass may be
    /// short.
    pub fn shown(&self, pictures: usize) -> f64 {
        f64::from(self.steps(pictures)) * pictures as f64 / f64::from(self.pass(pictures).max(1))
    }

    /// Batches that show each picture once.
    fn pass(&self, pictures: usize) -> u32 {
        u32::try_from(pictures.div_ceil(self.batch_size.max(1) as usize)).unwrap_or(u32::MAX)
    }
}

impl SettingDefs for TrainSettings {
    fn setting_defs(&mut self) -> Vec<SettingDef<'_>> {
        let Self { epochs, batch_size, steps_per_epoch, min_steps_per_epoch, optimizer, schedule, loss, callbacks } = self;
        let passes = *steps_per_epoch == 0;
        let mut defs = vec![
            SettingDef::new(
                "epochs",
                say("Epochs at most", "Époques au plus"),
                say(
                    "An epoch shows each training picture once, or several times where there are few; early stopping usually ends it sooner. 10 to 100",
                    "Une époque montre chaque image d’entraînement une fois, ou plusieurs s’il y en a peu ; l’arrêt anticipé finit d’ordinaire avant. De 10 à 100",
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
            SettingDef::new(
                "min_steps_per_epoch",
                say("Steps per epoch at least", "Pas par époque au moins"),
                say(
                    "With few pictures an epoch of one pass has too few steps to learn from; it then shows each several times. 50 is usual; 0 leaves it at one pass",
                    "Avec peu d’images, une époque d’un seul passage a trop peu de pas pour apprendre ; elle montre alors chacune plusieurs fois. 50 d’ordinaire ; 0 s’en tient à un passage",
                ),
                Value::Whole { value: min_steps_per_epoch, range: 0..=10_000, unit: UNITLESS },
            )
            .more()
            .when(passes),
        ];
        defs.extend(within("optimizer", optimizer));
        defs.extend(within("schedule", schedule));
        defs.extend(within("loss", loss));
        defs.extend(within("callbacks", callbacks));
        defs
    }
}
