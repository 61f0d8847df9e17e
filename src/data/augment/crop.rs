//! The notebook's `random_crop` for training and `crop_to_bounding_box` at the center for evaluation.

use crate::{
    data::picture_size::SIDE,
    random::Random,
    setting_def::{SettingDef, Value},
    text::say,
};

/// The smallest crop that leaves something of a face.
pub const SMALLEST: u32 = 48;

/// A random top left corner, each as likely.
pub fn draw(crop: usize, random: &mut Random) -> (usize, usize) {
    let free = SIDE - crop + 1;
    (random.below(free), random.below(free))
}

/// The corner of the center crop.
pub fn center(crop: usize) -> (usize, usize) {
    let margin = (SIDE - crop) / 2;
    (margin, margin)
}

pub(super) fn setting_defs<'a>(crop: &'a mut u32, resize_back: &'a mut bool) -> [SettingDef<'a>; 2] {
    let smaller = (*crop as usize) < SIDE;
    [
        SettingDef::new(
            "crop",
            say("Crop", "Recadrage"),
            say(
                "Side of the piece cut out of each picture of 128 × 128: at a random place for training, at the center for judging. Smaller varies more and trains faster, but cuts off chin and hair, which tell much; 112 to 128",
                "Côté du morceau découpé dans chaque image de 128 × 128 : au hasard pour l’entraînement, au centre pour l’évaluation. Plus petit varie plus et s’entraîne plus vite, mais coupe menton et cheveux, qui en disent long ; de 112 à 128",
            ),
            Value::Whole { value: crop, range: SMALLEST..=SIDE as u32, unit: say("px", "px") },
        ),
        SettingDef::new(
            "resize_back",
            say("Resize back", "Ramener à la taille"),
            say(
                "Enlarges the crop to 128 × 128 again, for training and for judging. The network sees larger faces and takes about a third more time",
                "Agrandit de nouveau le morceau à 128 × 128, à l’entraînement comme à l’évaluation. Le réseau voit des visages plus grands et prend environ un tiers de temps en plus",
            ),
            Value::Switch(resize_back),
        )
        .states(say("not resized back", "sans retour à la taille"), say("resized back", "ramené à la taille"))
        .when(smaller),
    ]
}
