//! Random shift (Keras's `RandomTranslation`); what comes in at the edge is the picture's reflection.

use serde::{Deserialize, Serialize};

use super::{Augmentation, geometry::Geometry};
use crate::{
    data::picture_size::SIDE,
    random::Random,
    setting_def::{Scale, SettingDef, SettingDefs, Value},
    text::{Phrase, say},
};

/// Shift as the user sets it; off unless asked for.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Shift {
    pub on: bool,
    /// The farthest way in each direction, as a share of the cached picture's side.
    pub amount: f64,
}

impl Default for Shift {
    fn default() -> Self {
        Self { on: false, amount: 0.06 }
    }
}

impl Augmentation for Shift {
    /// To the right and down, uniform within the amount, in pixels of a picture of [`SIDE`].
    type Drawn = [f64; 2];
    const STREAM: usize = 0;

    fn is_on(&self) -> bool {
        self.on
    }

    fn draw(&self, _side: usize, random: &mut Random) -> Option<[f64; 2]> {
        let far = self.amount * SIDE as f64;
        Some([random.between(-far, far), random.between(-far, far)])
    }

    fn place(shift: &[f64; 2], geometry: &mut Geometry) {
        geometry.shift = shift.map(|pixels| pixels * geometry.from as f64 / SIDE as f64);
    }

    fn warning(&self) -> Option<Phrase> {
        let far = say(
            "A shift this far moves parts of the face out of the picture",
            "Un décalage aussi grand sort une partie du visage de l’image",
        );
        (self.amount > 0.15).then_some(far)
    }
}

impl SettingDefs for Shift {
    fn setting_defs(&mut self) -> Vec<SettingDef<'_>> {
        let Self { on, amount } = self;
        let active = *on;
        vec![
            SettingDef::new(
                "on",
                say("Shift", "Décalage"),
                say(
                    "Moves the face a little in any direction, by parts of a pixel too. The random crop does much the same",
                    "Déplace un peu le visage dans toutes les directions, y compris de fractions de pixel. Le recadrage aléatoire fait presque la même chose",
                ),
                Value::Switch(on),
            )
            .more(),
            SettingDef::new(
                "amount",
                say("Farthest shift", "Décalage maximal"),
                say("As a share of the picture’s side. 3 to 10%", "En part du côté de l’image. De 3 à 10\u{a0}%"),
                Value::Number { value: amount, range: 0.0..=0.3, scale: Scale::Percent, unit: crate::setting_def::UNITLESS },
            )
            .more()
            .under("on", active),
        ]
    }
}
