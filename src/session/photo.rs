//! Photos that are shown, with what was asked about them.

use std::{path::PathBuf, sync::Arc};

use crate::{
    data::square::Square,
    predict::Framed,
    problem::Problem,
    worker::{Crop, PhotoSource, Reply},
};

/// A photo that was shown to a run, with what the run said.
#[derive(Clone, Debug)]
pub struct ShownPhoto {
    /// Rises with each photo; questions and answers carry it.
    pub id: u64,
    /// The file's name, or "pasted".
    pub name: String,
    /// For the screen: `preview_size` RGB pixels, row by row, upright.
    pub preview: Arc<[u8]>,
    pub preview_size: [usize; 2],
    /// Pixels of the photo for each pixel of the preview.
    pub scale: f32,
    /// Whether it is evaluated whole or by its faces.
    pub framed: Framed,
    /// What was asked about it: each found face, or all of it, and what the user drew.
    pub asked: Vec<SquareQuery>,
    /// Whether it came with others and is not the first of them: the page stays where it is.
    pub follows: bool,
    /// Why it cannot be read: one of several, which has its place among them.
    pub unread: Option<Problem>,
}

/// Photos on their way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Arrival {
    /// Reads that were begun and are not over.
    pub reads: usize,
    /// Photos that they are about, as far as is known.
    pub wanted: usize,
    /// Those of them that have come, readable or not.
    pub come: usize,
}

/// Photos that are too many to be shown each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Beyond {
    /// Where they are, if it is one folder: it can become a table.
    pub folder: Option<PathBuf>,
    pub found: usize,
    /// The first of them, which are shown.
    pub shown: usize,
}

/// A photo as sharp as a screen needs it.
#[derive(Clone, Debug)]
pub struct SharpPhoto {
    /// Which of the shown photos.
    pub photo: u64,
    /// `size` RGB pixels, row by row, upright.
    pub rgb: Arc<[u8]>,
    pub size: [usize; 2],
}

/// A photo of a data set, whole, to draw in it what is to be taken.
#[derive(Clone, Debug)]
pub struct WholePhoto {
    /// For the screen: `preview_size` RGB pixels, row by row, upright.
    pub preview: Arc<[u8]>,
    pub preview_size: [usize; 2],
    /// Pixels of the photo for each pixel of the preview.
    pub scale: f32,
    /// The squares of the faces that are found in it, the largest first.
    pub faces: Vec<Square>,
}

/// One square of a photo, with what a run said of it.
#[derive(Clone, Debug, Default)]
pub struct SquareQuery {
    /// Questions and answers carry it; no two are the same.
    pub id: u64,
    /// In the photo's own pixels; `None` is all of it.
    pub crop: Option<Crop>,
    /// The last answer; empty while it is awaited.
    pub reply: Option<Result<Reply, Problem>>,
    /// What the run said of the square before it was moved, until the answer is there.
    pub before: Option<Reply>,
    /// What other runs said of the same square.
    pub others: Vec<OtherRunAnswer>,
    /// The slow map of where the network looked.
    pub slow: Option<OcclusionMap>,
}

/// A map that takes its time.
#[derive(Clone, Debug)]
pub struct OcclusionMap {
    pub id: u64,
    /// As [`Reply::heatmap`]; empty while it is awaited.
    pub map: Option<Result<Vec<f32>, Problem>>,
}

/// Another run's word on a square.
#[derive(Clone, Debug)]
pub struct OtherRunAnswer {
    pub id: u64,
    pub run: String,
    pub reply: Option<Result<Reply, Problem>>,
}

/// The picture of a data set that the viewer has asked a run about last.
#[derive(Clone, Debug)]
pub struct LookedAt {
    /// Path below the data set's folder.
    pub file: PathBuf,
    /// The run that was asked, by id, and which of its weights: see [`Session::weights_of`](super::Session::weights_of).
    pub run: String,
    pub weights: u32,
    /// As the network gets it, once it was read.
    pub photo: Option<PhotoSource>,
    pub asked: SquareQuery,
}

impl ShownPhoto {
    /// How many of its squares are waiting for an answer.
    pub fn awaited(&self) -> usize {
        self.asked.iter().filter(|asked| asked.reply.is_none()).count()
    }
}

impl SquareQuery {
    /// What the run says of the square, or while that is awaited what it said of it a moment ago.
    pub fn said(&self) -> Option<&Reply> {
        match &self.reply {
            Some(reply) => reply.as_ref().ok(),
            None => self.before.as_ref(),
        }
    }
}
