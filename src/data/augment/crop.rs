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

pub(super) fn setting_defs<'a>(pictures: PictureSide, crop: &'a mut u32, resize_back: &'a mut bool) -> [SettingDef<'a>; 2] {
    let whole = u32::from(pictures);
    let smaller = *crop < whole;
    [
        SettingDef::new(
            "crop",
            say("Crop", "Recadrage"),
            say(
                "Side of the piece cut out of each decoded picture: at a random place for training, at the center for evaluation. Smaller varies more and trains faster, but cuts off chin and hair, which tell much; 112 to 128 of 128",
                "Côté du morceau découpé dans chaque image décodée : au hasard pour l’entraînement, au centre pour l’évaluation. Plus petit varie plus et s’entraîne plus vite, mais coupe menton et cheveux, qui en disent long ; de 112 à 128 sur 128",
            ),
            Value::Whole { value: crop, range: smallest(pictures)..=whole, unit: Unit::same("px") },
        ),
        SettingDef::new(
            "resize_back",
            say("Resize back", "Ramener à la taille"),
            say(
                "Enlarges the crop to the size of the decoded picture again, for training and for evaluation. The network sees larger faces and takes about a third more time",
                "Agrandit de nouveau le morceau à la taille de l’image décodée, à l’entraînement comme à l’évaluation. Le réseau voit des visages plus grands et prend environ un tiers de temps en plus",
            ),
            Value::Switch(resize_back),
        )
        .states(say("not resized back", "sans retour à la taille"), say("resized back", "ramené à la taille"))
        .when(smaller),
    ]
}
