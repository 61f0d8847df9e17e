//! Of each picture of a folder, the crops of its faces, as UTKFace's crops are made and as a photo's face is evaluated later:
//! what is taken, and what is worth a look.

use serde::{Deserialize, Serialize};

use super::{
    augment::crop::SMALLEST,
    faces::{self, Face},
    sample::{Anomaly, SkipReason},
    square::{PixelSquare, RgbView, Square},
};
use crate::{setting_def::choice, text::say};

/// Whether faces are sought in a folder's pictures, and which are taken where there are several.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FaceCrops {
    #[default]
    Off,
    Largest,
    /// Each is a picture of its own, with the photo's label.
    Each,
    /// Photos with several are left out.
    Skip,
}

choice! { FaceCrops {
    Off = "off", say("whole pictures", "images entières"),
        say("Each picture is taken as it is", "Chaque image est prise telle quelle");
    Largest = "largest", say("largest face", "plus grand visage"),
        say("Of each picture the largest face that is found", "De chaque image, le plus grand visage trouvé");
    Each = "each", say("every face", "chaque visage"),
        say("Every face that is found is a picture of its own, with the photo’s label", "Chaque visage trouvé est une image à part, avec l’étiquette de la photo");
    Skip = "skip", say("photos of one face", "photos d’un seul visage"),
        say("Photos in which several faces are found are left out", "Les photos où plusieurs visages sont trouvés sont écartées");
} }

/// Below this score a face is doubtful: of the UTKFace crops, 95 in 100 score higher ([`faces`]).
const DOUBTFUL: f64 = 6.0;

/// One picture that is taken of a photo.
pub struct FaceCrop {
    /// `None` for the whole picture, which is itself a tight crop.
    pub square: Option<Square>,
    /// Why it is worth a look.
    pub anomaly: Option<Anomaly>,
}

impl FaceCrop {
    /// Seeks the faces of a picture, and takes those that are wanted: one at least, the largest first.
    ///
    /// # Errors
    /// There is none, or there are several where such photos are left out.
    pub fn find(picture: RgbView<'_>, wanted: FaceCrops) -> Result<Vec<Self>, SkipReason> {
        let found = faces::find(picture);
        let largest = found.first().ok_or(SkipReason::NoFace)?;
        if faces::is_crop(picture, &found) {
            return Ok(vec![Self { square: None, anomaly: None }]);
        }
        let crop = |face: &Face, count| Self { square: Some(face.crop), anomaly: oddity(face, count) };
        match (wanted, found.len()) {
            (FaceCrops::Each, _) => Ok(found.iter().map(|face| crop(face, 1)).collect()),
            (FaceCrops::Skip, 2..) => Err(SkipReason::SeveralFaces { faces: found.len() as u32 }),
            (_, count) => Ok(vec![crop(largest, count)]),
        }
    }

    /// The square that the user drew.
    pub fn drawn(square: PixelSquare) -> Self {
        let small = Anomaly::Small { width: square.side, height: square.side };
        Self { square: Some(square.into()), anomaly: (square.side < SMALLEST).then_some(small) }
    }
}

/// What is odd about taking `face`, the largest of `count`.
fn oddity(face: &Face, count: usize) -> Option<Anomaly> {
    let side = face.crop.side.round() as u32;
    if face.score < DOUBTFUL {
        Some(Anomaly::DoubtfulFace)
    } else if side < SMALLEST {
        Some(Anomaly::Small { width: side, height: side })
    } else {
        (count > 1).then_some(Anomaly::SeveralFaces { faces: count as u32 })
    }
}

/// Whether a picture is a photo of somebody rather than the crop of a face: a face is found in it, and it is not the whole.
pub fn is_photo(picture: RgbView<'_>) -> bool {
    let found = faces::find(picture);
    !found.is_empty() && !faces::is_crop(picture, &found)
}

/// What some pictures of a folder look like that were looked at because nobody had said anything of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PhotoLook {
    pub looked: u32,
    /// Those in which a face was found that does not fill them.
    pub photos: u32,
}

impl PhotoLook {
    /// About how many pictures of a folder are looked at.
    pub const ABOUT: usize = 24;

    /// Whether most are photos.
    pub fn is_photos(self) -> bool {
        self.photos * 2 > self.looked
    }
}
