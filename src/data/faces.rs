//! Finds faces in a photo and the square that UTKFace would have cut around each.
//!
//! A photo is not a training crop: the network has only ever seen UTKFace's tight, centered squares. The detector is
//! SeetaFace (Wu et al. 2017) through the crate `rustface`; its model is bundled (BSD-2, `assets/licenses/seetaface.txt`).
//!
//! # From the detector's box to UTKFace's square
//! Measured by running this detector over every 50th of 20,707 UTKFace crops (407 pictures, 400 found): the box's
//! center lies at 0.497 of the crop's width (middle half 0.463 to 0.525) and 0.427 of its height (0.410 to 0.448), and
//! its side is 0.98 of the crop's (0.925 to 1.030). The square is the one that puts the box at these medians. UTKFace's
//! crops were also turned upright by the eyes, which is not repeated here.
//!
//! # How many it finds
//! Every 50th of 20,707 UTKFace crops, 415 pictures, pasted 80 to 260 pixels wide at a random place into a noisy scene of
//! 900 x 600: 409 found (98.6%), 405 with a square that overlaps the pasted one by more than 0.6, and no square where
//! there is no face. Given alone, 403 of them (97%) are taken whole as tight crops, and in 12 no face is found.
//! The built-in drawings: all of 20 are found alone, 14 pasted into a scene; the detector was made for photos.
//!
//! # Another detector
//! YuNet (Wu, Peng and Yu 2023; 75,856 parameters; in the OpenCV Zoo under the MIT license) speaks for itself by five landmarks, the
//! eyes among them, with which crops could be turned upright as UTKFace's were, and by faces from about 10 pixels on, where this
//! detector needs 40; the Zoo gives it an average precision of 0.88, 0.87 and 0.75 on WIDER FACE's easy, medium and hard part.
//! Against it: by the Zoo's own words it finds faces up to about 300 pixels, so photos have to be sought at several sizes all the
//! same; its boxes are others, so the square above would have to be measured anew, and every crop, cache and run made with this one
//! would differ; and nobody has measured it on UTKFace's crops. It would come as a second choice, not in place of this one.

use std::sync::OnceLock;

use rustface::{ImageData, Model};

use super::{
    resize::resize,
    square::{RgbView, Square},
};

/// A face that was found.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Face {
    /// The detector's box, forehead to chin.
    pub found: Square,
    /// The square to cut, as UTKFace's crops are made.
    pub crop: Square,
    /// The detector's score, from [`LEAST_SCORE`] on; clear faces have 10 to 30.
    pub score: f64,
}

/// The box's center and side within UTKFace's crops, as shares of the crop's side; see the module's text.
const CENTER: [f64; 2] = [0.497, 0.427];
const SIDE: f64 = 0.98;

/// Boxes below this score are not shown: of the UTKFace crops, 95 in 100 score above 6.
const LEAST_SCORE: f64 = 4.0;
/// Photos are scaled down so that the longer side has at most this many pixels: the smallest face that is found
/// (40 pixels) is then a twentieth of the photo.
const LONGEST: f64 = 800.0;
/// A gray border, as a share of the shorter side, so that faces cut by the edge are found; the detector's windows
/// slide over whole windows only.
const BORDER: f64 = 0.25;
/// Makes tiny pictures as large as the detector's 40 pixel window.
const LEAST_BORDER: u32 = 30;
/// More elongated pictures are no photos of a face, and their shorter side would vanish.
const MOST_ELONGATED: u32 = 10;

static MODEL: &[u8] = include_bytes!("../../assets/faces/seeta_fd_frontal_v1.0.bin");

