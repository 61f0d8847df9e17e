//! Random rotation about the crop's center (torchvision's `RandomRotation`); corners are filled by reflection.

use serde::{Deserialize, Serialize};

use super::{Augmentation, geometry::Geometry};
use crate::{
    random::Random,
    setting_def::{Scale, SettingDef, SettingDefs, Unit, Value},
    text::{Phrase, say},
};

/// Rotation as the user sets it; off unless asked for.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Rotation {
    pub on: bool,
    /// The largest angle either way.
    pub degrees: f64,
}

impl Default for Rotation {
    fn default() -> Self {
        Self { on: false, degrees: 10.0 }
    }
}

impl Augmentation for Rotation {
    /// An angle in radians, uniform within the degrees.
    type Drawn = f64;
    const STREAM: usize = 2;

    fn is_on(&self) -> bool {
        self.on
    }

    fn draw(&self, _side: usize, random: &mut Random) -> Option<f64> {
        Some(random.between(-self.degrees, self.degrees).to_radians())
    }

    fn place(angle: &f64, geometry: &mut Geometry) {
        geometry.rotation = *angle;
    }

    fn warning(&self) -> Option<Phrase> {
        match self.degrees {
            far if far > 90.0 => {
                Some(say("Upside-down faces do not occur in this data", "Il n’y a pas de visage à l’envers dans ces données"))
            }
            far if far > 35.0 => Some(say(
                "Faces tilted this far do not occur in this data",
                "Il n’y a pas de visage aussi penché dans ces données",
            )),
            _ => None,
        }
    }
}

impl SettingDefs for Rotation {
    fn setting_defs(&mut self) -> Vec<SettingDef<'_>> {
        let Self { on, degrees } = self;
        let active = *on;
        vec![
            SettingDef::new(
                "on",
                say("Rotation", "Rotation"),
                say(
                    "Tilts the face a little, as people do with their heads",
                    "Incline un peu le visage, comme on penche la tête",
                ),
                Value::Switch(on),
            ),
            SettingDef::new(
                "degrees",
                say("Largest angle", "Angle maximal"),
                say(
                    "Either way. The faces of this data stand upright: 5 to 20 degrees",
                    "Dans les deux sens. Les visages de ces données sont droits : de 5 à 20 degrés",
                ),
                Value::Number { value: degrees, range: 0.0..=180.0, scale: Scale::Linear, unit: Unit::same("°") },
            )
            .under("on", active),
        ]
    }
}
