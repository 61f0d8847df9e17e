//! Random rotation about the crop's center (torchvision's `RandomRotation`); corners are filled by reflection.

use serde::{Deserialize, Serialize};

use crate::{
    random::Random,
    setting_def::{Scale, SettingDef, SettingDefs, Value},
    text::say,
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

impl Rotation {
    /// An angle in radians, uniform within the degrees.
    pub fn draw(&self, random: &mut Random) -> f64 {
        random.between(-self.degrees, self.degrees).to_radians()
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
                Value::Number { value: degrees, range: 0.0..=180.0, scale: Scale::Linear, unit: say("°", "°") },
            )
            .when(active),
        ]
    }
}
