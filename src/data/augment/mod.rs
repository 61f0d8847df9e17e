//! Random changes to training pictures, drawn first and applied second, so that a preview shows and a test replays
//! exactly what training does.
//!
//! The picture is cut, turned and mirrored in one sampling (`geometry`), then blurred, then recolored, then grained,
//! and then a part is hidden: roughly the order in which a camera would do it. Last, another picture made the same way
//! may show through (`mixup`). Each augmentation draws from a stream of its own, so that switching one leaves the others
//! as they were.
//!
//! An augmentation is a file here that implements [`Augmentation`], and its line in the list below.

pub mod amount;
pub mod blur;
pub mod brightness;
pub mod contrast;
pub mod crop;
pub mod erasing;
pub mod flip;
pub mod geometry;
pub mod grayscale;
pub mod input_size;
pub mod mixup;
pub mod noise;
pub mod rotation;
pub mod saturation;
pub mod shift;
mod warnings;
pub mod zoom;

use serde::{Deserialize, Serialize};

pub use warnings::warnings;

use self::{geometry::Geometry, input_size::InputSize, mixup::Mix};
use super::{
    image_set::Crop,
    picture_size::{PictureShape, PictureSide, SIDE},
    resize_method::ResizeMethod,
};
use crate::{
    problem::Problem,
    random::Random,
    setting_def::{SettingDef, SettingDefs, Tier, within},
    text::Phrase,
};

/// Changes one decoded picture ([`AugmentSettings::pictures`] squared x 3) as training sees it, into `out` (`side` x `side` x 3);
/// `other` gives the cached picture that is to show through, if one is. Gives what shows through, which moves the label too.
///
/// # Errors
/// Those of `other`.
pub fn training<P: AsRef<[u8]>>(
    settings: &AugmentSettings,
    pixels: &[u8],
    other: impl FnOnce(&Mix) -> Result<P, Problem>,
    random: &mut Random,
    out: &mut [u8],
) -> Result<Option<Mix>, Problem> {
    let drawn = Drawn::new(settings, random);
    drawn.apply(pixels, out);
    if let Some(mix) = &drawn.mixup {
        mix.apply(settings, other(mix)?.as_ref(), out);
    }
    Ok(drawn.mixup)
}

/// Cuts the center of one cached picture as evaluation sees it, into `out` (`side` x `side` x 3).
pub fn evaluation(settings: &AugmentSettings, pixels: &[u8], out: &mut [u8]) {
    Drawn::none(settings).apply(pixels, out);
}

/// One augmentation: its settings, what it draws, and what it does with that.
pub trait Augmentation: SettingDefs {
    /// What is random about one picture.
    type Drawn;
    /// Which stream of randomness it draws from: its own for ever, so that runs without it stay as they are.
    const STREAM: usize;

    /// Whether the user wants it.
    fn is_on(&self) -> bool;

    /// Draws for one picture of `side` pixels; `None` leaves it as it is.
    fn draw(&self, side: usize, random: &mut Random) -> Option<Self::Drawn>;

    /// Moves the picture before it is sampled.
    fn place(_drawn: &Self::Drawn, _geometry: &mut Geometry) {}

    /// Changes the `side` x `side` x 3 bytes of the sampled picture.
    fn paint(_drawn: &Self::Drawn, _side: usize, _pixels: &mut [u8]) {}

    /// Why it likely costs accuracy as it is set, if it does.
    fn warning(&self) -> Option<Phrase> {
        None
    }
}

/// The augmentations in the order in which they are applied; on the screen, those that matter most come first.
macro_rules! augmentations {
    ($($name:ident: $type:ident;)*) => {
        /// The augmentations as the user sets them. The default is the notebook's: random crop and flip.
        #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
        #[serde(default)]
        pub struct AugmentSettings {
            /// Side of the decoded pictures. Nobody edits it: it follows the data set ([`AugmentSettings::for_pictures`]).
            #[serde(rename = "picture_side", skip_serializing_if = "PictureSide::is_default")]
            pub pictures: PictureSide,
            /// How pictures that are not square became squares; as the side, it follows the data set.
            #[serde(rename = "picture_resize", skip_serializing_if = "ResizeMethod::is_default")]
            pub resize: ResizeMethod,
            /// Side of the random crop (training) and of the center crop (evaluation), in pixels of the cached picture.
            pub crop: u32,
            /// To which side the crop is resized.
            #[serde(alias = "resize_back", deserialize_with = "InputSize::or_switch")]
            pub input_size: InputSize,
            pub flip: bool,
            /// Evaluate each picture with its mirror image ([`crate::engine::TtaPredictor`]).
            pub test_time_flip: bool,
            $(pub $name: $name::$type,)*
        }

        impl Default for AugmentSettings {
            fn default() -> Self {
                Self { pictures: PictureSide::default(), resize: ResizeMethod::default(), crop: 112, input_size: InputSize::Crop, flip: true, test_time_flip: false, $($name: Default::default(),)* }
            }
        }

        impl AugmentSettings {
            /// Whether each of the augmentations beside crop and flip is on.
            fn each_on(&self) -> impl Iterator<Item = bool> {
                [$(self.$name.is_on(),)*].into_iter()
            }

            /// What is to be said of those that are on.
            fn each_warning(&self) -> impl Iterator<Item = Phrase> {
                [$(self.$name.warning().filter(|_| self.$name.is_on()),)*].into_iter().flatten()
            }
        }

        impl SettingDefs for AugmentSettings {
            fn setting_defs(&mut self) -> Vec<SettingDef<'_>> {
                let Self { pictures, resize: _, crop, input_size, flip, test_time_flip, $($name,)* } = self;
                let mut defs = vec![crop::setting_def(*pictures, crop), input_size::setting_def(input_size)];
                defs.extend(flip::setting_defs(flip, test_time_flip));
                let mut each = [$(within(stringify!($name), $name),)*];
                each.sort_by_key(|defs| defs.first().is_some_and(|switch| switch.tier == Tier::More));
                defs.extend(each.into_iter().flatten());
                defs
            }
        }

        /// All that is random about one picture.
        #[derive(Clone, Debug, PartialEq)]
        pub struct Drawn {
            pub geometry: Geometry,
            $(pub $name: Option<<$name::$type as Augmentation>::Drawn>,)*
        }

        impl Drawn {
            /// What evaluation does: the center crop and nothing random.
            pub fn none(settings: &AugmentSettings) -> Self {
                Self { geometry: Geometry::center(settings), $($name: None,)* }
            }

            /// Draws for one picture.
            pub fn new(settings: &AugmentSettings, random: &mut Random) -> Self {
                let mut drawn = Self::none(settings);
                let Geometry { from, crop, side, .. } = drawn.geometry;
                (drawn.geometry.left, drawn.geometry.top) = crop::draw(from, crop, &mut random.fork());
                let mut flip = random.fork();
                drawn.geometry.flip = settings.flip && flip::draw(&mut flip);
                let mut streams: [Random; STREAMS.len()] = std::array::from_fn(|_| random.fork());
                $(
                    if settings.$name.is_on() {
                        drawn.$name = settings.$name.draw(side, &mut streams[$name::$type::STREAM]);
                    }
                    if let Some(what) = &drawn.$name {
                        $name::$type::place(what, &mut drawn.geometry);
                    }
                )*
                drawn
            }

            /// Makes the picture by itself: `pixels` are of the decoded side, `out` is `side` x `side` x 3.
            pub fn apply(&self, pixels: &[u8], out: &mut [u8]) {
                self.geometry.apply(pixels, out);
                $(if let Some(what) = &self.$name {
                    $name::$type::paint(what, self.geometry.side, out);
                })*
            }
        }

        /// Each augmentation's stream.
        const STREAMS: &[usize] = &[$($name::$type::STREAM,)*];
    };
}

