//! One file's bytes become a picture: JPEG, PNG, WebP, BMP, or the first frame of a GIF or TIFF, by its content, upright,
//! 8-bit RGB.

use std::{
    io::Cursor,
    panic::{AssertUnwindSafe, catch_unwind},
};

use image::{ColorType, DynamicImage, ImageDecoder, ImageFormat, ImageReader, metadata::Orientation};

use super::{
    augment::crop::SMALLEST,
    face_crop::{FaceCrop, FaceCrops, is_photo},
    format::Foreign,
    name,
    picture_size::side_of,
    resize_method::ResizeMethod,
    sample::{Anomaly, SkipReason},
    square::{PixelSquare, RgbView},
};
use crate::text::{Phrase, say};

/// A decoded picture, upright (EXIF orientation applied).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DecodedPicture {
    pub width: u32,
    pub height: u32,
    /// width x height x 3 bytes.
    pub rgb: Vec<u8>,
    /// What had to be converted, if anything.
    pub anomaly: Option<Anomaly>,
}

/// More pixels than this are refused before they are decoded: 64 million, a photo of the largest phones.
pub const MOST_PIXELS: u64 = 64_000_000;

/// What is wrong with a JPEG whose end is missing.
pub const ENDS_EARLY: Phrase = say("the JPEG ends early", "le JPEG s’arrête trop tôt");

/// Bytes that a picture may take while it is decoded, itself and its copy as RGB: a file of some hundred bytes can claim more
/// than there is. It holds a photo of 250 million pixels, as cameras write them.
const MOST_MEMORY: u64 = 1_000_000_000;

/// Decodes a picture of any size. `name` is only compared with the content, for the note on a wrong ending.
///
/// Gray becomes three equal channels, 16 bits are rounded to 8, transparent places become white.
///
/// # Errors
/// Why it cannot be used: no picture, damaged (also a JPEG that ends early), or too large.
pub fn decode(bytes: &[u8], name: &str) -> Result<DecodedPicture, SkipReason> {
    decode_up_to(bytes, name, MOST_PIXELS)
}

/// As [`decode`], with another limit than a data set's: photos come larger than face crops.
///
/// # Errors
/// As [`decode`].
pub fn decode_up_to(bytes: &[u8], name: &str, most_pixels: u64) -> Result<DecodedPicture, SkipReason> {
    guarded(|| {
        let (mut image, orientation, anomaly) = open(bytes, name, most_pixels)?;
        image.apply_orientation(orientation);
        let rgb = flatten(image);
        let (width, height) = rgb.dimensions();
        Ok(DecodedPicture { width, height, rgb: rgb.into_raw(), anomaly })
    })
}

/// What `decode` gives, where a decoder that panics on a damaged file costs this picture and nothing else.
///
/// # Errors
/// Those of `decode`, and [`SkipReason::Damaged`] if it panics.
pub fn guarded<T>(decode: impl FnOnce() -> Result<T, SkipReason>) -> Result<T, SkipReason> {
    let decoded = catch_unwind(AssertUnwindSafe(decode));
    decoded.unwrap_or_else(|_| Err(SkipReason::Damaged { details: "the decoder gave up".to_owned() }))
}

/// What is wanted of a data set's picture beside its pixels.
#[derive(Clone, Copy, Debug, Default)]
pub struct Wanted {
    /// How a picture that is not square becomes one.
    pub resize: ResizeMethod,
    pub faces: FaceCrops,
    /// The square that the user drew in place of its faces.
    pub square: Option<PixelSquare>,
    /// Whether it is a photo rather than the crop of a face.
    pub look: bool,
}

/// What was found out about a data set's picture while it was decoded.
#[derive(Clone, Debug, Default)]
pub struct Found {
    pub anomaly: Option<Anomaly>,
    /// Whether it is a photo rather than the crop of a face, if that was asked.
    pub photo: Option<bool>,
    /// Its other faces, if each is wanted: the pixels, and what is odd.
    pub more: Vec<(Vec<u8>, Option<Anomaly>)>,
}

