//! Random saturation (torchvision's `adjust_saturation`).

use super::{
    amount::{Amount, Change, Words},
    grayscale::luma,
};
use crate::text::say;

/// Saturation as the user sets it.
pub type Saturation = Amount<Kind>;

/// Tells it from other changes by an amount.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Kind;

impl Change for Kind {
    const STREAM: usize = 5;
    const AMOUNT: f64 = 0.3;
    const WORDS: Words = Words {
        name: say("Saturation", "Saturation"),
        help: say("Makes colors paler or more vivid", "Rend les couleurs plus pâles ou plus vives"),
        amount: say("Strongest change of saturation", "Plus forte variation de saturation"),
        amount_help: say(
            "30% makes colors 0.7 to 1.3 times as vivid. 10 to 50%",
            "30\u{a0}% rend les couleurs de 0,7 à 1,3 fois aussi vives. De 10 à 50\u{a0}%",
        ),
        most: 1.0,
        more: true,
        hurts: None,
    };

    fn paint(factor: f64, pixels: &mut [u8]) {
        apply(factor, pixels);
    }
}

/// `gray + factor * (value - gray)` with each pixel's own gray.
pub fn apply(factor: f64, pixels: &mut [u8]) {
    let rest = super::to_fixed(1.0 - factor);
    let factor = super::to_fixed(factor);
    for pixel in pixels.as_chunks_mut::<3>().0 {
        let offset = i32::from(luma(*pixel)) * rest;
        for value in pixel {
            *value = super::to_byte(i32::from(*value) * factor + offset);
        }
    }
}
