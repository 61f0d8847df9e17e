//! Small pictures of a data set on the graphics card: tiles in a few large textures, no frame held up by uploads.

use std::{
    collections::HashMap,
    sync::Arc,
    time::{Duration, Instant},
};

use egui::{
    Color32, ColorImage, Context, CornerRadius, Rect, Shape, TextureHandle, TextureId, TextureOptions, Ui, epaint::RectShape,
    pos2,
};

use crate::{
    data::{dataset::Dataset, picture_size::SIDE, pixels::Pixels},
    ui::theme::{self, Theme},
};

/// Side of each texture in texels: every graphics driver takes it.
const ATLAS: usize = 1024;
/// Textures of each tile size at most: 12 x 256 tiles of 64 texels, 12 x 64 of 128.
const ATLASES: usize = 12;
/// How long new tiles may hold up a frame: most take some microseconds, but a picture may have to come from the disk first.
const MOST: Duration = Duration::from_millis(8);

/// The tiles of the pictures of one buffer, whatever edits its data set has.
#[derive(Default)]
pub struct Thumbs {
    /// Keeps the buffer alive, so that no other one gets its address.
    pixels: Option<Pixels>,
    small: Pool<64>,
    large: Pool<SIDE>,
    frame: u64,
    /// What the new tiles of this frame have taken.
    spent: Duration,
}

impl Thumbs {
    /// Paints picture `index` of `dataset` into `rect`, or an empty tile until it is uploaded.
    pub fn paint(&mut self, ui: &Ui, rect: Rect, dataset: &Arc<Dataset>, index: usize) {
        self.paint_of(ui, rect, &dataset.pixels, index);
    }

    /// As [`Thumbs::paint`], of any pixels.
    pub fn paint_of(&mut self, ui: &Ui, rect: Rect, pixels: &Pixels, index: usize) {
        if !ui.is_rect_visible(rect) {
            return;
        }
        self.turn(ui.ctx(), pixels);
        let radius = CornerRadius::same(if rect.width() < 40.0 { 4 } else { theme::RADIUS_BUTTON.min(rect.width() as u8 / 8) });
        let texels = rect.width() * ui.pixels_per_point();
        let tile = if index >= pixels.len() {
            None
        } else if texels > 72.0 {
            self.large.tile(ui.ctx(), pixels, index, self.frame, &mut self.spent)
        } else {
            self.small.tile(ui.ctx(), pixels, index, self.frame, &mut self.spent)
        };
        match tile {
            Some((texture, uv)) => {
                let shape = RectShape::filled(rect, radius, Color32::WHITE).with_texture(texture, uv);
                ui.painter().add(Shape::Rect(shape));
            }
            None => {
                ui.painter().rect_filled(rect, radius, Theme::of(ui).grid);
                if index < pixels.len() {
                    ui.request_repaint();
                }
            }
        }
    }

    fn turn(&mut self, ctx: &Context, pixels: &Pixels) {
        if self.pixels.as_ref().is_none_or(|known| known.buffer() != pixels.buffer()) {
            *self = Self { pixels: Some(pixels.clone()), ..Self::default() };
        }
        let frame = ctx.cumulative_frame_nr();
        if frame != self.frame {
            self.frame = frame;
            self.spent = Duration::ZERO;
        }
    }
}

/// Tiles of one size with the frame in which each was last seen.
#[derive(Default)]
struct Pool<const TILE: usize> {
    atlases: Vec<TextureHandle>,
    /// Of each slot, the picture in it and the last frame that showed it.
    slots: Vec<(usize, u64)>,
    places: HashMap<usize, usize>,
    /// Where the search for a slot that is not shown goes on.
    hand: usize,
}

impl<const TILE: usize> Pool<TILE> {
    const PER_ROW: usize = ATLAS / TILE;
    const PER_ATLAS: usize = Self::PER_ROW * Self::PER_ROW;

