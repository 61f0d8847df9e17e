//! Which squares of a photo are evaluated: decided by how the training pictures were framed, unless the user decides.
//!
//! The window, `trombine predict` and folders all ask [`frame`], so that they give the same answers.

use super::photo::Photo;
use crate::data::{
    faces::{self, Face},
    sample::Framing,
    square::Square,
};

/// How a photo is evaluated.
#[derive(Clone, Debug, PartialEq)]
pub enum Framed {
    /// Whole, as asked.
    Whole,
    /// Whole, since it is itself a tight square around one face.
    Crop,
    /// Each face by itself, the largest first.
    Faces(Vec<Face>),
    /// Not at all: faces were asked for, and there is none.
    NoFace,
}

/// Looks for faces if `framing` asks for them.
pub fn frame(photo: &Photo, framing: Framing) -> Framed {
    if framing == Framing::Whole {
        return Framed::Whole;
    }
    let found = faces::find(photo.view());
    if found.is_empty() {
        Framed::NoFace
    } else if faces::is_crop(photo.view(), &found) {
        Framed::Crop
    } else {
        Framed::Faces(found)
    }
}

impl Framed {
    /// How a picture of a data set is evaluated whose pictures are framed so: it is what faces were taken from already.
    pub const fn of(framing: Framing) -> Self {
        match framing {
            Framing::FaceCrop => Self::Crop,
            Framing::Whole => Self::Whole,
        }
    }

    /// The squares to evaluate; `None` is the whole photo.
    pub fn squares(&self) -> Vec<Option<Square>> {
        match self {
            Self::Whole | Self::Crop => vec![None],
            Self::Faces(faces) => faces.iter().map(|face| Some(face.crop)).collect(),
            Self::NoFace => Vec::new(),
        }
    }
}
