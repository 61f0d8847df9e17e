//! How pictures are judged: each alone, or with its mirror image beside it (test-time augmentation).
//!
//! With the mirror, a picture's logit is the mean of the two logits, as Jordan 2024 does ("94 % on CIFAR-10 in 3.29
//! seconds", arXiv:2404.00498). Simonyan and Zisserman 2015 average probabilities instead; the mean of logits stays a
//! logit, so that loss, temperature and threshold act on it as on that of a single picture: a temperature divides the
//! mean as it divides both.

use super::Engine;
use crate::{data::image_set::Crop, problem::Problem};

/// Bytes of a pixel.
const CHANNELS: usize = 3;

/// Asks an engine about pictures, over buffers that are used again.
#[derive(Clone, Debug)]
pub struct TtaPredictor {
    mirrored: bool,
    side: usize,
    pixels: Vec<u8>,
    logits: Vec<f32>,
}

impl TtaPredictor {
    /// For pictures of `side` x `side`; `mirrored` asks about their mirror images too.
    pub fn new(mirrored: bool, side: usize) -> Self {
        Self { mirrored, side, pixels: Vec::new(), logits: Vec::new() }
    }

    pub fn mirrored(&self) -> bool {
        self.mirrored
    }

    pub fn side(&self) -> usize {
        self.side
    }

    /// The logits of n pictures (n x side x side x 3 bytes), at most as many as the engine takes at once.
    ///
    /// # Errors
    /// A lost device.
    pub fn logits(&mut self, engine: &mut dyn Engine, pixels: &[u8], logits: &mut [f32]) -> Result<(), Problem> {
        engine.predict(pixels, logits)?;
        if self.mirrored {
            self.pixels.resize(pixels.len(), 0);
            mirror(pixels, self.side, &mut self.pixels);
            self.logits.resize(logits.len(), 0.0);
            engine.predict(&self.pixels, &mut self.logits)?;
            self.mean_into(logits);
        }
        Ok(())
    }

    /// The same of pieces of the pictures that the engine keeps.
    ///
    /// # Errors
    /// A lost device.
    pub fn logits_of_crops(&mut self, engine: &mut dyn Engine, crops: &[Crop], logits: &mut [f32]) -> Result<(), Problem> {
        engine.predict_crops(crops, logits)?;
        if self.mirrored {
            let mirrored: Vec<Crop> = crops.iter().map(|crop| Crop { flip: !crop.flip, ..*crop }).collect();
            self.logits.resize(logits.len(), 0.0);
            engine.predict_crops(&mirrored, &mut self.logits)?;
            self.mean_into(logits);
        }
        Ok(())
    }

    /// The logits of any number of pictures, `batch_size` at once.
    ///
    /// # Errors
    /// A lost device.
    pub fn all(&mut self, engine: &mut dyn Engine, pixels: &[u8], batch_size: usize) -> Result<Vec<f32>, Problem> {
        let one = self.side * self.side * CHANNELS;
        let mut logits = vec![0.0; pixels.len() / one];
        for (pixels, logits) in pixels.chunks(one * batch_size.max(1)).zip(logits.chunks_mut(batch_size.max(1))) {
            self.logits(engine, pixels, logits)?;
        }
        Ok(logits)
    }

    fn mean_into(&self, logits: &mut [f32]) {
        for (own, other) in logits.iter_mut().zip(&self.logits) {
            *own = 0.5 * (*own + other);
        }
    }
}

/// Writes the mirror images of pictures that are `side` pixels wide, left to right, into `out`.
pub fn mirror(pixels: &[u8], side: usize, out: &mut [u8]) {
    let row = side * CHANNELS;
    for (row, out) in pixels.chunks_exact(row).zip(out.chunks_exact_mut(row)) {
        for (pixel, out) in row.chunks_exact(CHANNELS).rev().zip(out.chunks_exact_mut(CHANNELS)) {
            out.copy_from_slice(pixel);
        }
    }
}
