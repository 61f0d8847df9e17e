//! Random zoom (Keras's `RandomZoom`), the same in both directions.

use super::{
    amount::{Amount, Change, Words},
    geometry::Geometry,
};
use crate::text::say;

/// Zoom as the user sets it.
pub type Zoom = Amount<Kind>;

/// Tells it from other changes by an amount.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Kind;

impl Change for Kind {
    const STREAM: usize = 1;
    const AMOUNT: f64 = 0.1;
    const WORDS: Words = Words {
        name: say("Zoom", "Zoom"),
        help: say(
            "Makes the face a little larger or smaller, as looser and tighter photos do",
            "Agrandit ou réduit un peu le visage, comme le font des photos plus ou moins serrées",
        ),
        amount: say("Strongest zoom", "Zoom maximal"),
        amount_help: say(
            "10% makes faces between 0.9 and 1.1 times as large. 5 to 20%",
            "10\u{a0}% donne des visages de 0,9 à 1,1 fois leur taille. De 5 à 20\u{a0}%",
        ),
        most: 0.5,
        more: false,
        hurts: Some((
            0.3,
            say(
                "A zoom this strong leaves faces half outside the picture or very small",
                "Un zoom aussi fort laisse des visages à moitié hors de l’image ou très petits",
            ),
        )),
    };

    fn place(factor: f64, geometry: &mut Geometry) {
        geometry.zoom = factor;
    }
}
