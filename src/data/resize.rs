//! The one way in which pictures are resized, those of the cache and those that are shown.
//!
//! Bilinear with the filter's width scaled to the reduction, so every source pixel counts: what Pillow calls `BILINEAR` and
//! PyTorch `antialias=True`. Keras's default does not widen it and aliases from 2 to 1 on; at UTKFace's 200 to 128 the two
//! differ little. The cached pixels depend on it: whoever changes it changes the version of the cache (`cache`).

use std::cell::RefCell;

use fast_image_resize::{
    FilterType, PixelType, ResizeAlg, ResizeOptions, Resizer,
    images::{Image, ImageRef},
};

/// Resizes RGB bytes, row by row, from one width and height to another, into `out`. Where those are the
/// same, the bytes are copied.
///
/// # Errors
/// A side of no pixels, or bytes of another number than the sizes say.
pub fn resize_into(bytes: &[u8], from: [u32; 2], out: &mut [u8], to: [u32; 2]) -> Result<(), String> {
    thread_local!(static RESIZER: RefCell<Resizer> = RefCell::new(Resizer::new()));
    if from == to && bytes.len() == out.len() {
        out.copy_from_slice(bytes);
        return Ok(());
    }
    let source = ImageRef::new(from[0], from[1], bytes, PixelType::U8x3).map_err(|error| error.to_string())?;
    let mut target = Image::from_slice_u8(to[0], to[1], out, PixelType::U8x3).map_err(|error| error.to_string())?;
    let options = ResizeOptions::new().resize_alg(ResizeAlg::Convolution(FilterType::Bilinear));
    RESIZER.with_borrow_mut(|resizer| resizer.resize(&source, &mut target, &options)).map_err(|error| error.to_string())
}

/// As [`resize_into`], for bytes that are as many as `from` says.
pub fn resize(bytes: &[u8], from: [u32; 2], to: [u32; 2]) -> Vec<u8> {
    let mut out = vec![0; to[0] as usize * to[1] as usize * 3];
    let done = resize_into(bytes, from, &mut out, to);
    debug_assert!(done.is_ok(), "sizes and buffers fit: {done:?}");
    out
}
