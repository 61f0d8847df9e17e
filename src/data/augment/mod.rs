//! Random changes to training pictures, drawn first and applied second, so that a preview shows and a test replays
//! exactly what training does.
//!
//! The picture is cut, turned and mirrored in one sampling (`geometry`), then blurred, then recolored, then grained,
//! and then a part is hidden: roughly the order in which a camera would do it. Last, another picture made the same way
//! may show through (`mixup`). Each augmentation draws from a stream of its own, so that switching one leaves the others
//! as they were.

pub mod amount;
pub mod blur;
pub mod brightness;
pub mod contrast;
pub mod crop;
pub mod erasing;
pub mod flip;
pub mod geometry;
pub mod grayscale;
pub mod mixup;
pub mod noise;
pub mod rotation;
pub mod saturation;
pub mod shift;
mod warnings;
pub mod zoom;

use serde::{Deserialize, Serialize};

pub use warnings::warnings;

use self::{erasing::Rectangle, geometry::Geometry, mixup::Mix, noise::Grain};
use super::{image_set::Crop, pixels::SIDE};
use crate::{
    random::Random,
    setting_def::{SettingDef, SettingDefs, within},
};

/// Changes one cached picture ([`SIDE`] x [`SIDE`] x 3) as training sees it, into `out` (`side` x `side` x 3);
/// `other` gives the cached picture that is to show through, if one is. Gives what shows through, which moves the label too.
pub fn training<'a>(
    settings: &AugmentSettings,
    pixels: &[u8],
    other: impl FnOnce(&Mix) -> &'a [u8],
    random: &mut Random,
    out: &mut [u8],
) -> Option<Mix> {
    let drawn = Drawn::new(settings, random);
    drawn.apply(pixels, out);
    if let Some(mix) = &drawn.mix {
        mix.apply(settings, other(mix), out);
    }
    drawn.mix
}

/// Cuts the center of one cached picture as judging sees it, into `out` (`side` x `side` x 3).
pub fn evaluation(settings: &AugmentSettings, pixels: &[u8], out: &mut [u8]) {
    Drawn::none(settings).apply(pixels, out);
}

/// The augmentations as the user sets them. The default is the notebook's: random crop and flip.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct AugmentSettings {
    /// Side of the random crop (training) and of the center crop (evaluation), in pixels of the cached picture.
    pub crop: u32,
    /// Resize the crop back to the cached size, so the network sees 128 x 128 whatever the crop.
    pub resize_back: bool,
    pub flip: bool,
    /// Judge each picture with its mirror image ([`crate::engine::TtaPredictor`]).
    pub test_time_flip: bool,
    pub zoom: zoom::Zoom,
    pub rotation: rotation::Rotation,
    pub shift: shift::Shift,
    pub brightness: brightness::Brightness,
    pub contrast: contrast::Contrast,
    pub saturation: saturation::Saturation,
    pub erasing: erasing::Erasing,
    pub grayscale: grayscale::Grayscale,
    pub noise: noise::Noise,
    pub blur: blur::Blur,
    pub mixup: mixup::Mixup,
}

impl Default for AugmentSettings {
    fn default() -> Self {
        Self {
            crop: 112,
            resize_back: false,
            flip: true,
            test_time_flip: false,
            zoom: Default::default(),
            rotation: Default::default(),
            shift: Default::default(),
            brightness: Default::default(),
            contrast: Default::default(),
            saturation: Default::default(),
            erasing: Default::default(),
            grayscale: Default::default(),
            noise: Default::default(),
            blur: Default::default(),
            mixup: Default::default(),
        }
    }
}

impl AugmentSettings {
    /// Side of the pictures that the network gets.
    pub fn side(&self) -> usize {
        if self.resize_back { SIDE } else { self.crop_side() }
    }

    /// Whether pictures are only cut out and mirrored, which a device can do itself ([`crate::engine::Engine::upload_images`]).
    pub fn only_crops(&self) -> bool {
        let Self {
            crop: _,
            resize_back: _,
            flip: _,
            test_time_flip: _,
            zoom,
            rotation,
            shift,
            brightness,
            contrast,
            saturation,
            erasing,
            grayscale,
            noise,
            blur,
            mixup,
        } = self;
        let moved = [zoom.on, rotation.on, shift.on];
        let colored = [brightness.on, contrast.on, saturation.on, grayscale.on];
        let covered = [erasing.on, noise.on, blur.on, mixup.on];
        self.side() == self.crop_side() && ![&moved[..], &colored, &covered].concat().contains(&true)
    }

    /// The crop's side; a value from a foreign file is brought into its range.
    fn crop_side(&self) -> usize {
        self.crop.clamp(crop::SMALLEST, SIDE as u32) as usize
    }
}

