//! Random contrast (torchvision's `adjust_contrast`).

use super::{
    amount::{Amount, Change, Words},
    grayscale::luma,
};
use crate::text::say;

/// Contrast as the user sets it.
pub type Contrast = Amount<Kind>;

/// Tells it from other changes by an amount.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Kind;

impl Change for Kind {
    const STREAM: usize = 4;
    const AMOUNT: f64 = 0.2;
    const WORDS: Words = Words {
        name: say("Contrast", "Contraste"),
        help: say(
            "Draws light and dark apart or together, as haze and hard light do",
            "Écarte ou rapproche le clair et le sombre, comme la brume ou une lumière dure",
        ),
        amount: say("Strongest change of contrast", "Plus forte variation de contraste"),
        amount_help: say(
            "20% multiplies each value’s distance from the mean by 0.8 to 1.2. 10 to 40%",
            "20\u{a0}% multiplie l’écart de chaque valeur à la moyenne par 0,8 à 1,2. De 10 à 40\u{a0}%",
        ),
        most: 1.0,
        more: false,
        hurts: Some((
            0.7,
            say("Some pictures become nearly flat gray", "Certaines images deviennent presque uniformément grises"),
        )),
    };

    fn paint(factor: f64, pixels: &mut [u8]) {
        apply(factor, pixels);
    }
}

/// `mean + factor * (value - mean)` with the mean of the picture's gray values.
pub fn apply(factor: f64, pixels: &mut [u8]) {
    let (triples, _) = pixels.as_chunks::<3>();
    let sum: u64 = triples.iter().map(|p| u64::from(luma(*p))).sum();
    let mean = sum as f64 / triples.len().max(1) as f64;
    let offset = super::to_fixed(mean * (1.0 - factor));
    let factor = super::to_fixed(factor);
    for value in pixels {
        *value = super::to_byte(i32::from(*value) * factor + offset);
    }
}
