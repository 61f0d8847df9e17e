//! Small pictures of a data set on the graphics card: tiles in a few large textures, no frame held up by uploads, nor by the
//! disk from which a picture has to come.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
    time::{Duration, Instant},
};

use egui::{
    Color32, ColorImage, Context, CornerRadius, Rect, Shape, TextureHandle, TextureId, TextureOptions, Ui, epaint::RectShape,
    pos2,
};

use crate::{
    data::{
        background::Background,
        dataset::Dataset,
        picture_size::{SIDE, side_of},
        pixels::Pixels,
        resize::resize,
    },
    ui::theme::{self, Theme},
};

/// Side of each texture in texels: every graphics driver takes it, and to make a new one takes little of a frame.
const ATLAS: usize = 512;
/// Textures of each tile size at most: 48 x 64 tiles of 64 texels, 48 x 16 of 128.
const ATLASES: usize = 48;
/// How long new thumbnails may hold up a frame: each takes some microseconds of a picture in memory.
pub const MOST_OF_A_FRAME: Duration = Duration::from_millis(3);

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
    /// Pictures that may have to come from the disk.
    reading: Background<Tile>,
    /// Those that are read now: tile sizes and places in the buffer.
    asked: HashSet<(usize, usize)>,
}

/// A picture that was read.
struct Tile {
    place: usize,
    image: ColorImage,
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
            self.large.shown(pixels.place(index), self.frame).or_else(|| self.make::<SIDE>(ui.ctx(), pixels, index))
        } else {
            self.small.shown(pixels.place(index), self.frame).or_else(|| self.make::<64>(ui.ctx(), pixels, index))
        };
        match tile {
            Some((texture, uv)) => {
                let shape = RectShape::filled(rect, radius, Color32::WHITE).with_texture(texture, uv);
                ui.painter().add(Shape::Rect(shape));
            }
            None => {
                ui.painter().rect_filled(rect, radius, Theme::of(ui).grid);
                // One that is read wakes the window by itself.
                if index < pixels.len() && pixels.in_memory() {
                    ui.request_repaint();
                }
            }
        }
    }

    /// A tile that is not there yet: at once if its picture is in memory and the frame has time for it, otherwise in one of the
    /// next frames.
    fn make<const TILE: usize>(&mut self, ctx: &Context, pixels: &Pixels, index: usize) -> Option<(TextureId, Rect)> {
        let place = pixels.place(index);
        if pixels.in_memory() {
            if self.spent >= MOST_OF_A_FRAME {
                return None;
            }
            let began = Instant::now();
            self.put(ctx, Tile { place, image: tile::<TILE>(pixels, index) });
            self.spent += began.elapsed();
            return if TILE == SIDE { self.large.shown(place, self.frame) } else { self.small.shown(place, self.frame) };
        }
        if !self.asked.contains(&(TILE, place)) {
            let (pixels, ctx) = (pixels.clone(), ctx.clone());
            let make = move || Tile { place, image: tile::<TILE>(&pixels, index) };
            if self.reading.ask(make, move || ctx.request_repaint()) {
                self.asked.insert((TILE, place));
            }
        }
        None
    }

    fn put(&mut self, ctx: &Context, tile: Tile) {
        let side = tile.image.size[0];
        self.asked.remove(&(side, tile.place));
        if side == SIDE { self.large.put(ctx, tile, self.frame) } else { self.small.put(ctx, tile, self.frame) }
    }

    fn turn(&mut self, ctx: &Context, pixels: &Pixels) {
        if self.pixels.as_ref().is_none_or(|known| known.buffer() != pixels.buffer()) {
            *self = Self { pixels: Some(pixels.clone()), ..Self::default() };
        }
        let frame = ctx.cumulative_frame_nr();
        if frame != self.frame {
            self.frame = frame;
            self.spent = Duration::ZERO;
            self.reading.done().into_iter().for_each(|tile| self.put(ctx, tile));
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

    /// Where the picture at `place` is, if it is there.
    fn shown(&mut self, place: usize, frame: u64) -> Option<(TextureId, Rect)> {
        let slot = *self.places.get(&place)?;
        self.slots[slot].1 = frame;
        let (column, row) = (slot % Self::PER_ATLAS % Self::PER_ROW, slot % Self::PER_ATLAS / Self::PER_ROW);
        let unit = 1.0 / ATLAS as f32;
        let min = pos2((column * TILE) as f32 * unit, (row * TILE) as f32 * unit);
        let uv = Rect::from_min_size(min, egui::Vec2::splat(TILE as f32 * unit));
        // Half a texel inwards, so that a neighbor does not shine through.
        Some((self.atlases[slot / Self::PER_ATLAS].id(), uv.shrink(0.5 * unit)))
    }

    /// Uploads a tile, if there is room beside those that are seen.
    fn put(&mut self, ctx: &Context, tile: Tile, frame: u64) {
        let Some(slot) = self.free_slot(ctx, frame) else { return };
        self.places.insert(tile.place, slot);
        self.slots[slot] = (tile.place, frame);
        let at = [slot % Self::PER_ATLAS % Self::PER_ROW * TILE, slot % Self::PER_ATLAS / Self::PER_ROW * TILE];
        self.atlases[slot / Self::PER_ATLAS].set_partial(at, tile.image, TextureOptions::LINEAR);
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

/// The picture at `index` as a tile; one that cannot be read stays empty.
fn tile<const TILE: usize>(pixels: &Pixels, index: usize) -> ColorImage {
    pixels.get(index).map_or_else(|_| ColorImage::filled([TILE, TILE], Color32::GRAY), |picture| shrink::<TILE>(&picture))
}

/// The picture as a tile: where a texel is a block of pixels, their mean.
fn shrink<const TILE: usize>(pixels: &[u8]) -> ColorImage {
    let side = side_of(pixels.len()) as u32;
    if side as usize != SIDE {
        return image(&resize(pixels, [side; 2], [TILE as u32; 2]), TILE);
    }
    let factor = SIDE / TILE;
    if factor == 1 {
        return image(pixels, SIDE);
    }
    let area = (factor * factor) as u32;
    let mut out = Vec::with_capacity(TILE * TILE);
    for rows in pixels.chunks_exact(factor * SIDE * 3) {
        let mut sums = [[0u32; 3]; TILE];
        for row in rows.chunks_exact(SIDE * 3) {
            for (sum, block) in sums.iter_mut().zip(row.chunks_exact(factor * 3)) {
                for pixel in block.as_chunks::<3>().0 {
                    sum.iter_mut().zip(pixel).for_each(|(total, value)| *total += u32::from(*value));
                }
            }
        }
        out.extend(sums.map(|sum| {
            let [r, g, b] = sum.map(|sum| (sum / area) as u8);
            Color32::from_rgb(r, g, b)
        }));
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
