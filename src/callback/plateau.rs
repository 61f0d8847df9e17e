//! Lowers the learning rate when nothing gets better (Keras's `ReduceLROnPlateau`).

use serde::{Deserialize, Serialize};

use super::CallbackSettings;
use crate::{
    setting_def::{EPOCHS, Scale, SettingDef, UNITLESS, Value},
    text::{Lang, LocalizedText, decimal, say},
};

/// What it remembers.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Plateau {
    pub best: Option<f64>,
    pub wait: u32,
    /// Epochs for which it rests after a reduction.
    pub cooldown: u32,
    /// What the scheduled rate is multiplied by: the product of all reductions.
    pub scale: f64,
}

impl Default for Plateau {
    fn default() -> Self {
        Self { best: None, wait: 0, cooldown: 0, scale: 1.0 }
    }
}

/// A reduction.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Reduced {
    pub from: f64,
    pub to: f64,
}

impl Plateau {
    /// Takes the watched value of an epoch that ended at the learning rate `rate`, and may lower it. As Keras sets the
    /// optimizer's rate, a factor is kept here, so that it works with any schedule.
    pub fn epoch(&mut self, settings: &CallbackSettings, value: f64, rate: f64) -> Option<Reduced> {
        if self.cooldown > 0 {
            self.cooldown -= 1;
            self.wait = 0;
        }
        if settings.monitor.improves(value, self.best, settings.plateau_min_delta) {
            self.best = Some(value);
            self.wait = 0;
            return None;
        }
        if self.cooldown > 0 {
            return None;
        }
        self.wait += 1;
        if self.wait < settings.plateau_patience || rate <= settings.plateau_min_lr {
            return None;
        }
        let to = (rate * settings.plateau_factor).max(settings.plateau_min_lr);
        self.scale *= to / rate;
        self.cooldown = settings.plateau_cooldown;
        self.wait = 0;
        Some(Reduced { from: rate, to })
    }
}

impl Plateau {
    /// Whether one more epoch without a better value lowers the rate, which is `rate` now.
    pub fn is_about_to(&self, settings: &CallbackSettings, rate: f64) -> bool {
        // The next epoch ends a rest of one epoch, so it counts again.
        let counts = self.cooldown <= 1;
        let waited = if self.cooldown > 0 { 0 } else { self.wait };
        self.best.is_some() && counts && waited + 1 >= settings.plateau_patience && rate > settings.plateau_min_lr
    }

    /// What lowers the rate in `epoch`: "Rate will be halved if validation loss stays above 0.298 in epoch 15".
    pub fn condition(&self, settings: &CallbackSettings, epoch: u32) -> LocalizedText {
        let halves = (settings.plateau_factor - 0.5).abs() < 1e-9;
        let value = settings.monitor.beyond(self.best.unwrap_or_default(), settings.plateau_min_delta);
        LocalizedText::by(|lang| {
            let monitor = settings.monitor;
            let (what, value) = (monitor.noun_with_article().get(lang), monitor.value_text(lang, value));
            let stays = if monitor.falls() { say("above", "au-dessus de") } else { say("below", "sous") }.get(lang);
            match (lang, halves) {
                (Lang::En, true) => format!("Rate will be halved if {what} stays {stays} {value} in epoch {epoch}"),
                (Lang::En, false) => format!("Rate will be lowered if {what} stays {stays} {value} in epoch {epoch}"),
                (Lang::Fr, true) => format!("Taux divisé par deux si {what} reste {stays} {value} à l’époque {epoch}"),
                (Lang::Fr, false) => format!("Taux abaissé si {what} reste {stays} {value} à l’époque {epoch}"),
            }
        })
    }
}

