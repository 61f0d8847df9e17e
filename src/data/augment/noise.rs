//! Gaussian noise, as a weak camera in the dark makes it (Keras's `GaussianNoise`, on the picture's bytes).

use serde::{Deserialize, Serialize};

use super::Augmentation;
use crate::{
    random::Random,
    setting_def::{Scale, SettingDef, SettingDefs, UNITLESS, Value},
    text::{Phrase, say},
};

/// Noise as the user sets it; off unless asked for.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Noise {
    pub on: bool,
    /// The largest standard deviation, as a share of the full range.
    pub amount: f64,
}

impl Default for Noise {
    fn default() -> Self {
        Self { on: false, amount: 0.04 }
    }
}

/// One picture's noise: how strong, and the stream that its grains come from.
#[derive(Clone, Debug, PartialEq)]
pub struct Grain {
    /// Standard deviation in steps of the byte.
    pub deviation: f64,
    pub stream: Random,
}

impl Augmentation for Noise {
    /// A deviation, uniform between none and the amount.
    type Drawn = Grain;
    const STREAM: usize = 6;

    fn is_on(&self) -> bool {
        self.on
    }

    fn draw(&self, _side: usize, random: &mut Random) -> Option<Grain> {
        Some(Grain { deviation: random.between(0.0, self.amount * 255.0), stream: random.fork() })
    }

    fn paint(grain: &Grain, _side: usize, pixels: &mut [u8]) {
        apply(grain, pixels);
    }

    fn warning(&self) -> Option<Phrase> {
        let covered = say(
            "The noise covers fine features such as brows and lips",
            "Le bruit couvre les traits fins comme les sourcils et les lèvres",
        );
        (self.amount > 0.15).then_some(covered)
    }
}

/// Adds noise to every value. A grain is the sum of four random bytes, which is normal to the eye and quick to draw
/// (Irwin-Hall: variance 4 * (256^2 - 1) / 12, no grain beyond 3.4 deviations).
pub fn apply(grain: &Grain, pixels: &mut [u8]) {
    const DEVIATION: f64 = 147.8;
    let scale = super::to_fixed(grain.deviation / DEVIATION);
    let mut stream = grain.stream.clone();
    for two in pixels.chunks_mut(2) {
        let bytes = stream.bits().to_le_bytes();
        for (value, four) in two.iter_mut().zip(bytes.as_chunks::<4>().0) {
            let sum: i32 = four.iter().map(|b| i32::from(*b)).sum();
            *value = super::to_byte((i32::from(*value) << super::FRACTION_BITS) + (sum - 510) * scale);
        }
    }
}

impl SettingDefs for Noise {
    fn setting_defs(&mut self) -> Vec<SettingDef<'_>> {
        let Self { on, amount } = self;
        let active = *on;
        vec![
            SettingDef::new(
                "on",
                say("Noise", "Bruit"),
                say(
                    "Adds grain, as a weak camera does in the dark",
                    "Ajoute du grain, comme un appareil photo modeste dans l’obscurité",
                ),
                Value::Switch(on),
            )
            .more(),
            SettingDef::new(
                "amount",
                say("Strongest noise", "Bruit maximal"),
                say(
                    "Standard deviation as a share of the range from black to white. 2 to 8%",
                    "Écart type en part de l’étendue du noir au blanc. De 2 à 8\u{a0}%",
                ),
                Value::Number { value: amount, range: 0.0..=0.5, scale: Scale::Percent, unit: UNITLESS },
            )
            .more()
            .under("on", active),
        ]
    }
}
