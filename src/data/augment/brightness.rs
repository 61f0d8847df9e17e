//! Random brightness (torchvision's `adjust_brightness`).

use super::amount::{Amount, Change, Words};
use crate::text::say;

/// Brightness as the user sets it.
pub type Brightness = Amount<Kind>;

/// Tells it from other changes by an amount.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Kind;

impl Change for Kind {
    const STREAM: usize = 3;
    const AMOUNT: f64 = 0.2;
    const WORDS: Words = Words {
        name: say("Brightness", "Luminosité"),
        help: say(
            "Makes the picture lighter or darker, as other lamps and cameras would",
            "Éclaircit ou assombrit l’image, comme d’autres lampes et appareils le feraient",
        ),
        amount: say("Strongest change of brightness", "Plus forte variation de luminosité"),
        amount_help: say(
            "20% multiplies every value by 0.8 to 1.2. 10 to 40%",
            "20\u{a0}% multiplie chaque valeur par 0,8 à 1,2. De 10 à 40\u{a0}%",
        ),
        most: 1.0,
        more: false,
        hurts: Some((
            0.6,
            say("Some pictures become nearly black or washed out", "Certaines images deviennent presque noires ou délavées"),
        )),
    };

    fn paint(factor: f64, pixels: &mut [u8]) {
        apply(factor, pixels);
    }
}

/// Multiplies every value by `factor`, rounded, at most 255.
pub fn apply(factor: f64, pixels: &mut [u8]) {
    let factor = super::to_fixed(factor);
    for value in pixels {
        *value = super::to_byte(i32::from(*value) * factor);
    }
}
