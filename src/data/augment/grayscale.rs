//! Some pictures without color (torchvision's `RandomGrayscale`).

use serde::{Deserialize, Serialize};

use super::Augmentation;
use crate::{
    random::Random,
    setting_def::{Scale, SettingDef, SettingDefs, UNITLESS, Value},
    text::{Phrase, say},
};

/// Grayscale as the user sets it; off unless asked for.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Grayscale {
    pub on: bool,
    /// The share of pictures that lose their color.
    pub share: f64,
}

impl Default for Grayscale {
    fn default() -> Self {
        Self { on: false, share: 0.1 }
    }
}

impl Augmentation for Grayscale {
    /// That this picture loses its color.
    type Drawn = ();
    const STREAM: usize = 8;

    fn is_on(&self) -> bool {
        self.on
    }

    fn draw(&self, _side: usize, random: &mut Random) -> Option<()> {
        random.chance(self.share).then_some(())
    }

    fn paint((): &(), _side: usize, pixels: &mut [u8]) {
        apply(pixels);
    }

    fn warning(&self) -> Option<Phrase> {
        let most = say(
            "Most training pictures are gray, while the model is evaluated on pictures in color",
            "La plupart des images d’entraînement sont grises, alors que le modèle est évalué sur des images en couleurs",
        );
        (self.share > 0.5).then_some(most)
    }
}

/// The gray of a pixel by ITU-R BT.601 in 16-bit fixed point, as Pillow's `convert("L")` has it.
#[inline]
pub fn luma([r, g, b]: [u8; 3]) -> u8 {
    ((u32::from(r) * 19_595 + u32::from(g) * 38_470 + u32::from(b) * 7_471 + 0x8000) >> 16) as u8
}

/// Replaces every pixel by its gray.
pub fn apply(pixels: &mut [u8]) {
    for pixel in pixels.as_chunks_mut::<3>().0 {
        *pixel = [luma(*pixel); 3];
    }
}

impl SettingDefs for Grayscale {
    fn setting_defs(&mut self) -> Vec<SettingDef<'_>> {
        let Self { on, share } = self;
        let active = *on;
        vec![
            SettingDef::new(
                "on",
                say("Grayscale", "Niveaux de gris"),
                say(
                    "Takes the color from some pictures, so that the network does not rely on it",
                    "Retire la couleur de certaines images, pour que le réseau ne s’y fie pas",
                ),
                Value::Switch(on),
            )
            .more(),
            SettingDef::new(
                "share",
                say("Share of gray pictures", "Part d’images grises"),
                say("How many pictures lose their color. 5 to 20%", "Combien d’images perdent leur couleur. De 5 à 20\u{a0}%"),
                Value::Number { value: share, range: 0.0..=1.0, scale: Scale::Percent, unit: UNITLESS },
            )
            .more()
            .under("on", active),
        ]
    }
}
