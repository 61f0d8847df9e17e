//! The notebook's `random_flip_left_right`.

use crate::{
    data::random::Random,
    knob::{Knob, Value},
    text::say,
};

/// Heads or tails.
pub fn draw(random: &mut Random) -> bool {
    random.chance(0.5)
}

pub(super) fn knob(flip: &mut bool) -> Knob<'_> {
    Knob::new(
        "flip",
        say("Flip", "Miroir"),
        say(
            "Mirrors every second picture, left to right. A mirrored face is as good a face: keep it on",
            "Retourne une image sur deux, de gauche à droite. Un visage en miroir reste un visage : gardez-le",
        ),
        Value::Switch(flip),
    )
}
