//! Random contrast (torchvision's `adjust_contrast`).

use serde::{Deserialize, Serialize};

use super::grayscale::luma;
use crate::{
    data::random::Random,
    knob::{Knob, Knobs, Scale, UNITLESS, Value},
    text::say,
};

/// Contrast as the user sets it; off unless asked for.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Contrast {
    pub on: bool,
    /// 0.2 moves each value to 0.8 to 1.2 times its distance from the picture's mean gray.
    pub amount: f64,
}

impl Default for Contrast {
    fn default() -> Self {
        Self { on: false, amount: 0.2 }
    }
}

impl Contrast {
    /// The factor of the distance from the mean, uniform between 1 - amount and 1 + amount.
    pub fn draw(&self, random: &mut Random) -> f64 {
        random.between(1.0 - self.amount, 1.0 + self.amount)
    }
}

/// `mean + factor * (value - mean)` with the mean of the picture's gray values.
pub fn apply(factor: f64, pixels: &mut [u8]) {
    let (triples, _) = pixels.as_chunks::<3>();
    let sum: u64 = triples.iter().map(|p| u64::from(luma(*p))).sum();
    let mean = sum as f64 / triples.len().max(1) as f64;
    let offset = super::fixed(mean * (1.0 - factor));
    let factor = super::fixed(factor);
    for value in pixels {
        *value = super::clamp(i32::from(*value) * factor + offset);
    }
}

impl Knobs for Contrast {
    fn knobs(&mut self) -> Vec<Knob<'_>> {
        let Self { on, amount } = self;
        let active = *on;
        vec![
            Knob::new(
                "on",
                say("Contrast", "Contraste"),
                say(
                    "Draws light and dark apart or together, as haze and hard light do",
                    "Écarte ou rapproche le clair et le sombre, comme la brume ou une lumière dure",
                ),
                Value::Switch(on),
            ),
            Knob::new(
                "amount",
                say("Strongest change of contrast", "Plus forte variation de contraste"),
                say(
                    "20 % multiplies each value's distance from the mean by 0.8 to 1.2. 10 to 40 %",
                    "20 % multiplie l’écart de chaque valeur à la moyenne par 0,8 à 1,2. De 10 à 40 %",
                ),
                Value::Number { value: amount, range: 0.0..=1.0, scale: Scale::Percent, unit: UNITLESS },
            )
            .when(active),
        ]
    }
}