    fn tile(
        &mut self,
        ctx: &Context,
        pixels: &Pixels,
        index: usize,
        frame: u64,
        spent: &mut Duration,
    ) -> Option<(TextureId, Rect)> {
        let place = pixels.place(index);
        let slot = match self.places.get(&place) {
            Some(&slot) => slot,
            None if *spent >= MOST => return None,
            None => {
                let began = Instant::now();
                let slot = self.free_slot(ctx, frame)?;
                self.places.insert(place, slot);
                let at = [slot % Self::PER_ATLAS % Self::PER_ROW * TILE, slot % Self::PER_ATLAS / Self::PER_ROW * TILE];
                // One that cannot be read stays empty.
                let tile = pixels
                    .get(index)
                    .map_or_else(|_| ColorImage::filled([TILE, TILE], Color32::GRAY), |picture| shrink::<TILE>(&picture));
                self.atlases[slot / Self::PER_ATLAS].set_partial(at, tile, TextureOptions::LINEAR);
                *spent += began.elapsed();
                slot
            }
        };
        self.slots[slot] = (place, frame);
        let (column, row) = (slot % Self::PER_ATLAS % Self::PER_ROW, slot % Self::PER_ATLAS / Self::PER_ROW);
        let unit = 1.0 / ATLAS as f32;
        let min = pos2((column * TILE) as f32 * unit, (row * TILE) as f32 * unit);
        let uv = Rect::from_min_size(min, egui::Vec2::splat(TILE as f32 * unit));
        // Half a texel inwards, so that a neighbor does not shine through.
        Some((self.atlases[slot / Self::PER_ATLAS].id(), uv.shrink(0.5 * unit)))
    }

    /// A new slot, or one whose picture was not shown in the last frames.
    fn free_slot(&mut self, ctx: &Context, frame: u64) -> Option<usize> {
        if self.slots.len() == self.atlases.len() * Self::PER_ATLAS && self.atlases.len() < ATLASES {
            let image = ColorImage::filled([ATLAS, ATLAS], Color32::TRANSPARENT);
            self.atlases.push(ctx.load_texture(format!("faces {TILE} {}", self.atlases.len()), image, TextureOptions::LINEAR));
        }
        if self.slots.len() < self.atlases.len() * Self::PER_ATLAS {
            self.slots.push((usize::MAX, frame));
            return Some(self.slots.len() - 1);
        }
        for _ in 0..self.slots.len() {
            self.hand = (self.hand + 1) % self.slots.len();
            if self.slots[self.hand].1 + 1 < frame {
                self.places.remove(&self.slots[self.hand].0);
                return Some(self.hand);
            }
        }
        None
    }
}

/// The picture as a tile: the mean of each block of texels.
fn shrink<const TILE: usize>(pixels: &[u8]) -> ColorImage {
    let factor = SIDE / TILE;
    let area = (factor * factor) as u32;
    let mut out = Vec::with_capacity(TILE * TILE);
    for y in 0..TILE {
        for x in 0..TILE {
            let mut sum = [0u32; 3];
            for dy in 0..factor {
                for dx in 0..factor {
                    let at = ((y * factor + dy) * SIDE + x * factor + dx) * 3;
                    for (total, value) in sum.iter_mut().zip(&pixels[at..at + 3]) {
                        *total += u32::from(*value);
                    }
                }
            }
            let [r, g, b] = sum.map(|s| (s / area) as u8);
            out.push(Color32::from_rgb(r, g, b));
        }
    }
    ColorImage::new([TILE, TILE], out)
}

/// RGB bytes (`width` x height x 3) as an image for a texture.
pub fn image(rgb: &[u8], width: usize) -> ColorImage {
    let pixels: Vec<Color32> = rgb.as_chunks::<3>().0.iter().map(|&[r, g, b]| Color32::from_rgb(r, g, b)).collect();
    let height = pixels.len() / width.max(1);
    ColorImage::new([width, height], pixels)
}

/// Paints a texture into `rect` with rounded corners.
pub fn paint(ui: &Ui, rect: Rect, texture: TextureId) {
    let radius = CornerRadius::same(if rect.width() < 40.0 { 4 } else { theme::RADIUS_BUTTON });
    let uv = Rect::from_min_max(pos2(0.0, 0.0), pos2(1.0, 1.0));
    ui.painter().add(Shape::Rect(RectShape::filled(rect, radius, Color32::WHITE).with_texture(texture, uv)));
}
