//! Random erasing (Zhong et al. 2017; torchvision's `RandomErasing`): a gray rectangle hides a part of some pictures.

use serde::{Deserialize, Serialize};

use super::Augmentation;
use crate::{
    random::Random,
    setting_def::{Scale, SettingDef, SettingDefs, UNITLESS, Value},
    text::{Phrase, say},
};

/// Random erasing as the user sets it; off unless asked for.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Erasing {
    pub on: bool,
    /// The share of pictures in which something is hidden.
    pub share: f64,
    /// The largest area that is hidden, as a share of the picture; the smallest is 2%, as in torchvision.
    pub area: f64,
}

impl Default for Erasing {
    fn default() -> Self {
        Self { on: false, share: 0.25, area: 0.2 }
    }
}

/// The hidden rectangle, in pixels of the result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rectangle {
    pub left: usize,
    pub top: usize,
    pub width: usize,
    pub height: usize,
}

/// Middle gray, so that the picture gets neither darker nor lighter on the whole.
const GRAY: u8 = 128;

impl Augmentation for Erasing {
    /// A rectangle of 2% to `area` of the picture, between 0.3 and 3.3 times as high as wide (torchvision's ranges).
    type Drawn = Rectangle;
    const STREAM: usize = 7;

    fn is_on(&self) -> bool {
        self.on
    }

    fn draw(&self, side: usize, random: &mut Random) -> Option<Rectangle> {
        if !random.chance(self.share) {
            return None;
        }
        let area = random.between(0.02, self.area.max(0.02)) * (side * side) as f64;
        let ratio = random.between(0.3f64.ln(), 3.3f64.ln()).exp();
        let length = |v: f64| (v.sqrt().round() as usize).clamp(1, side);
        let (height, width) = (length(area * ratio), length(area / ratio));
        let (left, top) = (random.below(side - width + 1), random.below(side - height + 1));
        Some(Rectangle { left, top, width, height })
    }

    fn paint(rectangle: &Rectangle, side: usize, pixels: &mut [u8]) {
        apply(rectangle, side, pixels);
    }

    fn warning(&self) -> Option<Phrase> {
        let much =
            say("So much may be hidden that nobody could tell", "On peut en cacher tant que personne ne reconnaîtrait rien");
        (self.area > 0.45).then_some(much)
    }
}

/// Paints the rectangle gray in a picture `side` pixels wide.
pub fn apply(rectangle: &Rectangle, side: usize, pixels: &mut [u8]) {
    let Rectangle { left, top, width, height } = *rectangle;
    for row in pixels.chunks_exact_mut(side * 3).skip(top).take(height) {
        row[left * 3..(left + width) * 3].fill(GRAY);
    }
}

impl SettingDefs for Erasing {
    fn setting_defs(&mut self) -> Vec<SettingDef<'_>> {
        let Self { on, share, area } = self;
        let active = *on;
        vec![
            SettingDef::new(
                "on",
                say("Random erasing", "Effacement aléatoire"),
                say(
                    "Hides a rectangle in some pictures, so that the network does not rely on one part of the face",
                    "Cache un rectangle dans certaines images, pour que le réseau ne se fie pas à une seule partie du visage",
                ),
                Value::Switch(on),
            ),
            SettingDef::new(
                "share",
                say("Share of pictures erased", "Part d’images effacées"),
                say(
                    "In how many pictures something is hidden. 10 to 50%",
                    "Dans combien d’images quelque chose est caché. De 10 à 50\u{a0}%",
                ),
                Value::Number { value: share, range: 0.0..=1.0, scale: Scale::Percent, unit: UNITLESS },
            )
            .under("on", active),
            SettingDef::new(
                "area",
                say("Largest area erased", "Plus grande surface effacée"),
                say("As a share of the picture. 10 to 33%", "En part de l’image. De 10 à 33\u{a0}%"),
                Value::Number { value: area, range: 0.02..=0.8, scale: Scale::Percent, unit: UNITLESS },
            )
            .more()
            .under("on", active),
        ]
    }
}
