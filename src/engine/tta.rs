//! How pictures are evaluated: each alone, or with its mirror image beside it (test-time augmentation).
//!
//! With the mirror, a picture's logit is the mean of the two logits, as Jordan 2024 does ("94% on CIFAR-10 in 3.29
//! seconds", arXiv:2404.00498). Simonyan and Zisserman 2015 average probabilities instead; the mean of logits stays a
//! logit, so that loss, temperature and threshold act on it as on that of a single picture: a temperature divides the
//! mean as it divides both.

use super::{Engine, reference};
use crate::{
    data::image_set::Crop,
    model::{Network, Tensor, Weights},
    problem::{Kind, Problem},
    text::{LocalizedText, say},
};

/// Bytes of a pixel.
const CHANNELS: usize = 3;
/// Larger weights have not been learned.
const SUSPICIOUS: f32 = 1e6;
/// Neither dark nor bright.
const GRAY: u8 = 128;
/// Multiplications and additions up to which it is worth the time to find the layer in which a picture's values overflow.
const MOST_FLOPS: u64 = 2_000_000_000;

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

    /// The outputs of n pictures (n x side x side x 3 bytes), at most as many as the engine takes at once, a row for each.
    ///
    /// # Errors
    /// A lost device; [`Kind::Diverged`] where the weights give a logit that is no number, or none that is finite.
    pub fn logits(&mut self, engine: &mut dyn Engine, pixels: &[u8], logits: &mut [f32]) -> Result<(), Problem> {
        engine.predict(pixels, logits)?;
        if self.mirrored {
            self.pixels.resize(pixels.len(), 0);
            mirror(pixels, self.side, &mut self.pixels);
            self.logits.resize(logits.len(), 0.0);
            engine.predict(&self.pixels, &mut self.logits)?;
            self.mean_into(logits);
        }
        let Some(wrong) = logits.iter().position(|logit| !logit.is_finite()) else { return Ok(()) };
        let picture = self.side * self.side * CHANNELS;
        let first = wrong / engine.network().output.units() * picture;
        Err(not_finite(overflowing(engine, &pixels[first..][..picture]).as_deref()))
    }

    /// The same of pieces of the pictures that the engine keeps.
    ///
    /// # Errors
    /// As [`TtaPredictor::logits`].
    pub fn logits_of_crops(&mut self, engine: &mut dyn Engine, crops: &[Crop], logits: &mut [f32]) -> Result<(), Problem> {
        engine.predict_crops(crops, logits)?;
        if self.mirrored {
            let mirrored: Vec<Crop> = crops.iter().map(|crop| Crop { flip: !crop.flip, ..*crop }).collect();
            self.logits.resize(logits.len(), 0.0);
            engine.predict_crops(&mirrored, &mut self.logits)?;
            self.mean_into(logits);
        }
        if logits.iter().all(|logit| logit.is_finite()) { Ok(()) } else { Err(not_finite(None)) }
    }

    /// The outputs of any number of pictures, `batch_size` at once, a row for each.
    ///
    /// # Errors
    /// As [`TtaPredictor::logits`].
    pub fn all(&mut self, engine: &mut dyn Engine, pixels: &[u8], batch_size: usize) -> Result<Vec<f32>, Problem> {
        let (one, units) = (self.side * self.side * CHANNELS, engine.network().output.units());
        let (mut logits, batch) = (vec![0.0; pixels.len() / one * units], batch_size.max(1));
        for (pixels, logits) in pixels.chunks(one * batch).zip(logits.chunks_mut(units * batch)) {
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

/// Whether `weights` give numbers at all. Within a network an overflow can end unseen, as the zero that ReLU makes of what is
/// no number; so weights of a size that none is trained to are held to the plain reference, with a gray picture.
///
/// # Errors
/// [`Kind::Diverged`]: the values of a layer overflow.
pub fn check_finite(network: &Network, weights: &Weights) -> Result<(), Problem> {
    let large = |array: &Tensor| array.data.iter().any(|value| value.abs() > SUSPICIOUS);
    if !weights.iter().any(|(_, array)| large(array)) {
        return Ok(());
    }
    let layer = reference::overflowing(network, weights, &vec![GRAY; network.input.len()]);
    layer.map_or(Ok(()), |layer| Err(not_finite(Some(&layer))))
}

/// The first layer whose values for `picture` do not fit an f32, by the plain reference.
fn overflowing(engine: &mut dyn Engine, picture: &[u8]) -> Option<String> {
    let weights = engine.weights().ok().filter(|_| engine.network().flops() <= MOST_FLOPS)?;
    reference::overflowing(engine.network(), &weights, picture)
}

/// A logit that is infinite or no number at all.
fn not_finite(layer: Option<&str>) -> Problem {
    let what = match layer {
        Some(layer) => LocalizedText {
            en: format!("The weights give no number: the values of the layer {layer} overflow"),
            fr: format!("Les poids ne donnent pas de nombre : les valeurs de la couche {layer} débordent"),
        },
        None => say(
            "The weights give no number: the network’s output overflows",
            "Les poids ne donnent pas de nombre : la sortie du réseau déborde",
        )
        .into(),
    };
    let remedy = say(
        "Take the weights of another run, or train with a lower learning rate",
        "Prenez les poids d’un autre essai, ou entraînez avec un taux d’apprentissage plus bas",
    );
    Problem::new(Kind::Diverged, what, remedy)
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