impl Reduced {
    /// "Rate halved at epoch 12: 0.00005".
    pub fn sentence(&self, epoch: u32) -> LocalizedText {
        let halved = (self.to / self.from - 0.5).abs() < 1e-9;
        LocalizedText::by(|lang| {
            let rate = significant(lang, self.to);
            match (lang, halved) {
                (Lang::En, true) => format!("Rate halved at epoch {epoch}: {rate}"),
                (Lang::En, false) => format!("Rate lowered at epoch {epoch}: {rate}"),
                (Lang::Fr, true) => format!("Taux divisé par deux à l’époque {epoch} : {rate}"),
                (Lang::Fr, false) => format!("Taux abaissé à l’époque {epoch} : {rate}"),
            }
        })
    }
}

/// A small number with two significant digits: `0.00005`, `0.0012`.
fn significant(lang: Lang, value: f64) -> String {
    let digits = if value > 0.0 { (1.0 - value.log10().floor()).clamp(0.0, 12.0) as usize } else { 0 };
    let text = decimal(lang, value, digits);
    if digits > 0 { text.trim_end_matches('0').to_owned() } else { text }
}

pub(super) struct Places<'a> {
    pub on: &'a mut bool,
    pub patience: &'a mut u32,
    pub factor: &'a mut f64,
    pub cooldown: &'a mut u32,
    pub min_lr: &'a mut f64,
    pub min_delta: &'a mut f64,
}

pub(super) fn setting_defs(places: Places<'_>) -> [SettingDef<'_>; 6] {
    let Places { on, patience, factor, cooldown, min_lr, min_delta } = places;
    let active = *on;
    let number = |value, range, scale| Value::Number { value, range, scale, unit: UNITLESS };
    [
        SettingDef::new(
            "reduce_lr_on_plateau",
            say("Lower the rate when stuck", "Baisser le taux en cas de stagnation"),
            say(
                "When validation has not improved for some epochs, continues with a lower learning rate. Its patience should be below early stopping’s",
                "Quand la validation ne s’améliore plus depuis quelques époques, continue avec un taux plus bas. Sa patience doit être inférieure à celle de l’arrêt anticipé",
            ),
            Value::Switch(on),
        )
        .states(
            say("rate not lowered when stuck", "taux non baissé en cas de stagnation"),
            say("rate lowered when stuck", "taux baissé en cas de stagnation"),
        ),
        SettingDef::new(
            "plateau_patience",
            say("Patience before lowering", "Patience avant la baisse"),
            say(
                "Epochs without improvement before the rate falls. 2 to 5",
                "Époques sans meilleure valeur avant la baisse. De 2 à 5",
            ),
            Value::Whole { value: patience, range: 1..=100, unit: EPOCHS },
        )
        .under("reduce_lr_on_plateau", active),
        SettingDef::new(
            "plateau_factor",
            say("Lower by the factor", "Facteur de baisse"),
            say("What the rate is multiplied by. 0.1 to 0.5", "Par combien le taux est multiplié. De 0,1 à 0,5"),
            number(factor, 0.01..=0.99, Scale::Linear),
        )
        .under("reduce_lr_on_plateau", active),
        SettingDef::new(
            "plateau_cooldown",
            say("Rest after lowering", "Repos après une baisse"),
            say("Epochs before it counts again. 0 to 3", "Époques avant de recompter. De 0 à 3"),
            Value::Whole { value: cooldown, range: 0..=100, unit: EPOCHS },
        )
        .more()
        .under("reduce_lr_on_plateau", active),
        SettingDef::new(
            "plateau_min_lr",
            say("Lowest rate", "Taux le plus bas"),
            say("The rate never falls below this. 1e-6 or so", "Le taux ne descend jamais plus bas. Environ 1e-6"),
            number(min_lr, 0.0..=0.1, Scale::Log),
        )
        .more()
        .under("reduce_lr_on_plateau", active),
        SettingDef::new(
            "plateau_min_delta",
            say("Smallest improvement before lowering", "Plus petite amélioration avant la baisse"),
            say(
                "A smaller step forward does not count as better here. 0.0001 is Keras’s value",
                "Un progrès plus petit ne compte pas comme mieux ici. 0,0001 est la valeur de Keras",
            ),
            number(min_delta, 0.0..=1.0, Scale::Log),
        )
        .more()
        .under("reduce_lr_on_plateau", active),
    ]
}