augmentations! {
    rotation: Rotation;
    zoom: Zoom;
    shift: Shift;
    blur: Blur;
    brightness: Brightness;
    contrast: Contrast;
    saturation: Saturation;
    grayscale: Grayscale;
    noise: Noise;
    erasing: Erasing;
    mixup: Mixup;
}

/// No two draw from one stream, and no number is left out.
const _: () = {
    let mut taken = [false; STREAMS.len()];
    let mut at = 0;
    while at < STREAMS.len() {
        assert!(!taken[STREAMS[at]]);
        taken[STREAMS[at]] = true;
        at += 1;
    }
};

impl AugmentSettings {
    /// Side of the pictures that the network gets.
    pub fn side(&self) -> usize {
        self.input_size.pixels(self.crop_side(), self.pictures.pixels())
    }

    /// Whether pictures are only cut out and mirrored, which a device can do itself ([`crate::engine::Engine::upload_images`]).
    pub fn only_crops(&self) -> bool {
        self.side() == self.crop_side() && self.on_count() == 0
    }

    /// How many augmentations are on beside crop and flip.
    pub fn on_count(&self) -> usize {
        self.each_on().filter(|on| *on).count()
    }

    /// The crop's side; a value from a foreign file is brought into its range.
    fn crop_side(&self) -> usize {
        self.crop.clamp(crop::smallest(self.pictures), self.pictures.into()) as usize
    }

    /// What every picture became as it was decoded.
    pub fn shape(&self) -> PictureShape {
        PictureShape { side: self.pictures, resize: self.resize }
    }

    /// The same for pictures of another shape: the crop takes as much of them, to 4 pixels, and the whole stays the whole.
    #[must_use]
    pub fn for_pictures(mut self, PictureShape { side, resize }: PictureShape) -> Self {
        self.resize = resize;
        let (from, to) = (self.pictures.pixels() as u32, side.pixels() as u32);
        if from != to {
            self.crop = match self.crop {
                whole if whole >= from => to,
                crop => ((crop * to + 2 * from) / (4 * from) * 4).clamp(crop::smallest(side), to),
            };
            self.pictures = side;
        }
        self
    }

    /// The crop as it would be in pictures of [`SIDE`].
    fn crop_of_128(&self) -> usize {
        self.crop as usize * SIDE / self.pictures.pixels()
    }
}

impl Geometry {
    /// What evaluation sees.
    fn center(settings: &AugmentSettings) -> Self {
        let crop = settings.crop_side();
        let from = settings.pictures.pixels();
        let (left, top) = crop::center(from, crop);
        Self { from, crop, side: settings.side(), left, top, flip: false, shift: [0.0; 2], zoom: 1.0, rotation: 0.0 }
    }
}

impl Drawn {
    /// The same as a piece of `picture` for a device to cut, if [`AugmentSettings::only_crops`].
    pub fn cut(&self, picture: u32) -> Crop {
        let Geometry { left, top, flip, .. } = self.geometry;
        Crop { picture, left: left as u32, top: top as u32, flip }
    }
}

/// Bits of the fraction in color arithmetic.
const FRACTION_BITS: u32 = 16;

/// A factor or value in fixed point.
fn to_fixed(value: f64) -> i32 {
    (value * f64::from(1 << FRACTION_BITS)).round() as i32
}

/// A fixed-point value, rounded, as a byte.
#[inline]
fn to_byte(value: i32) -> u8 {
    ((value + (1 << (FRACTION_BITS - 1))) >> FRACTION_BITS).clamp(0, 255) as u8
}
