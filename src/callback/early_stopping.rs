//! Ends training when nothing has got better for a while (Keras's `EarlyStopping`).

use serde::{Deserialize, Serialize};

use super::CallbackSettings;
use crate::{
    setting_def::{EPOCHS, Scale, SettingDef, UNITLESS, Value},
    text::{Lang, LocalizedText, epochs, plural, say},
};

/// What it remembers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct EarlyStopping {
    pub best: Option<f64>,
    pub best_epoch: Option<u32>,
    /// Epochs since the best.
    pub wait: u32,
}

/// What an epoch meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EpochVerdict {
    Best,
    Waiting,
    Stop,
}

impl EarlyStopping {
    /// Takes the watched value of an epoch. A value is better only if it beats the best by more than `min_delta`.
    pub fn epoch(&mut self, settings: &CallbackSettings, epoch: u32, value: f64) -> EpochVerdict {
        if settings.monitor.improves(value, self.best, settings.min_delta) {
            *self = Self { best: Some(value), best_epoch: Some(epoch), wait: 0 };
            return EpochVerdict::Best;
        }
        self.wait += 1;
        if self.wait >= settings.patience { EpochVerdict::Stop } else { EpochVerdict::Waiting }
    }

    /// The value that the next epoch has to beat; `None` before the first.
    pub fn to_beat(&self, settings: &CallbackSettings) -> Option<f64> {
        self.best.map(|best| settings.monitor.beyond(best, settings.min_delta))
    }

    /// How long it has waited: "2 of 5 epochs without a better validation loss". Said of an epoch that is over, so it stays
    /// true however the training goes on.
    pub fn waited(&self, settings: &CallbackSettings) -> LocalizedText {
        let (wait, patience) = (self.wait, settings.patience);
        LocalizedText::by(|lang| {
            let what = settings.monitor.noun().get(lang);
            match lang {
                Lang::En => format!("{wait} of {patience} epochs without a better {what}"),
                Lang::Fr => format!("{} sur {patience} sans meilleure {what}", epochs(lang, wait.into())),
            }
        })
    }

    /// After how many more epochs without a better value it stops, counting the one that runs, `epoch`; `None` if the
    /// training of `epochs` is over by then anyway.
    pub fn stops_in(&self, settings: &CallbackSettings, epoch: u32, epochs: u32) -> Option<u32> {
        let left = settings.patience.saturating_sub(self.wait).max(1);
        (settings.early_stopping && epoch.saturating_sub(1).saturating_add(left) < epochs).then_some(left)
    }

    /// When it stops: "Stops after 3 more epochs without improvement (best: 0.298)".
    pub fn condition(&self, settings: &CallbackSettings, left: u32) -> LocalizedText {
        let best = self.best.unwrap_or_default();
        LocalizedText::by(|lang| {
            let epochs = plural(lang, left.into(), say("more epoch", "époque"), say("more epochs", "époques"));
            let best = settings.monitor.value_text(lang, best);
            match lang {
                Lang::En => format!("Stops after {epochs} without improvement (best: {best})"),
                Lang::Fr => format!("Arrêt après encore {epochs} sans progrès (meilleure valeur\u{a0}: {best})"),
            }
        })
    }

    /// Why it stopped.
    pub fn reason(&self, settings: &CallbackSettings) -> LocalizedText {
        let best = self.best_epoch.unwrap_or_default();
        LocalizedText::by(|lang| {
            let epochs = epochs(lang, self.wait.into());
            let what = settings.monitor.noun().get(lang);
            match lang {
                Lang::En => format!("Stopped: {epochs} without a better {what}; the best is epoch {best}"),
                Lang::Fr => format!("Arrêté : {epochs} sans meilleure {what} ; la meilleure est l’époque {best}"),
            }
        })
    }
}

pub(super) fn setting_defs<'a>(
    on: &'a mut bool,
    patience: &'a mut u32,
    min_delta: &'a mut f64,
    restore_best_weights: &'a mut bool,
) -> [SettingDef<'a>; 4] {
    let active = *on;
    [
        SettingDef::new(
            "early_stopping",
            say("Early stopping", "Arrêt anticipé"),
            say(
                "Ends training when validation has not improved for some epochs: beyond that it would only overfit (learn by heart)",
                "Arrête l’entraînement quand la validation ne s’améliore plus depuis quelques époques\u{a0}: au-delà, ce serait du surapprentissage (par cœur)",
            ),
            Value::Switch(on),
        ),
        SettingDef::new(
            "patience",
            say("Patience", "Patience"),
            say(
                "Epochs without improvement before it stops. 3 to 10; with a schedule, as many as there are epochs",
                "Époques sans meilleure valeur avant l’arrêt. De 3 à 10 ; avec un calendrier, autant que d’époques",
            ),
            Value::Whole { value: patience, range: 1..=1000, unit: EPOCHS },
        )
        .under("early_stopping", active),
        SettingDef::new(
            "min_delta",
            say("Smallest improvement", "Plus petite amélioration"),
            say(
                "A smaller step forward does not count as better. 0 to 0.005",
                "Un progrès plus petit ne compte pas comme mieux. De 0 à 0,005",
            ),
            Value::Number { value: min_delta, range: 0.0..=1.0, scale: Scale::Log, unit: UNITLESS },
        )
        .more()
        .under("early_stopping", active),
        SettingDef::new(
            "restore_best_weights",
            say("Keep the best weights", "Garder les meilleurs poids"),
            say(
                "The finished model has the weights of its best epoch rather than of its last. With few validation pictures and a rate that falls to nothing the last is often better; a training that is cut short keeps its best in any case",
                "Le modèle final a les poids de sa meilleure époque plutôt que de la dernière. Avec peu d’images de validation et un taux qui tombe à presque rien, la dernière est souvent meilleure\u{a0}; un entraînement écourté garde toujours sa meilleure",
            ),
            Value::Switch(restore_best_weights),
        )
        .states(say("last weights kept", "derniers poids gardés"), say("best weights kept", "meilleurs poids gardés"))
        .more(),
    ]
}