impl SettingDefs for AugmentSettings {
    fn setting_defs(&mut self) -> Vec<SettingDef<'_>> {
        let Self {
            crop,
            resize_back,
            flip,
            test_time_flip,
            zoom,
            rotation,
            shift,
            brightness,
            contrast,
            saturation,
            erasing,
            grayscale,
            noise,
            blur,
            mixup,
        } = self;
        let mut defs: Vec<_> = crop::setting_defs(crop, resize_back).into();
        defs.extend(flip::setting_defs(flip, test_time_flip));
        defs.extend(within("rotation", rotation));
        defs.extend(zoom.setting_defs("zoom", &zoom::WORDS));
        defs.extend(brightness.setting_defs("brightness", &brightness::WORDS));
        defs.extend(contrast.setting_defs("contrast", &contrast::WORDS));
        defs.extend(within("erasing", erasing));
        defs.extend(within("shift", shift));
        defs.extend(saturation.setting_defs("saturation", &saturation::WORDS));
        defs.extend(within("grayscale", grayscale));
        defs.extend(within("noise", noise));
        defs.extend(within("blur", blur));
        defs.extend(within("mixup", mixup));
        defs
    }
}

/// All that is random about one picture.
#[derive(Clone, Debug, PartialEq)]
pub struct Drawn {
    pub geometry: Geometry,
    /// Deviation in pixels.
    pub blur: Option<f64>,
    pub brightness: Option<f64>,
    pub contrast: Option<f64>,
    pub saturation: Option<f64>,
    pub grayscale: bool,
    pub noise: Option<Grain>,
    pub erasing: Option<Rectangle>,
    /// What shows through; whoever applies this knows the other pictures.
    pub mix: Option<Mix>,
}

impl Drawn {
    /// What evaluation does: the center crop and nothing random.
    pub fn none(settings: &AugmentSettings) -> Self {
        let crop = settings.crop_side();
        let (left, top) = crop::center(crop);
        Self {
            geometry: Geometry { crop, side: settings.side(), left, top, flip: false, shift: [0.0; 2], zoom: 1.0, rotation: 0.0 },
            blur: None,
            brightness: None,
            contrast: None,
            saturation: None,
            grayscale: false,
            noise: None,
            erasing: None,
            mix: None,
        }
    }

    /// Draws for one picture. New augmentations take their stream after the others, so that old runs stay as they are.
    pub fn new(settings: &AugmentSettings, random: &mut Random) -> Self {
        let mut drawn = Self::none(settings);
        let side = drawn.geometry.side;
        let mut stream = || random.fork();
        (drawn.geometry.left, drawn.geometry.top) = crop::draw(drawn.geometry.crop, &mut stream());
        let mut flip = stream();
        drawn.geometry.flip = settings.flip && flip::draw(&mut flip);
        let mut streams: [Random; 11] = std::array::from_fn(|_| stream());
        let [shift, zoom, rotation, brightness, contrast, saturation, noise, erasing, grayscale, blur, mixup] = &mut streams;
        if settings.shift.on {
            drawn.geometry.shift = settings.shift.draw(shift);
        }
        if settings.zoom.on {
            drawn.geometry.zoom = settings.zoom.draw(zoom);
        }
        if settings.rotation.on {
            drawn.geometry.rotation = settings.rotation.draw(rotation);
        }
        drawn.brightness = settings.brightness.on.then(|| settings.brightness.draw(brightness));
        drawn.contrast = settings.contrast.on.then(|| settings.contrast.draw(contrast));
        drawn.saturation = settings.saturation.on.then(|| settings.saturation.draw(saturation));
        drawn.noise = settings.noise.on.then(|| settings.noise.draw(noise));
        drawn.erasing = settings.erasing.on.then(|| settings.erasing.draw(side, erasing)).flatten();
        drawn.grayscale = settings.grayscale.on && settings.grayscale.draw(grayscale);
        drawn.blur = settings.blur.on.then(|| settings.blur.draw(blur)).flatten();
        drawn.mix = settings.mixup.on.then(|| settings.mixup.draw(mixup));
        drawn
    }

    /// The same as a piece of `picture` for a device to cut, if [`AugmentSettings::only_crops`].
    pub fn cut(&self, picture: u32) -> Crop {
        let Geometry { left, top, flip, .. } = self.geometry;
        Crop { picture, left: left as u32, top: top as u32, flip }
    }

    /// Makes the picture by itself: `pixels` are [`SIDE`] x [`SIDE`] x 3, `out` is `side` x `side` x 3.
    pub fn apply(&self, pixels: &[u8], out: &mut [u8]) {
        let side = self.geometry.side;
        self.geometry.apply(pixels, out);
        if let Some(sigma) = self.blur {
            blur::apply(sigma, side, out);
        }
        if let Some(factor) = self.brightness {
            brightness::apply(factor, out);
        }
        if let Some(factor) = self.contrast {
            contrast::apply(factor, out);
        }
        if let Some(factor) = self.saturation {
            saturation::apply(factor, out);
        }
        if self.grayscale {
            grayscale::apply(out);
        }
        if let Some(grain) = &self.noise {
            noise::apply(grain, out);
        }
        if let Some(rectangle) = &self.erasing {
            erasing::apply(rectangle, side, out);
        }
    }
}

/// Bits of the fraction in color arithmetic.
const FRACTION: u32 = 16;

/// A factor or value in fixed point.
fn fixed(value: f64) -> i32 {
    (value * f64::from(1 << FRACTION)).round() as i32
}

/// A fixed-point value, rounded, as a byte.
#[inline]
fn clamp(value: i32) -> u8 {
    ((value + (1 << (FRACTION - 1))) >> FRACTION).clamp(0, 255) as u8
}
