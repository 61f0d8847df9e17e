//! The pictures of the augmentation page, made anew when what they depend on changes.

use std::{borrow::Cow, sync::Arc, time::Instant};

use egui::{Context, TextureHandle, TextureId, TextureOptions};

use crate::{
    data::{
        augment::{self, AugmentSettings, mixup::Mix},
        batch,
        picture_size::{PIXEL_BYTES, SIDE},
        sample::Part,
    },
    random::{Purpose, Random},
    ui::{Cx, widget::thumbs},
};

/// Textures and what they were made from.
#[derive(Default)]
pub struct Preview {
    /// The data set's picture that is shown, unless the user's own is.
    index: usize,
    /// Rises with each "Again".
    round: u64,
    original: Sheet<Source>,
    tiles: Sheet<(Source, AugmentSettings, u64, usize)>,
    batch: Sheet<(usize, AugmentSettings, u32, u64, usize)>,
    /// Of one core, as measured while the tiles were made.
    speed: Option<f64>,
}

/// Which picture it is: what it lies in, and where.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Source(usize, usize);

impl Preview {
    /// Keeps the chosen picture within the data set.
    pub fn choose(&mut self, cx: &Cx<'_>) {
        let count = cx.dataset().map_or(0, |d| d.pixels.len());
        self.index = self.index.min(count.saturating_sub(1));
    }

    /// Another picture of the data set.
    pub fn another(&mut self, cx: &Cx<'_>) {
        let count = cx.dataset().map_or(0, |d| d.pixels.len());
        let mut random = Random::new(cx.settings.seed.into(), Purpose::Preview, &[self.index as u64, self.round]);
        self.index = random.below(count);
        self.round += 1;
    }

    /// Other random changes.
    pub fn again(&mut self) {
        self.round += 1;
    }

    /// Which draw of random changes is shown, from 1.
    pub fn draw(&self) -> u64 {
        self.round + 1
    }

    /// Pictures that one core makes in a second.
    pub fn pictures_per_second(&self) -> Option<f64> {
        self.speed
    }

    /// The picture as it was decoded.
    pub fn original(&mut self, ctx: &Context, cx: &Cx<'_>) -> Option<TextureId> {
        let index = self.index;
        let picture = || pixels(cx, index).map(|pixels| (pixels.into_owned(), SIDE));
        self.original.renew(ctx, source(cx, index)?, || picture().into_iter().collect()).first().copied()
    }

    /// `count` of the pictures that training could make of it.
    pub fn tiles(&mut self, ctx: &Context, cx: &Cx<'_>, count: usize) -> Vec<TextureId> {
        let index = self.index;
        let Some(source) = source(cx, index) else { return Vec::new() };
        let augment = &cx.settings.augment;
        let (seed, round) = (cx.settings.seed.into(), self.round);
        let key = (source, augment.clone(), round, count);
        let mut speed = self.speed;
        let textures = self.tiles.renew(ctx, key, || {
            let Some(pixels) = pixels(cx, index) else { return Vec::new() };
            let start = Instant::now();
            let made = (0..count as u64)
                .map(|n| {
                    let mut random = Random::new(seed, Purpose::Preview, &[round, n]);
                    let mut out = vec![0; augment.side() * augment.side() * 3];
                    let other = |mix: &Mix| Ok(other(cx, mix).unwrap_or_else(|| pixels.clone()));
                    // Nothing of it fails.
                    let _ = augment::training(augment, &pixels, other, &mut random, &mut out);
                    (out, augment.side())
                })
                .collect();
            speed = Some(count as f64 / start.elapsed().as_secs_f64().max(1e-6));
            made
        });
        self.speed = speed;
        textures
    }