/// Decodes a picture and makes it, or its face, the square that `out` holds (side x side x 3 bytes).
///
/// # Errors
/// As [`decode`], [`SkipReason::NoFace`] and [`SkipReason::SeveralFaces`].
pub fn decode_small(bytes: &[u8], name: &str, wanted: Wanted, out: &mut [u8]) -> Result<Found, SkipReason> {
    guarded(|| decode_whole(bytes, name, wanted, out))
}

/// Decodes a picture and makes it, or its face, the square that `out` holds, without a guard.
fn decode_whole(bytes: &[u8], name: &str, wanted: Wanted, out: &mut [u8]) -> Result<Found, SkipReason> {
    if wanted.faces != FaceCrops::Off {
        return decode_faces(bytes, name, wanted, out);
    }
    let (image, mut orientation, anomaly) = open(bytes, name, MOST_PIXELS)?;
    let mut rgb = flatten(image);
    let (width, height) = rgb.dimensions();
    if !wanted.resize.is_default() && width != height {
        // Of an odd rest the halves are not the same, so these are turned first.
        let mut upright = DynamicImage::ImageRgb8(rgb);
        upright.apply_orientation(std::mem::replace(&mut orientation, Orientation::NoTransforms));
        rgb = upright.into_rgb8();
    }
    shrink(rgb.as_raw(), rgb.width(), rgb.height(), wanted.resize, out)?;
    if orientation != Orientation::NoTransforms {
        // Turning the square afterwards is the same but for rounding, and much cheaper.
        let side = side_of(out.len()) as u32;
        let square = image::RgbImage::from_raw(side, side, out.to_vec());
        let mut square = DynamicImage::ImageRgb8(square.unwrap_or_default());
        square.apply_orientation(orientation);
        out.copy_from_slice(square.as_bytes());
    }
    let photo = wanted.look.then(|| {
        let mut upright = DynamicImage::ImageRgb8(rgb);
        upright.apply_orientation(orientation);
        is_photo(RgbView { width: upright.width(), height: upright.height(), rgb: upright.as_bytes() })
    });
    Ok(Found { anomaly: anomaly.or_else(|| wrong_size(width, height)), photo, more: Vec::new() })
}

/// Decodes a picture and squeezes its first face to the square that `out` holds.
fn decode_faces(bytes: &[u8], name: &str, wanted: Wanted, out: &mut [u8]) -> Result<Found, SkipReason> {
    let picture = decode(bytes, name)?;
    let view = RgbView { width: picture.width, height: picture.height, rgb: &picture.rgb };
    let faces = match wanted.square {
        Some(square) => vec![FaceCrop::drawn(square)],
        None => FaceCrop::find(view, wanted.faces)?,
    };
    let damaged = matches!(picture.anomaly, Some(Anomaly::Suspect { .. }));
    let mut found = Found::default();
    for (place, face) in faces.into_iter().enumerate() {
        let (pixels, odd) = match face.square {
            Some(square) => (view.crop_to(square, side_of(out.len())), face.anomaly),
            None => {
                let mut whole = vec![0; out.len()];
                shrink(view.rgb, view.width, view.height, wanted.resize, &mut whole)?;
                (whole, wrong_size(view.width, view.height))
            }
        };
        let noted = picture.anomaly.clone();
        let anomaly = if damaged { noted } else { odd.or(noted) };
        if place > 0 {
            found.more.push((pixels, anomaly));
        } else {
            out.copy_from_slice(&pixels);
            found.anomaly = anomaly;
        }
    }
    Ok(found)
}

/// What is odd about a face crop of this size, if anything.
fn wrong_size(width: u32, height: u32) -> Option<Anomaly> {
    let (long, short) = (width.max(height), width.min(height));
    if short < SMALLEST {
        return Some(Anomaly::Small { width, height });
    }
    (u64::from(long) * 10 > u64::from(short) * 11).then_some(Anomaly::NotSquare { width, height })
}

