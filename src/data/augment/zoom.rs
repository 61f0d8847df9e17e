//! Random zoom (Keras's `RandomZoom`), the same in both directions.

use serde::{Deserialize, Serialize};

use crate::{
    data::random::Random,
    knob::{Knob, Knobs, Scale, UNITLESS, Value},
    text::say,
};

/// Zoom as the user sets it; off unless asked for.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Zoom {
    pub on: bool,
    /// 0.1 makes the face between 0.9 and 1.1 times as large.
    pub amount: f64,
}

impl Default for Zoom {
    fn default() -> Self {
        Self { on: false, amount: 0.1 }
    }
}

impl Zoom {
    /// The factor of the face's size, uniform between 1 - amount and 1 + amount.
    pub fn draw(&self, random: &mut Random) -> f64 {
        random.between(1.0 - self.amount, 1.0 + self.amount)
    }
}

impl Knobs for Zoom {
    fn knobs(&mut self) -> Vec<Knob<'_>> {
        let Self { on, amount } = self;
        let active = *on;
        vec![
            Knob::new(
                "on",
                say("Zoom", "Zoom"),
                say(
                    "Makes the face a little larger or smaller, as looser and tighter photos do",
                    "Agrandit ou réduit un peu le visage, comme le font des photos plus ou moins serrées",
                ),
                Value::Switch(on),
            ),
            Knob::new(
                "amount",
                say("Strongest zoom", "Zoom maximal"),
                say(
                    "10 % makes faces between 0.9 and 1.1 times as large. 5 to 20 %",
                    "10 % donne des visages de 0,9 à 1,1 fois leur taille. De 5 à 20 %",
                ),
                Value::Number { value: amount, range: 0.0..=0.5, scale: Scale::Percent, unit: UNITLESS },
            )
            .when(active),
        ]
    }
}
