//! The pictures of the augmentation page, made anew when what they depend on changes. Where that takes pictures from the disk
//! the last ones stay until the new ones are there.

use std::{borrow::Cow, sync::Arc, time::Instant};

use egui::{Context, TextureHandle, TextureId, TextureOptions};

use crate::{
    data::{
        augment::{self, AugmentSettings, mixup::Mix},
        background::Background,
        batch,
        picture_size::{PictureShape, PictureSide, side_of},
        pixels::Pixels,
        resize::resize,
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
    original: Sheet<Place>,
    tiles: Sheet<(Place, AugmentSettings, u64, usize)>,
    batch: Sheet<(usize, AugmentSettings, u32, u64, usize)>,
}

/// Which picture it is: what it lies in, and where.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Place(usize, usize);

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
        self.tiles.speed
    }

    /// The picture as it was decoded.
    pub fn original(&mut self, ctx: &Context, cx: &Cx<'_>) -> Option<TextureId> {
        let source = PreviewSource::of(cx, self.index);
        let key = source.place()?;
        let at_once = source.in_memory();
        let make = move || {
            let pictures = source
                .picture()
                .map(|pixels| {
                    let side = side_of(pixels.len());
                    (pixels.into_owned(), side)
                })
                .into_iter()
                .collect();
            Made { pictures, speed: None }
        };
        self.original.renew(ctx, key, at_once, make).first().copied()
    }

    /// `count` of the pictures that training could make of it.
    pub fn tiles(&mut self, ctx: &Context, cx: &Cx<'_>, count: usize) -> Vec<TextureId> {
        let source = PreviewSource::of(cx, self.index);
        let Some(place) = source.place() else { return Vec::new() };
        let at_once = source.in_memory();
        let augment = cx.settings.augment.clone().for_pictures(PictureShape { side: source.side, ..cx.settings.augment.shape() });
        let (seed, round) = (cx.settings.seed.into(), self.round);
        let key = (place, augment.clone(), round, count);
        self.tiles.renew(ctx, key, at_once, move || {
            let Some(pixels) = source.picture() else { return Made::default() };
            let start = Instant::now();
            let pictures = (0..count as u64)
                .map(|n| {
                    let mut random = Random::new(seed, Purpose::Preview, &[round, n]);
                    let mut out = vec![0; augment.side() * augment.side() * 3];
                    let other = |mix: &Mix| Ok(source.other(mix).unwrap_or_else(|| pixels.clone()));
                    // Nothing of it fails.
                    let _ = augment::training(&augment, &pixels, other, &mut random, &mut out);
                    (out, augment.side())
                })
                .collect();
            Made { pictures, speed: Some(count as f64 / start.elapsed().as_secs_f64().max(1e-6)) }
        })
    }

    /// The first `count` pictures of a batch of the first epoch, as training with these settings makes it.
    pub fn batch(&mut self, ctx: &Context, cx: &Cx<'_>, count: usize) -> Vec<TextureId> {
        let (Ok(plan), Some(dataset)) = (cx.plan, cx.dataset()) else { return Vec::new() };
        if dataset.pixels.is_empty() || !Arc::ptr_eq(&plan.dataset, dataset) {
            return Vec::new();
        }
        let seed = plan.settings.seed;
        let key = (Arc::as_ptr(plan) as usize, plan.settings.augment.clone(), seed, self.round, count);
        let round = self.round as usize;
        let (plan, at_once) = (plan.clone(), dataset.pixels.in_memory());
        self.batch.renew(ctx, key, at_once, move || {
            let (augment, dataset) = (&plan.settings.augment, &plan.dataset);
            let mut samples = plan.indices(Part::Train);
            batch::shuffle(seed.into(), 0, &mut samples);
            let size = plan.settings.train.batch_size as usize;
            let start = (round * size) % samples.len().max(1);
            let chosen = samples[start..].iter().take(count.min(size));
            let all = plan.indices(Part::Train);
            let other = |mix: &Mix| dataset.pixels.get(all[mix.other(all.len())] as usize);
            let pictures = chosen
                .filter_map(|&sample| {
                    let mut out = vec![0; augment.side() * augment.side() * 3];
                    let mut random = batch::changes(seed.into(), 0, sample);
                    let pixels = dataset.pixels.get(sample as usize).ok()?;
                    augment::training(augment, &pixels, other, &mut random, &mut out).ok()?;
                    Some((out, augment.side()))
                })
                .collect();
            Made { pictures, speed: None }
        })
    }
}

