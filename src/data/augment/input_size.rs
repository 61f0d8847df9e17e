//! `augment.input_size`: the side of what the network gets, beside the crop's.

use serde::{Deserialize, Deserializer, Serialize};

use crate::{
    setting_def::{SettingDef, Value, choice},
    text::say,
};

/// To which side the crop is resized, for training and for evaluation. It is a share of the crop, so that pictures that are
/// decoded larger show the network more.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum InputSize {
    /// Pixel for pixel.
    #[default]
    Crop,
    ThreeQuarters,
    Half,
    /// That of the decoded picture.
    Picture,
}

choice!(InputSize {
    Crop = "crop", say("As the crop", "Recadrage"), say("The network sees the crop pixel for pixel", "Le réseau voit le recadrage pixel pour pixel");
    ThreeQuarters = "three_quarters", say("¾ of the crop", "¾ du recadrage"), say("The crop at three quarters of its side, with little more than half of its pixels", "Le recadrage aux trois quarts de son côté, avec un peu plus de la moitié de ses pixels");
    Half = "half", say("Half the crop", "La moitié du recadrage"), say("The crop at half its side, with a quarter of its pixels", "Le recadrage à la moitié de son côté, avec le quart de ses pixels");
    Picture = "picture", say("As the decoded picture", "Celle de l’image décodée"), say("The crop enlarged to the size of the decoded picture: the network sees larger faces", "Le recadrage agrandi à la taille de l’image décodée : le réseau voit des visages plus grands");
});

impl InputSize {
    /// The side in pixels of what a crop becomes that was cut from a picture, both given by their sides.
    pub fn pixels(self, crop: usize, picture: usize) -> usize {
        match self {
            Self::Crop => crop,
            Self::ThreeQuarters => crop * 3 / 4,
            Self::Half => crop / 2,
            Self::Picture => picture,
        }
    }

    /// Reads the word, or the switch `resize_back` of versions before.
    pub(super) fn or_switch<'de, D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Stored {
            Switch(bool),
            Size(InputSize),
        }
        Ok(match Stored::deserialize(from)? {
            Stored::Switch(true) => Self::Picture,
            Stored::Switch(false) => Self::Crop,
            Stored::Size(size) => size,
        })
    }
}

pub(super) fn setting_def(size: &mut InputSize) -> SettingDef<'_> {
    SettingDef::new(
        "input_size",
        say("Input size", "Taille d’entrée"),
        say(
            "The size to which the crop is resized before the network sees it, for training and for evaluation. Fewer pixels train faster, more show more detail: half for a quick look",
            "La taille à laquelle le recadrage est ramené avant que le réseau le voie, à l’entraînement comme à l’évaluation. Moins de pixels s’entraînent plus vite, davantage montrent plus de détails : la moitié pour un coup d’œil",
        ),
        Value::Choice(size),
    )
}
