//! How a picture that is not square becomes one.

use serde::{Deserialize, Serialize};

use super::{
    resize::{resize, resize_into},
    square::RgbView,
};
use crate::{setting_def::choice, text::say};

/// What becomes of a picture's sides where they are not as long as each other (fastai's `ResizeMethod`; the second and the
/// third are Keras's `crop_to_aspect_ratio` and `pad_to_aspect_ratio`). Of a square picture all give the same bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ResizeMethod {
    #[default]
    Squeeze,
    Crop,
    Pad,
}

choice! { ResizeMethod {
    Squeeze = "squeeze", say("squeeze", "écraser"),
        say("All of the picture, its longer side squeezed", "Toute l’image, son grand côté écrasé");
    Crop = "crop", say("crop the middle", "garder le centre"),
        say("The largest square in the middle; what lies beside it is cut off", "Le plus grand carré au centre ; le reste est coupé");
    Pad = "pad", say("fit with a border", "ajouter des bords"),
        say("All of the picture as it is, with black borders", "Toute l’image telle quelle, avec des bords noirs");
} }

impl ResizeMethod {
    /// Whether it is the one that nobody has to ask for.
    pub fn is_default(&self) -> bool {
        *self == Self::default()
    }

    /// Makes a picture a square of `side` x `side` x 3 bytes in `out`.
    ///
    /// # Errors
    /// A picture of no pixels, or bytes of another number than the sizes say.
    pub fn apply(self, picture: RgbView<'_>, out: &mut [u8], side: usize) -> Result<(), String> {
        let RgbView { width, height, rgb } = picture;
        if width == 0 || height == 0 {
            return Err(format!("{width} x {height} pixels"));
        }
        let whole = [side as u32; 2];
        match self {
            _ if width == height => resize_into(rgb, [width, height], out, whole),
            Self::Squeeze => resize_into(rgb, [width, height], out, whole),
            Self::Crop => resize_into(&middle(picture)?, [width.min(height); 2], out, whole),
            Self::Pad => pad(picture, out, side),
        }
    }
}

/// The largest square in the middle; of an odd rest the smaller half lies left or above.
fn middle(picture: RgbView<'_>) -> Result<Vec<u8>, String> {
    let [width, height] = [picture.width, picture.height].map(|side| side as usize);
    if picture.rgb.len() != width * height * 3 {
        return Err(format!("{width} x {height} pixels in {} bytes", picture.rgb.len()));
    }
    let side = width.min(height);
    let [left, top] = [width, height].map(|long| (long - side) / 2);
    let rows = picture.rgb.chunks_exact((width * 3).max(1)).skip(top).take(side);
    Ok(rows.flat_map(|row| &row[left * 3..(left + side) * 3]).copied().collect())
}

/// All of the picture within black; of an odd rest the narrower border lies left or above.
fn pad(picture: RgbView<'_>, out: &mut [u8], side: usize) -> Result<(), String> {
    let RgbView { width, height, rgb } = picture;
    if rgb.len() as u64 != u64::from(width) * u64::from(height) * 3 {
        return Err(format!("{width} x {height} pixels in {} bytes", rgb.len()));
    }
    let longer = u64::from(width.max(height));
    // Half a pixel up, as Python's `(2 * side * short + long) // (2 * long)`.
    let fit = |length: u32| ((2 * side as u64 * u64::from(length) + longer) / (2 * longer)).max(1) as usize;
    let [wide, high] = [fit(width), fit(height)];
    let small = resize(rgb, [width, height], [wide as u32, high as u32]);
    let [left, top] = [wide, high].map(|length| (side - length) / 2);
    out.fill(0);
    for (from, to) in small.chunks_exact(wide * 3).zip(out.chunks_exact_mut(side * 3).skip(top)) {
        to[left * 3..(left + wide) * 3].copy_from_slice(from);
    }
    Ok(())
}
