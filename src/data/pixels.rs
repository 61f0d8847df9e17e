//! The decoded pictures of a data set, one after another in one buffer.

use std::sync::{Arc, OnceLock};

use super::{duplicates::PerceptualHash, image_set::ImageSet};
use crate::problem::Problem;

/// The side, in pixels, to which every picture is resized before it is cached (the notebook's 128x128).
pub const SIDE: usize = 128;
/// Bytes of one cached picture: [`SIDE`] x [`SIDE`] RGB, row by row.
pub const PIXEL_BYTES: usize = SIDE * SIDE * 3;

/// The decoded pictures of a dataset: [`PIXEL_BYTES`] of RGB each, in memory or mapped from the cache file.
#[derive(Clone, Default)]
pub struct Pixels {
    bytes: Option<Arc<dyn AsRef<[u8]> + Send + Sync>>,
    /// Where in `bytes` each picture lies, if not in order.
    places: Option<Arc<[u32]>>,
    /// What each picture of `bytes` looks like, once that was asked.
    looks: Arc<[OnceLock<Box<PerceptualHash>>]>,
    /// Why they are held in memory only, if they should have been kept in a file.
    pub unkept: Option<Arc<Problem>>,
}

impl Pixels {
    /// Takes a buffer of whole pictures, such as a `Vec<u8>` or a memory map.
    pub fn new(bytes: impl AsRef<[u8]> + Send + Sync + 'static) -> Self {
        let looks = (0..bytes.as_ref().len() / PIXEL_BYTES).map(|_| OnceLock::new()).collect();
        Self { bytes: Some(Arc::new(bytes)), places: None, looks, unkept: None }
    }

    /// These pictures of the same buffer, in this order; nothing is copied.
    ///
    /// # Panics
    /// If there is no such picture.
    #[must_use]
    pub fn select(&self, indices: impl IntoIterator<Item = usize>) -> Self {
        let len = self.len();
        let place = |index: usize| {
            assert!(index < len, "picture {index} of {len}");
            self.place(index) as u32
        };
        let places = Some(indices.into_iter().map(place).collect());
        Self { places, ..self.clone() }
    }

    /// These pictures, and then those of `other`, which are of the same buffer; nothing is copied.
    ///
    /// # Panics
    /// If the buffers differ.
    #[must_use]
    pub fn chain(&self, other: &Self) -> Self {
        if other.is_empty() {
            return self.clone();
        }
        if self.is_empty() {
            return other.clone();
        }
        assert_eq!(self.buffer(), other.buffer(), "pictures of one buffer");
        let places = |pixels: &Self| (0..pixels.len()).map(|i| pixels.place(i) as u32).collect::<Vec<_>>();
        let places = Some([places(self), places(other)].concat().into());
        Self { places, ..self.clone() }
    }

    /// Where in the buffer a picture lies. With [`Pixels::buffer`] it tells one picture from every other, whatever data set
    /// it is in.
    ///
    /// # Panics
    /// If there is no such picture.
    pub fn place(&self, index: usize) -> usize {
        self.places.as_ref().map_or(index, |places| places[index] as usize)
    }

    /// Which buffer the pictures lie in, as long as it lives.
    pub fn buffer(&self) -> usize {
        self.bytes.as_ref().map_or(0, |bytes| Arc::as_ptr(bytes).cast::<()>() as usize)
    }

    /// How many pictures there are.
    pub fn len(&self) -> usize {
        self.places.as_ref().map_or_else(|| self.bytes().len() / PIXEL_BYTES, |places| places.len())
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The picture at `index`: [`SIDE`] x [`SIDE`] x 3 bytes.
    ///
    /// # Panics
    /// If there is no such picture.
    pub fn get(&self, index: usize) -> &[u8] {
        &self.bytes()[self.place(index) * PIXEL_BYTES..][..PIXEL_BYTES]
    }

    /// What the picture at `index` looks like: found when it is first asked, then known.
    ///
    /// # Panics
    /// If there is no such picture.
    pub fn look(&self, index: usize) -> &PerceptualHash {
        self.looks[self.place(index)].get_or_init(|| Box::new(PerceptualHash::of(self.get(index))))
    }

    fn bytes(&self) -> &[u8] {
        self.bytes.as_deref().map_or(&[], |b| b.as_ref())
    }
}

impl ImageSet for Pixels {
    fn count(&self) -> usize {
        self.len()
    }

    fn identity(&self) -> [usize; 2] {
        [self.buffer(), self.places.as_ref().map_or(0, |places| places.as_ptr() as usize)]
    }

    fn side(&self) -> usize {
        SIDE
    }

    fn picture(&self, index: usize) -> &[u8] {
        self.get(index)
    }
}

impl std::fmt::Debug for Pixels {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Pixels({})", self.len())
    }
}