    /// The first `count` pictures of a batch of the first epoch, as training with these settings makes it.
    pub fn batch(&mut self, ctx: &Context, cx: &Cx<'_>, count: usize) -> Vec<TextureId> {
        let (Ok(plan), Some(dataset)) = (cx.plan, cx.dataset()) else { return Vec::new() };
        if dataset.pixels.is_empty() || !Arc::ptr_eq(&plan.dataset, dataset) {
            return Vec::new();
        }
        let augment = &plan.settings.augment;
        let seed = plan.settings.seed;
        let key = (Arc::as_ptr(plan) as usize, augment.clone(), seed, self.round, count);
        let round = self.round as usize;
        self.batch.renew(ctx, key, || {
            let mut samples = plan.indices(Part::Train);
            batch::shuffle(seed.into(), 0, &mut samples);
            let size = plan.settings.train.batch_size as usize;
            let start = (round * size) % samples.len().max(1);
            let chosen = samples[start..].iter().take(count.min(size));
            let all = plan.indices(Part::Train);
            let other = |mix: &Mix| dataset.pixels.get(all[mix.other(all.len())] as usize);
            chosen
                .filter_map(|&sample| {
                    let mut out = vec![0; augment.side() * augment.side() * 3];
                    let mut random = batch::changes(seed.into(), 0, sample);
                    let pixels = dataset.pixels.get(sample as usize).ok()?;
                    augment::training(augment, &pixels, other, &mut random, &mut out).ok()?;
                    Some((out, augment.side()))
                })
                .collect()
        })
    }
}

/// Which picture is shown: the user's own, or one of the data set.
fn source(cx: &Cx<'_>, index: usize) -> Option<Source> {
    match (own(cx), &cx.session.dataset) {
        (Some(own), _) => Some(Source(own.as_ptr() as usize, 0)),
        (_, Some(dataset)) if index < dataset.pixels.len() => Some(Source(dataset.pixels.buffer(), dataset.pixels.place(index))),
        _ => None,
    }
}

/// Its pixels; `None` too where they can no longer be read, which the next job says.
fn pixels<'a>(cx: &Cx<'a>, index: usize) -> Option<Cow<'a, [u8]>> {
    let session = cx.session;
    let of_dataset = || session.dataset.as_ref().map(|dataset| &dataset.pixels).filter(|pixels| index < pixels.len());
    own(cx).map(Cow::Borrowed).or_else(|| of_dataset()?.get(index).ok())
}

/// The user's own picture, if there is one to show.
fn own<'a>(cx: &Cx<'a>) -> Option<&'a [u8]> {
    let session = cx.session;
    session.own_picture.as_deref().filter(|own| own.len() == PIXEL_BYTES)
}

/// The picture of the data set that shows through one of the tiles.
fn other<'a>(cx: &Cx<'a>, mix: &Mix) -> Option<Cow<'a, [u8]>> {
    let session = cx.session;
    let pixels = &session.dataset.as_ref()?.pixels;
    if pixels.is_empty() { None } else { pixels.get(mix.other(pixels.len())).ok() }
}

/// Textures with the key that they were made for.
struct Sheet<K> {
    key: Option<K>,
    textures: Vec<TextureHandle>,
}

impl<K> Default for Sheet<K> {
    fn default() -> Self {
        Self { key: None, textures: Vec::new() }
    }
}

impl<K: PartialEq> Sheet<K> {
    /// The textures for `key`; `make` gives RGB pixels and width of each if they are others than last time.
    fn renew(&mut self, ctx: &Context, key: K, make: impl FnOnce() -> Vec<(Vec<u8>, usize)>) -> Vec<TextureId> {
        if self.key.as_ref() != Some(&key) {
            self.key = Some(key);
            let pictures = make();
            self.textures.truncate(pictures.len());
            for (index, (rgb, width)) in pictures.iter().enumerate() {
                let image = thumbs::image(rgb, *width);
                match self.textures.get_mut(index) {
                    Some(texture) => texture.set(image, TextureOptions::LINEAR),
                    None => self.textures.push(ctx.load_texture(format!("preview {index}"), image, TextureOptions::LINEAR)),
                }
            }
        }
        self.textures.iter().map(TextureHandle::id).collect()
    }
}
