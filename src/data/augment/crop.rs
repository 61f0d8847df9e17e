//! The notebook's `random_crop` for training and `crop_to_bounding_box` at the center for evaluation.

use crate::{
    data::picture_size::{PictureSide, SIDE},
    random::Random,
    setting_def::{SettingDef, Unit, Value},
    text::say,
};

/// The smallest crop that leaves something of a face.
pub const SMALLEST: u32 = 48;

/// The smallest crop of pictures of this side: as much of small ones as of those of 128.
pub fn smallest(pictures: PictureSide) -> u32 {
    (SMALLEST * u32::from(pictures) / SIDE as u32).min(SMALLEST)
}

/// A random top left corner in a picture of the side `from`, each as likely.
pub fn draw(from: usize, crop: usize, random: &mut Random) -> (usize, usize) {
    let free = from - crop + 1;
    (random.below(free), random.below(free))
}

/// The corner of the center crop of a picture of the side `from`.
pub fn center(from: usize, crop: usize) -> (usize, usize) {
    let margin = (from - crop) / 2;
    (margin, margin)
}

pub(super) fn setting_def(pictures: PictureSide, crop: &mut u32) -> SettingDef<'_> {
    SettingDef::new(
        "crop",
        say("Crop", "Recadrage"),
        say(
            "Side of the piece cut out of each decoded picture: at a random place for training, at the center for evaluation. Smaller varies more and trains faster, but cuts off chin and hair, which tell much; 112 to 128 of 128",
            "Côté du morceau découpé dans chaque image décodée : au hasard pour l’entraînement, au centre pour l’évaluation. Plus petit varie plus et s’entraîne plus vite, mais coupe menton et cheveux, qui en disent long ; de 112 à 128 sur 128",
        ),
        Value::Whole { value: crop, range: smallest(pictures)..=u32::from(pictures), unit: Unit::same("px") },
    )
}