/// The faces of a photo, the largest first; empty if there is none.
pub fn find(photo: RgbView<'_>) -> Vec<Face> {
    static DETECTOR: OnceLock<Option<Model>> = OnceLock::new();
    let Some(model) = DETECTOR.get_or_init(|| rustface::read_model(MODEL).ok()) else { return Vec::new() };
    let (shorter, longer) = (photo.width.min(photo.height), photo.width.max(photo.height));
    if shorter == 0 || longer / shorter >= MOST_ELONGATED {
        return Vec::new();
    }
    let scale = (LONGEST / f64::from(longer)).min(1.0);
    let gray = Gray::new(photo, scale);
    let border = ((f64::from(gray.width.min(gray.height)) * BORDER) as u32).max(LEAST_BORDER);
    let padded = gray.padded(border);
    let mut detector = rustface::create_detector_with_model(model.clone());
    detector.set_score_thresh(LEAST_SCORE);
    detector.set_pyramid_scale_factor(0.8);
    let back = |at: i32| (f64::from(at) - f64::from(border)) / scale;
    let mut faces: Vec<Face> = detector
        .detect(&ImageData::new(&padded.bytes, padded.width, padded.height))
        .iter()
        .map(|face| {
            let found = face.bbox();
            let found = Square { left: back(found.x()), top: back(found.y()), side: f64::from(found.width()) / scale };
            Face { found, crop: utkface_square(found), score: face.score() }
        })
        .filter(|face| photo.holds_center_of(face.found))
        .collect();
    faces.sort_by(|a, b| b.score.total_cmp(&a.score));
    let mut kept: Vec<Face> = Vec::new();
    for face in faces {
        if kept.iter().all(|better| !face.found.same_face(better.found)) {
            kept.push(face);
        }
    }
    kept.sort_by(|a, b| b.found.side.total_cmp(&a.found.side));
    kept
}

/// Whether the photo is itself a tight crop of one face, to be evaluated whole as the data set's pictures are.
pub fn is_crop(photo: RgbView<'_>, faces: &[Face]) -> bool {
    let (width, height) = (f64::from(photo.width), f64::from(photo.height));
    let square = width.max(height) < 1.1 * width.min(height);
    matches!(faces, [face] if square && face.crop.side > 0.75 * width.min(height))
}

/// The square that UTKFace would have cut around a detector's box.
pub fn utkface_square(found: Square) -> Square {
    let side = found.side / SIDE;
    let (x, y) = found.center();
    Square { left: x - CENTER[0] * side, top: y - CENTER[1] * side, side }
}

impl RgbView<'_> {
    fn holds_center_of(self, square: Square) -> bool {
        let (x, y) = square.center();
        (0.0..f64::from(self.width)).contains(&x) && (0.0..f64::from(self.height)).contains(&y)
    }
}

impl Square {
    /// Whether two boxes are of one face: the center of the smaller one lies in the inner half of the larger.
    fn same_face(self, other: Self) -> bool {
        let ((x, y), (ox, oy)) = (self.center(), other.center());
        (x - ox).abs().max((y - oy).abs()) < self.side.max(other.side) / 4.0
    }
}

/// Brightness of a picture, a byte each.
struct Gray {
    width: u32,
    height: u32,
    bytes: Vec<u8>,
}

impl Gray {
    fn new(photo: RgbView<'_>, scale: f64) -> Self {
        let small = |side: u32| ((f64::from(side) * scale).round() as u32).max(1);
        let (width, height) = (small(photo.width), small(photo.height));
        let bytes = resize(photo.rgb, [photo.width, photo.height], [width, height])
            .chunks_exact(3)
            .map(|p| ((77 * u32::from(p[0]) + 150 * u32::from(p[1]) + 29 * u32::from(p[2])) >> 8) as u8)
            .collect();
        Self { width, height, bytes }
    }

    /// The picture within a border of middle gray.
    fn padded(&self, border: u32) -> Self {
        let (width, height) = (self.width + 2 * border, self.height + 2 * border);
        let mut bytes = vec![128; (width * height) as usize];
        for (y, row) in self.bytes.chunks_exact(self.width as usize).enumerate() {
            let at = (y + border as usize) * width as usize + border as usize;
            bytes[at..at + row.len()].copy_from_slice(row);
        }
        Self { width, height, bytes }
    }
}
