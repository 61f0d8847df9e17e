//! Pictures as large as their files have them, for the viewer: each read and decoded beside the window, the last few kept.

use std::{
    collections::VecDeque,
    path::{Path, PathBuf},
};

use egui::{ColorImage, Context, TextureHandle, TextureOptions};

use super::thumbs;
use crate::{data::background::Background, predict::Original, problem::Problem};

/// The longer side of a picture as it is shown, in pixels: what every graphics driver takes.
pub const LONGEST: u32 = 2048;
/// Pictures that are kept: the one that is looked at and its neighbors.
const KEPT: usize = 4;

/// Files that are read, and the last that were.
#[derive(Default)]
pub struct Originals {
    reading: Background<Read>,
    /// The file that is read now: only one at a time, so that whoever leafs through a folder waits for none that is past.
    asked: Option<PathBuf>,
    known: VecDeque<(PathBuf, Result<Large, Problem>)>,
}

/// A file's picture with what the file is.
#[derive(Clone)]
pub struct Large {
    pub texture: TextureHandle,
    /// Of the picture in the file.
    pub width: u32,
    pub height: u32,
    pub format: &'static str,
    pub bytes: u64,
}

/// A file that was read; its pixels as a texture wants them, since to make them so takes longer than a frame has.
struct Read {
    path: PathBuf,
    picture: Result<(ColorImage, Original), Problem>,
}

impl Originals {
    /// The picture of a file, or why there is none; nothing while it is read.
    pub fn get(&mut self, ctx: &Context, path: &Path) -> Option<&Result<Large, Problem>> {
        self.take(ctx);
        if !self.is_known(path) {
            self.ask(ctx, path);
            return None;
        }
        self.known.iter().find(|(known, _)| known == path).map(|(_, picture)| picture)
    }

    /// Reads a file that is likely to be looked at next, if nothing else is read.
    pub fn prepare(&mut self, ctx: &Context, path: &Path) {
        if !self.is_known(path) {
            self.ask(ctx, path);
        }
    }

    fn is_known(&self, path: &Path) -> bool {
        self.known.iter().any(|(known, _)| known == path)
    }

    fn take(&mut self, ctx: &Context) {
        for Read { path, picture } in self.reading.done() {
            self.asked = None;
            let picture = picture.map(|(image, original)| {
                let Original { width, height, format, bytes, .. } = original;
                Large { texture: ctx.load_texture("original", image, TextureOptions::LINEAR), width, height, format, bytes }
            });
            self.known.push_back((path, picture));
            if self.known.len() > KEPT {
                self.known.pop_front();
            }
        }
    }

    fn ask(&mut self, ctx: &Context, path: &Path) {
        if self.asked.is_some() {
            return;
        }
        let (file, wake) = (path.to_owned(), ctx.clone());
        let read = move || {
            let picture = Original::open(&file, LONGEST).map(|mut original| {
                let image = thumbs::image(&original.shown.rgb, original.shown.width as usize);
                original.shown.rgb.clear();
                (image, original)
            });
            Read { path: file, picture }
        };
        if self.reading.ask(read, move || wake.request_repaint()) {
            self.asked = Some(path.to_owned());
        }
    }
}
