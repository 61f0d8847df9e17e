//! The data set on the card: its pictures as bytes, each brought there when a batch first names it, and cut there
//! from then on.
//!
//! So an epoch after the first sends 16 bytes a picture over the bus, a trial of a few batches costs no upload of a
//! gigabyte, and the first batch waits for nothing but its own pictures.

use std::sync::Arc;

use super::{
    card::{Card, out_of_memory},
    pass::{Launch, launch},
    schedule::Call,
};
use crate::{
    engine::{Album, Cut},
    problem::{Kind, Problem},
    text::say,
};

/// The share of a card's memory that pictures and network may take together, where the card tells how much it has: the
/// rest is for the window and for other programs.
const SHARE: f64 = 0.75;

/// The pictures of an album on a card.
pub struct Kept {
    album: Arc<dyn Album>,
    buffer: wgpu::Buffer,
    cuts: wgpu::Buffer,
    pub launch: Launch,
    /// Which pictures are on the card.
    there: Vec<bool>,
    /// Height and width of a cut.
    side: usize,
}

impl Kept {
    /// Room for `album` beside `others` bytes of buffers on a card of `memory` bytes; none if it does not fit, or its
    /// pictures are not of whole words.
    ///
    /// # Errors
    /// A lost card.
    pub fn new(
        card: &Card,
        album: Arc<dyn Album>,
        call: &Call,
        (pixels, step): (&wgpu::Buffer, &wgpu::Buffer),
        (batch, others): (usize, u64),
        memory: Option<u64>,
    ) -> Result<Option<Self>, Problem> {
        let bytes = (album.count() * bytes_of(album.as_ref())) as u64;
        let crowded = memory.is_some_and(|memory| (bytes + others) as f64 > SHARE * memory as f64);
        let side = call.shape.out_height;
        if bytes == 0 || !bytes_of(album.as_ref()).is_multiple_of(4) || side > album.side() || crowded {
            return Ok(None);
        }
        match Self::on(card, album, call, (pixels, step), batch, bytes) {
            Ok(kept) => Ok(Some(kept)),
            Err(problem) if problem.kind == Kind::OutOfMemory => Ok(None),
            Err(problem) => Err(problem),
        }
    }

    fn on(
        card: &Card,
        album: Arc<dyn Album>,
        call: &Call,
        (pixels, step): (&wgpu::Buffer, &wgpu::Buffer),
        batch: usize,
        bytes: u64,
    ) -> Result<Self, Problem> {
        if bytes > card.largest_buffer() {
            return Err(out_of_memory(format!("{bytes} bytes of pictures, a buffer holds {}", card.largest_buffer())));
        }
        let pipeline = card.pipeline(call.kernel, &call.constants)?;
        card.guarded(|| {
            let make = |label: &str, size: u64| {
                let usage = wgpu::BufferUsages::STORAGE | wgpu::BufferUsages::COPY_DST;
                card.device.create_buffer(&wgpu::BufferDescriptor { label: Some(label), size, usage, mapped_at_creation: false })
            };
            let (buffer, cuts) = (make("album", bytes), make("cuts", 16 * batch as u64));
            let launch = launch(card, call, pipeline, &[(2, &buffer), (3, &cuts), (4, pixels)], step);
            let (there, side) = (vec![false; album.count()], call.shape.out_height);
            Self { album, buffer, cuts, launch, there, side }
        })
    }

    /// Whether `cuts` lie within the album's pictures.
    ///
    /// # Errors
    /// The first that does not: a fault of the caller.
    pub fn check(&self, cuts: &[Cut]) -> Result<(), Problem> {
        let free = (self.album.side() - self.side) as u32;
        let inside = |cut: &Cut| (cut.picture as usize) < self.there.len() && cut.left <= free && cut.top <= free;
        cuts.iter().find(|cut| !inside(cut)).map_or(Ok(()), |cut| Err(outside(cut)))
    }

    /// Writes what is to be cut, and the pictures that are not there yet; gives the bytes that went up. Called within
    /// [`Card::guarded`].
    pub fn bring(&mut self, card: &Card, cuts: &[Cut]) -> u64 {
        let len = bytes_of(self.album.as_ref());
        let mut bytes = 0;
        for cut in cuts {
            let index = cut.picture as usize;
            if !std::mem::replace(&mut self.there[index], true) {
                card.queue.write_buffer(&self.buffer, (index * len) as u64, self.album.picture(index));
                bytes += len as u64;
            }
        }
        let words: Vec<[u32; 4]> = cuts.iter().map(|cut| [cut.picture, cut.left, cut.top, cut.flip.into()]).collect();
        card.queue.write_buffer(&self.cuts, 0, bytemuck::cast_slice(&words));
        bytes + 16 * cuts.len() as u64
    }
}

fn bytes_of(album: &dyn Album) -> usize {
    3 * album.side() * album.side()
}

fn outside(cut: &Cut) -> Problem {
    Problem::new(
        Kind::Internal,
        say("A piece lies outside its picture", "Un morceau dépasse de son image"),
        say("Report this fault, with the details", "Signalez ce défaut, avec les détails"),
    )
    .because(format!("{cut:?}"))
}
