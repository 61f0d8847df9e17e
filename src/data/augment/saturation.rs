//! Random saturation (torchvision's `adjust_saturation`).

use serde::{Deserialize, Serialize};

use super::grayscale::luma;
use crate::{
    data::random::Random,
    knob::{Knob, Knobs, Scale, UNITLESS, Value},
    text::say,
};

/// Saturation as the user sets it; off unless asked for.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Saturation {
    pub on: bool,
    /// 0.3 makes colors 0.7 to 1.3 times as vivid.
    pub amount: f64,
}

impl Default for Saturation {
    fn default() -> Self {
        Self { on: false, amount: 0.3 }
    }
}

impl Saturation {
    /// The factor of the distance from gray, uniform between 1 - amount and 1 + amount.
    pub fn draw(&self, random: &mut Random) -> f64 {
        random.between(1.0 - self.amount, 1.0 + self.amount)
    }
}

/// `gray + factor * (value - gray)` with each pixel's own gray.
pub fn apply(factor: f64, pixels: &mut [u8]) {
    let rest = super::fixed(1.0 - factor);
    let factor = super::fixed(factor);
    for pixel in pixels.as_chunks_mut::<3>().0 {
        let offset = i32::from(luma(*pixel)) * rest;
        for value in pixel {
            *value = super::clamp(i32::from(*value) * factor + offset);
        }
    }
}

impl Knobs for Saturation {
    fn knobs(&mut self) -> Vec<Knob<'_>> {
        let Self { on, amount } = self;
        let active = *on;
        vec![
            Knob::new(
                "on",
                say("Saturation", "Saturation"),
                say("Makes colors paler or more vivid", "Rend les couleurs plus pâles ou plus vives"),
                Value::Switch(on),
            )
            .more(),
            Knob::new(
                "amount",
                say("Strongest change of saturation", "Plus forte variation de saturation"),
                say(
                    "30 % makes colors 0.7 to 1.3 times as vivid. 10 to 50 %",
                    "30 % rend les couleurs de 0,7 à 1,3 fois aussi vives. De 10 à 50 %",
                ),
                Value::Number { value: amount, range: 0.0..=1.0, scale: Scale::Percent, unit: UNITLESS },
            )
            .more()
            .when(active),
        ]
    }
}