/// Where the shown picture comes from: the user's own, or one of the data set.
struct PreviewSource {
    own: Option<Arc<[u8]>>,
    /// To what side data sets are read now.
    side: PictureSide,
    pixels: Option<Pixels>,
    index: usize,
}

impl PreviewSource {
    fn of(cx: &Cx<'_>, index: usize) -> Self {
        let own = cx.session.own_picture.clone();
        let pixels = cx.session.dataset().map(|dataset| dataset.pixels.clone()).filter(|pixels| !pixels.is_empty());
        let side = pixels.as_ref().map_or(cx.settings.augment.pictures, Pixels::side);
        Self { own, side, pixels, index }
    }

    /// What tells the picture from others.
    fn place(&self) -> Option<Place> {
        match (&self.own, &self.pixels) {
            (Some(own), _) => Some(Place(own.as_ptr() as usize, self.side.pixels())),
            (_, Some(pixels)) if self.index < pixels.len() => Some(Place(pixels.buffer(), pixels.place(self.index))),
            _ => None,
        }
    }

    /// Whether nothing has to come from a disk.
    fn in_memory(&self) -> bool {
        self.pixels.as_ref().is_none_or(Pixels::in_memory)
    }

    /// Its pixels; `None` too where they can no longer be read, which the next job says.
    fn picture(&self) -> Option<Cow<'_, [u8]>> {
        match (&self.own, &self.pixels) {
            (Some(own), _) if own.len() == self.side.bytes() => Some(Cow::Borrowed(own)),
            (Some(own), _) => Some(Cow::Owned(resize(own, [side_of(own.len()) as u32; 2], [self.side.into(); 2]))),
            (_, Some(pixels)) if self.index < pixels.len() => pixels.get(self.index).ok(),
            _ => None,
        }
    }

    /// The picture of the data set that shows through one of the tiles.
    fn other(&self, mix: &Mix) -> Option<Cow<'_, [u8]>> {
        let pixels = self.pixels.as_ref()?;
        pixels.get(mix.other(pixels.len())).ok()
    }
}

/// What a sheet shows: RGB pixels and width of each picture, and how many one core made of them in a second.
#[derive(Default)]
struct Made {
    pictures: Vec<(Vec<u8>, usize)>,
    speed: Option<f64>,
}

/// Textures with the key that they were made for.
struct Sheet<K> {
    key: Option<K>,
    textures: Vec<TextureHandle>,
    /// Pictures of one core in a second, as measured while these were made.
    speed: Option<f64>,
    /// Others that are being made; while they are, none else are asked for.
    making: Background<(K, Made)>,
    busy: bool,
}

impl<K: Send + 'static> Default for Sheet<K> {
    fn default() -> Self {
        Self { key: None, textures: Vec::new(), speed: None, making: Background::default(), busy: false }
    }
}

impl<K: PartialEq + Send + 'static> Sheet<K> {
    /// The textures for `key`, or the last ones until those are made: if they are others than last time `make` makes them, now
    /// or on another thread.
    fn renew(&mut self, ctx: &Context, key: K, at_once: bool, make: impl FnOnce() -> Made + Send + 'static) -> Vec<TextureId> {
        for (key, made) in self.making.done() {
            self.busy = false;
            self.show(ctx, key, &made);
        }
        if self.key.as_ref() != Some(&key) {
            if at_once {
                // What is still made of a data set that is closed is not waited for.
                (self.making, self.busy) = (Background::default(), false);
                self.show(ctx, key, &make());
            } else if !self.busy {
                let wake = ctx.clone();
                self.busy = self.making.ask(move || (key, make()), move || wake.request_repaint());
            }
        }
        self.textures.iter().map(TextureHandle::id).collect()
    }

    fn show(&mut self, ctx: &Context, key: K, made: &Made) {
        self.key = Some(key);
        self.speed = made.speed.or(self.speed);
        self.textures.truncate(made.pictures.len());
        for (index, (rgb, width)) in made.pictures.iter().enumerate() {
            let image = thumbs::image(rgb, *width);
            match self.textures.get_mut(index) {
                Some(texture) => texture.set(image, TextureOptions::LINEAR),
                None => self.textures.push(ctx.load_texture(format!("preview {index}"), image, TextureOptions::LINEAR)),
            }
        }
    }
}
