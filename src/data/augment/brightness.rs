//! Random brightness (torchvision's `adjust_brightness`).

use serde::{Deserialize, Serialize};

use crate::{
    data::random::Random,
    knob::{Knob, Knobs, Scale, UNITLESS, Value},
    text::say,
};

/// Brightness as the user sets it; off unless asked for.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Brightness {
    pub on: bool,
    /// 0.2 multiplies each value by 0.8 to 1.2.
    pub amount: f64,
}

impl Default for Brightness {
    fn default() -> Self {
        Self { on: false, amount: 0.2 }
    }
}

impl Brightness {
    /// The factor of every value, uniform between 1 - amount and 1 + amount.
    pub fn draw(&self, random: &mut Random) -> f64 {
        random.between(1.0 - self.amount, 1.0 + self.amount)
    }
}

/// Multiplies every value by `factor`, rounded, at most 255.
pub fn apply(factor: f64, pixels: &mut [u8]) {
    let factor = super::fixed(factor);
    for value in pixels {
        *value = super::clamp(i32::from(*value) * factor);
    }
}

impl Knobs for Brightness {
    fn knobs(&mut self) -> Vec<Knob<'_>> {
        let Self { on, amount } = self;
        let active = *on;
        vec![
            Knob::new(
                "on",
                say("Brightness", "Luminosité"),
                say(
                    "Makes the picture lighter or darker, as other lamps and cameras would",
                    "Éclaircit ou assombrit l’image, comme d’autres lampes et appareils le feraient",
                ),
                Value::Switch(on),
            ),
            Knob::new(
                "amount",
                say("Strongest change of brightness", "Plus forte variation de luminosité"),
                say(
                    "20 % multiplies every value by 0.8 to 1.2. 10 to 40 %",
                    "20 % multiplie chaque valeur par 0,8 à 1,2. De 10 à 40 %",
                ),
                Value::Number { value: amount, range: 0.0..=1.0, scale: Scale::Percent, unit: UNITLESS },
            )
            .when(active),
        ]
    }
}