/// Makes an RGB picture the square that `out` holds (side x side x 3 bytes).
///
/// # Errors
/// [`SkipReason::Damaged`] if the picture has no pixels.
pub fn shrink(rgb: &[u8], width: u32, height: u32, resize: ResizeMethod, out: &mut [u8]) -> Result<(), SkipReason> {
    let side = side_of(out.len());
    resize.apply(RgbView { width, height, rgb }, out, side).map_err(|details| SkipReason::Damaged { details })
}

/// Decodes without turning; refuses by the header where it can.
fn open(bytes: &[u8], name: &str, most_pixels: u64) -> Result<(DynamicImage, Orientation, Option<Anomaly>), SkipReason> {
    let damaged = |details: String| SkipReason::Damaged { details };
    if let Some(is) = Foreign::find(bytes) {
        return Err(SkipReason::Foreign { is });
    }
    let format = image::guess_format(bytes).map_err(|_| match bytes {
        [] => damaged("the file is empty".to_owned()),
        _ => SkipReason::Unknown,
    })?;
    let jpeg = (format == ImageFormat::Jpeg).then(|| Jpeg::read(bytes));
    let reader = ImageReader::with_format(Cursor::new(bytes), format);
    let refused = |error: image::ImageError| match error {
        image::ImageError::Unsupported(_) => SkipReason::Unsupported { is: named(format).name.to_owned() },
        error => damaged(error.to_string()),
    };
    let mut decoder = reader.into_decoder().map_err(refused)?;
    let (width, height) = decoder.dimensions();
    if u64::from(width) * u64::from(height) > most_pixels {
        return Err(SkipReason::TooLarge { width, height });
    }
    // As RGB it needs no copy.
    let copy = if decoder.color_type() == ColorType::Rgb8 { 0 } else { u64::from(width) * u64::from(height) * 3 };
    if decoder.total_bytes() + copy > MOST_MEMORY {
        return Err(SkipReason::TooLarge { width, height });
    }
    if jpeg.as_ref().is_some_and(|jpeg| !jpeg.complete) {
        return Err(damaged(ENDS_EARLY.en.to_owned()));
    }
    // Asking costs another pass over the header, so only where there is EXIF.
    let asks = jpeg.as_ref().is_none_or(|jpeg| jpeg.exif);
    let orientation = if asks { decoder.orientation().unwrap_or(Orientation::NoTransforms) } else { Orientation::NoTransforms };
    let (strict, suspect) = match jpeg.as_ref().filter(|jpeg| jpeg.components == 3).map(|_| strictly(bytes)) {
        Some(Ok(rgb)) => (image::RgbImage::from_raw(width, height, rgb), None),
        Some(Err(details)) => (None, Some(Anomaly::Suspect { details })),
        None => (None, None),
    };
    let components = jpeg.map_or(3, |jpeg| jpeg.components);
    let image = match strict {
        Some(rgb) => rgb.into(),
        None => DynamicImage::from_decoder(decoder).map_err(refused)?,
    };
    let anomaly = suspect.or_else(|| converted(&image, format, components)).or_else(|| wrong_extension(format, name));
    Ok((image, orientation, anomaly))
}

/// A JPEG's pixels as RGB, or what is wrong with it. `image` decodes with the same library, but leaves gray or garbled what
/// is damaged, as browsers do, and says nothing.
fn strictly(bytes: &[u8]) -> Result<Vec<u8>, String> {
    use zune_jpeg::{
        JpegDecoder,
        zune_core::{bytestream::ZCursor, colorspace::ColorSpace, options::DecoderOptions},
    };
    let limit = LARGEST_SIDE as usize;
    let options = DecoderOptions::default()
        .set_strict_mode(true)
        .set_max_width(limit)
        .set_max_height(limit)
        .jpeg_set_out_colorspace(ColorSpace::RGB);
    JpegDecoder::new_with_options(ZCursor::new(bytes), options).decode().map_err(|error| format!("{error:?}"))
}

/// What a JPEG's header can say.
const LARGEST_SIDE: u32 = 65_535;

