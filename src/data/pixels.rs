//! The decoded pictures of a data set, by their places in one store.

use std::{
    borrow::Cow,
    sync::{Arc, OnceLock},
};

use super::{
    image_set::ImageSet,
    perceptual_hash::PerceptualHash,
    picture_size::{PIXEL_BYTES, PictureSide},
};
use crate::problem::Problem;

/// Where decoded pictures lie: in memory, or in the cache file.
pub trait PixelStore: Send + Sync {
    /// How many there are.
    fn count(&self) -> usize;

    /// Height and width of each.
    fn side(&self) -> PictureSide;

    /// The picture at `place`: side x side x 3 bytes of RGB, as they were stored.
    ///
    /// # Errors
    /// It can be read neither from where it is kept nor from where it came from.
    fn picture(&self, place: usize) -> Result<Cow<'_, [u8]>, Problem>;

    /// Whether they are in memory: to read one never waits for a disk.
    fn in_memory(&self) -> bool;

    /// What was found damaged, and read from where it came from; told once.
    fn take_damage(&self) -> Option<Problem> {
        None
    }
}

/// Pictures of the usual side.
impl PixelStore for Vec<u8> {
    fn side(&self) -> PictureSide {
        PictureSide::default()
    }

    fn count(&self) -> usize {
        self.len() / PIXEL_BYTES
    }

    fn picture(&self, place: usize) -> Result<Cow<'_, [u8]>, Problem> {
        Ok(Cow::Borrowed(&self[place * PIXEL_BYTES..][..PIXEL_BYTES]))
    }

    fn in_memory(&self) -> bool {
        true
    }
}

/// Pictures in memory, of any side.
pub struct InMemoryPixels {
    pub side: PictureSide,
    /// side x side x 3 bytes of RGB each.
    pub bytes: Vec<u8>,
}

impl PixelStore for InMemoryPixels {
    fn side(&self) -> PictureSide {
        self.side
    }

    fn count(&self) -> usize {
        self.bytes.len() / self.side.bytes()
    }

    fn picture(&self, place: usize) -> Result<Cow<'_, [u8]>, Problem> {
        let one = self.side.bytes();
        Ok(Cow::Borrowed(&self.bytes[place * one..][..one]))
    }

    fn in_memory(&self) -> bool {
        true
    }
}

/// The decoded pictures of a dataset, all of one side, in memory or in the cache file.
#[derive(Clone, Default)]
pub struct Pixels {
    store: Option<Arc<dyn PixelStore>>,
    /// Where in `store` each picture lies, if not in order.
    places: Option<Arc<[u32]>>,
    /// What each picture of `store` looks like, once that was asked.
    looks: Arc<[OnceLock<Box<PerceptualHash>>]>,
    /// Why they are held in memory only, if they should have been kept in a file.
    pub unkept: Option<Arc<Problem>>,
}

impl Pixels {
    /// Takes a store, such as a `Vec<u8>` of whole pictures.
    pub fn new(store: impl PixelStore + 'static) -> Self {
        let looks = (0..store.count()).map(|_| OnceLock::new()).collect();
        Self { store: Some(Arc::new(store)), places: None, looks, unkept: None }
    }

    /// These pictures of the same store, in this order; nothing is copied.
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

    /// These pictures, and then those of `other`, which are of the same store; nothing is copied.
    ///
    /// # Panics
    /// If the stores differ.
    #[must_use]
    pub fn chain(&self, other: &Self) -> Self {
        if other.is_empty() {
            return self.clone();
        }
        if self.is_empty() {
            return other.clone();
        }
        assert_eq!(self.buffer(), other.buffer(), "pictures of one store");
        let places = |pixels: &Self| (0..pixels.len()).map(|i| pixels.place(i) as u32).collect::<Vec<_>>();
        let places = Some([places(self), places(other)].concat().into());
        Self { places, ..self.clone() }
    }

    /// Where in the store a picture lies. With [`Pixels::buffer`] it tells one picture from every other, whatever data set
    /// it is in.
    ///
    /// # Panics
    /// If there is no such picture.
    pub fn place(&self, index: usize) -> usize {
        self.places.as_ref().map_or(index, |places| places[index] as usize)
    }

    /// Which store the pictures lie in, as long as it lives.
    pub fn buffer(&self) -> usize {
        self.store.as_ref().map_or(0, |store| Arc::as_ptr(store).cast::<()>() as usize)
    }

    /// How many pictures there are.
    pub fn len(&self) -> usize {
        self.places.as_ref().map_or_else(|| self.store.as_ref().map_or(0, |store| store.count()), |places| places.len())
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether they are in memory: to read one never waits for a disk.
    pub fn in_memory(&self) -> bool {
        self.store.as_ref().is_none_or(|store| store.in_memory())
    }

    /// Bytes of memory that they take; none of those in the cache file.
    pub fn bytes_in_memory(&self) -> u64 {
        if self.in_memory() { (self.len() * self.side().bytes()) as u64 } else { 0 }
    }

    /// Height and width of each picture.
    pub fn side(&self) -> PictureSide {
        self.store.as_ref().map_or_else(PictureSide::default, |store| store.side())
    }

    /// The picture at `index`: side x side x 3 bytes.
    ///
    /// # Errors
    /// It can no longer be read.
    ///
    /// # Panics
    /// If there is no such picture.
    pub fn get(&self, index: usize) -> Result<Cow<'_, [u8]>, Problem> {
        let place = self.place(index);
        self.store.as_deref().map_or_else(|| panic!("picture {index} of none"), |store| store.picture(place))
    }

    /// What the picture at `index` looks like: found when it is first asked, then known.
    ///
    /// # Errors
    /// It can no longer be read.
    ///
    /// # Panics
    /// If there is no such picture.
    pub fn look(&self, index: usize) -> Result<&PerceptualHash, Problem> {
        let look = &self.looks[self.place(index)];
        if let Some(look) = look.get() {
            return Ok(look);
        }
        let found = PerceptualHash::of(&self.get(index)?);
        Ok(look.get_or_init(|| Box::new(found)))
    }

    /// That what is kept of the pictures was found damaged since this was last asked; they were read from their folder.
    pub fn take_damage(&self) -> Option<Problem> {
        self.store.as_ref()?.take_damage()
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
        Self::side(self).pixels()
    }

    fn picture(&self, index: usize) -> Result<Cow<'_, [u8]>, Problem> {
        self.get(index)
    }
}

impl std::fmt::Debug for Pixels {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Pixels({})", self.len())
    }
}
