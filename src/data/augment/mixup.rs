//! Mixup (Zhang, Cisse, Dauphin and Lopez-Paz 2018): a picture with another one showing through, and its label moved
//! as far towards the other's.

use serde::{Deserialize, Serialize};

use super::{AugmentSettings, Augmentation, Drawn};
use crate::{
    random::Random,
    setting_def::{Scale, SettingDef, SettingDefs, UNITLESS, Value},
    text::say,
};

/// Mixup as the user sets it; off unless asked for.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Mixup {
    pub on: bool,
    /// Shares are drawn from Beta(alpha, alpha): near 0 mostly almost nothing, at 1 anything up to half.
    pub alpha: f64,
}

impl Default for Mixup {
    fn default() -> Self {
        Self { on: false, alpha: 0.2 }
    }
}

/// What shows through one picture.
#[derive(Clone, Debug, PartialEq)]
pub struct Mix {
    /// How much of the other picture: 0 to 0.5.
    pub share: f64,
    /// Which one, as a place in all training pictures from 0 to 1.
    place: f64,
    /// The other's own random changes.
    changes: Random,
}

impl Augmentation for Mixup {
    /// A share and another picture. Of the two, the one with less than half counts as the other. Whoever applies it knows the
    /// other pictures.
    type Drawn = Mix;
    const STREAM: usize = 10;

    fn is_on(&self) -> bool {
        self.on
    }

    fn draw(&self, _side: usize, random: &mut Random) -> Option<Mix> {
        let share = beta(self.alpha, random);
        Some(Mix { share: share.min(1.0 - share), place: random.unit(), changes: random.fork() })
    }
}

impl Mix {
    /// The other picture's index among `count`.
    pub fn other(&self, count: usize) -> usize {
        ((self.place * count as f64) as usize).min(count.saturating_sub(1))
    }

    /// Lets the cached picture `other` show through `out`, changed by the same settings with a draw of its own.
    pub fn apply(&self, settings: &AugmentSettings, other: &[u8], out: &mut [u8]) {
        let mut changed = vec![0; out.len()];
        Drawn::new(settings, &mut self.changes.clone()).apply(other, &mut changed);
        let share = super::to_fixed(self.share);
        for (value, other) in out.iter_mut().zip(changed) {
            let distance = i32::from(other) - i32::from(*value);
            *value = super::to_byte((i32::from(*value) << super::FRACTION_BITS) + distance * share);
        }
    }

    /// `own` moved towards `other`, for targets and weights.
    pub fn blend(&self, own: f32, other: f32) -> f32 {
        own + (other - own) * self.share as f32
    }
}

/// Beta(alpha, alpha) for alpha up to 1 (Jöhnk 1964: two powers of uniform numbers whose sum is at most 1).
fn beta(alpha: f64, random: &mut Random) -> f64 {
    loop {
        let [a, b] = [random.unit(), random.unit()].map(|u| u.powf(1.0 / alpha));
        // Both vanish for a tiny alpha: then it is all of one or all of the other.
        if a + b > 0.0 && a + b <= 1.0 {
            return a / (a + b);
        }
    }
}

impl SettingDefs for Mixup {
    fn setting_defs(&mut self) -> Vec<SettingDef<'_>> {
        let Self { on, alpha } = self;
        let active = *on;
        vec![
            SettingDef::new(
                "on",
                say("Mixup", "Mixup"),
                say(
                    "Lets another picture show through each one, and moves its label as far: against overfitting in long trainings. Training accuracy then looks lower than it is",
                    "Laisse transparaître une autre image dans chacune et rapproche d’autant son étiquette : contre le surapprentissage lors d’entraînements longs. L’exactitude d’entraînement paraît alors plus basse qu’elle n’est",
                ),
                Value::Switch(on),
            )
            .more(),
            SettingDef::new(
                "alpha",
                say("Strength of mixup (alpha)", "Force de mixup (alpha)"),
                say(
                    "At 0.1 most pictures stay nearly alone, at 1 any share up to half is as likely. 0.1 to 0.4",
                    "À 0,1 la plupart des images restent presque seules, à 1 toute part jusqu’à la moitié est aussi probable. De 0,1 à 0,4",
                ),
                Value::Number { value: alpha, range: 0.05..=1.0, scale: Scale::Linear, unit: UNITLESS },
            )
            .more()
            .under("on", active),
        ]
    }
}