/// 8-bit RGB; what is transparent lies on white.
fn flatten(image: DynamicImage) -> image::RgbImage {
    if !image.color().has_alpha() {
        return image.into_rgb8();
    }
    let rgba = image.into_rgba8();
    let (width, height) = rgba.dimensions();
    let over_white = |p: &[u8; 4]| {
        let alpha = u32::from(p[3]);
        [p[0], p[1], p[2]].map(|c| ((u32::from(c) * alpha + 255 * (255 - alpha) + 127) / 255) as u8)
    };
    let rgb = rgba.as_raw().as_chunks::<4>().0.iter().flat_map(over_white).collect();
    image::RgbImage::from_raw(width, height, rgb).unwrap_or_default()
}

fn converted(image: &DynamicImage, format: ImageFormat, components: u8) -> Option<Anomaly> {
    let color = image.color();
    let from = if format == ImageFormat::Gif {
        // Its decoder gives every one transparency.
        "GIF"
    } else if components == 4 {
        "CMYK"
    } else if color.bytes_per_pixel() / color.channel_count() > 1 {
        "16 bit"
    } else if color.has_alpha() {
        "RGBA"
    } else if !color.has_color() {
        "gray"
    } else {
        return None;
    };
    Some(Anomaly::Converted { from: from.to_owned() })
}

/// The name of the format that a file's content is in, if it is one that is decoded.
pub fn format_name(bytes: &[u8]) -> Option<&'static str> {
    image::guess_format(bytes).ok().map(|format| named(format).name)
}

/// A format's name and the endings of its files.
const fn named(format: ImageFormat) -> name::PictureFormat {
    match format {
        ImageFormat::Jpeg => name::JPEG,
        ImageFormat::Png => name::PNG,
        ImageFormat::WebP => name::WEBP,
        ImageFormat::Gif => name::GIF,
        ImageFormat::Tiff => name::TIFF,
        _ => name::BMP,
    }
}

fn wrong_extension(format: ImageFormat, name: &str) -> Option<Anomaly> {
    let ending = name.rsplit_once('.')?.1.trim().to_ascii_lowercase();
    let known = named(format);
    let right = known.endings.iter().any(|known| ending.ends_with(known));
    (!right).then(|| Anomaly::WrongExtension { is: known.name.to_owned() })
}

/// What the markers of a JPEG file say. The decoder fills what a truncated file lacks with gray and says nothing.
struct Jpeg {
    /// Whether the end marker was reached.
    complete: bool,
    /// Channels: 1 gray, 3 color, 4 CMYK.
    components: u8,
    exif: bool,
}

impl Jpeg {
    /// Walks from marker to marker (ITU T.81, annex B).
    fn read(bytes: &[u8]) -> Self {
        let mut jpeg = Self { complete: false, components: 3, exif: false };
        let mut at = 2;
        while let Some(&marker) = bytes.get(at + 1) {
            let in_scan = bytes[at] != 0xff || matches!(marker, 0x00 | 0xd0..=0xd7 | 0xff);
            if in_scan {
                // Compressed data, a restart, or fill bytes: on to the next 0xff.
                let next = bytes[at + 1..].iter().position(|b| *b == 0xff);
                let Some(next) = next else { break };
                at += 1 + next;
                continue;
            }
            if marker == 0xd9 {
                jpeg.complete = true;
                break;
            }
            let Some([high, low]) = bytes.get(at + 2..at + 4) else { break };
            let segment = bytes.get(at + 4..).unwrap_or_default();
            match marker {
                // Frames: all SOFn but DHT, JPG and DAC, which share their range.
                0xc0..=0xcf if !matches!(marker, 0xc4 | 0xc8 | 0xcc) => {
                    jpeg.components = segment.get(5).copied().unwrap_or(3);
                }
                0xe1 => jpeg.exif |= segment.starts_with(b"Exif"),
                _ => {}
            }
            at += 2 + usize::from(u16::from_be_bytes([*high, *low])).max(2);
        }
        jpeg
    }
}
