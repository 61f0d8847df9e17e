//! The data set on the card: its pictures as bytes, each brought there when a batch first names it, and cut there
//! from then on.
//!
//! So an epoch after the first sends 16 bytes a picture over the bus, a trial of a few batches costs no upload of a
//! gigabyte, and the first batch waits for nothing but its own pictures.

use std::sync::Arc;

use super::{
    card::{Card, SHARE, out_of_memory},
    launch::{Launch, launch},
    schedule::Dispatch,
};
use crate::{
    data::image_set::{Crop, ImageSet},
    problem::{Kind, Problem},
    text::say,
};

/// The pictures of an [`ImageSet`] on a card.
pub struct DeviceImages {
    images: Arc<dyn ImageSet>,
    buffer: wgpu::Buffer,
    crops: wgpu::Buffer,
    pub launch: Launch,
    /// Which pictures are on the card.
    there: Vec<bool>,
    /// Height and width of a crop.
    side: usize,
}

impl DeviceImages {
    /// Room for `images` beside `others` bytes of buffers on a card of `memory` bytes; none if it does not fit, or its
    /// pictures are not of whole words.
    ///
    /// # Errors
    /// A lost card.
    pub fn new(
        card: &Card,
        images: Arc<dyn ImageSet>,
        dispatch: &Dispatch,
        (pixels, step): (&wgpu::Buffer, &wgpu::Buffer),
        (batch, others): (usize, u64),
        memory: Option<u64>,
    ) -> Result<Option<Self>, Problem> {
        let bytes = (images.count() * bytes_of(images.as_ref())) as u64;
        let crowded = memory.is_some_and(|memory| (bytes + others) as f64 > SHARE * memory as f64);
        let side = dispatch.shape.out_height;
        if bytes == 0 || !bytes_of(images.as_ref()).is_multiple_of(4) || side > images.side() || crowded {
            return Ok(None);
        }
        match Self::on(card, images, dispatch, (pixels, step), batch, bytes) {
            Ok(kept) => Ok(Some(kept)),
            Err(problem) if problem.kind == Kind::OutOfMemory => Ok(None),
            Err(problem) => Err(problem),
        }
    }

    fn on(
        card: &Card,
        images: Arc<dyn ImageSet>,
        dispatch: &Dispatch,
        (pixels, step): (&wgpu::Buffer, &wgpu::Buffer),
        batch: usize,
        bytes: u64,
    ) -> Result<Self, Problem> {
        if bytes > card.largest_buffer() {
            return Err(out_of_memory(format!("{bytes} bytes of pictures, a buffer holds {}", card.largest_buffer())));
        }
        let pipeline = card.pipeline(dispatch.kernel, &dispatch.constants)?;
        card.guarded(|| {
            let make = |label: &str, size: u64| {
                let usage = wgpu::BufferUsages::STORAGE | wgpu::BufferUsages::COPY_DST;
                card.device.create_buffer(&wgpu::BufferDescriptor { label: Some(label), size, usage, mapped_at_creation: false })
            };
            let (buffer, crops) = (make("images", bytes), make("crops", 16 * batch as u64));
            let launch = launch(card, dispatch, pipeline, &[(2, &buffer), (3, &crops), (4, pixels)], step);
            let (there, side) = (vec![false; images.count()], dispatch.shape.out_height);
            Self { images, buffer, crops, launch, there, side }
        })
    }

    /// Whether these are its pictures.
    pub fn has(&self, images: &dyn ImageSet) -> bool {
        self.images.identity() == images.identity()
    }

    /// Whether `crops` lie within the images's pictures.
    ///
    /// # Errors
    /// The first that does not: a fault of the caller.
    pub fn check(&self, crops: &[Crop]) -> Result<(), Problem> {
        let free = (self.images.side() - self.side) as u32;
        let inside = |crop: &Crop| (crop.picture as usize) < self.there.len() && crop.left <= free && crop.top <= free;
        crops.iter().find(|crop| !inside(crop)).map_or(Ok(()), |crop| Err(outside(crop)))
    }

    /// Writes what is to be cut, and the pictures that are not there yet; gives the bytes that went up. Called within
    /// [`Card::guarded`].
    ///
    /// # Errors
    /// A picture that can no longer be read.
    pub fn upload(&mut self, card: &Card, crops: &[Crop]) -> Result<u64, Problem> {
        let len = bytes_of(self.images.as_ref());
        let mut bytes = 0;
        for crop in crops {
            let index = crop.picture as usize;
            if !self.there[index] {
                card.queue.write_buffer(&self.buffer, (index * len) as u64, &self.images.picture(index)?);
                self.there[index] = true;
                bytes += len as u64;
            }
        }
        let words: Vec<[u32; 4]> = crops.iter().map(|crop| [crop.picture, crop.left, crop.top, crop.flip.into()]).collect();
        card.queue.write_buffer(&self.crops, 0, bytemuck::cast_slice(&words));
        Ok(bytes + 16 * crops.len() as u64)
    }
}

fn bytes_of(images: &dyn ImageSet) -> usize {
    3 * images.side() * images.side()
}

fn outside(crop: &Crop) -> Problem {
    Problem::new(
        Kind::Internal,
        say("A piece lies outside its picture", "Un morceau dépasse de son image"),
        say("Report this fault, with the details", "Signalez ce défaut, avec les détails"),
    )
    .because(format!("{crop:?}"))
}
